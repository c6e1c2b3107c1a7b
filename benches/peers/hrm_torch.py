"""The Hierarchical Reasoning Model in PyTorch, as fast as plain PyTorch allows on a CPU: fused
projections, scaled_dot_product_attention, rms_norm. What the project's own speed is compared with."""

import math
import statistics
import time
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn

THREADS = 2


@dataclass(frozen=True)
class Config:
    """Sizes under the names of the official configuration."""

    hidden_size: int  # D
    num_heads: int
    layers: int  # of H and of L each
    inner: int  # F of SwiGLU
    seq_len: int  # S
    prefix: int = 0  # P, puzzle-embedding positions before the tokens
    vocab_size: int = 11
    h_cycles: int = 2
    l_cycles: int = 2

    @property
    def positions(self) -> int:
        return self.prefix + self.seq_len


def rope_tables(positions: int, head_dim: int) -> tuple[torch.Tensor, torch.Tensor]:
    """cos and sin, [T, d], the d/2 angles repeated in both halves."""
    frequencies = 10000.0 ** (-torch.arange(0, head_dim, 2, dtype=torch.float64) / head_dim)
    angles = torch.outer(torch.arange(positions, dtype=torch.float64), frequencies).repeat(1, 2)
    return angles.cos().float(), angles.sin().float()


def rotate_half(x: torch.Tensor) -> torch.Tensor:
    first, second = x.chunk(2, dim=-1)
    return torch.cat((-second, first), dim=-1)


def linear(fan_in: int, fan_out: int) -> nn.Linear:
    layer = nn.Linear(fan_in, fan_out, bias=False)
    nn.init.trunc_normal_(layer.weight, std=fan_in**-0.5)
    return layer


class Block(nn.Module):
    """Attention and SwiGLU, each followed by its residual and the norm: [B, T, D] -> [B, T, D]."""

    def __init__(self, config: Config):
        super().__init__()
        d = config.hidden_size
        self.heads = config.num_heads
        self.qkv = linear(d, 3 * d)
        self.o = linear(d, d)
        self.gate_up = linear(d, 2 * config.inner)
        self.down = linear(config.inner, d)

    def forward(self, x: torch.Tensor, rope: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
        b, t, d = x.shape
        cos, sin = rope
        q, k, v = self.qkv(x).view(b, t, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4)
        q = q * cos + rotate_half(q) * sin
        k = k * cos + rotate_half(k) * sin
        mixed = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(b, t, d)
        x = F.rms_norm(x + self.o(mixed), (d,), eps=1e-5)
        gate, up = self.gate_up(x).chunk(2, dim=-1)
        return F.rms_norm(x + self.down(F.silu(gate) * up), (d,), eps=1e-5)


class Hrm(nn.Module):
    """Two modules of blocks, their recurrence and their heads."""

    def __init__(self, config: Config):
        super().__init__()
        self.config = config
        d = config.hidden_size
        self.embed = nn.Embedding(config.vocab_size, d)
        nn.init.trunc_normal_(self.embed.weight, std=d**-0.5)
        self.h_level = nn.ModuleList(Block(config) for _ in range(config.layers))
        self.l_level = nn.ModuleList(Block(config) for _ in range(config.layers))
        self.lm_head = linear(d, config.vocab_size)
        self.q_head = nn.Linear(d, 2)
        nn.init.zeros_(self.q_head.weight)
        nn.init.constant_(self.q_head.bias, -5.0)
        cos, sin = rope_tables(config.positions, d // config.num_heads)
        self.register_buffer("cos", cos)
        self.register_buffer("sin", sin)
        self.register_buffer("h_init", torch.randn(d))
        self.register_buffer("l_init", torch.randn(d))

    def initial_state(self, batch: int) -> tuple[torch.Tensor, torch.Tensor]:
        shape = (batch, self.config.positions, self.config.hidden_size)
        return self.h_init.expand(shape), self.l_init.expand(shape)

    def inputs(self, tokens: torch.Tensor) -> torch.Tensor:
        """[B, S] tokens -> [B, T, D]; the puzzle embedding is the zeros that training starts from."""
        d = self.config.hidden_size
        return F.pad(self.embed(tokens), (0, 0, self.config.prefix, 0)) * math.sqrt(d)

    def level(self, blocks: nn.ModuleList, state: torch.Tensor, injection: torch.Tensor) -> torch.Tensor:
        state = state + injection
        for block in blocks:
            state = block(state, (self.cos, self.sin))
        return state

    def segment(self, tokens, z_h, z_l):
        """One ACT step with the one-step gradient: only the last L and the last H call are differentiated."""
        x = self.inputs(tokens)
        calls = [(h, l) for h in range(self.config.h_cycles) for l in range(self.config.l_cycles)]
        with torch.no_grad():
            for h, l in calls[:-1]:
                z_l = self.level(self.l_level, z_l, z_h + x)
                if l == self.config.l_cycles - 1:
                    z_h = self.level(self.h_level, z_h, z_l)
        z_l = self.level(self.l_level, z_l, z_h + x)
        z_h = self.level(self.h_level, z_h, z_l)
        return self.lm_head(z_h[:, self.config.prefix :]), self.q_head(z_h[:, 0]), z_h, z_l


def median_seconds(step, warm_up: int, runs: int) -> float:
    for _ in range(warm_up):
        step()
    times = []
    for _ in range(runs):
        begun = time.perf_counter()
        step()
        times.append(time.perf_counter() - begun)
    return statistics.median(times)
