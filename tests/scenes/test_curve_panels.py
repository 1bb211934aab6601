"""Parts of panels that films of curves use: tints, the bar of colours, axes, crowds of points, numbers, trails."""

import itertools

import cairo
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learning.experiment import Experiment
from learning.training import train
from scenes import material
from scenes.drawing import Brush, Stamp, channels
from scenes.figures import percent
from scenes.look import Look
from scenes.markup import Words
from scenes.numbers import fixed, measured
from scenes.panels import mesh
from scenes.panels.axes import Axes
from scenes.panels.color_bar import ColorBar
from scenes.panels.data_plot import DataPlot
from scenes.panels.loss_surface import LossSurface
from scenes.panels.readout import Column, Readout
from scenes.panels.skin import Skin, scale_colors
from scenes.panels.trail import BALL, Trail
from scenes.panels.view import View
from scenes.theme import DARK, LIGHT

LOOK = Look("dark", "en")
UNIT = 60
"""Pixels of one scene unit on these canvases."""


class Canvas:
    """A small picture, its origin in the middle, with a brush."""

    def __init__(self, width: float = 14.0, height: float = 8.0) -> None:
        self.middle = np.array([width, height]) / 2
        self.surface = cairo.ImageSurface(cairo.FORMAT_RGB24, round(width * UNIT), round(height * UNIT))
        self.context = cairo.Context(self.surface)
        self.context.translate(width / 2 * UNIT, height / 2 * UNIT)
        self.context.scale(UNIT, -UNIT)
        self.brush = Brush(self.context)

    def clear(self) -> None:
        self.brush.color(DARK.background)
        self.context.paint()

    def at(self, x: float, y: float) -> np.ndarray:
        """The colour (3,) of the picture there, 0 … 1; the brush keeps red and blue the other way round."""
        self.surface.flush()
        shape = self.surface.get_height(), self.surface.get_stride() // 4, 4
        pixels = np.ndarray(shape, np.uint8, self.surface.get_data())
        column, row = np.array([x + self.middle[0], self.middle[1] - y]) * UNIT
        return pixels[int(row), int(column), :3] / 255


@pytest.fixture
def canvas() -> Canvas:
    made = Canvas()
    made.clear()
    return made


@pytest.fixture
def written(monkeypatch) -> list[tuple[Stamp, float, float]]:
    """Every text that is put: the stamp, its left end, its middle's height."""
    texts, put = [], Stamp.put

    def watched(self, brush, x, y, opacity=1.0, anchor=0.5, halo=None):
        texts.append((self, x - anchor * self.width, y))
        put(self, brush, x, y, opacity, anchor, halo)

    monkeypatch.setattr(Stamp, "put", watched)
    return texts


# Tint


@pytest.fixture
def skin() -> Skin:
    """A flat floor of two halves: flat to the left, steep to the right."""
    heights = np.full((9, 9), 0.5)
    built = mesh.build(heights, 1.1, 8)
    return Skin(built, DARK, np.where(built.rows < 4, 0.0, 1.0))


OVERHEAD = View(0, 90, (0.0, 0.0), 2.0, 1.1)


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_a_tint_goes_from_the_colours_of_height_to_those_of_slope(theme):
    x = np.linspace(0, 1, 9)[:, None] * np.ones(9)
    built = mesh.build(x, 1.1, 8)
    shares = np.linspace(0, 1, len(built.rows))
    skin = Skin(built, theme, shares)
    level = (built.levels - built.levels.min()) / np.ptp(built.levels)
    by_height, by_slope = scale_colors(theme.height, level), scale_colors(theme.slope, shares)
    for tint in (0, 0.25, 1, 0):
        skin._dye(tint)
        assert skin.colors == pytest.approx((1 - tint) * by_height + tint * by_slope)


def test_a_scale_of_colours_is_even():
    scale = ("#000000", "#ff0000", "#ffffff")
    assert scale_colors(scale, np.array([0, 0.25, 0.5, 0.75, 1])) == pytest.approx(
        np.array([[0, 0, 0], [0.5, 0, 0], [1, 0, 0], [1, 0.5, 0.5], [1, 1, 1]])
    )


