"""`logistic` tells the truth: layers, sweeps and what was learned, against the formula written out and the notes."""

import dataclasses
from typing import Any

import numpy as np
import pytest
from netstage import play, share_near, standing, still

from learning import store
from scenes.drawing import Brush
from scenes.figures import logistic as figures
from scenes.material import logistic as material
from scenes.panels.data_plot import DataPlot
from scenes.panels.loss_curve import LossCurve
from scenes.panels.readout import Readout
from scenes.panels.small_plots import SmallPlots
from scenes.parameters import LogisticParameters

SMALL = (160, 90)


def sigmoid(u: Any) -> np.ndarray:
    """Written out: exp(u) / (1 + exp(u)), as the notes have it."""
    return np.exp(u) / (1 + np.exp(u))


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, dict[str, np.ndarray], dict[str, Any]]:
    """The film with its defaults, its stills, and for each beat where its plot of the crowd stood."""
    root = tmp_path_factory.mktemp("histories")
    histories = store.fetch_all(LogisticParameters().experiments(), root=root)
    stills, held = {}, {}

    def keep(film: Any, key: str) -> None:
        stills[key] = still(film)
        held[key] = film.crowd.frame.copy(), film.crowd.epoch, film.crowd.yhat

    return play("logistic", LogisticParameters(), keep, histories), stills, held


@pytest.fixture(scope="module")
def told(shown):
    """What the caption line said, joined."""
    return "\n".join(subtitle.text for subtitle in shown[0].subtitles)


def read_back(plots: SmallPlots, number: int) -> np.ndarray:
    """The points (N, 2) of a small plot, from where they are drawn."""
    corners = plots.place(number, np.array([[0.0, 0.0], [1.0, 1.0]]))
    return (plots.curve(number) - corners[0]) / (corners[1] - corners[0])


def test_the_13_points_are_those_of_the_notes(shown, told):
    few, stills = shown[0].few, shown[1]
    assert few.x.tolist() == list(range(-6, 7))
    assert few.y.tolist() == [0, 0, 0, 0, 0, 0, 1, 0, 1, 1, 1, 1, 1]
    x = np.linspace(-5.5, 5.5, 300)
    assert share_near(stills["points"], few.place(x, sigmoid(x)), shown[0].theme.truth) > 0.45, "it is dashed"
    assert share_near(stills["points"], few.place(x, sigmoid(x - 1)), shown[0].theme.truth) < 0.2
    assert share_near(stills["points"], few.place(few.x, few.y), shown[0].theme.data) == 1
    assert few.x[few.picked] == 1
    assert "The height of the curve is a probability: 0.731 for a 1 at x = 1. By chance a 0 came" in told


def test_the_straight_line_is_the_best_one_and_no_probability(shown, told):
    film, stills, held = shown
    x, y = film.run.x.astype(float), film.run.y.astype(float)
    slope, bias = np.polyfit(x, y, 1)
    frame, _, line = held["crowds"]
    assert line[0] == pytest.approx(bias + slope * x, abs=1e-9)
    film.crowd.frame = frame
    assert share_near(stills["crowds"], film.crowd.place(x, bias + slope * x)[::40], film.theme.estimate) > 0.9
    assert f"says −{abs(bias - slope):.2f} at x = −1" in told


@pytest.mark.parametrize("state", [0, 1, 20, 107.5, 108, 150, 216, 252])
def test_the_layers_are_drawn_where_the_formula_has_them(shown, state):
    film = shown[0]
    stages, x = film.stages, np.linspace(-1, 1, 201)
    below, share = int(state), state - int(state)
    w0, w1 = (1 - share) * film.hand.weights[below] + share * film.hand.weights[min(below + 1, 252)]
    stages.epoch = float(state)
    u = w0 + w1 * x
    assert read_back(stages, 0) == pytest.approx(np.stack([x, u], axis=1), abs=1e-9)
    assert read_back(stages, 1) == pytest.approx(np.stack([u, sigmoid(u)], axis=1), abs=1e-9)
    assert read_back(stages, 2) == pytest.approx(np.stack([x, sigmoid(u)], axis=1), abs=1e-9)


def test_layers_of_another_state_would_be_noticed(shown):
    film = shown[0]
    film.stages.epoch = 50.0
    here = read_back(film.stages, 1)
    film.stages.epoch = 51.0
    assert np.abs(read_back(film.stages, 1) - here).max() > 1e-3


