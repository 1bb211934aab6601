"""What the films of small ReLU nets draw and tell apart, made from their histories."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from learning import nodes
from learning.history import History
from scenes.panels.node_pieces import Pieces

TALL = 3.0
"""States whose loss is at most so many times the first one set the scale of the small plots."""

ROWS = 400
"""So many states are looked at for that."""

NEAR = 0.05
"""A run has learned where its loss is within this share of the least that a line bent at zero can have."""

STEADY, SHORTEST = 200, 20
"""A replay of the first epochs shows so many where no node ever turned, and so many at least."""

Ending = Literal["learned", "short", "half", "diverged", "lost"]


def weights(run: History) -> tuple[np.ndarray, np.ndarray]:
    """First and second weights of a net, (T, H) and (T, H)."""
    layers = nodes.layers(run)
    return layers.w1, layers.w2


def wiring(run: History) -> tuple[np.ndarray, np.ndarray]:
    """The weights as a diagram takes them: from x to the nodes (T, 1, H), from the nodes to ŷ (T, H, 1)."""
    first, second = weights(run)
    return first[:, None, :], second[:, :, None]


def pieces(run: History) -> Pieces:
    """What every node makes of x in every recorded state."""
    x = np.sort(run.x.astype(float))

    def at_row(row: int) -> np.ndarray:
        with np.errstate(all="ignore"):  # a run that diverges
            return np.stack(nodes.at_points(run, x, row)[:3])

    return Pieces(x, run.epoch, at_row, weights(run)[0].shape[1], _reach(run, at_row))


def _reach(run: History, at_row: Callable[[int], np.ndarray]) -> tuple[float, float]:
    """The largest size of u and v, and of the weighted v, in states that are not far off."""
    near = np.flatnonzero(np.isfinite(run.loss) & (run.loss <= TALL * run.loss[0]))
    rows = near[np.unique(np.linspace(0, len(near) - 1, ROWS).astype(int))] if len(near) else np.zeros(1, int)
    sizes = np.array([np.abs(at_row(int(row))).max(axis=(1, 2)) for row in rows])  # (rows, 3)
    u, _, weighted = np.where(np.isfinite(sizes), sizes, 0.0).max(axis=0)
    return float(u) or 1.0, float(weighted) or 1.0


def ends(runs: Sequence[History]) -> list[float]:
    """The least and the largest ŷ that the runs end with, so far as these do not dwarf the data."""
    y = runs[0].y.astype(float)
    room = 0.5 * float(np.ptp(y))
    last = [run.yhat[-1].astype(float) for run in runs if np.isfinite(run.yhat[-1]).all()]
    return [float(np.clip(v, y.min() - room, y.max() + room)) for yhat in last for v in (yhat.min(), yhat.max())]


@dataclass(frozen=True)
class Halves:
    """Which nodes of a state are active where, and what they add up to there.

    Attributes:
        right, left, idle: nodes, counted from 0: active right of zero, left of it, nowhere.
        right_slope, left_slope: of ŷ on either side.
    """

    right: tuple[int, ...]
    left: tuple[int, ...]
    idle: tuple[int, ...]
    right_slope: float
    left_slope: float

    @property
    def order(self) -> tuple[int, ...]:
        """All nodes: those of the right half first, then the left, then the idle."""
        return (*self.right, *self.left, *self.idle)

    @property
    def covered(self) -> str:
        """What is covered by some node: "both", "right", "left" or "none"."""
        if self.right and self.left:
            return "both"
        return "right" if self.right else "left" if self.left else "none"


def halves(run: History, row: int) -> Halves:
    """Who does what in a recorded state of a net without bias: a node looks where its first weight points."""
    first, second = (w[row].astype(float) for w in weights(run))
    right, left = np.flatnonzero(first > 0), np.flatnonzero(first < 0)
    idle = np.flatnonzero(~((first > 0) | (first < 0)))
    slope = first * second
    sides = tuple(right.tolist()), tuple(left.tolist()), tuple(idle.tolist())
    return Halves(*sides, float(slope[right].sum()), float(slope[left].sum()))


def covered(run: History) -> str:
    """What is covered by some node at the end: "both", "right", "left", "none"; or "lost" where it is no number."""
    last = len(run.epoch) - 1
    return "lost" if run.last_finite < last else halves(run, last).covered


def frozen_row(run: History) -> int:
    """The state to look at closely: the last one, or the one of least loss where the run went astray after it."""
    last = len(run.epoch) - 1
    if np.isfinite(run.loss[last]) and run.loss[last] <= run.loss[0]:
        return last
    return int(np.nanargmin(np.where(np.isfinite(run.loss), run.loss, np.nan)))


def ending(run: History) -> Ending:
    """What became of a net: no number any more, away, a half that no node covers, learned, or on the way."""
    last = len(run.epoch) - 1
    if run.last_finite < last:
        return "lost"
    if run.loss[last] > run.loss[0]:
        return "diverged"
    if halves(run, last).covered != "both":
        return "half"
    return "learned" if run.loss[last] <= (1 + NEAR) * nodes.least_loss(run.x, run.y) + 1e-9 else "short"


def stands_still(run: History) -> bool:
    """Whether the loss ends as the least that the nodes' last pattern allows."""
    return bool(np.isfinite(run.params).all()) and nodes.settled_since(run) is not None


