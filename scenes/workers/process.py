"""A process that makes one film, seen from the one that has started it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from io import BufferedReader, BufferedWriter
from pathlib import Path
from threading import Thread
from typing import cast

from learning import cache
from scenes.production import filmcache
from scenes.production.files import clear_up_after
from scenes.workers.events import Begun, Done, Event, Failed, from_line
from scenes.workers.jobs import Job

WORKER = (sys.executable, "-P", "-m", "scenes.workers.worker")
GRACE = 1.0
"""Seconds that a process has to clean up after it was asked to end."""
DESK, CACHE = "desk", "cache"
"""Folders in the home of a process that has one: where it works, and its cache."""
LAST_WORDS = 4000
"""Bytes of a process's standard error that are kept."""

Hear = Callable[[Event | None], None]
"""Called, from another thread, with what is heard of a film, and with None when its process has ended."""


class Process:
    """A process at work, and two threads that listen to it.

    Args:
        command: what is run.
        job: the film.
        hear: told what is heard of it.
        home: a folder for this process alone, to work in and to have its cache in; None: where we are, with our cache.
    """

    def __init__(self, command: Sequence[str], job: Job, hear: Hear, *, home: Path | None = None) -> None:
        self._job = job
        self._home = home
        self._hear = hear
        self._last_words = b""
        self._process = _start(command, home)
        self._errors = Thread(target=self._keep_last_words, daemon=True)
        self._listener = Thread(target=self._listen, daemon=True)
        self._errors.start()
        self._listener.start()
        self._send()

    def _send(self) -> None:
        """Say what to do; standard input stays open as long as the process is to live."""
        orders = cast("BufferedWriter", self._process.stdin)
        with suppress(OSError):  # it has died already: that will be heard
            orders.write(f"{self._job.to_json()}\n".encode())
            orders.flush()

    def _keep_last_words(self) -> None:
        with cast("BufferedReader", self._process.stderr) as errors:
            while words := errors.read1():
                self._last_words = (self._last_words + words)[-LAST_WORDS:]

    def _listen(self) -> None:
        try:
            self._hear_out()
        finally:
            self._hear(None)

    def _hear_out(self) -> None:
        mark, is_over = "", False
        with cast("BufferedReader", self._process.stdout) as lines:
            for event in (event for line in lines if (event := from_line(line))):
                mark = event.mark if isinstance(event, Begun) else mark
                is_over = is_over or isinstance(event, Done | Failed)
                self._hear(event)
        status = self._process.wait()
        self._hang_up()
        if not is_over:
            self._clear_up(mark)
            self._hear(self._obituary(status))

    def _clear_up(self, mark: str) -> None:
        """Remove the private folders of a process that could not do so itself."""
        if mark and not self._home:
            for folder in (self._job.order().target.parent, filmcache.root()):
                clear_up_after(mark, folder)

    def _obituary(self, status: int) -> Failed:
        """Tell the end of a process that has not told it itself."""
        self._errors.join(GRACE)
        words = self._last_words.decode(errors="replace").strip()
        return Failed(f"its process {_end(status)}", trace=words)

    def _hang_up(self) -> None:
        with suppress(OSError):
            cast("BufferedWriter", self._process.stdin).close()

    def ask_to_end(self) -> None:
        """Ask the process to clean up and end: the end of its input says so, and a signal where there is one."""
        self._hang_up()
        if sys.platform != "win32":
            self._process.terminate()

    def end_by(self, deadline: float) -> None:
        """Wait for its end; after the deadline, as `time.monotonic` counts, end it, whatever it is doing."""
        try:
            self._process.wait(max(deadline - time.monotonic(), 0))
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._listener.join(GRACE)


def _start(command: Sequence[str], home: Path | None) -> subprocess.Popen[bytes]:
    """Start a process that finds its modules where this one finds them, and does not hear of Ctrl-C itself."""
    pipe = subprocess.PIPE
    places = {**own_places(), **(_cache_in(home) if home else {})}
    flags = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)  # Windows
    cwd = home / DESK if home else None
    return subprocess.Popen(command, cwd=cwd, stdin=pipe, stdout=pipe, stderr=pipe, env=places, creationflags=flags)


def own_places() -> dict[str, str]:
    """Return the environment of a process that is to find its modules where this one finds them."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}


def _cache_in(home: Path) -> dict[str, str]:
    """Return the variables that put a cache into a folder, with as much room as it needs."""
    return {cache.FOLDER_VARIABLE: os.fspath(home / CACHE), cache.LIMIT_VARIABLE: "1000TB"}


def _end(status: int) -> str:
    """Say how a process ended, from its exit status, and what to do."""
    if status >= 0:
        return f"ended too early, with status {status}; run it again with --debug to see its last words"
    name = signal.Signals(-status).name
    if name == "SIGKILL":
        return f"was killed ({name}); if the memory was full, try -j 1"
    return f"crashed ({name}); run it again with --debug to see its last words"


def stop(processes: Collection[Process]) -> None:
    """End processes within little more than a second."""
    for process in processes:
        process.ask_to_end()
    deadline = time.monotonic() + GRACE
    for process in processes:
        process.end_by(deadline)
