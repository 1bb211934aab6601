"""Panels of nets by themselves: what is drawn where, at any size, whatever the weights."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from netstage import by_hand

from learning import store
from scenes.look import Look
from scenes.material import net as net_material
from scenes.numbers import fixed
from scenes.panels.network import Layer, Network, hue, short
from scenes.panels.node_pieces import NodePieces, Pieces
from scenes.panels.numerals import Numerals
from scenes.panels.outcomes import Outcomes
from scenes.panels.recorded import between, blend, reached, thinned
from scenes.panels.strips import strips
from scenes.parameters import ReluNodesParameters

FRAME = (-6.0, -3.0, -2.0, 2.0)
LOOK = Look("dark", "en")


def network(hidden: int, weights: np.ndarray | None = None) -> Network:
    first = np.arange(3.0)[:, None, None] + np.linspace(-2, 2, hidden) if weights is None else weights
    layers = (Layer(1, ("$x$",)), Layer(hidden), Layer(1))
    return Network(FRAME, LOOK, layers, np.arange(3), (first, np.swapaxes(first, 1, 2)))


@pytest.mark.parametrize("hidden", [1, 2, 3, 8, 16, 17, 500])
def test_all_nodes_stay_in_the_frame_and_apart(hidden):
    net = network(hidden)
    left, bottom, right, top = FRAME
    for layer in range(3):
        places, radius = net.place(layer), net.radius(layer)
        assert (places - radius >= [left - 1e-9, bottom - 1e-9]).all()
        assert (places + radius <= [right + 1e-9, top + 1e-9]).all()
        assert (np.diff(-places[:, 1]) > 2 * radius).all()
    assert len(net.place(1)) == min(hidden, len(net.place(1)))
    assert (len(net.place(1)) < hidden) == (hidden > 16), "the others stand for many"


def test_a_folded_layer_shows_its_first_and_last_nodes_with_their_own_weights():
    net = network(500)
    shown = net.shown[1]
    assert shown[0] == 0
    assert shown[-1] == 499
    assert net.weights_at(0, 2.0)[0] == pytest.approx((2.0 + np.linspace(-2, 2, 500))[shown])
    assert net.weights_at(1, 0.5)[:, 0] == pytest.approx((0.5 + np.linspace(-2, 2, 500))[shown])


def test_width_grows_with_size_and_hue_is_the_sign():
    net = network(2)
    assert net.thickness(0, 0.0) < net.thickness(0, -1.0) == net.thickness(0, 1.0) < net.thickness(0, 2.0)
    assert net.thickness(0, np.nan) == net.thickness(0, 0.0)
    theme = LOOK.theme
    assert [hue(theme, w) for w in (0.1, -0.1, 0.0, np.nan)] == [
        theme.positive, theme.negative, theme.muted, theme.muted,
    ]  # fmt: skip


def test_emphasis_of_a_layer_leaves_the_others():
    net = network(3)
    assert net.emphasized(1, np.array([1, 0.2, 0.2])).tolist() == [1, 1, 0.2, 0.2, 1]
    net.emphasis = net.emphasized(1, np.array([1, 0.2, 0.2]))
    assert net._strength(0).tolist() == [[1, 0.2, 0.2]]
    assert net._strength(1).tolist() == [[1], [0.2], [0.2]]


@pytest.mark.parametrize(
    ("weight", "text"),
    [(0.5153, "0.52"), (-0.4414, "−0.44"), (0.00233, "0.00"), (-0.004, "0.00"), (123.4, "123"), (np.nan, "nan")],
)
def test_weights_on_edges_are_short(weight, text):
    assert short(weight).plain == text


def test_diagram_and_pieces_line_up():
    for hidden in (1, 2, 5, 16):
        x = np.linspace(-1, 1, 11)
        pieces = Pieces(x, np.arange(3), lambda row, n=hidden: np.ones((3, 11, n)) * row, hidden, 1.0)
        panel = NodePieces((-1.0, FRAME[1], 3.0, FRAME[3]), LOOK, pieces, ("$u$", "$v$", "$w$"))
        tiles = np.array([panel.tile(0, row)[[1, 3]].mean() for row in range(hidden)])
        assert tiles == pytest.approx(network(hidden).place(1)[:, 1])
        panel.epoch = 1.25
        assert panel.now() == pytest.approx(np.full((3, 11, hidden), 1.25))


def test_all_small_plots_have_one_scale_with_ticks_at_its_numbers():
    x = np.linspace(-1, 1, 11)
    pieces = Pieces(x, np.arange(1), lambda row: np.ones((3, 11, 2)), 2, 3.7)
    panel = NodePieces((-1.0, FRAME[1], 3.0, FRAME[3]), LOOK, pieces, ("$u$", "$v$", "$w$"))
    assert panel.ticks == [-2.0, 2.0]
    levels = {
        float(panel.place(column, 0, np.zeros(1), np.array([value]))[0, 1])
        for column in range(3)
        for value in panel.ticks
    }
    assert len(levels) == 2, "u, v and weighted v of one value lie at one height"
    _, bottom, right, top = panel.tile(2, 0)
    assert bottom < min(levels) < max(levels) < top
    assert right < panel.frame[2] - 0.4, "room for the numbers"


def test_pieces_of_several_runs_share_a_scale(tmp_path):
    experiments = ReluNodesParameters(epochs=60).experiments()
    one, net = (store.fetch(experiments[label], root=tmp_path) for label in ("one", "net"))
    both = net_material.pieces(one, net).reach
    assert both == net_material.pieces(net, one).reach
    assert both == max(net_material.pieces(run).reach for run in (one, net))
    assert both == pytest.approx(max(np.abs(by_hand(run, 60)).max() for run in (one, net)))


def test_change_counts_each_weight_by_its_own_way_and_nothing_that_is_not_drawn(tmp_path):
    run = store.fetch(ReluNodesParameters(epochs=200).experiments()["net"], root=tmp_path)
    change = net_material.change(run)
    ways = np.column_stack([run.params, run.loss / run.loss[0] * 10 / 3]).astype(float)
    steps = np.abs(np.diff(ways, axis=0))
    assert change == pytest.approx((steps / steps.sum(axis=0)).mean(axis=1), rel=1e-3)
    wild = store.fetch(ReluNodesParameters(epochs=50, lr=5.0).experiments()["net"], root=tmp_path)
    change = net_material.change(wild)
    assert np.isfinite(change).all()
    assert (change[10:] == 0).all(), "no numbers: nothing happens"


def columns(outcomes: list[int], count: int = 3, runs: tuple[int, ...] = ()) -> Outcomes:
    names = [(f"what {k}", "loss") for k in range(count)]
    return Outcomes(FRAME, LOOK, np.array(outcomes), names, [False] * count, runs, "ring")


@given(st.lists(st.integers(0, 2), min_size=1, max_size=400))
def test_dots_of_a_column_lie_apart_in_their_column_within_the_frame(outcomes):
    panel = columns(outcomes)
    places, (_, gap) = panel.places, panel.across
    near = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1)) + 9 * np.eye(len(places))
    assert near.min() > 0.99 * gap
    left, bottom, right, top = FRAME
    assert (places - 0.5 * gap >= [left - 1e-9, bottom]).all()
    assert (places + 0.5 * gap <= [right + 1e-9, top]).all()
    wide = (right - left) / 3
    assert ((places[:, 0] - left) // wide == outcomes).all()


def test_a_column_counts_the_dots_that_have_fallen():
    panel = columns([0, 2, 0, 0, 1])
    panel.count = 3.5
    assert [panel.tally(column) for column in range(3)] == [2, 0, 1]
    panel.count = 5
    assert [panel.tally(column) for column in range(3)] == [3, 1, 1]


@given(st.floats(-9999, 9999), st.integers(0, 4))
def test_composed_numbers_look_like_set_ones(value, decimals):
    words = fixed(value, decimals)
    composed = Numerals(LOOK, 0.3).stamp(words, LOOK.theme.text)
    whole = LOOK.stamp(words, 0.3)
    assert composed.width == pytest.approx(whole.width, abs=0.02)
    ours, theirs = (np.concatenate([points for _, points in stamp.parts]) for stamp in (composed, whole))
    assert ours.min(axis=0) == pytest.approx(theirs.min(axis=0), abs=0.02)
    assert ours.max(axis=0) == pytest.approx(theirs.max(axis=0), abs=0.02)


@given(st.lists(st.booleans(), min_size=2, max_size=30))
def test_strips_cover_just_the_points_that_are_meant(mask):
    x = np.linspace(-1, 1, len(mask))
    found = [any(low < at < high for low, high in strips(x, np.array(mask))) for at in x]
    assert found == mask


@given(st.lists(st.integers(1, 50), min_size=1, max_size=8), st.floats(0, 1))
def test_between_recorded_rows_lies_a_straight_blend(steps, share):
    epochs = np.cumsum([0, *steps])
    values = np.random.default_rng(len(steps)).normal(size=(len(epochs), 3))
    epoch = share * float(epochs[-1])
    expected = [np.interp(epoch, epochs, column) for column in values.T]
    assert blend(epochs, values, epoch) == pytest.approx(expected, abs=1e-9)
    row, after, _ = between(epochs, epoch)
    assert epochs[row] <= epoch <= epochs[after] or row == after
    assert epochs[reached(epochs, epoch)] <= epoch + 0.05


@given(st.integers(1, 500), st.integers(10, 60))
def test_a_thinned_curve_keeps_its_ends_and_every_peak(count, most):
    values = np.random.default_rng(count).normal(size=count)
    values[count // 2] = 99.0
    few = thinned(values, most)
    assert len(few) <= max(most + 2, 2)
    assert few[0] == 0
    assert few[-1] == count - 1
    assert count // 2 in few
    assert (np.diff(few) > 0).all()
