"""Video files: H.264, VP9 and ProRes through PyAV."""

from __future__ import annotations

from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import av
import numpy as np
from av.codec.context import Flags
from av.video.frame import VideoFrame
from av.video.reformatter import (
    ColorPrimaries,
    ColorRange,
    Colorspace,
    ColorTrc,
    Interpolation,
    VideoReformatter,
)

from scenes.production.frames import Pixels
from scenes.production.output import Output
from scenes.production.sections import Unlike

KEYFRAME_SECONDS = 4
BT709 = 1
THREADS = 2
"""Of each encoder and of the conversion. H.264 and VP9 come out otherwise with another number, whatever the machine."""
SCALING = Interpolation.AREA | Interpolation.FULL_CHR_H_INP
"""1.7 ms for 1920x1080. BILINEAR is as exact only with ACCURATE_RND, in 2.9 ms, and then 0.7 dB farther off."""


class Codec(NamedTuple):
    """An encoder of the libraries below PyAV: its name, pixel format and options."""

    name: str
    pixels: str
    options: dict[str, str]


# Processor time, size and PSNR for 1050 frames of two films at 1920x1080, CRF 18: veryfast 8.2 s, 3.4 MB, 51.7 dB;
# with these parameters 4.9 s, 4.3 MB, 51.9 dB; superfast with 8x8dct 4.8 s, 7.0 MB, 54.6 dB.
# scenecut=0: a frame that is coded by itself is one from which a player can start; those of a cut need not be.
# cpu-independent=1: of the quick ways to weigh blocks over time one looks at memory that nobody has written, so that a
# few packets came out otherwise from time to time. At no cost, and the same on every processor.
# annexb=0: packets are as they lie in the file, so that those of an earlier file can go before them.
H264_OPTIONS = {
    "preset": "veryfast",
    "crf": "18",
    "profile": "high",
    "threads": str(THREADS),
    "x264-params": "me=dia:subme=1:bframes=0:scenecut=0:cpu-independent=1:annexb=0",
}
H264 = Codec("libx264", "yuv420p", H264_OPTIONS)
# ProRes searches its quantiser for a bit rate unless it is given one: 20 frames 2.2 s and 12 MB, with 4 0.8 s and 7 MB.
PRORES_OPTIONS = {
    "profile": "4444",
    "alpha_bits": "8",
    "vendor": "apl0",
    "flags": "+qscale",
    "global_quality": "472",
}
PRORES = Codec("prores_ks", "yuva444p10le", PRORES_OPTIONS)
# VP9, 60 frames: "good" 3.5 s and 0.65 MB whatever cpu-used says, "realtime" 6 0.8 s and 0.85 MB.
VP9_OPTIONS = {
    "crf": "24",
    "b": "0",
    "deadline": "realtime",
    "cpu-used": "6",
    "row-mt": "1",
    "tile-columns": "2",
    "threads": str(THREADS),
}
VP9 = Codec("libvpx-vp9", "yuv420p", VP9_OPTIONS)
VP9_ALPHA = Codec("libvpx-vp9", "yuva420p", {**VP9_OPTIONS, "auto-alt-ref": "0"})


