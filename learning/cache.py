"""The cache's folder: where it is, how large, how large it may get. What is in it can always be made again."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from learning.errors import InputError, RunError
from learning.files import PART

HISTORIES = "histories"
FILMS = "films"
SOURCES = "sources.json"
"""What :mod:`learning.source` has read; not worth counting."""

FOLDER_VARIABLE = "LOSSREEL_CACHE"
LIMIT_VARIABLE = "LOSSREEL_CACHE_LIMIT"
DEFAULT_LIMIT = 5_000_000_000
"""Bytes that histories and films may take together; a lecture of 16 films in 1080p takes about 0.1 of it."""

A_DAY = 24 * 3600
UNITS = {"": 1, "B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
UNITS |= {"KIB": 2**10, "MIB": 2**20, "GIB": 2**30, "TIB": 2**40}


class Usage(NamedTuple):
    """How much is kept of one kind."""

    files: int
    bytes: int


class CacheInfo(NamedTuple):
    """What a cache keeps, where, and how many bytes it may take."""

    root: Path
    histories: Usage
    films: Usage
    limit: int


def default_root() -> Path:
    """Return the cache's folder: $LOSSREEL_CACHE, or this user's cache folder of the system."""
    chosen = os.environ.get(FOLDER_VARIABLE)
    if chosen:
        return Path(chosen)
    import platformdirs  # here, because the variable is often set and the import takes 20 ms

    return platformdirs.user_cache_path("lossreel", appauthor=False)


def limit() -> int:
    """Return how many bytes the cache may take: $LOSSREEL_CACHE_LIMIT, such as 800MB or 20GB, or 5 GB.

    Raises:
        InputError: The variable holds no size.
    """
    text = os.environ.get(LIMIT_VARIABLE, "").strip()
    if not text:
        return DEFAULT_LIMIT
    number = text.rstrip("BKMGTIbkmgti ")
    try:
        bytes_ = float(number) * UNITS[text[len(number) :].strip().upper()]
        if 0 <= bytes_ < float("inf"):
            return int(bytes_)
    except (KeyError, ValueError):
        pass
    raise InputError(f'{LIMIT_VARIABLE} = "{text}" is not a size; write a number and a unit, such as 800MB or 20GB')


def info(root: Path | None = None) -> CacheInfo:
    """Return the number of files and bytes of histories and of films.

    Raises:
        InputError: :func:`limit` cannot be read.
    """
    folder = root or default_root()
    return CacheInfo(folder, _usage(folder / HISTORIES), _usage(folder / FILMS), limit())


def clear(root: Path | None = None) -> CacheInfo:
    """Delete everything that is kept, and return what there was.

    Raises:
        RunError: The folder holds something else too, so it may not be a cache; or a file cannot be deleted.
    """
    before = info(root)
    ours = (HISTORIES, FILMS, SOURCES)
    strangers = sorted(entry.name for entry in _entries(before.root) if entry.name not in ours)
    if strangers:
        raise RunError(
            f'{before.root}: holds "{strangers[0]}", which is not part of a cache; delete it by hand, or '
            f"set {FOLDER_VARIABLE} to a folder of its own"
        )
    for kind in _entries(before.root):
        try:
            kind.unlink() if kind.is_file() else shutil.rmtree(kind)
        except OSError as error:
            raise RunError(f"{error.filename}: cannot be deleted ({error.strerror}); delete it by hand") from error
    return before


def used(entry: Path) -> None:
    """Note that an entry, a file or folder, has just been of use: it will be among the last to go."""
    with suppress(OSError):
        os.utime(entry)


def make_room(newest: Path, root: Path | None = None) -> None:
    """Delete entries, those first that have been of no use for longest, until the cache keeps to its limit.

    Args:
        newest: What was added last; it stays, however large it is.
        root: The cache's folder; None: :func:`default_root`.

    Raises:
        InputError: :func:`limit` cannot be read.
    """
    most = limit()
    folder = root or default_root()
    _sweep(folder / HISTORIES)
    paths = [path for kind in (HISTORIES, FILMS) for path in _entries(folder / kind)]
    entries = sorted((kept for path in paths if (kept := _Kept.of(path))), reverse=True)
    total = sum(entry.bytes for entry in entries)
    while total > most and entries:
        oldest = entries.pop()
        if oldest.path != newest:
            _delete(oldest.path)
            total -= oldest.bytes


def _sweep(histories: Path) -> None:
    """Delete what processes that were killed had begun to write, once nobody can be at it any more."""
    for part in histories.glob(f".*{PART}"):
        with suppress(OSError):
            if time.time() - part.stat().st_mtime > A_DAY:
                part.unlink()


class _Kept(NamedTuple):
    """A history or film, in the order of when it was last of use."""

    last_use: float
    bytes: int
    path: Path

    @classmethod
    def of(cls, path: Path) -> _Kept | None:
        try:
            files = [path, *path.rglob("*")] if path.is_dir() else [path]
            return cls(path.stat().st_mtime, sum(file.stat().st_size for file in files if file.is_file()), path)
        except OSError:  # another process deletes or replaces it at this moment
            return None


def _delete(path: Path) -> None:
    with suppress(OSError):
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def _entries(folder: Path) -> Iterator[Path]:
    return (entry for entry in folder.iterdir() if not entry.name.startswith(".")) if folder.is_dir() else iter(())


def _usage(folder: Path) -> Usage:
    files = [path for entry in _entries(folder) for path in (entry, *entry.rglob("*"))]
    sizes = [path.stat().st_size for path in files if path.is_file()]
    return Usage(len(sizes), sum(sizes))
