"""Every film: its name, its parameters, the runs that it needs, and where its scene is.

Loads neither manim, torch nor NumPy: help, `list` and a build with nothing to do read only this.
"""

import difflib
import importlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from learning.errors import InputError
from learning.experiment import Experiment

if TYPE_CHECKING:
    from scenes.film import Film


def _numbers(value: Any) -> Any:
    """Accept ``-5,10`` for two numbers, as a command line gives them."""
    parts = tuple(part.strip() for part in value.split(",")) if isinstance(value, str) else tuple(value)
    if len(parts) != 2:
        given = value if isinstance(value, str) else ",".join(map(str, value))
        raise InputError(f'"{given}" is not two numbers; give both, with a comma between them: -5,10')
    return parts


Point = Annotated[tuple[float, float], BeforeValidator(_numbers)]
"""Two numbers; on the command line separated by a comma."""


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
    entry.name: entry for entry in (Entry("descent", DescentParameters, "scenes.films.descent:Descent", 80),)
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
