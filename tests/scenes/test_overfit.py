"""`overfit` tells the truth: stairs, sums and losses against plain NumPy, the notes' net and fresh points."""

import dataclasses
from typing import Any

import numpy as np
import pytest
from netstage import play, share_near, standing, still, unread

from learning import store
from learning.history import History
from learning.theory import STEEPNESS
from scenes.bases import overfit as bases
from scenes.look import Look
from scenes.material import overfit as material
from scenes.panels.close_up import CloseUp
from scenes.panels.data_plot import DataPlot
from scenes.panels.seen_fresh import FRESH, SEEN, SeenFresh
from scenes.parameters import OverfitParameters


@pytest.fixture(scope="module")
def histories(tmp_path_factory: pytest.TempPathFactory) -> dict[str, History]:
    return store.fetch_all(OverfitParameters().experiments(), root=tmp_path_factory.mktemp("histories"))


@pytest.fixture(scope="module")
def shown(histories: dict[str, History]) -> tuple[Any, dict[str, np.ndarray], dict[str, dict[str, Any]]]:
    """The film with its defaults, its stills, and what stood on the stage at the end of each beat."""
    stills, held = {}, {}

    def keep(film: Any, key: str) -> None:
        stills[key] = still(film)
        on_stage = {"pair": film.pair, "readout": film.readout} if film.on_stage else {}
        held[key] = {"plot": film.plot, "frame": film.plot.frame.copy(), "epoch": film.plot.epoch, **on_stage}
        held[key] |= {"epochs": [panel.epoch for panel in film.on_stage]}

    return play("overfit", OverfitParameters(), keep, histories), stills, held


def net(run: History, x: np.ndarray, row: int) -> np.ndarray:
    """The notes' net, written out: Linear(1, 500), sigmoid of 200 times that, Linear(500, 1)."""
    w1, b1, w2, b2 = np.split(run.params[row].astype(float), [500, 1000, 1500])
    u = np.outer(x.astype(float), w1) + b1
    return (1 / (1 + np.exp(np.clip(-200 * u, -700, 700)))) @ w2 + b2


def mean_square(values: np.ndarray) -> float:
    return float(np.mean(values.astype(float) ** 2))


# The notes' numbers


def test_the_losses_are_those_that_the_notes_code_gives(shown):
    figures = {name: words.plain for name, words in shown[0].figures.items()}
    assert (figures["loss0"][:5], figures["loss"][:5]) == ("2.885", "0.063")
    assert (figures["fresh0"][:5], figures["fresh"][:5]) == ("2.587", "0.100")
    assert (figures["noise_loss0"][:5], figures["noise_loss"][:5]) == ("1.236", "0.746")
    assert (figures["noise_fresh0"][:5], figures["noise_fresh"][:5]) == ("0.896", "1.097")
    assert (figures["noise_zero"], figures["noise_fresh_zero"]) == ("1.1437", "0.9214")


def test_the_losses_told_are_those_of_the_points(shown):
    film = shown[0]
    for run, name in ((film.line, ""), (film.noise, "noise_")):
        last = len(run.epoch) - 1
        for x, y, key in ((run.x, run.y, "loss"), (run.test_x, run.test_y, "fresh")):
            assert float(film.figures[name + key].plain) == pytest.approx(mean_square(y - net(run, x, last)), abs=2e-4)
        assert film.figures[f"{name}zero"].plain == f"{mean_square(run.y):.4f}"
    truth = np.where(film.line.x < 0, film.line.x, 3.5 * film.line.x)
    assert film.figures["truth"].plain == f"{mean_square(film.line.y - truth):.4f}"


def test_fresh_points_are_others(shown):
    film = shown[0]
    for run in (film.line, film.noise):
        assert np.abs(run.test_y - run.y).mean() > 0.1
        assert run.test_x.tolist() == run.x.tolist()


# What is drawn


