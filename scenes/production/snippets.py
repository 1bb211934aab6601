"""What to paste where a film is to appear: Quarto, HTML, LaTeX (beamer) or Markdown.

Names are relative to the working directory, so that a document which lies there finds the film.
"""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from learning.errors import InputError, quoted
from scenes import captions
from scenes.plain import one_line
from scenes.production.output import Format, Output

if TYPE_CHECKING:
    from scenes.catalogue import Entry

VIDEOS: tuple[Format, ...] = ("mp4", "webm")
PICTURES: tuple[Format, ...] = ("gif", "webp")
STYLE = "max-width: 100%; height: auto"

Attributes = Mapping[str, str | int | None]
"""Of an HTML tag; those without a value are None."""

UrlOf = Callable[[Path], str]
"""How a page is to name a file."""


@dataclass(frozen=True)
class Track:
    """A film's captions in one language.

    Attributes:
        path: a WebVTT file.
        language: its language tag, e.g. `ko`.
        label: what a player's menu calls it.
    """

    path: Path
    language: str
    label: str


@dataclass(frozen=True)
class Exhibit:
    """A film's files, as a page shows them.

    Attributes:
        path: the video, or the picture.
        title: on one line.
        width: pixels.
        height: pixels.
        poster: what is seen before a video plays; None beside a picture.
        tracks: captions of a video, those in its own language first.
    """

    path: Path
    title: str
    width: int
    height: int
    poster: Path | None = None
    tracks: tuple[Track, ...] = ()

    @classmethod
    def of(cls, path: Path, title: str, language: str, output: Output) -> Exhibit:
        """Gather what lies beside a film.

        Args:
            path: the film; it is there.
            title: its title.
            language: in which it was made.
            output: the settings that it was made with.
        """
        shown = one_line(title), output.width, output.height
        if output.format not in VIDEOS:
            return cls(path, *shown)
        poster = path.with_suffix(".png")
        return cls(path, *shown, poster if poster.exists() else None, _tracks(path, language))


def _tracks(film: Path, language: str) -> tuple[Track, ...]:
    own, stem = film.with_suffix(".vtt"), film.stem
    tracks = [_track(own, language)] if own.exists() else []
    for path in sorted(film.parent.glob(f"{glob.escape(stem)}.*.vtt")):
        tag = path.name.removeprefix(f"{stem}.").removesuffix(".vtt")
        if captions.TAG.fullmatch(tag):
            tracks.append(_track(path, tag))
    return tuple(tracks)


def _track(path: Path, language: str) -> Track:
    try:
        spoken = captions.load(language)
    except InputError:  # somebody's own, beside a film in another language
        return Track(path, language, language)
    label = spoken.text("language") if "language" in spoken else spoken.language
    return Track(path, spoken.language, one_line(label))


def check_page(output: Output) -> None:
    """Refuse what no page shows.

    Raises:
        InputError: a format for editing.
    """
    if output.is_folder or output.format == "mov":
        what = "a folder of pictures" if output.is_folder else output.format
        raise InputError(f"{what} cannot be embedded: mp4, webm, gif and webp can, and the last frame alone")


def check(kind: str, output: Output) -> None:
    """Refuse, before anything is made, what cannot be embedded there.

    Args:
        kind: a name in `KINDS`.
        output: of the film.

    Raises:
        InputError: the format cannot be shown there; names those that can.
    """
    check_page(output)
    if kind == "latex":
        _check_latex(output)


def _check_latex(output: Output) -> None:
    if output.format in PICTURES:
        raise InputError(f"LaTeX cannot show {output.format}: choose --format mp4 or webm, or -s for the last frame")
    name = str(output.path or "")
    if re.search(r'["\\\n]', name) or name.count("(") != name.count(")"):
        refused = "quotation marks, backslashes, line breaks, or one bracket alone"
        raise InputError(f"LaTeX takes no {refused} in a name: {quoted(name)}; choose another with -o")


def of_film(kind: str, entry: Entry, path: Path, language: str, output: Output) -> str:
    """Write what to paste for a film that has been made; the arguments are those that it was made with."""
    return snippet(kind, Exhibit.of(path, title_of(entry, language), language, output))


def title_of(entry: Entry, language: str) -> str:
    """Return a film's title in a language."""
    return captions.load(language).text(f"{entry.name}.title")


def snippet(kind: str, exhibit: Exhibit) -> str:
    """Write what to paste.

    Args:
        kind: a name in `KINDS`.
        exhibit: of a format that :func:`check` lets pass.
    """
    return KINDS[kind](exhibit)


