"""`tangent` tells the truth: balls, tangents, steps and slices against formulas and sums written out here."""

from typing import Any

import numpy as np
import pytest
from netstage import play, share_near, standing, still

from learning import store
from learning.history import History
from scenes.material import tangent as made
from scenes.parameters import TangentParameters

STARTS = ((-5.0, 10.0), (9.0, 8.0), (-3.0, -1.0))
Shown = tuple[Any, dict[str, np.ndarray], dict[str, Any]]


def loss(w: Any) -> Any:
    """The note's parabola."""
    return w**2 - 2 * w + 3


def descent(w: float, lr: float, epochs: int) -> np.ndarray:
    """Its gradient descent, (T,), written out."""
    states = [w]
    for _ in range(epochs):
        states.append(states[-1] - lr * (2 * states[-1] - 2))
    return np.array(states)


def squares(run: History, w0: Any, w1: Any) -> np.ndarray:
    """The sum of squares at weights, written out."""
    x, y = run.x.astype(float), run.y.astype(float)
    return ((y - np.reshape(w0, (-1, 1)) - np.reshape(w1, (-1, 1)) * x) ** 2).sum(axis=1)


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Shown:
    """The film with its defaults, its stills, and for each beat what its panels held."""
    root = tmp_path_factory.mktemp("histories")
    histories = store.fetch_all(TangentParameters().experiments(), root=root)
    stills: dict[str, np.ndarray] = {}
    held: dict[str, Any] = {}

    def keep(film: Any, key: str) -> None:
        stills[key] = still(film)
        held[key] = {
            "epochs": film.curve.epochs.copy(),
            "readout": [film.readout.text(column) for column in range(4)],
            "balls": np.array([film.curve.position(run) for run in range(2)]),
        }

    return play("tangent", TangentParameters(), keep, histories), stills, held


def data_of(plot: Any, points: np.ndarray) -> np.ndarray:
    """Weights and losses (n, 2) of scene coordinates, read back from the axes' rectangle and ranges."""
    left, bottom, right, top = plot._axes.inner(plot.frame)
    (x0, x1), (y0, y1) = plot._axes.x, plot._axes.y
    across = (points[:, 0] - left) / (right - left) * (x1 - x0) + x0
    return np.stack([across, (points[:, 1] - bottom) / (top - bottom) * (y1 - y0) + y0], axis=1)


# One weight


@pytest.mark.parametrize("epoch", [0, 1, 2, 7, 20, 0.3, 4.75, 19.5])
@pytest.mark.parametrize(("run", "start"), [(0, -2.0), (1, 4.5)])
def test_the_ball_lies_on_the_parabola_at_the_weight_of_the_epoch(shown, run, start, epoch):
    curve = shown[0].curve
    curve.epochs = np.full(2, float(epoch))
    w = np.interp(epoch, np.arange(21), descent(start, 0.1, 20))
    assert data_of(curve, curve.position(run)[None])[0] == pytest.approx([w, loss(w)], abs=2e-4)


def test_a_ball_of_another_epoch_would_be_noticed(shown):
    curve, states = shown[0].curve, descent(-2.0, 0.1, 20)
    for epoch in (0, 1, 5):
        curve.epochs = np.full(2, float(epoch))
        drawn = data_of(curve, curve.position(0)[None])[0]
        assert abs(drawn[0] - states[epoch + 1]) > 0.1
        assert abs(drawn[1] - loss(states[epoch + 1])) > 0.3


def test_the_curve_is_the_parabola_of_the_note(shown):
    curve = shown[0].curve
    line = data_of(curve, curve.place(curve.distance, curve.loss))
    assert line[:, 1] == pytest.approx(loss(line[:, 0]), abs=1e-4)
    assert curve.distance[np.argmin(curve.loss)] == pytest.approx(1.0)


