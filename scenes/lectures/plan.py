"""What a build would do for each film of a lecture, and why. Loads neither manim nor torch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from learning.errors import InputError
from scenes.lectures.lecture import Lecture, LectureFilm
from scenes.production import filmcache
from scenes.production.changes import changes, since
from scenes.production.delivery import is_in_place, told
from scenes.production.order import Order

Action = Literal["unchanged", "fetch", "render"]
"""In place already; in the cache; to be drawn."""

LOOKS = ("theme", "language")


@dataclass(frozen=True)
class Step:
    """What would be done for one film.

    Attributes:
        film: the film of the lecture.
        action: what would be done.
        reasons: why, e.g. ``("lr changed: 0.001 -> 0.0083",)``; empty where nothing would be done.
    """

    film: LectureFilm
    action: Action
    reasons: tuple[str, ...] = ()


def plan(lecture: Lecture, *, force: bool = False) -> list[Step]:
    """Look at every film of a lecture; nothing is changed by it.

    Raises:
        InputError: a data file cannot be read, or a folder has the name of a film's file.
    """
    for film in lecture.films:
        _check_name(film.order)
    return [_step(film, force) for film in lecture.films]


def _check_name(order: Order) -> None:
    path = order.output.path
    if path is not None and path.is_dir() and not order.output.is_folder:
        raise InputError(f"{path} is a folder, a film is to get its name: move it away, or choose another with -o")


def _step(film: LectureFilm, force: bool) -> Step:
    if force:
        return Step(film, "render", ("forced",))
    if is_in_place(film.order):
        return Step(film, "unchanged")
    return Step(film, "fetch" if filmcache.fetch(film.order.recipe) else "render", reasons(film.order))


def reasons(order: Order) -> tuple[str, ...]:
    """Say why an order's film is not in place: what has changed since the one that is there was made."""
    there = told(order)
    if not order.target.exists():
        return ("not there yet",)
    if not there:
        return ("the file that is there is not known",)
    if there.get("key") == order.recipe.key:
        return tuple(_differences(there, order)) or ("its files were changed or damaged",)
    before = filmcache.made_as(str(there.get("key")))
    found = [*_differences(there, order), *(since(before, order.recipe) if before else ())]
    return tuple(dict.fromkeys(found)) or ("made by other code, or of other data",)


def _differences(there: Mapping[str, Any], order: Order) -> Iterator[str]:
    """Compare what the film's own file says with what is asked for."""
    before, now = there.get("parameters"), order.facts["parameters"]
    if there.get("film") != order.entry.name or not isinstance(before, dict):
        yield f"the film changed: {there.get('film')} -> {order.entry.name}"
        return
    yield from changes(before, now)
    yield from changes({name: there.get(name) for name in LOOKS}, {name: order.facts[name] for name in LOOKS})
    size = {"size": f"{there.get('width')}x{there.get('height')}", "fps": there.get("fps")}
    yield from changes(size, {"size": f"{order.output.width}x{order.output.height}", "fps": order.output.fps})
