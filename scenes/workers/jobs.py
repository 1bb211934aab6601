"""One film to be made: everything that another process, on this machine or another, needs to know, as JSON."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from scenes.catalogue import find
from scenes.production.order import Order
from scenes.production.output import Output


@dataclass(frozen=True)
class Job:
    """An order, in nothing but plain values.

    Attributes:
        film: its name in the catalogue, or the address of a film of somebody's own, whose code the worker may run.
        parameters: by name, as JSON holds them.
        output: the settings of :class:`~scenes.production.output.Output`, and the path as text, or None.
        theme: the name of the theme.
        language: the language of titles and captions, or the path of a file with them.
        force: make it even if it is in the cache.
        expected: what :func:`scenes.workers.likeness.expectation` says, if it is to be made on another machine.
    """

    film: str
    parameters: dict[str, Any]
    output: dict[str, Any]
    theme: str
    language: str
    force: bool = False
    expected: dict[str, Any] | None = None

    @classmethod
    def of(cls, order: Order, *, force: bool = False) -> Job:
        """Write an order in plain values."""
        path = order.output.path
        return cls(
            film=order.entry.address,
            parameters=order.parameters.model_dump(mode="json"),
            output={**order.output.settings, "path": None if path is None else os.fspath(path)},
            theme=order.theme,
            language=order.language,
            force=force,
        )

    @classmethod
    def from_json(cls, text: str) -> Job:
        """Read what :meth:`to_json` wrote."""
        return cls(**json.loads(text))

    def to_json(self) -> str:
        """Return one line of ASCII."""
        return json.dumps(asdict(self))

    def order(self) -> Order:
        """Return the order that this was made of.

        Raises:
            InputError: this process has no such film.
        """
        entry = find(self.film)
        path = self.output["path"]
        output = Output(**{**self.output, "path": None if path is None else Path(path)})
        return Order(entry, entry.parameters(**self.parameters), output, self.theme, self.language)

    @cached_property
    def pixels(self) -> float:
        """How many pixels are to be drawn, about: films are begun in the order of it."""
        seconds = find(self.film).seconds
        frames = 1 if self.output["last_frame"] or self.output["stills"] else seconds * self.output["fps"]
        return float(frames * self.output["width"] * self.output["height"])


def in_good_order(jobs: Sequence[Job]) -> list[int]:
    """Return the numbers of the jobs in the order in which to begin them.

    The longest first, so that the last does not run alone for long; but a film with the same runs as another, say in
    another language, not beside it, because both would train them.
    """
    seen: set[str] = set()
    turns = []
    for number in sorted(range(len(jobs)), key=lambda number: -jobs[number].pixels):
        runs = json.dumps([jobs[number].film, jobs[number].parameters])
        turns.append((runs in seen, number))
        seen.add(runs)
    return [number for _, number in sorted(turns, key=lambda turn: turn[0])]
