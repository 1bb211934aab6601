"""The skin of a surface: its faces, grid lines and rim, painted from back to front with what faces away as glass."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cairo
import numpy as np

from scenes.drawing import Brush, channels, mix
from scenes.panels.mesh import Mesh, draw_order
from scenes.panels.view import View
from scenes.theme import Theme

SHADES = 256
SOLID = 0.95
GLASS = 0.30
"""Opacity of the side that faces up, and of the outside of a near wall: what it hides is seen through it."""


def height_colors(theme: Theme, shares: np.ndarray) -> np.ndarray:
    """The theme's colours for heights as shares 0 … 1 of the range, (n, 3), red green blue."""
    stops = np.array([channels(color) for color in theme.height])
    places = np.linspace(0, 1, len(stops))
    return np.stack([np.interp(shares, places, stops[:, i]) for i in range(3)], axis=1)


class Skin:
    """Paints a mesh. The colours stand for height, from the lowest to the ceiling, unless others are given."""

    def __init__(self, mesh: Mesh, theme: Theme) -> None:
        self.mesh = mesh
        self.theme = theme
        low, high = float(mesh.levels.min()), float(mesh.levels.max())
        self.shares = (mesh.levels - low) / ((high - low) or 1.0)
        self.colors = height_colors(theme, self.shares)
        self.rim = mix(theme.rim, theme.height[-1], 0.3)
        self._seen: _Seen | None = None

    def paint(self, brush: Brush, view: View, opacity: float, *, facing: bool) -> None:
        """Paint the faces that face the viewer with their upper side, or those that show their outside."""
        if opacity <= 0:
            return
        # Neighbours overlap by a pixel, or the background would shine through the seams.
        seen = self._seen_from(view, 0.7 / brush.context.get_matrix().xx)
        chosen = seen.up == facing
        if not chosen.any():
            return
        with brush.faded(opacity * (SOLID if facing else GLASS), seen.corners[chosen].reshape(-1, 2)):
            brush.context.set_antialias(cairo.ANTIALIAS_FAST)
            last_rim = np.empty(0, int)
            for faces, lines, rim in self._strips(seen, chosen):
                self._fill(brush.context, seen.corners, faces)
                brush.segments(seen.lines[lines], self.theme.rim, 0.010, 0.30, cap=cairo.LINE_CAP_SQUARE)
                # One strip late, or the faces beside its ends would cover them; opaque, or its joints would show.
                brush.segments(seen.rim[last_rim], self.rim, 0.026)
                last_rim = rim
            brush.segments(seen.rim[last_rim], self.rim, 0.026)

    def _seen_from(self, view: View, grow: float) -> "_Seen":
        """The projected mesh, its faces a little grown; both sides of one frame share it."""
        if self._seen is None or self._seen.view != view:
            corners = view.project(self.mesh.faces)
            order, strip = draw_order(self.mesh, np.radians(view.azimuth))
            lines, rim = view.project(self.mesh.lines), view.project(self.mesh.rim)
            # Of the two faces beside a line the nearer one comes later: drawn with that, nothing covers the line.
            nearer = np.where(strip[self.mesh.line_faces[:, 0]] < strip[self.mesh.line_faces[:, 1]], 1, 0)
            line_faces = self.mesh.line_faces[np.arange(len(nearer)), nearer]
            up = _faces_up(corners)
            corners = _grow(corners, up, self.mesh.cut, grow)
            self._seen = _Seen(view, corners, up, order, strip, lines, line_faces, rim)
        return self._seen

    def _strips(self, seen: "_Seen", chosen: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        """Faces, pieces of grid line and of rim, strip by strip from the back."""
        order = seen.order[chosen[seen.order]]
        bounds = np.flatnonzero(np.diff(seen.strip[order])) + 1
        lines = _by_strip(seen.strip[seen.line_faces], chosen[seen.line_faces])
        rim = _by_strip(seen.strip[self.mesh.rim_faces], chosen[self.mesh.rim_faces])
        none = np.empty(0, int)
        for faces in np.split(order, bounds):
            here = int(seen.strip[faces[0]])
            yield faces, lines.get(here, none), rim.get(here, none)

    def _fill(self, context: "cairo.Context[Any]", corners: np.ndarray, faces: np.ndarray) -> None:
        move_to, line_to, fill, source = (
            context.move_to,
            context.line_to,
            context.fill,
            context.set_source_rgb,
        )
        colors, cut = self.colors[faces].tolist(), self.mesh.cut[faces].tolist()
        for polygon, (red, green, blue), is_cut in zip(corners[faces].tolist(), colors, cut, strict=True):
            move_to(*polygon[0])
            line_to(*polygon[1])
            line_to(*polygon[2])
            line_to(*polygon[3])
            if is_cut:
                line_to(*polygon[4])
                line_to(*polygon[5])
            source(blue, green, red)
            fill()


@dataclass(frozen=True, eq=False)
class _Seen:
    """A mesh in one view: projected corners (F, 6, 2), which faces are seen from above, and the order to draw in."""

    view: View
    corners: np.ndarray
    up: np.ndarray
    order: np.ndarray
    strip: np.ndarray
    lines: np.ndarray
    line_faces: np.ndarray
    rim: np.ndarray


def _faces_up(corners: np.ndarray) -> np.ndarray:
    """Whether projected polygons (F, 6, 2) run counter-clockwise: their upper side is seen."""
    following = np.roll(corners, -1, axis=1)
    doubled = corners[:, :, 0] * following[:, :, 1] - following[:, :, 0] * corners[:, :, 1]
    return doubled.sum(axis=1) > 0


def _grow(polygons: np.ndarray, up: np.ndarray, cut: np.ndarray, by: float) -> np.ndarray:
    """Polygons (n, 6, 2) with their edges moved outwards by a length: exactly for squares, about for those cut.

    Args:
        polygons: projected corners; squares repeat their last one.
        up: (n,) which run counter-clockwise.
        cut: (n,) which are no squares.
        by: in scene units.
    """
    grown = polygons.copy()
    out = polygons[cut] - polygons[cut].mean(axis=1, keepdims=True)
    grown[cut] += out * (by / np.maximum(np.linalg.norm(out, axis=2, keepdims=True), 1e-9))
    squares = polygons[~cut, :4]
    along = np.roll(squares, -1, axis=1) - squares
    along /= np.maximum(np.linalg.norm(along, axis=2, keepdims=True), 1e-9)
    normal = np.stack([along[..., 1], -along[..., 0]], axis=-1) * np.where(up[~cut], 1.0, -1.0)[:, None, None]
    before = np.roll(normal, 1, axis=1)
    miter = (normal + before) / np.maximum(1 + (normal * before).sum(axis=2, keepdims=True), 0.25)
    grown[~cut, :4] += by * miter
    return grown


def _by_strip(strips: np.ndarray, chosen: np.ndarray) -> dict[int, np.ndarray]:
    """The indices of the chosen pieces, by strip."""
    index = np.flatnonzero(chosen)
    index = index[np.argsort(strips[index], kind="stable")]
    bounds = np.flatnonzero(np.diff(strips[index])) + 1
    return {int(strips[part[0]]): part for part in np.split(index, bounds) if len(part)}
