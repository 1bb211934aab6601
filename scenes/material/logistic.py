"""What the films of the sigmoid draw, made from weights and histories: layers, sweeps of weights, shapes of curves."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np

from learning import landscape, theory
from learning.data import truth_of
from learning.history import History
from scenes.figures.curve import first_slope, progress_of
from scenes.material import FINE, fine
from scenes.panels.axes import padded
from scenes.panels.data_plot import Curve
from scenes.panels.recorded import blend

USUAL = 6.0
"""A sigmoid is shown from this far below zero to as far above: outside it is flat."""

STEEP, FALLING, PLAIN, ASIDE = 20.0, -5.0, 5.0, 4.0
"""Slopes and intercepts that a sweep visits."""

LEG = 36
"""States on the way from one of them to the next."""

DONE, NOTHING = 0.99, 0.01
"""Shares of the possible drop in loss: from here on a run has arrived, below that it has not moved."""

FLAT = 0.01
"""A first gradient shorter than this is too small to get anywhere."""

Outcome = Literal["there", "short", "still_flat", "still_rate", "grew", "lost"]


def truth_between(run: History) -> Curve | None:
    """What few points come from, between them too; None where they lie so close that lines between them will do."""
    if len(run.seen_x) >= FINE:
        return None
    x = fine(run)
    truth = truth_of(run.experiment, x)
    return Curve(x, lambda _: np.interp(x, run.x, run.yhat[0]), truth)


@dataclass(frozen=True, eq=False)
class Layers:
    """What two layers make of x in T states.

    Attributes:
        x: (N,). u: (T, N), what the line makes of it. v: (T, N), what the sigmoid makes of that.
    """

    x: np.ndarray
    u: np.ndarray
    v: np.ndarray

    def line(self, state: float) -> np.ndarray:
        """The first layer in a (fractional) state: u over x, (N, 2)."""
        return np.stack([self.x, blend(np.arange(len(self.u)), self.u, state)], axis=1)

    def bent(self, state: float) -> np.ndarray:
        """The second, so far as it is used: v over u, (N, 2)."""
        u = self.line(state)[:, 1]
        return np.stack([u, theory.sigmoid(u)], axis=1)

    def whole(self, state: float) -> np.ndarray:
        """Both together: v over x, (N, 2)."""
        return np.stack([self.x, self.bent(state)[:, 1]], axis=1)

    @property
    def numbers(self) -> np.ndarray:
        """x, u and v of the first state, (N, 3)."""
        return np.stack([self.x, self.u[0], self.v[0]], axis=1)


def layers(x: np.ndarray, weights: np.ndarray) -> Layers:
    """The layers of a logistic model: weights (T, 2), bias and slope of the line."""
    u = weights[:, :1] + weights[:, 1:] * x
    return Layers(x, u, theory.sigmoid(u))


def reach_of_u(*values: np.ndarray) -> tuple[float, float]:
    """A range for u that shows where the sigmoid bends, and these finite values too, if they lie beyond."""
    every = np.concatenate([np.ravel(value) for value in values])
    return padded(min(-USUAL, float(every.min())), max(USUAL, float(every.max())))


def sigmoid_over(span: tuple[float, float]) -> np.ndarray:
    """The sigmoid as a curve, (n, 2), dense where it bends."""
    inner = np.linspace(-USUAL, USUAL, FINE)
    u = np.unique(np.clip(np.concatenate([np.linspace(*span, FINE), inner]), *span))
    return np.stack([u, theory.sigmoid(u)], axis=1)


@dataclass(frozen=True, eq=False)
class Sweep:
    """Weights that are moved by hand, one at a time.

    Attributes:
        weights: (T, 2) from the first curve back to it.
        steep, aside: the states in which the slope, and then the intercept, has been everywhere.
    """

    weights: np.ndarray
    steep: int
    aside: int


def sweep(start: tuple[float, float]) -> Sweep:
    """First the slope: steeper, and falling; then the intercept, to either side; then back."""
    first = (start[0] if abs(start[0]) <= ASIDE else 0.0, PLAIN)
    slopes = [first, (first[0], STEEP), (first[0], FALLING), first]
    asides = [(ASIDE, PLAIN), (-ASIDE, PLAIN)]
    stops = np.array([start, *slopes, *asides, start])
    share = np.linspace(0, 1, LEG + 1)[1:, None]
    eased = share**2 * (3 - 2 * share)
    ways = [(1 - eased) * a + eased * b for a, b in pairwise(stops)]
    return Sweep(np.vstack([stops[:1], *ways]), len(slopes) * LEG, (len(slopes) + len(asides)) * LEG)


def straight(run: History) -> np.ndarray:
    """What the straight line of least squares says of the points whose ŷ is drawn, (n,)."""
    return np.asarray(theory.design(run.seen_x) @ theory.least_squares(run.x, run.y))


def leaves(line: np.ndarray) -> bool:
    """Whether a line says something among the points that is no probability."""
    return bool(line.min() < 0 or line.max() > 1)


def least_loss(run: History) -> float:
    """The least loss of a logistic model upon the points of a run, by Newton's method."""
    return float(landscape.loss_at(run, landscape.minimum_of(run)[None])[0])


def outcome(run: History) -> Outcome:
    """What became of a run: as good as at the minimum, on the way, above its start, or no number any more.

    Or its loss never changed, because the gradient is next to nothing at the start, or else the rate.
    """
    if run.last_finite < len(run.epoch) - 1:
        return "lost"
    done = progress_of(run, least_loss(run))
    if done[-1] >= DONE:
        return "there"
    if (np.abs(done) < NOTHING).all():
        return "still_flat" if first_slope(run) < FLAT else "still_rate"
    return "grew" if done[-1] < 0 else "short"
