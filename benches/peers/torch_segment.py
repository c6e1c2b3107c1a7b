"""Seconds that PyTorch takes for one segment of the 27 M model, batch 1: one line of JSON.

--bf16: with weights and states in bf16, or under autocast with them in f32, whichever is faster."""

import json
import sys

import torch

from hrm_torch import THREADS, Config, Hrm, median_seconds

RUNS = 15


def main() -> None:
    torch.set_num_threads(THREADS)
    torch.manual_seed(0)
    config = Config(hidden_size=512, num_heads=8, layers=4, inner=1536, seq_len=81, prefix=1)
    model = Hrm(config).eval()
    tokens = torch.randint(1, config.vocab_size, (1, config.seq_len))
    with torch.inference_mode():
        z_h, z_l = model.initial_state(1)
        if "--bf16" in sys.argv:
            with torch.autocast("cpu", dtype=torch.bfloat16):
                cast = median_seconds(lambda: model.segment(tokens, z_h, z_l), warm_up=3, runs=RUNS)
            model = model.to(torch.bfloat16)
            z_h, z_l = z_h.bfloat16(), z_l.bfloat16()
            seconds = min(cast, median_seconds(lambda: model.segment(tokens, z_h, z_l), warm_up=3, runs=RUNS))
        else:
            seconds = median_seconds(lambda: model.segment(tokens, z_h, z_l), warm_up=3, runs=RUNS)
    precision = "bf16" if "--bf16" in sys.argv else "f32"
    report = {"peer": "torch_segment", "precision": precision, "median_s": round(seconds, 4), "runs": RUNS}
    print(json.dumps(report | {"threads": THREADS, "torch": torch.__version__}))


if __name__ == "__main__":
    main()
