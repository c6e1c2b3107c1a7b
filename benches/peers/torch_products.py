"""Operations a second of PyTorch's matrix products, a multiply-add counted as two: one line of JSON, by the sizes as given.

python3 torch_products.py 5184x384x128 "256 of 81x81x32" [--bf16]: m x n x k, with items before "of" where there are several.
In f32, or with operands and results in bf16. The right factor is stored as a layer's weight is, [n, k]."""

import argparse
import json

import torch

from hrm_torch import THREADS, median_seconds

RUNS = 15


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("sizes", nargs="+")
    parser.add_argument("--bf16", action="store_true")
    asked = parser.parse_args()
    torch.set_num_threads(THREADS)
    dtype = torch.bfloat16 if asked.bf16 else torch.float32
    flops = {}
    with torch.inference_mode():
        for sizes in asked.sizes:
            *items, shape = sizes.split(" of ")
            m, n, k = map(int, shape.split("x"))
            batch = [int(count) for count in items]
            a, b = torch.randn(*batch, m, k, dtype=dtype), torch.randn(*batch, n, k, dtype=dtype)
            seconds = median_seconds(lambda: a @ b.transpose(-1, -2), warm_up=3, runs=RUNS)
            flops[sizes] = 2 * m * n * k * (batch[0] if batch else 1) / seconds
    precision = "bf16" if asked.bf16 else "f32"
    print(json.dumps({"peer": "torch_products", "precision": precision, "flops": flops, "threads": THREADS}))


if __name__ == "__main__":
    main()
