"""The diagrams of a line, a sigmoid, a polynomial and two nets: what is drawn where, and which weight each edge has."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from learning.history import History
from scenes.film import LEFT
from scenes.panels.diagram import RADIUS, Box, Circle, Edge, Fan, Picture, Record, Weight
from scenes.panels.network import reach
from scenes.theme import SIZES

MIDDLE, RAIL = 0.42, -1.92
"""The heights of the circles' middle, and of the line of matrices below them."""

THREE, FOUR, TWO = (-5.9, -2.35, 1.3), (-6.0, -3.85, -1.35, 1.5), (-5.4, -0.6)
FOLDED = (-6.0, -2.45, 1.3)
"""Where the columns stand, by how many there are."""

FLOOR, CEILING = -2.72, 2.55
"""Of the boxes behind layers."""

APART, CLOSE, CLOSEST = 1.15, 0.84, 0.56
"""From one row to the next: of three at most, of four, of more."""

CARD, CARD_WIDTH = 2.24, 2.08
"""In the last picture: from one card to the next, and how wide it is."""

CARD_MIDDLE, SMALL, TINY = 0.98, 0.24, 0.15
"""There: the height of the circles' middle, and the radius of those with a name and of those without."""

SEEN, ROWS = 3, 6
"""Of a wide net so many nodes from the first on have a circle, and the last; of these rows they take first and last."""

STAGES = (
    "nothing", "inputs", "line", "matrix", "behind", "bias", "sigmoid", "polynomial", "layers",
    "multiply", "bend", "net", "folded", "wide", "aside", "family",
)  # fmt: skip
"""The pictures in their order."""

FAMILY = ("columns", "bias", "sigmoid", "polynomial", "net", "wide")
"""The runs, from the first diagram to the last."""

X, W, B, YHAT = "$bold(X)$", "$bold(W)$", "$b$", "$hat(y)$"
LAST_B = "$b'$"
FIRST, SECOND = "$bold(W)^((1))$", "$bold(W)^((2))$"
AT = "\\@"


def records(runs: Mapping[str, History]) -> dict[str, Record]:
    """What the diagrams' edges show, by run."""
    return {label: Record(run.epoch, run.params, _most(run)) for label, run in runs.items()}


def _most(run: History) -> np.ndarray:
    """For each parameter (P,) the weight that is drawn the thickest: the largest of its layer."""
    layers = np.array([name.split("[")[0] for name in run.names])
    return np.array([reach(run.params[:, layers == layer]) for layer in layers])


def undrawn(wide: int) -> range:
    """Which nodes of a net so wide have no circle, counted from 0: all but the first few and the last."""
    return range(SEEN, wide - 1)


