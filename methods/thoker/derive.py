"""derive.py OUT.h5: the teacher's class as a label, and Kullback-Leibler between peers, row by row."""
import os
import sys

import numpy as np
import torch

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../harness/tests"))
import own_vectors


def loss(x, peers, hp):
    n, T, total = len(x["target"]), hp["T"], 0
    for i in range(peers):
        for row in range(n):
            z = x[f"logits/{i}"][row]
            log_q, sharp = torch.log_softmax(z, 0), torch.log_softmax(z / T, 0)
            total = total - hp["ce"] * log_q[x["target"][row]] / n
            total = total - hp["hard"] * log_q[x["logits_t"][row].argmax()] / n
            for j in range(peers):
                if j != i:
                    p = torch.softmax(x[f"logits/{j}"][row].detach() / T, 0)
                    kl = (p * (p.log() - sharp)).sum()
                    total = total + hp["mutual"] * T * T * kl / (peers - 1) / n
    return total


def main():
    rng = np.random.default_rng(22)
    for case, peers, n, c, ce, hard, mutual, T in (("two", 2, 6, 5, 0.0, 1.0, 1.0, 1.0),
                                                   ("three_T2", 3, 4, 7, 0.0, 1.0, 0.5, 2.0),
                                                   ("labels_b2", 2, 2, 10, 0.3, 0.7, 2.0, 4.0),
                                                   ("four_wide", 4, 3, 40, 1.0, 1.0, 1.0, 1.0)):
        hp = {"ce": ce, "hard": hard, "mutual": mutual, "T": T}
        x = {"logits_t": 3 * rng.normal(size=(n, c)), "target": rng.integers(0, c, n)}
        names = [f"logits/{i}" for i in range(peers)]
        for name in names:
            x[name] = 2 * rng.normal(size=(n, c))
        own_vectors.write(sys.argv[1], "thoker", case, "Thoker and Gall, ICIP 2019, section 3",
                          "sum over students", hp, x, names,
                          lambda v, _, k=peers, h=hp: loss(v, k, h))


main()
