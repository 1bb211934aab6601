"""Where a film is shot: manim's configuration, and the writer that takes manim's frames.

Manim encodes each animation to a file of its own and joins the files. Here the frames of all animations go to
one encoder, and the clock counts seconds, not frames: a film lasts as long at 15 frames a second as at 60.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from manim import config, tempconfig
from manim.scene.scene_file_writer import SceneFileWriter

from scenes.production.encode import Encoder
from scenes.production.frames import Pixels
from scenes.production.output import Output

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


class FilmWriter(SceneFileWriter):
    """Takes the frames of all animations of a film and hands them to one encoder.

    How many frames an animation has is rounded from the film's time, not from the animation's own: its last
    frame is held or dropped, so that rounding does not add up.
    """

    def __init__(self, film: Film, encoder: Encoder, report: Callable[[float], None] | None = None) -> None:
        super().__init__(film.renderer.file_writer.settings)
        self._film = film
        self._encoder = encoder
        self._report = report
        self._fps = round(config.frame_rate)
        self._seconds = 0.0
        self._held: tuple[Pixels, int] | None = None
        self._at_start = True
        self.frames = 0
        renderer: Any = film.renderer
        renderer.file_writer, renderer.render = self, self._draw

    def _draw(self, scene: Film, time: float, moving_mobjects: Any = None) -> None:
        """What manim's renderer does for a frame of an animation, with memory that is used again."""
        del time
        renderer: Any = scene.renderer
        renderer.update_frame(scene, moving_mobjects)
        renderer.add_frame(self._encoder.copy(renderer.camera.pixel_array))

    def next_section(self, name: str, type_: str, skip_animations: bool) -> None:
        """Start a section: its first frame can be decoded without those before it."""
        super().next_section(name, type_, skip_animations)
        self._at_start = True

    def write_frame(self, pixels: Any, *, repeat: int = 1) -> None:
        """Take one frame; it is encoded when the next one comes, or when the animation has ended."""
        self._release()
        self._held = pixels, repeat

    def end_animation(self, allow_write: bool = False) -> None:
        """Bring the number of frames into line with the time that has passed."""
        if not allow_write:
            return
        self._seconds = self._time_at_end()
        due = round(self._seconds * self._fps) - self.frames
        if self._held is not None:
            self._held = self._held[0], max(due, 0)
        self._release()
        self._film.renderer.time = self.frames / self._fps
        if self._report:
            self._report(self.frames / self._fps)

    def _time_at_end(self) -> float:
        """Seconds since the film began; an animation that stops when it likes lasts as long as its frames."""
        if self._film.stop_condition is None:
            return self._seconds + self._film.duration
        return (self.frames + (self._held[1] if self._held else 0)) / self._fps

    def _release(self) -> None:
        pixels, repeat = self._held or (None, 0)
        self._held = None
        if pixels is None or not repeat:
            return
        self._encoder.write(pixels, repeat, key=self._at_start)
        self._at_start = False
        self.frames += repeat

    def abort_encode_jobs(self, reraise_encoder_failures: bool = False) -> None:
        """Called by manim when a scene fails: whoever opened the encoder closes it."""
        del reraise_encoder_failures
