"""The film of diagrams: every edge bears its recorded weight, every picture has its curve, and nothing jumps."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from netstage import play, share_near, standing, still

from learning import store
from learning.history import History
from scenes.figures import diagrams as figures
from scenes.look import Look
from scenes.material import diagrams as material
from scenes.numbers import fixed
from scenes.panels.diagram import Circle, Diagram, Edge, Picture, Record, Weight
from scenes.panels.network import short
from scenes.parameters import DiagramsParameters

EPOCHS = (0, 1, 2, 17, 999, 1000)
TINY = (160, 90)
BEATS = ("line", "matrix", "bias", "sigmoid", "polynomial", "layers", "net", "fold", "wide", "family")
LEARNT = {
    "matrix": ("columns", {"one": "weight[0,0]", "x": "weight[0,1]"}),
    "bias": ("bias", {"one": "bias[0]", "x": "weight[0,0]"}),
    "sigmoid": ("sigmoid", {"one": "w0", "x": "w1"}),
    "polynomial": (
        "polynomial",
        {"one": "bias[0]", "x": "weight[0,0]", "x2": "weight[0,1]", "x3": "weight[0,2]"},
    ),
    "net": (
        "net",
        {
            "in1": "layer1.weight[0,0]", "in2": "layer1.weight[1,0]",
            "out1": "layer2.weight[0,0]", "out2": "layer2.weight[0,1]",
        },
    ),
}  # fmt: skip
"""By picture: the run, and what each edge that bears a number must be in its history."""


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, dict[str, np.ndarray], dict[str, tuple]]:
    """The film with its defaults, its stills, and for each beat the stage, the run and the frame of its plot."""
    root = tmp_path_factory.mktemp("histories")
    runs = store.fetch_all(DiagramsParameters().experiments(), root=root)
    stills, held = {}, {}

    def keep(film: Any, key: str) -> None:
        stills[key] = still(film)
        held[key] = (film.diagram.stage, film.model, film.plots[film.model].frame.copy())

    return play("diagrams", DiagramsParameters(), keep, runs), stills, held


def at(film: Any, picture: str, epoch: float, run: str) -> Diagram:
    """The diagram in a picture, at an epoch of a run."""
    diagram: Diagram = film.diagram
    diagram.stage, diagram.learning, diagram.epoch = float(material.STAGES.index(picture)), run, float(epoch)
    return diagram


def recorded(run: History, name: str, epoch: int) -> float:
    row = run.epoch.tolist().index(epoch)
    return float(run.params[row, run.names.index(name)])


def by_hand(run: History, row: int) -> np.ndarray:
    """ŷ (N,) of a recorded state, written out."""
    x, params = run.x.astype(float), dict(zip(run.names, run.params[row].astype(float), strict=True))
    model = run.experiment.model
    if model == "linear":
        columns = [x**power for power in run.experiment.powers or ()]
        return sum(params[f"weight[0,{k}]"] * column for k, column in enumerate(columns)) + params.get("bias[0]", 0.0)
    if model == "logistic":
        return 1 / (1 + np.exp(-(params["w0"] + params["w1"] * x)))
    total = np.full(len(x), params.get("layer2.bias[0]", 0.0))
    for k in range(run.experiment.nodes or 0):
        u = params[f"layer1.weight[{k},0]"] * x + params.get(f"layer1.bias[{k}]", 0.0)
        v = u * (u > 0) if model == "relu" else 1 / (1 + np.exp(np.clip(-200 * u, -700, 700)))
        total += params[f"layer2.weight[0,{k}]"] * v
    return total


# What edges bear


@pytest.mark.parametrize("picture", LEARNT)
def test_every_edge_bears_its_recorded_weight(shown, picture):
    film, (label, edges) = shown[0], LEARNT[picture]
    run, stage = film.histories[label], material.STAGES.index(picture)
    for epoch in sorted(set(EPOCHS) & set(run.epoch.tolist())):
        diagram = at(film, picture, epoch, label)
        bearing = {edge for edge, ways in diagram.edges.items() if ways[stage].number and ways[stage].weight}
        assert bearing == set(edges), "no other edge has a number"
        for edge, name in edges.items():
            weight = recorded(run, name, epoch)
            assert diagram.weight(edge) == weight
            assert diagram.number(edge, stage) == short(weight) == fixed(weight), "none is nearly zero"


def test_numbers_of_another_epoch_would_be_noticed(shown):
    film = shown[0]
    for picture in ("matrix", "polynomial", "net"):
        label, edges = LEARNT[picture]
        diagram = at(film, picture, 2, label)
        assert any(abs(diagram.weight(e) - recorded(film.histories[label], n, 3)) > 1e-3 for e, n in edges.items())


def test_a_run_that_does_not_learn_stands_as_it_ended(shown):
    film = shown[0]
    diagram = at(film, "polynomial", 0, "net")
    assert diagram.weight("x2") == film.histories["polynomial"].params[-1, 1]
    diagram.learning = "polynomial"
    assert diagram.weight("x2") == film.histories["polynomial"].params[0, 1]


def test_the_numbers_are_those_of_the_notes(shown):
    film = shown[0]

    def said(picture: str, epoch: int) -> list[str]:
        label, edges = LEARNT[picture]
        diagram = at(film, picture, epoch, label)
        return [diagram.number(edge, material.STAGES.index(picture)).plain for edge in edges]

    assert said("bias", 0) == ["−0.44", "0.52"], "seed 1: weight 0.5153, bias -0.4414"
    assert said("net", 0) == ["0.52", "−0.44", "−0.14", "0.33"], "0.5153, -0.4414; -0.1371, 0.3319"
    assert said("matrix", 1000) == said("bias", 1000) == ["2.45", "4.00"], "least squares 2.4459, 4.0043"
    assert said("polynomial", 1000) == ["1.02", "3.74", "2.86", "−1.91"], "1.0239; 3.7411, 2.8648, -1.9074"
    told = {label: film.readouts[label].text(1) for label in film.readouts if label != "sigmoid"}
    assert told["columns"] == told["bias"] == "0.2636", "26.3600 over 100 points"
    assert told["polynomial"] == "0.9891"
    assert told["net"] == "0.1008", "the noise, about 0.09"
    right, left = (film.histories["net"].params[-1, k] for k in (0, 1))
    assert right > 0 > left, "one node looks right and one left"


# Every picture has its curve


@pytest.mark.parametrize("label", material.FAMILY)
def test_the_curve_is_what_the_weights_of_the_diagram_make_of_x(shown, label):
    film, run = shown[0], shown[0].histories[label]
    plot = film.plots[label]
    for row in (0, 1, len(run.epoch) - 1):
        drawn = plot.estimate_at(float(run.epoch[row]))
        order = np.argsort(run.x, kind="stable")
        if label == "wide":  # in float32 a steep sigmoid near its step is not what it is in float64
            assert np.median(np.abs(drawn - by_hand(run, row)[order])) < 2e-4
        else:
            assert drawn == pytest.approx(by_hand(run, row)[order], abs=2e-4)


@pytest.mark.parametrize("beat", ["matrix", "bias", "sigmoid", "polynomial", "layers", "net", "fold", "wide"])
def test_the_curve_is_in_the_picture(shown, beat):
    film, stills, held = shown
    _, label, frame = held[beat]
    plot, run = film.plots[label], film.histories[label]
    now, plot.frame = plot.frame, frame
    order = np.argsort(run.x, kind="stable")
    at_end, at_start = (plot.place(plot.x, run.yhat[row][order].astype(float)) for row in (-1, 0))
    plot.frame = now
    covered = 0.06 if label == "sigmoid" else 0.03  # of the curve, by points that lie upon it
    assert share_near(stills[beat], at_end[::7], film.theme.estimate) > 1 - covered
    assert share_near(stills[beat], at_start[::7], film.theme.estimate) < 0.6


def test_the_models_are_those_that_the_film_speaks_of(shown):
    held = shown[2]
    expected = ("columns", "columns", "bias", "sigmoid", *["polynomial"] * 2, *["net"] * 2, "wide", "wide")
    stages = ("line", "matrix", "bias", "sigmoid", "polynomial", "layers", "net", "folded", "wide", "family")
    assert tuple(held) == BEATS
    assert tuple(held[beat][1] for beat in BEATS) == expected
    assert tuple(material.STAGES[round(held[beat][0])] for beat in BEATS) == stages


# What is drawn


@pytest.mark.parametrize(("beat", "picture"), [("matrix", "matrix"), ("polynomial", "polynomial"), ("net", "net")])
def test_edges_are_drawn_in_the_hue_of_their_sign(shown, beat, picture):
    film, stills, _ = shown
    label, edges = LEARNT[picture]
    diagram = at(film, picture, 1000, label)
    for edge in edges:
        if not diagram.edges[edge][material.STAGES.index(picture)].line:
            continue
        start, end = diagram.ends(edge)
        points = start + np.array([[0.19], [0.2], [0.21]]) * (end - start)
        color = film.theme.positive if diagram.weight(edge) > 0 else film.theme.negative
        assert share_near(stills[beat], points, color) == 1.0, edge


def test_width_is_the_size_of_a_weight_beside_the_largest_of_its_layer(shown):
    diagram = at(shown[0], "net", 1000, "net")
    stage = material.STAGES.index("net")
    wide = {edge: diagram._thickness(diagram.edges[edge][stage]) for edge in ("in1", "in2", "out1", "out2")}
    size = {edge: abs(diagram.weight(edge)) for edge in wide}
    for layer in ("in", "out"):
        thin = [(wide[f"{layer}{k}"] - 0.018) / (0.13 - 0.018) for k in (1, 2)]
        assert thin[1] / thin[0] == pytest.approx(size[f"{layer}2"] / size[f"{layer}1"])
        assert thin[0] == pytest.approx(1.0, abs=1e-6), "the largest there was"


def test_the_thin_lines_are_all_weights_that_have_no_circle(shown):
    film = shown[0]
    run, stage = film.histories["wide"], material.STAGES.index("wide")
    fans = film.diagram.fans
    columns = {name: fans[name][stage].columns for name in ("in", "out")}
    assert film.figures["others"].plain == str(sum(len(c) for c in columns.values())) == "992"
    circles = {
        ways[stage].weight.column
        for edge, ways in film.diagram.edges.items()
        if ways[stage].weight is not None and ways[stage].line and ways[stage].weight.run == "wide"
    }
    weights = {k for k, name in enumerate(run.names) if "weight" in name}
    assert set(columns["in"]) | set(columns["out"]) | circles == weights
    assert len(circles) == 8
    assert not circles & (set(columns["in"]) | set(columns["out"]))


@pytest.mark.parametrize("seen", [2, 3])
def test_a_node_has_either_a_circle_or_thin_lines(shown, seen, monkeypatch):
    monkeypatch.setattr(material, "SEEN", seen)
    album = material.Album(shown[0].histories, lambda key: key, 2, 500)
    picture = dict(zip(material.STAGES, album.pictures(), strict=True))["wide"]
    thin = sum(len(fan.columns) for fan in picture.fans.values())
    assert figures.of_models(shown[0].histories)["others"].plain == str(thin)
    assert thin + len([edge for edge in picture.edges.values() if edge.weight is not None]) == 1000


def test_the_polynomial_told_is_that_of_the_run(shown):
    assert "the data were made with 4, 3, −2 and 1." in shown[0].text("polynomial.note")
    run = shown[0].histories["polynomial"]
    other = replace(run, meta={**run.meta, "truth": [0.5, -6.0, 7.0, 8.0]})
    told = figures.of_models({**shown[0].histories, "polynomial": other})
    assert [told[f"made{k}"].plain for k in range(4)] == ["0.5", "−6", "7", "8"]


def test_the_first_and_the_last_nodes_keep_their_own_weights(shown):
    film = shown[0]
    diagram, run = at(film, "wide", 1000, "wide"), film.histories["wide"]
    for key, node in (("1", 0), ("2", 1), ("3", 2), ("last", 499)):
        assert diagram.weight(f"in{key}") == recorded(run, f"layer1.weight[{node},0]", 1000)
        assert diagram.weight(f"out{key}") == recorded(run, f"layer2.weight[0,{node}]", 1000)
    stage = material.STAGES.index("wide")
    assert diagram.circles["ulast"][stage].name.endswith("500 $= v_500$")


@pytest.mark.parametrize("nodes", [1, 2, 3, 4])
def test_the_shapes_below_are_those_of_the_matrices(shown, nodes, tmp_path):
    runs = dict(shown[0].histories)
    runs["net"] = store.fetch(DiagramsParameters(nodes=nodes, epochs=3).experiments()["net"], root=tmp_path)
    pictures = material.Album(runs, lambda key: key, nodes, 500).pictures()
    named = dict(zip(material.STAGES, pictures, strict=True))
    first = sum(name.startswith("layer1.weight") for name in runs["net"].names)
    rail = named["net"]
    assert [rail.circles[key].note for key in ("X", "U", "V", "Y")] == [
        f"$n times {wide}$" for wide in (1, first, first, 1)
    ]
    assert [rail.edges[key].note for key in ("X-U", "V-Y")] == [f"$1 times {first}$", f"${first} times 1$"]
    assert rail.edges["U-V"].note == "", "ReLU changes no shape"
    for picture, label in (("matrix", "columns"), ("bias", "bias"), ("polynomial", "polynomial")):
        wide = sum(name.startswith("weight") for name in runs[label].names)
        assert named[picture].circles["X"].note == f"$n times {wide}$"
        assert named[picture].edges["X-U"].note == f"${wide} times 1$"
        assert f"Linear({wide}, 1" in named[picture].circles["U"].note
    assert named["wide"].edges["X-U"].note == "$1 times 500$"
    assert named["wide"].edges["U-Y"].note == "$500 times 1$"


# How one becomes the next


def test_nothing_jumps(shown):
    """From one stage to the next everything moves a little at a time."""
    diagram = shown[0].diagram
    stages = np.linspace(0, len(material.STAGES) - 1, 50 * (len(material.STAGES) - 1) + 1)
    diagram.learning = ""
    before: dict[str, np.ndarray] = {}
    for stage in stages:
        diagram.stage = float(stage)
        for circle, ways in diagram.circles.items():
            now = np.hstack([diagram.place(circle), diagram.between(ways, "shown"), diagram.half(circle)])
            if circle in before:
                assert np.abs(now - before[circle])[:2].max() < 0.25, (circle, stage)
                assert np.abs(now - before[circle])[2:].max() < 0.04, (circle, stage)
            before[circle] = now


def test_at_rest_a_picture_is_what_was_declared(shown):
    film = shown[0]
    album = material.Album(film.histories, film.markup, 2, 500)
    for stage, picture in enumerate(album.pictures()):
        film.diagram.stage = float(stage)
        for key, ways in film.diagram.circles.items():
            declared = picture.circles.get(key)
            assert film.diagram.between(ways, "shown")[0] == (declared.shown if declared else 0.0), (key, stage)
            if declared:
                assert film.diagram.place(key) == pytest.approx(declared.at)


def test_the_one_vanishes_into_the_node_and_its_weight_stays(shown):
    film, stills, _ = shown
    diagram, stage = at(film, "bias", 1000, "bias"), material.STAGES.index("bias")
    assert [circle.shown for circle in diagram.circles["one"][stage - 2 : stage + 1]] == [1.0, 1.0, 0.0]
    diagram.stage -= 1
    order = list(diagram.circles)
    assert order.index("one") < order.index("sum"), "it goes behind the node"
    inside = diagram.half("sum") - diagram.half("one")
    assert (diagram.place("one") == diagram.place("sum")).all()
    assert (inside > 0).all()
    rim = diagram.place("one") + diagram.half("one") * [[0, 1], [0, -1]]
    assert share_near(stills["bias"], rim, film.theme.background, 30) == 1.0, "nothing of it is to be seen"
    edge = diagram.edges["one"][stage]
    assert edge.weight == Weight("bias", film.histories["bias"].names.index("bias[0]"))
    assert (edge.number, edge.along) == (1.0, 0.0)
    assert edge.below > diagram.half("sum")[1], "its number stands below the node"


def test_folding_keeps_every_weight(shown):
    film = shown[0]
    before, after = (material.STAGES.index(name) for name in ("net", "folded"))
    for edge in ("in1", "in2", "out1", "out2"):
        ways = film.diagram.edges[edge]
        assert ways[before].weight == ways[after].weight
        assert ways[after].line == ways[after].number == 1.0
    for k in (1, 2):
        assert film.diagram.circles[f"u{k}"][after].at == film.diagram.circles[f"v{k}"][after].at
        assert film.diagram.circles[f"v{k}"][after].shown == 0.0


def test_the_layers_lie_side_by_side_and_hold_their_circles(shown):
    diagram = shown[0].diagram
    held = {"net": {"layer0": "x", "layer1": "u1 u2 v1 v2", "layer2": "y"},
            "wide": {"layer0": "x", "layer1": "u1 u2 u3 ulast", "layer2": "y"},
            "layers": {"layer0": "x x2 x3", "layer1": "y"}}  # fmt: skip
    for picture, layers in held.items():
        stage = material.STAGES.index(picture)
        diagram.stage, reached = float(stage), -np.inf
        for layer, circles in layers.items():
            left, bottom, right, top = diagram.boxes[layer][stage].rectangle
            assert diagram.boxes[layer][stage].shown == 1.0
            assert left > reached
            reached = right
            for circle in circles.split():
                half, place = diagram.half(circle), diagram.place(circle)
                assert (place - half >= [left, bottom]).all()
                assert (place + half <= [right, top]).all()


def test_the_wide_net_goes_to_its_card_before_the_others_come(shown):
    diagram, aside = shown[0].diagram, material.STAGES.index("aside")
    others = [key for key in diagram.circles if " " in key]
    assert len(others) > 10
    for key in others:
        assert [diagram.circles[key][stage].shown for stage in (aside - 1, aside, aside + 1)] in ([0, 0, 1], [0, 0, 0])
    assert {fan[aside].shown for fan in diagram.fans.values()} == {0.0}


def test_in_the_end_each_card_holds_its_diagram_and_its_curve(shown):
    film = shown[0]
    film.diagram.stage = float(len(material.STAGES) - 1)
    for place, label in enumerate(material.FAMILY):
        box = film.diagram.boxes["layer1" if label == "wide" else f"card {label}"][-1]
        left, bottom, right, _ = box.rectangle
        assert left == material.card(place)
        inner = film.plots[label].inner()
        assert left <= inner[0] < inner[2] <= right
        assert bottom <= inner[1] < inner[3]
        y = film.diagram.place("y" if label == "wide" else f"{label} y")
        assert left < y[0] < right
        assert y[1] > inner[3]
        assert film.plots[label].opacity == film.plots[label].estimate == 1.0


# The panel by itself


def test_a_part_that_is_not_in_a_picture_waits_where_it_is_next():
    start, end = Circle((0.0, 0.0), "$a$"), Circle((4.0, 2.0), "$b$")
    pictures = [
        Picture({"a": start}),
        Picture({"a": start, "b": end}, {"e": Edge("a", "b", Weight("run", 0))}),
        Picture({"a": end}),
    ]
    weights = np.array([[1.0], [-3.0]])
    record = Record(np.array([0, 10]), weights, np.array([3.0]))
    diagram = Diagram((-6, -3, 6, 3), Look("dark", "en"), pictures, {"run": record})
    assert diagram.place("b") == pytest.approx([4, 2])
    assert diagram.between(diagram.circles["b"], "shown") == 0
    diagram.stage = 0.5
    assert diagram.between(diagram.circles["b"], "shown") == 0.5
    assert diagram.between(diagram.edges["e"], "line") == 0.5
    assert diagram.weight("e") == -3.0
    diagram.learning, diagram.epoch = "run", 5.0
    assert diagram.weight("e") == -1.0
    assert diagram.number("e", 1).plain == "1.00", "the epoch last reached"
    diagram.stage = 1.5
    assert diagram.place("a") == pytest.approx([2, 1])
    assert diagram.ends("e") == pytest.approx(np.array([[2, 1], [4, 2]]))


# What is said


@pytest.mark.parametrize(
    ("values", "said", "unsaid"),
    [
        ({}, "both end as 4.00 x + 2.45", "still on their way"),
        ({"epochs": 1, "seed": 9}, "still on their way: 0.75 x + 0.77, and 1.23 x + 0.26", "both end as"),
        ({}, "What learns: the numbers on the edges. Colour is their sign", "no number any more"),
        ({"data_seed": 18130, "epochs": 300}, "the loss is no number any more", "goes into one node"),
        ({"nodes": 1, "wide": 5}, "x goes into one node", "nodes: each has a weight"),
        ({"nodes": 4, "wide": 7}, "the thin lines are all 6 other edges", "goes into one node"),
    ],
)
def test_what_is_said_of_the_runs_is_so(values, said, unsaid):
    film = play("diagrams", DiagramsParameters(**{"wide": 20, "epochs": 1000, **values}), lambda f, k: None, size=TINY)
    told = [subtitle.text for subtitle in film.subtitles]
    assert any(said in text for text in told), told
    assert not any(unsaid in text for text in told)
    assert any("no number any more" in text for text in told) == any(
        not np.isfinite(run.loss[-1]) for run in film.histories.values()
    )
    assert min(standing(film).values()) >= 2.5


def test_notes_quote_the_recorded_numbers(shown):
    film = shown[0]
    notes = {beat.key: beat.note for beat in film.beats}
    runs = film.histories
    assert "bias 2.45 and weight 4.00, loss 0.2636" in notes["bias"]
    for label, beat in (("sigmoid", "sigmoid"), ("polynomial", "polynomial"), ("wide", "wide"), ("net", "net")):
        assert fixed(float(runs[label].loss[-1]), 4).plain in notes[beat]
    assert "1.02" in notes["polynomial"]
    assert fixed(float(runs["sigmoid"].params[-1, 1])).plain in notes["sigmoid"]
    assert "1 × 2" in notes["net"]


def test_diagram_plot_and_numbers_show_one_epoch_in_every_frame(monkeypatch, shown):
    """Played for real: what is drawn while a model learns is of one epoch."""
    films: list[Any] = []
    seen: list[tuple[str, float, float, float]] = []

    def watched(self: Any, brush: Any, draw: Any = Diagram.draw) -> None:
        film = films[0] if films else None
        if film is not None and film.diagram is self and film.model:
            plot, readout = film.plots[film.model], film.readouts[film.model]
            seen.append((film.model, self.epoch, plot.epoch, readout.epoch))
        draw(self, brush)

    monkeypatch.setattr(Diagram, "draw", watched)
    prepare = type(shown[0]).prepare
    monkeypatch.setattr(type(shown[0]), "prepare", lambda self: (films.append(self), prepare(self))[1])
    play("diagrams", DiagramsParameters(), lambda f, k: None, shown[0].histories, skip=False, fps=4, size=TINY)
    assert {model for model, *_ in seen} == set(material.FAMILY)
    assert [row for row in seen if len(set(row[1:])) > 1] == []
    assert {epoch for model, epoch, *_ in seen if model == "bias"} == {1000.0}, "it appears when it has learned"
    assert len({epoch for _, epoch, *_ in seen}) > 15
