"""`descent` tells the truth: decoded frames against the recorded history and formulas written out here."""

import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import pytest
from screening import FPS, HEIGHT, UNIT, WIDTH, Claim, Screening

from scenes.drawing import channels
from scenes.film import TOP
from scenes.numbers import fixed
from scenes.panels.terrain import BOX_HEIGHT, tangents
from scenes.theme import DARK


def pixel(scene: np.ndarray) -> np.ndarray:
    """Column and row of scene coordinates."""
    return np.array([WIDTH / 2 + scene[..., 0] * UNIT, HEIGHT / 2 - scene[..., 1] * UNIT]).T


def near(frame: np.ndarray, color: str, within: float) -> np.ndarray:
    """Which pixels (H, W) have about this colour."""
    wanted = 255 * np.array(channels(color))
    return np.linalg.norm(frame.astype(float) - wanted, axis=2) < within


def projected(claim: Claim, film, w0: float, w1: float, loss: float) -> np.ndarray:
    """Where weights and loss belong in the picture: the parallel projection, written out."""
    t = film.ground.terrain
    x = 2 * (w0 - t.w0[0]) / (t.w0[-1] - t.w0[0]) - 1
    y = 2 * (w1 - t.w1[0]) / (t.w1[-1] - t.w1[0]) - 1
    z = BOX_HEIGHT * loss / t.ceiling
    a, e = np.radians([claim.azimuth, claim.elevation])
    right, away = np.cos(a) * x - np.sin(a) * y, np.sin(a) * x + np.cos(a) * y
    up = away * np.sin(e) + (z - film.ground.view().height / 2) * np.cos(e)
    return pixel(np.array(claim.centre) + claim.scale * np.array([right, up]))


