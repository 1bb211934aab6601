"""Records an ordinary PyTorch loop that we did not write: `with record(net, optimizer, loss_fn, x, y) as run:`."""

from __future__ import annotations

import time
from collections.abc import Sequence
from math import isfinite
from pathlib import Path
from types import TracebackType
from typing import Any
from weakref import WeakSet

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.optim import Optimizer

from learning.errors import InputError
from learning.experiment import HISTORY_FORMAT
from learning.history import Array, History
from learning.probe import QUICK, Look, LossFunction, Probe, Weights, array_of, joined, quickest, trained_parameters
from learning.tape import Row, Tape

LIMIT = 256 * 2**20
"""Bytes that a recording takes at most, about; before it would take more it keeps every second state only."""

SHARE = 0.25
"""Looking at the states takes at most this part of the loop's own time, as long as there are :data:`STATES` of them."""

STATES = 50
"""States that are looked at even if that takes longer, up to the loop's own time again."""

SHORT = 1.0
"""Loops of fewer seconds count as if they took so many: nobody waits for that."""

MOST_PARAMETERS = 2_000_000

_SAMPLES = 4  # states at which what the loop had is compared with another look

_recorded_now: WeakSet[nn.Module] = WeakSet()


def record(
    net: nn.Module,
    optimizer: Optimizer,
    loss_fn: LossFunction,
    x: Any,
    y: Any,
    *,
    name: str = "recorded",
    plane: bool = True,
    states: int | None = None,
    limit: int = LIMIT,
) -> Recording:
    """Record a training loop, in which nothing need be changed.

    ::

        with record(net, optimizer, loss_fn, x, y) as run:
            ...  # the loop
        run.save("run.npz")

    Row k of the history is the state before an update, in every column, and the last row that after the last update:
    loss, gradient and output over all of `x` and `y`, with the net in eval mode (no dropout; batch norm with the
    running statistics of that moment). The gradient is that of `loss_fn` alone: neither clipped, nor scaled, nor
    with penalties that the loop adds. Where each batch is all the data, in the loop's own order, and the loop's
    numbers are just these, they are what is recorded, to the bit; otherwise weights are kept in the loop, and the
    rest is computed from them at its end. An epoch is N points seen, so that there are fractions.

    The loop does not notice: random numbers, modes, buffers, gradients and weights are what they would be without.

    Args:
        net: The net that the loop trains. Parameters with `requires_grad` are recorded, each once.
        optimizer: Whose steps are the updates.
        loss_fn: From output and y to one number.
        x: (N,) or (N, …) all the data, as a tensor or what NumPy makes an array of.
        y: (N,) or (N, 1) observations, or indices of classes.
        name: What the history calls the data.
        plane: Whether the loss on the plane of the path is computed, too, when the history is asked for.
        states: How many states there are to be at most; None: all, or as many as can be looked at in a quarter of
            the loop's time. :attr:`Recording.note` says what was left out.
        limit: Bytes that are kept at most, about.

    Raises:
        InputError: Net, optimizer, data and loss do not belong together, or nothing was trained.
    """
    return Recording(net, optimizer, loss_fn, (x, y), name, plane, states, limit)


