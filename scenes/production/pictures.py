"""Formats that are made of pictures: GIF, animated WebP, a folder of PNG files.

A held frame is one picture that is shown for long, not many.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.filter import Graph
from av.video.frame import VideoFrame
from PIL import Image

from scenes.production.files import link_or_copy
from scenes.production.frames import Pixels
from scenes.production.output import Output

HUNDREDTHS = Fraction(1, 100)
DITHERING = "dither=bayer:bayer_scale=5:diff_mode=rectangle"


def add_stream(container: Any, codec: str, pixel_format: str, output: Output, **options: str) -> Any:
    """Add a video stream of the output's size and rate to a container."""
    stream = container.add_stream(codec, rate=output.fps, options=options)
    stream.width, stream.height, stream.pix_fmt = output.width, output.height, pixel_format
    stream.codec_context.time_base = Fraction(1, output.fps)
    return stream


def to_image(pixels: Pixels, transparent: bool) -> Image.Image:
    """Make a picture of a frame; without an alpha channel where everything is opaque."""
    return Image.fromarray(pixels if transparent else np.ascontiguousarray(pixels[..., :3]))


class PngSink:
    """A folder of numbered PNG files, one for each frame."""

    def __init__(self, path: Path, output: Output) -> None:
        self._folder = path
        self._transparent = output.transparent
        self._next = 0
        path.mkdir()

    def write(self, pixels: Pixels, repeat: int, key: bool) -> None:
        """Write the frame once and link its repetitions to it."""
        del key
        first = self._path()
        to_image(pixels, self._transparent).save(first, compress_level=3)
        self._next += 1
        for _ in range(repeat - 1):
            link_or_copy(first, self._path())
            self._next += 1

    def _path(self) -> Path:
        return self._folder / f"{self._next:05d}.png"

    def close(self) -> None:
        """Nothing is left to do: every file is complete."""

    def abort(self) -> None:
        """Nothing is open."""


class TwoPasses(ABC):
    """Puts pictures aside in a lossless file while a film is drawn; the format is written from that."""

    def __init__(self, path: Path, output: Output) -> None:
        self._path, self._output = path, output
        self._between = path.with_suffix(".mkv")
        self._container: Any = av.open(str(self._between), "w")
        self._stream = _lossless(self._container, output)
        self._repeats: list[int] = []

    def write(self, pixels: Pixels, repeat: int, key: bool) -> None:
        """Put a picture aside."""
        del key
        frame = _frame(pixels, len(self._repeats), self._output.fps)
        self._container.mux(self._stream.encode(frame.reformat(format=self._stream.pix_fmt)))
        self._repeats.append(repeat)

    def close(self) -> None:
        """Make the second pass."""
        self._container.mux(self._stream.encode(None))
        self._container.close()
        with av.open(str(self._between)) as source:
            self._second_pass(source.decode(video=0))
        self._between.unlink()

    @abstractmethod
    def _second_pass(self, pictures: Iterator[VideoFrame]) -> None:
        """Write the file from the pictures; how long each is shown is in `_repeats`."""

    def abort(self) -> None:
        """Let go of the files."""
        self._container.close()
        self._between.unlink(missing_ok=True)


class WebpSink(TwoPasses):
    """An animated WebP that repeats for ever.

    Pillow writes it: FFmpeg's encoder guesses how long the last picture is shown. The 81 s of `descent` at 854x480 have
    3.1 MB at this quality, about what they have as GIF; 5.2 MB at 90.
    """

    def _second_pass(self, pictures: Iterator[VideoFrame]) -> None:
        mode = "RGBA" if self._output.transparent else "RGB"
        strip = _Strip(pictures, (self._output.width, self._output.height), mode, len(self._repeats))
        strip.save(
            self._path,
            save_all=True,
            duration=[1000 * repeat / self._output.fps for repeat in self._repeats],
            loop=0,
            quality=75,
            method=4,
            kmin=29,
            kmax=30,
        )


class _Strip(Image.Image):
    """An animation for Pillow whose pictures come one by one, so that no film has to fit into the memory."""

    def __init__(self, pictures: Iterator[VideoFrame], size: tuple[int, int], mode: str, count: int) -> None:
        super().__init__()
        self._pictures, self._at = pictures, -1
        self._mode, self._size, self.n_frames = mode, size, count

    def seek(self, frame: int) -> None:
        """Turn to the next picture; an animation is written from its first to its last."""
        if frame > self._at:
            self._at = frame
            pixels = next(self._pictures).to_ndarray(format="rgba" if self._mode == "RGBA" else "rgb24")
            self.im = Image.fromarray(pixels).im

    def tell(self) -> int:
        """The number of the picture that is shown."""
        return max(self._at, 0)


