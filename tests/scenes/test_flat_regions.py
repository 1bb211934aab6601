"""`flat-regions` tells the truth: surfaces, balls, curves, numbers, colours and captions, by formulas written out."""

import re
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from manim import FadeOut
from netstage import UNIT, play, still

from learning import store
from learning.history import History
from learning.training import train
from scenes.drawing import Tween, channels
from scenes.figures import curve as figures
from scenes.film import Film
from scenes.numbers import fixed
from scenes.panels.skin import scale_colors
from scenes.panels.trail import Trail
from scenes.panels.view import View
from scenes.parameters import FlatRegionsParameters
from scenes.theme import DARK, THEMES

STARTS = ((-0.8, -0.3), (-3.0, -1.0), (-10.0, -1.0))
WINDOW = (-11.0, 3.0, -2.0, 10.0)
EPOCHS = (0, 1, 2, 7, 40, 99, 100)
BOX = 1.1
"""Height of the highest loss in model units, where the floor is 2 wide."""
WIDTH, HEIGHT = 1280, 720

REFERENCE = {
    ("mse", "SGD"): ((-0.404, 1.417), (-2.430, -0.555), (-9.999, -1.000)),
    ("bce", "SGD"): ((-0.561, 2.457), (-0.557, 2.308), (-1.624, 3.308)),
    ("mse", "Adam"): ((-1.043, 4.891), (-1.075, 5.063), (-1.509, 7.234)),
    ("bce", "Adam"): ((-1.012, 4.840), (-1.018, 4.898), (-1.347, 5.900)),
}
"""Where 100 epochs at 0.25 end from the three starts: the table of the reference figures."""


# Formulas, in float64


def sigmoid(u: np.ndarray) -> np.ndarray:
    return 0.5 * (1 + np.tanh(u / 2))


