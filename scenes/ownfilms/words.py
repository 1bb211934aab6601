"""The words of a film of one's own: `my_films.en.toml` and `my_films.ko.toml` beside `my_films.py`, or one of the two.

They are written as ours are, and join them: a film says them by the same means, and they are in its recipe by value.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from learning.errors import InputError, suggestion
from scenes import captions
from scenes.captions import LANGUAGES
from scenes.captions.own import BESIDE, GENERAL, Fault, Sort, Values, first_fault
from scenes.toml.source import Kind, read

WORDS_FILE = Kind(
    name="file with captions",
    example="my_films.en.toml",
    use="it stands beside the film, my_films.en.toml beside my_films.py",
    a_line='a line is key = "text", or [table]',
)
NEEDED = ("title", "teaches")


def is_shared(name: str) -> bool:
    """Tell whether a table of that name holds words that all films share: only films say what they teach."""
    spoken = captions.load(LANGUAGES[0])
    is_there = any(key.partition(".")[0] == name for key in spoken)
    return name in BESIDE or (is_there and f"{name}.teaches" not in spoken)


def files_of(file: Path) -> dict[str, Path]:
    """Return the captions that lie beside a film's file, by language; the first is the one to fall back to."""
    beside = {language: file.with_suffix(f".{language}{captions.SUFFIX}") for language in LANGUAGES}
    return {language: path for language, path in beside.items() if path.is_file()}


def take_up(file: Path, film: str, films: Collection[str]) -> tuple[str, ...]:
    """Let the words of a film join ours. In a language that it has no words in, the first that it has stand for them.

    Args:
        file: the film's Python file.
        film: its name, and that of the table with its words.
        films: the names of all films of that file.

    Returns:
        The languages that it has words in.

    Raises:
        InputError: there are none, or they cannot be used as they are; names the file, and the line.
    """
    there = files_of(file)
    if not there:
        names = " or ".join(file.with_suffix(f".{language}{captions.SUFFIX}").name for language in LANGUAGES)
        raise InputError(
            f'{file} has no captions: write {names} beside it, with [{film}], title = "…" and teaches = "…"; '
            "`lossreel new film` shows how"
        )
    read_ = {language: read(path, WORDS_FILE) for language, path in there.items()}
    first = next(iter(read_.values()))
    for source in read_.values():
        fault = first_fault(source.text, film, [*GENERAL, *_sorts(films, first.tables.get(film), first.path.name)])
        if fault:
            raise InputError(f"{source.path}: {fault}")
    for language in LANGUAGES:
        source = read_.get(language, first)
        captions.add(language, film, source.tables[film], source.path)
    return tuple(there)


def _sorts(films: Collection[str], model: Any, name: str) -> list[Sort]:
    """What may be wrong with the words of one film, besides what may be wrong with any.

    Args:
        films: the tables that there may be.
        model: the film's table in the language that others are compared with.
        name: of the file in which that stands.
    """
    texts = dict(_texts(model, ())) if isinstance(model, Mapping) else {}
    return [
        Sort(
            partial(_strange, films),
            "key belongs to no film",
            "keys belong to no film",
            f"the tables are {', '.join(f'[{one}]' for one in sorted(films))}, as film_name says",
        ),
        Sort(_nameless, "text is missing", "texts are missing", "write title and teaches below [{film}]"),
        Sort(
            partial(_missing, texts), f"text of {name} is missing", f"texts of {name} are missing", "give both the same"
        ),
        Sort(partial(_more, texts), f"text is not in {name}", f"texts are not in {name}", "give both the same keys"),
        Sort(
            partial(_otherwise, texts),
            f"text has other placeholders than in {name}",
            f"texts have other placeholders than in {name}",
            "each is to be filled with the same",
        ),
    ]


def _texts(table: Mapping[str, Any], above: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _texts(value, (*above, key))
        elif isinstance(value, str):
            yield (*above, key), value


def _strange(films: Collection[str], values: Values, film: str) -> Iterator[Fault]:
    del film
    for key in values:
        if key[0] not in films:
            yield Fault(key, suggestion(key[0], films).strip())


def _nameless(values: Values, film: str) -> Iterator[Fault]:
    yield from (Fault(f"{film}.{name}") for name in NEEDED if (film, name) not in values)


def _missing(model: Mapping[tuple[str, ...], str], values: Values, film: str) -> Iterator[Fault]:
    yield from (Fault(".".join((film, *key))) for key in model if (film, *key) not in values)


def _more(model: Mapping[tuple[str, ...], str], values: Values, film: str) -> Iterator[Fault]:
    yield from (Fault(key) for key in values if key[0] == film and key[1:] not in model)


def _otherwise(model: Mapping[tuple[str, ...], str], values: Values, film: str) -> Iterator[Fault]:
    for key, text in values.items():
        if key[0] == film and captions.placeholders(text) != captions.placeholders(model[key[1:]]):
            yield Fault(key)
