"""`learning-rate` tells the truth: what it draws and says against plain NumPy, formulas and the reference figures."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from manim import tempconfig

from learning import store
from scenes import captions
from scenes.captions import SYMBOLS, placeholders
from scenes.catalogue import find
from scenes.drawing import channels
from scenes.figures import rate as rate_figures
from scenes.material import rate as rate_material
from scenes.numbers import fixed
from scenes.parameters import LearningRateParameters
from scenes.theme import DARK

WIDTH, HEIGHT = 1280, 720
UNIT = HEIGHT / 8

ENDS = {  # reference-figures.md: 30 epochs from (-5, 10): where it ends, and the loss after the last update but one
    0.0001: ((-1.8619, 7.2999), 2882.18),
    0.001: ((2.4290, 4.0144), 26.4144),
    0.0038: ((2.4459, 4.0043), 26.3600),
    0.0083: ((3.6117, 6.0392), 674.40),
    0.0085: ((7.1824, 12.2714), 9768.12),
    0.01: ((3.25e4, 5.67e4), 2.545e11),
}
CRITICAL, LARGEST, SMALLEST = 0.008238, 242.7701, 185.9603
KEYS = ["run", "group", "group", "run-2", "run-3", "run-4"]
"""The beats in which the six runs are shown."""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return tmp_path_factory.mktemp("histories")


def shown(root: Any, parameters: LearningRateParameters, keep: Any = lambda film, key: None) -> Any:
    """A film that was played without being encoded; `keep` is called at the end of every beat."""
    runs = store.fetch_all(parameters.experiments(), root=root)
    options = {
        "pixel_width": WIDTH, "pixel_height": HEIGHT, "frame_rate": 30, "dry_run": True,
        "verbosity": "ERROR", "progress_bar": "none",
    }  # fmt: skip
    with tempconfig(options):
        film: Any = find("learning-rate").load_scene()(parameters, runs, skip_animations=True)
        film.on_beat = lambda beat: keep(film, beat.key)
        film.render()
    return film


def picture(film: Any) -> np.ndarray:
    film.renderer.static_image = None
    film.renderer.update_frame(film)
    return np.asarray(film.renderer.get_frame()[:, :, :3])


@pytest.fixture(scope="module")
def played(root: Any) -> Any:
    """The film with its defaults, and what stood on the screen at the end of every beat."""
    beats: dict[str, SimpleNamespace] = {}

    def keep(film: Any, key: str) -> None:
        at = film.map
        running = [i for i in range(6) if at.running[i] and at.strength[i]]
        balls = {i: at.position(i) for i in running}
        ends = {i: film.race.curve(i)[-1] for i in running} if film.race.axes else {}
        numbers = [film.readout.text(i) for i in range(4)] if film.readout.opacity else []
        beats[key] = SimpleNamespace(
            epochs=at.epochs.copy(), balls=balls, ends=ends, inner=at.inner(), race=film.race.inner(),
            span=np.array(film.race.span), numbers=numbers, rights=film.readout.rights.copy(), frame=picture(film),
        )  # fmt: skip

    film = shown(root, LearningRateParameters(), keep)
    return SimpleNamespace(film=film, beats=beats)


def descended(run: Any, rate: float, epochs: int) -> np.ndarray:
    """Weights (epochs + 1, 2) of gradient descent, in plain NumPy with float64."""
    x, y = run.x.astype(float), run.y.astype(float)
    w = [np.array([-5.0, 10.0])]
    for _ in range(epochs):
        miss = w[-1][0] + w[-1][1] * x - y
        w.append(w[-1] - rate * 2 * np.array([miss.sum(), (miss * x).sum()]))
    return np.array(w)


def pixel(scene: np.ndarray) -> np.ndarray:
    return np.array([WIDTH / 2 + scene[0] * UNIT, HEIGHT / 2 - scene[1] * UNIT])


def yellow(frame: np.ndarray, around: np.ndarray, reach: int = 24) -> np.ndarray:
    """Centre of the largest yellow disc near a pixel, by matching a disc of the ball's size."""
    column, row = np.round(around).astype(int)
    part = frame[row - reach : row + reach + 1, column - reach : column + reach + 1].astype(float)
    near = (np.linalg.norm(part - 255 * np.array(channels(DARK.position)), axis=2) < 60).astype(float)
    rows, columns = np.mgrid[-9:10, -9:10]
    disc = (rows**2 + columns**2 <= 81).astype(float)
    score = np.fft.irfft2(np.fft.rfft2(near) * np.conj(np.fft.rfft2(disc, near.shape)), near.shape)
    best = np.argwhere(score >= score.max() - 0.5).mean(axis=0)[::-1] + 9
    return np.asarray(around.round() - reach + best)