def html(exhibit: Exhibit, url_of: UrlOf | None = None, width: int | None = None) -> str:
    """Write a `<video>` with poster and captions, or an `<img>`; its first tag is one line, as Markdown needs it.

    Args:
        exhibit: the film.
        url_of: names its files; None: relative to the working directory.
        width: on the page, in pixels; None: the film's own.
    """
    url_of = url_of or url
    wide = width or exhibit.width
    size: Attributes = {"width": wide, "height": round(exhibit.height * wide / exhibit.width), "style": STYLE}
    if _is_picture(exhibit):
        return _tag("img", {"src": url_of(exhibit.path), "alt": exhibit.title, **size})
    poster: Attributes = {"poster": url_of(exhibit.poster)} if exhibit.poster else {}
    behaviour: Attributes = {"controls": None, "playsinline": None, "muted": None, "preload": "metadata"}
    video: Attributes = {"src": url_of(exhibit.path), **poster, **behaviour, **size, "aria-label": exhibit.title}
    return "\n".join([_tag("video", video), *(f"  {_track_tag(one, url_of)}" for one in exhibit.tracks), "</video>"])


def _track_tag(track: Track, url_of: UrlOf) -> str:
    named = {"srclang": track.language, "label": track.label}
    return _tag("track", {"kind": "captions", "src": url_of(track.path), **named})


def _tag(name: str, attributes: Attributes) -> str:
    written = (key if value is None else f'{key}="{escape(str(value))}"' for key, value in attributes.items())
    return f"<{name} {' '.join(written)}>"


def url(path: Path) -> str:
    """Name a file from the working directory: a relative URL in which only letters, digits, `-._~` and `/` stand."""
    return quote(os.fsencode(_from_here(path)))


def _from_here(path: Path) -> str:
    try:
        return Path(os.path.relpath(path)).as_posix()
    except ValueError:  # on another drive
        return path.absolute().as_posix()


_QUARTO = str.maketrans({'"': "”", "'": "’", "`": "’", "\\": "∖", "<": "‹", ">": "›", "{": "(", "}": ")", "&": "＆"})
"""A shortcode's values know no escapes, and come into the page as they stand: look-alikes for what means something."""

_QUARTO_RATIOS = {"16x9": 16 / 9, "4x3": 4 / 3, "1x1": 1.0, "21x9": 21 / 9}
"""All that Quarto has a name for."""


def _quarto(exhibit: Exhibit) -> str:
    if _is_picture(exhibit):
        return _markdown(exhibit)
    shape = exhibit.width / exhibit.height
    ratio = next((name for name, value in _QUARTO_RATIOS.items() if abs(shape / value - 1) < 0.01), None)
    named = f'title="{exhibit.title.translate(_QUARTO)}"' + (f' aspect-ratio="{ratio}"' if ratio else "")
    return f"{{{{< video {url(exhibit.path)} {named} >}}}}"


def _is_picture(exhibit: Exhibit) -> bool:
    return exhibit.path.suffix.lower()[1:] not in VIDEOS


def _markdown(exhibit: Exhibit) -> str:
    """Write a picture; that of a video links to it."""
    alt = re.sub(r"([\\`*_{}\[\]<>#!|~^$@&])", r"\\\1", exhibit.title)
    if _is_picture(exhibit):
        return f"![{alt}]({url(exhibit.path)})"
    shown = f"![{alt}]({url(exhibit.poster)})" if exhibit.poster else alt
    return f"[{shown}]({url(exhibit.path)})"


_FITTED = r"width=\linewidth,height=0.8\textheight,keepaspectratio"


def _latex(exhibit: Exhibit) -> str:
    if _is_picture(exhibit):
        return _included(exhibit.path)
    shown = _included(exhibit.poster) if exhibit.poster else rf"\fbox{{\texttt{{{tex_name(exhibit.path)}}}}}"
    needs = r"% in the preamble of a beamer document: \usepackage{multimedia}"
    return f"{needs}\n\\movie[showcontrols]{{{shown}}}{{{tex_name(exhibit.path)}}}"


def _included(picture: Path) -> str:
    return rf"\includegraphics[{_FITTED}]{{{tex_name(picture)}}}"


def tex_name(path: Path) -> str:
    """Write a file's name so that TeX takes it as it stands, also within the argument of a macro."""
    parts = re.split(r"([%#{}]| {2,})", _from_here(path))
    return "".join(map(_tex_part, filter(None, parts)))


def _tex_part(part: str) -> str:
    """Write a piece of a name; a macro's argument holds neither `%` nor `#`, nor two spaces in a row."""
    if part in "%#{}":
        return rf"\csname char_generate:nn\endcsname{{{ord(part)}}}{{12}}"
    return r"\space" * len(part) if part.isspace() and len(part) > 1 else rf"\detokenize{{{part}}}"


KINDS: Mapping[str, Callable[[Exhibit], str]] = {
    "quarto": _quarto,
    "html": html,
    "latex": _latex,
    "markdown": _markdown,
}