def test_without_a_slope_the_tint_changes_nothing():
    skin = Skin(mesh.build(np.full((5, 5), 0.5), 1.1, 4), DARK)
    before = skin.colors.copy()
    skin._dye(1.0)
    assert skin.colors == pytest.approx(before)


def test_what_was_painted_is_forgotten_when_the_tint_changes_and_kept_while_it_rests(skin, canvas, monkeypatch):
    painted, paint = [], Skin._paint_strips
    monkeypatch.setattr(Skin, "_paint_strips", lambda self, *a, **k: (painted.append(1), paint(self, *a, **k)))
    seen = []
    for tint in (0.0, 0.0, 1.0, 1.0, 0.5, 0.0):
        canvas.clear()
        assert skin.paint(canvas.brush, OVERHEAD, 1.0, facing=True, tint=tint)
        seen.append((canvas.at(-1.1, 0.2), canvas.at(1.1, 0.2)))
    assert len(painted) == 4, "once for each change"
    solid = 0.95, 0.05 * np.array(channels(DARK.background))
    ends = [solid[0] * np.array(channels(DARK.slope[end])) + solid[1] for end in (0, -1)]
    for (flat, steep), tint in zip(seen, (0, 0, 1, 1, 0.5, 0), strict=True):
        if tint == 1:
            assert (flat, steep) == (pytest.approx(ends[0], abs=0.02), pytest.approx(ends[1], abs=0.02))
        if tint == 0:
            assert flat == pytest.approx(steep), "one height, one colour"
    assert seen[-1][0] == pytest.approx(seen[0][0])


# The bar of colours


@pytest.mark.parametrize(
    ("sizes", "decades"),
    [((1e-5, 1.0), [-5, -4, -3, -2, -1, 0]), ((1e-7, 10.0), [-7, -5, -3, -1, 1]), ((0.1, 1.0), [-1, 0])],
)
def test_the_numbers_of_the_bar_stand_below_their_colours(canvas, written, sizes, decades):
    bar = ColorBar((-4.0, -1.0, 4.0, 0.0), LOOK, sizes, "size of the gradient")
    bar.draw(canvas.brush)
    assert bar.decades.tolist() == decades
    low, high = np.log10(sizes)
    assert len(written) == len(decades) + 1, "and a name"
    for (stamp, left, y), decade in zip(written, decades, strict=False):
        share = (decade - low) / (high - low)
        assert left + stamp.width / 2 == pytest.approx(-4 + 8 * share)
        assert -1 < y < -0.64, "below the bar"
        inside = float(np.clip(-4 + 8 * share, -3.95, 3.95))
        wanted = scale_colors(DARK.slope, np.array([(inside + 4) / 8]))[0]
        assert canvas.at(inside, -0.5) == pytest.approx(wanted, abs=0.03)
    boxes = [(left, left + stamp.width) for stamp, left, _ in written[:-1]]
    assert all(first[1] + 0.1 < second[0] for first, second in itertools.pairwise(boxes))


# Axes


RANGES = [(-1.12, 1.12), (0.0, 100.0), (0.0, 10_000.0), (-2.8, 2.98), (1999.5, 2000.5), (-1e6, 1e6), (0.0, 7.0),
          (0.0, 1.0), (-0.003, 0.0021), (0.94, 1.06), (0.0, 123_456.0)]  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(RANGES), st.floats(0.8, 12), st.booleans())
def test_numbers_along_an_axis_never_touch(ends, width, whole):
    axes = Axes(LOOK, ends, (0.0, 1.0), ("$x$", "$y$"), whole=whole)
    ticks, numbers = axes.x_ticks(width)
    assert len(ticks) == len(numbers) >= 1
    middles = (np.array(ticks) - ends[0]) / (ends[1] - ends[0]) * width
    assert (middles >= -1e-6).all()
    assert (middles <= width + 1e-6).all()
    for (first, one), (second, other) in itertools.pairwise(zip(middles, numbers, strict=True)):
        assert second - first > (one.width + other.width) / 2 + 0.05