def test_the_beats_are_a_question_each_run_the_reason_and_all_of_them(played):
    keys = [beat.key for beat in played.film.beats]
    assert keys == ["question", "first_steps", *dict.fromkeys(KEYS), "why", "critical", "compare"]
    assert played.film.passages == [[0], [1, 2], [3], [4], [5]]


def test_each_run_ends_where_the_reference_says(played):
    for run in played.film.runs:
        (w0, w1), before_last = ENDS[run.experiment.lr]
        assert run.params[-1] == pytest.approx([w0, w1], rel=2e-4 if w0 < 1e3 else 3e-3)
        assert run.loss[-2] == pytest.approx(before_last, rel=3e-4)


def test_what_is_said_of_each_run_is_recorded(played):
    said = [line.text for line in played.film.subtitles]
    notes = {beat.title: beat.note for beat in played.film.beats}
    for number in (0, 3, 4, 5):
        run = played.film.runs[number]
        rate = f"{run.experiment.lr:g}"
        (line,) = [text for text in said if f"α = {rate} " in text and "loss" in text]
        shown = run.loss[6] if number == 3 else run.loss[-1]
        assert fixed(float(shown)).plain in line
        ends = [float(part.replace(",", "").replace("−", "-")) for part in _parts(rate_figures._ends(run).plain)]
        assert ends == pytest.approx(run.params[-1], abs=6e-4, rel=2e-3)
        assert rate_figures._ends(run).plain in notes[f"α = {rate}"]
        assert fixed(float(run.loss[-1])).plain in notes[f"α = {rate}"]


def test_of_two_that_arrive_the_first_and_the_last_are_told(played):
    since = {}
    for number in (1, 2):
        near = played.film.runs[number].loss <= 1.01 * 26.36003
        since[number] = int(np.flatnonzero(~near)[-1]) + 1
    (line,) = [line.text for line in played.film.subtitles if line.text.startswith("Within 1 %")]
    assert f"first α = 0.0038, from epoch {since[2]} on" in line
    assert f"last α = 0.001, from epoch {since[1]} on" in line


def test_the_table_holds_where_each_ends_and_what_more_time_makes_of_it(played):
    for run, curve in zip(played.film.runs, played.film.race.curves, strict=True):
        (w0, w1), loss = ENDS[run.experiment.lr][0], float(run.loss[-1])
        assert curve.name.plain == f"{run.experiment.lr:g}"
        said = [number(part) for part in curve.details[0].plain.strip("()").split(", ")]
        assert said == pytest.approx([w0, w1], rel=2e-3, abs=6e-4)
        assert curve.details[1].plain == fixed(loss).plain
        assert curve.details[2].plain == ("→ ∞" if run.experiment.lr * LARGEST > 2 else "")


