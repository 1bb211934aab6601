"""The loss over two parameters, over a plane of many, and along the path of a run, as arrays. float64, no torch."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple, cast

import numpy as np
import numpy.typing as npt

from learning.errors import InputError, unknown
from learning.experiment import NETS, PROBABILITIES
from learning.history import History
from learning.plane import Plane
from learning.theory import STEEPNESS, Float64, Loss, design, hessian, least_squares, loss_of, sigmoid

Pointwise = Callable[[Float64, Float64], Float64]


class Cost(NamedTuple):
    """The loss of each point as a function of its u = w0 + w1 x; both from u (M, N) and y (N,) to (M, N)."""

    value: Pointwise
    slope: Pointwise  # its derivative in u


def _squares(u: Float64, y: Float64) -> Float64:
    return (y - u) ** 2


def _squares_slope(u: Float64, y: Float64) -> Float64:
    return -2 * (y - u)


def _squares_of_sigmoid(u: Float64, y: Float64) -> Float64:
    return (y - sigmoid(u)) ** 2


def _squares_of_sigmoid_slope(u: Float64, y: Float64) -> Float64:
    """Return -2 (y - v) v (1 - v), where v = sigmoid(u), with v (1 - v) = e / (1 + e)², e = exp(-|u|)."""
    small = np.exp(-np.abs(u))
    share = 1 / (1 + small)
    v = np.where(u >= 0, share, small * share)
    return -2 * (y - v) * small * share**2


def cross_entropy(u: Float64, y: Float64) -> Float64:
    """Return -y log v - (1 - y) log(1 - v), where v = sigmoid(u), as softplus(u) - y u: finite at any u."""
    return np.maximum(u, 0) - y * u + np.log1p(np.exp(-np.abs(u)))


def _cross_entropy_slope(u: Float64, y: Float64) -> Float64:
    return sigmoid(u) - y


COSTS: Mapping[str, Mapping[str, Cost]] = {
    "line": {"sse": Cost(_squares, _squares_slope), "mse": Cost(_squares, _squares_slope)},
    "logistic": {
        "sse": Cost(_squares_of_sigmoid, _squares_of_sigmoid_slope),
        "mse": Cost(_squares_of_sigmoid, _squares_of_sigmoid_slope),
        "bce": Cost(cross_entropy, _cross_entropy_slope),
    },
}
"""Each loss of each model of two parameters."""

BLOCK = 2**15  # residuals at once: 256 kB stay in the processor's cache, which is twice as fast
NEWTON_STEPS, FLAT = 100, 1e-12  # at most so many, until each partial slope of the mean loss is so small
MANY = 20_000  # points of a line, beyond which its loss is not added up anew at every place
WHOLE_ROWS = 50  # of a long path, the steps that a film shows one by one
TRACE_POINTS = 4000


@dataclass(frozen=True)
class Window:
    """A rectangle of the floor: from low to high in w0 and in w1."""

    w0: tuple[float, float]
    w1: tuple[float, float]

    def contains(self, points: npt.ArrayLike) -> npt.NDArray[np.bool_]:
        """Say for each of the points, (M, 2), whether it is inside or on the border, (M,); nan is outside."""
        low, high = np.transpose([self.w0, self.w1])  # (2,) each
        pairs = np.asarray(points, dtype=np.float64)
        inside: npt.NDArray[np.bool_] = ((low <= pairs) & (pairs <= high)).all(axis=-1)
        return inside


@dataclass(frozen=True, eq=False)
class Landscape:
    """The loss over a window: ``loss[i, j]`` is the loss at ``(w0[i], w1[j])``.

    Attributes:
        window: The rectangle.
        w0: (M,) from low to high.
        w1: (K,) from low to high.
        loss: (M, K).
    """

    window: Window
    w0: Float64
    w1: Float64
    loss: Float64


@dataclass(frozen=True, eq=False)
class Trace:
    """The way that a run took over the floor, in S points, and the loss there.

    Attributes:
        epoch: (S,) with fractions between recorded states, strictly increasing.
        params: (S, 2); of :func:`through` (S, P).
        loss: (S,).
    """

    epoch: Float64
    params: Float64
    loss: Float64


def loss_at(history: History, points: npt.ArrayLike) -> Float64:
    """Return the loss of the history's model and data at the weights `points`, (M, 2), as (M,).

    Raises:
        InputError: The model has no loss over two weights that is known here.
    """
    cost = _cost(history)
    if history.experiment.model == "line" and len(history.x) > MANY:
        return _bowl(history, points)[0]
    return _over_points(history, points, cost.value, [1.0])[:, 0]


def gradient_at(history: History, points: npt.ArrayLike) -> Float64:
    """Return the gradient of the loss at the weights `points`, (M, 2), as (M, 2), by formula: Xᵀ dloss/du.

    Raises:
        InputError: The model has no loss over two weights that is known here.
    """
    cost = _cost(history)
    if history.experiment.model == "line" and len(history.x) > MANY:
        return _bowl(history, points)[1]
    return _over_points(history, points, cost.slope, [1.0, history.x.astype(np.float64)])


def _bowl(history: History, points: npt.ArrayLike) -> tuple[Float64, Float64]:
    """Return loss (M,) and gradient (M, 2) of a line: those of a bowl around the minimum, which knows all points."""
    loss = cast("Loss", history.experiment.loss)
    best = least_squares(history.x, history.y)
    least, curvature = loss_of(design(history.x), history.y, best[None], loss)[0], hessian(design(history.x), loss)
    away = np.asarray(points, dtype=np.float64) - best  # (M, 2)
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):  # a run that diverges goes beyond float64
        slope = np.stack([np.sum(away * row, axis=1) for row in curvature], axis=1)
        return least + np.sum(away * slope, axis=1) / 2, slope


def _cost(history: History) -> Cost:
    experiment = history.experiment
    if experiment.model not in COSTS:
        raise unknown("model of two parameters", experiment.model, COSTS)
    return COSTS[experiment.model][experiment.loss]


def _over_points(
    history: History, points: npt.ArrayLike, each: Pointwise, weights: Sequence[Float64 | float]
) -> Float64:
    """Add up, or average, `each` of u (M, N) and y over the data, times each of C weights, numbers or (N,): (M, C).

    The points (M, 2) are taken in blocks.
    """
    x, y = history.x.astype(np.float64), history.y.astype(np.float64)  # (N,)
    pairs = np.asarray(points, dtype=np.float64)
    rows = max(BLOCK // len(y), 1)
    blocks = [pairs[first : first + rows] for first in range(0, max(len(pairs), 1), rows)]
    share = 1.0 if history.experiment.loss == "sse" else 1 / len(y)
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):  # a run that diverges goes beyond float64
        sums = [_sums(each(block[:, :1] + block[:, 1:] * x, y), weights) * share for block in blocks]
    return np.concatenate(sums)


def _sums(values: Float64, weights: Sequence[Float64 | float]) -> Float64:
    """Add up values, (M, N), times each of C weights: (M, C). Not by BLAS, whose last bits depend on its threads."""
    return np.stack([np.sum(values * weight, axis=1) for weight in weights], axis=1)


def losses_at(history: History, params: npt.ArrayLike) -> Float64:
    """Return the loss of the history's model and data at any of its parameters, (M, P), as (M,): of every model.

    Raises:
        InputError: The history says nothing about its experiment, or is of several nets.
    """
    experiment = history.experiment
    each = COSTS["logistic" if experiment.model in PROBABILITIES else "line"][experiment.loss].value
    points, output = np.asarray(params, dtype=np.float64), _output_of(history)
    rows = max(BLOCK // len(history.y), 1)
    y, share = history.y.astype(np.float64), 1.0 if experiment.loss == "sse" else 1 / len(history.y)
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):  # a run that diverges goes beyond float64
        sums = [
            np.sum(each(output(points[first : first + rows]), y), axis=1) * share
            for first in range(0, max(len(points), 1), rows)
        ]
    return np.concatenate(sums)


def over_plane(history: History, plane: Plane, at: tuple[npt.ArrayLike, npt.ArrayLike]) -> Float64:
    """Return the loss over a plane of the parameters: (M, K) at the coordinates `at`, (M,) and (K,), along its axes.

    Raises:
        InputError: As :func:`losses_at`; or the plane has not as many parameters as the history.
    """
    first, second = (np.asarray(places, dtype=np.float64) for places in at)
    if plane.origin.size != len(history.names):
        raise InputError(
            f"a plane of {plane.origin.size} parameters: the history has {len(history.names)}; make it from its own"
        )
    rows = (plane.points(np.column_stack([np.full(len(second), place), second])) for place in first)
    return np.stack([losses_at(history, row) for row in rows])


def _output_of(history: History) -> Callable[[Float64], Float64]:
    """Return what makes the model's u, (M, N), of its parameters, (M, P)."""
    experiment, x = history.experiment, history.x.astype(np.float64)
    if experiment.nets > 1:
        raise InputError(f"nets = {experiment.nets}: the loss anywhere is known only of a single net; train one")
    if experiment.model in NETS:
        return partial(_net, x=x, bias=experiment.bias, steps=experiment.model == "steps")
    powers = (0, 1) if experiment.powers is None else experiment.powers
    columns = [x**power for power in powers] + [np.ones_like(x)] * experiment.bias
    return partial(_linear, columns=columns)


