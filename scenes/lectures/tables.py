"""The tables of a lecture file: which keys they have, and from which of them an error comes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from learning.errors import InputError, quoted, suggestion, unknown
from scenes.catalogue import FILMS
from scenes.lectures import values
from scenes.options import ALIASES
from scenes.parameters import FilmParameters
from scenes.toml.lines import Key
from scenes.toml.source import Source

Made = TypeVar("Made")
Model = type[FilmParameters]


@dataclass(frozen=True)
class Given:
    """A value, and the key in the file that gives it."""

    value: Any
    key: Key


Values = Mapping[str, Given]


@dataclass(frozen=True)
class Table:
    """One table of a lecture file.

    Attributes:
        source: the file.
        key: the way to the table, () for the file itself.
        content: what stands in it, by key as it is spelled.
        remark: what errors say of it besides, such as which film is concerned.
    """

    source: Source
    key: Key
    content: Mapping[str, Any]
    remark: str = ""

    def settings(self, names: Sequence[str]) -> dict[str, Given]:
        """Return the settings among the keys, checked one by one.

        Raises:
            InputError: a setting is wrong by itself, or given twice; names its line.
        """
        return self._collect(lambda key: plain(key) if plain(key) in names else None, values.setting)

    def parameters(self, model: Model) -> dict[str, Given]:
        """Return the keys that are parameters of a film, with values of the types that these have.

        Raises:
            InputError: a parameter is of another type, or given twice; names its line.
        """
        folder = self.source.path.parent
        return self._collect(
            lambda key: parameter_name(model, key),
            lambda name, value: values.parameter(model.model_fields[name], name, value, folder),
        )

    def _collect(self, name_of: Callable[[str], str | None], check: Callable[[str, Any], Any]) -> dict[str, Given]:
        found: dict[str, Given] = {}
        for key, value in self.content.items():
            name = name_of(key)
            if name is not None:
                with self.source.at(*self.key, key, remark=self.remark):
                    _refuse_twice(key, found.get(name))
                    found[name] = Given(check(name, value), (*self.key, key))
        return found

    def settle(self, make: Callable[[Mapping[str, Any]], Made], given: Values, remark: str) -> Made:
        """Make something of values, some from here and some from the whole lecture.

        Args:
            make: takes the values by name, and refuses with an InputError what it cannot use.
            given: the values.
            remark: what to say besides where the fault lies elsewhere in the file.

        Raises:
            InputError: what `make` says; names the line of the value without which it would not say it.
        """
        try:
            return make(_plain_values(given))
        except InputError as error:
            key = self._culprit(make, given, str(error))
            raise self.source.error(key, f"{error}{'' if self._has(key) else remark}") from error

    def _culprit(self, make: Callable[[Mapping[str, Any]], Made], given: Values, message: str) -> Key:
        """Return the key without which the message would be another, looking here first; this table if none is."""
        for name, one in sorted(given.items(), key=lambda item: not self._has(item[1].key)):
            rest = {other: value for other, value in given.items() if other != name}
            if _complaint(make, rest) != message:
                return one.key
        return self.key

    def _has(self, key: Key) -> bool:
        return key[: len(self.key)] == self.key


def _plain_values(given: Values) -> dict[str, Any]:
    return {name: one.value for name, one in given.items()}


def _complaint(make: Callable[[Mapping[str, Any]], Made], given: Values) -> str:
    try:
        make(_plain_values(given))
    except InputError as error:
        return str(error)
    return ""


def _refuse_twice(key: str, other: Given | None) -> None:
    if other is not None:
        raise InputError(f"{quoted(key)} and {quoted(str(other.key[-1]))} are the same: give one of the two")


def plain(key: str) -> str:
    """Spell a key as Python does: `data-seed` and `data_seed` are one."""
    return key.replace("-", "_")


def parameter_name(model: Model, key: str) -> str | None:
    """Return the name of the parameter that a key means, None if the film has none such."""
    if plain(key) in model.model_fields:
        return plain(key)
    flag = f"--{key.replace('_', '-')}"
    return next((name for name, flags in ALIASES.items() if flag in flags and name in model.model_fields), None)


def unknown_in_lecture(key: str) -> InputError:
    """Refuse a key at the top of the file, and say where it belongs."""
    if plain(key) in values.FILM_KEYS:
        return InputError(f"{quoted(key)} belongs to one film: put it below the [[film]] that it is for")
    if any(parameter_name(entry.parameters, key) for entry in FILMS.values()):
        return InputError(
            f"{quoted(key)} is a parameter of films: put it below [defaults], or below the [[film]] that it is for"
        )
    return unknown("key", key, (*values.LECTURE_KEYS, "defaults", "film"))


def unknown_in_film(key: str, model: Model) -> InputError:
    """Refuse a key that a film does not have."""
    if plain(key) in values.LECTURE_KEYS:
        return InputError(f"{quoted(key)} belongs to the whole lecture: put it above the first [[film]]")
    settings = [name for name in values.FILM_KEYS if name != "name"]
    return InputError(f"parameter {quoted(key)} is unknown{choices(key, [model], settings)}")


def unknown_in_defaults(key: str, models: Iterable[Model]) -> InputError:
    """Refuse a parameter that no film of the lecture has."""
    if plain(key) in values.LECTURE_KEYS:
        return InputError(f"{quoted(key)} is a setting of the whole lecture: put it above [defaults] and [[film]]")
    if plain(key) in values.FILM_KEYS:
        return InputError(f"{quoted(key)} belongs to one film: put it below the [[film]] that it is for")
    return InputError(f"parameter {quoted(key)} is known to no film of the lecture{choices(key, models)}")


def choices(key: str, models: Iterable[Model], others: Iterable[str] = ()) -> str:
    """Suggest what was meant, and list what there is; a parameter may be meant by the words of its description."""
    fields = {name: field for model in models for name, field in model.model_fields.items()}
    names = [*fields, *others]
    words = {str(field.description).partition(":")[0]: name for name, field in fields.items()}
    near = suggestion(plain(key), names)
    if not near:
        near = next(
            (f' (did you mean "{words[word]}"?)' for word in words if f'"{word}"' in suggestion(key, words)), ""
        )
    return f"{near}; choose one of {', '.join(names)}"
