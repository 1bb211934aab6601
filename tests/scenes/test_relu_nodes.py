"""`relu-nodes` tells the truth: pieces, sum and diagram against the recorded weights, at every kind of epoch."""

from collections import defaultdict
from typing import Any

import numpy as np
import pytest
from netstage import by_hand, play, share_near, standing, still

from learning import store
from learning.history import History
from scenes import captions
from scenes.film import Film
from scenes.material import net as net_material
from scenes.numbers import fixed
from scenes.pacing import durations_by
from scenes.panels.data_plot import DataPlot
from scenes.panels.loss_curve import LossCurve
from scenes.panels.network import Network
from scenes.panels.node_pieces import NodePieces
from scenes.panels.readout import Readout
from scenes.parameters import ReluNodesParameters

EPOCHS = (0, 1, 2, 17, 500, 1000)


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, dict[str, np.ndarray], dict[str, tuple]]:
    """The film with its defaults, its stills, and for each beat what its panels held."""
    root = tmp_path_factory.mktemp("histories")
    histories = store.fetch_all(ReluNodesParameters().experiments(), root=root)
    stills, held = {}, {}

    def keep(film: Any, key: str) -> None:
        stills[key] = still(film)
        held[key] = (film.plot.frame.copy(), film.plot.epoch)

    return play("relu-nodes", ReluNodesParameters(), keep, histories), stills, held


def weighted(film: Any, epoch: float) -> np.ndarray:
    """The pieces (N, H) that are drawn in the last column, read back from where their curves lie."""
    film.pieces.epoch = epoch
    pieces, found = film.pieces, []
    for node in range(film.pieces.pieces.count):
        _, bottom, _, top = pieces.tile(2, node)
        height = pieces.curve(2, node)[:, 1]
        found.append((height - (bottom + top) / 2) / (0.46 * (top - bottom)) * pieces.pieces.reach)
    return np.stack(found, axis=1)


def drawn_sum(film: Any, epoch: float) -> np.ndarray:
    """ŷ (N,) as the data plot draws it, read back from the picture's coordinates."""
    film.plot.epoch = epoch
    says = film.plot.place(film.plot.x, film.plot.estimate_at(epoch))[:, 1]
    zero, one = film.plot.place(np.zeros(2), np.array([0.0, 1.0]))[:, 1]
    return (says - zero) / (one - zero)


@pytest.mark.parametrize("epoch", [*EPOCHS, 0.4, 3.75, 123.5])
def test_the_drawn_pieces_add_up_to_the_drawn_sum(shown, epoch):
    film, _, _ = shown
    assert weighted(film, epoch).sum(axis=1) == pytest.approx(drawn_sum(film, epoch), abs=2e-5)


@pytest.mark.parametrize("epoch", EPOCHS)
def test_the_pieces_are_what_the_recorded_weights_make_of_x(shown, epoch):
    film, run = shown[0], shown[0].run
    assert film.pieces.pieces.at(epoch) == pytest.approx(by_hand(run, epoch), abs=1e-12)
    assert weighted(film, epoch) == pytest.approx(by_hand(run, epoch)[2], abs=1e-9)


def test_pieces_of_another_epoch_would_be_noticed(shown):
    film, run = shown[0], shown[0].run
    for epoch in (0, 1, 17):
        drawn = weighted(film, epoch)
        assert np.abs(drawn - by_hand(run, epoch + 1)[2]).max() > 1e-3
        assert np.abs(drawn.sum(axis=1) - drawn_sum(film, epoch + 1)).max() > 1e-3


@pytest.mark.parametrize("epoch", EPOCHS)
def test_the_diagram_bears_the_recorded_weights(shown, epoch):
    diagram, run = shown[0].diagram, shown[0].run
    diagram.epoch = epoch
    first, second = np.split(run.params[epoch], 2)
    for node in range(2):
        assert diagram.number(0, 0, node) == fixed(float(first[node]))
        assert diagram.number(1, node, 0) == fixed(float(second[node]))
        assert diagram.weights_at(0, epoch)[0, node] == first[node]


def test_the_first_weights_are_those_of_the_notes(shown):
    diagram = shown[0].diagram
    diagram.epoch = 0.0
    numbers = [diagram.number(0, 0, node).plain for node in (0, 1)] + [
        diagram.number(1, node, 0).plain for node in (0, 1)
    ]
    assert numbers == ["0.52", "−0.44", "−0.14", "0.33"]


