"""Mobjects that draw themselves, the camera that lets them, and the animation that moves them.

Manim draws a mobject as Bézier curves, one mobject at a time, from Python. A `Drawing` keeps its geometry as arrays
and writes it straight into the Cairo context, which is already in scene units: hundreds of faces or points cost as
much as one mobject. Its state is a few plain attributes (an epoch, an opacity, an angle); `Tween` moves those.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import cairo
import numpy as np
from manim import Animation, Camera, Mobject, VMobject, smooth

if TYPE_CHECKING:
    Context = cairo.Context[Any]

Rectangle = tuple[float, float, float, float]
"""left, bottom, right, top, in scene units."""


@lru_cache(maxsize=1024)
def channels(color: str) -> tuple[float, float, float]:
    """The red, green and blue of ``#rrggbb``, each in 0 … 1."""
    return tuple(int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))  # type: ignore[return-value]


def mix(first: str, second: str, share: float) -> str:
    """A colour on the way from the first (share 0) to the second (share 1)."""
    return hexadecimal(np.array(channels(first)) * (1 - share) + np.array(channels(second)) * share)


def hexadecimal(color: np.ndarray) -> str:
    """``#rrggbb`` of red, green and blue (3,), each in 0 … 1."""
    return "#" + "".join(f"{round(255 * value):02x}" for value in color)


