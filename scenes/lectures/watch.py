"""A lecture built again and again: whenever a file is saved that its films are made of.

Each build is a process of its own, so that it takes up sources as they have been saved.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import click

from scenes.lectures import source
from scenes.lectures.eyes import Eyes
from scenes.production.changes import listed
from scenes.workers.process import own_places

BUILD = (sys.executable, "-P", "-m", "scenes.cli")
QUIET = 0.2
"""Seconds without a change after which a save is taken to be complete."""
LONGEST = 2.0
"""Seconds after which it is, even if files go on changing."""
POLL = 0.2
INTERRUPTED = 130
MANNERS = 0.3
"""Seconds that a build has to end by itself, because Ctrl-C has reached it too."""
GRACE = 1.4
"""Seconds that it has to end when it is told to."""

Contents = Mapping[Path, bytes | None]
"""The digest of each file; None where there is none."""


def watch(path: Path, options: Sequence[str], command: Sequence[str] = ()) -> None:
    """Build a lecture, and again whenever something changes that it depends on, until Ctrl-C.

    Args:
        path: the lecture file.
        options: of `lossreel build`.
        command: what stands for `lossreel`; empty: the usual.

    Raises:
        InputError: there is no such file now; later that is waited out.
        RunError: a folder cannot be watched.
    """
    if not path.is_file():
        source.load(path)
    with Eyes() as eyes:
        _Watch(path, [*(command or BUILD), "build", str(path), *options], eyes).run()


class _Watch:
    def __init__(self, path: Path, build: Sequence[str], eyes: Eyes) -> None:
        self._path = path
        self._build = build
        self._eyes = eyes
        self._files: frozenset[Path] = frozenset([path])

    def run(self) -> None:
        while True:
            known = contents(self._files)  # before we ask: what is saved meanwhile is a change
            self._files = self._dependencies()
            self._eyes.look_at(self._files)
            before = {**contents(self._files), **{path: known[path] for path in self._files & known.keys()}}
            with self._building() as process:
                changed = self._change(before, process)
                anew = ": begun anew" if process.poll() is None else ""
                _say(f"{listed(sorted({path.name for path in changed}))} changed{anew}")

    def _dependencies(self) -> frozenset[Path]:
        """Ask a process of its own, which knows the sources as they are now; if it knows not all, keep what we knew."""
        command = [*self._build, "--files"]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False, env=own_places())
        told = frozenset(map(Path, json.loads(done.stdout))) if done.stdout else frozenset()
        return told if done.returncode == 0 else told | self._files

    @contextmanager
    def _building(self) -> Iterator[subprocess.Popen[bytes]]:
        process = subprocess.Popen(self._build, stdin=subprocess.DEVNULL, env=own_places())
        try:
            yield process
        except KeyboardInterrupt:
            if process.poll() is not None:
                raise
            with suppress(subprocess.TimeoutExpired):
                process.wait(MANNERS)
            raise click.exceptions.Exit(INTERRUPTED) from None  # the build says the rest
        finally:
            _stop(process)

    def _change(self, before: Contents, process: subprocess.Popen[bytes]) -> list[Path]:
        """Wait until files say something else than before, and return which."""
        is_waiting, has_seen = False, True
        while True:
            if process.poll() is not None and not is_waiting:
                is_waiting = True
                _say(f"waiting for {self._path.name} to change …")
            if has_seen or self._eyes.have_seen(POLL):
                has_seen = False
                self._eyes.rest(QUIET, LONGEST)
                self._eyes.look_at(self._files)  # anew, because folders come and go too
                now = contents(self._files)
                changed = [path for path in self._files if now[path] != before[path]]
                if changed:
                    return changed


def contents(files: Collection[Path]) -> Contents:
    """Return what files say now, in short."""
    return {path: _content(path) for path in files}


def _content(path: Path) -> bytes | None:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest()
    except (OSError, ValueError):
        return None


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(GRACE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _say(text: str) -> None:
    click.echo(f"lossreel: {text}", err=True)
