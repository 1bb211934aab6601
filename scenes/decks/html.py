"""Slides for a browser: reveal.js with the films' sections on them, in one file or in a folder.

What a lecturer wrote goes through an element tree, so that no text can become markup; should some ever do, the page's
own policy runs no script but ours and lets no request leave.
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from urllib.parse import quote
from xml.etree.ElementTree import Element, tostring

from learning.errors import RunError
from scenes import captions
from scenes.beats import Subtitle
from scenes.decks.deck import Chapter, Deck, Slide
from scenes.fonts import FONTS
from scenes.measures import cells, duration
from scenes.plain import lines, one_line, visible
from scenes.production.clips import Clip
from scenes.production.files import link_or_copy
from scenes.production.subtitles import vtt
from scenes.theme import THEMES

HERE = Path(__file__).parent
WIDTH, HEIGHT = 1920, 1080
"""Of a slide, in its own units: projectors are 16:9, films of other shapes stand in the middle."""
TITLE = "title"
"""Where links to the deck's own title slide point to; a film's slides begin with the film's name."""

SHIPPED_BY = "sphinx-revealjs"
REVEAL = Path("sphinx_revealjs", "_static", "revealjs")
STYLES = ("dist/reset.css", "dist/reveal.css")
SCRIPTS = ("dist/reveal.js", "plugin/notes/notes.js")
SPEAKER_VIEW = "plugin/notes/speaker-view.html"

WORDS = ("again", "hold", "subtitles", "last", "on", "off")
COVER_ROWS = 8
"""Films that stand below each other on the title slide; more stand in two columns."""
LETTER = 0.7
"""The area that a cell of text takes, line spacing included, in squares of its size."""
ENTRY_GAP = 2
"""Cells between a film and its label on the title slide."""

FACTS = "margin: 0.3em 0; color: #666; font-size: 0.8em"
"""How the speaker's window, which has no style sheet of ours, shows what is not to be said."""

A_DAY = 24 * 3600

Refer = Callable[[Path, Chapter], str]
"""Says where the page finds a file."""


@dataclass(frozen=True)
class _Reveal:
    """What the page takes of reveal.js.

    Attributes:
        styles: where the page finds its CSS, or the CSS itself.
        scripts: the same of its JavaScript.
        inside: whether it is the CSS and the JavaScript themselves.
        speaker: the script of the speaker's window.
    """

    styles: tuple[str, ...]
    scripts: tuple[str, ...]
    inside: bool
    speaker: str


def write(deck: Deck, path: Path, *, folder: bool = False) -> None:
    """Lay a deck out for a browser; it opens from disk, without any network.

    Args:
        deck: what it shows.
        path: one HTML file that holds everything; the same deck gives the same bytes.
        folder: make `path` a folder with `index.html`, the clips and reveal.js in it.

    Raises:
        RunError: reveal.js is not where it was installed.
    """
    page = path / "index.html" if folder else path
    reveal = _reveal_beside(path) if folder else _reveal_inside()
    refer = _beside(path) if folder else _inside
    made = tostring(_page(deck, reveal, refer, inside=not folder), encoding="unicode", method="html")
    page.write_text(f"<!DOCTYPE html>\n{made}\n", encoding="utf-8", newline="\n")


# ---- files: in the page, or beside it


def _inside(path: Path, _: Chapter) -> str:
    kind = "video/mp4" if path.suffix == ".mp4" else "image/jpeg"
    return f"data:{kind};base64,{_base64(path.read_bytes())}"


def _beside(folder: Path) -> Refer:
    def refer(path: Path, chapter: Chapter) -> str:
        place = Path("clips", chapter.id, path.name)
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        link_or_copy(path, folder / place)
        return quote(place.as_posix())

    return refer


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


def _reveal_inside() -> _Reveal:
    styles, scripts = tuple(map(_shipped, STYLES)), tuple(map(_shipped, SCRIPTS))
    return _Reveal(styles, scripts, inside=True, speaker=_speaker_script())


