"""What a film is made of: everything that can change a pixel, and nothing else. Its digest is the film's key.

Loads neither manim, torch nor NumPy.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from learning import source, store
from learning.errors import InputError, RunError
from learning.experiment import digest_of
from scenes import captions
from scenes.fonts import fingerprint, font_for
from scenes.production import recorded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from learning.source import Source
    from scenes.production.order import Order

FORMAT = 3
"""Of what the cache keeps of a film; another number, and everything is made anew."""

DRAWN_BY = ("scenes.production.shooting", "scenes.production.companions")
KNOWN_OTHERWISE = frozenset({"scenes.catalogue", "scenes.parameters", "learning.store"})
"""Modules that reach a film only through its parameters and its runs, which are in the recipe by value."""

DRAWN_WITH = {
    "manim": "manim",
    "numpy": "numpy",
    "cairo": "pycairo",
    "typst": "typst",
    "svgelements": "svgelements",
    "contourpy": "contourpy",
    "scipy": "scipy",
    "av": "av",
    "PIL": "pillow",
}
"""Packages that decide what a film looks like: the name that is imported, the name that is installed."""


@dataclass(frozen=True)
class Recipe:
    """What a film is made of.

    Attributes:
        film: its name.
        looks: theme, language, font and output settings.
        code: digest of each module that draws it, by name.
        versions: of Python and the packages that draw.
        parameters: by name; files by their content.
        runs: the key of each run, by label.
        captions: the words that it may show, by key.
        others: the same in each other language in which its subtitles are told; no picture depends on them.
    """

    film: str
    looks: Mapping[str, Any]
    code: Mapping[str, str]
    versions: Mapping[str, str]
    parameters: Mapping[str, Any]
    runs: Mapping[str, str]
    captions: Mapping[str, str]
    others: Mapping[str, Mapping[str, str]]

    @classmethod
    def of(cls, order: Order) -> Recipe:
        """Look up what an order would be made of now.

        Raises:
            InputError: a data file cannot be read.
            RunError: a source cannot be read.
        """
        sources = sources_of(order)
        return cls(
            film=order.entry.name,
            looks=_looks(order),
            code={name: said.digest for name, said in sources.items()},
            versions=_versions(),
            parameters=_parameters(order),
            runs=_runs(order),
            captions=_captions(order.language, order, sources),
            others={language: _captions(language, order, sources) for language in order.others},
        )

    @cached_property
    def key(self) -> str:
        """SHA-256 over all of it, 64 hexadecimal digits."""
        return _digest({**self.as_json(), "runs": list(self.runs.items()), "format": FORMAT})

    @cached_property
    def base(self) -> str:
        """SHA-256 over what holds for the whole film, without the inputs that a film reads as it goes along."""
        return _digest({"film": self.film, "looks": self.looks, "code": self.code, "versions": self.versions})

    @cached_property
    def inputs(self) -> dict[str, str]:
        """What a film reads as it goes along: the value of each parameter, run and caption of its own language."""
        found = {f"parameter {name}": json.dumps(value) for name, value in self.parameters.items()}
        found |= {f"run {label}": key for label, key in self.runs.items()}
        return found | {f"caption {key}": text for key, text in self.captions.items()}

    def as_json(self) -> dict[str, Any]:
        """The recipe as JSON can hold it."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


def sources_of(order: Order) -> Mapping[str, Source]:
    """Return the modules that draw a film, by name.

    Raises:
        RunError: one of them cannot be read.
    """
    scene = order.entry.scene.partition(":")[0]
    return source.closure(scene, *DRAWN_BY, apart_from=KNOWN_OTHERWISE)


def files_of(order: Order) -> dict[str, Path]:
    """Return the data files that parameters of an order name, by parameter."""
    given = ((name, value) for name, value in order.parameters if name not in ("x", "y"))  # columns of such a file
    return {name: Path(value) for name, value in given if str(value).lower().endswith(".csv")}


def is_current(order: Order) -> bool:
    """Tell whether an order would be made of the same things as when its recipe was looked up.

    A file may have been saved while the film was drawn: then nobody knows which of the two was drawn.
    """
    try:
        data = Recipe.of(order) == order.recipe
    except (InputError, RunError, ValueError, KeyError):  # a data file is gone, captions are half written
        return False
    are_read = all(captions.is_current(language) for language in (order.language, *order.others))
    return data and are_read and source.is_current(sources_of(order))


def _runs(order: Order) -> dict[str, str]:
    """The key of each run, by label."""
    if order.history is not None:
        return recorded.keys_of(order)
    return {label: store.key_of(experiment) for label, experiment in order.parameters.experiments().items()}


def _looks(order: Order) -> dict[str, Any]:
    family = font_for(order.language)
    font = {"family": family, "files": fingerprint(family)} if family else None
    return {
        "scene": order.entry.scene,
        "theme": order.theme,
        "language": order.tag,
        "font": font,
        **order.output.settings,
    }


def _versions() -> dict[str, str]:
    """Of what draws: packages, and the library below pycairo, which is the system's own."""
    import cairo

    found = source.versions(*DRAWN_WITH.values())
    return {**found, "cairo": cairo.cairo_version_string()}


def _parameters(order: Order) -> dict[str, Any]:
    """The parameters; of a file only that it is one, for its content is in the keys of the runs."""
    files = files_of(order)
    return {
        name: digest_of(files[name]) if name in files else value
        for name, value in order.parameters.model_dump(mode="json").items()
    }


def _captions(language: str, order: Order, sources: Mapping[str, Source]) -> dict[str, str]:
    """The film's own words, and those of all films that its code names."""
    spoken, own = captions.load(language), f"{order.entry.name}."
    named = {word for said in sources.values() for word in said.words}
    shown = (key for key in spoken if key != f"{own}teaches")
    keys = [key for key in shown if key.startswith(own) or key in named]
    return {key: spoken.template(key) for key in sorted(keys)}


def _digest(facts: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
