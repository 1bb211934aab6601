"""What films draw, made from a history: arrays for panels, and what became of the run."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from learning import landscape, theory
from learning.history import History
from scenes.panels.terrain import Route, Terrain

RESOLUTION = 81
"""Points to a side of the surface, as it is drawn at rest; every second one while it turns."""

MARGIN, ROOM = 0.22, 1.12
"""Share by which the window reaches beyond the run, and how high the surface goes for the run's height."""

EDGE = 0.03
"""Share of a window's width that a point inside it stays away from its border."""

ROUNDED = 1e-6
"""A weight of standardized columns that is less than this is 0."""

SMALLEST = 1e-30
"""A gradient is not told from zero below this."""

BORDERS = 8
"""So many times a run is followed over the edge of the map."""

CORNER_ON = 24.0
"""Degrees that a view stays away from one along an axis, where two corners and two edges would look alike."""

AGAIN, LASTING = 0.05, 1 / 3
"""A loss that zigzags rises again, more than that, by this share of its least and for this share of the run."""

FINE = 201
"""Points of a curve over the range of x."""

Outcome = Literal["none", "learned", "short", "turned", "diverged", "lost"]


@dataclass(frozen=True)
class Minimum:
    """The least-squares weights and their loss."""

    weights: tuple[float, float]
    loss: float


def fine(run: History) -> np.ndarray:
    """Places (FINE,) over the range of a run's x, evenly."""
    return np.linspace(float(run.x.min()), float(run.x.max()), FINE)


def minimum(run: History) -> Minimum:
    """The lowest point of a line's loss."""
    best = theory.least_squares(run.x, run.y)
    if "standardized" in run.meta:  # then the intercept is 0, but for the rounding of float32
        best = np.where(np.abs(best) < ROUNDED, 0.0, best)
    return Minimum((float(best[0]), float(best[1])), float(landscape.loss_at(run, best[None])[0]))


def terrain(run: History) -> Terrain:
    """The surface around a run: its window holds the start and the minimum, its ceiling the start and what is near."""
    lowest = minimum(run)
    window = landscape.window_around(run, lowest.weights, margin=MARGIN)
    ground = landscape.over_window(run, window, RESOLUTION)
    inside = window.contains(run.params) & np.isfinite(run.loss)
    walked = float(run.loss[inside].max()) if inside.any() else 0.0
    rise = max(walked - lowest.loss, float(np.quantile(ground.loss, 0.5)) - lowest.loss)
    return Terrain(ground.w0, ground.w1, ground.loss, (*lowest.weights, lowest.loss), lowest.loss + ROOM * rise)


def ground_within(run: History, borders: tuple[float, float, float, float]) -> Terrain:
    """The whole surface over a window (w0 from, to, w1 from, to), with the size of its gradient."""
    window = landscape.Window(borders[:2], borders[2:])
    ground = landscape.over_window(run, window, RESOLUTION)
    lowest = landscape.minimum_of(run)
    least = float(landscape.loss_at(run, lowest[None])[0])
    steepness = landscape.gradient_over(run, window, RESOLUTION)
    minimum, highest = (float(lowest[0]), float(lowest[1]), least), float(ground.loss.max())
    ceiling = highest + 1e-6 * (highest - least)  # a hair above, or a window that is all plateau would be cut away
    return Terrain(ground.w0, ground.w1, ground.loss, minimum, ceiling, steepness)


def borders_around(
    window: tuple[float, float, float, float], points: Iterable[tuple[float, float]]
) -> tuple[float, float, float, float]:
    """The window, grown where it does not hold these points with a little room."""
    places = np.array([*points])  # (M, 2)
    room = EDGE * np.array([window[1] - window[0], window[3] - window[2]])
    low, high = places.min(axis=0) - room, places.max(axis=0) + room
    grown = (min(window[0], low[0]), max(window[1], high[0]), min(window[2], low[1]), max(window[3], high[1]))
    return tuple(float(border) for border in grown)  # type: ignore[return-value]  # four of them


