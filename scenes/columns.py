"""What films say of data of one's own: names of axes, what was standardized, how many points are drawn."""

from __future__ import annotations

from learning.errors import RunError
from learning.history import History
from scenes import fonts
from scenes.captions import Captions
from scenes.look import Look
from scenes.markup import Words, verbatim
from scenes.numbers import measured

LONGEST = 28
"""Characters of a column's name on an axis."""

USUAL = (Words("x", "$x$"), Words("y", "$y$"))


def axis_names(run: History, look: Look) -> tuple[Words, Words]:
    """Name the axes of a run's data: x and y, or as its file calls the columns; never read as markup.

    Raises:
        RunError: No font here has a letter of theirs.
    """
    first, second = (_axis(run, look.captions, axis) for axis in (0, 1))
    missing = fonts.lacking(look.font, "".join(sorted({*first.plain, *second.plain})), helped=True)
    if missing:
        raise RunError(fonts.without(missing))
    return first, second


def _axis(run: History, spoken: Captions, axis: int) -> Words:
    name = name_of(run, axis)
    if "xy"[axis] not in run.meta.get("standardized", {}):
        return name
    key = "axes.standardized"
    return Words(spoken.text(key, name=name), spoken.typeset(key, name=name))


def name_of(run: History, axis: int) -> Words:
    """Return what a run's x (0) or y (1) is called, shortened."""
    columns = run.meta.get("columns")
    if columns is None or columns[axis] == "xy"[axis]:
        return USUAL[axis]
    name = " ".join(columns[axis].split())
    return verbatim(name if len(name) <= LONGEST else f"{name[: LONGEST - 1].rstrip()}…")


def share_drawn(run: History, spoken: Captions) -> Words | None:
    """Say how many of how many points are drawn; None where all are."""
    if run.seen is None:
        return None
    values = {name: verbatim(f"{count:,}") for name, count in (("some", len(run.seen)), ("all", len(run.x)))}
    return Words(*(say("axes.drawn", **values) for say in (spoken.text, spoken.typeset)))


def remarks(run: History, spoken: Captions) -> str:
    """Return what a speaker's note adds of a run's data, beginning with a space; nothing of most."""
    found = []
    scales = run.meta.get("standardized", {})
    for axis, letter in enumerate("xy"):
        if letter in scales:
            mean, sd = (measured(value, 4) for value in scales[letter])
            found.append(spoken.text("axes.note_standardized", name=name_of(run, axis), mean=mean, sd=sd))
    if run.seen is not None:
        values = {"some": verbatim(f"{len(run.seen):,}"), "all": verbatim(f"{len(run.x):,}")}
        found.append(spoken.text("axes.note_drawn", **values))
    return "".join(f" {sentence}" for sentence in found)