class Recording:
    """What :func:`record` returns, to be used with `with`; afterwards it has the history."""

    def __init__(
        self,
        net: nn.Module,
        optimizer: Optimizer,
        loss_fn: LossFunction,
        data: tuple[Any, Any],
        name: str,
        plane: bool,
        states: int | None,
        limit: int,
    ) -> None:
        _check_net(net)
        _check_optimizer(net, optimizer)
        x, y = (_tensor(which, values) for which, values in zip("xy", data, strict=True))
        _check_data(x, y)
        if states is not None and states < 2:
            raise InputError(f"states = {states}: must be at least 2, the first and the last")
        self._net, self._optimizer, self._loss_fn = net, optimizer, loss_fn
        self._name, self._with_plane, self._states = name, plane, states
        self._probe = Probe(net, loss_fn, x.detach().clone(), y.detach().clone())
        self._data = (_floats(x), _floats(y).reshape(-1))
        self._tape = Tape(self._probe, optimizer, x, limit)
        self._frozen = _fingerprint(net)
        self._is_over = False
        self._history: History | None = None
        self._notes: list[str] = []
        self._began = self._seconds = 0.0

    def __enter__(self) -> Recording:
        if self._began:
            raise InputError("this recording was used before; call record again for another")
        if self._net in _recorded_now:
            raise InputError(f"{type(self._net).__name__} is being recorded already; leave the other recording first")
        _recorded_now.add(self._net)
        self._tape.attach()
        self._began = time.perf_counter()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._seconds = time.perf_counter() - self._began
        self._tape.detach()
        _recorded_now.discard(self._net)
        self._is_over = True
        if kind is None:  # otherwise when asked for: who interrupts a loop does not want to wait
            self._history = self._made()

    @property
    def history(self) -> History:
        """What was recorded, and, unless it was not wanted or takes too long, the loss on the plane of the path.

        Raises:
            InputError: The loop is not over, or made no step.
        """
        if not self._is_over:
            raise InputError("the recording is not over; ask for its history after the with block")
        if self._history is None:
            self._history = self._made()
        if self._with_plane:
            self._with_plane = False
            self._history = self._with_surface(self._history)
        return self._history

    @property
    def note(self) -> str:
        """One line on what the history lacks or has otherwise than the loop; empty if there is nothing to say."""
        return "; ".join(self._notes)

    def save(self, path: Path | str) -> None:
        """Write the history to `path`, whole or not at all.

        Raises:
            InputError: As :attr:`history` does.
            RunError: The file cannot be written.
        """
        self.history.save(path)

    def _made(self) -> History:
        """Make the history of what is on the tape."""
        tape, last = self._tape, len(self._tape.rows) - 1
        if not last:
            raise InputError("nothing was recorded: the optimizer made no step; train within the with block")
        _check_frozen(self._net, self._frozen)
        with self._probe.quiet():
            self._verify()
            pace = None if tape.captures else _Pace(self._probe, tape.weights([0, last]))
            most = last + 1 if pace is None else _allowed(self._seconds, pace.seconds)
            kept = _kept(tape.rows[:-1], min(most, self._states or most) - 1, len(self._probe.y))
            looks = self._looks([*kept, last], pace)
        if len(kept) < tape.updates:
            self._notes.insert(0, f"{len(kept) + 1:,} of {tape.updates + 1:,} states are recorded")
        if tape.aside:
            self._notes.append("the loop's own loss, ŷ or gradient were not those of net and loss_fn in eval mode")
        return self._assembled([*kept, last], looks)

    def _verify(self) -> None:
        """Forget what the loop itself had if that is not what net, loss and data give."""
        tape = self._tape
        own = [k for k, row in enumerate(tape.rows) if row.output is not None]
        some = sorted({int(k) for k in np.linspace(0, len(own) - 1, min(_SAMPLES, len(own)))})
        for k, weights in zip(some, tape.weights(some), strict=True):
            if not tape.agrees(tape.rows[k], self._probe.look(weights)):
                tape.aside = True
                tape.forget()
                return

    def _looks(self, kept: Sequence[int], pace: _Pace | None) -> Look:
        """Return what there is at the rows: what the loop itself had, of the first, if known; a look at the others."""
        own = [row for row in (self._tape.rows[k] for k in kept) if row.output is not None]
        others = self._tape.weights(kept[len(own) :])
        seen = joined(self._probe.look(one) for one in others) if pace is None else pace.look(others)
        return joined([self._tape.looks(own), seen]) if own else seen

    def _assembled(self, kept: Sequence[int], looks: Look) -> History:
        """Put rows and looks into columns."""
        rows = [self._tape.rows[k] for k in kept]
        link, yhat = _linked(self._loss_fn, looks.output)
        x, y = self._data
        meta = {
            "format": HISTORY_FORMAT,
            "names": [name for part in self._probe.trained.items() for name in _names(*part)],
            "experiment": None,
            "torch": torch.__version__,
            "truth": None,
            "data": self._name,
            "recorded": self._origin(rows, link),
        }
        columns = (self._epochs(rows), looks.loss, self._tape.params(kept), looks.grads, yhat, x, y)
        for column in columns:
            column.setflags(write=False)  # so that the history need not copy it
        return History(*columns, meta)

    def _origin(self, rows: Sequence[Row], link: str | None) -> dict[str, Any]:
        """Say what was recorded, as JSON can hold it; lr is a list, for each row but the last, where it changed."""
        rates = [row.rate if isfinite(row.rate) else None for row in rows[:-1]]
        steps = np.diff([row.update for row in rows[:-1]])
        return {
            "model": type(self._net).__name__,
            "optimizer": type(self._optimizer).__name__,
            "loss": _name_of(self._loss_fn),
            "lr": rates[0] if len(set(rates)) == 1 else rates,
            "groups": len(self._optimizer.param_groups),
            "updates": self._tape.updates,
            "every": int(steps.max()) if len(steps) else 1,
            "points": len(self._probe.y),
            "link": link,
        }

    def _epochs(self, rows: Sequence[Row]) -> Array:
        """Return the epochs, (T,): points seen by N, integers where all are whole; updates where none were seen."""
        points = np.array([row.points for row in rows])
        if np.any(np.diff(points) <= 0):
            self._notes.append("epochs are counted in updates: the loop's batches were not seen")
            return np.array([row.update for row in rows], np.int64)
        epochs = points / len(self._probe.y)
        whole = np.rint(epochs).astype(np.int64)
        return whole if np.array_equal(whole, epochs) else epochs

    def _with_surface(self, history: History) -> History:
        """Return the history with the loss on the plane of its path; itself, with a note, where that takes too long."""
        from learning.terrain import surface

        with self._probe.quiet():
            extras, problem = surface(self._probe, history, self._tape.rows[-1].buffers)
        if problem:
            self._notes.append(problem)
        columns = {**history.arrays, **extras}
        return History(meta=history.meta, **columns) if extras else history


