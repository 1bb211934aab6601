"""The parameters of every film: type, default, bounds and meaning of each, and the training runs that they ask for.

Loads neither manim, torch nor NumPy: help, `list` and a build with nothing to do read only this and the catalogue.
"""

from collections.abc import Callable
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from learning.errors import InputError, unknown
from learning.experiment import OPTIMIZERS, START_LIMIT, Experiment


def _numbers(count: str, example: str) -> Callable[[Any], Any]:
    """Accept numbers with commas between them, as a command line gives them; so many as the example has."""

    def parts_of(value: Any) -> Any:
        parts = tuple(part.strip() for part in value.split(",")) if isinstance(value, str) else tuple(value)
        if len(parts) != len(example.split(",")):
            given = value if isinstance(value, str) else ",".join(map(str, value))
            raise InputError(f'"{given}" is not {count} numbers; give all, with commas between them: {example}')
        return parts

    return parts_of


Coordinate = Annotated[float, Field(ge=-START_LIMIT, le=START_LIMIT)]
Point = Annotated[tuple[Coordinate, Coordinate], BeforeValidator(_numbers("two", "-5,10"))]
"""Two numbers; on the command line separated by a comma."""


def _ascending(borders: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    """Refuse a range that does not go up."""
    for low, high in (borders[:2], borders[2:]):
        if not low < high:
            raise InputError(f"window {low:g},{high:g}: a range goes from the smaller to the larger: -11,3,-2,10")
    return borders


Rectangle = Annotated[
    tuple[float, float, float, float], BeforeValidator(_numbers("four", "-11,3,-2,10")), AfterValidator(_ascending)
]
"""Two ranges, from,to,from,to, each going up; on the command line separated by commas."""

Starts = Annotated[
    tuple[Point, ...], Field(min_length=1, max_length=5, description="first weights (w0,w1), up to five pairs")
]
GOOD_TO_WORST = ((-0.8, -0.3), (-3.0, -1.0), (-10.0, -1.0))
"""The notes' three starts of the curve of probability."""

Rate = Annotated[float, Field(gt=0, le=1000)]
Nodes = Annotated[int, Field(ge=1, le=16)]
Seed = Annotated[int, Field(ge=0, le=2**32 - 1)]
Weight = Annotated[float, Field(ge=-1000, le=1000)]
Gentle = Annotated[float, Field(ge=-20, le=20)]
"""A weight before a sigmoid: beyond, nearly all of its curve is 0 or 1."""
GentlePoint = Annotated[tuple[Gentle, Gentle], BeforeValidator(_numbers("two", "-0.8,-0.3"))]

Distance = Annotated[float, Field(ge=1e-9, le=100)]

XColumn = Annotated[
    str | None,
    Field(min_length=1, max_length=500, description="column of the CSV file that is x, if not that called x"),
]
YColumn = Annotated[
    str | None,
    Field(min_length=1, max_length=500, description="column of the CSV file that is y, if not that called y"),
]
Standardize = Annotated[
    bool,
    Field(description="take columns of the CSV file, but no zeros and ones, as (value - mean) / standard deviation"),
]


def _ours_or_file(*ours: str) -> Callable[[str], str]:
    """Accept data sets of the notes that a film can tell the truth of, and files."""

    def known(name: str) -> str:
        if name in ours or name.lower().endswith(".csv"):
            return name
        raise unknown("data", name, (*ours, "the path of a .csv file"))

    return known


ZerosAndOnes = Annotated[
    str,
    AfterValidator(_ours_or_file("logistic")),
    Field(description="the notes' zeros and ones, or a CSV file whose y is 0 or 1"),
]


class FilmParameters(BaseModel):
    """What can be asked of a film: type, default, bounds and meaning of each parameter, in one place.

    Attributes:
        given_run: the label of the film's only run, for which a recorded history can stand; empty where there are more.
        takes_any_run: whether that may be a run of whatever model.
    """

    given_run: ClassVar[str] = ""
    takes_any_run: ClassVar[bool] = False

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    def experiments(self) -> dict[str, Experiment]:
        """The training runs that the film shows, by label."""
        raise NotImplementedError


def _data_given(parameters: FilmParameters) -> dict[str, Any]:
    """Return what an experiment takes of the data that were asked for."""
    return parameters.model_dump(include={"data", "x", "y", "standardize"})


class DescentParameters(FilmParameters):
    """Gradient descent of a line on the loss surface."""

    given_run = "run"

    lr: float = Field(0.001, gt=0, le=1000, description="learning rate α: how far a step goes for its slope")
    start: Point = Field((-5.0, 10.0), description="first guess, bias and slope (w0,w1)")
    epochs: int = Field(30, ge=0, le=10_000, description="number of updates of the weights")
    loss: Literal["sse", "mse"] = Field("sse", description="sum or mean of the squared residuals")
    optimizer: str = Field("SGD", description="an optimizer of torch.optim, by name")
    data: str = Field("regression", description="a data set of the notes, or a CSV file")
    x: XColumn = None
    y: YColumn = None
    standardize: Standardize = False
    seed: int = Field(43052, ge=0, le=2**32 - 1, description="seed of the random data")

    def experiments(self) -> dict[str, Experiment]:
        """One run of the line model."""
        return {"run": Experiment(model="line", **self.model_dump())}


class LearningRateParameters(FilmParameters):
    """Runs that differ in nothing but the learning rate."""

    lr: tuple[Rate, ...] = Field(
        (0.0001, 0.001, 0.0038, 0.0083, 0.0085, 0.01),
        min_length=1,
        max_length=10,
        description="learning rates α to compare, up to ten",
    )
    start: Point = Field((-5.0, 10.0), description="first guess, bias and slope (w0,w1)")
    epochs: int = Field(30, ge=1, le=10_000, description="number of updates of the weights")
    loss: Literal["sse", "mse"] = Field("sse", description="sum or mean of the squared residuals")
    data: str = Field("regression", description="a data set of the notes, or a CSV file")
    x: XColumn = None
    y: YColumn = None
    standardize: Standardize = False
    seed: Seed = Field(43052, description="seed of the random data")

    def experiments(self) -> dict[str, Experiment]:
        """One run of the line model for each learning rate, the smallest first."""
        same = self.model_dump(exclude={"lr"})
        return {f"lr {rate:.15g}": Experiment(model="line", lr=rate, **same) for rate in sorted(set(self.lr))}


class FlatRegionsParameters(FilmParameters):
    """A curve of probability that learns by squares, and by binary cross-entropy, from the same starts."""

    starts: Starts = GOOD_TO_WORST
    lr: Rate = Field(0.25, description="learning rate α")
    epochs: int = Field(100, ge=1, le=10_000, description="number of updates of the weights")
    optimizer: str = Field("SGD", description="an optimizer of torch.optim, by name")
    window: Rectangle = Field((-11.0, 3.0, -2.0, 10.0), description="part of the surfaces shown: w0 and w1, from,to")
    data: ZerosAndOnes = "logistic"
    x: XColumn = None
    y: YColumn = None
    standardize: Standardize = False
    seed: Seed = Field(43052, description="seed of the random data")

    def experiments(self) -> dict[str, Experiment]:
        """For each start a run with each loss: "mse 0", "bce 0", "mse 1" and so on."""
        asked = self.model_dump(include={"lr", "epochs", "optimizer", "seed"})
        same = {"model": "logistic", **_data_given(self), **asked}
        return {
            f"{loss} {number}": Experiment(loss=loss, start=start, **same)
            for number, start in enumerate(self.starts)
            for loss in ("mse", "bce")
        }


class OptimizersParameters(FilmParameters):
    """Optimizers side by side on the surface of the squares, where plain descent stands still."""

    optimizers: tuple[str, ...] = Field(
        ("SGD", "Adam"), min_length=1, max_length=4, description="optimizers of torch.optim by name, or momentum"
    )
    starts: Starts = GOOD_TO_WORST
    lr: Rate = Field(0.25, description="learning rate α")
    epochs: int = Field(100, ge=1, le=10_000, description="number of updates of the weights")
    window: Rectangle = Field((-11.0, 3.0, -2.0, 10.0), description="part of the surface shown: w0 and w1, from,to")
    data: ZerosAndOnes = "logistic"
    x: XColumn = None
    y: YColumn = None
    standardize: Standardize = False
    seed: Seed = Field(43052, description="seed of the random data")

    @field_validator("optimizers")
    @classmethod
    def _each_once(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        """Spell names as torch.optim does, and take each once; those that are unknown the experiment refuses."""
        known = {name.lower(): name for name in (*OPTIMIZERS, "momentum")}
        return tuple(dict.fromkeys(known.get(name.lower(), name) for name in names))

    def experiments(self) -> dict[str, Experiment]:
        """For each optimizer a run from each start: "SGD 0", "SGD 1" and so on."""
        asked = self.model_dump(include={"lr", "epochs", "seed"})
        same = {"model": "logistic", "loss": "mse", **_data_given(self), **asked}
        return {
            f"{name} {number}": Experiment(start=start, **_optimizer(name), **same)
            for name in self.optimizers
            for number, start in enumerate(self.starts)
        }


def _optimizer(name: str) -> dict[str, Any]:
    """An optimizer of torch.optim, or SGD with a velocity that keeps nine tenths of itself."""
    if name == "momentum":
        return {"optimizer": "SGD", "optimizer_options": {"momentum": 0.9}}
    return {"optimizer": name}


class NetParameters(FilmParameters):
    """What the films of small ReLU nets share: the broken line of data and how a net is trained upon it."""

    nodes: Nodes = Field(2, description="ReLU nodes of the net")
    seed: Seed = Field(1, description="seed of the first weights")
    lr: Rate = Field(0.1, description="learning rate α")
    epochs: int = Field(1000, ge=1, le=100_000, description="number of updates of the weights")
    noise: float = Field(0.3, ge=0, le=100, description="standard deviation of the data around the broken line")
    slopes: Point = Field((1.0, 3.5), description="slopes of the broken line, left and right of zero")
    data_seed: Seed = Field(43052, description="seed of the random data")

    def experiment(self, **changes: Any) -> Experiment:
        """One net without bias on the broken line; other values than the film's where given."""
        common = self.model_dump(include={"nodes", "seed", "lr", "epochs", "data_seed"})
        options = {"noise": self.noise, "slopes": self.slopes}
        same = {"data": "broken-line", "data_options": options, "model": "relu", "loss": "mse", "start": None}
        return Experiment(**{**same, **common, **changes})


class ReluNodesParameters(NetParameters):
    """ReLU nodes that bend a line: a straight line, one node, and the net itself."""

    def experiments(self) -> dict[str, Experiment]:
        """A straight line with bias, one node, and the net."""
        return {
            "line": self.experiment(model="line", nodes=None),
            "one": self.experiment(nodes=1),
            "net": self.experiment(),
        }


class StuckParameters(NetParameters):
    """The same net from an unlucky start, and how often that happens."""

    seed: Seed = Field(40352, description="seed of the first weights that get stuck")
    other_seed: Seed = Field(1, description="seed of first weights to compare with")
    epochs: int = Field(10_000, ge=1, le=100_000, description="number of updates of the weights")
    sizes: tuple[Nodes, ...] = Field(
        (2, 4, 8, 16), min_length=1, max_length=6, description="numbers of nodes whose share of stuck runs is measured"
    )
    runs: int = Field(200, ge=10, le=1000, description="seeds that are tried for each number of nodes")

    def experiments(self) -> dict[str, Experiment]:
        """The stuck net, the other one, and for each size many nets side by side: "2 nodes" and so on."""
        many = {
            f"{size} nodes": self.experiment(nodes=size, nets=self.runs, seed=0, record_every=self.epochs)
            for size in sorted(set(self.sizes))
        }
        return {"stuck": self.experiment(), "other": self.experiment(seed=self.other_seed), **many}


class PlaneParameters(NetParameters):
    """A loss surface for many weights: the plane in which the path of a net moved most."""

    given_run = "net"
    takes_any_run = True

    nodes: Nodes = Field(8, description="ReLU nodes of the net")
    seed: Seed = Field(5, description="seed of the first weights")
    epochs: int = Field(100, ge=1, le=100_000, description="number of updates of the weights")
    directions: Literal["principal", "random"] = Field(
        "principal", description="the floor: the two directions in which the path moved most, or two random ones"
    )
    plane_seed: Seed = Field(1, description="seed of the random directions")

    def experiments(self) -> dict[str, Experiment]:
        """The net."""
        return {"net": self.experiment()}


class TangentParameters(FilmParameters):
    """The idea of descent for one weight, then for two."""

    weights: tuple[Weight, ...] = Field(
        (-2.0, 4.5), min_length=1, max_length=4, description="first values of the one weight, up to four"
    )
    lr: Rate = Field(0.1, description="learning rate α of the one weight")
    epochs: int = Field(20, ge=1, le=10_000, description="number of updates of the one weight")
    starts: Starts = Field(
        ((-5.0, 10.0), (9.0, 8.0), (-3.0, -1.0)), description="first pairs of weights (w0,w1), up to five"
    )
    plane_lr: Rate = Field(0.001, description="learning rate α of the two weights")
    plane_epochs: int = Field(30, ge=1, le=10_000, description="number of updates of the two weights")
    data: str = Field("regression", description="a data set of the notes, or a CSV file")
    x: XColumn = None
    y: YColumn = None
    standardize: Standardize = False
    seed: Seed = Field(43052, description="seed of the random data")

    def experiments(self) -> dict[str, Experiment]:
        """Runs of one weight from each first value, "one 0" and so on; of two from each start, "two 0" and so on."""
        one = {"data": "parabola", "model": "linear", "powers": (0,), "loss": "mse", "lr": self.lr}
        two = {**_data_given(self), "seed": self.seed, "lr": self.plane_lr, "epochs": self.plane_epochs}
        return {
            **{
                f"one {number}": Experiment(start=(weight,), epochs=self.epochs, **one)
                for number, weight in enumerate(self.weights)
            },
            **{f"two {number}": Experiment(start=start, **two) for number, start in enumerate(self.starts)},
        }


class GradientCheckParameters(FilmParameters):
    """The gradient at one point by autograd, by formula, and by differences over smaller and smaller distances."""

    start: Point = Field((-5.0, 10.0), description="where the gradient is taken, bias and slope (w0,w1)")
    distances: tuple[Distance, ...] = Field(
        (10.0, 1.0, 0.1, 0.01, 0.001, 1e-4, 1e-5, 1e-6),
        min_length=1,
        max_length=10,
        description="distances h over which the loss is compared, up to ten",
    )
    loss: Literal["sse", "mse"] = Field("sse", description="sum or mean of the squared residuals")
    data: str = Field("regression", description="a data set of the notes, or a CSV file")
    x: XColumn = None
    y: YColumn = None
    standardize: Standardize = False
    seed: Seed = Field(43052, description="seed of the random data")

    @model_validator(mode="after")
    def _stay_in_bounds(self) -> "GradientCheckParameters":
        w, h = max(self.start), max(self.distances)
        if w + h > START_LIMIT:
            raise InputError(
                f"start = {self.start[0]:.15g},{self.start[1]:.15g} with distances = {h:.15g}: "
                f"each weight plus the largest distance must be at most {START_LIMIT:,.0f}; take a smaller start"
            )
        return self

    def experiments(self) -> dict[str, Experiment]:
        """The loss at the point, "here", and at each distance along each weight, "w0 0.001" and so on; no update."""
        same = {"epochs": 0, **_data_given(self), **self.model_dump(include={"loss", "seed"})}
        w0, w1 = self.start
        aside = {}
        for h in sorted(set(self.distances), reverse=True):
            aside[f"w0 {h:.15g}"] = Experiment(start=(w0 + h, w1), **same)
            aside[f"w1 {h:.15g}"] = Experiment(start=(w0, w1 + h), **same)
        return {"here": Experiment(start=self.start, **same), **aside}


class SseMseParameters(FilmParameters):
    """The same line with the sum of the squares and with their mean."""

    sum_lr: Rate = Field(0.001, description="learning rate α of the sum of squares")
    mean_lr: Rate = Field(0.1, description="learning rate α of the mean of squares, and of the sum in the last beat")
    start: Point = Field((-5.0, 10.0), description="first guess, bias and slope (w0,w1)")
    epochs: int = Field(30, ge=1, le=10_000, description="number of updates of the weights")
    data: str = Field("regression", description="a data set of the notes, or a CSV file")
    x: XColumn = None
    y: YColumn = None
    standardize: Standardize = False
    seed: Seed = Field(43052, description="seed of the random data")

    def experiments(self) -> dict[str, Experiment]:
        """The sum with its rate, the mean with its own, and the sum with the mean's rate."""
        same = {**_data_given(self), **self.model_dump(include={"start", "epochs", "seed"})}
        return {
            "sum": Experiment(loss="sse", lr=self.sum_lr, **same),
            "mean": Experiment(loss="mse", lr=self.mean_lr, **same),
            "wrong": Experiment(loss="sse", lr=self.mean_lr, **same),
        }


class LinearLayerParameters(FilmParameters):
    """What torch.nn.Linear holds, and what it refuses."""

    seed: Seed = Field(43052, description="seed of the data and of the layers' first weights")
    line: Point = Field((-7.0, 2.5), description="the homework's line, bias and slope (w0,w1)")
    homework_seed: Seed = Field(202043052, description="seed of the homework's five points")

    def experiments(self) -> dict[str, Experiment]:
        """Each layer as it is made, and the homework's two with the weights that it asks for; no update."""
        bias, slope = self.line
        made = {"model": "linear", "epochs": 0, "seed": self.seed}
        asked = {"model": "linear", "epochs": 0, "seed": self.homework_seed, "data": "five-points"}
        return {
            "layer": Experiment(powers=(1,), bias=True, **made),
            "columns": Experiment(powers=(0, 1), **made),
            "forgotten": Experiment(powers=(0, 1), bias=True, **made),
            "homework": Experiment(powers=(1,), bias=True, seeded_once=True, **asked),
            "with bias": Experiment(powers=(1,), bias=True, start=(slope, bias), **asked),
            "without bias": Experiment(powers=(0, 1), start=(bias, slope), **asked),
        }


class StochasticParameters(FilmParameters):
    """All the data for a step, or one point of them."""

    lr: Rate = Field(0.01, description="learning rate α of the first run, all the data a step")
    epochs: int = Field(100, ge=1, le=10_000, description="number of updates of the first run")
    path_lr: Rate = Field(0.001, description="learning rate α of the two runs that are compared")
    passes: int = Field(3, ge=1, le=50, description="passes over the data of the run with few points a step")
    batch_size: int = Field(1, ge=1, le=50, description="points a step of that run")
    data: Annotated[
        str,
        AfterValidator(_ours_or_file("noisy-line", "regression")),
        Field(description="the notes' noisy line, their regression, or a CSV file"),
    ] = "noisy-line"
    x: XColumn = None
    y: YColumn = None
    standardize: Standardize = False
    seed: Seed = Field(1, description="seed of the first weights and of the order of the points")
    data_seed: Seed = Field(1422, description="seed of the random data")

    def experiments(self) -> dict[str, Experiment]:
        """The note's regression; all the data a step with the other rate; few points a step, every update recorded."""
        seeds = {"seed": self.seed, "data_seed": self.data_seed}
        same = {**_data_given(self), **seeds, "loss": "mse", "start": None}
        few = {"batch_size": self.batch_size, "record": "update", "epochs": self.passes}
        return {
            "all": Experiment(lr=self.lr, epochs=self.epochs, **same),
            "smooth": Experiment(lr=self.path_lr, epochs=self.epochs, **same),
            "nervous": Experiment(lr=self.path_lr, **few, **same),
        }


class LogisticParameters(FilmParameters):
    """A line through a sigmoid."""

    start: GentlePoint = Field((-0.8, -0.3), description="first curve, bias and slope of its logit (w0,w1)")
    lr: Rate = Field(0.25, description="learning rate α")
    epochs: int = Field(5000, ge=1, le=20_000, description="number of updates of the weights")
    loss: Literal["mse", "bce"] = Field("mse", description="mean of the squared residuals, or binary cross-entropy")
    optimizer: str = Field("SGD", description="an optimizer of torch.optim, by name")
    data: ZerosAndOnes = "logistic"
    x: XColumn = None
    y: YColumn = None
    standardize: Standardize = False
    seed: Seed = Field(43052, description="seed of the random data")

    def experiments(self) -> dict[str, Experiment]:
        """The 13 points, with a curve that nothing has been learned for; and one run on the 2000 points, or others."""
        return {
            "few": Experiment(data="zeros-and-ones", model="logistic", loss="mse", start=(0.0, 1.0), epochs=0),
            "run": Experiment(model="logistic", **self.model_dump()),
        }


class LogisticLimitParameters(FilmParameters):
    """A probability that rises and falls, for one sigmoid and for one after ReLU nodes."""

    lr: Rate = Field(0.001, description="learning rate α of the single sigmoid, with Adam")
    epochs: int = Field(5000, ge=1, le=20_000, description="number of updates of the single sigmoid")
    seed: Seed = Field(1, description="seed of its first weights")
    nodes: int = Field(2, ge=1, le=8, description="ReLU nodes of the net before the sigmoid")
    net_lr: Rate = Field(0.01, description="learning rate α of the net, with Adam")
    net_epochs: int = Field(3000, ge=1, le=20_000, description="number of updates of the net")
    net_seed: Seed = Field(5, description="seed of the net's first weights")
    data_seed: Seed = Field(43052, description="seed of the random data")

    def experiments(self) -> dict[str, Experiment]:
        """The logistic model, and ReLU nodes before the sigmoid."""
        same = {"data": "rise-and-fall", "data_seed": self.data_seed, "loss": "bce", "optimizer": "Adam"}
        net = {"nodes": self.nodes, "bias": True, "seed": self.net_seed, "lr": self.net_lr, "epochs": self.net_epochs}
        return {
            "sigmoid": Experiment(model="logistic", lr=self.lr, epochs=self.epochs, seed=self.seed, **same),
            "net": Experiment(model="relu-logistic", **net, **same),
        }


class PolynomialParameters(FilmParameters):
    """One linear layer with three columns, and what a larger rate does to it."""

    lr: Rate = Field(0.01, description="learning rate α")
    large_lr: Rate = Field(0.1, description="learning rate α of the homework")
    epochs: int = Field(1000, ge=1, le=10_000, description="number of updates of the weights")
    data: Annotated[
        str,
        AfterValidator(_ours_or_file("polynomial")),
        Field(description="the notes' polynomial, or a CSV file"),
    ] = "polynomial"
    x: XColumn = None
    y: YColumn = None
    standardize: Standardize = False
    seed: Seed = Field(43052, description="seed of the data, and of the first weights after them")

    def experiments(self) -> dict[str, Experiment]:
        """The run and the homework's, alike but for the rate."""
        same = {**_data_given(self), "model": "linear", "powers": (1, 2, 3), "bias": True, "loss": "mse"}
        same |= {"seeded_once": self.data == "polynomial", "seed": self.seed, "epochs": self.epochs}
        return {label: Experiment(lr=lr, **same) for label, lr in (("run", self.lr), ("homework", self.large_lr))}


class DiagramsParameters(FilmParameters):
    """One picture language for a line, a curve of probability, a polynomial, and nets."""

    nodes: int = Field(2, ge=1, le=4, description="ReLU nodes of the net that is drawn in full")
    wide: int = Field(500, ge=5, le=1024, description="nodes of the wide net")
    seed: Seed = Field(1, description="seed of the nets' first weights")
    epochs: int = Field(1000, ge=1, le=10_000, description="number of updates of each model")
    data_seed: Seed = Field(43052, description="seed of the random data")

    def experiments(self) -> dict[str, Experiment]:
        """A line with X = [1 x], one with bias, a sigmoid, a polynomial, and two nets; each trained on its data."""
        seeds = {"seed": self.seed, "data_seed": self.data_seed, "loss": "mse", "epochs": self.epochs}
        line = {"model": "linear", "data": "regression", "lr": 0.1, **seeds}
        net = {"data": "broken-line", **seeds}
        few = {"record_every": max(self.epochs // 100, 1)}
        return {
            "columns": Experiment(powers=(0, 1), **line),
            "bias": Experiment(powers=(1,), bias=True, **line),
            "sigmoid": Experiment(**{**seeds, "loss": "bce"}, model="logistic", data="logistic", lr=0.25, **few),
            "polynomial": Experiment(model="linear", powers=(1, 2, 3), bias=True, data="polynomial", lr=0.01, **seeds),
            "net": Experiment(model="relu", nodes=self.nodes, lr=0.1, **net),
            "wide": Experiment(model="steps", nodes=self.wide, bias=True, lr=0.001, **few, **net),
        }


class OverfitParameters(FilmParameters):
    """Many steep nodes, which follow every point."""

    nodes: int = Field(500, ge=1, le=1024, description="nodes of the net, each a steep sigmoid")
    seed: Seed = Field(1, description="seed of the first weights")
    lr: Rate = Field(0.001, description="learning rate α")
    epochs: int = Field(5000, ge=1, le=20_000, description="number of updates of the weights")
    noise: float = Field(0.3, ge=0, le=100, description="standard deviation of the data around the broken line")
    slopes: Point = Field((1.0, 3.5), description="slopes of the broken line, left and right of zero")
    data_seed: Seed = Field(43052, description="seed of the data that the nets learn from")
    test_seed: Seed = Field(7, description="seed of the fresh data that they are tested with")

    def experiments(self) -> dict[str, Experiment]:
        """The net on the broken line, and on noise alone; both tested with fresh data."""
        same = self.model_dump(include={"nodes", "seed", "lr", "epochs", "data_seed", "test_seed"})
        net = {"model": "steps", "bias": True, "loss": "mse", "record_every": max(self.epochs // 500, 1), **same}
        line = {"noise": self.noise, "slopes": self.slopes}
        return {
            "line": Experiment(data="broken-line", data_options=line, **net),
            "noise": Experiment(data="noise", **net),
        }
