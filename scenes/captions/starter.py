"""What a translator begins with: a caption file of ours, or as much of it as some films need."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from scenes import captions
from scenes.catalogue import FILMS, Entry, find

HEADER = re.compile(r"^\[(?P<table>[\w-]+)", re.MULTILINE)


def starter(films: Collection[str], language: str) -> str:
    """Return the words that all films share and those of some films, as TOML.

    Args:
        films: their names; none for all films.
        language: one of `scenes.captions.LANGUAGES`.

    Raises:
        InputError: an unknown film or language.
    """
    entries = [find(name) for name in films]
    wanted = {entry.name for entry in entries} or set(FILMS)
    captions.load(language)
    text = captions.path_of(language).read_text(encoding="utf-8")
    head = text[: next(HEADER.finditer(text)).start()]
    tables = [words for table, words in _tables(text) if table in wanted or table not in FILMS]
    return head + "".join([*tables, *_own(entries, language)]).rstrip("\n") + "\n"


def _own(entries: Collection[Entry], language: str) -> Iterator[str]:
    """The tables of films of somebody's own, in that language or the first that they have."""
    from scenes.ownfilms.words import files_of

    for entry in entries:
        if entry.file:
            text = files_of(entry.file)[entry.language_for(language)].read_text(encoding="utf-8-sig")
            yield from (f"{words.rstrip()}\n\n" for table, words in _tables(text) if table == entry.name)


def _tables(text: str) -> Iterator[tuple[str, str]]:
    """Take a text apart: each table with all that follows up to the next, and the first part of its name."""
    found = list(HEADER.finditer(text))
    ends = [header.start() for header in found[1:]] + [len(text)]
    for header, end in zip(found, ends, strict=True):
        yield header["table"], text[header.start() : end]
