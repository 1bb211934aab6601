"""Decks on disk: which formats there are, where they go, and how a lecture gets there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from learning.errors import InputError, unknown
from scenes.decks import KINDS, Kind
from scenes.production.files import check_replaceable, put, sign, workplace

if TYPE_CHECKING:
    from scenes.decks.deck import Deck
    from scenes.lectures.lecture import Lecture

DECKS_FOLDER = Path("media", "decks")

Writer = Callable[["Deck", Path], None]


def kinds_of(named: Sequence[str], given: Path | None) -> list[Kind]:
    """Return the formats that were named, or that the name of the file asks for.

    Raises:
        InputError: none is named, or the name of the file asks for another.
    """
    suffix = given.suffix[1:].lower() if given and not given.is_dir() else ""
    kinds = [kind for kind in KINDS if kind in (named or [suffix])]
    if not kinds:
        raise InputError(f"which format? name one of {', '.join(KINDS)}, e.g. --to html")
    if suffix in KINDS and kinds != [suffix]:
        raise InputError(f"--to {' --to '.join(kinds)} and the name {given} disagree: drop one of the two")
    return kinds


def target_of(lecture: Lecture, kind: Kind, given: Path | None, *, as_folder: bool) -> Path:
    """Return where a deck goes.

    Args:
        lecture: its file's stem is the deck's name.
        kind: the format.
        given: what the user said: a file, a folder that is there, or nothing: then media/decks/.
        as_folder: whether the deck is a folder.

    Raises:
        InputError: what is there would be lost, or the deck cannot be a folder.
    """
    suffix = "" if as_folder else f".{kind}"
    if as_folder and kind != "html":
        raise InputError(f"--folder goes with --to html: a {kind} file is one file")
    target = given or DECKS_FOLDER / (lecture.path.stem + suffix)
    if as_folder:
        check_replaceable(target)
    elif target.is_dir():
        target /= lecture.path.stem + suffix
    elif target.suffix.lower() != suffix:
        target = target.with_name(target.name + suffix)
    if kind == "pptx" and target.exists():
        _check_unedited(target)
    return target


def _check_unedited(target: Path) -> None:
    """Refuse to replace slides that somebody has worked upon."""
    from scenes.decks.pptx_package import is_as_made

    if not is_as_made(target):
        raise InputError(f"{target} was changed since lossreel made it: move it away, or choose another name with -o")


def told(target: Path) -> str:
    """Say where a deck is, and how large: `media/decks/lecture.html (31.2 MB)`."""
    from scenes.production.listing import size

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
                if as_folder:
                    sign(made)
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
