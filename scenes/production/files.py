"""Files that appear whole or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from learning.errors import InputError, RunError

PREFIX = ".lossreel-"
A_DAY = 24 * 3600
SIGNATURE = ".lossreel"
"""In a folder that we have made: what is in it."""
LITTER = (".DS_Store", "Thumbs.db", "desktop.ini")

_Copier = Callable[[Path, Path], object]


def _machine() -> str:
    """A few digits that tell the machines apart between which process numbers mean different things."""
    facts = [platform.node()]
    with suppress(OSError):  # Linux: since when it runs, and which processes it shows to this one
        facts += [Path("/proc/sys/kernel/random/boot_id").read_text(), str(Path("/proc/self/ns/pid").stat().st_ino)]
    return hashlib.sha256("".join(facts).encode()).hexdigest()[:8]


MACHINE = _machine()
MARK = f"{MACHINE}-{os.getpid()}-{os.urandom(4).hex()}"
"""In the names of all private folders of this process, and of no other."""


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
        folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{MARK}-", dir=target.parent))
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
            if _is_orphan(folder.name) or time.time() - folder.stat().st_mtime > A_DAY:
                shutil.rmtree(folder, ignore_errors=True)


def _is_orphan(name: str) -> bool:
    """Tell whether a private folder is that of a process of this machine which is no more."""
    machine, _, rest = name.removeprefix(PREFIX).partition("-")
    number = rest.partition("-")[0]
    if machine != MACHINE or not number.isdigit() or os.name == "nt":  # there the question would end the process
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


def clear_up_after(mark: str, parent: Path) -> None:
    """Remove the private folders that a process left in a folder; it must have ended.

    Args:
        mark: its `MARK`.
        parent: the folder that its target was in.
    """
    for folder in parent.glob(f"{PREFIX}{mark}-*"):
        shutil.rmtree(folder, ignore_errors=True)


def sign(folder: Path) -> None:
    """Write down in a finished folder what is in it: as long as it holds nothing else it may be replaced."""
    (folder / SIGNATURE).write_text(json.dumps(_sizes(folder)), encoding="utf-8")


def check_replaceable(folder: Path) -> None:
    """Refuse to replace a folder that holds anything but what we have put there, as we have put it there.

    Args:
        folder: it may be missing.

    Raises:
        InputError: it holds something else, or is a file.
    """
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder} is a file, a folder is to go there: rename it, or choose another place with -o")
    try:
        ours = json.loads((folder / SIGNATURE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        ours = {}
    strangers = sorted(name for name, size in _sizes(folder).items() if ours.get(name) != size)
    if strangers:
        raise InputError(
            f"{folder} holds {strangers[0]}, which lossreel has not put there: "
            "move it away, or choose another place with -o"
        )


def _sizes(folder: Path) -> dict[str, int]:
    """Bytes of every file in a folder, by its name from there; not of what file managers leave behind."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name not in (SIGNATURE, *LITTER))
    return {path.relative_to(folder).as_posix(): path.stat().st_size for path in sorted(files)}


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
    try:
        source.rename(target)
    except BaseException:
        with suppress(OSError):  # the new one is there
            old.rename(target)
        raise


def copy(source: Path, target: Path, *, linked: bool = False) -> None:
    """Copy a file, or a folder with all that is in it.

    Files of a folder that are one file under several names, as frames that do not differ are, are so in the copy, too.

    Args:
        source: a file or a folder.
        target: its second name; nothing is there yet.
        linked: let the copy be the same files under other names, where the file system can. Only for places where
            nobody edits a file: what is written into one would be in the other.

    Raises:
        OSError: it cannot be copied; FileNotFoundError: it, or a part of it, is gone.
    """
    _copy(source, target, link_or_copy if linked else shutil.copyfile, {})


def _copy(source: Path, target: Path, first: _Copier, known: dict[tuple[int, int], Path]) -> None:
    """Copy; `known` says where files with several names have been copied to, by device and number."""
    if source.is_dir():
        target.mkdir()
        for entry in source.iterdir():
            _copy(entry, target / entry.name, first, known)
        return
    facts = source.stat()
    file = facts.st_dev, facts.st_ino
    if file in known:
        link_or_copy(known[file], target)
        return
    first(source, target)
    if facts.st_nlink > 1:
        known[file] = target


def link_or_copy(source: Path, target: Path) -> None:
    """Make a second name for a file, or a copy where the file system has no such thing."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
