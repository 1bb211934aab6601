"""Two axes around a plot: lines to the left and below, a few numbers, names; linear or logarithmic upwards."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from scenes.drawing import Brush, Stamp
from scenes.look import Look
from scenes.markup import Words
from scenes.numbers import power_of_ten, round_ticks, tick
from scenes.theme import SIZES

LEFT, BELOW, RIGHT, ABOVE = 0.95, 0.62, 0.12, 0.34
"""What the numbers and names around the plot take of its frame, in scene units."""

TOGETHER = 10_000
"""Digits of a number below this may stand together."""


@dataclass(eq=False)
class Axes:
    """Maps data to scene units and draws what is needed to read them.

    Attributes:
        x, y: the ranges shown.
        names: of the two axes, Typst markup.
        logarithmic: whether y counts in powers of ten.
        whole: whether x counts whole things, so that no fractions stand on its axis.
        powers: whether x is an exponent: its numbers are written as powers of ten.
        left: room for the numbers beside the plot, in scene units.
        plain: whether x may be years: its numbers of four digits have no comma.
        taken: of the line in which y's name stands, by something else.
    """

    look: Look
    x: tuple[float, float]
    y: tuple[float, float]
    names: tuple[str | Words, str | Words]
    logarithmic: bool = False
    whole: bool = False
    left: float = LEFT
    powers: bool = False
    taken: float = 0.0
    plain: bool = False
    _x_ticks: dict[int, tuple[list[float], list[Stamp]]] = field(default_factory=dict, init=False)

    def inner(self, frame: np.ndarray) -> np.ndarray:
        """The plot's own rectangle within its frame."""
        return frame + np.array([self.left, BELOW, -RIGHT, -ABOVE])

    def place(self, frame: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Scene coordinates (n, 2) of data (n,) and (n,)."""
        left, bottom, right, top = self.inner(frame)
        low, high = self._upward(np.array(self.y))
        across = (np.asarray(x, float) - self.x[0]) / (self.x[1] - self.x[0])
        up = (self._upward(np.asarray(y, float)) - low) / (high - low)
        return np.stack([left + across * (right - left), bottom + up * (top - bottom)], axis=-1)

    def _upward(self, y: np.ndarray) -> np.ndarray:
        return np.log10(np.maximum(y, 1e-300)) if self.logarithmic else y

    def x_ticks(self, width: float) -> tuple[list[float], list[Stamp]]:
        """Places and numbers along an x axis of that width: as many, up to about five, as stand apart."""
        for about in (5, 3, 2):
            ticks, numbers = self._about(about)
            if self._stand_apart(ticks, numbers, width):
                return ticks, numbers
        ends = slice(None, None, len(ticks) - 1)
        few = ends if self._stand_apart(ticks[ends], numbers[ends], width) else slice(1)
        return ticks[few], numbers[few]

    def _stand_apart(self, ticks: Sequence[float], numbers: Sequence[Stamp], width: float) -> bool:
        room = np.diff(ticks).min(initial=np.inf) / (self.x[1] - self.x[0]) * width
        return bool(room > max((number.width for number in numbers), default=0.0) + 0.2)

    def make_room(self) -> None:
        """Widen the room for the numbers beside the plot where they would not fit into it."""
        self.left = max(self.left, 0.17 + max((number.width for number in self.y_ticks[1]), default=0.0))

    def _about(self, count: int) -> tuple[list[float], list[Stamp]]:
        if count not in self._x_ticks:
            ticks = round_ticks(*self.x, about=count)
            if self.whole:
                ticks = [value for value in ticks if value == round(value)] or [round(v) for v in self.x]
            if self.plain and max(map(abs, ticks), default=0.0) < TOGETHER:
                self._x_ticks[count] = ticks, self._stamps(ticks, together=True)
                return self._x_ticks[count]
            raised = [self._stamp(power_of_ten(round(value))) for value in ticks] if self.powers else None
            self._x_ticks[count] = ticks, raised or self._stamps(ticks)
        return self._x_ticks[count]

    @cached_property
    def y_ticks(self) -> tuple[list[float], list[Stamp]]:
        """Places and numbers along the y axis."""
        if not self.logarithmic:
            ticks = max((round_ticks(*self.y, about=about) for about in (3, 5)), key=lambda some: len(some) > 1)
            return ticks, self._stamps(ticks)
        first, last = math.ceil(math.log10(self.y[0]) - 1e-9), math.floor(math.log10(self.y[1]) + 1e-9)
        every = max(1, math.ceil((last - first) / 4))
        powers = [10.0**k for k in range(first, last + 1, every)]
        return powers, [self._stamp(power_of_ten(round(math.log10(value)))) for value in powers]

    def _stamps(self, ticks: Sequence[float], together: bool = False) -> list[Stamp]:
        step = ticks[1] - ticks[0] if len(ticks) > 1 else 1.0
        words = [tick(value, step) for value in ticks]
        return [self._stamp(Words(*(form.replace(",", "") for form in word)) if together else word) for word in words]

    def _stamp(self, words: Words) -> Stamp:
        return self.look.stamp(words, SIZES.tick, self.look.theme.muted)

    @cached_property
    def _name_stamps(self) -> tuple[Stamp, ...]:
        return tuple(self.look.stamp(name, SIZES.label, self.look.theme.muted) for name in self.names)

    def draw(self, brush: Brush, frame: np.ndarray, opacity: float) -> None:
        """Draw both axes."""
        if opacity <= 0:
            return
        left, bottom, right, top = self.inner(frame)
        theme = self.look.theme
        brush.line(np.array([[left, top], [left, bottom], [right, bottom]]), theme.muted, 0.02, 0.8 * opacity)
        x_ticks, x_numbers = self.x_ticks(right - left)
        for (x, _), number in zip(self._along(frame, x_ticks, self.y[0]), x_numbers, strict=True):
            brush.line(np.array([[x, bottom], [x, bottom - 0.07]]), theme.muted, 0.02, 0.8 * opacity)
            number.put(brush, min(x, frame[2] - number.width / 2), bottom - 0.22, opacity)  # none beyond the frame
        self.draw_y_ticks(brush, frame, opacity)
        x_name, y_name = self._name_stamps
        x_name, y_name = x_name.within(frame[2] - frame[0]), y_name.within(frame[2] - frame[0] - self.taken)
        middle = min((left + right) / 2, frame[2] - x_name.width / 2)
        x_name.put(brush, max(middle, frame[0] + x_name.width / 2), frame[1] + 0.12, opacity)
        y_name.put(brush, max(left - 0.15, frame[0] + y_name.width / 2), top + 0.2, opacity, anchor=0.5)

    def draw_y_ticks(self, brush: Brush, frame: np.ndarray, opacity: float) -> None:
        """Draw what stands beside the y axis."""
        self.put_y_ticks(brush, frame, self.y_ticks, opacity)

    def put_y_ticks(
        self, brush: Brush, frame: np.ndarray, ticks: tuple[list[float], list[Stamp]], opacity: float
    ) -> None:
        """Draw these ticks with their numbers, but for one that would touch the axis's name."""
        left, _, _, top = self.inner(frame)
        name = self._name_stamps[1]
        highest = top + 0.2 - (name.high - name.low) / 2
        for (_, y), number in zip(self._up(frame, ticks[0]), ticks[1], strict=True):
            brush.line(np.array([[left - 0.07, y], [left, y]]), self.look.theme.muted, 0.02, 0.8 * opacity)
            if y + (number.high - number.low) / 2 <= highest:
                number.put(brush, left - 0.15, y, opacity, anchor=1.0)

    def _along(self, frame: np.ndarray, ticks: Sequence[float], y: float) -> np.ndarray:
        return self.place(frame, np.array(ticks), np.full(len(ticks), y))

    def _up(self, frame: np.ndarray, ticks: Sequence[float]) -> np.ndarray:
        return self.place(frame, np.full(len(ticks), self.x[0]), np.array(ticks))


class ClosingAxes(Axes):
    """Axes that may show less of y. Between the two ranges their numbers give way to one another.

    Args:
        wide: axes with the whole range.
        close: the range of y that is seen when they have closed in.
    """

    def __init__(self, wide: Axes, close: tuple[float, float]) -> None:
        super().__init__(wide.look, wide.x, wide.y, wide.names, whole=wide.whole, left=wide.left)
        self.wide, self.close = wide, replace(wide, y=close)
        for axes in (self.wide, self.close):
            axes.make_room()
        self.left = max(self.wide.left, self.close.left)
        self.near = 0.0

    @property
    def near(self) -> float:
        """How far they have closed in, 0 … 1; evenly, so that each moment enlarges as much."""
        return self._near

    @near.setter
    def near(self, near: float) -> None:
        self._near = near
        (low, high), (lower, upper) = self.wide.y, self.close.y
        size = (high - low) ** (1 - near) * (upper - lower) ** near
        share = (high - low - size) / ((high - low - upper + lower) or 1.0)
        self.y = low + share * (lower - low), low + share * (lower - low) + size

    def draw_y_ticks(self, brush: Brush, frame: np.ndarray, opacity: float) -> None:
        """Numbers of the range that is nearer, as far as they are within the plot."""
        for axes, seen in ((self.wide, 1 - 2 * self.near), (self.close, 2 * self.near - 1)):
            ticks, numbers = axes.y_ticks
            kept = [k for k, tick in enumerate(ticks) if self.y[0] <= tick <= self.y[1]]
            if seen > 0:
                some = [ticks[k] for k in kept], [numbers[k] for k in kept]
                self.put_y_ticks(brush, frame, some, min(1.0, seen) * opacity)


class ClosesIn:
    """What a panel with such axes has: `near`, which a film moves."""

    _axes: ClosingAxes

    @property
    def near(self) -> float:
        """How far it has closed in, 0 … 1."""
        return self._axes.near

    @near.setter
    def near(self, near: float) -> None:
        self._axes.near = near


def padded(low: float, high: float, share: float = 0.06) -> tuple[float, float]:
    """A range a little wider than its values; never empty."""
    span = high - low
    room = share * span if span > 0 else 0.5 * abs(high) or 1.0
    return low - room, high + room
