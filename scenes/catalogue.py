"""Every film: its name, its parameters, and where its scene is.

Loads neither manim, torch nor NumPy: help, `list` and a build with nothing to do read only this.
"""

import difflib
import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from learning.errors import InputError, ProbabilityError
from scenes.captions import LANGUAGES
from scenes.ownfilms.naming import is_own
from scenes.parameters import (
    DescentParameters,
    DiagramsParameters,
    FilmParameters,
    FlatRegionsParameters,
    GradientCheckParameters,
    LearningRateParameters,
    LinearLayerParameters,
    LogisticLimitParameters,
    LogisticParameters,
    OptimizersParameters,
    OverfitParameters,
    PlaneParameters,
    PolynomialParameters,
    ReluNodesParameters,
    SseMseParameters,
    StochasticParameters,
    StuckParameters,
    TangentParameters,
)

if TYPE_CHECKING:
    from scenes.film import Film


@dataclass(frozen=True)
class Entry:
    """A film in the catalogue, or one of somebody's own.

    Attributes:
        name: what the command line calls it.
        parameters: its parameter class.
        scene: ``module:Class`` of its scene, loaded only to render.
        seconds: running time with its defaults, about.
        file: the Python file of a film of somebody's own; None: it is one of ours.
        languages: those of `scenes.captions.LANGUAGES` that it has words in.
    """

    name: str
    parameters: type[FilmParameters]
    scene: str
    seconds: float
    file: Path | None = None
    languages: tuple[str, ...] = LANGUAGES

    @property
    def address(self) -> str:
        """What :func:`find` finds it by, in another process, too."""
        return f"{self.file}:{self.scene.partition(':')[2]}" if self.file else self.name

    def language_for(self, language: str) -> str:
        """Return the language that it is shown in where one is asked for: where it has no words in that, its first."""
        return self.languages[0] if language in LANGUAGES and language not in self.languages else language

    def load_scene(self) -> "type[Film]":
        """Import the scene, and manim with it."""
        module, _, name = self.scene.partition(":")
        scene: type[Film] = getattr(importlib.import_module(module), name)
        return scene


FILMS: dict[str, Entry] = {
    entry.name: entry
    for entry in (
        Entry("descent", DescentParameters, "scenes.films.descent:Descent", 80),
        Entry("tangent", TangentParameters, "scenes.films.tangent:Tangent", 81),
        Entry("gradient-check", GradientCheckParameters, "scenes.films.gradient_check:GradientCheck", 62),
        Entry("learning-rate", LearningRateParameters, "scenes.films.learning_rate:LearningRate", 88),
        Entry("sse-mse", SseMseParameters, "scenes.films.sse_mse:SseMse", 82),
        Entry("linear-layer", LinearLayerParameters, "scenes.films.linear_layer:LinearLayer", 80),
        Entry("stochastic", StochasticParameters, "scenes.films.stochastic:Stochastic", 82),
        Entry("logistic", LogisticParameters, "scenes.films.logistic:Logistic", 77),
        Entry("flat-regions", FlatRegionsParameters, "scenes.films.flat_regions:FlatRegions", 87),
        Entry("optimizers", OptimizersParameters, "scenes.films.optimizers:Optimizers", 81),
        Entry("logistic-limit", LogisticLimitParameters, "scenes.films.logistic_limit:LogisticLimit", 65),
        Entry("polynomial", PolynomialParameters, "scenes.films.polynomial:Polynomial", 79),
        Entry("diagrams", DiagramsParameters, "scenes.films.diagrams:Diagrams", 78),
        Entry("relu-nodes", ReluNodesParameters, "scenes.films.relu_nodes:ReluNodes", 87),
        Entry("stuck", StuckParameters, "scenes.films.stuck:Stuck", 87),
        Entry("overfit", OverfitParameters, "scenes.films.overfit:Overfit", 64),
        Entry("plane", PlaneParameters, "scenes.films.plane:PlaneOfThePath", 68),
    )
}


def find(name: str) -> Entry:
    """The film of that name; that of a film of one's own is its file, whose code is run: `my_films.py:Saddle`.

    Raises:
        InputError: there is none; the nearest name is suggested.
    """
    if name in FILMS:
        return FILMS[name]
    if is_own(name):
        from scenes.ownfilms.loading import load

        return load(name)
    near = difflib.get_close_matches(Path(name).stem, FILMS, n=1, cutoff=0.5)
    if not near and Path(f"{name}.py").is_file():
        near = [f"{name}.py"]
    hint = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(FILMS)}"
    raise InputError(f"no film is called {name!r}; {hint}")


def entry_of(scene: "type[Film]") -> Entry:
    """What a film is, from its class.

    Raises:
        InputError: it is somebody's own, and something is missing that films have to have.
    """
    if scene.film_name in FILMS:
        return FILMS[scene.film_name]
    from scenes.ownfilms.loading import entry_of as own_entry_of

    return own_entry_of(scene)


@contextmanager
def any_number_elsewhere() -> Iterator[None]:
    """Let those whose y is no probability be told which films take any number."""
    try:
        yield
    except ProbabilityError as error:
        raise InputError(f"{error}: {', '.join(_of_any_number())}") from None


def _of_any_number() -> list[str]:
    """Return the films that take data of one's own, but those of zeros and ones."""
    given = {name: entry.parameters.model_fields.get("data") for name, entry in FILMS.items()}
    return [name for name, field in given.items() if field is not None and field.default != "logistic"]