class GifSink(TwoPasses):
    """A GIF: the best 256 colours of the whole film, then every picture in them.

    Args:
        path: the file; it must not exist.
        output: size and rate.
        colours: that the palette must have, `#rrggbb`: a thin line counts for little in a film, and may mean a lot.
    """

    def __init__(self, path: Path, output: Output, colours: Sequence[str] = ()) -> None:
        super().__init__(path, output)
        self._palette = _PaletteMaker(output, colours)

    def write(self, pixels: Pixels, repeat: int, key: bool) -> None:
        """Put a picture aside and count its colours."""
        self._palette.count(_frame(pixels, len(self._repeats), self._output.fps).reformat(format="bgra"))
        super().write(pixels, repeat, key)

    def _second_pass(self, pictures: Iterator[VideoFrame]) -> None:
        with av.open(str(self._path), "w", options={"loop": "0"}) as target:
            stream = add_stream(target, "gif", "pal8", self._output)
            stream.codec_context.time_base = HUNDREDTHS
            for frame in _in_palette(self._paced(pictures), self._palette.finish(), self._output):
                target.mux(stream.encode(frame))
            target.mux(stream.encode(None))

    def _paced(self, pictures: Iterable[VideoFrame]) -> Iterator[VideoFrame]:
        """Give each picture its time; the last one comes again at its end, so that it lasts."""
        time = 0
        for repeat, picture in zip(self._repeats, pictures, strict=True):
            frame = picture.reformat(format="bgra")
            yield timed(frame, time, self._output.fps)
            time += repeat
        if self._repeats[-1] > 1:
            yield timed(frame, time - 1, self._output.fps)


class _PaletteMaker:
    """The palettegen filter of FFmpeg, fed while the film is drawn."""

    def __init__(self, output: Output, colours: Sequence[str]) -> None:
        self._colours = colours
        self._graph = graph = Graph()  # kept: its filters do not keep it alive
        self._source = _buffer(graph, output.width, output.height, output.fps)
        maker = graph.add("palettegen", f"stats_mode=full:reserve_transparent={int(output.transparent)}")
        self._sink = graph.add("buffersink")
        self._source.link_to(maker)
        maker.link_to(self._sink)
        graph.configure()

    def count(self, frame: VideoFrame) -> None:
        """Count the colours of one frame in bgra."""
        self._source.push(frame)
        list(_ready(self._sink))  # nothing comes out yet, but asking makes the filter take the frame in

    def finish(self) -> VideoFrame:
        """Return the palette: 16 by 16 colours."""
        self._source.push(None)
        palette: Any = self._sink.pull()
        table = palette.to_ndarray(format="rgba").reshape(-1, 4)
        holding(table, [tuple(bytes.fromhex(colour[1:])) for colour in self._colours])
        return VideoFrame.from_ndarray(table.reshape(16, 16, 4), format="rgba").reformat(format="bgra")


def holding(palette: Pixels, colours: Sequence[tuple[int, ...]]) -> None:
    """Put colours into a palette, each for one that it has nearly twice.

    Args:
        palette: `(256, 4)` RGBA, changed in place; what is transparent in it stays.
        colours: RGB.
    """
    free = palette[:, 3] > 0  # (256,)
    for colour in colours:
        distance = np.abs(palette[:, :3].astype(int) - colour).max(axis=1)  # (256,)
        place = int(np.where(palette[:, 3] > 0, distance, 256).argmin())
        if distance[place] > 0:
            place = _least_missed(palette[:, :3].astype(int), free)
        palette[place, :3] = colour
        free[place] = False


def _least_missed(colours: np.ndarray, free: np.ndarray) -> int:
    """Return the number of the free colour (256, 3) that is nearest to another."""
    apart = ((colours[:, None] - colours[None]) ** 2).sum(axis=2)  # (256, 256)
    np.fill_diagonal(apart, apart.max() + 1)
    return int(np.where(free, apart.min(axis=1), apart.max() + 1).argmin())


def _in_palette(frames: Iterable[VideoFrame], palette: VideoFrame, output: Output) -> Iterator[VideoFrame]:
    graph = Graph()
    pictures = _buffer(graph, output.width, output.height, output.fps)
    colours = _buffer(graph, palette.width, palette.height, output.fps)
    painter, sink = graph.add("paletteuse", DITHERING), graph.add("buffersink")
    pictures.link_to(painter, 0, 0)
    colours.link_to(painter, 0, 1)
    painter.link_to(sink)
    graph.configure()
    colours.push(timed(palette, 0, output.fps))
    colours.push(None)
    for frame in chain(frames, [None]):
        pictures.push(frame)
        yield from _ready(sink)


def _ready(sink: Any) -> Iterator[VideoFrame]:
    while True:
        try:
            yield sink.pull()
        except (av.BlockingIOError, av.EOFError):
            return


def _frame(pixels: Pixels, number: int, fps: int) -> VideoFrame:
    return timed(VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgba"), number, fps)


def timed(frame: VideoFrame, number: int, fps: int) -> VideoFrame:
    """Give a frame its time, in frames since the film began."""
    frame.pts, frame.time_base = number, Fraction(1, fps)
    return frame


def _buffer(graph: Graph, width: int, height: int, fps: int) -> Any:
    size = f"video_size={width}x{height}:pixel_aspect=1/1"
    return graph.add("buffer", f"{size}:pix_fmt=bgra:time_base=1/{fps}")


def _lossless(container: Any, output: Output) -> Any:
    if output.transparent:
        return add_stream(container, "ffv1", "bgra", output)
    return add_stream(container, "libx264rgb", "bgr0", output, preset="ultrafast", qp="0")
