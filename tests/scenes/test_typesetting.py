"""Text as outlines: on its baseline, digits of one width, sizes that can be read from afar."""

import numpy as np
import pytest

from scenes.fonts import font_for
from scenes.look import Look
from scenes.markup import escape
from scenes.theme import SIZES, SMALLEST_CAPITAL
from scenes.typesetting import outline

FONT = font_for("en")


def extent(source: str, font: str = FONT) -> tuple[np.ndarray, np.ndarray]:
    points = np.concatenate([points for _, points in outline(source, font).parts])
    return points.min(axis=0), points.max(axis=0)


def test_all_digits_are_equally_wide():
    assert len({round(outline(str(digit), FONT).width, 6) for digit in range(10)}) == 1


def test_capitals_stand_on_the_baseline_and_descenders_below():
    low, high = extent("H")
    assert low[1] == pytest.approx(0, abs=1e-6)
    assert 0.6 < high[1] < 0.8
    assert extent("p")[0][1] < -0.1


def test_a_formula_shares_the_baseline_of_the_text():
    assert extent("$H$")[0][1] == pytest.approx(0, abs=0.03)
    assert extent("$display(x / (x + 1))$")[0][1] < -0.3


def test_width_counts_the_space_that_a_line_takes():
    assert outline("aa", FONT).width == pytest.approx(2 * outline("a", FONT).width, rel=1e-3)


def test_colours_in_the_markup_come_out_as_parts():
    parts = dict(outline('a#text(fill: rgb("#ff0000"), "b")', FONT).parts)
    assert set(parts) == {None, "#ff0000"}
    assert parts[None][:, 0].max() < parts["#ff0000"][:, 0].min()


def test_a_fraction_bar_is_part_of_the_outline():
    points = np.concatenate([p for _, p in outline("$display(1 / 2)$", FONT).parts])
    wide = points[:, 0].max() - points[:, 0].min()
    assert wide > 1.05 * (extent("$2$")[1][0] - extent("$2$")[0][0])


def test_markup_that_does_not_compile_says_which():
    with pytest.raises(ValueError, match="nonsense"):
        outline("#nonsense[x]", FONT)


def test_text_of_a_user_is_shown_as_it_is():
    text = 'a "b" \\ #read("x") $y$ <script>'
    assert outline(escape(text), FONT).width == pytest.approx(
        sum(outline(escape(c), FONT).width for c in text), rel=0.06
    )


def test_hangul_has_glyphs():
    korean = font_for("ko")
    assert korean is not None, "the tests need a font with Hangul: make test installs one"
    shapes = [np.concatenate([p for _, p in outline(c, korean).parts]) for c in "손실곡면"]
    assert len({shape.tobytes() for shape in shapes}) == 4


@pytest.mark.parametrize("size", [SIZES.title, SIZES.readout, SIZES.caption, SIZES.formula, SIZES.label, SIZES.tick])
def test_capitals_and_digits_can_be_read_from_the_back_row(size):
    assert (extent("H")[1][1]) * size >= SMALLEST_CAPITAL
    assert (extent("0")[1][1]) * size >= SMALLEST_CAPITAL


def test_ink_stands_where_it_is_put():
    ink = Look().ink("Hx", 0.5)
    ink.stand(2.0, -1.0, "right")
    assert ink.get_bottom()[1] == pytest.approx(-1.0, abs=0.01)
    assert 1.9 < ink.get_right()[0] <= 2.0
    ink.stand(0.0, 1.0, "left")
    assert ink.get_bottom()[1] == pytest.approx(1.0, abs=0.01)
    assert 0.0 <= ink.get_left()[0] < 0.1
