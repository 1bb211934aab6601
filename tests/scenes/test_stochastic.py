"""`stochastic` tells the truth: lines, points picked, ways, looks and last lines against plain NumPy."""

import dataclasses
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from netstage import play, share_near, standing, still, unread

from learning import store
from scenes.drawing import mix
from scenes.figures import stochastic as figures
from scenes.numbers import MINUS
from scenes.parameters import StochasticParameters
from scenes.theme import DARK

FIRST = (-0.4414, 0.5153)  # reference-figures.md: seed 1, Linear(1, 1): bias and weight
FEW, ALL = 0, 1


@pytest.fixture(scope="module")
def histories(tmp_path_factory: pytest.TempPathFactory) -> Any:
    root = tmp_path_factory.mktemp("histories")
    return store.fetch_all(StochasticParameters().experiments(), root=root)


@pytest.fixture(scope="module")
def shown(histories: Any) -> Any:
    """The film with its defaults, a picture of every beat, and where its panels were in it."""
    beats: dict[str, SimpleNamespace] = {}

    def keep(film: Any, key: str) -> None:
        plot = film.plot
        line = np.array([[x, y] for x, y in zip(plot.x, plot.estimate_at(plot.epoch), strict=True)])
        beats[key] = SimpleNamespace(
            frame=still(film), epoch=film.epoch, picked=plot.picked_now(), line=line,
            drawn=plot.place(line[:, 0], line[:, 1]), points=plot.place(plot.x, plot.y),
            readout=[film.readout.text(i) for i in range(4)], steps=[film.steps.text(i) for i in range(4)],
            balls=[film.map.position(run) for run in (FEW, ALL)],
            spent=[film.spent_map.position(run) for run in (FEW, ALL)],
        )  # fmt: skip

    return play("stochastic", StochasticParameters(), keep, histories), beats


def quickly(**values: Any) -> Any:
    """The film with other parameters, hardly drawn."""
    return play("stochastic", StochasticParameters(**values), lambda film, key: None, size=(160, 90))


def said(film: Any) -> str:
    return " | ".join(line.text for line in film.subtitles)


def number(text: str) -> float:
    return float(text.replace(",", "").replace(MINUS, "-"))


def loss_of(run: Any, w: np.ndarray) -> float:
    return float(np.mean((run.y.astype(float) - w[0] - w[1] * run.x.astype(float)) ** 2))


def step(run: Any, w: np.ndarray, chosen: Any, lr: float) -> np.ndarray:
    """One update from the mean squared miss of the chosen points, written out."""
    x, y = run.x[chosen].astype(float), run.y[chosen].astype(float)
    miss = w[0] + w[1] * x - y
    return w - lr * 2 * np.array([miss.mean(), (miss * x).mean()])


def test_the_first_line_is_the_reference_s(shown, histories):
    film, beats = shown
    assert [number(text) for text in beats["data"].readout[:2]] == list(FIRST)
    assert "intercept −0.4414, slope 0.5153" in said(film)
    assert beats["data"].line[:, 1] == pytest.approx(FIRST[0] + FIRST[1] * beats["data"].line[:, 0], abs=2e-3)
    assert share_near(beats["data"].frame, beats["data"].drawn[5:-5], DARK.estimate) > 0.9
    assert number(beats["data"].readout[2]) == pytest.approx(loss_of(histories["all"], np.array(FIRST)), abs=0.01)


def test_the_line_behind_the_points_is_told_as_recorded(shown, histories):
    assert "intercept 0, slope 1" in said(shown[0])
    run = histories["all"]
    other = dataclasses.replace(run, meta={**run.meta, "truth": [-3.0, 0.5]})
    told = figures.of_training(other, shown[0].best)
    assert [told[name].plain for name in ("true0", "true1")] == ["−3", "0.5"]


def test_the_data_are_the_note_s(histories):
    run = histories["all"]
    assert len(run.x) == 100
    assert np.std(run.x) == pytest.approx(10, abs=2)
    assert np.std(run.y - run.x) == pytest.approx(3, abs=0.6)
    assert run.loss[[0, -1]] == pytest.approx([31.67, 10.07], rel=0.01), "as near to the note as a seed gives"


def test_every_epoch_of_the_first_run_is_descent_on_all_points(shown, histories):
    film, _ = shown
    run, w = histories["all"], np.array(histories["all"].params[0], float)
    for epoch in range(101):
        film.readout.epoch = film.curve.epoch = epoch
        w0, w1, loss, count = (number(film.readout.text(column)) for column in range(4))
        assert [w0, w1] == pytest.approx(w, abs=1e-4)
        assert loss == pytest.approx(loss_of(run, w), abs=0.006)
        assert count == epoch
        before, w = w, step(run, w, slice(None), 0.01)
        if epoch < 3:
            assert [w0, w1] != pytest.approx(w, abs=1e-4), "an off-by-one is caught"
        assert not np.array_equal(before, w)
    assert "from 31.43 to 10.15" in said(film)


def test_both_compared_runs_begin_at_the_same_line(histories):
    assert histories["smooth"].params[0].tolist() == histories["nervous"].params[0].tolist()
    assert histories["smooth"].experiment.lr == histories["nervous"].experiment.lr == 0.001


