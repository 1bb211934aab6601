"""Films with parameters far from the defaults: each case played once, and what tests of layout and words ask of it."""

import atexit
import contextlib
import itertools
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from far import FILES, FILMS
from manim import tempconfig

from scenes.beats import Subtitle
from scenes.captions import Captions
from scenes.catalogue import find
from scenes.drawing import Stamp, channels
from scenes.film import Film
from scenes.look import Ink
from scenes.parameters import FilmParameters
from scenes.production.studio import FilmClock
from scenes.production.subtitles import Cue
from scenes.theme import FRAME_HEIGHT, FRAME_WIDTH, THEMES

WIDTH, HEIGHT = 640, 360
MARGIN = 0.045
"""The safe margin is 5 %; what an edge's softness takes is allowed."""

Box = tuple[float, ...]
"""left, bottom, right, top of a text."""


@dataclass
class Playing:
    """What a film showed at the end of each beat, and what it said.

    Attributes:
        seconds: how long the film is.
        strays: by beat, how many pixels outside the safe area are not background.
        pictures: by beat, the last frame, as a number that tells it from others.
        texts: by beat, the texts of panels, title, caption and formulas.
        figures: the names of all numbers that the film set at any time.
        filled: by caption, the names of the values that it was filled with; all captions that were said are in it.
        beats: start and end of each, in seconds.
        said: what the caption line said, and when.
    """

    theme: str
    language: str
    seconds: float = 0.0
    strays: dict[str, int] = field(default_factory=dict)
    pictures: dict[str, int] = field(default_factory=dict)
    texts: dict[str, list[Box]] = field(default_factory=dict)
    figures: set[str] = field(default_factory=set)
    filled: dict[str, set[str]] = field(default_factory=dict)
    beats: list[tuple[str, float, float]] = field(default_factory=list)
    said: list[Subtitle] = field(default_factory=list)


def play(name: str, parameters: FilmParameters, theme: str, language: str) -> Playing:
    """Play a film without waiting, looking at it where a beat ends."""
    played = Playing(theme, language)
    quiet: dict[str, Any] = {
        "pixel_width": WIDTH, "pixel_height": HEIGHT, "frame_rate": 30, "dry_run": True,
        "verbosity": "ERROR", "progress_bar": "none",
    }  # fmt: skip
    with tempconfig(quiet), contextlib.chdir(_folder_of_points()), _watched(played) as texts:
        film: Film = find(name).load_scene()(parameters, theme=theme, language=language, skip_animations=True)

        FilmClock(film)  # what is skipped is not drawn

        def look(beat: Any) -> None:
            renderer: Any = film.renderer
            renderer.static_image = None
            texts.clear()
            renderer.update_frame(film, ignore_skipping=True)
            frame = renderer.get_frame()[:, :, :3]
            played.strays[beat.key] = _strays(frame, THEMES[theme].background)
            played.pictures[beat.key] = hash(frame.tobytes())
            played.texts[beat.key] = texts + _inked(film)
            played.figures |= set(film.figures)

        film.on_beat = look
        film.render()
        played.seconds, played.said = film.time, film.subtitles
        played.beats = [(beat.key, beat.start, beat.end) for beat in film.beats]
    return played


@contextlib.contextmanager
def _watched(played: Playing) -> Iterator[list[Box]]:
    """Note each text that a panel puts, and each caption that is asked for."""
    put, text, typeset = Stamp.put, Captions.text, Captions.typeset
    texts: list[Box] = []

    def watched_put(
        self: Stamp, brush: Any, x: float, y: float, opacity: float = 1, anchor: float = 0.5, halo: str | None = None
    ) -> None:
        half, left = (self.high - self.low) / 2, x - anchor * self.width
        if opacity > 0.5:
            texts.append(_rounded(left, y - half, left + self.width, y + half))
        put(self, brush, x, y, opacity, anchor, halo)

    def watched(plain: Any) -> Any:
        def say(self: Captions, key: str, **values: Any) -> str:
            played.filled.setdefault(key, set()).update(values)
            return str(plain(self, key, **values))

        return say

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Stamp, "put", watched_put)
        patch.setattr(Captions, "text", watched(text))
        patch.setattr(Captions, "typeset", watched(typeset))
        yield texts


def _strays(frame: np.ndarray, background: str) -> int:
    """Pixels outside the safe area that are not background."""
    away = np.abs(frame.astype(int) - (255 * np.array(channels(background))).round().astype(int)).max(axis=2) > 40
    margin = round(MARGIN * HEIGHT)
    away[margin:-margin, margin:-margin] = False
    return int(away.sum())


def _inked(film: Film) -> list[Box]:
    """The rectangles of the texts that are mobjects of their own: title, caption, formulas."""
    lines = [mobject for mobject in film.mobjects if isinstance(mobject, Ink)]
    assert len(lines) >= 2, "a title and a caption at least"
    points = [np.concatenate([part.points for part in line if part.fill_opacity > 0.5]) for line in lines]
    return [_rounded(*shape.min(axis=0)[:2], *shape.max(axis=0)[:2]) for shape in points]


def _rounded(*edges: float) -> Box:
    return tuple(round(float(edge), 2) for edge in edges)


def outside(seen: Playing) -> list[tuple[str, Box]]:
    """The texts that reach beyond the safe area, by beat."""
    right, top = FRAME_WIDTH / 2 - MARGIN * FRAME_HEIGHT, FRAME_HEIGHT / 2 - MARGIN * FRAME_HEIGHT
    return [
        (key, box)
        for key, boxes in seen.texts.items()
        for box in boxes
        if not (-right <= box[0] and box[2] <= right and -top <= box[1] and box[3] <= top)
    ]


def clashes(seen: Playing) -> list[tuple[str, Box, Box]]:
    """The texts that lie upon another, by beat."""
    return [
        (key, *pair)
        for key, boxes in seen.texts.items()
        for pair in itertools.combinations(boxes, 2)
        if share_ground(*pair)
    ]


def share_ground(first: Box, second: Box, touch: float = 0.03) -> bool:
    """Whether two rectangles (left, bottom, right, top) overlap by more than a hair."""
    width = min(first[2], second[2]) - max(first[0], second[0])
    height = min(first[3], second[3]) - max(first[1], second[1])
    return width > touch and height > touch


def check_cues(shown: list[Cue], seen: Playing) -> None:
    """They stand within the film, one after the other, long enough to be seen, and fit: 42 letters, 20 in Korean."""
    longest = {"en": 42, "ko": 20}[seen.language]
    assert len(shown) >= 10
    assert shown[0].start >= 0
    assert shown[-1].end <= seen.seconds * 1000
    assert all(one.end <= other.start for one, other in itertools.pairwise(shown))
    assert min(cue.end - cue.start for cue in shown) >= 250
    assert max(len(line) for cue in shown for line in cue.lines) <= longest
    assert max(len(cue.lines) for cue in shown) <= 2
    told = "".join("".join(cue.lines) for cue in shown)
    assert set("".join(told.split())) == set("".join("".join(one.text for one in seen.said).split()))


@cache
def played(film: str, case: str) -> Playing:
    """A case of far.py, played once for all tests; languages and themes take turns within a film."""
    turn = list(FILMS[film]).index(case)
    theme, language = ("dark", "light")[turn // 2 % 2], ("en", "ko")[turn % 2]
    return play(film, find(film).parameters(**FILMS[film][case]), theme, language)


@cache
def _folder_of_points() -> Path:
    """Where points.csv lies."""
    folder = Path(tempfile.mkdtemp(prefix="lossreel-points-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
    return folder
