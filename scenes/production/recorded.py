"""A history that somebody has recorded, shown by a film in place of its own training."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from learning.errors import InputError
from scenes.catalogue import FILMS
from scenes.options import parameters_from

if TYPE_CHECKING:
    from learning.history import History
    from scenes.catalogue import Entry
    from scenes.parameters import FilmParameters
    from scenes.production.order import Order


def parameters_for(entry: Entry, path: Path, given: Mapping[str, Any]) -> FilmParameters:
    """Return the parameters with which a film shows a history.

    Args:
        entry: the film.
        path: of the history.
        given: the film's parameters as they were asked for; those that were not may be None or missing.

    Raises:
        InputError: the file is no history, the film cannot show it, or something was asked for that it is not.
    """
    from learning.history import History

    model, history = entry.parameters, History.load(path)
    if not model.given_run:
        others = ", ".join(film.name for film in FILMS.values() if film.parameters.given_run)
        raise InputError(f"{entry.name} shows several runs, {path} is one: --history goes with {others}")
    if model.takes_any_run:
        return parameters_from(model, given)
    return _like(model, history, path, given, entry.name)


def _like(
    model: type[FilmParameters], history: History, path: Path, given: Mapping[str, Any], film: str
) -> FilmParameters:
    """Return the parameters that ask for the experiment of a history."""
    recorded = history.meta.get("experiment")
    if not isinstance(recorded, dict):
        raise InputError(f"{path} does not say of which experiment it is, which {film} has to know: try the film plane")
    asked = {name: value for name, value in given.items() if value not in (None, ())}
    parameters = parameters_from(model, {**{name: recorded.get(name) for name in model.model_fields}, **asked})
    wanted = parameters.experiments()[model.given_run].model_dump(mode="json")
    found = history.experiment.model_dump(mode="json")
    differing = [name for name in ("model", *wanted) if wanted[name] != found[name]]
    if differing:
        name = differing[0]
        raise InputError(
            f"{film} cannot show {path}, which was recorded with {name} = {found[name]}, "
            f"not {wanted[name]}: try the film plane, which shows any"
        )
    return parameters


def runs_of(order: Order) -> dict[str, History]:
    """Return the history of an order as the run of its film.

    Raises:
        InputError: the file is no history.
    """
    from learning.history import History

    return {order.parameters.given_run: History.load(_path(order))}


def keys_of(order: Order) -> dict[str, str]:
    """Return what stands for the run in a recipe: the digest of the file.

    Raises:
        InputError: it is gone.
    """
    try:
        content = _path(order).read_bytes()
    except OSError as error:
        raise InputError(f"{order.history}: {error.strerror}; give the path of a history, *.npz") from None
    return {order.parameters.given_run: f"file {hashlib.sha256(content).hexdigest()}"}


def _path(order: Order) -> Path:
    if order.history is None:
        raise ValueError("the order has runs of its own")
    return order.history
