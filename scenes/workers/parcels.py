"""What goes to another machine with a job, and what comes back: files, by name, as bytes.

The other machine has lossreel and nothing else of ours: so a job takes along the files that it names, data and
captions, and from the cache the histories and the film that has most in common with it. Its own film comes back with
the histories that were missing. A process that makes a film there has a home of its own, see
:class:`scenes.workers.process.Process`; names are relative to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from learning import cache
from learning.errors import InputError, RunError
from learning.experiment import read_data_file
from learning.files import write_whole
from scenes import captions
from scenes.production import filmcache
from scenes.production.delivery import check_target, deliver
from scenes.production.files import workplace
from scenes.production.recipe import files_of
from scenes.production.render import nearest
from scenes.workers.jobs import Job
from scenes.workers.likeness import expectation
from scenes.workers.process import CACHE, DESK

if TYPE_CHECKING:
    from scenes.production.order import Order

Files = dict[str, bytes]
"""Contents by name: relative, with slashes."""

MOST_SENT = 50_000_000
"""Bytes from the cache that go with a job; what does not fit is trained or drawn again."""
MOST_RETURNED = 1_000_000_000
"""Bytes that come back at most: they pass through the memory of three machines."""

CAPTIONS = "captions"
HISTORIES, FILMS = f"{CACHE}/{cache.HISTORIES}", f"{CACHE}/{cache.FILMS}"


def pack(job: Job, order: Order) -> tuple[Job, Files]:
    """Make a job that can be done anywhere, and the files that it needs there.

    Raises:
        InputError: a file that it names cannot be read, or it is a film of somebody's own.
        RunError: the film's place is taken, or a source cannot be read.
    """
    if order.entry.file is not None:
        raise InputError(f"{order.entry.file.name} is a film of your own, which no cluster has: leave out --executor")
    check_target(order)
    expected = expectation(order)
    named = {**files_of(order), **_captions(order)}
    names = {name: _name_there(name, path) for name, path in named.items()}
    data = {f"{DESK}/{names[name]}": read_data_file(path) for name, path in named.items()}
    language = names.pop(CAPTIONS, job.language)
    output = {**job.output, "path": f"../film/made{order.output.suffix}"}
    there = replace(job, parameters={**job.parameters, **names}, output=output, language=language, expected=expected)
    return there, {**data, **_fitting([*_histories(order), *([] if job.force else _film(order))])}


def _captions(order: Order) -> dict[str, Path]:
    return {CAPTIONS: captions.path_of(order.language)} if captions.is_own(order.language) else {}


def _name_there(name: str, path: Path) -> str:
    """Return what a file is called there: as here if possible, because histories tell it."""
    if path.is_absolute() or ".." in path.parts:
        return f"{name}/{path.name}"
    return path.as_posix()


def _histories(order: Order) -> Iterator[Files]:
    for key in set(order.recipe.runs.values()):
        path = cache.default_root() / cache.HISTORIES / f"{key}.npz"
        with suppress(OSError):
            yield {f"{HISTORIES}/{path.name}": path.read_bytes()}


def _film(order: Order) -> Iterator[Files]:
    found = nearest(order)
    if found:
        folder = found[0].folder
        yield {f"{FILMS}/{folder.name}/{path.name}": path.read_bytes() for path in folder.iterdir()}


def _fitting(parts: Iterable[Files]) -> Files:
    chosen: Files = {}
    for part in parts:
        if _size(chosen) + _size(part) <= MOST_SENT:
            chosen |= part
    return chosen


def lay_out(files: Files, home: Path) -> None:
    """Write files into a folder."""
    for folder in (DESK, CACHE):
        (home / folder).mkdir()
    for name, content in files.items():
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def collect(home: Path, sent: Files) -> Files:
    """Return the film that a process has left in its cache, and the histories that it was not sent.

    Raises:
        RunError: there is no film, or it is too large.
    """
    made = {name: path for folder in (FILMS, HISTORIES) for name, path in _contents(home, folder)}
    new = {name: path for name, path in made.items() if name not in sent}
    if not any(name.startswith(FILMS) for name in new):
        raise RunError("nothing was kept of the film: its source was saved at that time, or the disk is full")
    size = sum(path.stat().st_size for path in new.values())
    if size > MOST_RETURNED:
        limit = f"{MOST_RETURNED / 1e6:,.0f} MB"
        raise RunError(f"the film takes {size / 1e6:,.0f} MB, at most {limit} are sent: build it without --executor")
    return {name: path.read_bytes() for name, path in new.items()}


def _contents(home: Path, folder: str) -> Iterator[tuple[str, Path]]:
    for path in sorted((home / folder).rglob("*")):
        name = path.relative_to(home).as_posix()
        if path.is_file() and "/." not in name:
            yield name, path


def take_in(order: Order, files: Files) -> None:
    """Put a film that was made elsewhere in its place, it and its histories also into the cache.

    Args:
        order: what was asked for.
        files: what :func:`collect` has returned.

    Raises:
        RunError: the film is not whole, or cannot be written.
    """
    for name, content in _below(HISTORIES, files):
        _keep_history(name, content)
    with workplace(order.target) as place:
        for name, content in _below(FILMS, files):
            path = place / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        kept = filmcache.opened(next(place.iterdir()))
        if kept is None or kept.recipe.key != order.recipe.key:
            raise RunError("what came back is not the whole film: build it again")
        filmcache.keep(order.recipe, kept.folder, kept.files, kept.sections)
        deliver(kept.folder, kept.files, order, order.recipe.key)


def _below(folder: str, files: Files) -> Iterator[tuple[str, bytes]]:
    for name, content in files.items():
        if PurePosixPath(name).is_relative_to(folder):
            yield PurePosixPath(name).relative_to(folder).as_posix(), content


def _keep_history(name: str, content: bytes) -> None:
    path = cache.default_root() / cache.HISTORIES / name
    if not path.exists():
        with write_whole(path) as file:
            file.write(content)
        cache.make_room(path)


def _size(files: Files) -> int:
    return sum(map(len, files.values()))