def mse(w0: Any, w1: Any, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    yhat = sigmoid(np.asarray(w0, float)[..., None] + np.asarray(w1, float)[..., None] * x)
    return ((y - yhat) ** 2).mean(axis=-1)


def bce(w0: Any, w1: Any, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    u = np.asarray(w0, float)[..., None] + np.asarray(w1, float)[..., None] * x
    return (y * np.log1p(np.exp(-u)) + (1 - y) * np.log1p(np.exp(u))).mean(axis=-1)


LOSS = {"mse": mse, "bce": bce}


def slope(loss: str, w: Any, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The gradient (2,) by the chain rule: dloss/du, times 1 and times x."""
    yhat = sigmoid(w[0] + w[1] * x)
    each = 2 * (yhat - y) * yhat * (1 - yhat) if loss == "mse" else yhat - y
    return np.array([each.mean(), (each * x).mean()])


def lowest(loss: str, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, float]:
    """The least loss, by stepping along the axes with smaller and smaller steps."""
    at, step = np.array([-1.0, 5.0]), 0.5
    least = float(LOSS[loss](*at, x, y))
    while step > 1e-7:
        tries = at + step * np.array([[1, 0], [-1, 0], [0, 1], [0, -1], [1, 4], [-1, -4]])
        values = LOSS[loss](*tries.T, x, y)
        at, least, step = (
            (tries[values.argmin()], float(values.min()), step) if values.min() < least else (at, least, step / 2)
        )
    return at, least


def share_of(run: History, least: float, row: int = -1) -> float:
    """How much of the possible drop in loss is done in a row."""
    first, here = float(run.loss[0]), float(run.loss[row])
    return (first - here) / (first - least)


def pushes(x: float, y: float, w: np.ndarray) -> dict[str, float]:
    """What one point pushes with each loss: the slopes of its own loss along u, and what they are made of."""
    yhat = float(sigmoid(np.float64(w[0] + w[1] * x)))
    miss, factor = y - yhat, yhat * float(sigmoid(np.float64(-w[0] - w[1] * x)))
    return {"said": yhat, "miss": miss, "factor": factor, "mse": -2 * miss * factor, "bce": -miss}


def read(text: str) -> tuple[float, float]:
    """The value of a written number, and what one more in its last digit would be worth."""
    plain = text.replace(",", "").replace("\N{MINUS SIGN}", "-").removesuffix(" %")
    digits, _, power = plain.partition("×10")
    scale = 10.0 ** int(power.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")) or 0)
    return float(digits) * scale, 10.0 ** -len(digits.partition(".")[2]) * scale


def says(text: str, value: float, digits: int = 3) -> bool:
    """Whether a text gives a value with so many digits that count, rounded as it must be."""
    if value == 0:
        return text == "0"
    written, unit = read(text)
    first = np.floor(np.log10(max(abs(value), abs(written))))
    fine = unit <= 10.0 ** (first + 1 - digits) * 1.0001
    return bool(fine and abs(written - value) <= 0.5001 * unit)


def in_percent(text: str, share: float) -> bool:
    """Whether a text gives a share in whole percent, or in tenths."""
    written, unit = read(text)
    return text.endswith(" %") and unit <= 1 and abs(written - 100 * share) <= 0.5001 * unit


def test_a_written_number_is_compared_by_its_digits():
    """The comparisons of this file can fail."""
    assert says("2.45×10⁻⁵", 2.4489e-5)
    assert says("\N{MINUS SIGN}0.448", -0.4482)
    assert not says("0.45", 0.4482)
    assert not says("0.449", 0.4482)
    assert not says("2.45×10⁻⁴", 2.4489e-5)
    assert in_percent("77 %", 0.774)
    assert not in_percent("77 %", 0.776)
    assert in_percent("\N{MINUS SIGN}2,209 %", -22.087)


# What the film shows


Ball = tuple[float, np.ndarray, float]
"""Size, place and strength of a ball as it was drawn."""


@dataclass
class Shot:
    """What one side of the film shows at an epoch, and the whole picture."""

    frame: np.ndarray
    balls: list[Ball]
    azimuth: float
    elevation: float
    centre: np.ndarray
    scale: float
    height: float
    numbers: tuple[str, str]
    rest: str
    rest_shown: float
    clock: str
    plot: np.ndarray
    curve: np.ndarray


@dataclass
class Stage:
    """The film, its runs by loss and start, and its shots by loss, start and epoch; stills of other moments.

    Attributes:
        pale: by loss, what each side shows in the beat of the colours.
        counted: for each start, how clear the counters of rest are when the clock begins to run.
        one: the frame of the plot in the beat of the reason; other: how clear the second one still is.
        reasons: by caption, the lines with numbers in that beat.
        gone: by beat, whether the headings, the bar of colours and the formulas of the reason are out of the picture.
    """

    film: Any
    runs: dict[tuple[str, int], History]
    shots: dict[tuple[str, int, int], Shot]
    stills: dict[str, np.ndarray]
    pale: dict[str, Shot]
    counted: list[tuple[int, ...]]
    one: np.ndarray
    other: float
    reasons: dict[str, str]
    gone: dict[str, tuple[bool, ...]]


def shoot(film: Any, side: Any, frame: np.ndarray, balls: list[Ball]) -> Shot:
    view, left = side.surface.view(), side.surface.frame[0]
    mine = [ball for ball in balls if left < ball[1][0] < left + 4.4]
    curve = side.plot.place(side.plot.x, side.plot.estimate_at(side.plot.epoch))
    return Shot(
        frame, mine, side.surface.azimuth, side.surface.elevation, np.array(view.centre), view.scale, view.height,
        (side.numbers.text(0), side.numbers.text(1)), side.rest.text(0), float(side.rest.shown[0]), film.epochs.text(0),
        side.plot.frame.copy(), curve,
    )  # fmt: skip


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """The film with its defaults; after each beat of learning its clock is set by hand, epoch after epoch."""
    root = tmp_path_factory.mktemp("histories")
    parameters = FlatRegionsParameters()
    histories = store.fetch_all(parameters.experiments(), root=root)
    runs = {(label.split()[0], int(label.split()[1])): run for label, run in histories.items()}
    shots: dict[tuple[str, int, int], Shot] = {}
    stills: dict[str, np.ndarray] = {}
    stage = Stage(None, runs, shots, stills, {}, [], np.zeros(4), 1.0, {}, {})
    balls: list[Ball] = []
    draw, advance = Trail.draw_ball, Film.advance

    def watched(self: Any, brush: Any, at: np.ndarray, size: float, strength: float) -> None:
        balls.append((size, np.array(at), strength))
        draw(self, brush, at, size, strength)

    def counting(self: Any, *arguments: Any) -> None:
        assert self.epoch == 0
        stage.counted.append(tuple(int(side.rest.shown[0]) for side in self.sides))
        advance(self, *arguments)

    def keep(film: Any, key: str) -> None:
        if key.startswith("learn"):
            start = int(key[6:] or 1) - 1
            for epoch in EPOCHS:
                balls.clear()
                for panel in film._clocked:
                    panel.epoch = float(epoch)
                frame = still(film)
                for loss, side in zip(("mse", "bce"), film.sides, strict=True):
                    shots[loss, start, epoch] = shoot(film, side, frame, balls)
        elif key == "flat":
            balls.clear()
            stills["flat"] = still(film)
            seen = list(balls)
            stage.pale |= {loss: shoot(film, side, stills["flat"], seen)
                           for loss, side in zip(LOSS, film.sides, strict=True)}  # fmt: skip
            stills.update(bare(film))
            for side in film.sides:
                side.surface.ball, side.surface.path, side.surface.star, side.surface.tint = 0.55, 0.5, 1.0, 1.0
        elif key == "why":
            stills["why"] = still(film)
            stage.one, stage.other = film.plots[0].frame.copy(), film.plots[1].opacity
            stage.reasons |= {line: film.text(f"why.{line}") for line in ("miss", "mse_push", "bce_push")}
        elif key == "above":
            stills["above"] = still(film)
            for side in film.sides:
                side.surface.ball = side.surface.path = side.surface.star = side.surface.contours = 0.0
            stills["map"] = still(film)
        shown = film.mobjects
        if key in ("flat", "why", "above"):
            stage.gone[key] = (
                *(heading not in shown for heading in film.headings), film.color_bar.opacity == 0,
                all(line not in shown for line in film.reason),
            )  # fmt: skip

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Trail, "draw_ball", watched)
        patch.setattr(Film, "advance", counting)
        stage.film = play("flat-regions", parameters, keep, histories)
    return stage


def bare(film: Any) -> dict[str, np.ndarray]:
    """The coloured surfaces without runs upon them, before and after the recolouring."""
    pictures = {}
    surfaces = [side.surface for side in film.sides]
    for name, values in (("slope", (0, 0, 0, 1)), ("height", (0, 0, 0, 0)), ("back", (1, 1, 1, 1))):
        for surface in surfaces:
            surface.ball, surface.path, surface.star, surface.tint = (float(value) for value in values)
        pictures[name] = still(film)
    return pictures


def data(stage: Stage) -> tuple[np.ndarray, np.ndarray]:
    run = stage.runs["mse", 0]
    return run.x.astype(float), run.y.astype(float)


def ceiling(loss: str, x: np.ndarray, y: np.ndarray) -> float:
    """The highest loss of the window: a corner's, as both losses rise outwards."""
    w0, w1 = np.meshgrid(np.linspace(*WINDOW[:2], 81), np.linspace(*WINDOW[2:], 81), indexing="ij")
    return float(max(LOSS[loss](a, b, x, y).max() for a, b in zip(w0, w1, strict=True)))


@pytest.fixture(scope="module")
def ceilings(stage: Stage) -> dict[str, float]:
    return {loss: ceiling(loss, *data(stage)) for loss in LOSS}


def projected(shot: Shot | View, top: float, w0: float, w1: float, loss: float) -> np.ndarray:
    """Where weights and loss belong in the scene: the parallel projection, written out."""
    x = 2 * (w0 - WINDOW[0]) / (WINDOW[1] - WINDOW[0]) - 1
    y = 2 * (w1 - WINDOW[2]) / (WINDOW[3] - WINDOW[2]) - 1
    z = BOX * loss / top
    a, e = np.radians([shot.azimuth, shot.elevation])
    right, away = np.cos(a) * x - np.sin(a) * y, np.sin(a) * x + np.cos(a) * y
    up = away * np.sin(e) + (z - shot.height / 2) * np.cos(e)
    return np.array(shot.centre) + shot.scale * np.array([right, up])


def expected(
    stage: Stage, ceilings: dict[str, float], loss: str, start: int, epoch: int, /, **other: Any
) -> np.ndarray:
    """The ball's place by the recorded numbers; `other` takes them from elsewhere, to show that it would be noticed."""
    run = stage.runs[other.get("loss", loss), other.get("start", start)]
    row = other.get("epoch", epoch)
    w0, w1 = run.params[row].astype(float)
    return projected(stage.shots[loss, start, epoch], ceilings[loss], w0, w1, float(run.loss[row]))


def pixel(scene: np.ndarray) -> np.ndarray:
    """Column and row of scene coordinates."""
    return np.array([WIDTH / 2 + scene[..., 0] * UNIT, HEIGHT / 2 - scene[..., 1] * UNIT]).T


def near(frame: np.ndarray, color: str, within: float) -> np.ndarray:
    return np.linalg.norm(frame.astype(float) - 255 * np.array(channels(color)), axis=2) < within


def ball_in(frame: np.ndarray, left: float, right: float) -> np.ndarray:
    """Centre of the largest yellow disc between two x of the scene, above the numbers; in pixels."""
    yellow = near(frame, DARK.position, 70).astype(float)
    yellow[:, : round(WIDTH / 2 + left * UNIT)] = yellow[:, round(WIDTH / 2 + right * UNIT) :] = 0
    yellow[round(HEIGHT / 2 + 1.9 * UNIT) :] = 0
    r = 8
    rows, columns = np.mgrid[-r : r + 1, -r : r + 1]
    kernel = (rows**2 + columns**2 <= r * r).astype(float)
    best = np.fft.irfft2(np.fft.rfft2(yellow) * np.conj(np.fft.rfft2(kernel, yellow.shape)), yellow.shape)
    assert best.max() > 0.85 * kernel.sum(), "there is a ball"
    return np.argwhere(best >= best.max() - 0.5).mean(axis=0)[::-1] + r


# The runs


@pytest.mark.parametrize(("loss", "optimizer"), REFERENCE)
def test_the_runs_end_where_the_reference_says(stage, loss, optimizer):
    asked = FlatRegionsParameters(optimizer=optimizer).experiments()
    for start, end in enumerate(REFERENCE[loss, optimizer]):
        run = stage.runs[loss, start] if optimizer == "SGD" else train(asked[f"{loss} {start}"])
        assert run.params[-1] == pytest.approx(end, abs=6e-4)


@pytest.mark.parametrize("loss", ["mse", "bce"])
def test_the_runs_are_those_of_plain_torch(stage, loss):
    """A loop as the notes write it: the same weights, losses and gradients, epoch by epoch."""
    run = stage.runs[loss, 1]
    x, y = torch.tensor(run.x), torch.tensor(run.y)
    w = torch.tensor(STARTS[1], requires_grad=True)
    optimizer = torch.optim.SGD([w], lr=0.25)
    measure = {"mse": torch.nn.MSELoss(), "bce": torch.nn.BCELoss()}[loss]
    for epoch in range(101):
        value = measure(torch.sigmoid(w[0] + w[1] * x), y)
        optimizer.zero_grad()
        value.backward()
        assert run.params[epoch] == pytest.approx(w.detach().numpy(), abs=2e-5)
        assert run.loss[epoch] == pytest.approx(value.item(), abs=2e-6)
        assert run.grads[epoch] == pytest.approx(w.grad.numpy(), abs=2e-6)
        optimizer.step()


def test_at_the_worst_start_the_gradients_are_four_orders_of_magnitude_apart(stage):
    x, y = data(stage)
    sizes = {}
    for loss in LOSS:
        recorded = stage.runs[loss, 2].grads[0].astype(float)
        assert recorded == pytest.approx(slope(loss, STARTS[2], x, y), rel=1e-3)
        sizes[loss] = float(np.hypot(*recorded))
    assert stage.runs["mse", 2].grads[0] == pytest.approx((-2.3e-5, -8.9e-6), abs=1e-6)
    assert stage.runs["bce", 2].grads[0] == pytest.approx((-0.40, -0.21), abs=0.01)
    assert 1e4 < sizes["bce"] / sizes["mse"] < 1e5
    said = {beat.key: beat.note for beat in stage.film.beats}["flat"]
    assert f"{round(sizes['bce'] / sizes['mse']):,} times" in said
    assert fixed(sizes["mse"], 3).plain in said
    assert fixed(sizes["bce"], 3).plain in said


# The surfaces


def test_the_surfaces_are_the_losses(stage, ceilings):
    x, y = data(stage)
    rng = np.random.default_rng(0)
    for loss, side in zip(LOSS, stage.film.sides, strict=True):
        ground = side.surface.terrain
        assert (ground.w0[0], ground.w0[-1], ground.w1[0], ground.w1[-1]) == WINDOW
        rows, columns = rng.integers(0, 81, (2, 60))
        by_formula = LOSS[loss](ground.w0[rows], ground.w1[columns], x, y)
        assert ground.loss[rows, columns] == pytest.approx(by_formula, rel=1e-9)
        size = [np.hypot(*slope(loss, w, x, y)) for w in zip(ground.w0[rows], ground.w1[columns], strict=True)]
        assert ground.steepness[rows, columns] == pytest.approx(np.array(size), rel=1e-6)
        corners = side.surface._fine_skin.mesh.faces[rng.integers(0, 6000, 60)].reshape(-1, 3)
        w0 = WINDOW[0] + (corners[:, 0] + 1) / 2 * (WINDOW[1] - WINDOW[0])
        w1 = WINDOW[2] + (corners[:, 1] + 1) / 2 * (WINDOW[3] - WINDOW[2])
        heights = BOX * LOSS[loss](w0, w1, x, y) / ceilings[loss]
        assert corners[:, 2] == pytest.approx(heights, abs=1e-5), "as they are drawn, from zero at the floor"


def test_the_stars_mark_the_lowest_points(stage):
    for loss, side in zip(LOSS, stage.film.sides, strict=True):
        at, least = lowest(loss, *data(stage))
        assert side.surface.terrain.minimum == pytest.approx((*at, least), abs=1e-4)
        assert side.least == pytest.approx(least, abs=1e-9)


# The balls


@pytest.mark.parametrize("start", range(3))
@pytest.mark.parametrize("loss", ["mse", "bce"])
def test_the_ball_is_the_projection_of_weights_and_loss_of_the_epoch_shown(stage, ceilings, loss, start):
    for epoch in EPOCHS:
        balls = stage.shots[loss, start, epoch].balls
        (drawn,) = [at for size, at, _ in balls if size == 1]
        assert drawn == pytest.approx(expected(stage, ceilings, loss, start, epoch), abs=1e-4), epoch
        assert len(balls) == 1 + start, "those before stay"


@pytest.mark.parametrize("start", [1, 2])
@pytest.mark.parametrize("loss", ["mse", "bce"])
def test_earlier_runs_stay_where_they_ended(stage, ceilings, loss, start):
    ended = [at for size, at, _ in stage.shots[loss, start, 7].balls if size < 1]
    shot = stage.shots[loss, start, 7]
    for before, drawn in zip(range(start), ended, strict=True):
        run = stage.runs[loss, before]
        wanted = projected(shot, ceilings[loss], *run.params[-1].astype(float), float(run.loss[-1]))
        assert drawn == pytest.approx(wanted, abs=1e-4)


@pytest.mark.parametrize("start", range(3))
def test_the_ball_is_in_the_picture(stage, ceilings, start):
    for epoch in EPOCHS[::2]:
        for loss, sides in (("mse", (-4.2, 0.0)), ("bce", (0.0, 4.2))):
            seen = ball_in(stage.shots[loss, start, epoch].frame, *sides)
            place = pixel(expected(stage, ceilings, loss, start, epoch))
            assert seen == pytest.approx(place, abs=2.5), (loss, epoch)


def test_a_wrong_ball_would_be_noticed(stage, ceilings):
    """The checks above can fail: by an epoch, by another run, by swapped weights, by the other loss."""
    at = {epoch: next(at for size, at, _ in stage.shots["bce", 0, epoch].balls if size == 1) for epoch in EPOCHS}
    for epoch in (1, 2, 7, 40):
        for wrong in ({"epoch": epoch - 1}, {"epoch": epoch + 1}, {"start": 1}, {"loss": "mse"}):
            other = expected(stage, ceilings, "bce", 0, epoch, **wrong)
            assert np.linalg.norm(at[epoch] - other) > 3e-4, (epoch, wrong)
    shot, run = stage.shots["bce", 0, 40], stage.runs["bce", 0]
    swapped = projected(shot, ceilings["bce"], *run.params[40, ::-1].astype(float), float(run.loss[40]))
    first = projected(shot, ceilings["bce"], *run.params[40].astype(float), float(run.loss[0]))
    seen = ball_in(shot.frame, 0.0, 4.2)
    for wrong in (swapped, first, expected(stage, ceilings, "bce", 0, 40, epoch=7)):
        assert np.linalg.norm(seen - pixel(wrong)) > 5


def test_both_sides_are_seen_alike(stage):
    for start in range(3):
        one, other = stage.shots["mse", start, 0], stage.shots["bce", start, 0]
        assert (one.azimuth, one.elevation) == (other.azimuth, other.elevation)
        assert one.scale == pytest.approx(other.scale)
        assert one.centre == pytest.approx(other.centre * [-1, 1], abs=1e-6), "as far from the middle"


def test_from_above_it_is_a_map(stage):
    """The last picture: w0 to the right, w1 upwards, all paths to their ends, the star at the lowest point."""
    frame = stage.stills["above"]
    for loss, side in zip(LOSS, stage.film.sides, strict=True):
        view = side.surface.view()
        assert (side.surface.elevation, side.surface.azimuth % 360) == (90, 0)

        def place(w: np.ndarray, view: Any = view) -> np.ndarray:
            spans = np.array([WINDOW[1] - WINDOW[0], WINDOW[3] - WINDOW[2]])
            model = 2 * (np.asarray(w, float) - [WINDOW[0], WINDOW[2]]) / spans - 1
            return pixel(np.array(view.centre) + view.scale * model)

        red, yellow = near(frame, DARK.minimum, 60), near(frame, DARK.position, 70)
        column, row = place(lowest(loss, *data(stage))[0])
        assert red[round(row) - 3 : round(row) + 4, round(column) - 3 : round(column) + 4].mean() > 0.3
        for start in range(3):
            column, row = place(stage.runs[loss, start].params[-1])
            spot = yellow[round(row) - 2 : round(row) + 3, round(column) - 2 : round(column) + 3]
            assert spot.mean() > 0.3, (loss, start)


# Curves and numbers


def plotted(frame: np.ndarray, x: np.ndarray, yhat: np.ndarray) -> np.ndarray:
    """Scene coordinates (n, 2): numbers take 0.62, 0.62, 0.12 and 0.34 of the frame; 6 % stay free around 0 … 1."""
    left, bottom, right, top = frame + np.array([0.62, 0.62, -0.12, -0.34])
    across = left + (x + 1.12) / 2.24 * (right - left)
    return np.stack([across, bottom + (yhat + 0.06) / 1.12 * (top - bottom)], axis=1)


@pytest.mark.parametrize("start", range(3))
@pytest.mark.parametrize("loss", ["mse", "bce"])
def test_the_curve_is_the_sigmoid_of_the_recorded_weights(stage, loss, start):
    x, run = data(stage)[0], stage.runs[loss, start]
    for epoch in EPOCHS:
        shot = stage.shots[loss, start, epoch]
        w0, w1 = run.params[epoch].astype(float)
        assert shot.curve == pytest.approx(plotted(shot.plot, x, sigmoid(w0 + w1 * x)), abs=1e-5)


@pytest.mark.parametrize("start", [0, 1])
def test_the_curve_of_another_epoch_or_run_would_be_noticed(stage, start):
    x, late = data(stage)[0], stage.shots["bce", start, 2]
    for loss, row in (("bce", 1), ("bce", 3), ("mse", 2)):
        w0, w1 = stage.runs[loss, start].params[row].astype(float)
        assert np.abs(late.curve - plotted(late.plot, x, sigmoid(w0 + w1 * x))).max() > 1e-3


@pytest.mark.parametrize("start", range(3))
def test_the_curves_are_in_the_picture(stage, start):
    """Through pixels: orange where the sigmoid of the recorded weights is, off the rows of points that cover it."""
    seen = 0
    for loss in LOSS:
        for epoch in EPOCHS:
            there = orange_at(stage, loss, start, epoch, epoch)
            seen += len(there)
            assert there.sum() >= 0.95 * len(there), (loss, epoch)
    assert seen > 40
    for row in {0: (7, 40), 1: (7, 40), 2: (80, 85)}[start]:
        other = orange_at(stage, "bce", start, 100, row)
        assert len(other) > 10
        assert other.mean() < 0.5, "the curve of another epoch would be noticed"


def orange_at(stage: Stage, loss: str, start: int, epoch: int, row: int) -> np.ndarray:
    """At which places along the curve of a recorded row the picture of an epoch is orange."""
    shot = stage.shots[loss, start, epoch]
    frame = near(shot.frame, DARK.estimate, 60)
    w0, w1 = stage.runs[loss, start].params[row].astype(float)
    x = np.linspace(-0.98, 0.98, 41)
    yhat, truth = sigmoid(w0 + w1 * x), sigmoid(-1 + 5 * x)
    free = (np.abs(yhat - 0.5) < 0.42) & (np.abs(yhat - truth) > 0.08)
    places = pixel(plotted(shot.plot, x[free], yhat[free])).round().astype(int)
    return np.array([frame[r - 1 : r + 2, c - 1 : c + 2].any() for c, r in places])


@pytest.mark.parametrize("start", range(3))
@pytest.mark.parametrize("loss", ["mse", "bce"])
def test_the_numbers_are_those_recorded(stage, loss, start):
    run = stage.runs[loss, start]
    for epoch in EPOCHS:
        shot = stage.shots[loss, start, epoch]
        drop, size = shot.numbers
        assert in_percent(drop, share_of(run, lowest(loss, *data(stage))[1], epoch)), (epoch, drop)
        assert says(size, float(np.hypot(*run.grads[epoch].astype(float)))), (epoch, size)
        assert shot.clock == str(epoch)


def test_the_number_of_another_epoch_or_run_would_be_noticed(stage):
    drop, size = stage.shots["bce", 1, 40].numbers
    for loss, start, epoch in (("bce", 1, 39), ("bce", 1, 41), ("bce", 0, 40), ("mse", 1, 40)):
        assert not says(size, float(np.hypot(*stage.runs[loss, start].grads[epoch].astype(float))))
    for loss, start, epoch in (("bce", 1, 36), ("bce", 1, 45), ("bce", 0, 40), ("mse", 1, 40)):
        assert not in_percent(drop, share_of(stage.runs[loss, start], lowest(loss, *data(stage))[1], epoch))


def test_the_counter_of_rest(stage):
    """With squares the worst start is never left; with cross-entropy in the first epoch."""
    for epoch in EPOCHS:
        assert stage.shots["mse", 2, epoch].rest == str(epoch)
        assert stage.shots["bce", 2, epoch].rest == "0"
    moved = np.linalg.norm(stage.runs["mse", 2].params.astype(float) - STARTS[2], axis=1)
    assert moved.max() < 0.01 < np.linalg.norm(stage.runs["bce", 2].params[1] - STARTS[2])
    assert share_of(stage.runs["bce", 2], lowest("bce", *data(stage))[1]) >= 0.95


def test_rest_is_counted_from_the_beginning_and_only_where_some_run_rests(stage):
    assert stage.counted == [(0, 0), (0, 0), (1, 1)]
    for start, shown in enumerate((0, 0, 1)):
        assert [stage.shots[loss, start, 0].rest_shown for loss in LOSS] == [shown, shown]
    assert [stage.pale[loss].rest_shown for loss in LOSS] == [0, 0]


# Colours


BETWEEN = np.array([[-11 + 1.75 * (i + 0.5), -2 + 1.5 * (k + 0.5)] for i in range(8) for k in range(8)])
"""Weights (64, 2) midway between the lines of the grid."""


def decades(loss: str, w: Any, stage: Stage) -> float:
    """Where the size of the gradient there lies on the bar, which goes from 10⁻⁵ to 1."""
    return float((np.log10(np.hypot(*slope(loss, w, *data(stage)))) + 5) / 5)


def test_colours_tell_where_it_is_flat(stage):
    """Through pixels: at the worst start squares are at the flat end of the scale, cross-entropy at the steep one."""
    for loss in LOSS:
        for w in ((-10.125, 4.75), (-8.375, 1.75), (-6.625, 6.25), (-4.875, 9.25), (-3.125, 6.25)):
            found = share_at(stage, loss, w, "slope")
            assert found == pytest.approx(decades(loss, w, stage), abs=0.05), (loss, w)
    worst = {loss: share_at(stage, loss, STARTS[2], "slope") for loss in LOSS}
    assert worst == {loss: pytest.approx(decades(loss, STARTS[2], stage), abs=0.05) for loss in LOSS}
    assert worst["mse"] < 0.15
    assert worst["bce"] > 0.85
    assert tuple(stage.film.slopes) == (1e-5, 1.0)


def test_the_plateau_is_grey_and_nothing_else_is(stage):
    """Through pixels, upon the bare surfaces: grey at the worst start with squares, vivid with cross-entropy."""
    vivid = {loss: saturation(patch_at(stage, loss, STARTS[2], "slope")) for loss in LOSS}
    assert vivid["mse"] < 0.15 < 0.3 < vivid["bce"]
    for theme in THEMES.values():
        assert saturation(255 * np.array(channels(theme.slope[0]))) < 0.1, "the scale begins at a real grey"
        assert all(saturation(255 * np.array(channels(color))) > 0.2 for color in theme.slope[2:])


def saturation(color: np.ndarray) -> float:
    """How far a colour (3,) of 0 … 255 is from grey."""
    return float(np.ptp(color / 255))


def test_the_colours_of_the_maps_are_the_sizes_of_the_gradient(stage):
    """Through pixels, all over the window."""
    for loss, side in zip(LOSS, stage.film.sides, strict=True):
        found = np.array([share_in(stage.stills["map"][place[1], place[0]]) for place in mapped(side, BETWEEN)])
        wanted = np.array([decades(loss, w, stage) for w in BETWEEN])
        assert found == pytest.approx(wanted, abs=0.05), loss
        assert np.ptp(wanted) > 0.1


def mapped(side: Any, w: np.ndarray) -> np.ndarray:
    """Pixels (n, 2) of weights on a map."""
    view, spans = side.surface.view(), np.array([WINDOW[1] - WINDOW[0], WINDOW[3] - WINDOW[2]])
    model = 2 * (np.asarray(w, float) - [WINDOW[0], WINDOW[2]]) / spans - 1
    return pixel(np.array(view.centre) + view.scale * model).round().astype(int)


def test_before_the_colours_stood_for_height(stage, ceilings):
    for loss, side in zip(LOSS, stage.film.sides, strict=True):
        ground = side.surface.terrain
        low = ground.loss.min() / ceilings[loss]
        for w in ((-10.125, 4.75), (-8.375, 1.75), (-6.625, 6.25), (-3.125, 6.25)):
            height = LOSS[loss](*w, *data(stage)) / ceilings[loss]
            share = share_at(stage, loss, w, "height", DARK.height)
            assert share == pytest.approx((height - low) / (1 - low), abs=0.06), (loss, w)


def patch_at(stage: Stage, loss: str, w: Any, still_: str) -> np.ndarray:
    """The colour (3,), 0 … 255, of the face at these weights."""
    x, y = data(stage)
    place = projected(stage.pale[loss], ceiling(loss, x, y), *w, float(LOSS[loss](*w, x, y)))
    column, row = pixel(place).round().astype(int)
    patch = stage.stills[still_][row - 2 : row + 3, column - 2 : column + 3].reshape(-1, 3)
    return np.asarray(np.median(patch, axis=0))


def share_at(stage: Stage, loss: str, w: Any, still_: str, scale: Any = DARK.slope) -> float:
    """The place on a colour scale, 0 … 1, of the face at these weights."""
    return share_in(patch_at(stage, loss, w, still_), scale)


def share_in(color: np.ndarray, scale: Any = DARK.slope) -> float:
    """The place on a colour scale, 0 … 1, of the nearest of its colours."""
    shares = np.linspace(0, 1, 501)
    solid = 0.95 * scale_colors(scale, shares) + 0.05 * np.array(channels(DARK.background))
    away = np.linalg.norm(solid - color / 255, axis=1)
    assert away.min() < 0.06, "a colour of the scale"
    return float(shares[away.argmin()])


# The beat of the colours


@pytest.mark.parametrize("loss", ["mse", "bce"])
def test_the_colours_change_where_everything_stands(stage, ceilings, loss):
    """Unturned, in the same place; the worst start's runs at their beginning, pale; its curve beside."""
    last, shot = stage.shots[loss, 2, 100], stage.pale[loss]
    assert (shot.azimuth, shot.elevation, shot.scale) == (last.azimuth, last.elevation, last.scale)
    assert shot.centre == pytest.approx(last.centre)
    assert shot.plot == pytest.approx(last.plot)
    ((_, drawn, strength),) = [ball for ball in shot.balls if ball[0] == 1]
    run = stage.runs[loss, 2]
    start = projected(shot, ceilings[loss], *run.params[0].astype(float), float(run.loss[0]))
    assert drawn == pytest.approx(start, abs=1e-4)
    assert strength == pytest.approx(0.55)
    for (size, place, _), before in zip([b for b in shot.balls if b[0] < 1], range(2), strict=True):
        run, _ = stage.runs[loss, before], size
        ended = projected(shot, ceilings[loss], *run.params[-1].astype(float), float(run.loss[-1]))
        assert place == pytest.approx(ended, abs=1e-4)
    x, w = data(stage)[0], stage.runs[loss, 2].params[0].astype(float)
    assert shot.curve == pytest.approx(plotted(shot.plot, x, sigmoid(w[0] + w[1] * x)), abs=1e-5)


@pytest.mark.parametrize("loss", ["mse", "bce"])
def test_the_colour_of_the_plateau_shines_through_the_pale_ball(stage, loss):
    """Through pixels: the ball's middle lies between the surface's colour and the ball's."""
    x, y = data(stage)
    shot = stage.pale[loss]
    column, row = pixel(projected(shot, ceiling(loss, x, y), *STARTS[2], float(LOSS[loss](*STARTS[2], x, y))))
    near_it = slice(round(row) - 1, round(row) + 2), slice(round(column) + 3, round(column) + 5)
    bare_, drawn = (np.median(stage.stills[name][near_it].reshape(-1, 3), axis=0) for name in ("slope", "flat"))
    yellow = 255 * np.array(channels(DARK.position))
    share = (drawn - bare_) @ (yellow - bare_) / ((yellow - bare_) @ (yellow - bare_))
    assert 0.45 < share < 0.9
    full = np.median(stage.shots[loss, 2, 0].frame[near_it].reshape(-1, 3), axis=0)
    assert full == pytest.approx(yellow, abs=12), "before, it was not pale"


def test_what_the_curve_of_the_worst_start_says_on_average(stage):
    x, y = data(stage)
    said = next(s.text for s in stage.film.subtitles if s.text.startswith("There the curve"))
    mean, ones = said.removeprefix("There the curve gives a 1 the probability ").split(" on average; ")
    assert says(mean, float(sigmoid(STARTS[2][0] + STARTS[2][1] * x).mean()))
    assert ones == f"{100 * y.mean():.0f} % of the points are 1"


# The beat of the reason


@pytest.fixture(scope="module")
def missed(stage: Stage) -> tuple[float, float]:
    """The point that the first curve of the worst start misses most, by the formula: x and y."""
    x, y = data(stage)
    away = np.abs(y - sigmoid(STARTS[2][0] + STARTS[2][1] * x))
    most = x[away > away.max() - 1e-3].max()
    return float(most), float(y[x == most][0])


def test_the_pushes_of_the_point_are_those_of_the_formula_and_of_autograd(stage, missed):
    (x, y), told = missed, stage.film.figures
    wanted = pushes(x, y, np.array(STARTS[2]))
    u = torch.tensor(STARTS[2][0] + STARTS[2][1] * x, dtype=torch.float64, requires_grad=True)
    losses = {"mse": torch.nn.functional.mse_loss, "bce": torch.nn.functional.binary_cross_entropy}
    for loss, measure in losses.items():
        (by_torch,) = torch.autograd.grad(measure(torch.sigmoid(u), torch.tensor(y, dtype=torch.float64)), u)
        assert wanted[loss] == pytest.approx(float(by_torch), rel=1e-9)
        assert says(told[f"{loss}_push"].plain, float(by_torch)), loss
    assert says(told["said_there"].plain, wanted["said"])
    assert says(told["miss"].plain, wanted["miss"])
    assert says(told["factor_there"].plain, wanted["factor"])
    assert (told["point"].plain, told["y"].plain) == (f"{x:g}", f"{y:g}") == ("1", "1")
    assert abs(wanted["bce"] / wanted["mse"]) > 1e4


def test_the_lines_of_the_reason_say_these_numbers(stage, missed):
    wanted = pushes(*missed, np.array(STARTS[2]))
    numbers = r"([−\d.,]+(?:×10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?)"
    lines = {
        "miss": (rf"x = {numbers}:  y = {numbers},  ŷ = {numbers}", (*missed, wanted["said"])),
        "mse_push": (
            rf"−2 · \({numbers}\) · {numbers}  =  {numbers}",
            tuple(wanted[k] for k in ("miss", "factor", "mse")),
        ),
        "bce_push": (rf"−\({numbers}\)  =  {numbers}", (wanted["miss"], wanted["bce"])),
    }
    for key, (pattern, values) in lines.items():
        found = re.fullmatch(pattern, stage.reasons[key])
        assert found, stage.reasons[key]
        for text, value in zip(found.groups(), values, strict=True):
            assert says(text, value, 1 if key == "miss" and value in missed else 3), (key, text, value)
    note = {beat.key: beat.note for beat in stage.film.beats}["why"]
    said = [stage.film.figures[name].plain for name in ("said_there", "miss", "factor_there", "mse_push", "bce_push")]
    assert all(f"{number}" in note for number in said)
    assert "at (−10, −1): at x = 1 it is 1" in note


def test_the_point_of_another_sign_would_push_the_other_way():
    """A zero that is taken for a one pushes down with both losses: signs by the formula."""
    run = SimpleNamespace(
        seen_x=np.array([0.5, -1.0, 0.25]), seen_y=np.array([1, 0, 1]), yhat=np.array([[0.9, 0.75, 0.6]])
    )
    told = figures.of_point(run)
    assert figures.most_missed(run) == 0, "in the order of x"
    assert {name: told[name].plain for name in ("point", "y", "miss", "factor_there", "mse_push", "bce_push")} == {
        "point": "−1", "y": "0", "miss": "−0.750", "factor_there": "0.188", "mse_push": "0.281", "bce_push": "0.750",
    }  # fmt: skip


def test_of_several_that_are_missed_alike_the_rightmost_is_taken():
    run = SimpleNamespace(
        seen_x=np.array([0.5, -1.0, 0.25]), seen_y=np.array([1, 1, 1]), yhat=np.array([[0.1, 0.1004, 0.3]])
    )
    assert figures.most_missed(run) == 2


def test_the_picked_point_and_its_miss_are_in_the_picture(stage, missed):
    """Through pixels: a dot of the data within a ring, and a line from it to the curve, at this x and nowhere else."""
    frame, (x, y) = stage.stills["why"], missed
    said = float(sigmoid(np.float64(STARTS[2][0] + STARTS[2][1] * x)))
    point, curve = pixel(plotted(stage.one, np.array([x, x]), np.array([y, said])))
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    away = np.hypot(columns - point[0], rows - point[1]) / UNIT
    assert near(frame, DARK.data, 40)[away < 0.07].mean() > 0.9
    assert near(frame, DARK.text, 60)[np.abs(away - 0.14) < 0.006].mean() > 0.8
    left, bottom, right, top = pixel(stage.one.reshape(2, 2)).ravel()
    red = near(frame, DARK.loss, 50) & (columns > left) & (columns < right) & (rows < bottom) & (rows > top)
    line = np.linspace(point[1] + 0.2 * UNIT, curve[1] - 0.1 * UNIT, 60).round().astype(int)
    assert red[line, round(point[0])].all()
    assert np.abs(np.argwhere(red)[:, 1] - point[0]).max() < 5, "and no other point's miss"
    assert abs(float(np.argwhere(red)[:, 0].max()) - curve[1]) < 6, "down to the curve"
    assert float(np.argwhere(red)[:, 0].min()) > point[1], "from the point"
    orange = near(frame, DARK.estimate, 60)
    free = pixel(plotted(stage.one, np.linspace(0.86, 0.97, 9), np.zeros(9))).round().astype(int)
    assert np.mean([orange[r - 1 : r + 2, c].any() for c, r in free]) > 0.8, "the curve along zero"
    assert stage.other == 0


def test_what_goes_goes_and_comes_back(stage):
    """Headings, bar, formulas: `Film.away` takes out of the picture what the next beat does not need."""
    assert stage.gone["flat"] == (False, False, False, True)
    assert stage.gone["why"] == (True, True, True, False)
    assert stage.gone["above"] == (False, False, True, True)
    assert len(stage.film.reason) == 6


def test_away_fades_panels_by_their_opacity_and_lines_out_of_the_scene(stage):
    panel, line = stage.film.sides[0].numbers, stage.film.headings[0]
    tween, fade = Film.away(stage.film, panel, line)
    assert isinstance(tween, Tween)
    assert (tween.mobject, dict(tween.targets)) == (panel, {"opacity": 0})
    assert isinstance(fade, FadeOut)
    assert fade.mobject is line
    assert tween.run_time == fade.run_time
    assert Film.away(stage.film) == []


# From above


def test_the_maps_are_large(stage):
    """Squares as high as the room between headings and caption line allows, each in its half of the picture."""
    for (left, right), side in zip(((-6.72, -0.1), (0.1, 6.72)), stage.film.sides, strict=True):
        view = side.surface.view()
        assert 2 * view.scale > 4.1
        assert left < view.centre[0] - view.scale < view.centre[0] + view.scale < right
        assert -2.6 < view.centre[1] - view.scale < view.centre[1] + view.scale < 2.1


# What captions claim


def sides_of(**changes: Any) -> tuple[Any, Any]:
    """The two sides of a film of one start, as far as captions ask for them."""
    runs = {label[:3]: train(run) for label, run in FlatRegionsParameters(**changes).experiments().items()}
    x, y = runs["mse"].x.astype(float), runs["mse"].y.astype(float)
    return tuple(SimpleNamespace(runs=(runs[loss],), least=lowest(loss, x, y)[1]) for loss in LOSS)  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"starts": ((-0.8, -0.3),)}, "both"),
        ({"starts": ((-10.0, -1.0),)}, "first_rests"),
        ({"starts": ((-10.0, -1.0),), "optimizer": "Adam"}, "both"),
        ({"starts": ((-10.0, -1.0),), "lr": 1000.0}, "both"),
        ({"starts": ((-10.0, -1.0),), "lr": 1e-4}, "none"),
        ({"starts": ((60.0, -40.0),)}, "first_rests"),
        ({"starts": ((-1.01, 4.84),), "optimizer": "LBFGS"}, "both"),
        ({"starts": ((-1.01, 4.84),), "epochs": 20}, "both"),
        ({"starts": ((-3.0, -1.0),), "epochs": 1}, "first_rests"),
    ],
)
def test_what_is_said_of_a_pair_of_runs_is_what_they_did(changes, expected):
    sides = sides_of(**changes)
    assert figures.outcome(0, *sides) == expected
    turned = {"first_rests": "second_rests"}.get(expected, expected)
    assert figures.outcome(0, *reversed(sides)) == turned
    for side, rests in zip(sides, {"none": (1, 1), "first_rests": (1, 0)}.get(expected, (0, 0)), strict=True):
        run = side.runs[0]
        far = np.linalg.norm(run.params.astype(float) - run.params[0], axis=1) > 0.01
        left = int(run.epoch[far][0]) - 1 if far.any() else int(run.epoch[-1])
        assert figures.rest_of(run) == left
        above = float(run.loss[0]) / side.least - 1
        assert (left >= 0.5 * run.epoch[-1] and above > 0.002) == rests
        if above > 0.002:
            assert figures.share_done(run, side.least) == pytest.approx(share_of(run, side.least))
        else:
            assert figures.share_done(run, side.least) > 0.9, "it began at the minimum, and stayed"