@pytest.mark.parametrize("epoch", [0, 1, 6.5, 20])
def test_tangents_have_the_slope_of_the_derivative(shown, epoch):
    curve = shown[0].curve
    curve.epochs, curve.tangent = np.full(2, float(epoch)), 1.0
    for run, start in enumerate((-2.0, 4.5)):
        w = np.interp(epoch, np.arange(21), descent(start, 0.1, 20))
        (x0, y0), (x1, y1) = data_of(curve, curve.tangent_at(*curve.now(run)))
        assert (y1 - y0) / (x1 - x0) == pytest.approx(2 * w - 2, abs=1e-4)
        assert [(x0 + x1) / 2, (y0 + y1) / 2] == pytest.approx([w, loss(w)], abs=2e-4)


@pytest.mark.parametrize("epoch", [0, 0.5, 1, 3.2, 20])
def test_the_arrow_goes_from_one_weight_to_the_next(shown, epoch):
    curve = shown[0].curve
    curve.epochs, curve.way, curve.stride = np.full(2, float(epoch)), 1.0, 1.0
    before = max(int(np.ceil(epoch)) - 1, 0)
    for run, start in enumerate((-2.0, 4.5)):
        states = descent(start, 0.1, 20)
        assert data_of(curve, curve.arrow(run))[:, 0] == pytest.approx(states[before : before + 2], abs=1e-4)


def test_before_its_length_counts_the_arrow_only_says_which_way(shown):
    curve = shown[0].curve
    curve.epochs, curve.way, curve.stride = np.zeros(2), 1.0, 0.0
    lengths = [float(np.diff(curve.arrow(run)[:, 0])[0]) for run in (0, 1)]
    assert lengths[0] == pytest.approx(-lengths[1])
    assert lengths[0] > 0


def test_the_numbers_on_screen(shown):
    held = shown[2]
    assert held["slope"]["readout"] == ["−2.000", "−6.000", "0.600", "0"]
    assert held["step"]["readout"] == ["−1.400", "−4.800", "0.480", "1"]
    last = descent(-2.0, 0.1, 20)[-1]
    wanted = [f"{value:.3f}".replace("-", "−") for value in (last, 2 * last - 2, -0.1 * (2 * last - 2))]
    assert held["again"]["readout"] == [*wanted, "20"]
    other = descent(4.5, 0.1, 20)[-1]
    assert held["sides"]["readout"][0] == f"{other:.3f}"


def test_balls_and_tangents_are_in_the_picture(shown):
    film, stills, held = shown
    theme, curve = film.theme, film.curve
    assert share_near(stills["question"], held["question"]["balls"][:1], theme.position) == 1
    curve.epochs, curve.tangent = np.zeros(2), 1.0
    ends = curve.tangent_at(*curve.now(0))
    along = ends[0] + np.linspace(0.2, 0.4, 9)[:, None] * (ends[1] - ends[0])
    assert share_near(stills["slope"], along, theme.gradient) == 1
    assert share_near(stills["step"], along, theme.gradient) < 0.6, "the tangent has gone on with the ball"
    assert share_near(stills["step"], held["step"]["balls"][:1], theme.position) == 1
    assert share_near(stills["step"], held["question"]["balls"][:1] + np.array([0, 0.06]), theme.background) == 1


# Two weights


@pytest.mark.parametrize(("axis", "slope"), [(0, -1342.2523), (1, 1188.9307)])
def test_slices_are_the_sum_of_squares_along_one_weight(shown, axis, slope):
    film = shown[0]
    plot, run = film.plots[axis], film.two[0]
    points = data_of(plot, plot.place(plot.distance, plot.loss))
    held = np.full(len(points), (-5.0, 10.0)[1 - axis])
    along = (points[:, 0], held) if axis == 0 else (held, points[:, 0])
    assert points[:, 1] == pytest.approx(squares(run, *along), rel=1e-9)
    assert data_of(plot, plot.position(0)[None])[0] == pytest.approx([(-5.0, 10.0)[axis], 8587.6875], abs=1e-3)
    plot.tangent = 1.0
    (x0, y0), (x1, y1) = data_of(plot, plot.tangent_at(*plot.now(0)))
    assert (y1 - y0) / (x1 - x0) == pytest.approx(slope, abs=1e-3)
    assert data_of(plot, plot.arrow(0))[:, 0] == pytest.approx([(-5.0, 10.0)[axis], (-3.6577, 8.8111)[axis]], abs=1e-4)


