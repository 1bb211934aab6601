"""Numbers as a film writes them."""

import itertools
import math
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scenes.figures import percent
from scenes.numbers import fixed, measured, pair, round_ticks, scientific, shortest, tick


def read(plain: str) -> Decimal:
    """The value of a written number, exactly."""
    mantissa, _, power = plain.replace(",", "").replace("−", "-").partition("×10")
    exponent = power.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")) or "0"
    return Decimal(f"{mantissa}e{exponent}")


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (8587.6875, 2, "8,587.69"),
        (-1342.2523, 2, "−1,342.25"),
        (-0.001, 2, "−1.00×10⁻³"),
        (0.0, 2, "0.00"),
        (-0.0, 3, "0.000"),
        (2.5451e11, 2, "2.55×10¹¹"),
        (99999.994, 2, "99,999.99"),
        (math.inf, 2, "inf"),
        (-math.inf, 2, "−inf"),
        (math.nan, 3, "nan"),
    ],
)
def test_measured_numbers_are_written_as_people_write_them(value, decimals, text):
    assert fixed(value, decimals).plain == text


@given(st.floats(allow_nan=False, allow_infinity=False, width=32))
def test_a_written_number_can_be_read_back(value):
    plain = fixed(value, 3).plain
    if "×10" in plain:
        assert float(read(plain)) == pytest.approx(value, rel=6e-3)
    else:
        assert float(read(plain)) == pytest.approx(value, rel=1e-5, abs=6e-4)


@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(2, 5))
@example(0.00099996, 3)
@example(0.99998, 3)
@example(99999.96, 3)
@example(-5e-324, 3)
@example(1.7976931348623157e308, 3)
def test_a_measured_quantity_has_so_many_digits_that_count(value, digits):
    """Read back it is the value, to half a unit of its last digit that counts, whatever its size."""
    words = measured(value, digits)
    if value == 0:
        assert words == ("0", "0")
        return
    tenth = math.floor(math.log10(abs(value)))
    assert abs(read(words.plain) - Decimal(value)) <= Decimal("0.5000001") * Decimal(10) ** (tenth + 1 - digits)
    assert words.plain.startswith("−") == (value < 0)
    assert ("×10" in words.plain) == ("×" in words.typeset) == (not 1e-3 <= abs(value) < 1e5)
    assert "-" not in words.plain


@pytest.mark.parametrize(
    ("value", "text"),
    [(2.4489e-5, "2.45×10⁻⁵"), (0.09807, "0.0981"), (0.448, "0.448"), (0.131, "0.131"), (1.0, "1.00"),
     (-3.34e-5, "−3.34×10⁻⁵"), (-0.75, "−0.750"), (12.345, "12.3"), (1234.5, "1,234"), (98765.4, "98,765"),
     (1e5, "1.00×10⁵"), (0.001, "0.00100"), (0.0, "0"), (-0.0, "0"),
     (math.inf, "inf"), (-math.inf, "−inf"), (math.nan, "nan")],
)  # fmt: skip
def test_three_digits_count(value, text):
    assert measured(value).plain == text


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.774, "77 %"), (0.0, "0 %"), (1.0, "100 %"), (0.9951, "99.5 %"), (0.004, "0.4 %"), (0.00001, "0 %"),
     (-0.004, "−0.4 %"), (-0.00001, "0 %"), (-0.5, "−50 %"), (-0.9951, "−100 %"), (1.0001, "100 %"),
     (9.0, "900 %"), (-9.0, "−900 %"), (10.0, "1,000 %"), (-22.087, "−2,209 %"), (-2488.2, "−2.49×10⁵ %"),
     (1e300, "1.00×10³⁰² %"), (1e307, "inf %"), (math.inf, "inf %"), (-math.inf, "−inf %"), (math.nan, "nan %")],
)  # fmt: skip
def test_a_share_in_percent(share, text):
    assert percent(share).plain == text


@given(st.floats(-1e6, 1e6))
def test_a_percentage_can_be_read_back(share):
    plain = percent(share).plain
    assert plain.endswith(" %")
    allowed = 0.5000001 if abs(share) < 1000 else 0.0051 * 100 * abs(share)
    assert abs(float(read(plain.removesuffix(" %"))) - 100 * share) <= allowed
    assert plain.startswith("−") <= (share < 0), "a minus only where the loss rose"
    assert percent(share).typeset.endswith(" %")


@given(st.floats(min_value=-1e12, max_value=1e12).filter(lambda v: v == 0 or abs(v) > 1e-12))
def test_what_somebody_gave_keeps_its_digits(value):
    text = shortest(value).plain.replace("−", "-")
    if "×" not in text:
        assert float(text) == pytest.approx(value, rel=1e-5)


def test_chosen_numbers_are_as_short_as_they_were_given():
    assert [shortest(v).plain for v in (0.0083, -5.0, 10.0, 1e-05)] == ["0.0083", "−5", "10", "1×10⁻⁵"]
    assert pair((-5.0, 10.0)).plain == "(−5, 10)"
    assert pair((2.42896, 4.01444), 3).plain == "(2.429, 4.014)"


@given(st.floats(-1e8, 1e8), st.floats(1e-6, 1e8), st.integers(2, 8))
def test_ticks_are_few_round_and_inside(low, span, about):
    high = low + span
    if high - low <= 1e-9 * max(abs(low), 1):
        return
    ticks = round_ticks(low, high, about)
    room = 1e-6 * max(abs(low), abs(high), span)
    assert len(ticks) <= 2 * about + 2
    assert all(low - room <= value <= high + room for value in ticks)
    steps = [b - a for a, b in itertools.pairwise(ticks)]
    assert all(step == pytest.approx(steps[0], rel=1e-3) for step in steps)


def test_no_range_has_no_ticks():
    assert round_ticks(1.0, 1.0) == []
    assert round_ticks(0.0, math.inf) == []


def test_ticks_have_the_decimals_of_their_step():
    assert [tick(v, 2.5).plain for v in (0.0, 2.5, 5.0)] == ["0.0", "2.5", "5.0"]
    assert [tick(v, 5000).plain for v in (0.0, 5000.0)] == ["0", "5,000"]
    assert tick(0.25, 0.25).plain == "0.25"
    assert [tick(v, 5e11).plain for v in (0.0, 5e11, 1e12)] == ["0", "5×10¹¹", "1×10¹²"]
    assert tick(2.5e-5, 2.5e-5).plain == "2.5×10⁻⁵"


def test_a_power_of_ten_has_a_true_minus():
    assert scientific(-2.3e-5).plain == "−2.30×10⁻⁵"