class _Pace:
    """How quickly states can be looked at: one by one, or, for small nets that allow it, many in one go.

    Attributes:
        seconds: Of one state.
    """

    def __init__(self, probe: Probe, some: Sequence[Weights]) -> None:
        self._probe, self._block = probe, 1
        self.seconds, looks = quickest(lambda: joined(probe.look(state) for state in some))
        self.seconds /= len(some)
        block = probe.block(self.seconds)
        if self.seconds < QUICK and probe.can_look_at_all(some, looks):
            together, _ = quickest(lambda: probe.look_at_all([some[0]] * block), runs=1)
            if together / block < self.seconds:
                self._block, self.seconds = block, together / block

    def look(self, states: Sequence[Weights]) -> Look:
        """Look at all of them."""
        if self._block == 1:
            return joined(self._probe.look(state) for state in states)
        blocks = (states[begin : begin + self._block] for begin in range(0, len(states), self._block))
        return joined(self._probe.look_at_all(block) for block in blocks)


def _allowed(loop: float, look: float) -> int:
    """Return how many states may be looked at, given the seconds of the loop and of a look."""
    most = max(loop, SHORT) / look
    return max(int(SHARE * most), min(STATES, int(most)), 2)


def _kept(rows: Sequence[Row], most: int, points: int) -> list[int]:
    """Return the indices of at most `most` rows at equal distances, from the first on; of whole epochs if possible."""
    least = -(-len(rows) // most)
    epoch = next((k for k, row in enumerate(rows) if row.points and row.points % points == 0), 0)
    fits = (step for step in range(least, 2 * least) if epoch and (epoch % step == 0 or step % epoch == 0))
    return list(range(0, len(rows), next(fits, least)))


def _linked(loss_fn: LossFunction, output: Array) -> tuple[str | None, Array]:
    """Return ŷ, (T, N) or (T, N, …), from what the net says, and how: a loss of logits means probabilities."""
    said = torch.from_numpy(output)
    said = said.squeeze(2) if said.ndim == 3 and said.shape[2] == 1 else said
    if isinstance(loss_fn, nn.BCEWithLogitsLoss) or loss_fn is functional.binary_cross_entropy_with_logits:
        return "sigmoid", torch.sigmoid(said).numpy()
    if said.ndim > 2 and (isinstance(loss_fn, nn.CrossEntropyLoss) or loss_fn is functional.cross_entropy):
        return "softmax", torch.softmax(said, dim=2).numpy()
    return None, said.numpy()


def _names(name: str, parameter: Tensor) -> list[str]:
    """Name the numbers of a parameter: ``layer1.weight[0,0]`` …, a single one as the parameter itself."""
    return [name + (f"[{','.join(map(str, index))}]" if index else "") for index in np.ndindex(*parameter.shape)]


def _name_of(loss_fn: LossFunction) -> str:
    name = getattr(getattr(loss_fn, "func", loss_fn), "__name__", type(loss_fn).__name__)  # func: of a partial
    return "loss" if name == "<lambda>" else str(name)


def _tensor(which: str, values: Any) -> Tensor:
    """Return x or y as a tensor."""
    try:
        return values if isinstance(values, Tensor) else torch.as_tensor(np.asarray(values))
    except (TypeError, ValueError) as error:
        raise InputError(f"{which} is {type(values).__name__}: give a tensor or an array of numbers") from error


def _floats(values: Tensor) -> Array:
    """Return a copy of data as a history holds them."""
    array = array_of(values).copy()
    return array if array.dtype.kind == "f" else array.astype(np.float64 if array.itemsize > 4 else np.float32)


def _check_net(net: nn.Module) -> None:
    """Refuse a net of which nothing, or too much, would be recorded."""
    name = type(net).__name__
    if any(isinstance(parameter, nn.parameter.UninitializedParameter) for parameter in net.parameters()):
        raise InputError(f"{name} has parameters without a shape yet; call it once before it is recorded")
    count = sum(parameter.numel() for parameter in trained_parameters(net).values())
    if not count:
        raise InputError(f"{name} has no parameter that learns; give a net some of whose parameters require grad")
    if count > MOST_PARAMETERS:
        raise InputError(
            f"{name} has {count:,} parameters that learn: at most {MOST_PARAMETERS:,} are recorded; freeze some"
        )


def _check_optimizer(net: nn.Module, optimizer: Optimizer) -> None:
    """Refuse an optimizer of another net."""
    if not isinstance(optimizer, Optimizer):
        raise InputError(f"optimizer is {type(optimizer).__name__}: give an optimizer of torch.optim")
    own = {id(parameter) for parameter in net.parameters()}
    others = [other for group in optimizer.param_groups for other in group["params"] if id(other) not in own]
    if others:
        raise InputError(
            f"the optimizer steps {len(others)} parameter tensors that {type(net).__name__} does not have; "
            "give the net whose parameters() the optimizer was made with"
        )


def _check_data(x: Tensor, y: Tensor) -> None:
    """Refuse x and y that are not one to one, and y with several numbers a point."""
    if not x.ndim or not y.ndim or len(x) != len(y) or not len(x):
        raise InputError(f"x has shape {tuple(x.shape)}, y {tuple(y.shape)}: give as many x as y, one row a point")
    if y.numel() != len(y):
        raise InputError(f"y has shape {tuple(y.shape)}: a history holds one number a point; give (N,) or (N, 1)")


def _fingerprint(net: nn.Module) -> dict[str, tuple[int, int]]:
    """Return where frozen parameters are, and how often they were written to."""
    frozen = {name: parameter for name, parameter in net.named_parameters() if not parameter.requires_grad}
    return {name: (parameter.data_ptr(), parameter._version) for name, parameter in frozen.items()}


def _check_frozen(net: nn.Module, before: dict[str, tuple[int, int]]) -> None:
    """Refuse to look at earlier states of a net of which something changed that was not recorded."""
    parameters = dict(net.named_parameters())
    for name, seen in before.items():
        if name in parameters and (parameters[name].data_ptr(), parameters[name]._version) != seen:
            raise InputError(
                f"{name} was frozen when the recording began, and changed; unfreeze it before, or record anew"
            )
