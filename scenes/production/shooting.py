"""One film, from its first frame to its last. Imports manim."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from learning.errors import RunError
from scenes.production.encode import Encoder, open_sink
from scenes.production.frames import Pixels, straight_alpha
from scenes.production.pictures import to_image
from scenes.production.studio import FilmWriter, make_transparent, studio

if TYPE_CHECKING:
    from learning.history import History
    from scenes.film import Beat, Film, Subtitle
    from scenes.production.order import Order

Histories = dict[str, "History"]


@dataclass(frozen=True, eq=False)
class Shot:
    """What is known of a film once it has been drawn.

    Attributes:
        frames: how many there are.
        poster: `(H, W, 4)`, straight alpha.
        beats: in order, with times in seconds.
        subtitles: in order, with times in seconds.
    """

    frames: int
    poster: Pixels
    beats: list[Beat]
    subtitles: list[Subtitle]


def shoot_film(order: Order, histories: Histories, path: Path, report: Callable[[float], None] | None) -> Shot:
    """Draw every frame and encode it.

    Args:
        order: what to draw, and how.
        histories: the runs, by label.
        path: the file, or the folder of frames; it must not exist.
        report: called with the seconds that are done.

    Raises:
        RunError: the film shows nothing, or encoding failed.
    """
    with studio(order.output, path.parent.parent):
        film = make_film(order, histories)
        poster = Poster(film, order.output.transparent)
        frames = _record(film, order, path, report)
        return Shot(frames, poster.picture(), film.beats, film.subtitles)


def _record(film: Film, order: Order, path: Path, report: Callable[[float], None] | None) -> int:
    with _encoder(order, path) as encoder:
        writer = FilmWriter(film, encoder, report)
        film.render()
        if not writer.frames:
            raise RunError(f"the film {order.entry.name} shows nothing")
    return writer.frames


@contextmanager
def _encoder(order: Order, path: Path) -> Iterator[Encoder]:
    encoder = Encoder(open_sink(path, order.output), transparent=order.output.transparent)
    try:
        yield encoder
    except BaseException:
        encoder.abort()
        raise
    encoder.finish()


def shoot_last_frame(order: Order, histories: Histories, path: Path) -> None:
    """Draw only the last state of a film, as PNG."""
    with studio(order.output, path.parent.parent):
        film = make_film(order, histories, skip_animations=True)
        film.render()
        to_image(picture_of(film, order.output.transparent), order.output.transparent).save(path)


def make_film(order: Order, histories: Histories, **scene_options: Any) -> Film:
    """Make the scene; `scene_options` go to manim."""
    scene = order.entry.load_scene()
    film = scene(order.parameters, histories, theme=order.theme, language=order.language, **scene_options)
    if order.output.transparent:
        make_transparent(film)
    return film


def picture_of(film: Film, transparent: bool = False) -> Pixels:
    """Draw the present state of a film, `(H, W, 4)`, straight alpha."""
    renderer: Any = film.renderer
    renderer.static_image = None
    renderer.update_frame(film)
    pixels: Pixels = renderer.get_frame()
    return straight_alpha(pixels) if transparent else pixels


class Poster:
    """The picture of a film: its last, or the end of the beat that its class names as `poster_beat`."""

    def __init__(self, film: Film, transparent: bool) -> None:
        self._film = film
        self._transparent = transparent
        self._beat = getattr(type(film), "poster_beat", None)
        self._kept: Pixels | None = None
        film.on_beat = self._keep

    def _keep(self, beat: Beat) -> None:
        if beat.key == self._beat:
            self._kept = picture_of(self._film, self._transparent)

    def picture(self) -> Pixels:
        """The poster, once the film has been drawn."""
        return self._kept if self._kept is not None else picture_of(self._film, self._transparent)
