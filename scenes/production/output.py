"""What is to be written: format, size, rate, name. No manim, no numpy: the command line reads this."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from learning.errors import InputError, unknown

Format = Literal["mp4", "webm", "gif", "mov", "webp", "png"]
FORMATS: tuple[Format, ...] = get_args(Format)
VIDEOS: tuple[Format, ...] = ("mp4", "webm", "mov")
"""Formats that players play: sections can be copied one by one, poster and captions lie beside."""
WITH_ALPHA: tuple[Format, ...] = ("mov", "webm", "png", "gif", "webp")
SLOW_FORMATS: tuple[Format, ...] = ("gif", "webp")

SLOW_FPS = 15
SLOW_SIZE = (854, 480)
DEFAULT_SIZE = (1920, 1080)
DEFAULT_FPS = 30

# manim's letters: width, height, frames a second
QUALITIES: dict[str, tuple[int, int, int]] = {
    "l": (854, 480, 15),
    "m": (1280, 720, 30),
    "h": (1920, 1080, 60),
    "p": (2560, 1440, 60),
    "k": (3840, 2160, 60),
}


@dataclass(frozen=True)
class Output:
    """One set of output settings.

    Attributes:
        format: the container; `png` is a folder of frames, or one picture with `last_frame`.
        width: pixels, even.
        height: pixels, even.
        fps: frames a second; at most 15 for gif and webp.
        transparent: keep an alpha channel (mov, webm, png, gif, webp).
        last_frame: only the last frame, as PNG.
        stills: only the last frame of every beat, a folder of PNG files.
        path: where the film goes; None: a name under media/films/ that tells what the film shows.

    Raises:
        InputError: settings that do not go together.
    """

    format: Format = "mp4"
    width: int = DEFAULT_SIZE[0]
    height: int = DEFAULT_SIZE[1]
    fps: int = DEFAULT_FPS
    transparent: bool = False
    last_frame: bool = False
    stills: bool = False
    path: Path | None = None

    def __post_init__(self) -> None:
        _check_size(self.width, self.height)
        _check_rate(self.fps, self.format)
        if self.transparent and self.format not in WITH_ALPHA:
            formats = ", ".join(WITH_ALPHA)
            raise InputError(f"{self.format} cannot be transparent: choose --format {formats}, or leave out -t")

    @property
    def suffix(self) -> str:
        """The suffix of the file; empty for a folder of frames."""
        return "" if self.is_folder else f".{self.format}"

    @property
    def is_folder(self) -> bool:
        """Whether the result is a folder of PNG frames."""
        return self.format == "png" and not self.last_frame

    @property
    def moves(self) -> bool:
        """Whether it is a film; otherwise it is one or more of its pictures."""
        return not (self.last_frame or self.stills)

    @property
    def is_video(self) -> bool:
        """Whether it has sections that can be cut out, a poster, captions."""
        return self.format in VIDEOS and self.moves

    @property
    def settings(self) -> dict[str, str | int | bool]:
        """Everything that decides about the bytes, without the place."""
        return {
            "format": self.format,
            "width": self.width,
            "height": self.height,
            "fps": self.fps,
            "transparent": self.transparent,
            "last_frame": self.last_frame,
            "stills": self.stills,
        }

    @classmethod
    def choose(
        cls,
        *,
        quality: str | None = None,
        size: tuple[int, int] | None = None,
        fps: int | None = None,
        format: str | None = None,  # noqa: A002 (the option's own name)
        transparent: bool = False,
        last_frame: bool = False,
        stills: bool = False,
        path: Path | None = None,
    ) -> Output:
        """Settle the command line's options, each of which may be missing.

        Raises:
            InputError: an unknown letter or format, a size that cannot be, options that do not go together.
        """
        kind = _stills_format(format, last_frame) if stills else _format(format, path, last_frame)
        width, height, rate = _quality(quality, kind)
        width, height = size or (width, height)
        rate = fps if fps is not None else (min(rate, SLOW_FPS) if kind in SLOW_FORMATS else rate)
        return cls(kind, width, height, rate, transparent, last_frame, stills, path)


def usual(kind: Format) -> tuple[int, int, int]:
    """Width, height and frames a second where nothing is said: for a slide, or small enough for a web page."""
    return (*SLOW_SIZE, SLOW_FPS) if kind in SLOW_FORMATS else (*DEFAULT_SIZE, DEFAULT_FPS)


def _quality(letter: str | None, kind: Format) -> tuple[int, int, int]:
    if letter is None:
        return usual(kind)
    if letter not in QUALITIES:
        raise unknown("quality", letter, QUALITIES)
    return QUALITIES[letter]


def _format(name: str | None, path: Path | None, last_frame: bool) -> Format:
    suffix = _suffix(path)
    if last_frame and (name or suffix or "png") != "png":
        raise InputError(f"-s writes one PNG, not {name or suffix}: leave out --format, or name it .png")
    if suffix == "png" and not (name or last_frame):
        raise InputError(f"{path} is one picture: add -s for the last frame, or --format png for a folder of all")
    if name and suffix and suffix != name:
        raise InputError(f"--format {name} and the name {path} disagree: drop one of the two")
    chosen = name or suffix or ("png" if last_frame else "mp4")
    if chosen not in FORMATS:
        raise unknown("format", chosen, FORMATS)
    return FORMATS[FORMATS.index(chosen)]


def _stills_format(name: str | None, last_frame: bool) -> Format:
    if last_frame:
        raise InputError("--stills has the last frame of every beat, -s that of the last: choose one of the two")
    if name not in (None, "png"):
        raise InputError(f"--stills writes PNG files, not {name}: leave out --format")
    return "png"


def _suffix(path: Path | None) -> str:
    """The format that a name asks for; the number in `lr-0.0085` is no suffix."""
    suffix = path.suffix[1:].lower() if path and not path.is_dir() else ""
    return suffix if suffix[:1].isalpha() else ""


def _check_size(width: int, height: int) -> None:
    if width < 16 or height < 16 or width > 7680 or height > 4320:
        raise InputError(f"size {width}x{height} is out of bounds: from 16x16 to 7680x4320, e.g. -r 1920,1080")
    if width % 2 or height % 2:
        even = f"{width + width % 2},{height + height % 2}"
        raise InputError(f"size {width}x{height} is odd: video needs even numbers, e.g. -r {even}")


def _check_rate(fps: int, format: Format) -> None:  # noqa: A002
    if not 1 <= fps <= 120:
        raise InputError(f"{fps} frames a second is out of bounds: from 1 to 120, e.g. --fps 30")
    if format in SLOW_FORMATS and fps > SLOW_FPS:
        raise InputError(f"{fps} frames a second is too fast for {format}: at most {SLOW_FPS}, or --format mp4")
