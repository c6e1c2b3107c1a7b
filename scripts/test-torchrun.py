"""Trains the official code on from a checkpoint of this project, under torchrun on the CPU: see docs/many-gpus.md.

    pip install torch numpy pyyaml pydantic einops omegaconf
    hrm puzzles sudoku-4x4 --count 64 --out p.csv
    torchrun --nproc-per-node 2 scripts/test-torchrun.py CODE p.csv checkpoints/step_0 OUT

CODE is a clone of SamsungSAILMontreal/TinyRecursiveModels. Its pretrain.py runs as it is; from outside of its tree come what
a CPU lacks (cuda, nccl, the fused optimizer, the compiler's back end) and the packages that only log (wandb, hydra, coolname,
tqdm, argdantic). The puzzles have the identifier 0 or 1 by turns. Leaves OUT/step_N and OUT/all_config.yaml.
"""

import csv
import functools
import json
import os
import sys
import types
from importlib.machinery import ModuleSpec

import numpy as np
import torch
import yaml

code, puzzles, checkpoint, out = sys.argv[1:]
sys.path.insert(0, code)
torch.set_num_threads(1)


class AdamATan2(torch.optim.Optimizer):
    """As the adam-atan2 package defines it, without its CUDA kernel."""

    def __init__(self, params, lr, weight_decay, betas):
        super().__init__(params, dict(lr=lr, weight_decay=weight_decay, betas=betas))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            (first, second), lr = group["betas"], group["lr"]
            for param in group["params"]:
                if param.grad is None:
                    continue
                state = self.state[param]
                if not state:
                    state.update(step=0, m=torch.zeros_like(param), v=torch.zeros_like(param))
                state["step"] += 1
                state["m"].lerp_(param.grad, 1 - first)
                state["v"].lerp_(param.grad.square(), 1 - second)
                m, v = state["m"] / (1 - first ** state["step"]), state["v"] / (1 - second ** state["step"])
                param.mul_(1 - lr * group["weight_decay"]).add_(torch.atan2(m, v.sqrt()), alpha=-lr)


def module(name, **members):
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__dict__.update(members, __spec__=ModuleSpec(name, None))


log = []
module("adam_atan2", AdamATan2=AdamATan2)
module("coolname", generate_slug=lambda words: "run")
module("hydra", main=lambda **_: lambda function: function)
module("argdantic", ArgParser=type("ArgParser", (), {"command": lambda self: lambda function: function}))
module("tqdm", tqdm=lambda total: types.SimpleNamespace(n=0, update=lambda by: None))
module(
    "wandb",
    init=lambda **_: None,
    log=lambda values, step: log.append((step, values)),
    finish=lambda: None,
    Settings=lambda **_: None,
    run=types.SimpleNamespace(log_code=lambda path: None),
)

# What it says of "cuda" goes to the CPU.
torch.Tensor.cuda = lambda self, *_, **__: self
torch.cuda.set_device = lambda *_: None
torch.compile = functools.partial(torch.compile, backend="eager")
with open(os.path.join(code, "pretrain.py")) as file:
    source = file.read().replace('"cuda"', '"cpu"').replace('"nccl"', '"gloo"')
module("pretrain", __file__=os.path.join(code, "pretrain.py"))
pretrain = sys.modules["pretrain"]
exec(compile(source, pretrain.__file__, "exec"), pretrain.__dict__)

# A data set folder of its form: a question and an answer a row, each a group and a puzzle of its own.
rank = int(os.environ.get("RANK", 0))
with open(os.path.join(os.path.dirname(checkpoint), "all_config.yaml")) as file:
    settings = yaml.safe_load(file)
with open(puzzles) as file:
    rows = list(csv.DictReader(file))
tokens = lambda text: [1 if sign in ".0" else int(sign) + 1 for sign in text]
inputs, labels = (np.array([tokens(row[name]) for row in rows], dtype=np.uint8) for name in ("question", "answer"))
count = len(rows)
data = os.path.join(out, f"data-{rank}")
for split in ("train", "test"):
    os.makedirs(os.path.join(data, split), exist_ok=True)
    arrays = dict(
        inputs=inputs,
        labels=labels,
        puzzle_identifiers=np.arange(count, dtype=np.int32) % 2,
        puzzle_indices=np.arange(count + 1, dtype=np.int32),
        group_indices=np.arange(count + 1, dtype=np.int32),
    )
    for name, array in arrays.items():
        np.save(os.path.join(data, split, f"all__{name}.npy"), array)
    facts = dict(
        seq_len=inputs.shape[1], vocab_size=settings["vocab_size"], pad_id=0, ignore_label_id=0, blank_identifier_id=0,
        num_puzzle_identifiers=settings["num_puzzle_identifiers"], total_groups=count, mean_puzzle_examples=1,
        total_puzzles=count, sets=["all"],
    )
    with open(os.path.join(data, split, "dataset.json"), "w") as file:
        json.dump(facts, file)

fields = pretrain.PretrainConfig.model_fields
config = {name: value for name, value in settings.items() if name in fields}
config.update(
    data_paths=[data], load_checkpoint=checkpoint, checkpoint_path=out, evaluators=[], global_batch_size=16, epochs=8,
    eval_interval=8, lr=1e-4, lr_warmup_steps=2, puzzle_emb_lr=1e-2, checkpoint_every_eval=True, ema=False, project_name="t",
)
# The classes of this code.
names = {"hrm.hrm_act_v1": "recursive_reasoning.hrm"}
path, _, class_name = config["arch"]["name"].partition("@")
config["arch"]["name"] = f"{names.get(path, path)}@{class_name}"
if not config["arch"]["puzzle_emb_ndim"]:
    # Its own looks the puzzle embedding up, which such a model has not.
    load = lambda model, of: model.load_state_dict(torch.load(of.load_checkpoint, map_location="cpu"), assign=True)
    pretrain.load_checkpoint = load
pretrain.launch(config)
for step, values in log:
    if rank == 0:
        print("step", step, {name: round(float(value), 4) for name, value in values.items() if "loss" in name or "acc" in name})
