"""The files that a lecture's films are made of: those whose change may make other films of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from learning import source, store
from learning.errors import InputError, RunError
from scenes import captions
from scenes.lectures import lecture
from scenes.lectures.source import load
from scenes.ownfilms.naming import SUFFIX, address_of, is_own
from scenes.production.recipe import KNOWN_OTHERWISE, sources_of

if TYPE_CHECKING:
    from scenes.production.order import Order


def dependencies(path: Path, *, allow_code: bool = False) -> tuple[list[Path], bool]:
    """Return what a lecture depends on, as far as can be told, and whether that is all.

    A lecture with a mistake still says which files it names, and these may be what it lacks.

    Args:
        path: the lecture file.
        allow_code: whether films of somebody's own may be loaded.
    """
    found = [path, *_files_named(path)]
    try:
        read = lecture.read(path, allow_code=allow_code)
    except InputError:
        return [*found, *_beside(found)], False
    return [*dict.fromkeys([*found, *(file for film in read.films for file in _of_film(film.order))])], True


def _files_named(path: Path) -> list[Path]:
    """The files with data, captions, and films of somebody's own with theirs."""
    try:
        tables = load(path).tables
    except InputError:
        return []
    texts = [text for text in _texts(tables) if "\0" not in text]
    films = [path.parent / address_of(text).file for text in texts if is_own(text)]
    words = [file.with_suffix(f".{one}{captions.SUFFIX}") for file in films for one in captions.LANGUAGES]
    named = (text for text in texts if text.lower().endswith((".csv", captions.SUFFIX)))
    return [*(path.parent / text for text in named), *films, *words]


def _beside(files: Iterable[Path]) -> Iterator[Path]:
    """What a film of somebody's own may import: if it cannot be loaded, one of these may be why."""
    for folder in {file.parent for file in files if file.suffix.lower() == SUFFIX}:
        yield from sorted(folder.glob(f"*{SUFFIX}"))


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
