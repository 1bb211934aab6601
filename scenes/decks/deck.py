"""What a deck shows: a title, the films of a lecture, and of each film its sections, a slide each.

Whoever writes a format reads this and nothing else: how HTML, PPTX and PDF come about stands beside.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from learning.errors import InputError, unknown
from scenes import captions
from scenes.options import shown
from scenes.production.clips import Clip, cut, description_of
from scenes.production.naming import changed

if TYPE_CHECKING:
    from scenes.captions import Captions
    from scenes.lectures.lecture import Lecture, LectureFilm
    from scenes.production.order import Order

VIDEO = "mp4"
"""The one format that all that show decks can play."""

ENDS = tuple(".!?…:;。！？：；")
CLOSING = "\"'”’»)]」』）"
"""What may stand behind the mark that ends a sentence."""


@dataclass(frozen=True)
class Slide:
    """A section of a film on a slide of its own.

    Attributes:
        id: where links point to, e.g. `learning-rate-too-large.why`; the same whenever the film is rendered.
        clip: what it shows.
        loops: whether it plays again and again.
        of: the title of its film.
    """

    id: str
    clip: Clip
    loops: bool
    of: str

    @property
    def caption(self) -> str:
        """What stands in the caption line at the end; empty where nothing was said."""
        cues = next(iter(self.clip.captions.values()), ())
        return cues[-1].text if cues else ""

    @property
    def description(self) -> str:
        """What is to be seen, for those who do not see it."""
        return " ".join(map(_sentence, filter(None, (self.of, self.clip.title, self.caption))))


@dataclass(frozen=True)
class Chapter:
    """A film: a title slide, and a slide for each of its sections.

    Attributes:
        id: where links point to, unique in the deck: the stem of the film's file.
        title: of the film.
        label: what the lecture calls it besides; may be empty.
        subtitle: what the film teaches, a sentence; where parameters differ from their defaults, which and how.
        language: of its words, as a BCP 47 tag.
        font: the family that its words are set in.
        theme: a name in `scenes.theme.THEMES`.
        width: of its picture, pixels.
        height: of its picture, pixels.
        poster: its picture, a PNG.
        slides: at least one.
        words: every word of its language.
    """

    id: str
    title: str
    label: str
    subtitle: str
    language: str
    font: str
    theme: str
    width: int
    height: int
    poster: Path
    slides: tuple[Slide, ...]
    words: Captions

    @property
    def seconds(self) -> float:
        """How long its slides play."""
        return sum(slide.clip.seconds for slide in self.slides)


@dataclass(frozen=True)
class Deck:
    """A lecture, ready to be laid out.

    Attributes:
        title: of the lecture.
        language: of the first film: that of the deck's own words.
        font: of the first film.
        theme: of the first film: that of the title slides.
        chapters: at least one.
    """

    title: str
    language: str
    font: str
    theme: str
    chapters: tuple[Chapter, ...]

    @property
    def words(self) -> Captions:
        """Every word of its language."""
        return self.chapters[0].words


def _sentence(text: str) -> str:
    """End a text with its own mark, or with a full stop where it has none."""
    said = text.strip()
    return said if said.rstrip(CLOSING).endswith(ENDS) else f"{said}."


def check(lecture: Lecture) -> None:
    """Refuse a lecture whose films cannot go onto slides; before any of them is made.

    Raises:
        InputError: a film is no MP4.
    """
    for film in lecture.films:
        output = film.order.output
        if output.format != VIDEO:
            kind = "a picture" if output.last_frame else output.format
            raise InputError(
                f"{lecture.path}, line {film.line}: {film.name} is {kind}, a deck needs MP4: "
                f'write format = "mp4" there, or leave out format and last_frame'
            )


def collect(lecture: Lecture, folder: Path) -> Deck:
    """Cut the films of a lecture, which are in place, into clips.

    Args:
        lecture: what was built.
        folder: where the clips go, those of each film in a folder of its own.

    Raises:
        InputError: a section that is to loop is not in its film.
        RunError: a film cannot be cut.
    """
    chapters = tuple(_chapter(film, lecture, folder / film.name) for film in lecture.films)
    first = chapters[0]
    return Deck(lecture.title, first.language, first.font, first.theme, chapters)


def _chapter(film: LectureFilm, lecture: Lecture, folder: Path) -> Chapter:
    folder.mkdir(parents=True)
    order, path = film.order, film.order.target
    told, clips, words = description_of(path), cut(path, folder), captions.load(order.language)
    _check_loops(film, lecture, [clip.key for clip in clips])
    return Chapter(
        id=film.name,
        title=told["title"],
        label=film.label,
        subtitle=subtitle(order, words),
        language=told["language"],
        font=order.font,
        theme=told["theme"],
        width=told["width"],
        height=told["height"],
        poster=path.with_suffix(".png"),
        slides=tuple(_slides(film, clips, told["title"])),
        words=words,
    )


def subtitle(order: Order, words: Captions) -> str:
    """Say what a film teaches; that need not be true of other numbers than its own: then which these are.

    Args:
        order: the film.
        words: of its language.

    Returns:
        A sentence, or e.g. `lr 0.0083, 0.0085, 0.01; epochs 60`.
    """
    told = [f"{name} {_value(name, value)}" for name, value in changed(order.parameters).items()]
    return "; ".join(told) or words.text(f"{order.entry.name}.teaches")


def _value(name: str, value: Any) -> str:
    """Write `0.0083, 0.0085`, pairs as the command line takes them, and of a data file the name."""
    if name == "data":
        return Path(value).name
    is_row = isinstance(value, tuple) and not any(isinstance(part, tuple) for part in value)
    return ", ".join(map(shown, value)) if is_row else shown(value)


def _slides(film: LectureFilm, clips: list[Clip], title: str) -> Iterator[Slide]:
    for clip in clips:
        yield Slide(f"{film.name}.{clip.key}", clip, clip.key in film.loops, title)


def _check_loops(film: LectureFilm, lecture: Lecture, keys: list[str]) -> None:
    for key in film.loops:
        if key not in keys:
            raise InputError(f"{lecture.path}, line {film.line}: {unknown(f'section of {film.name}', key, keys)}")
