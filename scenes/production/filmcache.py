"""Finished films by content: what goes in decides the key, so nothing has to be kept up to date.

An entry is a folder named by its key: the film's files and `entry.json` with the size and SHA-256 of each.
Imports neither manim nor NumPy, so that a film that is there already is there at once.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterable
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import learning.store
import scenes
from scenes.production.files import link_or_copy, put, workplace

INDEX = "entry.json"
FORMAT = 1
PACKAGES = ("learning", "scenes")
DRAWN_WITH = ("lossreel", "manim", "av", "numpy", "typst", "pycairo")


def root() -> Path:
    """The folder of the films' cache."""
    return learning.store.default_root() / "films"


def key(facts: dict[str, Any]) -> str:
    """Return the name of an entry: SHA-256 over the facts, our source and the versions of what draws."""
    whole = {"format": FORMAT, "facts": facts, "source": source_digest(), "versions": versions()}
    return hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()


@cache
def source_digest() -> str:
    """Return SHA-256 over our own code and captions: every .py and .toml file."""
    total = hashlib.sha256()
    for folder in _folders():
        for path in sorted(p for p in folder.rglob("*") if p.suffix in (".py", ".toml")):
            total.update(f"{folder.name}/{path.relative_to(folder).as_posix()}\0".encode())
            total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def _folders() -> list[Path]:
    return [Path(scenes.__file__).parent.with_name(package) for package in PACKAGES]


@cache
def versions() -> dict[str, str]:
    """Return the versions of the packages that decide what a film looks like, without importing them."""
    return {name: _version(name) for name in DRAWN_WITH}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "none"


def fetch(entry_key: str) -> Path | None:
    """Return the folder of a film that is there and whole, or None; a broken entry is removed."""
    folder = root() / entry_key
    if not folder.is_dir():
        return None
    if _is_whole(folder):
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    return None


def _is_whole(folder: Path) -> bool:
    try:
        index = json.loads((folder / INDEX).read_text(encoding="utf-8"))
        return bool(index) and all(_fingerprint(folder / name) == known for name, known in index.items())
    except (OSError, ValueError, AttributeError):
        return False


def _fingerprint(path: Path) -> list[Any]:
    with path.open("rb") as file:
        return [path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest()]


def keep(entry_key: str, files: Iterable[Path]) -> None:
    """Keep a film's files and folders; a cache that cannot be written is no error."""
    target = root() / entry_key
    try:
        with workplace(target) as place:
            folder = place / "entry"
            folder.mkdir()
            _fill(folder, files)
            shutil.rmtree(target, ignore_errors=True)
            put(folder, target)
    except (OSError, RuntimeError):
        return


def _fill(folder: Path, files: Iterable[Path]) -> None:
    for path in files:
        copy(path, folder / path.name)
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    index = {name: _fingerprint(folder / name) for name in names}
    (folder / INDEX).write_text(json.dumps(index), encoding="utf-8")


def copy(source: Path, target: Path) -> None:
    """Make a file or folder appear a second time, without its bytes where the file system can."""
    if source.is_dir():
        shutil.copytree(source, target, copy_function=lambda a, b: link_or_copy(Path(a), Path(b)))
    else:
        link_or_copy(source, target)


def free_space(path: Path) -> int:
    """Return the bytes that are free where a path is, or will be."""
    while not path.exists():
        path = path.parent
    return shutil.disk_usage(os.fspath(path)).free