def test_slices_on_the_surface_are_those_beside_it(shown):
    film = shown[0]
    ground = film.ground
    ground.slice0 = ground.slice1 = 1.0
    for axis in (0, 1):
        points, plot = ground.slice_points(axis), film.plots[axis]
        held = np.full(len(plot.distance), (-5.0, 10.0)[1 - axis])
        weights = np.stack([plot.distance, held] if axis == 0 else [held, plot.distance], axis=1)
        assert points == pytest.approx(film.terrain.model(weights, squares(film.two[0], *weights.T)), abs=1e-9)


def test_all_balls_are_on_the_surface_at_one_epoch(shown):
    film = shown[0]
    for number, run in enumerate(film.two):
        assert tuple(run.params[0]) == STARTS[number]
        for row in (0, 1, 30):
            weights = run.params[row].astype(float)
            place = film.terrain.model(weights, float(squares(run, *weights)[0]))
            assert film.ground._trails[number].place(float(row)) == pytest.approx(place, abs=1e-5)


def test_the_figures_of_the_note(shown):
    figures = {name: words.plain for name, words in shown[0].figures.items()}
    assert (figures["g0"], figures["g1"]) == ("−1,342.25", "1,188.93")
    assert figures["plane_after"] == "(−3.658, 8.811)"
    assert figures["own0"] == "w₀: −5 − 0.001 · (−1,342.25) = −3.658"
    assert figures["own1"] == "w₁: 10 − 0.001 · 1,188.93 = 8.811"
    assert [words.plain for words in shown[0].said_of(1)] == ["∂loss/∂w₁ = 1,188.93", figures["own1"]]
    assert "−2 − 0.1 · (−6.000) = −1.400" in " ".join(line.text for line in shown[0].subtitles)
    assert (figures["plane_loss0"], figures["least"], figures["lowest"]) == ("8,587.69", "(2.446, 4.004)", "26.36")
    table = shown[0].ends
    assert [table.text(0, column) for column in range(3)] == ["(−5, 10)", "(2.429, 4.014)", "26.40"]
    for number, run in enumerate(shown[0].two):
        w = np.array(STARTS[number])
        x, y = run.x.astype(float), run.y.astype(float)
        for _ in range(30):
            miss = y - w[0] - w[1] * x
            w = w + 0.002 * np.array([miss.sum(), (miss * x).sum()])
        assert table.text(number, 1) == f"({w[0]:.3f}, {w[1]:.3f})"


def test_paths_end_at_the_star_on_the_last_frame(shown):
    film, stills, _ = shown
    star = film.map.place(np.array([[2.4459, 4.0043]]))[0]
    for run in range(3):
        assert film.map.position(run) == pytest.approx(star, abs=0.03)
        path = film.map.path(run)
        assert film.map.place(film.two[run].params[:1].astype(float))[0] == pytest.approx(path[0])
        middle = (path[:-1] + path[1:])[:4] / 2
        assert share_near(stills["above"], middle, film.theme.position) == 1


# What the captions say


@pytest.mark.parametrize(
    ("lr", "way"),
    [(0.1, "shrinks"), (0.49, "shrinks"), (0.5, "there"), (0.8, "over"), (1.0, "bounces"), (1.1, "grows"),
     (1000.0, "grows"), (1e-9, "crawls")],
)  # fmt: skip
def test_what_is_said_of_the_steps_is_chosen_from_the_run(lr, way, tmp_path):
    run = store.fetch(TangentParameters(lr=lr).experiments()["one 0"], root=tmp_path)
    assert made.way(run) == way
    first, second = np.diff(descent(-2.0, lr, 2))
    said = {
        "shrinks": 0 < second < first,
        "there": abs(second) < 1e-9,
        "over": -first < second < 0,
        "bounces": second == pytest.approx(-first),
        "grows": second < -first,
        "crawls": second == pytest.approx(first, rel=1e-3),
    }
    assert said[way]


