"""Caption files: SubRip and WebVTT."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol


class Subtitle(Protocol):
    """What the caption line said, from when to when, in seconds."""

    @property
    def start(self) -> float:
        """Seconds since the film began."""

    @property
    def end(self) -> float:
        """Seconds since the film began."""

    @property
    def text(self) -> str:
        """Plain text."""


def srt(subtitles: Iterable[Subtitle]) -> str:
    """Write SubRip: numbered, times with a comma."""
    cues = (f"{number}\n{_times(cue, ',')}\n{cue.text}\n" for number, cue in enumerate(subtitles, start=1))
    return "\n".join(cues)


def vtt(subtitles: Iterable[Subtitle]) -> str:
    """Write WebVTT: a heading, times with a point, `&` and `<` escaped."""
    cues = (f"{_times(cue, '.')}\n{_escape(cue.text)}\n" for cue in subtitles)
    return "\n".join(["WEBVTT\n", *cues])


def _times(cue: Subtitle, point: str) -> str:
    return f"{_time(cue.start, point)} --> {_time(cue.end, point)}"


def _time(seconds: float, point: str) -> str:
    milliseconds = round(seconds * 1000)
    minutes, milliseconds = divmod(milliseconds, 60_000)
    hours, minutes = divmod(minutes, 60)
    whole, milliseconds = divmod(milliseconds, 1000)
    return f"{hours:02d}:{minutes:02d}:{whole:02d}{point}{milliseconds:03d}"


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
