-- ScanObjectNN. Nothing is fetched: its authors want their terms agreed to. The user gives the folder, and
-- every run records the checksum of what was read.

return {
  title = "ScanObjectNN",
  licence = "the authors' terms of use: research and education",
  homepage = "https://hkust-vgd.github.io/scanobjectnn/",
  citation = "uy2019revisiting",
  split = "train and test files as published; every tenth training cloud of a class, in the order of a "
    .. "fixed hash, is validation (in the pb variants, other versions of the same thing may be in train)",
  files = {},
  sources = { "user" },
}
