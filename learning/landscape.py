"""The loss over a window of two parameters, and along the path of a run, as arrays. float64, no torch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from learning.errors import InputError, unknown
from learning.history import History
from learning.theory import Float64, hessian

MODELS: Mapping[str, Callable[[Float64, Float64, Float64], Float64]] = {
    "line": lambda w0, w1, x: w0 + w1 * x,
}
"""What each model of two parameters says: weights (M, 1) and x (N,) to ŷ (M, N)."""

LOSSES: Mapping[str, Callable[[Float64], Float64]] = {
    "sse": lambda residuals: np.sum(residuals**2, axis=-1),
    "mse": lambda residuals: np.mean(residuals**2, axis=-1),
}
"""Each loss, from residuals (M, N) to (M,)."""

BLOCK = 2**20  # residuals at once: 8 MB, whatever the size of window and data
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
        params: (S, 2).
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
    experiment = history.experiment
    if experiment.model not in MODELS:
        raise unknown("model of two parameters", experiment.model, MODELS)
    x, y = history.x.astype(np.float64), history.y.astype(np.float64)  # (N,)
    pairs = np.asarray(points, dtype=np.float64)
    blocks = np.array_split(pairs, -(-pairs.size * len(y) // (2 * BLOCK)) or 1)
    model, loss = MODELS[experiment.model], LOSSES[experiment.loss]
    with np.errstate(over="ignore", invalid="ignore"):  # a run that diverges has losses beyond float64
        return np.concatenate([loss(y - model(block[:, :1], block[:, 1:], x)) for block in blocks])


def over_window(history: History, window: Window, resolution: int = 65) -> Landscape:
    """Return the loss at `resolution` by `resolution` points of the window, its borders included.

    Raises:
        InputError: The resolution is below 2.
    """
    if resolution < 2:
        raise InputError(f"resolution = {resolution}: must be at least 2; the default is 65")
    w0, w1 = np.linspace(*window.w0, resolution), np.linspace(*window.w1, resolution)
    points = np.stack(np.meshgrid(w0, w1, indexing="ij"), axis=-1)  # (M, K, 2)
    return Landscape(window, w0, w1, loss_at(history, points.reshape(-1, 2)).reshape(resolution, resolution))


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
    rows, points = _knots(_last_finite(history), per_step)  # (R,), (R - 1,)
    first = np.concatenate([[0], np.cumsum(points)])  # (R,) where each row stands in the trace
    at = np.interp(np.arange(first[-1] + 1), first, np.arange(len(rows)))  # (S,) which knot, with fractions
    params = _interpolate(at, history.params[rows].astype(np.float64))  # (S, 2)
    loss = loss_at(history, params)
    loss[first] = history.loss[rows]
    return Trace(_interpolate(at, history.epoch[rows].astype(np.float64)), params, loss)


def window_around(history: History, minimum: npt.ArrayLike, margin: float = 0.15) -> Window:
    """Choose a window that shows the run: the minimum in its middle, the start and the path inside.

    Of the path counts what stays within 4 times the start's distance from the minimum, so a run that diverges
    leaves the window instead of blowing it up. Distances are measured in units of the curvature: they are as
    long as the loss that they climb. In each direction the window reaches about as high as the start lies, at
    least to twice the least loss, so that it is never degenerate.

    Args:
        history: The run, of two parameters.
        minimum: Weights of least loss, (2,).
        margin: Share that is added beyond the farthest point.

    Raises:
        InputError: No row is finite.
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
    curvature = np.diag(hessian(history.x, history.experiment.loss))
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
