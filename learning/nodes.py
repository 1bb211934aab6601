"""What the nodes of a net do, state by state, told from its history alone. No torch.

A node's pre-activation is u = w1 x + b1, its activation v = ReLU(u), or sigmoid(200 u) in a net of steps, its
contribution w2 v. Over the H nodes the contributions add up, with b2, to ŷ; in the model relu-logistic to the logit of
ŷ. A ReLU node is active for a point where u > 0; the pattern of a state says which node is active for which point.
With several nets in a history, `net` says which one, counted from 0.

What a net may reach by its loss is told of the model relu only, whose losses are those of squares. A history that says
nothing about its experiment counts as one of relu.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import takewhile
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from learning.errors import InputError
from learning.experiment import NETS, either, layer_names
from learning.history import Array, History
from learning.progress import from_then_on
from learning.theory import STEEPNESS, Float64, Loss, sigmoid

Float32 = npt.NDArray[np.float32]
Bool = npt.NDArray[np.bool_]
Rows = slice | npt.NDArray[np.int64] | list[int]

BLOCK = 2**22
"""Pre-activations at once: 16 MB, however long the run."""

RELU_NETS = ("relu", "relu-logistic")

CLEARLY = 0.05
"""A loss is clearly above another from this share of it on."""


class Layers(NamedTuple):
    """The weights of one net in T states, in the precision of the history."""

    w1: Array  # (T, H)
    b1: Array  # (T, H), zero without bias
    w2: Array  # (T, H)
    b2: Array  # (T,), zero without bias

    def rows(self, rows: Rows) -> Layers:
        """Return some of the states."""
        return Layers(*(column[rows] for column in self))


class Pieces(NamedTuple):
    """What a net makes of M points in one state, node by node. float64."""

    u: Float64  # (M, H)
    v: Float64  # (M, H)
    contribution: Float64  # (M, H)
    yhat: Float64  # (M,)
    total: Float64  # (M,) contributions and b2 added up: ŷ itself, or its logit


class _Layout(NamedTuple):
    """Where a net's parameters stand among its P columns."""

    nets: int
    columns: int  # P
    nodes: int  # H
    bias: bool


def layers(history: History, net: int = 0) -> Layers:
    """Return the weights of one net, found by the names of the parameters.

    Raises:
        InputError: The history is not of a net, or has no such net.
    """
    layout = _layout(history)
    if not 0 <= net < layout.nets:
        raise InputError(f"net = {net}: there is no such net in this history; choose one from 0 to {layout.nets - 1}")
    nodes, params = layout.nodes, history.params[:, net * layout.columns : (net + 1) * layout.columns]  # (T, P)
    w2 = params[:, -nodes - layout.bias : params.shape[1] - layout.bias]
    if layout.bias:
        return Layers(params[:, :nodes], params[:, nodes : 2 * nodes], w2, params[:, -1])
    return Layers(params[:, :nodes], np.zeros_like(w2), w2, np.zeros_like(w2[:, 0]))


def pre_activations(history: History, rows: Rows | None = None, net: int = 0) -> Array:
    """Return u, (T, N, H), of all recorded states or of some rows; in float32, and then the numbers that torch had."""
    return _pre_activations(_some(history, rows, net), history.x)


def activations(history: History, rows: Rows | None = None, net: int = 0) -> Array:
    """Return v, (T, N, H), of all recorded states or of some rows; that of steps in float64."""
    return _activation(history, pre_activations(history, rows, net))


def contributions(history: History, rows: Rows | None = None, net: int = 0) -> Array:
    """Return w2 v, (T, N, H): over the nodes they add up, with b2, to ŷ or to its logit."""
    return activations(history, rows, net) * _some(history, rows, net).w2[:, None, :]


def at_points(history: History, x: npt.ArrayLike, row: int, net: int = 0) -> Pieces:
    """Return what the net of one row makes of any x, (M,), such as a finer grid than the data."""
    w1, b1, w2, b2 = (column[row].astype(np.float64) for column in layers(history, net))
    u = np.asarray(x, dtype=np.float64)[:, None] * w1 + b1  # (M, H)
    v = _activation(history, u)
    total = (v * w2).sum(axis=1) + b2
    return Pieces(u, v, v * w2, sigmoid(total) if _model(history) == "relu-logistic" else total, total)


def uncovered(history: History, net: int = 0) -> Bool:
    """Say for each state and point, (T, N), whether no node is active there: u <= 0 for all of them.

    Raises:
        InputError: The nodes are steps, which have no slope on either side.
    """
    _check_model(history, RELU_NETS, "uncovered points are known")
    return _of_all_states(history, net, lambda u: (u <= 0).all(axis=2))


def dead(history: History, net: int = 0) -> Bool:
    """Say for each state and node, (T, H), whether it is active for no point: u <= 0 for all of them.

    Raises:
        InputError: The nodes are steps, which have no slope on either side.
    """
    _check_model(history, RELU_NETS, "dead nodes are known")
    return _of_all_states(history, net, lambda u: (u <= 0).all(axis=1))


