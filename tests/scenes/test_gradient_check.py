"""`gradient-check` tells the truth: every slope, loss, point and rung against float32 sums written out here."""

from typing import Any

import numpy as np
import pytest
from netstage import play, share_near, standing, still

from learning import store
from scenes import captions
from scenes.catalogue import find
from scenes.drawing import mix
from scenes.figures.gradient_check import exact, slope, spacing
from scenes.material import gradient_check as made
from scenes.parameters import GradientCheckParameters

HS = (10.0, 1.0, 0.1, 0.01, 0.001, 1e-4, 1e-5, 1e-6)
Shown = tuple[Any, dict[str, np.ndarray], dict[str, dict[str, Any]]]


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Shown:
    """The film with its defaults, its stills, and for each beat what its panels held."""
    root = tmp_path_factory.mktemp("histories")
    parameters = GradientCheckParameters()
    histories = store.fetch_all(parameters.experiments(), root=root)
    stills: dict[str, np.ndarray] = {}
    held: dict[str, dict[str, Any]] = {}

    def keep(film: Any, key: str) -> None:
        stills[key] = still(film)
        view = film.view
        point = view.point(round(view.row))
        held[key] = {"row": view.row, "shown": film.table.shown.copy(), "point": point, "rungs": view.rungs().copy()}

    return play("gradient-check", parameters, keep, histories), stills, held


@pytest.fixture(scope="module")
def data(shown: Shown) -> tuple[np.ndarray, np.ndarray]:
    here = shown[0].histories["here"]
    return here.x.astype(float), here.y.astype(float)


