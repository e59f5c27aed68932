-- IMDB reviews: for who has the files. Nothing is fetched, and there is no checksum but that of the content,
-- which every run records.

return {
  title = "IMDB reviews",
  licence = "none stated; the authors ask to be cited",
  homepage = "https://ai.stanford.edu/~amaas/data/sentiment/",
  citation = "maas2011learning",
  split = "train and test folders as published; every tenth training text of a class, in the order of a "
    .. "fixed hash, is validation",
  classes = { "negative", "positive" },
  files = {},
  sources = { "user" },
}
