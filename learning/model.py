"""The models: small modules that turn features into u and ŷ, one by one or many side by side."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor, nn

from learning.experiment import Experiment
from learning.lanes import in_whole_lanes


class Model(nn.Module):
    """What training asks of a model: features of x, u from features, and ŷ from u.

    Its parameters, each flattened, are in the order of :func:`learning.experiment.parameter_names`. Everything is
    written such that each of K models side by side (:func:`side_by_side`) has the bits that it has alone: as
    elementwise products and their sums, for the result of a matrix product depends on the size of the matrix.
    """

    def features(self, x: Tensor) -> Tensor:
        """Return what :meth:`forward` takes, (…, N), made from the data x (N,) once, before training."""
        return x

    def link(self, u: Tensor) -> Tensor:
        """Return ŷ from what :meth:`forward` gives, in the same shape: u itself, unless a model says otherwise."""
        return u


class Line(Model):
    """ŷ = w0 + w1 x, the notes' product of X = [1 x] and the weights."""

    def __init__(self, seed: int, start: tuple[float, ...] | None) -> None:
        super().__init__()
        self.weights = nn.Parameter(_first_weights(seed, start).unsqueeze(-1))  # (2, 1), each beside its row of X

    def features(self, x: Tensor) -> Tensor:
        """Return X = [1 x], a feature a row, (2, N), for x (N,)."""
        return torch.stack([torch.ones_like(x), x])

    def forward(self, features: Tensor) -> Tensor:
        """Return u = w0 + w1 x, (N,) or (K, N), for features (2, N)."""
        return (self.weights * features).sum(dim=-2)  # (2, 1) * (2, N) -> (N,)


class Logistic(Line):
    """ŷ = sigmoid(u), the probability that y is 1; its logit u = w0 + w1 x is a line."""

    def link(self, u: Tensor) -> Tensor:
        """Return ŷ from the logits u, (N,) or (K, N)."""
        return in_whole_lanes(torch.sigmoid, u)


class ReluNet(Model):
    """Linear(1, H) - ReLU - Linear(H, 1), both with or without bias.

    The layers hold the weights that ``torch.nn.Linear`` draws after that seed, the first layer first. Without
    matrix products small nets are quicker, too.
    """

    def __init__(self, seed: int, start: tuple[float, ...] | None, nodes: int, bias: bool) -> None:
        super().__init__()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.layer1 = nn.Linear(1, nodes, bias)
            self.layer2 = nn.Linear(nodes, 1, bias)
        if start is not None:
            nn.utils.vector_to_parameters(torch.tensor(start, dtype=torch.float32), self.parameters())

    def forward(self, x: Tensor) -> Tensor:
        """Return ŷ (N,) or (K, N) for x (N,)."""
        u = self.layer1.weight * x  # (H, 1) * (N,) -> (H, N), or (K, H, N)
        if self.layer1.bias is not None:
            u = u + self.layer1.bias.unsqueeze(-1)
        v = torch.relu_(u)  # in place: nothing needs u again, and a large batch takes half the time
        yhat = (self.layer2.weight.transpose(-1, -2) * v).sum(dim=-2)  # (H, 1) * (H, N) -> (N,)
        return yhat if self.layer2.bias is None else yhat + self.layer2.bias


def side_by_side(models: Sequence[Model]) -> Model:
    """Return one model that is K alike at once: its parameters are theirs, stacked (K, …), its u and ŷ (K, N)."""
    batch = copy.deepcopy(models[0])
    for name, _ in list(batch.named_parameters()):
        layer, _, parameter = name.rpartition(".")
        stacked = torch.stack([model.get_parameter(name).detach() for model in models])
        setattr(batch.get_submodule(layer), parameter, nn.Parameter(stacked))
    return batch


def linear_start(seed: int) -> Tensor:
    """Return (bias, weight), (2,), as ``torch.nn.Linear(1, 1)`` draws them after that seed."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        layer = nn.Linear(1, 1)
    return torch.cat([layer.bias.detach(), layer.weight.detach().flatten()])


def _first_weights(seed: int, start: tuple[float, ...] | None) -> Tensor:
    return linear_start(seed) if start is None else torch.tensor(start, dtype=torch.float32)


def _relu_net(experiment: Experiment) -> Model:
    assert experiment.nodes is not None  # the experiment is checked
    return ReluNet(experiment.seed, experiment.start, experiment.nodes, experiment.bias)


MODELS: Mapping[str, Callable[[Experiment], Model]] = {
    "line": lambda experiment: Line(experiment.seed, experiment.start),
    "logistic": lambda experiment: Logistic(experiment.seed, experiment.start),
    "relu": _relu_net,
}
"""Every model: its name, and what makes one (of several nets, the first) from an experiment."""
