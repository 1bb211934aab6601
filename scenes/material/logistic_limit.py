"""What the film of one sigmoid's limit draws and tells apart: shapes of curves, four u, and what became of a net."""

from collections.abc import Callable
from typing import Literal

import numpy as np

from learning import landscape, nodes
from learning.data import truth_of
from learning.history import History
from learning.theory import sigmoid
from scenes.material import fine
from scenes.material.logistic import least_loss, reach_of_u
from scenes.panels.recorded import between

FOUR = (
    (-6, -4, -2, 0, 2, 4, 6),
    (6, 4, 2, 0, -2, -4, -6),
    (-6, -2, 2, 6, 2, -2, -6),
    (-6, -2, 2, 6, 4, 2, 0),
)
"""The notes' four u: two straight lines, two broken ones."""

BETWEEN = 20
"""Points of a curve from one of their values to the next."""

CLEAR = 0.05
"""A curve of probability rises or falls clearly from this difference on; a loss is clearly less by this share."""

NEAR = 0.01
"""A loss is as good as the least within this share of it."""

FAR = 100.0
"""Of u no more than from minus this to this is shown: beyond, a probability is 0 or 1."""

Shape = Literal["rises", "falls", "peak", "valley", "level", "lost"]
Ending = Literal["lost", "worse", "same", "peak", "other"]


def four(number: int) -> tuple[np.ndarray, np.ndarray]:
    """One of the four u over x, and its sigmoid: curves (N, 2) each, straight between the notes' values."""
    values = FOUR[number]
    at = np.linspace(0, len(values) - 1, (len(values) - 1) * BETWEEN + 1)
    u = np.interp(at, np.arange(len(values)), values)
    x = np.linspace(-1, 1, len(at))
    return np.stack([x, u], axis=1), np.stack([x, sigmoid(u)], axis=1)


def logit_of(run: History) -> Callable[[float], np.ndarray]:
    """What gives u over x, (N, 2), at a (fractional) epoch: what a net hands to its sigmoid."""
    x = fine(run)

    def at(epoch: float) -> np.ndarray:
        row, after, share = between(run.epoch, epoch)
        with np.errstate(all="ignore"):  # a run that diverges
            u = nodes.at_points(run, x, row).total
            if share > 0:
                u = (1 - share) * u + share * nodes.at_points(run, x, after).total
        return np.stack([x, u], axis=1)

    return at


def true_logit(run: History) -> np.ndarray:
    """The u over x, (N, 2), whose sigmoid is the probability that the points were drawn with."""
    return _logit_at(run, fine(run))


def _logit_at(run: History, x: np.ndarray) -> np.ndarray:
    truth = truth_of(run.experiment, x)
    assert truth is not None, "these points come from a known curve"
    return np.stack([x, np.log(truth) - np.log1p(-truth)], axis=1)


def span_of_logit(run: History) -> tuple[float, float]:
    """A range of u for the first and the last state of a net, and for the u behind the data."""
    u = [logit_of(run)(float(epoch))[:, 1] for epoch in run.epoch[[0, -1]]]
    return reach_of_u(np.clip(np.nan_to_num(np.concatenate(u)), -FAR, FAR), true_logit(run)[:, 1])


def loss_of_truth(run: History) -> float:
    """The binary cross-entropy of the probabilities that the points were drawn with."""
    return float(landscape.cross_entropy(_logit_at(run, run.x)[:, 1], run.y.astype(float)).mean())


def is_below_truth(net: History) -> bool:
    """Whether a net ends with less loss than the probabilities that its points were drawn with."""
    return not is_lost(net) and float(net.loss[-1]) < loss_of_truth(net)


def shape(run: History) -> Shape:
    """Where the curve of probability of the last state goes up and down, in the order of x."""
    if is_lost(run):
        return "lost"
    v = run.yhat[-1][np.argsort(run.x, kind="stable")].astype(float)
    ends, high, low = v[[0, -1]], float(v.max()), float(v.min())
    if high - ends.max() > CLEAR:
        return "peak"
    if ends.min() - low > CLEAR:
        return "valley"
    rise = float(ends[1] - ends[0])
    return "rises" if rise > CLEAR else "falls" if rise < -CLEAR else "level"


def is_lost(run: History) -> bool:
    """Whether a run ends without numbers."""
    return run.last_finite < len(run.epoch) - 1


def is_near(run: History) -> bool:
    """Whether a single sigmoid ends as good as the best one."""
    return not is_lost(run) and float(run.loss[-1]) <= (1 + NEAR) * least_loss(run)


def ending(net: History, single: History) -> Ending:
    """What a net has come to beside the best single sigmoid: clearly less loss, in which shape, or not."""
    if is_lost(net):
        return "lost"
    loss, least = float(net.loss[-1]), least_loss(single)
    if loss > (1 + CLEAR) * least:
        return "worse"
    if loss >= (1 - CLEAR) * least:
        return "same"
    return "peak" if shape(net) == "peak" else "other"