def number(text):
    """The value of a number as a film writes it."""
    mantissa, _, power = text.replace("\N{MINUS SIGN}", "-").replace(",", "").partition("×10")
    return float(mantissa) * 10.0 ** int(power.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")) or 0)


def test_the_numbers_never_move_their_place(played):
    places = [played.beats[key].rights for key in KEYS]
    assert all((place == places[0]).all() for place in places)


def test_there_is_time_to_predict_and_to_read(played):
    lasting = {line.text: line.end - line.start for line in played.film.subtitles}
    asked = [text for text in lasting if "What will happen?" in text]
    assert len(asked) == 5
    (curved,) = [text for text in lasting if "How strongly it is curved" in text]
    assert "242.77" in curved
    assert lasting[curved] >= 4
    verdicts = [line for line in played.film.subtitles if "diverges" in line.text or "not there yet" in line.text]
    assert min(line.end - line.start for line in verdicts) >= 2.5


def _parts(pair: str) -> list[str]:
    """The two numbers of a pair, powers of ten as a computer writes them."""
    digits = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
    return [part.translate(digits).replace("×10", "e") for part in pair.strip("()").split(", ")]


def test_the_critical_rate_is_two_over_the_largest_eigenvalue(played):
    run = played.film.runs[0]
    x = np.stack([np.ones(100), run.x.astype(float)], axis=1)
    largest = np.linalg.eigvalsh(2 * x.T @ x)[-1]
    assert largest == pytest.approx(LARGEST, rel=1e-6)
    assert played.film.cut.critical == pytest.approx(2 / largest)
    assert played.film.figures["critical"].plain == f"{CRITICAL}"
    assert played.film.figures["lmax"].plain == "242.77"
    assert any("0.008238" in line.text for line in played.film.subtitles)
    line = played.film.line
    middle = line.place(np.array([2 / largest]))[0, 0]
    assert [dot > middle for dot in line.place(line.rates)[:, 0]] == [False, False, False, True, True, True]


@pytest.mark.parametrize("number", range(6))
def test_ball_and_curve_of_a_run_are_where_its_last_state_belongs(played, number):
    seen, film = played.beats[KEYS[number]], played.film
    rate = sorted(ENDS)[number]
    weights = descended(film.runs[number], rate, 30)[-1]
    expected = on_map(seen.inner, film, weights)
    if np.abs(weights).max() < 1e3:
        assert seen.balls[number] == pytest.approx(expected, abs=2e-3)
    _, bottom, right, top = seen.race
    power = np.log10(loss_of(film.runs[number], weights))
    height = bottom + (power - seen.span[0]) / (seen.span[1] - seen.span[0]) * (top - bottom)
    assert seen.ends[number] == pytest.approx([right, height], abs=5e-3)
    if KEYS[number] == "group":
        assert seen.numbers == [], "of two runs at once no numbers are shown"
    else:
        assert seen.numbers[3] == "30"


def on_map(inner: np.ndarray, film: Any, weights: np.ndarray) -> np.ndarray:
    """Scene coordinates of weights: their share of the window, written out."""
    ground = film.terrain
    low, high = np.array([ground.w0[0], ground.w1[0]]), np.array([ground.w0[-1], ground.w1[-1]])
    return np.asarray(inner[:2] + (weights - low) / (high - low) * (inner[2:] - inner[:2]))


def loss_of(run: Any, w: np.ndarray) -> float:
    return float(((run.y.astype(float) - w[0] - w[1] * run.x.astype(float)) ** 2).sum())


def test_the_balls_are_seen_in_the_picture(played):
    """In the picture at the end of its beat the ball of a run stands at its last weights, and its curve ends there."""
    for number, key in ((0, "run"), (3, "run-2")):
        seen = played.beats[key]
        weights = descended(played.film.runs[number], sorted(ENDS)[number], 30)[-1]
        spot = pixel(on_map(seen.inner, played.film, weights))
        assert yellow(seen.frame, spot) == pytest.approx(spot, abs=2.5)
        end = pixel(seen.ends[number])
        assert yellow(seen.frame, end) == pytest.approx(end, abs=2.5)


@pytest.mark.parametrize("epoch", [0, 1, 2, 7])
def test_path_curve_and_ball_show_the_epoch_of_the_clock(played, epoch):
    """0.0083 at several epochs; an epoch earlier or later is somewhere else."""
    film, number = played.film, 3
    at, race = film.map, film.race
    at.epochs[number] = race.epochs[number] = float(epoch)
    weights = descended(film.runs[number], 0.0083, epoch + 1)
    assert at.position(number) == pytest.approx(on_map(at.inner(), film, weights[epoch]), abs=2e-3)
    assert np.hypot(*(at.position(number) - on_map(at.inner(), film, weights[epoch + 1]))) > 0.05
    assert len(at.path(number)) == epoch + 2, "the states so far, and where it is"
    losses = [loss_of(film.runs[number], w) for w in weights]
    drawn = race.curve(number)
    assert drawn[-1] == pytest.approx(race.place(np.array([epoch]), np.array([losses[epoch]]))[0], abs=2e-3)


def test_the_first_steps_lie_on_one_line_and_are_as_long_as_their_rates(played):
    film = played.film
    start = film.runs[0].params[0].astype(float)
    steps = [run.params[1].astype(float) - start for run in film.runs]
    lengths = np.array([np.hypot(*step) for step in steps])
    rates = np.array([run.experiment.lr for run in film.runs])
    assert lengths / rates == pytest.approx(np.full(6, lengths[0] / rates[0]), rel=1e-3)
    seen = played.beats["first_steps"]
    for number, step in enumerate(steps):
        assert seen.balls[number] == pytest.approx(on_map(seen.inner, film, start + step), abs=2e-3)


def test_83_falls_first_and_rises_after(played):
    film, run = played.film, played.film.runs[3]
    assert film.fates == ["slow", "arrives", "arrives", "turns", "grows", "grows"]
    assert film.race.lowest(3) == 6
    assert run.loss[0] > run.loss[6] < run.loss[-1]
    (line,) = [text.text for text in film.subtitles if "epoch 6" in text.text]
    assert fixed(float(run.loss[6])).plain in line


def test_the_map_is_the_surface_seen_from_above(root):
    """When the surface gives way to the map, its floor covers the map's square, not turned."""
    corners = []

    def keep(film: Any, key: str) -> None:
        if key == "question":
            floor = np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]], float)
            corners.append((film.ground.view().project(floor), film.map.inner()))

    shown(root, LearningRateParameters(lr=(0.001,), epochs=3), keep)
    seen, (left, bottom, right, top) = corners[0]
    assert seen == pytest.approx(np.array([[left, bottom], [right, bottom], [right, top], [left, top]]), abs=1e-6)


