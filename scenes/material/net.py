"""What the films of small ReLU nets draw and tell apart, made from their histories."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from learning import nodes
from learning.history import History
from scenes.panels.network import LARGE
from scenes.panels.node_pieces import Pieces

TALL = 3.0
"""States whose loss is at most so many times the first one set the scale of the small plots."""

TINY = 1e-30

ROWS = 400
"""So many states are looked at for that."""

NEAR = 0.05
"""A run has learned where its loss is within this share of the least that a line bent at zero can have."""

STEADY, SHORTEST = 200, 20
"""A replay of the first epochs shows so many where no node ever turned, and so many at least."""

NOTHING = 0.01
"""Pulls cancel where their sum is at most this share of the sum of their sizes."""

FITTING = 1e-3
"""Points fit where they pull at most with this share of their first force."""

FAINT = 0.02
"""A first weight is small where it is below this share of the largest."""

OUTCOMES = ("learned", "short", "right", "left", "none", "lost")
"""What becomes of a net: at the least loss, not there yet, all its nodes look one way or nowhere, no number."""

Ending = Literal["learned", "short", "half", "diverged", "lost"]


def weights(run: History) -> tuple[np.ndarray, np.ndarray]:
    """First and second weights of a net, (T, H) and (T, H)."""
    layers = nodes.layers(run)
    return layers.w1, layers.w2


def wiring(run: History) -> tuple[np.ndarray, np.ndarray]:
    """The weights as a diagram takes them: from x to the nodes (T, 1, H), from the nodes to ŷ (T, H, 1)."""
    first, second = weights(run)
    return first[:, None, :], second[:, :, None]


def pieces(run: History, *others: History) -> Pieces:
    """What every node makes of x in every recorded state, to a scale that suits other runs too."""
    x = np.sort(run.x.astype(float))
    reach = max(_reach(each) for each in (run, *others)) or 1.0
    return Pieces(x, run.epoch, lambda row: _made(run, x, row), weights(run)[0].shape[1], reach)


def _made(run: History, x: np.ndarray, row: int) -> np.ndarray:
    """u, v and weighted v of each node, (3, N, H)."""
    with np.errstate(all="ignore"):  # a run that diverges
        return np.stack(nodes.at_points(run, x, row)[:3])


def _reach(run: History) -> float:
    """The largest size of u, v and weighted v, in states that are not far off."""
    near = np.flatnonzero(np.isfinite(run.loss) & (run.loss <= TALL * run.loss[0]))
    rows = near[np.unique(np.linspace(0, len(near) - 1, ROWS).astype(int))] if len(near) else np.zeros(1, int)
    sizes = np.array([np.abs(_made(run, run.x.astype(float), int(row))).max() for row in rows])
    return float(np.where(np.isfinite(sizes), sizes, 0.0).max())


def change(*runs: History) -> np.ndarray:
    """How much happens from each recorded state to the next, (T - 1,): the mean share of each weight's and loss's way.

    What no picture shows does not count: weights beyond the largest drawn, losses far above the first.
    """
    return _shares([way for run in runs for way in (*run.params.T, run.loss / max(TALL * run.loss[0], TINY) * LARGE)])


def turned(run: History) -> np.ndarray:
    """How far the first weights go from each recorded state to the next, (T - 1,), each by its share of its way."""
    return _shares(list(weights(run)[0].T))


def _shares(ways: Sequence[np.ndarray]) -> np.ndarray:
    """The mean over some ways, (T,) each, of the share of a way that lies in each step, (T - 1,)."""
    near = np.clip(np.nan_to_num(np.array(ways, float), nan=LARGE), -LARGE, LARGE)
    steps = np.abs(np.diff(near))
    whole = steps.sum(axis=1, keepdims=True)
    return np.asarray((steps / np.maximum(whole, max(FAINT * float(whole.max()), TINY))).mean(axis=0))


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


def second_does(run: History) -> Literal["stretches", "shrinks", "flips", "flips_shrinks"]:
    """What the second weight of a single node does, at the start, to what ReLU has left."""
    weight = float(weights(run)[1][0, 0])
    if weight < 0:
        return "flips" if weight <= -1 else "flips_shrinks"
    return "stretches" if weight >= 1 else "shrinks"


def beside(line: History, one: History) -> Literal["worse", "better", "alone"]:
    """Whether one node ends with a larger loss than a straight line; "alone" where the line went astray."""
    if misses(line) == "lost":
        return "alone"
    return "worse" if one.loss[-1] > line.loss[-1] else "better"


def gains(line: History, one: History, net: History) -> Literal["gain", "none", "one", "astray"]:
    """Whether a net ends clearly below both a straight line and one node.

    "one" where it is a single node itself; "astray" where the steps were too long for one of the three.
    """
    if misses(line) == "lost" or any(ending(run) in ("lost", "diverged") for run in (one, net)):
        return "astray"
    if net.experiment.nodes == 1:
        return "one"
    return "gain" if net.loss[-1] < (1 - NEAR) * min(line.loss[-1], one.loss[-1]) else "none"


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


@dataclass(frozen=True, eq=False)
class Pull:
    """What each point adds to the gradient of one weight in the last state: of that at which the points pull most.

    Attributes:
        node: the weight's, counted from 0. second: whether it is the weight that the node's output leaves with.
        shares: (N,) in the order of x. total: the recorded gradient of this weight.
        zeros: how many points add exactly nothing to the gradient of any weight.
        before: the sum of the sizes of all shares, of all weights, in the first state.
    """

    node: int
    second: bool
    shares: np.ndarray
    total: float
    zeros: int
    before: float

    @property
    def fits(self) -> bool:
        """Whether hardly any point pulls any more, as where ŷ goes through all of them."""
        return float(np.abs(self.shares).sum()) <= FITTING * self.before

    @property
    def cancels(self) -> bool:
        """Whether the points' shares add up to next to nothing."""
        return abs(self.total) <= NOTHING * float(np.abs(self.shares).sum())


