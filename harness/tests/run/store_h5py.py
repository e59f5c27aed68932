# store_h5py.py RUN.h5 RESULTS.h5: reads a run file and a merged file as results/SCHEMA.md says, with h5py
# and nothing of kdbench, and checks what they say against each other.
import hashlib
import json
import sys

import h5py
import numpy as np


def text(v):
    return v.decode() if isinstance(v, bytes) else str(v)


def sealed(path):
    head, rest = open(path, "rb").read(512), open(path, "rb").read()[512:]
    return hashlib.sha256(rest).hexdigest().encode() in head


def same(a, b):
    for name, value in a.attrs.items():
        assert np.array_equal(value, b.attrs[name], equal_nan=isinstance(value, float)), name
    for name in a:
        if isinstance(a[name], h5py.Group):
            same(a[name], b[name])
        else:
            assert a[name].dtype == b[name].dtype and a[name][()].tobytes() == b[name][()].tobytes(), name


run_path, merged_path = sys.argv[1:]
assert sealed(run_path) and sealed(merged_path)

# a run file
run = h5py.File(run_path, "r")
assert run.attrs["schema_version"] == 1
spec = json.loads(text(run["spec"].attrs["json"]))
hash_ = hashlib.sha256(text(run["spec"].attrs["json"]).encode()).hexdigest()
assert spec["method"]["name"] == text(run["spec"].attrs["method"])
assert spec["seed"] == run["spec"].attrs["seed"]
metrics = [text(run["final/metrics"][str(i)].attrs["name"])
           for i in range(run["final/metrics"].attrs["@list"])]
assert "top1" in metrics
epochs = len(run["curve/loss"])
assert epochs == spec["train"]["epochs"] == run["final/last"].attrs["epoch"]
for metric in metrics:
    last, curve = run["final/last"].attrs["test_" + metric], run["curve/test_" + metric]
    assert curve.shape == (epochs,) and curve.dtype == np.float64
    assert np.array_equal(curve[-1], last, equal_nan=True), metric
pred = run["pred/test"]
assert pred["class"].dtype == np.int32 and pred["nll"].dtype == np.float64
assert np.isclose(pred["nll"][()].mean(), run["final/last"].attrs["test_nll"], rtol=1e-9)
assert sum(w.size for n, w in run["weights/last"].items() if n.endswith(("weight", "bias"))) \
    == run["cost"].attrs["student_params"]
assert run["env"].attrs["dirty"].dtype == np.bool_ and len(text(run["env"].attrs["commit"])) >= 7
assert text(run["status"].attrs["state"]) == "done"

# a merged file: the same groups, but weights and predictions
merged = h5py.File(merged_path, "r")
assert merged.attrs["merged_version"] == 1 and merged.attrs["schema_version"] == 1
runs = merged["runs"]
assert sorted(int(r.attrs["number"]) for r in runs.values()) == list(range(1, len(runs) + 1))
lines = [json.loads(text(line)) for line in merged["sweep/lines"][()]]
assert lines[0]["name"] == text(merged["sweep"].attrs["name"])
assert {line["hash"] for line in lines[1:]} == set(runs)
one = runs[hash_]
assert set(one) == {"spec", "curve", "final", "env", "cost", "status"}
for group in one:
    same(run[group], one[group])
assert text(one.attrs["content_sha256"]) == text(run.attrs["content_sha256"])
assert len({h5py.h5o.get_info(r["env/sources"].id).addr for r in runs.values() if "env" in r}) < len(runs)
