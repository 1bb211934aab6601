"""The text of a TOML file, and errors that say in which line of it something is wrong."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from learning.errors import InputError, quoted, suggestion
from scenes.toml import lines
from scenes.toml.lines import Key

_REFUSAL = re.compile(r"(?P<what>.*) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)", re.DOTALL)

_ADVICE = {
    "Invalid value": "a text stands between double quotes, a number does not",
    "Cannot overwrite a value": "it is given already: keep one of the two",
    "Cannot declare": "it is there already: every film begins with [[film]], all else is given once",
    "Cannot mutate": "it is there already: write all films one way, each with its own [[film]]",
    "Unclosed array": "close it with ]",
    "Unclosed inline table": "close it with }",
    "Unterminated string": "close it with double quotes",
    "Expected \"'''\"": "close it with '''",
    "Illegal character": "close the text with double quotes in the line in which it begins",
    "Invalid hex": "write \\\\ for a backslash, or put the text between single quotes",
    "Unescaped": "write \\\\ for a backslash, or put the text between single quotes",
    "Expected newline": "give each key a line of its own",
}
"""The next step, by how the parser's message begins."""

_SLIPS = {
    r"=\s*-?\d+,\d+\s*(#.*)?$": "a decimal number has a point, as 0.1; several numbers stand in brackets, as [5, -4]",
    r"=\s*-?\d+,\s*-\d": "several numbers stand in brackets, as [5, -4]",
    r"=\s*-?\.\d": "a number begins with a digit: 0.01",
    r"=\s*-?\d+\.(\s|$)": "a number ends with a digit: 5.0",
    r"=\s*\(": "several numbers stand in brackets, as [5, -4]",
    r"(?i)=\s*(true|false|yes|no|on|off)\s*(#.*)?$": "write true or false, in small letters",
    r"[“”„‟‘’]": 'text stands between straight quotes, as "descent"',
    r"^\s*\[\[[^\]]*\]\s*(#.*)?$": "two brackets on both sides, as [[film]]",
}
"""The next step, by what the line looks like; it goes before the parser's own words."""


@dataclass(frozen=True)
class Kind:
    """What a file is to be, in the words of errors.

    Attributes:
        name: e.g. `lecture file`.
        example: the name of such a file.
        use: where such a file is named, e.g. `lossreel build LECTURE.toml`.
        a_line: what a line of it is.
    """

    name: str
    example: str
    use: str
    a_line: str


@dataclass(frozen=True)
class Source:
    """A file as it was read.

    Attributes:
        path: where it is, as it was named.
        text: what it says.
        tables: what that means.
    """

    path: Path
    text: str
    tables: Mapping[str, Any]

    def error(self, key: Key, message: str) -> InputError:
        """Make an error that names the file and the line in which a key is written."""
        return _error(self.path, lines.line_of(self.text, key), message)

    @contextmanager
    def at(self, *key: str | int, remark: str = "") -> Iterator[None]:
        """Say of errors in here that they come from this key, and a remark at the end."""
        try:
            yield
        except InputError as error:
            raise self.error(key, f"{error}{remark}") from error

    def film_lines(self, count: int) -> list[int]:
        """Return the line in which each of the `count` films begins."""
        headers = lines.header_lines(self.text, "film")  # none where the films are elements of one array
        return headers or [lines.line_of(self.text, ("film", n)) for n in range(count)]


def read(path: Path, kind: Kind) -> Source:
    """Read a file.

    Raises:
        InputError: it is not there, cannot be read, or is not TOML.
    """
    text = _decoded(_content(path, kind), path)
    try:
        return Source(path, text, tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise _not_toml(path, text, str(error), kind) from None
    except (RecursionError, ValueError):  # whole numbers of thousands of digits
        message = "this goes too deep, or is too long a number, to be read: write it shorter"
        raise _error(path, lines.unfinished(text) or 1, message) from None


def _content(path: Path, kind: Kind) -> bytes:
    name_one = f"name a {kind.name}: {kind.use}"
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such file{_near(path)}; {name_one}") from None
    except IsADirectoryError:
        raise InputError(f"{path} is a folder: name a {kind.name}, such as {path / kind.example}") from None
    except (OSError, ValueError) as error:  # a name with a NUL is a ValueError
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{path}: cannot be read ({reason}); {name_one}") from None


def _near(path: Path) -> str:
    try:
        names = [near.name for near in path.parent.glob("*.toml")]
    except (OSError, ValueError):
        return ""
    return suggestion(path.name, names) or suggestion(f"{path.name}.toml", names)


def _decoded(content: bytes, path: Path) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _error(path, line, f"byte 0x{content[error.start]:02x} is not UTF-8: save the file as UTF-8") from None


def _not_toml(path: Path, text: str, message: str, kind: Kind) -> InputError:
    """Say where the parser gave up, in front of what, and what to do."""
    said = _REFUSAL.fullmatch(message)
    what = said["what"] if said else message
    line = int(said["line"]) if said and said["line"] else _last_line(text)
    column = f", column {said['column']}" if said and said["column"] else ""
    written = text.replace("\r\n", "\n").split("\n")[line - 1].strip()
    slips = (advice for slip, advice in _SLIPS.items() if re.search(slip, written))
    advice = next(slips, None) or next((step for start, step in _ADVICE.items() if what.startswith(start)), kind.a_line)
    shown = quoted(written)
    return _error(path, line, f"{what[0].lower()}{what[1:]} in {shown}{column}; {advice}")


def _last_line(text: str) -> int:
    """Return the first line of the statement that a text breaks off in, or of its last."""
    return lines.unfinished(text) or max((one.first for one in lines.statements(text) if one.says), default=1)


def _error(path: Path, line: int, message: str) -> InputError:
    return InputError(f"{os.fspath(path)}, line {line}: {message}")