def test_a_run_that_leaves_the_map_says_so(played):
    film = played.film
    ground = film.terrain
    for number, run in enumerate(film.runs):
        inside = (
            (run.params[:, 0] >= ground.w0[0]) & (run.params[:, 0] <= ground.w0[-1])
            & (run.params[:, 1] >= ground.w1[0]) & (run.params[:, 1] <= ground.w1[-1])
        )  # fmt: skip
        expected = None if inside.all() else int(run.epoch[np.argmin(inside)])
        assert film.map.leaves_at(number) == expected
    assert film.map.leaves_at(5) is not None


def test_jumps_are_the_recorded_weights_seen_along_the_cut(played):
    film = played.film
    run = film.runs[5]
    assert film.shown_in_cut == [1, 5]
    x = np.stack([np.ones(100), run.x.astype(float)], axis=1)
    steepest = np.linalg.eigh(2 * x.T @ x)[1][:, -1]
    best = np.linalg.lstsq(x, run.y.astype(float), rcond=None)[0]
    seen = film.parabola.hops[1]
    along = (run.params[:4].astype(float) - best) @ steepest
    assert np.abs(seen.distance) == pytest.approx(np.abs(along), rel=1e-6)
    assert (np.abs(seen.distance) <= film.cut.distance[-1]).all(), "none leaves the picture"
    assert seen.distance[1:] / seen.distance[:-1] == pytest.approx(np.full(3, 1 - 0.01 * LARGEST), rel=1e-3)
    assert film.figures["lacross"].plain == f"{SMALLEST:.2f}"
    on_cut = [loss_of(run, best + distance * film.cut.direction) for distance in seen.distance]
    assert seen.loss == pytest.approx(on_cut)


