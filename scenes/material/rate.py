"""What films of learning rates draw, made from runs that differ in nothing else: walks, curves, a cut, jumps."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from learning import landscape, progress, theory
from learning.history import History
from scenes import material
from scenes.material import RESOLUTION, Minimum, minimum
from scenes.numbers import shortest
from scenes.panels.cross_section import Hops
from scenes.panels.runs import Walk
from scenes.panels.terrain import Terrain

Fate = Literal["slow", "arrives", "turns", "grows", "lost"]

JUMPS = 6
"""So many first jumps of a run are shown in the cut."""
CALM, WILD = 0.6, 1.4
"""Factors that show well what a step below and a step beyond the critical rate does."""
WIDEST, FARTHEST = 3.2, 12.0
"""The cut reaches so many times as far as the start lies from the minimum, and for a first jump so far, at most."""
MOST = 5
"""So many passages, of one run or of neighbours with one fate, are shown one after another."""
TOGETHER: tuple[Fate, ...] = ("arrives", "slow", "lost", "grows", "turns")
"""Fates in the order in which runs are shown together where there are more."""


def near(run: History, lowest: float) -> float:
    """How far a loss may be above another and count as the same: 1/100 of the least; rounding, where that is zero."""
    return 0.01 * lowest + 1e-12 * float(run.loss[0])


def fate(run: History, lowest: float) -> Fate:
    """What became of a run: on its way, at the minimum, down and up again, up, or no number any more."""
    if run.last_finite < len(run.epoch) - 1:
        return "lost"
    first, last = float(run.loss[0]), float(run.loss[-1])
    if last > first + near(run, lowest):
        return "grows"
    if material.turned(run, near(run, lowest)):
        return "turns"
    return "arrives" if last - lowest <= near(run, lowest) else "slow"


def arrived(run: History, lowest: float) -> int | None:
    """The first epoch from which to the end the loss is as good as the least, or None."""
    return progress.from_then_on(run, run.loss.astype(float) - lowest <= near(run, lowest))


def terrain(run: History) -> Terrain:
    """The surface around a run, over a square of weights: on its map what is perpendicular looks so."""
    around = material.terrain(run)
    sides = [(float(w[0]), float(w[-1])) for w in (around.w0, around.w1)]
    widest = max(high - low for low, high in sides)
    grown = [((low + high - widest) / 2, (low + high + widest) / 2) for low, high in sides]
    ground = landscape.over_window(run, landscape.Window(*grown), RESOLUTION)
    return replace(around, w0=ground.w0, w1=ground.w1, loss=ground.loss)


def walk(run: History) -> Walk:
    """A run for the map, named by its learning rate."""
    return Walk(run.epoch, run.params, shortest(run.experiment.lr))


@dataclass(frozen=True, eq=False)
class Cut:
    """The loss along the direction of greatest curvature, through the minimum.

    Attributes:
        direction: (2,) of length 1. largest: λmax. across: the curvature at right angles to it. critical: 2/λmax.
        ends: (2, 2) weights at which the line leaves the map.
        distance (M,), loss (M,): along it, as far as is shown.
    """

    direction: np.ndarray
    largest: float
    across: float
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
    largest, across = curvatures(run)
    return Cut(direction, largest, across, critical_rate(run), ends, distance, loss)


def curvatures(run: History) -> tuple[float, float]:
    """The curvature of the surface along its most curved direction, λmax, and across it."""
    smallest, largest = np.linalg.eigvalsh(theory.hessian(theory.design(run.x), run.experiment.loss))  # type: ignore[arg-type]
    return float(largest), float(smallest)


def distances(run: History, direction: np.ndarray, best: Minimum) -> np.ndarray:
    """How far the first recorded states (n,) lie from the minimum along a direction; finite ones only."""
    rows = run.params[: min(JUMPS, run.last_finite) + 1].astype(float)
    return np.asarray((rows - np.array(best.weights)) @ direction)


def _reach(jumps: Sequence[np.ndarray], edge: float) -> float:
    """As far as most of the jumps go, and the first of each."""
    first, sizes = abs(float(jumps[0][0])), [np.abs(each) for each in jumps]
    near = [size[size <= WIDEST * first].max(initial=0) for size in sizes]
    once = [size[1:2][size[1:2] <= FARTHEST * first].max(initial=0) for size in sizes]
    reach = 1.1 * float(max(1.4 * first, *near, *once))
    return reach if reach > 1e-3 * edge else edge


def hops(run: History, across: Cut) -> Hops:
    """The first jumps of a run, as the cut sees them: its distance along the cut, and the loss of the cut there.

    Those that the cut has room for, and the first one in any case.
    """
    best = minimum(run)
    along = distances(run, across.direction, best)
    beyond = np.flatnonzero(np.abs(along) > across.distance[-1])
    along = along[: max(2, int(beyond[0]))] if len(beyond) else along
    loss = landscape.loss_at(run, np.array(best.weights) + along[:, None] * across.direction)
    return Hops(run.epoch[: len(along)], along, loss)


def examples(runs: Sequence[History]) -> tuple[int | None, int | None]:
    """A run below the critical rate and one beyond it whose factors show well what becomes of the distance."""
    factors = [abs(factor(run)) for run in runs]
    below = [i for i, size in enumerate(factors) if size <= 1]
    beyond = [i for i, size in enumerate(factors) if size > 1]
    calm = min(below, key=lambda i: abs(factors[i] - CALM), default=None)
    return calm, min(beyond, key=lambda i: abs(factors[i] - WILD), default=None)


def passages(fates: Sequence[Fate], most: int = MOST) -> list[list[int]]:
    """The runs that are shown at a time: one by one, or, where there are more than so many, neighbours of one fate.

    Those that arrive are the first to be shown together: they can race. Those that fall and then rise are the last.
    """
    shown = [[run] for run in range(len(fates))]
    for fate in TOGETHER:
        if len(shown) > most:
            shown = _together(shown, fates, fate)
    return shown


def _together(shown: Sequence[list[int]], fates: Sequence[Fate], fate: Fate) -> list[list[int]]:
    """Passages of neighbours with this fate made one."""
    merged: list[list[int]] = []
    for runs in shown:
        if merged and fates[runs[0]] == fates[merged[-1][-1]] == fate:
            merged[-1] = [*merged[-1], *runs]
        else:
            merged.append(list(runs))
    return merged