def _linear(params: Float64, columns: Sequence[Float64]) -> Float64:
    """Return u (M, N) of weights (M, P), each times its column (N,)."""
    return sum((params[:, k, None] * column for k, column in enumerate(columns)), np.zeros(1))


def _net(params: Float64, x: Float64, bias: bool, steps: bool) -> Float64:
    """Return u (M, N) of the last layer of a net with the parameters (M, P), node by node."""
    nodes = (params.shape[1] - bias) // (2 + bias)
    first, last = params[:, :nodes], params[:, nodes * (1 + bias) : nodes * (2 + bias)]
    total = np.broadcast_to(params[:, -1:] if bias else np.zeros(1), (len(params), len(x)))
    for node in range(nodes):
        u = first[:, node, None] * x
        if bias:
            u = u + params[:, nodes + node, None]
        total = total + last[:, node, None] * (sigmoid(STEEPNESS * u) if steps else np.maximum(u, 0))
    return total


def over_window(history: History, window: Window, resolution: int = 65) -> Landscape:
    """Return the loss at `resolution` by `resolution` points of the window, its borders included.

    Raises:
        InputError: The resolution is below 2.
    """
    w0, w1 = _axes(window, resolution)
    return Landscape(window, w0, w1, loss_at(history, _grid(w0, w1)).reshape(resolution, resolution))


