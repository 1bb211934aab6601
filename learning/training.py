"""The one training loop: Experiment -> History, alone or many side by side."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy

from learning.data import Data, data_of
from learning.errors import InputError, unknown
from learning.experiment import COUPLING, HISTORY_FORMAT, Experiment, parameter_names
from learning.history import Array, History
from learning.model import MODELS, Model, side_by_side

Progress = Callable[[int, int], None]

LOSSES: Mapping[str, Callable[[Tensor, Tensor], Tensor]] = {
    "sse": lambda y, yhat: _each_sum((y - yhat) ** 2),
    "mse": lambda y, yhat: _each_mean((y - yhat) ** 2),
    "bce": lambda y, yhat: binary_cross_entropy(yhat, y),
}
"""Each loss, from y (N,) and ŷ (N,), or of the squares (K, N) too, to () or (K,); bce is ``torch.nn.BCELoss``."""

LARGEST_HISTORY = 2 * 2**30
"""Bytes of a history at most; more is surely a record_every that was forgotten."""

_NOT_OPTIONS = {"self", "params", "lr", "foreach", "fused", "capturable", "differentiable"}
_REPORTS = 100  # calls of progress in a run, about


def _each_sum(points: Tensor) -> Tensor:
    """Add up (N,) or (K, N) over the points; of one run in the way that is quicker."""
    return torch.sum(points) if points.ndim == 1 else torch.sum(points, dim=-1)


def _each_mean(points: Tensor) -> Tensor:
    """Average (N,) or (K, N) over the points."""
    return torch.mean(points) if points.ndim == 1 else torch.mean(points, dim=-1)


class _Task:
    """K models side by side, features and observations; knows each loss and its gradient at the present weights."""

    def __init__(self, experiment: Experiment, data: Data, models: Sequence[Model]) -> None:
        self.model = models[0] if len(models) == 1 else side_by_side(models)
        self.loss = LOSSES[experiment.loss]
        self.features = self.model.features(torch.from_numpy(data.x))  # (N, …)
        self.y = torch.from_numpy(data.y)  # (N,)
        self.parameters = list(self.model.parameters())
        self.runs = len(models)

    def backward(self, batch: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Compute the losses, () or (K,), and ŷ of a batch (None: all the data); leave gradients in the parameters.

        Of K models the sum of the losses is differentiated, and of that each weight has the gradient of its own.
        """
        features, y = (self.features, self.y) if batch is None else (self.features[batch], self.y[batch])
        for parameter in self.parameters:
            parameter.grad = None  # what zero_grad does, in a tenth of the time
        yhat = self.model(features)
        losses = self.loss(y, yhat)
        total = losses if self.runs == 1 else losses.sum()
        total.backward()  # type: ignore[no-untyped-call]
        return losses, yhat


class _Slot(NamedTuple):
    """One parameter of the K models, and its part of the columns, in its own shape."""

    parameter: nn.Parameter
    weights: Array  # its memory: torch.optim updates in place, so this is always the present value
    params: Array  # (T, *shape)
    grads: Array  # (T, *shape)


class _Rows:
    """The columns of K histories, allocated once and filled row by row."""

    def __init__(self, experiment: Experiment, task: _Task) -> None:
        self.epoch = _recorded_epochs(experiment)  # (T,)
        states, runs, points = len(self.epoch), task.runs, len(task.y)
        parameters = sum(parameter.numel() for parameter in task.parameters) // runs
        _check_size(experiment, states * runs * (points + 2 * parameters + 1) * 4)
        self.loss = np.empty((states, runs), np.float32)
        self.params = np.empty((states, runs, parameters), np.float32)
        self.grads = np.empty((states, runs, parameters), np.float32)
        self.yhat = np.empty((states, runs, points), np.float32)
        self.losses, self.yhats = (  # as the model gives them: a single one without the axis K
            (self.loss[:, 0], self.yhat[:, 0]) if runs == 1 else (self.loss, self.yhat)
        )
        self.slots = list(_slots(task.parameters, self.params, self.grads))
        self.filled = 0

    def record(self, losses: Tensor, yhat: Tensor) -> None:
        """Fill the next row with the present weights and what was computed at them."""
        k = self.filled
        self.losses[k] = losses.detach().numpy()
        self.yhats[k] = yhat.detach().numpy()
        for slot in self.slots:
            slot.params[k] = slot.weights
            slot.grads[k] = slot.parameter.grad.numpy()  # type: ignore[union-attr]  # after backward
        self.filled = k + 1


