"""What the film of tangents draws: the loss over one weight, runs upon it, a surface for all starts, two slices."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import numpy as np

from learning import landscape, theory
from learning.history import History
from scenes import material
from scenes.material import RESOLUTION
from scenes.panels.slope_plot import FLAT, Roll
from scenes.panels.terrain import Terrain

Way = Literal["still", "there", "grows", "bounces", "crawls", "over", "shrinks"]

POINTS, SLICE_POINTS = 801, 241
"""Of a curve that balls move along, and of one that they only stand on."""
AROUND, LEAST = 1.15, 2.0
"""The curve reaches so many times as far as the farthest start lies from the lowest point, and so far at least."""
ALIKE = 1e-3
"""Two steps that differ by no more than this share count as equally long."""
NEAR = 1e-7
"""A run has come down whose height above the lowest point is no more than this share of its first one."""
ROUNDING = 1e-5
"""A loss that is larger by no more than this share counts as the same."""
CLOSE, LEVEL = 0.02, 0.2
"""A run is close to the lowest point whose slope is no more than this share of its first one, and than this."""


def parabola(runs: Sequence[History]) -> tuple[np.ndarray, np.ndarray]:
    """The one weight (M,), around the lowest point and all starts, and its loss (M,)."""
    lowest = float(runs[0].y.astype(float).mean())  # of a constant
    reach = max(LEAST, AROUND * max(abs(float(run.params[0, 0]) - lowest) for run in runs))
    weight = lowest + reach * np.linspace(-1, 1, POINTS)
    return weight, theory.loss_of(np.ones((len(runs[0].y), 1)), runs[0].y, weight[:, None], "mse")


def roll(run: History) -> Roll:
    """A run of one weight as its curve shows it."""
    return Roll(run.epoch, run.params[:, 0].astype(float), run.loss.astype(float), run.grads[:, 0].astype(float))


def steps(run: History) -> np.ndarray:
    """Minus the learning rate times the slope, in each state, (T,)."""
    with np.errstate(all="ignore"):
        return np.asarray(-run.experiment.lr * run.grads[:, 0].astype(float))


def way(run: History) -> Way:
    """How the first two steps of a run compare; "there" where the first one has led to the lowest point."""
    first, second = steps(run)[:2]
    if abs(float(run.grads[0, 0])) <= FLAT:
        return "still"
    if abs(second) <= ALIKE * abs(first):
        return "there"
    if abs(second) > (1 + ALIKE) * abs(first):
        return "grows"
    if abs(second) >= (1 - ALIKE) * abs(first):
        return "bounces" if first * second < 0 else "crawls"
    return "over" if first * second < 0 else "shrinks"


def close(run: History) -> bool:
    """Whether a run of one weight ends where its slope has all but gone."""
    first, last = (abs(float(run.grads[row, 0])) for row in (0, -1))
    return bool(last <= max(min(CLOSE * first, LEVEL), FLAT))


def fallen(run: History) -> bool:
    """Whether a run of two weights ends no higher than it began, but for rounding."""
    first, last = float(run.loss[0]), float(run.loss[-1])
    return bool(np.isfinite(last) and last <= (1 + ROUNDING) * first)


def arrived(run: History, lowest: float) -> bool:
    """Whether a run of two weights ends at the lowest point: within 1/100 of its loss, or almost all the way down."""
    first, last = float(run.loss[0]), float(run.loss[-1])
    return bool(last - lowest <= max(NEAR * (first - lowest), 0.01 * lowest))


def rising(run: History, lowest: float) -> bool:
    """Whether a run of two weights came down and grows again to the end."""
    return fallen(run) and not arrived(run, lowest) and material.turned(run)


def terrain(runs: Sequence[History]) -> Terrain:
    """The surface around several runs of a line: the window holds all starts, the ceiling the highest."""
    around = [material.terrain(run) for run in runs]
    sides = [
        (min(float(w[0]) for w in every), max(float(w[-1]) for w in every))
        for every in ([each.w0 for each in around], [each.w1 for each in around])
    ]
    ground = landscape.over_window(runs[0], landscape.Window(*sides), RESOLUTION)
    ceiling = max(each.ceiling for each in around)
    return replace(around[0], w0=ground.w0, w1=ground.w1, loss=ground.loss, ceiling=ceiling)


def slice_along(run: History, ground: Terrain, axis: int) -> np.ndarray:
    """Weights and loss (M, 3) along one weight through a start, the other held, as far as the surface goes."""
    ends = (ground.w0, ground.w1)[axis]
    points = np.tile(run.params[0].astype(float), (SLICE_POINTS, 1))
    points[:, axis] = np.linspace(ends[0], ends[-1], SLICE_POINTS)
    loss = landscape.loss_at(run, points)
    return np.column_stack([points, loss])[loss <= ground.ceiling]


def one_step(run: History, axis: int) -> Roll:
    """The first step of a run, as the slice along one weight shows it."""
    rows = slice(0, 2)
    return Roll(
        run.epoch[rows],
        run.params[rows, axis].astype(float),
        run.loss[rows].astype(float),
        run.grads[rows, axis].astype(float),
    )
