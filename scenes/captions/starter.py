"""What a translator begins with: a caption file of ours, or as much of it as some films need."""

from __future__ import annotations

import re
from collections.abc import Collection

from scenes import captions
from scenes.catalogue import FILMS, find

HEADER = re.compile(r"^\[(?P<table>[\w-]+)", re.MULTILINE)


def starter(films: Collection[str], language: str) -> str:
    """Return the words that all films share and those of some films, as TOML.

    Args:
        films: their names; none for all films.
        language: one of `scenes.captions.LANGUAGES`.

    Raises:
        InputError: an unknown film or language.
    """
    wanted = {find(name).name for name in films} or set(FILMS)
    captions.load(language)
    text = captions.path_of(language).read_text(encoding="utf-8")
    found = list(HEADER.finditer(text))
    ends = [header.start() for header in found[1:]] + [len(text)]
    tables = (
        text[header.start() : end]
        for header, end in zip(found, ends, strict=True)
        if header["table"] in wanted or header["table"] not in FILMS
    )
    return text[: found[0].start()] + "".join(tables).rstrip("\n") + "\n"