def test_each_nervous_step_comes_from_its_point_alone(shown, histories):
    """And every pass looks at each point once."""
    film, _ = shown
    run, plot = histories["nervous"], film.plot
    order, wrong = np.argsort(run.x, kind="stable"), 0
    for k in range(300):
        plot.epoch = float(k)
        (picked,) = plot.picked_now()
        assert order[picked] == run.batch[k, 0], "the point picked out is the one of the step to come"
        ahead = step(run, run.params[k].astype(float), [order[picked]], 0.001)
        assert run.params[k + 1] == pytest.approx(ahead, abs=2e-6)
        other = step(run, run.params[k].astype(float), [int(run.batch[(k + 1) % 300, 0])], 0.001)
        wrong += not np.allclose(run.params[k + 1], other, atol=2e-6)
    assert wrong >= 299, "the next step's point would not do"
    plot.epoch = 300.0
    assert len(plot.picked_now()) == 0
    for first in (0, 100, 200):
        assert sorted(run.batch[first : first + 100, 0]) == list(range(100))


def test_a_step_shows_the_line_before_it(shown, histories):
    _, beats = shown
    beat, first = beats["all_points"], histories["smooth"].params[0].astype(float)
    assert beat.epoch == 1
    upward = np.polyfit(beat.line[:, 1], beat.drawn[:, 1], 1)
    before = np.polyval(upward, first[0] + first[1] * beat.line[:, 0])
    apart = np.abs(before - beat.drawn[:, 1]) > 0.12
    ghost, faint = np.stack([beat.drawn[:, 0], before], axis=1)[apart], mix(DARK.background, DARK.estimate, 0.4)
    assert len(ghost) >= 10
    assert share_near(beat.frame, ghost, faint) > 0.6
    assert share_near(beats["data"].frame, ghost, faint) < 0.3


def test_the_point_picked_out_is_ringed_in_the_picture(shown, histories):
    _, beats = shown
    beat = beats["one_point"]
    assert beat.epoch == 6
    (picked,) = beat.picked
    assert np.argsort(histories["nervous"].x, kind="stable")[picked] == histories["nervous"].batch[6, 0]
    angles = np.linspace(0, 2 * np.pi, 12, endpoint=False)
    ring = beat.points[picked] + 0.14 * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    assert share_near(beat.frame, ring, DARK.text) > 0.9
    lonely = int(np.argmin(beat.points[:, 0]))
    assert share_near(beat.frame, beat.points[lonely] + 0.14 * (ring - beat.points[picked]) / 0.14, DARK.text) < 0.2
    w = histories["nervous"].params[6].astype(float)
    assert beat.line[:, 1] == pytest.approx(w[0] + w[1] * beat.line[:, 0], abs=1e-4)


def test_one_step_of_all_and_one_of_a_point_as_told(shown, histories):
    film, _ = shown
    run, point = histories["nervous"], int(histories["nervous"].batch[0, 0])
    start = run.params[0].astype(float)
    all_of_them, alone = step(run, start, slice(None), 0.001), step(run, start, [point], 0.001)
    assert number(film.figures["all1"].plain) == pytest.approx(loss_of(run, all_of_them), abs=0.006)
    assert number(film.figures["few1"].plain) == pytest.approx(loss_of(run, alone), abs=0.006)
    misses = [float(run.y[point] - w[0] - w[1] * run.x[point]) ** 2 for w in (start, alone)]
    assert [number(film.figures[f"miss{k}"].plain) for k in (0, 1)] == pytest.approx(misses, abs=0.06)
    assert "falls from 34.8 to 29.3" in said(film)
    assert "falls from 31.43 to 24.71" in said(film)


def test_both_ways_lie_on_the_map_where_their_weights_are(shown, histories):
    film, beats = shown
    ground, inner = film.ground, film.map.inner()
    low, high = np.array([[w[0], w[-1]] for w in (ground.w0, ground.w1)]).T
    for run, ball, last in ((histories["nervous"], FEW, 300), (histories["smooth"], ALL, 100)):
        share = (run.params[last] - low) / (high - low)
        assert beats["paths"].balls[ball] == pytest.approx(inner[:2] + share * (inner[2:] - inner[:2]), abs=1e-4)
    assert share_near(beats["paths"].frame, np.array(beats["paths"].balls)[:1], DARK.position_text) == 1.0
    assert share_near(beats["paths"].frame, np.array(beats["paths"].balls)[1:], DARK.text) == 1.0
    assert beats["paths"].steps == ["100", "10.28", "300", "11.65"]
    middle = ground.loss[40, 40]
    w = np.array([ground.w0[40], ground.w1[40]])
    assert middle == pytest.approx(loss_of(histories["smooth"], w), rel=1e-6)


def test_how_often_the_loss_rose_is_counted(shown, histories):
    film, _ = shown
    for name, run in (("all", histories["smooth"]), ("few", histories["nervous"])):
        losses = [loss_of(run, w.astype(float)) for w in run.params]
        assert number(film.figures[f"{name}_rises"].plain) == sum(b > a for a, b in pairwise(losses))
    assert "rose in 0 of 100 steps with all 100, in 151 of 300 with one point" in said(film)


