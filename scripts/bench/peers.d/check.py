"""Does PyTorch take the same three steps? A trace of `kdbench bench --trace` says what each step
saw and what came of it; here its first weights and its batches go through PyTorch.

Compared are the loss and the logits of each step, and after the last step every layer of student
and method: its parameters, its statistics, and what the three steps added to its parameters. The
parameters of a layer are one vector: a bias of batch-norm begins at 0 beside a weight of 1, is
moved by sums of a million terms that cancel, and one ReLU that rounding turned over shows in its
third digit, in PyTorch as in kdbench. Distances are |x - y| / |y| in Euclidean norm, y from
PyTorch in double.

A trace of kdbench-double has to agree within 1e-8, which shows that the networks, losses and the
optimiser are the same functions. A trace of kdbench, in float, has to agree within 1e-4; what was
added, itself a small difference, within 5e-2.
"""
import h5py
import torch

from workloads import Training, WORKLOADS, sgd, trained

STEPS = 3
DTYPE = torch.float64
EXACT, CLOSE, CLOSE_UPDATE = 1e-8, 1e-4, 5e-2


# ---- what the trace holds --------------------------------------------------------------------


def text(value):
    return value.decode() if isinstance(value, bytes) else str(value)


def tensors(group):
    return {name: torch.as_tensor(group[name][()]) for name in group}


def batch_of(step):
    batch = {name: torch.as_tensor(step[name][()]) for name in ("input", "label", "index")}
    batch["input"] = batch["input"].to(DTYPE)
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
    there = module.load_state_dict(tensors(group), strict=False)
    missing = [n for n in there.missing_keys if not n.endswith("num_batches_tracked")]
    if missing or there.unexpected_keys:
        raise ValueError(f"not the same tensors: {missing} {there.unexpected_keys}")


def training_of(trace):
    training = Training(WORKLOADS[text(trace.attrs["workload"])], **options_of(trace))
    groups = {"student": "student/before", "method": "method/before", "teacher": "teacher"}
    for name, group in groups.items():
        module = getattr(training, name)
        if module is not None:
            load(module.to(DTYPE), trace[group])
    how = {n: float(trace.attrs[n]) for n in ("lr", "momentum", "weight_decay")}
    training.optimizer = sgd(trained(training.student, training.method),
                             nesterov=bool(trace.attrs["nesterov"]), **how)
    return training


# ---- what came of it, by name ----------------------------------------------------------------


def layers_of(state):
    """the tensors of each layer as one vector, parameters and statistics apart"""
    layers = {}
    for name, tensor in state.items():
        layer, _, last = name.rpartition(".")
        if last.startswith("running_"):
            layer = name
        layers.setdefault(layer or name, []).append(tensor.double().flatten())
    return {layer: torch.cat(parts) for layer, parts in layers.items()}


def add_states(found, what, before, after):
    before, after = layers_of(before), layers_of({name: after[name] for name in before})
    for layer in before:
        found[f"{what} {layer}"] = after[layer]
        if not layer.rpartition(".")[2].startswith("running_"):
            found[f"update of {what} {layer}"] = after[layer] - before[layer]


def ours(trace):
    found = {}
    for k in range(STEPS):
        step = tensors({n: v for n, v in trace[f"step{k}"].items() if isinstance(v, h5py.Dataset)})
        for name in ("loss", "student_logits", "teacher_logits"):
            if name in step:
                found[f"{name} of step {k + 1}"] = step[name]
    for what in ("student", "method"):
        add_states(found, what, tensors(trace[what]["before"]), tensors(trace[what]["after"]))
    return found


def torchs(trace):
    """the same names, from PyTorch's steps"""
    training, found = training_of(trace), {}
    for k in range(STEPS):
        loss, seen = training.watched_step(batch_of(trace[f"step{k}"]))
        found[f"loss of step {k + 1}"] = loss
        for name, logits in seen.items():
            found[f"{name}_logits of step {k + 1}"] = logits
    for what in ("student", "method"):
        after = getattr(training, what).state_dict()
        add_states(found, what, tensors(trace[what]["before"]), after)
    return found


# ---- compared --------------------------------------------------------------------------------


def distance(x, truth):
    """0 where both are 0; of nothing but a zero, the other's length"""
    apart, length = (x.double() - truth.double()).norm(), truth.double().norm()
    return float(apart / length) if length > 0 else float(apart)


def compare(trace):
    truth, in_double = torchs(trace), trace["step0/input"].dtype == "float64"
    for name, x in ours(trace).items():
        close = CLOSE_UPDATE if name.startswith("update") else CLOSE
        yield {"what": name, "distance": distance(x, truth[name]),
               "allowed": EXACT if in_double else close}


def check_trace(path):
    with h5py.File(path, "r") as trace:
        return {"workload": text(trace.attrs["workload"]), "rows": list(compare(trace))}
