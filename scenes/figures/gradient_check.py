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


def slope(value: float) -> Words:
    """A slope with four decimals, as torch prints it: ``−1,342.2524``."""
    if not math.isfinite(value) or abs(value) >= LARGE:
        return fixed(value, 4)
    text = f"{value:,.4f}".replace("-", MINUS)
    return Words(text, text)


def exact(value: float, step: float) -> Words:
    """A loss with so many decimals that two float32 numbers a step apart are told apart: ``8,587.6875``."""
    if not math.isfinite(value):
        return fixed(value)
    if abs(value) >= LONGEST:
        return scientific(value, 9)
    text = f"{value:,.{max(0, min(9, math.ceil(-math.log10(step))))}f}"
    return Words(text, text)


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
        "spacing": measured(made.step, 3),
        "hs": count(len(made.distances)),
        "best0": shortest(float(made.distances[best0])),
        "best1": shortest(float(made.distances[best1])),
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
        "d1": slope(float(made.differences[row, 1])),
        "beside": exact(float(made.losses[row, 0]), made.step),
        "error": measured(float(made.errors[row, 0]), 2),
        "steps": count(int(steps)) if math.isfinite(steps) else fixed(steps),
    }
