"""History: what a training run was, row by row. Knows nothing of torch.

Row k is the state *before* update k, in every column; the last row is the state after the last update.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
import numpy.typing as npt

from learning.errors import InputError, quoted, unknown
from learning.experiment import HISTORY_FORMAT, Experiment
from learning.files import write_whole

Array = npt.NDArray[Any]

ARRAYS = ("epoch", "loss", "params", "grads", "yhat", "x", "y")
"""The arrays of a history file, in this order; ``meta`` comes after them."""

TESTS = ("test_x", "test_y", "test_loss", "test_yhat")
PLANE = ("plane_origin", "plane_axes", "plane_at", "plane_loss")

EXTRAS = ("batch", "seen", *TESTS, *PLANE)
"""Arrays that only some histories have; of tests and of a plane all or none."""

_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the same bytes for the same history, whenever it is saved


class State(NamedTuple):
    """One row: everything at the same weights."""

    epoch: int | float
    loss: float
    params: Array  # (P,)
    grads: Array  # (P,)
    yhat: Array  # (N,) or (N, K)


@dataclass(frozen=True, eq=False)
class History:
    """A recorded training run of T states, P parameters and N points; the arrays are read-only.

    Attributes:
        epoch: (T,) strictly increasing: how many epochs were finished in this state. int64; float64, with fractions,
            where the states between updates are recorded, too.
        loss: (T,) loss over all the data.
        params: (T, P) parameters, in the order of :attr:`names`.
        grads: (T, P) gradient of the loss at these parameters.
        yhat: (T, N) or (T, N, K) what the model says at these parameters.
        x: (N,) or (N, D) inputs.
        y: (N,) observations.
        meta: What JSON can hold: ``format``, ``names``, ``experiment``, ``torch``, ``truth`` (the true values of
            the parameters, or None), ``data`` (a name for the data). If it was recorded from somebody's own loop,
            ``experiment`` is None and ``recorded`` says of what: ``model``, ``optimizer``, ``loss``, ``lr`` (of the
            first parameter group; a list, for each row but the last, where it changed), ``groups``, ``updates``,
            ``every`` (updates from row to row), ``points`` (N), ``link`` ("sigmoid", "softmax": ŷ is that of what
            the net says, or None).
        batch: (T, B) int64, where states between updates are recorded: which points, counted from 0, the update
            that follows learns from, -1 where there are fewer, and in the last row; otherwise None.
        seen: (n,) int64 ascending, where there are so many points that ŷ was recorded of some only: which, counted
            from 0; ``yhat`` is (T, n) then. Otherwise None.
        test_x, test_y: (M,) points that nothing was learned from, or None.
        test_loss: (T,) loss over them, or None.
        test_yhat: (T, M) what the model says of them, or None.
        plane_origin: (P,) a point of a plane of the parameters, float64, or None.
        plane_axes: (2, P) its orthonormal directions, float64, or None.
        plane_at: (2, M) ascending coordinates along each of them, or None.
        plane_loss: (M, M) at [i, j] the loss at ``plane_at[0, i]`` and ``plane_at[1, j]``, or None: computed by the
            model itself, which nobody else has.

    Raises:
        InputError: The shapes do not belong together, or meta lacks something.
    """

    epoch: Array
    loss: Array
    params: Array
    grads: Array
    yhat: Array
    x: Array
    y: Array
    meta: dict[str, Any]
    batch: Array | None = None
    seen: Array | None = None
    test_x: Array | None = None
    test_y: Array | None = None
    test_loss: Array | None = None
    test_yhat: Array | None = None
    plane_origin: Array | None = None
    plane_axes: Array | None = None
    plane_at: Array | None = None
    plane_loss: Array | None = None

    def __post_init__(self) -> None:
        for name, array in self.arrays.items():
            object.__setattr__(self, name, _read_only(array))
        object.__setattr__(self, "meta", json.loads(_canonical(self.meta)))
        _check(self)

    def __len__(self) -> int:
        return len(self.epoch)

    @property
    def arrays(self) -> dict[str, Array]:
        """Every array that there is, by name."""
        every = {name: getattr(self, name) for name in (*ARRAYS, *EXTRAS)}
        return {name: array for name, array in every.items() if array is not None}

    @property
    def seen_x(self) -> Array:
        """The x of the points whose ŷ was recorded, (n,) or (n, D): nearly always all of them."""
        return self.x if self.seen is None else self.x[self.seen]

    @property
    def seen_y(self) -> Array:
        """The y of the points whose ŷ was recorded, (n,)."""
        return self.y if self.seen is None else self.y[self.seen]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the P parameters, for example ("w0", "w1")."""
        return tuple(self.meta["names"])

    @property
    def experiment(self) -> Experiment:
        """The experiment that this is the result of.

        Raises:
            InputError: The history was recorded from something else, or what it says is not allowed.
        """
        values = self.meta.get("experiment")
        if values is None and "recorded" in self.meta:
            raise InputError("this history was recorded from a loop that is not lossreel's: it has no experiment")
        if not isinstance(values, dict):
            raise InputError('this history says nothing about its experiment: meta has no "experiment"; train it here')
        return Experiment(**values)

    @property
    def truth(self) -> tuple[float, ...] | None:
        """The true values of the parameters, (P,), where the data were made from known ones; otherwise None."""
        values = self.meta.get("truth")
        return None if values is None else tuple(float(value) for value in values)

    @property
    def columns(self) -> tuple[str, ...]:
        """The names that :meth:`column` takes: epoch, the losses, the parameters, and ``grad_`` before each."""
        tested = () if self.test_loss is None else ("test_loss",)
        return ("epoch", "loss", *tested, *self.names, *(f"grad_{name}" for name in self.names))

    def column(self, name: str) -> Array:
        """Return one column, (T,).

        Raises:
            InputError: There is no such column; names those there are.
        """
        if name not in self.columns:
            raise unknown("column", name, self.columns)
        if name in ("epoch", "loss", "test_loss"):
            return self.arrays[name]
        if name in self.names:
            return _read_only(self.params[:, self.names.index(name)])
        return _read_only(self.grads[:, self.names.index(name.removeprefix("grad_"))])

    @property
    def last_finite(self) -> int:
        """Index of the last row whose loss and parameters are all finite; -1 if there is none."""
        finite = np.isfinite(self.loss) & np.isfinite(self.params).all(axis=1)  # (T,)
        return int(np.flatnonzero(finite)[-1]) if finite.any() else -1

    @property
    def first_broken(self) -> int | None:
        """Index of the first row whose loss is no finite number; None if there is none."""
        broken = np.flatnonzero(~np.isfinite(self.loss))
        return int(broken[0]) if len(broken) else None

    def row(self, epoch: float) -> int:
        """Return the index of the last recorded row that is not after `epoch`.

        Raises:
            InputError: The epoch is outside of what was recorded.
        """
        first, last = self.epoch[0].item(), self.epoch[-1].item()
        if not first <= epoch <= last:
            raise InputError(f"epoch {epoch} was not recorded; choose one from {first} to {last}")
        return int(np.searchsorted(self.epoch, epoch, side="right")) - 1

    def at(self, epoch: float) -> State:
        """Return the recorded state of that epoch, or the last one before it.

        Raises:
            InputError: The epoch is outside of what was recorded.
        """
        k = self.row(epoch)
        return State(self.epoch[k].item(), float(self.loss[k]), self.params[k], self.grads[k], self.yhat[k])

    def digest(self) -> str:
        """Return SHA-256 over the arrays and meta, 64 hexadecimal digits."""
        digest = hashlib.sha256(_canonical(self.meta).encode())
        for name, array in self.arrays.items():
            digest.update(f"{name} {array.dtype.name} {array.shape}".encode())
            digest.update(np.ascontiguousarray(array, array.dtype.newbyteorder("<")).tobytes())
        return digest.hexdigest()

    def save(self, path: Path | str) -> None:
        """Write the history to `path`, whole or not at all; the same history gives the same bytes.

        Raises:
            RunError: The file cannot be written.
        """
        with write_whole(Path(path)) as file:
            _write(file, {**self.arrays, "meta": np.array(_canonical(self.meta))})

    @classmethod
    def load(cls, path: Path | str) -> History:
        """Read a history that :meth:`save`, or anything that writes the same arrays, has written.

        Raises:
            InputError: There is no such file, or it is not a whole history; names the file.
        """
        try:
            arrays = _read(Path(path))
            return cls(meta=json.loads(str(arrays.pop("meta"))), **arrays)
        except FileNotFoundError:
            raise InputError(f"{path}: there is no such file; give the path of a history, *.npz") from None
        except Exception as error:  # a damaged archive can raise almost anything
            raise InputError(f"{path}: is not a lossreel history ({_reason(error)}); train it again") from error


