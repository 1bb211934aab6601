"""The name of a film's file tells what the film shows."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scenes.production.files import check_replaceable
from scenes.production.output import Output, usual

if TYPE_CHECKING:
    from scenes.catalogue import Entry
from scenes.parameters import FilmParameters

FILMS_FOLDER = Path("media", "films")
LONGEST = 80
DEFAULT_THEME = "dark"
DEFAULT_LANGUAGE = "en"


def film_path(
    entry: Entry, parameters: FilmParameters, output: Output, theme: str, language: str, history: Path | None = None
) -> Path:
    """Where a film goes: the output's own path, or a name under media/films/.

    Raises:
        InputError: a folder of frames would replace a folder that holds something else.
    """
    name = film_name(entry, parameters, output, theme, language, history)
    target = _given(output, name) if output.path else FILMS_FOLDER / (name + output.suffix)
    if output.is_folder:
        check_replaceable(target)
    return target


def film_name(
    entry: Entry, parameters: FilmParameters, output: Output, theme: str, language: str, history: Path | None = None
) -> str:
    """Return e.g. `descent-lr-0.0085-light-ko`: what differs from the defaults, safe on every file system."""
    words = [entry.name, *([_slug(history.stem)] if history else parameter_words(parameters))]
    words += parameter_words(parameters) if history and parameters.takes_any_run else []
    words += [theme] if theme != DEFAULT_THEME else []
    words += [language] if language != DEFAULT_LANGUAGE else []
    return shorten("-".join(words + _output_words(output)))


def description_name(stem: str, kind: str) -> str:
    """Return the name of the JSON file beside a film: `descent.json`, and `descent.gif.json` for all but MP4.

    Args:
        stem: the film's name without the suffix of its format.
        kind: the format; `png` for a folder of frames.
    """
    return f"{stem}.json" if kind == "mp4" else f"{stem}.{kind}.json"


def description_path(film: Path) -> Path:
    """Where the JSON file goes of a film that is there: beside it."""
    is_folder = film.is_dir()
    stem, kind = (film.name, "png") if is_folder else (film.stem, film.suffix[1:].lower())
    return film.with_name(description_name(stem, kind))


def parameter_words(parameters: FilmParameters) -> list[str]:
    """Return `["lr-0.0085"]` for the parameters that differ from their defaults."""
    return [f"{name}-{_word(value)}" for name, value in changed(parameters).items()]


def changed(parameters: FilmParameters) -> dict[str, Any]:
    """Return the parameters that differ from their defaults, called as the command line calls them."""
    defaults = type(parameters)()
    return {name.replace("_", "-"): value for name, value in parameters if value != getattr(defaults, name)}


def _output_words(output: Output) -> list[str]:
    width, height, fps = usual(output.format)
    words = [f"{output.width}x{output.height}"] if (output.width, output.height) != (width, height) else []
    words += [f"{output.fps}fps"] if output.fps != fps and output.moves else []
    words += ["transparent"] if output.transparent else []
    words += ["last"] if output.last_frame else []
    return words + (["stills"] if output.stills else [])


def _word(value: Any) -> str:
    if isinstance(value, tuple | list):
        return "_".join(_word(part) for part in value)
    if isinstance(value, float):
        return f"{value:.15g}"
    return _slug(str(value))


def _slug(text: str) -> str:
    """Keep letters and digits; what two texts lose, a few digits of their hash tell apart."""
    stem = text.removesuffix(".csv")
    slug = re.sub(r"[^\w.]+", "-", stem).strip("-.") or "x"
    return slug if slug == stem else f"{slug}-{_digest(text)}"


def shorten(name: str) -> str:
    """Cut a name that is too long, in bytes as file systems count."""
    raw = name.encode()
    if len(raw) <= LONGEST:
        return name
    kept = raw[: LONGEST - 9].decode(errors="ignore").rstrip("-._")
    return f"{kept}-{_digest(name, 8)}"


def _digest(text: str, length: int = 4) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:length]


def _given(output: Output, name: str) -> Path:
    path = output.path or Path()
    if path.is_dir() and not output.is_folder:
        return path / (name + output.suffix)
    if output.is_folder:
        return path.with_suffix("") if path.suffix == ".png" else path
    return path if path.suffix.lower() == output.suffix else path.with_name(path.name + output.suffix)


def history_names(entry: Entry, parameters: FilmParameters, labels: Iterable[str]) -> dict[str, str]:
    """Return the file name of each run of a film, by label; a film's only run needs none."""
    stem = shorten("-".join([entry.name, *parameter_words(parameters)]))
    labels = list(labels)
    if len(labels) == 1:
        return {labels[0]: f"{stem}.npz"}
    return {label: f"{stem}-{_slug(label.replace(' ', '-'))}.npz" for label in labels}