def decades(terrains: Iterable[Terrain], most: int = 5) -> tuple[float, float]:
    """The powers of ten, at most so many, that hold the gradients of all these surfaces from the largest down."""
    sizes = np.concatenate([ground.steepness.ravel() for ground in terrains if ground.steepness is not None])
    least, largest = np.log10(np.maximum([sizes.min(), sizes.max()], SMALLEST))
    high = np.ceil(largest)
    return 10.0 ** max(np.floor(min(least, high - 1)), high - most), 10.0**high


def route(run: History, ground: Terrain) -> Route:
    """The way of a run over its surface; dense where it leaves the map or returns, so that it is drawn to the edge."""
    trace = landscape.along(run, per_step=40)
    on = ground.on_map(trace.params, trace.loss)
    border = np.flatnonzero(on[1:] != on[:-1])[:BORDERS]
    if not len(border):
        return Route(trace.epoch, trace.params, trace.loss, run.epoch, run.grads)
    share = np.linspace(0, 1, 201)[1:-1, None]  # (198, 1) of the way between two points of the trace
    epoch = trace.epoch[border] + share * (trace.epoch[border + 1] - trace.epoch[border])
    between = trace.params[border] + share[..., None] * (trace.params[border + 1] - trace.params[border])
    params = np.vstack([trace.params, between.reshape(-1, 2)])
    loss = np.append(trace.loss, landscape.loss_at(run, between.reshape(-1, 2)))
    times = np.append(trace.epoch, epoch.ravel())
    order = np.argsort(times, kind="stable")
    return Route(times[order], params[order], loss[order], run.epoch, run.grads)


def bottom(run: History) -> int:
    """The row with the least loss that is a number; the first of them."""
    return int(np.nanargmin(np.where(np.isfinite(run.loss), run.loss, np.inf)))


def turned(run: History, near: float | None = None) -> bool:
    """Whether the loss of a run, all of it finite, fell and grows again to the end.

    Over a bowl plain steps of all the data make the loss fall, and then only rise: there it need be no more than
    `near`, how far two losses may be apart and count as the same (None: 1/100 of the least). Others zigzag.
    """
    low, loss = bottom(run), run.loss.astype(float)
    least, last = float(loss[low]), float(loss[-1])
    if run.experiment.optimizer == "SGD" and run.batch is None:
        return last - least > (0.01 * least if near is None else near)
    lasting = low <= (1 - LASTING) * (len(run) - 1) and last >= float(loss[low:].max())
    return lasting and last > (1 + AGAIN) * least


def outcome(run: History) -> Outcome:
    """What became of a run.

    No step; at the minimum, all but 1/1000 of the way down; on the way; down and up again; away; no number.
    """
    if len(run.epoch) == 1:
        return "none"
    if run.last_finite < len(run.epoch) - 1:
        return "lost"
    lowest, first, last = minimum(run).loss, float(run.loss[0]), float(run.loss[-1])
    if last > first:
        return "diverged"
    if last - lowest <= max(0.001 * (first - lowest), 0.01 * lowest):
        return "learned"
    return "turned" if turned(run) else "short"


def azimuth_facing(start: np.ndarray, low: np.ndarray) -> float:
    """The azimuth, in (-180, 180], from which a start (2,) is seen behind its minimum (2,), both in model coordinates.

    A little to the left of straight behind, and so that a corner of the floor, not an edge, comes towards the viewer.
    Where start and minimum are the same point, any view will do.
    """
    way = start - low
    behind = 90.0 - float(np.degrees(np.arctan2(way[1], way[0]))) if np.hypot(*way) > 1e-6 else -50.0
    asides = [sign * aside for aside in range(14, 70, 2) for sign in (1, -1)]
    aside = next(a for a in asides if CORNER_ON <= (behind + a) % 90.0 <= 90.0 - CORNER_ON)
    return 180.0 - (180.0 - behind - aside) % 360.0
