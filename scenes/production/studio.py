"""Where a film is shot: manim's configuration, and the writer that takes manim's frames.

Manim encodes each animation to a file of its own and joins the files. Here the frames of all animations go to
one encoder, and the clock counts seconds, not frames: a film lasts as long at 15 frames a second as at 60.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from manim import config, tempconfig
from manim.scene.scene_file_writer import SceneFileWriter

from scenes.drawing import glance_at
from scenes.production.encode import Encoder
from scenes.production.frames import Pixels
from scenes.production.output import Output
from scenes.production.sections import Record

if TYPE_CHECKING:
    from scenes.film import Film

FRAME_WIDTH, FRAME_HEIGHT = 128 / 9, 8.0


@contextmanager
def studio(output: Output, place: Path) -> Iterator[None]:
    """Set manim's configuration for one film; everything that manim leaves lying about goes to `place`."""
    with tempconfig(_settings(output, place)):
        yield


def _settings(output: Output, place: Path) -> dict[str, Any]:
    width, height = frame_size(output)
    return {
        "renderer": "cairo",
        "pixel_width": output.width,
        "pixel_height": output.height,
        "frame_width": width,
        "frame_height": height,
        "frame_rate": output.fps,
        "dry_run": True,  # manim itself writes nothing: the frames go to our encoder
        "disable_caching": True,
        "background_opacity": 1.0,
        "seed": 0,
        "from_animation_number": 0,
        "upto_animation_number": -1,
        "media_dir": str(place / "media"),
        "tex_dir": str(place / "tex"),
        "text_dir": str(place / "text"),
        "preview": False,
        "save_sections": False,
        "show_in_file_browser": False,
        "log_to_file": False,
        "notify_outdated_version": False,
        "progress_bar": "none",
        "verbosity": "ERROR",
    }


def frame_size(output: Output) -> tuple[float, float]:
    """Return width and height in scene units: at least 16:9 of 8 units height, so that nothing is cut off."""
    shape = output.width / output.height
    wide = shape >= FRAME_WIDTH / FRAME_HEIGHT
    return (FRAME_HEIGHT * shape, FRAME_HEIGHT) if wide else (FRAME_WIDTH, FRAME_WIDTH / shape)


def make_transparent(film: Film) -> None:
    """Draw upon nothing: black of no opacity, which is what premultiplied alpha needs."""
    camera: Any = film.renderer.camera
    camera.background_color, camera.background_opacity = "#000000", 0.0
    camera.init_background()
    camera.reset()


