"""`logistic-limit` tells the truth: the limit of one sigmoid, the notes' four u, and the net before the sigmoid."""

from typing import Any

import numpy as np
import pytest
from netstage import play, share_near, standing, still

from learning import store
from scenes.material import logistic_limit as material
from scenes.panels.data_plot import DataPlot
from scenes.panels.loss_curve import LossCurve
from scenes.panels.network import Network
from scenes.panels.readout import Readout
from scenes.panels.small_plots import SmallPlots
from scenes.parameters import LogisticLimitParameters

SMALL = (160, 90)
FEW = {"epochs": 100, "net_lr": 0.03, "net_epochs": 700}
NOTES = (
    (-6, -4, -2, 0, 2, 4, 6),
    (6, 4, 2, 0, -2, -4, -6),
    (-6, -2, 2, 6, 2, -2, -6),
    (-6, -2, 2, 6, 4, 2, 0),
)


def sigmoid(u: Any) -> np.ndarray:
    """Written out: exp(u) / (1 + exp(u)), as the notes have it."""
    return np.exp(u) / (1 + np.exp(u))


def probability(x: np.ndarray) -> np.ndarray:
    """What the notes' printed probabilities are: of u = 5 + 15x, from zero on 5 - 5x."""
    return sigmoid(np.where(x < 0, 5 + 15 * x, 5 - 5 * x))


def entropy(v: np.ndarray, y: np.ndarray) -> float:
    """The notes' formula of the loss, as a mean."""
    return float(-np.mean(y * np.log(v) + (1 - y) * np.log(1 - v)))


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, dict[str, np.ndarray], dict[str, Any]]:
    """The film with its defaults, its stills, and for each beat where its panels stood and what they showed."""
    root = tmp_path_factory.mktemp("histories")
    experiments = LogisticLimitParameters().experiments()
    histories = store.fetch_all(experiments, root=root)
    stills, held = {}, {}

    def keep(film: Any, key: str) -> None:
        stills[key] = still(film)
        held[key] = film.plot.frame.copy(), film.plot.estimate_at(film.plot.epoch), film.curve, film.logit.frame.copy()

    return play("logistic-limit", LogisticLimitParameters(), keep, histories), stills, held


@pytest.fixture(scope="module")
def told(shown):
    """What the caption line said, joined, and the notes."""
    film = shown[0]
    return "\n".join([*(subtitle.text for subtitle in film.subtitles), *(beat.note for beat in film.beats)])


def read_back(plots: SmallPlots, number: int) -> np.ndarray:
    """The points (N, 2) of a small plot, from where they are drawn."""
    corners = plots.place(number, np.array([[0.0, 0.0], [1.0, 1.0]]))
    return (plots.curve(number) - corners[0]) / (corners[1] - corners[0])


def test_the_probabilities_are_those_that_the_notes_print(shown, told):
    film, stills, held = shown
    assert "It rises from 0.000045 at x = −1" in told
    assert "0.505002 at x = 0.995998, 0.500000 at x = 1" in told
    film.plot.frame, x = held["data"][0], np.linspace(-0.95, 0.95, 200)
    assert share_near(stills["data"], film.plot.place(x, probability(x)), film.theme.truth) > 0.45, "it is dashed"
    assert share_near(stills["data"], film.plot.place(x, probability(x - 0.1)), film.theme.truth) < 0.25


def test_the_single_sigmoid_ends_as_recorded_and_only_rises(shown, told):
    film, stills, held = shown
    frame, curve, _, _ = held["one"]
    w0, w1 = film.single.params[-1].astype(float)
    x, y = film.single.x.astype(float), film.single.y.astype(float)
    assert curve == pytest.approx(sigmoid(w0 + w1 * x), abs=1e-6)
    assert (np.diff(curve) > 0).all()
    assert "A sigmoid goes one way only: this one rises" in told
    film.plot.frame = frame
    assert share_near(stills["one"], film.plot.place(x, curve)[40:-40:40], film.theme.estimate) > 0.9
    assert entropy(sigmoid(w0 + w1 * x), y) == pytest.approx(float(film.single.loss[-1]), abs=1e-6)


