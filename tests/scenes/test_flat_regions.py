"""`flat-regions` tells the truth: surfaces, balls, curves, numbers, colours and captions, by formulas written out."""

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from netstage import UNIT, play, still

from learning import store
from learning.history import History
from learning.training import train
from scenes import curve_figures as figures
from scenes.catalogue import FlatRegionsParameters
from scenes.drawing import channels
from scenes.numbers import fixed
from scenes.panels.skin import scale_colors
from scenes.panels.trail import Trail
from scenes.panels.view import View
from scenes.theme import DARK

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


# What the film shows


@dataclass
class Shot:
    """What one side of the film shows at an epoch, and the whole picture."""

    frame: np.ndarray
    balls: list[tuple[float, np.ndarray]]
    azimuth: float
    elevation: float
    centre: np.ndarray
    scale: float
    height: float
    numbers: tuple[str, str]
    rest: str
    clock: str
    plot: np.ndarray
    curve: np.ndarray


@dataclass
class Stage:
    """The film, its runs by loss and start, and its shots by loss, start and epoch; stills of other moments.

    Attributes:
        flat: by loss, the view in the beat of the colours. large: by loss, the frame of the curve in the next beat.
    """

    film: Any
    runs: dict[tuple[str, int], History]
    shots: dict[tuple[str, int, int], Shot]
    stills: dict[str, np.ndarray]
    flat: dict[str, View]
    large: dict[str, np.ndarray]


def shoot(film: Any, side: Any, frame: np.ndarray, balls: list[tuple[float, np.ndarray]]) -> Shot:
    view, left = side.surface.view(), side.surface.frame[0]
    mine = [ball for ball in balls if left < ball[1][0] < left + 4.4]
    curve = side.plot.place(side.plot.x, side.plot.estimate_at(side.plot.epoch))
    return Shot(
        frame, mine, side.surface.azimuth, side.surface.elevation, np.array(view.centre), view.scale, view.height,
        (side.numbers.text(0), side.numbers.text(1)), side.rest.text(0), film.epochs.text(0),
        side.plot.frame.copy(), curve,
    )  # fmt: skip


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """The film with its defaults; after each beat of learning its clock is set by hand, epoch after epoch."""
    root = tmp_path_factory.mktemp("histories")
    parameters = FlatRegionsParameters()
    histories = {label: store.fetch(run, root=root) for label, run in parameters.experiments().items()}
    runs = {(label.split()[0], int(label.split()[1])): run for label, run in histories.items()}
    shots: dict[tuple[str, int, int], Shot] = {}
    stills: dict[str, np.ndarray] = {}
    flat: dict[str, View] = {}
    large: dict[str, np.ndarray] = {}
    balls: list[tuple[float, np.ndarray]] = []
    draw = Trail.draw_ball

    def watched(self: Any, brush: Any, at: np.ndarray, size: float, strength: float) -> None:
        balls.append((size, np.array(at)))
        draw(self, brush, at, size, strength)

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
            stills["flat"] = still(film)
            stills.update(bare(film))
            flat.update({loss: side.surface.view() for loss, side in zip(LOSS, film.sides, strict=True)})
        elif key == "why":
            large.update({loss: side.plot.frame.copy() for loss, side in zip(LOSS, film.sides, strict=True)})
            for epoch in (0, 3, 20, 100):
                for panel in film._clocked:
                    panel.epoch = float(epoch)
                stills[f"why {epoch}"] = still(film)
        elif key == "above":
            stills["above"] = still(film)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Trail, "draw_ball", watched)
        film = play("flat-regions", parameters, keep, histories)
    return Stage(film, runs, shots, stills, flat, large)


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
        (drawn,) = [at for size, at in balls if size == 1]
        assert drawn == pytest.approx(expected(stage, ceilings, loss, start, epoch), abs=1e-4), epoch
        assert len(balls) == 1 + start, "those before stay"


@pytest.mark.parametrize("start", [1, 2])
@pytest.mark.parametrize("loss", ["mse", "bce"])
def test_earlier_runs_stay_where_they_ended(stage, ceilings, loss, start):
    ended = [at for size, at in stage.shots[loss, start, 7].balls if size < 1]
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
    at = {epoch: next(at for size, at in stage.shots["bce", 0, epoch].balls if size == 1) for epoch in EPOCHS}
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


