"""`stuck` tells the truth: when the nodes turned, which points pull at nothing, and how many nets were stuck."""

from typing import Any

import numpy as np
import pytest
from manim.renderer.cairo_renderer import CairoRenderer
from netstage import by_hand, play, share_near, standing, still

from learning import store
from learning.history import History
from scenes import captions
from scenes.bases.net import PLOT
from scenes.film import Film
from scenes.material import net as net_material
from scenes.material.net import Tries
from scenes.numbers import fixed
from scenes.panels.data_plot import DataPlot
from scenes.panels.network import Network
from scenes.panels.node_pieces import NodePieces
from scenes.panels.readout import Readout
from scenes.panels.traces import Traces
from scenes.panels.uncovered import Uncovered
from scenes.parameters import StuckParameters

FEW = {"runs": 40, "sizes": (2, 4)}


@pytest.fixture(scope="module")
def histories(tmp_path_factory: pytest.TempPathFactory) -> dict[str, History]:
    """The two nets in full; of the many fewer, and not for so long."""
    root = tmp_path_factory.mktemp("histories")
    full, short = StuckParameters(**FEW).experiments(), StuckParameters(**FEW, epochs=400).experiments()
    wanted = {
        **{label: full[label] for label in ("stuck", "other")},
        "2 nodes": short["2 nodes"],
        "4 nodes": short["4 nodes"],
    }
    return store.fetch_all(wanted, root=root)


@pytest.fixture(scope="module")
def shown(histories: dict[str, History]) -> tuple[Any, dict[str, np.ndarray]]:
    """The film with the default seeds, and its stills."""
    stills: dict[str, np.ndarray] = {}
    film = play("stuck", StuckParameters(**FEW), lambda film, key: stills.update({key: still(film)}), histories)
    return film, stills


def plain(film: Any) -> dict[str, str]:
    return {name: words.plain for name, words in film.figures.items()}


def test_the_losses_are_those_of_the_notes(shown):
    figures = plain(shown[0])
    assert (figures["loss"], figures["other_loss"], figures["least"]) == ("0.2725", "0.1008", "0.1008")


def test_the_epoch_of_the_last_turn_is_read_from_the_signs_of_the_first_weights(shown):
    film = shown[0]
    signs = np.sign(film.run.params[:, :2])
    last_change = int(np.flatnonzero((signs[1:] != signs[:-1]).any(axis=1))[-1]) + 1
    assert film.turning.epoch == last_change == 54
    assert film.turning.node == int(np.flatnonzero(signs[53] != signs[54])[0]) == 0
    assert plain(film)["turn"] == "54"


def test_the_shade_begins_with_the_epoch_of_the_turn_and_not_before(shown):
    shade, run = shown[0].shade, shown[0].run
    for epoch, dark in ((0, False), (53, False), (54, True), (55, True), (10_000, True)):
        shade.epoch = epoch
        covered = (by_hand(run, epoch)[0] > 0).any(axis=1)
        assert bool(shade.strips()) is dark is bool(not covered.all()), epoch
    (left, right), = shade.strips()  # fmt: skip
    assert left == -np.inf
    assert right == pytest.approx(0.0, abs=1e-6)


def test_the_shade_is_in_the_picture_on_the_left_only(shown):
    film, stills = shown
    film.this.plot.frame = np.array(PLOT)  # where the autopsy puts it
    inner = film.this.plot.place(np.array([-0.8, -0.5, -0.2, 0.05]), np.full(4, 3.2))
    frame = stills["autopsy"]
    grey, plain_ = "#2f323b", film.theme.background
    assert share_near(frame, inner[:3], grey, 25) == 1
    assert share_near(frame, inner[:3], plain_, 10) == 0
    assert share_near(frame, inner[3:], plain_, 10) == 1


def test_points_that_no_node_covers_add_exactly_nothing_and_the_others_cancel(shown):
    film, run = shown[0], shown[0].run
    u, v, _ = by_hand(run, 10_000)
    second = run.params[-1][2:].astype(float)
    c = -2 / 100 * (run.y.astype(float) - run.yhat[-1].astype(float))
    pull = np.hstack([(c * run.x)[:, None] * second * (u > 0), c[:, None] * v])
    strongest = int(np.abs(pull).sum(axis=0).argmax())
    assert (film.pulled.node, film.pulled.second) == (strongest % 2, strongest >= 2) == (1, False)
    assert film.pull.shares == pytest.approx(pull[:, strongest], rel=1e-4, abs=1e-9)
    assert (film.pull.shares[run.x < 0] == 0).all()
    assert (film.pull.shares > 0).any()
    assert (film.pull.shares < 0).any()
    assert plain(film)["zeros"] == str(int((run.x < 0).sum())) == "50"
    assert pull.sum(axis=0) == pytest.approx(run.grads[-1], abs=1e-7)
    assert plain(film)["slope"] == fixed(float(run.grads[-1][strongest]), 4).plain
    assert film.pulled.cancels
    tops = film.pull.tops()[:, 1]
    zero = tops[run.x < 0][0]
    assert (np.sign(tops - zero) == np.sign(film.pull.shares)).all(), "bars up and down"


