"""What the values of a lecture file may be. TOML has types: a number is a number, a text stands between quotes."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from learning.errors import LONGEST, InputError, unknown
from learning.experiment import DATA_SET_NAMES, read_data_file
from scenes import options
from scenes.captions import LANGUAGES, is_own
from scenes.production.output import FORMATS, QUALITIES, Output
from scenes.theme import THEMES

MEASURES = ("quality", "resolution", "fps")
OUTPUT = (*MEASURES, "format", "transparent")
SHARED = ("language", "captions", "theme", *OUTPUT)
"""What may be given for the whole lecture, and for a film."""

LECTURE_KEYS = ("title", *SHARED, "folder")
FILM_KEYS = ("name", "label", "loop", *SHARED, "last_frame")

_WANTED: Mapping[str, tuple[type | tuple[type, ...], str]] = {
    "title": (str, 'text between quotes, e.g. title = "Why BCE"'),
    "folder": (str, 'the name of a folder between quotes, e.g. folder = "films"'),
    "name": (str, 'the name of a film between quotes, e.g. name = "descent"'),
    "label": (str, 'text between quotes, e.g. label = "too large"'),
    "loop": ((str, list), 'the keys of sections that a deck repeats, e.g. loop = ["why", "compare"]'),
    "language": (str, 'text between quotes, e.g. language = "ko"'),
    "captions": (str, 'the name of a TOML file between quotes, e.g. captions = "ja.toml"'),
    "theme": (str, 'text between quotes, e.g. theme = "light"'),
    "quality": (str, 'a letter between quotes, e.g. quality = "h"'),
    "format": (str, 'text between quotes, e.g. format = "webm"'),
    "resolution": ((str, list), "width and height in pixels, e.g. resolution = [1280, 720]"),
    "fps": (int, "a whole number, e.g. fps = 30"),
    "transparent": (bool, "true or false"),
    "last_frame": (bool, "true or false"),
}

_CHOICES: Mapping[str, Collection[str]] = {
    "language": LANGUAGES,
    "theme": THEMES,
    "quality": QUALITIES,
    "format": FORMATS,
}

_AS_KEYS = (
    (r"-r (\d+),(\d+)", r"resolution = [\1, \2]"),
    (r"--fps (\d+)", r"fps = \1"),
    (r"leave out --format, or name it \.png", "leave out format"),
    (r"--format\b", "format"),
    (r"(?<!\S)-t\b", "transparent"),
    (r"(?<!\S)-s\b", "last_frame"),
)
"""What the command line calls an option, and what a lecture file calls it."""


def setting(name: str, value: Any) -> Any:
    """Check a setting by itself, and return it as :func:`choose` takes it.

    Raises:
        InputError: it is of another type, none of the choices, or out of bounds.
    """
    kind, wanted = _WANTED[name]
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool) or not _is_proper(value):
        raise InputError(f"{said(name, value)}: must be {wanted}")
    if name == "captions" and not is_own(str(value)):
        raise InputError(f"{said(name, value)}: must be {wanted}; for {' or '.join(LANGUAGES)} write language")
    if name in _CHOICES and value not in _CHOICES[name]:
        raise unknown(name, str(value), _CHOICES[name])
    if name == "resolution":
        value = _size(value)
    if name == "loop":
        value = _keys(value)
    if name in ("resolution", "fps"):
        choose({name: value})
    return value


def _is_proper(value: Any) -> bool:
    """Refuse texts that say nothing, and the character that no file's name may have."""
    return not isinstance(value, str) or (bool(value.strip()) and "\0" not in value)


def _size(value: Any) -> tuple[int, int]:
    if isinstance(value, str):
        value = [int(part) if part.strip().isdecimal() else part for part in value.split(",")]
    if [type(part) for part in value] != [int, int]:
        raise InputError(f"{said('resolution', value)}: must be {_WANTED['resolution'][1]}")
    return value[0], value[1]


def _keys(value: Any) -> tuple[str, ...]:
    keys = [value] if isinstance(value, str) else value
    if not all(isinstance(key, str) for key in keys):
        raise InputError(f"{said('loop', value)}: must be {_WANTED['loop'][1]}")
    return tuple(keys)


