"""Data of one's own on the screen: names, what was standardized, how many points are drawn, ticks of any size."""

import re

import numpy as np
import pytest
from manim import tempconfig

from learning.errors import InputError, RunError
from learning.experiment import Experiment
from learning.training import train
from scenes import columns, fonts
from scenes.catalogue import any_number_elsewhere
from scenes.films.descent import Descent
from scenes.look import Look
from scenes.numbers import tick
from scenes.panels.axes import Axes
from scenes.panels.data_plot import DataPlot
from scenes.parameters import DescentParameters

QUIET = {"dry_run": True, "verbosity": "ERROR", "progress_bar": "none", "pixel_width": 320, "pixel_height": 180}
KOREAN = Look("dark", "ko")
ENGLISH = Look("dark", "en")


@pytest.fixture
def run_of(tmp_path):
    """Write a CSV file with these names, train a line upon it, and return its history."""

    def make(first="height", second="weight", rows=12, **values):
        path = tmp_path / "own.csv"
        text = "".join(f"{k * 37 % rows + 150};{k * 53 % rows + 60}\n" for k in range(rows))
        path.write_text(f'"{first}";"{second}"\n{text}', encoding="utf-8")
        return train(Experiment(data=str(path), x=first, y=second, **{"epochs": 1, "loss": "mse", **values}))

    return make


def test_data_of_ours_and_columns_called_so_are_x_and_y(run_of):
    usual = columns.axis_names(train(Experiment(epochs=0)), ENGLISH)
    assert usual == columns.axis_names(run_of("x", "y"), ENGLISH)
    assert [name.plain for name in usual] == ["x", "y"]


def test_axes_are_called_as_columns_are_and_say_what_was_standardized(run_of):
    plain, scaled = run_of("사람의 키", "weight"), run_of("사람의 키", "weight", standardize=True)
    assert [name.plain for name in columns.axis_names(plain, ENGLISH)] == ["사람의 키", "weight"]
    assert [name.plain for name in columns.axis_names(scaled, ENGLISH)] == [
        "사람의 키 (standardized)", "weight (standardized)",
    ]  # fmt: skip
    assert columns.axis_names(scaled, KOREAN)[1].plain == "weight (표준화)"


@pytest.mark.parametrize("nasty", ["$x$ #sys.inputs", '#read("a")', "a*b_c_ `d` \\", "<b> // no /* more"])
def test_a_name_is_text_and_never_markup(run_of, nasty):
    name = columns.axis_names(run_of(nasty.replace('"', '""')) if '"' not in nasty else run_of("a"), ENGLISH)[0]
    if '"' not in nasty:
        assert name.plain == nasty
    assert ENGLISH.stamp(name).width > 0


def test_a_long_name_is_shortened_and_fits_its_plot(run_of):
    run = run_of("a very " * 30 + "long name", "한글 " * 60 + "이름", standardize=True)
    first, second = columns.axis_names(run, ENGLISH)
    assert first.plain == "a very a very a very a very… (standardized)"
    stamp = ENGLISH.stamp(second)
    assert stamp.within(1.0).width == 1.0
    assert stamp.within(50.0) is stamp


def test_a_letter_that_no_font_has_is_said_before_anything_is_drawn(run_of):
    letter = "\U0010fffe"  # that nobody has
    if not fonts.lacking(ENGLISH.font, letter, helped=True):
        pytest.skip("a font here has a picture of everything")
    with pytest.raises(RunError, match="no font here has"):
        columns.axis_names(run_of(f"a{letter}"), ENGLISH)


def test_the_first_note_gives_mean_and_standard_deviation(run_of):
    run = run_of(standardize=True)
    with tempconfig(QUIET):
        film = Descent(DescentParameters(), {"run": run}, skip_animations=True)
        film.render()
    (mean, sd), notes = run.meta["standardized"]["x"], [beat.note for beat in film.beats]
    assert mean == pytest.approx(155.5)
    assert f"height is standardized: from every value the mean 155.5 is taken, and what is left is divided by the " \
        f"standard deviation {sd:.3f}" in notes[0]  # fmt: skip
    assert "weight is standardized" in notes[0]
    assert not any("standardized" in note for note in notes[1:])


def test_of_many_points_the_plot_and_the_note_say_how_many_are_drawn(run_of):
    run = run_of(rows=2500)
    assert columns.share_drawn(run, ENGLISH.captions).plain == "2,000 of 2,500 points"
    assert columns.share_drawn(run, KOREAN.captions).plain == "2,500개 중 2,000개"
    assert "draws 2,000 of the 2,500 points" in columns.remarks(run, ENGLISH.captions)
    assert columns.share_drawn(run_of(), ENGLISH.captions) is None
    assert columns.remarks(run_of(), ENGLISH.captions) == ""
    share = columns.share_drawn(run, ENGLISH.captions)
    panel = DataPlot((-5, -3, 1, 2), ENGLISH, run.seen_x, run.seen_y, run.epoch, run.yhat, share=share)
    assert panel._axes.taken > panel._share.width > 1


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (1990, 2020, ["1990", "2000", "2010", "2020"]),
        (-2.4e-9, 2.2e-9, ["−2×10⁻⁹", "−1×10⁻⁹", "0", "1×10⁻⁹", "2×10⁻⁹"]),
        (1e8, 1.0006e8, ["1×10⁸", "1.0002×10⁸", "1.0004×10⁸", "1.0006×10⁸"]),
        (-3e11, 9e11, ["−2.5×10¹¹", "0", "2.5×10¹¹", "5×10¹¹", "7.5×10¹¹"]),
        (0, 2_500_000, ["0", "5×10⁵", "1×10⁶", "1.5×10⁶", "2×10⁶", "2.5×10⁶"]),
        (123_000, 137_000, ["1.25×10⁵", "1.3×10⁵", "1.35×10⁵"]),
    ],
)
def test_ticks_can_be_told_apart_whatever_the_scale(low, high, expected):
    axes = Axes(ENGLISH, (low, high), (0, 1), ("$x$", "$y$"), plain=True)
    ticks, stamps = axes.x_ticks(7.0)
    step = ticks[1] - ticks[0]
    said = [tick(value, step).plain for value in ticks]
    assert [word.replace(",", "") if max(map(abs, ticks)) < 10_000 else word for word in said] == expected
    assert len(set(said)) == len(said)
    assert all(stamp.width < 1.6 for stamp in stamps)


def test_whoever_has_no_zeros_and_ones_is_told_which_films_take_any_number(tmp_path):
    path = tmp_path / "own.csv"
    path.write_text("x,y\n0,1\n1,3\n", encoding="utf-8")
    with pytest.raises(InputError) as caught, any_number_elsewhere():
        train(Experiment(data=str(path), model="logistic", loss="mse"))
    said = str(caught.value)
    assert re.search(r"y has 3, .*: descent, tangent, .*stochastic", said)
    assert "logistic" not in said.partition("number:")[2]


def test_numbers_of_standardized_columns_are_not_blurred_into_powers(run_of):
    """The intercept of the best line is 0 then: what float32 leaves of it is not shown."""
    from scenes import material

    run = run_of(standardize=True)
    assert material.minimum(run).weights[0] == 0.0
    assert material.minimum(run).weights[1] == pytest.approx(np.corrcoef(run.x, run.y)[0, 1], rel=1e-5)