def _reveal_beside(folder: Path) -> _Reveal:
    target = folder / "reveal"
    target.mkdir(parents=True)
    for name in (*STYLES, *SCRIPTS, "LICENSE"):
        (target / Path(name).name).write_text(_shipped(name), encoding="utf-8", newline="\n")
    styles, scripts = (tuple(f"reveal/{Path(name).name}" for name in names) for names in (STYLES, SCRIPTS))
    return _Reveal(styles, scripts, inside=False, speaker=_speaker_script())


def _speaker_script() -> str:
    return _shipped(SPEAKER_VIEW).partition("<script>")[2].partition("</script>")[0]


def _shipped(name: str) -> str:
    """A file of reveal.js, from the package that ships it."""
    try:
        return Path(str(distribution(SHIPPED_BY).locate_file(REVEAL / name))).read_text(encoding="utf-8")
    except (OSError, PackageNotFoundError) as error:
        reason = getattr(error, "strerror", None) or f"{SHIPPED_BY} is not installed"
        remedy = f"pip install --force-reinstall --no-deps '{SHIPPED_BY}>=3.2,<3.3'"
        raise RunError(f"reveal.js has no {Path(name).name} here ({reason}): {remedy}") from error


# ---- the page


def _page(deck: Deck, reveal: _Reveal, refer: Refer, *, inside: bool) -> Element:
    slides = _element("div", _cover(deck), *(_chapter(chapter, refer) for chapter in deck.chapters), **_class("slides"))
    body = _element(
        "body",
        _element("div", slides, **_class("reveal")),
        _element("p", id="said", role="status"),
        _element("noscript", _element("p", _words(deck)["noscript"])),
        *_scripts(deck, reveal),
    )
    return _element("html", _head(deck, reveal, inside=inside), body, lang=deck.language, style=_look(deck))


def _head(deck: Deck, reveal: _Reveal, *, inside: bool) -> Element:
    own = _element("style", (HERE / "deck.css").read_text(encoding="utf-8"))
    return _element(
        "head",
        _element("meta", charset="utf-8"),
        _element("meta", **{"http-equiv": "Content-Security-Policy", "content": _policy(reveal, inside=inside)}),
        _element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        _element("title", one_line(deck.title)),
        _element("link", rel="icon", href="data:,"),
        *(_style(style, inside=reveal.inside) for style in reveal.styles),
        own,
    )


