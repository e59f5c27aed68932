-- CIFAR-100, binary version. The archive's MD5 is the one on its home page, and many independent users
-- of it have published the same SHA-256; those of the files inside are from one published list.

return {
  title = "CIFAR-100",
  licence = "none stated; the authors ask to be cited",
  notice = "Learning Multiple Layers of Features from Tiny Images, Alex Krizhevsky, 2009.",
  homepage = "https://www.cs.toronto.edu/~kriz/cifar.html",
  citation = "krizhevsky2009learning",
  split = "50,000 train and 10,000 test images as published; every tenth training image of a class, "
    .. "in the order of a fixed hash, is validation (5,000)",
  classes = {
    "apple", "aquarium_fish", "baby", "bear", "beaver", "bed", "bee", "beetle", "bicycle", "bottle",
    "bowl", "boy", "bridge", "bus", "butterfly", "camel", "can", "castle", "caterpillar", "cattle",
    "chair", "chimpanzee", "clock", "cloud", "cockroach", "couch", "crab", "crocodile", "cup",
    "dinosaur", "dolphin", "elephant", "flatfish", "forest", "fox", "girl", "hamster", "house",
    "kangaroo", "keyboard", "lamp", "lawn_mower", "leopard", "lion", "lizard", "lobster", "man",
    "maple_tree", "motorcycle", "mountain", "mouse", "mushroom", "oak_tree", "orange", "orchid",
    "otter", "palm_tree", "pear", "pickup_truck", "pine_tree", "plain", "plate", "poppy",
    "porcupine", "possum", "rabbit", "raccoon", "ray", "road", "rocket", "rose", "sea", "seal",
    "shark", "shrew", "skunk", "skyscraper", "snail", "snake", "spider", "squirrel", "streetcar",
    "sunflower", "sweet_pepper", "table", "tank", "telephone", "television", "tiger", "tractor",
    "train", "trout", "tulip", "turtle", "wardrobe", "whale", "willow_tree", "wolf", "woman",
    "worm",
  },
  files = {
    { name = "train.bin", size = 153700000,
      sha256 = "f31298fc616915fa142368359df1c4ca2ae984d6915ca468b998a5ec6aeebf29" },
    { name = "test.bin", size = 30740000,
      sha256 = "d8b1e6b7b3bee4020055f0699b111f60b1af1e262aeb93a0b659061746f8224a" },
  },
  archive = {
    name = "cifar-100-binary.tar.gz", folder = "cifar-100-binary", size = 168513733,
    md5 = "03b5dce01913d631647c71ecec9e9cb8",
    sha256 = "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec",
  },
  public = { base = "https://www.cs.toronto.edu/~kriz/" },
  sources = { "user", "cache", "public" },
}
