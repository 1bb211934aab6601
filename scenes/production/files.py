"""Files that appear whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from learning.errors import RunError

PREFIX = ".lossreel-"
A_DAY = 24 * 3600


@contextmanager
def workplace(target: Path) -> Iterator[Path]:
    """A private folder on the target's own file system, gone afterwards.

    Args:
        target: the file or folder that will be written.

    Raises:
        RunError: the folder cannot be made (no write access, a file in the way).
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _sweep(target.parent)
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=target.parent))
    except OSError as error:
        raise RunError(f"cannot write to {target.parent}: {error.strerror}; choose another place with -o") from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _sweep(parent: Path) -> None:
    """Remove the private folders that processes left behind when they were killed."""
    for folder in parent.glob(f"{PREFIX}*"):
        with suppress(OSError):
            if time.time() - folder.stat().st_mtime > A_DAY:
                shutil.rmtree(folder, ignore_errors=True)


def put(source: Path, target: Path) -> None:
    """Move a finished file or folder to its final name, replacing what is there.

    Args:
        source: finished, on the same file system.
        target: its final name.

    Raises:
        RunError: the final name cannot be taken.
    """
    try:
        if target.is_dir():
            _swap(source, target)
        else:
            source.replace(target)
    except OSError as error:
        raise RunError(f"cannot write {target}: {error.strerror}") from error


def _swap(source: Path, target: Path) -> None:
    if source.is_file():
        raise IsADirectoryError(21, "a folder has this name")
    old = source.with_name(source.name + ".old")
    target.rename(old)
    source.rename(target)


def link_or_copy(source: Path, target: Path) -> None:
    """Make a second name for a file, or a copy where the file system has no such thing."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