class Brush:
    """A Cairo context with a colour model that fits Manim's: it keeps red and blue the other way round."""

    def __init__(self, context: "Context") -> None:
        self.context = context

    def color(self, color: str, opacity: float = 1.0) -> None:
        """Set the colour of what is drawn next."""
        red, green, blue = channels(color)
        self.context.set_source_rgba(blue, green, red, opacity)

    def group(self, within: np.ndarray, draw: Callable[[], None]) -> cairo.Pattern:
        """Draw things that hide one another into a picture of their own, to be laid down as one.

        It costs as much as the rectangle that it needs: `within` are points, (n, 2), that span it.
        """
        (left, bottom), (right, top) = within.min(axis=0) - 0.3, within.max(axis=0) + 0.3
        self.context.save()
        self.context.rectangle(left, bottom, right - left, top - bottom)
        self.context.clip()
        self.context.push_group()
        draw()
        picture = self.context.pop_group()
        self.context.restore()
        return picture

    def lay(self, picture: cairo.Pattern, opacity: float = 1.0) -> None:
        """Lay a group down."""
        self.context.set_source(picture)
        self.context.paint_with_alpha(opacity)

    def line(
        self, points: np.ndarray, color: str, width: float, opacity: float = 1.0, dash: Sequence[float] = ()
    ) -> None:
        """Stroke a polyline, (n, 2) or (n, 3), in scene units; rounded ends."""
        if len(points) < 2 or opacity <= 0 or width <= 0:
            return
        self.path(points)
        self.stroke(color, width, opacity, dash)

    def path(self, points: np.ndarray) -> None:
        """Append an open polyline to the current path."""
        flat = points[:, :2].tolist()
        self.context.move_to(*flat[0])
        for x, y in flat[1:]:
            self.context.line_to(x, y)

    def segments(
        self,
        ends: np.ndarray,
        color: str,
        width: float,
        opacity: float = 1.0,
        cap: cairo.LineCap = cairo.LINE_CAP_ROUND,
    ) -> None:
        """Stroke many separate lines at once: ends (n, 2, 2)."""
        if not len(ends) or opacity <= 0:
            return
        for (ax, ay), (bx, by) in ends.tolist():
            self.context.move_to(ax, ay)
            self.context.line_to(bx, by)
        self.stroke(color, width, opacity, cap=cap)

    def stroke(
        self,
        color: str,
        width: float,
        opacity: float = 1.0,
        dash: Sequence[float] = (),
        cap: cairo.LineCap = cairo.LINE_CAP_ROUND,
    ) -> None:
        """Stroke the current path."""
        self.color(color, opacity)
        self.context.set_line_width(width)
        self.context.set_line_cap(cairo.LINE_CAP_BUTT if dash else cap)
        self.context.set_line_join(cairo.LINE_JOIN_ROUND)
        self.context.set_dash(list(dash))
        self.context.stroke()

    def dots(self, centres: np.ndarray, radius: float, color: str, opacity: float = 1.0) -> None:
        """Fill discs of one size: centres (n, 2)."""
        if not len(centres) or opacity <= 0 or radius <= 0:
            return
        for x, y in centres[:, :2].tolist():
            self.context.new_sub_path()
            self.context.arc(x, y, radius, 0, 2 * np.pi)
        self.color(color, opacity)
        self.context.fill()

    def ring(self, centre: np.ndarray, radius: float, color: str, width: float, opacity: float = 1.0) -> None:
        """Stroke a circle."""
        self.rings(centre[None], radius, color, width, opacity)

    def rings(self, centres: np.ndarray, radius: float, color: str, width: float, opacity: float = 1.0) -> None:
        """Stroke circles of one size: centres (n, 2)."""
        if not len(centres) or opacity <= 0:
            return
        for x, y in centres[:, :2].tolist():
            self.context.new_sub_path()
            self.context.arc(x, y, radius, 0, 2 * np.pi)
        self.stroke(color, width, opacity)

    def polygon(self, points: np.ndarray, color: str, opacity: float = 1.0) -> None:
        """Fill one polygon, (n, 2)."""
        if opacity <= 0:
            return
        self.path(points)
        self.context.close_path()
        self.color(color, opacity)
        self.context.fill()

    def star(self, centre: np.ndarray, radius: float, color: str, edge: str, opacity: float = 1.0) -> None:
        """Fill a five-pointed star with a thin edge."""
        angles = np.pi / 2 + np.arange(10) * np.pi / 5
        reach = np.where(np.arange(10) % 2 == 0, radius, 0.45 * radius)
        corners = centre[:2] + np.stack([np.cos(angles), np.sin(angles)], axis=1) * reach[:, None]
        self.polygon(corners, color, opacity)
        self.line(np.vstack([corners, corners[:1]]), edge, 0.03, opacity)

    def arrow(self, start: np.ndarray, end: np.ndarray, color: str, width: float, edge: str, opacity: float) -> None:
        """A straight arrow with a thin edge, its tip at the end; its head shrinks with it when it is short."""
        along = np.asarray(end[:2], float) - np.asarray(start[:2], float)
        length = float(np.hypot(*along))
        if length < 1e-4 or opacity <= 0:
            return
        unit = along / length
        head = min(5 * width, 0.5 * length)
        side = np.array([-unit[1], unit[0]]) * head * 0.42
        neck = np.asarray(end[:2]) - unit * head
        shaft = np.array([start[:2], neck + unit * 0.2 * head])
        tip = np.array([end[:2], neck + side, neck - side])
        self.line(shaft, edge, width + 0.03, 0.8 * opacity)
        self.line(tip[[0, 1, 2, 0]], edge, 0.03, 0.8 * opacity)
        self.line(shaft, color, width, opacity)
        self.polygon(tip, color, opacity)

    def outline(self, points: np.ndarray) -> cairo.Path:
        """Bézier contours (4 m, 3) as a path that `text` can draw anywhere."""
        context, last = self.context, None
        context.new_path()
        for a, b, c, d in points[:, :2].reshape(-1, 4, 2).tolist():
            if a != last:
                context.move_to(*a)
            context.curve_to(*b, *c, *d)
            last = d
        path = context.copy_path()
        context.new_path()
        return path

    def text(self, path: cairo.Path, x: float, y: float, color: str, opacity: float, halo: str | None) -> None:
        """Fill an outline shifted by (x, y), upon a halo where it must stand out from a picture."""
        self.context.save()
        self.context.translate(x, y)
        self.context.append_path(path)
        if halo:
            self.stroke(halo, 0.09, 0.8 * opacity)
            self.context.append_path(path)
        self.color(color, opacity)
        self.context.fill()
        self.context.restore()


