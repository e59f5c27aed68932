# Reads the file that unit_store_tree.c wrote, with h5py, and compares values known from there.
import sys

import h5py
import numpy as np

f = h5py.File(sys.argv[1], "r")
assert bool(f.attrs["yes"]) is True and bool(f.attrs["no"]) is False
assert f.attrs["yes"].dtype == np.bool_
assert int(f.attrs["largest"]) == 2**63 - 1 and int(f.attrs["smallest"]) == -(2**63)
assert np.isnan(f.attrs["nan"]) and f.attrs["inf"] == -np.inf
assert f.attrs["text"].decode() == 'café {"a": [1, 2]}\nline'
assert f["long text"][()].decode() == "x" * 100000

i = np.arange(100 * 33 * 4)
want = ((i * 37 + i // 251) % 256).astype(np.uint8).view("<f4").reshape(100, 33)
packed = f["arrays/packed"]
assert packed.compression == "gzip" and packed.shuffle
assert packed[()].tobytes() == want.tobytes()
assert f["arrays/layer1.0.conv1.weight"].shape == (64, 9, 9, 64)
assert f["arrays/no rows"].shape == (0, 5) and f["arrays/scalar"].shape == ()

assert list(f["lists/ints"]) == [k * 1000003 for k in range(5)]
assert [t.decode() for t in f["lists/texts"]] == ["one", "", "naïve €"]
assert list(f["lists/bools"]) == [True, False]
assert int(f["lists/maps"].attrs["@list"]) == 12 and "11" in f["lists/maps"]

d = f["described"]
assert d.attrs["units"].decode() == "nat" and d.attrs["tol"] == 1e-9
assert list(d.attrs["shape"]) == [0, 1000003, 2000006, 3000009]
