"""Data: the notes' data sets by name, and CSV files. Seeded, exact, and without torch until it is needed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, cast

import numpy as np
import numpy.typing as npt

from learning.errors import InputError, ProbabilityError, quoted, unknown
from learning.experiment import DATA_OPTIONS, PROBABILITIES, Experiment, Option, read_data_file
from learning.tables import read_table
from learning.theory import Float64, sigmoid

if TYPE_CHECKING:
    from torch import Generator, Tensor

Float32 = npt.NDArray[np.float32]

LIMIT, STANDARDIZED_LIMIT = 1e9, 1e100
"""Largest magnitude in a CSV file: the square of what a line makes of it still fits into float32; or, where it is
standardized first, its own square into float64."""

MOST_ROWS, MOST_CURVED = 2_000_000, 100_000
"""Rows of a CSV file at most, and where the loss is not the bowl of a line, of which all is known at once."""

SEEN = 2000
"""Of so many points of a CSV file ŷ is recorded at most, chosen evenly; all of them are learned from."""

STEEP, HIGH, FLAT = 30.0, 10.0, 0.1
"""Where ŷ is a probability, or a polynomial, x is at most so far from 0; and it goes over so much at least."""

GRAIN, LEAST = 1e-3, 1e-6
"""Numbers of float32 may be apart by this share of a column's standard deviation: otherwise they blur it. And a column
that spreads over less than this is nothing beside weights of ordinary size."""


@dataclass(frozen=True, eq=False)
class Data:
    """N points and, where they were made from something known, the truth.

    Attributes:
        x: (N,) float32.
        y: (N,) float32.
        truth: (N,) float32, y without its noise (the probability of 1 where y is 0 or 1), or None.
        true_params: Of the polynomial that the truth was made from the constant, the coefficient of x, of x² …; where
            y is 0 or 1, of its logit. None where there is no such polynomial.
        name: What to call the data.
        is_coin: Whether y is 0 or 1, each with a probability.
        columns: What x and y are called in a CSV file; None for data sets of ours.
        scales: Of x and of y mean and standard deviation, where these were taken out of them; otherwise None.
    """

    x: Float32
    y: Float32
    truth: Float32 | None
    true_params: tuple[float, ...] | None
    name: str
    is_coin: bool = False
    columns: tuple[str, str] | None = None
    scales: tuple[Scale | None, Scale | None] = (None, None)

    @property
    def seen(self) -> npt.NDArray[np.int64] | None:
        """Return the points whose ŷ is recorded, (n,) ascending; None where that is every one.

        They lie evenly in the order of x, the least and the largest among them.
        """
        if self.columns is None or len(self.x) <= SEEN:
            return None
        ranks = np.linspace(0, len(self.x) - 1, SEEN).round().astype(np.int64)
        return np.sort(np.argsort(self.x, kind="stable")[ranks]).astype(np.int64)


class Scale(NamedTuple):
    """What was taken out of a column: value = mean + sd * standardized."""

    mean: float
    sd: float


REGRESSION = (2.5, 4.0)
"""Bias and slope of the line that the regression data are made from."""

LOGISTIC = (-1.0, 5.0)
"""Bias and slope of the logit that the logistic data are made from."""

RISE_AND_FALL = (5.0, 15.0, -5.0)
"""Of the logit that rises, then falls: its height at zero, its slopes left and right of it."""

POLYNOMIAL = (1.0, 4.0, 3.0, -2.0)
"""Constant, and coefficients of x, x² and x³, of the curve that the polynomial data are made from."""

HOMEWORK = (-7.0, 2.5)
"""Bias and slope of the line that the five points lie upon."""

NOISY_LINE = (0.0, 1.0)
"""Bias and slope of the line that the noisy line is made from."""

SIGMOID = (0.0, 1.0)
"""Bias and slope of the logit of the 13 points."""

ZEROS_AND_ONES = (0, 0, 0, 0, 0, 0, 1, 0, 1, 1, 1, 1, 1)
"""What the notes observe at x = -6, -5 … 6."""

CONSTANT = (1.0,)
"""The number in the middle of the two points whose loss is a parabola."""


def regression(generator: Generator) -> Data:
    """Make the notes' 100 points: x = sorted randn, y = 2.5 + 4x + 0.5 randn; their seed is 43052."""
    import torch

    x, _ = torch.randn(100, generator=generator).sort()  # (N,)
    noise = 0.5 * torch.randn(100, generator=generator)  # (N,)
    truth = torch.stack([torch.ones(100), x], dim=1) @ torch.tensor(REGRESSION)  # (N, 2) @ (2,) -> (N,)
    return Data(x.numpy(), (truth + noise).numpy(), truth.numpy(), REGRESSION, "regression")