def test_no_single_sigmoid_has_less_than_the_dashed_level(shown, told):
    film, stills, held = shown
    x, y = film.single.x.astype(float), film.single.y.astype(float)
    w0, w1 = np.meshgrid(np.linspace(0.4, 0.8, 21), np.linspace(2.4, 2.8, 21), indexing="ij")
    losses = [entropy(sigmoid(a + b * x), y) for a, b in zip(w0.ravel(), w1.ravel(), strict=True)]
    assert film.least == pytest.approx(min(losses), abs=1e-4)
    assert film.least <= min(losses)
    assert film.single.loss[-1] - film.least < 1e-5
    assert "No: 0.4920, the dashed line, is the least loss of any single sigmoid. This one has 0.4920" in told
    curve = held["billion"][2]
    level = curve.place(np.linspace(600, 4400, 80), np.full(80, film.least))
    early = curve.place(np.linspace(50, 500, 40), np.full(40, film.least))
    assert share_near(stills["one"], early, film.theme.minimum) == 0
    assert share_near(stills["billion"], early, film.theme.minimum) > 0.4, "dashed"
    assert np.ptp(level[:, 1]) == 0
    assert film.text("billion.level") == "best sigmoid: 0.4920"
    behind = curve.place(np.linspace(50, 4900, 200), np.full(200, entropy(probability(x), y)))
    assert share_near(stills["one"], behind, film.theme.truth) == 0
    assert share_near(stills["billion"], behind, film.theme.truth) > 0.4, "dashed"
    assert f"has a loss of {entropy(probability(x), y):.4f}" in told


def test_the_four_u_and_their_sigmoids_are_those_of_the_notes(shown):
    film = shown[0]
    for number, values in enumerate(NOTES):
        u, v = read_back(film.four, number)[:: material.BETWEEN], read_back(film.four, number + 4)[:: material.BETWEEN]
        assert u[:, 1] == pytest.approx(np.array(values, float), abs=1e-9)
        assert v[:, 1] == pytest.approx(sigmoid(np.array(values, float)), abs=1e-9)
        assert u[:, 0] == pytest.approx(np.linspace(-1, 1, 7), abs=1e-9)
    frame = shown[1]["broken"]
    for number in range(8):
        dots = film.four.curve(number)[:: material.BETWEEN]
        assert share_near(frame, dots, film.theme.estimate) == 1, number


def test_the_values_fly_from_u_to_its_sigmoid(shown):
    four = shown[0].four
    four.flown = np.array([1.0, 1, 1, 1, 0, 0.5, 1, 1])
    assert four.curve(4) == pytest.approx(four.curve(0), abs=1e-12)
    there = four.place(5, material.four(1)[1])
    assert four.curve(5) == pytest.approx((four.curve(1) + there) / 2, abs=1e-12)
    four.flown = np.ones(8)


def hand_over(run: Any, row: int, x: np.ndarray) -> np.ndarray:
    """What the net hands to its sigmoid, written out from its recorded weights."""
    w1, b1, w2, b2 = (run.params[row].astype(float)[part] for part in (slice(0, 2), slice(2, 4), slice(4, 6), 6))
    return np.maximum(np.outer(x, w1) + b1, 0) @ w2 + b2


@pytest.mark.parametrize("epoch", [0, 1, 2, 100, 1234, 3000])
def test_u_and_its_sigmoid_are_those_of_the_recorded_weights(shown, epoch):
    film, run = shown[0], shown[0].net_run
    film.logit.epoch = film.diagram.epoch = float(epoch)
    x = np.linspace(-1, 1, 201)
    drawn = read_back(film.logit, 0)
    assert drawn == pytest.approx(np.stack([x, hand_over(run, epoch, x)], axis=1), abs=1e-9)
    assert film.plot.estimate_at(epoch) == pytest.approx(sigmoid(hand_over(run, epoch, run.x.astype(float))), abs=3e-6)
    assert film.diagram.weights_at(0, epoch)[0].tolist() == run.params[epoch, :2].tolist()
    if 0 < epoch < 1000:
        before, after = (hand_over(run, epoch + step, x) for step in (-1, 1))
        assert min(np.abs(drawn[:, 1] - other).max() for other in (before, after)) > 1e-3, "off by one is noticed"


def test_between_two_epochs_u_is_a_blend_of_both(shown):
    film = shown[0]
    film.logit.epoch, x = 7.25, np.linspace(-1, 1, 201)
    both = [hand_over(film.net_run, row, x) for row in (7, 8)]
    assert read_back(film.logit, 0)[:, 1] == pytest.approx(0.75 * both[0] + 0.25 * both[1], abs=1e-9)