def test_the_stair_is_the_notes_activation(shown):
    stair = shown[0].stair
    u, v = stair.plots[0].at(np.log10(200.0)).T
    assert (u[0], u[-1]) == (-10, 10)
    assert v == pytest.approx(1 / (1 + np.exp(np.clip(-200 * u, -700, 700))))
    assert stair.epoch == pytest.approx(np.log10(200.0))
    assert stair.plots[0].at(0.0)[:, 1] == pytest.approx(1 / (1 + np.exp(-u)))


@pytest.mark.parametrize("row", [0, 1, 47, 500])
def test_the_drawn_curve_is_the_recorded_net_between_its_points(shown, row):
    for run in (shown[0].line, shown[0].noise):
        drawn = material.curve(run)
        epoch = float(run.epoch[row])
        assert drawn.at(epoch) == pytest.approx(net(run, drawn.x, row), abs=1e-9)
        assert drawn.at(epoch)[:: material.BETWEEN] == pytest.approx(run.yhat[row], abs=2e-3)
        if row < 500:
            assert np.abs(drawn.at(epoch) - net(run, drawn.x, row + 1)).max() > 1e-3, "a row off would be noticed"
            halfway = (net(run, drawn.x, row) + net(run, drawn.x, row + 1)) / 2
            assert drawn.at((run.epoch[row] + run.epoch[row + 1]) / 2) == pytest.approx(halfway, abs=1e-9)


def test_the_curves_and_points_are_in_the_picture(shown):
    film, stills, held = shown
    for key, run in (("follow", film.line), ("pure_noise", film.noise)):
        plot, curve = held[key]["plot"], material.curve(run)
        plot.frame = held[key]["frame"]
        last = plot.place(curve.x, curve.at(float(run.epoch[-1])))[6:-6]
        first = plot.place(curve.x, curve.at(0.0))[6:-6]
        assert share_near(stills[key], last, film.theme.estimate) > 0.9
        assert share_near(stills[key], first, film.theme.estimate) < 0.6
    plot = held["fresh_noise"]["plot"]
    rings = plot.place(film.noise.test_x, film.noise.test_y) + np.array([plot.radius() * 1.05, 0])
    assert share_near(stills["fresh_noise"], rings, film.theme.data) > 0.9
    assert share_near(stills["pure_noise"], rings, film.theme.data) < 0.4


def test_the_nodes_add_up_to_the_first_net(shown):
    film = shown[0]
    pile = film.pile
    assert sorted(pile.order.tolist()) == list(range(500))
    assert pile.curve.at(501.0) == pytest.approx(net(film.line, pile.curve.x, 0), abs=1e-9)
    w1, b1, w2, _ = np.split(film.line.params[0].astype(float), [500, 1000, 1500])
    first = pile.order[0]
    stair = w2[first] / (1 + np.exp(np.clip(-200 * (w1[first] * pile.curve.x + b1[first]), -700, 700)))
    assert pile.curve.at(1.0) == pytest.approx(stair)
    assert film.figures["stair_at"].plain == f"{-b1[first] / w1[first]:.2f}".replace("-", "−")
    assert film.figures["stair_high"].plain == f"{w2[first]:.3f}".replace("-", "−")
    second = pile.order[1]
    both = stair + w2[second] / (1 + np.exp(np.clip(-200 * (w1[second] * pile.curve.x + b1[second]), -700, 700)))
    assert pile.curve.at(2.0) == pytest.approx(both)
    assert shown[2]["pile_up"]["epoch"] == 501


def test_both_losses_are_drawn_as_recorded(shown):
    film, _, held = shown
    pair = held["fresh_noise"]["pair"]
    for which, loss in ((SEEN, film.noise.loss), (FRESH, film.noise.test_loss)):
        for row in (1, 50, 500):
            pair.epoch = float(film.noise.epoch[row])
            end = pair.curve(which)[-1]
            assert end == pytest.approx(pair.place(film.noise.epoch[[row]], loss[[row]].astype(float))[0])
    assert pair.levels == pytest.approx([mean_square(film.noise.y), mean_square(film.noise.test_y)])


