"""A model as a diagram that turns into the next one: circles are values, edges weights, arrows functions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any, NamedTuple

import cairo
import numpy as np

from scenes.drawing import Brush, Drawing, Rectangle, Stamp, mix
from scenes.look import Look
from scenes.markup import Words
from scenes.panels.network import hue, short, thickness
from scenes.panels.numerals import Numerals
from scenes.panels.recorded import blend, reached
from scenes.theme import SIZES

GONE, NEW = 0.45, 0.5
"""Where a text changes, the old one has gone at this share of the way, and from that share on the new one comes."""

AIR, TIGHT = 0.16, 0.08
"""Scene units that a name keeps from the rim of a pill, and an arrow from what it joins; from that of a circle."""

RADIUS = 0.4
RING, ARROW = 0.03, 0.028
RISE, DROP = 0.26, 0.42
"""How far above an arrow's middle its name stands, and how far below it the shape of its matrix."""

SPACE = 0.08
"""Between the name of a weight and its number."""

TINT = 0.2
HAIR, FAINT, TURNS = 0.008, 0.3, 8
"""The width of the edges that stand for many, how strongly all of them are laid on, and in how many turns."""


class Weight(NamedTuple):
    """Where an edge's weight is recorded: the run, by name, and the column of its parameters."""

    run: str
    column: int


@dataclass(frozen=True)
class Circle:
    """A value of the model: a circle, or a pill where its name is wide.

    Attributes:
        at: its middle, in scene units.
        name: markup. note: a second line below it, smaller.
        radius: half its height. ring: 1 with an outline, 0 a text alone.
        tone: the meaning whose colour it has. shown: opacity.
    """

    at: tuple[float, float]
    name: str = ""
    note: str = ""
    radius: float = RADIUS
    ring: float = 1.0
    tone: str = "text"
    size: float = SIZES.label
    shown: float = 1.0


@dataclass(frozen=True)
class Edge:
    """From one circle to another: a weight, or, where there is none, an arrow that says what function it is.

    Attributes:
        start, end: names of circles.
        weight: where it is recorded; None for an arrow.
        name: of the weight, before its number, or of the function. note: below an arrow.
        line, number: opacities of the edge and of what is written on it.
        along: where on the edge that stands, 0 at its start, 1 at its end. below: how far below that.
    """

    start: str
    end: str
    weight: Weight | None = None
    name: str = ""
    note: str = ""
    line: float = 1.0
    number: float = 1.0
    along: float = 0.5
    below: float = 0.0


@dataclass(frozen=True)
class Fan:
    """The edges between a circle and many values that are not drawn: all recorded weights, thin.

    Attributes:
        hub: name of the circle. x, low, high: where the others would stand. run, columns: where they are recorded.
    """

    hub: str
    x: float
    low: float
    high: float
    run: str
    columns: tuple[int, ...]
    shown: float = 1.0


@dataclass(frozen=True)
class Box:
    """What stands behind a layer.

    Attributes:
        rectangle: left, bottom, right, top.
        name: markup, at its top.
    """

    rectangle: tuple[float, float, float, float]
    name: str = ""
    shown: float = 1.0


@dataclass(frozen=True)
class Picture:
    """One diagram; what has the same key in the next one moves there, what has not fades."""

    circles: Mapping[str, Circle]
    edges: Mapping[str, Edge] = field(default_factory=dict)
    boxes: Mapping[str, Box] = field(default_factory=dict)
    fans: Mapping[str, Fan] = field(default_factory=dict)


class Record(NamedTuple):
    """What a run recorded: epochs (T,), parameters (T, P), and of each the weight that is drawn the thickest (P,)."""

    epochs: np.ndarray
    params: np.ndarray
    most: np.ndarray


class _Text(NamedTuple):
    """What is written somewhere: it is the same text where the key is."""

    key: tuple[Any, ...]
    stamps: tuple[Stamp, ...]

    @property
    def width(self) -> float:
        """From the first stamp's left end to the last one's right end."""
        return sum(stamp.width for stamp in self.stamps) + SPACE * max(0, len(self.stamps) - 1)


