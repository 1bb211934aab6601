"""A film rendered once, its frames decoded, and beside each frame what the film claims to show in it."""

from dataclasses import dataclass
from typing import Any

import av
import numpy as np
import pytest

from learning import store
from learning.history import History
from scenes.catalogue import find
from scenes.parameters import DescentParameters
from scenes.production import shooting
from scenes.production.encode import Encoder
from scenes.production.order import Order
from scenes.production.output import Output
from scenes.production.studio import FilmWriter

WIDTH, HEIGHT, FPS = 1280, 720, 10
UNIT = HEIGHT / 8
"""Pixels of one scene unit."""


@dataclass
class Claim:
    """What a film says that a frame shows, in plain numbers."""

    epoch: float
    azimuth: float
    elevation: float
    centre: tuple[float, float]
    scale: float
    ball: bool
    arrows: bool
    plot: np.ndarray
    truth: float
    readout: tuple[str, ...]


def claim(film: Any) -> Claim:
    ground, view = film.ground, film.ground.view()
    return Claim(
        epoch=ground.epoch,
        azimuth=ground.azimuth,
        elevation=ground.elevation,
        centre=view.centre,
        scale=view.scale,
        ball=ground.ball == 1 and ground.lift == 1,
        arrows=max(ground.partial0, ground.partial1, ground.gradient, ground.step) > 0,
        plot=film.plot.frame.copy(),
        truth=film.plot.truth,
        readout=tuple(film.readout.text(i) for i in range(4) if film.readout.shown[i] == 1),
    )


@dataclass
class Screening:
    """A film that was shown: frame i is claim i."""

    film: Any
    frames: list[np.ndarray]
    claims: list[Claim]
    run: History

    def where(self, test: Any) -> list[int]:
        """The frames whose claim passes a test."""
        return [i for i, made in enumerate(self.claims) if test(made)]


@pytest.fixture(scope="session")
def screening(tmp_path_factory: pytest.TempPathFactory) -> Screening:
    """`descent` with its defaults, 1280x720, 10 frames a second."""
    place = tmp_path_factory.mktemp("film") / "bundle"
    place.mkdir()
    parameters = DescentParameters()
    run = store.fetch(parameters.experiments()["run"], root=tmp_path_factory.mktemp("histories"))
    order = Order(find("descent"), parameters, Output(width=WIDTH, height=HEIGHT, fps=FPS), "dark", "en")
    taken: dict[int, Claim] = {}
    shown: list[Claim] = []
    films: list[Any] = []
    take, encode, make = FilmWriter.write_frame, Encoder.write, shooting.make_film

    def watched_take(self: Any, pixels: Any, *, repeat: int = 1) -> None:
        taken[id(pixels)] = claim(self._film)
        take(self, pixels, repeat=repeat)

    def watched_encode(self: Any, pixels: Any, repeat: int = 1, *, key: bool = False) -> None:
        shown.extend([taken[id(pixels)]] * repeat)
        encode(self, pixels, repeat, key=key)

    def watched_make(*args: Any, **options: Any) -> Any:
        films.append(make(*args, **options))
        return films[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(FilmWriter, "write_frame", watched_take)
        patch.setattr(Encoder, "write", watched_encode)
        patch.setattr(shooting, "make_film", watched_make)
        shooting.shoot_film(order, {"run": run}, place / "film.mp4", None)
    with av.open(str(place / "film.mp4")) as video:
        frames = [frame.to_ndarray(format="rgb24") for frame in video.decode(video=0)]
    assert len(frames) == len(shown)
    return Screening(films[0], frames, shown, run)
