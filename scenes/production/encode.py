"""Frames in, files out: encoding in its own thread."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import Any, NamedTuple, cast

import numpy as np

from learning.errors import RunError
from scenes.production.frames import Pixels, Sink, straight_alpha
from scenes.production.output import Output
from scenes.production.pictures import GifSink, PngSink, WebpSink
from scenes.production.sections import Unlike
from scenes.production.video import VideoSink

QUEUE_LENGTH = 6
OF_PICTURES: dict[str, Callable[[Path, Output], Sink]] = {"webp": WebpSink, "png": PngSink, "gif": GifSink}
"""What takes frames of formats that are no video: they have no sections."""


def open_sink(path: Path, output: Output, colours: Sequence[str] = ()) -> Sink:
    """Open what the settings ask for.

    Args:
        path: the file, or the folder for PNG frames; it must not exist.
        output: format, size and rate.
        colours: that have to come out as they are, `#rrggbb`, where a format has few.

    Raises:
        RunError: the encoder cannot be opened.
    """
    try:
        if output.format == "gif":
            return GifSink(path, output, colours)
        return OF_PICTURES.get(output.format, VideoSink)(path, output)
    except (OSError, ValueError) as error:
        raise RunError(f"the {output.format} encoder does not open: {error}; see lossreel doctor") from error


def open_after(earlier: Path, frames: int, path: Path, output: Output) -> Sink:
    """Open a video file that begins as an earlier one does.

    Args:
        earlier: the other film.
        frames: so many of its frames, to the end of a section.
        path: the file; it must not exist.
        output: format, size and rate of both.

    Raises:
        RunError: the encoder cannot be opened.
        Unlike: the earlier film does not serve.
    """
    if output.format in OF_PICTURES:
        raise Unlike(f"{output.format} has no sections")
    sink: Any = open_sink(path, output)
    try:
        sink.follow(earlier, frames)
    except BaseException:
        sink.abort()
        raise
    return cast("Sink", sink)


class Frame(NamedTuple):
    """A frame on its way to the encoder."""

    pixels: Pixels
    repeat: int
    key: bool


class Encoder:
    """Encodes in its own thread, so that drawing and encoding use a core each.

    The queue is short: drawing waits rather than filling the memory.
    """

    def __init__(self, sink: Sink, *, transparent: bool = False) -> None:
        self._sink = sink
        self._transparent = transparent
        self._queue: Queue[Frame | None] = Queue(maxsize=QUEUE_LENGTH)
        self._spare: deque[Pixels] = deque(maxlen=QUEUE_LENGTH + 2)
        self._error: Exception | None = None
        self._aborted = False
        self._thread = Thread(target=self._work, name="encoder", daemon=True)
        self._thread.start()

    def copy(self, pixels: Pixels) -> Pixels:
        """A copy of a frame that may be written, in memory that an encoded frame has left, if there is some."""
        try:
            spare = self._spare.pop()
        except IndexError:
            return pixels.copy()
        np.copyto(spare, pixels)
        return spare

    def write(self, pixels: Pixels, repeat: int = 1, *, key: bool = False) -> None:
        """Hand over one frame.

        Args:
            pixels: `(H, W, 4)` RGBA, premultiplied; not to be changed afterwards.
            repeat: for how many frames it is shown.
            key: whether a section starts with it.

        Raises:
            RunError: encoding has failed.
        """
        self._check()
        self._queue.put(Frame(pixels, repeat, key))

    def finish(self) -> None:
        """Wait until the file is complete.

        Raises:
            RunError: encoding has failed.
        """
        self._queue.put(None)
        self._thread.join()
        self._check()

    def abort(self) -> None:
        """Stop, whatever is still queued; the file is not usable."""
        self._aborted = True
        if self._thread.is_alive():
            self._queue.put(None)
            self._thread.join()

    def _check(self) -> None:
        if self._error is not None:
            raise RunError(f"encoding failed: {self._error}") from self._error

    def _work(self) -> None:
        try:
            self._encode_all()
        except Exception as error:  # handed to the drawing thread by _check
            self._error = error
            self._let_go()

    def _encode_all(self) -> None:
        for frame in iter(self._queue.get, None):
            if self._error is None and not self._aborted:
                self._encode(frame)
        if self._error is None and not self._aborted:
            self._sink.close()
        else:
            self._let_go()

    def _encode(self, frame: Frame) -> None:
        """Encode one frame; after an error the queue still has to be emptied, or drawing would wait for ever."""
        pixels = straight_alpha(frame.pixels) if self._transparent else frame.pixels
        try:
            self._sink.write(pixels, frame.repeat, frame.key)
            self._spare.append(frame.pixels)
        except Exception as error:  # handed to the drawing thread by _check
            self._error = error

    def _let_go(self) -> None:
        with suppress(Exception):  # the first error is the one to report
            self._sink.abort()
