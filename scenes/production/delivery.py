"""A film's files under their final names: put there whole, and recognised when they are there already.

The JSON file beside a film says by which recipe it was made, and size and SHA-256 of the files beside it. So a film
that is where it should be is known without the cache, and one that was replaced or damaged is known too. Each format
has a JSON file of its own; poster and captions have the names that players look for, and serve several formats.

What is put in place are copies: whoever edits one changes neither the cache nor the same film elsewhere.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

from learning.errors import InputError, RunError
from scenes.production import filmcache
from scenes.production.files import copy, put, workplace
from scenes.production.filmcache import Fingerprint
from scenes.production.naming import description_name
from scenes.production.order import Order
from scenes.production.output import VIDEOS

FILM, TOLD = "film", "film.json"


def check_target(order: Order) -> None:
    """Refuse a target that is a folder of something else.

    Raises:
        InputError: a film is to get the name of a folder.
    """
    if order.target.is_dir() and not order.output.is_folder:
        raise InputError(f"{order.target} is a folder: name a file with -o")


def told(order: Order) -> dict[str, Any]:
    """Return what the JSON file beside an order's target says; nothing if it is not there or not ours.

    Pictures of a film have none: one that is there is that of a folder of all its frames.
    """
    return _read(_path(TOLD, order)) if order.output.moves else {}


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def is_in_place(order: Order) -> bool:
    """Tell whether the film is at its target, made by the order's recipe, and whole."""
    if not order.output.moves:
        kept = filmcache.fetch(order.recipe)
        return kept is not None and _are_there(kept.files, order)
    files = _listed(order)
    if not files or told(order).get("key") != order.recipe.key:
        return False
    filmcache.used(order.recipe)
    return _are_there(files, order)


def _listed(order: Order) -> dict[str, Fingerprint]:
    """What the JSON file beside an order's target says of the files of the film that is there."""
    return _files(told(order))


def _files(said: dict[str, Any]) -> dict[str, Fingerprint]:
    files = said.get("files")
    return files if isinstance(files, dict) else {}


def _in_other_formats(order: Order) -> list[dict[str, Fingerprint]]:
    """What their JSON files say of films of the same name in other formats, with which captions are shared."""
    others = (kind for kind in VIDEOS if kind != order.output.format)
    return [_files(_read(_beside(stem_of(order), kind, order))) for kind in others] if order.output.is_video else []


def _beside(stem: str, kind: str, order: Order) -> Path:
    return order.target.with_name(description_name(stem, kind))


def _are_there(files: dict[str, Fingerprint], order: Order) -> bool:
    ours = (name for name in files if name != TOLD and not _is_of_another(name, order))
    return all(filmcache.fingerprint(_path(name, order)) == files[name] for name in ours)


def _is_of_another(name: str, order: Order) -> bool:
    """Tell whether a file has the name of one of another film: `talk.ko.vtt` may be that of `talk.ko.mp4`."""
    return _is_translated(name) and any(_beside(_path(name, order).stem, kind, order).exists() for kind in VIDEOS)


def _path(name: str, order: Order) -> Path:
    """Where a file of a bundle goes: `film.ko.srt` to the target's name with these suffixes."""
    if name == FILM + order.output.suffix:
        return order.target
    if name == TOLD:
        return _beside(stem_of(order), order.output.format, order)
    return order.target.with_name(stem_of(order) + name.removeprefix(FILM))


def stem_of(order: Order) -> str:
    """The name of the target without the suffix of its format; a number in a folder's name is no suffix."""
    return order.target.name if order.output.is_folder else order.target.stem


def deliver(bundle: Path, files: dict[str, Fingerprint], order: Order, key: str) -> None:
    """Put copies of a film's files in place, each whole or not at all.

    Args:
        bundle: the folder that holds the files under the names of their roles.
        files: size and digest of each.
        order: what was asked for.
        key: of the recipe that it was made by; empty if that is not known for certain.

    Raises:
        FileNotFoundError: the bundle is gone; nothing has been put in place.
        RunError: a file cannot be written.
    """
    before, others, film = _listed(order), _in_other_formats(order), FILM + order.output.suffix
    with workplace(order.target) as place:
        _copy(bundle, place, files, order)
        if TOLD in files:
            _tell(place / TOLD, files, order, key)
        for name in (*sorted(set(files) - {film}), film):  # the film last: when it appears, all is there
            if not _is_of_another(name, order):
                _keep_mended(_path(name, order), [known[name] for known in (before, files, *others) if name in known])
                put(place / name, _path(name, order))
    for name in _left(set(before).difference(files, *others), order):
        _remove(_path(name, order), before[name])


def _copy(bundle: Path, place: Path, names: Collection[str], order: Order) -> None:
    try:
        for name in names:
            copy(bundle / name, place / name)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise RunError(f"cannot write {order.target}: {error.strerror}; choose another place with -o") from error


def _left(names: Collection[str], order: Order) -> Iterator[str]:
    """Of the files that a film no longer has, the captions that are no other film's."""
    return (name for name in names if _is_translated(name) and not _is_of_another(name, order))


def _is_translated(name: str) -> bool:
    """Tell whether a file of a bundle holds captions in another language: `film.ko.srt`."""
    return name.count(".") > 1


def _keep_mended(path: Path, ours: Collection[Fingerprint]) -> None:
    """Move captions aside that somebody has written by hand: `descent.ko.srt` to `descent.ko.srt.mine`."""
    if path.suffix not in (".srt", ".vtt") or not path.exists() or filmcache.fingerprint(path) in ours:
        return
    names = (path.with_name(f"{path.name}.mine{number or ''}") for number in count())
    path.rename(next(name for name in names if not name.exists()))


def _remove(path: Path, known: Fingerprint) -> None:
    """Remove what an earlier film in another language has left, if nobody has changed it."""
    if filmcache.fingerprint(path) == known:
        with suppress(OSError):
            path.unlink()


def _tell(path: Path, files: dict[str, Fingerprint], order: Order, key: str) -> None:
    described = json.loads(path.read_text(encoding="utf-8"))
    others = {name: known for name, known in files.items() if name != TOLD}
    whole = {**order.facts, **described, "versions": order.recipe.versions, "key": key, "files": others}
    path.write_text(json.dumps(whole, ensure_ascii=False, indent=2) + "\n", encoding="utf-8", newline="\n")
