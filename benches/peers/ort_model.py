"""Writes one segment of the middle model (D 128, 2+2 layers, 81 tokens, batch 1, random weights) as
ONNX for onnxruntime-web, with the fused operators that its WebGPU and WASM backends both have.

    python3 ort_model.py FILE.onnx [--check]

Inputs tokens [1, S] i64, z_h and z_l [1, T, D]; outputs logits [1, S, V], q [1, 1, 2], next_h, next_l.
--check compares it with the same model in PyTorch (needs onnxruntime)."""

import argparse
import math

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

from hrm_torch import Block, Config, Hrm

MIDDLE = Config(hidden_size=128, num_heads=4, layers=2, inner=512, seq_len=81)
FUSED = "com.microsoft"


class Graph:
    """Nodes and weights as they are appended; a value is known by its name."""

    def __init__(self):
        self.nodes, self.weights, self.names = [], {}, 0

    def weight(self, name: str, tensor: torch.Tensor) -> str:
        if name not in self.weights:
            self.weights[name] = numpy_helper.from_array(np.ascontiguousarray(tensor.detach().numpy()), name)
        return name

    def op(self, kind: str, *inputs: str, outputs: int = 1, domain: str = "", **attributes):
        self.names += 1
        names = [f"{kind}_{self.names}_{i}" for i in range(outputs)]
        self.nodes.append(helper.make_node(kind, inputs, names, domain=domain, **attributes))
        return names[0] if outputs == 1 else names

    def linear(self, x: str, name: str, layer: torch.nn.Linear) -> str:
        return self.op("MatMul", x, self.weight(name, layer.weight.T))


class SegmentBuilder(Graph):
    """The recurrence of hrm_torch.Hrm.segment, call by call."""

    def __init__(self, model: Hrm):
        super().__init__()
        self.model, self.config = model, model.config
        d, half = self.config.hidden_size, self.config.hidden_size // self.config.num_heads // 2
        self.gamma = self.weight("ones", torch.ones(d))
        self.cos = self.weight("cos", model.cos[:, :half])
        self.sin = self.weight("sin", model.sin[:, :half])
        self.positions = self.weight("positions", torch.arange(self.config.positions).unsqueeze(0))

    def add_norm(self, x: str, residual: str) -> str:
        return self.op("SkipSimplifiedLayerNormalization", x, residual, self.gamma, domain=FUSED, epsilon=1e-5)

    def rotate(self, x: str) -> str:
        return self.op("RotaryEmbedding", x, self.positions, self.cos, self.sin, domain=FUSED, interleaved=0)

    def block(self, x: str, name: str, block: Block) -> str:
        q, k, v = self.op("Split", self.linear(x, f"{name}.qkv", block.qkv), outputs=3, axis=-1, num_outputs=3)
        q, k = self.rotate(q), self.rotate(k)
        mixed = self.op("MultiHeadAttention", q, k, v, domain=FUSED, num_heads=self.config.num_heads)
        x = self.add_norm(x, self.linear(mixed, f"{name}.o", block.o))
        gate_up = self.linear(x, f"{name}.gate_up", block.gate_up)
        gate, up = self.op("Split", gate_up, outputs=2, axis=-1, num_outputs=2)
        silu = self.op("QuickGelu", gate, domain=FUSED, alpha=1.0)
        return self.add_norm(x, self.linear(self.op("Mul", silu, up), f"{name}.down", block.down))

    def level(self, name: str, state: str, injection: str) -> str:
        state = self.op("Add", state, injection)
        for index, block in enumerate(getattr(self.model, name)):
            state = self.block(state, f"{name}.{index}", block)
        return state

    def build(self) -> onnx.ModelProto:
        model, config = self.model, self.config
        scaled = self.weight("embed", model.embed.weight * math.sqrt(config.hidden_size))
        x, z_h, z_l = self.op("Gather", scaled, "tokens"), "z_h", "z_l"
        for _ in range(config.h_cycles):
            for _ in range(config.l_cycles):
                z_l = self.level("l_level", z_l, self.op("Add", z_h, x))
            z_h = self.level("h_level", z_h, z_l)
        logits = self.linear(z_h, "lm_head", model.lm_head)
        first = self.op("Slice", z_h, *(self.weight(f"first.{i}", torch.tensor([i])) for i in (0, 1, 1)))
        q = self.op("Add", self.linear(first, "q_head", model.q_head), self.weight("q_bias", model.q_head.bias))
        for value, output in ((logits, "logits"), (q, "q"), (z_h, "next_h"), (z_l, "next_l")):
            self.nodes.append(helper.make_node("Identity", [value], [output]))
        state = [1, config.positions, config.hidden_size]
        floats = {"z_h": state, "z_l": state}
        outputs = {"logits": [1, config.seq_len, config.vocab_size], "q": [1, 1, 2], "next_h": state, "next_l": state}
        info = helper.make_tensor_value_info
        graph = helper.make_graph(
            self.nodes,
            "hrm_segment",
            [info("tokens", TensorProto.INT64, [1, config.seq_len])]
            + [info(name, TensorProto.FLOAT, shape) for name, shape in floats.items()],
            [info(name, TensorProto.FLOAT, shape) for name, shape in outputs.items()],
            list(self.weights.values()),
        )
        opsets = [helper.make_opsetid("", 20), helper.make_opsetid(FUSED, 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=9)


def check(path: str, model: Hrm) -> None:
    """Raises where onnxruntime and PyTorch differ by more than rounding."""
    import onnxruntime

    tokens = torch.randint(1, MIDDLE.vocab_size, (1, MIDDLE.seq_len))
    z_h, z_l = (state.contiguous() for state in model.initial_state(1))
    feed = {"tokens": tokens.numpy(), "z_h": z_h.numpy(), "z_l": z_l.numpy()}
    found = onnxruntime.InferenceSession(path).run(None, feed)
    with torch.inference_mode():
        expected = model.segment(tokens, z_h, z_l)
    for name, a, b in zip(("logits", "q", "next_h", "next_l"), found, expected):
        error = np.abs(a - b.numpy().reshape(a.shape)).max() / np.abs(b.numpy()).max()
        print(f"{name}: largest error {error:.1e} of the largest magnitude")
        assert error < 1e-4, name


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("file")
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    torch.manual_seed(0)
    model = Hrm(MIDDLE).eval()
    torch.nn.init.trunc_normal_(model.q_head.weight, std=0.1)
    onnx.save(SegmentBuilder(model).build(), arguments.file)
    if arguments.check:
        check(arguments.file, model)


if __name__ == "__main__":
    main()
