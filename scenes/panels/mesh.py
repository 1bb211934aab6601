"""A height field as polygons that any view can draw from back to front: cut clean at a ceiling, gridded, rimmed.

All of this depends on the surface only; it is made once. Model coordinates: the window of the two weights is the
square [-1, 1] x [-1, 1], heights are what the caller gives.
"""

from dataclasses import dataclass

import numpy as np

CORNERS = 6
"""A square with two opposite corners above the ceiling keeps six; polygons with fewer repeat their last."""


@dataclass(frozen=True, eq=False)
class Mesh:
    """The surface below the ceiling.

    Attributes:
        faces: (F, 6, 3) corners of each polygon, counter-clockwise seen from above.
        cut: (F,) whether the ceiling cuts it; all others are squares.
        rows, columns: (F,) which row and column of the grid a face stands in.
        levels: (F,) mean height of a face, for its colour.
        edges: (S, 2, 3) the edges that two faces share; the rim is not among them.
        edge_faces: (S, 2) those faces, first the one with the smaller row or column.
        on_line: (S,) which edges belong to a line of the drawn grid.
        rim: (R, 2, 3) pieces of the outer edge: the window's border and the cut at the ceiling.
        rim_faces: (R,) the face of each.
    """

    faces: np.ndarray
    cut: np.ndarray
    rows: np.ndarray
    columns: np.ndarray
    levels: np.ndarray
    edges: np.ndarray
    edge_faces: np.ndarray
    on_line: np.ndarray
    rim: np.ndarray
    rim_faces: np.ndarray


def build(heights: np.ndarray, ceiling: float, every: int) -> Mesh:
    """Make the mesh of heights (M, K) over the square, cut at the ceiling, a line on every so many-th edge."""
    corners, row, column = _squares(heights)
    keep = corners[:, :, 2].min(axis=1) < ceiling
    corners, row, column = corners[keep], row[keep], column[keep]
    polygons, cuts = _cut(corners, ceiling)
    edges, edge_faces, on_line = _shared_edges(corners, row, column, ceiling, every)
    rim, rim_faces = _rim(corners, row, column, heights.shape, ceiling)
    cut_faces = np.flatnonzero(~np.isnan(cuts[:, 0, 0]))
    return Mesh(
        faces=polygons,
        cut=(corners[:, :, 2] > ceiling).any(axis=1),
        rows=row,
        columns=column,
        levels=polygons[:, :, 2].mean(axis=1),
        edges=edges,
        edge_faces=edge_faces,
        on_line=on_line,
        rim=np.concatenate([rim, cuts[cut_faces]]),
        rim_faces=np.concatenate([rim_faces, cut_faces]),
    )