class Drawing(VMobject):
    """A mobject that draws itself.

    Attributes:
        frame: the rectangle that it keeps to, in scene units.
        opacity: of the whole drawing.
        epoch: the (fractional) epoch that it shows.
        held_back: whether another mobject draws it for now.
    """

    def __init__(self, frame: Rectangle) -> None:
        super().__init__(stroke_width=0)
        self.opacity = 1.0
        self.held_back = False
        self.epoch = 0.0
        self.frame: np.ndarray = np.asarray(frame, float)

    @property
    def frame(self) -> np.ndarray:
        """left, bottom, right, top."""
        return self._frame

    @frame.setter
    def frame(self, frame: np.ndarray | Rectangle) -> None:
        self._frame = np.asarray(frame, float)
        left, bottom, right, top = self._frame
        # Manim asks a mobject's points where it is; these say so and are never drawn.
        self.points = np.array([[left, bottom, 0], [right, bottom, 0], [right, top, 0], [left, top, 0]], float)

    def to(self, **targets: Any) -> "Tween":
        """The animation that moves attributes to these values; `run_time` and `rate_func` are Manim's."""
        return Tween(self, **targets)

    def draw(self, brush: Brush) -> None:
        """Draw the present state."""
        raise NotImplementedError

    def draw_alone(self, brush: Brush) -> None:
        """Draw the present state, if there is anything to see, and leave the context as it was."""
        if self.opacity > 0:
            brush.context.save()
            brush.context.new_path()
            self.draw(brush)
            brush.context.restore()

    def glance(self) -> None:
        """Take note of the present state as if it had been drawn. For drawings that are finer where a picture rests."""


def glance_at(mobjects: Iterable[Mobject]) -> None:
    """Let what would be drawn now take note of its state: the next picture is then as it is where the film rests.

    A film that is gone through without being drawn would otherwise be told from one that is.
    """
    for mobject in mobjects:
        for member in mobject.get_family():
            if isinstance(member, Drawing) and member.opacity > 0:
                member.glance()


class FilmCamera(Camera):
    """Manim's camera, which lets a `Drawing` draw itself."""

    def display_vectorized(self, vmobject: VMobject, ctx: "Context") -> "FilmCamera":
        """Draw a mobject into the context, which is in scene units."""
        if not isinstance(vmobject, Drawing):
            return super().display_vectorized(vmobject, ctx)
        if not vmobject.held_back:
            vmobject.draw_alone(Brush(ctx))
        return self


class Tween(Animation):
    """Move attributes of a drawing from their present values to the given ones, all at the same pace.

    Args:
        drawing: whose attributes move.
        targets: the values at the end, numbers or arrays, by attribute name.
    """

    def __init__(self, drawing: Drawing, *, run_time: float = 1.0, rate_func: Any = smooth, **targets: Any) -> None:
        unknown = [name for name in targets if not hasattr(drawing, name)]
        if unknown:
            raise AttributeError(f"{type(drawing).__name__} has no {unknown[0]!r} to move")
        self.targets = {name: np.asarray(value, float) for name, value in targets.items()}
        super().__init__(drawing, run_time=run_time, rate_func=rate_func, introducer=True)

    def begin(self) -> None:
        """Note where each attribute starts."""
        self.origins = {name: np.asarray(getattr(self.mobject, name), float) for name in self.targets}
        super().begin()

    def create_starting_mobject(self) -> Any:
        """No copy: the attributes' first values are all that is needed."""
        return self.mobject

    def interpolate_mobject(self, alpha: float) -> None:
        """Set the attributes for a share of the run time."""
        share = self.rate_func(alpha)
        for name, target in self.targets.items():
            origin = self.origins[name]
            value = target if share == 1 else origin + share * (target - origin)
            setattr(self.mobject, name, float(value) if value.ndim == 0 else value)


class Stamp:
    """A line of text that is drawn at another place in every frame."""

    def __init__(self, parts: Sequence[tuple[str, np.ndarray]], width: float) -> None:
        self.parts = parts
        self.width = width
        heights = np.concatenate([points[:, 1] for _, points in parts] or [np.zeros(1)])
        self.low, self.high = float(heights.min()), float(heights.max())
        self._paths: list[tuple[str, cairo.Path]] = []

    def put(
        self, brush: Brush, x: float, y: float, opacity: float = 1.0, anchor: float = 0.5, halo: str | None = None
    ) -> None:
        """Draw with its middle at height y; anchor 0 puts its left end at x, 0.5 its centre, 1 its right end."""
        if opacity <= 0.01:
            return
        if not self._paths:
            self._paths = [(color, brush.outline(points)) for color, points in self.parts]
        for color, path in self._paths:
            brush.text(path, x - anchor * self.width, y - (self.low + self.high) / 2, color, opacity, halo)

    def within(self, width: float) -> "Stamp":
        """The same text, smaller if it would not fit into a width."""
        if self.width <= width:
            return self
        share = max(width, 0.0) / self.width
        return Stamp([(fill, points * share) for fill, points in self.parts], width)

    def __deepcopy__(self, memo: object) -> "Stamp":
        return self  # it never changes, and manim copies what it animates
