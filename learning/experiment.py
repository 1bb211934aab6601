"""Experiment: everything that decides a training run, validated. Imports neither NumPy nor torch."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
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

from learning.errors import InputError, from_validation, quoted, unknown

HISTORY_FORMAT = 1
"""The number of the history file's format; part of every key, so a new format trains anew."""

Option = bool | int | float | str | tuple[float, ...]
Options = tuple[tuple[str, Option], ...]

DATA_OPTIONS: Mapping[str, Mapping[str, Option]] = {
    "regression": {},
    "logistic": {},
    "broken-line": {"noise": 0.3, "slopes": (1.0, 3.5)},
    "zeros-and-ones": {},
    "noisy-line": {},
    "rise-and-fall": {},
    "polynomial": {},
    "noise": {},
    "parabola": {},
    "five-points": {},
}
"""The data sets that :mod:`learning.data` makes, and the options of each with their defaults."""

DATA_SET_NAMES = tuple(DATA_OPTIONS)

NOT_DRAWN = ("zeros-and-ones", "parabola")
"""Those that are the same whatever the seed."""

NETS = ("relu", "relu-logistic", "steps")
"""The models of two layers with nodes between them: ReLU nodes, the same before a sigmoid, and steps."""

MODEL_NAMES = ("line", "logistic", "linear", *NETS)
"""The models of :mod:`learning.model`."""

MOST_POWERS = 10
"""Columns of the model linear."""

MOST_NODES = 1024
MOST_NETS = 2000
MOST_NODES_IN_ALL = 2**16
"""Nodes of all nets of a batch together; each is a value for every point, every epoch."""

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

PROBABILITIES = ("logistic", "relu-logistic")
"""The models whose ŷ is a probability."""

_ONLY_FOR: tuple[tuple[str, object, tuple[str, ...]], ...] = (
    ("powers", None, ("linear",)),
    ("nodes", None, NETS),
    ("bias", False, ("linear", *NETS)),
    ("nets", 1, NETS),
)
"""A field, the value that says nothing, and the models that take another."""

COUPLING = ("Adafactor", "LBFGS")
"""Those whose step for one weight depends on all the others, so that runs side by side would not be independent."""

START_LIMIT = 1e6
"""Largest magnitude of a first weight."""

Power = Annotated[int, Field(ge=0, le=9, strict=True)]
Column = Annotated[str | None, Field(min_length=1, max_length=500)]
Value = Annotated[float, Field(ge=-START_LIMIT, le=START_LIMIT, allow_inf_nan=False)]


