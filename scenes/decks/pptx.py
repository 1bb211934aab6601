"""Decks for PowerPoint, Keynote and LibreOffice: a slide a section, its video upon the whole of it.

A video starts when its slide is there and holds its last frame; a click anywhere goes on. PowerPoint's bar under a
video is off, because it would be in the way of the click: Slide Show, Show Media Controls brings it back, and Alt+P
pauses without it.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from xml.sax.saxutils import quoteattr

import pptx
from pptx.enum.dml import MSO_THEME_COLOR
from pptx.oxml import parse_xml
from pptx.oxml.ns import qn
from pptx.presentation import Presentation
from pptx.slide import Slide as Page
from pptx.text.text import TextFrame, _Paragraph
from pptx.util import Emu, Pt

from scenes.decks.deck import Chapter, Deck, Slide
from scenes.decks.pptx_package import LAYOUTS, Look, base, settle, template
from scenes.decks.pptx_text import culture, fitting, legal
from scenes.measures import duration

LABEL_GAP = "\N{EM SPACE}"
TIME_COLUMN = 126.0
"""Points that running times have in front of the films, as the layout has them."""

MOST_FILMS = 8
"""So many are listed on a page: as many as the last row can read."""

TITLE_SIZES = (54, 48, 44, 40, 36, 32, 28, 24, 20, 18)
BODY_SIZES = (24, 22, 20, 18, 16, 14, 12, 11, 10, 9, 8)
"""Sizes of type, points, the best first."""

SECTIONS = "{521415D9-36F7-43E2-AB2F-B90AF26B5E84}"
"""What PowerPoint calls the list of a presentation's sections."""
OURS = uuid.UUID("7c0b4f5e-91d3-4a0e-8a55-1f2ce1d0a6b8")
"""What the numbers of sections are made from, besides their names: those of a film are always the same."""


class Place(NamedTuple):
    """A placeholder of a layout.

    Attributes:
        number: its own there.
        sizes: those that its type may have, points, the layout's own first.
        margin: what is free on the left of its lines, points.
        apart: what is between two paragraphs, ems.
    """

    number: int
    sizes: Sequence[int]
    margin: float = 0.0
    apart: float = 0.0


LECTURE_TITLE = Place(0, TITLE_SIZES)
LECTURE_FILMS = Place(1, BODY_SIZES, TIME_COLUMN, apart=0.35)
FILM_TITLE = Place(0, TITLE_SIZES[1:])
FILM_SUBTITLE = Place(1, BODY_SIZES, apart=0.25)
FILM_TIME = Place(11, (16,))
SECTION_TITLE = Place(0, (24,))


class Run(NamedTuple):
    """Words that look alike.

    Attributes:
        text: a newline begins a new line.
        language: of the words, a tag.
        is_muted: whether they are read second.
    """

    text: str
    language: str
    is_muted: bool = False


class Pages:
    """A presentation that grows page by page.

    Args:
        show: one as `base` returns it.
        looks: those that it was made for.
    """

    def __init__(self, show: Presentation, looks: Sequence[Look]) -> None:
        self._show = show
        self._masters = dict(zip(looks, show.slide_masters, strict=True))

    def add(self, look: Look, layout: str, name: str) -> Page:
        """Add a page.

        Args:
            look: of the page.
            layout: one of `LAYOUTS`.
            name: of the page, no other's.
        """
        page: Page = self._show.slides.add_slide(self._masters[look].slide_layouts[LAYOUTS.index(layout)])
        page.element.cSld.set("name", name)
        return page


def write(deck: Deck, path: Path) -> None:
    """Write a deck as a PowerPoint file: the same deck gives the same bytes.

    Args:
        deck: what to show.
        path: a file that does not exist yet, in a private folder.
    """
    looks = tuple(dict.fromkeys([_look(deck), *(_look(chapter) for chapter in deck.chapters)]))
    show = pptx.Presentation(base(looks, deck.title, culture(deck.language)))
    pages = Pages(show, looks)
    titles = _lecture_pages(pages, deck)
    for chapter in deck.chapters:
        _film_page(pages, chapter)
        for slide in chapter.slides:
            _section_page(pages, chapter, slide)
    _group(show, deck, titles)
    raw = path.with_name(f"{path.name}.raw")
    show.save(str(raw))
    settle(raw, path)
    raw.unlink()