def gradient_share(history: History, row: int, net: int = 0) -> Float64:
    """Return what each point adds to the gradient of the loss at one row, (N, P); over the points it is the gradient.

    By the chain rule: with c = -2 (y - ŷ), divided by N for mse, a point adds c v to the slope along w2, c w2 x and
    c w2 to those along w1 and b1 of the nodes that are active for it, and c to that along b2. Without bias a point
    that no node covers adds exactly nothing.

    Raises:
        InputError: The model is not relu.
    """
    _check_model(history, ("relu",), "shares of the gradient are known")
    u, v, _, yhat, _ = at_points(history, history.x, row, net)
    w2 = layers(history, net).w2[row].astype(np.float64)
    x, y = history.x.astype(np.float64)[:, None], history.y.astype(np.float64)
    c = (-2 * (y - yhat) / _share(history))[:, None]  # (N, 1)
    back = c * w2 * (u > 0)  # (N, H)
    return np.hstack([back * x, back, c * v, c] if _layout(history).bias else [back * x, c * v])


def pattern_since(history: History, net: int = 0) -> int:
    """Return the epoch from which to the end the pattern, u > 0, does not change for any point and node."""
    last = pre_activations(history, [-1], net) > 0  # (1, N, H)
    same = _of_all_states(history, net, lambda u: ((u > 0) == last).all(axis=(1, 2)))
    epoch = from_then_on(history, same)
    assert epoch is not None  # the last row is like itself
    return epoch


def settled_since(history: History, tolerance: float = 1e-6, net: int = 0) -> int | None:
    """Return the epoch from which to the end the loss is the least that the last pattern allows.

    That is :func:`least_with_pattern`; None if at the end the loss is another. It is the same if they differ by at
    most `tolerance` of it, or, where the data fit perfectly, by `tolerance`² of the loss of ŷ = 0.

    Raises:
        InputError: The model is not relu.
    """
    least = least_with_pattern(history, net=net)
    rounding = tolerance**2 * float(np.sum(history.y.astype(np.float64) ** 2)) / _share(history)
    off = np.abs(losses(history)[:, net] - least)  # (T,)
    return from_then_on(history, off <= tolerance * least + rounding)


def least_with_pattern(history: History, row: int = -1, net: int = 0) -> float:
    """Return the least loss of a net with the pattern of a row, by least squares.

    As long as the pattern stays, ŷ is linear in the products of first and second weights: its features are x and,
    with bias, 1, each where a node is active and 0 elsewhere, and 1 for b2. Without bias every combination of them
    is a net with this pattern; with bias some are not, and the value is a bound from below.

    Raises:
        InputError: The model is not relu.
    """
    _check_model(history, ("relu",), "the least loss of a pattern is known")
    u = pre_activations(history, [row], net)[0]  # (N, H)
    x, y = history.x.astype(np.float64)[:, None], history.y.astype(np.float64)
    active = (u > 0).astype(np.float64)
    features = np.hstack([active * x, active, np.ones_like(x)]) if _layout(history).bias else active * x
    residuals = y - features @ np.linalg.lstsq(features, y, rcond=None)[0]
    return float(np.sum(residuals**2)) / _share(history)


def repeats_from(history: History) -> int | None:
    """Return the first epoch whose parameters come back, bit for bit, at a later one: the next, or after a cycle.

    A full-batch step of SGD without momentum depends on the parameters only, so from there on nothing new can
    happen. None if that does not occur, and for runs where it would prove nothing: other optimizers, momentum,
    mini-batches, or not every epoch recorded.
    """
    if not _steps_depend_on_parameters_only(history):
        return None
    seen: dict[bytes, int] = {}
    for k, row in enumerate(history.params[: history.last_finite + 1]):
        first = seen.setdefault(row.tobytes(), k)
        if first != k:
            return int(history.epoch[first])
    return None


def losses(history: History) -> Float64:
    """Return the loss of each net, (T, K), from ŷ and y; of a single net (T, 1). float64.

    Raises:
        InputError: The loss is none of squares.
    """
    yhat = history.yhat.astype(np.float64).reshape(*history.yhat.shape[:2], -1)  # (T, N, K)
    with np.errstate(over="ignore", invalid="ignore"):  # a run that diverges
        loss: Float64 = np.sum((history.y.astype(np.float64)[:, None] - yhat) ** 2, axis=1) / _share(history)
    return loss


def least_loss(x: npt.ArrayLike, y: npt.ArrayLike, loss: Loss = "mse") -> float:
    """Return the least loss of a line through the origin that bends there: a slope for x < 0, another for x > 0.

    That is the best that nodes without bias can do, however many, from two on. Each slope is Σxy / Σx² of its side.
    """
    at, observed = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    residuals = observed - _through_origin(np.minimum(at, 0), observed) - _through_origin(np.maximum(at, 0), observed)
    return float(np.sum(residuals**2)) / (1 if loss == "sse" else len(at))


