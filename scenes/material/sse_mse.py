"""What a film of the sum and the mean of squares draws: two surfaces over one window, and how two runs compare."""

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from learning import landscape
from learning.history import History
from scenes import material
from scenes.markup import Words
from scenes.material import RESOLUTION, Minimum
from scenes.numbers import measured, shortest
from scenes.panels.terrain import Terrain

SAME = 1e-3
"""Numbers that differ by a smaller share are written as equal, or as a whole ratio."""
FADED = 1e-3
"""A slope this share of the first one is too near to its rounding for a ratio."""
STEP_DECIMALS = 7
"""A step has so many decimals at most."""
ROUNDING = 1e-4
"""Weights that differ by a smaller share of what they are differ by the rounding of 32 bits."""


def grounds(total: History, mean: History) -> tuple[Terrain, Terrain]:
    """The surfaces of the sum and of the mean: one window, one ceiling but for the number of points."""
    both, n = (material.terrain(total), material.terrain(mean)), len(total.x)
    axes = [(ground.w0, ground.w1) for ground in both]
    sides = [(float(min(w[0] for w in ways)), float(max(w[-1] for w in ways))) for ways in zip(*axes, strict=True)]
    ceiling = max(both[0].ceiling, n * both[1].ceiling)
    found = []
    for ground, run, share in zip(both, (total, mean), (1, n), strict=True):
        over = landscape.over_window(run, landscape.Window(*sides), RESOLUTION)
        found.append(replace(ground, w0=over.w0, w1=over.w1, loss=over.loss, ceiling=ceiling / share))
    return found[0], found[1]


def same_rates(total: History, mean: History) -> bool:
    """Whether the mean's rate is that of the sum times the number of points."""
    return bool(np.isclose(mean.experiment.lr, len(total.x) * total.experiment.lr, rtol=1e-6))


def apart(one: History, other: History) -> np.ndarray:
    """How far the weights of two runs are from each other in each state, the larger of the two differences, (T,)."""
    with np.errstate(invalid="ignore", over="ignore"):
        return np.asarray(np.abs(one.params.astype(float) - other.params.astype(float)).max(axis=1))


def farthest(one: History, other: History) -> float:
    """The largest of these differences, as long as both are numbers."""
    return float(np.nan_to_num(apart(one, other)[: _both(one, other)]).max())


def only_rounding(one: History, other: History, best: Minimum) -> bool:
    """Whether two runs never differ by more than is small beside the weights from which and to which they go."""
    largest = float(np.abs([one.params[0].astype(float), best.weights]).max())
    return farthest(one, other) <= ROUNDING * max(largest, 1e-6)


def largest(one: History, other: History) -> float:
    """The largest weight of either run, as long as both are numbers."""
    return float(max(np.abs(run.params[: _both(one, other)].astype(float)).max() for run in (one, other)))


def parallel(total: History, mean: History) -> bool:
    """Whether the two losses have one ratio, the number of points, in every state."""
    rows = _both(total, mean)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = total.loss[:rows].astype(float) / mean.loss[:rows].astype(float) / len(total.x)
    return bool(np.abs(ratio - 1).max() < SAME)


def _both(one: History, other: History) -> int:
    """So many states, from the first on, are numbers in both runs."""
    return min(one.last_finite, other.last_finite) + 1


def decimals(run: History, total: History) -> tuple[int, int]:
    """So many decimals show as many digits of a run's loss and slope as two show of the sum's; and of its steps.

    A slope and the rate give the step, as written.
    """
    more = 0 if run.experiment.loss == total.experiment.loss else math.ceil(math.log10(len(total.x)) - 1e-9)
    rate = math.ceil(-math.log10(run.experiment.lr) - 1e-9)
    return 2 + more, int(np.clip(2 + more + rate, 0, STEP_DECIMALS))


def size(values: np.ndarray) -> np.ndarray:
    """Lengths (T,) of pairs (T, 2)."""
    with np.errstate(invalid="ignore", over="ignore"):
        return np.asarray(np.linalg.norm(values.astype(float), axis=1))


def ratio_of(left: np.ndarray, right: np.ndarray, floor: float = 0.0) -> Callable[[int], Words]:
    """How two quantities (T,) compare in a state: ``100 : 1``, ``1 : 2.5``, ``=``; a dash where nothing can be said.

    Args:
        left: (T,) one quantity, not negative.
        right: (T,) the other.
        floor: of the left one; below it rounding would decide.
    """

    def say(row: int) -> Words:
        a, b = float(left[row]), float(right[row])
        if not (np.isfinite([a, b]).all() and a > floor and b > 0):
            return Words("–", "–")
        if abs(a / b - 1) < SAME:
            return Words("=", "$=$")
        many = _rounded(max(a / b, b / a))
        return Words(*(f"{part} : 1" if a > b else f"1 : {part}" for part in many))

    return say


def _rounded(ratio: float) -> Words:
    """A ratio with three digits; a whole one where it is as near to it as rounding lets it be."""
    whole = round(ratio)
    return shortest(whole if abs(ratio / whole - 1) < SAME else float(f"{ratio:.3g}"))


def distance_of(one: History, other: History, word: Callable[[Words], Words]) -> Callable[[int], Words]:
    """How the weights of two runs compare in a state: equal, or so far apart, in words of the film's language."""
    far = apart(one, other)

    def say(row: int) -> Words:
        if not np.isfinite(far[row]):
            return Words("–", "–")
        return Words("=", "$=$") if far[row] == 0 else word(measured(float(far[row]), 2))

    return say