def test_the_estimate_is_in_the_picture(shown):
    film, stills, held = shown
    frame, _ = held["train"]
    film.plot.frame = frame
    inner = slice(4, -4)
    now = film.plot.place(film.plot.x, film.run.yhat[-1])[inner]
    before = film.plot.place(film.plot.x, film.run.yhat[0])[inner]
    assert share_near(stills["train"], now, film.theme.estimate) > 0.97
    assert share_near(stills["train"], before, film.theme.estimate) < 0.5


def test_the_pieces_are_in_the_picture_in_the_hue_of_their_weight(shown):
    film, stills, _ = shown
    film.pieces.epoch = 1000.0
    for node, color in ((0, film.theme.positive), (1, film.theme.negative)):
        for column in (0, 2):
            curve = film.pieces.curve(column, node)[4:-4]
            assert share_near(stills["train"], curve, color) > 0.9, (node, column)


def test_the_veil_lies_where_a_node_is_not_active(shown):
    film, stills, _ = shown
    pieces = film.pieces
    for node, row in ((1, 1), (1, 0)):
        _, bottom, _, top = pieces.tile(2, node)
        height = (top - bottom) * (0.3 if row else -0.3) * pieces.pieces.reach / (0.46 * (top - bottom))
        at = pieces.place(2, node, np.array([-0.6, 0.6]), np.full(2, height))
        assert share_near(stills["apart"], at[:1], film.theme.background, 12) == 1, "node 2 is active on the left"
        assert share_near(stills["apart"], at[1:], "#2f323b", 12) == 1


def test_piled_up_the_pieces_are_the_sum(shown):
    heap, run = shown[0].heap, shown[0].run
    heap.pieces.epoch = 1000.0
    assert heap.sums()[-1] == pytest.approx(run.yhat[-1], abs=1e-5)
    heap.joined = 1.5
    done = heap.sums()[1]
    alone = by_hand(run, 1000)[2][:, heap.order[1]]
    assert heap.flying() == pytest.approx(heap.plot.place(run.x, alone + 0 * done), abs=1e-6), "half way it lies alone"
    heap.joined = 2 - 1e-9
    assert heap.flying() == pytest.approx(heap.plot.place(run.x, run.yhat[-1].astype(float)), abs=1e-4)
    heap.joined = 2.0
    assert heap.flying() is None
    assert heap.bend_places() == pytest.approx([0.0], abs=1e-6)


def test_the_figures_are_those_recorded(shown):
    figures = {name: words.plain for name, words in shown[0].figures.items()}
    assert (figures["loss"], figures["least"]) == ("0.1008", "0.1008")
    line = shown[0].straight
    x, y = line.x.astype(float), line.y.astype(float)
    fit = np.polyfit(x, y, 1)
    assert figures["line_least"] == fixed(float(((y - np.polyval(fit, x)) ** 2).mean()), 4).plain
    right, left = x > 0, x < 0
    assert figures["right_slope"] == fixed(float(x[right] @ y[right] / (x[right] @ x[right]))).plain
    assert figures["left_slope"] == fixed(float(x[left] @ y[left] / (x[left] @ x[left]))).plain


def test_all_panels_show_the_same_epoch_in_every_frame(monkeypatch, shown):
    """Played for real: whatever is drawn in a frame while the net learns shows one epoch."""
    frame: dict[str, float] = {}
    seen: list[dict[str, float]] = []
    for panel in (Network, NodePieces, DataPlot, LossCurve, Readout):

        def watched(self: Any, brush: Any, draw: Any = panel.draw, name: str = panel.__name__) -> None:
            frame[name] = self.epoch
            draw(self, brush)
            if name == "LossCurve":
                seen.append(dict(frame))

        monkeypatch.setattr(panel, "draw", watched)
    histories = {"line": shown[0].straight, "one": shown[0].one, "net": shown[0].run}
    play("relu-nodes", ReluNodesParameters(), lambda film, key: None, histories, skip=False, fps=4, size=(320, 180))
    epochs = {state["LossCurve"] for state in seen}
    assert len(epochs) > 20
    assert max(epochs) == 1000
    assert [state for state in seen if len(set(state.values())) > 1] == []


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, "Learned: the loss is 0.1008"),
        ({"seed": 40352}, "where no node is active"),
        ({"lr": 5.0}, "no number any more"),
        ({"epochs": 5}, "Not there yet"),
        ({"nodes": 1}, "where no node is active"),
        ({}, "Its loss, 0.2725, is even larger than the line's, 0.2319: without an offset it must pass through (0, 0)"),
        ({}, "Its loss is 0.2319: that is the best possible straight line"),
        ({}, "A second weight, −0.44, flips what is left and shrinks it"),
        ({}, "Node 2 is active left of zero; the slope there is w × w′ = (−1.02) × (−0.98) = 1.00"),
        ({}, "What bending gains: the loss falls from 0.2319 to 0.1008"),
        ({"seed": 40352}, "Here bending gains nothing: 0.2725"),
        ({"lr": 5.0}, "the losses cannot be compared"),
        ({"noise": 0.0}, "slopes 1 and 3.5"),
    ],
)
def test_what_is_said_of_the_run_is_so(values, said):
    film = play("relu-nodes", ReluNodesParameters(**values), lambda film, key: None, size=(160, 90))
    told = [subtitle.text for subtitle in film.subtitles]
    assert any(said in text for text in told), told
    run: History = film.run
    uncovered = not (run.params[-1][: values.get("nodes", 2)] < 0).any() and np.isfinite(run.loss[-1])
    assert any("No node is active left" in text for text in told) == uncovered


