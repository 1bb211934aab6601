"""The skin of a surface: its faces, grid lines and rim, painted from back to front with what faces away as glass."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import cairo
import numpy as np

from scenes.drawing import Brush, channels, hexadecimal, mix
from scenes.panels.mesh import Mesh, draw_order
from scenes.panels.view import View
from scenes.theme import Theme

NONE = np.empty(0, int)
SOLID = 0.95
GLASS = 0.22
"""Opacity of the side that faces up, and of the outside of a near wall: what it hides is seen through it."""


def scale_colors(scale: Sequence[str], shares: np.ndarray) -> np.ndarray:
    """The colours of a scale at shares 0 … 1 of its range, (n, 3), red green blue."""
    stops = np.array([channels(color) for color in scale])
    places = np.linspace(0, 1, len(stops))
    return np.stack([np.interp(shares, places, stops[:, i]) for i in range(3)], axis=1)


class Skin:
    """Paints a mesh. The colours stand for height, from the lowest to the ceiling, or for another quantity.

    Args:
        mesh: the surface.
        theme: whose colours.
        other: (F,) shares 0 … 1 of the slope's scale, for each face; None where only height is shown.
    """

    def __init__(self, mesh: Mesh, theme: Theme, other: np.ndarray | None = None) -> None:
        self.mesh = mesh
        self.theme = theme
        low, high = float(mesh.levels.min()), float(mesh.levels.max())
        self._by_height = scale_colors(theme.height, (mesh.levels - low) / ((high - low) or 1.0))
        self._by_slope = self._by_height if other is None else scale_colors(theme.slope, other)
        self._cut = mesh.cut.tolist()
        self._seen: _Seen | None = None
        self._tint = -1.0
        self._dye(0.0)

    def _dye(self, tint: float) -> None:
        """Mix the two colours of each face: 0 for height, 1 for slope; what was painted before is forgotten."""
        if tint == self._tint:
            return
        self._tint = tint
        self.colors = (1 - tint) * self._by_height + tint * self._by_slope
        self._sources = self.colors[:, ::-1].tolist()  # blue, green, red: see Brush
        self.rim = mix(self.theme.rim, mix(self.theme.height[-1], self.theme.slope[-1], tint), 0.3)
        if self._seen is not None:
            self._seen.pictures.clear()

    def paint(self, brush: Brush, view: View, opacity: float, *, facing: bool, tint: float = 0.0) -> bool:
        """Paint the faces that face the viewer with their upper side, or those that show their outside; say if any."""
        if opacity <= 0:
            return False
        self._dye(tint)
        pixel = 1 / brush.context.get_matrix().xx
        seen = self._seen_from(view)
        chosen = seen.up == facing
        if not chosen.any():
            return False
        if facing not in seen.pictures:
            seen.pictures[facing] = brush.group(
                seen.extent, lambda: self._paint_strips(brush, seen, chosen, pixel, folds=facing)
            )
        brush.lay(seen.pictures[facing], opacity * (SOLID if facing else GLASS))
        return True

    def _paint_strips(self, brush: Brush, seen: "_Seen", chosen: np.ndarray, pixel: float, *, folds: bool) -> None:
        late = NONE, NONE, NONE
        for faces, lines, turns, rim in self._strips(seen, chosen):
            self._fill(brush.context, seen.outlines, faces)
            # One strip late, or the faces beside their ends would cover them.
            self._draw_lines(brush, seen, pixel, *late)
            late = lines, turns if folds else NONE, rim
        self._draw_lines(brush, seen, pixel, *late)

    def _draw_lines(
        self, brush: Brush, seen: "_Seen", pixel: float, lines: np.ndarray, folds: np.ndarray, rim: np.ndarray
    ) -> None:
        """The grid; soft edges where the surface turns away, in its own colour; the rim."""
        brush.context.set_antialias(cairo.ANTIALIAS_FAST)
        brush.segments(seen.edges[lines], self.theme.rim, 0.010, 0.30, cap=cairo.LINE_CAP_BUTT)
        if len(folds):
            color = hexadecimal(self.colors[self.mesh.edge_faces[folds, 0]].mean(axis=0))
            brush.segments(seen.edges[folds], color, 2 * pixel, cap=cairo.LINE_CAP_SQUARE)
        brush.segments(seen.rim[rim], self.rim, 0.026, cap=cairo.LINE_CAP_SQUARE)  # opaque, or its joints would show

    def _seen_from(self, view: View) -> "_Seen":
        """The projected mesh; both sides of one frame share it."""
        if self._seen is None or self._seen.view != view:
            self._seen = _see(self.mesh, view)
        return self._seen

    def _strips(self, seen: "_Seen", chosen: np.ndarray) -> Iterator[tuple[np.ndarray, ...]]:
        """Faces, pieces of grid line, of folds and of rim, strip by strip from the back."""
        order = seen.order[chosen[seen.order]]
        bounds = np.flatnonzero(np.diff(seen.strip[order])) + 1
        beside = chosen[self.mesh.edge_faces]
        on_strip = [
            _by_strip(seen.strip[seen.edge_face], self.mesh.on_line & chosen[seen.edge_face]),
            _by_strip(seen.strip[seen.edge_face], beside[:, 0] != beside[:, 1]),
            _by_strip(seen.strip[self.mesh.rim_faces], chosen[self.mesh.rim_faces]),
        ]
        for faces in np.split(order, bounds):
            here = int(seen.strip[faces[0]])
            yield faces, *(pieces.get(here, NONE) for pieces in on_strip)

    def _fill(self, context: "cairo.Context[Any]", outlines: list[list[float]], faces: np.ndarray) -> None:
        # No smoothing: each pixel belongs to one face, so no seam shows. What ends the surface is drawn softly over it.
        context.set_antialias(cairo.ANTIALIAS_NONE)
        move_to, line_to, fill, source = context.move_to, context.line_to, context.fill, context.set_source_rgb
        colors, cut = self._sources, self._cut
        for face in faces.tolist():
            x0, y0, x1, y1, x2, y2, x3, y3, x4, y4, x5, y5 = outlines[face]
            move_to(x0, y0)
            line_to(x1, y1)
            line_to(x2, y2)
            line_to(x3, y3)
            if cut[face]:
                line_to(x4, y4)
                line_to(x5, y5)
            source(*colors[face])
            fill()


@dataclass(frozen=True, eq=False)
class _Seen:
    """A mesh in one view.

    Attributes:
        outlines: corners of each face, x and y in turn; extent: (n, 2) points that span them all.
        up: (F,) which are seen from above.
        order: (F,) from back to front; strip: (F,) across the view.
        edges: (S, 2, 2), those that are drawn; edge_face: (S,) the nearer of the two faces beside each.
        rim: (R, 2, 2).
        pictures: each side as it was painted, kept for as long as the view rests.
    """

    view: View
    outlines: list[list[float]]
    extent: np.ndarray
    up: np.ndarray
    order: np.ndarray
    strip: np.ndarray
    edges: np.ndarray
    edge_face: np.ndarray
    rim: np.ndarray
    pictures: dict[bool, cairo.Pattern] = field(default_factory=dict)


def _see(mesh: Mesh, view: View) -> _Seen:
    corners = view.project(mesh.faces)
    up = _faces_up(corners)
    order, strip = draw_order(mesh, np.radians(view.azimuth))
    # Of the two faces beside an edge the nearer one comes later: drawn with that, nothing covers the edge.
    beside = strip[mesh.edge_faces]
    edge_face = mesh.edge_faces[np.arange(len(beside)), np.where(beside[:, 0] < beside[:, 1], 1, 0)]
    shown = mesh.on_line | (up[mesh.edge_faces[:, 0]] != up[mesh.edge_faces[:, 1]])
    edges, rim = np.zeros((len(mesh.edges), 2, 2)), view.project(mesh.rim)
    edges[shown] = view.project(mesh.edges[shown])
    outlines = corners.reshape(len(corners), -1).tolist()
    return _Seen(view, outlines, corners.reshape(-1, 2), up, order, strip, edges, edge_face, rim)


def _faces_up(corners: np.ndarray) -> np.ndarray:
    """Whether projected polygons (F, 6, 2) run counter-clockwise: their upper side is seen."""
    following = np.roll(corners, -1, axis=1)
    doubled = corners[:, :, 0] * following[:, :, 1] - following[:, :, 0] * corners[:, :, 1]
    return doubled.sum(axis=1) > 0


def _by_strip(strips: np.ndarray, chosen: np.ndarray) -> dict[int, np.ndarray]:
    """The indices of the chosen pieces, by strip."""
    index = np.flatnonzero(chosen)
    index = index[np.argsort(strips[index], kind="stable")]
    bounds = np.flatnonzero(np.diff(strips[index])) + 1
    return {int(strips[part[0]]): part for part in np.split(index, bounds) if len(part)}