def test_the_large_curves_are_in_the_picture(stage):
    """In the beat of the reason, through pixels: orange where the sigmoid of the recorded weights is."""
    for loss in LOSS:
        for epoch in (0, 3, 20, 100):
            assert orange_at(stage, epoch, loss, epoch) > 0.95, (loss, epoch)
    assert orange_at(stage, 100, "bce", 60) < 0.75, "the curve of another epoch would be noticed"


def orange_at(stage: Stage, epoch: int, loss: str, row: int) -> float:
    """The share of places along the curve of a recorded row at which the still of an epoch is orange."""
    frame = near(stage.stills[f"why {epoch}"], DARK.estimate, 60)
    w0, w1 = stage.runs[loss, 2].params[row].astype(float)
    x = np.linspace(-0.98, 0.98, 41)
    places = pixel(plotted(stage.large[loss], x, sigmoid(w0 + w1 * x))).round().astype(int)
    return float(np.mean([frame[r - 1 : r + 2, c - 1 : c + 2].any() for c, r in places]))


@pytest.mark.parametrize("start", range(3))
@pytest.mark.parametrize("loss", ["mse", "bce"])
def test_the_numbers_are_those_recorded(stage, loss, start):
    run = stage.runs[loss, start]
    for epoch in EPOCHS:
        shot = stage.shots[loss, start, epoch]
        size = float(np.hypot(*run.grads[epoch].astype(float)))
        assert shot.numbers == (f"{run.loss[epoch]:.4f}", f"{size:.4f}" if size > 5e-5 else fixed(size, 4).plain)
        assert shot.clock == str(epoch)


def test_the_number_of_another_epoch_or_run_would_be_noticed(stage):
    shown = stage.shots["bce", 1, 40].numbers[0]
    others = [("bce", 1, 39), ("bce", 1, 41), ("bce", 0, 40), ("mse", 1, 40)]
    assert shown not in [f"{stage.runs[loss, start].loss[epoch]:.4f}" for loss, start, epoch in others]


def test_the_counter_of_rest(stage):
    """With squares the worst start is never left; with cross-entropy in the first epoch."""
    for epoch in EPOCHS:
        assert stage.shots["mse", 2, epoch].rest == str(epoch)
        assert stage.shots["bce", 2, epoch].rest == "0"
    moved = np.linalg.norm(stage.runs["mse", 2].params.astype(float) - STARTS[2], axis=1)
    assert moved.max() < 0.01 < np.linalg.norm(stage.runs["bce", 2].params[1] - STARTS[2])
    first, last, least = *stage.runs["bce", 2].loss[[0, -1]].astype(float), lowest("bce", *data(stage))[1]
    assert (first - last) / (first - least) >= 0.95


# Colours


def test_colours_tell_where_it_is_flat(stage):
    """Through pixels: at the worst start squares are at the flat end of the scale, cross-entropy at the steep one."""
    x, y = data(stage)
    shares = {}
    for loss in LOSS:
        found = [share_at(stage, loss, w, "slope") for w in ((-10, -1), (-10, 4), (2, 0), (-4, 9))]
        size = [np.hypot(*slope(loss, w, x, y)) for w in ((-10, -1), (-10, 4), (2, 0), (-4, 9))]
        decades = (np.log10(size) + 5) / 5  # the bar goes from 10⁻⁵ to 1
        assert found == pytest.approx(decades, abs=0.05), loss
        shares[loss] = found[0]
    assert shares["mse"] < 0.15
    assert shares["bce"] > 0.85
    assert tuple(stage.film.slopes) == (1e-5, 1.0)


def test_before_the_colours_stood_for_height(stage, ceilings):
    for loss, side in zip(LOSS, stage.film.sides, strict=True):
        ground = side.surface.terrain
        low = ground.loss.min() / ceilings[loss]
        for w in ((-10.0, 4.0), (2.0, 0.0)):
            height = LOSS[loss](*w, *data(stage)) / ceilings[loss]
            share = share_at(stage, loss, w, "height", DARK.height)
            assert share == pytest.approx((height - low) / (1 - low), abs=0.06), (loss, w)


