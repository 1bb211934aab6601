"""What the film of the polynomial draws: columns of powers, their curve, the loss around its minimum, fates of runs."""

from dataclasses import dataclass
from functools import partial

import numpy as np

from learning import theory
from learning.data import truth_of
from learning.history import History
from scenes.material import FINE, fine
from scenes.material import rate as rate_material
from scenes.panels.data_plot import Curve
from scenes.panels.node_pieces import Pieces
from scenes.panels.recorded import blend

SHARED = 3.3
"""The small plots reach so many times as far as x itself: what is larger leaves them."""

SWINGS, FAR, ASTRAY = 4, 8.0, 30.0
"""Of a run that goes astray so many epochs are drawn. Weights up to so many times the largest true one are shown of a
run that learns, and of one that goes astray."""

AWAY, HIGH = 1.5, 24.0
"""How far one weight is moved from its best, and how much loss, above the least, is shown then."""


def columns(run: History, x: np.ndarray) -> np.ndarray:
    """The columns of X at any x (M,): the powers of x, and the 1 that the bias belongs to, (M, 4)."""
    at = np.asarray(x, float)
    return np.stack([at**power for power in (*(run.experiment.powers or ()), 0)], axis=1)


def curve(run: History) -> Curve:
    """ŷ between the points, and the truth."""
    x = fine(run)
    return Curve(x, partial(_said, run, columns(run, x)), goal(run, x))


def goal(run: History, x: np.ndarray) -> np.ndarray:
    """What the points come from, at any x (M,); where nobody knows that, the cubic of least loss."""
    truth = truth_of(run.experiment, x)
    return columns(run, x) @ theory.best_weights(columns(run, run.x), run.y) if truth is None else truth


def _said(run: History, of: np.ndarray, epoch: float) -> np.ndarray:
    """ŷ (M,) of columns (M, 4) at a fractional epoch."""
    with np.errstate(all="ignore"):  # a run that diverges
        return np.asarray(of @ blend(run.epoch, run.params.astype(float), epoch))


def pieces(run: History) -> Pieces:
    """Each column, and each times its weight, at every recorded state."""
    x = fine(run)
    plain = columns(run, x)
    shared = SHARED * float(np.abs(x).max())
    return Pieces(x, run.epoch, partial(_weighted, run, plain), plain.shape[1], shared)


def _weighted(run: History, plain: np.ndarray, row: int) -> np.ndarray:
    """Nothing, the columns, the columns times their weights: (3, M, 4)."""
    with np.errstate(all="ignore"):
        return np.stack([np.zeros_like(plain), plain, plain * run.params[row].astype(float)])


def straight(run: History) -> tuple[np.ndarray, float]:
    """The best straight line, at the points that are drawn, and its loss."""
    least = theory.loss_of(theory.design(run.x), run.y, theory.least_squares(run.x, run.y)[None], "mse")
    return theory.design(run.seen_x) @ theory.least_squares(run.x, run.y), float(least[0])


@dataclass(frozen=True, eq=False)
class Bowl:
    """The loss around its minimum: the same curvature everywhere.

    Attributes:
        best: (4,) the weights of least loss. least: that loss.
        steepness: (4,) the curvature along each weight alone. largest: λmax. critical: 2/λmax.
    """

    best: np.ndarray
    least: float
    steepness: np.ndarray
    largest: float
    critical: float

    @property
    def steepest(self) -> int:
        """The column along whose weight the loss bends most."""
        return int(np.argmax(self.steepness))

    def along(self) -> tuple[np.ndarray, np.ndarray]:
        """Distances (M,) of one weight from its best, and the losses (4, M) there, for each weight alone."""
        distance = np.linspace(-AWAY, AWAY, FINE)
        return distance, self.least + self.steepness[:, None] / 2 * distance**2


def bowl(run: History) -> Bowl:
    """The bowl of a run's data."""
    features = columns(run, run.x)
    best = theory.best_weights(features, run.y)
    least, hessian = theory.loss_of(features, run.y, best[None], "mse"), theory.hessian(features, "mse")
    critical = theory.critical_lr(features, "mse")
    return Bowl(best, float(least[0]), np.diag(hessian), 2 / critical, critical)


def fate(run: History) -> rate_material.Fate:
    """What became of a run."""
    return rate_material.fate(run, bowl(run).least)


def last_row(run: History) -> int:
    """The last state worth showing: the first whose loss is nan, or the last of all."""
    gone = np.flatnonzero(np.isnan(run.loss))
    return int(gone[0]) if len(gone) else len(run.epoch) - 1


def wild(run: History) -> bool:
    """Whether a run ends higher than it started, or as no number."""
    return fate(run) in ("lost", "grows")


def overflow(run: History) -> int | None:
    """The epoch from which on the loss of a run is inf, where it is that before it is nan; None of others."""
    row = run.first_broken
    return int(run.epoch[row]) if row is not None and np.isinf(run.loss[row]) else None


def weights_shown(run: History) -> tuple[np.ndarray, np.ndarray]:
    """Epochs (n,) and weights (n, 4) that are drawn: the first few of a run that goes astray."""
    rows = slice(SWINGS + 1 if wild(run) else len(run.epoch))
    return run.epoch[rows], run.params[rows]


def growth(run: History) -> float | None:
    """What each epoch multiplies the loss by in the end, as recorded; None where that is not the same twice."""
    finite = np.flatnonzero(np.isfinite(run.loss))
    last = run.loss[finite[-3:]].astype(float)
    if len(last) < 3 or not wild(run) or (last <= 0).any():
        return None
    before, after = last[1:] / last[:-1]
    return float(after) if abs(after - before) <= 0.02 * before else None


def squares(run: History, around: Bowl) -> bool:
    """Whether a run's loss grew, in the end, as the square of what its step multiplies the steepest distance by."""
    grown, factor = growth(run), 1 - run.experiment.lr * around.largest
    return grown is not None and abs(grown - factor**2) <= 0.02 * factor**2