def test_of_a_start_at_the_minimum_nothing_is_hidden():
    """There is hardly any drop, so the run has done it; but one that flies away from there has not."""
    stays, flies = (sides_of(starts=((-1.01, 4.84),), epochs=20, lr=lr) for lr in (0.25, 1000.0))
    for calm, wild in zip(stays, flies, strict=True):
        assert not figures.is_stuck(calm.runs[0], calm.least)
        assert figures.share_done(calm.runs[0], calm.least) == pytest.approx(1, abs=0.05)
        assert wild.runs[0].loss[-1] > 3 * wild.least
        assert figures.share_done(wild.runs[0], wild.least) < -100
        for side in (calm, wild):
            loss, least = side.runs[0].loss.astype(float), side.least
            wanted = 1 - (loss - least) / max(loss[0] - least, 0.002 * least)
            assert figures.progress_of(side.runs[0], least) == pytest.approx(wanted)


@pytest.mark.parametrize(
    ("share", "said"),
    [(0, "0 %"), (1, "100 %"), (0.774, "77 %"), (0.9949, "99 %"), (0.9951, "99.5 %"), (0.9994, "99.9 %"),
     (0.99996, "100 %"), (0.004, "0.4 %"), (0.00001, "0 %"), (0.0051, "1 %")],
)  # fmt: skip
def test_a_share_in_percent(share, said):
    assert figures.percent(share).plain == said