def _through_origin(x: Float64, y: Float64) -> Float64:
    """Return what the best line through the origin says at x, (N,); nothing where all x are 0."""
    square = float(np.sum(x**2))
    return x * (float(np.sum(x * y)) / square) if square >= np.finfo(np.float64).tiny else np.zeros_like(x)


def stuck(history: History, share: float = CLEARLY) -> Bool:
    """Say of each net, (K,), whether it is stuck at the last row.

    It is if no node is active for some point (other than x = 0, where a net without bias is 0 anyway), so that the
    point adds nothing to any gradient; or if the least loss that its pattern allows is above :func:`least_loss` by
    more than `share` of it. The present loss does not count: a net on its way is not stuck. A net whose weights are
    not finite is lost, not stuck. A single node covers one side only, so it always is.

    Raises:
        InputError: The model is not relu, or the nets have biases, with which other bends than one at the origin are
            possible.
    """
    _check_model(history, ("relu",), "being stuck is known")
    layout = _layout(history)
    if layout.bias:
        raise InputError("bias = True: whether a net is stuck is known only of nets without bias; choose bias False")
    bound = (1 + share) * least_loss(history.x, history.y, "sse" if _share(history) == 1 else "mse")
    return np.array([_is_stuck(history, net, bound) for net in range(layout.nets)])


def _is_stuck(history: History, net: int, bound: float) -> bool:
    last = _some(history, [-1], net)
    if not all(np.isfinite(column).all() for column in last):
        return False
    active = (_pre_activations(last, history.x)[0] > 0).any(axis=1) | (history.x == 0)  # (N,)
    return not active.all() or least_with_pattern(history, net=net) > bound


def _layout(history: History) -> _Layout:
    """Read from the names how many nets and nodes there are, and whether they have biases."""
    names = history.names
    prefix = "net0." if names and names[0].startswith("net0.") else ""
    own = [name.removeprefix(prefix) for name in takewhile(lambda name: name.startswith(prefix), names)]
    nodes = sum(name.startswith("layer1.weight[") for name in own)
    bias = "layer2.bias[0]" in own
    if not nodes or tuple(own) != layer_names(nodes, bias) or len(names) % len(own):
        what = ", ".join(names[:4]) or "none"
        raise InputError(
            f"this history is not of a net: its first parameters are {what}; choose the model {either(NETS)}"
        )
    return _Layout(len(names) // len(own), len(own), nodes, bias)


def _model(history: History) -> str:
    """Return the name of the model; relu where the history does not say."""
    return history.experiment.model if history.meta.get("experiment") else "relu"


def _check_model(history: History, models: tuple[str, ...], known: str) -> None:
    model = _model(history)
    if model in NETS and model not in models:  # of what is no net, its layers are asked for, and that is refused
        raise InputError(f"model = {model}: {known} only of the model {either(models)}; choose such a model")


def _activation(history: History, u: Array) -> Array:
    """Return v from u, both of any shape."""
    return sigmoid(STEEPNESS * u) if _model(history) == "steps" else np.maximum(u, 0)


def _some(history: History, rows: Rows | None, net: int) -> Layers:
    return layers(history, net).rows(slice(None) if rows is None else rows)


def _pre_activations(of: Layers, x: Array) -> Array:
    """Return u, (T, N, H), for x (N,)."""
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):  # a run that diverges
        return of.w1[:, None, :] * x[:, None] + of.b1[:, None, :]


def _of_all_states(history: History, net: int, of: Callable[[Array], Any]) -> Bool:
    """Return what `of` makes of u, (T, N, H), of all states, block by block."""
    every = layers(history, net)
    size = max(BLOCK // max(len(history.x) * every.w1.shape[1], 1), 1)
    blocks = (every.rows(slice(begin, begin + size)) for begin in range(0, len(history), size))
    return np.concatenate(list(_each(of, blocks, history.x)))


def _each(of: Callable[[Array], Any], blocks: Iterator[Layers], x: Array) -> Iterator[Bool]:
    return (of(_pre_activations(block, x)) for block in blocks)


def _share(history: History) -> int:
    """Return what the sum of the squared residuals is divided by.

    Raises:
        InputError: The loss is none of squares.
    """
    loss = history.experiment.loss
    if loss == "bce":
        raise InputError("loss = 'bce': what is asked is known only of squares; choose sse or mse")
    return 1 if loss == "sse" else len(history.y)


def _steps_depend_on_parameters_only(history: History) -> bool:
    run = history.experiment
    whole = run.batch_size is None or run.batch_size >= len(history.y)
    plain = run.optimizer == "SGD" and not dict(run.optimizer_options).get("momentum", 0)
    return whole and plain and run.record_every == 1
