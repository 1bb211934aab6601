"""Panels of several runs: labels that keep apart, paths cut at the border, curves on one axis, a line of rates."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenes.look import Look
from scenes.panels.clipping import clipped
from scenes.panels.contour_map import ContourMap, levels
from scenes.panels.cross_section import CrossSection, Hops
from scenes.panels.labels import Table, spread
from scenes.panels.loss_race import DECADES, Curve, LossRace
from scenes.panels.rate_line import RateLine, prefers_powers
from scenes.panels.runs import Walk
from scenes.panels.terrain import Terrain
from scenes.theme import DARK, SIZES

LOOK = Look("dark", "en")
FRAME = (-6.0, -3.0, 0.0, 3.0)
LOW, HIGH = np.array([-2.0, -4.0]), np.array([6.0, 12.0])
PLACES = st.floats(-50, 50)


def bowl() -> Terrain:
    """loss = (w0 - 2)² + (w1 - 4)² + 1 over [-2, 6] x [-4, 12]."""
    w0, w1 = np.linspace(LOW[0], HIGH[0], 41), np.linspace(LOW[1], HIGH[1], 41)
    loss = (w0[:, None] - 2) ** 2 + (w1[None] - 4) ** 2 + 1
    return Terrain(w0, w1, loss, (2.0, 4.0, 1.0), 17.0)


def walk(*points: tuple[float, float]) -> Walk:
    return Walk(np.arange(len(points)), np.array(points, np.float32), "a")


def chart(*walks: Walk) -> ContourMap:
    made = ContourMap(FRAME, LOOK, bowl(), walks)
    made.strength = np.ones(len(walks))
    return made


@given(st.lists(st.tuples(PLACES, st.floats(0, 3)), min_size=1, max_size=12))
def test_spread_labels_keep_apart_in_order_and_within(labels):
    wanted, sizes = np.array(labels).T
    places = spread(wanted, sizes, -60, 60)
    order = np.argsort(wanted, kind="stable")
    gaps = np.diff(places[order])
    assert (gaps >= (sizes[order][1:] + sizes[order][:-1]) / 2 - 1e-9).all()
    assert (places >= -60 + sizes / 2 - 1e-9).all()
    assert (places <= 60 - sizes / 2 + 1e-9).all()


@given(st.lists(PLACES, min_size=1, max_size=8, unique_by=lambda value: round(value)))
def test_labels_that_have_room_are_not_moved(wanted):
    assert spread(np.array(wanted), np.full(len(wanted), 1e-4), -60, 60) == pytest.approx(np.array(wanted), abs=1e-3)


def test_spread_moves_as_little_as_can_be():
    """Two labels that want the same place each give way by half."""
    assert spread(np.array([0.0, 0.0]), np.array([1.0, 1.0]), -5, 5) == pytest.approx([-0.5, 0.5])
    assert spread(np.array([0.0, 0.0]), np.array([1.0, 1.0]), 0, 5) == pytest.approx([0.5, 1.5])


def test_too_many_labels_share_the_room():
    places = spread(np.zeros(10), np.ones(10), 0, 5)
    assert np.diff(places) == pytest.approx(np.full(9, 0.5))


@given(st.lists(st.tuples(st.floats(-2, 2), st.floats(-2, 2)), max_size=8))
def test_a_table_gives_each_label_ground_of_its_own(wanted):
    table = Table(-6, 6)
    boxes = [(x, table.place(x, y, 1.0, 0.2)) for x, y in wanted]
    for i, (x, y) in enumerate(boxes):
        assert all(abs(x - a) >= 1 or abs(y - b) >= 0.2 for a, b in boxes[:i])


@given(st.lists(st.tuples(PLACES, PLACES), min_size=2, max_size=2, unique=True))
def test_a_line_is_cut_where_it_crosses_the_border(ends):
    rectangle = np.array([-10.0, -5.0, 10.0, 5.0])
    points = np.array(ends)
    parts, _ = clipped(points, rectangle)
    along = points[0] + np.linspace(0, 1, 2001)[:, None] * (points[1] - points[0])
    inside = ((np.abs(along) <= [10, 5]).all(axis=1)).mean()
    length = np.hypot(*(points[1] - points[0]))
    kept = np.hypot(*(parts[0, 1] - parts[0, 0])) if len(parts) else 0.0
    assert kept == pytest.approx(inside * length, abs=2e-3 * length + 1e-9)
    assert (np.abs(parts) <= np.array([10, 5]) + 1e-6).all()


def test_a_path_may_go_as_far_as_numbers_do():
    way = np.array([[0, 0], [3e30, 3e30], [-3e5, -3e5], [4, 4], [3e35, -3e35], [0, 0], [np.inf, 0]])
    parts, near = clipped(way, np.array([-1.0, -1, 1, 1]))
    there, back, over, home = [[0, 0], [1, 1]], [[1, 1], [-1, -1]], [[-1, -1], [1, 1]], [[1, -1], [0, 0]]
    assert parts == pytest.approx(np.array([there, back, over, home]), abs=1e-6)
    assert near.tolist() == [True, False, False, True], "the second and third only cross"


def test_levels_are_equally_high_apart_or_equally_far_in_powers():
    even, log = levels(bowl(), 8, "even"), levels(bowl(), 8, "log")
    assert np.diff(even) == pytest.approx(np.full(len(even) - 1, 2.0))
    assert even[0] == pytest.approx(2.0)
    assert np.diff(np.log10(log - 1)) == pytest.approx(np.full(len(log) - 1, 0.5))


def test_lines_of_the_map_have_the_loss_of_their_level():
    made = chart(walk((0, 0)))
    found = [(line - [2, 4]) ** 2 for line in made._lines]
    losses = [squares.sum(axis=1) + 1 for squares in found]
    for loss in losses:
        assert loss == pytest.approx(np.full(len(loss), loss.mean()), abs=0.15)
        assert np.abs(made.levels - loss.mean()).min() < 0.15


def test_the_map_is_a_square_and_weights_stand_at_their_share_of_it():
    made = chart(walk((0, 0)))
    left, bottom, right, top = made.inner()
    assert right - left == pytest.approx(top - bottom)
    point = np.array([1.0, 9.0])
    share = (point - LOW) / (HIGH - LOW)
    expected = [left + share[0] * (right - left), bottom + share[1] * (top - bottom)]
    assert made.place(point[None])[0] == pytest.approx(expected)


@given(st.floats(0, 3))
def test_a_ball_is_on_the_straight_step_between_two_recorded_states(epoch):
    points = np.array([(0, 0), (4, 8), (1, 1), (2, 2)], float)
    made = chart(walk(*points))
    made.epoch = epoch
    row = min(int(epoch), 2)
    expected = points[row] + (epoch - row) * (points[row + 1] - points[row])
    assert made.position(0) == pytest.approx(made.place(expected[None])[0])


def test_runs_that_do_not_run_stay_where_they_are():
    made = chart(walk((0, 0), (1, 1), (2, 2)), walk((0, 0), (1, 0), (2, 0)))
    made.epoch = 2.0
    made.running = np.array([0.0, 1.0])
    made.epoch = 0.5
    assert made.epochs.tolist() == [2.0, 0.5]


def test_a_run_that_leaves_the_map_says_in_which_epoch_and_where():
    made = chart(walk((2, 4), (4, 4), (8, 4), (3, 4)), walk((2, 4), (3, 4)))
    assert made.leaves_at(0) == 2
    assert made.leaves_at(1) is None
    made.epoch = 1.4
    assert made.crossing(0) is None, "it is still on its way"
    made.epoch = 1.6
    spot, way = made.crossing(0)
    assert spot == pytest.approx(made.place(np.array([[6.0, 4.0]]))[0])
    assert way == pytest.approx([1, 0])


@pytest.mark.parametrize("row", [np.nan, np.inf, 3e38])
def test_a_run_that_is_no_number_any_more_leaves_the_map(row):
    made = chart(walk((2, 4), (4, 4), (row, row), (np.nan, np.nan)))
    made.epoch = 3.0
    assert made.leaves_at(0) == 2
    assert clipped(made.path(0), made.inner())[0].shape[1:] == (2, 2)


def race(*losses: list[float]) -> LossRace:
    curves = [Curve(np.arange(len(loss)), np.array(loss, np.float32), f"{i}") for i, loss in enumerate(losses)]
    made = LossRace(FRAME, LOOK, curves, ("epoch", "loss"))
    made.strength = made.names = np.ones(len(curves))
    made.epoch = float(len(losses[0]) - 1)
    return made


def test_a_loss_stands_at_its_power_of_ten():
    made = race([1000.0, 100.0, 10.0])
    left, bottom, right, top = made.inner()
    low, high = made.span
    assert (low, high) == (1.0, 3.0)
    x, y = made.place(np.array([1]), np.array([100.0]))[0]
    assert (x, y) == pytest.approx(((left + right) / 2, (bottom + top) / 2))


def test_between_epochs_a_curve_is_straight_on_its_axis():
    made = race([1000.0, 10.0])
    made.epoch = 0.5
    assert made.curve(0)[-1] == pytest.approx(made.place(np.array([0.5]), np.array([100.0]))[0])


@given(st.lists(st.floats(-300, 300), min_size=1, max_size=20))
def test_the_axis_never_explodes(powers):
    losses = 10.0 ** np.array([3.0, *powers])
    curve = Curve(np.arange(len(losses)), losses, "a")
    low, high = LossRace(FRAME, LOOK, [curve], ("e", "l")).span
    assert 3 - DECADES - 1 <= low < high <= 3 + DECADES + 1


def test_a_curve_that_goes_beyond_the_axis_leaves_through_its_top():
    made = race([1e3, 1e9, 1e14, 1e30, np.inf, np.nan])
    _, _, _, top = made.inner()
    assert made.curve(0)[-1, 1] == pytest.approx(top)
    assert made.curves[0].epoch[made.over_at(0)] == 3
    assert made.broken_at(0) == 4
    assert made._gone(0)


class Recorder:
    """A brush that keeps what it is told to draw."""

    def __init__(self) -> None:
        self.drawn: list[tuple[str, tuple]] = []

    def __getattr__(self, name: str):
        return lambda *args, **options: self.drawn.append((name, args))

    def of(self, name: str) -> list[tuple]:
        return [args for kind, args in self.drawn if kind == name]


SPANS = st.tuples(st.floats(-2, 6), st.floats(0.2, 9)).map(lambda ends: np.array([ends[0], ends[0] + ends[1]]))
LOSSES = st.lists(st.floats(-2, 8).map(lambda power: 10.0**power), min_size=3, max_size=8)


@given(LOSSES, SPANS, st.floats(0, 7))
def test_whatever_the_axis_a_curve_is_drawn_where_its_losses_are(losses, span, epoch):
    """Also while the axis moves: what lies beyond is cut off, not put down at the border."""
    made = race(losses)
    made.span, made.epoch, made.axes = span, min(epoch, len(losses) - 1), 1.0
    left, bottom, right, top = made.inner()
    for part in made.parts(0):
        shares = (part - [left, bottom]) / [right - left, top - bottom]
        powers = span[0] + shares[:, 1] * (span[1] - span[0])
        expected = np.interp(shares[:, 0] * (len(losses) - 1), np.arange(len(losses)), np.log10(losses))
        assert powers == pytest.approx(expected, abs=1e-6)
        assert (shares > -1e-6).all()
        assert (shares < 1 + 1e-6).all()
        assert (part[:, 0] <= made.track(0)[-1, 0] + 1e-6).all()
    powers = np.log10(losses)
    inside = (powers > span[0] + 1e-9) & (powers < span[1] - 1e-9)  # on the border to the last digit is not within
    assert len(made.parts(0)) >= inside[: int(made.epoch)].any(), "what lies within is drawn"


def test_names_of_curves_that_end_below_the_plot_fade():
    made = race([1e4, 1e3, 1e3], [1e4, 1e2, 10.0])
    made.axes = 1.0
    assert [made.named(0), made.named(1)] == [1, 1]
    made.span = np.array([2.5, 4.0])
    assert [made.named(0), made.named(1)] == [1, 0]
    brush = Recorder()
    made._draw_names(brush)
    ends = np.concatenate([points[:, 1] for points, *_ in brush.of("line")])
    assert len(brush.of("line")) == 2
    assert [strength for *_, strength in brush.of("line")] == [1, 0], "nor is there a line to it"
    assert made.place(np.array([2]), np.array([1e3]))[0, 1] in ends


def test_no_ball_where_the_loss_lies_below_the_plot():
    made = race([1e4, 1e2])
    made.axes, made.span = 1.0, np.array([3.0, 4.0])
    brush = Recorder()
    made._draw_curve(brush, 0)
    assert brush.of("dots") == []


@pytest.mark.parametrize(("span", "said"), [
    ((1, 4), {"10", "100", "1,000", "10,000"}), ((1, 5), {"10¹", "10²", "10³", "10⁴", "10⁵"}),
    ((0, 4), {"1", "10", "100", "1,000", "10,000"}), ((-6, -4), {"10⁻⁶", "10⁻⁵", "10⁻⁴"}),
    ((0, 6), {"10⁰", "10¹", "10²", "10³", "10⁴", "10⁵", "10⁶"}),
])  # fmt: skip
def test_numbers_of_an_axis_are_of_one_kind(span, said):
    from scenes.panels.loss_race import _number

    made = race([1e3, 1e2])
    made.span = np.array(span, float)
    assert made.powers in (0, 1)
    numbers = {_number(value, made.powers == 1).plain for value, _ in made._ticks()}
    assert numbers >= said or numbers <= said


@pytest.mark.parametrize(("language", "said"), [("en", "loss, powers of ten"), ("ko", "손실, 10의 거듭제곱")])
def test_the_axis_says_that_it_counts_in_powers_of_ten(language, said):
    look = Look("dark", language)
    loss = look.captions.text("axes.loss")
    assert look.captions.text("map.powers", name=loss) == said
    made = LossRace(FRAME, look, [Curve(np.arange(2), np.ones(2), "a")], ("e", loss))
    assert made._axes._name_stamps[1].width == pytest.approx(look.stamp(said, SIZES.label).width, rel=1e-3)


def test_a_curve_ends_where_the_loss_is_no_number():
    made = race([1e3, 2e3, np.nan, np.nan])
    assert made.curve(0)[-1] == pytest.approx(made.place(np.array([1]), np.array([2e3]))[0])
    assert made.over_at(0) is None
    assert made._gone(0)


def test_a_loss_of_zero_and_none_that_is_a_number_can_be_drawn():
    for losses in ([5.0, 0.0, 0.0], [np.nan, np.nan], [np.inf, np.nan], [0.0, 0.0]):
        made = race(losses)
        assert np.isfinite(made.curve(0)).all()
        assert made.span[0] < made.span[1]


@settings(max_examples=30)
@given(st.lists(st.floats(1, 1e6), min_size=2, max_size=10))
def test_names_at_the_ends_never_collide(ends):
    made = race(*[[5e5, end] for end in ends])
    heights = np.sort(made.name_heights())
    assert np.diff(heights).min() > 0.24, "a capital is 0.18 high"
    _, bottom, _, top = made.inner()
    assert heights[0] >= bottom
    assert heights[-1] <= top


def test_a_long_curve_keeps_its_extremes():
    loss = np.ones(50_000)
    loss[31_337] = 0.01
    loss[40_000] = 900
    made = LossRace(FRAME, LOOK, [Curve(np.arange(50_000), loss, "a")], ("e", "l"))
    epochs, drawn = made._drawn[0]
    assert len(epochs) < 1500
    assert {31_337, 40_000} <= set(epochs.astype(int))
    assert {0.01, 900.0} <= set(drawn)


RATES = st.lists(st.floats(1e-6, 1e3), min_size=1, max_size=10, unique_by=lambda rate: f"{rate:.3g}")


def rate_line(rates: list[float], critical: float) -> RateLine:
    ascending = sorted(rates)
    made = RateLine((-6.7, -3.1, 6.7, -1.5), LOOK, ascending, critical, ("c", "l", "r"), ["−1.000"] * len(rates))
    made.dots = np.ones(len(rates))
    return made


@settings(max_examples=60, deadline=None)
@given(RATES, st.floats(1e-5, 10))
def test_each_dot_and_its_name_are_on_its_side_of_the_critical_rate(rates, critical):
    made = rate_line(rates, critical)
    middle = made.place(np.array([critical]))[0, 0]
    dots = made.place(made.rates)[:, 0]
    for rate, dot, name in zip(made.rates, dots, made.name_places(), strict=True):
        assert (dot > middle) == (rate > critical)
        assert (name > middle) == (rate > critical)
        assert -6.7 <= dot <= 6.7


@settings(max_examples=60, deadline=None)
@given(RATES, st.floats(1e-5, 10))
def test_names_of_rates_never_collide(rates, critical):
    made = rate_line([float(f"{rate:.3g}") for rate in rates], critical)
    places, rows = made.name_places(), made.rows()
    for row in np.unique(rows):
        among = np.flatnonzero(rows == row)
        widths = np.array([made._names[i].width for i in among])
        gaps = np.diff(places[among]) - (widths[1:] + widths[:-1]) / 2
        assert (gaps > 0).all()


def test_the_axis_is_chosen_by_what_it_tells_apart():
    assert not prefers_powers(np.array([0.0001, 0.001, 0.0038, 0.0083, 0.0085, 0.01, 0.008238]))
    assert prefers_powers(np.array([1e-6, 1e-5, 1e-4, 0.008238]))


@given(st.floats(0, 2))
def test_jumps_are_drawn_at_their_distances(epoch):
    distance = np.linspace(-4, 4, 81)
    hops = Hops(np.arange(3), np.array([1.0, -2.0, 4.0]), np.array([1.0, 4.0, 16.0]))
    made = CrossSection(FRAME, LOOK, distance, distance**2, [hops], ("d", "loss"))
    made.strength = np.ones(1)
    made.epoch = epoch
    row = min(int(epoch), 1)
    share = epoch - row
    ends = np.array([[1.0, 1.0], [-2.0, 4.0], [4.0, 16.0]])
    expected = (1 - share) * ends[row] + share * ends[row + 1]
    assert made.position(0) == pytest.approx(made.place(*expected[:, None])[0])


def test_steps_to_and_fro_over_the_same_ground_are_thin():
    """The fourth and fifth lead back to where the run has been two states before; the others do not."""
    made = chart(
        walk((-1, 10), (5, 0), (0, 8), (4, 1), (0.3, 7.6), (4.2, 0.8)), walk((0, 0), (0.1, 0), (0.2, 0), (0.3, 0))
    )
    assert made._turning[0].tolist() == [False, False, False, True, True, False]
    assert not made._turning[1].any(), "a slow run goes on in one direction"


def test_states_upon_others_have_no_dot():
    made = chart(walk((0, 0), (4, 8), (0.01, 0.01), (4.01, 8), (1, 0)))
    assert made._dotted[0].tolist() == [True, True, False, False, True]


@given(st.tuples(st.floats(-1.9, 5.9), st.floats(-3.9, 11.9)))
def test_the_foot_is_the_nearest_point_of_the_line(weights):
    cut = np.array([[-2.0, 0.0], [6.0, 8.0]])
    made = ContourMap(FRAME, LOOK, bowl(), [walk(weights)], cut=cut)
    made.foot = 1.0
    start, end = made.place(cut)
    along = start + np.linspace(-1, 2, 3001)[:, None] * (end - start)
    nearest = along[np.argmin(np.hypot(*(along - made.position(0)).T))]
    assert made.foot_of(0) == pytest.approx(nearest, abs=5e-3)


@pytest.mark.parametrize("away", [(4, 40), (4, -40), (40, 4), (-40, 4)])
def test_the_name_of_a_run_that_left_stays_on_its_side_when_the_epoch_fades(away):
    made = chart(walk((4, 4), away))
    made.epoch = 1.0
    spot = made.crossing(0)[0]
    sides = set()
    for share in np.linspace(0, 1, 11):
        made.leave_epochs = share
        placed: list[tuple[float, float]] = []
        made._put_mark = lambda brush, run, start, y, placed=placed: placed.append((start, y))
        made._name_marks(Recorder(), Table(*made.inner()[[1, 3]]))
        (start, y), width = placed[0], made._mark_width(0, share)
        sides.add((np.sign(start + width / 2 - spot[0]) if away[1] != 40 else 0, y))
        assert np.abs(y - spot[1]) < 0.3, "beside its arrow"
    assert len(sides) == 1


@given(RATES, st.floats(1e-5, 10), st.sampled_from([0.0, 1.0]))
@settings(max_examples=20, deadline=None)
def test_what_happens_at_either_side_stands_on_one_line(rates, critical, factors):
    made = rate_line([float(f"{rate:.3g}") for rate in rates], critical)
    made.factors = factors
    placed = []
    made._sides = [
        SimpleNamespace(
            low=low,
            high=high,
            width=1.0,
            put=lambda brush, x, y, opacity, low=low, high=high: placed.append(y - (low + high) / 2),
        )
        for low, high in ((0.0, 0.1), (-0.05, 0.2))
    ]
    made._draw_critical(Recorder(), 1.0)
    assert placed[0] == pytest.approx(placed[1]), "one baseline"
    top = made.level + 0.4 + 0.31 * max(made.rows().max(), factors)
    assert placed[0] > top + 0.15, "above what stands over the line"


def test_past_runs_are_dimmer():
    made = chart(walk((0, 0)), walk((1, 1)))
    made.bright = np.array([1.0, 0.0])
    assert made.color_of(0) == DARK.position
    assert made.color_of(1) != DARK.position
    assert made.order() == [1, 0], "the present one is drawn last"
