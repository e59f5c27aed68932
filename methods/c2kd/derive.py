"""derive.py OUT.h5: proxies of both networks and their masked KL; rank correlation pair by pair."""
import os
import sys
from itertools import combinations

import numpy as np
import torch

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../harness/tests"))
import own_vectors


def say(f, p, side):
    h = f @ p[side + ".fc1.weight"].T
    h = (h - h.mean(0)) / torch.sqrt(h.var(0, unbiased=False) + 1e-5)
    h = h * p[side + ".bn.weight"] + p[side + ".bn.bias"]
    return torch.where(h > 0, h, 0.1 * h) @ p[side + ".fc2.weight"].T + p[side + ".fc2.bias"]


def kl(source, learner):
    p = torch.softmax(source.detach(), -1)
    return (p * (p.log() - torch.log_softmax(learner, -1))).sum(-1)


def tau_b(a, b):
    order = [(np.sign(a[i] - a[j]), np.sign(b[i] - b[j])) for i, j in combinations(range(len(a)), 2)]
    return sum(x * y for x, y in order) / np.sqrt(sum(x * x for x, _ in order) *
                                                  sum(y * y for _, y in order))


def loss(x, p, hp, authors):
    zs, zt = x["logits_s"], x["logits_t"]
    ps, pt = say(x["feat_s"], p, "student"), say(x["feat_t"], p, "teacher")
    own = kl(zs, ps).mean() + kl(ps, zs).mean() + kl(zt, pt).mean()
    cross = 0
    for s, t, y in zip(ps, pt, x["target"]):
        rest = [i for i in range(len(s)) if i != y]
        ranked = range(len(s)) if authors else rest
        tau = tau_b(*(z.detach().double().numpy()[list(ranked)] for z in (s, t)))
        if authors:
            keep = torch.ones_like(s)
            keep[y] = 0
            s, t = s * keep, t * keep
        else:
            s, t = s[rest], t[rest]
        cross = cross + (tau > hp["krc"]) * (kl(t, s) + kl(s, t))
    return hp["proxies"] * own + hp["cross"] * cross / len(ps)


def main():
    rng = np.random.default_rng(25)
    for group, case, n, c, s, t, proxies, cross, krc in (
            ("c2kd", "c6", 8, 6, 5, 7, 1.0, 1.0, 0.0), ("c2kd", "picky", 6, 10, 6, 6, 0.5, 2.0, 0.2),
            ("c2kd", "all_b2", 2, 4, 3, 8, 2.0, 0.3, -1.0),
            ("c2kd_authors", "c6", 7, 6, 5, 4, 1.0, 1.0, 0.0),
            ("c2kd_authors", "wide", 5, 18, 6, 9, 1.0, 1.0, 0.1)):
        hp = {"proxies": proxies, "cross": cross, "krc": krc, "classes": c}
        x = {"logits_s": 2 * rng.normal(size=(n, c)), "logits_t": 3 * rng.normal(size=(n, c)),
             "feat_s": rng.normal(size=(n, s)), "feat_t": np.abs(rng.normal(size=(n, t))),
             "target": rng.integers(0, c, n)}
        p = {}
        for side, d in (("student", s), ("teacher", t)):
            p[side + ".fc1.weight"] = rng.normal(size=(d, d))
            p[side + ".bn.weight"] = 1 + 0.2 * rng.normal(size=d)
            p[side + ".bn.bias"] = 0.2 * rng.normal(size=d)
            p[side + ".fc2.weight"] = rng.normal(size=(c, d))
            p[side + ".fc2.bias"] = rng.normal(size=c)
        own_vectors.write(sys.argv[1], group, case, "Huo et al., CVPR 2024",
                          "the teacher's proxy learns, the teacher does not", hp, x,
                          ["logits_s", "feat_s"],
                          lambda a, b, h=hp, k=group == "c2kd_authors": loss(a, b, h, k), p)


main()
