"""The workloads of `kdbench bench`: which networks, on which samples, and one step of each."""
import torch

from methods import METHODS
from models import network
from names import BATCH, CLOUDS, METHODS as ON_ONE_PAIR, PAIRS, TEXTS, TRAINED

NSAMPLES = 50000  # CIFAR-100's, the size of CRD's banks
VOCABULARY = 20000
WORDS = {"transformer": (64, 64), "textcnn": (1, 24)}  # of the shortest and the longest text


class Workload:
    def __init__(self, name, student, teacher=None, method="none", image=(3, 32, 32), classes=100,
                 infer=False, words=None, points=None):
        self.points = points
        self.name, self.student, self.teacher, self.method = name, student, teacher, method
        self.image, self.classes, self.infer, self.words = image, classes, infer, words
        self.vocabulary = VOCABULARY

    def network(self, name):
        if self.points:
            return network(name, classes=self.classes)
        if self.words:
            return network(name, vocabulary=self.vocabulary, length=self.words[1], classes=self.classes)
        return network(name, channels=self.image[0], classes=self.classes)


def all_workloads():
    for net in TRAINED:
        yield Workload(net, net)
    for net in TEXTS:
        yield Workload(net, net, words=WORDS[net], classes=38)
    for net in CLOUDS:
        yield Workload(net, net, points=256, classes=29)
    for teacher, student in PAIRS:
        name = f"kd_{teacher}_{student}"
        yield Workload(name, student, teacher, "kd", **images(teacher))
        # kdbench reads the teacher from its cache; PyTorch has none and runs it
        yield Workload(name + "_cached", student, teacher, "kd", **images(teacher))
    for method in ON_ONE_PAIR:
        teacher, student = PAIRS[1]
        yield Workload(f"{method}_{teacher}_{student}", student, teacher, method)
    for teacher, _ in PAIRS:
        yield Workload(f"infer_{teacher}", teacher, infer=True, **images(teacher))


def images(teacher):
    """resnet20 teaches on Fashion-MNIST's images, the others on CIFAR-100's"""
    return {"image": (1, 28, 28), "classes": 10} if teacher == "resnet20" else {}


WORKLOADS = {w.name: w for w in all_workloads()}


def random_texts(words, g):
    """tokens from 1, then zeros"""
    shortest, longest = words
    tokens = torch.randint(1, VOCABULARY, (BATCH, longest), generator=g)
    length = torch.randint(shortest, longest + 1, (BATCH, 1), generator=g)
    return tokens * (torch.arange(longest) < length)


def random_batch(w):
    g = torch.Generator().manual_seed(1)
    made = random_texts(w.words, g) if w.words else torch.randn(
        (BATCH, w.points, 6) if w.points else (BATCH,) + w.image, generator=g)
    batch = {"input": made,
             "label": torch.randint(0, w.classes, (BATCH,), generator=g),
             "index": torch.randperm(NSAMPLES, generator=g)[:BATCH]}
    if w.method == "crd":
        k = METHODS["crd"].defaults["nce_k"]
        batch["contrast"] = torch.randint(0, NSAMPLES, (BATCH, k + 1), generator=g)
        batch["contrast"][:, 0] = batch["index"]
    return batch


def make_method(w, student, teacher, **options):
    if w.method == "crd":
        options.setdefault("nsamples", NSAMPLES)
        width = [list(n.parameters())[-2].shape[1] for n in (student, teacher)]
        return METHODS["crd"](width_s=width[0], width_t=width[1], **options)
    return METHODS[w.method](**options)


def trained(student, method):
    return list(student.parameters()) + list(method.parameters())


def sgd(parameters, how="foreach", lr=0.05, momentum=0.9, weight_decay=5e-4, nesterov=True):
    """how: "single", "foreach" or "fused", what the installed version knows"""
    kind = {} if how == "single" else {how: True}
    return torch.optim.SGD(parameters, lr=lr, momentum=momentum, weight_decay=weight_decay,
                           nesterov=nesterov, **kind)


class Training:
    """student, frozen teacher, method and optimiser; step(batch) is one training step"""

    def __init__(self, w, memory_format=torch.contiguous_format, **options):
        self.student = w.network(w.student).train()
        self.teacher = None
        if w.teacher:
            self.teacher = w.network(w.teacher).eval().requires_grad_(False)
            self.teacher.to(memory_format=memory_format)
        self.method = make_method(w, self.student, self.teacher, **options)
        self.student.to(memory_format=memory_format)
        self.optimizer = sgd(trained(self.student, self.method))

    def step(self, batch):
        return self.watched_step(batch)[0]

    def watched_step(self, batch):
        """the loss, and the logits of whoever took part"""
        teacher = None
        if self.teacher is not None:
            with torch.no_grad():
                teacher = self.teacher.stages(batch["input"])
        student = self.student.stages(batch["input"])
        loss = self.method.loss(batch, student, teacher)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
        self.method.after(batch)
        seen = {"student": student[2].detach()}
        if teacher:
            seen["teacher"] = teacher[2]
        return loss.detach(), seen


class Inference:
    def __init__(self, w, memory_format):
        self.net = w.network(w.student).eval()
        self.net.to(memory_format=memory_format)

    @torch.inference_mode()
    def step(self, batch):
        return self.net(batch["input"])
