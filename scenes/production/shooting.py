"""One film, from its first frame to its last. Imports manim."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from learning.errors import RunError
from scenes.film import Film
from scenes.production.encode import Encoder, open_after, open_sink
from scenes.production.frames import Pixels, straight_alpha
from scenes.production.inputs import WatchedCaptions, watched_parameters, watched_runs
from scenes.production.pictures import to_image
from scenes.production.sections import Record, Section, Unlike
from scenes.production.studio import FilmClock, FilmWriter, make_transparent, studio
from scenes.theme import THEMES

if TYPE_CHECKING:
    from learning.history import History
    from scenes.beats import Beat, Subtitle
    from scenes.look import Look
    from scenes.production.order import Order

Histories = Mapping[str, "History"]
Report = Callable[[float], None]


@dataclass(frozen=True, eq=False)
class Shot:
    """What is known of a film once it has been drawn.

    Attributes:
        frames: how many there are.
        poster: `(H, W, 4)`, straight alpha.
        beats: in order, with times in seconds.
        subtitles: in order, with times in seconds.
        sections: in order, with what each of them read first.
        reused: how many of them were taken from an earlier film.
    """

    frames: int
    poster: Pixels
    beats: list[Beat]
    subtitles: list[Subtitle]
    sections: tuple[Section, ...]
    reused: int


@dataclass(frozen=True)
class Earlier:
    """A film that begins as the one to be made.

    Attributes:
        path: its file; made by the same code with the same settings.
        sections: the leading ones that read nothing that differs now.
    """

    path: Path
    sections: tuple[Section, ...]

    @property
    def frames(self) -> int:
        """How many frames these sections have."""
        return sum(section.frames for section in self.sections)


def shoot_film(
    order: Order,
    histories: Histories,
    path: Path,
    report: Report | None,
    earlier: Earlier | None = None,
) -> Shot:
    """Draw every frame and encode it, but for those that an earlier film has.

    Args:
        order: what to draw, and how.
        histories: the runs, by label.
        path: the file, or the folder of frames; it must not exist.
        report: called with the seconds that are done.
        earlier: what to begin with; if it turns out not to fit, everything is drawn.

    Raises:
        RunError: the film shows nothing, or encoding failed.
    """
    if earlier is not None and earlier.frames:
        try:
            return _shoot(order, histories, path, report, earlier)
        except Unlike:
            path.unlink(missing_ok=True)
    return _shoot(order, histories, path, report, None)


def _shoot(order: Order, histories: Histories, path: Path, report: Report | None, earlier: Earlier | None) -> Shot:
    known = earlier.sections if earlier else ()
    record = Record(known)
    with studio(order.output, path.parent.parent):
        film = make_film(order, histories, record)
        poster = Poster(film, order.output.transparent)
        with _encoder(order, path, earlier) as encoder:
            writer = FilmWriter(film, encoder, record, report)
            film.render()
            sections = record.close(writer.frames)
            if not writer.frames:
                raise RunError(f"the film {order.entry.name} shows nothing")
        return Shot(writer.frames, poster.picture(), film.beats, film.subtitles, sections, len(known))


@contextmanager
def _encoder(order: Order, path: Path, earlier: Earlier | None) -> Iterator[Encoder]:
    output = order.output
    if earlier:
        sink = open_after(earlier.path, earlier.frames, path, output)
    else:
        sink = open_sink(path, output, _meanings(order))
    encoder = Encoder(sink, transparent=output.transparent)
    try:
        yield encoder
    except BaseException:
        encoder.abort()
        raise
    encoder.finish()


def _meanings(order: Order) -> list[str]:
    """The colours that mean something, which no palette may mix with others."""
    return list(dict.fromkeys(THEMES[order.theme].meanings().values()))


def shoot_last_frame(order: Order, histories: Histories, path: Path) -> None:
    """Draw only the last state of a film, as PNG."""
    with studio(order.output, path.parent.parent):
        film = make_film(order, histories, skip_animations=True)
        film.render()
        to_image(picture_of(film, order.output.transparent), order.output.transparent).save(path)


def subtitles_in(language: str, order: Order, histories: Histories, place: Path) -> list[Subtitle]:
    """Play a film in another language, with nothing drawn, and return what its caption line says.

    Args:
        language: one of `scenes.captions.LANGUAGES`; no font needs to have its letters.
        order: the film.
        histories: the runs, by label.
        place: a folder for what manim leaves lying about.
    """
    with studio(order.output, place):
        film = make_film(replace(order, language=language), histories, skip_animations=True)
        look: Look | None = getattr(film, "look", None)
        if look is not None:
            look.font = order.font
        film.render()
        return film.subtitles


def shoot_stills(order: Order, histories: Histories, folder: Path) -> None:
    """Draw the last state of every beat into a folder: `01-data.png` and so on.

    Raises:
        RunError: the film has no beats.
    """
    folder.mkdir()

    def keep(beat: Beat, pixels: Pixels) -> None:
        name = f"{1 + len(list(folder.iterdir())):02d}-{beat.key}.png"
        to_image(pixels, order.output.transparent).save(folder / name)

    shoot_beats(order, histories, folder.parent, keep)
    if not any(folder.iterdir()):
        raise RunError(f"the film {order.entry.name} has no beats to show")


def shoot_beats(order: Order, histories: Histories, place: Path, keep: Callable[[Beat, Pixels], None]) -> None:
    """Run through a film without its animations and hand over every beat with its last state, as it ends."""
    with studio(order.output, place):
        film = make_film(order, histories, skip_animations=True)
        film.on_beat = lambda beat: keep(beat, picture_of(film, order.output.transparent))
        film.render()


def make_film(order: Order, histories: Histories, record: Record | None = None, **scene_options: Any) -> Film:
    """Make the scene.

    Args:
        order: what it is to show, and how.
        histories: the runs, by label.
        record: takes down what the film reads.
        scene_options: go to manim. With `skip_animations` nothing is drawn but what `picture_of` is asked for.
    """
    scene, parameters, runs = order.entry.load_scene(), order.parameters, histories
    if record is not None:
        parameters, runs = watched_parameters(parameters, record.note), watched_runs(runs, record.note)
    film = scene(parameters, runs, theme=order.theme, language=order.language, **scene_options)
    if record is not None:
        _watch_captions(film, record)
    if order.output.transparent:
        make_transparent(film)
    if scene_options.get("skip_animations"):
        FilmClock(film)
    return film


def _watch_captions(film: Film, record: Record) -> None:
    look: Look | None = getattr(film, "look", None)
    if look is None:
        return
    if type(film).__init__ is not Film.__init__:  # it may have read anything by now
        record.note(WatchedCaptions.EVERY)
    look.captions = WatchedCaptions(look.captions, record.note)


def picture_of(film: Film, transparent: bool = False) -> Pixels:
    """Draw the present state of a film, `(H, W, 4)`, straight alpha."""
    renderer: Any = film.renderer
    renderer.static_image = None
    renderer.update_frame(film, ignore_skipping=True)
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
