"""Seconds that PyTorch takes for one training step, D 128, 2+2 layers, S 81, batch 64: one line of JSON.

A step is a segment with HRM's one-step gradient, the extra segment for the target of q_continue,
the stablemax loss, and Adam-atan2. --bf16: under bf16 autocast, as PyTorch trains in bf16."""

import json
import sys

import torch
import torch.nn.functional as F

from hrm_torch import THREADS, Config, Hrm, median_seconds

BATCH = 64
RUNS = 5


def stablemax_cross_entropy(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """[B, S, V], [B, S] -> the sum over the batch of the mean over positions, in f64 like the official code."""
    logits = logits.double()
    s = torch.where(logits < 0, 1 / (1 - logits + 1e-30), logits + 1)
    log_p = torch.log(s / s.sum(-1, keepdim=True))
    return -log_p.gather(-1, labels.unsqueeze(-1)).squeeze(-1).mean(-1).sum()


class AdamAtan2:
    """Adam-atan2 on all parameters at once, with PyTorch's multi-tensor kernels."""

    def __init__(self, parameters, lr=1e-4, betas=(0.9, 0.95), weight_decay=0.1):
        self.parameters = list(parameters)
        self.lr, self.betas, self.weight_decay, self.t = lr, betas, weight_decay, 0
        self.m = [torch.zeros_like(p) for p in self.parameters]
        self.v = [torch.zeros_like(p) for p in self.parameters]

    @torch.no_grad()
    def step(self) -> None:
        self.t += 1
        beta1, beta2 = self.betas
        gradients = [p.grad for p in self.parameters]
        torch._foreach_mul_(self.parameters, 1 - self.lr * self.weight_decay)
        torch._foreach_lerp_(self.m, gradients, 1 - beta1)
        torch._foreach_mul_(self.v, beta2)
        torch._foreach_addcmul_(self.v, gradients, gradients, value=1 - beta2)
        root = torch._foreach_div(self.v, 1 - beta2**self.t)
        torch._foreach_sqrt_(root)
        updates = [torch.atan2(m, r) for m, r in zip(self.m, root)]
        torch._foreach_add_(self.parameters, updates, alpha=-self.lr / (1 - beta1**self.t))


def main() -> None:
    torch.set_num_threads(THREADS)
    torch.manual_seed(0)
    config = Config(hidden_size=128, num_heads=4, layers=2, inner=512, seq_len=81)
    model = Hrm(config).train()
    optimizer = AdamAtan2(model.parameters())
    tokens = torch.randint(1, config.vocab_size, (BATCH, config.seq_len))
    labels = torch.randint(2, config.vocab_size, (BATCH, config.seq_len))
    z_h, z_l = model.initial_state(BATCH)

    rounded = "--bf16" in sys.argv

    def step() -> None:
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=rounded):
            logits, q, next_h, next_l = model.segment(tokens, z_h, z_l)
            with torch.no_grad():
                _, target_q, _, _ = model.segment(tokens, next_h, next_l)
        q, target = q.float(), torch.sigmoid(target_q.float().max(dim=-1).values)
        with torch.no_grad():
            right = (logits.argmax(-1) == labels).all(-1).float()
        loss = stablemax_cross_entropy(logits, labels)
        bce = F.binary_cross_entropy_with_logits
        loss = loss + 0.5 * (bce(q[:, 0], right, reduction="sum") + bce(q[:, 1], target, reduction="sum"))
        for parameter in optimizer.parameters:
            parameter.grad = None
        (loss / BATCH).backward()
        optimizer.step()

    seconds = median_seconds(step, warm_up=2, runs=RUNS)
    precision = "bf16" if rounded else "f32"
    report = {"peer": "torch_train_step", "precision": precision, "median_s": round(seconds, 4), "runs": RUNS, "batch": BATCH}
    print(json.dumps(report | {"threads": THREADS, "torch": torch.__version__}))


if __name__ == "__main__":
    main()