def gradient_over(history: History, window: Window, resolution: int = 65) -> Float64:
    """Return the size (Euclidean norm) of the gradient at the points of :func:`over_window`, (M, K), by formula.

    Raises:
        InputError: The resolution is below 2, or the model is not one of two parameters.
    """
    gradient = gradient_at(history, _grid(*_axes(window, resolution)))  # (M K, 2)
    size: Float64 = np.hypot(gradient[:, 0], gradient[:, 1])
    return size.reshape(resolution, resolution)


def _axes(window: Window, resolution: int) -> tuple[Float64, Float64]:
    """Return w0 and w1, (resolution,) each, from border to border."""
    if resolution < 2:
        raise InputError(f"resolution = {resolution}: must be at least 2; the default is 65")
    return np.linspace(*window.w0, resolution), np.linspace(*window.w1, resolution)


def _grid(w0: Float64, w1: Float64) -> Float64:
    """Return all pairs of w0 (M,) and w1 (K,), (M K, 2)."""
    return np.stack(np.meshgrid(w0, w1, indexing="ij"), axis=-1).reshape(-1, 2)


def minimum_of(history: History) -> Float64:
    """Return the weights of least loss, (2,).

    A line's are least squares. A logistic curve's are found by Newton's method: binary cross-entropy, which is
    convex, from (0, 0); squares from where cross-entropy is least. Where no loss is least, because one x
    separates all 0 from all 1, it is a point at which the gradient has all but vanished.

    Raises:
        InputError: The model has no loss over two weights that is known here.
    """
    _cost(history)
    x, y = history.x.astype(np.float64), history.y.astype(np.float64)
    if history.experiment.model == "line":
        return least_squares(x, y)
    weights = _newton(_cross_entropy_bends, x, np.clip(y, 0, 1), np.zeros(2))
    return weights if history.experiment.loss == "bce" else _newton(_squares_of_sigmoid_bends, x, y, weights)


