"""What a build would do for each film of a lecture, and why. Loads neither manim nor torch."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from learning.cache import limit
from learning.errors import InputError
from scenes.catalogue import any_number_elsewhere
from scenes.lectures.lecture import Lecture, LectureFilm
from scenes.production import filmcache
from scenes.production.changes import changes, since
from scenes.production.delivery import is_in_place, told
from scenes.production.naming import FILMS_FOLDER, description_path
from scenes.production.order import Order
from scenes.production.output import FORMATS
from scenes.production.recipe import files_of

Action = Literal["unchanged", "from cache", "render"]
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
    """Look at every film of a lecture; no film is changed by it, only entries of the cache that are broken go.

    Raises:
        InputError: a data file is not as it should be, or a folder has the name of a film's file.
    """
    limit()
    for film in lecture.films:
        _check_name(film.order)
    steps = [_step(film, force) for film in lecture.films]
    for step in steps:
        if step.action == "render":
            _check_data(step.film, lecture)
    return steps


def _check_name(order: Order) -> None:
    path = order.output.path
    if path is not None and path.is_dir() and not order.output.is_folder:
        raise InputError(f"{path} is a folder, a film is to get its name: move it away, or choose another with -o")


def _step(film: LectureFilm, force: bool) -> Step:
    if force:
        return Step(film, "render", ("forced",))
    if is_in_place(film.order):
        return Step(film, "unchanged")
    return Step(film, "from cache" if filmcache.fetch(film.order.recipe) else "render", reasons(film.order))


def _check_data(film: LectureFilm, lecture: Lecture) -> None:
    """Read the data files of a film that is to be made: what is wrong in them is said before anything is done."""
    if not files_of(film.order):
        return
    from learning.data import check

    try:
        with any_number_elsewhere():
            check(film.order.parameters.experiments().values())
    except InputError as error:
        raise InputError(f"{lecture.path}, line {film.line}: {error}") from None


def left_over(lecture: Lecture) -> list[Path]:
    """Return films that an earlier build has put into the lecture's own folder, and that it no longer has."""
    folder = FILMS_FOLDER / lecture.path.stem
    wanted = {film.order.target for film in lecture.films}
    if {target.parent for target in wanted} != {folder}:
        return []
    return [path for path in sorted(folder.glob("*")) if _is_film(path) and path not in wanted]


def _is_film(path: Path) -> bool:
    """Tell whether it is a film of ours, or a folder of its frames: what has no description beside it is somebody's."""
    may_be = path.is_dir() or (path.suffix[1:] in FORMATS and path.suffix != ".png")  # that is a poster
    return may_be and description_path(path).exists()


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
    files = files_of(order)  # by their names alone: where they are changes nothing
    yield from changes(_called(before, files), _called(now, files))
    yield from changes({name: there.get(name) for name in LOOKS}, {name: order.facts[name] for name in LOOKS})
    size = {"size": f"{there.get('width')}x{there.get('height')}", "fps": there.get("fps")}
    yield from changes(size, {"size": f"{order.output.width}x{order.output.height}", "fps": order.output.fps})


def _called(parameters: Mapping[str, Any], files: Collection[str]) -> dict[str, Any]:
    return {name: Path(str(value)).name if name in files else value for name, value in parameters.items()}
