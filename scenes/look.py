"""How a film writes: its theme and its language, and text mobjects made from them."""

from functools import cached_property

import numpy as np
from manim import VGroup, VMobject

from scenes import captions
from scenes.drawing import Stamp
from scenes.fonts import check_font
from scenes.markup import Words
from scenes.theme import SIZES, THEMES, Theme
from scenes.typesetting import outline

ANCHORS = {"left": 0.0, "center": 0.5, "right": 1.0}


class Ink(VGroup):
    """A line of text: one mobject for each colour in it, standing on its baseline at the origin."""

    def __init__(self, source: str, size: float, color: str, font: str, preamble: str) -> None:
        super().__init__()
        set_line = outline(source, font, preamble)
        self.advance = set_line.width * size
        for fill, points in set_line.parts:
            part = VMobject(stroke_width=0, fill_color=fill or color, fill_opacity=1)
            part.points = points * size
            self.add(part)
        self._foot = np.zeros(3)

    def stand(self, x: float, y: float, anchor: str = "left") -> "Ink":
        """Move so that the baseline is at height y and the left end, centre or right end at x."""
        target = np.array([x - ANCHORS[anchor] * self.advance, y, 0.0])
        self.shift(target - self._foot)
        self._foot = target
        return self


class Look:
    """Theme and language of a film; what panels and films make their text with.

    Args:
        theme: its name.
        language: one of `scenes.captions.LANGUAGES`, or the path of somebody's own captions.
    """

    def __init__(self, theme: str = "dark", language: str = "en") -> None:
        self.theme: Theme = THEMES[theme]
        self.captions = captions.load(language)
        self.language = language

    @cached_property
    def font(self) -> str:
        """The family that sets this language.

        Raises:
            RunError: this machine has none; says what to install.
        """
        return check_font(self.language)

    @cached_property
    def preamble(self) -> str:
        """Typst functions that give a text the colour of a meaning."""
        return "\n".join(
            f'#let {meaning}(body) = text(fill: rgb("{color}"), body)'
            for meaning, color in self.theme.in_texts().items()
        )

    def ink(self, source: str | Words, size: float = SIZES.label, color: str | None = None) -> Ink:
        """Typst markup as a mobject, in the text colour unless another is given."""
        markup = source.typeset if isinstance(source, Words) else source
        return Ink(markup, size, color or self.theme.text, self.font, self.preamble)

    def stamp(self, source: str | Words, size: float = SIZES.label, color: str | None = None) -> Stamp:
        """Typst markup for a drawing that puts it at a new place in every frame."""
        markup = source.typeset if isinstance(source, Words) else source
        line = outline(markup, self.font, self.preamble)
        own = color or self.theme.text
        return Stamp([(fill or own, points * size) for fill, points in line.parts], line.width * size)