class Diagram(Drawing):
    """Diagrams of models, one turning into the next.

    Args:
        pictures: in the order in which they turn into one another.
        records: of the runs that edges name.

    Attributes:
        learning: the run whose weights are those of the epoch; all others stand as they ended.

    Attributes that a film moves:
        stage: which picture is shown, counted from 0; between two whole numbers everything is on its way.
    """

    def __init__(
        self, frame: Rectangle, look: Look, pictures: Sequence[Picture], records: Mapping[str, Record]
    ) -> None:
        super().__init__(frame)
        self.theme, self.look, self.records = look.theme, look, dict(records)
        self.stage, self.learning = 0.0, ""
        self.circles: dict[str, list[Circle]] = _through([p.circles for p in pictures])
        self.edges: dict[str, list[Edge]] = _through([p.edges for p in pictures])
        self.boxes: dict[str, list[Box]] = _through([p.boxes for p in pictures])
        self.fans: dict[str, list[Fan]] = _through([p.fans for p in pictures])
        self._numerals, self._colors = Numerals(look, SIZES.tick), look.theme.meanings()
        self._texts: dict[tuple[Any, ...], _Text] = {}

    # Where everything is

    def now(self) -> tuple[int, int, float]:
        """The pictures before and after the present stage, and how far it is from one to the other."""
        before = int(np.floor(self.stage + 1e-9))
        share = max(0.0, self.stage - before)
        return before, before + (share > 0), share

    def between(self, ways: Sequence[Any], *names: str) -> np.ndarray:
        """Attributes of a circle, edge, box or fan at the present stage, in one row."""
        before, after, share = self.now()
        first, second = (np.hstack([getattr(ways[k], name) for name in names]) for k in (before, after))
        return np.asarray((1 - share) * first + share * second, float)

    def place(self, circle: str) -> np.ndarray:
        """The middle of a circle, (2,)."""
        return self.between(self.circles[circle], "at")

    def half(self, circle: str) -> np.ndarray:
        """Half the width and half the height of a circle, (2,): wider than high where its name is."""
        before, after, share = self.now()
        first, second = (self._half(self.circles[circle][k]) for k in (before, after))
        return np.asarray((1 - share) * first + share * second)

    def _half(self, circle: Circle) -> np.ndarray:
        wide = self._line(circle.name, circle.size, circle.tone).width / 2
        drawn_out = wide + AIR if wide + TIGHT > circle.radius else circle.radius
        return np.array([drawn_out if circle.ring else wide, circle.radius])

    def weight(self, edge: str) -> float:
        """The weight that an edge shows, recorded or between two recorded ones."""
        before, after, share = self.now()
        first, second = (self._weight(self.edges[edge][k].weight) for k in (before, after))
        return first if share == 0 else (1 - share) * first + share * second

    def _weight(self, weight: Weight | None) -> float:
        if weight is None:
            return 0.0
        record = self.records[weight.run]
        return float(blend(record.epochs, record.params[:, weight.column], self._epoch(weight.run)))

    def _epoch(self, run: str) -> float:
        return self.epoch if run == self.learning else float(self.records[run].epochs[-1])

    def number(self, edge: str, picture: int) -> Words:
        """What an edge bears in a picture: the weight of the epoch that was last reached."""
        weight = self.edges[edge][picture].weight
        assert weight is not None, f"{edge} is an arrow"
        record = self.records[weight.run]
        row = reached(record.epochs, self._epoch(weight.run))
        return short(float(record.params[row, weight.column]))

    def ends(self, edge: str) -> np.ndarray:
        """Both ends of an edge, (2, 2): in the middles of its circles; those of an arrow at their rims."""
        before, after, share = self.now()
        first, second = self.edges[edge][before], self.edges[edge][after]
        ends = (1 - share) * self._joined(first) + share * self._joined(second)
        return np.asarray(ends)

    def _joined(self, edge: Edge) -> np.ndarray:
        start, end = self.place(edge.start), self.place(edge.end)
        if edge.weight is None:
            start[0] += self.half(edge.start)[0] + AIR / 2
            end[0] -= self.half(edge.end)[0] + AIR / 2
        return np.stack([start, end])

    # Drawing

    def draw(self, brush: Brush) -> None:
        """Draw the present state: boxes, edges, circles, and what is written on edges."""
        for box in self.boxes.values():
            self._draw_box(brush, box)
        for fan in self.fans.values():
            self._draw_fan(brush, fan)
        for edge in self.edges:
            self._draw_edge(brush, edge)
        for circle in self.circles:
            self._draw_circle(brush, circle)
        for edge in self.edges:
            self._draw_number(brush, edge)

    def _draw_box(self, brush: Brush, ways: list[Box]) -> None:
        left, bottom, right, top, shown = self.between(ways, "rectangle", "shown")
        corners = np.array([[left, bottom], [right, bottom], [right, top], [left, top]])
        brush.polygon(corners, self.theme.faint, TINT * shown * self.opacity)
        texts = [self._line(box.name, SIZES.tick, "muted") for box in ways]
        self._write(brush, texts, (left + right) / 2, top - 0.24, shown)

    def _draw_fan(self, brush: Brush, ways: list[Fan]) -> None:
        x, low, high, shown = self.between(ways, "x", "low", "high", "shown")
        if shown <= 0:
            return
        fan = ways[self.now()[1]]
        record = self.records[fan.run]
        weights = blend(record.epochs, record.params, self._epoch(fan.run))[list(fan.columns)]
        others = np.stack([np.full(len(weights), x), np.linspace(high, low, len(weights))], axis=1)
        ends = np.stack([np.broadcast_to(self.place(fan.hub), others.shape), others], axis=1)
        colors = {1: self.theme.positive, -1: self.theme.negative}
        brush.context.push_group()  # opaque lines, made faint together: where they cross no third hue comes into being
        brush.context.set_antialias(cairo.ANTIALIAS_FAST)  # so many lines that cross would take long otherwise
        for part, sign in product(range(TURNS), colors):  # in turns, so that neither hue lies upon the other
            chosen = (np.sign(weights) == sign) & (np.arange(len(weights)) % TURNS == part)
            brush.segments(ends[chosen], colors[sign], HAIR, 1.0, cairo.LINE_CAP_BUTT)
        brush.context.set_antialias(cairo.ANTIALIAS_DEFAULT)
        brush.context.pop_group_to_source()
        brush.context.paint_with_alpha(FAINT * shown * self.opacity)

    def _draw_edge(self, brush: Brush, edge: str) -> None:
        ways = self.edges[edge]
        (shown,) = self.between(ways, "line")
        before, after, share = self.now()
        if shown <= 0:
            return
        if ways[before].weight is None and ways[after].weight is None:
            start, end = self.ends(edge)
            color = self.theme.muted
            brush.arrow(start, end, color, ARROW, self.theme.background, shown * self.opacity)
            return
        weight, (first, second) = self.weight(edge), (self._thickness(ways[k]) for k in (before, after))
        dash = () if np.isfinite(weight) else (0.08, 0.1)
        wide = (1 - share) * first + share * second
        brush.line(self.ends(edge), hue(self.theme, weight), wide, shown * self.opacity, dash)

    def _thickness(self, edge: Edge) -> float:
        if edge.weight is None:
            return 0.0
        return thickness(self._weight(edge.weight), float(self.records[edge.weight.run].most[edge.weight.column]))

    def _draw_circle(self, brush: Brush, circle: str) -> None:
        ways = self.circles[circle]
        x, y, ring, shown = self.between(ways, "at", "ring", "shown")
        strength = shown * self.opacity
        if strength <= 0.01:
            return
        half, (before, after, share) = self.half(circle), self.now()
        if ring > 0:
            _pill(brush, x, y, half)
            brush.color(self.theme.background, ring * strength)
            brush.context.fill()
            _pill(brush, x, y, half)
            color = mix(self._colors[ways[before].tone], self._colors[ways[after].tone], share)
            brush.stroke(color, RING, ring * strength)
        self._write(brush, [self._line(each.name, each.size, each.tone) for each in ways], x, y, shown)
        notes = [self._line(each.note, SIZES.tick, "muted") for each in ways]
        self._write(brush, notes, x, y - DROP, shown)

    def _draw_number(self, brush: Brush, edge: str) -> None:
        """What is written on an edge: beside an arrow its name, upon another the name and number of its weight."""
        ways = self.edges[edge]
        shown, along, below = self.between(ways, "number", "along", "below")
        if shown <= 0.01:
            return
        start, end = self.ends(edge)
        x, y = start + along * (end - start) - [0, below]
        before, after, _ = self.now()
        arrow = ways[before].weight is None and ways[after].weight is None
        texts = [self._text_on(edge, k) if k in (before, after) else _Text((), ()) for k in range(len(ways))]
        shown **= 3  # what goes goes first, what comes comes last
        self._write(brush, texts, x, y + RISE * arrow, shown, plate=not arrow)
        if arrow:
            notes = [self._line(each.note, SIZES.tick, "muted") for each in ways]
            self._write(brush, notes, x, y - DROP, shown)

    def _text_on(self, edge: str, picture: int) -> _Text:
        """An arrow's name; a weight's name and number, the number in the hue of its sign."""
        here = self.edges[edge][picture]
        name = self._line(here.name, SIZES.tick, "text")
        if here.weight is None:
            return name
        number = self.number(edge, picture)
        stamp = self._numerals.stamp(number, hue(self.theme, self._weight(here.weight)))
        return _Text((*name.key, number.plain), (*name.stamps, stamp))

    def _line(self, name: str, size: float, tone: str) -> _Text:
        key = name, size, tone
        if key not in self._texts:
            stamps = (self.look.stamp(name, size, self._colors[tone]),) if name else ()
            self._texts[key] = _Text(key, stamps)
        return self._texts[key]

    def _write(
        self, brush: Brush, texts: Sequence[_Text], x: float, y: float, shown: float, plate: bool = False
    ) -> None:
        """One text, or on the way from one to another first the old one and then the new."""
        before, after, share = self.now()
        if texts[before].key == texts[after].key:
            self._put(brush, texts[after], x, y, shown, plate)
            return
        self._put(brush, texts[before], x, y, shown * max(0.0, 1 - share / GONE), plate)
        self._put(brush, texts[after], x, y, shown * max(0.0, (share - NEW) / (1 - NEW)), plate)

    def _put(self, brush: Brush, text: _Text, x: float, y: float, shown: float, plate: bool) -> None:
        if not text.stamps or shown <= 0.01:
            return
        left = x - text.width / 2
        if plate:
            _pill(brush, x, y, np.array([text.width / 2 + 0.09, 0.17]))
            brush.color(self.theme.background, shown * self.opacity)
            brush.context.fill()
        for stamp in text.stamps:
            stamp.put(brush, left, y, shown * self.opacity, anchor=0.0)
            left += stamp.width + SPACE


