"""CSV files: two columns of numbers out of a table, whatever program wrote it. Says what is wrong in one line.

Knows neither data sets nor torch.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from learning.errors import InputError, quoted, unknown
from learning.theory import Float64

SEPARATORS = (";", "\t", ",")
"""What may stand between columns; the first is preferred where several would do."""

LOOKED_AT = 200
"""Rows by which the separator, and what holds numbers, are told."""

MOST_NAMED = 12
"""Columns that a message names."""

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)
HOW = "say which with x and y, as in --x NAME --y NAME"


@dataclass(frozen=True, eq=False)
class Table:
    """Two columns of a CSV file, its rows in their order.

    Attributes:
        x: (N,) float64.
        y: (N,) float64.
        names: What their columns are called.
    """

    x: Float64
    y: Float64
    names: tuple[str, str]


@lru_cache(maxsize=2)
def read_table(path: Path, content: bytes, x: str | None, y: str | None, limit: float) -> Table:
    """Read N >= 2 points.

    The text is UTF-8, UTF-16 with a byte order mark, or CP949; commas, semicolons or tabs stand between the columns,
    and a decimal comma may be used between semicolons. Empty rows are left out.

    Args:
        path: Where it comes from, for messages.
        content: The bytes of the file.
        x: The name of its column. None: ``x``; or, of exactly two that hold numbers, the one that is left.
        y: The same for y.
        limit: Largest magnitude allowed.

    Raises:
        InputError: It is no such file, or a value is missing or no number; says the line and the value.
    """
    text = _text_of(path, content)
    try:
        separator, header = _header_of(path, text)
        sought = _columns(path, header, _first_rows(text, separator), (x, y))
        columns = _numbers(path, _Sheet(text, separator, header), sought, limit)
    except csv.Error as error:
        raise InputError(f"{path}: is not a CSV file ({error}); save it as CSV UTF-8") from None
    if len(columns[0]) < 2:
        raise InputError(f"{path}: has {len(columns[0])} points; a line needs at least 2: add rows below the header")
    return Table(columns[0], columns[1], (header[sought[0]], header[sought[1]]))


def _text_of(path: Path, content: bytes) -> str:
    if content.startswith(b"PK\x03\x04"):
        raise InputError(f"{path}: is no text but an archive, perhaps a workbook; save its sheet as CSV UTF-8")
    is_wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if is_wide else ("utf-8-sig", "cp949"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise InputError(f"{path}: is text neither in UTF-8, nor UTF-16 with its mark, nor CP949; save it as CSV UTF-8")


def _reader(text: str, separator: str) -> Any:
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True, strict=True)


def _first_rows(text: str, separator: str) -> list[list[str]]:
    """Return the first rows, the header among them, without empty ones."""
    rows = (row for row in _reader(text, separator) if not _is_blank(row))
    return [[cell.strip() for cell in row] for row in islice(rows, LOOKED_AT + 1)]


def _is_blank(row: Sequence[str]) -> bool:
    return not any(cell.strip() for cell in row)


def _header_of(path: Path, text: str) -> tuple[str, tuple[str, ...]]:
    """Return what separates the columns, and their names."""
    separator = max(SEPARATORS, key=lambda one: _fitness(text, one))  # of equals the first
    rows = _first_rows(text, separator)
    if not rows:
        raise InputError(f"{path}: is empty; a CSV file has a header such as x,y and a row for each point")
    header = tuple(_normal(name) for name in rows[0])
    if all(NUMBER.fullmatch(name) for name in header):
        raise InputError(
            f"{path}: its first row has {_listed(header)} where the names of columns belong; add a header such as x,y"
        )
    return separator, header


def _fitness(text: str, separator: str) -> tuple[bool, int]:
    """Tell how well a separator divides a table: all rows into as many columns, more than one, and into how many."""
    try:
        widths = [len(row) for row in _first_rows(text, separator)]
    except csv.Error:
        return False, text.partition("\n")[0].count(separator) + 1
    return len(set(widths)) == 1 and widths[0] > 1, widths[0] if widths else 0


def _normal(name: str) -> str:
    """Write Hangul and accents in one way: some systems take their letters apart."""
    return unicodedata.normalize("NFC", name.strip())


def _columns(
    path: Path, header: tuple[str, ...], rows: Sequence[Sequence[str]], asked: tuple[str | None, str | None]
) -> tuple[int, int]:
    """Return where x and y stand: those asked for, or those of that name, or the only two that hold numbers."""
    places = [_place(path, header, name, one) for one, name in zip(asked, ("x", "y"), strict=True)]
    if None in places:
        numeric = [k for k, name in enumerate(header) if name and _holds_numbers(rows[1:], k)]
        left = [k for k in numeric if k not in places]
        missing = places.count(None)
        if len(left) != missing:
            raise _undecided(path, header, numeric, tuple(n for n, p in zip("xy", places, strict=True) if p is None))
        places = [left.pop(0) if place is None else place for place in places]
    if places[0] == places[1]:
        raise InputError(f"{path}: x and y are both the column {_said(header[places[0] or 0])}; choose two")
    return places[0] or 0, places[1] or 0


def _place(path: Path, header: tuple[str, ...], usual: str, asked: str | None) -> int | None:
    """Return where a column stands; None if it was not asked for, and none has the usual name."""
    name = usual if asked is None else _normal(asked)
    if header.count(name) > 1:
        raise InputError(f"{path}: has {header.count(name)} columns called {_said(name)}; rename all but one")
    if name in header:
        return header.index(name)
    if asked is not None:
        raise InputError(f"{path}: {unknown('column', name, [_said(one) for one in _few(header)])}")
    return None


def _holds_numbers(rows: Sequence[Sequence[str]], column: int) -> bool:
    cells = [row[column] for row in rows if column < len(row) and row[column]]
    return bool(cells) and all(NUMBER.fullmatch(cell.replace(",", ".", 1)) for cell in cells)


def _undecided(path: Path, header: tuple[str, ...], numeric: Sequence[int], missing: tuple[str, ...]) -> InputError:
    there = f"its columns are {_listed(header)}"
    if 2 < len(numeric) < len(header):
        there += f", those of numbers {_listed([header[k] for k in numeric])}"
    return InputError(f"{path}: has no column {' and no '.join(missing)}; {there}: {HOW}")


def _few(names: Sequence[str]) -> list[str]:
    return [*names[:MOST_NAMED], *(["…"] if len(names) > MOST_NAMED else [])]


def _listed(names: Sequence[str]) -> str:
    return ", ".join(_said(name) for name in _few(names)) or "nothing"


def _said(name: str) -> str:
    """Write a column's name: as it is, or between quotes where it is long, or holds what would be misread."""
    plain = name.isprintable() and len(name) <= 40 and not set(name) & set(",;\"'") and name
    return name if plain else quoted(name)