def _look(what: Deck | Chapter) -> Look:
    return Look(what.theme, what.font)


def _lecture_pages(pages: Pages, deck: Deck) -> int:
    """Add the title of the lecture and its films, on as many pages as they need; return how many."""
    parts = [deck.chapters[at : at + MOST_FILMS] for at in range(0, len(deck.chapters), MOST_FILMS)]
    for number, chapters in enumerate(parts, 1):
        page = pages.add(_look(deck), "lecture", f"lecture.{number}")
        _fill(page, LECTURE_TITLE, [[Run(deck.title, deck.language)]])
        _fill(page, LECTURE_FILMS, [list(_film_line(chapter)) for chapter in chapters])
    return len(parts)


def _film_line(chapter: Chapter) -> Iterator[Run]:
    """A film in the list: its time, its title, and what the lecture calls it."""
    yield Run(duration(chapter.seconds) + "\t", chapter.language, is_muted=True)
    yield Run(_in_a_line(chapter.title), chapter.language)
    if chapter.label:
        yield Run(LABEL_GAP + _in_a_line(chapter.label), chapter.language, is_muted=True)


def _in_a_line(text: str) -> str:
    return " ".join(text.split())


def _film_page(pages: Pages, chapter: Chapter) -> None:
    page = pages.add(_look(chapter), "film", chapter.id)
    language = chapter.language
    _fill(page, FILM_TITLE, [[Run(chapter.title, language)]])
    told = [Run(chapter.label, language), Run(chapter.subtitle, language, is_muted=True)]
    _fill(page, FILM_SUBTITLE, [[run] for run in told if run.text])
    _fill(page, FILM_TIME, [[Run(duration(chapter.seconds), language, is_muted=True)]])
    sections = [f"{slide.clip.title}: {duration(slide.clip.seconds)}" for slide in chapter.slides]
    _speak(page, [Run(text, language) for text in (chapter.subtitle, *sections)])


def _section_page(pages: Pages, chapter: Chapter, slide: Slide) -> None:
    """The video, and nothing else that is seen: the title is above the page, for outlines and those who do not see."""
    page = pages.add(_look(chapter), "section", slide.id)
    _fill(page, SECTION_TITLE, [[Run(slide.clip.title, chapter.language)]])
    _play(page, slide, _box(chapter.width, chapter.height, page))
    _speak(page, list(_note(chapter, slide)))


def _note(chapter: Chapter, slide: Slide) -> Iterator[Run]:
    """What the speaker is told: the note, what the picture says at the end, which section it is and how long."""
    language, words = chapter.language, chapter.words
    yield Run(slide.clip.note, chapter.language)
    if slide.caption:
        yield Run(words.text("deck.ends", caption=slide.caption), language)
    number = 1 + chapter.slides.index(slide)
    counted = {"number": str(number), "count": str(len(chapter.slides)), "time": duration(slide.clip.seconds)}
    yield Run(words.text("deck.section", title=slide.clip.title, **counted), language)
    if slide.loops:
        yield Run(words.text("deck.loops"), language)


def _speak(page: Page, runs: Sequence[Run]) -> None:
    frame = page.notes_slide.notes_text_frame
    if frame is not None:
        _write(frame, [[run._replace(text=line)] for run in runs for line in legal(run.text).split("\n") if line])


def _fill(page: Page, place: Place, paragraphs: Sequence[Sequence[Run]]) -> None:
    """Write into a placeholder, as large as there is room; one without words goes."""
    box = page.placeholders[place.number]
    if not paragraphs:
        box.element.getparent().remove(box.element)
        return
    texts = [legal("".join(run.text for run in runs)) for runs in paragraphs]
    size = fitting(texts, box.width.pt - place.margin, box.height.pt, place.sizes, place.apart)
    _write(box.text_frame, paragraphs, size if size != place.sizes[0] else None)