def test_the_net_rises_and_falls_as_the_data_do(shown, told):
    film, stills, held = shown
    frame, curve, _, logit = held["after"]
    x, y = film.net_run.x.astype(float), film.net_run.y.astype(float)
    top = int(np.argmax(curve))
    assert abs(x[top]) < 0.05
    assert curve[top] - curve[-1] > 0.4
    assert entropy(np.clip(curve, 1e-7, 1 - 1e-7), y) == pytest.approx(0.2796, abs=5e-5)
    assert np.abs(curve - probability(x)).max() < 0.06
    film.plot.frame, film.logit.frame, film.logit.epoch = frame, logit, 3000.0
    assert share_near(stills["after"], film.plot.place(x, curve)[20:-20:20], film.theme.estimate) > 0.6
    inner = np.linspace(-0.95, 0.95, 60)
    u = np.stack([inner, hand_over(film.net_run, -1, inner)], axis=1)
    assert share_near(stills["train"], _moved(film, held["train"][3], u), film.theme.estimate) > 0.9
    true = np.stack([inner, np.log(probability(inner) / (1 - probability(inner)))], axis=1)
    film.logit.frame = logit
    assert share_near(stills["after"], film.logit.place(0, true), film.theme.truth) > 0.4
    assert "The loss is 0.2796" in told


def _moved(film: Any, frame: np.ndarray, points: np.ndarray) -> np.ndarray:
    film.logit.frame = frame
    return np.asarray(film.logit.place(0, points))


def test_the_scores_are_the_least_loss_and_the_recorded_one(shown):
    scores = next(panel for panel in shown[0].mobjects if isinstance(panel, Readout) and panel.columns[0].decimals == 4)
    assert [scores.text(column) for column in (0, 1)] == ["0.4920", "0.2796"]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"net_seed": 3}, "Less loss than any single sigmoid, 0.3"),
        ({"net_seed": 2}, "Hardly better or worse than the best single sigmoid: the loss is 0.49"),
        ({"net_seed": 4}, "Not even as good as the best single sigmoid: the loss is 0.6738"),
        ({"nodes": 1, "net_seed": 3}, "One node is not enough"),
        ({"epochs": 5}, "Some: this one has 0.68"),
        ({"nodes": 3, "net_seed": 2}, "ŷ rises, then falls. The loss is 0.2"),
    ],
)
def test_what_is_said_of_the_runs_is_so(values, said):
    film = play("logistic-limit", LogisticLimitParameters(**{**FEW, **values}), lambda film, key: None, size=SMALL)
    told = [subtitle.text for subtitle in film.subtitles]
    assert any(said in text for text in told), told
    assert min(standing(film).values()) >= 2.5
    loss, v = float(film.net_run.loss[-1]), film.net_run.yhat[-1]
    assert any("Less loss than" in text or "rises, then falls. The" in text for text in told) == (
        loss < 0.95 * film.least
    )
    assert any("rises, then falls. The" in text for text in told) == bool(v.max() - max(v[0], v[-1]) > 0.05)
    assert any("No: " in text for text in told) == bool(film.single.loss[-1] < 1.01 * film.least)


@pytest.mark.parametrize(
    ("curve", "shape"),
    [
        ([0.1, 0.5, 0.9], "rises"),
        ([0.9, 0.5, 0.1], "falls"),
        ([0.5, 0.52, 0.5], "level"),
        ([0.1, 0.9, 0.5], "peak"),
        ([0.9, 0.1, 0.5], "valley"),
    ],
)
def test_shapes_of_curves_are_told_apart(shown, curve, shape):
    run = store.fetch(LogisticLimitParameters(epochs=1).experiments()["sigmoid"])
    bent = np.interp(run.x, [-1, 0, 1], curve)[None].repeat(2, axis=0).astype(np.float32)
    assert material.shape(type(run)(**{**run.arrays, "yhat": bent, "meta": run.meta})) == shape


def test_every_sentence_can_be_read(shown):
    assert min(standing(shown[0]).values()) >= 2.5


def test_all_panels_show_the_same_epoch_in_every_frame(monkeypatch, shown):
    """While the net learns, whatever is drawn in a frame shows one epoch."""
    frame: dict[str, float] = {}
    seen: list[dict[str, float]] = []
    for panel in (Network, SmallPlots, DataPlot, LossCurve, Readout):

        def watched(self: Any, brush: Any, draw: Any = panel.draw, name: str = panel.__name__) -> None:
            frame[name] = self.epoch
            draw(self, brush)
            if name == "Readout" and "Network" in frame and self.columns[0].decimals == 0:
                seen.append(dict(frame))
            if name == "Readout":
                frame.clear()

        monkeypatch.setattr(panel, "draw", watched)
    histories = {"sigmoid": shown[0].single, "net": shown[0].net_run}
    play("logistic-limit", LogisticLimitParameters(), lambda film, key: None, histories, skip=False, fps=2, size=SMALL)
    epochs = {state["Readout"] for state in seen}
    assert len(epochs) > 12
    assert max(epochs) == 3000
    assert [state for state in seen if len(set(state.values())) > 1] == []
