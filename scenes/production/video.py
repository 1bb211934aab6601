"""Video files: H.264, VP9 and ProRes through PyAV."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import av
import numpy as np
from av.video.frame import PictureType, VideoFrame
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

KEYFRAME_SECONDS = 4
BT709 = 1
SCALING = Interpolation.BILINEAR | Interpolation.FULL_CHR_H_INP | Interpolation.ACCURATE_RND


class Codec(NamedTuple):
    """An encoder of the libraries below PyAV: its name, pixel format and options."""

    name: str
    pixels: str
    options: dict[str, str]


# Processor time and size for 180 frames of a turning surface at 1920x1080, CRF 18: superfast 2.6 s and 2.2 MB,
# veryfast 2.8 s and 0.8 MB, faster 4.4 s and 0.8 MB, medium 5.3 s and 0.9 MB.
H264 = Codec("libx264", "yuv420p", {"preset": "veryfast", "crf": "18", "profile": "high", "forced-idr": "1"})
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
}
VP9 = Codec("libvpx-vp9", "yuv420p", VP9_OPTIONS)
VP9_ALPHA = Codec("libvpx-vp9", "yuva420p", {**VP9_OPTIONS, "auto-alt-ref": "0"})


class VideoSink:
    """H.264, VP9 or ProRes in one stream with a constant frame rate and no audio.

    Colours are converted to BT.709, limited range, and the stream says so.
    """

    def __init__(self, path: Path, output: Output) -> None:
        self._codec = _codec(output)
        self._frame_time = Fraction(1, output.fps)
        self._next = 0
        self._reformatter = VideoReformatter()
        self._container = av.open(str(path), "w", options=_muxing(output))
        self._stream = self._open_stream(output)

    def _open_stream(self, output: Output) -> Any:
        options = {**self._codec.options, "g": str(KEYFRAME_SECONDS * output.fps)}
        stream: Any = self._container.add_stream(self._codec.name, rate=output.fps, options=options)
        stream.width, stream.height, stream.pix_fmt = output.width, output.height, self._codec.pixels
        context = stream.codec_context
        context.color_primaries = context.color_trc = context.colorspace = BT709
        context.color_range = ColorRange.MPEG
        context.time_base = self._frame_time
        return stream

    def write(self, pixels: Pixels, repeat: int, key: bool) -> None:
        """Convert the frame once, encode it `repeat` times."""
        frame = to_yuv(pixels, self._codec.pixels, self._reformatter)
        for index in range(repeat):
            frame.pict_type = PictureType.I if key and not index else PictureType.NONE
            frame.pts, frame.time_base = self._next, self._frame_time
            self._container.mux(self._stream.encode(frame))
            self._next += 1

    def close(self) -> None:
        """Flush the encoder and write the index, which for MP4 goes first."""
        self._container.mux(self._stream.encode(None))
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
    )
    converted.color_trc, converted.color_primaries = ColorTrc.BT709, ColorPrimaries.BT709
    return converted


def _codec(output: Output) -> Codec:
    if output.format == "webm":
        return VP9_ALPHA if output.transparent else VP9
    return PRORES if output.transparent else H264


def _muxing(output: Output) -> dict[str, str]:
    return {"movflags": "+faststart"} if output.format in ("mp4", "mov") else {}
