"""derive.py OUT.h5: squared Euclidean distances of features, sample by sample."""
import os
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../harness/tests"))
import own_vectors


def loss(x, p, weight):
    total = 0
    for fs, ft in zip(x["feat_s"], x["feat_t"]):
        t = p["map.weight"] @ fs + p["map.bias"] if p else fs
        total = total + ((t - ft) ** 2).sum()
    return weight * total / len(x["feat_s"])


def main():
    rng = np.random.default_rng(21)
    for group, case, n, s, t, weight in (("gupta", "mapped", 6, 5, 8, 1.0),
                                         ("gupta", "same_width", 4, 7, 7, 2.5),
                                         ("gupta", "narrower_b2", 2, 9, 3, 0.1),
                                         ("gupta_joint", "mapped", 3, 4, 6, 10.0),
                                         ("gupta_joint", "equal_features", 3, 5, 5, 1.0)):
        x = {"feat_s": rng.normal(size=(n, s)), "feat_t": np.abs(rng.normal(size=(n, t)))}
        if case == "equal_features":
            x["feat_t"] = x["feat_s"]
        p = {} if s == t else {"map.weight": rng.normal(size=(t, s)), "map.bias": rng.normal(size=t)}
        own_vectors.write(sys.argv[1], group, case, "Gupta et al., CVPR 2016, eq. 1",
                          "mean over the batch", {"weight": weight}, x, ["feat_s"],
                          lambda a, b, w=weight: loss(a, b, w), p)


main()