def test_a_start_at_the_lowest_point_has_no_way_to_go(tmp_path):
    run = store.fetch(TangentParameters(weights=(1.0,)).experiments()["one 0"], root=tmp_path)
    assert made.way(run) == "still"
    assert made.close(run)


def film_of(tmp_path: Any, **changes: Any) -> Any:
    """The film with other parameters, ready, not played."""
    from scenes.catalogue import find

    parameters = TangentParameters(**changes)
    histories = store.fetch_all(parameters.experiments(), root=tmp_path)
    film: Any = find("tangent").load_scene()(parameters, histories)
    film.prepare()
    return film


def test_a_ball_that_leaves_the_plot_says_in_which_epoch(tmp_path):
    film = film_of(tmp_path, lr=1.1)
    low, high = film.curve.distance[[0, -1]]
    for run, start in enumerate((-2.0, 4.5)):
        states = descent(start, 1.1, 20)
        assert film.curve.leaves_at(run) == np.flatnonzero((states < low) | (states > high))[0]
    assert film.leaving()
    assert film.figures["off"].plain == str(film.curve.leaves_at(0))
    assert film.settled == "away"


@pytest.mark.parametrize(
    ("changes", "settled", "gathered"),
    [({}, "close", "same"), ({"epochs": 3, "plane_epochs": 3}, "under_way", "under_way"),
     ({"lr": 1.2, "plane_lr": 0.01}, "away", "away"), ({"lr": 500.0, "plane_lr": 900.0}, "lost", "away"),
     ({"starts": ((1.0, 1.0),)}, "close", "same_one"),
     ({"plane_lr": 0.0083}, "close", "away"),
     ({"plane_lr": 0.0083, "starts": ((-5.0, 10.0),)}, "close", "turned_one"),
     ({"plane_lr": 0.0083, "starts": ((2.4459, 4.0043), (-5.0, 10.0))}, "close", "turned"),
     ({"weights": (-1000.0, 1000.0)}, "under_way", "same"), ({"starts": ((2.4459, 4.0043),)}, "close", "same_one")],
)  # fmt: skip
def test_what_is_said_of_the_ends_is_chosen_from_the_runs(changes, settled, gathered, tmp_path):
    film = film_of(tmp_path, **changes)
    assert (film.settled, film.gathered) == (settled, gathered)


def test_who_came_down_and_rises_again_is_counted(tmp_path):
    """Once "it has not arrived yet" was said of a loss that had been rising for 24 epochs."""
    film = film_of(tmp_path, plane_lr=0.0083, starts=((2.4459, 4.0043), (-5.0, 10.0)))
    still, run = (each.loss for each in film.two)
    assert run[6] == run.min() < run[-1] < run[0]
    assert still[-1] == pytest.approx(still[0], rel=0.01)
    said = {name: film.figures[name].plain for name in ("rising", "n", "lost", "low", "low_epoch")}
    assert said == {"rising": "1", "n": "2", "lost": "0", "low": f"{run.min():.2f}", "low_epoch": "6"}


@pytest.mark.parametrize("weights", [(-1000.0,), (1000.0,), (-1000.0, 1000.0)])
def test_near_the_lowest_point_the_slope_itself_is_small(weights, tmp_path):
    """Once 2 % of the first slope counted as nearly zero: of 2002 that was 40."""
    film = film_of(tmp_path, weights=weights)
    assert min(abs(run.grads[-1, 0]) for run in film.one) > 20
    assert film.settled == "under_way"


def test_the_second_ball_comes_from_the_other_side_where_there_is_one(tmp_path):
    film = film_of(tmp_path, weights=(3.0, 4.0, -1.0))
    assert (film.facing, film.turned) == (2, "turned")
    film = film_of(tmp_path, weights=(3.0, 4.0))
    assert (film.facing, film.turned) == (1, "same")


def test_captions_stand_long_enough(shown):
    stood = standing(shown[0])
    assert min(stood.values()) >= 2.5, min(stood.items(), key=lambda entry: entry[1])
    assert 25 <= shown[0].time <= 85