def test_the_captions_quote_the_recorded_numbers(stage):
    said = " ".join(subtitle.text for subtitle in stage.film.subtitles)
    notes = {beat.key: beat.note for beat in stage.film.beats}
    least = {loss: lowest(loss, *data(stage))[1] for loss in LOSS}
    done = {key: round(100 * share_of(run, least[key[0]])) for key, run in stage.runs.items()}
    for start in (0, 1):
        both = f"MSE {done['mse', start]} %, BCE {done['bce', start]} %"
        assert f"After 100 epochs, of the possible drop in loss: {both}" in said
    assert "MSE moved less than 0.01 in 100 epochs. Of the possible drop in loss BCE did 98 %" in said
    assert done["bce", 2] == 98
    assert f"of the possible drop in loss: MSE {done['mse', 2]} %, BCE {done['bce', 2]} %" in notes["above"]
    for loss in LOSS:
        assert f"{stage.runs[loss, 0].loss[0]:.4f}" in said
        assert done[loss, 2] == round(read(stage.shots[loss, 2, 100].numbers[0])[0]), "as the readout says"
    for start, key in enumerate(("learn", "learn-2", "learn-3")):
        for loss in LOSS:
            assert f"{fixed(float(np.hypot(*stage.runs[loss, start].grads[0].astype(float))), 3).plain}" in notes[key]
            ended = tuple(float(value) for value in stage.runs[loss, start].params[-1])
            assert f"({ended[0]:.3f}, {ended[1]:.3f})".replace("-", "−") in notes[key] or (loss, start) == ("mse", 2)


