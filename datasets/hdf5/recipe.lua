-- One's own images in HDF5: nothing to fetch, and no checksum but that of the content, which every
-- run records.

return {
  title = "HDF5 file of one's own",
  licence = "the owner's",
  homepage = "https://www.hdfgroup.org/solutions/hdf5/",
  citation = "folk2011hdf5",
  split = "test arrays as given, or every fifth image (test_every) of a class in the order of a "
    .. "fixed hash; every tenth training image of a class, in that order, is validation",
  files = {},
  sources = { "user" },
}
