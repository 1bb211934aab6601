"""The numbers of a gradient check: losses to their last digit, slopes as the note prints them."""

import math

import numpy as np

from learning.history import History
from scenes.figures import count
from scenes.markup import Words
from scenes.material.gradient_check import Check
from scenes.numbers import LARGE, MINUS, fixed, measured, pair, scientific, shortest

LONGEST = 1e9
"""From here on a loss is written as a power of ten."""
DIGITS, MOST = 3, 12
"""Losses have decimals for so many digits of the step between float32 numbers, but no more than these."""


def slope(value: float) -> Words:
    """A slope with four decimals, as torch prints it: ``−1,342.2524``."""
    if not math.isfinite(value) or abs(value) >= LARGE:
        return fixed(value, 4)
    text = f"{value:,.4f}".replace("-", MINUS)
    return Words(text, text)


def exact(value: float, step: float) -> Words:
    """A loss with so many decimals that differences of a few float32 steps can be read off: ``8,587.687500``."""
    if not math.isfinite(value):
        return fixed(value)
    if abs(value) >= LONGEST:
        return scientific(value, 9)
    text = f"{value:,.{_decimals(step)}f}"
    return Words(text, text)


def spacing(step: float) -> Words:
    """The step between float32 numbers, with the same decimals as the losses: ``0.000977``."""
    if not 10.0 ** (DIGITS - 1 - MOST) <= step < LARGE:
        return measured(step, DIGITS)
    text = f"{step:,.{_decimals(step)}f}"
    return Words(text, text)


def _decimals(step: float) -> int:
    """All that a step, a power of two, has; at most those of its first digits."""
    return max(0, min(MOST, round(-math.log2(step)), DIGITS - 1 - math.floor(math.log10(step))))


def of_check(here: History, made: Check) -> dict[str, Words]:
    """The figures that the whole film uses.

    Args:
        here: the point with its recorded gradient.
        made: the check.
    """
    best0, best1 = made.best
    return {
        "start": pair((float(here.params[0, 0]), float(here.params[0, 1]))),
        "p0": shortest(float(here.params[0, 0])),
        "p1": shortest(float(here.params[0, 1])),
        "g0": slope(float(made.autograd[0])),
        "g1": slope(float(made.autograd[1])),
        "f0": slope(float(made.formula[0])),
        "f1": slope(float(made.formula[1])),
        "gap": measured(float(np.abs(made.autograd - made.formula).max()), 2),
        "loss0": exact(made.loss, made.step),
        "level": fixed(made.loss),
        "spacing": spacing(made.step),
        "best0": shortest(float(made.distances[best0])),
        "best1": shortest(float(made.distances[best1])),
        "best_far": shortest(float(made.distances[min(best0, best1)])),
        "best_near": shortest(float(made.distances[max(best0, best1)])),
        "error0": measured(float(made.errors[best0, 0]), 2),
        "error1": measured(float(made.errors[best1, 1]), 2),
        "d0_best": slope(float(made.differences[best0, 0])),
    } | {f"{name}_first": words for name, words in of_row(made, 0).items()}


def of_row(made: Check, row: int) -> dict[str, Words]:
    """The figures of one distance."""
    steps = float(made.steps[row])
    return {
        "h": shortest(float(made.distances[row])),
        "d0": slope(float(made.differences[row, 0])),
        "beside": exact(float(made.losses[row, 0]), made.step),
        "error": measured(float(made.errors[row, 0]), 2),
        "moved": measured(float(made.moved[row, 0]), 4),
        "steps": count(int(steps)) if math.isfinite(steps) else fixed(steps),
    }
