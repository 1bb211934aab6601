"""Text in its two forms: plain Unicode for notes and files, Typst markup for the screen."""

from typing import NamedTuple


class Words(NamedTuple):
    """A piece of text: plain Unicode, and the Typst markup that shows it."""

    plain: str
    typeset: str


def escape(text: str) -> str:
    """Typst markup that shows a text just as it is, whatever it holds."""
    quoted = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
    return f'#"{quoted}";'


def verbatim(text: str) -> Words:
    """A user's text, never read as markup."""
    return Words(text, escape(text))
