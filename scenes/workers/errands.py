"""What a worker of a Dask cluster does to make a film: it starts a process for it, as is done on one machine.

It takes plain values and returns plain values, so that what differs between two installations shows where the recipes
are compared, and not before.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from distributed import Reschedule, get_worker

from learning.errors import RunError
from scenes.workers.events import Done, Event, Failed, to_line
from scenes.workers.jobs import Job
from scenes.workers.parcels import Files, collect, lay_out
from scenes.workers.process import WORKER, Process, stop

TOPIC = "lossreel"
"""What Dask calls the channel on which progress is told; of all builds, for channels stay as long as the cluster."""
POLL = 0.2
"""Seconds between two looks whether the film is still wanted."""
AT_WORK = ("executing", "long-running")
ALIVE = ("running", "paused", "closing_gracefully")


def make(job: str, files: Files, command: Sequence[str], sign: tuple[str, int]) -> tuple[str, Files]:
    """Make a film, in a thread of a Dask worker.

    Args:
        job: as :meth:`Job.to_json` writes it.
        files: what it needs, see :mod:`scenes.workers.parcels`.
        command: what is run; empty: the usual process of this machine's installation.
        sign: by which the one who waits for it knows what is told of it.

    Returns:
        The line of the event that it ended with, and what was made.
    """
    worker = get_worker()
    with tempfile.TemporaryDirectory(dir=worker.local_directory, ignore_cleanup_errors=True) as folder:
        try:
            lay_out(files, Path(folder))
            event = _Errand(worker, sign).run(command or WORKER, Job.from_json(job), Path(folder))
            made = collect(Path(folder), files) if isinstance(event, Done) else {}
        except (OSError, RunError) as error:
            event, made = Failed(str(error)), {}
    if isinstance(event, Failed):
        event = replace(event, message=f"{event.message} (on {worker.address})")
    return to_line(event), made


class _Errand:
    """A process at work, listened to as long as it is wanted."""

    def __init__(self, worker: Any, sign: tuple[str, int]) -> None:
        self._worker = worker
        self._sign = sign
        self._task = worker.get_current_task()
        self._news: SimpleQueue[Event | None] = SimpleQueue()

    def run(self, command: Sequence[str], job: Job, home: Path) -> Done | Failed:
        """Return how the process ended; end it if nobody wants its film any more."""
        process = Process(command, job, self._news.put, home=home)
        try:
            return self._listen()
        finally:
            stop([process])

    def _listen(self) -> Done | Failed:
        outcome: Done | Failed | None = None
        while True:
            self._check_wanted()
            try:
                event = self._news.get(timeout=POLL)
            except Empty:
                continue
            if event is None:
                return outcome or Failed("its process has ended without a word; build it again")
            if isinstance(event, Done | Failed):
                outcome = event
            else:
                self._worker.log_event(TOPIC, [*self._sign, to_line(event)])

    def _check_wanted(self) -> None:
        """Stop when the film was cancelled, or the one who wanted it is gone: then the cluster has cancelled it.

        Dask tells its workers so, but cannot end a thread: it is the thread's own business to look.
        """
        task = self._worker.state.tasks.get(self._task)
        if task is None or task.state not in AT_WORK or self._worker.status.name not in ALIVE:
            raise Reschedule  # nobody waits for it; or this machine leaves, and another one has to make it
