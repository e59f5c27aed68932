-- One's own IDX files: nothing to fetch, and no checksum but that of the content, which every run
-- records.

return {
  title = "IDX files of one's own",
  licence = "the owner's",
  homepage = "https://doi.org/10.1109/5.726791",
  citation = "lecun1998gradient",
  split = "train and test files as given; every tenth training image of a class, in the order of a "
    .. "fixed hash, is validation",
  files = {},
  sources = { "user" },
}