def train(experiment: Experiment, progress: Progress | None = None) -> History:
    """Run an experiment and return what happened, every `record_every` epochs and at the end.

    Row k is the state before update k, in every column; the last row is the state after the last update.
    An epoch is one pass over the data, an update is one batch. With mini-batches there is a row for an epoch,
    not for an update: its loss and gradient are those of all the data at the weights that the epoch starts
    with. A batch size of N or more means all the data. Numbers that diverge to inf or nan are recorded too.

    With several nets they are trained as one: ŷ is (T, N, K), and the loss is the sum of theirs, so that the
    gradient is each net's own. Every net has the numbers, bit for bit, that it would have alone.

    Args:
        experiment: What to run.
        progress: Called now and then with (epochs done, epochs in all).

    Raises:
        InputError: The data, or the options of the optimizer, are not allowed; or the history would be huge.
    """
    data = data_of(experiment)
    task = _Task(experiment, data, [MODELS[net.model](net) for net in _nets(experiment)])
    rows = _run(experiment, task, progress)
    if experiment.nets == 1:
        return _history(experiment, data, rows, 0)
    return _history_of_all(experiment, data, rows)


def train_many(experiments: Sequence[Experiment], progress: Progress | None = None) -> list[History]:
    """Run many experiments and return the history of each, in the same order: the bits that :func:`train` gives.

    Those that :func:`together` puts into one group are trained as one batch, which is quicker by far.

    Args:
        experiments: What to run; some may be equal.
        progress: Called now and then with (epochs done, epochs in all), an epoch of a group counted once.

    Raises:
        InputError: As :func:`train` does.
    """
    histories = dict(as_trained(experiments, progress))
    return [histories[experiment] for experiment in experiments]


def as_trained(
    experiments: Iterable[Experiment], progress: Progress | None = None
) -> Iterator[tuple[Experiment, History]]:
    """Do what :func:`train_many` does, but hand over each experiment, once, with its history when that is there."""
    groups = together(experiments)
    total, before = sum(group[0].epochs for group in groups), 0
    for group in groups:
        report = None if progress is None else _shifted(progress, before, total)
        yield from zip(group, _train_group(group, report), strict=True)
        before += group[0].epochs


def together(experiments: Iterable[Experiment]) -> list[tuple[Experiment, ...]]:
    """Divide experiments, equal ones taken once, into groups that can be trained as one batch with the same bits.

    A group is relu nets that differ in nothing but start and seed, whose optimizer treats every weight by itself,
    and of which all the data make one update. Everything else is a group of its own, because its bits would not be
    the same: the matrix product of a line and the sigmoid of a logistic curve round differently from place to place
    in a batch. Another learning rate is another group too: an optimizer of torch has one for a whole tensor.
    """
    groups: dict[Experiment, list[Experiment]] = {}
    for experiment in dict.fromkeys(experiments):
        groups.setdefault(_common(experiment), []).append(experiment)
    return [tuple(group) for group in groups.values()]


def _common(experiment: Experiment) -> Experiment:
    """Return what the experiments of a group share: one of them, with the same start and seed for all."""
    elementwise = experiment.model == "relu" and experiment.optimizer not in COUPLING
    alone = experiment.nets > 1 or experiment.batch_size is not None
    if alone or not elementwise:
        return experiment
    return experiment.replace(data_seed=experiment.seed_of_data, seed=0, start=None)


