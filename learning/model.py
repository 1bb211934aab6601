"""The models: small modules that turn features into u and ŷ, one by one or many side by side."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor, nn

from learning.data import generator_after
from learning.experiment import Experiment
from learning.lanes import in_whole_lanes
from learning.theory import STEEPNESS


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

    def __init__(self, start: tuple[float, ...] | None) -> None:
        super().__init__()
        layer = nn.Linear(1, 1)
        drawn = torch.cat([layer.bias.detach(), layer.weight.detach().flatten()])
        self.weights = nn.Parameter(drawn.unsqueeze(-1))  # (2, 1), each beside its row of X
        _set(self, start)

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


class Linear(Model):
    """ŷ of ``torch.nn.Linear(D, 1)`` upon D powers of x, with or without bias."""

    def __init__(self, start: tuple[float, ...] | None, powers: Sequence[int], bias: bool) -> None:
        super().__init__()
        self.powers = tuple(powers)
        layer = nn.Linear(len(self.powers), 1, bias)
        self.weight = nn.Parameter(layer.weight.detach().mT.contiguous())  # (D, 1), each beside its column of X
        self.bias = nn.Parameter(layer.bias.detach()) if bias else None
        _set(self, start)

    def features(self, x: Tensor) -> Tensor:
        """Return the powers of x, a column of X a row, (D, N), for x (N,)."""
        return torch.stack([x**power for power in self.powers])

    def forward(self, features: Tensor) -> Tensor:
        """Return ŷ, (N,) or (K, N), for features (D, N)."""
        yhat = (self.weight * features).sum(dim=-2)  # (D, 1) * (D, N) -> (N,)
        return yhat if self.bias is None else yhat + self.bias


class Net(Model):
    """Linear(1, H) - activation - Linear(H, 1), both with or without bias.

    Without matrix products small nets are quicker, too.
    """

    def __init__(self, start: tuple[float, ...] | None, nodes: int, bias: bool) -> None:
        super().__init__()
        self.layer1 = nn.Linear(1, nodes, bias)
        self.layer2 = nn.Linear(nodes, 1, bias)
        _set(self, start)

    def activation(self, u: Tensor) -> Tensor:
        """Return v from the nodes' u, (H, N) or (K, H, N); u may be overwritten, for nothing needs it again."""
        raise NotImplementedError

    def forward(self, x: Tensor) -> Tensor:
        """Return u of the last layer, (N,) or (K, N), for x (N,)."""
        u = self.layer1.weight * x  # (H, 1) * (N,) -> (H, N), or (K, H, N)
        if self.layer1.bias is not None:
            u = u + self.layer1.bias.unsqueeze(-1)
        v = self.activation(u)
        last = (self.layer2.weight.transpose(-1, -2) * v).sum(dim=-2)  # (H, 1) * (H, N) -> (N,)
        return last if self.layer2.bias is None else last + self.layer2.bias


class ReluNet(Net):
    """A net of ReLU nodes, v = max(0, u)."""

    def activation(self, u: Tensor) -> Tensor:
        """Return max(0, u)."""
        return torch.relu_(u)  # in place: a large batch takes half the time


class ReluLogistic(ReluNet):
    """ŷ = sigmoid(u) of what a net of ReLU nodes gives: the logit is a line with bends."""

    def link(self, u: Tensor) -> Tensor:
        """Return ŷ from the logits u, (N,) or (K, N)."""
        return in_whole_lanes(torch.sigmoid, u)


class StepNet(Net):
    """A net of steep sigmoids, v = sigmoid(200 u): each node is nearly a step where its u changes its sign."""

    def activation(self, u: Tensor) -> Tensor:
        """Return sigmoid(200 u)."""
        return in_whole_lanes(torch.sigmoid, STEEPNESS * u)


def side_by_side(models: Sequence[Model]) -> Model:
    """Return one model that is K alike at once: its parameters are theirs, stacked (K, …), its u and ŷ (K, N)."""
    batch = copy.deepcopy(models[0])
    for name, _ in list(batch.named_parameters()):
        layer, _, parameter = name.rpartition(".")
        stacked = torch.stack([model.get_parameter(name).detach() for model in models])
        setattr(batch.get_submodule(layer), parameter, nn.Parameter(stacked))
    return batch


def _set(model: Model, start: tuple[float, ...] | None) -> None:
    """Give a model first weights; None: those that it has."""
    if start is not None:
        nn.utils.vector_to_parameters(torch.tensor(start, dtype=torch.float32), model.parameters())


def make(experiment: Experiment) -> Model:
    """Return the model of an experiment (of several nets, the first) with its first weights.

    Those that the experiment does not give are what torch's layers draw after its seed, the first layer first, or,
    where the program is seeded once, after the data.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(experiment.seed)
        if experiment.seeded_once:
            torch.set_rng_state(generator_after(experiment).get_state())
        return MODELS[experiment.model](experiment)


def _net(kind: type[Net]) -> Callable[[Experiment], Model]:
    return lambda experiment: kind(experiment.start, experiment.nodes or 0, experiment.bias)


MODELS: Mapping[str, Callable[[Experiment], Model]] = {
    "line": lambda experiment: Line(experiment.start),
    "logistic": lambda experiment: Logistic(experiment.start),
    "linear": lambda experiment: Linear(experiment.start, experiment.powers or (), experiment.bias),
    "relu": _net(ReluNet),
    "relu-logistic": _net(ReluLogistic),
    "steps": _net(StepNet),
}
"""Every model: its name, and what makes one from an experiment, drawing what weights it lacks."""
