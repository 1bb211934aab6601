"""The data, what the model says of them at an epoch, how far it misses, and the truth."""

import numpy as np

from scenes.drawing import Brush, Drawing, Rectangle
from scenes.look import Look
from scenes.panels.axes import Axes, padded


class DataPlot(Drawing):
    """Points and an estimate.

    Args:
        x, y: (N,) the observed points.
        epochs: (T,) the recorded epochs, ascending.
        yhat: (T, N) the estimate at each.
        truth: (N,) what the data came from, or None.

    Attributes that a film moves, each 0 … 1:
        axes: opacity. points_shown, estimate, truth: how much is drawn, from the left.
        residuals: how far they have grown from the points to the estimate.
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
    ) -> None:
        super().__init__(frame)
        order = np.argsort(x, kind="stable")
        self.x, self.y = np.asarray(x, float)[order], np.asarray(y, float)[order]
        self.epochs, self.yhat = epochs, np.asarray(yhat, float)[:, order]
        self.truth_values = None if truth is None else np.asarray(truth, float)[order]
        self.theme = look.theme
        self.axes = self.points_shown = self.estimate = self.truth = 0.0
        self.residuals = self.examples = self.squares = 0.0
        self._axes = Axes(look, padded(self.x[0], self.x[-1]), self._range(), ("$x$", "$y$"))

    def _range(self) -> tuple[float, float]:
        """The data, and the first estimate as far as it does not dwarf them."""
        low, high = float(self.y.min()), float(self.y.max())
        reach = 1.05 * ((high - low) or abs(high) or 1.0)
        first = self.yhat[0][np.isfinite(self.yhat[0])]
        if len(first):
            low, high = (
                min(low, max(float(first.min()), low - reach)),
                max(high, min(float(first.max()), high + reach)),
            )
        return padded(low, high)

    def estimate_at(self, epoch: float) -> np.ndarray:
        """ŷ (N,) at a fractional epoch, in the order of x; a straight blend between two recorded ones."""
        row = int(np.clip(np.searchsorted(self.epochs, epoch, side="right") - 1, 0, len(self.epochs) - 1))
        after = min(row + 1, len(self.epochs) - 1)
        span = self.epochs[after] - self.epochs[row]
        share = (epoch - self.epochs[row]) / span if span else 0.0
        return self.yhat[row] if share <= 0 else (1 - share) * self.yhat[row] + share * self.yhat[after]

    def place(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Scene coordinates (n, 2) of data."""
        return self._axes.place(self.frame, x, y)

    def draw(self, brush: Brush) -> None:
        """Draw the present state."""
        self._axes.draw(brush, self.frame, self.axes * self.opacity)
        left, bottom, right, top = self._axes.inner(self.frame)
        brush.context.rectangle(left, bottom, right - left, top - bottom)
        brush.context.clip()
        estimate = self.estimate_at(self.epoch)
        at, says = self.place(self.x, self.y), self.place(self.x, estimate)
        if np.isfinite(estimate).all():
            says = np.clip(says, -1e4, 1e4)
            self._draw_squares(brush, at, says)
            self._draw_residuals(brush, at, says)
        self._draw_points(brush, at)
        if np.isfinite(estimate).all():
            brush.line(_first(says, self.estimate), self.theme.estimate, 0.07, self.opacity)
        if self.truth_values is not None:
            self._draw_truth(brush)

    def _draw_points(self, brush: Brush, at: np.ndarray) -> None:
        shown = at[: round(self.points_shown * len(at))]
        radius = float(np.clip(0.85 / np.sqrt(len(at)), 0.02, 0.07))
        brush.dots(shown, radius, self.theme.data, 0.9 * self.opacity)

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
        line = _first(self.place(self.x, self.truth_values), self.truth)
        brush.line(line, self.theme.truth, 0.045, self.opacity, dash=(0.16, 0.14))


def _opened(squares: np.ndarray, share: float) -> np.ndarray:
    """Squares (n, 4, 2) opened from their first side by a share."""
    start = squares[:, [0, 1, 1, 0]]
    return start + share * (squares - start)


def _first(line: np.ndarray, share: float) -> np.ndarray:
    """The part of a polyline (n, 2) from the left that holds a share of its width."""
    if share >= 1 or len(line) < 2:
        return line if share > 0 else line[:0]
    end = line[0, 0] + share * (line[-1, 0] - line[0, 0])
    inner = line[line[:, 0] < end]
    return np.vstack([inner, [end, np.interp(end, line[:, 0], line[:, 1])]]) if len(inner) else line[:0]
