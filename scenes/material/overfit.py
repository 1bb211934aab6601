"""What the film of five hundred steps draws: nets of steep sigmoids between the points, their stairs, their losses."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np

from learning import nodes
from learning.data import truth_of
from learning.history import History
from scenes.panels.axes import padded
from scenes.panels.data_plot import Curve
from scenes.panels.recorded import between, blend

BETWEEN = 6
"""Steps from one point to the next at which a net is evaluated."""

FEW = 6
"""So many nodes are added one by one."""

INNER, SHARP = 0.8, 0.3
"""Stairs that are shown alone lie so far from the middle at most, and have first weights of this size at least."""

TURNED = 1.005
"""The loss on fresh points has turned where it ends so many times above its least."""

Fit = Literal["lost", "grew", "follows", "short"]
Course = Literal["lost", "fell", "rose", "turned", "rough"]


def grid(run: History) -> np.ndarray:
    """Points of x (M,): those of the data, and some from each to the next."""
    x = np.sort(run.x.astype(float))
    steps = np.linspace(x[:-1], x[1:], BETWEEN, endpoint=False).T
    return np.append(steps.ravel(), x[-1])


def curve(run: History) -> Curve:
    """ŷ between the points, and the truth."""
    x = grid(run)

    @lru_cache(maxsize=4)
    def at_row(row: int) -> np.ndarray:
        with np.errstate(all="ignore"):  # a run that diverges
            return nodes.at_points(run, x, row).yhat

    def at(epoch: float) -> np.ndarray:
        row, after, share = between(run.epoch, epoch)
        return at_row(row) if share <= 0 else (1 - share) * at_row(row) + share * at_row(after)

    return Curve(x, at, truth_of(run.experiment, x))


@dataclass(frozen=True, eq=False)
class Pile:
    """The first net, built from its nodes one by one; the bias comes last.

    Attributes:
        order: (H,) nodes, those first whose stairs are easy to see.
        stairs_at: (H,) where their stairs stand, x = -b/w, in that order.
        count: (H + 2,) 0 … H + 1, how many parts have joined. said: (H + 2, N) their sum at the points.
        curve: the same between the points. close: the y that hold the first few sums.
    """

    order: np.ndarray
    stairs_at: np.ndarray
    count: np.ndarray
    said: np.ndarray
    curve: Curve
    close: tuple[float, float]


def pile(run: History) -> Pile:
    """The pile of a run's first state."""
    x, order = grid(run), by_sight(run)
    stairs, bias = nodes.at_points(run, x, 0).contribution, float(nodes.layers(run).b2[0])
    parts = np.column_stack([stairs[:, order], np.full(len(x), bias)])
    sums = np.vstack([np.zeros(len(x)), np.cumsum(parts, axis=1).T])  # (H + 2, M)
    count = np.arange(len(sums))
    few = sums[: FEW + 1]
    at = Curve(x, lambda joined: blend(count, sums, joined), truth_of(run.experiment, x))
    near = padded(float(few.min()), float(few.max()), 0.15)
    return Pile(order, stairs_at(run)[order], count, sums[:, ::BETWEEN], at, near)


def by_sight(run: History) -> np.ndarray:
    """All nodes (H,): first those with a sharp stair well within the data, the highest before the lower."""
    w1, w2, x = (values.astype(float) for values in (nodes.layers(run).w1[0], nodes.layers(run).w2[0], run.x))
    middle, reach = (x.min() + x.max()) / 2, INNER * (x.max() - x.min()) / 2
    seen = (np.abs(stairs_at(run) - middle) <= reach) & (np.abs(w1) >= SHARP)
    return np.lexsort((-np.abs(w2), ~seen))


def stairs_at(run: History) -> np.ndarray:
    """Where the stairs of a run's first state stand, (H,)."""
    w1, b1 = (column[0].astype(float) for column in nodes.layers(run)[:2])
    return np.asarray(-b1 / np.where(w1 == 0, 1e-9, w1))


def change(run: History) -> np.ndarray:
    """How far ŷ goes from each recorded state to the next, (T - 1,), on average over the points."""
    near = np.clip(np.nan_to_num(run.yhat.astype(float)), -10, 10)
    return np.asarray(np.abs(np.diff(near, axis=0)).mean(axis=1))


@dataclass(frozen=True, eq=False)
class Scores:
    """Losses of one run; each as (seen, fresh).

    Attributes:
        first, last: of the net before and after learning. zero: of saying zero everywhere. truth: of what the points
            came from. least: over fresh points, on the way. epoch: of that. seen_then: the loss on seen points there.
    """

    first: np.ndarray
    last: np.ndarray
    zero: np.ndarray
    truth: np.ndarray
    least: float
    epoch: int
    seen_then: float

    @property
    def less(self) -> float:
        """How far below saying zero the net ends on seen points, as a share of that; 0 where zero is never wrong."""
        return 1 - float(self.last[0]) / float(self.zero[0]) if self.zero[0] > 0 else 0.0

    @property
    def course(self) -> Course:
        """How the loss on fresh points went: turned means that it rose again while that on seen points fell."""
        if not np.isfinite(self.last).all():
            return "lost"
        if self.last[1] <= TURNED * self.least:
            return "fell"
        if self.epoch == 0:
            return "rose"
        return "turned" if self.last[0] < self.seen_then else "rough"


def losses(run: History) -> np.ndarray:
    """The loss over seen and fresh points of every state, (2, T)."""
    assert run.test_loss is not None, "the film asks for fresh points"
    return np.stack([run.loss, run.test_loss]).astype(float)


def scores(run: History) -> Scores:
    """The scores of a run."""
    assert run.test_x is not None
    assert run.test_y is not None
    every, both = losses(run), ((run.x, run.y), (run.test_x, run.test_y))
    zero = np.array([np.mean(y.astype(float) ** 2) for _, y in both])
    truth = np.array([np.mean((y.astype(float) - truth_of(run.experiment, x)) ** 2) for x, y in both])
    row = int(np.argmin(np.nan_to_num(every[1], nan=np.inf)))
    least, then = float(every[1, row]), float(every[0, row])
    return Scores(every[:, 0], every[:, -1], zero, truth, least, int(run.epoch[row]), then)


def fit(run: History, bound: float) -> Fit:
    """How well a run ends on the points that it saw: as no number, worse than it began, below a bound, or not so."""
    first, last = float(run.loss[0]), float(run.loss[-1])
    if not np.isfinite(run.loss).all():
        return "lost"
    return "grew" if last > first else "follows" if last < bound else "short"


def close(score: Scores) -> tuple[float, float]:
    """The losses that show how the loss on fresh points turns, and those of what the points came from."""
    ends = np.nan_to_num([score.least, *score.last, score.seen_then, *score.truth], posinf=0.0)
    return padded(float(ends.min()), float(ends.max()), 0.3)
