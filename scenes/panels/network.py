"""A network as circles and edges: an edge's hue is the sign of its weight at the epoch shown, its width the size."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scenes.drawing import Brush, Drawing, Rectangle
from scenes.look import Look
from scenes.markup import Words
from scenes.numbers import fixed
from scenes.panels.numerals import Numerals
from scenes.panels.recorded import blend, reached
from scenes.panels.rows import centres, pitch
from scenes.theme import SIZES, Theme

RADIUS = 0.36
THIN, THICK = 0.018, 0.13
NUMBERED = 3
"""Up to so many nodes in a layer, its edges bear their numbers."""

LARGE = 10.0
"""Weights from here on are drawn alike, so that a run that explodes does not thin out what was before."""


@dataclass(frozen=True)
class Layer:
    """Nodes one above the other.

    Attributes:
        count: how many there are.
        names: markup for each, or nothing.
    """

    count: int
    names: tuple[str | Words, ...] = ()


class Network(Drawing):
    """Layers from left to right.

    Args:
        layers: the first is the input, the last the output.
        epochs: (T,) as recorded.
        weights: from each layer to the next, (T, from, to).
        most: a layer of more nodes than this is drawn as its first and its last ones, with an ellipsis between.
        numbered: up to so many nodes in a layer, its edges bear their numbers.

    Attributes that a film moves, each 0 … 1:
        nodes, edges, numbers: opacities. numbers are drawn where there are few.
        emphasis: (all nodes that are drawn,) how strongly each stands out, layer by layer; an edge as its ends.
    """

    def __init__(
        self,
        frame: Rectangle,
        look: Look,
        layers: Sequence[Layer],
        epochs: np.ndarray,
        weights: Sequence[np.ndarray],
        most: int = 16,
        numbered: int = NUMBERED,
    ) -> None:
        super().__init__(frame)
        self.theme, self.layers, self.epochs, self.numbered = look.theme, tuple(layers), np.asarray(epochs), numbered
        self.weights = tuple(np.asarray(w) for w in weights)
        self.shown = tuple(_shown(layer.count, most) for layer in layers)
        self.nodes = self.edges = self.numbers = 0.0
        self.emphasis = np.ones(sum(map(len, self.shown)))
        self._names = [[look.stamp(n, SIZES.label, look.theme.text) for n in layer.names] for layer in layers]
        self._numerals = Numerals(look, SIZES.tick)
        self._reach = [reach(w) for w in self.weights]

    def emphasized(self, layer: int, strengths: np.ndarray) -> np.ndarray:
        """The value of `emphasis` that gives the nodes of one layer these strengths, and all others 1."""
        every = np.ones(len(self.emphasis))
        every[self._part(layer)] = strengths
        return every

    def _part(self, layer: int) -> slice:
        start = sum(len(shown) for shown in self.shown[:layer])
        return slice(start, start + len(self.shown[layer]))

    def _strength(self, gap: int) -> np.ndarray:
        """Of the edges after a layer, (from, to)."""
        before, after = (self.emphasis[self._part(layer)] for layer in (gap, gap + 1))
        return np.minimum(before[:, None], after[None, :])

    def slots(self, layer: int) -> int:
        """Rows that a layer takes: its nodes that are drawn, and an ellipsis where it has more."""
        return len(self.shown[layer]) + (len(self.shown[layer]) < self.layers[layer].count)

    def radius(self, layer: int) -> float:
        """Of the circles of a layer."""
        return float(min(RADIUS, 0.4 * pitch(self.frame, self.slots(layer))))

    def place(self, layer: int) -> np.ndarray:
        """Centres (n, 2) of the nodes of a layer that are drawn."""
        left, _, right, _ = self.frame
        room = RADIUS + 0.06
        x = np.linspace(left + room, right - room, len(self.layers))[layer]
        rows, shown = centres(self.frame, self.slots(layer)), self.shown[layer]
        if len(rows) > len(shown):
            rows = np.delete(rows, _gap(shown))
        return np.stack([np.full(len(shown), x), rows], axis=1)

    def weights_at(self, gap: int, epoch: float) -> np.ndarray:
        """Weights (from, to) of the edges drawn after a layer, at a (fractional) epoch."""
        every = blend(self.epochs, self.weights[gap], epoch)
        return np.asarray(every[np.ix_(self.shown[gap], self.shown[gap + 1])], float)

    def thickness(self, gap: int, weight: float) -> float:
        """Of an edge, in scene units."""
        return thickness(weight, self._reach[gap])

    def number(self, gap: int, start: int, end: int) -> Words:
        """What an edge between two of the nodes drawn bears now: the recorded weight."""
        row = reached(self.epochs, self.epoch)
        return short(float(self.weights[gap][row, self.shown[gap][start], self.shown[gap + 1][end]]))

    def draw(self, brush: Brush) -> None:
        """Draw the present state."""
        for gap in range(len(self.weights)):
            self._draw_edges(brush, gap, self.edges * self.opacity)
        for layer in range(len(self.layers)):
            self._draw_layer(brush, layer, self.nodes * self.opacity)
        for gap in range(len(self.weights)):
            if max(self.layers[gap].count, self.layers[gap + 1].count) <= self.numbered:
                self._draw_numbers(brush, gap, self.numbers * self.opacity)

    def _draw_edges(self, brush: Brush, gap: int, opacity: float) -> None:
        starts, ends, weights = self.place(gap), self.place(gap + 1), self.weights_at(gap, self.epoch)
        strength = opacity * self._strength(gap)
        for (i, j), weight in np.ndenumerate(weights):
            line = np.array([starts[i], ends[j]])
            dash = () if np.isfinite(weight) else (0.08, 0.1)
            brush.line(line, hue(self.theme, weight), self.thickness(gap, weight), float(strength[i, j]), dash)

    def _draw_layer(self, brush: Brush, layer: int, opacity: float) -> None:
        if opacity <= 0:
            return
        radius, places = self.radius(layer), self.place(layer)
        strength = opacity * self.emphasis[self._part(layer)]
        for centre, strong in zip(places, strength, strict=True):
            brush.dots(centre[None], radius, self.theme.background)
            brush.ring(centre, radius, self.theme.text, 0.03, strong)
        for centre, name, strong in zip(places, self._names[layer], strength, strict=False):
            if radius > 0.2:
                name.put(brush, centre[0], centre[1], strong)
        if len(places) < self.layers[layer].count:
            self._draw_ellipsis(brush, places, _gap(self.shown[layer]), opacity)

    def _draw_ellipsis(self, brush: Brush, places: np.ndarray, gap: int, opacity: float) -> None:
        middle = (places[gap - 1] + places[gap]) / 2
        away = np.array([[0.0, 0.14], [0.0, 0.0], [0.0, -0.14]])
        brush.dots(middle + away, 0.035, self.theme.muted, opacity)

    def _draw_numbers(self, brush: Brush, gap: int, opacity: float) -> None:
        """Each number beside the middle of its edge: above those that rise or run level, below those that fall."""
        if opacity <= 0.01:
            return
        row = reached(self.epochs, self.epoch)
        starts, ends, strength = self.place(gap), self.place(gap + 1), opacity * self._strength(gap)
        for i, j in np.ndindex(len(starts), len(ends)):
            number = self.number(gap, i, j)
            weight = self.weights[gap][row, self.shown[gap][i], self.shown[gap + 1][j]]
            stamp = self._numerals.stamp(number, hue(self.theme, weight))
            half = stamp.width / 2, (stamp.high - stamp.low) / 2
            wide = self._is_wider(gap, starts[i], ends[j], stamp.width)
            radius = max(self.radius(gap), self.radius(gap + 1))
            room = 0.07 + (radius if wide else self.thickness(gap, float(weight)) / 2)
            below = wide and gap % 2 == 1  # along a single row of nodes, long numbers take turns
            x, y = _beside(starts[i], ends[j], float(self.frame[[1, 3]].mean()), half, room, below=below)
            x = float(np.clip(x, self.frame[0] + half[0], self.frame[2] - half[0]))
            stamp.put(brush, x, y, float(strength[i, j]), halo=self.theme.background)

    def _is_wider(self, gap: int, start: np.ndarray, end: np.ndarray, width: float) -> bool:
        """Whether a number is wider than its edge is long between the circles, which it then must clear."""
        away = end - start
        open_ = float(np.hypot(*away)) - self.radius(gap) - self.radius(gap + 1)
        return bool(width * abs(away[0]) / np.hypot(*away) > open_)


def hue(theme: Theme, weight: float) -> str:
    """The colour of a weight: one for each sign, neither where it is zero or no number."""
    return theme.positive if weight > 0 else theme.negative if weight < 0 else theme.muted


def thickness(weight: float, most: float) -> float:
    """Of an edge, in scene units; a weight of size `most` has the thickest."""
    share = min(1.0, abs(weight) / most) if np.isfinite(weight) else 0.0
    return THIN + (THICK - THIN) * share


def short(weight: float) -> Words:
    """A weight with two decimals where there is room for them; one that rounds to zero says so."""
    if abs(weight) < 0.005:
        return Words("0.00", "0.00")
    return fixed(weight, 2 if abs(weight) < 100 else 0)


def _beside(
    start: np.ndarray, end: np.ndarray, level: float, half: tuple[float, float], room: float, *, below: bool
) -> np.ndarray:
    """Where a number of this half size stands, (2,): beside the middle of an edge, outside of the fan of all edges.

    Above an edge whose middle is higher than the fan's level, below one that is lower, and where asked for at it;
    `room` from the edge's own middle.
    """
    middle, along = (start + end) / 2, (end - start) / np.hypot(*(end - start))
    above = middle[1] > level + 1e-9 or (middle[1] > level - 1e-9 and not below)
    normal = np.array([-along[1], along[0]]) * (1.0 if above else -1.0)
    return np.asarray(middle + normal * (room + np.abs(normal) @ half))


def _shown(count: int, most: int) -> np.ndarray:
    """Indices of the nodes drawn."""
    if count <= most:
        return np.arange(count)
    first = max(1, (most - 1) * 2 // 3)
    return np.append(np.arange(first), np.arange(count - max(1, most - 1 - first), count))


def _gap(shown: np.ndarray) -> int:
    """Where in a folded layer the ellipsis stands."""
    return int(np.argmax(np.diff(shown) > 1)) + 1


def reach(weights: np.ndarray) -> float:
    """The largest weight that is drawn the thickest."""
    finite = np.abs(weights[np.isfinite(weights)])
    return float(np.clip(finite.max(initial=0.0), 1e-6, LARGE))