def test_beats_that_are_played_again_have_keys_and_titles_of_their_own(stage):
    keys = [beat.key for beat in stage.film.beats]
    assert keys == ["data", "losses", "surfaces", "learn", "learn-2", "learn-3", "flat", "why", "above"]
    titles = {beat.key: beat.title for beat in stage.film.beats}
    assert [titles[key] for key in keys[3:6]] == ["From (−0.8, −0.3)", "From (−3, −1)", "From (−10, −1)"]
    ends = [beat.end for beat in stage.film.beats]
    assert [beat.start for beat in stage.film.beats][1:] == pytest.approx(ends[:-1])
    assert ends[-1] == pytest.approx(stage.film.time)


OTHERS = {
    "narrow": {"window": (-0.01, 0.01, 4.0, 4.1), "epochs": 1, "starts": ((-0.8, -0.3),)},
    "saturated": {"starts": ((60.0, -40.0), (-0.8, -0.3)), "epochs": 3},
    "slow": {"starts": ((-3.0, -1.0),), "lr": 1e-5, "epochs": 4},
    "alike": {"starts": ((0.0, 0.0),), "epochs": 2},
    "wild": {"starts": ((-0.8, -0.3),), "epochs": 7, "lr": 1000.0},
    "from-the-star": {"starts": ((-1.01, 4.84),), "epochs": 7, "lr": 1000.0},
}