class FilmClock(SceneFileWriter):
    """Counts the frames of a film, drawn or not, and sets its time by them. What manim skips is not drawn at all.

    How many frames an animation has is rounded from the film's time, not from the animation's own: its last
    frame is held or dropped, so that rounding does not add up.

    Attributes:
        frames: so many, up to the end of the last animation.
    """

    def __init__(self, film: Film) -> None:
        self._film, self._renderer = cast("Any", film), cast("Any", film.renderer)
        self._fps = round(config.frame_rate)
        self._seconds = 0.0
        self.frames = 0
        super().__init__(self._renderer.file_writer.settings)
        self._update, self._progress = self._renderer.update_frame, self._film.get_time_progression
        self._renderer.file_writer, self._renderer.render = self, self._draw
        self._renderer.update_frame, self._film.get_time_progression = self._draw_or_glance, self._times_to_draw

    def _draw_or_glance(self, scene: Film, mobjects: Any = None, *, ignore_skipping: bool = False, **more: Any) -> None:
        """Draw; or, of what is skipped, let drawings note what they would have shown."""
        if ignore_skipping or not self._renderer.skip_animations:
            self._update(scene, mobjects, **more)
        else:
            glance_at(mobjects or scene.mobjects)

    def _times_to_draw(self, run_time: float, *more: Any, **options: Any) -> Any:
        """The times of an animation's frames; of one that is skipped the last, where manim takes its very end."""
        if self._renderer.skip_animations:
            return (time for time in self._all_times()[-1:])  # it has a `close`, for which manim asks
        return self._progress(run_time, *more, **options)

    def _all_times(self) -> np.ndarray:
        """The times (n,) in seconds at which manim draws the present animation."""
        return np.arange(0, self._film.duration, 1 / config.frame_rate)

    def _draw(self, scene: Film, time: float, moving_mobjects: Any = None) -> None:
        """What manim's renderer does for a frame of an animation: here nothing but a glance, for all are skipped."""
        del time
        self._renderer.update_frame(scene, moving_mobjects)

    def end_animation(self, allow_write: bool = False) -> None:
        """Count the frames that an animation would have had."""
        del allow_write
        frozen = self._film.is_current_animation_frozen_frame()
        self._count(0 if frozen else len(self._all_times()) - 1, self._seconds + self._film.duration)

    def _count(self, before: int, seconds: float) -> int:
        """Let the animation end with which so many seconds have passed.

        Args:
            before: its frames before the last.
            seconds: since the film began.

        Returns:
            For how many frames its last one stands.
        """
        least = self.frames + before
        self._seconds, self.frames = seconds, max(round(seconds * self._fps), least)
        self._renderer.time = self.frames / self._fps
        return self.frames - least

    def abort_encode_jobs(self, reraise_encoder_failures: bool = False) -> None:
        """Called by manim when a scene fails: whoever opened the encoder closes it."""
        del reraise_encoder_failures


class FilmWriter(FilmClock):
    """Takes the frames of all animations of a film and hands them to one encoder.

    Args:
        film: just made.
        encoder: takes the frames of all sections that are not known from an earlier film.
        record: of the sections; says which are known.
        report: called with the seconds that are done.
    """

    def __init__(
        self,
        film: Film,
        encoder: Encoder,
        record: Record,
        report: Callable[[float], None] | None = None,
    ) -> None:
        self._encoder = encoder
        self._record = record
        self._report = report
        self._held: tuple[Pixels, int] | None = None
        self._ahead = 0
        self._at_start = True
        super().__init__(film)

    def _draw(self, scene: Film, time: float, moving_mobjects: Any = None) -> None:
        """What manim's renderer does for a frame of an animation, with memory that is used again."""
        super()._draw(scene, time, moving_mobjects)
        if not self._renderer.skip_animations:
            self._renderer.add_frame(self._encoder.copy(self._renderer.camera.pixel_array))

    def next_section(self, name: str, type_: str, skip_animations: bool) -> None:
        """Start a section: its first frame can be decoded without those before it."""
        if self.sections:  # the first one is made by manim
            self._record.turn(name, self.frames)
        super().next_section(name, type_, skip_animations or self._record.is_known)
        self._at_start = True

    def write_frame(self, pixels: Any, *, repeat: int = 1) -> None:
        """Take one frame; it is encoded when the next one comes, or when the animation has ended."""
        self._release()
        self._held = pixels, repeat

    def end_animation(self, allow_write: bool = False) -> None:
        """Bring the number of frames into line with the time that has passed."""
        if allow_write:
            self._end_drawn()
        else:
            super().end_animation()
        if self._report:
            self._report(self.frames / self._fps)

    def _end_drawn(self) -> None:
        pixels, repeat = self._held or (None, 0)
        seconds = self._seconds + self._film.duration
        if self._film.stop_condition is not None:  # it lasts as long as its frames
            seconds = (self.frames + self._ahead + repeat) / self._fps
        rest = self._count(self._ahead, seconds)
        self._held = None if pixels is None else (pixels, rest)
        self._release()
        self._ahead = 0

    def _release(self) -> None:
        pixels, repeat = self._held or (None, 0)
        self._held = None
        if pixels is None or not repeat:
            return
        self._encoder.write(pixels, repeat, key=self._at_start)
        self._at_start = False
        self._ahead += repeat
