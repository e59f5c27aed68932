"""Which workloads there are, without importing torch: their names say all that tables need."""

BATCH = 64
TRAINED = ["resnet20", "resnet8x4", "resnet32x4", "wrn_16_2", "mobilenetv2", "vgg8", "vit"]
TEXTS = ["transformer", "textcnn"]
CLOUDS = ["pointnet", "dgcnn"]
PAIRS = [("resnet20", "resnet8"), ("resnet32x4", "resnet8x4"), ("wrn_40_2", "wrn_16_2")]
METHODS = ["at", "sp", "crd", "dkd"]  # all on the second pair

NAMES = (TRAINED + TEXTS + CLOUDS + [f"kd_{t}_{s}" for t, s in PAIRS] + [f"kd_{t}_{s}_cached" for t, s in PAIRS]
         + [f"{m}_{PAIRS[1][0]}_{PAIRS[1][1]}" for m in METHODS]
         + [f"infer_{t}" for t, _ in PAIRS])


def is_cached(name):
    return name.endswith("_cached")


def can_be_traced(name):
    return not is_cached(name) and not name.startswith("infer_")
