"""Films in a notebook: trained, rendered and shown below the cell, with the command line's parameters and errors."""

from __future__ import annotations

import base64
import os
import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from learning.errors import InputError, RunError, quoted
from scenes import options
from scenes.catalogue import find
from scenes.lectures import tables, values
from scenes.parameters import FilmParameters
from scenes.production import snippets
from scenes.production.output import Output

SIZE = (854, 480)
"""Pixels, where nothing else is asked for: `descent` takes 4 MB in a notebook, and 5.6 MB at 1280x720."""

WIDTH = 800
"""Pixels on the page."""

MEDIA_TYPES: Mapping[str, str] = {
    ".mp4": "video/mp4",
    ".webm": "video/webm",
    ".png": "image/png",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".vtt": "text/vtt",
}


@dataclass(frozen=True)
class Shown:
    """A film that a notebook shows: what :func:`show` returns, and what displays itself at the end of a cell.

    Attributes:
        path: the film, absolute.
        exhibit: the film and what lies beside it.
        embed: whether the notebook carries the film, or names its file.
        width: pixels on the page, fewer where there is no room.
    """

    path: Path
    exhibit: snippets.Exhibit = field(repr=False)
    embed: bool = True
    width: int = WIDTH

    def _repr_html_(self) -> str:
        """Write the player or the picture.

        Raises:
            RunError: the film's file is gone.
        """
        try:
            return snippets.html(self.exhibit, data_uri if self.embed else snippets.url, self.width)
        except OSError as error:
            raise RunError(f"{error.filename or self.path}: {error.strerror}; call show() again") from None


def show(
    film: str,
    /,
    *,
    theme: str = "dark",
    lang: str = "en",
    captions: str | os.PathLike[str] | None = None,
    quality: str | None = None,
    resolution: Sequence[int] | None = None,
    fps: int | None = None,
    format: str | None = None,  # noqa: A002 (the command line's name)
    transparent: bool = False,
    last_frame: bool = False,
    embed: bool = True,
    width: int = WIDTH,
    force: bool = False,
    **parameters: Any,
) -> Shown:
    """Train what a film needs, render it, and show it in the notebook; what is in the cache is there at once.

    Args:
        film: its name, `lossreel list` has them all; or the file of a film of your own, `my_films.py:Saddle`.
        theme: dark or light.
        lang: of titles and captions: en or ko.
        captions: a file with titles and captions in another language, such as ja.toml.
        quality: manim's letter: l, m, h, p or k. None: 854x480 at 30 frames a second.
        resolution: width and height in pixels, even numbers.
        fps: frames a second.
        format: mp4, webm, gif or webp.
        transparent: no background (webm, gif, webp, or the last frame).
        last_frame: only the last frame, a picture.
        embed: let the notebook carry the film; False: name its file, relative to the working directory.
        width: pixels on the page.
        force: render even if nothing has changed.
        parameters: the film's own, as `lossreel render FILM --help` lists them; `alpha` is `lr`, lists are lists.

    Raises:
        InputError: an unknown film, parameter or setting, a value that is not allowed.
        RunError: something failed on the way: no font, no encoder, no room.
    """
    from scenes.production.progress import reporter
    from scenes.production.render import render

    entry = find(str(film))
    language = entry.language_for(lang if captions is None else os.fspath(captions))
    asked = {"quality": quality, "resolution": resolution, "fps": fps, "format": format}
    output = _output({**asked, "transparent": transparent, "last_frame": last_frame})
    chosen = _parameters(entry.parameters, parameters)
    with reporter() as progress, _same_random_numbers():
        made = render(entry, chosen, output, theme=theme, language=language, force=force, progress=progress)
    path = made.path.absolute()
    return Shown(path, snippets.Exhibit.of(path, snippets.title_of(entry, language), language, output), embed, width)


def _output(asked: Mapping[str, Any]) -> Output:
    settings = {name: values.setting(name, _plain(value)) for name, value in asked.items() if value is not None}
    if not {"quality", "resolution"} & set(settings) and settings.get("format") not in snippets.PICTURES:
        settings["resolution"] = SIZE
    output = values.choose(settings)
    snippets.check_page(output)
    return output


def _parameters(model: type[FilmParameters], given: Mapping[str, Any]) -> FilmParameters:
    named: dict[str, Any] = {}
    for key, value in given.items():
        name = tables.parameter_name(model, key)
        if name is None:
            raise InputError(f"parameter {quoted(key)} is unknown{tables.choices(key, [model], _SETTINGS)}")
        if name in named:
            raise InputError(f"{key} and {name} are the same: give one of the two")
        named[name] = values.parameter(model.model_fields[name], name, _plain(value), Path())
    return options.parameters_from(model, named)


_SETTINGS = tuple(name for name in show.__kwdefaults__ or ())


def _plain(value: Any) -> Any:
    """Return a value of Python, NumPy or torch with the types that a lecture file has."""
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if hasattr(value, "tolist"):
        value = value.tolist()
    return list(map(_plain, value)) if isinstance(value, list | tuple | range) else value


@contextmanager
def _same_random_numbers() -> Iterator[None]:
    """Leave the notebook's own random numbers as they are: a scene seeds the generators of Python and NumPy."""
    import numpy as np

    python, arrays = random.getstate(), np.random.get_state()  # noqa: NPY002 (the one that scenes seed)
    try:
        yield
    finally:
        random.setstate(python)
        np.random.set_state(arrays)  # noqa: NPY002


def data_uri(path: Path) -> str:
    """Write a file as a URL that holds it.

    Raises:
        OSError: it cannot be read.
    """
    return f"data:{MEDIA_TYPES[path.suffix.lower()]};base64,{base64.b64encode(path.read_bytes()).decode()}"
