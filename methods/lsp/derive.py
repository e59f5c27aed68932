"""derive.py OUT.h5: distributions over neighbours, place by place and neighbour by neighbour."""
import os
import sys

import numpy as np
import torch
import torch.nn.functional as F

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../harness/tests"))
import own_vectors


def likeness(a, b, hp):
    if hp["kernel"] == "linear":
        return (a * b).sum()
    if hp["kernel"] == "poly":
        return (a * b).sum() ** 2
    square = ((a - b) ** 2).sum()
    return square if hp["kernel"] == "euclidean" else torch.exp(-square / (2 * hp["sigma"] ** 2))


def structure(f, i, near, hp):
    return torch.log_softmax(torch.stack([likeness(f[i], f[j], hp) for j in near]), 0)


def sample(fs, ft, at, hp, authors):
    k, total = min(hp["k"], len(fs) - 1), 0
    nodes = min(hp["nodes"], len(fs)) or len(fs)
    for i in range(nodes):
        far = ((at - at[i]) ** 2).sum(1)
        near = sorted((j for j in range(len(fs)) if j != i), key=lambda j: (far[j].item(), j))[:k]
        s, t = structure(fs, i, near, hp), structure(ft, i, near, hp)
        total = total + ((t.exp() * (t - s)).sum() if authors else (s.exp() * (s - t)).sum())
    return total / nodes


def loss(x, hp, authors):
    fs, ft, at = x["feat_s"], x["feat_t"], x["input"]
    if fs.dim() == 4:
        size = [min(a, b) for a, b in zip(fs.shape[2:], ft.shape[2:])]
        fs, ft = (F.adaptive_avg_pool2d(f, size).flatten(2).transpose(1, 2) for f in (fs, ft))
        y, x = torch.meshgrid(torch.arange(size[0]), torch.arange(size[1]), indexing="ij")
        at = torch.stack([y.flatten(), x.flatten()], 1).to(fs.dtype).expand(len(fs), -1, -1)
    else:
        at = at[:, :, :3] if at.shape[1] == fs.shape[1] else ft
    parts = [sample(s, t, a, hp, authors) for s, t, a in zip(fs, ft, at)]
    return hp["beta"] * sum(parts) / len(parts)


def main():
    rng = np.random.default_rng(26)
    for group, case, kernel, s, t, cloud, k, sigma, beta in (
            ("lsp", "rbf", "rbf", (3, 12, 4), (3, 12, 6), (3, 12, 3), 4, 2.0, 100.0),
            ("lsp", "normals_linear", "linear", (2, 10, 3), (2, 10, 5), (2, 10, 6), 3, 1.0, 1.0),
            ("lsp", "poly_all", "poly", (2, 5, 3), (2, 5, 3), (2, 5, 3), 64, 1.0, 2.0),
            ("lsp", "euclidean", "euclidean", (2, 9, 4), (2, 9, 2), (2, 9, 3), 5, 1.0, 10.0),
            ("lsp", "fewer_than_points", "rbf", (2, 8, 4), (2, 8, 7), (2, 20, 3), 3, 1.5, 10.0),
            ("lsp", "map", "rbf", (2, 4, 6, 4), (2, 6, 3, 3), (2, 3, 8, 8), 2, 1.0, 50.0),
            ("lsp_authors", "rbf", "rbf", (2, 11, 5), (2, 11, 4), (2, 11, 3), 4, 2.0, 100.0)):
        hp = {"kernel": kernel, "k": k, "sigma": sigma, "beta": beta,
              "nodes": {"rbf": 0, "normals_linear": 4, "euclidean": 100}.get(case, 0)}
        x = {"feat_s": rng.normal(size=s), "feat_t": np.abs(rng.normal(size=t)),
             "input": rng.normal(size=cloud)}
        if kernel == "poly":
            x["feat_s"], x["feat_t"] = x["feat_s"] / 2, x["feat_t"] / 2
        own_vectors.write(sys.argv[1], group, case, "Yang et al., CVPR 2020, eqs. 3 to 5",
                          "mean over places and batch", hp, x, ["feat_s"],
                          lambda v, _, h=hp, a=group == "lsp_authors": loss(v, h, a))


main()