class Experiment(BaseModel):
    """One training run: data, model, loss, optimizer, learning rate, epochs, start.

    Frozen and hashable; two experiments that are equal have the same :meth:`key`. Of all models only the line has
    first weights of its own here, the notes' (-5, 10); the others start as torch would.

    Raises:
        InputError: A value is not allowed; one line with the value, what is allowed and the next step.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    data: str = Field("regression", description="name of a data set, or the path of a .csv file")
    x: Column = Field(None, description="column of the data file that is x; None: that called x, or one of only two")
    y: Column = Field(None, description="column of the data file that is y; None: that called y, or one of only two")
    standardize: bool = Field(
        False, description="whether columns of the data file are taken as (value - mean) / standard deviation"
    )
    data_options: Options = Field((), validate_default=True, description="options of the data set, sorted by name")
    data_seed: int | None = Field(None, ge=0, lt=2**32, description="seed of the data; None: that of the run")
    model: str = Field("line", description="name of the model")
    powers: tuple[Power, ...] | None = Field(
        None, min_length=1, max_length=MOST_POWERS, description="powers of x that are the columns of the model linear"
    )
    nodes: int | None = Field(None, ge=1, le=MOST_NODES, description="nodes of a net")
    bias: bool = Field(False, description="whether the layers of the model linear, or of a net, have a bias")
    nets: int = Field(1, ge=1, le=MOST_NETS, description="nets side by side, with first weights of seed, seed+1, …")
    loss: Literal["sse", "mse", "bce"] = Field(
        "sse", description="sum (sse) or mean (mse) of the squared residuals, or mean binary cross-entropy (bce)"
    )
    optimizer: str = Field("SGD", description="an optimizer of torch.optim")
    optimizer_options: Options = Field((), description="its options except lr, sorted by name")
    lr: float = Field(0.001, gt=0, allow_inf_nan=False, description="learning rate α")
    epochs: int = Field(30, ge=0, le=1_000_000, description="passes over the data")
    batch_size: int | None = Field(None, ge=1, description="points an update; None: all of them")
    seed: int = Field(43052, ge=0, lt=2**32, description="seed of the data, the batches and the first weights")
    start: tuple[Value, ...] | None = Field((-5.0, 10.0), description="first weights; None: the model's own")
    seeded_once: bool = Field(
        False, description="whether first weights are drawn after the data, as by a program that sets the seed once"
    )
    test_seed: int | None = Field(
        None, ge=0, lt=2**32, description="seed of test data, drawn apart; None: there are none"
    )
    record: Literal["epoch", "update"] = Field("epoch", description="whether states between updates are recorded, too")
    record_every: int = Field(1, ge=1, description="epochs, or updates, from one recorded state to the next")

    if not TYPE_CHECKING:  # so that type checkers keep the signature that the fields give

        def __init__(self, **values: Any) -> None:
            try:
                super().__init__(**values)
            except ValidationError as error:
                raise from_validation(error, type(self)) from None

    @model_validator(mode="before")
    @classmethod
    def _only_the_line_has_a_start(cls, values: Any) -> Any:
        if isinstance(values, Mapping) and values.get("model", "line") != "line" and "start" not in values:
            return {**values, "start": None}
        return values

    @field_validator(
        "lr", "epochs", "batch_size", "seed", "data_seed", "test_seed", "nodes", "nets", "record_every", mode="before"
    )
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
        if value not in MODEL_NAMES:
            raise unknown("model", value, MODEL_NAMES)
        return value

    @field_validator("optimizer")
    @classmethod
    def _spell_optimizer(cls, value: str) -> str:
        canonical = {name.lower(): name for name in OPTIMIZERS}.get(value.lower())
        if canonical is None:
            raise unknown("optimizer", value, OPTIMIZERS)
        return canonical

    @field_validator("data_options", "optimizer_options", mode="before")
    @classmethod
    def _accept_mapping(cls, value: Any) -> Any:
        return tuple(value.items()) if isinstance(value, Mapping) else value

    @field_validator("optimizer_options")
    @classmethod
    def _check_options(cls, value: Options) -> Options:
        _refuse_repeated("optimizer option", value)
        for name, option in value:
            if name == "lr":
                raise InputError(f"optimizer option lr = {option!r}: it has a field of its own; set lr instead")
            if not _is_finite(option):
                raise InputError(f"optimizer option {name} = {option!r}: must be finite; choose another value")
        return tuple(sorted(value, key=lambda pair: pair[0]))

    @field_validator("data_options")
    @classmethod
    def _fill_in_data_options(cls, value: Options, info: ValidationInfo) -> Options:
        """Give every option of the data set its value, so that equal data have equal keys."""
        data = info.data.get("data", "regression")  # not there if it was refused, which is then what is said
        allowed = DATA_OPTIONS.get(data, {})
        _refuse_repeated("data option", value)
        for name, option in value:
            if name not in allowed:
                raise _no_such_data_option(data, name, allowed)
            _CHECK_DATA_OPTION[name](option)
        return tuple(sorted((name, _as_floats(option)) for name, option in {**allowed, **dict(value)}.items()))

    @field_validator("start")
    @classmethod
    def _drop_negative_zero(cls, value: tuple[float, ...] | None) -> tuple[float, ...] | None:
        return None if value is None else tuple(weight + 0.0 for weight in value)

    @model_validator(mode="after")
    def _model_is_whole(self) -> Experiment:
        if self.model in NETS and self.nodes is None:
            raise InputError(
                f"nodes = None: the model {self.model} needs 1 to {MOST_NODES} nodes; give nodes, such as 2"
            )
        if self.model == "linear" and self.powers is None:
            raise InputError("powers = None: the model linear needs its columns; give powers of x, such as (1, 2, 3)")
        for name, none, models in _ONLY_FOR:
            value = getattr(self, name)
            if value != none and self.model not in models:
                raise InputError(
                    f"{name} = {value}: only the model {either(models)} takes it; leave it out, or choose such a model"
                )
        if self.loss == "bce" and self.model not in PROBABILITIES:
            raise InputError(
                f"loss = 'bce': needs a probability, which the model {self.model} does not give; "
                f"choose sse or mse, or the model {either(PROBABILITIES)}"
            )
        return self

    @model_validator(mode="after")
    def _columns_are_those_of_a_file(self) -> Experiment:
        for name, none in (("x", None), ("y", None), ("standardize", False)):
            value = getattr(self, name)
            if value != none and self.data_file is None:
                raise InputError(
                    f"{name} = {shown(value)}: only a data file has columns, not the data {self.data}; "
                    f"give data = FILE.csv, or leave {name} out"
                )
        return self

    @model_validator(mode="after")
    def _seeds_fit_data(self) -> Experiment:
        for name, asked in (("test_seed", self.test_seed is not None), ("seeded_once", self.seeded_once)):
            value = f"{name} = {getattr(self, name)}"
            if asked and self.data_file is not None:
                raise InputError(f"{value}: nothing of a data file is drawn; leave it out")
            if asked and self.nets > 1:
                raise InputError(f"{value}: only a single net takes it, not nets = {self.nets}; leave it out")
        return self

    @model_validator(mode="after")
    def _test_data_are_others(self) -> Experiment:
        if self.test_seed is None:
            return self
        if self.data in NOT_DRAWN:
            raise InputError(
                f"test_seed = {self.test_seed}: the data {self.data} are the same whatever the seed; leave it out"
            )
        if self.test_seed == self.seed_of_data:
            raise InputError(
                f"test_seed = {self.test_seed}: that is the seed of the data, which would test themselves; "
                "choose another"
            )
        return self

    @model_validator(mode="after")
    def _one_seed_is_one_seed(self) -> Experiment:
        if self.seeded_once and self.data_seed not in (None, self.seed):
            raise InputError(f"data_seed = {self.data_seed}: with seeded_once there is one seed; leave it out")
        if self.seeded_once and self.start is not None:
            raise InputError(
                f"seeded_once = True: start = ({_shortened(self.start)}) leaves no first weights to draw; "
                "leave it out, or give start None"
            )
        return self

    @model_validator(mode="after")
    def _start_fits_model(self) -> Experiment:
        if self.start is None or self.nets > 1:
            return self
        names = parameter_names(self)
        if len(self.start) != len(names):
            raise InputError(
                f"start = ({_shortened(self.start)}): the model {self.model} has {len(names)} parameters, "
                f"{_shortened(names)}; give a value for each"
            )
        return self

    @model_validator(mode="after")
    def _nets_are_independent(self) -> Experiment:
        if self.nets == 1:
            return self
        nets = f"with nets = {self.nets}"
        if self.start is not None:
            raise InputError(
                f"start = ({_shortened(self.start)}): {nets} each has first weights of its seed; leave it out"
            )
        if self.seed + self.nets > 2**32:
            raise InputError(f"seed = {self.seed}: {nets} it must be at most {2**32 - self.nets}; choose a smaller one")
        if self.optimizer in COUPLING:
            raise InputError(
                f"optimizer = {self.optimizer!r}: {nets} it would couple them; choose another, such as SGD"
            )
        if self.batch_size is not None:
            raise InputError(f"batch_size = {self.batch_size}: {nets} all the data make one update; leave it out")
        if self.nets * (self.nodes or 0) > MOST_NODES_IN_ALL:
            most = MOST_NODES_IN_ALL // (self.nodes or 1)
            raise InputError(f"nets = {self.nets}: of {self.nodes} nodes at most {most} fit side by side; choose fewer")
        return self

    @property
    def data_file(self) -> Path | None:
        """The CSV file that the data come from, or None if they are a data set of ours."""
        return None if self.data in DATA_SET_NAMES else Path(self.data)

    @property
    def seed_of_data(self) -> int:
        """The seed of the data: `data_seed`, or `seed` where that is None."""
        return self.seed if self.data_seed is None else self.data_seed

    def replace(self, **changes: Any) -> Experiment:
        """Return the same experiment with some values changed, and checked again."""
        return Experiment(**{**self.model_dump(), **changes})

    def key(self) -> str:
        """Return a name for the result: SHA-256, 64 hexadecimal digits.

        It covers every field, the content of the data file if there is one, but not where it is, and the history
        format.

        Raises:
            InputError: The data file cannot be read.
        """
        fields = self.model_dump(mode="json")
        fields["optimizer_options"] = [(name, _number(option)) for name, option in self.optimizer_options]
        if self.data_file is not None:
            fields["data"] = digest_of(self.data_file)
        text = json.dumps({"format": HISTORY_FORMAT, "experiment": fields}, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


def parameter_names(experiment: Experiment) -> tuple[str, ...]:
    """Return the names of the P parameters, in the order in which a history keeps them.

    Line and logistic: w0 is the bias, w1 the slope. A linear layer: as in PyTorch, with indices, ``weight[0,0]`` …,
    ``bias[0]``. A net: as its layers would be called, ``layer1.weight[0,0]`` …; with more nets than one, ``net0.`` and
    so on before each.
    """
    if experiment.powers is not None:
        weights = tuple(f"weight[0,{column}]" for column in range(len(experiment.powers)))
        return (*weights, "bias[0]") if experiment.bias else weights
    if experiment.nodes is None:
        return ("w0", "w1")
    names = layer_names(experiment.nodes, experiment.bias)
    if experiment.nets == 1:
        return names
    return tuple(f"net{net}.{name}" for net in range(experiment.nets) for name in names)


def layer_names(nodes: int, bias: bool) -> tuple[str, ...]:
    """Name the parameters of Linear(1, nodes) and Linear(nodes, 1)."""
    first = [f"layer1.weight[{node},0]" for node in range(nodes)]
    second = [f"layer2.weight[0,{node}]" for node in range(nodes)]
    if not bias:
        return (*first, *second)
    return (*first, *(f"layer1.bias[{node}]" for node in range(nodes)), *second, "layer2.bias[0]")


_read_once: ContextVar[dict[Path, bytes] | None] = ContextVar("_read_once", default=None)


@contextmanager
def files_read_once() -> Iterator[None]:
    """Let data files say in here what they said when they were first read in here, whoever saves them meanwhile.

    So what is trained is what is in the key.
    """
    if _read_once.get() is not None:
        yield
        return
    token = _read_once.set({})
    try:
        yield
    finally:
        _read_once.reset(token)


def read_data_file(path: Path) -> bytes:
    """Return the bytes of a data file.

    Raises:
        InputError: There is no such file, or it cannot be read.
    """
    read = _read_once.get()
    if read is None:
        return _content(path)
    if path not in read:
        read[path] = _content(path)
    return read[path]


def digest_of(path: Path) -> dict[str, str]:
    """Return what stands for a data file in a key: what it says, not where it is.

    Raises:
        InputError: It cannot be read.
    """
    return {"file": hashlib.sha256(read_data_file(path)).hexdigest()}


def _content(path: Path) -> bytes:
    try:
        if path.is_fifo():
            raise InputError(f"{path}: is no file but a pipe; give the path of a CSV file")
        return path.read_bytes()
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such file; give the path of a CSV file") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); give a CSV file") from error


def shown(value: object) -> str:
    """Write a value as messages repeat it."""
    return quoted(value) if isinstance(value, str) else str(value)


def either(names: tuple[str, ...]) -> str:
    """Write names with commas and an "or" between them."""
    return " or ".join((", ".join(names[:-1]), names[-1])) if len(names) > 1 else names[0]


def _is_finite(option: Option) -> bool:
    values = option if isinstance(option, tuple) else (option,)
    return all(isinstance(value, str) or math.isfinite(value) for value in values)


def _number(option: Option) -> Option:
    """Write 1, 1.0 and True the same way, for they compare equal, and so must the keys."""
    return float(option) if isinstance(option, bool | int | float) else option


def _refuse_repeated(what: str, options: Options) -> None:
    names = [name for name, _ in options]
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"{what} {name} is given {names.count(name)} times; give it once")


def _no_such_data_option(data: str, name: str, allowed: Mapping[str, Option]) -> InputError:
    if allowed:
        return unknown(f"option of {data}", name, allowed)
    return InputError(f"data option {quoted(name)}: the data {quoted(data)} take none; leave it out")


def _check_noise(noise: Option) -> None:
    if not _is_real(noise) or not 0 <= noise <= START_LIMIT:  # type: ignore[operator]  # a number by then
        raise InputError(f"data option noise = {noise!r}: must be a number from 0 to 1e6; the default is 0.3")


def _check_slopes(slopes: Option) -> None:
    pair = slopes if isinstance(slopes, tuple) else ()
    if len(pair) != 2 or not all(abs(slope) <= START_LIMIT for slope in pair):
        raise InputError(
            f"data option slopes = {slopes!r}: must be two numbers from -1e6 to 1e6; the default is (1.0, 3.5)"
        )


_CHECK_DATA_OPTION: Mapping[str, Callable[[Option], None]] = {"noise": _check_noise, "slopes": _check_slopes}


def _is_real(option: Option) -> bool:
    return isinstance(option, int | float) and not isinstance(option, bool)


def _as_floats(option: Option) -> Option:
    """Write numbers as floats, and zero without a sign, so that equal options are written the same way."""
    if isinstance(option, tuple):
        return tuple(float(value) + 0.0 for value in option)
    return float(option) + 0.0


def _shortened(values: tuple[object, ...]) -> str:
    """Write a tuple, the middle of a long one left out."""
    if len(values) > 8:
        return f"{', '.join(map(str, values[:3]))}, … {values[-1]}"
    return ", ".join(map(str, values))
