"""What was asked for: a film, its parameters, its look, its file."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from learning.errors import unknown
from scenes import captions
from scenes.production.naming import film_path
from scenes.production.output import Output
from scenes.production.recipe import Recipe
from scenes.theme import THEMES

if TYPE_CHECKING:
    from scenes.catalogue import Entry
from scenes.parameters import FilmParameters


@dataclass(frozen=True)
class Order:
    """Everything that decides what a film looks like, and where it goes."""

    entry: Entry
    parameters: FilmParameters
    output: Output
    theme: str
    language: str

    def __post_init__(self) -> None:
        if self.theme not in THEMES:
            raise unknown("theme", self.theme, THEMES)
        if self.language not in captions.LANGUAGES:
            raise unknown("language", self.language, captions.LANGUAGES)

    @cached_property
    def target(self) -> Path:
        """The file or folder to be written."""
        return film_path(self.entry, self.parameters, self.output, self.theme, self.language)

    @cached_property
    def recipe(self) -> Recipe:
        """What the film is made of; its key is the film's name in the cache.

        Raises:
            InputError: a data file cannot be read.
        """
        return Recipe.of(self)

    @property
    def facts(self) -> dict[str, Any]:
        """What is shown, as the film's JSON file says it."""
        return {
            "film": self.entry.name,
            "parameters": self.parameters.model_dump(mode="json"),
            "theme": self.theme,
            "language": self.language,
        }