def noisy_line(generator: Generator) -> Data:
    """Make 100 points: x = 10 randn, in the order in which they are drawn, y = x + 3 randn."""
    import torch

    x = 10 * torch.randn(100, generator=generator)  # (N,)
    y = x + 3 * torch.randn(100, generator=generator)
    return Data(x.numpy(), y.numpy(), x.numpy().copy(), NOISY_LINE, "noisy-line")


def polynomial(generator: Generator) -> Data:
    """Make the notes' 100 points: x = sorted randn, y = 1 + 4x + 3x² - 2x³ + randn; their seed is 43052."""
    import torch

    x, _ = torch.randn(100, generator=generator).sort()  # (N,)
    noise = torch.randn(100, generator=generator)  # (N,)
    columns = torch.stack([x, x**2, x**3], dim=1)  # (N, 3)
    truth = columns @ torch.tensor(POLYNOMIAL[1:]) + POLYNOMIAL[0]
    return Data(x.numpy(), (truth + noise).numpy(), truth.numpy(), POLYNOMIAL, "polynomial")


def logistic(generator: Generator) -> Data:
    """Make the notes' 2000 points of linspace(-1, 1): y is 1 with probability sigmoid(-1 + 5x), otherwise 0.

    y is what ``torch.bernoulli(probability)`` draws after ``torch.manual_seed(seed)``.
    """
    return _coins(lambda x: LOGISTIC[0] + LOGISTIC[1] * x, LOGISTIC, "logistic", generator)


def rise_and_fall(generator: Generator) -> Data:
    """Make the notes' 2000 points whose probability of 1 rises, then falls: the logit is 5 + 15x, 5 - 5x from 0 on."""
    import torch

    height, left, right = RISE_AND_FALL
    return _coins(lambda x: height + torch.where(x < 0, left * x, right * x), None, "rise-and-fall", generator)


def _coins(
    logit: Callable[[Tensor], Tensor], true_params: tuple[float, ...] | None, name: str, generator: Generator
) -> Data:
    """Throw a coin at each of 2000 points of linspace(-1, 1): 1 with the probability sigmoid of their logit."""
    import torch

    x = torch.linspace(-1, 1, 2000)  # (N,)
    probability = torch.sigmoid(logit(x))  # (N,)
    y = torch.bernoulli(probability, generator=generator)
    return Data(x.numpy(), y.numpy(), probability.numpy(), true_params, name, is_coin=True)


def zeros_and_ones(generator: Generator) -> Data:
    """Make the notes' 13 points, of x from -6 to 6, around sigmoid(x). Nothing of them is drawn."""
    del generator
    x = np.arange(-6, 7, dtype=np.float32)  # (N,)
    truth = sigmoid(x).astype(np.float32)
    return Data(x, np.array(ZEROS_AND_ONES, np.float32), truth, SIGMOID, "zeros-and-ones", is_coin=True)


def broken_line(generator: Generator, noise: float, slopes: tuple[float, float]) -> Data:
    """Make the notes' 100 points of linspace(-1, 1) around a line through the origin that breaks there.

    Args:
        generator: Draws the noise.
        noise: Standard deviation of the points around the line; the notes' is 0.3.
        slopes: Slopes left and right of zero; the notes' are 1 and 3.5.
    """
    import torch

    x = torch.linspace(-1, 1, 100)  # (N,)
    truth = torch.where(x < 0, slopes[0] * x, slopes[1] * x)  # (N,)
    y = truth + noise * torch.randn(100, generator=generator)
    return Data(x.numpy(), y.numpy(), truth.numpy(), None, "broken-line")


