-- AG News: for who has the files. Nothing is fetched, and there is no checksum but that of the content,
-- which every run records.

return {
  title = "AG News",
  licence = "for research; see the home page",
  homepage = "http://groups.di.unipi.it/~gulli/AG_corpus_of_news_articles.html",
  citation = "zhang2015character",
  split = "train.csv and test.csv as published; every tenth training text of a class, in the order of a "
    .. "fixed hash, is validation",
  classes = { "World", "Sports", "Business", "Sci/Tech" },
  files = {},
  sources = { "user" },
}