@settings(max_examples=40, deadline=None)
@given(st.floats(1e-5, 0.05), st.integers(1, 60))
def test_what_became_of_a_run_is_what_was_recorded(root, rate, epochs):
    run = store.fetch(LearningRateParameters(lr=(rate,), epochs=epochs).experiments()[f"lr {rate:.15g}"], root=root)
    fate = rate_material.fate(run, 26.36)
    loss = run.loss.astype(float)
    claims = {
        "lost": not np.isfinite(loss[-1]) or not np.isfinite(run.params[-1]).all(),
        "grows": loss[-1] > loss[0],
        "turns": loss.min() < loss[-1] < loss[0] * 1.01,
        "arrives": loss[-1] < 26.36 * 1.011,
        "slow": loss[-1] > 26.36 * 1.009,
    }
    assert claims[fate]
    if fate == "arrives":
        since = rate_material.arrived(run, 26.36)
        assert (loss[since:] < 26.36 * 1.011).all()
    if rate < CRITICAL * 0.999:
        assert fate in ("slow", "arrives")


def test_where_there_are_more_than_five_runs_neighbours_of_one_fate_are_shown_together():
    fates = ["slow", "slow", "arrives", "arrives", "slow", "turns", "grows", "lost"]
    assert rate_material.passages(fates) == [[0, 1], [2, 3], [4], [5], [6], [7]]
    assert rate_material.passages(fates[:6]) == [[0], [1], [2, 3], [4], [5]], "those that arrive are the first"
    assert rate_material.passages(fates[:5]) == [[0], [1], [2], [3], [4]]


@given(st.lists(st.sampled_from(rate_material.TOGETHER), min_size=1, max_size=10))
def test_every_run_is_shown_once_and_in_order(fates):
    shown = rate_material.passages(fates)
    assert [run for runs in shown for run in runs] == list(range(len(fates)))
    assert all(len({fates[run] for run in runs}) == 1 for runs in shown)


@pytest.mark.parametrize(("factor", "said"), [
    (0.757, "0.757"), (-1.0153, "−1.015"), (-1.0004, "−1.0004"), (0.99976, "0.9998"), (1 - 2.4e-10, "1 − 2.40×10⁻¹⁰"),
    (-1 - 1e-7, "−1 − 1.00×10⁻⁷"), (-1.0, "−1.000"), (0.0, "0.000"),
])  # fmt: skip
def test_a_factor_is_never_said_to_be_1_where_it_is_not(factor, said, monkeypatch):
    monkeypatch.setattr(rate_material, "factor", lambda run: factor)
    assert rate_figures.factor(None).plain == said


@pytest.mark.parametrize("epoch", [0, 0.5, 1, 2, 3])
def test_the_foot_on_the_map_is_the_ball_on_the_parabola(played, epoch):
    """Both show d: the recorded weights, seen along the direction of greatest curvature."""
    film, number = played.film, 5
    x = np.stack([np.ones(100), film.runs[5].x.astype(float)], axis=1)
    direction = np.linalg.eigh(2 * x.T @ x)[1][:, -1] * np.sign(film.cut.direction[0])
    best = np.linalg.lstsq(x, film.runs[5].y.astype(float), rcond=None)[0]
    rows = film.runs[5].params.astype(float)
    low = int(epoch)
    weights = rows[low] + (epoch - low) * (rows[low + 1] - rows[low])
    expected = (weights - best) @ (direction / np.hypot(*direction))
    above, cut = film.map, film.parabola
    above.epochs[number] = cut.epochs[1] = float(epoch)
    above.foot = 1.0
    foot, ball, star = above.foot_of(number), above.position(number), above.place(best[None])[0]
    assert foot == pytest.approx(above.place((best + expected * film.cut.direction)[None])[0], abs=1e-3)
    assert (ball - foot) @ (foot - star) == pytest.approx(0, abs=1e-3), "perpendicular to the eye"
    middle, unit = cut.place(np.array([0.0, 1.0]), np.zeros(2))[:, 0]
    assert (cut.position(1)[0] - middle) / (unit - middle) == pytest.approx(expected, abs=1e-3)


