"""The optimizers: torch.optim's own, for one learning rate or, side by side, for many."""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Callable, Sequence
from functools import cache
from typing import cast

import torch
from torch import Tensor, nn

from learning.errors import InputError, unknown
from learning.experiment import Experiment

_NOT_OPTIONS = {"self", "params", "lr", "foreach", "fused", "capturable", "differentiable"}


class Updates:
    """What updates the parameters of K runs that differ in learning rate at most, those of equal rate neighbours.

    An optimizer of torch has one rate for a tensor. So for each rate it is given a group of parts: the rows of the
    parameters, (K, …), that have this rate, each as a leaf by itself but in the same memory, so that what is done to
    a part is done to the parameter. Where all rates are equal it is given the parameters.

    Raises:
        InputError: The optimizer has no such option, or does not take such a value.
    """

    def __init__(self, runs: Sequence[Experiment], parameters: Sequence[nn.Parameter]) -> None:
        rates = [run.lr for run in runs]
        self.counts = [len(list(equal)) for _, equal in itertools.groupby(rates)]
        several = len(self.counts) > 1
        self.divided = [(whole, _parts(whole, self.counts)) for whole in parameters] if several else []
        groups = zip(*(parts for _, parts in self.divided), strict=True) if several else [parameters]
        self.optimizer = make_optimizer(runs[0], dict(zip(dict.fromkeys(rates), groups, strict=True)))
        self.asks_again = isinstance(self.optimizer, torch.optim.LBFGS)

    def step(self, backward: Callable[[], tuple[Tensor, Tensor]]) -> None:
        """Update the parameters once by the gradients that they hold.

        Args:
            backward: Computes loss and ŷ, and leaves gradients in the parameters; LBFGS asks for more of them.
        """
        for whole, parts in self.divided:
            gradients = torch.split(cast("Tensor", whole.grad), self.counts)
            for part, gradient in zip(parts, gradients, strict=True):
                part.grad = gradient
        if self.asks_again:
            self.optimizer.step(lambda: backward()[0].item())
        else:
            self.optimizer.step()


def _parts(whole: nn.Parameter, counts: list[int]) -> list[nn.Parameter]:
    """Divide a parameter, (K, …), into leaves of so many rows each, in its memory."""
    return [nn.Parameter(rows) for rows in torch.split(whole.detach(), counts)]


def make_optimizer(experiment: Experiment, groups: dict[float, Sequence[nn.Parameter]]) -> torch.optim.Optimizer:
    """Return the experiment's optimizer for a group of parameters at each rate, after a trial step at each.

    The trial, with a parameter of its own, finds at once what an optimizer would refuse only in the middle of a run.

    Raises:
        InputError: It has no such option, or does not take such a value.
    """
    kind = _without_compiler(getattr(torch.optim, experiment.optimizer))
    options = dict(experiment.optimizer_options)
    for name in options:
        allowed = [known for known in inspect.signature(kind).parameters if known not in _NOT_OPTIONS]
        if name not in allowed:
            raise unknown(f"option of {experiment.optimizer}", name, allowed)
    for lr in groups:
        _try(kind, {"lr": lr, **options})
    by_rate = [{"params": [*parts], "lr": lr} for lr, parts in groups.items()]
    optimizer: torch.optim.Optimizer = kind(by_rate, **options)
    return optimizer


@cache
def _without_compiler(kind: type[torch.optim.Optimizer]) -> Callable[..., torch.optim.Optimizer]:
    """Return an optimizer that does the same but does not load torch's compiler, which would take a second.

    It is loaded by the wrappers of two methods. That of `step` is there to turn gradients off, as is done here.
    """
    step = torch.no_grad()(inspect.unwrap(kind.step))
    add_param_group = inspect.unwrap(kind.add_param_group)
    return type(kind.__name__, (kind,), {"step": step, "add_param_group": add_param_group})


def _try(kind: Callable[..., torch.optim.Optimizer], options: dict[str, object]) -> None:
    """Let an optimizer take one step.

    Raises:
        InputError: What torch says against its values, with the values.
    """
    trial = nn.Parameter(torch.ones(2))
    trial.grad = torch.ones(2)
    try:
        kind([trial], **options).step(lambda: 1.0)
    except (ArithmeticError, RuntimeError, TypeError, ValueError) as error:
        values = ", ".join(f"{name} = {value!r}" for name, value in options.items())
        reason = str(error).splitlines()[0].rstrip(".")
        name = kind.__name__
        raise InputError(f"{name} does not take {values} ({reason}); choose other values") from error
