"""derive.py OUT.h5: hallucination and generalised distillation, sample by sample."""
import os
import sys

import numpy as np
import torch

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../harness/tests"))
import own_vectors


def loss(x, p, hp, cooled):
    n, total = len(x["target"]), 0
    for i in range(n):
        z, f = x["logits_s"][i], x["feat_s"][i]
        t = p["map.weight"] @ f + p["map.bias"] if p else f
        soft = torch.softmax(x["logits_t"][i] / hp["T"], 0)
        hard = -torch.log_softmax(z, 0)[x["target"][i]]
        imitation = -(soft * torch.log_softmax(z / (hp["T"] if cooled else 1), 0)).sum()
        hall = ((1 / (1 + torch.exp(-t)) - 1 / (1 + torch.exp(-x["feat_t"][i]))) ** 2).sum()
        distilled = (1 - hp["lambda"]) * hard + hp["lambda"] * imitation
        total = total + (1 - hp["alpha"]) * distilled + hp["alpha"] * hp["hall"] * hall
    return total / n


def main():
    rng = np.random.default_rng(23)
    for group, case, n, c, s, t, alpha, lam, hall, T in (
            ("mdsn", "mapped", 6, 5, 4, 7, 0.5, 0.5, 1.0, 10.0),
            ("mdsn", "same_width_T4", 4, 10, 6, 6, 0.3, 0.8, 0.25, 4.0),
            ("mdsn", "narrower_b2", 2, 3, 9, 2, 0.9, 0.1, 10.0, 1.0),
            ("mdsn_paper", "mapped", 5, 8, 3, 5, 0.5, 0.5, 1.0, 10.0),
            ("mdsn_paper", "same_width", 3, 18, 8, 8, 0.2, 0.6, 2.0, 3.0)):
        hp = {"alpha": alpha, "lambda": lam, "hall": hall, "T": T}
        x = {"logits_s": 2 * rng.normal(size=(n, c)), "logits_t": 4 * rng.normal(size=(n, c)),
             "feat_s": rng.normal(size=(n, s)), "feat_t": np.abs(rng.normal(size=(n, t))),
             "target": rng.integers(0, c, n)}
        p = {} if s == t else {"map.weight": rng.normal(size=(t, s)), "map.bias": rng.normal(size=t)}
        own_vectors.write(sys.argv[1], group, case, "Garcia et al., ECCV 2018, section 3",
                          "mean over the batch", hp, x, ["logits_s", "feat_s"],
                          lambda a, b, h=hp, k=group == "mdsn": loss(a, b, h, k), p)


main()
