"""derive.py OUT.h5: joint graphs written out edge by edge, C x C a sample."""
import os
import sys

import numpy as np
import torch

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../harness/tests"))
import own_vectors


def kl2(q, p, y):
    C = len(q)
    log_as, at = torch.log(torch.outer(q, q) / C), torch.outer(p, p) / C
    other = torch.ones(C, C, dtype=q.dtype)
    other[y, y] = 0
    t = torch.stack([at[y, y], (at * other).sum() / C])
    l = torch.stack([log_as[y, y], (log_as * other).sum() / C])
    return (torch.special.xlogy(t, t) - t * l).sum()


def entropy(zs, zt, y, authors):
    C = len(zs)
    rest = [i for i in range(C) if i != y]
    q, p = torch.softmax(zs[rest], 0), torch.softmax(zt[rest], 0)
    student = torch.outer(q.log(), q.log()) if authors else torch.outer(q, q)
    return -(torch.outer(p, p) / C * torch.log(student / C)).sum() / C


def loss(x, hp, authors):
    total, T = 0, hp["T"]
    for zs, zt, y in zip(x["logits_s"] / T, x["logits_t"] / T, x["target"]):
        total = total + hp["target"] * T * T * kl2(torch.softmax(zs, 0), torch.softmax(zt, 0), y)
        total = total + hp["others"] * entropy(zs, zt, y, authors)
    rise = min((hp["epoch"] + 1) / (hp["warmup"] * hp["epochs"]), 1)
    return hp["kd"] * rise * total / len(x["target"])


def main():
    rng = np.random.default_rng(24)
    for group, case, n, c, T, target, others, epoch, size in (
            ("jgekd", "c10", 6, 10, 4.0, 1.0, 8.0, 3, 3), ("jgekd", "b2_c3", 2, 3, 1.0, 2.0, 1.0, 9, 2),
            ("jgekd", "c40_warm", 4, 40, 4.0, 1.0, 8.0, 0, 5),
            ("jgekd", "sure", 3, 5, 1.0, 1.0, 1.0, 9, 30),
            ("jgekd_authors", "c10", 5, 10, 4.0, 1.0, 8.0, 9, 3),
            ("jgekd_authors", "b2_c4", 2, 4, 2.0, 0.5, 3.0, 1, 2)):
        hp = {"kd": 1.5, "T": T, "target": target, "others": others, "warmup": 0.4, "epoch": epoch,
              "epochs": 10}
        x = {"logits_s": 2 * rng.normal(size=(n, c)), "logits_t": size * rng.normal(size=(n, c)),
             "target": rng.integers(0, c, n)}
        own_vectors.write(sys.argv[1], group, case, "Tian et al., Information Sciences 2024",
                          "mean over the batch", hp, x, ["logits_s"],
                          lambda v, _, h=hp, a=group == "jgekd_authors": loss(v, h, a))


main()
