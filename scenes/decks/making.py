"""Decks on disk: which formats there are, where they go, and how a lecture gets there."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from learning.errors import InputError, unknown
from scenes.decks import KINDS, Kind
from scenes.decks.seals import is_as_made, seal
from scenes.production.files import check_replaceable, put, sign, workplace

if TYPE_CHECKING:
    from scenes.decks.deck import Deck
    from scenes.lectures.lecture import Lecture

DECKS_FOLDER = Path("media", "decks")

Writer = Callable[["Deck", Path], None]


def targets_of(lecture: Lecture, named: Sequence[str], given: str | None, *, as_folder: bool) -> dict[Kind, Path]:
    """Return where the deck of each format goes.

    Args:
        lecture: its file's stem is the name of decks that are given none.
        named: the formats that were named; where there are none, the name of the file tells.
        given: what was said of the place: a file; a folder, which ends with a slash or is there; or nothing: then
            it is media/decks/.
        as_folder: whether the deck is a folder.

    Raises:
        InputError: no format is named, or the name of the file asks for another; what is there would be lost; or the
            deck cannot be a folder.
        RunError: nothing can be written there.
    """
    into = given is None or given.endswith(("/", os.sep)) or (Path(given).is_dir() and not as_folder)
    place = DECKS_FOLDER if given is None else Path(given)
    kinds = _kinds(named, place, "" if into else place.suffix[1:].lower())
    if as_folder and kinds != ["html"]:
        raise InputError("--folder goes with --to html: a deck in another format is one file")
    if as_folder and not into and place.suffix[1:].lower() in KINDS:
        raise InputError(f"--folder makes a folder, {place} is the name of a file: leave out one of the two")
    targets = {kind: _target(place, lecture.path.stem, kind, into=into, as_folder=as_folder) for kind in kinds}
    for kind, target in targets.items():
        _check(target, kind)
    return targets


def _kinds(named: Sequence[str], place: Path, suffix: str) -> list[Kind]:
    kinds = [kind for kind in KINDS if kind in (named or [suffix])]
    if not kinds:
        raise InputError(f"which format? name one of {', '.join(KINDS)}, e.g. --to html")
    if suffix in KINDS and kinds != [suffix]:
        raise InputError(f"--to {' --to '.join(kinds)} and the name {place} disagree: drop one of the two")
    return kinds


def _target(place: Path, stem: str, kind: Kind, *, into: bool, as_folder: bool) -> Path:
    target = place / stem if into else place
    has_suffix = as_folder or (not into and target.suffix.lower() == f".{kind}")
    return target if has_suffix else target.with_name(f"{target.name}.{kind}")


def _check(target: Path, kind: Kind) -> None:
    """Refuse to replace what somebody has made or worked upon, and a place where nothing can be written."""
    if target.suffix == f".{kind}" and target.is_file():
        if not is_as_made(target, kind):
            raise InputError(f"{target} is not as lossreel has made it: move it away, or choose another name with -o")
    else:
        check_replaceable(target)
    with workplace(target):
        pass


def told(target: Path) -> str:
    """Say where a deck is, and how large: `media/decks/lecture.html (31.2 MB)`."""
    from scenes.measures import size

    files = target.rglob("*") if target.is_dir() else [target]
    return f"{target} ({size(sum(path.stat().st_size for path in files if path.is_file()))})"


def make(lecture: Lecture, targets: Mapping[Kind, Path], *, as_folder: bool = False) -> Iterator[Path]:
    """Make decks of a lecture whose films are in place, and return where each is as soon as it is there.

    Args:
        lecture: what was built.
        targets: where the deck of each format goes.
        as_folder: whether it is a folder.

    Raises:
        InputError: a section that is to loop is not in its film.
        RunError: a film cannot be cut, or the deck cannot be written.
    """
    from scenes.decks.deck import collect

    with workplace(next(iter(targets.values()))) as cuttings:
        deck = collect(lecture, cuttings / "cut")
        for kind, target in targets.items():
            with workplace(target) as place:
                made = place / f"deck{target.suffix}"
                _writer(kind, as_folder)(deck, made)
                sign(made) if as_folder else seal(made, kind)
                put(made, target)
            yield target


def _writer(kind: Kind, as_folder: bool) -> Writer:
    if kind == "html":
        from scenes.decks import html

        return partial(html.write, folder=True) if as_folder else html.write
    if kind == "pptx":
        from scenes.decks import pptx

        return pptx.write
    if kind == "pdf":
        from scenes.decks import pdf

        return pdf.write
    raise unknown("format", kind, KINDS)