def _squares(heights: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Corners (F, 4, 3), rows (F,) along the first axis, columns (F,) along the second."""
    first, second = (np.linspace(-1, 1, size) for size in heights.shape)
    points = np.stack([*np.meshgrid(first, second, indexing="ij"), heights], axis=-1)
    square = np.stack([points[:-1, :-1], points[1:, :-1], points[1:, 1:], points[:-1, 1:]], axis=2)
    row, column = np.indices(square.shape[:2])
    return square.reshape(-1, 4, 3), row.ravel(), column.ravel()


def _crossing(a: np.ndarray, b: np.ndarray, ceiling: float) -> np.ndarray:
    """Where the edges from a to b, each (F, 3), meet the ceiling."""
    rise = b[:, 2] - a[:, 2]
    share = np.divide(ceiling - a[:, 2], rise, out=np.zeros_like(rise), where=rise != 0)
    met = a + share[:, None] * (b - a)
    met[:, 2] = ceiling
    return met


def _cut(corners: np.ndarray, ceiling: float) -> tuple[np.ndarray, np.ndarray]:
    """Clip squares (F, 4, 3) to what is below the ceiling: polygons (F, 6, 3), and the cut edges (F, 2, 3) or nan."""
    below = corners[:, :, 2] <= ceiling
    polygons = np.full((len(corners), 8, 3), np.nan)
    cuts = np.full((len(corners), 2, 3), np.nan)
    for i in range(4):
        j = (i + 1) % 4
        polygons[below[:, i], 2 * i] = corners[below[:, i], i]
        crossed = below[:, i] != below[:, j]
        met = _crossing(corners[:, i], corners[:, j], ceiling)
        polygons[crossed, 2 * i + 1] = met[crossed]
        cuts[crossed & below[:, i], 0] = met[crossed & below[:, i]]
        cuts[crossed & below[:, j], 1] = met[crossed & below[:, j]]
    return _packed(polygons), cuts


def _packed(polygons: np.ndarray) -> np.ndarray:
    """Move the corners that exist to the front, (F, 8, 3) -> (F, 6, 3), and repeat the last into what is left."""
    missing = np.isnan(polygons[:, :, 0])
    order = np.argsort(missing, axis=1, kind="stable")[:, :CORNERS]
    count = np.minimum((~missing).sum(axis=1), CORNERS)
    index = np.minimum(np.arange(CORNERS), count[:, None] - 1)
    return np.take_along_axis(polygons, np.take_along_axis(order, index, axis=1)[:, :, None], axis=1)


def _below(pieces: np.ndarray, faces: np.ndarray, ceiling: float) -> tuple[np.ndarray, np.ndarray]:
    """Shorten pieces (S, 2, 3) to what is below the ceiling; drop those wholly above."""
    low = pieces[:, :, 2] <= ceiling
    met = _crossing(pieces[:, 0], pieces[:, 1], ceiling)
    short = pieces.copy()
    short[~low[:, 0], 0] = met[~low[:, 0]]
    short[~low[:, 1], 1] = met[~low[:, 1]]
    keep = low.any(axis=1)
    return short[keep], faces[keep]


def _edges(corners: np.ndarray, chosen: tuple[np.ndarray, ...]) -> tuple[np.ndarray, np.ndarray]:
    """The chosen edges of squares: for each of the four edges a mask (F,). Returns (S, 2, 3) and the faces (S,)."""
    pieces = [np.stack([corners[mask, i], corners[mask, (i + 1) % 4]], axis=1) for i, mask in enumerate(chosen)]
    return np.concatenate(pieces), np.concatenate([np.flatnonzero(mask) for mask in chosen])


def _shared_edges(
    corners: np.ndarray, row: np.ndarray, column: np.ndarray, ceiling: float, every: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The inner edges (S, 2, 3), the faces on their two sides (S, 2), and which are on every so many-th line (S,)."""
    number = np.full((row.max(initial=0) + 2, column.max(initial=0) + 2), -1)
    number[row, column] = np.arange(len(row))
    after = np.stack([number[row, column + 1], number[row + 1, column]])  # (2, F)
    there = after >= 0
    pieces = np.concatenate([corners[there[0]][:, [3, 2]], corners[there[1]][:, [1, 2]]])
    sides = [np.column_stack([np.flatnonzero(mask), later[mask]]) for mask, later in zip(there, after, strict=True)]
    place = np.concatenate([column[there[0]], row[there[1]]])
    short, index = _below(pieces, np.arange(len(pieces)), ceiling)
    return short, np.concatenate(sides)[index], (place[index] + 1) % every == 0


def _rim(
    corners: np.ndarray, row: np.ndarray, column: np.ndarray, shape: tuple[int, ...], ceiling: float
) -> tuple[np.ndarray, np.ndarray]:
    on = (column == 0, row == shape[0] - 2, column == shape[1] - 2, row == 0)
    return _below(*_edges(corners, on), ceiling)


def draw_order(mesh: Mesh, azimuth: float) -> tuple[np.ndarray, np.ndarray]:
    """Faces from back to front for a view turned by azimuth (radians), and the strip that each belongs to, (F,) each.

    For a height field seen from above, going along both grid axes away from the far corner is exact: no face can
    hide one that comes after it. Strips run across the view.
    """
    away = np.array([np.sin(azimuth), np.cos(azimuth)])  # the view's direction in the floor, per grid axis
    row = mesh.rows if away[0] < 0 else mesh.rows.max(initial=0) - mesh.rows
    column = mesh.columns if away[1] < 0 else mesh.columns.max(initial=0) - mesh.columns
    major, minor = (row, column) if abs(away[0]) > abs(away[1]) else (column, row)
    return np.lexsort((minor, major)), major