def test_the_same_number_of_looks_is_compared(shown, histories):
    film, beats = shown
    assert film.spent.points == 300
    assert film.race.curves[ALL].epoch.tolist() == [0, 100, 200, 300]
    assert film.race.curves[FEW].epoch.tolist() == list(range(301))
    w = histories["smooth"].params[0].astype(float)
    for _ in range(3):
        w = step(histories["smooth"], w, slice(None), 0.001)
    assert number(film.figures["all_then"].plain) == pytest.approx(loss_of(histories["smooth"], w), abs=0.006)
    assert number(film.figures["few_then"].plain) == pytest.approx(histories["nervous"].loss[-1], abs=0.006)
    assert "loss 11.65 with one point, 300 steps; 17.00 with all 100, 3 steps" in said(film)
    inner = film.spent_map.inner()
    low, high = np.array([[side[0], side[-1]] for side in (film.ground.w0, film.ground.w1)]).T
    place = inner[:2] + (w - low) / (high - low) * (inner[2:] - inner[:2])
    assert beats["cost"].spent[ALL] == pytest.approx(place, abs=1e-4)
    assert share_near(beats["cost"].frame, place[None], DARK.text) == 1.0
    assert [film.looked.text(column) for column in range(3)] == ["300", "3", "300"]


def test_the_last_lines_are_those_recorded(shown, histories):
    film, beats = shown
    for fan, run, rows in ((film.fans[0], histories["smooth"], 33), (film.fans[1], histories["nervous"], 100)):
        w = run.params[-rows:].astype(float)
        ends = np.array([run.x.min(), run.x.max()], float)
        assert fan.lines == pytest.approx(w[:, :1] + w[:, 1:] * ends, abs=1e-4)
        losses = [loss_of(run, each) for each in w]
        name = "all" if rows == 33 else "few"
        told = [number(film.figures[f"{name}_{end}"].plain) for end in ("low", "high")]
        assert told == pytest.approx([min(losses), max(losses)], abs=0.006)
        middles = fan.parts().mean(axis=1)
        assert share_near(beats["rest"].frame, middles[-5:], DARK.estimate, within=140) == 1.0
    widths = [np.ptp(fan.lines[:, 1]) for fan in film.fans]
    assert widths[1] > 20 * widths[0], "one trembles, the other rests"
    assert "come to rest" in said(film)


def test_no_figure_is_made_for_nobody(shown):
    assert unread(shown[0]) == set()


def test_every_caption_can_be_read(shown):
    film, _ = shown
    assert min(standing(film).values()) >= 2.59
    assert 25 <= film.time <= 85


@pytest.mark.parametrize(
    ("values", "words", "not_said"),
    [
        ({"path_lr": 0.01, "passes": 2}, "too long with one point: the line has run away", "come to rest"),
        ({"path_lr": 1000.0}, "too long with both: the line is lost", "come to rest"),
        ({"path_lr": 1000.0}, "no batch helps", "is reliable but costly"),
        ({"path_lr": 0.01, "passes": 2}, "is reliable but costly", "no batch helps"),
        ({"lr": 1000.0}, "no number any more", "Learned"),
        ({"lr": 1e-5}, "Not there yet: the loss went from", "Learned"),
        ({"path_lr": 1e-9}, "Not there yet: loss 31.43", "keep pulling"),
        ({"batch_size": 50, "passes": 50, "path_lr": 0.0003, "epochs": 60}, "as calm as", "keep pulling"),
        ({"batch_size": 7, "passes": 2, "epochs": 3}, "After 200 looks", "one point"),
        ({"lr": 0.0118, "epochs": 300}, "steps are too long: the loss went", "Learned"),
    ],
)
def test_what_is_said_follows_from_the_runs(values, words, not_said):
    film = quickly(**values)
    assert words in said(film)
    assert not_said not in said(film)


def test_batches_of_seven_are_counted_point_by_point():
    film = quickly(batch_size=7, passes=1)
    looks = film.race.curves[FEW].epoch
    assert looks.tolist() == [*range(0, 99, 7), 100], "14 batches of 7 and one of 2"
    film.plot.epoch = 14.0
    assert len(film.plot.picked_now()) == 2
    film.plot.epoch = 3.0
    assert len(film.plot.picked_now()) == 7


def test_from_nan_to_nan_no_loss_rises():
    film = quickly(path_lr=500.0, passes=2, epochs=40)
    loss = [float(value) for value in film.every.loss]
    by_hand = sum(after > before for before, after in pairwise(loss))
    assert film.figures["all_rises"].plain == str(by_hand)
    assert by_hand < len(loss) - 1, "it ends in nan"


def test_few_points_that_are_as_calm_are_not_called_shaky():
    film = quickly(batch_size=50, passes=50, path_lr=0.0003, epochs=60)
    told = " ".join(subtitle.text for subtitle in film.subtitles)
    assert "as calm as" in told
    assert "shaky" not in told
