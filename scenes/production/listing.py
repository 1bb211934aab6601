"""What the command line prints: films, histories, caches, as text for people and for programs."""

from __future__ import annotations

import csv
import io
import json
import math
import shutil
import textwrap
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from scenes.catalogue import FILMS, Entry
from scenes.measures import duration, size
from scenes.options import bounds, shown, teaches

if TYPE_CHECKING:
    from learning.cache import CacheInfo, Usage
    from learning.history import History

HEAD, TAIL = 15, 10
GAP = "  "


def films_as_text(entries: Iterable[Entry] | None = None) -> str:
    """Every film: name, running time, what it teaches, parameters with defaults."""
    return "\n\n".join(_film(entry) for entry in entries or FILMS.values())


def _film(entry: Entry) -> str:
    fields = entry.parameters.model_fields.items()
    defaults = ", ".join(f"{name.replace('_', '-')} {shown(field.default)}" for name, field in fields)
    lines = [f"{entry.name}  ({duration(entry.seconds)})"]
    for text in (teaches(entry), f"parameters: {defaults}"):
        lines += textwrap.wrap(text, 100, initial_indent="    ", subsequent_indent="    ")
    return "\n".join(lines)


def films_as_json(entries: Iterable[Entry] | None = None) -> str:
    """The same as `films_as_text` for programs: a list of objects."""
    return json.dumps([_facts(entry) for entry in entries or FILMS.values()], ensure_ascii=False, indent=2)


def _facts(entry: Entry) -> dict[str, Any]:
    parameters = {
        name: {"default": field.default, "bounds": bounds(field), "meaning": field.description}
        for name, field in entry.parameters.model_fields.items()
    }
    return {"name": entry.name, "teaches": teaches(entry), "seconds": entry.seconds, "parameters": parameters}


def history_as_text(history: History, *, whole: bool = False) -> str:
    """A table of a history: first and last rows, or all; the columns that fit, the parameters first."""
    rows = range(len(history))
    is_cut = not whole and len(rows) > HEAD + TAIL + 1
    picked = [*rows[:HEAD], *rows[-TAIL:]] if is_cut else list(rows)
    columns = {name: [f"{value:.7g}" for value in history.column(name)[picked]] for name in history.columns}
    fitting = _fitting(columns)
    lines = _table(fitting)
    if is_cut:
        lines.insert(HEAD + 1, f"… {len(rows) - HEAD - TAIL} rows more: --all shows them")
    hidden = len(columns) - len(fitting)
    return "\n".join(lines + ([f"… {hidden} columns more: --csv has them"] if hidden else []))


def _fitting(columns: dict[str, list[str]]) -> dict[str, list[str]]:
    """Keep the columns that fit into a line of the terminal."""
    room = shutil.get_terminal_size((120, 24)).columns + len(GAP)  # the first column has no gap before it
    kept: dict[str, list[str]] = {}
    for name, cells in columns.items():
        room -= _width(name, cells) + len(GAP)
        if room < 0 and kept:
            break
        kept[name] = cells
    return kept


def _table(columns: dict[str, list[str]]) -> list[str]:
    widths = {name: _width(name, cells) for name, cells in columns.items()}
    heading = GAP.join(name.rjust(widths[name]) for name in columns)
    body = zip(*([cell.rjust(widths[name]) for cell in cells] for name, cells in columns.items()), strict=True)
    return [heading, *(GAP.join(row) for row in body)]


def _width(name: str, cells: list[str]) -> int:
    return max(len(name), *map(len, cells))


def history_as_csv(history: History) -> str:
    """All rows and columns; numbers as short as they can be without losing anything."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(history.columns)
    writer.writerows(zip(*(map(str, history.column(name)) for name in history.columns), strict=True))
    return text.getvalue().rstrip("\n")


def history_as_json(history: History) -> str:
    """All rows as objects, and what the history says of itself.

    JSON knows no inf and nan: they are the strings "inf", "-inf" and "nan".
    """
    columns = ([_number(value) for value in history.column(name)] for name in history.columns)
    rows = [dict(zip(history.columns, row, strict=True)) for row in zip(*columns, strict=True)]
    return json.dumps({"meta": history.meta, "rows": rows}, ensure_ascii=False, allow_nan=False, indent=1)


def _number(value: Any) -> int | float | str:
    """A NumPy number as JSON can hold it, with no more digits than it has."""
    text = str(value)
    if text.lstrip("-").isdigit():
        return int(text)
    return float(text) if math.isfinite(float(text)) else text


def cache_as_text(info: CacheInfo, *, is_kept: bool = True) -> str:
    """Where the cache is, how much it holds and may hold; or, where that is not kept, how much it held."""
    lines = [_usage("histories", info.histories), _usage("films", info.films)]
    together = info.histories.bytes + info.films.bytes
    limit = f"together   {size(together)} of at most {size(info.limit)}; $LOSSREEL_CACHE_LIMIT sets another limit"
    return "\n".join([f"cache      {info.root}", *lines, *([limit] if is_kept else [])])


def _usage(name: str, usage: Usage) -> str:
    files = "file" if usage.files == 1 else "files"
    return f"{name:<9}  {usage.files} {files}, {size(usage.bytes)}"
