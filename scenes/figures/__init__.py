"""The numbers that captions and notes quote, as recorded: here what all films share, each kind in its module."""

import math

from learning.history import History
from scenes import material
from scenes.markup import Words
from scenes.numbers import MINUS, fixed


def count(number: int) -> Words:
    """A whole number, thousands apart."""
    text = f"{number:,}"
    return Words(text, text)


def weights(run: History, row: int) -> tuple[float, float]:
    """The first two weights in a state."""
    return float(run.params[row, 0]), float(run.params[row, 1])


def bottom(run: History) -> dict[str, Words]:
    """The least loss of a run, and its epoch."""
    row = material.bottom(run)
    return {"low": fixed(float(run.loss[row])), "low_epoch": count(int(run.epoch[row]))}


def one_or_many(number: int) -> str:
    """Which sentence speaks of so many things."""
    return "one" if number == 1 else "many"


def of_break(run: History) -> dict[str, Words]:
    """In which epoch a run's loss is no number any more, and what stands there; 0 and nothing where it always is."""
    row = run.first_broken
    if row is None:
        return {"broken": count(0), "lost": Words("", "")}
    return {"broken": count(int(run.epoch[row])), "lost": fixed(float(run.loss[row]))}


def percent(share: float) -> Words:
    """A share in whole percent; in tenths where whole ones would say nothing or all of what is not quite that."""
    if not math.isfinite(share) or abs(share) >= 9.995:
        number = fixed(100 * share, 0)
        return Words(f"{number.plain} %", f"{number.typeset} %")
    whole, tenths = round(100 * share), round(1000 * share)
    fine = whole in (0, 100) and tenths not in (0, 1000)
    text = (f"{tenths / 10:.1f} %" if fine else f"{whole} %").replace("-", MINUS)
    return Words(text, text)
