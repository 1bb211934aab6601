"""One process that makes one film: `python -m scenes.workers.worker`.

Reads a job, one line of JSON, from standard input, and writes what happens, a line of JSON each, to standard output.
It ends when whoever started it closes its standard input, or is no more.
"""

from __future__ import annotations

import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from io import FileIO
from threading import Thread
from typing import Any

from scenes.complaints import in_one_line, status_of
from scenes.production.files import MARK
from scenes.production.render import fulfil
from scenes.workers.events import Begun, Done, Event, Failed, Progress, to_line
from scenes.workers.interrupts import let_through
from scenes.workers.jobs import Job
from scenes.workers.likeness import check

STDIN, STDOUT, STDERR = 0, 1, 2
STOPPED = 130
GRACE = 1.0
"""Seconds that are left to clean up."""
PAUSE = 0.1
"""Seconds between two reports of progress."""

Tell = Callable[[Event], None]


def main() -> None:
    """Do one job; what Python would still tidy up goes with the process."""
    begin = time.perf_counter()
    orders, news = _connect()
    try:
        _heed_signals()
        line = orders.readline()
        Thread(target=_end_with, args=[orders], daemon=True).start()
        _do(Job.from_json(line.decode()), begin, lambda event: _write(news, event))
    except KeyboardInterrupt:
        os._exit(STOPPED)
    sys.stderr.flush()
    os._exit(0)


def _connect() -> tuple[FileIO, FileIO]:
    """Take standard input and output for ourselves: what a library prints goes to standard error, it reads nothing."""
    orders, news = FileIO(os.dup(STDIN), "r"), FileIO(os.dup(STDOUT), "w")
    os.dup2(STDERR, STDOUT)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, STDIN)
    os.close(nothing)
    return orders, news


def _heed_signals() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all processes: the one that started us decides
    signal.signal(signal.SIGTERM, _end_politely)
    let_through()


def _end_politely(*_: Any) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # once is enough: cleaning up is not to be disturbed
    raise KeyboardInterrupt


def _end_with(orders: FileIO) -> None:
    """Wait until nobody is left who could send anything, and end: politely, or not at all politely."""
    while orders.read(1):
        pass
    if sys.platform == "win32":
        signal.raise_signal(signal.SIGTERM)
    else:
        os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE)
    os._exit(STOPPED)


def _write(news: FileIO, event: Event) -> None:
    """Write a line; if nobody listens any more, :func:`_end_with` will know."""
    line = f"{to_line(event)}\n".encode()
    while line:
        line = line[news.write(line) or 0 :]


def _do(job: Job, begin: float, tell: Tell) -> None:
    tell(Begun(MARK))
    try:
        order = job.order()
        if job.expected is not None:
            check(order, job.expected)
        made = fulfil(order, force=job.force, progress=_Reporter(tell))
    except Exception as error:  # whatever it is, it is this film's
        tell(Failed(in_one_line(error), status_of(error), traceback.format_exc()))
        return
    tell(Done(made.fresh, time.perf_counter() - begin))


class _Reporter:
    """Tells what is going on, not too often."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._what = ""
        self._next = 0.0

    def __call__(self, what: str, done: float, total: float) -> None:
        now = time.perf_counter()
        if what == self._what and now < self._next:
            return
        self._what, self._next = what, now + PAUSE
        self._tell(Progress(what, done, total))


if __name__ == "__main__":
    main()
