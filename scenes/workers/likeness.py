"""Whether a film would be the same film on another machine, and if not, why.

A film is a function of its recipe. So it may be made anywhere, if the recipe is the same there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from learning import store
from learning.errors import RunError
from scenes.production.changes import differing, listed, sources
from scenes.production.order import Order
from scenes.production.recipe import Recipe


def expectation(order: Order) -> dict[str, Any]:
    """Say what an order's film is made of here, as JSON can hold it."""
    return {"key": order.recipe.key, "recipe": order.recipe.as_json(), "training": store.trainer()}


def check(order: Order, expected: Mapping[str, Any]) -> None:
    """Compare what an order's film would be made of in this process with what it should be made of.

    Args:
        order: the film.
        expected: what :func:`expectation` has said on the machine that wants the film.

    Raises:
        RunError: it would be another film; says what differs.
    """
    if order.recipe.key != expected["key"]:
        found = list(_differences(expected, order.recipe))
        raise RunError(f"{'; '.join(found) or 'lossreel differs'}: install the same on both machines")


def _differences(expected: Mapping[str, Any], there: Recipe) -> Iterator[str]:
    """Name what differs; `expected` comes from the machine that is "here" for whoever reads it."""
    recipe, training = expected["recipe"], store.trainer()
    yield from _versions(
        {**expected["training"]["versions"], **recipe.get("versions", {})},
        {**training["versions"], **there.versions},
    )
    here = {**expected["training"]["code"], **recipe.get("code", {})}
    yield from _named("source", sources(differing(here, {**training["code"], **there.code})))
    yield from _font(recipe.get("looks", {}).get("font"), there.looks["font"])
    yield from _named("caption", differing(recipe.get("captions", {}), there.captions))
    for other in there.others:
        yield from _named(f"{other} caption", differing(recipe.get("others", {}).get(other, {}), there.others[other]))


def _versions(here: Mapping[str, str], there: Mapping[str, str]) -> Iterator[str]:
    for name in differing(here, there):
        yield f"{name} {here.get(name, 'none')} here, {there.get(name, 'none')} there"


def _named(what: str, names: list[str]) -> Iterator[str]:
    if names:
        yield f"{what} {listed(names)} differs" if len(names) == 1 else f"{what}s {listed(names)} differ"


def _font(here: Mapping[str, str] | None, there: Mapping[str, str] | None) -> Iterator[str]:
    if here == there:
        return
    names = [font["family"] if font else "none" for font in (here, there)]
    yield f"the font {names[0]} differs" if names[0] == names[1] else f"font {names[0]} here, {names[1]} there"
