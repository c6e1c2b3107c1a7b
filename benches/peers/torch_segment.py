"""Seconds that PyTorch takes for one segment of the 27 M model, batch 1: one line of JSON. As it is or compiled, whichever is
faster; where there is no compiler for torch.compile, as it is.

--bf16: with weights and states in bf16, or under autocast with them in f32, whichever is faster."""

import argparse
import json

import torch

from hrm_torch import THREADS, Config, Hrm, median_seconds

RUNS = 15


def fastest(model: Hrm, tokens: torch.Tensor, states: tuple[torch.Tensor, torch.Tensor]) -> tuple[float, bool]:
    """Seconds, and whether the compiled form took them."""
    plain = median_seconds(lambda: model.segment(tokens, *states), warm_up=3, runs=RUNS)
    try:
        segment = torch.compile(model.segment)
        compiled = median_seconds(lambda: segment(tokens, *states), warm_up=3, runs=RUNS)
    except Exception:  # whatever the compiler's back end raises
        return plain, False
    return min((plain, False), (compiled, True))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--tokens", type=int, default=81)
    parser.add_argument("--symbols", type=int, default=11)
    parser.add_argument("--bf16", action="store_true")
    asked = parser.parse_args()
    torch.set_num_threads(THREADS)
    torch.manual_seed(0)
    sizes = {"hidden_size": 512, "num_heads": 8, "layers": 4, "inner": 1536, "prefix": 1}
    config = Config(seq_len=asked.tokens, vocab_size=asked.symbols, **sizes)
    model = Hrm(config).eval()
    tokens = torch.randint(1, config.vocab_size, (1, config.seq_len))
    with torch.inference_mode():
        states = model.initial_state(1)
        if asked.bf16:
            with torch.autocast("cpu", dtype=torch.bfloat16):
                cast = fastest(model, tokens, states)
            model = model.to(torch.bfloat16)
            rounded = states[0].bfloat16(), states[1].bfloat16()
            seconds, compiled = min(cast, fastest(model, tokens, rounded))
        else:
            seconds, compiled = fastest(model, tokens, states)
    report = {"peer": "torch_segment", "precision": "bf16" if asked.bf16 else "f32", "median_s": round(seconds, 4)}
    print(json.dumps(report | {"runs": RUNS, "compiled": compiled, "threads": THREADS, "torch": torch.__version__}))


if __name__ == "__main__":
    main()
