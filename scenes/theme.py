"""What colours, sizes and pauses mean: one table for every film, in a dark and a light edition.

A colour has one meaning in all films (see the field comments). Lengths are in scene units: the frame is 8 units
high, whatever its resolution. Imports nothing, so that help and `list` stay quick.
"""

from dataclasses import dataclass, fields

FRAME_HEIGHT = 8.0
FRAME_WIDTH = FRAME_HEIGHT * 16 / 9
MARGIN = 0.05 * FRAME_HEIGHT
"""Nothing but the background comes closer to the frame's edge than this."""


@dataclass(frozen=True)
class Theme:
    """Colours by meaning, as ``#rrggbb``."""

    name: str
    background: str
    text: str
    muted: str  # axes, labels, captions: read second
    faint: str  # grids: never read, only felt
    data: str  # what was observed
    estimate: str  # what the model says: line, curve, its weights
    truth: str  # what the data came from; always dashed
    minimum: str  # the star
    position: str  # where training is: ball and path
    position_edge: str  # drawn around these, so that they stand out from the surface
    position_text: str  # the same meaning where it is written
    gradient: str
    partial0: str  # the gradient's two parts
    partial1: str
    loss: str  # residuals and loss numbers
    positive: str  # weights of a net above zero, and what they make
    negative: str  # weights of a net below zero, and what they make
    height: tuple[str, ...]  # the surface's colours from the lowest loss to the highest, evenly light
    slope: tuple[str, ...]  # the surface's colours from the smallest gradient to the largest: grey to the gradient's
    rim: str  # lines drawn upon the surface

    def meanings(self) -> dict[str, str]:
        """The colours that a text may use, by the name of their meaning."""
        colors = {f.name: value for f in fields(self) if f.type is str and (value := getattr(self, f.name))[0] == "#"}
        return colors | {"position": self.position_text}

    def in_texts(self) -> dict[str, str]:
        """The same, but for those that a text has anyway, or that Typst could not call by their names."""
        return {name: color for name, color in self.meanings().items() if name.isalnum() and name != "text"}


DARK = Theme(
    name="dark",
    background="#0f1117",
    text="#f0eee8",
    muted="#a3a9b8",
    faint="#566076",
    data="#5fb0f5",
    estimate="#ff9d3c",
    truth="#4fd68b",
    minimum="#ff4b5c",
    position="#ffe27a",
    position_edge="#0f1117",
    position_text="#ffe27a",
    gradient="#ff5ad9",
    partial0="#ffc9de",
    partial1="#957dff",
    loss="#ff7482",
    positive="#6fdde8",
    negative="#b66cff",
    height=("#27306e", "#2b4f93", "#2f72a8", "#3a95b0", "#58b8b3", "#8fd8bb"),
    slope=("#676b74", "#77608a", "#94529c", "#ba4fac", "#e066c8", "#ffa6ec"),
    rim="#e6fff4",
)

LIGHT = Theme(
    name="light",
    background="#ffffff",
    text="#16181d",
    muted="#565d6c",
    faint="#b9c0cc",
    data="#1f6fc4",
    estimate="#b85400",
    truth="#0b7a3e",
    minimum="#d3132a",
    position="#f0b000",
    position_edge="#3d2c00",
    position_text="#8a5f00",
    gradient="#c2129b",
    partial0="#b5486f",
    partial1="#6b57d6",
    loss="#c8203a",
    positive="#007f99",
    negative="#6a12d8",
    height=("#4a58a8", "#5077ba", "#5c97c8", "#77b5d1", "#9ed0d8", "#cbe8e0"),
    slope=("#a3a8b0", "#ad93b6", "#b273b5", "#b84fac", "#b52d9c", "#97067a"),
    rim="#1d2b4a",
)

THEMES = {theme.name: theme for theme in (DARK, LIGHT)}


@dataclass(frozen=True)
class Sizes:
    """Type sizes: the em, in scene units. A capital is about 0.73 em: 0.148 units are 20 pixels of 1080."""

    title: float = 0.46
    readout: float = 0.34
    caption: float = 0.32
    formula: float = 0.36
    label: float = 0.29
    tick: float = 0.24


SIZES = Sizes()
SMALLEST_CAPITAL = FRAME_HEIGHT / 54


@dataclass(frozen=True)
class Timing:
    """Seconds that moves and holds take."""

    quick: float = 0.6
    move: float = 1.2
    slow: float = 1.8
    hold: float = 1.0
    think: float = 1.5  # a question was asked: time to predict
    read: float = 2.0  # a sentence or a formula to take in
    caption: float = 2.6  # a caption stands at least so long, from its first trace on
    key: float = 3.3  # one that the film is about


TIMING = Timing()
