"""What was asked for: a film, its parameters, its look, its file."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from learning.errors import unknown
from scenes import captions
from scenes.captions import own
from scenes.fonts import check_font
from scenes.production.naming import film_path
from scenes.production.output import Output
from scenes.production.recipe import Recipe
from scenes.theme import THEMES

if TYPE_CHECKING:
    from scenes.catalogue import Entry
from scenes.parameters import FilmParameters


@dataclass(frozen=True)
class Order:
    """Everything that decides what a film looks like, and where it goes.

    Attributes:
        entry: the film.
        parameters: its parameters.
        output: format, size, rate and place.
        theme: its name.
        language: one of `scenes.captions.LANGUAGES`, or the path of a TOML file with somebody's own captions; of a film
            of somebody's own that has no words in it, the first that it has.
        history: a file whose run the film shows in place of its own; or None.

    Raises:
        InputError: an unknown theme or language, or captions with which the film cannot be made.
    """

    entry: Entry
    parameters: FilmParameters
    output: Output
    theme: str
    language: str
    history: Path | None = None

    def __post_init__(self) -> None:
        if self.theme not in THEMES:
            raise unknown("theme", self.theme, THEMES)
        if captions.is_own(self.language):
            own.check(Path(self.language), self.entry.name)
        elif self.language not in captions.LANGUAGES:
            raise unknown("language", self.language, captions.LANGUAGES)
        object.__setattr__(self, "language", self.entry.language_for(self.language))

    @property
    def tag(self) -> str:
        """What the language is called in names of files: `ko`, or `pt-BR` for `captions/pt-BR.toml`."""
        return captions.tag_of(self.language)

    @property
    def version(self) -> str:
        """What names of files say of the language: somebody's own English is not ours."""
        is_ours = self.language in captions.LANGUAGES
        return self.tag if is_ours or self.tag not in captions.LANGUAGES else f"{self.tag}-own"

    @property
    def others(self) -> tuple[str, ...]:
        """The languages in which the film is told besides, in files for a player."""
        others = captions.others(self.language) if self.output.is_video else ()
        return tuple(other for other in others if other in self.entry.languages)

    @cached_property
    def target(self) -> Path:
        """The file or folder to be written."""
        return film_path(self.entry, self.parameters, self.output, self.theme, self.version, self.history)

    @cached_property
    def font(self) -> str:
        """The family that sets its language.

        Raises:
            RunError: this machine has none; says what to install.
        """
        return check_font(self.language)

    @cached_property
    def title(self) -> str:
        """What the film is called in its language."""
        return captions.load(self.language).text(f"{self.entry.name}.title")

    def settle(self) -> None:
        """Look up font and title: whoever saves captions from now on, the film is finished as it was begun.

        Raises:
            RunError: this machine has no font for the language; says what to install.
        """
        _ = self.font, self.title

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
            "language": self.tag,
            **({"history": self.history.name} if self.history else {}),
        }
