"""The data, what the model says of them at an epoch, how far it misses, and the truth."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cairo
import numpy as np

from scenes.drawing import Brush, Drawing, Rectangle
from scenes.look import Look
from scenes.markup import Words
from scenes.panels.axes import Axes, padded
from scenes.panels.recorded import between, blend
from scenes.theme import SIZES

SLIM, WIDE = 0.62, 0.95
"""Scene units for the numbers beside the plot."""
CROWD = 300
"""From so many points on each is drawn by itself, nearly transparent, so that it shows where they are dense."""
SMOOTH = 240
"""So many points of a line are drawn at most."""
SMALL = 0.55
"""Points in a low plot keep this share of their radius at least."""


GHOST = 0.4
"""How strongly an estimate of before is seen."""
DASH = (0.16, 0.14)
SLIVER = 0.05
"""A last dash shorter than this, in scene units, is left out."""


@dataclass(frozen=True, eq=False)
class Curve:
    """An estimate between the points, for lines that are not straight there.

    Attributes:
        x: (M,) ascending.
        at: gives ŷ (M,) at a (fractional) epoch.
        truth: (M,) what the data came from, or None.
    """

    x: np.ndarray
    at: Callable[[float], np.ndarray]
    truth: np.ndarray | None = None


class DataPlot(Drawing):
    """Points and an estimate.

    Args:
        x, y: (N,) the observed points.
        epochs: (T,) the recorded epochs, ascending.
        yhat: (T, N) the estimate at each.
        truth: (N,) what the data came from, or None.
        slim: whether the numbers beside the plot are short, so that it may take more of its frame.
        also: values that the y axis must hold besides the data and the first estimate.
        full: in a plot less high than this, between its axes, the points are smaller.
        upon: whether the points are drawn upon all lines.
        curve: what lies between the points; straight lines, where None.
        fresh: x and y (M,) of points that nothing was learned from, drawn as rings.
        names: of the two axes.
        share: what is said of points that are not drawn, because there are too many; or None.

    Attributes that a film moves, each 0 … 1:
        axes: opacity. points_shown, estimate, truth: how much is drawn, from the left.
        fresh_shown: how many of the fresh points are drawn, from the left.
        ghost: how strongly the estimate of the recorded state before the present one is seen.
        residuals: how far they have grown from the points to the estimate.
        pick: how far one point, number `picked` in the order of x, stands out with its miss; after `pick_from` the
            points of the update that follows the state shown.
        examples, squares: how far the residuals of three points, and then of all, have opened into squares.
    """

    def __init__(
        self,
        frame: Rectangle,
        look: Look,
        x: np.ndarray,
        y: np.ndarray,
        epochs: np.ndarray,
        yhat: np.ndarray,
        truth: np.ndarray | None = None,
        also: Sequence[float] = (),
        *,
        slim: bool = False,
        full: float = 0.0,
        upon: bool = False,
        curve: Curve | None = None,
        fresh: tuple[np.ndarray, np.ndarray] | None = None,
        names: tuple[str | Words, str | Words] = ("$x$", "$y$"),
        share: Words | None = None,
    ) -> None:
        super().__init__(frame)
        self.curve, self.fresh, self.fresh_shown = curve, fresh, 0.0
        self._order = order = np.argsort(x, kind="stable")
        self.x, self.y = np.asarray(x, float)[order], np.asarray(y, float)[order]
        self.epochs, self.yhat = epochs, np.asarray(yhat, float)[:, order]
        self.truth_values = None if truth is None else np.asarray(truth, float)[order]
        self.theme, self.full, self.upon = look.theme, full, upon
        self.axes = self.points_shown = self.estimate = self.truth = 0.0
        self.residuals = self.examples = self.squares = self.pick = self.ghost = 0.0
        self.picked = 0
        self.batches: np.ndarray | None = None
        self._axes = Axes(look, padded(self.x[0], self.x[-1]), self._range(also), names, left=SLIM if slim else WIDE)
        self._axes.make_room()
        self._share = None if share is None else look.stamp(share, SIZES.tick, look.theme.muted)
        self._axes.plain = True
        self._axes.taken = 0.0 if self._share is None else self._share.width + 0.3
        self._line = np.unique(np.linspace(0, len(self.x) - 1, SMOOTH).astype(int))
        self._crowd: tuple[tuple[float, ...], cairo.Pattern] | None = None

    def _range(self, also: Sequence[float]) -> tuple[float, float]:
        """The data, and the first estimate as far as it does not dwarf them."""
        low, high = float(self.y.min()), float(self.y.max())
        reach = 1.05 * ((high - low) or abs(high) or 1.0)
        first = self.yhat[0][np.isfinite(self.yhat[0])]
        if len(first):
            low, high = (
                min(low, max(float(first.min()), low - reach)),
                max(high, min(float(first.max()), high + reach)),
            )
        return padded(min(low, *also, high), max(low, *also, high))

    def follow(self, epochs: np.ndarray, yhat: np.ndarray, curve: Curve | None = None) -> None:
        """Show another run upon the same data, from its start: epochs (T,), yhat (T, N) in the order of x as given."""
        self.epochs, self.yhat, self.epoch = epochs, np.asarray(yhat[:, self._order], float), 0.0
        self.curve = curve

    def pick_from(self, batches: np.ndarray | None) -> None:
        """Let those points stand out that an update looks at: (T, B) for each state, as given, -1 for none; or not."""
        places = np.append(np.argsort(self._order), -1)  # the last one for -1
        self.batches = None if batches is None else places[batches]

    def picked_now(self) -> np.ndarray:
        """The points that can stand out now, in the order of x."""
        if self.batches is None:
            return np.array([self.picked])
        batch = self.batches[between(self.epochs, self.epoch)[0]]
        return np.asarray(batch[batch >= 0])

    def estimate_at(self, epoch: float) -> np.ndarray:
        """ŷ (N,) at a fractional epoch, in the order of x; a straight blend between two recorded ones."""
        return blend(self.epochs, self.yhat, epoch)

    def span(self) -> tuple[float, float]:
        """The range of x that is shown."""
        return self._axes.x

    def inner(self) -> np.ndarray:
        """left, bottom, right, top of the plot between its axes."""
        return self._axes.inner(self.frame)

    def place(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Scene coordinates (n, 2) of data."""
        return self._axes.place(self.frame, x, y)

    def radius(self) -> float:
        """Of the points, in scene units: smaller where there are many, or where the plot is low."""
        _, bottom, _, top = self.inner()
        share = min(1.0, float(top - bottom) / self.full) if self.full else 1.0
        return max(SMALL, share) * float(np.clip(0.85 / np.sqrt(len(self.x)), 0.03, 0.07))

    def draw(self, brush: Brush) -> None:
        """Draw the present state."""
        self._axes.draw(brush, self.frame, self.axes * self.opacity)
        left, bottom, right, top = self._axes.inner(self.frame)
        if self._share is not None:
            seen = self.axes * min(1.0, self.points_shown) * self.opacity
            self._share.put(brush, right, top + 0.2, seen, anchor=1.0)
        brush.context.rectangle(left, bottom, right - left, top - bottom)
        brush.context.clip()
        estimate = self.estimate_at(self.epoch)
        at, says = self.place(self.x, self.y), self.place(self.x, estimate)
        if np.isfinite(estimate).all():
            says = np.clip(says, -1e4, 1e4)
            self._draw_squares(brush, at, says)
            self._draw_residuals(brush, at, says)
        crowded = len(at) >= CROWD
        if not crowded and not self.upon:
            self._draw_points(brush, at)
        if self.ghost > 0:
            self._draw_ghost(brush)
        if np.isfinite(estimate).all():
            brush.line(_first(self._between(says), self.estimate), self.theme.estimate, 0.07, self.opacity)
        if crowded:  # upon the line: a line along 0 or 1 would hide all the points there
            self._draw_points(brush, at)
        if np.isfinite(estimate).all():
            self._draw_picked(brush, at, says)
        if self.truth_values is not None:
            self._draw_truth(brush)
        if self.fresh is not None:
            self._draw_fresh(brush, *self.fresh)
        if self.upon and not crowded:
            self._draw_points(brush, at)

    def _draw_ghost(self, brush: Brush) -> None:
        """The estimate as it was before the last step."""
        before = self.yhat[max(0, int(np.searchsorted(self.epochs, self.epoch - 1e-6)) - 1)]
        if np.isfinite(before).all():
            line = self.place(self.x, np.clip(before, -1e6, 1e6))[self._line]
            brush.line(line, self.theme.estimate, 0.045, GHOST * self.ghost * self.opacity)

    def _between(self, says: np.ndarray) -> np.ndarray:
        """Scene coordinates of the estimate's line: through its points (N, 2), or as its curve goes."""
        if self.curve is None:
            return says[self._line]
        line = self.place(self.curve.x, self.curve.at(self.epoch))
        return np.clip(line, -1e4, 1e4) if np.isfinite(line).all() else line[:0]

    def _draw_points(self, brush: Brush, at: np.ndarray) -> None:
        count = round(self.points_shown * len(at))
        radius = self.radius()
        if len(at) < CROWD:
            brush.dots(at[:count], radius, self.theme.data, 0.9 * self.opacity)
        elif count:
            brush.lay(self._crowd_of(brush, at[:count], radius), 0.9 * self.opacity)

    def _draw_fresh(self, brush: Brush, x: np.ndarray, y: np.ndarray) -> None:
        """Rings where the points that nothing was learned from lie."""
        shown = self.place(x, y)[: round(self.fresh_shown * len(x))]
        brush.rings(shown, 1.05 * self.radius(), self.theme.data, 0.03, self.opacity)

    def _draw_picked(self, brush: Brush, at: np.ndarray, says: np.ndarray) -> None:
        """One point of all, or a few, and how far the estimate misses them."""
        if self.pick <= 0:
            return
        for picked in self.picked_now():
            point, said = at[picked], says[picked]
            brush.line(np.array([point, point + self.pick * (said - point)]), self.theme.loss, 0.05, self.opacity)
            brush.dots(point[None], 0.1, self.theme.data, self.pick * self.opacity)
            brush.ring(point, 0.14, self.theme.text, 0.03, self.pick * self.opacity)

    def _crowd_of(self, brush: Brush, at: np.ndarray, radius: float) -> cairo.Pattern:
        """Many nearly transparent dots as one picture, kept for as long as nothing moves."""
        width = float(self.frame[2] - self.frame[0])
        strength = float(np.clip(40 * width / len(self.x), 0.03, 0.5))
        known = (*self.frame.tolist(), float(len(at)), brush.context.get_matrix().xx)
        if self._crowd is None or self._crowd[0] != known:

            def dots() -> None:
                for centre in at:
                    brush.dots(centre[None], radius, self.theme.data, strength)

            self._crowd = known, brush.group(at, dots)
        return self._crowd[1]

    def _draw_residuals(self, brush: Brush, at: np.ndarray, says: np.ndarray) -> None:
        reached = at + self.residuals * (says - at)
        brush.segments(
            np.stack([at, reached], axis=1), self.theme.loss, 0.028, 0.8 * self.opacity * (self.residuals > 0)
        )

    def _draw_squares(self, brush: Brush, at: np.ndarray, says: np.ndarray) -> None:
        """Residuals opened sideways into the squares that the loss counts, each towards the middle of the plot."""
        side = np.abs(says[:, 1] - at[:, 1]) * np.where(at[:, 0] > (at[0, 0] + at[-1, 0]) / 2, -1, 1)
        corners = np.stack([at, says, says, at], axis=1)
        corners[:, 2:, 0] += side[:, None]
        few = np.unique(np.array([0.02, 0.18, 0.98]) * (len(at) - 1)).round().astype(int)
        crowd = float(np.clip(30 / len(at), 0.12, 1))
        for chosen, share, strength in ((few, self.examples, 1.0), (slice(None), self.squares, crowd)):
            for square in _opened(corners[chosen], share) if share > 0 else []:
                brush.polygon(square, self.theme.loss, 0.22 * strength * self.opacity)
                brush.line(square[[3, 0, 1, 2, 3]], self.theme.loss, 0.018, 0.8 * strength * self.opacity)

    def _draw_truth(self, brush: Brush) -> None:
        assert self.truth_values is not None
        if self.curve is None or self.curve.truth is None:
            line = _first(self.place(self.x, self.truth_values)[self._line], self.truth)
        else:
            line = _first(self.place(self.curve.x, self.curve.truth), self.truth)
        brush.line(_without_sliver(line), self.theme.truth, 0.045, self.opacity, dash=DASH)


def _opened(squares: np.ndarray, share: float) -> np.ndarray:
    """Squares (n, 4, 2) opened from their first side by a share."""
    start = squares[:, [0, 1, 1, 0]]
    return start + share * (squares - start)


def _without_sliver(line: np.ndarray) -> np.ndarray:
    """A polyline (n, 2) that does not end with a mere fragment of a dash."""
    along = np.append(0.0, np.cumsum(np.hypot(*np.diff(line, axis=0).T)))
    rest = along[-1] % sum(DASH) if len(line) > 1 else SLIVER
    if rest >= SLIVER:
        return line
    end = along[-1] - rest - 1e-3
    inner = line[along < end]
    return np.vstack([inner, [np.interp(end, along, axis) for axis in line.T]])


def _first(line: np.ndarray, share: float) -> np.ndarray:
    """The part of a polyline (n, 2) from the left that holds a share of its width."""
    if share >= 1 or len(line) < 2:
        return line if share > 0 else line[:0]
    end = line[0, 0] + share * (line[-1, 0] - line[0, 0])
    inner = line[line[:, 0] < end]
    return np.vstack([inner, [end, np.interp(end, line[:, 0], line[:, 1])]]) if len(inner) else line[:0]
