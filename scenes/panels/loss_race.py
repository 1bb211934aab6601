"""The losses of several runs against the epoch, on one logarithmic axis, each named at its end."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from scenes.drawing import Brush, Rectangle, Stamp
from scenes.look import Look
from scenes.markup import Words
from scenes.numbers import fixed, power_of_ten, scientific
from scenes.panels.axes import BELOW, LEFT, Axes
from scenes.panels.clipping import clipped, inside
from scenes.panels.labels import Table, spread
from scenes.panels.runs import Runs
from scenes.theme import SIZES

DECADES = 12
"""Powers of ten above and below the highest first loss at which the axis ends, whatever the losses."""
POINTS = 600
"""Points of a long curve that are drawn."""
CURVE, BALL, LOW = 0.045, 0.085, 0.07
ABOVE, ROW = 0.5, 0.36
"""Scene units above the plot for the axis's name, and of a name's line."""
GAP, LEADER, BASE = 0.3, 0.3, 0.08
"""Scene units between two columns of the table, from the plot to the names, and from a row's middle to its baseline."""
SMALLEST_STEP = 0.42
"""Scene units between two numbers of the axis at least."""
PLAIN_DECADES, PLAIN_LOW, PLAIN_HIGH = 4.0, -3.0, 4.8
"""An axis of so many powers of ten at most, between these, has plain numbers: 1,000; any other has 10³ throughout."""
FADES = 0.12
"""Scene units below the plot in which the name of a curve that ends there fades."""


@dataclass(frozen=True, eq=False)
class Curve:
    """One run's losses.

    Attributes:
        epoch (T,), loss (T,): as recorded.
        name: what stands at the curve's end.
        details: further columns beside the name, where the table is shown.
    """

    epoch: np.ndarray
    loss: np.ndarray
    name: Words | str
    details: tuple[Words | str, ...] = ()