@pytest.mark.parametrize(("probe", "x"), [(0, -1), (0.25, -0.5), (0.5, 0), (1, 1)])
def test_one_x_is_followed_through_all_three_plots_and_the_diagram(shown, probe, x):
    film = shown[0]
    film.stages.epoch, film.stages.probe, film.diagram.probe = 0.0, float(probe), float(probe)
    u = -0.8 - 0.3 * x
    for number, point in enumerate(((x, u), (u, sigmoid(u)), (x, sigmoid(u)))):
        there = film.stages.place(number, np.array([point], float))[0]
        assert film.stages.ball(number) == pytest.approx(there, abs=1e-9)
    numbers = [film.diagram.number(circle).plain.replace("−", "-") for circle in range(3)]
    assert numbers == [f"{x:.2f}", f"{u:.4f}", f"{sigmoid(u):.4f}"]


def test_the_first_curve_is_that_of_the_notes(shown, told):
    film, stills, held = shown
    assert "says 0.3775 at x = −1 and 0.2497 at x = 1" in told
    for probe, numbers in ((0.0, ["−0.5000", "0.3775"]), (1.0, ["−1.1000", "0.2497"])):
        film.diagram.probe = probe
        assert [film.diagram.number(circle).plain for circle in (1, 2)] == numbers
    frame, _, curves = held["net"]
    assert curves[0] == pytest.approx(film.run.yhat[0], abs=1e-6), "what torch recorded"
    film.crowd.frame, x = frame, np.linspace(-0.95, 0.95, 60)
    assert share_near(stills["net"], film.crowd.place(x, sigmoid(-0.8 - 0.3 * x)), film.theme.estimate) > 0.9
    assert share_near(stills["net"], film.crowd.place(x, sigmoid(-1 + 5 * x)), film.theme.truth) > 0.4


def test_a_sweep_moves_one_weight_at_a_time_and_comes_back(shown):
    hand = shown[0].hand
    assert hand.weights[[0, -1]].tolist() == [[-0.8, -0.3]] * 2
    assert hand.weights[: hand.steep + 1, 0] == pytest.approx(-0.8)
    assert {hand.weights[: hand.steep + 1, 1].min(), hand.weights[: hand.steep + 1, 1].max()} == {-5.0, 20.0}
    aside = hand.weights[hand.steep : hand.aside + 1]
    assert aside[:, 1] == pytest.approx(5.0)
    assert {aside[:, 0].min(), aside[:, 0].max()} == {-4.0, 4.0}


@pytest.mark.parametrize("start", [(20.0, -20.0), (0.0, 0.0), (-10.0, -1.0)])
def test_a_sweep_from_anywhere_visits_what_can_be_seen(start):
    hand = material.sweep(start)
    assert hand.weights[0].tolist() == list(start)
    assert np.abs(hand.weights[36 : hand.aside + 1]).max() <= 20


def test_what_was_learned_is_what_descent_written_out_learns(shown, told):
    """float64, without torch: the mean of the squares, its gradient by the chain rule."""
    film = shown[0]
    x, y = film.run.x.astype(float), film.run.y.astype(float)
    w = np.array([-0.8, -0.3])
    film.crowd.follow(film.run.epoch, film.run.yhat)
    for epoch in range(101):
        v = sigmoid(w[0] + w[1] * x)
        if epoch in (0, 1, 17, 100):
            assert film.crowd.estimate_at(epoch) == pytest.approx(v, abs=2e-6)
            film.readout.epoch = float(epoch)
            assert film.readout.text(1) == f"{((y - v) ** 2).mean():.4f}"
            assert [film.readout.text(i) for i in (2, 3)] == [f"{value:.3f}".replace("-", "−") for value in w]
        if epoch == 99:
            assert np.abs(film.crowd.estimate_at(100) - v).max() > 1e-4, "one epoch off would be noticed"
        push = -2 * (y - v) * v * (1 - v) / len(x)
        w = w - 0.25 * np.array([push.sum(), (push * x).sum()])
    assert "Epoch 100: weights (−0.404, 1.417)" in told, "the notes' figures"


def test_the_end_is_in_the_picture_beside_the_truth(shown, told):
    film, stills, held = shown
    frame, epoch, curves = held["train-2"]
    film.crowd.frame = frame
    assert epoch == 5000
    x = film.run.x.astype(float)
    assert share_near(stills["train-2"], film.crowd.place(x, curves[-1])[40:-40:40], film.theme.estimate) > 0.6
    assert share_near(stills["train-2"], film.crowd.place(x, curves[100])[40:-40:40], film.theme.estimate) < 0.4
    w0, w1 = film.run.params[-1]
    assert f"Learned ({w0:.3f}, {w1:.3f})".replace("-", "−") in told
    assert "the truth is (−1, 5)" in told


