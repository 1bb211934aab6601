"""Somebody's own net at any weights: loss, gradient and output over all the data, and the net is as it was."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple, TypeVar

import numpy as np
import torch
from torch import Tensor, nn
from torch.func import functional_call, grad_and_value, vmap

from learning.errors import InputError
from learning.history import Array
from learning.threads import one_thread

LossFunction = Callable[[Tensor, Tensor], Tensor]
Buffers = Mapping[str, Tensor]
Given = TypeVar("Given")
Couple = Callable[[Tensor], tuple[Tensor, Tensor]]


QUICK = 2e-3
"""Seconds of a look, above which nothing is gained by looking at several states in one go."""


_BLOCK, _NUMBERS = 512, 2**23  # states in one go at most, and parameters and numbers of x of all of them


class Weights(NamedTuple):
    """What a net is at one moment."""

    values: Array  # (P,)
    buffers: Buffers


class Look(NamedTuple):
    """What a net says and should learn at T weights, over all the data."""

    loss: Array  # (T,)
    grads: Array  # (T, P)
    output: Array  # (T, N, …)


@dataclass
class Form:
    """The shapes, but for the first axis, and types that a loop gives to its net and its loss; None if not seen."""

    x: tuple[torch.Size, torch.dtype, torch.device] | None = None
    said: torch.Size | None = None
    y: tuple[torch.Size, torch.dtype] | None = None


def array_of(values: Tensor) -> Array:
    """Return a tensor as an array, which may share its memory, wherever it is and whatever it is made of."""
    dense = values.detach().to_dense() if values.layout is not torch.strided else values.detach()
    return (dense.float() if dense.dtype is torch.bfloat16 else dense).numpy(force=True)


def trained_parameters(net: nn.Module) -> dict[str, nn.Parameter]:
    """Return the parameters that learn, by name, each once."""
    return {name: parameter for name, parameter in net.named_parameters() if parameter.requires_grad}


class Probe:
    """Looks at a net with all the data, in eval mode: dropout is off, batch norm uses its running statistics.

    Attributes:
        trained: The parameters that learn, by name; P numbers in all, in this order.
        parameters: P.
        x, y: (N, …) and (N, …), copies of the data.
    """

    def __init__(self, net: nn.Module, loss_fn: LossFunction, x: Tensor, y: Tensor) -> None:
        self.net, self.loss_fn, self.trained = net, loss_fn, trained_parameters(net)
        self.parameters = sum(parameter.numel() for parameter in self.trained.values())
        self.x, self.y = x, y
        self._couple: Couple | None = None
        self.is_settled = False  # whether it is known what the net and the loss are to be given

    def settle(self, form: Form) -> None:
        """Find out in which shapes and types net and loss take the data: those of the loop, as far as they were seen.

        Raises:
            InputError: None works, or the loss is not one number.
        """
        device = next(iter(self.trained.values())).device
        self.y, problem = self.y.to(device), ""
        with self.quiet():
            for strict, x in product((True, False), self._inputs(form, device)):
                for couple in self._couples(form):
                    trouble = self._try(x, couple, strict)
                    if trouble is None:
                        self.x, self._couple, self.is_settled = x, couple, True
                        return
                    problem = problem or trouble
        raise InputError(f"the loss of {type(self.net).__name__} over all of x and y cannot be computed: {problem}")

    def _inputs(self, form: Form, device: torch.device) -> Iterator[Tensor]:
        """Give the ways in which x may be what the net takes, the likeliest first."""
        if form.x is not None:
            shape, dtype, place = form.x
            if self.x[0].numel() == shape.numel():
                yield self.x.reshape(len(self.x), *shape).to(place, dtype)
        yield self.x.to(device)

    def _couples(self, form: Form) -> Iterator[Couple]:
        """Give the ways in which output and y may be what the loss takes, the likeliest first."""
        y, count = self.y, len(self.y)
        if form.y is not None and form.said is not None and form.y[0].numel() == y[0].numel():
            said, target = form.said, y.reshape(count, *form.y[0]).to(form.y[1])
            yield lambda output: (output.reshape(count, *said), target)
        yield lambda output: (output.reshape(y.shape) if output.numel() == y.numel() else output, y)
        yield lambda output: (output.reshape(y.shape), y.to(output.dtype))
        yield lambda output: (output, y.flatten().long())
        yield lambda output: (output, y)
        yield lambda output: (output, y.to(output.dtype))

    def _try(self, x: Tensor, couple: Couple, strict: bool) -> str | None:
        """Return what is wrong with these shapes, or None; if `strict`, a warning is wrong, too."""
        try:
            with warnings.catch_warnings(), torch.enable_grad():
                warnings.simplefilter("error" if strict else "ignore")
                loss = self.loss_fn(*couple(self.net(x)))
                shape = tuple(loss.shape)
                if shape in ((), (1,)):
                    torch.autograd.grad(loss.sum(), list(self.trained.values()), allow_unused=True)
        except Exception as error:  # somebody's own code can raise anything
            return (str(error).strip().splitlines() or [type(error).__name__])[0]
        if shape not in ((), (1,)):
            raise InputError(f"loss_fn gives {shape} where one number belongs; take its sum or mean")
        return None

    @contextmanager
    def quiet(self) -> Iterator[None]:
        """Look at the net within: modes, parameters, buffers and random numbers are afterwards what they were."""
        modes = [(module, module.training) for module in self.net.modules()]
        data = [(parameter, parameter.data) for parameter in self.trained.values()]
        buffers = [(module, dict(module._buffers)) for module in self.net.modules() if module._buffers]
        with torch.random.fork_rng(self._devices()):
            try:
                for module, _ in modes:
                    module.training = False
                self._set_buffers({name: buffer.detach().clone() for name, buffer in self.net.named_buffers()})
                yield
            finally:
                for module, mode in modes:
                    module.training = mode
                for parameter, own in data:
                    parameter.data = own  # the very memory, so that optimizers and views go on with it
                for module, own_buffers in buffers:
                    module._buffers.update(own_buffers)

    def _devices(self) -> list[int]:
        places = {parameter.device for parameter in self.trained.values()}
        return [place.index or 0 for place in places if place.type == "cuda"]

    def _set_buffers(self, buffers: Buffers) -> None:
        for name, buffer in buffers.items():
            owner, _, own = name.rpartition(".")
            self.net.get_submodule(owner)._buffers[own] = buffer

    def _parts(self, values: Array) -> dict[str, Tensor]:
        """Return numbers (…, P) as the parameters that they are, each (…, *shape)."""
        parts, begin = {}, 0
        for name, parameter in self.trained.items():
            part = values[..., begin : begin + parameter.numel()].reshape((*values.shape[:-1], *parameter.shape))
            parts[name] = torch.from_numpy(np.array(part)).to(parameter.device, parameter.dtype)
            begin += parameter.numel()
        return parts

    def _load(self, weights: Weights) -> None:
        """Put weights into the net; only within :meth:`quiet`."""
        for name, part in self._parts(weights.values).items():
            self.trained[name].data = part
        self._set_buffers({name: buffer.clone() for name, buffer in weights.buffers.items()})

    def _loss_of(self, output: Tensor) -> Tensor:
        assert self._couple is not None, "settle first"
        return self.loss_fn(*self._couple(output)).reshape(())

    def look(self, weights: Weights) -> Look:
        """Return what the net says at these weights, T = 1; only within :meth:`quiet`."""
        self._load(weights)
        with torch.enable_grad():
            output = self.net(self.x)
            loss = self._loss_of(output)
            grads = torch.autograd.grad(loss, list(self.trained.values()), allow_unused=True, materialize_grads=True)
        flat = np.concatenate([array_of(grad).ravel() for grad in grads])
        return Look(array_of(loss)[None], flat[None], array_of(output)[None].copy())

    def loss_at(self, weights: Weights) -> float:
        """Return the loss at these weights; only within :meth:`quiet`."""
        self._load(weights)
        with torch.no_grad():
            return float(self._loss_of(self.net(self.x)))

    def losses_of(self, outputs: Sequence[Tensor]) -> list[Tensor]:
        """Return the loss, (), of each of what the net has said, (N, …)."""
        assert self._couple is not None, "settle first"
        with torch.no_grad():
            return [self.loss_fn(*self._couple(output.to(self.y.device))).cpu() for output in outputs]

    def look_at_all(self, states: Sequence[Weights]) -> Look:
        """Do what :meth:`look` does, for all states in one go: quicker for small nets, and rounded otherwise."""
        values, buffers = self._stacked(states)
        with one_thread(), torch.enable_grad():
            grads, (losses, outputs) = vmap(grad_and_value(self._at, has_aux=True))(values, buffers)
        flat = np.concatenate([array_of(grads[name]).reshape(len(states), -1) for name in self.trained], axis=1)
        return Look(array_of(losses), flat, array_of(outputs))

    def block(self, seconds: float) -> int:
        """Return how many states to look at in one go, if one takes so long alone: the quicker, the less it takes."""
        return max(min(_BLOCK, int(32 * QUICK / seconds), _NUMBERS // (self.x.numel() + self.parameters)), 2)

    def can_look_at_all(self, states: Sequence[Weights], looks: Look) -> bool:
        """Say whether looking at several states in one go works and gives what each gives alone: `looks`."""
        try:
            return agree(self.look_at_all(states), looks)
        except Exception:  # a net with decisions, or anything else that torch.func cannot do
            return False

    def losses_at_all(self, states: Sequence[Weights]) -> Array:
        """Return the losses at many states, (T,), in one go."""
        with one_thread(), torch.no_grad():
            losses, _ = vmap(self._at)(*self._stacked(states))
        return array_of(losses)

    def _at(self, values: Mapping[str, Tensor], buffers: Buffers) -> tuple[Tensor, Tensor]:
        output: Tensor = functional_call(self.net, {**values, **buffers}, (self.x,))
        return self._loss_of(output), output

    def _stacked(self, states: Sequence[Weights]) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        values = self._parts(np.array([state.values for state in states]))
        names = states[0].buffers
        return values, {name: torch.stack([state.buffers[name] for state in states]) for name in names}


def quickest(run: Callable[[], Given], runs: int = 3) -> tuple[float, Given]:
    """Return the seconds of the quickest of some runs, in one thread, and what the last gave."""
    taken = []
    with one_thread():
        for _ in range(runs):
            begin = time.perf_counter()
            result = run()
            taken.append(time.perf_counter() - begin)
    return min(taken), result


def joined(looks: Iterable[Look]) -> Look:
    """Return several looks as one."""
    return Look(*(np.concatenate(column) for column in zip(*looks, strict=True)))


def agree(one: Look, other: Look, tolerance: float = 1e-3) -> bool:
    """Say whether two looks at the same weights differ by rounding only; what is nan in one is nan in the other."""
    return all(_close(left, right, tolerance) for left, right in zip(one, other, strict=True))


def _close(one: Array, other: Array, tolerance: float) -> bool:
    finite = np.abs(other[np.isfinite(other)])
    scale = float(finite.max()) if finite.size else 0.0
    return one.shape == other.shape and np.allclose(one, other, tolerance, tolerance * scale, equal_nan=True)
