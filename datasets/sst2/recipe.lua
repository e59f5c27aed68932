-- SST-2: for who has the files. Nothing is fetched, and there is no checksum but that of the content,
-- which every run records.

return {
  title = "SST-2",
  licence = "none stated; the authors ask to be cited",
  homepage = "https://nlp.stanford.edu/sentiment/",
  citation = "socher2013recursive",
  split = "GLUE's train.tsv, and its dev.tsv as test; every tenth training text of a class, in the order of a "
    .. "fixed hash, is validation",
  classes = { "negative", "positive" },
  files = {},
  sources = { "user" },
}
