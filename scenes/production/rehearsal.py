"""A film played without being drawn, for tests of films: every beat, every word, the clock, in a second or two."""

from __future__ import annotations

import tempfile
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scenes.catalogue import find
from scenes.options import parameters_from
from scenes.production.order import Order
from scenes.production.output import Output
from scenes.production.render import fetch_histories

if TYPE_CHECKING:
    from scenes.film import Film

STAGE = Output(width=640, height=360, fps=30)


def rehearse(film: str | PathLike[str], *, theme: str = "dark", language: str = "en", **parameters: Any) -> Film:
    """Train what a film needs, and play it from its first beat to its last; nothing is drawn, nothing written.

    Args:
        film: its name, or the file of a film of one's own: `saddle.py`, `my_films.py:Saddle`.
        theme: dark or light.
        language: of titles and captions: en, ko, or the path of a file with captions.
        parameters: the film's own; those that are left out have their defaults.

    Returns:
        The film after its end: `beats`, `subtitles`, `figures`, `histories`, `time` in seconds.

    Raises:
        InputError: there is no such film, or a parameter is not allowed.
        RunError: training failed, or no font has the letters of the language.
    """
    from scenes.production.shooting import make_film
    from scenes.production.studio import studio

    entry = find(fspath(film))
    order = Order(entry, parameters_from(entry.parameters, parameters), STAGE, theme, language)
    histories = fetch_histories(order.parameters)
    with tempfile.TemporaryDirectory() as place, studio(order.output, Path(place)):
        played = make_film(order, histories, skip_animations=True)
        played.render()
    return played
