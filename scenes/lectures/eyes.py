"""Sees that a file is saved, however an editor does that, and even if there is neither file nor folder yet."""

from __future__ import annotations

import os
import time
import unicodedata
from collections.abc import Collection, Iterator
from pathlib import Path
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import TYPE_CHECKING, cast

from learning.errors import RunError
from scenes.workers.interrupts import held_back

if TYPE_CHECKING:
    from watchdog.events import FileSystemEvent, FileSystemEventHandler


class Eyes:
    """Watches the folders that files are in, or will be in; files themselves come and go when they are saved."""

    def __init__(self) -> None:
        from watchdog.observers import Observer

        self._observer = Observer()
        self._saves = _saves()
        self._news: SimpleQueue[None] = SimpleQueue()
        self._ways: frozenset[str] = frozenset()

    def __enter__(self) -> Eyes:
        with held_back():
            self._observer.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._observer.stop()
        self._observer.join()

    def look_at(self, files: Collection[Path]) -> None:
        """Look at these files and no others from now on.

        Raises:
            RunError: a folder cannot be watched.
        """
        places = {place for file in files for place in _places(file)}
        self._ways = frozenset(_written(way) for place in places for way in (place, *place.parents))
        self._observer.unschedule_all()
        with held_back():
            for folder in {_nearest_folder(place) for place in places}:
                self._watch(folder)

    def _watch(self, folder: Path) -> None:
        try:
            self._observer.schedule(cast("FileSystemEventHandler", self), str(folder), event_filter=self._saves)
        except FileNotFoundError:  # gone at this moment
            self._watch(_nearest_folder(folder))
        except OSError as error:
            raise RunError(f"{folder}: cannot be watched ({error.strerror}); run lossreel build by hand") from error

    def dispatch(self, event: FileSystemEvent) -> None:
        """Note what happens to a file, or to a folder on the way to one; in a thread of watchdog's."""
        names = (os.fsdecode(name) for name in (event.src_path, event.dest_path) if name)
        if any(_written(Path(name)) in self._ways for name in names):
            self._news.put(None)

    def have_seen(self, seconds: float) -> bool:
        """Tell whether something happens within so many seconds."""
        try:
            self._news.get(timeout=seconds)
        except Empty:
            return False
        return True

    def rest(self, quiet: float, longest: float) -> None:
        """Wait until nothing has happened for a while, but not for ever; both in seconds."""
        end = time.monotonic() + longest
        while time.monotonic() < end and self.have_seen(quiet):
            pass


def _saves() -> list[type[FileSystemEvent]]:
    """What may be, or be part of, a save; that a file is opened or read is not, nor that a folder's list changes."""
    from watchdog import events

    of_files = [events.FileCreatedEvent, events.FileModifiedEvent, events.FileClosedEvent]
    come_and_go = [events.FileMovedEvent, events.FileDeletedEvent]
    of_folders = [events.DirCreatedEvent, events.DirMovedEvent, events.DirDeletedEvent]
    return [*of_files, *come_and_go, *of_folders]


def _places(file: Path) -> Iterator[Path]:
    """Where a file is, and where it is really: a link may be replaced, or what it points to."""
    yield file.parent.resolve() / file.name
    yield file.resolve()


def _nearest_folder(path: Path) -> Path:
    return next(folder for folder in path.parents if folder.is_dir())


def _written(path: Path) -> str:
    """Write a path so that equal ones are equal, whatever a system does to accents and Hangul."""
    return unicodedata.normalize("NFC", str(path))
