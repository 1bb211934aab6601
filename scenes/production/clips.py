"""Sections of a film as films of their own: cut where a lecturer pauses, nothing encoded anew.

Every section of our films has an encoder of its own and begins with a frame that needs no other, so that its packets
are a film by themselves: each frame is to the bit what it is in the whole.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
from av.stream import Disposition
from av.subtitles.subtitle import SubtitleSet
from av.video.reformatter import ColorRange, Colorspace
from PIL import Image

from learning.errors import InputError, RunError
from scenes.beats import Subtitle
from scenes.production.files import check_replaceable, put, sign, workplace
from scenes.production.naming import description_path
from scenes.production.output import VIDEOS
from scenes.production.subtitles import Cue, cues, srt, vtt
from scenes.production.video import muxing

if TYPE_CHECKING:
    from scenes.production.order import Order

SEES_THROUGH = {"vp9": "libvpx-vp9"}
"""Decoders that know of transparency, where FFmpeg's own does not."""
MILLISECONDS = Fraction(1, 1000)
JPEG: dict[str, Any] = {"quality": 92, "subsampling": "4:2:0"}
"""Colour is as coarse in the video. A PNG of a decoded frame is twice as large: it keeps what x264 has blurred."""

TEXT_STYLE = b"""[Script Info]
ScriptType: v4.00+
[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, BackColour, Alignment, MarginL, MarginR, MarginV
Style: Default,Sans,18,&H00FFFFFF,&H00000000,2,10,10,10
"""
"""What FFmpeg asks for before it encodes text; an MP4 keeps nothing of it but the size."""


@dataclass(frozen=True)
class Clip:
    """A section of a film, on its own.

    Attributes:
        key: of its beat, e.g. `wrong`; unique in its film, the same whenever the film is rendered.
        title: of its beat, plain text.
        note: what the speaker is told, plain text with the recorded numbers.
        start: seconds since its film began.
        frames: how many there are.
        fps: frames a second.
        video: its file.
        first: a picture of its first frame, a JPEG; PNG where there is no background.
        last: the same of its last frame.
        captions: what its caption line said by language, its film's own first; seconds since the clip began.
    """

    key: str
    title: str
    note: str
    start: float
    frames: int
    fps: int
    video: Path
    first: Path
    last: Path
    captions: Mapping[str, tuple[Subtitle, ...]]

    @property
    def seconds(self) -> float:
        """How long it plays."""
        return self.frames / self.fps


def description_of(film: Path) -> dict[str, Any]:
    """Return what the JSON file beside a film tells of it.

    Raises:
        RunError: there is none, or it does not tell of sections.
    """
    path = description_path(film)
    try:
        told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if told["sections"] and told["fps"]:
            return told
        reason = "it tells of no sections"
    except (OSError, ValueError, KeyError, TypeError) as error:
        reason = getattr(error, "strerror", None) or "it is not as lossreel writes it"
    raise RunError(f"{path} cannot be used ({reason}): render {film.name} again, with --force")


def cut(film: Path, folder: Path) -> list[Clip]:
    """Cut a film at its pauses.

    Args:
        film: a video file with its JSON file beside it.
        folder: where the clips go, `01-data.mp4` and so on, and pictures of their first and last frames beside them.

    Raises:
        RunError: the film or its JSON file cannot be read, or they do not belong together.
    """
    told = description_of(film)
    clips = list(_clips(told, film.suffix, folder))
    try:
        with av.open(str(film)) as source:
            packets = (packet for packet in source.demux(video=0) if packet.size)
            for clip in clips:
                _copy(source.streams.video[0], list(islice(packets, clip.frames)), clip)
            whole = next(packets, None) is None
    except (OSError, ValueError, IndexError) as error:
        raise RunError(f"{film} cannot be cut ({error}): render it again, with --force") from error
    if not whole:
        raise RunError(f"{film} is longer than {description_path(film).name} tells: render it again, with --force")
    return clips


def _clips(told: Mapping[str, Any], suffix: str, folder: Path) -> Iterator[Clip]:
    fps, sections = round(told["fps"]), told["sections"]
    starts = [0, *(round(section["start"] * fps) for section in sections[1:]), told["frames"]]
    for number, section in enumerate(sections):
        begin, end = starts[number], starts[number + 1]
        stem = folder / f"{number + 1:02d}-{section['key']}"
        picture = ".png" if told.get("transparent") else ".jpg"
        yield Clip(
            key=section["key"],
            title=section["title"],
            note=section["note"],
            start=begin / fps,
            frames=end - begin,
            fps=fps,
            video=stem.with_name(stem.name + suffix),
            first=stem.with_name(f"{stem.name}-first{picture}"),
            last=stem.with_name(f"{stem.name}-last{picture}"),
            captions=_captions(told.get("captions", {}), begin / fps, end / fps),
        )


def _captions(told: Mapping[str, Any], begin: float, end: float) -> dict[str, tuple[Subtitle, ...]]:
    """What was said between two times, in seconds from the first of them."""
    return {language: tuple(_between(said, begin, end)) for language, said in told.items()}


def _between(said: Sequence[Mapping[str, Any]], begin: float, end: float) -> Iterator[Subtitle]:
    for caption in said:
        start, stop = max(caption["start"], begin) - begin, min(caption["end"], end) - begin
        if stop - start > float(MILLISECONDS):
            yield Subtitle(round(start, 6), round(stop, 6), caption["text"])


