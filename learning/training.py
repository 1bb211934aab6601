"""The one training loop: Experiment -> History."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from learning.data import Data, load
from learning.errors import InputError, unknown
from learning.experiment import HISTORY_FORMAT, Experiment
from learning.history import Array, History
from learning.model import MODELS, Model

LOSSES: Mapping[str, Callable[[Tensor, Tensor], Tensor]] = {
    "sse": lambda y, yhat: torch.sum((y - yhat) ** 2),
    "mse": lambda y, yhat: torch.mean((y - yhat) ** 2),
}
"""Each loss, from y (N,) and ŷ (N,) to a number."""

LARGEST_HISTORY = 2 * 2**30
"""Bytes of a history at most; more is surely a record_every that was forgotten."""

_NOT_OPTIONS = {"self", "params", "lr", "foreach", "fused", "capturable", "differentiable"}
_REPORTS = 100  # calls of progress in a run, about


class _Task:
    """Model, features and observations; knows the loss and its gradient at the present weights."""

    def __init__(self, experiment: Experiment, data: Data) -> None:
        self.model: Model = MODELS[experiment.model](experiment.seed, experiment.start)
        self.loss = LOSSES[experiment.loss]
        self.features = self.model.features(torch.from_numpy(data.x))  # (N, …)
        self.y = torch.from_numpy(data.y)  # (N,)
        self.parameters = list(self.model.parameters())

    def backward(self, batch: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Compute loss and ŷ of a batch (None: all the data), and leave the gradient in the parameters."""
        features, y = (self.features, self.y) if batch is None else (self.features[batch], self.y[batch])
        for parameter in self.parameters:
            parameter.grad = None  # what zero_grad does, in a tenth of the time
        yhat = self.model(features)
        loss = self.loss(y, yhat)
        loss.backward()  # type: ignore[no-untyped-call]
        return loss, yhat


class _Slot(NamedTuple):
    """One parameter, and its part of the columns, in its own shape."""

    parameter: nn.Parameter
    weights: Array  # its memory: torch.optim updates in place, so this is always the present value
    params: Array  # (T, *shape)
    grads: Array  # (T, *shape)


class _Rows:
    """The columns of a history, allocated once and filled row by row."""

    def __init__(self, experiment: Experiment, task: _Task) -> None:
        self.epoch = _recorded_epochs(experiment)  # (T,)
        states, points = len(self.epoch), len(task.y)
        parameters = sum(parameter.numel() for parameter in task.parameters)
        _check_size(experiment, states * (points + 2 * parameters + 1) * 4)
        self.loss = np.empty(states, np.float32)
        self.params = np.empty((states, parameters), np.float32)
        self.grads = np.empty((states, parameters), np.float32)
        self.yhat = np.empty((states, points), np.float32)
        self.slots = list(_slots(task.parameters, self.params, self.grads))
        self.filled = 0

    def record(self, loss: Tensor, yhat: Tensor) -> None:
        """Fill the next row with the present weights and what was computed at them."""
        k = self.filled
        self.loss[k] = loss.item()
        self.yhat[k] = yhat.detach().numpy()
        for slot in self.slots:
            slot.params[k] = slot.weights
            slot.grads[k] = slot.parameter.grad.numpy()  # type: ignore[union-attr]  # after backward
        self.filled = k + 1