class LossRace(Runs):
    """Curves of loss, up to the epoch of each run.

    Args:
        curves: the runs.
        names: of the two axes.
        heads: what stands above the columns of the table: that of the names, then those of the details.
        colors: of each curve; losses have theirs, where None.
        counted: key of the caption that says where on the axis something happened, with a `number`.
        upward: markup of the upward axis's name; else that of the loss, and that it counts in powers of ten.

    Attributes that a film moves, each 0 … 1 unless stated (and those of `Runs`):
        axes: opacity of the scales. span: (2,) the powers of ten from which to which the axis goes.
        details: how far the table beside the names has opened; the plot gives way to it.
        low: (R,) opacity of the mark at the lowest loss of each run.
        ends: opacity of what became of bright ones that stop early.
    """

    def __init__(
        self,
        frame: Rectangle,
        look: Look,
        curves: Sequence[Curve],
        names: tuple[str | Words, str | Words],
        *,
        heads: Sequence[str | Words] = (),
        colors: Sequence[str] | None = None,
        counted: str = "map.epoch",
        upward: str = "",
    ) -> None:
        super().__init__(frame, look.theme, colors or [look.theme.loss] * len(curves))
        self.look, self.curves, self.counted = look, tuple(curves), counted
        self.axes = self.details = 0.0
        self.low, self.ends = np.zeros(len(self.curves)), 1.0
        last = max(float(curve.epoch[-1]) for curve in self.curves)
        upward = upward or look.captions.typeset("map.powers", name=_words(names[1]))
        self._axes = Axes(look, (0.0, max(1.0, last)), (1.0, 10.0), (names[0], upward), logarithmic=True, whole=True)
        self._stamps = [
            [look.stamp(words, SIZES.tick, look.theme.text) for words in (curve.name, *curve.details)]
            for curve in self.curves
        ]
        self._heads = [look.stamp(head, SIZES.tick, look.theme.muted) for head in heads]
        self._numbers: dict[tuple[float, bool], Stamp] = {}
        self._drawn = [_worth_drawing(curve) for curve in self.curves]
        self.span = self.span_of(range(len(self.curves)))

    # Ranges and places

    def span_of(self, runs: Sequence[int], whole: bool = True) -> np.ndarray:
        """The powers of ten (2,) that hold the losses of some runs, but no more than 12 beyond their first ones.

        Args:
            runs: which.
            whole: from one power of ten to another; otherwise as close to the losses as is clear.
        """
        first = [float(self.curves[run].loss[0]) for run in runs]
        start = max([loss for loss in first if math.isfinite(loss) and loss > 0], default=1.0)
        every = np.concatenate([self.curves[run].loss for run in runs]).astype(float)
        kept = every[np.isfinite(every) & (every > 0)]
        powers = np.log10(kept if len(kept) else np.array([start]))
        middle = math.log10(start)
        low, high = max(float(powers.min()), middle - DECADES), min(float(powers.max()), middle + DECADES)
        if not whole:
            return np.array([low - 0.2 * (high - low) - 0.02, high + 0.12 * (high - low) + 0.02])
        low, high = math.floor(low + 1e-9), math.ceil(high - 1e-9)
        return np.array([low, max(high, low + 1.0)])

    def inner(self) -> np.ndarray:
        """The plot's own rectangle; names and table stand to its right."""
        left, bottom, right, top = self.frame
        return np.array([left + LEFT, bottom + BELOW, right - self._aside(), top - ABOVE])

    def _aside(self) -> float:
        widths = self._widths
        table = sum(widths[1:]) + GAP * (len(widths) - 1)
        return float(widths[0] + LEADER + 0.05 + self.details * table)

    @cached_property
    def _widths(self) -> list[float]:
        """Of the columns of names and details."""
        rows = [*self._stamps, self._heads] if self._heads else self._stamps
        return [max(row[column].width for row in rows if column < len(row)) for column in range(len(rows[0]))]

    def place(self, epochs: np.ndarray, loss: np.ndarray) -> np.ndarray:
        """Scene coordinates (n, 2); losses beyond the axis lie beyond the plot."""
        left, bottom, right, top = self.inner()
        with np.errstate(divide="ignore", invalid="ignore"):
            powers = np.log10(np.maximum(np.asarray(loss, float), 1e-300))
        low, high = self.span
        across = left + np.asarray(epochs, float) / self._axes.x[1] * (right - left)
        return np.stack([across, bottom + (powers - low) / (high - low) * (top - bottom)], axis=-1)

    # What became of each

    def track(self, run: int) -> np.ndarray:
        """Scene coordinates (n, 2) of a run's losses up to its epoch, wherever the axis ends."""
        epochs, loss = self._drawn[run]
        now = min(float(self.epochs[run]), float(epochs[-1]))
        past = epochs <= now
        return self.place(np.append(epochs[past], now), np.append(loss[past], _between(now, epochs, loss)))

    def curve(self, run: int) -> np.ndarray:
        """The same, cut where it first leaves through the top; what is below the axis stays below."""
        points, top = self.track(run), float(self.inner()[3])
        above = np.flatnonzero(points[:, 1] > top + 1e-9)
        return _cut(points[: above[0] + 1], top) if len(above) else points

    def parts(self, run: int) -> np.ndarray:
        """The straight parts (m, 2, 2) of a curve that lie within the plot: these are drawn."""
        return clipped(self.track(run), self.inner())[0]

    def named(self, run: int) -> float:
        """How strongly a curve's name may show, 0 … 1: not where its end lies below the plot."""
        return float(np.clip(1 - (self.inner()[1] - self.curve(run)[-1, 1]) / FADES, 0, 1))

    def broken_at(self, run: int) -> int | None:
        """The first row whose loss is no number, or None."""
        broken = np.flatnonzero(~np.isfinite(self.curves[run].loss))
        return int(broken[0]) if len(broken) else None

    def over_at(self, run: int) -> int | None:
        """The first row whose loss lies above the axis as it is now, before any that is no number; or None."""
        broken = self.broken_at(run)
        over = np.flatnonzero(self.curves[run].loss[:broken] > 10.0 ** min(float(self.span[1]), 300.0) * (1 + 1e-6))
        return int(over[0]) if len(over) else None

    def lowest(self, run: int) -> int:
        """The row of a run's least loss."""
        loss = self.curves[run].loss
        return int(np.nanargmin(np.where(np.isfinite(loss), loss, np.inf)))

    # Drawing

    def draw(self, brush: Brush) -> None:
        """Draw the present state."""
        self._draw_axes(brush, self.axes * self.opacity)
        _, bottom, _, top = self.inner()
        table = Table(bottom, top)
        self._draw_names(brush)
        for run in self.order():
            self._draw_curve(brush, run)
        for run in self.order():
            self._draw_end(brush, run, table)
            self._draw_low(brush, run)

    def _draw_axes(self, brush: Brush, opacity: float) -> None:
        if opacity <= 0:
            return
        left, bottom, right, top = self.inner()
        theme = self.theme
        brush.line(np.array([[left, top], [left, bottom], [right, bottom]]), theme.muted, 0.02, 0.8 * opacity)
        self._draw_epochs(brush, opacity)
        for value, strength in self._ticks():
            y = float(self.place(np.zeros(1), np.array([value]))[0, 1])
            brush.line(np.array([[left, y], [right, y]]), theme.faint, 0.012, 0.5 * strength * opacity)
            brush.line(np.array([[left - 0.07, y], [left, y]]), theme.muted, 0.02, 0.8 * strength * opacity)
            for powers, share in ((False, 1 - 2 * self.powers), (True, 2 * self.powers - 1)):
                self._number(value, powers).put(brush, left - 0.15, y, share * strength * opacity, anchor=1.0)
        x_name, y_name = self._axes._name_stamps
        x_name.put(brush, (left + right) / 2, bottom - 0.5, opacity)
        y_name.put(brush, max(left - 0.15, self.frame[0] + y_name.width / 2), top + 0.36, opacity)

    def _draw_epochs(self, brush: Brush, opacity: float) -> None:
        left, bottom, right, _ = self.inner()
        for value, number in zip(*self._axes.x_ticks(right - left), strict=True):
            x = left + value / self._axes.x[1] * (right - left)
            brush.line(np.array([[x, bottom], [x, bottom - 0.07]]), self.theme.muted, 0.02, 0.8 * opacity)
            number.put(brush, x, bottom - 0.22, opacity)

    def _ticks(self) -> list[tuple[float, float]]:
        """Values with a number on the axis and how strongly each shows: more come in as there is more room."""
        low, high = (float(power) for power in self.span)
        _, bottom, _, top = self.inner()
        decade = (top - bottom) / (high - low)
        found: dict[float, float] = {}
        for power in range(math.floor(low - 1e-6), math.ceil(high + 1e-6) + 1):
            every = 2 ** next((k for k in range(9, 0, -1) if power % 2**k == 0), 0)
            found[10.0**power] = _room(decade * every)
            for share in (2, 5):
                found[share * 10.0**power] = _room(decade * math.log10(2) - 0.05)
        inside = {
            value: strength for value, strength in found.items() if low - 1e-6 <= math.log10(value) <= high + 1e-6
        }
        return [(value, strength) for value, strength in inside.items() if strength > 0.01]

    @property
    def powers(self) -> float:
        """How far the axis's numbers have turned from plain ones, 0, to powers of ten, 1: never both on one axis."""
        low, high = (float(power) for power in self.span)
        return float(np.clip(max(high - low - PLAIN_DECADES, PLAIN_LOW - low, high - PLAIN_HIGH) / 0.2, 0, 1))

    def _number(self, value: float, powers: bool) -> Stamp:
        if (value, powers) not in self._numbers:
            self._numbers[value, powers] = self.look.stamp(_number(value, powers), SIZES.tick, self.theme.muted)
        return self._numbers[value, powers]

    def _draw_curve(self, brush: Brush, run: int) -> None:
        strength = float(self.strength[run]) * self.axes * self.opacity
        brush.segments(self.parts(run), self.color_of(run), CURVE, strength)
        here = self.track(run)[-1:]
        if not self._gone(run) and inside(here, self.inner())[0]:
            brush.dots(here, self.ball * BALL, self.theme.position, strength * float(self.bright[run]))

    def _gone(self, run: int) -> bool:
        """Whether a run is above the axis, or its loss is no number."""
        rows = [row for row in (self.over_at(run), self.broken_at(run)) if row is not None]
        return bool(rows) and bool(self.epochs[run] >= self.curves[run].epoch[min(rows)])

    def _draw_end(self, brush: Brush, run: int, table: Table) -> None:
        """Where a bright curve stops early: the epoch in which it left through the top, or what it became."""
        strength = float(self.strength[run] * self.bright[run]) * self.ends * self.opacity
        if strength <= 0.01 or not self._gone(run):
            return
        spot, word = self.curve(run)[-1], self._end_word(run)
        left = min(spot[0] + 0.16, self.inner()[2] - word.width)
        middle = table.place(left, spot[1] - 0.16, word.width, word.high - word.low)
        word.put(brush, left, middle, strength, 0.0, halo=self.theme.background)

    def _end_word(self, run: int) -> Stamp:
        over, broken = self.over_at(run), self.broken_at(run)
        row = over if over is not None else broken
        assert row is not None
        curve = self.curves[run]
        said = self.look.captions.typeset(self.counted, number=f"{int(curve.epoch[row]):,}")
        if over is None:
            said = f"{fixed(float(curve.loss[row])).typeset}#h(0.5em){said}"
        return self.look.stamp(said, SIZES.tick, self.theme.loss)

    def _draw_low(self, brush: Brush, run: int) -> None:
        """A ring around the lowest loss of a run, its epoch below."""
        strength = float(self.low[run] * self.strength[run]) * self.opacity
        if strength <= 0:
            return
        curve, row = self.curves[run], self.lowest(run)
        spot = self.place(curve.epoch[row : row + 1], curve.loss[row : row + 1])[0]
        if not inside(spot[None], self.inner())[0]:
            return
        brush.ring(spot, LOW, self.theme.text, 0.03, strength)
        word = self._low_words[run]
        x = float(np.clip(spot[0], self.inner()[0] + 0.05 + word.width / 2, self.inner()[2] - word.width / 2))
        word.put(brush, x, spot[1] - 0.28, strength, 0.5, halo=self.theme.background)

    @cached_property
    def _low_words(self) -> list[Stamp]:
        rows = [self.lowest(run) for run in range(len(self.curves))]
        epochs = [int(curve.epoch[row]) for curve, row in zip(self.curves, rows, strict=True)]
        said = [self.look.captions.typeset(self.counted, number=f"{epoch:,}") for epoch in epochs]
        return [self.look.stamp(words, SIZES.tick, self.theme.text) for words in said]

    # Names

    def name_heights(self) -> np.ndarray:
        """Height (R,) at which each name stands: beside its curve's end, moved where another is."""
        _, bottom, _, top = self.inner()
        ends = np.array([self.curve(run)[-1, 1] for run in range(len(self.curves))])
        last = np.array([row if np.isfinite(row) else np.inf for row in (curve.loss[-1] for curve in self.curves)])
        order = np.argsort(np.lexsort((last, ends)))  # equal ends, as at the top, stand in the order of their losses
        shown = self.names * self.strength * [self.named(run) for run in range(len(self.curves))]
        return spread(np.clip(ends, bottom, top) + 1e-6 * order, ROW * shown, bottom + 0.05, top)

    def _draw_names(self, brush: Brush) -> None:
        _, _, right, top = self.inner()
        heights = self.name_heights()
        for run in self.order():
            strength = float(self.names[run] * self.strength[run]) * self.named(run) * self.opacity
            end = self.curve(run)[-1]
            elbow = np.array(
                [[min(end[0] + 0.1, right), end[1]], [right + 0.1, end[1]], [right + LEADER - 0.06, heights[run]]]
            )
            brush.line(elbow, self.theme.faint, 0.015, strength)
            self._draw_row(brush, self._stamps[run], heights[run], strength, 0.55 + 0.45 * float(self.bright[run]))
        if self._heads:
            self._draw_row(brush, self._heads, top + 0.36, self.details * self.opacity, 1.0)

    def _draw_row(self, brush: Brush, row: Sequence[Stamp], y: float, strength: float, bright: float) -> None:
        x = self.inner()[2] + LEADER
        shares = [1.0, *[self.details] * (len(row) - 1)]
        for stamp, width, share in zip(row, self._widths, shares, strict=True):
            level = y - BASE + (stamp.low + stamp.high) / 2  # words and numbers on one baseline
            stamp.put(brush, x, level, strength * bright * share, 0.0)
            x += width + GAP