def _write(frame: TextFrame, paragraphs: Sequence[Sequence[Run]], size: int | None = None) -> None:
    for number, runs in enumerate(paragraphs):
        paragraph = frame.add_paragraph() if number else frame.paragraphs[0]
        if runs[0].language.startswith("ko"):  # lines end between words, not within
            paragraph._p.get_or_add_pPr().set("eaLnBrk", "0")
        for run in runs:
            _add(paragraph, run, size)


def _add(paragraph: _Paragraph, run: Run, size: int | None) -> None:
    for number, line in enumerate(legal(run.text).split("\n")):
        if number:
            paragraph.add_line_break()
        made = paragraph.add_run()
        made.text = line
        made._r.get_or_add_rPr().set("lang", culture(run.language))
        if size:
            made.font.size = Pt(size)
        if run.is_muted:
            made.font.color.theme_color = MSO_THEME_COLOR.TEXT_2


def _box(width: int, height: int, page: Page) -> tuple[int, int, int, int]:
    """Where a picture is that fills the page and keeps its shape: left, top, width, height.

    A page that would show less than a pixel of the background is filled.
    """
    show = page.part.package.presentation_part.presentation
    across, down = int(show.slide_width or 0), int(show.slide_height or 0)
    scale = min(across / width, down / height)
    wide, high = round(width * scale), round(height * scale)
    wide, high = (across if across - wide < scale else wide), (down if down - high < scale else high)
    return (across - wide) // 2, (down - high) // 2, wide, high


def _play(page: Page, slide: Slide, box: tuple[int, int, int, int]) -> None:
    """Put a video upon a page, which starts by itself when the page is there."""
    clip, (left, top, width, height) = slide.clip, map(Emu, box)
    with clip.video.open("rb") as video:
        movie = page.shapes.add_movie(video, left, top, width, height, str(clip.first), "video/mp4")
    picture: Any = movie._element
    named = picture.nvPicPr.cNvPr
    named.set("name", legal(clip.title))
    named.set("descr", legal(slide.description))
    named.remove(named.find(qn("a:hlinkClick")))  # a click upon the video would pause it
    values = {"shape": str(movie.shape_id), "milliseconds": str(round(1000 * clip.seconds))}
    timing = template("timing").substitute(values, repeat='repeatCount="indefinite"' if slide.loops else "")
    page.element.replace(page.element.find(qn("p:timing")), parse_xml(timing))


def _group(show: Presentation, deck: Deck, titles: int) -> None:
    """Put the pages of each film into a section of PowerPoint's, which is named after it; the titles before them."""
    numbers = iter([page.slide_id for page in show.slides])
    parts = [_part(deck.title, "lecture", [next(numbers) for _ in range(titles)])]
    for chapter in deck.chapters:
        title = ": ".join(filter(None, (chapter.title, chapter.label)))
        parts.append(_part(title, chapter.id, [next(numbers) for _ in range(1 + len(chapter.slides))]))
    show.part._element.append(
        parse_xml(
            '<p:extLst xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main">'
            f'<p:ext uri="{SECTIONS}"><p14:sectionLst xmlns:p14="http://schemas.microsoft.com/office/powerpoint/2010/main">'
            f"{''.join(parts)}</p14:sectionLst></p:ext></p:extLst>"
        )
    )


def _part(title: str, name: str, pages: Sequence[int]) -> str:
    identity = f"{{{str(uuid.uuid5(OURS, name)).upper()}}}"
    listed = "".join(f'<p14:sldId id="{page}"/>' for page in pages)
    title = quoteattr(legal(_in_a_line(title)))
    return f'<p14:section name={title} id="{identity}"><p14:sldIdLst>{listed}</p14:sldIdLst></p14:section>'