def misses(line: History) -> Literal["pattern", "no_pattern", "lost"]:
    """What a straight line misses in its last state: ends and middle on different sides of it, or no such pattern.

    "lost" where the run went astray. A difference counts from three times its standard error on.
    """
    missed = (line.y - line.yhat[-1]).astype(float)[np.argsort(line.x)]
    if not line.loss[-1] <= line.loss[0]:
        return "lost"
    third = len(missed) // 3
    ends, middle = np.concatenate([missed[: third // 2], missed[-(third // 2) :]]), missed[third:-third]
    error = np.sqrt(ends.var() / len(ends) + middle.var() / len(middle))
    apart = abs(ends.mean() - middle.mean()) > 3 * error and ends.mean() * middle.mean() < 0
    return "pattern" if apart else "no_pattern"


@dataclass(frozen=True)
class Turning:
    """How the nodes of a run came to look where they look in the end.

    Attributes:
        epoch: from which on no node changes its side; 0 if none ever did.
        node: the one that changed last, counted from 0, or None.
        window: the last epoch of a replay that shows it.
    """

    epoch: int
    node: int | None
    window: int


def turning(run: History) -> Turning:
    """The last time that a node changed its side; of a run that ends without numbers only what can be replayed."""
    if run.last_finite < len(run.epoch) - 1:
        return Turning(0, None, int(run.epoch[max(run.last_finite, 1)]))
    since, last = nodes.pattern_since(run), int(run.epoch[-1])
    row = int(np.searchsorted(run.epoch, since))
    if row == 0:
        return Turning(0, None, min(last, STEADY))
    before, after = (np.sign(weights(run)[0][r]) for r in (row - 1, row))
    changed = np.flatnonzero(before != after)
    return Turning(since, int(changed[0]) if len(changed) else None, min(last, max(2 * since, SHORTEST)))


def uncovered(run: History) -> np.ndarray:
    """Whether no node is active for a point, (T, N), the points in the order of x."""
    return np.asarray(nodes.uncovered(run)[:, np.argsort(run.x, kind="stable")])


def pull(run: History) -> np.ndarray:
    """What each point adds to the gradient of the weights in the last state: the size of its share, (N,)."""
    with np.errstate(all="ignore"):  # a run that diverges
        shares = np.linalg.norm(nodes.gradient_share(run, -1), axis=1)
    return np.asarray(shares[np.argsort(run.x, kind="stable")])


def moved(run: History) -> tuple[int, float]:
    """The epoch in the middle of a run, and how far at most a weight was from then on from where it ends."""
    row = (len(run.epoch) - 1) // 2
    with np.errstate(all="ignore"):
        far = np.abs(run.params[row:] - run.params[-1]).max()
    return int(run.epoch[row]), float(far)


@dataclass(frozen=True)
class Tries:
    """Many nets of one size, each from first weights of its own.

    Attributes:
        size: nodes of each. losses: (R,) at the end. stuck: (R,). lost: how many have no number any more.
    """

    size: int
    losses: np.ndarray
    stuck: np.ndarray
    lost: int

    @property
    def share(self) -> float:
        """Of those that are stuck."""
        return float(self.stuck.mean())


def tries(runs: History) -> Tries:
    """What became of the nets of a batch."""
    losses = nodes.losses(runs)[-1]
    return Tries(runs.experiment.nodes or 0, losses, nodes.stuck(runs), int((~np.isfinite(losses)).sum()))


def trend(tries: Sequence[Tries]) -> Literal["one", "lost", "same", "falls", "rises", "mixed"]:
    """How the shares of stuck nets go on from the smallest size to the largest.

    They fall or rise where every step does, and where first and last differ by more than twice the standard error of
    that difference; "lost" where more than a tenth of all nets have no number any more.
    """
    shares = np.array([many.share for many in tries])
    runs = len(tries[0].losses)
    if sum(many.lost for many in tries) > 0.1 * runs * len(tries):
        return "lost"
    if len(shares) == 1:
        return "one"
    steps, ends = np.diff(shares), shares[[0, -1]]
    if not steps.any():
        return "same"
    clear = abs(ends[1] - ends[0]) > 2 * np.sqrt((ends * (1 - ends)).sum() / runs)
    return "falls" if clear and (steps <= 0).all() else "rises" if clear and (steps >= 0).all() else "mixed"
