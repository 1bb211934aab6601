"""The way of a run over a surface, as it is drawn: its path with a dot for each state, and its ball."""

from dataclasses import dataclass

import numpy as np

from scenes.drawing import Brush
from scenes.panels.sight import can_hide, hidden
from scenes.panels.terrain import BOX_HEIGHT, Route, Terrain, leaves_at, stretches
from scenes.panels.view import View
from scenes.theme import Theme

BALL = 0.115
APART = 0.06
"""Scene units between two recorded states from which on they are drawn as two dots."""
CLOSE = 0.015
"""Model units between two points of a path that are worth drawing."""
BEHIND_HILL = 0.28
"""How strongly what a hill hides is still seen."""


@dataclass(frozen=True, eq=False)
class _Seen:
    """The trail in one view: its points on the screen, (n, 2), and which of them a hill hides, (n,)."""

    view: View
    points: np.ndarray
    behind: np.ndarray


class Trail:
    """One run over a terrain.

    Args:
        terrain: the surface.
        route: the run.
        theme: whose colours.
    """

    def __init__(self, terrain: Terrain, route: Route, theme: Theme) -> None:
        self.terrain, self.route, self.theme = terrain, route, theme
        model = terrain.model(route.params, route.loss)
        chosen = _worth_drawing(model, route.is_state)
        self.model, self.epochs, self.states = model[chosen], route.epoch[chosen], route.is_state[chosen]
        self.on = terrain.on_map(route.params[chosen], route.loss[chosen])
        self._heights = terrain.grid[::2, ::2, 2]
        self._hides = can_hide(terrain.grid[..., 2])
        self._kept: _Seen | None = None

    def leaving(self) -> tuple[int, np.ndarray] | None:
        """The first recorded epoch off the map, and the last model point (3,) on it before; None if it never leaves."""
        epoch = leaves_at(self.terrain, self.route)
        before = self.on & (self.epochs < epoch) if epoch is not None else np.zeros(0, bool)
        return (epoch, self.model[np.flatnonzero(before)[-1]]) if epoch is not None and before.any() else None

    def place(self, epoch: float) -> np.ndarray | None:
        """Model coordinates (3,) of the ball, or None where it is off the map."""
        here = self.route.position(epoch)
        return self.terrain.model(here[:2], here[2]) if self.terrain.on_map(here[:2], here[2]) else None

    def extent(self, epoch: float) -> np.ndarray:
        """Model points (n, 3) that span the way up to an epoch, on the map."""
        here = self.place(epoch)
        past = self.model[self.on & (self.epochs <= epoch)]
        return past if here is None else np.vstack([past, here])

    def draw_path(self, brush: Brush, view: View, epoch: float, size: float, strength: float, faint: float) -> None:
        """The way up to an epoch; `faint` is how strongly its parts behind a hill are drawn."""
        if strength <= 0:
            return
        seen, past = self._seen_from(view), self.epochs <= epoch
        here = self.place(epoch)
        tip = np.zeros((0, 2)) if here is None else view.project(here[None])
        points = np.vstack([seen.points[past], tip])
        shown = np.append(self.on[past], np.ones(len(tip), bool))
        behind = np.append(seen.behind[past], [self.is_behind(view, here)] if here is not None else [])
        states = np.append(self.states[past], np.zeros(len(tip), bool))
        for side, share in ((behind == 0, 1.0), (behind == 1, faint)):
            self._draw_line(brush, points, _joined(shown & side, shown), size, share * strength)
            self._draw_dots(brush, points[shown & side & states], size, share * strength)

    def draw_ball(self, brush: Brush, at: np.ndarray, size: float, strength: float) -> None:
        """The ball at a point of the screen (2,)."""
        brush.dots(at[None], size * BALL, self.theme.position, strength)
        brush.ring(at, size * BALL, self.theme.position_edge, 0.03, strength)

    def is_behind(self, view: View, place: np.ndarray) -> bool:
        """Whether a hill hides a model point (3,)."""
        return bool(self._hidden(place[None], view)[0])

    def _hidden(self, points: np.ndarray, view: View) -> np.ndarray:
        """Which model points (n, 3) a hill hides, (n,)."""
        if not self._hides:
            return np.zeros(len(points), bool)
        return hidden(points, view, self._heights, BOX_HEIGHT)

    def _draw_line(self, brush: Brush, points: np.ndarray, there: np.ndarray, size: float, strength: float) -> None:
        for piece in stretches(points, there):
            brush.line(piece, self.theme.position_edge, 0.075 * size, 0.6 * strength)
            brush.line(piece, self.theme.position, 0.05 * size, strength)

    def _draw_dots(self, brush: Brush, points: np.ndarray, size: float, strength: float) -> None:
        """Recorded states; where steps are shorter than a dot, only the line tells."""
        gaps = np.hypot(*np.diff(points, axis=0).T) if len(points) > 1 else np.empty(0)
        dots = points[np.append(True, gaps >= APART)[: len(points)]]
        brush.dots(dots, 0.068 * size, self.theme.position_edge, strength)
        brush.dots(dots, 0.05 * size, self.theme.position, strength)

    def _seen_from(self, view: View) -> _Seen:
        if self._kept is None or self._kept.view != view:
            behind = self._hidden(self.model, view)
            self._kept = _Seen(view, view.project(self.model), behind)
        return self._kept


def _worth_drawing(model: np.ndarray, states: np.ndarray) -> np.ndarray:
    """Indices of points (n, 3) without those that no eye would miss, one in every so many model units; ascending."""
    walked = np.minimum(np.append(0, np.cumsum(np.linalg.norm(np.diff(model, axis=0), axis=1))), 1e6)
    _, first = np.unique((walked / CLOSE).astype(int), return_index=True)
    known = np.flatnonzero(states)
    _, apart = np.unique((2 * walked[known] / CLOSE).astype(int), return_index=True)
    return np.unique(np.concatenate([first, known[apart], [len(model) - 1]]))


def _joined(there: np.ndarray, shown: np.ndarray) -> np.ndarray:
    """The same points (n,) and each one's next neighbour that is shown, so that two kinds of line meet."""
    wide = there.copy()
    wide[1:] |= there[:-1]
    return np.asarray(wide & shown)
