"""Functions one after the other, as a diagram: x goes in at the left, through boxes, and comes out at the right."""

from collections.abc import Sequence

import numpy as np

from scenes.drawing import Brush, Drawing, Rectangle
from scenes.look import Look
from scenes.markup import Words
from scenes.numbers import fixed
from scenes.panels.numerals import Numerals
from scenes.theme import SIZES

RADIUS = 0.34
"""Of the circles, in scene units; a box is as high."""

HALF = 0.62
"""Half a box's width."""

BELOW = 0.62
"""So far below the middle of its circle stands a number."""

AROUND, BESIDE = 0.2, 0.44
"""Room between the boxes and the frame that makes one function of them, above them and to their sides: arrowheads."""


class Chain(Drawing):
    """Quantities as circles, functions as boxes between them.

    Args:
        frame: the diagram keeps to it; its middle line is that of the circles.
        places: (2k + 1,) horizontal: circle, box, circle, …
        names: for each place, markup. whole: what the boxes are together; result: what the last circle is, too.
        numbers: (N, k + 1) what each circle holds for each of N inputs. decimals: of each of them.

    Attributes that a film moves, each 0 … 1:
        parts: (2k + 1,) opacities; an arrow into a place comes with it.
        told: (k + 1,) opacity of the numbers under the circles. probe: which input, from the first to the last.
        wrapped: how far the frame around all boxes is drawn.
    """

    def __init__(
        self,
        frame: Rectangle,
        look: Look,
        places: Sequence[float],
        names: Sequence[str | Words],
        whole: tuple[str | Words, str | Words],
        numbers: np.ndarray,
        decimals: Sequence[int],
    ) -> None:
        super().__init__(frame)
        self.theme, self.places, self.numbers, self.decimals = look.theme, np.asarray(places), numbers, decimals
        self.parts, self.told = np.zeros(len(places)), np.zeros(numbers.shape[1])
        self.probe = self.wrapped = 0.0
        self._names = [look.stamp(name, SIZES.formula, self.theme.text) for name in names]
        self._whole, self._result = (look.stamp(name, SIZES.formula, self.theme.text) for name in whole)
        self._numerals = Numerals(look, SIZES.label)

    @property
    def level(self) -> float:
        """The height of all circles and boxes."""
        return float((self.frame[1] + self.frame[3]) / 2)

    def number(self, circle: int) -> Words:
        """What stands under a circle: the number of the input nearest to the probe."""
        row = round(self.probe * (len(self.numbers) - 1))
        return fixed(float(self.numbers[row, circle]), self.decimals[circle])

    def draw(self, brush: Brush) -> None:
        """Draw the present state."""
        for place in range(1, len(self.places)):
            self._draw_arrow(brush, place, self.parts[place] * self.opacity)
        for place, (name, shown) in enumerate(zip(self._names, self.parts, strict=True)):
            self._draw_part(brush, place, shown * self.opacity)
            name.put(brush, self.places[place], self.level, shown * self.opacity)
        for circle, shown in enumerate(self.told):
            stamp = self._numerals.stamp(self.number(circle), self.theme.position_text)
            stamp.put(brush, self.places[2 * circle], self.level - BELOW, shown * self.opacity)
        self._draw_whole(brush)

    def _reach(self, place: int) -> float:
        """From the middle of a circle or a box to its side."""
        return HALF if place % 2 else RADIUS

    def _draw_arrow(self, brush: Brush, place: int, opacity: float) -> None:
        start = self.places[place - 1] + self._reach(place - 1) + 0.08
        end = self.places[place] - self._reach(place) - 0.08
        here, there = np.array([[start, self.level], [end, self.level]])
        brush.arrow(here, there, self.theme.muted, 0.035, self.theme.background, opacity)

    def _draw_part(self, brush: Brush, place: int, opacity: float) -> None:
        x = self.places[place]
        if place % 2 == 0:
            brush.ring(np.array([x, self.level]), RADIUS, self.theme.text, 0.03, opacity)
            return
        box = _corners(x - HALF, self.level - RADIUS, x + HALF, self.level + RADIUS)
        brush.line(box, self.theme.text, 0.03, opacity)

    def _draw_whole(self, brush: Brush) -> None:
        """The frame around all boxes, which grows from their middle, its name above, and what comes out."""
        if self.wrapped <= 0:
            return
        first, last = self.places[1] - HALF - BESIDE, self.places[-2] + HALF + BESIDE
        middle, half = (first + last) / 2, self.wrapped * (last - first) / 2
        numbers = (BELOW - RADIUS) * float(self.told[1:-1].max(initial=0.0))
        low, high = self.level - RADIUS - AROUND - numbers, self.level + RADIUS + AROUND
        box = _corners(middle - half, low, middle + half, high)
        shown = self.wrapped * self.opacity
        brush.line(box, self.theme.muted, 0.025, shown)
        self._whole.put(brush, middle, high + 0.26, shown)
        self._result.put(brush, self.places[-1] + RADIUS + 0.12, self.level, shown, anchor=0.0)


def _corners(left: float, bottom: float, right: float, top: float) -> np.ndarray:
    """A rectangle as a closed line, (5, 2)."""
    return np.array([[left, bottom], [right, bottom], [right, top], [left, top], [left, bottom]])