def noise(generator: Generator) -> Data:
    """Make the notes' 100 points of linspace(-1, 1) at which there is nothing to learn: y = randn."""
    import torch

    x = torch.linspace(-1, 1, 100)  # (N,)
    return Data(x.numpy(), torch.randn(100, generator=generator).numpy(), np.zeros(100, np.float32), None, "noise")


def parabola(generator: Generator) -> Data:
    """Make two points, y = 1 - √2 and 1 + √2. Nothing is drawn.

    The mean of their squared distances from a number w is (w - 1)² + 2, the notes' loss(w) = w² - 2w + 3.
    """
    del generator
    x = np.array([-1, 1], np.float32)  # (N,)
    return Data(x, (1 + x * np.sqrt(2)).astype(np.float32), np.ones(2, np.float32), CONSTANT, "parabola")


def five_points(generator: Generator) -> Data:
    """Make the homework's 5 points upon a line: x = sorted randn, y = 2.5x - 7; the solution's seed is 202043052."""
    import torch

    x, _ = torch.randn(5, generator=generator).sort()  # (N,)
    y = HOMEWORK[1] * x + HOMEWORK[0]
    return Data(x.numpy(), y.numpy(), y.numpy().copy(), HOMEWORK, "five-points")


DATA_SETS: Mapping[str, Callable[..., Data]] = {
    "regression": regression,
    "logistic": logistic,
    "broken-line": broken_line,
    "zeros-and-ones": zeros_and_ones,
    "noisy-line": noisy_line,
    "rise-and-fall": rise_and_fall,
    "polynomial": polynomial,
    "noise": noise,
    "parabola": parabola,
    "five-points": five_points,
}
"""Every data set: its name, and what makes it from torch's random generator and its options."""


def data_of(experiment: Experiment) -> Data:
    """Return the data of an experiment.

    Raises:
        InputError: The CSV file is not as it should be, is too long, or has another y than 0 to 1 where ŷ is a
            probability.
    """
    if experiment.data_file is not None:
        return _fitting(_checked(of_file(experiment), experiment), experiment)
    return _checked(load(experiment.data, experiment.seed_of_data, dict(experiment.data_options)), experiment)


def check(experiments: Iterable[Experiment]) -> None:
    """Read the data files of experiments, so that what is wrong with any of them is said before one is trained.

    Raises:
        InputError: As :func:`data_of` does; or a y is between 0 and 1 where only these two will do, or an x is so far
            from 0 that a model would learn nothing worth seeing.
    """
    asked = {_asked_of_file(experiment): experiment for experiment in experiments if experiment.data_file is not None}
    for experiment in asked.values():
        data = data_of(experiment)
        if experiment.model in PROBABILITIES:
            _check_coins(data, experiment)
            _check_reach(data, experiment, "a curve of probability", STEEP)
        if max(experiment.powers or (0,)) > 1:
            _check_reach(data, experiment, "a polynomial", HIGH)


def _asked_of_file(experiment: Experiment) -> tuple[object, ...]:
    """Return all of an experiment that decides what its file may hold."""
    columns = experiment.data, experiment.x, experiment.y, experiment.standardize
    return *columns, experiment.model, experiment.loss, experiment.powers, experiment.record


def fresh_data_of(experiment: Experiment) -> Data | None:
    """Return other data from the same source, or None: what a model learned from one draw is tested with another.

    Raises:
        InputError: As :func:`data_of` does.
    """
    if experiment.test_seed is None:
        return None
    return _checked(load(experiment.data, experiment.test_seed, dict(experiment.data_options)), experiment)


def _checked(data: Data, experiment: Experiment) -> Data:
    outside = data.y[(data.y < 0) | (data.y > 1)]
    if data.columns is not None and experiment.model in PROBABILITIES and len(outside):
        raise ProbabilityError(
            f"{experiment.data}: {named(data.columns[1])} has {outside[0]:g}, but ŷ is the probability of a 1, so only "
            "0 to 1 will do; correct it, or take what learns any number"
        )
    if experiment.loss == "bce" and len(outside):
        raise InputError(
            f"{experiment.data}: y has {outside[0]:g}, but the loss bce takes only 0 to 1; correct it, or choose mse"
        )
    return data


