"""Experiment: everything that decides a training run, validated. Imports neither NumPy nor torch."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from learning.errors import InputError, from_validation, unknown

HISTORY_FORMAT = 1
"""The number of the history file's format; part of every key, so a new format trains anew."""

DATA_SET_NAMES = ("regression",)
"""The data sets that :mod:`learning.data` makes."""

PARAMETER_NAMES: Mapping[str, tuple[str, ...]] = {"line": ("w0", "w1")}
"""The parameters of every model of :mod:`learning.model`: w0 is the bias, w1 the slope."""

OPTIMIZERS = (
    "Adadelta",
    "Adafactor",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "ASGD",
    "LBFGS",
    "NAdam",
    "RAdam",
    "RMSprop",
    "Rprop",
    "SGD",
)
"""Those of torch.optim that can train a vector: not SparseAdam, nor Muon, which wants matrices."""

START_LIMIT = 1e6
"""Largest magnitude of a first weight."""

Value = Annotated[float, Field(ge=-START_LIMIT, le=START_LIMIT, allow_inf_nan=False)]
Option = bool | int | float | str | tuple[float, ...]


class Experiment(BaseModel):
    """One training run: data, model, loss, optimizer, learning rate, epochs, start.

    Frozen and hashable; two experiments that are equal have the same :meth:`key`.

    Raises:
        InputError: A value is not allowed; one line with the value, what is allowed and the next step.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    data: str = Field("regression", description="name of a data set, or the path of a .csv file with columns x and y")
    model: str = Field("line", description="name of the model")
    loss: Literal["sse", "mse"] = Field("sse", description="sum (sse) or mean (mse) of the squared residuals")
    optimizer: str = Field("SGD", description="an optimizer of torch.optim")
    optimizer_options: tuple[tuple[str, Option], ...] = Field((), description="its options except lr, sorted by name")
    lr: float = Field(0.001, gt=0, allow_inf_nan=False, description="learning rate α")
    epochs: int = Field(30, ge=0, le=1_000_000, description="passes over the data")
    batch_size: int | None = Field(None, ge=1, description="points an update; None: all of them")
    seed: int = Field(43052, ge=0, lt=2**32, description="seed of the data, the batches and the first weights")
    start: tuple[Value, ...] | None = Field((-5.0, 10.0), description="first weights; None: the model's own")
    record_every: int = Field(1, ge=1, description="epochs from one recorded state to the next")

    if not TYPE_CHECKING:  # so that type checkers keep the signature that the fields give

        def __init__(self, **values: Any) -> None:
            try:
                super().__init__(**values)
            except ValidationError as error:
                raise from_validation(error, type(self)) from None

    @field_validator("lr", "epochs", "batch_size", "seed", "record_every", mode="before")
    @classmethod
    def _no_truth_value(cls, value: Any, info: ValidationInfo) -> Any:
        if isinstance(value, bool):
            raise InputError(f"{info.field_name} = {value}: must be a number, not a truth value; write the number")
        return value

    @field_validator("data")
    @classmethod
    def _data_is_known(cls, value: str) -> str:
        if value in DATA_SET_NAMES or value.lower().endswith(".csv"):
            return value
        raise unknown("data", value, (*DATA_SET_NAMES, "the path of a .csv file"))

    @field_validator("model")
    @classmethod
    def _model_is_known(cls, value: str) -> str:
        if value not in PARAMETER_NAMES:
            raise unknown("model", value, PARAMETER_NAMES)
        return value

    @field_validator("optimizer")
    @classmethod
    def _spell_optimizer(cls, value: str) -> str:
        canonical = {name.lower(): name for name in OPTIMIZERS}.get(value.lower())
        if canonical is None:
            raise unknown("optimizer", value, OPTIMIZERS)
        return canonical

    @field_validator("optimizer_options", mode="before")
    @classmethod
    def _accept_mapping(cls, value: Any) -> Any:
        return tuple(value.items()) if isinstance(value, Mapping) else value

    @field_validator("optimizer_options")
    @classmethod
    def _check_options(cls, value: tuple[tuple[str, Option], ...]) -> tuple[tuple[str, Option], ...]:
        names = [name for name, _ in value]
        for name, option in value:
            if name == "lr":
                raise InputError(f"optimizer option lr = {option!r}: it has a field of its own; set lr instead")
            if names.count(name) > 1:
                raise InputError(f"optimizer option {name} is given {names.count(name)} times; give it once")
            if not _is_finite(option):
                raise InputError(f"optimizer option {name} = {option!r}: must be finite; choose another value")
        return tuple(sorted(value, key=lambda pair: pair[0]))

    @field_validator("start")
    @classmethod
    def _drop_negative_zero(cls, value: tuple[float, ...] | None) -> tuple[float, ...] | None:
        return None if value is None else tuple(weight + 0.0 for weight in value)

    @model_validator(mode="after")
    def _start_fits_model(self) -> Experiment:
        names = PARAMETER_NAMES[self.model]
        if self.start is not None and len(self.start) != len(names):
            raise InputError(
                f"start = {self.start}: the model {self.model} has {len(names)} parameters, "
                f"{', '.join(names)}; give a value for each"
            )
        return self

    @property
    def data_file(self) -> Path | None:
        """The CSV file that the data come from, or None if they are a data set of ours."""
        return None if self.data in DATA_SET_NAMES else Path(self.data)

    def replace(self, **changes: Any) -> Experiment:
        """Return the same experiment with some values changed, and checked again."""
        return Experiment(**{**self.model_dump(), **changes})

    def key(self) -> str:
        """Return a name for the result: SHA-256, 64 hexadecimal digits.

        It covers every field, the content of the data file if there is one, and the history format.

        Raises:
            InputError: The data file cannot be read.
        """
        fields = self.model_dump(mode="json")
        fields["optimizer_options"] = [(name, _number(option)) for name, option in self.optimizer_options]
        text = json.dumps({"format": HISTORY_FORMAT, "experiment": fields}, sort_keys=True)
        digest = hashlib.sha256(text.encode())
        if self.data_file is not None:
            digest.update(hashlib.sha256(read_data_file(self.data_file)).digest())
        return digest.hexdigest()


def read_data_file(path: Path) -> bytes:
    """Return the bytes of a data file.

    Raises:
        InputError: There is no such file, or it cannot be read.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such file; give the path of a CSV file with columns x and y") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); give a CSV file with columns x and y") from error


def _is_finite(option: Option) -> bool:
    values = option if isinstance(option, tuple) else (option,)
    return all(isinstance(value, str) or math.isfinite(value) for value in values)


def _number(option: Option) -> Option:
    """Write 1, 1.0 and True the same way, for they compare equal, and so must the keys."""
    return float(option) if isinstance(option, bool | int | float) else option
