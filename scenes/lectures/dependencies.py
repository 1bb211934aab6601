"""The files that a lecture's films are made of: those whose change may make other films of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from learning import source, store
from learning.errors import InputError, RunError
from scenes import captions
from scenes.lectures import lecture
from scenes.lectures.source import load
from scenes.production.recipe import KNOWN_OTHERWISE, sources_of

if TYPE_CHECKING:
    from scenes.production.order import Order


def dependencies(path: Path) -> tuple[list[Path], bool]:
    """Return what a lecture depends on, as far as can be told, and whether that is all.

    A lecture with a mistake still says which files it names, and these may be what it lacks.

    Args:
        path: the lecture file.
    """
    found = [path, *_files_named(path)]
    try:
        read = lecture.read(path)
    except InputError:
        return found, False
    return [*dict.fromkeys([*found, *(file for film in read.films for file in _of_film(film.order))])], True


def _files_named(path: Path) -> list[Path]:
    """The files with data and captions."""
    try:
        tables = load(path).tables
    except InputError:
        return []
    named = (text for text in _texts(tables) if text.lower().endswith((".csv", captions.SUFFIX)) and "\0" not in text)
    return [path.parent / text for text in named]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _texts(part)


def _of_film(order: Order) -> list[Path]:
    return [*_sources(order), *map(captions.path_of, (order.language, *order.others))]


def _sources(order: Order) -> list[Path]:
    """The modules that draw or train; if one of them has a mistake, all that there are: nobody knows what it loads."""
    try:
        modules = {*sources_of(order), *source.closure(store.TRAINED_BY), *KNOWN_OTHERWISE}
        return [source.path_of(name) for name in sorted(modules)]
    except RunError:
        ours = [path for package in source.PACKAGES for path in sorted((source.HOME / package).rglob("*.py"))]
        with suppress(RunError):
            ours.append(source.path_of(order.entry.scene.partition(":")[0]))
        return ours
