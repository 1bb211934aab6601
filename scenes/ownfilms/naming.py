"""How a film of one's own is named: by its file, and the class in it where there are several. Loads nothing."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

SUFFIX = ".py"
_NAME = re.compile(r"(?P<file>.+\.py)(:(?P<film>.*))?", re.IGNORECASE | re.DOTALL)


class Address(NamedTuple):
    """Where a film is.

    Attributes:
        file: the Python file.
        film: the class; empty where the file's only film is meant.
    """

    file: Path
    film: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.film}" if self.film else str(self.file)


def is_own(name: str) -> bool:
    """Tell `my_films.py:Saddle` and `my_films.py` from the names of our films."""
    return _NAME.fullmatch(name) is not None


def address_of(name: str) -> Address:
    """Take the name of a film of one's own apart."""
    found = _NAME.fullmatch(name)
    return Address(Path(found["file"]), found["film"] or "") if found else Address(Path(name))
