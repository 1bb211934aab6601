"""In words, what makes one film another: two sets of values, or two recipes, compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from scenes.options import shown
from scenes.production.recipe import Recipe

MOST_NAMED = 3
SETTINGS = ("format", "transparent", "last_frame", "stills")


def changes(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    """Say of each value of `now` that was another before, e.g. ``lr changed: 0.001 -> 0.0083``."""
    for name in now:
        if before.get(name) != now[name]:
            yield f"{name} changed: {_shown(before.get(name))} -> {_shown(now[name])}"


def _shown(value: Any) -> str:
    return "none" if value is None else str(value).lower() if isinstance(value, bool) else shown(value)


def since(before: Recipe, now: Recipe) -> Iterator[str]:
    """Say what differs in two recipes, besides parameters, theme, language and measures."""
    yield from changes(*({name: recipe.looks.get(name) for name in SETTINGS} for recipe in (before, now)))
    if before.looks.get("language") == now.looks["language"]:
        yield from _named("caption", differing(before.captions, now.captions))
        for other in now.others:
            yield from _named(f"{other} caption", differing(before.others.get(other, {}), now.others[other]))
        if before.looks.get("font") != now.looks["font"]:
            yield "the font changed"
    yield from changes(before.versions, now.versions)
    yield from _named("source", sources(differing(before.code, now.code)))
    for name in differing(before.parameters, now.parameters):
        if all(isinstance(recipe.parameters.get(name), dict) for recipe in (before, now)):  # digests of files
            yield f"what the file of {name} says changed"
    if before.runs != now.runs and before.parameters == now.parameters:
        yield "the training changed: source, or torch"


def differing(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Return the names whose values differ, or that one of the two does not have."""
    return sorted(name for name in before.keys() | now.keys() if before.get(name) != now.get(name))


def _named(what: str, names: list[str]) -> Iterator[str]:
    if names:
        yield f"{what if len(names) == 1 else what + 's'} changed: {listed(names)}"


def listed(names: list[str]) -> str:
    """Name all of a few, the first of many."""
    rest = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {rest} more" if rest > 0 else "")


def sources(modules: list[str]) -> list[str]:
    """Return the files of modules of ours, as they are called in every installation."""
    return [Path(*module.split(".")).with_suffix(".py").as_posix() for module in modules]