def _pill(brush: Brush, x: float, y: float, half: np.ndarray) -> None:
    """The outline of a circle, or of one drawn out in width, as the current path."""
    radius, straight = float(half[1]), max(0.0, float(half[0] - half[1]))
    brush.context.new_sub_path()
    brush.context.arc(x + straight, y, radius, -np.pi / 2, np.pi / 2)
    brush.context.arc(x - straight, y, radius, np.pi / 2, 3 * np.pi / 2)
    brush.context.close_path()


def _through(pictures: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """For each key what it is in every picture: where it is not in one, as in the nearest, but not to be seen."""
    keys = dict.fromkeys(key for picture in pictures for key in picture)
    ways: dict[str, list[Any]] = {}
    for key in keys:
        way = [picture.get(key) for picture in pictures]
        known = [k for k, here in enumerate(way) if here is not None]
        nearest = [min(known, key=lambda m, k=k: (abs(m - k), m)) for k in range(len(way))]  # type: ignore[misc]
        ways[key] = [way[m] if m == k else _hidden(way[m]) for k, m in enumerate(nearest)]
    return ways


def _hidden(part: Any) -> Any:
    """The same, not to be seen."""
    return replace(part, line=0.0, number=0.0) if isinstance(part, Edge) else replace(part, shown=0.0)
