"""A film's files under their final names: put there whole, and recognised when they are there already.

The JSON file beside a film says by which recipe it was made, and size and SHA-256 of the files beside it. So a film
that is where it should be is known without the cache, and one that was replaced or damaged is known too.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

from learning.errors import InputError
from scenes.production import filmcache
from scenes.production.files import put, workplace
from scenes.production.filmcache import Fingerprint
from scenes.production.order import Order

FILM, TOLD = "film", "film.json"


def check_target(order: Order) -> None:
    """Refuse a target that is a folder of something else.

    Raises:
        InputError: a film is to get the name of a folder.
    """
    if order.target.is_dir() and not order.output.is_folder:
        raise InputError(f"{order.target} is a folder: name a file with -o")


def told(order: Order) -> dict[str, Any]:
    """Return what the JSON file beside an order's target says; nothing if it is not there or not ours."""
    try:
        found = json.loads(_path(TOLD, order).read_text(encoding="utf-8"))
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
    files = told(order).get("files")
    return files if isinstance(files, dict) else {}


def _are_there(files: dict[str, Fingerprint], order: Order) -> bool:
    ours = (name for name in files if name != TOLD and not _is_of_another(name, order))
    return all(filmcache.fingerprint(_path(name, order)) == files[name] for name in ours)


def _is_of_another(name: str, order: Order) -> bool:
    """Tell whether a file has the name of one of another film: `talk.ko.vtt` may be that of `talk.ko.mp4`."""
    return _is_translated(name) and _path(name, order).with_suffix(".json").exists()


def _path(name: str, order: Order) -> Path:
    """Where a file of a bundle goes: `film.ko.srt` to the target's name with these suffixes."""
    if name == FILM + order.output.suffix:
        return order.target
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
    before, film = _listed(order), FILM + order.output.suffix
    with workplace(order.target) as place:
        copies = place / "copies"
        copies.mkdir()
        for name in files:
            filmcache.copy(bundle / name, copies / name)
        if TOLD in files:
            _tell(copies / TOLD, files, order, key)
        for name in (*sorted(set(files) - {film}), film):  # the film last: when it appears, all is there
            if not _is_of_another(name, order):
                _keep_mended(_path(name, order), [before.get(name), files[name]])
                put(copies / name, _path(name, order))
    for name in filter(_is_translated, set(before) - set(files)):
        _remove(_path(name, order), before[name])


def _is_translated(name: str) -> bool:
    """Tell whether a file of a bundle holds captions in another language: `film.ko.srt`."""
    return name.count(".") > 1


def _keep_mended(path: Path, ours: Sequence[Fingerprint | None]) -> None:
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
    path.unlink()  # it may be a second name of the file in the cache
    path.write_text(json.dumps(whole, ensure_ascii=False, indent=2) + "\n", encoding="utf-8", newline="\n")