def _write(file: BinaryIO, arrays: dict[str, Array]) -> None:
    """Write an .npz as numpy.savez_compressed does, but with fixed dates."""
    with zipfile.ZipFile(file, "w") as archive:
        for name, array in arrays.items():
            entry = zipfile.ZipInfo(f"{name}.npy", date_time=_LONG_AGO)
            entry.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(entry, "w", force_zip64=True) as stream:
                np.lib.format.write_array(stream, array, allow_pickle=False)


def _read(path: Path) -> dict[str, Array]:
    """Read an .npz as numpy.load does, but each array to its end, where the archive's checksum stands."""
    with zipfile.ZipFile(path) as archive:
        missing = [name for name in (*ARRAYS, "meta") if f"{name}.npy" not in archive.namelist()]
        if missing:
            raise InputError(f"it has no array {missing[0]}")
        there = [name.removesuffix(".npy") for name in archive.namelist()]
        strange = [name for name in there if name not in (*ARRAYS, *EXTRAS, "meta")]
        if strange:  # perhaps the damaged name of an array that need not be there
            raise InputError(f"it has an array {quoted(strange[0])}, which histories do not have")
        files = {name: io.BytesIO(archive.read(f"{name}.npy")) for name in there}
    return {name: np.lib.format.read_array(file, allow_pickle=False) for name, file in files.items()}


