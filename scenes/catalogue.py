"""Every film: its name, its parameters, the runs that it needs, and where its scene is.

Loads neither manim, torch nor NumPy: help, `list` and a build with nothing to do read only this.
"""

import difflib
import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, field_validator

from learning.errors import InputError
from learning.experiment import OPTIMIZERS, Experiment

if TYPE_CHECKING:
    from scenes.film import Film


def _numbers(count: str, example: str) -> Callable[[Any], Any]:
    """Accept numbers with commas between them, as a command line gives them; so many as the example has."""

    def parts_of(value: Any) -> Any:
        parts = tuple(part.strip() for part in value.split(",")) if isinstance(value, str) else tuple(value)
        if len(parts) != len(example.split(",")):
            given = value if isinstance(value, str) else ",".join(map(str, value))
            raise InputError(f'"{given}" is not {count} numbers; give all, with commas between them: {example}')
        return parts

    return parts_of


Point = Annotated[tuple[float, float], BeforeValidator(_numbers("two", "-5,10"))]
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


class FilmParameters(BaseModel):
    """What can be asked of a film: type, default, bounds and meaning of each parameter, in one place."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    def experiments(self) -> dict[str, Experiment]:
        """The training runs that the film shows, by label."""
        raise NotImplementedError


class DescentParameters(FilmParameters):
    """Gradient descent of a line on the loss surface."""

    lr: float = Field(0.001, gt=0, le=1000, description="learning rate α: how far a step goes for its slope")
    start: Point = Field((-5.0, 10.0), description="first guess, bias and slope (w0,w1)")
    epochs: int = Field(30, ge=0, le=10_000, description="number of updates of the weights")
    loss: Literal["sse", "mse"] = Field("sse", description="sum or mean of the squared residuals")
    optimizer: str = Field("SGD", description="an optimizer of torch.optim, by name")
    data: str = Field("regression", description="a data set of the notes, or a CSV file with columns x and y")
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
    data: str = Field("regression", description="a data set of the notes, or a CSV file with columns x and y")
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
    seed: Seed = Field(43052, description="seed of the random data")

    def experiments(self) -> dict[str, Experiment]:
        """For each start a run with each loss: "mse 0", "bce 0", "mse 1" and so on."""
        same = {
            "data": "logistic",
            "model": "logistic",
            **self.model_dump(include={"lr", "epochs", "optimizer", "seed"}),
        }
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
        same = {"data": "logistic", "model": "logistic", "loss": "mse", **asked}
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


@dataclass(frozen=True)
class Entry:
    """A film in the catalogue.

    Attributes:
        name: what the command line calls it.
        parameters: its parameter class.
        scene: ``module:Class`` of its scene, loaded only to render.
        seconds: running time with its defaults, about.
    """

    name: str
    parameters: type[FilmParameters]
    scene: str
    seconds: float

    def load_scene(self) -> "type[Film]":
        """Import the scene, and manim with it."""
        module, _, name = self.scene.partition(":")
        scene: type[Film] = getattr(importlib.import_module(module), name)
        return scene


FILMS: dict[str, Entry] = {
    entry.name: entry
    for entry in (
        Entry("descent", DescentParameters, "scenes.films.descent:Descent", 80),
        Entry("learning-rate", LearningRateParameters, "scenes.films.learning_rate:LearningRate", 88),
        Entry("flat-regions", FlatRegionsParameters, "scenes.films.flat_regions:FlatRegions", 87),
        Entry("optimizers", OptimizersParameters, "scenes.films.optimizers:Optimizers", 81),
        Entry("relu-nodes", ReluNodesParameters, "scenes.films.relu_nodes:ReluNodes", 87),
        Entry("stuck", StuckParameters, "scenes.films.stuck:Stuck", 87),
    )
}


def find(name: str) -> Entry:
    """The film of that name.

    Raises:
        InputError: there is none; the nearest name is suggested.
    """
    if name in FILMS:
        return FILMS[name]
    near = difflib.get_close_matches(Path(name).stem, FILMS, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(FILMS)}"
    raise InputError(f"no film is called {name!r}; {hint}")
