"""`sse-mse` tells the truth: ledger, surfaces, map and losses against plain NumPy and the reference figures."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from netstage import play, share_near, standing, still

from learning import store
from scenes.bases.sse_mse import SMALL
from scenes.numbers import MINUS
from scenes.panels.terrain import BOX_HEIGHT
from scenes.parameters import SseMseParameters
from scenes.theme import DARK

LOSS, GRADIENT, STEP, FIRST = 8587.6875, (-1342.2523, 1188.9307), (-1.3423, 1.1889), (-3.6577, 8.8111)
END, BEST, CRITICAL, LEAST = (2.4290, 4.0144), (2.4459, 4.0043), 0.008238, 26.3600  # reference-figures.md
WEIGHTS, LOSSES, SLOPES, RATES, STEPS = range(5)


@pytest.fixture(scope="module")
def histories(tmp_path_factory: pytest.TempPathFactory) -> Any:
    root = tmp_path_factory.mktemp("histories")
    return store.fetch_all(SseMseParameters().experiments(), root=root)


@pytest.fixture(scope="module")
def shown(histories: Any) -> Any:
    """The film with its defaults, a picture of every beat, and what was under the clock in it."""
    beats: dict[str, SimpleNamespace] = {}

    def keep(film: Any, key: str) -> None:
        both = film.surfaces
        beats[key] = SimpleNamespace(
            frame=still(film), epoch=film.epoch, shown=film.ledger.shown.copy(), rise=both[1].rise,
            balls=[s.view().project(s._trails[0].place(s.epoch)) for s in both],
            numbers=[[film.ledger.text(row, column) for column in (0, 1)] for row in range(5)],
            between=[film.ledger.comparison(row) for row in range(5)],
            map=[film.map.position(run) for run in range(3)], strength=film.map.strength.copy(),
        )  # fmt: skip

    return play("sse-mse", SseMseParameters(), keep, histories), beats


def quickly(**values: Any) -> Any:
    """The film with other parameters, hardly drawn."""
    return play("sse-mse", SseMseParameters(**values), lambda film, key: None, size=(160, 90))


def numbers(text: str) -> list[float]:
    """The values of one or two numbers as the film writes them."""
    digits = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
    parts = text.strip("()").replace(MINUS, "-").split(", ")
    return [float(part.replace(",", "").translate(digits).replace("×10", "e")) for part in parts]


def descended(run: Any, lr: float, share: float, steps: int, kind: type = np.float64) -> np.ndarray:
    """Weights (steps + 1, 2) of gradient descent on the squares, divided by `share`, written out."""
    x, y, w = run.x.astype(kind), run.y.astype(kind), [np.array([-5, 10], kind)]
    with np.errstate(all="ignore"):
        for _ in range(steps):
            miss = w[-1][0] + w[-1][1] * x - y
            slope = 2 * np.array([miss.sum(dtype=kind), (miss * x).sum(dtype=kind)]) / kind(share)
            w.append(w[-1] - kind(lr) * slope)
    return np.array(w)


def said(film: Any) -> str:
    return " | ".join(line.text for line in film.subtitles)


def test_the_reference_figures_are_on_the_screen(shown):
    film, beats = shown
    assert numbers(film.figures["sum0"].plain) == pytest.approx([LOSS], abs=0.005)
    assert numbers(film.figures["mean0"].plain) == pytest.approx([LOSS / 100], abs=0.005)
    assert numbers(beats["slope"].numbers[LOSSES][0]) == pytest.approx([LOSS], abs=0.005)
    assert numbers(beats["slope"].numbers[SLOPES][0]) == pytest.approx(GRADIENT, abs=0.005)
    assert numbers(beats["slope"].numbers[SLOPES][1]) == pytest.approx(np.divide(GRADIENT, 100), abs=0.005)
    for column in (0, 1):
        assert numbers(beats["step"].numbers[WEIGHTS][column]) == pytest.approx(FIRST, abs=1e-4)
        assert numbers(beats["train"].numbers[WEIGHTS][column]) == pytest.approx(END, abs=1e-4)
    assert numbers(film.figures["sum_step"].plain) == pytest.approx(STEP, abs=1e-4)
    assert film.figures["sum_step"] == film.figures["mean_step"]
    assert numbers(film.figures["sum_critical"].plain) == [CRITICAL]
    assert numbers(film.figures["mean_critical"].plain) == pytest.approx([100 * CRITICAL])
    assert film.best.weights == pytest.approx(BEST, abs=5e-5)
    assert [ground.minimum[2] for ground in film.grounds] == pytest.approx([LEAST, LEAST / 100], rel=1e-5)
    assert "(2.4290, 4.0144)" in said(film)
    assert "26.40" in said(film)


def test_rows_come_in_one_by_one_and_compare_the_two(shown):
    _, beats = shown
    assert beats["slope"].shown.tolist() == [1, 1, 1, 0, 0]
    assert beats["slope"].between[:3] == ["=", "100 : 1", "100 : 1"]
    assert beats["step"].shown.tolist() == [1] * 5
    assert beats["train"].between[1:] == ["100 : 1", "100 : 1", "1 : 100", "="]


def test_the_ledger_is_gradient_descent_at_every_epoch(shown, histories):
    film, _ = shown
    run = histories["sum"]
    x, y = run.x.astype(float), run.y.astype(float)
    for column, (lr, share) in enumerate(((0.001, 1), (0.1, 100))):
        expected = descended(run, lr, share, 30)
        for epoch in range(31):
            film.ledger.epoch = epoch
            miss = expected[epoch, 0] + expected[epoch, 1] * x - y
            slope = 2 * np.array([miss.sum(), (miss * x).sum()]) / share
            rows = [numbers(film.ledger.text(row, column)) for row in range(5)]
            assert rows[WEIGHTS] == pytest.approx(expected[epoch], abs=6e-5)
            assert rows[LOSSES] == pytest.approx([(miss**2).sum() / share], abs=0.006 / share)
            assert rows[SLOPES] == pytest.approx(slope, abs=0.006 / share)
            assert rows[RATES] == [lr]
            assert rows[STEPS] == pytest.approx(lr * slope, abs=6e-6)
            assert rows[STEPS] == pytest.approx(np.multiply(lr, rows[SLOPES]), abs=1.1e-5), "as written"
            if epoch:
                assert rows[WEIGHTS] != pytest.approx(expected[epoch - 1], abs=6e-5), "an off-by-one is caught"
    film.ledger.epoch = 30.0


def test_the_difference_told_is_the_largest_recorded(shown, histories):
    film, beats = shown
    differences = np.abs(histories["sum"].params.astype(float) - histories["mean"].params.astype(float)).max(axis=1)
    assert film.figures["apart"].plain == "4.8×10⁻⁷"
    assert numbers(film.figures["apart"].plain) == pytest.approx([differences.max()], rel=0.02)
    film.ledger.epoch = float(np.argmax(differences))
    assert film.ledger.comparison(WEIGHTS) == "4.8×10⁻⁷ apart"
    film.ledger.epoch = 30.0
    assert beats["slope"].between[WEIGHTS] == "=", "the same start"


def test_the_mean_is_the_sum_n_times_lower(shown):
    film, beats = shown
    total, mean = film.grounds
    assert np.allclose(total.loss, 100 * mean.loss, rtol=1e-5)
    assert total.ceiling == pytest.approx(100 * mean.ceiling)
    assert np.allclose(total.grid, mean.grid, atol=1e-6), "drawn n times as high, the same shape"
    surface = film.surfaces[1]
    top = np.array([[0.0, 0.0, 0.0], [0.0, 0.0, BOX_HEIGHT]])
    surface.elevation, heights = 28.0, {}
    for rise in (1.0, 0.01):
        surface.rise = rise
        foot, head = surface.view().project(top)
        heights[rise] = head[1] - foot[1]
    assert heights[0.01] == pytest.approx(heights[1.0] / 100), "to one scale"
    surface.rise, surface.elevation = 1.0, 90.0
    assert beats["scale"].rise == 1.0


@pytest.mark.parametrize("key", ["slope", "step", "train"])
def test_both_balls_lie_where_the_weights_say(shown, histories, key):
    film, beats = shown
    beat = beats[key]
    places = []
    for run, ground in zip((histories["sum"], histories["mean"]), film.grounds, strict=True):
        row = round(beat.epoch)
        share = (run.loss[row] - ground.base) / (ground.ceiling - ground.base)
        across = [(run.params[row, i] - w[0]) / (w[-1] - w[0]) for i, w in enumerate((ground.w0, ground.w1))]
        places.append(np.array([2 * across[0] - 1, 2 * across[1] - 1, BOX_HEIGHT * share]))
    assert np.allclose(*places, atol=1e-5)
    beside = np.add(beat.balls, (0.07, -0.04))  # an arrow may begin in the middle
    assert share_near(beat.frame, beside, DARK.position) == 1.0
    apart = np.subtract(*beat.balls)
    assert apart == pytest.approx([SMALL[0][0] - SMALL[1][0], 0.0], abs=1e-3), "the same place in both frames"


def test_one_map_one_path(shown, histories):
    film, beats = shown
    first, second, _ = beats["one_path"].map
    assert np.allclose(first, second, atol=1e-6)
    assert share_near(beats["one_path"].frame, first[None], DARK.position) == 1.0
    ground, inner = film.grounds[0], film.map.inner()
    run = histories["sum"]
    across = (run.params[-1, 0] - ground.w0[0]) / (ground.w0[-1] - ground.w0[0])
    up = (run.params[-1, 1] - ground.w1[0]) / (ground.w1[-1] - ground.w1[0])
    expected = [inner[0] + across * (inner[2] - inner[0]), inner[1] + up * (inner[3] - inner[1])]
    assert first == pytest.approx(expected, abs=1e-5)
    for surface in film.surfaces:
        corner = surface.view().project(np.array([[-1.0, -1.0, 0.0], [1.0, 1.0, 0.0]]))
        assert corner.ravel() == pytest.approx(inner, abs=1e-6), "the floors lie where the map is"


def test_the_losses_are_n_apart_in_every_epoch(shown, histories):
    film, _ = shown
    ratio = histories["sum"].loss / histories["mean"].loss
    assert ratio == pytest.approx(100, rel=1e-5)
    assert "100 times apart in every epoch" in said(film)
    heights = np.array([film.race.place(np.array([k]), np.array([run.loss[k]]))[0, 1]
                        for k in (0, 30) for run in (histories["sum"], histories["mean"])])  # fmt: skip
    assert heights[0] - heights[1] == pytest.approx(heights[2] - heights[3], rel=1e-4)


def test_the_mean_s_rate_makes_the_sum_explode_as_recorded(shown, histories):
    film, _ = shown
    wrong = histories["wrong"]
    by_hand = descended(wrong, 0.1, 1, 30)
    assert wrong.params[1:8] == pytest.approx(by_hand[1:8], rel=1e-3)
    miss = by_hand[1, 0] + by_hand[1, 1] * wrong.x.astype(float) - wrong.y.astype(float)
    assert numbers(film.figures["wrong1"].plain) == pytest.approx([(miss**2).sum()], rel=5e-3)
    first = np.flatnonzero(~np.isfinite(wrong.loss))[0]
    beyond = by_hand[:, :1] + by_hand[:, 1:] * wrong.x.astype(float) - wrong.y.astype(float)
    assert np.flatnonzero((beyond**2).sum(axis=1) > np.finfo(np.float32).max)[0] == first == 14
    assert "in epoch 14 the loss is inf" in said(film)
    assert "from 8,587.69 up to 2.71×10⁶" in said(film)
    assert film.map.leaves_at(2) == 1
    assert np.isnan(wrong.loss[-1])


def test_the_epoch_in_which_it_left_the_map_stands_clear_of_its_way(shown):
    above = shown[0].map
    spot, way = above.crossing(2)
    width = above._mark_width(2, 1.0)
    gap, y = above._clear_of_way(2, spot, width, False)
    passed = spot - np.linspace(0, 3, 301)[:, None] * way
    across = (passed[:, 0] > spot[0] - gap - width) & (passed[:, 0] < spot[0] - gap)
    assert np.abs(passed[across, 1] - y).min() > 0.12


def test_every_caption_can_be_read(shown):
    film, _ = shown
    assert min(standing(film).values()) >= 2.59
    assert 25 <= film.time <= 85


@pytest.mark.parametrize(
    ("values", "words", "not_said"),
    [
        ({"mean_lr": 0.05}, "the sum's step is 2 times as long as the mean's", "parallel"),
        ({"mean_lr": 0.3}, "the mean's step is 3 times as long as the sum's", "a rate 100 times larger"),
        ({"sum_lr": 1e-5, "mean_lr": 0.001}, "small enough for the sum, too", "runs away:"),
        ({"sum_lr": 0.0085, "mean_lr": 0.85}, "which is rounding", "parts them"),
        ({"sum_lr": 1e-6, "mean_lr": 1e-4}, "it has not arrived", "runs away:"),
        ({"mean_lr": 0.0085, "sum_lr": 0.000085}, "has grown from 8,587.69", "not arrived"),
        ({"mean_lr": 0.0083}, "down to 358.70 by epoch 6, then the loss grows again: 693.97", "not arrived"),
        ({"mean_lr": 1000.0, "sum_lr": 10.0, "epochs": 60}, "rounding parts them by", "which is rounding"),
    ],
)  # fmt: skip
def test_what_is_said_follows_from_the_runs(values, words, not_said):
    film = quickly(**values)
    assert words in said(film)
    assert not_said not in said(film)


def test_claims_of_the_same_step_are_those_of_the_rates(histories):
    film = quickly(mean_lr=0.05, epochs=3)
    runs = film.histories
    first = [run.params[1] - run.params[0] for run in (runs["sum"], runs["mean"])]
    assert np.linalg.norm(first[0]) / np.linalg.norm(first[1]) == pytest.approx(2, rel=1e-4)
    far = np.abs(runs["sum"].params.astype(float) - runs["mean"].params.astype(float)).max()
    assert numbers(film.figures["apart"].plain) == pytest.approx([far], rel=0.05)
    assert film.alike == "differ"
    assert film.curves == "not_parallel"


def test_a_surface_a_few_times_lower_is_not_called_flat(shown, tmp_path):
    path = tmp_path / "five.csv"
    path.write_text("x,y\n0,1\n1,3\n2,5\n3,8\n4,9\n")
    film = quickly(data=str(path), sum_lr=0.001, mean_lr=0.005, epochs=3)
    assert "lower one: 5 times lower" in said(film)
    assert "flat" not in said(film)
    assert "almost flat: 100 times lower" in said(shown[0])


def test_a_loss_that_is_no_number_after_one_step_is_named(tmp_path):
    path = tmp_path / "far.csv"
    path.write_text("x,y\n1e6,2\n-2e6,3\n3e6,1\n")
    film = quickly(data=str(path), sum_lr=1e-15, mean_lr=1000.0, epochs=3)
    assert not np.isfinite(film.wrong.loss[1])
    assert "Its first step is 3 times the mean's: the loss is inf, no number any more" in said(film)


def test_two_runs_without_a_loss_in_the_end_are_told_so():
    film = quickly(mean_lr=50.0, sum_lr=0.5, epochs=60)
    told = [subtitle.text for subtitle in film.subtitles]
    assert not np.isfinite([film.total.loss[-1], film.mean.loss[-1]]).any()
    assert "In epoch 60 neither loss is a number: the steps are too long for both" in told
    assert any("for as long as both are numbers" in text for text in told)
