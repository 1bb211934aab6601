"""Films of nets on a stage: played without waiting, at any epoch, with plain NumPy to compare with."""

from collections.abc import Callable
from typing import Any

import numpy as np
from manim import tempconfig

from learning.history import History
from scenes.captions import placeholders
from scenes.catalogue import find
from scenes.drawing import channels
from scenes.parameters import FilmParameters
from scenes.production.studio import FilmClock

WIDTH, HEIGHT = 1280, 720
UNIT = HEIGHT / 8


def play(
    name: str,
    parameters: FilmParameters,
    on_beat: Callable[[Any, str], None],
    histories: dict[str, History] | None = None,
    skip: bool = True,
    fps: int = 30,
    size: tuple[int, int] = (WIDTH, HEIGHT),
) -> Any:
    """Play a film, calling back after each beat; returns it."""
    quiet: dict[str, Any] = {
        "pixel_width": size[0], "pixel_height": size[1], "frame_rate": fps, "dry_run": True,
        "verbosity": "ERROR", "progress_bar": "none",
    }  # fmt: skip
    with tempconfig(quiet):
        film: Any = find(name).load_scene()(parameters, histories, theme="dark", language="en", skip_animations=skip)
        if skip:
            FilmClock(film)  # what is skipped is not drawn
        film.on_beat = lambda beat: on_beat(film, beat.key)
        film.render()
    return film


def unread(film: Any, *otherwise: str) -> set[str]:
    """Figures of a film that none of its captions quotes, and that are not known to be read otherwise."""
    captions = film.look.captions
    quoted = [placeholders(captions.template(key)) for key in captions if key.startswith(f"{film.film_name}.")]
    return set(film.figures) - set().union(*quoted) - set(otherwise)


def still(film: Any) -> np.ndarray:
    """What the film shows now, (H, W, 3)."""
    film.renderer.static_image = None
    film.renderer.update_frame(film, ignore_skipping=True)
    return np.array(film.renderer.get_frame()[:, :, :3])


def by_hand(run: History, epoch: int) -> np.ndarray:
    """u, v and weighted v (3, N, H) of a net without bias, written out."""
    first, second = np.split(run.params[epoch].astype(float), 2)
    u = np.outer(run.x.astype(float), first)
    return np.stack([u, u * (u > 0), u * (u > 0) * second])


def pixels(scene: np.ndarray) -> np.ndarray:
    """Rows and columns (n, 2) of scene coordinates (n, 2)."""
    return np.stack([HEIGHT / 2 - scene[:, 1] * UNIT, WIDTH / 2 + scene[:, 0] * UNIT], axis=1).round().astype(int)


def share_near(frame: np.ndarray, places: np.ndarray, color: str, within: float = 60) -> float:
    """The share of places (n, 2) at which a colour is drawn, give or take a pixel."""
    close = np.linalg.norm(frame.astype(float) - 255 * np.array(channels(color)), axis=2) < within
    return float(np.mean([close[r - 1 : r + 2, c - 1 : c + 2].any() for r, c in pixels(places)]))


def standing(film: Any) -> dict[tuple[float, str], float]:
    """How long each caption stood, in seconds, by when it came and what it said; over the ends of beats too."""
    stood: dict[tuple[float, str], float] = {}
    last: tuple[float, str] | None = None
    for subtitle in film.subtitles:
        if last is None or last[1] != subtitle.text:
            last = subtitle.start, subtitle.text
        stood[last] = subtitle.end - last[0]
    return stood