def ball_in(frame: np.ndarray) -> np.ndarray:
    """Centre of the largest yellow disc in the right half, by matching a disc of the ball's size."""
    yellow = near(frame, DARK.position, 70).astype(float)
    yellow[:, : WIDTH // 2] = 0
    r = 8
    rows, columns = np.mgrid[-r : r + 1, -r : r + 1]
    kernel = (rows**2 + columns**2 <= r * r).astype(float)
    best = np.fft.irfft2(np.fft.rfft2(yellow) * np.conj(np.fft.rfft2(kernel, yellow.shape)), yellow.shape)
    top = np.argwhere(best >= best.max() - 0.5)
    return top.mean(axis=0)[::-1] + r


def resting(screening: Screening) -> list[int]:
    """Frames in which the ball stands at a recorded epoch, one for each, before the truth is laid upon the estimate."""
    found = {}
    for i in screening.where(lambda c: c.ball and not c.arrows and c.epoch == round(c.epoch) and c.truth == 0):
        found[round(screening.claims[i].epoch)] = i
    return [found[epoch] for epoch in sorted(found)]


def test_the_ball_is_the_projection_of_weights_and_loss_of_the_epoch_shown(screening):
    frames = resting(screening)
    assert {round(screening.claims[i].epoch) for i in frames} >= {0, 1, 30}
    for i in frames:
        claim, run = screening.claims[i], screening.run
        row = round(claim.epoch)
        expected = projected(claim, screening.film, *run.params[row], run.loss[row])
        assert ball_in(screening.frames[i]) == pytest.approx(expected, abs=2.5), claim.epoch


def test_the_ball_of_another_epoch_would_be_noticed(screening):
    """The check above can fail: at epoch 1 the ball is not where epoch 0 or 2 is, nor at the loss of epoch 0."""
    i = next(i for i in resting(screening) if screening.claims[i].epoch == 1)
    claim, run = screening.claims[i], screening.run
    seen = ball_in(screening.frames[i])
    for row, height in ((0, 0), (2, 2), (1, 0)):
        wrong = projected(claim, screening.film, *run.params[row], run.loss[height])
        assert np.linalg.norm(seen - wrong) > 8


def test_between_epochs_the_ball_stays_on_the_surface(screening):
    run = screening.run
    moving = screening.where(lambda c: c.ball and not c.arrows and 1 < c.epoch < 6 and c.epoch != round(c.epoch))
    assert len(moving) > 10
    x, y = run.x.astype(float), run.y.astype(float)
    for i in moving:
        claim = screening.claims[i]
        row, share = int(claim.epoch), claim.epoch % 1
        w = (1 - share) * run.params[row].astype(float) + share * run.params[row + 1].astype(float)
        loss = float(((y - w[0] - w[1] * x) ** 2).sum())
        assert ball_in(screening.frames[i]) == pytest.approx(projected(claim, screening.film, *w, loss), abs=2.5)


def plot_scale(claim: Claim, film, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Pixels of data, from the axes' drawn rectangle and ranges."""
    axes = film.plot._axes
    left, bottom, right, top = axes.inner(claim.plot)
    across = left + (x - axes.x[0]) / (axes.x[1] - axes.x[0]) * (right - left)
    up = bottom + (y - axes.y[0]) / (axes.y[1] - axes.y[0]) * (top - bottom)
    return pixel(np.stack([across, up], axis=-1))


def test_the_points_are_drawn_where_the_data_are(screening):
    i = screening.where(lambda c: c.epoch == 0)[5 * FPS]
    claim, run = screening.claims[i], screening.run
    blue = near(screening.frames[i], DARK.data, 60)
    for k in (0, 1, 2, 97, 99):
        column, row = plot_scale(claim, screening.film, run.x[k], run.y[k])
        assert blue[round(row), round(column)], k


def test_the_estimate_passes_through_yhat_of_the_epoch_shown(screening):
    run = screening.run
    for i in resting(screening):
        claim = screening.claims[i]
        if not claim.readout:
            continue
        row = round(claim.epoch)
        orange = near(screening.frames[i], DARK.estimate, 60)
        checked = 0
        for k in range(0, 100, 9):
            column, expected = plot_scale(claim, screening.film, run.x[k], run.yhat[row][k])
            rows = np.flatnonzero(orange[:, round(column)])
            rows = rows[abs(rows - expected) < 40]
            inside = claim.plot[1] + 0.7 < (HEIGHT / 2 - expected) / UNIT < claim.plot[3] - 0.4
            if inside and len(rows) > 2:
                assert rows.mean() == pytest.approx(expected, abs=3.5), (claim.epoch, k)
                checked += 1
        assert checked >= 5, claim.epoch


def test_the_numbers_printed_are_those_recorded(screening):
    run = screening.run
    seen = set()
    for claim in screening.claims:
        if len(claim.readout) == 4:
            row = int(claim.epoch + 0.05)
            recorded = (
                *(fixed(float(w), 3).plain for w in run.params[row]),
                fixed(float(run.loss[row])).plain,
                str(row),
            )
            assert claim.readout == recorded
            seen.add(row)
    assert {0, 1, 2, 3, 4, 5, 30} <= seen


def test_the_printed_loss_is_in_the_picture(screening):
    """The glyphs of the recorded loss, and not those of the epoch before, are what the readout's corner shows."""
    film = screening.film
    for i in resting(screening)[1:6]:
        claim = screening.claims[i]
        row = round(claim.epoch)
        readout = film.readout
        right, base = readout.rights[2], readout.baseline
        left, low = pixel(np.array([right - 1.9, base - 0.08]))
        far, high = pixel(np.array([right + 0.1, base + 0.32]))
        crop = near(screening.frames[i], DARK.loss, 130)[round(high) : round(low), round(left) : round(far)]
        agree = {
            k: overlap(crop, glyphs(film, float(screening.run.loss[k]), right, base, crop.shape, left, high))
            for k in (row - 1, row)
        }
        assert agree[row] > 0.7, agree
        assert agree[row] > agree[row - 1] + 0.2, agree


def glyphs(
    film, value: float, right: float, base: float, shape: tuple[int, int], left: float, high: float
) -> np.ndarray:
    """A mask of the number, set anew and filled by even-odd counting of its outline's crossings."""
    import cairo

    stamp = film.look.stamp(fixed(value), film.readout.size)
    surface = cairo.ImageSurface(cairo.FORMAT_A8, shape[1], shape[0])
    context = cairo.Context(surface)
    for _, points in stamp.parts:
        places = pixel(points[:, :2] + [right - stamp.width, base]) - [round(left), round(high)]
        last = None
        for a, b, c, d in places.reshape(-1, 4, 2).tolist():
            if a != last:
                context.move_to(*a)
            context.curve_to(*b, *c, *d)
            last = d
    context.fill()
    data = np.ndarray((shape[0], surface.get_stride()), np.uint8, surface.get_data())
    return data[:, : shape[1]] > 127


def overlap(a: np.ndarray, b: np.ndarray) -> float:
    return float((a & b).sum() / max((a | b).sum(), 1))


def test_the_gradient_arrow_is_parallel_to_the_recorded_gradient(screening):
    ground = screening.film.ground
    t, g = ground.terrain, screening.run.grads[0].astype(float)
    first, second, both = tangents(t, ground.route, 0.0)
    unit = np.array([2 / (t.w0[-1] - t.w0[0]), 2 / (t.w1[-1] - t.w1[0])])
    in_weights = both[:2] / unit
    assert np.cross(in_weights, g) == pytest.approx(0, abs=1e-6 * np.linalg.norm(in_weights) * np.linalg.norm(g))
    assert in_weights @ g > 0, "it points uphill"
    assert both == pytest.approx(first + second)
    slope = both[2] / np.linalg.norm(in_weights) / (BOX_HEIGHT / t.ceiling)
    assert slope == pytest.approx(np.linalg.norm(g), rel=1e-6), "it touches the surface"


def test_the_path_lies_on_the_surface(screening):
    route, run = screening.film.ground.route, screening.run
    x, y = run.x.astype(float), run.y.astype(float)
    loss = ((y[None] - route.params[:, :1] - route.params[:, 1:] * x[None]) ** 2).sum(axis=1)
    assert route.loss == pytest.approx(loss, rel=2e-6)
    known = np.isin(route.epoch, run.epoch)
    assert route.params[known] == pytest.approx(run.params.astype(float))


def test_the_film_starts_and_ends_calmly(screening):
    """The last second stands still, and the poster is that picture."""
    last = screening.frames[-FPS:]
    assert max(np.abs(last[0].astype(int) - frame.astype(int)).mean() for frame in last) < 0.6


def test_the_title_is_inside_the_safe_area(screening):
    frame = screening.frames[-1]
    assert near(frame, DARK.text, 60)[: round((4 - TOP) * UNIT) - 2].sum() == 0


def test_it_is_an_ordinary_manim_scene(tmp_path):
    scene = Path(__file__).parents[2] / "scenes" / "films" / "descent.py"
    options = [
        "-ql",
        "--fps",
        "4",
        "--media_dir",
        str(tmp_path),
        "--progress_bar",
        "none",
        "--disable_caching",
    ]
    done = subprocess.run(
        [sys.executable, "-m", "manim", *options, str(scene), "Descent"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    (film,) = tmp_path.rglob("Descent.mp4")
    with av.open(str(film)) as video:
        frames = [frame.to_ndarray(format="rgb24") for frame in video.decode(video=0)]
    assert len(frames) > 60 * 4
    assert near(frames[-1], DARK.background, 12)[0, 0], "the theme's background"
