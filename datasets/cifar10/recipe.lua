-- CIFAR-10, binary version. The archive's MD5 is the one on its home page, and many independent users
-- of it have published the same SHA-256; those of the files inside are from two published lists.

return {
  title = "CIFAR-10",
  licence = "none stated; the authors ask to be cited",
  notice = "Learning Multiple Layers of Features from Tiny Images, Alex Krizhevsky, 2009.",
  homepage = "https://www.cs.toronto.edu/~kriz/cifar.html",
  citation = "krizhevsky2009learning",
  split = "50,000 train and 10,000 test images as published; every tenth training image of a class, "
    .. "in the order of a fixed hash, is validation (5,000)",
  classes = { "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship",
              "truck" },
  files = {
    { name = "data_batch_1.bin", size = 30730000,
      sha256 = "cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5" },
    { name = "data_batch_2.bin", size = 30730000,
      sha256 = "a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed" },
    { name = "data_batch_3.bin", size = 30730000,
      sha256 = "bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67" },
    { name = "data_batch_4.bin", size = 30730000,
      sha256 = "014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48" },
    { name = "data_batch_5.bin", size = 30730000,
      sha256 = "755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add" },
    { name = "test_batch.bin", size = 30730000,
      sha256 = "8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b" },
  },
  archive = {
    name = "cifar-10-binary.tar.gz", folder = "cifar-10-batches-bin", size = 170052171,
    md5 = "c32a1d4ab5d03f1284b67883e8d87530",
    sha256 = "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
  },
  public = { base = "https://www.cs.toronto.edu/~kriz/" },
  sources = { "user", "cache", "public" },
}