def _reason(error: Exception) -> str:
    """Say in a few words what is wrong with a file."""
    return str(error).splitlines()[0] if str(error) else type(error).__name__


def _read_only(array: Array) -> Array:
    """Return the array itself if nobody can write to it, otherwise a copy of which that is true."""
    frozen = np.array(array, copy=True) if array.flags.writeable else array
    frozen.setflags(write=False)
    return frozen


def _canonical(meta: dict[str, Any]) -> str:
    return json.dumps(meta, sort_keys=True, ensure_ascii=False, allow_nan=False)


def _check(history: History) -> None:
    """Refuse meta and arrays that do not belong together."""
    if history.meta.get("format") != HISTORY_FORMAT:
        raise InputError(f"format {history.meta.get('format')} where this lossreel reads {HISTORY_FORMAT}")
    if not isinstance(history.meta.get("names"), list):
        raise InputError('meta has no "names"')
    shapes, kinds = _shapes(history), {"epoch": "if", "batch": "i", "seen": "i"}
    for name, array in history.arrays.items():
        if array.shape != shapes[name]:
            raise InputError(f"{name} has shape {array.shape} where {shapes[name]} belongs")
        if array.dtype.kind not in kinds.get(name, "f"):
            raise InputError(
                f"{name} holds {array.dtype}: batch and seen must be integers, epoch numbers, the others floats"
            )
    if len(history) == 0 or not np.isfinite(history.epoch).all() or np.any(np.diff(history.epoch) <= 0):
        raise InputError("epoch must hold at least one number and increase")
    _check_extras(history)


def _check_extras(history: History) -> None:
    """Refuse test data and planes that are not whole or not allowed, and points that there are not."""
    for group in (TESTS, PLANE):
        if len({getattr(history, name) is None for name in group}) > 1:
            raise InputError(f"of {', '.join(group)} there must be all or none")
    if history.plane_axes is not None and history.plane_at is not None:
        _check_plane(history.plane_axes, history.plane_at)
    points = history.y.size
    if history.seen is not None and not _is_choice(history.seen, points):
        raise InputError(f"seen must hold points from 0 to {points - 1}, ascending")
    if history.batch is not None and np.any((history.batch < -1) | (history.batch >= points)):
        raise InputError(f"batch must hold points from 0 to {points - 1}, or -1 for none")


def _is_choice(seen: Array, points: int) -> bool:
    """Tell whether `seen` are some of so many points, ascending."""
    return bool(len(seen) and seen[0] >= 0 and seen[-1] < points and np.all(np.diff(seen) > 0))


def _check_plane(axes: Array, at: Array) -> None:
    """Refuse axes, (2, P), that are not orthonormal and coordinates, (2, M), that do not ascend."""
    if not np.allclose(axes @ axes.T, np.eye(2), rtol=0, atol=1e-6):
        raise InputError("plane_axes must be orthonormal")
    if not np.isfinite(at).all() or np.any(np.diff(at, axis=1) <= 0):
        raise InputError("plane_at must ascend along each axis")


def _shapes(history: History) -> dict[str, tuple[int, ...]]:
    """Return the shape that each array must have, given T, P and N."""
    states, points, parameters = history.epoch.size, history.y.size, len(history.names)
    tests, batch, seen = history.test_y, history.batch, history.seen
    tested = 0 if tests is None else tests.size
    places = 0 if history.plane_loss is None else len(history.plane_loss)
    return {
        "epoch": (states,),
        "loss": (states,),
        "params": (states, parameters),
        "grads": (states, parameters),
        "yhat": (states, points if seen is None else seen.size, *history.yhat.shape[2:]),
        "x": (points, *history.x.shape[1:]),
        "y": (points,),
        "seen": (0 if seen is None else seen.size,),
        "batch": (states, batch.shape[1] if batch is not None and batch.ndim > 1 else 0),
        "test_x": (tested,),
        "test_y": (tested,),
        "test_loss": (states,),
        "test_yhat": (states, tested),
        "plane_origin": (parameters,),
        "plane_axes": (2, parameters),
        "plane_at": (2, places),
        "plane_loss": (places, places),
    }
