"""Docstrings of ours as the pages of the API show them."""

from __future__ import annotations

import re
from typing import Any

from griffe import Extension, Object

ROLE = re.compile(r":(?:attr|class|data|exc|func|meth|mod):`~?([^`]+)`")
LITERAL = re.compile(r"^::\n", re.MULTILINE)
MOVED = re.compile(r"^(Attributes that a film moves[^:\n]*):\n((?: {4}.*\n?)+)", re.MULTILINE)
GOES_ON = re.compile(r"\n {8,}")


class Roles(Extension):
    """Shows names that docstrings refer to and examples after two colons as code, and what a film moves as a list."""

    def on_object(self, *, obj: Object, **_: Any) -> None:
        """Rewrite an object's docstring before it is taken apart."""
        if obj.docstring is not None:
            obj.docstring.value = rewritten(obj.docstring.value)


def rewritten(docstring: str) -> str:
    """Write a docstring in the Markdown that the pages are made of."""
    return MOVED.sub(_as_list, LITERAL.sub("", ROLE.sub(r"`\1`", docstring)))


def _as_list(found: re.Match[str]) -> str:
    lines = GOES_ON.sub(" ", found[2]).strip().splitlines()
    return "\n".join([f"**{found[1]}**", "", *(f"- {line.strip()}" for line in lines), ""])
