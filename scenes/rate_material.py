"""What films of learning rates draw, made from runs that differ in nothing else: walks, curves, a cut, jumps."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

import numpy as np

from learning import landscape, progress, theory
from learning.history import History
from scenes.material import Minimum, minimum
from scenes.numbers import shortest
from scenes.panels.cross_section import Hops
from scenes.panels.runs import Walk
from scenes.panels.terrain import Terrain

Fate = Literal["slow", "arrives", "turns", "grows", "lost"]

JUMPS = 6
"""So many first jumps of a run are shown in the cut."""
CALM, WILD = 0.6, 1.4
"""Factors that show well what a step below and a step beyond the critical rate does."""
WIDEST = 2.6
"""The cut reaches so many times as far as the start lies from the minimum, at most."""


def near(run: History, lowest: float) -> float:
    """How far a loss may be above another and count as the same: 1/100 of the least; rounding, where that is zero."""
    return 0.01 * lowest + 1e-12 * float(run.loss[0])


def fate(run: History, lowest: float) -> Fate:
    """What became of a run: on its way, at the minimum, down and up again, up, or no number any more."""
    if run.last_finite < len(run.epoch) - 1:
        return "lost"
    first, last, least = float(run.loss[0]), float(run.loss[-1]), float(run.loss.min())
    if last > first + near(run, lowest):
        return "grows"
    if last - least > near(run, lowest):
        return "turns"
    return "arrives" if last - lowest <= near(run, lowest) else "slow"


def arrived(run: History, lowest: float) -> int | None:
    """The first epoch from which to the end the loss is as good as the least, or None."""
    return progress.from_then_on(run, run.loss.astype(float) - lowest <= near(run, lowest))


def walk(run: History) -> Walk:
    """A run for the map, named by its learning rate."""
    return Walk(run.epoch, run.params, shortest(run.experiment.lr))


@dataclass(frozen=True, eq=False)
class Cut:
    """The loss along the direction of greatest curvature, through the minimum.

    Attributes:
        direction: (2,) of length 1. largest: λmax. critical: 2/λmax.
        ends: (2, 2) weights at which the line leaves the map.
        distance (M,), loss (M,): along it, as far as is shown.
    """

    direction: np.ndarray
    largest: float
    critical: float
    ends: np.ndarray
    distance: np.ndarray
    loss: np.ndarray


def factor(run: History) -> float:
    """By what each step multiplies the distance from the minimum along that direction."""
    return theory.factor(run.experiment.lr, theory.design(run.x), run.experiment.loss)  # type: ignore[arg-type]


def critical_rate(run: History) -> float:
    """The learning rate beyond which runs on these data diverge."""
    return theory.critical_lr(theory.design(run.x), run.experiment.loss)  # type: ignore[arg-type]


def cut(ground: Terrain, shown: Sequence[History]) -> Cut:
    """The cut through a surface, wide enough for the first jumps of the runs that are shown in it."""
    run, best = shown[0], minimum(shown[0])
    direction, centre = theory.top_direction(theory.design(run.x)), np.array(best.weights)
    spans = np.array([ground.w0[-1] - ground.w0[0], ground.w1[-1] - ground.w1[0]]) / 2
    edge = float((spans / np.maximum(np.abs(direction), 1e-12)).min())
    distance = _reach([distances(each, direction, best) for each in shown], edge) * np.linspace(-1, 1, 161)
    loss = landscape.loss_at(run, centre + distance[:, None] * direction)
    ends = centre + np.array([[-edge], [edge]]) * direction
    critical = critical_rate(run)
    return Cut(direction, 2 / critical, critical, ends, distance, loss)


def distances(run: History, direction: np.ndarray, best: Minimum) -> np.ndarray:
    """How far the first recorded states (n,) lie from the minimum along a direction; finite ones only."""
    rows = run.params[: min(JUMPS, run.last_finite) + 1].astype(float)
    return np.asarray((rows - np.array(best.weights)) @ direction)


def _reach(jumps: Sequence[np.ndarray], edge: float) -> float:
    first = abs(float(jumps[0][0]))
    widest = max(float(np.abs(each).max()) for each in jumps)
    reach = 1.15 * min(max(widest, 1.4 * first), WIDEST * first)
    return reach if reach > 1e-3 * edge else edge


def hops(run: History, across: Cut) -> Hops:
    """The first jumps of a run, as the cut sees them: its distance along the cut, and the loss of the cut there."""
    best = minimum(run)
    along = distances(run, across.direction, best)
    loss = landscape.loss_at(run, np.array(best.weights) + along[:, None] * across.direction)
    return Hops(run.epoch[: len(along)], along, loss)


def examples(runs: Sequence[History]) -> tuple[int | None, int | None]:
    """A run below the critical rate and one beyond it whose factors show well what becomes of the distance."""
    factors = [abs(factor(run)) for run in runs]
    below = [i for i, size in enumerate(factors) if size <= 1]
    beyond = [i for i, size in enumerate(factors) if size > 1]
    calm = min(below, key=lambda i: abs(factors[i] - CALM), default=None)
    return calm, min(beyond, key=lambda i: abs(factors[i] - WILD), default=None)


def passages(fates: Sequence[Fate], most: int = 6) -> list[list[int]]:
    """The runs that are shown at a time: one by one, or neighbours of one fate where there are more than so many."""
    if len(fates) <= most:
        return [[run] for run in range(len(fates))]
    return [list(runs) for _, runs in groupby(range(len(fates)), key=lambda run: fates[run])]