def test_a_wide_axis_has_about_five_numbers():
    for ends in RANGES[:4]:
        assert 3 <= len(Axes(LOOK, ends, (0.0, 1.0), ("$x$", "$y$")).x_ticks(10.0)[0]) <= 7


# Points and curves


def plot_of(count: int, frame=(-6.0, -2.0, 6.0, 2.0), x=None) -> DataPlot:
    x = np.linspace(-1, 1, count) if x is None else x
    y = (np.arange(count) % 7 == 0).astype(float)
    yhat = np.stack([np.full(count, 0.2), 0.5 + 0.3 * x, 0.5 - 0.3 * x])
    plot = DataPlot(frame, LOOK, x, y, np.array([0, 1, 5]), yhat)
    plot.points_shown = plot.axes = 1.0
    return plot


def test_a_crowd_of_points_is_painted_once_and_anew_where_something_moved(canvas, monkeypatch):
    plot, dots = plot_of(2000), []
    draw = Brush.dots
    monkeypatch.setattr(Brush, "dots", lambda self, centres, *a: (dots.append(len(centres)), draw(self, centres, *a)))

    def drawn() -> int:
        dots.clear()
        plot.draw(canvas.brush)
        return sum(dots)

    assert drawn() == 2000
    assert drawn() == 0, "kept"
    plot.epoch, plot.opacity = 1.0, 0.5
    assert drawn() == 0, "a curve that moves, or a fade, moves no point"
    plot.frame = np.array([-6.0, -2.0, 5.0, 2.0])
    assert drawn() == 2000
    plot.points_shown = 0.5
    assert drawn() == 1000
    plot.points_shown = 0.0
    assert drawn() == 0


def test_a_crowd_shows_where_the_points_are_dense(canvas):
    x = np.sort(np.concatenate([np.linspace(-1, 0, 1800), np.linspace(0.001, 1, 200)]))
    plot = plot_of(2000, x=x)
    plot.y[:] = 0.0
    plot.draw(canvas.brush)
    dense, thin, none = (canvas.at(*place) for place in plot.place(np.array([-0.5, 0.5, 0.5]), np.array([0, 0, 0.6])))
    blue, back = np.array(channels(DARK.data)), np.array(channels(DARK.background))
    shares = [(color - back) @ (blue - back) / ((blue - back) @ (blue - back)) for color in (dense, thin, none)]
    assert shares[2] == pytest.approx(0, abs=0.02)
    assert shares[0] > shares[1] + 0.2 > 0.3
    assert shares[0] > 0.8


def test_few_points_are_whole_dots(canvas):
    plot = plot_of(50)
    plot.draw(canvas.brush)
    for place in plot.place(plot.x[3:6], plot.y[3:6]):
        assert canvas.at(*place) == pytest.approx(
            0.9 * np.array(channels(DARK.data)) + 0.1 * np.array(channels(DARK.background)), abs=0.02
        )


