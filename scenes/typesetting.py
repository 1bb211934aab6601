"""Text and mathematics as outlines, set by Typst: no LaTeX, no Unicode imitations.

One compiler is kept for the life of the process, so that a string costs about a millisecond. An outline is in em
units with its baseline at y = 0; `scenes.look` gives it a size, a colour and a place.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from xml.etree import ElementTree

import numpy as np
import svgelements as svg
import typst

from scenes.fonts import installed

COMPILE_SIZE = 10.0
"""Points of one em in the compiled document; only the outlines' scale depends on it."""

_MARKER = "#010203"
_XLINK = "{http://www.w3.org/1999/xlink}href"


@dataclass(frozen=True, eq=False)
class Outline:
    """The contours of a typeset line.

    Attributes:
        parts: for each fill colour (``#rrggbb``, or None for the text's own), cubic Bézier points (4 m, 3), in em.
        width: from the first glyph's origin to the end of the line, in em.
    """

    parts: tuple[tuple[str | None, np.ndarray], ...]
    width: float


@cache
def _compiler() -> typst.Compiler:
    return typst.Compiler(font_paths=installed())


@lru_cache(maxsize=4096)
def outline(source: str, font: str, preamble: str = "") -> Outline:
    """Set one line of Typst markup.

    Args:
        source: Typst markup; mathematics between dollar signs.
        font: family of the text; mathematics has Typst's own.
        preamble: definitions that the markup uses.

    Raises:
        ValueError: the markup does not compile; the message is Typst's.
    """
    document = "\n".join(
        (
            "#set page(width: auto, height: auto, margin: 20pt, fill: none)",
            f'#set text(size: {COMPILE_SIZE}pt, font: "{font}", number-width: "tabular", fallback: true)',
            preamble,
            f'#box(width: 0pt, text(fill: rgb("{_MARKER}"), "."))#box[{source}]',
        )
    )
    try:
        drawn = _compiler().compile(document.encode(), format="svg")
    except typst.TypstError as error:
        raise ValueError(f"cannot typeset {source!r}: {error}") from error
    assert isinstance(drawn, bytes), "a line of text is one page"
    return _read(drawn)


def _read(picture: bytes) -> Outline:
    root = ElementTree.fromstring(picture)
    glyphs = {symbol.get("id"): symbol for symbol in root.iter() if symbol.tag.endswith("symbol")}
    pieces = list(_pieces(root, svg.Matrix(), glyphs))
    marker = next(transform for fill, _, transform in pieces if fill == _MARKER)
    to_em = svg.Matrix(1 / COMPILE_SIZE, 0, 0, -1 / COMPILE_SIZE, -marker.e / COMPILE_SIZE, marker.f / COMPILE_SIZE)
    gathered: dict[str | None, list[np.ndarray]] = {}
    for fill, data, transform in pieces:
        if fill != _MARKER:
            gathered.setdefault(None if fill == "#000000" else fill, []).append(
                _place(_cubics(data), transform * to_em)
            )
    width = (float(root.get("width", "0").removesuffix("pt")) - 20) / COMPILE_SIZE + to_em.e
    return Outline(tuple((fill, np.concatenate(points)) for fill, points in gathered.items()), width)


def _pieces(
    element: ElementTree.Element, above: svg.Matrix, glyphs: dict[str | None, ElementTree.Element]
) -> Iterator[tuple[str | None, str, svg.Matrix]]:
    """Yield (fill, path data, transform) of everything drawn below an element."""
    for child in element:
        tag = child.tag.rsplit("}", 1)[-1]
        if tag in ("defs", "symbol"):
            continue
        here = svg.Matrix(child.get("transform") or "") * above
        if tag == "use":
            here = svg.Matrix.translate(float(child.get("x", 0)), float(child.get("y", 0))) * here
            symbol = glyphs[child.get(_XLINK, "")[1:]]
            yield child.get("fill"), symbol[0].get("d", ""), here
        elif tag == "path":
            yield _drawn_shape(child, here)
        else:
            yield from _pieces(child, here, glyphs)


def _drawn_shape(path: ElementTree.Element, transform: svg.Matrix) -> tuple[str | None, str, svg.Matrix]:
    """A fraction bar or a rule: a stroked line becomes the thin rectangle that it covers."""
    if path.get("stroke") is None:
        return path.get("fill"), path.get("d", ""), transform
    line = svg.Path(path.get("d", ""))
    start, end = complex(line.first_point), complex(line.current_point)
    side = 0.5j * float(path.get("stroke-width", "1")) * (end - start) / abs(end - start)
    corners = (start + side, end + side, end - side, start - side)
    box = "M " + " L ".join(f"{corner.real} {corner.imag}" for corner in corners) + " Z"
    return path.get("stroke"), box, transform


@lru_cache(maxsize=4096)
def _cubics(data: str) -> np.ndarray:
    """Path data as cubic Bézier points, (4 m, 2)."""
    points: list[tuple[complex, complex, complex, complex]] = []
    for segment in svg.Path(re.sub(r"^M 0 0\s*m", "M 0 0 m", data)):
        if isinstance(segment, svg.CubicBezier):
            a, b, c, d = (complex(p) for p in (segment.start, segment.control1, segment.control2, segment.end))
        elif isinstance(segment, svg.QuadraticBezier):
            a, q, d = (complex(p) for p in (segment.start, segment.control, segment.end))
            b, c = (a + 2 * q) / 3, (d + 2 * q) / 3
        elif isinstance(segment, (svg.Line, svg.Close)) and segment.start != segment.end and segment.end is not None:
            a, d = complex(segment.start), complex(segment.end)
            b, c = (2 * a + d) / 3, (a + 2 * d) / 3
        else:
            continue
        points.append((a, b, c, d))
    flat = np.array(points, dtype=complex).reshape(-1)
    return np.stack([flat.real, flat.imag], axis=1)


def _place(points: np.ndarray, transform: svg.Matrix) -> np.ndarray:
    """Transformed points with a third coordinate of zero, (n, 3)."""
    m = transform
    x, y = points[:, 0], points[:, 1]
    return np.stack([m.a * x + m.c * y + m.e, m.b * x + m.d * y + m.f, np.zeros_like(x)], axis=1)
