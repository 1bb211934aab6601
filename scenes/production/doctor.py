"""What this machine has, and what it lacks."""

from __future__ import annotations

import platform
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from learning.cache import default_root
from scenes.fonts import advice, font_for
from scenes.measures import size
from scenes.production.filmcache import free_space
from scenes.production.naming import FILMS_FOLDER

ENOUGH_SPACE = 500_000_000


@dataclass(frozen=True)
class Finding:
    """One line of the examination.

    Attributes:
        what: what was looked for.
        is_there: whether it was found.
        text: what was found, or what to do about it.
        is_needed: whether films cannot be made without it.
    """

    what: str
    is_there: bool
    text: str
    is_needed: bool = True

    @property
    def line(self) -> str:
        """The finding as it is printed."""
        mark = "ok" if self.is_there else ("MISSING" if self.is_needed else "missing")
        return f"{mark:<8} {self.what:<14} {self.text}"


def examine() -> list[Finding]:
    """Look at everything that a film needs."""
    checks: list[Callable[[], Finding]] = [
        _python,
        lambda: _package("torch", "pip install torch"),
        lambda: _package("manim", "pip install 'manim[typst]', after cairo and pango (see README)"),
        lambda: _font("en", needed=True),
        lambda: _font("ko", needed=False),
        _encoder,
        lambda: _write_access("films", FILMS_FOLDER),
        lambda: _write_access("cache", default_root()),
        _space,
    ]
    return [check() for check in checks]


def _python() -> Finding:
    return Finding("Python", sys.version_info >= (3, 11), f"{platform.python_version()} (3.11 or newer is needed)")


def _package(name: str, remedy: str) -> Finding:
    """Import a package in earnest: one that is there may still lack its system library."""
    try:
        found = version(name) if find_spec(name) else ""
        __import__(name)
    except (PackageNotFoundError, ImportError, OSError) as error:
        return Finding(name, False, f"{str(error).splitlines()[0]}: {remedy}")
    return Finding(name, True, found)


def _font(language: str, *, needed: bool) -> Finding:
    what = f"font for {language}"
    try:
        family = font_for(language)
    except ImportError as error:
        return Finding(what, False, f"cannot look: {error}", needed)
    return Finding(what, family is not None, family or advice(language), needed)


def _encoder() -> Finding:
    try:
        import av.codec

        av.codec.Codec("libx264", "w")
    except (ImportError, ValueError) as error:
        return Finding("H.264 encoder", False, f"{error}: pip install --force-reinstall --only-binary :all: av")
    return Finding("H.264 encoder", True, f"libx264, PyAV {version('av')}")


def _write_access(what: str, folder: Path) -> Finding:
    there = folder
    while not there.exists():
        there = there.parent
    try:
        with tempfile.TemporaryFile(dir=there):
            return Finding(what, True, f"{folder} can be written")
    except OSError as error:
        remedy = "set LOSSREEL_CACHE to another folder" if what == "cache" else "work in another folder, or use -o"
        return Finding(what, False, f"{folder} cannot be written ({error.strerror}): {remedy}")


def _space() -> Finding:
    free = min(free_space(Path.cwd()), free_space(default_root()))
    text = f"{size(free)} free"
    return Finding("disk", free > ENOUGH_SPACE, text if free > ENOUGH_SPACE else f"{text}: make room")