def test_the_traces_are_the_first_weights(shown):
    traces, run = shown[0].traces, shown[0].run
    for epoch in (0, 30, 53, 54, 108):
        traces.epoch = epoch
        for node in (0, 1):
            line = traces.line(node)
            assert line[-1] == pytest.approx([epoch, run.params[epoch, node]])
            known = line[np.isin(line[:, 0], run.epoch[: epoch + 1])]
            assert known[:-1, 1] == pytest.approx(run.params[known[:-1, 0].astype(int), node])


def test_how_little_the_weights_moved_is_as_recorded(shown):
    run, figures = shown[0].run, plain(shown[0])
    assert figures["half"] == "5,000"
    assert figures["moved"] == fixed(float(np.abs(run.params[5000:] - run.params[-1]).max()), 4).plain


def stuck_by_hand(runs: History, size: int) -> np.ndarray:
    """Without bias a net is stuck when all its first weights that are not zero have one sign."""
    first = runs.params[-1].reshape(-1, 2 * size)[:, :size]
    return ~((first > 0).any(axis=1) & (first < 0).any(axis=1))


def test_the_dots_are_the_nets_and_the_red_columns_are_stuck(shown, histories):
    film, stills = shown
    heaps, runs = film.heaps, histories["2 nodes"]
    first = runs.params[-1].reshape(-1, 2, 2)[:, 0]
    stuck = stuck_by_hand(runs, 2)
    right, left = stuck & (first > 0).any(axis=1), stuck & (first < 0).any(axis=1)
    losses = ((runs.y.astype(float)[:, None] - runs.yhat[-1].astype(float)) ** 2).mean(axis=0)
    expected = np.where(right, "right", np.where(left, "left", np.where(losses < 1.05 * 0.10084, "learned", "short")))
    assert (film.tries[0].outcomes == expected).all()
    red = np.array(heaps.marked)[heaps.columns]
    assert (red == stuck).all()
    assert len(heaps.places) == 40
    ringed = np.isin(np.arange(40), heaps.ringed)
    for chosen, color in ((red, film.theme.loss), (~red & ~ringed, film.theme.text)):
        assert share_near(stills["many"], heaps.places[chosen], color) == 1
    assert share_near(stills["many"], heaps.places[~red], film.theme.loss) == 0
    assert film.tally.text(1) == str(int(stuck.sum()))


def test_the_ring_is_around_the_film_s_other_net(shown, histories):
    """Seed 1 is net 1 of a batch that begins with seed 0; seed 40352 is not among 40."""
    heaps, batch = shown[0].heaps, histories["2 nodes"]
    assert heaps.ringed == (1,)
    assert (batch.params[0].reshape(-1, 4)[1] == histories["other"].params[0]).all()


def test_how_nets_started_is_counted_from_the_first_row(shown, histories):
    runs, figures = histories["2 nodes"], plain(shown[0])
    start = runs.params[0].reshape(-1, 4)[:, :2]
    one_sign, stuck = start[:, 0] * start[:, 1] > 0, stuck_by_hand(runs, 2)
    assert figures["one_sign"] == str(one_sign.sum())
    assert figures["stayed"] == str((one_sign & stuck).sum())
    assert figures["recovered"] == str((one_sign & ~stuck).sum())
    assert figures["turned"] == str((~one_sign & stuck).sum())
    assert int(figures["stayed"]) + int(figures["turned"]) == int(figures["stuck"])


def test_the_seed_shown_began_with_both_signs_and_turned(shown):
    film = shown[0]
    first = film.run.params[:, :2]
    assert sorted(np.sign(first[0]).tolist()) == [-1, 1]
    assert np.sign(first[-1]).tolist() == [1, 1]
    assert film.turned_too == "turned_too"


def test_the_bars_are_the_shares(shown, histories):
    film = shown[0]
    bars = film.bars_panel()
    for group, size in enumerate((2, 4)):
        share = stuck_by_hand(histories[f"{size} nodes"], size).mean()
        floor = bars.level(0.0)
        assert (bars.bar(group)[3] - floor) / (bars.level(1.0) - floor) == pytest.approx(share)
        assert bars.expected[group] == 0.5 ** (size - 1)
    assert film.beats[-1].note.count("%") == 2


