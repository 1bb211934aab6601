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
def deck(tmp_path_factory):
    """Render the films and cut them, once."""
    folder = tmp_path_factory.mktemp("lecture")
    (folder / "lecture.toml").write_text(LECTURE, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOSSREEL_CACHE", str(folder / "cache"))
        read = lecture.read(folder / "lecture.toml", folder=folder / "films")
        decks.check(read)
        for film in read.films:
            fulfil(film.order)
        return decks.collect(read, folder / "cut")
