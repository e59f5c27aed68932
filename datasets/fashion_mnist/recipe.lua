-- Fashion-MNIST: where it comes from and how it is known to be the right one.
-- Debian packs the same bytes anew with gzip, so a file is right when it is Debian's file or when
-- its content is: sha256 is that of Debian's gzip file, content_sha256 that of what it unpacks to.

return {
  title = "Fashion-MNIST",
  licence = "MIT",
  notice = "The MIT License (MIT). Copyright (c) 2017 Zalando SE, https://tech.zalando.com",
  homepage = "https://github.com/zalandoresearch/fashion-mnist",
  citation = "xiao2017fashion",
  split = "60,000 train and 10,000 test images as published; every tenth training image of a class, "
    .. "in the order of a fixed hash, is validation (6,000)",
  classes = { "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker",
              "Bag", "Ankle boot" },
  files = {
    { name = "train-images-idx3-ubyte.gz", size = 26421856, content_size = 47040016,
      sha256 = "b0564c3eedabfbf835052cff8503ea422014ce006caf5b757f851416ee8300c7",
      content_sha256 = "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888" },
    { name = "train-labels-idx1-ubyte.gz", size = 29491, content_size = 60008,
      sha256 = "0ae29f65d86684f32d1b9c85147786c547b9c6aebcaf235f0400a0cce308b056",
      content_sha256 = "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9" },
    { name = "t10k-images-idx3-ubyte.gz", size = 4422079, content_size = 7840016,
      sha256 = "cc1d090a38ace84dfa1aa66e3ada7c336ef481a96936906477e6dd344da56eaa",
      content_sha256 = "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b" },
    { name = "t10k-labels-idx1-ubyte.gz", size = 5125, content_size = 10008,
      sha256 = "8d3605d196f4be44669e46906da9733c8131fef761fdbfec72c424d5222f1a05",
      content_sha256 = "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34" },
  },
  package = {
    name = "dataset-fashion-mnist",
    version = "0.0~git20200523.55506a9-1",
    deb_sha256 = "39e172fe32dd318ebb3e512220c3beea2fa47d7e20bab348fb4e0922d6beefc0",
    folder = "/usr/share/datasets/fashion-mnist",
  },
  public = { base = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/" },
  sources = { "user", "installed", "cache", "debian", "public" },
}