class _Bends(NamedTuple):
    """Loss of each point and its derivatives in u, (N,) each; `safe` is a second derivative that is never negative."""

    value: Float64
    slope: Float64
    bend: Float64
    safe: Float64


def _cross_entropy_bends(u: Float64, y: Float64) -> _Bends:
    bend = sigmoid(u) * sigmoid(-u)
    return _Bends(cross_entropy(u, y), _cross_entropy_slope(u, y), bend, bend)


def _squares_of_sigmoid_bends(u: Float64, y: Float64) -> _Bends:
    v, rate = sigmoid(u), sigmoid(u) * sigmoid(-u)  # ŷ and dŷ/du
    gauss_newton = 2 * rate**2
    bend = gauss_newton - 2 * (y - v) * rate * (1 - 2 * v)
    return _Bends(_squares_of_sigmoid(u, y), _squares_of_sigmoid_slope(u, y), bend, gauss_newton)


def _newton(bends: Callable[[Float64, Float64], _Bends], x: Float64, y: Float64, start: Float64) -> Float64:
    """Go from `start`, (2,), to where the points' mean loss is least, in Newton's steps, halved where too long."""
    features, weights = design(x), start
    for _ in range(NEWTON_STEPS):
        here = bends(features @ weights, y)
        gradient = features.T @ here.slope / len(y)
        if np.abs(gradient).max() <= FLAT:
            break
        step = np.linalg.lstsq(_curvature(features, here), gradient, rcond=None)[0]
        tries = (weights - 0.5**k * step for k in range(40))
        highest = here.value.mean() * (1 + 1e-14)  # rounding: close to the minimum a step hardly changes the loss
        weights = next((w for w in tries if bends(features @ w, y).value.mean() <= highest), weights)
    return weights


def _curvature(features: Float64, here: _Bends) -> Float64:
    """Return the Hessian, (2, 2), or where that does not curve upwards the part of it that does."""
    exact: Float64 = (features.T * here.bend) @ features / len(features)
    if np.linalg.eigvalsh(exact)[0] > 0:
        return exact
    safe: Float64 = (features.T * here.safe) @ features / len(features)
    return safe


def along(history: History, per_step: int = 12) -> Trace:
    """Follow the run in straight steps from one recorded state to the next, as far as it is finite.

    At recorded epochs stand the recorded numbers; between them the loss is computed, so the trace lies on the
    surface. Of a long history the first 50 rows are whole, the rest is thinned: 4000 points at most.

    Args:
        history: The run, of two parameters.
        per_step: Points a step, the state that it starts from included; more than 40 count as 40.

    Raises:
        InputError: `per_step` is below 1, or no row is finite.
    """
    if per_step < 1:
        raise InputError(f"per_step = {per_step}: must be at least 1; the default is 12")
    return _follow(history, per_step, lambda params, _: loss_at(history, params))


def through(history: History, per_step: int = 12) -> Trace:
    """Follow a run of any P parameters as :func:`along` follows one of two: params is (S, P).

    Where the history says nothing about its experiment, nobody knows the loss between recorded states: there it is
    a straight blend of theirs.

    Args:
        history: The run.
        per_step: Points a step, the state that it starts from included; more than 40 count as 40.

    Raises:
        InputError: `per_step` is below 1, no row is finite, or the history is of several nets.
    """
    if per_step < 1:
        raise InputError(f"per_step = {per_step}: must be at least 1; the default is 12")
    if history.meta.get("experiment"):
        return _follow(history, per_step, lambda params, _: losses_at(history, params))
    return _follow(history, per_step, lambda _, blend: blend)


