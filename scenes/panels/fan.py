"""Many lines of one run upon its data at once: a fan where they tremble, a single line where they rest."""

import numpy as np

from scenes.drawing import Brush, Drawing
from scenes.look import Look
from scenes.panels.clipping import clipped_parts
from scenes.panels.data_plot import DataPlot

MOST = 120
"""So many lines are drawn at most."""
WIDTH, FAINTEST = 0.03, 0.1


class Fan(Drawing):
    """The straight lines of several states of a run.

    Args:
        plot: over the same points.
        x: (N,) of the points; yhat: (R, N) what the model says of them in each state, in the same order.

    Attributes that a film moves:
        opened: share of the lines that is drawn, from the first on, 0 … 1.
    """

    def __init__(self, look: Look, plot: DataPlot, x: np.ndarray, yhat: np.ndarray) -> None:
        super().__init__((*plot.frame,))
        self.theme, self.plot = look.theme, plot
        ends = [int(np.argmin(x)), int(np.argmax(x))]
        chosen = np.unique(np.linspace(0, len(yhat) - 1, MOST).astype(int))
        lines = yhat[chosen][:, ends].astype(float)  # (R, 2)
        self.x, self.lines = x[ends].astype(float), lines[np.isfinite(lines).all(axis=1)]
        self.opened = 0.0

    def parts(self) -> np.ndarray:
        """Scene coordinates (m, 2, 2) of the lines, as far as they lie in the plot."""
        if not len(self.lines):
            return np.empty((0, 2, 2))
        ends = np.stack([self.plot.place(self.x, line) for line in self.lines])
        return clipped_parts(ends, self.plot.inner())[0]

    def draw(self, brush: Brush) -> None:
        """Draw the present state: many lines faintly, so that it shows where they are dense."""
        parts = self.parts()
        strength = max(FAINTEST, min(1.0, 12 / max(len(parts), 1)))
        for part in parts[: round(self.opened * len(parts))]:
            brush.line(part, self.theme.estimate, WIDTH, strength * self.opacity)