def _copy(stream: Any, packets: Sequence[Any], clip: Clip) -> None:
    """Write a clip and its two pictures."""
    if len(packets) != clip.frames or not packets or not packets[0].is_keyframe:
        raise ValueError(f"no section begins at {clip.start:g} s")
    _save(_picture(stream, packets[:1]), clip.first)
    last_key = max(number for number, packet in enumerate(packets) if packet.is_keyframe)
    _save(_picture(stream, packets[last_key:]), clip.last)
    with av.open(str(clip.video), "w", options=muxing(clip.video.suffix)) as target:
        copied: Any = target.add_stream_from_template(stream)
        spoken = _text_streams(target, clip)
        target.start_encoding()
        for number, packet in enumerate(packets):
            packet.stream, packet.time_base = copied, Fraction(1, clip.fps)
            packet.pts = packet.dts = number
            packet.duration = 1
            target.mux(packet)
        for text, shown in spoken:
            _speak(target, text, shown)


def _picture(stream: Any, packets: Sequence[Any]) -> Image.Image:
    """Decode packets, the first of which is a key frame, and return the last picture."""
    name = stream.codec_context.name
    decoder = av.CodecContext.create(SEES_THROUGH.get(name, name), "r")
    decoder.extradata = stream.codec_context.extradata
    last = [frame for packet in [*packets, None] for frame in decoder.decode(packet)][-1]
    form = "rgba" if last.format.name.startswith("yuva") else "rgb24"
    picture = last.reformat(format=form, src_colorspace=Colorspace.ITU709, src_color_range=ColorRange.MPEG)
    return Image.fromarray(picture.to_ndarray())


def _save(picture: Image.Image, path: Path) -> None:
    if path.suffix == ".jpg":
        picture.save(path, **JPEG)
    else:
        picture.save(path, compress_level=3)


def _text_streams(target: Any, clip: Clip) -> list[tuple[Any, Sequence[Cue]]]:
    """Add a stream of text for each language, where the format has such a thing: players show it when asked to."""
    if clip.video.suffix != ".mp4":
        return []
    made: list[tuple[Any, Sequence[Cue]]] = []
    for language, said in clip.captions.items():
        stream = target.add_stream("mov_text")
        stream.codec_context.subtitle_header = TEXT_STYLE
        stream.time_base = stream.codec_context.time_base = MILLISECONDS
        stream.metadata["language"] = _three_letters(language)
        stream.disposition = Disposition(0)
        made.append((stream, cues(said, language)))
    return made


def _speak(target: Any, stream: Any, shown: Sequence[Cue]) -> None:
    for cue in shown:
        words = ("0,0,Default,,0,0,0,," + "\\N".join(cue.lines)).encode()
        packet = stream.codec_context.encode_subtitle(SubtitleSet.create(words, 0, cue.end - cue.start))
        packet.stream, packet.time_base = stream, MILLISECONDS
        packet.pts = packet.dts = cue.start
        packet.duration = cue.end - cue.start
        target.mux(packet)


def _three_letters(language: str) -> str:
    """What an MP4 calls the language of a tag; `und` where that is not known here."""
    primary = language.partition("-")[0]
    return primary if len(primary) == 3 else THREE_LETTERS.get(primary, "und")


THREE_LETTERS = {
    "ar": "ara",
    "cs": "ces",
    "da": "dan",
    "de": "deu",
    "el": "ell",
    "en": "eng",
    "es": "spa",
    "fa": "fas",
    "fi": "fin",
    "fr": "fra",
    "he": "heb",
    "hi": "hin",
    "hu": "hun",
    "id": "ind",
    "it": "ita",
    "ja": "jpn",
    "ko": "kor",
    "nb": "nob",
    "nl": "nld",
    "no": "nor",
    "pl": "pol",
    "pt": "por",
    "ro": "ron",
    "ru": "rus",
    "sv": "swe",
    "th": "tha",
    "tr": "tur",
    "uk": "ukr",
    "vi": "vie",
    "zh": "zho",
}
"""ISO 639-2 for ISO 639-1."""


def check(order: Order) -> None:
    """Refuse an order that :func:`write_sections` could not cut, before it is made.

    Raises:
        InputError: it is no video, or the folder holds something that we have not put there.
    """
    if not order.output.is_video:
        raise InputError(f"{order.output.format} has no sections: --sections goes with --format {', '.join(VIDEOS)}")
    check_replaceable(folder_of_sections(order.target))


def folder_of_sections(film: Path) -> Path:
    """Where the sections of a film go: beside it."""
    return film.with_name(f"{film.stem}-sections")


def write_sections(film: Path) -> Path:
    """Put the sections of a film, each with poster and captions, into a folder beside it: `descent-sections`.

    Returns:
        The folder.

    Raises:
        InputError: the folder holds something that we have not put there.
        RunError: the film cannot be cut, or the folder cannot be written.
    """
    target = folder_of_sections(film)
    check_replaceable(target)
    with workplace(target) as place:
        folder = place / "sections"
        folder.mkdir()
        for clip in cut(film, folder):
            _write_companions(clip)
        sign(folder)
        put(folder, target)
    return target


def _write_companions(clip: Clip) -> None:
    """Name the first frame as the clip, for players that look for a poster, and write what is said."""
    clip.first.replace(clip.video.with_suffix(clip.first.suffix))
    for number, (language, said) in enumerate(clip.captions.items()):
        stem = clip.video.stem + (f".{language}" if number else "")
        for suffix, form in ((".srt", srt), (".vtt", vtt)):
            clip.video.with_name(stem + suffix).write_text(form(said, language), encoding="utf-8", newline="\n")
