"""Writes the files of this folder: archives as torch.save writes them, by Python's pickle module, without PyTorch.

    python3 make.py

PyTorch itself writes pickles of protocol 2 unless it is told otherwise. The modules and classes here have the names that the
pickles must name; nothing loads them.
"""

import io
import pickle
import struct
import sys
import types
import zipfile
from collections import OrderedDict
from pathlib import Path

torch, utils = types.ModuleType("torch"), types.ModuleType("torch._utils")
sys.modules |= {"torch": torch, "torch._utils": utils}


def named(module, name, value):
    value.__module__, value.__qualname__, value.__name__ = module.__name__, name, name
    setattr(module, name, value)
    return value


rebuild_tensor = named(utils, "_rebuild_tensor_v2", lambda: None)
rebuild_parameter = named(utils, "_rebuild_parameter", lambda: None)
# Classes of storages, with struct's letter for an element.
KINDS = {
    "f64": (named(torch, "DoubleStorage", type("DoubleStorage", (), {})), "d"),
    "f32": (named(torch, "FloatStorage", type("FloatStorage", (), {})), "f"),
    "f16": (named(torch, "HalfStorage", type("HalfStorage", (), {})), "e"),
}


class Tensor:
    """A contiguous tensor with a storage of its own."""

    def __init__(self, dtype, shape, values):
        self.storage, letter = Storage(), KINDS[dtype][1]
        self.storage.dtype, self.storage.count = KINDS[dtype][0], len(values)
        self.storage.bytes = struct.pack(f"<{len(values)}{letter}", *values)
        self.shape, self.strides = shape, [1] * len(shape)
        for at in reversed(range(len(shape) - 1)):
            self.strides[at] = self.strides[at + 1] * shape[at + 1]

    def __reduce__(self):
        arguments = (self.storage, 0, tuple(self.shape), tuple(self.strides), False, OrderedDict())
        return rebuild_tensor, arguments


class Parameter:
    def __init__(self, tensor):
        self.tensor = tensor

    def __reduce__(self):
        return rebuild_parameter, (self.tensor, True, OrderedDict())


class Storage:
    pass


def save(file, value, protocol=2, method=zipfile.ZIP_STORED):
    storages, stream = [], io.BytesIO()

    class Pickler(pickle.Pickler):
        def persistent_id(self, value):
            if not isinstance(value, Storage):
                return None
            storages.append(value)
            return "storage", value.dtype, str(len(storages) - 1), "cpu", value.count

    Pickler(stream, protocol).dump(value)
    entries = {"data.pkl": stream.getvalue(), "byteorder": b"little"}
    entries |= {f"data/{index}": storage.bytes for index, storage in enumerate(storages)}
    with zipfile.ZipFile(Path(__file__).parent / file, "w", method) as archive:
        for name, content in (entries | {"version": b"3\n"}).items():
            entry = zipfile.ZipInfo(f"archive/{name}")
            entry.compress_type = method
            archive.writestr(entry, content)


def weights():
    """Values of f64 and f16 that f32 does not have, or has at its ends."""
    return OrderedDict(
        w=Parameter(Tensor("f32", [2, 3], [0.0, 0.5, 1.0, 1.5, 2.0, -2.5])),
        rounded=Tensor("f64", [4], [0.1, 1 + 2**-24, 1 + 3 * 2**-24, -1e-50]),
        half=Tensor("f16", [4], [1 / 3, 65504, 2**-24, -0.0]),
    )


def optimizer():
    state = {0: {"step": 7, "exp_avg": Tensor("f32", [2, 3], [9.0] * 6)}}
    group = {"lr": 1e-4, "betas": (0.9, 0.95), "foreach": None, "maximize": False, "params": [0]}
    return {"state": state, "param_groups": [group]}


def model():
    """Tensors from which the configuration of a model is found."""
    shapes = {
        "H_init": [4],
        "embed_tokens.embedding_weight": [11, 4],
        "L_level.layers.0.mlp.down_proj.weight": [4, 6],
        "puzzle_emb.weights": [9, 4],
    }
    product = lambda shape: shape[0] * (shape[1] if len(shape) > 1 else 1)
    return OrderedDict(
        (f"_orig_mod.model.inner.{name}", Tensor("f32", shape, [at / 2 for at in range(product(shape))]))
        for name, shape in shapes.items()
    )


for protocol in 3, 4, 5:
    save(f"protocol_{protocol}.pt", weights(), protocol)
for wrapper in "state_dict", "model":
    save(f"{wrapper}_beside_optimizer.pt", {"epoch": 3, "optimizer": optimizer(), wrapper: weights()})
save("deflated.pt", model(), method=zipfile.ZIP_DEFLATED)
