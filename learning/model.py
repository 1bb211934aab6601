"""The models: small modules that turn features into ŷ."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor, nn

from learning.experiment import PARAMETER_NAMES


class Model(nn.Module):
    """What training asks of a model: names for its parameters, features of x, and ŷ from features."""

    names: tuple[str, ...]
    """The names of all parameters, in the order of ``parameters()``, each flattened."""

    def features(self, x: Tensor) -> Tensor:
        """Return what :meth:`forward` takes, made from the data once, before training."""
        raise NotImplementedError


class Line(Model):
    """ŷ = w0 + w1 x, computed as the notes do: X = [1 x] times the weights."""

    names = PARAMETER_NAMES["line"]

    def __init__(self, seed: int, start: tuple[float, ...] | None) -> None:
        super().__init__()
        first = linear_start(seed) if start is None else torch.tensor(start, dtype=torch.float32)
        self.weights = nn.Parameter(first)  # (2,)

    def features(self, x: Tensor) -> Tensor:
        """Return X = [1 x], (N, 2), for x (N,)."""
        return torch.stack([torch.ones_like(x), x], dim=1)

    def forward(self, features: Tensor) -> Tensor:
        """Return ŷ (N,) for features (N, 2)."""
        return features @ self.weights


def linear_start(seed: int) -> Tensor:
    """Return (bias, weight), (2,), as ``torch.nn.Linear(1, 1)`` draws them after that seed."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        layer = nn.Linear(1, 1)
    return torch.cat([layer.bias.detach(), layer.weight.detach().flatten()])


MODELS: Mapping[str, Callable[[int, tuple[float, ...] | None], Model]] = {"line": Line}
"""Every model: its name, and what makes it from a seed and first weights (None: the model's own)."""