@pytest.mark.parametrize(("count", "upon"), [(2000, True), (50, False)])
def test_a_crowd_is_drawn_upon_the_line_and_few_points_below_it(canvas, count, upon):
    """A line along zero would hide all the points there."""
    plot = plot_of(count)
    plot.y[:], plot.yhat[:], plot.estimate = 0.0, 0.0, 1.0
    (place,) = plot.place(plot.x[[count // 2]], np.zeros(1))
    plot.draw(canvas.brush)
    seen, blue, orange = canvas.at(*place), np.array(channels(DARK.data)), np.array(channels(DARK.estimate))
    share = (seen - orange) @ (blue - orange) / ((blue - orange) @ (blue - orange))
    assert share > 0.6 if upon else share == pytest.approx(0, abs=0.02)
    if upon:
        plot.points_shown = 0.25
        canvas.clear()
        plot.draw(canvas.brush)
        assert canvas.at(*place) == pytest.approx(orange, abs=0.02), "the crowd has not yet come so far"


def near(seen: np.ndarray, color: str, within: float = 0.04) -> bool:
    return bool(np.abs(seen - np.array(channels(color))).max() < within)


@pytest.mark.parametrize("count", [60, 2000])
@pytest.mark.parametrize("shuffled", [False, True])
def test_a_picked_point_stands_out_with_its_miss(canvas, count, shuffled):
    """Through pixels: number `picked` in the order of x, at its place, with a line to what the estimate says there."""
    x = np.linspace(-1, 1, count)
    plot = plot_of(count, x=np.random.default_rng(1).permutation(x) if shuffled else x)
    plot.y[:], plot.yhat[:], plot.estimate = 1.0, 0.1 + 0.1 * (x + 1), 1.0
    plot.picked, plot.pick = 3 * count // 4, 1.0
    plot.draw(canvas.brush)
    at, said = x[plot.picked], 0.1 + 0.1 * (x[plot.picked] + 1)
    (point, below), beside = plot.place(np.array([at, at]), np.array([1.0, said])), np.array([0.12, 0.0])
    assert near(canvas.at(*point), DARK.data)
    assert near(canvas.at(*(point - [0.07, 0])), DARK.data), "larger than the others"
    for around in np.radians([50, 90, 130, -50, -130]):
        ring = point + 0.14 * np.array([np.cos(around), np.sin(around)])
        assert near(canvas.at(*ring), DARK.text, 0.15), around
    for share in (0.2, 0.5, 0.8, 0.95):
        way = point + share * (below - point)
        assert near(canvas.at(*way), DARK.loss), share
        assert near(canvas.at(*(way + beside)), DARK.background), "only there"
    assert not near(canvas.at(*(below - [0, 0.12])), DARK.loss), "not past the estimate"
    other = plot.place(x[[count // 4]], np.array([0.6]))[0]
    assert near(canvas.at(*other), DARK.background), "no other point's"


def test_a_miss_grows_from_the_point(canvas):
    plot = plot_of(60)
    plot.y[:], plot.yhat[:], plot.picked = 1.0, 0.0, 30
    top, bottom = plot.place(plot.x[[30, 30]], np.array([1.0, 0.0]))
    for pick, seen in ((0.0, (False, False)), (0.5, (True, False)), (1.0, (True, True))):
        canvas.clear()
        plot.pick = pick
        plot.draw(canvas.brush)
        found = tuple(near(canvas.at(*(top + share * (bottom - top))), DARK.loss) for share in (0.35, 0.75))
        assert found == seen, pick


def test_a_miss_goes_with_the_curve_and_not_to_what_is_no_number(canvas):
    plot = plot_of(60)
    plot.y[:], plot.picked, plot.pick = 1.0, 30, 1.0
    plot.yhat = np.stack([np.full(60, 0.2), np.full(60, 0.8), np.full(60, np.nan)])
    places = plot.place(plot.x[[30, 30]], np.array([0.9, 0.4]))
    for epoch, seen in ((0, (True, True)), (1, (True, False)), (5, (False, False))):
        canvas.clear()
        plot.epoch = epoch
        plot.draw(canvas.brush)
        assert tuple(near(canvas.at(*place), DARK.loss) for place in places) == seen, epoch


@pytest.mark.parametrize("shuffled", [False, True])
def test_a_plot_follows_another_run_from_its_start(shuffled):
    x = np.linspace(-1, 1, 40)
    x = np.random.default_rng(0).permutation(x) if shuffled else x
    plot = plot_of(40, x=x)
    plot.epoch = 5.0
    other = np.stack([0.1 + 0 * x, 0.4 + 0.2 * x, 0.9 + 0 * x, 0.3 * x])
    plot.follow(np.array([0, 10, 20, 30]), other)
    assert plot.epoch == 0
    order = np.argsort(x)
    assert plot.estimate_at(0) == pytest.approx(other[0][order])
    assert plot.estimate_at(10) == pytest.approx(other[1][order])
    assert plot.estimate_at(15) == pytest.approx((other[1] + other[2])[order] / 2)
    assert plot.estimate_at(99) == pytest.approx(other[3][order])


# Numbers


def test_a_readout_follows_another_run_from_its_start():
    columns = [
        Column("loss", np.array([4.0, 3.0, 2.0, 900.0]), DARK.loss, 2),
        Column("w", np.arange(4.0), DARK.text, 1),
    ]
    readout = Readout(0.0, 0.0, 5.0, LOOK, np.arange(4), columns)
    rights, readout.epoch = readout.rights.copy(), 3.0
    assert (readout.text(0), readout.text(1)) == ("900.00", "3.0")
    readout.follow(np.array([0, 10]), [np.array([7.0, 6.0]), np.array([-1.0, -2.0])])
    assert readout.epoch == 0
    assert (readout.text(0), readout.text(1)) == ("7.00", "−1.0")
    for epoch, loss in ((9.5, "7.00"), (9.96, "6.00"), (10, "6.00"), (50, "6.00")):
        readout.epoch = epoch
        assert readout.text(0) == loss
    assert (readout.rights == rights).all(), "the columns stay where they are"
    assert columns[0].values[0] == 4, "and what was given is not changed"
    with pytest.raises(ValueError, match="zip"):
        readout.follow(np.array([0]), [np.array([1.0])])


def test_a_column_writes_its_numbers_as_it_was_told():
    values = np.array([0.774, -22.087, 2.4489e-5])
    plain = Column("loss", values, DARK.loss, 4)
    assert [plain.words(row) for row in range(3)] == [fixed(float(value), 4) for value in values]
    shares = Column("drop", values, DARK.loss, write=lambda share, _: percent(share))
    assert [shares.words(row).plain for row in range(2)] == ["77 %", "−2,209 %"]
    sizes = Column("size", values, DARK.gradient, 3, write=measured)
    assert [sizes.words(row).plain for row in (0, 2)] == ["0.774", "2.45×10⁻⁵"]
    asked = []
    Column("x", values, DARK.text, 7, write=lambda *given: (asked.append(given), Words("x", "x"))[1]).words(1)
    assert asked == [(-22.087, 7)], "the value and the decimals"


def test_a_readout_shows_what_its_columns_write_also_of_another_run(canvas, written):
    column = Column("drop", np.array([0.0, 0.5, 0.98]), DARK.loss, write=lambda share, _: percent(share))
    readout = Readout(-2.0, 0.0, 4.0, LOOK, np.arange(3), [column])
    readout.shown[:] = 1
    readout.epoch = 2.0
    assert readout.text(0) == "98 %"
    readout.draw(canvas.brush)
    number = LOOK.stamp(percent(0.98), readout.size, DARK.loss)
    assert written[-1][0].width == pytest.approx(number.width), "drawn as it is said"
    readout.follow(np.arange(2), [np.array([0.25, -0.5])])
    assert readout.text(0) == "25 %"
    readout.epoch = 1.0
    assert readout.text(0) == "−50 %"


@pytest.mark.parametrize("width", [5.0, 9.0])
def test_a_centred_readout_stands_in_the_middle_of_its_width(canvas, written, width):
    columns = [
        Column("of the drop", np.array([0.1, 0.98]), DARK.position_text, write=lambda share, _: percent(share)),
        Column("gradient", np.array([2.45e-5, 0.448]), DARK.gradient, 3, write=measured),
    ]
    ends = {}
    for centred in (False, True):
        written.clear()
        readout = Readout(-4.0, 0.0, width, LOOK, np.arange(2), columns, centred=centred)
        readout.shown[:] = 1
        for epoch in (0.0, 1.0):
            readout.epoch = epoch
            readout.draw(canvas.brush)
        ends[centred] = min(left for _, left, _ in written), max(left + stamp.width for stamp, left, _ in written)
        assert readout.frame == pytest.approx((-4, -0.1, -4 + width, 0.7)), "its frame is what it was given"
    (left, right), (shifted_left, shifted_right) = ends[False], ends[True]
    assert left == pytest.approx(-4, abs=0.05)
    assert shifted_left - -4 == pytest.approx(-4 + width - shifted_right, abs=0.05), "as much room at both sides"
    assert shifted_right - shifted_left == pytest.approx(right - left), "no wider"
    assert shifted_left >= -4


# Trails


@pytest.fixture(scope="module")
def trail() -> Trail:
    run = train(Experiment(data="logistic", model="logistic", loss="bce", lr=0.25, start=(-10.0, -1.0), epochs=100))
    ground = material.ground_within(run, (-11.0, 3.0, -2.0, 10.0))
    return Trail(ground, material.route(run, ground), DARK)


SIDE = View(-140.0, 28.0, (0.0, 0.0), 2.0, 1.3)


def test_a_trail_keeps_its_states_and_both_its_ends(trail):
    route = trail.route
    states = trail.terrain.model(route.params[route.is_state], route.loss[route.is_state])
    kept = trail.model[trail.states]
    gaps = np.linalg.norm(states[:, None] - kept[None], axis=2).min(axis=1)
    assert gaps.max() < 0.015, "each recorded state is there, or one that no eye could tell from it"
    assert kept[0] == pytest.approx(states[0])
    assert trail.model[-1] == pytest.approx(states[-1])
    assert (np.diff(trail.epochs) > 0).all()
    whole = trail.terrain.model(route.params, route.loss)
    assert np.linalg.norm(whole[:, None] - trail.model[None], axis=2).min(axis=1).max() < 0.02, "no bend is cut off"


@pytest.mark.parametrize("epoch", [0, 0.4, 1, 3.7, 20, 55.5, 100])
def test_the_path_ends_at_the_ball(trail, canvas, monkeypatch, epoch):
    lines = []
    monkeypatch.setattr(Brush, "line", lambda self, points, *a, **k: lines.append(np.array(points)))
    trail.draw_path(canvas.brush, SIDE, epoch, 1.0, 1.0, 0.3)
    ball = SIDE.project(trail.place(epoch))
    start = SIDE.project(trail.model[0])
    if epoch == 0:
        assert all(np.ptp(line, axis=0).max() < 1e-9 for line in lines)
        return
    ends = np.concatenate([line[[0, -1]] for line in lines])
    assert np.linalg.norm(ends - ball, axis=1).min() < 1e-9
    assert np.linalg.norm(ends - start, axis=1).min() < 1e-9
    beyond = SIDE.project(trail.model[trail.epochs > epoch + 1e-9])
    for line, point in itertools.product(lines, beyond[5:]):
        assert np.linalg.norm(line - point, axis=1).min() > 1e-9, "nothing of what comes is drawn"


def test_the_ball_is_as_large_as_asked(trail, canvas):
    trail.draw_ball(canvas.brush, np.array([1.0, 1.0]), 1.0, 1.0)
    yellow = np.array(channels(DARK.position))
    assert canvas.at(1.0, 1.0) == pytest.approx(yellow, abs=0.02)
    assert canvas.at(1 + 0.7 * BALL, 1.0) == pytest.approx(yellow, abs=0.02)
    assert canvas.at(1 + 2 * BALL, 1.0) == pytest.approx(np.array(channels(DARK.background)), abs=0.02)


def test_a_surface_follows_another_run_and_keeps_the_one_before():
    same = {"data": "logistic", "model": "logistic", "loss": "mse", "lr": 0.25, "epochs": 5}
    runs = [train(Experiment(start=start, **same)) for start in ((-0.8, -0.3), (-3.0, -1.0), (-6.0, 2.0))]
    ground = material.ground_within(runs[0], (-11.0, 3.0, -2.0, 10.0))
    surface = LossSurface(
        (-5, -3, 5, 3), LOOK, ground, [material.route(run, ground) for run in runs], loss_name="loss", slopes=(1e-5, 1)
    )
    surface.epoch = 5.0
    surface.follow(1)
    assert (surface.run, surface.kept, surface.epoch) == (1, {0}, 0.0)
    surface.follow(2)
    assert (surface.run, surface.kept) == (2, {0, 1})
    surface.follow(0)
    assert (surface.run, surface.kept) == (0, {1, 2}), "a run is not kept beside itself"
    assert surface.route.position(0)[:2] == pytest.approx((-0.8, -0.3))
