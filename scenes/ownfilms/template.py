"""A film to begin with: its file, its words in both languages, and its test."""

from __future__ import annotations

import keyword
import re
from importlib.util import find_spec
from pathlib import Path

from learning.errors import InputError, quoted
from scenes.catalogue import FILMS
from scenes.ownfilms.loading import SLUG
from scenes.ownfilms.words import is_shared
from scenes.production.files import put, workplace

HERE = Path(__file__).parent / "template"
FILES = {
    "film.py.txt": "my_film.py",
    "words.en.toml": "my_film.en.toml",
    "words.ko.toml": "my_film.ko.toml",
    "test.py.txt": "test_my_film.py",
}
"""What the template has, and what each file is called."""


def write(name: str, folder: Path) -> list[Path]:
    """Write a film to begin with into a folder, and return its files, the film first.

    Args:
        name: such as `saddle` or `two-valleys`; the file is called `two_valleys.py`, the class `TwoValleys`.
        folder: made if it is not there.

    Raises:
        InputError: the name cannot be a film's, or one of the files is there already: none is written then.
        RunError: the folder cannot be written to.
    """
    _check(name)
    contents = {folder / _named(to, name): _named(_text(file), name) for file, to in FILES.items()}
    there = [path.name for path in contents if path.exists()]
    if there:
        raise InputError(f"{folder / there[0]} is there already: choose another name, or move it")
    with workplace(next(iter(contents))) as place:
        for path, text in contents.items():
            (place / path.name).write_text(text, encoding="utf-8")
        for path in contents:
            put(place / path.name, path)
    return list(contents)


def _check(name: str) -> None:
    slug = name.replace("_", "-")
    if not SLUG.fullmatch(slug):
        raise InputError(f"{quoted(name)} cannot name a film: small letters, digits and hyphens, e.g. two-valleys")
    if slug in FILMS or is_shared(slug):
        raise InputError(f"{quoted(name)} is a name of lossreel's: choose another for your film, e.g. my-{slug}")
    module = slug.replace("-", "_")
    if keyword.iskeyword(module) or find_spec(module) is not None:
        raise InputError(f"{quoted(name)} is the name of a module of Python's: choose another, e.g. my-{slug}")


def _text(file: str) -> str:
    return (HERE / file).read_text(encoding="utf-8")


def _named(text: str, name: str) -> str:
    """Put the film's name in the place of the template's, as it is spelled there."""
    slug = name.replace("_", "-")
    spelled = {
        "MyFilm": "".join(part.capitalize() for part in slug.split("-")),
        "my_film": slug.replace("-", "_"),
        "my-film": slug,
    }
    return re.sub("|".join(spelled), lambda found: spelled[found[0]], text)