def derivative(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The gradient at (-5, 10), (2,), by sums."""
    miss = y - (-5 + 10 * x)
    return np.array([-2 * miss.sum(), -2 * (miss * x).sum()])


# The table


def test_the_table_says_what_the_note_prints(shown):
    table = shown[0].table
    rows = [[table.text(row, column) for column in (0, 1, 2)] for row in range(10)]
    assert rows[0] == ["backward()", "−1,342.2524", "1,188.9305"]
    assert rows[1] == ["formula", "−1,342.2522", "1,188.9305"]
    assert rows[2 + HS.index(0.001)] == ["h = 0.001", "−1,341.7968", "1,190.4297"], "to the note's last digit"


def number(text: str) -> float:
    return float(text.replace("−", "-").replace(",", ""))


def test_autograd_agrees_with_the_note_and_with_sums(shown, data):
    table = shown[0].table
    for row in (0, 1):
        said = [number(table.text(row, column)) for column in (1, 2)]
        assert said == pytest.approx([-1342.2523, 1188.9307], abs=3e-4)
        assert said == pytest.approx(derivative(*data), abs=3e-4)


@pytest.mark.parametrize("row", range(len(HS)))
def test_each_difference_is_the_quotient_of_its_recorded_losses(shown, row):
    film, h = shown[0], HS[row]
    here = np.float32(film.histories["here"].loss[0])
    for axis in (0, 1):
        there = film.histories[f"w{axis} {h:.15g}"]
        moved = np.array([-5.0, 10.0], np.float32)
        moved[axis] = np.float32((-5.0, 10.0)[axis] + h)
        assert tuple(there.params[0]) == tuple(moved)
        quotient = (np.float32(there.loss[0]) - here) / np.float32(h)
        assert film.table.text(2 + row, 1 + axis) == slope(float(quotient)).plain


def test_a_row_of_another_distance_would_be_noticed(shown):
    table = shown[0].table
    cells = [table.text(row, 1) for row in range(2, 10)]
    assert len(set(cells)) == len(cells)


def test_the_table_fills_row_by_row(shown):
    held = shown[2]
    counts = {key: int(held[key]["shown"].sum()) for key in held}
    assert counts == {
        "question": 1, "formula": 2, "secant": 3, "shrink": 7, "too_small": 10, "error": 10, "verdict": 10,
    }  # fmt: skip


# The slice and its zoom


@pytest.mark.parametrize("row", [0, 1, 2.5, 4, 6.3, 7])
def test_the_view_holds_the_slice_at_any_zoom(shown, data, row):
    view = shown[0].view
    view.row = row
    h, (x, y) = view.near, data
    assert h == pytest.approx(10.0 ** (1 - row))
    at = h * np.array([0.0, 0.3, 1.0])
    changes = [((y + 5 - d - 10 * x) ** 2).sum() - ((y + 5 - 10 * x) ** 2).sum() for d in at]
    left, bottom, right, top = view.inner()
    low, high = view.span
    drawn = view.place(at, view.bent(at))
    assert drawn[:, 0] == pytest.approx(left + (at / h + 0.45) / 1.95 * (right - left))
    assert drawn[:, 1] == pytest.approx(
        bottom + (np.array(changes) - low) / (high - low) * (top - bottom), abs=2e-6 / h
    )
    assert (drawn[:, 1] > bottom).all()
    assert (drawn[:, 1] < top).all()


@pytest.mark.parametrize("row", range(len(HS)))
def test_points_stand_equally_far_apart_at_their_recorded_losses(shown, row):
    film = shown[0]
    view = film.view
    view.row = float(row)
    origin, point = view.place(np.zeros(1), np.zeros(1))[0], view.point(row)
    left, bottom, right, top = view.inner()
    assert point[0] - origin[0] == pytest.approx((right - left) / 1.95)
    low, high = view.span
    change = (point[1] - origin[1]) / (top - bottom) * (high - low)
    recorded = float(film.histories[f"w0 {HS[row]:.15g}"].loss[0]) - 8587.6875
    assert change == pytest.approx(recorded, abs=1e-9 * abs(recorded) + 1e-12)


def test_near_enough_the_secant_lies_on_the_tangent_and_at_last_it_does_not(shown):
    view = shown[0].view
    apart = []
    for row in range(len(HS)):
        view.row = float(row)
        on_tangent = view.place(np.array([HS[row]]), np.array([view.cut.claimed * HS[row]]))[0]
        apart.append(abs(float(view.point(row)[1] - on_tangent[1])))
    assert apart[0] > 1.5
    assert apart[:5] == sorted(apart[:5], reverse=True), "nearer and nearer"
    assert apart[4] < 0.01
    assert apart[7] > 0.5


@pytest.mark.parametrize("row", range(len(HS)))
def test_the_losses_as_written_give_the_slope_of_their_row(shown, row):
    film = shown[0]
    level = number(film.figures["loss0"].plain)
    there = film.check.losses[row, 0]
    assert level == pytest.approx(film.check.loss, abs=5.1e-7)
    beside = number(exact(there, film.check.step).plain)
    assert (beside - level) / HS[row] == pytest.approx(number(film.table.text(2 + row, 1)), rel=1e-3)


def test_rungs_are_neighbouring_float32_numbers(shown):
    view = shown[0].view
    view.row = 7.0
    step = float(np.spacing(np.float32(8587.6875)))
    assert step == 0.0009765625
    rungs = view.rungs()
    _, bottom, _, top = view.inner()
    low, high = view.span
    losses = 8587.6875 + low + (rungs - bottom) / (top - bottom) * (high - low)
    assert len(rungs) >= 2
    assert losses == pytest.approx(np.float32(losses).astype(float), abs=1e-9)
    assert np.diff(losses) == pytest.approx(step)
    assert min(abs(rungs - view.point(7)[1])) == pytest.approx(0, abs=1e-6), "the recorded loss stands on a rung"
    view.row = 3.0
    assert len(view.rungs()) == 0, "too close to be told apart"


def test_the_losses_on_screen_show_their_last_digit():
    step = float(np.spacing(np.float32(8587.6875)))
    assert exact(8587.6875, step).plain == "8,587.687500"
    assert exact(8587.6865234375, step).plain == "8,587.686523"
    assert spacing(step).plain == "0.000977"
    for value in (0.0123, 26.36, 8587.6875, 1.5e6, 3e8, 4e13):
        here = np.float32(value)
        there = np.nextafter(here, np.float32(np.inf))
        step = float(np.spacing(here))
        assert exact(float(here), step) != exact(float(there), step), value


# What is in the picture


def test_points_secant_and_rungs_are_drawn(shown):
    film, stills, held = shown
    theme, view = film.theme, film.view
    for key, row in (("secant", 0), ("shrink", 4), ("too_small", 7)):
        assert held[key]["row"] == row
        assert share_near(stills[key], held[key]["point"][None], theme.position) == 1
    view.row = 0.0
    distance = 10 * np.linspace(0.1, 0.9, 9)
    assert share_near(stills["secant"], view.place(distance, view.bent(distance)), theme.height[3]) == 1
    tangent = view.place(np.linspace(0.5, 3.0, 9), view.cut.claimed * np.linspace(0.5, 3.0, 9))
    assert share_near(stills["question"], tangent, theme.partial0) == 1
    view.row = 7.0
    across = np.linspace(view.inner()[2] - 0.8, view.inner()[2] - 0.2, 5)
    for height in held["too_small"]["rungs"]:
        places = np.stack([across, np.full(5, height)], axis=1)
        assert share_near(stills["too_small"], places, mix(theme.background, theme.loss, 0.4), 90) == 1
        assert (
            share_near(stills["too_small"], places + np.array([0, 0.2]), mix(theme.background, theme.loss, 0.4), 90)
            == 0
        )


def test_errors_are_drawn_where_they_belong(shown, data):
    film, stills, _ = shown
    plot, true = film.errors, derivative(*data)
    for axis in (0, 1):
        for row, h in enumerate(HS):
            said = number(film.table.text(2 + row, 1 + axis))
            place = plot.place(np.array([float(row)]), axis)[0]
            wanted = plot._axes.place(plot.frame, np.array([np.log10(h)]), np.array([abs(said - true[axis])]))[0]
            assert place == pytest.approx(wanted, abs=2e-3)
        dots = plot.place(np.arange(len(HS), dtype=float), axis)
        assert share_near(stills["error"], dots, film.theme.partial1 if axis else film.theme.partial0) > 0.6
    best = [int(np.argmin([abs(number(film.table.text(2 + row, 1 + axis)) - true[axis]) for row in range(8)]))
            for axis in (0, 1)]  # fmt: skip
    assert film.check.best == (plot.least(0), plot.least(1)) == tuple(best)
    assert (HS[best[0]], HS[best[1]]) == (0.001, 0.01)
    assert (film.table.marked, film.table.many) == (2 + best[1], 2), "the best of either slope"
    assert (film.proven, film.figures["best_far"].plain, film.figures["best_near"].plain) == (
        "between_two", "0.01", "0.001",
    )  # fmt: skip


# What the captions say


def prepared(tmp_path: Any, **changes: Any) -> Any:
    """The film with other parameters, ready, not played."""
    parameters = GradientCheckParameters(**changes)
    histories = store.fetch_all(parameters.experiments(), root=tmp_path)
    film: Any = find("gradient-check").load_scene()(parameters, histories)
    film.prepare()
    return film


@pytest.mark.parametrize(
    ("changes", "arms", "worth", "apart"),
    [
        ({}, "both", "between", "one"),
        ({"distances": (1.0, 0.1, 0.01)}, "large", "right", "few"),
        ({"distances": (1e-4, 1e-5, 1e-6)}, "small", "right", "one"),
        ({"distances": (1e-9, 1e-8, 1e-7)}, "small", "far", "still"),
        ({"distances": (1e-6,), "start": (1.0, 2.0), "loss": "mse"}, "one", "far", "few"),
        ({"start": (0.0, 0.0), "distances": (1e-9,)}, "one", "far", "equal"),
        ({"distances": (0.01,)}, "one", "right", "few"),
        ({"distances": (100.0,)}, "one", "far", "few"),
        ({"loss": "mse"}, "both", "between", "few"),
        ({"start": (1e6 - 20, -1e6)}, "small", "right", "still"),
    ],
)
def test_what_is_said_is_chosen_from_the_losses(changes, arms, worth, apart, tmp_path):
    film = prepared(tmp_path, **changes)
    assert (film.arms, film.worth, film.apart) == (arms, worth, apart)
    assert film.check.agree


@pytest.mark.parametrize("start", [(-5.0, 10.0), (0.0, 0.0), (1000.0, 1.0)])
def test_how_far_the_weight_moved_is_what_was_recorded(start, tmp_path):
    """Once the rounding of the loss alone was to blame, also where the weight had not moved at all."""
    hs = (1.0, 1e-3, 1e-6, 1e-7, 1e-9)
    film = prepared(tmp_path, start=start, distances=hs)
    for row, h in enumerate(hs):
        for axis in (0, 1):
            moved = float(np.float32(start[axis] + h)) - start[axis]
            assert film.check.moved[row, axis] == moved
    assert (film.apart == "still") == (film.check.moved[-1, 0] == 0) == (start != (0.0, 0.0))


@pytest.mark.parametrize("key", ["one", "few", "equal", "still"])
def test_every_note_of_too_small_distances_says_how_far_the_weight_went(key):
    for language in captions.LANGUAGES:
        template = captions.load(language).template(f"gradient-check.too_small.note_{key}")
        assert "moved" in captions.placeholders(template)


@pytest.mark.parametrize(
    ("distances", "rounded"), [((10.0, 1e-6), False), ((1.0,), False), ((1e-4,), True), ((1e-9,), True)]
)
def test_the_bend_is_blamed_only_where_it_explains_the_error(distances, rounded, tmp_path):
    film = prepared(tmp_path, distances=distances)
    assert film.check.rounded == rounded
    bend = len(film.histories["here"].x) * distances[0]
    assert rounded or film.check.errors[0, 0] == pytest.approx(bend, rel=0.1)


def test_a_gradient_that_is_wrong_would_be_noticed(shown):
    check = shown[0].check
    assert check.agree
    terms = 2 * check.bends * np.array([5.0, 10.0]) + np.abs(check.formula)
    assert not made._agree(check.formula * np.array([1.0, 1.001]), check.formula, terms)
    assert not made._agree(check.formula[::-1], check.formula, terms)
    assert not made._agree(-check.formula, check.formula, terms)


def test_captions_stand_long_enough(shown):
    stood = standing(shown[0])
    assert min(stood.values()) >= 2.5, min(stood.items(), key=lambda entry: entry[1])
    assert 25 <= shown[0].time <= 85