def _between(now: float, epochs: np.ndarray, loss: np.ndarray) -> float:
    """The loss at a fractional epoch: straight between two recorded ones on a logarithmic axis."""
    powers = np.log10(np.maximum(loss, 1e-300))
    return float(10.0 ** np.interp(now, epochs, powers))


def _worth_drawing(curve: Curve) -> tuple[np.ndarray, np.ndarray]:
    """Epochs (n,) and losses (n,) that are drawn: all of a short run, the extremes of a long one; finite ones only."""
    finite = np.isfinite(curve.loss)
    end = max(1, len(finite) if finite.all() else int(np.argmin(finite)))
    epochs, loss = curve.epoch[:end].astype(float), np.nan_to_num(curve.loss[:end].astype(float), posinf=1e300)
    rows: set[int] = {0, end - 1}
    for part in np.array_split(np.arange(end), min(end, POINTS // 2)):
        rows |= {int(part[np.argmin(loss[part])]), int(part[np.argmax(loss[part])])}
    chosen = sorted(rows)
    return epochs[chosen], loss[chosen]


def _cut(points: np.ndarray, top: float) -> np.ndarray:
    """A polyline (n, 2) whose last point alone lies above the top, ending just at it."""
    if len(points) < 2:
        return np.array([[points[0, 0], top]])
    before, after = points[-2], points[-1]
    share = (top - before[1]) / (after[1] - before[1])
    return np.vstack([points[:-1], before + share * (after - before)])


def _room(distance: float) -> float:
    """How strongly a number shows that stands so far from the next of its kind."""
    return float(np.clip((distance - SMALLEST_STEP) / 0.04, 0, 1))


def _number(value: float, powers: bool) -> Words:
    """A number of the axis: plain, or a power of ten, 10⁰ and 10¹ as well."""
    if not powers:
        text = f"{value:,.6f}".rstrip("0").rstrip(".") if value < 1 else f"{value:,.0f}"
        return Words(text, text)
    power = round(math.log10(value))
    if power in (0, 1) and math.isclose(value, 10.0**power):
        return Words("10⁰" if power == 0 else "10¹", f"10#super[{power}]")
    return power_of_ten(power) if math.isclose(value, 10.0**power) else scientific(value, 1)


def _words(name: str | Words) -> Words:
    return name if isinstance(name, Words) else Words(name, name)
