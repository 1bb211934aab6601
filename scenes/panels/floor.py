"""The floor below a loss surface: a grid, the two weights along its front edges, the loss along a corner."""

from dataclasses import dataclass

import numpy as np

from scenes.drawing import Brush, Stamp
from scenes.look import Look
from scenes.markup import Words
from scenes.numbers import round_ticks, tick
from scenes.panels.view import FLOOR_REACH, View
from scenes.theme import SIZES

_EDGES = np.array([[0, -1], [0, 1], [-1, 0], [1, 0]], float)
"""Outward directions of the floor's edges: the first two carry the first weight, the others the second."""


GAP = 0.10
"""Scene units between the floor and its numbers."""
TIE = 0.08
"""Edges that face the viewer alike: by so much the left one is preferred. Also how soon one gives way to another."""


@dataclass(frozen=True, eq=False)
class Scale:
    """An axis: where its numbers stand in model coordinates, and how they look."""

    places: np.ndarray
    numbers: tuple[Stamp, ...]
    name: Stamp


def scale(look: Look, name: str | Words, low: float, high: float, reach: tuple[float, float], about: int = 4) -> Scale:
    """A few round numbers between low and high, which lie at the two model coordinates of reach."""
    ticks = round_ticks(low, high, about)
    step = ticks[1] - ticks[0] if len(ticks) > 1 else 1.0
    places = np.interp(ticks, [low, high], reach) if ticks else np.empty(0)
    color = look.theme.muted
    numbers = tuple(look.stamp(tick(value, step), SIZES.tick, color) for value in ticks)
    return Scale(places, numbers, look.stamp(name, SIZES.label, look.theme.text))