class VideoSink:
    """H.264, VP9 or ProRes in one stream with a constant frame rate and no audio.

    Each section has an encoder of its own: its packets depend on its frames alone, and can be copied from film to film.
    Colours are converted to BT.709, limited range, and the stream says so.
    """

    def __init__(self, path: Path, output: Output) -> None:
        self._output = output
        self._codec = _codec(output)
        self._next = self._section = 0
        self._reformatter = VideoReformatter()
        self._container = av.open(str(path), "w", options=muxing(output.suffix))
        self._stream: Any = self._container.add_stream(self._codec.name, rate=output.fps)
        self._encoder: Any = self._stream.codec_context
        self._set_up(self._encoder)

    def _set_up(self, encoder: Any) -> None:
        output = self._output
        encoder.width, encoder.height, encoder.pix_fmt = output.width, output.height, self._codec.pixels
        encoder.framerate, encoder.time_base, encoder.bit_rate = output.fps, Fraction(1, output.fps), 0
        encoder.color_primaries = encoder.color_trc = encoder.colorspace = BT709
        encoder.color_range = ColorRange.MPEG
        encoder.thread_type = "FRAME"  # PyAV's own choice cuts every picture into slices: larger files, later
        encoder.options = {**self._codec.options, "g": str(KEYFRAME_SECONDS * output.fps)}

    def follow(self, path: Path, frames: int) -> None:
        """Begin with the first frames of a film of the same settings, as they are encoded there.

        Args:
            path: the film; a section of it ends after these frames.
            frames: so many.

        Raises:
            Unlike: the film cannot be read, is another kind, or does not have these frames.
        """
        try:
            with av.open(str(path)) as earlier:
                self._check_kind(earlier.streams.video[0])
                self._copy(earlier, frames)
        except (OSError, ValueError, IndexError) as error:
            raise Unlike(f"{path}: {error}") from error

    def _check_kind(self, stream: Any) -> None:
        """What a player is told of the stream at its head must hold for both."""
        self._container.start_encoding()
        told, ours = stream.codec_context, self._encoder
        if told.codec.canonical_name != ours.codec.canonical_name or told.extradata != ours.extradata:
            raise Unlike(f"{told.name} with other settings")

    def _copy(self, earlier: Any, frames: int) -> None:
        packets = (packet for packet in earlier.demux(video=0) if packet.size)
        for packet in islice(packets, frames):
            if round(packet.pts * packet.time_base * self._output.fps) != self._next:
                raise Unlike(f"frame {self._next} is not in its place")
            self._mux(packet, self._next)
            self._next += 1
        behind = next(packets, None)
        if self._next != frames or (behind is not None and not behind.is_keyframe):
            raise Unlike(f"no section ends after {frames} frames")
        self._section = self._next

    def write(self, pixels: Pixels, repeat: int, key: bool) -> None:
        """Convert the frame once, encode it `repeat` times."""
        if key and self._next > self._section:
            self._start_section()
        frame = to_yuv(pixels, self._codec.pixels, self._reformatter)
        for _ in range(repeat):
            frame.pts, frame.time_base = self._next - self._section, Fraction(1, self._output.fps)
            self._encode(frame)
            self._next += 1

    def _start_section(self) -> None:
        self._encode(None)
        flags = self._encoder.flags
        self._encoder = av.CodecContext.create(self._codec.name, "w")
        self._set_up(self._encoder)
        self._encoder.flags |= flags & Flags.global_header
        self._section = self._next

    def _encode(self, frame: VideoFrame | None) -> None:
        for packet in self._encoder.encode(frame):
            self._mux(packet, self._section + packet.pts)

    def _mux(self, packet: Any, number: int) -> None:
        """Write the packet of a frame; no encoder here puts frames into another order."""
        packet.stream, packet.time_base = self._stream, Fraction(1, self._output.fps)
        packet.pts = packet.dts = number
        packet.duration = 1
        self._container.mux(packet)

    def close(self) -> None:
        """Flush the encoder and write the index, which for MP4 goes first."""
        self._encode(None)
        self._container.close()

    def abort(self) -> None:
        """Close the container without its last frames."""
        self._container.close()


def to_yuv(pixels: Pixels, pixel_format: str, reformatter: VideoReformatter) -> VideoFrame:
    """Convert a frame to BT.709, limited range.

    Args:
        pixels: `(H, W, 4)` RGBA, straight alpha.
        pixel_format: the encoder's, e.g. `yuv420p`.
        reformatter: kept by the caller, so that its tables are made once.
    """
    frame = VideoFrame.from_numpy_buffer(np.ascontiguousarray(pixels), format="rgba")
    converted = reformatter.reformat(
        frame,
        format=pixel_format,
        dst_colorspace=Colorspace.ITU709,
        dst_color_range=ColorRange.MPEG,
        interpolation=SCALING,
        threads=THREADS,
    )
    converted.color_trc, converted.color_primaries = ColorTrc.BT709, ColorPrimaries.BT709
    return converted


def _codec(output: Output) -> Codec:
    if output.format == "webm":
        return VP9_ALPHA if output.transparent else VP9
    return PRORES if output.transparent else H264


def muxing(suffix: str) -> dict[str, str]:
    """Options of a container: an MP4 has its index first, so that it starts at once."""
    return {"movflags": "+faststart"} if suffix in (".mp4", ".mov") else {}
