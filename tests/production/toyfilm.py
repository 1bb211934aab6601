"""A film of two colours that follows the contract of films, for tests that need one in a second."""

from typing import ClassVar

import numpy as np
from manim import RIGHT, Scene, Square, linear
from toyfilm_entry import ENTRY, ToyParameters

from scenes.beats import Beat, Subtitle

__all__ = ["ENTRY", "Toy", "ToyParameters"]

BACKGROUND = {"dark": "#0f1117", "light": "#ffffff"}
SQUARE = "#5fb0f5"


class Toy(Scene):
    """A square that stands, moves, and stands."""

    film_name: ClassVar[str] = "toy"

    def __init__(self, parameters, histories, *, theme="dark", language="en", **options):
        super().__init__(**options)
        self.parameters, self.histories = parameters, histories
        self.beats, self.subtitles, self.on_beat = [], [], None
        self.camera.background_color = BACKGROUND[theme]

    def construct(self):
        self.square = Square(side_length=4, fill_opacity=1, fill_color=SQUARE, stroke_width=0)
        for key in ("one", "two", "three"):
            self.beat(key)

    def beat(self, key):
        start = self.time
        self.next_section(name=key)
        self.add(self.square)
        self.wait(self.parameters.seconds / 2)
        self.play(self.square.animate(rate_func=linear).shift(RIGHT), run_time=self.parameters.seconds / 2)
        self.beats.append(Beat(key, key.title(), f"loss {np.float32(1.5)}", start, self.time))
        self.subtitles.append(Subtitle(start, self.time, f"<{key}> & so on"))
        if self.on_beat:
            self.on_beat(self.beats[-1])
