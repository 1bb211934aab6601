"""What can go wrong, in one line: the value, what is allowed, the next step."""

from __future__ import annotations

import difflib
import json
import reprlib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydantic import BaseModel, ValidationError


LONGEST = 80
"""Characters of a refused value that a message repeats."""


class InputError(ValueError):
    """What the user gave is wrong (exit status 2)."""


class ProbabilityError(InputError):
    """A y that is no probability, for a model whose ŷ is one."""


class RunError(RuntimeError):
    """Something failed on the way (exit status 1)."""


def suggestion(name: str, known: Iterable[str]) -> str:
    """Return `` (did you mean "sse"?)`` if a known name is nearly `name`, otherwise nothing."""
    by_lower = {candidate.lower(): candidate for candidate in known}
    close = difflib.get_close_matches(name.lower(), by_lower, n=1)
    return f' (did you mean "{by_lower[close[0]]}"?)' if close else ""


def quoted(text: str) -> str:
    """Return the text between double quotes, on one line, cut where it is long."""
    return json.dumps(text if len(text) <= LONGEST else f"{text[:LONGEST]}…", ensure_ascii=False)


def unknown(what: str, name: str, known: Iterable[str]) -> InputError:
    """Make the error for a name that is none of the `known` ones; `what` is, for example, "optimizer"."""
    names = tuple(known)
    return InputError(f"{what} {quoted(name)} is unknown{suggestion(name, names)}; choose one of {', '.join(names)}")


def from_validation(error: ValidationError, model: type[BaseModel]) -> InputError:
    """Say in one line what pydantic refused first: the value, what is allowed, and the default."""
    first = error.errors(include_url=False)[0]
    cause = first.get("ctx", {}).get("error")
    if isinstance(cause, InputError):
        return cause
    if first["type"] == "extra_forbidden":
        return unknown("parameter", str(first["loc"][0]), model.model_fields)
    if first["type"] == "missing":
        return InputError(f"{_place(first['loc'])}: is required; give a value")
    if first["type"] in ("too_long", "too_short"):
        return InputError(f"{_place(first['loc'])} {_count(first['ctx'])}{_default(first, model)}")
    value = f"{_place(first['loc'])} = {reprlib.repr(first['input'])}"
    return InputError(f"{value}: {_sentence(first['msg'])}{_default(first, model)}")


def _place(loc: tuple[int | str, ...]) -> str:
    """Write ("start", 0) as ``start[0]``."""
    head, *rest = loc or ("value",)
    return str(head) + "".join(f"[{part}]" for part in rest)


def _sentence(message: str) -> str:
    """Turn pydantic's "Input should be greater than 0" into "must be greater than 0"."""
    return message.replace("Input should be", "must be").replace("Value error, ", "").rstrip(".")


def _count(bounds: Any) -> str:
    """Say how many values a list may have, and how many it has."""
    if "max_length" in bounds:
        return f"has {bounds['actual_length']} values: give at most {bounds['max_length']}"
    return f"has {bounds['actual_length']} values: give at least {bounds['min_length']}"


def _default(first: Any, model: type[BaseModel]) -> str:
    """Name the default of the field that was refused, as the next step."""
    field = model.model_fields.get(str(first["loc"][0])) if first["loc"] else None
    if field is None or field.is_required():
        return ""
    return f"; the default is {field.get_default(call_default_factory=False)!r}"
