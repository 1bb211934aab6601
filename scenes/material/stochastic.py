"""What a film of full and single steps draws: one window for both ways, looks counted in points, the last states."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from learning import landscape
from learning.history import History
from scenes.material import RESOLUTION, minimum
from scenes.panels.terrain import Terrain

HIGH = 1.5
"""The map holds states whose loss is at most so many times the first one."""
ROOM = 0.1
"""Share of the window beyond the ways on it."""
ARRIVED, FAR = 0.05, 10.0
"""A run is there when this share of its first height is left; it ran away when its loss is so many times the first."""

Fate = Literal["lost", "away", "under_way", "there"]


def ground(*runs: History) -> Terrain:
    """The loss over a window that holds the ways of all runs, but for what leaps far above the start."""
    lowest, first = minimum(runs[0]), float(runs[0].loss[0])
    near = [run.params[run.loss <= HIGH * first].astype(float) for run in runs]  # what is no number is not near
    places = np.vstack([*near, [lowest.weights]])
    low, high = places.min(axis=0), places.max(axis=0)
    room = ROOM * np.maximum(high - low, 1e-3 * np.maximum(1, np.abs(places).max(axis=0)))
    sides = [(float(a), float(b)) for a, b in zip(low - room, high + room, strict=True)]
    over = landscape.over_window(runs[0], landscape.Window(sides[0], sides[1]), RESOLUTION)
    ceiling = lowest.loss + 1.1 * max(first - lowest.loss, float(np.quantile(over.loss, 0.5)) - lowest.loss)
    return Terrain(over.w0, over.w1, over.loss, (*lowest.weights, lowest.loss), ceiling)


def updates(run: History) -> np.ndarray:
    """How many updates were made in each state, (T,)."""
    return np.arange(len(run))


def looks(run: History) -> np.ndarray:
    """How many points had been looked at in each state, (T,): all of them in an update, or those of its batch."""
    if run.batch is None:
        return len(run.x) * updates(run)
    each = (run.batch >= 0).sum(axis=1)
    return np.concatenate([[0], np.cumsum(each[:-1])])


@dataclass(frozen=True)
class Budget:
    """What two runs came to with the same number of looks at points.

    Attributes:
        points: how many.
        few: the row of the run with few points a step. every: that of the run with all of them.
    """

    points: int
    few: int
    every: int


def budget(few: History, every: History) -> Budget:
    """As many looks as both runs have had."""
    some, full = looks(few), looks(every)
    points = int(min(some[-1], full[-1]))
    rows = [int(np.searchsorted(counted, points, side="right")) - 1 for counted in (some, full)]
    return Budget(points, rows[0], rows[1])


def last(run: History) -> slice:
    """The rows of the last third of a run, at least the last two."""
    return slice(len(run) - max(2, (len(run) - 1) // 3), None)


def rises(run: History) -> int:
    """In how many updates the loss over all the data rose, to infinity too; from nan to nan nothing rises."""
    return int(np.count_nonzero(run.loss[1:] > run.loss[:-1]))


def misses(run: History) -> tuple[float, float]:
    """The mean squared miss of the points of the first update, before it and after it."""
    assert run.batch is not None
    chosen = run.batch[0][run.batch[0] >= 0]
    both = [float(np.mean((run.y[chosen] - run.yhat[row][chosen]).astype(float) ** 2)) for row in (0, 1)]
    return both[0], both[1]


def fate(run: History, lowest: float) -> Fate:
    """What became of a run: no number any more, above its start, not at rest near the minimum, or that.

    One with all points a step is at rest where its loss no longer changes; one with few where it comes down to the
    least in its last third, though it may leave it again.
    """
    low, high = loss_range(run)
    if not np.isfinite([low, high]).all():
        return "lost"
    first, near = float(run.loss[0]), lowest + ARRIVED * (float(run.loss[0]) - lowest)
    if min(low, float(run.loss[-1])) > first or float(run.loss[-1]) > FAR * first:
        return "away"
    settled = low <= near and (run.batch is not None or high - low <= near - lowest)
    return "there" if settled else "under_way"


def loss_range(run: History) -> tuple[float, float]:
    """The least and the largest loss in the last third; nan where one is no number."""
    values = run.loss[last(run)].astype(float)
    return float(values.min()), float(values.max())
