"""Data: the notes' data sets by name, and CSV files. Seeded, exact, and without torch until it is needed."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from learning.errors import InputError, quoted, unknown
from learning.experiment import read_data_file

Float32 = npt.NDArray[np.float32]

LIMIT = 1e9
"""Largest magnitude in a CSV file: the square of what a line makes of it still fits into float32."""


@dataclass(frozen=True, eq=False)
class Data:
    """N points and, where they were made from a known line, the truth.

    Attributes:
        x: (N,) float32.
        y: (N,) float32.
        truth: (N,) float32, y without its noise, or None.
        true_params: The parameters that the truth was made from, or None.
        name: What to call the data.
    """

    x: Float32
    y: Float32
    truth: Float32 | None
    true_params: tuple[float, ...] | None
    name: str


def regression(seed: int) -> Data:
    """Make the notes' 100 points: x = sorted randn, y = 2.5 + 4x + 0.5 randn; their seed is 43052."""
    import torch

    generator = torch.Generator().manual_seed(seed)
    x, _ = torch.randn(100, generator=generator).sort()  # (N,)
    noise = 0.5 * torch.randn(100, generator=generator)  # (N,)
    weights = torch.tensor([2.5, 4.0])
    truth = torch.stack([torch.ones(100), x], dim=1) @ weights  # (N, 2) @ (2,) -> (N,)
    return Data(x.numpy(), (truth + noise).numpy(), truth.numpy(), (2.5, 4.0), "regression")


DATA_SETS: Mapping[str, Callable[[int], Data]] = {"regression": regression}
"""Every data set: its name, and what makes it from a seed."""


def load(name_or_path: str, seed: int) -> Data:
    """Return the data set of that name, or what a CSV file holds.

    A CSV file is UTF-8 with a header that has x and y, in any order, among any other columns; its rows keep
    their order, and the seed does not touch them.

    Raises:
        InputError: The name is unknown, or the file is not as it should be; says the line and the value.
    """
    if name_or_path in DATA_SETS:
        return DATA_SETS[name_or_path](seed)
    if not name_or_path.lower().endswith(".csv"):
        raise unknown("data", name_or_path, (*DATA_SETS, "the path of a .csv file"))
    return read_csv(Path(name_or_path))


def read_csv(path: Path) -> Data:
    """Read N >= 2 points from a CSV file.

    Raises:
        InputError: The file is not as :func:`load` says.
    """
    try:
        text = read_data_file(path).decode("utf-8-sig")
        points = list(_points(path, text))
    except UnicodeDecodeError:
        raise InputError(f"{path}: is not UTF-8 text; save it as CSV UTF-8") from None
    except csv.Error as error:
        raise InputError(f"{path}: is not a CSV file ({error}); save it as CSV UTF-8") from None
    if len(points) < 2:
        raise InputError(f"{path}: has {len(points)} points; a line needs at least 2: add rows below the header x,y")
    x, y = np.array(points, dtype=np.float32).T.copy()  # (2, N)
    return Data(x, y, None, None, path.stem)


def _points(path: Path, text: str) -> Iterator[tuple[float, float]]:
    reader = csv.DictReader(io.StringIO(text, newline=""), skipinitialspace=True, strict=True)
    reader.fieldnames = header = [name.strip() for name in reader.fieldnames or ()]
    for name in ("x", "y"):
        if header.count(name) != 1:
            there = ", ".join(header) or "nothing"
            raise InputError(f"{path}: needs one column {name}, its header has {there}; make it x,y with a comma")
    for row in reader:
        where = f"{path}, line {reader.line_num}"
        yield _number(where, "x", row["x"]), _number(where, "y", row["y"])


def _number(where: str, column: str, cell: Any) -> float:
    text = (cell or "").strip()
    try:
        value = float(text)
    except ValueError:
        raise InputError(f"{where}: {column} is {quoted(text)}, which is not a number; write one like -1.5") from None
    if not math.isfinite(value) or abs(value) > LIMIT:
        raise InputError(f"{where}: {column} is {quoted(text)}; only numbers from -1e9 to 1e9 are allowed: correct it")
    return value
