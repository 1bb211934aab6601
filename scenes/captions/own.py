"""Somebody's own captions: what is wrong with a file of them, said before anything is made.

What counts is what the film can show: the tables that all films share, and its own. A file may leave out other films,
and may have films that are somebody's own.
"""

from __future__ import annotations

import json
import string
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from learning.errors import LONGEST, InputError, suggestion
from scenes import captions
from scenes.theme import THEMES
from scenes.toml.lines import line_of
from scenes.toml.source import Kind, read

CAPTIONS_FILE = Kind(
    name="file with captions",
    example="ja.toml",
    use="--captions ja.toml; lossreel captions prints one to begin with",
    a_line='a line is key = "text", or [table]',
)
MODEL = "en"
"""The language that another one is compared with."""
BESIDE = ("language", "font")
"""What a file says besides the words of films, if it likes."""
MOST_NAMED = 3

Key = tuple[str, ...]
Values = Mapping[Key, Any]


class Fault(NamedTuple):
    """Something that is wrong in a file.

    Attributes:
        key: the way to it; the name of what is not there.
        what: what is wrong, if it has to be said.
    """

    key: Key | str
    what: str = ""


class Sort(NamedTuple):
    """A sort of faults: how to find them, what one and several are called, and what to do."""

    find: Callable[[Values, str], Iterator[Fault]]
    one: str
    several: str
    step: str


def check(path: Path, film: str) -> None:
    """Refuse captions with which a film cannot be made, or not be what its translator meant.

    Args:
        path: a file like `en.toml`.
        film: the name of the film.

    Raises:
        InputError: there is no such file, it is not TOML, it lacks texts or has others, or one of them cannot be
            filled in; the faults of the first such sort are counted, and the first of them named.
    """
    captions.tag_of(str(path))
    told = _told(read(path, CAPTIONS_FILE).text, film)
    if told:
        raise InputError(f"{path}: {told}")


@lru_cache(maxsize=64)
def _told(text: str, film: str) -> str:
    """Tell in one line what is wrong with the text of a file; empty where nothing is."""
    return first_fault(text, film, SORTS)


def first_fault(text: str, film: str, sorts: Sequence[Sort]) -> str:
    """Tell in one line what is wrong with the text of a file, of the first sort that there is; empty where nothing is.

    Args:
        text: TOML.
        film: the name of the film.
        sorts: what is looked for.
    """
    values = dict(_flatten(tomllib.loads(text)))
    for sort in sorts:
        faults = list(sort.find(values, film))
        if faults:
            return _sentence(sort, faults, text, film)
    return ""


def _flatten(table: Mapping[str, Any], above: Key = ()) -> Iterator[tuple[Key, Any]]:
    for name, value in table.items():
        if isinstance(value, Mapping):
            yield from _flatten(value, (*above, name))
        else:
            yield (*above, name), value


def _sentence(sort: Sort, faults: Sequence[Fault], text: str, film: str) -> str:
    count = f"a {sort.one}" if len(faults) == 1 else f"{len(faults)} {sort.several}"
    named = ", ".join(_named(fault, text) for fault in faults[:MOST_NAMED])
    more = f" and {len(faults) - MOST_NAMED} more" if len(faults) > MOST_NAMED else ""
    return f"{count.format(film=film)}: {named}{more}; {sort.step.format(film=film)}"


def _named(fault: Fault, text: str) -> str:
    if isinstance(fault.key, str):
        return fault.key
    return f"{'.'.join(fault.key)} (line {line_of(text, fault.key)}) {fault.what}".rstrip()


# The sorts, in the order in which a file is looked through for them.


def _no_texts(values: Values, film: str) -> Iterator[Fault]:
    del film
    for key, value in values.items():
        if not isinstance(value, str):
            yield Fault(key, f"= {json.dumps(value, default=str)[:LONGEST]}")
        elif not value.strip():
            yield Fault(key, "is empty")


def _bad_braces(values: Values, film: str) -> Iterator[Fault]:
    del film
    for key, text in values.items():
        try:
            parts = list(string.Formatter().parse(text))
        except ValueError:
            yield Fault(key)
            continue
        if any(turned or not field.isidentifier() for _, field, _, turned in parts if field is not None):
            yield Fault(key)


def _unknown(values: Values, film: str) -> Iterator[Fault]:
    del film
    known = list(captions.load(MODEL))
    for key in values:
        is_known = (name := ".".join(key)) in known or key in [(one,) for one in BESIDE]
        if not is_known and not _is_elsewhere(key[0], values):
            yield Fault(key, suggestion(name, known).strip())


def _is_elsewhere(table: str, values: Values) -> bool:
    """Tell whether a table is that of a film that this process need not know: it teaches something, as films do."""
    tables = {key.partition(".")[0] for key in captions.load(MODEL)}
    return (table, "teaches") in values and table not in tables and not suggestion(table, tables)


def _missing(values: Values, film: str) -> Iterator[Fault]:
    model, there = captions.load(MODEL), {".".join(key) for key in values}
    for key in model:
        table = key.partition(".")[0]
        is_shown = table == film or f"{table}.teaches" not in model  # which only films have
        if is_shown and key not in there and key not in BESIDE:
            yield Fault(key)


def _other_placeholders(values: Values, film: str) -> Iterator[Fault]:
    del film
    model = captions.load(MODEL)
    for key, text in values.items():
        name, there = ".".join(key), captions.placeholders(text)
        if name not in model and key[0] not in BESIDE:
            continue
        wanted = captions.placeholders(model.template(name)) if key[0] not in BESIDE else set()
        said = [f"lacks {_braced(wanted - there)}"] if wanted - there else []
        said += [f"has {_braced(there - wanted)}"] if there - wanted else []
        if said:
            yield Fault(key, " and ".join(said))


def _braced(names: set[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in sorted(names))


def _unknown_colours(values: Values, film: str) -> Iterator[Fault]:
    del film
    for key, text in values.items():
        wrong = [meaning for _, _, meaning in captions.pieces(text) if meaning and meaning not in COLOURS]
        if wrong:
            yield Fault(key, f"{wrong[0]}{suggestion(wrong[0], COLOURS)}")


COLOURS = sorted({name for theme in THEMES.values() for name in theme.in_texts()})

SORTS = (
    Sort(_no_texts, "value is no text", "values are no texts", "write text between double quotes"),
    Sort(
        _bad_braces,
        "text has braces that say nothing",
        "texts have braces that say nothing",
        "a placeholder is {{name}} or {{name:colour}}, a brace that is to be seen is written twice",
    ),
    Sort(_unknown, "key is unknown", "keys are unknown", "leave out what `lossreel captions` does not print"),
    Sort(
        _missing,
        "text of {film} is missing",
        "texts of {film} are missing",
        "`lossreel captions {film}` prints them all",
    ),
    Sort(
        _other_placeholders,
        "text has other placeholders than in English",
        "texts have other placeholders than in English",
        "each is to be filled with the same",
    ),
    Sort(
        _unknown_colours,
        "text has a colour that means nothing",
        "texts have colours that mean nothing",
        f"choose one of {', '.join(COLOURS)}",
    ),
)
GENERAL = tuple(sort for sort in SORTS if sort.find in (_no_texts, _bad_braces, _unknown_colours))
"""What may be wrong whatever the film has to say."""
