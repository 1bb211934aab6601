"""A lecture file: which films a lecture has, with which parameters, and where they go."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path

from learning.errors import InputError, quoted, suggestion, unknown
from scenes import captions
from scenes.catalogue import FILMS, Entry, find
from scenes.lectures import source, values
from scenes.lectures.tables import (
    Given,
    Table,
    Values,
    parameter_name,
    plain,
    unknown_in_defaults,
    unknown_in_film,
    unknown_in_lecture,
)
from scenes.options import parameters_from
from scenes.ownfilms.naming import address_of
from scenes.ownfilms.naming import is_own as is_own_film
from scenes.parameters import FilmParameters
from scenes.production.naming import DEFAULT_LANGUAGE, DEFAULT_THEME, FILMS_FOLDER, shorten
from scenes.production.order import Order
from scenes.production.output import Output
from scenes.toml.source import Source


@dataclass(frozen=True)
class LectureFilm:
    """One film of a lecture.

    Attributes:
        name: unique in the lecture; the stem of its file, e.g. `learning-rate-too-large`.
        order: what it shows and where it goes; the path of its output is its target.
        line: where it begins in the lecture file, from 1.
        label: what the lecture calls it besides; empty where it does not.
        loops: the keys of the sections that a deck plays again and again.
    """

    name: str
    order: Order
    line: int
    label: str = ""
    loops: tuple[str, ...] = ()


@dataclass(frozen=True)
class Lecture:
    """A lecture file that has been read.

    Attributes:
        path: the file, as it was named.
        title: what the lecture is called; the file's stem where it does not say.
        films: at least one, in the order of the file.
    """

    path: Path
    title: str
    films: tuple[LectureFilm, ...]


def read(path: Path, *, folder: Path | None = None, quality: str | None = None, allow_code: bool = False) -> Lecture:
    """Read a lecture file and check all of it. Nothing heavy is loaded, nothing is made.

    Args:
        path: the lecture file.
        folder: where its films go; None: where the file says, or media/films/ and the file's stem.
        quality: a letter that overrules quality, resolution and rate of every film.
        allow_code: whether films of somebody's own may be loaded, which runs the code of their files.

    Raises:
        InputError: the file cannot be read, or something in it is wrong; names the line.
    """
    if quality is not None:
        values.choose({"quality": quality})
    reader = _Reader(source.load(path), folder, quality, allow_code=allow_code)
    reader.check_keys()
    films = tuple(reader.films())
    _check_names(films, path)
    return Lecture(path, reader.title, films)


class _Reader:
    """A lecture file while it is read.

    Args:
        file: the file.
        folder: where the films go whatever the file says, or None.
        quality: the quality whatever the file says, or None.
        allow_code: whether films of somebody's own may be loaded.
    """

    def __init__(self, file: Source, folder: Path | None, quality: str | None, *, allow_code: bool) -> None:
        self.file = file
        self.allow_code = allow_code
        self.quality = quality
        self.settings = Table(file, (), file.tables).settings(values.LECTURE_KEYS)
        self.folder = self._folder() if folder is None else folder

    def _folder(self) -> Path:
        if "folder" in self.settings:
            return values.from_here(self.file.path.parent / self.settings["folder"].value)
        return FILMS_FOLDER / self.file.path.stem

    @property
    def title(self) -> str:
        """What the lecture is called."""
        return str(self.settings["title"].value) if "title" in self.settings else self.file.path.stem

    @cached_property
    def tables(self) -> list[Table]:
        """The table of each film.

        Raises:
            InputError: there is no film, or what should be one is something else.
        """
        tables = self.file.tables.get("film", [])
        with self.file.at("film"):
            if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
                raise InputError("film is not a list of tables: begin every film with [[film]], in double brackets")
        if not tables:
            raise InputError(f'{self.file.path} has no film: add a line [[film]], and below it name = "descent"')
        return [Table(self.file, ("film", number), table) for number, table in enumerate(tables)]

    @cached_property
    def defaults(self) -> Table:
        """The parameters for every film that has them."""
        content = self.file.tables.get("defaults", {})
        with self.file.at("defaults"):
            if not isinstance(content, dict):
                raise InputError("defaults is not a table: write [defaults], and the parameters below it")
        return Table(self.file, ("defaults",), content)

    @cached_property
    def entries(self) -> list[Entry]:
        """What the catalogue has for each film."""
        names = [_film_of(table) for table in self.tables]
        for table, name in zip(self.tables, names, strict=True):  # of all, before any is loaded
            if is_own_film(name) and not self.allow_code:
                raise table.source.error((*table.key, "name"), _not_allowed(name))
        return [self._entry(table, name) for table, name in zip(self.tables, names, strict=True)]

    def _entry(self, table: Table, name: str) -> Entry:
        if is_own_film(name):
            address = address_of(name)
            name = str(address._replace(file=values.from_here(self.file.path.parent / address.file)))
        with table.source.at(*table.key, "name"):
            return find(name)

    def check_keys(self) -> None:
        """Refuse keys that lecture, defaults and films do not have.

        Raises:
            InputError: there is one; says what was meant, or where it belongs.
        """
        for key in self.file.tables:
            if plain(key) not in values.LECTURE_KEYS and key not in ("defaults", "film"):
                raise self.file.error((key,), str(unknown_in_lecture(key)))
        models = [entry.parameters for entry in self.entries]
        for key in self.defaults.content:
            if not any(parameter_name(model, key) for model in models):
                raise self.file.error(("defaults", key), str(unknown_in_defaults(key, models)))
        for table, model in zip(self.tables, models, strict=True):
            _check_film_keys(table, model)

    def films(self) -> Iterator[LectureFilm]:
        """Make the films."""
        lines = self.file.film_lines(len(self.tables))
        for table, entry, line in zip(self.tables, self.entries, lines, strict=True):
            yield self._film(table, entry, line)

    def _film(self, table: Table, entry: Entry, line: int) -> LectureFilm:
        own = table.settings(values.FILM_KEYS)
        remark = f" (for the film of line {line})"
        name = _name(entry, own, table)
        output = self._output(table, own, remark)
        output = replace(output, path=self.folder / f"{name}{output.suffix}")
        parameters = self._parameters(table, entry.parameters, remark)
        theme = str(given.value) if (given := own.get("theme") or self.settings.get("theme")) else DEFAULT_THEME
        label = str(own["label"].value) if "label" in own else ""
        order = self._in_language(own, partial(Order, entry, parameters, output, theme))
        return LectureFilm(name, order, line, label, _loops(entry, own, table))

    def _in_language(self, own: Values, make: Callable[[str], Order]) -> Order:
        """Make an order in the film's language, or the lecture's: one of ours, or that of a file of captions."""
        given = self._language(own)
        if given is None:
            return make(DEFAULT_LANGUAGE)
        with self.file.at(*given.key):
            path = self.file.path.parent / given.value
            return make(str(values.from_here(path)) if captions.is_own(given.value) else given.value)

    def _language(self, own: Values) -> Given | None:
        for settings in (own, self.settings):
            found = [settings[name] for name in ("captions", "language") if name in settings]
            if len(found) > 1:
                raise self.file.error(found[0].key, "captions and language both choose a language: give one of the two")
            if found:
                return found[0]
        return None

    def _parameters(self, table: Table, model: type[FilmParameters], remark: str) -> FilmParameters:
        shared = replace(self.defaults, remark=remark).parameters(model)
        return table.settle(partial(parameters_from, model), {**shared, **table.parameters(model)}, remark)

    def _output(self, table: Table, own: Values, remark: str) -> Output:
        given = _output_settings(self.settings, own)
        output = table.settle(values.choose, given, remark)
        if self.quality is None:
            return output
        kept = {name: one.value for name, one in given.items() if name not in values.MEASURES}
        return values.choose({**kept, "quality": self.quality})


def _not_allowed(name: str) -> str:
    return f"{name} is a film of your own, and to load it is to run its file: if you trust that, give --allow-code"


def _film_of(table: Table) -> str:
    name = table.settings(("name",)).get("name")
    if name is None:
        _refuse_nearly_name(table)
    with table.source.at(*(name.key if name else table.key)):
        if name is None:
            raise InputError(f'this film has no name: add e.g. name = "descent"; there are: {", ".join(FILMS)}')
        return str(name.value)


def _refuse_nearly_name(table: Table) -> None:
    near = next((key for key in table.content if suggestion(key, ("name",))), None)
    if near is not None:
        raise table.source.error((*table.key, near), f"{quoted(near)} is unknown{suggestion(near, ('name',))}")


def _check_film_keys(table: Table, model: type[FilmParameters]) -> None:
    for key in table.content:
        if plain(key) not in values.FILM_KEYS and not parameter_name(model, key):
            raise table.source.error((*table.key, key), str(unknown_in_film(key, model)))


def _output_settings(shared: Values, own: Values) -> Values:
    """Let the film's settings win: its quality over all measures of the lecture, its last frame over the format."""
    hidden: tuple[str, ...] = values.MEASURES if "quality" in own else ()
    if "last_frame" in own and own["last_frame"].value:
        hidden = (*hidden, "format")
    inherited = {name: shared[name] for name in values.OUTPUT if name in shared and name not in hidden}
    return {**inherited, **{name: own[name] for name in (*values.OUTPUT, "last_frame") if name in own}}


