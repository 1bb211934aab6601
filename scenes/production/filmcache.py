"""Finished films by content: what goes in decides the name, so nothing has to be kept up to date.

An entry is a folder, named by base and key of its recipe: the film's files under the names of their roles, and
`entry.json` with the recipe, the sections, and the size and SHA-256 of each file. Imports neither manim nor NumPy,
so that a film that is there already is there at once.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from learning import cache
from scenes.production.files import copy, put, workplace
from scenes.production.recipe import Recipe
from scenes.production.sections import Section

INDEX = "entry.json"
BASE_DIGITS = 16
"""Of a base in the name of an entry; the whole of it is not needed, for what is found is compared."""

MOST_RELATIVES = 20

Fingerprint = list[Any]
"""Bytes, and SHA-256 of the content."""


@dataclass(frozen=True)
class Kept:
    """A film in the cache.

    Attributes:
        folder: where its files are.
        files: size and digest of each, by name.
        recipe: what it was made of.
        sections: how long each is, and what it read first.
    """

    folder: Path
    files: dict[str, Fingerprint]
    recipe: Recipe
    sections: tuple[Section, ...]


def root() -> Path:
    """The folder of the films' cache."""
    return cache.default_root() / cache.FILMS


def _folder(recipe: Recipe) -> Path:
    return root() / f"{recipe.base[:BASE_DIGITS]}-{recipe.key}"


def used(recipe: Recipe) -> None:
    """Note that a film is in use, if it is kept here."""
    cache.used(_folder(recipe))


def fetch(recipe: Recipe) -> Kept | None:
    """Return a film that is there and whole, or None; a broken entry is removed."""
    return _whole(_folder(recipe))


def made_as(key: str) -> Recipe | None:
    """Return the recipe of the film of that key, if the cache still knows it."""
    folder = next(root().glob(f"*-{key}"), None) if key.isalnum() else None
    kept = _read(folder) if folder else None
    return kept.recipe if kept else None


def relatives(recipe: Recipe) -> list[Kept]:
    """Return films that differ in their inputs only, the one that was of use last first; not yet seen to be whole."""
    folders = [(_age(path), path) for path in root().glob(f"{recipe.base[:BASE_DIGITS]}-*") if path != _folder(recipe)]
    return [kept for _, path in sorted(folders)[:MOST_RELATIVES] if (kept := _read(path))]


def _age(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except OSError:
        return float("inf")


def is_whole(kept: Kept) -> bool:
    """Tell whether every file of a film is as it was when it was kept."""
    return all(fingerprint(kept.folder / name) == known for name, known in kept.files.items())


def opened(folder: Path) -> Kept | None:
    """Return the film of an entry that may be anywhere, or None if it is not whole."""
    kept = _read(folder)
    return kept if kept and is_whole(kept) else None


def _whole(folder: Path) -> Kept | None:
    if not folder.is_dir():
        return None
    kept = opened(folder)
    if kept:
        cache.used(folder)
        return kept
    shutil.rmtree(folder, ignore_errors=True)
    return None


def _read(folder: Path) -> Kept | None:
    try:
        told = json.loads((folder / INDEX).read_text(encoding="utf-8"))
        sections = tuple(Section(one["key"], one["frames"], tuple(one["reads"])) for one in told["sections"])
        return Kept(folder, dict(told["files"]), Recipe(**told["recipe"]), sections) if told["files"] else None
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def fingerprint(path: Path) -> Fingerprint | None:
    """Return size and SHA-256 of a file, or of all the files of a folder; None if it cannot be read."""
    try:
        if not path.is_dir():
            with path.open("rb") as file:
                return [path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest()]
        files = sorted(entry for entry in path.rglob("*") if entry.is_file())
        told = {entry.relative_to(path).as_posix(): fingerprint(entry) for entry in files}
        size = sum(known[0] for known in told.values() if known)
        return [size, hashlib.sha256(json.dumps(told).encode()).hexdigest()]
    except OSError:
        return None


def fingerprints(bundle: Path) -> dict[str, Fingerprint]:
    """Return size and digest of everything in a folder, by name."""
    return {path.name: known for path in sorted(bundle.iterdir()) if (known := fingerprint(path))}


def keep(recipe: Recipe, bundle: Path, files: dict[str, Fingerprint], sections: tuple[Section, ...]) -> None:
    """Keep a film; a cache that cannot be written is no error."""
    target = _folder(recipe)
    told = {"files": files, "recipe": recipe.as_json(), "sections": [asdict(section) for section in sections]}
    with suppress(OSError, RuntimeError), workplace(target) as place:
        folder = place / "entry"
        folder.mkdir()
        for name in files:
            copy(bundle / name, folder / name, linked=True)  # nobody edits either
        (folder / INDEX).write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
        put(folder, target)
        cache.make_room(target)


def free_space(path: Path) -> int:
    """Return the bytes that are free where a path is, or will be."""
    while not path.exists():
        path = path.parent
    return shutil.disk_usage(os.fspath(path)).free