def test_word_and_picture_turn_together(shown, histories, monkeypatch):
    """The sentence about the turn comes with the step into its epoch, and the mark with both."""
    steps: list[tuple[str, float, float]] = []

    def watched(self: Any, epoch: float, seconds: Any, *others: Any, proceed: Any = Film.proceed) -> None:
        steps.append((self._said[1], self.epoch, epoch))
        proceed(self, epoch, seconds, *others)

    monkeypatch.setattr(Film, "proceed", watched)
    film = play("stuck", StuckParameters(**FEW), lambda film, key: None, histories, size=(160, 90))
    (text, before, after), = [step for step in steps if step[2] == 54]  # fmt: skip
    assert (before, after) == (53, 54)
    assert text == "Epoch 54: node 1 turns, its w crosses 0. Now every node looks to the right"
    assert film.traces.mark == 1
    assert film.traces.turn == pytest.approx(53.5)


def test_every_sentence_can_be_read(shown):
    assert min(standing(shown[0]).values()) >= 2.5
    few = StuckParameters(runs=10, sizes=(2,), epochs=1)
    assert min(standing(play("stuck", few, lambda film, key: None, size=(160, 90))).values()) >= 2.5


def test_all_panels_show_the_same_epoch_in_every_frame(monkeypatch, histories):
    frame: list[float] = []
    seen: list[set[float]] = []
    for panel in (Network, NodePieces, DataPlot, Readout, Uncovered, Traces):

        def watched(self: Any, brush: Any, draw: Any = panel.draw) -> None:
            if self.opacity == 1 and getattr(self, "epochs", [0])[-1] != 40:  # 40: the tally counts nets, not epochs
                frame.append(self.epoch)
            draw(self, brush)

        monkeypatch.setattr(panel, "draw", watched)

    def update(self: Any, *args: Any, update_frame: Any = CairoRenderer.update_frame, **options: Any) -> None:
        frame.clear()
        update_frame(self, *args, **options)
        seen.append(set(frame))

    monkeypatch.setattr(CairoRenderer, "update_frame", update)
    play("stuck", StuckParameters(**FEW), lambda film, key: None, histories, skip=False, fps=4, size=(160, 90))
    assert len({max(epochs) for epochs in seen if epochs}) > 20
    assert [epochs for epochs in seen if len(epochs) > 1] == []


@pytest.mark.parametrize(
    ("values", "said", "never"),
    [
        ({"epochs": 300}, "Seed 40352 stands still", "stands still at loss 0.1008"),
        ({"epochs": 300}, "node 1 hardly at all: its w is 0.0023", "each u is positive only there"),
        ({"epochs": 300}, "the other 50 pull both ways and cancel", "does not cancel"),
        ({"epochs": 80}, "That is stuck: on one side no point pulls", "Nothing is the matter"),
        ({"noise": 0.0, "epochs": 300}, "the other 50 next to nothing, because they fit", "pull both ways"),
        ({"epochs": 56, "lr": 0.02, "seed": 0}, "it does not cancel yet", "That is stuck"),
        ({"seed": 1, "other_seed": 40352, "epochs": 300}, "Nothing is the matter", "no node is active"),
        ({"lr": 5.0, "epochs": 50}, "the weights are no numbers any more", " turns"),
        ({"epochs": 20}, "Seed 40352 is on its way", "stands still"),
        ({"nodes": 1, "epochs": 300}, "Every node looks to the left", "Nothing is the matter"),
        ({"seed": 1, "epochs": 20}, "the same starting weights", "other starting weights"),
    ],
)
def test_what_is_said_of_the_run_is_so(values, said, never):
    few = {"runs": 10, "sizes": (2,)}
    film = play("stuck", StuckParameters(**few, **values), lambda film, key: None, size=(160, 90))
    told = [subtitle.text for subtitle in film.subtitles]
    about = [text for text in told if not text.startswith(f"Seed {film.other.experiment.seed}")]
    assert any(said in text for text in told), told
    assert not any(never in text for text in about), told


def some(share: float, size: int, lost: int = 0, runs: int = 200) -> Tries:
    stuck = np.arange(runs) < share * runs
    return Tries(size, np.ones(runs), stuck, lost, np.where(stuck, "right", "short"), stuck)


@pytest.mark.parametrize(
    ("shares", "said"),
    [
        ([0.5, 0.125, 0.01], "falls"),
        ([0.01, 0.3], "rises"),
        ([0.4, 0.42], "mixed"),
        ([0.5, 0.1, 0.3], "mixed"),
        ([0.0, 0.0], "same"),
        ([1.0], "one"),
    ],
)
def test_a_trend_is_claimed_only_where_it_is_clear(shares, said):
    assert net_material.trend([some(share, 2 + k) for k, share in enumerate(shares)]) == said


def test_lost_nets_are_no_trend():
    assert net_material.trend([some(0.5, 2), some(0.0, 4, lost=100)]) == "lost"


def test_every_placeholder_of_its_captions_is_filled(shown):
    english = captions.load("en")
    for key in (key for key in english if key.startswith("stuck.")):
        words = {name for name in captions.placeholders(english.template(key)) if f"stuck.words.{name}" in english}
        assert captions.placeholders(english.template(key)) <= {*shown[0].figures, *captions.SYMBOLS} | words, key