def _name(entry: Entry, own: Values, table: Table) -> str:
    label = own.get("label")
    if label is None:
        return entry.name
    slug = _slug(label.value)
    if not slug:
        raise table.source.error(
            label.key, f"label {quoted(label.value)} has no letter or digit: files are named by it"
        )
    return shorten(f"{entry.name}-{slug}")


def _loops(entry: Entry, own: Values, table: Table) -> tuple[str, ...]:
    """The sections that a deck repeats; a beat that is played twice has the section `name-2`, too."""
    if "loop" not in own:
        return ()
    beats = _beats(entry)
    for key in own["loop"].value:
        if re.sub(r"-([2-9]|[1-9]\d+)$", "", key) not in beats:
            raise table.source.error(own["loop"].key, str(unknown(f"section of {entry.name}", key, beats)))
    return tuple(own["loop"].value)


def _beats(entry: Entry) -> list[str]:
    """The beats that a film may have: those that have a title."""
    names = (key.split(".") for key in captions.load(DEFAULT_LANGUAGE))
    return [name[1] for name in names if len(name) == 3 and (name[0], name[2]) == (entry.name, "title")]


def _slug(label: str) -> str:
    """Keep letters of every language, digits, and the point of a number: the rest is not safe on every file system."""
    text = re.sub(r"(?<![0-9])\.|\.(?![0-9])", " ", unicodedata.normalize("NFC", label))
    kept = (char if char in "._" or unicodedata.category(char)[0] in "LMN" else " " for char in text)
    return "-".join("".join(kept).split())


def _check_names(films: Iterable[LectureFilm], path: Path) -> None:
    """Refuse films whose files would get in each other's way, where capitals do not count too."""
    seen: dict[str, LectureFilm] = {}
    for film in films:
        name = unicodedata.normalize("NFC", film.name.casefold())
        if name in seen:
            raise InputError(
                f"{path}, line {film.line}: this film and that of line {seen[name].line} would both be "
                f'{film.name}: give one of them a label of its own, e.g. label = "again"'
            )
        seen[name] = film