def test_the_least_loss_on_fresh_points_is_marked(shown):
    film, _, held = shown
    pair, row = held["fresh_line"]["pair"], int(np.argmin(film.line.test_loss))
    assert pair.least == row
    assert film.line.epoch[row] == 470
    assert "epoch 470, 0.0959" in film.text("fresh_line.turned")
    assert pair.near == pair.mark == 1.0


def test_panels_on_the_stage_show_one_epoch(shown):
    for key in ("follow", "pure_noise", "fresh_noise", "fresh_line"):
        assert set(shown[2][key]["epochs"]) == {5000.0}
        assert shown[2][key]["readout"].text(0) == "5,000"


# What is said


def test_the_default_film_says_what_its_runs_show(shown):
    film = shown[0]
    said = {subtitle.text for subtitle in film.subtitles}
    line, noise = film.line, film.noise
    assert line.loss[-1] < float(film.figures["truth"].plain)
    assert film.text("follow.follows") in said
    assert noise.loss[-1] < mean_square(noise.y)
    assert film.text("pure_noise.follows") in said
    assert noise.test_loss[-1] > mean_square(noise.test_y)
    assert film.text("fresh_noise.worse") in said
    row = int(np.argmin(line.test_loss))
    assert line.test_loss[-1] > 1.005 * line.test_loss[row]
    assert line.loss[-1] < line.loss[row]
    assert film.text("fresh_line.turned") in said
    assert film.text("verdict.fitted") in said
    assert line.loss[-1] < mean_square(line.y)
    assert line.test_loss[-1] < mean_square(line.test_y)


def test_the_line_that_the_points_come_from_is_compared_on_the_same_points(shown):
    film, _, held = shown
    run, pair = film.line, held["fresh_line"]["pair"]
    levels = [mean_square(y - np.where(x < 0, x, 3.5 * x)) for x, y in ((run.x, run.y), (run.test_x, run.test_y))]
    assert pair.levels == pytest.approx(levels)
    assert pair.leveled.tolist() == [1, 1]
    inner = pair.inner()
    heights = pair.place(np.zeros(2), pair.levels)[:, 1]
    assert ((heights > inner[1]) & (heights < inner[3])).all(), "both are in the plot, closed in"
    assert run.test_loss[-1] > levels[1]
    assert film.text("fresh_line.beside_worse") in {subtitle.text for subtitle in film.subtitles}
    assert f"{levels[1]:.4f}" in film.text("fresh_line.beside_worse")
    cells = [[film.table.text(row, column) for column in range(1, 5)] for row in (0, 1)]
    assert cells == [["0.0632", "0.1006", "2.2265", "0.0829"], ["0.7460", "1.0975", "0.9214", "0.9214"]]


@pytest.mark.parametrize(
    ("changes", "keys"),
    [
        ({"nodes": 3, "epochs": 50}, ("follow.short", "fresh_line.fell", "pile_up.few")),
        ({"nodes": 1, "epochs": 5}, ("follow.short", "pile_up.few_one", "pile_up.all_one")),
        ({"nodes": 20, "lr": 1000.0, "epochs": 60}, ("follow.lost", "fresh_noise.lost", "verdict.plain")),
        ({"nodes": 20, "epochs": 20, "slopes": (0.0, 0.0)}, ("fresh_line.ask_flat", "verdict.look_flat")),
        ({"nodes": 20, "epochs": 20, "noise": 0.0}, ("follow.ask_exact", "follow.short_exact", "fresh_line.ask")),
        (
            {"nodes": 20, "epochs": 20, "noise": 0.0, "slopes": (0.0, 0.0)},
            ("follow.short_exact", "fresh_line.ask_level", "verdict.look_level", "verdict.plain"),
        ),
    ],
)
def test_other_runs_get_other_words(changes, keys, tmp_path):
    parameters = OverfitParameters(**changes)
    film = play("overfit", parameters, lambda *_: None, store.fetch_all(parameters.experiments(), root=tmp_path))
    said = {subtitle.text for subtitle in film.subtitles}
    assert {key for key in keys if film.text(key) not in said} == set()
    spoken = said | {beat.note for beat in film.beats}
    noisy = {film.text(f"follow.{key}") for key in ("short", "note_short")}
    assert not (parameters.noise == 0 and spoken & noisy), "without noise there is nothing to overfit"
    assert 25 <= film.time <= 85


