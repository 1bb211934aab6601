"""Texts of users as documents take them: in one line, and without what has no form."""

from __future__ import annotations

import unicodedata

FORMLESS = frozenset({"Cc", "Cs"})
"""Unicode's categories of control characters and of halves of characters."""
MARK_OF_ORDER = "\ufeff"
"""What some editors begin a file with; within a text it is an empty box, or an error."""


def visible(text: str) -> str:
    """Leave out what is neither seen nor heard; lines stay lines."""
    return "".join(letter for letter in text if letter == "\n" or not _is_formless(letter))


def one_line(text: str) -> str:
    """Write a text in one line: a space for all white space, and nothing that is neither seen nor heard."""
    return " ".join(filter(None, map(visible, text.split())))


def lines(text: str) -> list[str]:
    """Return the lines of a text that say something, each as `one_line` writes it."""
    return [line for line in map(one_line, text.splitlines()) if line]


def _is_formless(letter: str) -> bool:
    return letter == MARK_OF_ORDER or unicodedata.category(letter) in FORMLESS
