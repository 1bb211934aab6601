"""A lecture of two real films, tiny, as a deck."""

import pytest

from scenes.decks import deck as decks
from scenes.lectures import lecture
from scenes.production.render import fulfil

LECTURE = """
title = "How a net learns <1>"
resolution = [320, 180]
fps = 5

[[film]]
name = "tangent"
loop = ["roll"]

[[film]]
name = "gradient-check"
label = "by hand & by machine"
language = "ko"
theme = "light"
"""


@pytest.fixture(scope="session")
def talk(tmp_path_factory):
    """A folder with a lecture file, its films, and the cache that they are in."""
    folder = tmp_path_factory.mktemp("lecture")
    (folder / "lecture.toml").write_text(LECTURE, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOSSREEL_CACHE", str(folder / "cache"))
        for film in lecture.read(folder / "lecture.toml", folder=folder / "films").films:
            fulfil(film.order)
    return folder


@pytest.fixture(scope="session")
def deck(talk):
    """The lecture, cut, once."""
    read = lecture.read(talk / "lecture.toml", folder=talk / "films")
    decks.check(read)
    return decks.collect(read, talk / "cut")