def _policy(reveal: _Reveal, *, inside: bool) -> str:
    """What the page may load and run: nothing from elsewhere, and no script but those that we put there.

    The speaker's window inherits it, and shows the page itself in frames.
    """
    inline = [*_inline_scripts(reveal), reveal.speaker]
    here = "" if inside else " 'self' file:"
    allowed = {
        "default-src": "'none'",
        "script-src": " ".join(f"'sha256-{_base64(hashlib.sha256(text.encode()).digest())}'" for text in inline) + here,
        "style-src": f"'unsafe-inline'{here}",
        "img-src": f"data:{here}",
        "media-src": f"data: blob:{here}",
        "frame-src": "'self' file:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    return "; ".join(f"{what} {whence}" for what, whence in allowed.items())


def _style(style: str, *, inside: bool) -> Element:
    return _element("style", style) if inside else _element("link", rel="stylesheet", href=style)


def _scripts(deck: Deck, reveal: _Reveal) -> Iterator[Element]:
    told = json.dumps(_told(deck), ensure_ascii=True).replace("<", "\\u003c")
    yield _element("script", told, id="told", type="application/json")
    if not reveal.inside:
        yield from (_element("script", src=script) for script in reveal.scripts)
    yield from (_element("script", script) for script in _inline_scripts(reveal))


def _inline_scripts(reveal: _Reveal) -> list[str]:
    own = (HERE / "deck.js").read_text(encoding="utf-8")
    return [_within_html(script) for script in (*(reveal.scripts if reveal.inside else ()), own)]


def _within_html(script: str) -> str:
    """Write a script so that HTML sees neither its end nor a comment in it; it means the same."""
    return script.replace("</script", "<\\/script").replace("<!--", "\\x3c!--")


def _told(deck: Deck) -> dict[str, object]:
    """What our script is told."""
    return {"width": WIDTH, "height": HEIGHT, "languages": list(_languages(deck).items()), "words": _words(deck)}


def _languages(deck: Deck) -> dict[str, str]:
    """In what something is said: what each language calls itself, by its tag."""
    spoken = ((tag, film) for film in deck.chapters for slide in film.slides for tag in slide.clip.captions)
    return {tag: _name(tag, film) for tag, film in spoken}


# ---- slides


def _cover(deck: Deck) -> Element:
    """The title slide of the deck: its title, and its films as links."""
    count = len(deck.chapters)
    films = _element("ol", *map(_entry, deck.chapters), **_class("many" if count > COVER_ROWS else "few"))
    rows = math.ceil(count / 2) if count > COVER_ROWS else count
    films.set("style", f"--rows: {rows}; --cells: {max(map(_entry_cells, deck.chapters))}")
    title = _element("h1", one_line(deck.title), style=_size(deck.title, largest=108, area=1660 * 300))
    section = _element("section", _element("div", title, films, **_class("cover")), id=TITLE, lang=deck.language)
    return _with_look(section, deck)


def _entry_cells(chapter: Chapter) -> int:
    return cells(one_line(chapter.title)) + ENTRY_GAP + cells(one_line(chapter.label))


def _entry(chapter: Chapter) -> Element:
    """A film in the list: its time, its title, and what the lecture calls it."""
    named = _element("span", one_line(chapter.title), lang=chapter.language, **_class("film"))
    label = [_element("span", one_line(chapter.label), **_class("label"))] if one_line(chapter.label) else []
    time = _element("span", duration(chapter.seconds), **_class("time"))
    named = _element("span", named, *label, **_class("name"))
    return _element("li", _element("a", time, named, href=f"#/{quote(chapter.id, safe='')}"))


def _chapter(chapter: Chapter, refer: Refer) -> Element:
    """A film: its title, and its sections below."""
    slides = (_slide(slide, chapter, refer) for slide in chapter.slides)
    return _element("section", _opening(chapter), *slides, lang=chapter.language)


def _opening(chapter: Chapter) -> Element:
    label = [_element("p", one_line(chapter.label), **_class("label"))] if one_line(chapter.label) else []
    title = _element("h2", one_line(chapter.title), style=_size(chapter.title, largest=96, area=1660 * 260))
    below = _element("p", one_line(chapter.subtitle), **_class("below"))
    room = _size(chapter.label + chapter.subtitle, largest=48, area=1660 * 200)
    about = _element("div", *label, below, style=room, **_class("about"))
    time = _element("p", duration(chapter.seconds), **_class("time"))
    content = _element("div", title, about, time, **_class("opening"))
    return _with_look(
        _element("section", content, _notes(chapter.subtitle, *_contents(chapter)), id=chapter.id), chapter
    )


def _contents(chapter: Chapter) -> Iterator[str]:
    """What the speaker is told of a film: its sections, and how long each is."""
    for slide in chapter.slides:
        yield f"{duration(slide.clip.seconds)}, {slide.clip.title}"


def _slide(slide: Slide, chapter: Chapter, refer: Refer) -> Element:
    """A section of a film: its first picture until the video plays, and all that is not seen."""
    still = _element("img", alt="", decoding="sync", **{"data-src": refer(slide.clip.first, chapter)})
    video = _video(slide, chapter, refer(slide.clip.video, chapter))
    subtitle = _element("p", **_class("subtitle"))
    section = _element(
        "section",
        _element("h3", one_line(slide.clip.title), **_class("unseen")),
        _element("div", still, *video, subtitle, style=_fitted(chapter), **_class("picture")),
        _notes(slide.clip.note, *_place(slide, chapter), facts_first=True),
        id=slide.id,
    )
    return _with_look(section, chapter)


def _place(slide: Slide, chapter: Chapter) -> Iterator[str]:
    """What the speaker is told of a section: which it is, how long, and whether it ends."""
    number, count = 1 + chapter.slides.index(slide), len(chapter.slides)
    counted = {"number": str(number), "count": str(count), "time": duration(slide.clip.seconds)}
    yield chapter.words.text("deck.section", title=slide.clip.title, **counted)
    if slide.loops:
        yield chapter.words.text("deck.loops")


def _fitted(chapter: Chapter) -> str:
    """The size of a film's picture on a slide, none of it cut off."""
    scale = min(WIDTH / chapter.width, HEIGHT / chapter.height)
    return f"--wide: {round(chapter.width * scale)}px; --high: {round(chapter.height * scale)}px"


def _video(slide: Slide, chapter: Chapter, place: str) -> Iterator[Element]:
    """The video with its captions, and behind it, where it is in the page, its content."""
    tracks = (
        _track(language, _name(language, chapter), vtt(_held(said, slide.clip), language))
        for language, said in slide.clip.captions.items()
    )
    video = _element("video", *tracks, **{"aria-label": one_line(slide.description)})
    for flag in ("muted", "playsinline", *(["loop"] if slide.loops else [])):
        video.set(flag, "")
    kept = place.removeprefix("data:video/mp4;base64,")
    if kept == place:
        video.set("data-clip", place)
    yield video
    if kept != place:
        yield _element("script", kept, type="text/plain")


def _track(language: str, name: str, cues: str) -> Element:
    place = f"data:text/vtt;base64,{_base64(visible(cues).encode())}"
    return _element("track", kind="captions", srclang=language, label=name, src=place)


def _held(captions: tuple[Subtitle, ...], clip: Clip) -> Iterator[Subtitle]:
    """What is said at the end is said for as long as the last picture stands."""
    for caption in captions:
        yield caption if caption.end < clip.seconds - 1 / clip.fps else replace(caption, end=clip.seconds + A_DAY)


def _notes(text: str, *facts: str, facts_first: bool = False) -> Element:
    """What the speaker sees: what to say, and what is good to know."""
    said = [_element("p", line) for line in lines(text)]
    known = [_element("p", line, style=FACTS) for line in map(one_line, facts) if line]
    return _element("aside", *(known + said if facts_first else said + known), **_class("notes"))


# ---- how it looks


def _with_look(section: Element, of: Deck | Chapter) -> Element:
    section.set("style", _look(of))
    section.set("data-background-color", THEMES[of.theme].background)
    return section


def _look(of: Deck | Chapter) -> str:
    theme = THEMES[of.theme]
    colors = {name: getattr(theme, name) for name in ("background", "text", "muted", "faint", "estimate")}
    families = dict.fromkeys((of.font, *FONTS["ko"], *FONTS["en"]))
    font = ", ".join([*map(_css_text, families), "sans-serif"])
    return "; ".join(f"--{name}: {value}" for name, value in (colors | {"font": font}).items())


def _size(text: str, largest: float, area: float) -> str:
    """A size of type in which a text of any length finds room, in pixels of a slide 1080 high."""
    wanted = math.sqrt(area / (LETTER * max(cells(one_line(text)), 1)))
    return f"--size: {min(largest, wanted):.0f}px"


def _css_text(text: str) -> str:
    """A text between quotes as CSS has it."""
    return '"' + "".join(mark if mark.isalnum() or mark == " " else f"\\{ord(mark):x} " for mark in text) + '"'


# ---- words


def _words(deck: Deck) -> dict[str, str]:
    """The deck's own words."""
    return {name: deck.words.text(f"deck.{name}") for name in (*WORDS, "noscript")}


def _name(language: str, chapter: Chapter) -> str:
    """What a language calls itself in a film; its tag, where we do not know."""
    if language == chapter.language:
        words = chapter.words
    elif language in captions.LANGUAGES:
        words = captions.load(language)
    else:
        return language
    return one_line(words.text("language")) if "language" in words else language


def _element(tag: str, *content: Element | str, **attributes: str) -> Element:
    made = Element(tag, attributes)
    for part in content:
        if isinstance(part, str):
            made.text = part
        else:
            made.append(part)
    return made


def _class(name: str) -> Mapping[str, str]:
    return {"class": name}
