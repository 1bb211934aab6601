"""A line of learning rates: the critical one, and each run's dot on its side of it."""

from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise

import numpy as np

from scenes.captions import SYMBOLS
from scenes.drawing import Brush, Drawing, Rectangle, Stamp
from scenes.look import Look
from scenes.markup import Words
from scenes.numbers import power_of_ten, round_ticks, shortest, tick
from scenes.panels.labels import spread
from scenes.theme import SIZES

DOT, GAP, CLEAR = 0.07, 0.24, 0.02
RISE, ROW = 0.4, 0.31
"""Scene units from the line to the first row of names, and from one row to the next."""
SIDES, ARROW = 0.4, 0.6
"""Scene units from the rows to what happens at either side, and length of the arrows that point there."""

NARROW = 0.4
"""Where all marks lie within this share of the largest, the line does not begin at zero."""


class RateLine(Drawing):
    """Dots on an axis of α.

    Args:
        rates: (R,) the learning rates, ascending.
        critical: 2/λmax.
        words: what stands at the critical rate, on its left side and on its right.
        factors: (R,) what each step multiplies the distance by.
        heads: what stands at the left of the row of names, and of that of the factors.

    Attributes that a film moves, each 0 … 1 unless stated:
        axes, critical_mark: opacities. dots: (R,) opacity of each dot and its name.
        factors: opacity of the factors above the names, and how far what stands over them has made room.
    """

    def __init__(
        self,
        frame: Rectangle,
        look: Look,
        rates: Sequence[float],
        critical: float,
        words: tuple[Words | str, Words | str, Words | str],
        factors: Sequence[Words | str] = (),
        heads: tuple[Words | str, Words | str] | None = None,
    ) -> None:
        super().__init__(frame)
        self.look, self.theme = look, look.theme
        self.rates, self.critical = np.asarray(rates, float), critical
        self.axes = self.critical_mark = self.factors = 0.0
        self.dots = np.zeros(len(self.rates))
        self._names = [look.stamp(shortest(float(rate)), SIZES.tick, look.theme.text) for rate in self.rates]
        self._factors = [look.stamp(factor, SIZES.tick, look.theme.muted) for factor in factors]
        self._heads = [look.stamp(head, SIZES.tick, look.theme.muted) for head in heads or ()]
        middle, left, right = words
        self._critical = look.stamp(middle, SIZES.label, look.theme.text)
        self._sides = [look.stamp(side, SIZES.label, look.theme.muted) for side in (left, right)]
        self.logarithmic = prefers_powers(np.append(self.rates, critical)) or self._linear_is_too_narrow()

    def _linear_is_too_narrow(self) -> bool:
        """Whether the names would crowd on a linear line; for rates of about one size it is all the same."""
        self.logarithmic = False
        marks = np.append(self.rates, self.critical)
        return max(map(self._slack, self._tries())) < 0 and bool(marks.max() >= 10 * marks.min())

    # Places

    @cached_property
    def reach(self) -> tuple[float, float]:
        """The rates from which to which the line goes: on until the names on both sides have room."""
        return next((found for found in self._tries() if self._slack(found) >= 0), max(self._tries(), key=self._slack))

    def _tries(self) -> list[tuple[float, float]]:
        return [self._with_room(share) for share in np.linspace(0.06, 0.5, 12)]

    def _with_room(self, share: float) -> tuple[float, float]:
        """A reach with a share of the line free on both sides; twice that at the right of one that is linear."""
        marks = np.append(self.rates, self.critical)
        if self.logarithmic:
            free = 10 ** (share * self._decades)
            return float(marks.min() / free), float(marks.max() * free)
        return self._lowest, float(marks.max() + 2 * share * (marks.max() - self._lowest))

    def _slack(self, reach: tuple[float, float]) -> float:
        """The width that is left over when all names stand in one row, on the side where it is less; below 0: none."""
        critical = float(self._across(np.array([self.critical]), *reach)[0])
        beyond = self.right - critical - CLEAR - self._needs(beyond=True)
        return min(beyond, critical - CLEAR - self.left + 0.3 - self._needs(beyond=False))

    @cached_property
    def _lowest(self) -> float:
        """Where a line that is not logarithmic begins: at zero, or below the marks where zero is far away."""
        marks = np.append(self.rates, self.critical)
        span = float(marks.max() - marks.min())
        return float(marks.min()) - 0.7 * span if 0 < span < NARROW * marks.max() else 0.0

    @cached_property
    def _decades(self) -> float:
        marks = np.append(self.rates, self.critical)
        return max(float(np.log10(marks.max() / marks.min())), 0.1)

    def _needs(self, beyond: bool) -> float:
        """The width that names on one side of the critical rate take in one row."""
        side = self.rates > self.critical
        return float(self._sizes[side if beyond else ~side].sum())

    @property
    def left(self) -> float:
        """Where the line begins: after the heads."""
        return float(self.frame[0]) + max([0.3, *[head.width + 0.45 for head in self._heads]])

    @property
    def right(self) -> float:
        """Where the line ends: before its name."""
        return float(self.frame[2]) - 0.5

    def _across(self, rates: np.ndarray, low: float, high: float) -> np.ndarray:
        shares = np.log(rates / low) / np.log(high / low) if self.logarithmic else (rates - low) / (high - low)
        return np.asarray(self.left + shares * (self.right - self.left))

    def place(self, rates: np.ndarray) -> np.ndarray:
        """Scene coordinates (n, 2) of learning rates (n,)."""
        across = self._across(np.asarray(rates, float), *self.reach)
        return np.stack([across, np.full(len(across), self.level)], axis=-1)

    @property
    def level(self) -> float:
        """Of the line."""
        return float(self.frame[1]) + 0.42

    # Drawing

    def draw(self, brush: Brush) -> None:
        """Draw the present state."""
        self._draw_axis(brush, self.axes * self.opacity)
        self._draw_critical(brush, self.critical_mark * self.opacity)
        self._draw_names(brush)
        for at, strength in zip(self.place(self.rates), self.dots, strict=True):
            brush.dots(at[None], DOT, self.theme.position, strength * self.opacity)
            brush.ring(at, DOT, self.theme.position_edge, 0.02, strength * self.opacity)

    @cached_property
    def _ticks(self) -> tuple[np.ndarray, list[Stamp]]:
        low, high = self.reach
        if self.logarithmic:
            first, last = int(np.ceil(np.log10(low) - 1e-9)), int(np.floor(np.log10(high) + 1e-9))
            every = max(1, -(-(last - first) // 8))
            values = [10.0**power for power in range(first, last + 1, every)]
            plain = first >= -3 and last <= 3
            words = [shortest(value) if plain else power_of_ten(round(np.log10(value))) for value in values]
        else:
            values = round_ticks(low, high, about=6)
            step = values[1] - values[0] if len(values) > 1 else 1.0
            words = [shortest(round(value, 12)) if step < 1e-3 or value == 0 else tick(value, step) for value in values]
        return np.array(values), [self.look.stamp(word, SIZES.tick, self.theme.muted) for word in words]

    def _draw_axis(self, brush: Brush, opacity: float) -> None:
        if opacity <= 0:
            return
        line = np.array([[self.left, self.level], [self.right, self.level]])
        brush.line(line, self.theme.muted, 0.025, 0.9 * opacity)
        values, numbers = self._ticks
        for at, number in zip(self.place(values) if len(values) else [], numbers, strict=True):
            brush.line(np.array([at, at - [0, 0.08]]), self.theme.muted, 0.02, 0.8 * opacity)
            number.put(brush, at[0], at[1] - 0.26, opacity)
        self._alpha.put(brush, self.right + 0.3, self.level, opacity)

    @cached_property
    def _alpha(self) -> Stamp:
        return self.look.stamp(SYMBOLS["alpha"], SIZES.label, self.theme.text)

    def _draw_critical(self, brush: Brush, opacity: float) -> None:
        """The critical rate, dashed, its value above; at either side what happens there."""
        if opacity <= 0:
            return
        x, y = self.place(np.array([self.critical]))[0]
        high, left, right = self.top, float(self.frame[0]), float(self.frame[2])
        words = [self._sides[0], self._critical, self._sides[1]]
        sizes = np.array([word.width + 2 * GAP for word in words]) + (ARROW + 0.1) * np.array([1, 0, 1])
        near = (sizes[1] + sizes[[0, 2]]) / 2
        middles = spread(np.array([x - near[0], x, x + near[1]]), sizes, left, right)
        brush.line(np.array([[x, y - 0.1], [x, high - 0.3]]), self.theme.text, 0.025, opacity, dash=(0.09, 0.07))
        brush.line(np.array([[x, high - 0.3], [middles[1], high - 0.17]]), self.theme.text, 0.02, 0.7 * opacity)
        for word, middle, way in zip(words, middles, (-1, 0, 1), strict=True):
            self._put_side(brush, word, float(middle), way, opacity)

    @property
    def top(self) -> float:
        """The height of what happens at either side: over the rows that stand there."""
        one = self.rows().max(initial=0) == 0
        above = self.factors if one and self._factors else float(not one)
        return self.level + RISE + ROW * above + SIDES

    def _put_side(self, brush: Brush, word: Stamp, middle: float, way: int, opacity: float) -> None:
        """A word on one baseline with the others, and an arrow to its side of the line."""
        shift = way * (ARROW + 0.1) / 2
        word.put(brush, middle - shift, self.top - 0.1 + (word.low + word.high) / 2, opacity)
        if way:
            start = middle - shift + way * (word.width / 2 + 0.1)
            ends = np.array([[start, self.top], [start + way * ARROW, self.top]])
            brush.arrow(ends[0], ends[1], self.theme.muted, 0.03, self.theme.background, opacity)

    def _draw_names(self, brush: Brush) -> None:
        """Names above their dots, spread where they are close; factors above those, where one row holds all."""
        rows, middles = self.rows(), self.name_places()
        both = rows.max(initial=0) == 0 and len(self._factors) > 0
        for run, (at, row, middle) in enumerate(zip(self.place(self.rates), rows, middles, strict=True)):
            strength = float(self.dots[run]) * self.opacity
            foot = self.level + RISE + ROW * row
            elbow = np.array([(at[0], at[1] + DOT), [at[0], at[1] + 0.13], [middle, foot - 0.15]])
            brush.line(elbow, self.theme.muted, 0.015, 0.8 * strength)
            self._names[run].put(brush, middle, foot, strength)
            if both:
                self._factors[run].put(brush, middle, foot + ROW, self.factors * strength)
        self._draw_heads(brush, float(self.dots.max(initial=0.0)) * self.opacity, both)

    def _draw_heads(self, brush: Brush, opacity: float, both: bool) -> None:
        for row, head in enumerate(self._heads[: 2 if both else 1]):
            head.put(brush, float(self.frame[0]), self.level + RISE + ROW * row, opacity * self.factors, 0.0)

    def rows(self) -> np.ndarray:
        """The row (R,) of each name: one for all, or two where one side of the critical rate would be too full."""
        below, beyond = self._rooms()
        one = self._needs(beyond=False) <= below and self._needs(beyond=True) <= beyond
        return np.zeros(len(self.rates), int) if one else np.arange(len(self.rates)) % 2

    def _rooms(self) -> tuple[float, float]:
        """The width that names have below the critical rate, and beyond it."""
        critical = float(self.place(np.array([self.critical]))[0, 0])
        return critical - CLEAR - self.left + 0.3, self.right + 0.15 - critical - CLEAR

    @cached_property
    def _sizes(self) -> np.ndarray:
        factors = [factor.width for factor in self._factors] or [0.0] * len(self._names)
        return np.array([max(name.width, f) + GAP for name, f in zip(self._names, factors, strict=True)])

    def name_places(self) -> np.ndarray:
        """Where the middle of each name stands, (R,): each on its dot's side of the critical rate."""
        rows, wanted = self.rows(), self.place(self.rates)[:, 0]
        sizes = self._sizes if rows.max(initial=0) == 0 else np.array([name.width + GAP for name in self._names])
        critical = float(self.place(np.array([self.critical]))[0, 0])
        beyond = self.rates > self.critical
        middles = np.empty(len(wanted))
        for row in np.unique(rows):
            for side, low, high in (
                (~beyond, self.left - 0.3, critical - CLEAR),
                (beyond, critical + CLEAR, self.right + 0.15),
            ):
                among = (rows == row) & side
                middles[among] = spread(wanted[among], sizes[among], low, high)
        return middles


def prefers_powers(marks: np.ndarray) -> bool:
    """Whether a logarithmic line keeps the two nearest of these marks (n,) farther apart than a linear one."""
    ascending = np.unique(marks)
    if ascending[-1] < 10 * ascending[0]:
        return False
    linear = min(b - a for a, b in pairwise(ascending)) / ascending[-1]
    powers = np.log(ascending)
    return bool(min(b - a for a, b in pairwise(powers)) / (powers[-1] - powers[0]) > 1.2 * linear)