@pytest.fixture(scope="module")
def told() -> dict[str, tuple[Any, str]]:
    """Other films, small, and all that they say."""
    films = {name: play("flat-regions", FlatRegionsParameters(**changes), lambda film, key: None, size=(64, 36))
             for name, changes in OTHERS.items()}  # fmt: skip
    words = {name: [*(s.text for s in film.subtitles), *(b.note for b in film.beats)] for name, film in films.items()}
    return {name: (film, " ".join(words[name])) for name, film in films.items()}


def test_stars_are_named_where_they_are(stage, told):
    said = " ".join(subtitle.text for subtitle in stage.film.subtitles)
    assert "The stars mark their lowest points" in said
    film, said = told["narrow"]
    inside = [abs(side.surface.terrain.model(lowest(loss, *data(stage))[0], 0.0)[:2]).max() <= 1
              for loss, side in zip(LOSS, film.sides, strict=True)]  # fmt: skip
    assert inside == [False, False]
    assert "stars mark" not in said
    assert "does not hold both lowest points" in said


def test_no_gradient_is_called_small_that_is_not(told):
    """Whatever is said to differ tenfold does; where nothing does, that is said."""
    for name in OTHERS:
        film, said = told[name]
        squares, entropy = ([np.hypot(*run.grads[0].astype(float)) for run in side.runs] for side in film.sides)
        apart = any(other > 10 * one for one, other in zip(squares, entropy, strict=True))
        assert ("No start has a far smaller gradient with MSE" in said) != apart, name


