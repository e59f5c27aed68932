-- ModelNet40 as PointNet's authors sampled it. Nothing is fetched: the user gives the folder, and every
-- run records the checksum of what was read.

return {
  title = "ModelNet40",
  licence = "the authors' terms: academic use; models belong to their designers",
  homepage = "https://modelnet.cs.princeton.edu/",
  citation = "wu2015shapenets",
  split = "train and test files as published; every tenth training cloud of a class, in the order of a "
    .. "fixed hash, is validation",
  files = {},
  sources = { "user" },
}
