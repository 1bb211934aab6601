"""Every word on the screen and in the notes, by key, in the language of the class.

A language is one TOML file: one of ours, which are called by their names, or somebody's own, which is called by its
path. A text holds names in braces: ``{loss}`` is a number or a symbol, ``{loss:loss}`` the
same in the colour of that meaning. All else is shown as it stands: a caption file holds text, not code.
"""

import difflib
import re
import string
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from functools import lru_cache
from pathlib import Path
from typing import Any

from learning.errors import InputError, quoted
from scenes.markup import Words, escape, verbatim

LANGUAGES = ("en", "ko")
HERE = Path(__file__).parent
SUFFIX = ".toml"
TAG = re.compile(r"([a-z]{2,3})(?:-([a-z]{4}))?(?:-([a-z]{2}|[0-9]{3}))?", re.IGNORECASE)
"""Language, script and region as BCP 47 has them: `ja`, `pt-BR`, `zh-Hant-TW`."""

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
    """The texts of one language.

    Attributes:
        language: its tag, such as `en` or `pt-BR`.
        font: the family that the file names, None where it names none.
    """

    def __init__(self, language: str, texts: Mapping[str, Any], font: str | None = None) -> None:
        self.language = language
        self.font = font
        self._texts: Mapping[str, str] = dict(_flatten(texts))

    def __contains__(self, key: str) -> bool:
        return key in self._texts

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def add(self, table: str, texts: Mapping[str, Any]) -> None:
        """Take in a table of texts, in the place of the one of that name."""
        others = {key: text for key, text in self._texts.items() if not key.startswith(f"{table}.")}
        self._texts = {**others, **dict(_flatten(texts, f"{table}."))}

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
            literal + (_find(field, values).plain if field else "") for literal, field, _ in pieces(self.template(key))
        )

    def typeset(self, key: str, **values: Words | str) -> str:
        """A caption as Typst markup, for the screen."""
        return "".join(
            (escape(literal) if literal else "") + (_coloured(_find(field, values).typeset, meaning) if field else "")
            for literal, field, meaning in pieces(self.template(key))
        )


def load(language: str) -> Captions:
    """The captions of a language: of ours what they were when first asked for, of another what its file says now.

    Args:
        language: one of `LANGUAGES`, or the path of a TOML file; whether it is complete is a question for
            :func:`scenes.captions.own.check`.

    Raises:
        InputError: the language is not among `LANGUAGES`, or the file cannot be read.
    """
    if is_own(language):
        _read[language] = _content(language)
        return _captions(language, _read[language])
    if language not in LANGUAGES:
        raise InputError(f"no captions in {language!r}; there are: {', '.join(LANGUAGES)}")
    if language not in _ours:
        _read[language] = _content(language)
        _ours[language] = _captions(language, _read[language])
    return _ours[language]


@lru_cache(maxsize=16)
def _captions(language: str, content: bytes) -> Captions:
    try:
        tables = tomllib.loads(content.decode("utf-8-sig"))
    except ValueError as error:
        raise InputError(f"{path_of(language)} is no TOML file ({error}); mend it") from None
    font = tables.pop("font", None)
    return Captions(tag_of(language), tables, str(font) if font else None)


def is_current(language: str) -> bool:
    """Tell whether a language's file still says what :func:`load` has last read from it."""
    try:
        if language not in _read:
            load(language)
        are_beside = all(_text(path) == text for path, text in _beside.items())
        return are_beside and _content(language) == _read[language]
    except InputError:  # it is gone
        return False


def add(language: str, film: str, texts: Mapping[str, Any], path: Path) -> None:
    """Let the words of somebody's own film join those of a language of ours.

    Args:
        language: one of `LANGUAGES`.
        film: its name, and that of the table.
        texts: the table.
        path: the file that they stand in.

    Raises:
        InputError: the file cannot be read any more.
    """
    load(language).add(film, texts)
    _beside[path] = _text(path)


_read: dict[str, bytes] = {}
_ours: dict[str, Captions] = {}
_beside: dict[Path, bytes] = {}
"""What the files said whose words have joined ours."""


def _content(language: str) -> bytes:
    return _text(path_of(language))


def _text(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except (OSError, ValueError) as error:  # a name with a NUL is a ValueError
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{path}: cannot be read ({reason}); name a file with captions") from None


def path_of(language: str) -> Path:
    """The file with the words of a language."""
    return Path(language) if is_own(language) else HERE / f"{language}{SUFFIX}"


def is_own(language: str) -> bool:
    """Tell the path of somebody's own captions from the name of a language of ours."""
    return language.lower().endswith(SUFFIX)


def tag_of(language: str) -> str:
    """Return what a language is called in names of files and by players: `ja` for `lecture/ja.toml`.

    Raises:
        InputError: the name of somebody's own file is no language's.
    """
    if not is_own(language):
        return language
    name = path_of(language).name
    found = TAG.fullmatch(name[: -len(SUFFIX)])
    if found is None:
        raise InputError(
            f"captions {quoted(name)}: the file's name is to tell its language, as ja.toml or pt-BR.toml: rename it"
        )
    primary, script, region = (part or "" for part in found.groups())
    return "-".join(filter(None, (primary.lower(), script.title(), region.upper())))


def others(language: str) -> tuple[str, ...]:
    """Return those of our languages that a language is not."""
    return tuple(other for other in LANGUAGES if other != tag_of(language))


def placeholders(template: str) -> set[str]:
    """The names in braces of a caption."""
    return {field for _, field, _ in pieces(template) if field}


def _flatten(table: Mapping[str, Any], above: str = "") -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    for key, value in table.items():
        name = f"{above}{key}"
        rows += _flatten(value, f"{name}.") if isinstance(value, Mapping) else [(name, str(value))]
    return rows


def pieces(template: str) -> list[tuple[str, str | None, str]]:
    """Take a caption apart: texts, the name in braces that follows each or None, and its colour or an empty text."""
    return [(literal, field, spec or "") for literal, field, spec, _ in string.Formatter().parse(template)]


def _find(field: str, values: Mapping[str, Words | str]) -> Words:
    if field not in values and field not in SYMBOLS:
        raise KeyError(f"nothing fills {{{field}}}: neither the film's figures nor its words have it")
    found = values[field] if field in values else SYMBOLS[field]
    return found if isinstance(found, Words) else verbatim(found)


def _coloured(markup: str, meaning: str) -> str:
    return f"#{meaning}[{markup}]" if meaning else markup