def test_what_rests_is_said_to_rest(told):
    assert "Both moved less than 0.01: MSE for 4 epochs, BCE for 4" in told["slow"][1]
    assert "MSE moved less than 0.01 in 3 epochs. Of the possible drop in loss BCE did" in told["saturated"][1]
    assert "Both moved" not in told["alike"][1]
    assert "moved less" not in told["from-the-star"][1]


@pytest.mark.parametrize("name", ["wild", "from-the-star"])
def test_a_loss_that_rose_is_a_negative_share_and_caption_and_readout_agree(told, name):
    film, said = told[name]
    found = re.search(r"After 7 epochs, of the possible drop in loss: MSE ([^ ]+ %), BCE ([^ ]+ %)", said)
    assert found
    assert found[2].startswith("−"), "cross-entropy has risen"
    for side, text in zip(film.sides, found.groups(), strict=True):
        run, least = side.runs[0], side.least
        share = 1 - (float(run.loss[-1]) - least) / max(float(run.loss[0]) - least, 0.002 * least)
        assert in_percent(text, share) or says(text, 100 * share)
        column = side.numbers.columns[0]
        assert column.write(share, column.decimals).plain == text
        assert column.values[-1] == pytest.approx(share)


def test_where_the_gradient_of_the_squares_is_exactly_zero(told):
    """Far out float32 has no slope left, with cross-entropy it has; no number is made up for how much larger it is."""
    film, said = told["saturated"]
    squares, entropy = (side.runs[0] for side in film.sides)
    assert not squares.grads.any()
    assert (squares.params == squares.params[0]).all()
    by_formula = slope("bce", (60.0, -40.0), squares.x.astype(float), squares.y.astype(float))
    assert entropy.grads[0] == pytest.approx(by_formula, rel=1e-3)
    assert "∞ times larger" in said
    told_ = film.figures
    assert (told_["factor_there"].plain, told_["mse_push"].plain) == ("0", "0"), "exactly, in float32"
    wanted = pushes(read(told_["point"].plain)[0], read(told_["y"].plain)[0], np.array((60.0, -40.0)))
    assert abs(wanted["mse"]) < 1e-7
    assert says(told_["bce_push"].plain, wanted["bce"])
    assert "leave this window" not in said, "the ball stays upon the surface"