def test_the_map_has_one_scale(played):
    ground = played.film.terrain
    assert ground.w0[-1] - ground.w0[0] == pytest.approx(ground.w1[-1] - ground.w1[0])


def test_the_star_is_seen_behind_a_ball_at_the_minimum(played):
    seen, film = played.beats["group"], played.film
    spot = pixel(on_map(seen.inner, film, np.array(film.best.weights))).round().astype(int)
    part = seen.frame[spot[1] - 25 : spot[1] + 26, spot[0] - 25 : spot[0] + 26].astype(float)
    red = np.linalg.norm(part - 255 * np.array(channels(DARK.minimum)), axis=2) < 40
    assert red.sum() > 100
    assert np.hypot(*(seen.balls[2] - on_map(seen.inner, film, np.array(film.best.weights)))) < 0.02


def test_the_longest_film_is_not_too_long(root):
    """Six passages, one of them slow: more than the parameters in far.py have."""
    rates = (0.0001, 0.001, 0.0038, 0.008, 0.0083, 0.0085, 0.1)
    film = shown(root, LearningRateParameters(lr=rates))
    assert len(film.passages) == 6
    assert film.time <= 90


def test_every_placeholder_of_the_film_is_filled(played):
    film = played.film
    filled = {*film.figures, *SYMBOLS}
    for language in captions.LANGUAGES:
        loaded = captions.load(language)
        for key in (key for key in loaded if key.startswith("learning-rate.")):
            words = {name for name in placeholders(loaded.template(key)) if f"learning-rate.words.{name}" in loaded}
            assert placeholders(loaded.template(key)) <= filled | words, key


@pytest.mark.parametrize("language", captions.LANGUAGES)
def test_captions_fit_the_line(played, language):
    from scenes.film import LEFT, RIGHT
    from scenes.look import Look
    from scenes.theme import SIZES

    look = Look("dark", language)
    long = {**played.film.figures, **rate_figures.of_run(played.film.runs[3], played.film.best, None)}
    spoken = [key for key in look.captions if key.startswith("learning-rate.") and key.count(".") == 2]
    for key in spoken:
        part = key.split(".")[2]
        if part.startswith("note") or part == "title" or ".words." in key or ".parts." in key:
            continue
        words = {
            name: look.captions.text(f"learning-rate.words.{name}")
            for name in placeholders(look.captions.template(key))
            if f"learning-rate.words.{name}" in look.captions
        }
        line = look.ink(look.captions.typeset(key, **{**words, **long}), SIZES.caption)
        assert line.advance <= RIGHT - LEFT, key


@pytest.mark.parametrize(
    ("factor", "said"),
    [
        (-0.1, "−0.100"), (0.1, "0.100"), (0.01, "0.010"), (-10.0, "−10.000"), (1.0, "1.000"), (-1.0, "−1.000"),
        (-1.0154, "−1.015"), (0.99996, "0.99996"), (-1.00001, "−1.00001"), (1 - 1e-9, "1 − 1.00×10⁻⁹"),
    ],
)  # fmt: skip
def test_a_factor_is_written_so_that_it_is_told_from_one(factor, said, monkeypatch):
    monkeypatch.setattr(rate_figures.rate_material, "factor", lambda run: factor)
    assert rate_figures.factor(None).plain == said