def _follow(history: History, per_step: int, loss_of: Callable[[Float64, Float64], Float64]) -> Trace:
    """Follow a run; `loss_of` makes the loss (S,) from parameters (S, P) and a straight blend of recorded losses."""
    rows, points = _knots(_last_finite(history), per_step)  # (R,), (R - 1,)
    first = np.concatenate([[0], np.cumsum(points)])  # (R,) where each row stands in the trace
    at = np.interp(np.arange(first[-1] + 1), first, np.arange(len(rows)))  # (S,) which knot, with fractions
    params = _interpolate(at, history.params[rows].astype(np.float64))  # (S, P)
    recorded = history.loss[rows].astype(np.float64)
    loss = loss_of(params, _interpolate(at, recorded))
    loss[first] = recorded
    return Trace(_interpolate(at, history.epoch[rows].astype(np.float64)), params, loss)


def window_around(history: History, minimum: npt.ArrayLike, margin: float = 0.15) -> Window:
    """Choose a window that shows the run: the minimum in its middle, the start and the path inside.

    Of the path counts what stays within 4 times the start's distance from the minimum, so a run that diverges
    leaves the window instead of blowing it up. Distances are measured in units of the curvature: they are as
    long as the loss that they climb. In each direction the window reaches about as high as the start lies, at
    least to twice the least loss, so that it is never degenerate.

    Args:
        history: The run, of a line.
        minimum: Weights of least loss, (2,).
        margin: Share that is added beyond the farthest point.

    Raises:
        InputError: No row is finite, or the model is not a line, whose curvature is the same everywhere.
    """
    centre = np.asarray(minimum, dtype=np.float64)
    unit = _unit(history)  # (2,)
    rise, least_rise = _rises(history, centre)
    steps = (history.params[: _last_finite(history) + 1].astype(np.float64) - centre) / unit  # (T', 2)
    distance = np.linalg.norm(steps, axis=1)  # (T',)
    near = steps[distance <= 4 * max(distance[0], np.sqrt(2 * least_rise))]
    farthest = (1 + margin) * np.abs(near).max(axis=0)  # (2,)
    reach = np.maximum(farthest, 0.9 * np.sqrt(2 * max(rise, least_rise))) * unit
    (low0, low1), (high0, high1) = (centre - reach).tolist(), (centre + reach).tolist()
    return Window((low0, high0), (low1, high1))


def _last_finite(history: History) -> int:
    if history.last_finite < 0:
        raise InputError("no state of this history is finite; train it with a smaller start")
    return history.last_finite


def _unit(history: History) -> Float64:
    """Return the distance along each axis, (2,), that climbs half a unit of loss: 1/√Hᵢᵢ."""
    if history.experiment.model != "line":
        raise unknown("model of a window around a run", history.experiment.model, ("line",))
    curvature = np.diag(hessian(design(history.x), cast("Loss", history.experiment.loss)))
    unit = 1 / np.sqrt(np.where(curvature > 0, curvature, curvature.max()))  # w1 is flat if every x is 0
    return unit.astype(np.float64)


def _rises(history: History, minimum: Float64) -> tuple[float, float]:
    """Return how far the start lies above the minimum, and the least rise that is clearly visible there."""
    least, start, nothing = loss_at(history, np.stack([minimum, history.params[0], np.zeros(2)]))
    return float(start - least), float(max(least, 0.01 * nothing)) or 1.0


def _knots(last: int, per_step: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Choose rows, (R,), from 0 to `last`, and how many points each step between them gets, (R - 1,)."""
    whole = min(last, WHOLE_ROWS)
    at_first = min(per_step, TRACE_POINTS // (2 * WHOLE_ROWS))
    budget = TRACE_POINTS - whole * at_first
    steps = min(last - whole, budget)
    later = np.linspace(whole, last, steps + 1).astype(np.int64)
    at_last = min(at_first, budget // max(steps, 1))
    points = np.repeat([at_first, at_last], [whole, steps])
    return np.concatenate([np.arange(whole, dtype=np.int64), later]), points


def _interpolate(at: Float64, knots: Float64) -> Float64:
    """Return what lies between the knots, (R,) or (R, P), at fractional positions `at`, (S,)."""
    before = np.minimum(at.astype(np.int64), max(len(knots) - 2, 0))
    after = np.minimum(before + 1, len(knots) - 1)
    share = (at - before).reshape(-1, *(1,) * (knots.ndim - 1))
    between: Float64 = (1 - share) * knots[before] + share * knots[after]
    return between