def _train_group(group: Sequence[Experiment], progress: Progress | None) -> list[History]:
    """Train the experiments of one group of :func:`together` at once."""
    if len(group) == 1:
        return [train(group[0], progress)]
    data = data_of(group[0])
    task = _Task(group[0], data, [MODELS[one.model](one) for one in group])
    rows = _run(group[0], task, progress)
    return [_history(one, data, rows, k) for k, one in enumerate(group)]


def _shifted(progress: Progress, before: int, total: int) -> Progress:
    """Report epochs of one group as epochs of all of them."""
    return lambda done, _: progress(before + done, total)


@contextmanager
def _one_thread() -> Iterator[None]:
    """Let torch compute in one thread, as many as it had afterwards.

    Arrays this small gain little from more, and lose tenfold where another process wants the same cores, for the
    threads wait for each other many times an epoch. And sums come out the same whatever the machine.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@_one_thread()
def _run(experiment: Experiment, task: _Task, progress: Progress | None) -> _Rows:
    """Train, and record on the way."""
    rows = _Rows(experiment, task)
    optimizer = make_optimizer(experiment, task.parameters)
    batches = _batches(experiment, len(task.y))
    stride = max(experiment.epochs // _REPORTS, 1)
    for epoch in range(experiment.epochs):
        recorded = epoch % experiment.record_every == 0
        if recorded or batches is None:
            losses, yhat = task.backward()
        if recorded:
            rows.record(losses, yhat)
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
    return rows


def _nets(experiment: Experiment) -> list[Experiment]:
    """Return the experiment of each net by itself, that of net k with `seed` + k."""
    if experiment.nets == 1:
        return [experiment]
    data_seed, seed = experiment.seed_of_data, experiment.seed
    return [experiment.replace(nets=1, seed=seed + k, data_seed=data_seed) for k in range(experiment.nets)]


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
    """Divide the columns, (T, K, P) each, among the parameters."""
    begin, runs = 0, params.shape[1]
    for parameter in parameters:
        part, shape = slice(begin, begin + parameter.numel() // runs), (len(params), *parameter.shape)
        yield _Slot(
            parameter,
            parameter.detach().numpy(),
            params[:, :, part].reshape(shape),
            grads[:, :, part].reshape(shape),
        )
        begin = part.stop


def _check_size(experiment: Experiment, size: int) -> None:
    if size > LARGEST_HISTORY:
        least = experiment.record_every * -(-size // LARGEST_HISTORY)
        raise InputError(
            f"record_every = {experiment.record_every}: the history would take {size / 2**30:.1f} GiB, "
            f"{LARGEST_HISTORY // 2**30} are allowed; record every {least} epochs"
        )


def _history(experiment: Experiment, data: Data, rows: _Rows, k: int) -> History:
    """Return the history of run k, whose experiment this is."""
    columns = (rows.loss[:, k], rows.params[:, k], rows.grads[:, k], rows.yhat[:, k])
    return _made(experiment, data, rows.epoch, columns)


def _history_of_all(experiment: Experiment, data: Data, rows: _Rows) -> History:
    """Return the one history of K nets: losses added up, the parameters of one net after those of another."""
    loss, states = torch.from_numpy(rows.loss).sum(dim=1).numpy(), len(rows.epoch)  # (T,)
    params, grads = rows.params.reshape(states, -1), rows.grads.reshape(states, -1)  # (T, K P)
    return _made(experiment, data, rows.epoch, (loss, params, grads, rows.yhat.transpose(0, 2, 1)))


def _made(experiment: Experiment, data: Data, epoch: Array, columns: tuple[Array, ...]) -> History:
    meta = {
        "format": HISTORY_FORMAT,
        "names": parameter_names(experiment),
        "experiment": experiment.model_dump(mode="json"),
        "torch": torch.__version__,
        "truth": data.true_params,
        "data": data.name,
    }
    loss, params, grads, yhat = (np.ascontiguousarray(column) for column in columns)
    for column in (epoch, loss, params, grads, yhat):
        column.setflags(write=False)  # so that the history need not copy it
    return History(epoch, loss, params, grads, yhat, data.x, data.y, meta)
