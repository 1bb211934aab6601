"""`polynomial` tells the truth: curves, weights, bowls and rates against plain NumPy and the notes' numbers."""

from typing import Any

import numpy as np
import pytest
from netstage import play, share_near, standing, still, unread

from learning import store
from learning.history import History
from scenes.look import Look
from scenes.material import polynomial as material
from scenes.panels.family import Family
from scenes.panels.node_pieces import BESIDE, GAP, NodePieces, Pieces, V
from scenes.parameters import PolynomialParameters

EPOCHS = (0, 1, 2, 40, 1000)
LEARNED = (3.7411, 2.8648, -1.9074, 1.0239)
"""The notes' weights and bias."""


@pytest.fixture(scope="module")
def histories(tmp_path_factory: pytest.TempPathFactory) -> dict[str, History]:
    return store.fetch_all(PolynomialParameters().experiments(), root=tmp_path_factory.mktemp("histories"))


@pytest.fixture(scope="module")
def shown(histories: dict[str, History]) -> tuple[Any, dict[str, np.ndarray], dict[str, dict[str, Any]]]:
    """The film with its defaults, its stills, and what stood on the stage at the end of each beat."""
    stills, held = {}, {}

    def keep(film: Any, key: str) -> None:
        stills[key] = still(film)
        held[key] = {
            "frame": film.plot.frame.copy(), "epochs": [panel.epoch for panel in film._clocked],
            "diagram": film.diagram, "traces": film.traces, "curve": film.curve, "readout": film.readout,
        }  # fmt: skip

    return play("polynomial", PolynomialParameters(), keep, histories), stills, held


def columns(x: np.ndarray) -> np.ndarray:
    """x, x², x³ and 1, written out."""
    x = x.astype(float)
    return np.stack([x, x * x, x * x * x, np.ones_like(x)], axis=1)


def descend(run: History, rate: float, epochs: int) -> tuple[np.ndarray, list[float]]:
    """Gradient descent by hand in float64: the last weights, and the loss of every state."""
    features, y, w = columns(run.x), run.y.astype(float), run.params[0].astype(float)
    losses = []
    for _ in range(epochs):
        miss = y - features @ w
        losses.append(float(np.mean(miss**2)))
        w = w + rate * 2 * features.T @ miss / len(y)
    return w, [*losses, float(np.mean((y - features @ w) ** 2))]


# The notes' numbers


def test_what_was_learned_is_what_the_notes_learned(shown):
    film, _, held = shown
    assert [film.figures[name].plain for name in ("w1", "w2", "w3", "b")] == [
        f"{w:.4f}".replace("-", "−") for w in LEARNED
    ]
    diagram, readout = held["train"]["diagram"], held["train"]["readout"]
    assert [diagram.number(0, k, 0).plain for k in range(4)] == ["3.74", "2.86", "−1.91", "1.02"]
    assert [readout.text(0), readout.text(1)] == ["1,000", "0.9891"]
    assert "3.74x + 2.86x² − 1.91x³ + 1.02" in film.text("truth.arrives")
    assert "4x + 3x² − 2x³ + 1" in film.text("truth.dashed")


def test_the_homework_ends_as_the_notes_say(shown):
    film, _, held = shown
    stage = held["homework_rate"]
    assert stage["readout"].text(1) == "nan"
    assert np.isnan(film.homework.loss[-1])
    assert stage["curve"].broken == 34
    assert np.isfinite(film.homework.loss[33])
    assert film.text("homework_rate.overflow").startswith("Epoch 34: the squares add up")
    assert "inf from epoch 34 on, and nan from epoch 72 on" in film.text("homework_rate.lost")
    note = film.text("homework_rate.note_lost")
    assert "48.61" in note
    assert "162.83, 1,770.71, 20,106.01" in note
    assert np.isnan(film.homework.loss[72])
    assert np.isinf(film.homework.loss[71])
    assert "nan comes, in epoch 72" in note


def test_what_overflowed_is_the_sum_before_the_mean(shown):
    film, _, held = shown
    weights = film.homework.params[34].astype(float)
    squares = (film.homework.y - columns(film.homework.x) @ weights) ** 2
    largest = float(np.finfo(np.float32).max)
    assert squares.mean() < largest < squares.sum()
    assert film.figures["most"].plain == "3.4×10³⁸"
    told = [subtitle.text for subtitle in film.subtitles]
    assert film.text("homework_rate.overflow") in told
    traces = held["homework_rate"]["traces"]
    assert (traces.strong, traces.truths) == (film.bowl.steepest, ())
    assert held["train"]["traces"].strong is None


