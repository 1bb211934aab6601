"""What lies beside a film: its poster, its captions, and what its JSON file tells of what is drawn."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scenes.production.output import Output
from scenes.production.pictures import to_image
from scenes.production.subtitles import srt, vtt

if TYPE_CHECKING:
    from scenes.beats import Beat, Subtitle
    from scenes.production.shooting import Shot


Spoken = Mapping[str, Sequence["Subtitle"]]
"""What is said, by the tag of the language; the film's own comes first."""


def write(bundle: Path, shot: Shot, title: str, output: Output, digests: Mapping[str, str], spoken: Spoken) -> None:
    """Write what belongs beside a film into a folder, under the names of their roles."""
    told = {**description(shot, title, output, digests), "captions": {tag: said(spoken[tag]) for tag in spoken}}
    _write_text(bundle / "film.json", json.dumps(told, ensure_ascii=False, indent=2) + "\n")
    if not output.is_video:
        return
    to_image(shot.poster, output.transparent).save(bundle / "film.png")
    for number, (tag, subtitles) in enumerate(spoken.items()):
        stem = f"film.{tag}" if number else "film"
        _write_text(bundle / f"{stem}.srt", srt(subtitles, tag))
        _write_text(bundle / f"{stem}.vtt", vtt(subtitles, tag))


def description(shot: Shot, title: str, output: Output, digests: Mapping[str, str]) -> dict[str, Any]:
    """What the film's JSON file says of what is drawn: how large, how long, in which sections, from what."""
    measures = {name: output.settings[name] for name in ("width", "height", "fps", "transparent")}
    length = {"frames": shot.frames, "seconds": round(shot.frames / output.fps, 6)}
    sections = [section(beat) for beat in shot.beats]
    return {"title": title, **measures, **length, "sections": sections, "histories": digests}


def section(beat: Beat) -> dict[str, Any]:
    """A beat as the JSON file says it: times in seconds."""
    times = {"start": round(beat.start, 6), "length": round(beat.end - beat.start, 6)}
    return {"key": beat.key, **times, "title": beat.title, "note": beat.note}


def said(subtitles: Iterable[Subtitle]) -> list[dict[str, Any]]:
    """Captions as the JSON file says them: whole, times in seconds."""
    return [{"start": round(one.start, 6), "end": round(one.end, 6), "text": one.text} for one in subtitles]


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
