"""Does PyTorch take the same three steps? A trace of `kdbench bench --trace` says what each step
saw and what came of it; here its first weights and its batches go through PyTorch.

Compared are the loss and the logits of each step, and after the last step every layer of student
and method: its parameters, its running statistics, and what the three steps added to its
parameters. Each is one vector: a bias of batch-norm begins at 0 beside a weight of 1, is moved by
sums of a million terms that cancel, and one ReLU that rounding turned over shows in its third
digit, in any program. Distances are |x - y| / |y| in Euclidean norm, y from PyTorch in double.

A trace of kdbench-double has to agree within 1e-8, which shows that the networks, losses and the
optimiser are the same functions. A trace of kdbench, in float, has to agree within 1e-4, or within
three times of what PyTorch in float is away at its worst, if that is more: so it is for what was
added, a small difference of weights, and for mobilenetv2, whose first steps multiply any rounding.
"""
import h5py
import torch

from workloads import Training, WORKLOADS, sgd, trained

STEPS = 3
EXACT, CLOSE, TIMES = 1e-8, 1e-4, 3


# ---- what the trace holds --------------------------------------------------------------------


def text(value):
    return value.decode() if isinstance(value, bytes) else str(value)


def tensors(group):
    return {name: torch.as_tensor(group[name][()]) for name in group}


def batch_of(step, dtype):
    batch = {name: torch.as_tensor(step[name][()]) for name in ("input", "label", "index")}
    if batch["input"].is_floating_point():
        batch["input"] = batch["input"].to(dtype)
    batch.update(tensors(step["draws"]))
    if "contrast" in batch:  # the first of a row is the sample's own place
        batch["contrast"][:, 0] = batch["index"]
    return batch


def options_of(trace):
    """numbers, of the type that the method's defaults have"""
    names = [n for n in trace["options"] if not isinstance(trace["options"][n][()], (bytes, str))]
    options = {n: float(trace["options"][n][()]) for n in names}
    for name in ("nce_k", "feat_dim"):
        if name in options:
            options[name] = int(options[name])
    if "bank_s" in trace["method/before"]:
        options["nsamples"] = len(trace["method/before/bank_s"])
    return options


def load(module, group):
    """every tensor finds its place; torch's count of batches is not one of ours"""
    own = module.state_dict()  # a convolution over points is one over an image of one column
    ours = {name: x.reshape(own[name].shape) if name in own and x.ndim > own[name].ndim else x
            for name, x in tensors(group).items()}
    there = module.load_state_dict(ours, strict=False)
    missing = [n for n in there.missing_keys if not n.endswith("num_batches_tracked")]
    if missing or there.unexpected_keys:
        raise ValueError(f"not the same tensors: {missing} {there.unexpected_keys}")


def training_of(trace, dtype):
    workload = WORKLOADS[text(trace.attrs["workload"])]
    if workload.words:  # the words that its random texts happen to have
        workload.vocabulary = len(trace["student/before/tok.weight"])
    training = Training(workload, **options_of(trace))
    groups = {"student": "student/before", "method": "method/before", "teacher": "teacher"}
    for name, group in groups.items():
        module = getattr(training, name)
        if module is not None:
            load(module.to(dtype), trace[group])
    how = {n: float(trace.attrs[n]) for n in ("lr", "momentum", "weight_decay")}
    training.optimizer = sgd(trained(training.student, training.method),
                             nesterov=bool(trace.attrs["nesterov"]), **how)
    return training


# ---- what came of it, by kind and name -------------------------------------------------------


def layers_of(state):
    """the tensors of each layer as one vector, parameters and running statistics apart"""
    layers = {}
    for name, tensor in state.items():
        layer, _, last = name.rpartition(".")
        part = "statistics" if last.startswith("running_") else "parameters"
        layers.setdefault((part, layer or name), []).append(tensor.double().flatten())
    return {key: torch.cat(parts) for key, parts in layers.items()}


def add_states(found, what, before, after):
    before, after = layers_of(before), layers_of({name: after[name] for name in before})
    for part, layer in before:
        found[part, f"of {what} {layer}"] = after[part, layer]
        if part == "parameters":
            found["update", f"of {what} {layer}"] = after[part, layer] - before[part, layer]


def ours(trace):
    found = {}
    for k in range(STEPS):
        step = tensors({n: v for n, v in trace[f"step{k}"].items() if isinstance(v, h5py.Dataset)})
        found["loss", f"of step {k + 1}"] = step["loss"]
        for who in ("student", "teacher"):
            if who + "_logits" in step:
                found["logits", f"of {who}, step {k + 1}"] = step[who + "_logits"]
    for what in ("student", "method"):
        add_states(found, what, tensors(trace[what]["before"]), tensors(trace[what]["after"]))
    return found


def torchs(trace, dtype):
    """the same names, from PyTorch's steps"""
    training, found = training_of(trace, dtype), {}
    for k in range(STEPS):
        loss, seen = training.watched_step(batch_of(trace[f"step{k}"], dtype))
        found["loss", f"of step {k + 1}"] = loss
        for who, logits in seen.items():
            found["logits", f"of {who}, step {k + 1}"] = logits
    for what in ("student", "method"):
        after = getattr(training, what).state_dict()
        add_states(found, what, tensors(trace[what]["before"]), after)
    return found


# ---- compared --------------------------------------------------------------------------------


def distance(x, truth):
    """0 where both are 0; of nothing but a zero, the other's length"""
    apart, length = (x.double() - truth.double()).norm(), truth.double().norm()
    return float(apart / length) if length > 0 else float(apart)


def distances(found, truth):
    return {key: distance(found[key], truth[key]) for key in found}


def limits(trace, truth):
    """how far each kind may be away"""
    kinds = {kind for kind, _ in truth}
    if trace["step0/student_logits"].dtype == "float64":
        return {kind: EXACT for kind in kinds}
    theirs = distances(torchs(trace, torch.float32), truth)
    worst = {kind: max(d for key, d in theirs.items() if key[0] == kind) for kind in kinds}
    # where rounding makes another of two points the largest, its gradient goes elsewhere
    slack = 4 if WORKLOADS[text(trace.attrs["workload"])].points else 1
    return {kind: slack * max(CLOSE, TIMES * worst[kind]) for kind in kinds}


def compare(trace):
    truth = torchs(trace, torch.float64)
    allowed = limits(trace, truth)
    for (kind, of), d in distances(ours(trace), truth).items():
        yield {"kind": kind, "of": of, "distance": d, "allowed": allowed[kind]}


def check_trace(path):
    with h5py.File(path, "r") as trace:
        return {"workload": text(trace.attrs["workload"]), "rows": list(compare(trace))}
