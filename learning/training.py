"""The one training loop: Experiment -> History, alone or many side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from learning.data import Data, data_of, fresh_data_of, true_params_of
from learning.errors import InputError
from learning.experiment import COUPLING, HISTORY_FORMAT, Experiment, parameter_names
from learning.history import Array, History
from learning.losses import LOSSES
from learning.model import make, side_by_side
from learning.optimizer import Updates
from learning.threads import one_thread

Progress = Callable[[int, int], None]

LARGEST_HISTORY = 2 * 2**30
"""Bytes of a history at most; more is surely a record_every that was forgotten."""

_REPORTS = 100  # calls of progress in a run, about


class _Task:
    """K runs side by side, features and observations; knows each loss and its gradient at the present weights.

    The runs are alike but for their first weights and learning rates.
    """

    def __init__(self, runs: Sequence[Experiment], data: Data, test: Data | None) -> None:
        models = [make(run) for run in runs]
        self.runs = len(runs)
        self.model = models[0] if self.runs == 1 else side_by_side(models)
        self.loss = LOSSES[runs[0].loss]
        self.features = self.model.features(torch.from_numpy(data.x))  # (…, N)
        self.y = self._each(data.y)  # (N,) or (K, N)
        self.seen = data.seen
        self.parameters = list(self.model.parameters())
        self.test = None if test is None else _Test(self.model.features(torch.from_numpy(test.x)), self._each(test.y))

    def _each(self, y: Array) -> Tensor:
        """Return observations as ŷ has them: (N,), or (K, N)."""
        values = torch.from_numpy(y)
        return values if self.runs == 1 else values.expand(self.runs, -1)

    def backward(self, batch: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Compute the losses, () or (K,), and ŷ of a batch (None: all the data); leave gradients in the parameters.

        Of K models the sum of the losses is differentiated, and of that each weight has the gradient of its own.
        """
        features, y = (self.features, self.y) if batch is None else (self.features[..., batch], self.y[..., batch])
        for parameter in self.parameters:
            parameter.grad = None  # what zero_grad does, in a tenth of the time
        losses, yhat = self._losses(features, y)
        total = losses if self.runs == 1 else losses.sum()
        total.backward()  # type: ignore[no-untyped-call]
        return losses, yhat

    def _losses(self, features: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        """Return the losses, () or (K,), and ŷ."""
        u = self.model.forward(features)  # a call would look for hooks for a microsecond, and there are none
        yhat = self.model.link(u)
        return self.loss.of(u if self.loss.takes_logits else yhat, y), yhat

    def tested(self) -> tuple[Tensor, Tensor] | None:
        """Return the losses on the test data, () or (K,), and ŷ there; None where there are none."""
        if self.test is None:
            return None
        with torch.no_grad():
            return self._losses(*self.test)


class _Test(NamedTuple):
    """Data that nothing is learned from."""

    features: Tensor
    y: Tensor


class _Slot(NamedTuple):
    """One parameter of the K models, and its part of the columns, in its own shape."""

    parameter: nn.Parameter
    weights: Array  # its memory: torch.optim updates in place, so this is always the present value
    params: Array  # (T, *shape)
    grads: Array  # (T, *shape)


class _Rows:
    """The columns of K histories, allocated once and filled row by row."""

    def __init__(self, experiment: Experiment, task: _Task, batches: _Batches) -> None:
        states, runs, self.seen = _recorded_states(experiment, batches.count), task.runs, task.seen
        points = task.y.shape[-1] if self.seen is None else len(self.seen)
        tests = 0 if task.test is None else task.test.y.shape[-1]
        parameters = sum(parameter.numel() for parameter in task.parameters) // runs
        drawn = 8 * batches.size if experiment.record == "update" else 0  # bytes
        _check_size(experiment, states * (4 * experiment.nets * (points + tests + 2 * parameters + 1) + drawn))
        self.epoch = _recorded_epochs(experiment, batches.count)  # (T,)
        self.loss = np.empty((states, runs), np.float32)
        self.params = np.empty((states, runs, parameters), np.float32)
        self.grads = np.empty((states, runs, parameters), np.float32)
        self.yhat = np.empty((states, runs, points), np.float32)
        self.losses, self.yhats = (  # as the model gives them: a single one without the axis K
            (self.loss[:, 0], self.yhat[:, 0]) if runs == 1 else (self.loss, self.yhat)
        )
        self.test_loss = np.empty((states, runs), np.float32)
        self.test_yhat = np.empty((states, runs, tests), np.float32)
        self.batch = np.full((states, batches.size), -1, np.int64) if drawn else None
        self.slots = list(_slots(task.parameters, self.params, self.grads))
        self.filled = 0

    def record(self, task: _Task, losses: Tensor, yhat: Tensor, batch: Tensor | None = None) -> None:
        """Fill the next row: the present weights, what was computed at them, and the points of the update to come."""
        k = self.filled
        self.losses[k] = losses.tolist()  # of one run a number, which is quicker than an array
        said = yhat.numpy(force=True)
        self.yhats[k] = said if self.seen is None else said[..., self.seen]
        for slot in self.slots:
            slot.params[k] = slot.weights
            slot.grads[k] = slot.parameter.grad.numpy()  # type: ignore[union-attr]  # after backward
        tested = task.tested()
        if tested is not None:
            self.test_loss[k], self.test_yhat[k] = (values.numpy() for values in tested)
        if self.batch is not None and batch is not None:
            self.batch[k, : len(batch)] = batch.numpy()
        self.filled = k + 1

    def extras(self, test: Data | None, k: int) -> dict[str, Array | None]:
        """Return what the history of run k has besides what every history has."""
        tested = {} if test is None else {"test_x": test.x, "test_y": test.y}
        if test is not None:
            tested |= {"test_loss": self.test_loss[:, k], "test_yhat": self.test_yhat[:, k]}
        return {"batch": self.batch, "seen": self.seen, **tested}


def train(experiment: Experiment, progress: Progress | None = None) -> History:
    """Run an experiment and return what happened, every `record_every` epochs and at the end.

    Row k is the state before update k, in every column; the last row is the state after the last update.
    An epoch is one pass over the data, an update is one batch. With mini-batches there is a row for an epoch, or,
    if asked for, one for an update: its loss and gradient are those of all the data at the weights that the epoch,
    or the update, starts with. A batch size of N or more means all the data. Numbers that diverge to inf or nan are
    recorded too. Test data, if asked for, are looked at in every recorded state, and nothing is learned from them.

    With several nets they are trained as one: ŷ is (T, N, K), and the loss is the sum of theirs, so that the
    gradient is each net's own. Every net has the numbers, bit for bit, that it would have alone.

    Args:
        experiment: What to run.
        progress: Called now and then with (epochs done, epochs in all).

    Raises:
        InputError: The data, or the options of the optimizer, are not allowed; or the history would be huge.
    """
    drawn = _Drawn(data_of(experiment), fresh_data_of(experiment))
    rows = _run(experiment, _nets(experiment), drawn, progress)
    if experiment.nets == 1:
        return _history(experiment, drawn, rows, 0)
    return _history_of_all(experiment, drawn.data, rows)


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

    A group is runs of one model on the same data that differ in nothing but start, seed and learning rate, whose
    optimizer treats every weight by itself; in its group those of equal rate are neighbours. Everything else is a
    group of its own: several nets, which are a batch already, and runs whose batches another seed draws otherwise.
    """
    groups: dict[Experiment, list[Experiment]] = {}
    for experiment in dict.fromkeys(experiments):
        groups.setdefault(_common(experiment), []).append(experiment)
    return [tuple(sorted(group, key=lambda run: run.lr)) for group in groups.values()]


def _common(experiment: Experiment) -> Experiment:
    """Return what the experiments of a group share: one of them, with the same start, seed and rate for all."""
    if experiment.nets > 1 or experiment.optimizer in COUPLING:
        return experiment
    data_seed: int | None = 0 if experiment.data_file else experiment.seed_of_data  # a file has no use for one
    seed = 0 if experiment.batch_size is None else experiment.seed
    if experiment.seeded_once:  # then the first weights depend on the data
        data_seed, seed = experiment.data_seed, experiment.seed
    return experiment.replace(data_seed=data_seed, seed=seed, start=None, lr=1.0)


def _train_group(group: Sequence[Experiment], progress: Progress | None) -> list[History]:
    """Train the experiments of one group of :func:`together` at once."""
    if len(group) == 1:
        return [train(group[0], progress)]
    drawn = _Drawn(data_of(group[0]), fresh_data_of(group[0]))
    rows = _run(group[0], group, drawn, progress)
    return [_history(one, drawn, rows, k) for k, one in enumerate(group)]


def _shifted(progress: Progress, before: int, total: int) -> Progress:
    """Report epochs of one group as epochs of all of them."""
    return lambda done, _: progress(before + done, total)


@one_thread()
def _run(experiment: Experiment, runs: Sequence[Experiment], drawn: _Drawn, progress: Progress | None) -> _Rows:
    """Train the runs, which are the experiment itself or all like it, and record on the way."""
    task = _Task(runs, drawn.data, drawn.test)
    batches = _Batches(experiment, len(drawn.data.y))
    rows = _Rows(experiment, task, batches)
    updates = Updates(runs, task.parameters)
    stride = max(experiment.epochs // _REPORTS, 1)
    for epoch in range(experiment.epochs):
        for number, batch in enumerate(batches.of_next_epoch()):
            recorded = _is_recorded(experiment, epoch, number, batches.count)
            if recorded or batch is None:
                losses, yhat = task.backward()
            if recorded:
                rows.record(task, losses, yhat, batches.all if batch is None else batch)
            if batch is not None:
                task.backward(batch)
            updates.step(partial(task.backward, batch))
        if progress is not None and epoch % stride == 0:
            progress(epoch, experiment.epochs)
    rows.record(task, *task.backward())
    if progress is not None:
        progress(experiment.epochs, experiment.epochs)
    return rows


def _is_recorded(experiment: Experiment, epoch: int, number: int, count: int) -> bool:
    """Say whether the state before an update, `number` of an epoch of `count`, gets a row."""
    if experiment.record == "update":
        return (epoch * count + number) % experiment.record_every == 0
    return number == 0 and epoch % experiment.record_every == 0


def _nets(experiment: Experiment) -> list[Experiment]:
    """Return the experiment of each net by itself, that of net k with `seed` + k."""
    if experiment.nets == 1:
        return [experiment]
    data_seed, seed = experiment.seed_of_data, experiment.seed
    return [experiment.replace(nets=1, seed=seed + k, data_seed=data_seed) for k in range(experiment.nets)]


class _Batches:
    """The points of each update: in every epoch all of them once, in another order, which is seeded.

    Attributes:
        all: All the points, (N,). size: Points of an update. count: Updates of an epoch.
    """

    def __init__(self, experiment: Experiment, points: int) -> None:
        self.all, self.size = torch.arange(points), min(experiment.batch_size or points, points)
        self.count = -(-points // self.size)
        self._generator = torch.Generator().manual_seed(experiment.seed)

    def of_next_epoch(self) -> Sequence[Tensor | None]:
        """Return the indices of each batch, (size,) or fewer the last; None for the one that is all the data."""
        if self.count == 1:
            return (None,)
        return torch.split(torch.randperm(len(self.all), generator=self._generator), self.size)


def _recorded_states(experiment: Experiment, count: int) -> int:
    """Return T, of epochs of `count` updates."""
    return -(-_steps(experiment, count) // experiment.record_every) + 1


def _recorded_epochs(experiment: Experiment, count: int) -> Array:
    """Return how many epochs are finished in each recorded state, (T,): whole ones, or with fractions by update."""
    last = _steps(experiment, count)
    steps = np.append(np.arange(0, last, experiment.record_every), last).astype(np.int64)
    return steps / count if experiment.record == "update" else steps


def _steps(experiment: Experiment, count: int) -> int:
    """Return the epochs, or the updates, of which every so many are recorded."""
    return experiment.epochs * (count if experiment.record == "update" else 1)


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
            f"{LARGEST_HISTORY // 2**30} are allowed; record every {least} {experiment.record}s"
        )


class _Drawn(NamedTuple):
    """What a run learns from, and what it is tested with."""

    data: Data
    test: Data | None


def _history(experiment: Experiment, drawn: _Drawn, rows: _Rows, k: int) -> History:
    """Return the history of run k, whose experiment this is."""
    columns = (rows.loss[:, k], rows.params[:, k], rows.grads[:, k], rows.yhat[:, k])
    return _made(experiment, drawn.data, rows.epoch, columns, rows.extras(drawn.test, k))


def _history_of_all(experiment: Experiment, data: Data, rows: _Rows) -> History:
    """Return the one history of K nets: losses added up, the parameters of one net after those of another."""
    loss, states = torch.from_numpy(rows.loss).sum(dim=1).numpy(), len(rows.epoch)  # (T,)
    params, grads = rows.params.reshape(states, -1), rows.grads.reshape(states, -1)  # (T, K P)
    columns = (loss, params, grads, rows.yhat.transpose(0, 2, 1))
    return _made(experiment, data, rows.epoch, columns, rows.extras(None, 0))


def _columns(data: Data) -> dict[str, Any]:
    """Return what meta says of a file's columns: their names, and of those standardized mean and standard deviation."""
    if data.columns is None:
        return {}
    scales = {axis: list(scale) for axis, scale in zip("xy", data.scales, strict=True) if scale is not None}
    return {"columns": list(data.columns), **({"standardized": scales} if scales else {})}


def _made(
    experiment: Experiment, data: Data, epoch: Array, columns: tuple[Array, ...], extras: Mapping[str, Array | None]
) -> History:
    meta = {
        "format": HISTORY_FORMAT,
        "names": parameter_names(experiment),
        "experiment": experiment.model_dump(mode="json"),
        "torch": torch.__version__,
        "truth": true_params_of(experiment, data),
        "data": data.name,
        **_columns(data),
    }
    loss, params, grads, yhat = (np.ascontiguousarray(column) for column in columns)
    others = {name: None if column is None else np.ascontiguousarray(column) for name, column in extras.items()}
    for column in (epoch, loss, params, grads, yhat, *others.values()):
        if column is not None:
            column.setflags(write=False)  # so that the history need not copy it
    return History(epoch, loss, params, grads, yhat, data.x, data.y, meta, **others)
