"""Films made on this machine: a process for each, so many at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue

from scenes.workers.events import Event, Events, Failed
from scenes.workers.interrupts import held_back
from scenes.workers.jobs import Job, in_good_order
from scenes.workers.process import WORKER, Process, stop

POLL = 0.5
"""Seconds after which waiting begins anew: on Windows, Ctrl-C is not heard while waiting."""

News = SimpleQueue[tuple[int, Event | None]]


class Crew:
    """Makes films in processes of their own: nothing passes from film to film, and memory goes back after each.

    Attributes:
        size: how many at a time.
        command: what is run for each.
    """

    def __init__(self, size: int, command: Sequence[str] = WORKER) -> None:
        self.size = size
        self.command = command

    def run(self, jobs: Sequence[Job]) -> Events:
        """Make all films; see :class:`scenes.workers.executors.Executor`."""
        news: News = SimpleQueue()
        waiting = deque(in_good_order(jobs))
        at_work: dict[int, Process | None] = {}
        try:
            while waiting or at_work:
                while waiting and len(at_work) < self.size:
                    number = waiting.popleft()
                    with held_back():
                        at_work[number] = self._begin(number, jobs[number], news)
                number, event = _next(news)
                if event is not None:
                    yield number, event
                else:
                    del at_work[number]
        finally:
            with held_back():
                stop([process for process in at_work.values() if process])

    def _begin(self, number: int, job: Job, news: News) -> Process | None:
        try:
            return Process(self.command, job, lambda event: news.put((number, event)))
        except OSError as error:
            news.put((number, Failed(f"no process can be started ({error.strerror}); try -j 1")))
            news.put((number, None))
            return None


def _next(news: News) -> tuple[int, Event | None]:
    while True:
        with suppress(Empty):
            return news.get(timeout=POLL)