def truth_of(experiment: Experiment, x: npt.ArrayLike) -> Float64 | None:
    """Return what lies under the points of a data set of ours at any x, (N,), without its noise; None for a CSV file.

    A curve, or the probability of 1, by the formulas of the functions above, in float64 and without torch.
    """
    at = np.asarray(x, dtype=np.float64)
    formula = _FORMULAS.get(experiment.data)
    return None if formula is None else formula(at, dict(experiment.data_options))


def _bent(x: Float64, slopes: tuple[float, float]) -> Float64:
    return np.where(x < 0, slopes[0] * x, slopes[1] * x)


def _polynomial(coefficients: tuple[float, ...]) -> Callable[[Float64, Mapping[str, Option]], Float64]:
    return lambda x, _: np.asarray(np.polynomial.Polynomial(coefficients)(x))


_FORMULAS: Mapping[str, Callable[[Float64, Mapping[str, Option]], Float64]] = {
    "regression": _polynomial(REGRESSION),
    "logistic": lambda x, _: sigmoid(LOGISTIC[0] + LOGISTIC[1] * x),
    "broken-line": lambda x, options: _bent(x, cast("tuple[float, float]", options["slopes"])),
    "zeros-and-ones": lambda x, _: sigmoid(SIGMOID[0] + SIGMOID[1] * x),
    "noisy-line": _polynomial(NOISY_LINE),
    "rise-and-fall": lambda x, _: sigmoid(RISE_AND_FALL[0] + _bent(x, RISE_AND_FALL[1:])),
    "polynomial": _polynomial(POLYNOMIAL),
    "noise": lambda x, _: np.zeros_like(x),
    "parabola": _polynomial(CONSTANT),
    "five-points": _polynomial(HOMEWORK),
}
"""The truth of every data set of ours at any x, (N,), with its options."""


def true_params_of(experiment: Experiment, data: Data) -> tuple[float, ...] | None:
    """Return the values of an experiment's parameters, (P,), that the data were made from; None if its model has none.

    Line and logistic curve, or a linear layer that has a column for each power of the polynomial.
    """
    true = data.true_params
    if true is None or data.is_coin != (experiment.model == "logistic"):
        return None
    if experiment.powers is None:
        return true if experiment.model in ("line", "logistic") and len(true) == 2 else None
    powers = (*experiment.powers, 0) if experiment.bias else experiment.powers
    if len(set(powers)) < len(powers) or not set(range(len(true))) <= set(powers):
        return None
    return tuple(true[power] if power < len(true) else 0.0 for power in powers)


def generator_after(experiment: Experiment) -> Generator:
    """Return torch's random generator as it is when the data of an experiment, a data set of ours, have been drawn."""
    generator = _generator(experiment.seed_of_data)
    DATA_SETS[experiment.data](generator, **dict(experiment.data_options))
    return generator


def _generator(seed: int) -> Generator:
    import torch

    return torch.Generator().manual_seed(seed)


def load(name_or_path: str, seed: int, options: Mapping[str, Option] | None = None) -> Data:
    """Return the data set of that name, or what a CSV file holds.

    A CSV file has a header with x and y, in any order, among any other columns, or only two columns of numbers (see
    :mod:`learning.tables`); its rows keep their order, and the seed does not touch them.

    Args:
        name_or_path: A name of :data:`DATA_SETS`, or the path of a CSV file.
        seed: Seed of a data set of ours.
        options: Its options; those not given have their defaults.

    Raises:
        InputError: The name is unknown, or the file is not as it should be; says the line and the value.
    """
    if name_or_path in DATA_SETS:
        return DATA_SETS[name_or_path](_generator(seed), **{**DATA_OPTIONS[name_or_path], **(options or {})})
    if not name_or_path.lower().endswith(".csv"):
        raise unknown("data", name_or_path, (*DATA_SETS, "the path of a .csv file"))
    return of_file(Experiment(data=name_or_path))


