"""The numbers that captions and notes quote, as recorded: here what all films share, each kind in its module."""

import math

from scenes.markup import Words
from scenes.numbers import MINUS, fixed


def count(number: int) -> Words:
    """A whole number, thousands apart."""
    text = f"{number:,}"
    return Words(text, text)


def percent(share: float) -> Words:
    """A share in whole percent; in tenths where whole ones would say nothing or all of what is not quite that."""
    if not math.isfinite(share) or abs(share) >= 9.995:
        number = fixed(100 * share, 0)
        return Words(f"{number.plain} %", f"{number.typeset} %")
    whole, tenths = round(100 * share), round(1000 * share)
    fine = whole in (0, 100) and tenths not in (0, 1000)
    text = (f"{tenths / 10:.1f} %" if fine else f"{whole} %").replace("-", MINUS)
    return Words(text, text)
