"""The contact sheet of a film."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from learning.errors import InputError, RunError
from scenes.catalogue import find
from scenes.parameters import DescentParameters
from scenes.production import sheet as module
from scenes.production.order import Order
from scenes.production.output import Output
from scenes.production.render import fetch_histories
from scenes.production.sheet import FRAME, GAP, LABEL_HEIGHT, sheet
from scenes.production.shooting import make_film, picture_of
from scenes.production.studio import studio


def drawn(path):
    with Image.open(path) as image:
        return np.array(image).astype(int)


def test_a_sheet_has_the_last_state_of_every_beat(toy):
    path = sheet(toy, toy.parameters())
    assert path == Path("media/films/toy-sheet.png")
    pixels = drawn(path)
    assert pixels.shape == (FRAME.height + LABEL_HEIGHT + 2 * GAP, 3 * (FRAME.width + GAP) + GAP, 3)
    unit = FRAME.width * 9 / 128
    for number in range(3):
        left = GAP + number * (FRAME.width + GAP)
        row = pixels[GAP + FRAME.height // 2, left : left + FRAME.width]
        blue = np.flatnonzero(np.abs(row - (0x5F, 0xB0, 0xF5)).max(axis=1) < 8)
        assert blue.mean() == pytest.approx(FRAME.width / 2 + (number + 1) * unit, abs=2)


def test_a_picture_is_what_the_film_shows_then(tmp_path):
    parameters = DescentParameters(epochs=3)
    order = Order(find("descent"), parameters, Output(width=160, height=90, fps=5), "dark", "en")
    histories = fetch_histories(parameters)
    drawn: list[np.ndarray] = []
    with studio(order.output, tmp_path):
        film = make_film(order, histories)
        film.on_beat = lambda _: drawn.append(picture_of(film))
        film.render()
    pictures = module.shoot_beats(order, histories, tmp_path)
    assert len(pictures) == len(drawn) > 5
    for picture, frame in zip(pictures, drawn, strict=True):
        np.testing.assert_array_equal(picture.pixels, frame, err_msg=picture.beat.key)


def test_every_picture_has_a_label_below(toy):
    pixels = drawn(sheet(toy, toy.parameters()))
    for number in range(3):
        left = GAP + number * (FRAME.width + GAP)
        strip = pixels[GAP + FRAME.height : GAP + FRAME.height + LABEL_HEIGHT, left : left + FRAME.width]
        assert np.ptp(strip[:, : FRAME.width // 4]) > 100  # number and title at the left
        assert np.ptp(strip[:, -FRAME.width // 4 :]) > 100  # times at the right


def test_times_are_minutes_and_seconds():
    from toyfilm import Beat

    assert module.times(Beat("k", "t", "n", 59.6, 83.2)) == "1:00 – 1:23"


def test_a_title_is_text_and_not_code(toy):
    from toyfilm import Beat

    from scenes.theme import DARK

    pixels = np.zeros((FRAME.height, FRAME.width, 4), np.uint8)
    pictures = [module.Picture(Beat("k", '#panic() $x $ [ \\ "*_`', "n", 0, 1), pixels)]
    assert len(module.labels(pictures, DARK, "DejaVu Sans")) == 1


def test_a_sheet_goes_where_it_is_told(toy, tmp_path):
    (tmp_path / "there").mkdir()
    assert sheet(toy, toy.parameters(), Path("a.png")) == Path("a.png")
    assert sheet(toy, toy.parameters(lr=0.5), tmp_path / "there").name == "toy-lr-0.5-sheet.png"
    with pytest.raises(InputError, match=r"name it a\.png"):
        sheet(toy, toy.parameters(), Path("a.jpg"))


def test_a_film_without_beats_has_no_sheet(toy, monkeypatch):
    import toyfilm

    monkeypatch.setattr(toyfilm.Toy, "construct", lambda self: None)
    with pytest.raises(RunError, match="no beats"):
        sheet(toy, toy.parameters())
    assert not Path("media/films/toy-sheet.png").exists()