def train(experiment: Experiment, progress: Callable[[int, int], None] | None = None) -> History:
    """Run an experiment and return what happened, every `record_every` epochs and at the end.

    Row k is the state before update k, in every column; the last row is the state after the last update.
    An epoch is one pass over the data, an update is one batch. With mini-batches there is a row for an epoch,
    not for an update: its loss and gradient are those of all the data at the weights that the epoch starts
    with. A batch size of N or more means all the data. Numbers that diverge to inf or nan are recorded too.

    Args:
        experiment: What to run.
        progress: Called now and then with (epochs done, epochs in all).

    Raises:
        InputError: The data, or the options of the optimizer, are not allowed; or the history would be huge.
    """
    data = load(experiment.data, experiment.seed)
    task = _Task(experiment, data)
    rows = _Rows(experiment, task)
    optimizer = make_optimizer(experiment, task.parameters)
    batches = _batches(experiment, len(task.y))
    stride = max(experiment.epochs // _REPORTS, 1)
    for epoch in range(experiment.epochs):
        recorded = epoch % experiment.record_every == 0
        if recorded or batches is None:
            loss, yhat = task.backward()
        if recorded:
            rows.record(loss, yhat)
        if batches is None:
            _step(optimizer, task)
        else:
            for batch in next(batches):
                task.backward(batch)
                _step(optimizer, task, batch)
        if progress is not None and epoch % stride == 0:
            progress(epoch, experiment.epochs)
    rows.record(*task.backward())
    if progress is not None:
        progress(experiment.epochs, experiment.epochs)
    return _history(experiment, task, rows, data)


def make_optimizer(experiment: Experiment, parameters: list[nn.Parameter]) -> torch.optim.Optimizer:
    """Return the experiment's optimizer for these parameters, after a trial step on a parameter of its own.

    The trial finds at once what an optimizer would refuse only in the middle of a run.

    Raises:
        InputError: It has no such option, or does not take such a value.
    """
    kind = getattr(torch.optim, experiment.optimizer)
    options = dict(experiment.optimizer_options)
    for name in options:
        allowed = [known for known in inspect.signature(kind).parameters if known not in _NOT_OPTIONS]
        if name not in allowed:
            raise unknown(f"option of {experiment.optimizer}", name, allowed)
    trial = nn.Parameter(torch.ones(2))
    trial.grad = torch.ones(2)
    try:
        kind([trial], lr=experiment.lr, **options).step(lambda: 1.0)
    except (ArithmeticError, RuntimeError, TypeError, ValueError) as error:
        raise _refused(experiment, error) from error
    optimizer: torch.optim.Optimizer = kind(parameters, lr=experiment.lr, **options)
    return optimizer


def _refused(experiment: Experiment, error: Exception) -> InputError:
    """Pass on what torch says against an optimizer's values, with the values."""
    given = {"lr": experiment.lr, **dict(experiment.optimizer_options)}
    values = ", ".join(f"{name} = {value!r}" for name, value in given.items())
    reason = str(error).splitlines()[0].rstrip(".")
    return InputError(f"{experiment.optimizer} does not take {values} ({reason}); choose other values")


def _step(optimizer: torch.optim.Optimizer, task: _Task, batch: Tensor | None = None) -> None:
    """Update the parameters once by the gradient that they hold; LBFGS asks for more of them on its way."""
    if isinstance(optimizer, torch.optim.LBFGS):
        optimizer.step(lambda: task.backward(batch)[0])  # type: ignore[no-untyped-call]
    else:
        optimizer.step()


def _batches(experiment: Experiment, points: int) -> Iterator[tuple[Tensor, ...]] | None:
    """Return for each epoch its batches of indices, seeded; None if a batch is all the data."""
    size = experiment.batch_size
    if size is None or size >= points:
        return None
    generator = torch.Generator().manual_seed(experiment.seed)
    orders = (torch.randperm(points, generator=generator) for _ in range(experiment.epochs))
    return (torch.split(order, size) for order in orders)


def _recorded_epochs(experiment: Experiment) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Return 0, record_every, 2 record_every, … and the last epoch, (T,)."""
    return np.append(np.arange(0, experiment.epochs, experiment.record_every), experiment.epochs).astype(np.int64)


def _slots(parameters: list[nn.Parameter], params: Array, grads: Array) -> Iterator[_Slot]:
    """Divide the columns, (T, P) each, among the parameters."""
    begin = 0
    for parameter in parameters:
        end, shape = begin + parameter.numel(), (len(params), *parameter.shape)
        part = slice(begin, end)
        yield _Slot(
            parameter,
            parameter.detach().numpy(),
            params[:, part].reshape(shape),
            grads[:, part].reshape(shape),
        )
        begin = end


def _check_size(experiment: Experiment, size: int) -> None:
    if size > LARGEST_HISTORY:
        least = experiment.record_every * -(-size // LARGEST_HISTORY)
        raise InputError(
            f"record_every = {experiment.record_every}: the history would take {size / 2**30:.1f} GiB, "
            f"{LARGEST_HISTORY // 2**30} are allowed; record every {least} epochs"
        )


def _history(experiment: Experiment, task: _Task, rows: _Rows, data: Data) -> History:
    meta = {
        "format": HISTORY_FORMAT,
        "names": task.model.names,
        "experiment": experiment.model_dump(mode="json"),
        "torch": torch.__version__,
        "truth": data.true_params,
        "data": data.name,
    }
    for column in (rows.epoch, rows.loss, rows.params, rows.grads, rows.yhat):
        column.setflags(write=False)  # so that the history need not copy it
    return History(rows.epoch, rows.loss, rows.params, rows.grads, rows.yhat, data.x, data.y, meta)