def pull(run: History) -> Pull:
    """How the points pull in the last state."""
    with np.errstate(all="ignore"):  # a run that diverges
        before, shares = (nodes.gradient_share(run, row)[np.argsort(run.x, kind="stable")] for row in (0, -1))  # (N, P)
        sizes = np.nan_to_num(np.abs(shares)).sum(axis=0)
    column, zeros = int(np.argmax(sizes)), int((shares == 0).all(axis=1).sum())
    second, node = divmod(column, weights(run)[0].shape[1])
    total = float(run.grads[-1, column])
    return Pull(node, bool(second), shares[:, column], total, zeros, float(np.abs(before).sum()))


def faint(run: History) -> list[int]:
    """Nodes, counted from 0, that hardly look anywhere in the end: their first weights are small beside the largest."""
    size = np.abs(weights(run)[0][-1].astype(float))
    return np.flatnonzero(size < FAINT * size.max()).tolist()


def moved(run: History) -> tuple[int, float]:
    """The epoch in the middle of a run, and how far at most a weight was from then on from where it ends."""
    row = (len(run.epoch) - 1) // 2
    with np.errstate(all="ignore"):
        far = np.abs(run.params[row:] - run.params[-1]).max()
    return int(run.epoch[row]), float(far)


@dataclass(frozen=True, eq=False)
class Tries:
    """Many nets of one size, each from starting weights of its own.

    Attributes:
        size: nodes of each. losses: (R,) at the end. stuck: (R,). lost: how many have no number any more.
        outcomes: (R,) what became of each, one of `OUTCOMES`.
        one_sign: (R,) whether all first weights of a net started with one sign.
    """

    size: int
    losses: np.ndarray
    stuck: np.ndarray
    lost: int
    outcomes: np.ndarray
    one_sign: np.ndarray

    @property
    def share(self) -> float:
        """Of those that are stuck."""
        return float(self.stuck.mean())

    @property
    def decided_by_sides(self) -> bool:
        """Whether just those nets are stuck whose nodes, in the end, do not look both ways."""
        return bool((self.stuck == np.isin(self.outcomes, ("right", "left", "none"))).all())


def tries(runs: History) -> Tries:
    """What became of the nets of a batch."""
    losses, stuck, size = nodes.losses(runs)[-1], nodes.stuck(runs), runs.experiment.nodes or 0
    first = _first_weights(runs)
    start, end = _looks(first[0]), _looks(first[-1])
    near = losses <= (1 + NEAR) * nodes.least_loss(runs.x, runs.y) + 1e-9
    free = np.where(near, "learned", "short")
    outcomes = np.where(np.isfinite(losses), np.where(end == "both", free, end), "lost")
    return Tries(size, losses, stuck, int((outcomes == "lost").sum()), outcomes, start != "both")


def _first_weights(runs: History) -> np.ndarray:
    """The first weights of all nets of a batch, (T, R, H)."""
    size = runs.experiment.nodes or 0
    return runs.params.reshape(len(runs.params), -1, 2 * size)[..., :size]


def _looks(first: np.ndarray) -> np.ndarray:
    """Where the nodes of each net look, (R,), by their first weights, (R, H): "both", "right", "left" or "none"."""
    right, left = (first > 0).any(axis=1), (first < 0).any(axis=1)
    return np.where(right & left, "both", np.where(right, "right", np.where(left, "left", "none")))


def among(runs: History, run: History) -> int | None:
    """Which net of a batch started as a run did, and therefore is it; None if none did."""
    size = runs.experiment.nodes or 0
    if size != run.experiment.nodes:
        return None
    same = np.flatnonzero((runs.params[0].reshape(-1, 2 * size) == run.params[0]).all(axis=1))
    return int(same[0]) if len(same) else None


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
