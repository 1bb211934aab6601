"""Numbers as a film writes them: fixed decimals, thousands apart, scientific when they run away.

Imports nothing heavy. Each number has two forms, `plain` for notes and subtitles, `typeset` for the screen.
"""

import math

from scenes.markup import Words

MINUS = "\N{MINUS SIGN}"
LARGE = 1e5
"""From here on a number is written as a power of ten."""
SIGNIFICANT = 7
"""Digits of a number at most: what float32 holds."""

_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def fixed(value: float, decimals: int = 2) -> Words:
    """A measured number: ``8,587.69``, ``−5.00``, ``2.55×10¹¹``, ``inf``, ``nan``."""
    if not math.isfinite(value):
        name = str(float(value)).replace("-", MINUS)
        return Words(name, name)
    if abs(value) >= LARGE or 0 < abs(value) < 0.5 * 10.0**-decimals:
        return scientific(value)
    whole = len(str(int(abs(value))))
    text = f"{value:,.{max(0, min(decimals, SIGNIFICANT - whole))}f}".replace("-", MINUS)
    if text.strip(f"{MINUS}0.,") == "":
        text = text.lstrip(MINUS)
    return Words(text, text)


def measured(value: float, digits: int = 3) -> Words:
    """A quantity of any size with so many digits that count: ``0.0981``, ``2.45×10⁻⁵``, ``0``."""
    if value == 0:
        return Words("0", "0")
    if not math.isfinite(value) or not 1e-3 <= abs(value) < LARGE:
        return fixed(value, digits) if not math.isfinite(value) else scientific(value, digits)
    exponent = int(f"{value:.{digits - 1}e}".split("e")[1])  # after rounding: 0.99998 is 1.00
    text = f"{value:,.{max(0, digits - 1 - exponent)}f}".replace("-", MINUS)
    return Words(text, text)


def scientific(value: float, digits: int = 3) -> Words:
    """A finite number as a mantissa and a power of ten."""
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    mantissa = mantissa.replace("-", MINUS)
    power = str(int(exponent))
    plain = f"{mantissa}×10{power.translate(_SUPERSCRIPT)}"
    raised = power.replace("-", MINUS)
    return Words(plain, f"{mantissa}#h(0.08em)×#h(0.08em)10#super[{raised}]")


def power_of_ten(exponent: int) -> Words:
    """``10⁻⁵``; 1 and 10 as they are."""
    if exponent in (0, 1):
        return Words(*(("1", "1") if exponent == 0 else ("10", "10")))
    words = scientific(10.0**exponent, 1)
    return Words(words.plain[2:], words.typeset.split("×#h(0.08em)", 1)[1])


def shortest(value: float) -> Words:
    """A number that somebody chose, with the digits that they gave: ``0.0083``, ``−5``."""
    text = f"{value:.6g}"
    if "e" in text:
        return scientific(value, digits=len(text.split("e")[0].replace("-", "").replace(".", "")))
    text = text.replace("-", MINUS)
    return Words(text, text)


def pair(values: tuple[float, float], decimals: int | None = None) -> Words:
    """Two numbers in brackets; as somebody gave them where no decimals are asked for."""
    both = [shortest(v) if decimals is None else fixed(v, decimals) for v in values]
    return Words(*(f"({first}, {second})" for first, second in zip(*both, strict=True)))


def round_ticks(low: float, high: float, about: int = 4) -> list[float]:
    """A few round numbers from low to high (both included where round), ascending; empty where the range is."""
    span = high - low
    if not (math.isfinite(span) and span > 0):
        return []
    rough = span / max(about, 1)
    scale = 10.0 ** math.floor(math.log10(rough))
    step = next(m * scale for m in (1, 2, 2.5, 5, 10) if m * scale >= rough * (1 - 1e-9))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [k * step for k in range(first, last + 1)]


def tick(value: float, step: float) -> Words:
    """A tick's number with the decimals, or the digits, that its step needs."""
    if value != 0 and (abs(value) >= LARGE or step < 1e-4):
        return scientific(value, _digits(value, step))
    if step < 1e-4:
        return Words("0", "0")
    decimals = max(0, -math.floor(math.log10(step) + 1e-9)) if step < 1 else 0
    if round(step * 10**decimals, 9) != round(step * 10**decimals):
        decimals += 1
    text = f"{value:,.{decimals}f}".replace("-", MINUS)
    return Words(text, text)


def _digits(value: float, step: float) -> int:
    """How many digits tell a tick from its neighbours; zeros at the end do not count."""
    finest = math.floor(math.log10(step) + 1e-9) - 1  # a step of 2.5 has a digit more than its size tells
    most = math.floor(math.log10(abs(value)) + 1e-9) - finest + 1
    mantissa = f"{value:.{min(max(most, 1), SIGNIFICANT) - 1}e}".partition("e")[0]
    return max(len(mantissa.lstrip("-").replace(".", "").rstrip("0")), 1)