class Album:
    """All diagrams.

    Args:
        runs: by label, as the parameters of the film name them.
        word: markup of a caption, by its key.
        nodes, wide: of the two nets.
    """

    def __init__(self, runs: Mapping[str, History], word: Callable[[str], str], nodes: int, wide: int) -> None:
        self.runs, self.word, self.nodes, self.wide = runs, word, nodes, wide

    def pictures(self) -> list[Picture]:
        """All of them, in the order of `STAGES`; what comes into being does so where it comes from."""
        drawn = [
            Picture({}), self._inputs(), self._line(), self._matrix(), self._behind(), self._bias(), self._sigmoid(),
            self._polynomial(), self._layers(), self._multiply(), self._bend(), self._net(), self._folded(),
            self._wide(), self._aside(), self._family(),
        ]  # fmt: skip
        last = f"u{self.nodes}"
        born = {"polynomial": {"x2": "x", "x3": "x"}, "wide": {"u3": last, "last": last, "u2": last}}
        for name, origins in born.items():
            place = STAGES.index(name)
            drawn[place - 1] = _before(drawn[place - 1], drawn[place], origins)
        return drawn

    # One after the other

    def _inputs(self) -> Picture:
        return Picture({"one": _row(THREE[0], 0, 2, "$1$"), "x": _row(THREE[0], 1, 2, "$x$")})

    def _line(self) -> Picture:
        circles = {
            **self._inputs().circles,
            "sum": Circle((THREE[1], MIDDLE), "$w_0 + w_1 x$"),
            "y": Circle((THREE[2], MIDDLE), YHAT, tone="estimate"),
        }
        edges = {
            "one": Edge("one", "sum", self._weight("columns", "weight[0,0]"), "$w_0 =$", along=0.42),
            "x": Edge("x", "sum", self._weight("columns", "weight[0,1]"), "$w_1 =$", along=0.42),
            "out": Edge("sum", "y", name=self.word("parts.identity")),
        }
        return Picture(circles, edges)

    def _matrix(self) -> Picture:
        line = self._line()
        identity = self.word("parts.identity")
        values = ((X, "2"), (X + AT + W, "Linear(2, 1, bias=False)"), (YHAT, "1"))
        circles, edges = _rail(THREE, values, ((AT + W, "2", "1"), (identity,)))
        return Picture({**line.circles, **circles}, {**line.edges, **edges})

    def _behind(self) -> Picture:
        """The 1 has gone behind the node."""
        bias = self._bias()
        one, edge = replace(bias.circles["one"], shown=1.0), replace(bias.edges["one"], line=1.0)
        return replace(bias, circles={**bias.circles, "one": one}, edges={**bias.edges, "one": edge})

    def _bias(self) -> Picture:
        edges = {
            "one": _own(self._weight("bias", "bias[0]")),
            "x": Edge("x", "sum", self._weight("bias", "weight[0,0]"), "$w =$", along=0.42),
        }
        return self._one_input("$w x + b$", YHAT, edges, self.word("parts.identity"))

    def _sigmoid(self) -> Picture:
        edges = {
            "one": _own(self._weight("sigmoid", "w0")),
            "x": Edge("x", "sum", self._weight("sigmoid", "w1"), "$w =$", along=0.42),
        }
        return self._one_input("$u = w x + b$", "$v = hat(y)$", edges, self.word("parts.sigmoid"))

    def _one_input(self, inner: str, outer: str, edges: Mapping[str, Edge], function: str) -> Picture:
        """One input through a layer with bias, and a function after it."""
        circles = {
            "one": _in_node(THREE[1]),
            "x": Circle((THREE[0], MIDDLE), "$x$"),
            "sum": Circle((THREE[1], MIDDLE), inner),
            "y": Circle((THREE[2], MIDDLE), outer, tone="estimate"),
        }
        whole = f"{X}{AT}{W} + {B}"
        rail, arrows = _rail(THREE, ((X, "1"), (whole, "Linear(1, 1)"), (YHAT, "1")), ((AT + W, "1", "1"), (function,)))
        arrow = Edge("sum", "y", name=function)
        return Picture({**circles, **rail}, {**edges, "out": arrow, **arrows})

    def _polynomial(self) -> Picture:
        circles = {
            "one": _in_node(THREE[1]),
            "sum": Circle((THREE[1], MIDDLE), "$w_1 x + dots.c + b$"),
            "y": Circle((THREE[2], MIDDLE), YHAT, tone="estimate"),
            **self._powers(THREE[0]),
        }
        whole, identity = f"{X}{AT}{W} + {B}", self.word("parts.identity")
        rail, arrows = _rail(THREE, ((X, "3"), (whole, "Linear(3, 1)"), (YHAT, "1")), ((AT + W, "3", "1"), (identity,)))
        edges = self._powers_edges()
        return Picture({**circles, **rail}, {**edges, "out": Edge("sum", "y", name=identity), **arrows})

    def _powers(self, x: float) -> dict[str, Circle]:
        names = {"x": "$x$", "x2": "$x^2$", "x3": "$x^3$"}
        return {key: _row(x, row, 3, name) for row, (key, name) in enumerate(names.items())}

    def _powers_edges(self) -> dict[str, Edge]:
        weights = {
            key: Edge(key, "sum", self._weight("polynomial", f"weight[0,{k}]"), f"$w_{k + 1} =$", along=0.4)
            for k, key in enumerate(("x", "x2", "x3"))
        }
        bias = self._weight("polynomial", "bias[0]")
        return {"one": _own(bias), **weights}

    def _layers(self) -> Picture:
        """The polynomial with the node and its output in one circle, and layers behind."""
        name = f"{self.word('parts.node')} 1 $= hat(y)$"
        both = Circle((TWO[1], MIDDLE), name, tone="estimate")
        circles = {"one": _in_node(TWO[1]), "sum": Circle(both.at, tone="estimate"), "y": both, **self._powers(TWO[0])}
        whole, identity = f"{AT}{W} + {B}", self.word("parts.identity")
        rail, arrows = _rail(TWO, ((X, "3"), (YHAT, "1")), ((whole, "3", "1"),))
        boxes = {"layer0": self._box(TWO[0], 0), "layer1": self._box(TWO[1], 1, identity)}
        return Picture({**circles, **rail}, {**self._powers_edges(), **arrows}, boxes)

    def _multiply(self) -> Picture:
        """The u of every node."""
        whole = self._net()
        powers = (("x2", "$x^2$"), ("x3", "$x^3$"))
        gone = {key: replace(whole.circles["x"], name=name, shown=0.0) for key, name in powers}
        circles = {key: whole.circles[key] for key in ("x", "y", *self._keys("u"), "X", "U")}
        edges = {key: whole.edges[key] for key in (*self._keys("in"), "X-U")}
        unborn = {f"v{k}": replace(whole.circles[f"v{k}"], at=whole.circles[f"u{k}"].at, shown=0.0) for k in self._each}
        sum_ = Circle(whole.circles["y"].at, tone="estimate", shown=0.0)
        return Picture({**circles, **gone, **unborn, "sum": sum_}, edges, {"layer0": self._box(FOUR[0], 0)})

    def _bend(self) -> Picture:
        """ReLU after it."""
        whole = self._net()
        circles = {key: circle for key, circle in whole.circles.items() if key != "Y"}
        edges = {key: edge for key, edge in whole.edges.items() if not key.startswith("out") and key != "V-Y"}
        return Picture(circles, edges, {key: box for key, box in whole.boxes.items() if key != "layer2"})

    def _net(self) -> Picture:
        circles, edges = {"x": Circle((FOUR[0], MIDDLE), "$x$")}, {}
        relu = self.word("parts.relu")
        for k in self._each:
            circles[f"u{k}"] = _row(FOUR[1], k - 1, self.nodes, f"$u_{k}$")
            circles[f"v{k}"] = _row(FOUR[2], k - 1, self.nodes, f"$v_{k}$")
            edges[f"relu{k}"] = Edge(f"u{k}", f"v{k}", name=relu)
        circles["y"] = Circle((FOUR[3], MIDDLE), YHAT, tone="estimate")
        steps = ((AT + FIRST, "1", str(self.nodes)), (relu,), (AT + SECOND, str(self.nodes), "1"))
        bent, many = f"{relu}({X}{AT}{FIRST})", str(self.nodes)
        rail, arrows = _rail(FOUR, ((X, "1"), (X + AT + FIRST, many), (bent, many), (YHAT, "1")), steps)
        boxes = {"layer0": self._box(FOUR[0], 0), "layer1": self._wide_box(), "layer2": self._box(FOUR[3], 2)}
        return Picture({**circles, **rail}, {**edges, **self._weights_of("net", self._each), **arrows}, boxes)

    def _folded(self) -> Picture:
        """One circle for the u and the v of a node."""
        places = {k: _row(FOLDED[1], k - 1, self.nodes, self._named(k)) for k in self._each}
        return self._layered("net", places, self.word("parts.relu"), str(self.nodes))

    def _wide(self) -> Picture:
        """The first and the last of many nodes."""
        column = {
            k: _row(FOLDED[1], row, ROWS, self._named(k), 0.22)
            for row, k in (*((row, row + 1) for row in range(SEEN)), (ROWS - 1, self.wide))
        }
        picture = self._layered("wide", column, self.word("parts.step"), str(self.wide))
        high, low = column[SEEN].at[1] - 0.3, column[self.wide].at[1] + 0.3
        dots = Circle((FOLDED[1], (high + low) / 2), "$dots.v$", ring=0.0, size=SIZES.title)
        return replace(picture, circles={**picture.circles, "dots": dots}, fans=self._fans(FOLDED[1], low, high))

    def _fans(self, x: float, low: float, high: float) -> dict[str, Fan]:
        """All weights of the nodes that are not drawn."""
        others = undrawn(self.wide)
        first = tuple(self._weight("wide", f"layer1.weight[{k},0]").column for k in others)
        second = tuple(self._weight("wide", f"layer2.weight[0,{k}]").column for k in others)
        return {"in": Fan("x", x, low, high, "wide", first), "out": Fan("y", x, low, high, "wide", second)}

    def _layered(self, run: str, nodes: Mapping[int, Circle], function: str, count: str) -> Picture:
        """x, nodes, and ŷ, with layers behind; a circle is u and v together."""
        circles = {"x": Circle((FOLDED[0], MIDDLE), "$x$"), "y": Circle((FOLDED[2], MIDDLE), YHAT, tone="estimate")}
        for number, circle in nodes.items():
            circles[f"v{self._key(number)}"] = replace(circle, shown=0.0)
            circles[f"u{self._key(number)}"] = circle
        bent = f"{function}({X}{AT}{FIRST})" if run == "net" else f"{function}({X}{AT}{FIRST} + {B})"
        second = AT + SECOND if run == "net" else f"{AT}{SECOND} + {LAST_B}"
        steps = ((f"{AT}{FIRST}, {function}", "1", count), (second, count, "1"))
        rail, arrows = _rail(FOLDED, ((X, "1"), (bent, count), (YHAT, "1")), steps, ("X", "U", "Y"))
        boxes = {
            "layer0": self._box(FOLDED[0], 0),
            "layer1": self._box(FOLDED[1], 1, function),
            "layer2": self._box(FOLDED[2], 2, self.word("parts.identity"), 1.0),
        }
        return Picture({**circles, **rail}, {**self._weights_of(run, nodes, few=run == "net"), **arrows}, boxes)

    # Parts

    @property
    def _each(self) -> range:
        return range(1, self.nodes + 1)

    def _keys(self, kind: str) -> list[str]:
        return [f"{kind}{k}" for k in self._each]

    def _named(self, number: int) -> str:
        """A node by its number, and what it gives as the formula calls it."""
        return f"{self.word('parts.node')} {number} $= v_{number}$"

    def _key(self, number: int) -> str:
        """What a node is called in all pictures: by its number, but the last of many, which stays the last."""
        return "last" if number == self.wide else str(number)

    def _weight(self, run: str, name: str) -> Weight:
        return Weight(run, self.runs[run].names.index(name))

    def _weights_of(self, run: str, numbers: Mapping[int, Circle] | range, few: bool = True) -> dict[str, Edge]:
        """The edges before and after nodes; those of few nodes bear their numbers."""
        edges = {}
        for number in numbers:
            key, shown = self._key(number) if run == "wide" else str(number), float(few)
            first, second = (f"layer1.weight[{number - 1},0]", f"layer2.weight[0,{number - 1}]")
            edges[f"in{key}"] = Edge("x", f"u{key}", self._weight(run, first), number=shown, along=0.52)
            edges[f"out{key}"] = Edge(f"v{key}", "y", self._weight(run, second), number=shown, along=0.48)
        return edges

    def _box(self, x: float, number: int, function: str = "", half: float = 0.0) -> Box:
        half = half or (1.45 if function else 0.72)
        name = f"{self.word('parts.layer')} {number}" + (f": {function}" if function else "")
        return Box((x - half, FLOOR, x + half, CEILING), name)

    def _wide_box(self) -> Box:
        """Behind the u and the v of a layer."""
        return Box((FOUR[1] - 0.85, FLOOR, FOUR[2] + 1.1, CEILING), f"{self.word('parts.layer')} 1")

    # The family

    def _aside(self) -> Picture:
        """The wide net on its card, what it no longer needs gathered there."""
        circles, edges, boxes = self._parts_of_cards(("wide",))
        card = boxes["layer1"]
        dots = replace(circles["dots"], name="", shown=0.0)
        circles |= dict.fromkeys(("u3", "v3"), dots)
        boxes |= {key: replace(card, name="", shown=0.0) for key in ("layer0", "layer2")}
        x, y = dots.at
        fans = {key: replace(fan, shown=0.0) for key, fan in self._fans(x, y, y).items()}
        return Picture(circles, edges, boxes, fans)

    def _family(self) -> Picture:
        """All models side by side, each on a card."""
        return Picture(*self._parts_of_cards(FAMILY))

    def _parts_of_cards(self, runs: tuple[str, ...]) -> tuple[dict[str, Circle], dict[str, Edge], dict[str, Box]]:
        """Circles, edges and boxes of some cards."""
        circles: dict[str, Circle] = {}
        edges: dict[str, Edge] = {}
        boxes: dict[str, Box] = {}
        for place, (run, function, inputs) in enumerate(zip(FAMILY, _FUNCTIONS, _INPUTS, strict=True)):
            if run not in runs:
                continue
            left = card(place)
            drawn, joined = self._card(run, left, inputs)
            circles, edges = circles | drawn, edges | joined
            name = f"{self.word('parts.layer')} 1: {self.word(f'parts.{function}')}"
            boxes["layer1" if run == "wide" else f"card {run}"] = Box((left, -2.9, left + CARD_WIDTH, CEILING), name)
        return circles, edges, boxes

    def _card(self, run: str, left: float, inputs: Mapping[str, str]) -> tuple[dict[str, Circle], dict[str, Edge]]:
        """A small diagram: inputs by the name of their weight, or nodes between x and ŷ."""
        xs = left + 0.36, left + CARD_WIDTH / 2, left + CARD_WIDTH - 0.36
        own = "" if run == "wide" else f"{run} "
        y = Circle((xs[2], CARD_MIDDLE), YHAT, radius=SMALL, tone="estimate", size=SIZES.tick)
        circles, edges = {f"{own}y": y}, {}
        for row, (name, weight) in enumerate(inputs.items()):
            circles[f"{own}{name}"] = _small(xs[0], row, len(inputs), name)
            edges[f"{own}{name}"] = Edge(f"{own}{name}", f"{own}y", self._weight(run, weight), number=0.0)
        if not inputs:
            circles |= self._small_nodes(run, own, xs)
            edges |= {f"{own}{key}": replace(edge, start=f"{own}{edge.start}", end=f"{own}{edge.end}", number=0.0)
                      for key, edge in self._weights_of(run, self._shown(run)).items()}  # fmt: skip
        return circles, edges

    def _shown(self, run: str) -> range | dict[int, Circle]:
        blank = Circle((0.0, 0.0))
        return self._each if run == "net" else {1: blank, 2: blank, self.wide: blank}

    def _small_nodes(self, run: str, own: str, xs: tuple[float, ...]) -> dict[str, Circle]:
        circles = {f"{own}x": _small(xs[0], 0, 1, "$x$")}
        keys = [str(k) for k in self._each] if run == "net" else ["1", "2", "dots", "last"]
        for row, key in enumerate(keys):
            circle = replace(_small(xs[1], row, len(keys), ""), radius=TINY)
            if key == "dots":
                circles["dots"] = replace(circle, name="$dots.v$", ring=0.0, size=SIZES.readout)
            else:
                circles |= {f"{own}u{key}": circle, f"{own}v{key}": replace(circle, shown=0.0)}
        return circles