@dataclass(frozen=True)
class _Sheet:
    """A table's text and how it is divided."""

    text: str
    separator: str
    header: tuple[str, ...]

    def rows(self, path: Path) -> Iterator[tuple[int, list[str]]]:
        """Give each row with its line, as wide as the header.

        Raises:
            InputError: A row has more than that.
        """
        reader = _reader(self.text, self.separator)
        width, begun = len(self.header), False
        for row in reader:
            if len(row) != width:
                if _is_blank(row):
                    continue
                if not _is_blank(row[width:]):
                    raise self._too_wide(path, reader.line_num, row)
                row = [*row, *[""] * (width - len(row))]
            if begun:
                yield reader.line_num, row
            begun = True

    def _too_wide(self, path: Path, line: int, row: list[str]) -> InputError:
        hint = "a text that holds it stands between quotes"
        if self.separator == ",":
            hint += ", and numbers with a decimal comma need ; between the columns"
        return InputError(f"{path}, line {line}: has {len(row)} cells where the header has {len(self.header)}; {hint}")


def _numbers(path: Path, sheet: _Sheet, sought: tuple[int, int], limit: float) -> tuple[Float64, Float64]:
    """Return both columns, (N,) each."""
    first, second = sought
    cells = [(row[first], row[second]) for _, row in sheet.rows(path)]
    try:
        columns = [_floats(column, sheet.separator) for column in zip(*cells, strict=True)] or [[], []]
    except ValueError:
        columns = _one_by_one(path, sheet, sought, limit)
    x, y = (np.array(column, dtype=np.float64) for column in columns)
    if not (np.abs(x) <= limit).all() or not (np.abs(y) <= limit).all():  # nan is not within
        _one_by_one(path, sheet, sought, limit)
    return x, y


def _floats(cells: Sequence[str], separator: str) -> list[float]:
    """Read a whole column at once.

    Raises:
        ValueError: There is something that has to be looked at one by one.
    """
    if separator == ";" and any("," in cell for cell in cells):
        if any("." in cell for cell in cells):
            raise ValueError
        cells = [cell.replace(",", ".") for cell in cells]
    if any("_" in cell for cell in cells):  # Python's, nobody else's
        raise ValueError
    return list(map(float, cells))


def _one_by_one(path: Path, sheet: _Sheet, sought: tuple[int, int], limit: float) -> list[list[float]]:
    """Read both columns row by row, and say what is wrong with the first cell that is."""
    columns = [_Column(sheet.header[place], sheet.separator, limit) for place in sought]
    found: list[list[float]] = [[], []]
    for line, row in sheet.rows(path):
        if _is_blank(row):
            continue
        for place, column, values in zip(sought, columns, found, strict=True):
            try:
                values.append(column.value(row[place].strip()))
            except ValueError as error:
                cell = quoted(row[place].strip())
                raise InputError(f"{path}, line {line}: {_said(column.name)} is {cell}{error}") from None
    return found


class _Column:
    """Reads the cells of a column from above; each says what is wrong with it, but not where it is."""

    def __init__(self, name: str, separator: str, limit: float) -> None:
        self.name, self.limit = name, limit
        self._is_decimal, self._marks = separator == ";", dict[str, str]()

    def value(self, cell: str) -> float:
        """Return the number in a cell.

        Raises:
            ValueError: There is none, or one that is not allowed.
        """
        if not cell:
            raise ValueError(": a value is missing; fill it in, or leave out the row")
        text = cell.replace(",", ".") if self._is_decimal else cell
        if not NUMBER.fullmatch(text) and text.lower().lstrip("+-") not in ("inf", "nan"):
            hint = "; a decimal comma needs ; between the columns" if "," in cell and not self._is_decimal else ""
            raise ValueError(f", which is not a number; write one like -1.5{hint}")
        if self._is_decimal:
            self._agree(cell)
        if not abs(float(text)) <= self.limit:
            most = f"{self.limit:g}".replace("e+0", "e").replace("e+", "e")
            raise ValueError(f"; only numbers from -{most} to {most} are allowed: correct it, or standardize")
        return float(text)

    def _agree(self, cell: str) -> None:
        """Refuse a decimal comma here and a decimal point there: one of them may part thousands."""
        for mark in ",.":
            if mark in cell:
                self._marks.setdefault(mark, cell)
        if len(self._marks) > 1:
            above = next(one for one in self._marks.values() if one != cell)
            raise ValueError(f", and a cell above has {quoted(above)}; write all with a comma, or all with a point")
