"""The losses of methods/: kd, at, sp, crd, dkd, as a PyTorch user would write them.

A method is made from its options and offers loss(batch, student, teacher) and after(batch);
student and teacher are what Net.stages returned: (stages, pooled, logits).
"""
import math

import torch
from torch import nn
import torch.nn.functional as F


def kl(zs, zt, T):
    """KL(teacher || student) of the softened classes: sum over classes, mean over the batch"""
    return F.kl_div(F.log_softmax(zs / T, 1), F.softmax(zt / T, 1), reduction="batchmean")


class Method(nn.Module):
    defaults = {}

    def __init__(self, **options):
        super().__init__()
        for name, value in {**self.defaults, **options}.items():
            setattr(self, name, value)

    def after(self, batch):
        pass


class Plain(Method):
    def loss(self, batch, student, teacher):
        return F.cross_entropy(student[2], batch["label"])


class KD(Method):
    defaults = {"ce": 0.1, "kd": 0.9, "T": 4.0}

    def loss(self, batch, student, teacher):
        hard = F.cross_entropy(student[2], batch["label"])
        return self.ce * hard + self.kd * self.T**2 * kl(student[2], teacher[2], self.T)


class AT(Method):
    """Zagoruyko and Komodakis 2017, the mean of squared differences of their code."""
    defaults = {"ce": 1.0, "beta": 1000.0, "p": 2.0}

    def attention(self, f):
        return F.normalize(f.pow(self.p).mean(1).flatten(1))

    def loss(self, batch, student, teacher):
        total = self.ce * F.cross_entropy(student[2], batch["label"])
        for fs, ft in zip(student[0], teacher[0]):
            difference = self.attention(fs) - self.attention(ft)
            total = total + self.beta * difference.pow(2).mean()
        return total


class SP(Method):
    """Tung and Mori 2019: the samples' inner products, rows of unit length."""
    defaults = {"ce": 1.0, "beta": 3000.0}

    @staticmethod
    def similarity(f):
        f = f.flatten(1)
        return F.normalize(f @ f.t())

    def loss(self, batch, student, teacher):
        gs, gt = self.similarity(student[0][-1]), self.similarity(teacher[0][-1])
        hard = F.cross_entropy(student[2], batch["label"])
        return self.ce * hard + self.beta * (gs - gt).pow(2).mean()


class Embedding(nn.Module):
    def __init__(self, c_in, c_out):
        super().__init__()
        self.linear = nn.Linear(c_in, c_out)

    def forward(self, x):
        return F.normalize(self.linear(x))


class CRD(Method):
    """Tian et al. 2020. All scores against a bank in one product, then each sample's own picked:
    several times faster than copying every candidate's row, and the same numbers."""
    defaults = {"ce": 1.0, "beta": 0.8, "feat_dim": 128, "nce_k": 16384, "nce_t": 0.07,
                "nce_m": 0.5}

    def __init__(self, nsamples, width_s, width_t, **options):
        super().__init__(**options)
        self.nsamples = nsamples
        self.embed_s = Embedding(width_s, self.feat_dim)
        self.embed_t = Embedding(width_t, self.feat_dim)
        most = math.sqrt(3 / self.feat_dim)
        for bank in ("bank_s", "bank_t"):
            rows = torch.empty(nsamples, self.feat_dim).uniform_(-most, most)
            self.register_buffer(bank, rows)
        self.register_buffer("Z", torch.full((2,), -1.0))

    def contrast(self, side, v, bank, candidates):
        """-log P/(P + c) for the sample itself, -log (K/n)/(P + c) for the others, in logarithms"""
        score = (v @ bank.t()).gather(1, candidates) / self.nce_t
        if self.Z[side] < 0:
            self.Z[side] = score.detach().exp().mean() * self.nsamples
        noise = self.nce_k / self.nsamples
        c = noise + 1e-7
        odds = score - torch.log(self.Z[side] * c)
        total = F.softplus(-odds[:, 0]).sum() + F.softplus(odds[:, 1:]).sum()
        return total / len(v) + self.nce_k * math.log(c / noise)

    def loss(self, batch, student, teacher):
        self.vs, self.vt = self.embed_s(student[1]), self.embed_t(teacher[1])
        candidates = batch["contrast"]
        hard = F.cross_entropy(student[2], batch["label"])
        return self.ce * hard + self.beta * (
            self.contrast(0, self.vs, self.bank_t, candidates)
            + self.contrast(1, self.vt, self.bank_s, candidates))

    @torch.no_grad()
    def after(self, batch):
        at = batch["index"]
        for bank, v in ((self.bank_s, self.vs), (self.bank_t, self.vt)):
            bank[at] = F.normalize(self.nce_m * bank[at] + (1 - self.nce_m) * v)


class DKD(Method):
    """Zhao et al. 2022; `share` of the warm-up is reached (1 after it)."""
    defaults = {"ce": 1.0, "alpha": 1.0, "beta": 8.0, "T": 4.0, "share": 1.0}

    def loss(self, batch, student, teacher):
        label = batch["label"]
        zs, zt = student[2] / self.T, teacher[2] / self.T
        out = 1000.0 * F.one_hot(label, zs.shape[1])
        others_s, others_t = zs - out, zt - out
        target = kl(self.binary(zs, others_s, label), self.binary(zt, others_t, label), 1)
        rest = kl(others_s, others_t, 1)
        weight = self.share * self.T**2
        hard = F.cross_entropy(student[2], label)
        return self.ce * hard + weight * (self.alpha * target + self.beta * rest)

    @staticmethod
    def binary(z, others, label):
        """logits of "the target" and "something else\""""
        return torch.stack([z.gather(1, label[:, None])[:, 0], others.logsumexp(1)], 1)


METHODS = {"none": Plain, "kd": KD, "at": AT, "sp": SP, "crd": CRD, "dkd": DKD}