def test_plain_descent_by_hand_gives_the_same_runs(shown):
    film = shown[0]
    weights, losses = descend(film.run, 0.01, 1000)
    assert film.run.params[-1] == pytest.approx(weights, abs=2e-4)
    assert film.run.loss == pytest.approx(losses, rel=1e-3)
    assert film.homework.loss[:20] == pytest.approx(descend(film.homework, 0.1, 19)[1], rel=1e-3)
    assert not np.allclose(film.run.loss[1:50], losses[:49], rtol=1e-3), "one epoch off would be noticed"


# What is drawn


@pytest.mark.parametrize("epoch", [*EPOCHS, 0.5, 17.25])
def test_the_drawn_curve_is_what_the_recorded_weights_say(shown, epoch):
    film = shown[0]
    drawn = material.curve(film.run)
    before, share = int(epoch), epoch % 1
    row = film.run.params.astype(float)
    w = row[before] if not share else (1 - share) * row[before] + share * row[before + 1]
    assert drawn.at(epoch) == pytest.approx(columns(drawn.x) @ w, abs=1e-9)
    if before < 100:
        assert np.abs(drawn.at(epoch) - columns(drawn.x) @ row[before + 2]).max() > 1e-2


def test_the_curve_goes_through_the_recorded_estimates(shown):
    film = shown[0]
    for epoch in EPOCHS:
        at_points = columns(film.run.x) @ film.run.params[epoch].astype(float)
        assert film.run.yhat[epoch] == pytest.approx(at_points, abs=2e-4)


def test_the_curve_and_the_truth_are_in_the_picture(shown):
    film, stills, held = shown
    film.plot.frame, curve = held["train"]["frame"], material.curve(film.run)
    inner = slice(8, -8)
    now, first = (film.plot.place(curve.x, curve.at(epoch))[inner] for epoch in (1000.0, 0.0))
    assert share_near(stills["train"], now, film.theme.estimate) > 0.95
    assert share_near(stills["train"], first, film.theme.estimate) < 0.5
    assert curve.truth == pytest.approx(columns(curve.x) @ [4, 3, -2, 1])
    truth = film.plot.place(curve.x, curve.truth)[inner]
    assert 0.2 < share_near(stills["truth"], truth, film.theme.truth) < 0.9, "dashed"
    assert share_near(stills["train"], truth, film.theme.truth) < 0.05


def test_the_best_straight_line_is_the_best(shown):
    film, stills, held = shown
    x, y = film.run.x.astype(float), film.run.y.astype(float)
    slope, bias = np.polyfit(x, y, 1)
    film.plot.frame = held["straight"]["frame"]
    at = film.plot.place(x, bias + slope * x)
    assert share_near(stills["straight"], at, film.theme.estimate) > 0.9
    assert film.figures["line_loss"].plain == f"{np.mean((y - bias - slope * x) ** 2):.2f}"


def test_the_columns_and_their_weighted_pieces_add_up(shown):
    film = shown[0]
    made = film.pieces.pieces
    for row in EPOCHS:
        _, plain, weighted = made.at_row(row)
        assert plain == pytest.approx(columns(made.x))
        assert weighted.sum(axis=1) == pytest.approx(material.curve(film.run).at(row))
    film.pieces.epoch = 0.0
    assert film.heap.sums()[-1] == pytest.approx(columns(made.x) @ film.run.params[0])


def test_a_weighted_piece_has_the_hue_of_its_weight(shown):
    film = shown[0]
    film.pieces.epoch = 1000.0
    assert [film.pieces.hue_of(2, row) for row in range(4)] == [
        film.theme.positive, film.theme.positive, film.theme.negative, film.theme.positive,
    ]  # fmt: skip
    film.pieces.epoch = 0.0


def test_the_lines_of_the_weights_are_recorded_and_run_to_the_truth(shown):
    film, _, held = shown
    traces = held["train"]["traces"]
    for epoch in (1, 40, 1000):
        traces.epoch = float(epoch)
        ends = [traces.line(k)[-1] for k in range(4)]
        assert np.array(ends) == pytest.approx(np.stack([[epoch] * 4, film.run.params[epoch]], axis=1), abs=1e-6)
    assert traces.truths == (4.0, 3.0, -2.0, 1.0)
    assert (
        share_near(shown[1]["train"], traces.place(np.linspace(50, 950, 60), np.full(60, -2.0)), film.theme.truth) > 0.3
    )


def test_all_panels_of_the_stage_show_one_epoch(shown):
    held = shown[2]
    assert set(held["train"]["epochs"]) == {1000}
    assert set(held["homework_rate"]["epochs"]) == {72}
    assert len(held["train"]["epochs"]) == 5


# Why


def test_the_bowls_are_losses_of_moved_weights(shown):
    film, features = shown[0], columns(shown[0].run.x)
    y, best = film.run.y.astype(float), np.linalg.lstsq(features, shown[0].run.y.astype(float), rcond=None)[0]
    bowls = film.families[1]
    for weight in range(4):
        for place in (0, 60, 100, 200):
            moved = best + bowls.x[place] * np.eye(4)[weight]
            assert bowls.values[weight, place] == pytest.approx(np.mean((y - features @ moved) ** 2))
    assert film.bowl.steepest == 2
    assert film.families[0].values == pytest.approx(columns(film.families[0].x).T)


