"""derive.py OUT.h5: graphs around the most salient points, centre by centre; torch's batch-norm."""
import os
import sys

import numpy as np
import torch
import torch.nn.functional as F

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../harness/tests"))
import own_vectors


def encode(f, graphs, p, side):
    """graphs: a list of (sample, centre, neighbours) -> one row each"""
    edges = torch.stack([torch.stack([torch.cat([f[n][j], f[n][i]]) for j in near])
                         for n, i, near in graphs])
    h = F.conv2d(edges.permute(2, 0, 1)[None], p[side + ".conv.weight"])
    h = F.batch_norm(h, None, None, p[side + ".bn.weight"], p[side + ".bn.bias"], training=True)
    return F.relu(h)[0].amax(2).T


def loss(x, p, hp, weighted):
    fs, ft = x["feat_s"], x["feat_t"]
    if fs.dim() == 4:
        size = [min(a, b) for a, b in zip(fs.shape[2:], ft.shape[2:])]
        fs, ft = (F.adaptive_avg_pool2d(f, size).flatten(2).transpose(1, 2) for f in (fs, ft))
    places = ft.shape[1]
    some, k = max(int(hp["share"] * places + 0.5), 1), min(hp["k"], places)
    graphs, weight = [], []
    for n in range(len(ft)):
        salient = ft[n].amax(1)
        centres = sorted(range(places), key=lambda i: (-salient[i].item(), i))[:some]
        for i in centres:
            far = ((ft[n] - ft[n][i]) ** 2).sum(1)
            near = sorted(range(places), key=lambda j: (far[j].item(), j))[:k]
            graphs.append((n, i, near))
        weight.append(some * torch.softmax(salient[centres] / hp["tau"], 0))
    square = (encode(fs, graphs, p, "student") - encode(ft, graphs, p, "teacher")) ** 2
    if weighted:
        square = square * torch.cat(weight)[:, None]
    return hp["beta"] * square.mean()


def main():
    rng = np.random.default_rng(27)
    for group, case, s, t, share, k, tau, beta in (
            ("pointdistiller", "points", (3, 12, 4), (3, 12, 6), 0.375, 4, 1.0, 2.0),
            ("pointdistiller", "all_b2", (2, 6, 5), (2, 6, 3), 1.0, 16, 1.0, 1.0),
            ("pointdistiller", "one_centre", (4, 9, 3), (4, 9, 3), 0.0, 3, 1.0, 5.0),
            ("pointdistiller", "map", (2, 4, 4, 4), (2, 5, 2, 2), 0.5, 2, 1.0, 2.0),
            ("pointdistiller_paper", "points", (3, 10, 4), (3, 10, 5), 0.5, 3, 0.5, 2.0)):
        rows = len(s) == 3
        ws, wt = (s[2], t[2]) if rows else (s[1], t[1])
        hp = {"share": share, "k": k, "tau": tau, "beta": beta}
        x = {"feat_s": rng.normal(size=s), "feat_t": np.abs(rng.normal(size=t))}
        p = {}
        for side, width in (("student", ws), ("teacher", wt)):
            p[side + ".conv.weight"] = rng.normal(size=(ws, 2 * width, 1, 1))
            p[side + ".bn.weight"] = 1 + 0.2 * rng.normal(size=ws)
            p[side + ".bn.bias"] = 0.2 * rng.normal(size=ws)
        own_vectors.write(sys.argv[1], group, case, "Zhang et al., CVPR 2023",
                          "mean over centres and channels", hp, x, ["feat_s"],
                          lambda a, b, h=hp, w=group == "pointdistiller_paper": loss(a, b, h, w), p)


main()
