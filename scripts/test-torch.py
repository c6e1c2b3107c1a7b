"""Loads a checkpoint that `hrm convert` wrote with PyTorch and with the official model file, and writes the outputs of the
official code for `hrm verify --model`. Called by test-torch.sh: test-torch.py CODE CHECKPOINT OUTPUTS."""

import importlib
import json
import os
import struct
import sys
import types

import torch
import yaml

code, checkpoint, outputs = sys.argv[1:]
sys.path.insert(0, code)


def attention(q, k, v, causal=False):
    """What takes the place of flash_attn, outside of the official tree: [B, S, h, d]."""
    swap = lambda x: x.transpose(1, 2)
    mixed = torch.nn.functional.scaled_dot_product_attention(swap(q), swap(k), swap(v), is_causal=causal)
    return swap(mixed).contiguous()


for name in ("flash_attn", "flash_attn_interface"):
    module = types.ModuleType(name)
    module.flash_attn_func = attention
    sys.modules[name] = module

state = torch.load(checkpoint, weights_only=True, map_location="cpu")
mapped = torch.load(checkpoint, weights_only=True, map_location="cpu", mmap=True)
assert all(torch.equal(state[name], mapped[name]) for name in state), "mapped into memory it is another one"
with open(os.path.join(os.path.dirname(checkpoint), "all_config.yaml")) as file:
    config = yaml.safe_load(file)

# As pretrain.py does; every field that its classes demand is looked up where they look.
for field in (
    "data_path data_paths global_batch_size epochs lr lr_min_ratio lr_warmup_steps weight_decay beta1 beta2 "
    "puzzle_emb_lr puzzle_emb_weight_decay"
).split():
    assert config[field] is not None, field
arch = config["arch"]
extra = {name: value for name, value in arch.items() if name not in ("name", "loss")}
extra["forward_dtype"] = "float32"
batch_size = 4
facts = {name: config[name] for name in ("seq_len", "vocab_size", "num_puzzle_identifiers")}
path, _, class_name = arch["name"].partition("@")
if not os.path.exists(os.path.join(code, "models", *path.split(".")) + ".py"):
    print(f"skipped: {code} has no models/{path}")
    sys.exit(3)
Model = getattr(importlib.import_module("models." + path), class_name)
model = Model(dict(**extra, **facts, batch_size=batch_size, causal=False))
loss_path, _, loss_name = arch["loss"]["name"].partition("@")
Loss = getattr(importlib.import_module("models." + loss_path), loss_name)
head = Loss(model, loss_type=arch["loss"]["loss_type"])
names = {name.removeprefix("_orig_mod."): tensor for name, tensor in state.items()}
print(head.load_state_dict(names, assign=True), "with", len(names), "tensors of", class_name)
for name in ("H_init", "L_init"):
    # In f32, as everything is computed here.
    setattr(head.model.inner, name, getattr(head.model.inner, name).float())
head.eval()

torch.manual_seed(7)
batch = {
    "inputs": torch.randint(0, facts["vocab_size"], (batch_size, facts["seq_len"]), dtype=torch.int32),
    "puzzle_identifiers": torch.randint(0, facts["num_puzzle_identifiers"], (batch_size,), dtype=torch.int32),
}
batch["labels"] = batch["inputs"].clone()
tensors = {"batch.inputs": batch["inputs"], "batch.puzzle_identifiers": batch["puzzle_identifiers"]}
with torch.no_grad():
    carry = head.initial_carry(batch)
    for segment in range(min(4, arch["halt_max_steps"])):
        carry, values = model(carry=carry, batch=batch)
        tensors[f"f32.segment.{segment}.logits"] = values["logits"].float().contiguous()

# A safetensors file by hand: the length of the header, the header, the values.
header, data = {}, b""
for name, tensor in tensors.items():
    values = tensor.numpy().tobytes()
    dtype = "I32" if tensor.dtype == torch.int32 else "F32"
    header[name] = {"dtype": dtype, "shape": list(tensor.shape), "data_offsets": [len(data), len(data) + len(values)]}
    data += values
header = json.dumps(header).encode()
with open(outputs, "wb") as file:
    file.write(struct.pack("<Q", len(header)) + header + data)