def test_the_critical_rate_lies_between_both(shown):
    film, features = shown[0], columns(shown[0].run.x)
    largest = np.linalg.eigvalsh(2 * features.T @ features / 100)[-1]
    assert largest == pytest.approx(43.74, abs=0.005)
    assert film.line.critical == pytest.approx(2 / largest)
    assert film.figures["critical"].plain == "0.04572"
    small, critical, large = film.line.place(np.array([0.01, film.line.critical, 0.1]))[:, 0]
    assert small < critical < large
    assert film.sides == "both"
    assert [film.figures[name].plain for name in ("below_factor", "beyond_factor")] == ["0.563", "−3.374"]


def test_the_loss_grew_as_the_theory_says(shown):
    film = shown[0]
    loss = film.homework.loss.astype(float)
    assert loss[32] / loss[31] == pytest.approx((1 - 0.1 * 43.742) ** 2, rel=1e-3)
    assert film.figures["times"].plain == film.figures["square"].plain == "11.4"


# What is said


@pytest.mark.parametrize(
    ("changes", "fates"),
    [
        ({"epochs": 1}, ("slow", "grows")),
        ({"large_lr": 0.04, "epochs": 1000}, ("arrives", "arrives")),
        ({"lr": 0.1, "large_lr": 0.001, "epochs": 80}, ("lost", "slow")),
        ({"large_lr": 0.0459, "epochs": 25}, ("slow", "turns")),
    ],
)
def test_what_is_said_of_a_run_follows_from_its_losses(changes, fates, tmp_path):
    runs = store.fetch_all(PolynomialParameters(**changes).experiments(), root=tmp_path)
    assert tuple(material.fate(runs[label]) for label in ("run", "homework")) == fates
    if fates[1] == "turns":
        assert runs["homework"].loss.min() < runs["homework"].loss[-1] < runs["homework"].loss[0]
    growing = material.growth(runs["homework"])
    assert growing is None


def test_other_runs_get_other_words(tmp_path):
    parameters = PolynomialParameters(lr=0.1, large_lr=0.02, epochs=60)
    runs = store.fetch_all(parameters.experiments(), root=tmp_path)
    film = play("polynomial", parameters, lambda *_: None, runs)
    said = {subtitle.text for subtitle in film.subtitles}
    assert film.text("train.lost") in said
    assert film.text("homework_rate.slow") in said
    assert film.text("critical.both") in said
    assert not any("an epoch multiplies" in text for text in said)


def test_with_equal_rates_the_overflow_is_told_once(tmp_path):
    parameters = PolynomialParameters(lr=0.1, large_lr=0.1, epochs=90)
    runs = store.fetch_all(parameters.experiments(), root=tmp_path)
    film = play("polynomial", parameters, lambda *_: None, runs)
    told = [key for key in standing(film) if key[1] == film.text("homework_rate.overflow")]
    assert len(told) == 1
    assert film.time <= 85


def test_no_figure_is_made_for_nobody(shown):
    assert unread(shown[0]) == set()


def test_every_caption_can_be_read_and_the_length_is_right(shown):
    film = shown[0]
    assert 25 <= film.time <= 85
    assert min(standing(film).values()) >= 2.55


# Panels


def test_a_family_is_named_where_it_leaves_the_plot():
    look, x = Look("dark", "en"), np.linspace(-2, 2, 81)
    panel = Family((-3, -3, 3, 3), look, x, np.stack([x**2, 9 * x**2]), (0.0, 5.0), ("a", "b"), ("x", "y"), "#ffffff")
    panel.grown = np.array([1.0, 0.5])
    ends, (_, _, right, top) = panel.ends(), panel.inner()
    assert ends[0] == pytest.approx(panel.place(x[-1:], x[-1:] ** 2)[0])
    assert ends[0, 0] == pytest.approx(right)
    assert ends[1, 1] >= top
    assert panel.curve(1)[0] == pytest.approx(panel.place(np.array([-1.0]), np.array([9.0]))[0])


def test_small_plots_without_their_first_column_are_wider():
    x = np.linspace(-1, 1, 11)
    pieces = Pieces(x, np.arange(1), lambda row: np.ones((3, 11, 2)), 2, 1.0)
    panel = NodePieces((0.0, -2.0, 4.0, 2.0), Look("dark", "en"), pieces, ("", "v", "w"), first=V)
    left, right = panel.tile(1, 0), panel.tile(2, 0)
    assert left[0] == 0.0
    assert right[2] == pytest.approx(4.0 - BESIDE)
    assert right[0] - left[2] == pytest.approx(GAP)
