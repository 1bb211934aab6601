"""What the film of the gradient check draws: three ways to the slopes at one point, and how far each is off."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from learning import theory
from learning.history import History
from scenes.panels.zoomed_slice import Slice

AGREE, ROUNDING = 1e-5, 1e-6
"""Two gradients agree that differ by no more than this share of them, or of the terms that add up to them."""
MEETS = 0.01
"""A slope by a difference meets the formula's if it is off by no more than this share of the gradient."""
BENDS = 0.1
"""An error that differs from the bend's by more than this share of it is due to rounding, too."""
TELLS = 0.05
"""Neighbouring float32 numbers are told apart in the picture from this share of what the loss changes over h."""


@dataclass(frozen=True, eq=False)
class Check:
    """A gradient, three ways.

    Attributes:
        loss: recorded at the point. step: from there to the next float32 number.
        autograd, formula: (2,) the slopes that torch recorded, and those of the formula, float64.
        distances: (H,) descending, as asked. moved: (H, 2) how far each weight went, recorded in float32.
        losses: (H, 2) recorded at each distance along each weight.
        differences: (H, 2) the slopes that they give, in float32 as torch computes them.
        errors: (H, 2) how far those are from the formula's.
        bends: (2,) the loss along each weight is a parabola with this coefficient of the square.
        agree: whether autograd and formula do, but for rounding.
    """

    loss: float
    step: float
    autograd: np.ndarray
    formula: np.ndarray
    distances: np.ndarray
    moved: np.ndarray
    losses: np.ndarray
    differences: np.ndarray
    errors: np.ndarray
    bends: np.ndarray
    agree: bool

    @property
    def best(self) -> tuple[int, int]:
        """The row with the least error of each weight's slope; 0 where none is a number."""
        columns = [np.nan_to_num(column, nan=np.inf) for column in self.errors.T]
        return int(np.argmin(columns[0])), int(np.argmin(columns[1]))

    @property
    def meets(self) -> bool:
        """Whether the best slope along the first weight is close to the formula's."""
        return bool(self.errors[self.best[0], 0] <= MEETS * np.abs(self.formula).max())

    @property
    def steps(self) -> np.ndarray:
        """How many float32 numbers the losses along the first weight are away, (H,), rounded."""
        with np.errstate(all="ignore"):
            return np.asarray(np.round(np.abs(self.losses[:, 0] - self.loss) / self.step))

    @property
    def rounded(self) -> bool:
        """Whether the bend of the curve alone does not explain how far the first slope is off."""
        bend = float(self.bends[0] * self.distances[0])
        return not abs(float(self.errors[0, 0]) - bend) <= BENDS * bend

    def told_apart(self, row: int) -> bool:
        """Whether the picture of a distance shows the gaps between float32 numbers."""
        h = float(self.distances[row])
        return bool(self.step >= TELLS * (abs(float(self.formula[0])) * h + float(self.bends[0]) * h**2))


def check(histories: Mapping[str, History]) -> Check:
    """All of it, from the losses that were recorded."""
    here = histories["here"]
    x, y, w, loss = here.x.astype(float), here.y.astype(float), here.params[0].astype(float), here.experiment.loss
    distances = np.array([float(label[3:]) for label in histories if label.startswith("w0 ")])
    losses = np.array([[histories[f"w{axis} {h:.15g}"].loss[0] for axis in (0, 1)] for h in distances])
    there = np.array([[histories[f"w{axis} {h:.15g}"].params[0, axis] for axis in (0, 1)] for h in distances])
    formula = theory.gradient(x, y, w, loss)  # type: ignore[arg-type]
    bends = np.diag(theory.hessian(theory.design(x), loss)) / 2  # type: ignore[arg-type]
    with np.errstate(all="ignore"):
        level = np.float32(here.loss[0])
        differences = (losses.astype(np.float32) - level) / distances[:, None].astype(np.float32)
        errors = np.abs(differences.astype(float) - formula)
        step = float(np.spacing(level))
    return Check(
        loss=float(level),
        step=step,
        autograd=here.grads[0].astype(float),
        formula=formula,
        distances=distances,
        moved=there.astype(float) - w,
        losses=losses.astype(float),
        differences=differences.astype(float),
        errors=errors,
        bends=bends,
        agree=_agree(here.grads[0].astype(float), formula, 2 * bends * np.abs(w) + np.abs(formula)),
    )


def _agree(claimed: np.ndarray, formula: np.ndarray, terms: np.ndarray) -> bool:
    allowed = AGREE * np.abs(formula).max() + ROUNDING * terms.max()
    return bool(np.abs(claimed - formula).max() <= allowed)


def slice_of(made: Check) -> Slice:
    """The slice along the first weight."""
    return Slice(
        level=made.loss,
        slope=float(made.formula[0]),
        bend=float(made.bends[0]),
        claimed=float(made.autograd[0]),
        distances=made.distances,
        losses=made.losses[:, 0],
        step=made.step,
    )