def choose(settings: Mapping[str, Any]) -> Output:
    """Settle the settings of a film's file.

    Raises:
        InputError: a size or a rate that cannot be, settings that do not go together.
    """
    names = ("quality", "fps", "format", "transparent", "last_frame")
    given = {name: settings[name] for name in names if name in settings}
    try:
        return Output.choose(size=settings.get("resolution"), **given)
    except InputError as error:
        raise InputError(_with_keys(str(error))) from error


def _with_keys(message: str) -> str:
    for option, key in _AS_KEYS:
        message = re.sub(option, key, message)
    return message


def parameter(field: FieldInfo, name: str, value: Any, folder: Path) -> Any:
    """Check the type of a parameter's value, and return it as the parameter's class takes it.

    Args:
        field: the parameter.
        name: its name.
        value: what the lecture file says.
        folder: the one that the lecture file is in; the names of data files start there.

    Raises:
        InputError: it is of another type, or a data file that cannot be read.
    """
    if not _fits(field.annotation, value):
        raise _misfit(field, name, value)
    if _is_single(field.annotation, value):
        return [value]
    return _data(value, folder) if name == "data" else value


def _misfit(field: FieldInfo, name: str, value: Any) -> InputError:
    refused, wanted = said(name, value), _words(field.annotation)
    hint = ", without quotes" if '"' in refused and "number" in wanted else ""
    default = _written(field.get_default(call_default_factory=False))
    return InputError(f"{refused}: must be {wanted}{hint}; the default is {default}")


def _data(value: str, folder: Path) -> str:
    """Return the name of a data set, or the path of a data file, from where we are."""
    if value in DATA_SET_NAMES or not value.lower().endswith(".csv"):
        return value
    if not _is_proper(value):
        raise InputError(f"{said('data', value)}: must be a data set's name, or that of a CSV file")
    path = from_here(folder / value)
    read_data_file(path)
    return str(path)


def from_here(path: Path) -> Path:
    """Return a path that opens from the working directory: relative to it if it is below."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_absolute() and path.is_relative_to(here) else path


def _fits(annotation: Any, value: Any) -> bool:
    """Tell whether a value has a type that TOML has for such a parameter; pydantic has the last word on it."""
    kind = options.bare(annotation)
    if options.is_list(kind):
        element = get_args(kind)[0]
        return _fits(element, value) or _is_list_of(element, value)
    if get_origin(kind) is tuple:
        return isinstance(value, str) or _is_list_of(get_args(kind)[0], value)
    if isinstance(value, bool):
        return kind is bool
    return isinstance(value, _TOML_TYPES.get(kind, str))


_TOML_TYPES: Mapping[Any, type | tuple[type, ...]] = {float: (float, int), int: (float, int), bool: bool}
"""1e3 is a float in TOML, and a whole number all the same."""


def _is_list_of(element: Any, value: Any) -> bool:
    return isinstance(value, list) and all(_fits(element, part) for part in value)


def _is_single(annotation: Any, value: Any) -> bool:
    """Tell the only value of a list from a list of values."""
    if not options.is_list(annotation):
        return False
    element = get_args(options.bare(annotation))[0]
    return not isinstance(value, list) or (bool(value) and _fits(element, value))


def _words(annotation: Any) -> str:
    """Say what a parameter may be."""
    kind = options.bare(annotation)
    parts = get_args(kind)
    if options.is_list(kind):
        return f"{_words(parts[0])}, or a list of such"
    if get_origin(kind) is tuple:
        return f"{len(parts)} numbers between brackets"
    if get_origin(kind) is Literal:
        return f"one of {', '.join(map(_written, parts))}"
    words = {float: "a number", int: "a whole number", bool: "true or false"}
    return words.get(kind, "text between quotes")


def said(name: str, value: Any) -> str:
    """Repeat what a lecture file says of a key, shortened where it is long."""
    if isinstance(value, dict):
        return f"{name} is a table"
    text = _written(value)
    return f"{name} = {text if len(text) <= LONGEST else text[:LONGEST] + '…'}"


def _written(value: Any) -> str:
    """Write a value as TOML has it."""
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_written, value))}]"
    if isinstance(value, dict):
        return "{…}"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str | bool) else str(value)
