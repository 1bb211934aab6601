"""The films of a lecture made on a Dask cluster that is there already.

The same jobs as on this machine, one film at a time in each thread of its workers. Nothing is shared with them but the
network: see :mod:`scenes.workers.parcels` for what is sent, :mod:`scenes.workers.errands` for what is done there.
"""

from __future__ import annotations

import pickle
import secrets
import socket
import time
import traceback
import warnings
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from learning import source
from learning.errors import InputError, RunError, quoted
from scenes.complaints import in_one_line, status_of
from scenes.workers.events import Done, Event, Events, Failed, from_line
from scenes.workers.interrupts import held_back
from scenes.workers.jobs import Job, in_good_order
from scenes.workers.parcels import Files, pack, take_in

if TYPE_CHECKING:
    from distributed import Client, Future

    from scenes.production.order import Order

    Answer = Future[tuple[str, Files]]

SCHEME = "dask"
DEFAULT_PORT = 8786
PATIENCE = 4.0
"""Seconds to wait for an address to answer, then for Dask to, then for a worker to be there."""
GRACE = 1.0
"""Seconds to take leave."""
POLL = 0.5
LOOK = 5.0
"""Seconds between two looks whether there still is a worker."""
ALONE = 60.0
"""Seconds without any worker after which the cluster is given up."""

SETTINGS = {
    "distributed.comm.timeouts.connect": f"{PATIENCE:g}s",
    "distributed.admin.large-graph-warning-threshold": "1GB",
    "logging": dict.fromkeys(("distributed", "distributed.client", "distributed.gc", "tornado"), "critical"),
}

News = SimpleQueue[tuple[int, "Event | Answer"]]


class Cluster:
    """Makes films on the machines of a Dask cluster.

    Attributes:
        address: of its scheduler, as Dask writes it.
        size: how many films at a time; None: as many as the cluster likes.
        command: what a worker runs for each; empty: what its own installation has.
    """

    def __init__(self, text: str, size: int | None = None, command: Sequence[str] = ()) -> None:
        """Read the address; nobody is asked yet.

        Args:
            text: `dask://HOST:PORT`.
            size: see above.
            command: see above.

        Raises:
            InputError: that is no address, or Dask is not installed.
        """
        self._host, self._port = _place(text)
        self.address = f"tcp://{f'[{self._host}]' if ':' in self._host else self._host}:{self._port}"
        self.size = size
        self.command = command
        if find_spec("distributed") is None:
            raise InputError(f"{quoted(text)}: Dask is not installed here; pip install 'lossreel[cluster]'")

    def run(self, jobs: Sequence[Job]) -> Events:
        """Make all films; see :class:`scenes.workers.executors.Executor`.

        Raises:
            RunError: no cluster answers, or it has no worker.
        """
        with self._client() as client:
            yield from _Build(client, self).run(jobs)

    @contextmanager
    def _client(self) -> Iterator[Client]:
        self._knock()
        import dask

        with dask.config.set(SETTINGS):
            client = self._connected()
            try:
                self._check_workers(client)
                yield client
            finally:
                with held_back(), suppress(Exception):  # whatever it is: the cluster cancels all when we are gone
                    client.close(timeout=GRACE)

    def _knock(self) -> None:
        """See whether anybody is there, which Dask would try again and again."""
        try:
            socket.create_connection((self._host, self._port), PATIENCE).close()
        except (OSError, UnicodeError) as error:
            raise self._silence(getattr(error, "strerror", None) or str(error)) from error

    def _connected(self) -> Client:
        """Connect, in a thread, because Dask would wait for ever for a greeting that does not come."""
        answers: SimpleQueue[Client] = SimpleQueue()
        with warnings.catch_warnings(action="ignore"):  # of other versions there: what matters is in the recipes
            Thread(target=self._connect, args=[answers], daemon=True).start()
            try:
                return answers.get(timeout=PATIENCE)
            except Empty:
                raise self._silence("what answers is not Dask, or is too busy") from None

    def _connect(self, answers: SimpleQueue[Client]) -> None:
        from distributed import Client

        with suppress(Exception):  # silence says it all
            answers.put(Client(self.address, timeout=PATIENCE, set_as_default=False))

    def _silence(self, reason: str) -> RunError:
        return RunError(
            f"no Dask scheduler answers at {self.address} ({reason}); start `dask scheduler` there, "
            f"and `dask worker {self.address}` on every machine that is to make films"
        )

    def _check_workers(self, client: Client) -> None:
        try:
            client.wait_for_workers(1, timeout=PATIENCE)
        except TimeoutError as error:
            raise RunError(
                f"the Dask cluster at {self.address} has no worker; start `dask worker {self.address}` "
                "on every machine that is to make films"
            ) from error


