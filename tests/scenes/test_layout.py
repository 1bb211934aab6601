"""Nothing leaves the safe area, whatever the parameters, in both themes and both languages."""

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from far import CASES, POINTS
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from manim import tempconfig

from scenes.catalogue import DescentParameters, FilmParameters, find
from scenes.drawing import Stamp, channels
from scenes.film import Film
from scenes.look import Ink

WIDTH, HEIGHT = 640, 360
MARGIN = 0.045
"""The safe margin is 5 %; what an edge's softness takes is allowed."""


def stills(
    name: str,
    parameters: FilmParameters,
    theme: str,
    language: str,
    before: Callable[[], None] = lambda: None,
    after: Callable[[str, Film], None] = lambda key, film: None,
) -> dict[str, np.ndarray]:
    """The last state of every beat, (H, W, 3)."""
    settings_ = {
        "pixel_width": WIDTH, "pixel_height": HEIGHT, "frame_rate": 30, "dry_run": True,
        "verbosity": "ERROR", "progress_bar": "none",
    }  # fmt: skip
    with tempconfig(settings_):
        film: Film = find(name).load_scene()(parameters, theme=theme, language=language, skip_animations=True)
        shots: dict[str, np.ndarray] = {}

        def keep(beat: Any) -> None:
            renderer: Any = film.renderer
            renderer.static_image = None
            before()
            renderer.update_frame(film)
            after(beat.key, film)
            shots[beat.key] = renderer.get_frame()[:, :, :3]

        film.on_beat = keep
        film.render()
        shots["length"] = np.array([film.time])
    return shots


def strays(frame: np.ndarray, background: str) -> int:
    """Pixels outside the safe area that are not background."""
    away = np.abs(frame.astype(int) - (255 * np.array(channels(background))).round().astype(int)).max(axis=2) > 40
    wide, high = round(MARGIN * HEIGHT), round(MARGIN * HEIGHT)
    away[high:-high, wide:-wide] = False
    return int(away.sum())


@pytest.mark.parametrize(("film", "case"), CASES)
def test_nothing_leaves_the_safe_area(film, case, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("points.csv").write_text(POINTS, encoding="utf-8")
    theme, language = [("dark", "en"), ("light", "ko")][list(CASES).index((film, case)) % 2]
    shots = stills(film, find(film).parameters(**CASES[film, case]), theme, language)
    seconds = float(shots.pop("length")[0])
    assert 20 <= seconds <= 90
    background = {"dark": "#0f1117", "light": "#ffffff"}[theme]
    assert {key: strays(frame, background) for key, frame in shots.items()} == dict.fromkeys(shots, 0)
    assert len({frame.tobytes() for frame in shots.values()}) == len(shots), "every beat ends in a picture of its own"


NUMBERS = st.floats(-30, 30).map(lambda value: round(value, 3))


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
@given(
    st.floats(1e-5, 0.05), st.tuples(NUMBERS, NUMBERS), st.integers(0, 200), st.sampled_from(["sse", "mse"]),
    st.sampled_from(["SGD", "Adam", "RMSprop"]), st.sampled_from(["en", "ko"]), st.sampled_from(["dark", "light"]),
)  # fmt: skip
def test_any_parameters_make_a_film(lr, start, epochs, loss, optimizer, language, theme):
    parameters = DescentParameters(lr=lr, start=start, epochs=epochs, loss=loss, optimizer=optimizer)
    shots = stills("descent", parameters, theme, language)
    assert 20 <= float(shots.pop("length")[0]) <= 90
    background = {"dark": "#0f1117", "light": "#ffffff"}[theme]
    assert sum(strays(frame, background) for frame in shots.values()) == 0


@pytest.mark.parametrize(("film", "case"), CASES)
def test_texts_never_overlap(film, case, tmp_path, monkeypatch):
    """In the last frame of a beat no two texts share ground: those of panels, title, caption and formulas."""
    monkeypatch.chdir(tmp_path)
    Path("points.csv").write_text(POINTS, encoding="utf-8")
    put, texts = Stamp.put, []

    def watched(self, brush, x, y, opacity=1.0, anchor=0.5, halo=None):
        half, left = (self.high - self.low) / 2, x - anchor * self.width
        if opacity > 0.5:
            texts.append(tuple(round(float(edge), 2) for edge in (left, y - half, left + self.width, y + half)))
        put(self, brush, x, y, opacity, anchor, halo)

    monkeypatch.setattr(Stamp, "put", watched)
    seen = {}
    parameters = find(film).parameters(**CASES[film, case])
    language = ["ko", "en"][list(CASES).index((film, case)) % 2]
    stills(film, parameters, "dark", language, texts.clear, lambda key, film: seen.update({key: texts + inked(film)}))
    assert sum(len(boxes) for boxes in seen.values()) > 50
    clashes = [
        (key, *pair) for key, boxes in seen.items() for pair in itertools.combinations(boxes, 2) if share_ground(*pair)
    ]
    assert clashes == []


def inked(film):
    """The rectangles of the texts that are mobjects of their own: title, caption, formulas."""
    lines = [mobject for mobject in film.mobjects if isinstance(mobject, Ink)]
    assert len(lines) >= 2, "a title and a caption at least"
    points = [np.concatenate([part.points for part in line if part.fill_opacity > 0.5]) for line in lines]
    ends = [(shape.min(axis=0), shape.max(axis=0)) for shape in points]
    return [tuple(round(float(edge), 2) for edge in (*low[:2], *high[:2])) for low, high in ends]


def test_an_overlap_would_be_noticed():
    assert share_ground((0, 0, 2, 1), (1.9, 0.5, 3, 2))
    assert share_ground((0, 0, 9, 9), (4, 4, 5, 5)), "one within the other"
    assert not share_ground((0, 0, 2, 1), (2.1, 0.5, 3, 2))
    assert not share_ground((0, 0, 2, 1), (0, 1, 2, 2)), "they touch"


def share_ground(first, second, touch=0.03):
    """Whether two rectangles (left, bottom, right, top) overlap by more than a hair."""
    width = min(first[2], second[2]) - max(first[0], second[0])
    height = min(first[3], second[3]) - max(first[1], second[1])
    return width > touch and height > touch