def test_the_level_is_the_least_loss_that_there_is(shown, told):
    film = shown[0]
    x, y = film.run.x.astype(float), film.run.y.astype(float)
    w0, w1 = np.meshgrid(np.linspace(-1.1, -0.95, 31), np.linspace(4.6, 5.1, 51), indexing="ij")
    losses = ((y - sigmoid(w0[..., None] + w1[..., None] * x)) ** 2).mean(axis=2)
    assert film.curve.least == pytest.approx(losses.min(), abs=2e-6)
    best = np.unravel_index(losses.argmin(), losses.shape)
    assert film.figures["best"].plain == "(−1.032, 4.837)"
    assert (w0[best], w1[best]) == pytest.approx((-1.032, 4.837), abs=0.011)
    level = film.curve.place(np.linspace(40, 240, 30), np.full(30, film.curve.least))
    assert share_near(shown[1]["train-2"], level, film.theme.minimum) > 0.4, "dashed"
    assert share_near(shown[1]["train"], level, film.theme.minimum) < 0.2, "it was not shown before"
    assert film.text("train.level") == "least possible: 0.1008"


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"start": (-10.0, -1.0), "epochs": 100}, "It is flat around the start"),
        ({"lr": 0.0001, "epochs": 500}, "The steps are too short"),
        ({"loss": "bce", "epochs": 2000}, "Learned (−1.010, 4.835)"),
        ({"epochs": 100}, "Not there yet: the loss is 0.1404"),
        ({"loss": "bce", "lr": 1000.0, "epochs": 101}, "the loss grew from 0.7545"),
        ({"optimizer": "LBFGS", "lr": 1000.0, "loss": "bce", "epochs": 50}, "no number any more"),
    ],
)
def test_what_is_said_of_the_run_is_so(values, said):
    film = play("logistic", LogisticParameters(**values), lambda film, key: None, size=SMALL)
    assert any(said in subtitle.text for subtitle in film.subtitles), film.subtitles[-1]
    assert min(standing(film).values()) >= 2.5
    loss, least = film.run.loss.astype(float), film.curve.least
    way = (loss[0] - loss[-1]) / (loss[0] - least)
    steep = np.linalg.norm(film.run.grads[0]) > 0.05
    still = abs(way) < 0.01
    claims = {"flat": still and not steep, "too short": still and steep, "Learned": way >= 0.99, "grew": way < -0.01}
    claims["Not"] = 0.01 <= way < 0.99
    for word, so in claims.items():
        assert so == (word in said), word


def test_a_run_that_comes_back_has_not_stood_still():
    run = store.fetch(LogisticParameters(epochs=3).experiments()["run"])
    restless = dataclasses.replace(run, loss=run.loss[[0, 0, 0, 0]] + np.array([0, 0.3, 0.2, 0.0], np.float32))
    assert material.outcome(restless) == "short"
    assert material.outcome(dataclasses.replace(run, loss=run.loss[[0, 0, 0, 0]])) == "still_rate"


def test_the_truth_told_is_that_of_the_run(shown):
    run = shown[0].run
    other = dataclasses.replace(run, meta={**run.meta, "truth": [2.5, -7.0]})
    assert figures.of_model(other)["true"].plain == "(2.5, −7)"


def test_every_sentence_can_be_read(shown):
    assert min(standing(shown[0]).values()) >= 2.5


def test_all_panels_show_the_same_epoch_in_every_frame(monkeypatch, shown):
    """While weights are turned by hand, and while they are learned: whatever is drawn shows one state."""
    frame: dict[str, float] = {}
    seen: dict[str, list[dict[str, float]]] = {"SmallPlots": [], "LossCurve": []}
    for panel in (SmallPlots, DataPlot, LossCurve, Readout):

        def watched(self: Any, brush: Brush, draw: Any = panel.draw, name: str = panel.__name__) -> None:
            frame[name] = self.epoch
            draw(self, brush)
            if name == "Readout":
                other = "SmallPlots" if len(self.columns) == 2 else "LossCurve"
                seen[other].append({key: frame[key] for key in (other, "DataPlot", "Readout") if key in frame})

        monkeypatch.setattr(panel, "draw", watched)
    histories = {"few": shown[0].few_run, "run": shown[0].run}
    play("logistic", LogisticParameters(), lambda film, key: None, histories, skip=False, fps=3, size=SMALL)
    for panel, states in seen.items():
        moving = [state for state in states if state["Readout"] > 0]
        assert len({state["Readout"] for state in moving}) > 12, panel
        assert [state for state in moving if len(set(state.values())) > 1] == [], panel
