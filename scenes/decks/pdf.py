"""Handouts: every section of a lecture's films on paper, with what was said and what the speaker is told."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Mapping
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from learning.errors import RunError
from scenes.decks.deck import Chapter, Deck, Slide
from scenes.fonts import FONTS, installed, installed_families
from scenes.measures import clock
from scenes.plain import lines, one_line
from scenes.production.files import link_or_copy
from scenes.theme import LIGHT, THEMES

TEMPLATE = Path(__file__).with_name("handout.typ")
STANDARD: Final = "ua-1"
"""PDF/UA-1: Typst then refuses what a screen reader, or an eye, could not make out."""

POSTER = (1280, 720)
"""Pixels at most: some 190 to an inch where a film has the cover for itself."""

UNDETERMINED = "und"
"""The tag of a language that has none."""

NO_GLYPH = re.compile(r"the text `(.+)` could not be displayed", re.DOTALL)


def write(deck: Deck, path: Path) -> None:
    """Lay a deck out as a handout: A4, two sections to a page.

    Args:
        deck: what it shows.
        path: a PDF file; the same deck gives the same bytes.

    Raises:
        RunError: no font of this machine has one of the characters.
    """
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        made = _typeset(_given(deck, Path(folder)), Path(folder))
    path.write_bytes(made)


def _typeset(given: Mapping[str, Any], folder: Path) -> bytes:
    """Set the pages; nothing outside the folder is read."""
    import typst

    template = Path(shutil.copyfile(TEMPLATE, folder / TEMPLATE.name))
    try:
        return typst.compile(
            template,
            root=folder,
            format="pdf",
            pdf_standards=[STANDARD],
            sys_inputs={"given": json.dumps(given)},
            font_paths=installed(),
            timestamp=0,
        )
    except typst.TypstError as error:
        raise RunError(_reason(error.message)) from error


def _reason(message: str) -> str:
    found = NO_GLYPH.search(message)
    if not found:
        return f"the handout cannot be set: {' '.join(message.split())}"
    return (
        f"no font of this machine has {found[1]}: leave it out of the titles and labels, or install one, "
        f"e.g. fonts-noto-core, fonts-noto-cjk or fonts-noto-color-emoji (Debian, Ubuntu)"
    )


def _given(deck: Deck, folder: Path) -> dict[str, Any]:
    """What the template reads; the pictures go into the folder, under the names that it is told."""
    return {
        "title": one_line(deck.title),
        "ink": LIGHT.text,
        "muted": LIGHT.muted,
        "faint": LIGHT.faint,
        **_voice(deck),
        "chapters": [_chapter(chapter, folder / f"{at}.jpg") for at, chapter in enumerate(deck.chapters)],
    }


def _chapter(chapter: Chapter, poster: Path) -> dict[str, Any]:
    _poster(chapter.poster, poster)
    slides = [
        _slide(slide, before, at, poster.with_stem(f"{poster.stem}-{at}"))
        for at, (before, slide) in enumerate(zip((None, *chapter.slides), chapter.slides, strict=False), start=1)
    ]
    return {
        "title": one_line(chapter.title),
        "label": one_line(chapter.label),
        "subtitle": one_line(chapter.subtitle),
        "time": clock(chapter.seconds),
        "width": chapter.width,
        "height": chapter.height,
        "framed": THEMES[chapter.theme].background == LIGHT.background,
        "poster": poster.name,
        **_voice(chapter),
        "slides": slides,
    }


def _slide(slide: Slide, before: Slide | None, number: int, picture: Path) -> dict[str, Any]:
    link_or_copy(slide.clip.last, picture)
    return {
        "number": str(number),
        "time": f"{clock(slide.clip.start)}–{clock(slide.clip.start + slide.clip.seconds)}",
        "title": one_line(slide.clip.title),
        "said": _said(slide, before),
        "note": lines(slide.clip.note),
        "picture": picture.name,
        "alt": one_line(slide.description),
    }


def _said(slide: Slide, before: Slide | None) -> list[str]:
    """What the caption line said, in order and in the film's own language; what stood twice in a row once."""
    cues = next(iter(slide.clip.captions.values()), ())
    said = [text for text, _ in groupby(one_line(cue.text) for cue in cues) if text]
    stands_already = before and said[:1] == [one_line(before.caption)]
    return said[1:] if stands_already else said


def _voice(speaker: Deck | Chapter) -> dict[str, Any]:
    """Language and fonts: some that write a language have neither ŷ nor ₀."""
    language, *rest = speaker.language.lower().split("-")
    region = next((part.upper() for part in rest if len(part) == 2 and part.isalpha()), None)
    others = (family for family in FONTS["en"] if family in installed_families() and family != speaker.font)
    known = language if language.isalpha() and len(language) in (2, 3) else UNDETERMINED
    return {"lang": known, "region": region, "font": [speaker.font, *others]}


def _poster(picture: Path, path: Path) -> None:
    from PIL import Image

    with Image.open(picture) as image:
        small = image.convert("RGB")
    small.thumbnail(POSTER)
    small.save(path, quality=90)