def _place(text: str) -> tuple[str, int]:
    wrong = InputError(f"executor {quoted(text)} is no address; write dask://HOST:{DEFAULT_PORT}")
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise wrong from None
    if parts.scheme != SCHEME or not host or parts.path.strip("/") or parts.username or parts.query:
        raise wrong
    return host, DEFAULT_PORT if port is None else port


class _Build:
    """One go at the films of a lecture."""

    def __init__(self, client: Client, cluster: Cluster) -> None:
        self._client = client
        self._cluster = cluster
        self._name = secrets.token_hex(8)
        self._news: News = SimpleQueue()
        self._orders: dict[int, Order] = {}
        self._seen = self._next_look = time.monotonic()
        self._is_lost = False

    def run(self, jobs: Sequence[Job]) -> Events:
        from scenes.workers.errands import TOPIC

        self._client.subscribe_topic(TOPIC, self._hear)
        waiting = deque(in_good_order(jobs))
        at_work: dict[int, Any] = {}
        while waiting or at_work:
            while waiting and len(at_work) < (self._cluster.size or len(jobs)):
                number = waiting.popleft()
                at_work[number] = self._begin(number, jobs[number])
            number, event = self._next(at_work)
            if number not in at_work:
                continue  # told on the way, heard after the end
            if not isinstance(event, Event):
                event = self._ended(number, at_work[number])
            if isinstance(event, Done | Failed):
                del at_work[number]
            yield number, event

    def _hear(self, told: tuple[float, tuple[str, int, str]]) -> None:
        """Take what a worker tells of a film of this build or another, in a thread of Dask's."""
        name, number, line = told[1]
        event = from_line(line)
        if name == self._name and event:
            self._news.put((number, event))

    def _begin(self, number: int, job: Job) -> Answer | None:
        try:
            if self._is_lost:
                raise self._loss()
            order = self._orders[number] = job.order()
            return self._submit(number, *pack(job, order))
        except Exception as error:  # whatever it is, it is this film's
            self._news.put((number, Failed(in_one_line(error), status_of(error), traceback.format_exc())))
            return None

    def _submit(self, number: int, job: Job, files: Files) -> Answer:
        from scenes.workers.errands import make

        errand = _Call(make, (job.to_json(), files, list(self._cluster.command), (self._name, number)))
        key = f"lossreel-{job.film}-{self._name}-{number}"
        future = self._client.submit(pickle.loads, pickle.dumps(errand), key=key, pure=False)
        future.add_done_callback(lambda future: self._news.put((number, future)))
        return future

    def _next(self, at_work: dict[int, Any]) -> tuple[int, Any]:
        while True:
            with suppress(Empty):
                return self._news.get(timeout=POLL)
            self._look_for_workers(at_work)

    def _look_for_workers(self, at_work: dict[int, Any]) -> None:
        """Give the cluster up if it has lost all its workers, and no new one has come for a while."""
        if time.monotonic() < self._next_look:
            return
        self._next_look = time.monotonic() + LOOK
        with suppress(Exception):  # if the scheduler is gone, that is heard otherwise
            if self._client.nthreads():
                self._seen = time.monotonic()
        if time.monotonic() - self._seen > ALONE:
            self._is_lost = True
            for number in at_work:
                self._news.put((number, Failed(str(self._loss()))))

    def _ended(self, number: int, future: Answer) -> Event:
        """Take in what a film has become; the future's result is where the worker has left it."""
        try:
            line, files = future.result()
            event = from_line(line)
            if isinstance(event, Done):
                take_in(self._orders[number], files)
            return event or Failed("what came back is not readable: install the same lossreel on both machines")
        except CancelledError as error:  # not by us: Dask has lost its scheduler
            self._is_lost = True
            return Failed(str(self._loss()), trace=str(error))
        except Exception as error:  # whatever it is, it is this film's
            return Failed(_said(error), status_of(error), traceback.format_exc())

    def _loss(self) -> RunError:
        return RunError(f"the Dask cluster at {self._cluster.address} is gone, or has no worker any more")


class _Call:
    """A call that is made when its pickle is read.

    Dask reads functions before anything can be done about errors: a worker that has no such module would die of it,
    and the scheduler needs all modules, too. So we send what every Python has, `pickle.loads`, and bytes.
    """

    def __init__(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
        self._call = function, arguments

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return self._call


def _said(error: BaseException) -> str:
    """Say in one line what went wrong, as far as Dask's own words would not do."""
    from distributed import KilledWorker

    if isinstance(error, KilledWorker):
        return f"{error.allowed_failures + 1} Dask workers died while they made it: their logs may say why"
    if isinstance(error, ImportError) and (error.name or "").partition(".")[0] in source.PACKAGES:
        return "lossreel, or this version of it, is not installed there: install the same on all machines"
    return in_one_line(error)