_FUNCTIONS = ("identity", "identity", "sigmoid", "identity", "relu", "step")
"""On each card: the function of its layer."""

_INPUTS: tuple[Mapping[str, str], ...] = (
    {"$1$": "weight[0,0]", "$x$": "weight[0,1]"},
    {"$x$": "weight[0,0]"},
    {"$x$": "w1"},
    {"$x$": "weight[0,0]", "$x^2$": "weight[0,1]", "$x^3$": "weight[0,2]"},
    {},
    {},
)
"""On each card: what goes in, with the weight that it is multiplied by; nothing where there are nodes between."""


def card(place: int) -> float:
    """Where a card of the last picture begins."""
    return LEFT + place * CARD


def _row(x: float, row: int, count: int, name: str, radius: float = RADIUS) -> Circle:
    """A circle of a column of so many."""
    pitch = APART if count <= 3 else CLOSE if count == 4 else CLOSEST
    return Circle((x, MIDDLE + pitch * ((count - 1) / 2 - row)), name, radius=min(radius, 0.41 * pitch))


def _small(x: float, row: int, count: int, name: str) -> Circle:
    pitch = 0.7 if count <= 3 else 0.56
    at = (x, CARD_MIDDLE + pitch * ((count - 1) / 2 - row))
    return Circle(at, name, radius=SMALL, size=SIZES.tick)