def test_more_nodes_add_up_too():
    nodes = defaultdict(float)
    for count in (1, 3, 16):
        film = play("relu-nodes", ReluNodesParameters(nodes=count, epochs=30), lambda film, key: None, size=(160, 90))
        for epoch in (0, 7.5, 30):
            nodes[count] = max(nodes[count], np.abs(weighted(film, epoch).sum(axis=1) - drawn_sum(film, epoch)).max())
    assert max(nodes.values()) < 1e-5


def test_every_sentence_can_be_read(shown):
    assert min(standing(shown[0]).values()) >= 2.5
    for values in ({"nodes": 1, "epochs": 1}, {"lr": 5.0, "epochs": 50}):
        film = play("relu-nodes", ReluNodesParameters(**values), lambda film, key: None, size=(160, 90))
        assert min(standing(film).values()) >= 2.5


def test_each_piece_adds_nothing_where_its_node_is_not_active(shown):
    parts = by_hand(shown[0].run, 1000)[2]
    x = shown[0].run.x
    assert (parts[x < 0, 0] == 0).all()
    assert (parts[x > 0, 1] == 0).all()
    assert "adds exactly 0" in shown[0].beats[6].note


def test_the_scores_are_the_recorded_losses(shown):
    film = shown[0]
    told = [film.scores.text(column) for column in range(3)]
    losses = [run.loss[-1] for run in (film.straight, film.one, film.run)]
    assert told == [fixed(float(loss), 4).plain for loss in losses] == ["0.2319", "0.2725", "0.1008"]


def test_time_is_given_to_the_epochs_in_which_much_happens(shown):
    """At no moment of the training does a weight run: a tenth of its way takes at least a tenth of a second."""
    run = shown[0].run
    seconds = durations_by(net_material.change(run), 8.5)
    ends = np.concatenate([[0], np.cumsum(seconds)])
    assert ends[-1] == pytest.approx(8.5, abs=0.1)
    for weight in run.params.T.astype(float):
        way = np.concatenate([[0], np.cumsum(np.abs(np.diff(weight)))])
        moments = np.interp(np.linspace(0, way[-1], 11), way, ends)
        assert np.diff(moments).min() > 0.1
    assert ends[6] < 2.0, "the first epochs, in which little moves, do not take long"


def test_a_loss_is_shown_only_with_the_line_that_has_it(monkeypatch, shown):
    seen: list[tuple[float, float]] = []

    def watched(self: Any, seconds: float, hold: Any = Film.hold) -> None:
        hold(self, seconds)
        if hasattr(self, "readout") and not hasattr(self, "heap"):
            seen.append((float(self.readout.shown[1] * self.readout.opacity), self.plot.estimate))

    monkeypatch.setattr(Film, "hold", watched)
    histories = {"line": shown[0].straight, "one": shown[0].one, "net": shown[0].run}
    play("relu-nodes", ReluNodesParameters(), lambda film, key: None, histories, size=(160, 90))
    assert len(seen) > 15
    assert {loss for loss, estimate in seen if estimate == 0} == {0.0}
    assert {loss for loss, estimate in seen if estimate == 1} == {1.0}


def test_every_placeholder_of_its_captions_is_filled(shown):
    film = shown[0]
    english = captions.load("en")
    for key in (key for key in english if key.startswith("relu-nodes.")):
        words = {name for name in captions.placeholders(english.template(key)) if f"relu-nodes.words.{name}" in english}
        assert captions.placeholders(english.template(key)) <= {*film.figures, *captions.SYMBOLS} | words, key