def score(last: tuple[float, float], least: float, epoch: int, then: float) -> material.Scores:
    two = np.ones(2)
    return material.Scores(two, np.array(last), two, two, least, epoch, then)


@pytest.mark.parametrize(
    ("scores", "course"),
    [
        (score((0.1, 0.3), 0.2, 50, 0.15), "turned"),
        (score((0.2, 0.3), 0.2, 50, 0.15), "rough"),
        (score((0.1, 0.2), 0.2, 90, 0.1), "fell"),
        (score((0.1, 0.3), 0.2, 0, 0.5), "rose"),
        (score((np.nan, np.inf), 0.2, 3, 0.5), "lost"),
    ],
)
def test_a_loss_has_turned_only_where_the_other_went_on_falling(scores, course):
    assert scores.course == course


def test_no_figure_is_made_for_nobody(shown):
    dead = {name.removeprefix("noise_") for name in unread(shown[0])}
    read = set(shown[0].figures) - unread(shown[0])
    assert not {name for name in dead if name not in read and f"noise_{name}" not in read}


def test_where_zero_is_never_wrong_nothing_is_below_it():
    one = dataclasses.replace(score((0.5, 0.5), 0.2, 3, 0.5), zero=np.array([0.0, 0.0]))
    assert one.less == 0.0
    assert dataclasses.replace(one, zero=np.array([2.0, 2.0])).less == 0.75


def test_the_formulas_name_the_steepness_that_the_nets_have():
    for formula in (bases.STAIR, bases.NODE, bases.NET):
        assert f"({STEEPNESS:.0f} " in formula


def test_every_caption_can_be_read_and_the_length_is_right(shown):
    film = shown[0]
    assert 25 <= film.time <= 85
    assert min(standing(film).values()) >= 2.55


# The panel


@pytest.mark.parametrize("values", [(-1e6, 0.0), (-26_270.0, 3.0), (-123_456.0, -123_450.0)])
def test_large_numbers_beside_a_plot_stay_in_its_frame(values):
    x, y = np.array([0.0, 1.0]), np.array(values)
    plot = DataPlot((-6, -3, 0, 2), Look("dark", "en"), x, y, np.zeros(1), y[None])
    close = CloseUp((-6, -3, 0, 2), Look("dark", "en"), x, y, np.zeros(1), y[None], close=values)
    for axes, numbers in (
        (plot._axes, plot._axes.y_ticks[1]),
        (close._axes, [*close._axes.wide.y_ticks[1], *close._axes.close.y_ticks[1]]),
    ):
        assert axes.left - 0.15 - max(number.width for number in numbers) >= 0
    assert plot.inner()[0] == -6 + plot._axes.left


def test_losses_end_where_they_are_no_numbers_and_labels_keep_apart():
    epochs = np.arange(0, 50, 10)
    losses = np.array([[3.0, 1.0, 0.5, np.inf, np.nan], [3.0, 2.0, 1.0, 1.1, 1.2]])
    labels, names = ("seen", "fresh", "zero seen", "zero fresh"), ("a", "b")
    panel = SeenFresh((-6, -3, 0, 2), Look("dark", "en"), epochs, losses, np.full(2, 2.5), labels, names, (0, 2))
    panel.epoch = 40.0
    assert panel.curve(SEEN)[-1] == pytest.approx(panel.place(np.array([20.0]), np.array([0.5]))[0])
    assert panel.curve(FRESH)[-1] == pytest.approx(panel.place(np.array([40.0]), np.array([1.2]))[0])
    assert panel.least == 2
    wide = panel.place(np.zeros(2), np.array([0.0, 2.0]))[:, 1]
    panel.near = 1.0
    close = panel.place(np.zeros(2), np.array([0.0, 2.0]))[:, 1]
    assert close[0] == pytest.approx(panel.inner()[1])
    assert close[1] == pytest.approx(panel.inner()[3])
    assert close[1] - close[0] > wide[1] - wide[0]
