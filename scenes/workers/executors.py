"""Who makes the films of a lecture: processes on this machine, or a cluster."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from learning.errors import unknown
from scenes.options import default_jobs
from scenes.workers.events import Events
from scenes.workers.jobs import Job

LOCAL, ELSEWHERE = "local", "dask://HOST:PORT"


class Executor(Protocol):
    """Makes films, each in a process of its own."""

    def run(self, jobs: Sequence[Job]) -> Events:
        """Make all of them, and tell what happens: the number of the job, and what is heard of it.

        Of each job the last that is heard is Done or Failed; one that fails does not stop the others. Closing the
        generator stops all within two seconds.
        """
        ...


def executor_of(text: str, size: int | None = None) -> Executor:
    """Return what `--executor` names.

    Args:
        text: "local", or the address of a Dask scheduler.
        size: how many films at a time; None: as many as is usual there.

    Raises:
        InputError: there is none of that name.
    """
    if text == LOCAL:
        from scenes.workers.crew import Crew  # here, because a build with nothing to do needs none

        return Crew(size or default_jobs())
    if text.startswith("dask://"):
        from scenes.workers.cluster import Cluster

        return Cluster(text, size)
    raise unknown("executor", text, (LOCAL, ELSEWHERE))
