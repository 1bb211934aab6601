"""Every word on the screen and in the notes, by key, in the language of the class.

A language is one TOML file. A text holds names in braces: ``{loss}`` is a number or a symbol, ``{loss:loss}`` the
same in the colour of that meaning. All else is shown as it stands: a caption file holds text, not code.
"""

import difflib
import string
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from pathlib import Path
from typing import Any

from learning.errors import InputError
from scenes.markup import Words, escape, verbatim

LANGUAGES = ("en", "ko")
HERE = Path(__file__).parent

SYMBOLS = {
    "alpha": Words("α", "$alpha$"),
    "w0": Words("w₀", "$w_0$"),
    "w1": Words("w₁", "$w_1$"),
    "w0hat": Words("ŵ₀", "$hat(w)_0$"),
    "w1hat": Words("ŵ₁", "$hat(w)_1$"),
    "yhat": Words("ŷ", "$hat(y)$"),
    "factor_formula": Words("ŷ(1 − ŷ)", "$hat(y) (1 - hat(y))$"),
    "w0slope": Words("∂loss/∂w₀", '$partial thin upright("loss") \\/ partial w_0$'),
    "w1slope": Words("∂loss/∂w₁", '$partial thin upright("loss") \\/ partial w_1$'),
}
"""Mathematics that every language writes alike."""


class Captions:
    """The texts of one language."""

    def __init__(self, language: str, texts: Mapping[str, Any]) -> None:
        self.language = language
        self._texts: Mapping[str, str] = dict(_flatten(texts))

    def __contains__(self, key: str) -> bool:
        return key in self._texts

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def off_screen(self) -> AbstractContextManager[None]:
        """What is read within this is told, and no picture depends on it."""
        return nullcontext()

    def template(self, key: str) -> str:
        """The text of a key with its placeholders unfilled.

        Raises:
            KeyError: there is no such key.
        """
        if key not in self._texts:
            near = difflib.get_close_matches(key, self._texts, n=1)
            raise KeyError(f"no caption {key!r} in {self.language}" + (f"; near: {near[0]!r}" if near else ""))
        return self._texts[key]

    def text(self, key: str, **values: Words | str) -> str:
        """A caption as plain text, for notes, subtitles and file data."""
        return "".join(
            literal + (_find(field, values).plain if field else "") for literal, field, _ in _pieces(self.template(key))
        )

    def typeset(self, key: str, **values: Words | str) -> str:
        """A caption as Typst markup, for the screen."""
        return "".join(
            (escape(literal) if literal else "") + (_coloured(_find(field, values).typeset, meaning) if field else "")
            for literal, field, meaning in _pieces(self.template(key))
        )


@cache
def load(language: str) -> Captions:
    """The captions of a language that lossreel speaks.

    Raises:
        InputError: the language is not among `LANGUAGES`.
    """
    if language not in LANGUAGES:
        raise InputError(f"no captions in {language!r}; there are: {', '.join(LANGUAGES)}")
    content = _read[language] = _content(language)
    return Captions(language, tomllib.loads(content.decode("utf-8")))


def is_current(language: str) -> bool:
    """Tell whether a language's file still says what :func:`load` has read from it."""
    load(language)
    return _content(language) == _read[language]


_read: dict[str, bytes] = {}


def _content(language: str) -> bytes:
    return path_of(language).read_bytes()


def path_of(language: str) -> Path:
    """The file with the words of a language."""
    return HERE / f"{language}.toml"


def placeholders(template: str) -> set[str]:
    """The names in braces of a caption."""
    return {field for _, field, _ in _pieces(template) if field}


def _flatten(table: Mapping[str, Any], above: str = "") -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    for key, value in table.items():
        name = f"{above}{key}"
        rows += _flatten(value, f"{name}.") if isinstance(value, Mapping) else [(name, str(value))]
    return rows


def _pieces(template: str) -> list[tuple[str, str | None, str]]:
    return [(literal, field, spec or "") for literal, field, spec, _ in string.Formatter().parse(template)]


def _find(field: str, values: Mapping[str, Words | str]) -> Words:
    found = values.get(field) or SYMBOLS[field]
    return found if isinstance(found, Words) else verbatim(found)


def _coloured(markup: str, meaning: str) -> str:
    return f"#{meaning}[{markup}]" if meaning else markup