def of_file(experiment: Experiment) -> Data:
    """Return what the CSV file of an experiment holds in its two columns, standardized if that is asked for.

    y is left as it is where ŷ is a probability.

    Raises:
        InputError: The file is not as :mod:`learning.tables` says, a column cannot be standardized, or its numbers
            are so close together that float32 does not tell them apart.
    """
    path = experiment.data_file
    assert path is not None, "data sets of ours are made, not read"
    limit = STANDARDIZED_LIMIT if experiment.standardize else LIMIT
    table = read_table(path, read_data_file(path), experiment.x, experiment.y, limit)
    if len(table.x) > MOST_ROWS:
        raise InputError(f"{path}: has {len(table.x):,} rows; at most {MOST_ROWS:,} are allowed: keep every tenth, say")
    wanted = experiment.standardize, experiment.standardize and experiment.model not in PROBABILITIES
    columns = zip((table.x, table.y), table.names, wanted, strict=True)
    (x, of_x), (y, of_y) = (_scaled(path, *column) for column in columns)
    return Data(x, y, None, None, path.stem, columns=table.names, scales=(of_x, of_y))


def _scaled(path: Path, values: Float64, name: str, is_wanted: bool) -> tuple[Float32, Scale | None]:
    """Return a column as it is learned from, and what was taken out of it."""
    spread = float(np.ptp(values))
    if not is_wanted:
        grain = float(np.spacing(np.float32(np.abs(values).max())))
        if spread > 0 and (grain > GRAIN * float(values.std()) or spread < LEAST):
            raise InputError(
                f"{path}: {named(name)} only goes from {values.min():.10g} to {values.max():.10g}, too little for "
                "weights in float32; take other units, or standardize"
            )
        return values.astype(np.float32), None
    if spread == 0:
        raise InputError(
            f"{path}: {named(name)} is {values[0]:g} in every row, so there is no standard deviation to divide by; "
            "take another column, or leave out standardize"
        )
    scale = Scale(float(values.mean()), float(values.std()))
    return ((values - scale.mean) / scale.sd).astype(np.float32), scale


def _fitting(data: Data, experiment: Experiment) -> Data:
    """Refuse files that are too long for what is done with every point."""
    path, rows = experiment.data_file, len(data.x)
    if experiment.record == "update" and rows > SEEN:
        raise InputError(
            f"{path}: has {rows:,} rows; where the state after every update is looked at, at most {SEEN:,} are "
            f"allowed: keep every {_ordinal(rows, SEEN)} row"
        )
    if experiment.model not in ("line", "linear") and rows > MOST_CURVED:
        raise InputError(
            f"{path}: has {rows:,} rows; the model {experiment.model} takes at most {MOST_CURVED:,} from a file: "
            f"keep every {_ordinal(rows, MOST_CURVED)} row"
        )
    return data


def _check_coins(data: Data, experiment: Experiment) -> None:
    """Refuse what is neither 0 nor 1, where ŷ is said to be the probability of a 1."""
    between = data.y[(data.y != 0) & (data.y != 1)]
    if data.columns is not None and len(between):
        raise ProbabilityError(
            f"{experiment.data}: {named(data.columns[1])} has {between[0]:g}, but ŷ is the probability of a 1 among "
            "zeros and ones; correct it, or take what learns any number"
        )


def _check_reach(data: Data, experiment: Experiment, what: str, most: float) -> None:
    """Refuse an x that makes a sigmoid of ordinary weights all but a step, or all but flat; or powers far apart."""
    low, high = float(data.x.min()), float(data.x.max())
    if max(-low, high) > most or 0 < high - low < FLAT:
        raise InputError(
            f"{experiment.data_file}: {named(data.columns[0] if data.columns else 'x')} goes from {low:.6g} to "
            f"{high:.6g}; {what} needs numbers from about -1 to 1, from -{most:g} to {most:g} at most: standardize"
        )


def _ordinal(rows: int, most: int) -> str:
    every = -(-rows // most)
    return {2: "second", 3: "third"}.get(every, f"{every}th")


def named(column: str) -> str:
    """Write a column's name as messages do: between quotes where it is no single word."""
    return column if column.isidentifier() else quoted(column)