class Floor:
    """Draws the floor's grid and the three scales around the box."""

    def __init__(self, look: Look, first: Scale, second: Scale, upright: Scale, height: float) -> None:
        self.theme = look.theme
        self.scales = (first, second)
        self.upright = upright
        self.height = height

    def widest(self) -> float:
        """Width of the widest number of all three scales, in scene units."""
        return max((number.width for scale in (*self.scales, self.upright) for number in scale.numbers), default=0.0)

    def draw_grid(self, brush: Brush, view: View, opacity: float) -> None:
        """A line at each number of the two weights, and the border."""
        first, second = (np.append(scale.places, (-1.0, 1.0)) for scale in self.scales)
        across = [[[x, -1, 0], [x, 1, 0]] for x in first]
        along = [[[-1, y, 0], [1, y, 0]] for y in second]
        brush.segments(view.project(np.array(across + along)), self.theme.faint, 0.016, opacity)

    def draw_scales(self, brush: Brush, view: View, opacity: float) -> None:
        """Numbers and names of the weights along the edges that face the viewer."""
        for edge, weight in zip(_EDGES, self._front(view), strict=True):
            self._draw_edge(brush, view, edge, opacity * weight)

    def draw_upright(self, brush: Brush, view: View, opacity: float) -> None:
        """The scale of the loss, at the corner to the left; it goes as the view comes to stand overhead."""
        standing = np.cos(np.radians(view.elevation))
        for corner in np.array([[-1, -1], [-1, 1], [1, 1], [1, -1]], float):
            leftness = -view.turned(np.append(corner, 0.0))[0] / FLOOR_REACH
            weight = np.clip((leftness - 0.74) / 0.12, 0, 1) * np.clip(standing / 0.5, 0, 1)
            self._draw_corner(brush, view, corner, opacity * float(weight))

    def _front(self, view: View) -> np.ndarray:
        """How far each edge faces the viewer, 0 … 1; where two face alike, the left one does."""
        outward = view.turned(np.column_stack([_EDGES, np.zeros(4)]))
        facing = -outward[:, 1] - TIE * outward[:, 0]
        return np.clip(facing / TIE, 0, 1)

    def _draw_edge(self, brush: Brush, view: View, edge: np.ndarray, opacity: float) -> None:
        if opacity <= 0:
            return
        axis = 0 if edge[0] == 0 else 1
        scale = self.scales[axis]
        out = self._outward(view, edge)
        before: tuple[np.ndarray, np.ndarray] | None = None
        for place, number in zip(scale.places, scale.numbers, strict=True):
            at, half = view.project(_on_edge(edge, axis, place)), _half(number)
            middle = at + out * (GAP + np.abs(out) @ half)
            if before is None or (np.abs(middle - before[0]) > half + before[1]).any():  # long ones give way
                self._put_beside(brush, number, at, out, GAP, opacity)
                before = middle, half
        deep = max((float(np.abs(out) @ (n.width, n.high - n.low)) for n in scale.numbers), default=0.0)
        self._put_beside(
            brush, scale.name, view.project(_on_edge(edge, axis, 0.0)), out, max(0.42, deep + 0.14), opacity
        )

    def _outward(self, view: View, edge: np.ndarray) -> np.ndarray:
        """The direction on the screen, of length 1, that leads away from the floor."""
        ends = view.project(np.array([[0.0, 0.0, 0.0], [*edge, 0.0]]))
        out = ends[1] - ends[0]
        return out / max(float(np.hypot(*out)), 1e-9)

    def _put_beside(
        self, brush: Brush, text: Stamp, at: np.ndarray, out: np.ndarray, gap: float, opacity: float
    ) -> None:
        x, y = at + out * (gap + np.abs(out) @ _half(text))
        text.put(brush, x, y, opacity)

    def above_numbers(self, view: View, middle: np.ndarray, text: Stamp) -> np.ndarray:
        """Where a text that is to stand at a place, (2,), lies on none of the numbers: there, or straight above."""
        taken, half = self._taken(view), _half(text)
        places = (middle + np.array([0.0, rise]) for rise in np.arange(0.0, 2.0, 0.1))
        return next((place for place in places if _clear(place, half, taken) == 1), middle)

    def _taken(self, view: View) -> np.ndarray:
        """The rectangles (n, 2, 2), middle and half size, of the numbers along the front edges."""
        boxes = []
        for edge in _EDGES[self._front(view) > 0]:
            axis, out = 0 if edge[0] == 0 else 1, self._outward(view, edge)
            for place, number in zip(self.scales[axis].places, self.scales[axis].numbers, strict=True):
                half, at = _half(number), view.project(_on_edge(edge, axis, place))
                boxes.append([at + out * (GAP + np.abs(out) @ half), half])
        return np.array(boxes).reshape(-1, 2, 2)

    def _draw_corner(self, brush: Brush, view: View, corner: np.ndarray, opacity: float) -> None:
        if opacity <= 0:
            return
        top = max(self.height, *self.upright.places) if len(self.upright.places) else self.height
        foot, head = view.project(np.array([[*corner, 0.0], [*corner, top]]))
        brush.line(np.array([foot, head]), self.theme.muted, 0.018, 0.7 * opacity)
        taken = self._taken(view)
        for place, number in zip(self.upright.places, self.upright.numbers, strict=True):
            x, y = view.project(np.array([*corner, place]))
            brush.line(np.array([[x - 0.07, y], [x, y]]), self.theme.muted, 0.018, 0.7 * opacity)
            strength = opacity * _clear(np.array([x - 0.14 - number.width / 2, y]), _half(number), taken)
            number.put(brush, x - 0.14, y, strength, anchor=1.0)
        self.upright.name.put(brush, head[0] + 0.1, head[1] + 0.26, opacity, anchor=1.0)


def _half(text: Stamp) -> np.ndarray:
    """Half the width and height of a text, (2,)."""
    return np.array([text.width, text.high - text.low]) / 2


def _clear(middle: np.ndarray, half: np.ndarray, others: np.ndarray) -> float:
    """How strongly a text may be drawn beside others (n, 2, 2) that have the right of way: 0 where they would meet."""
    if not len(others):
        return 1.0
    apart = (np.abs(others[:, 0] - middle) - others[:, 1] - half).max(axis=1).min()
    return float(np.clip((apart - 0.01) / 0.03, 0, 1))


def _on_edge(edge: np.ndarray, axis: int, place: float) -> np.ndarray:
    """The model point of an edge at a place along its axis."""
    point = np.append(edge, 0.0)
    point[axis] = place
    return point