def share_at(stage: Stage, loss: str, w: Any, still_: str, scale: Any = DARK.slope) -> float:
    """The place on a colour scale, 0 … 1, of the face at these weights: the nearest colour to its pixels."""
    x, y = data(stage)
    view: Any = stage.flat[loss]
    place = projected(view, ceiling(loss, x, y), *w, float(LOSS[loss](*w, x, y)))
    column, row = pixel(place).round().astype(int)
    patch = stage.stills[still_][row - 2 : row + 3, column - 2 : column + 3].reshape(-1, 3)
    shares = np.linspace(0, 1, 501)
    solid = 0.95 * scale_colors(scale, shares) + 0.05 * np.array(channels(DARK.background))
    away = np.linalg.norm(solid - np.median(patch, axis=0) / 255, axis=1)
    assert away.min() < 0.06, "a colour of the scale"
    return float(shares[away.argmin()])


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
        ({"starts": ((-1.01, 4.84),), "optimizer": "LBFGS"}, "second_rests"),
        ({"starts": ((-3.0, -1.0),), "epochs": 1}, "first_rests"),
    ],
)
def test_what_is_said_of_a_pair_of_runs_is_what_they_did(changes, expected):
    sides = sides_of(**changes)
    assert figures.outcome(0, *sides) == expected
    for side, rests in zip(
        sides, {"none": (1, 1), "first_rests": (1, 0), "second_rests": (0, 1)}.get(expected, (0, 0)), strict=True
    ):
        run = side.runs[0]
        far = np.linalg.norm(run.params.astype(float) - run.params[0], axis=1) > 0.01
        left = int(run.epoch[far][0]) - 1 if far.any() else int(run.epoch[-1])
        assert figures.rest_of(run) == left
        assert (left >= 0.5 * run.epoch[-1]) == rests
    first, last, least = *sides[0].runs[0].loss[[0, -1]].astype(float), sides[0].least
    assert figures.share_done(sides[0].runs[0], least) == pytest.approx(np.clip((first - last) / (first - least), 0, 1))


@pytest.mark.parametrize(
    ("share", "said"),
    [(0, "0 %"), (1, "100 %"), (0.774, "77 %"), (0.9949, "99 %"), (0.9951, "99.5 %"), (0.9994, "99.9 %"),
     (0.99996, "100 %"), (0.004, "0.4 %"), (0.00001, "0 %"), (0.0051, "1 %")],
)  # fmt: skip
def test_a_share_in_percent(share, said):
    assert figures.percent(share).plain == said


def test_the_captions_quote_the_recorded_numbers(stage):
    said = " ".join(subtitle.text for subtitle in stage.film.subtitles)
    least = {loss: lowest(loss, *data(stage))[1] for loss in LOSS}
    for start in (0, 1):
        done = {}
        for loss in LOSS:
            first, last = stage.runs[loss, start].loss[[0, -1]].astype(float)
            done[loss] = round(100 * (first - last) / (first - least[loss]))
        assert f"After 100 epochs: MSE {done['mse']} % of the way down, BCE {done['bce']} %" in said
    assert "MSE has not moved in 100 epochs; BCE went 98 % of the way down" in said
    for loss in LOSS:
        assert f"{stage.runs[loss, 0].loss[0]:.4f}" in said


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
    assert "Neither has moved: 4 epochs at rest with MSE, 4 with BCE" in told["slow"][1]
    assert "MSE has not moved in 3 epochs; BCE went" in told["saturated"][1]
    assert "Neither" not in told["alike"][1]


def test_where_the_gradient_of_the_squares_is_exactly_zero(told):
    """Far out float32 has no slope left, with cross-entropy it has; no number is made up for how much larger it is."""
    film, said = told["saturated"]
    squares, entropy = (side.runs[0] for side in film.sides)
    assert not squares.grads.any()
    assert (squares.params == squares.params[0]).all()
    by_formula = slope("bce", (60.0, -40.0), squares.x.astype(float), squares.y.astype(float))
    assert entropy.grads[0] == pytest.approx(by_formula, rel=1e-3)
    assert "∞ times larger" in said
    assert "leave this window" not in said, "the ball stays upon the surface"