def _in_node(x: float) -> Circle:
    """The 1 where it has vanished into a node: it would lie behind it."""
    return Circle((x, MIDDLE), "$1$", radius=0.3, shown=0.0)


def _own(bias: Weight) -> Edge:
    """The edge of the 1 when that is in the node: its weight stands below."""
    return Edge("one", "sum", bias, "$b =$", line=0.0, along=0.0, below=0.68)


def _rail(
    columns: tuple[float, ...],
    values: tuple[tuple[str, str], ...],
    steps: tuple[tuple[str, ...], ...],
    keys: tuple[str, ...] | None = None,
) -> tuple[dict[str, Circle], dict[str, Edge]]:
    """The line of matrices below a diagram, column by column.

    Args:
        columns: where they stand.
        values: names of the matrices, and the number of their columns, each has n rows; or what else is to be noted.
        steps: what leads from each to the next; where that is a matrix, its rows and columns.
        keys: by which they go on in other pictures.
    """
    names = keys or {2: ("X", "Y"), 3: ("X", "U", "Y"), 4: ("X", "U", "V", "Y")}[len(columns)]
    circles = {
        key: Circle((x, RAIL), name, f"$n times {note}$" if note.isdigit() else note, ring=0.0, tone=_tone(name))
        for key, x, (name, note) in zip(names, columns, values, strict=True)
    }
    edges = {
        f"{start}-{end}": Edge(start, end, name=step[0], note=f"${step[1]} times {step[2]}$" if step[1:] else "")
        for start, end, step in zip(names, names[1:], steps, strict=False)
    }
    return circles, edges


def _tone(name: str) -> str:
    return "estimate" if name == YHAT else "text"


def _before(picture: Picture, after: Picture, origins: Mapping[str, str]) -> Picture:
    """A picture in which what the next one adds lies hidden where it comes from."""
    hidden = {
        key: replace(after.circles[key], at=picture.circles[origin].at, shown=0.0)
        for key, origin in origins.items()
        if key in after.circles and key not in picture.circles
    }
    return replace(picture, circles={**hidden, **picture.circles})
