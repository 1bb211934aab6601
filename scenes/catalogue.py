"""Every film: its name, its parameters, and where its scene is.

Loads neither manim, torch nor NumPy: help, `list` and a build with nothing to do read only this.
"""

import difflib
import importlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from learning.errors import InputError
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
