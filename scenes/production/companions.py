"""What lies beside a film: its poster, its captions, and what its JSON file tells of what is drawn."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scenes.production.pictures import to_image
from scenes.production.subtitles import srt, vtt

if TYPE_CHECKING:
    from scenes.film import Beat
    from scenes.production.output import Output
    from scenes.production.shooting import Shot

WITH_COMPANIONS = ("mp4", "webm", "mov")


def write(bundle: Path, shot: Shot, title: str, output: Output, digests: dict[str, str]) -> None:
    """Write what belongs beside a film into a folder, under the names of their roles."""
    told = description(shot, title, output, digests)
    _write_text(bundle / "film.json", json.dumps(told, ensure_ascii=False, indent=2) + "\n")
    if output.format not in WITH_COMPANIONS:
        return
    to_image(shot.poster, output.transparent).save(bundle / "film.png")
    _write_text(bundle / "film.srt", srt(shot.subtitles))
    _write_text(bundle / "film.vtt", vtt(shot.subtitles))


def description(shot: Shot, title: str, output: Output, digests: dict[str, str]) -> dict[str, Any]:
    """What the film's JSON file says of what is drawn: how large, how long, in which sections, from what."""
    measures = {"width": output.width, "height": output.height, "fps": output.fps}
    length = {"frames": shot.frames, "seconds": round(shot.frames / output.fps, 6)}
    sections = [section(beat) for beat in shot.beats]
    return {"title": title, **measures, **length, "sections": sections, "histories": digests}


def section(beat: Beat) -> dict[str, Any]:
    """A beat as the JSON file says it: times in seconds."""
    times = {"start": round(beat.start, 6), "length": round(beat.end - beat.start, 6)}
    return {"key": beat.key, **times, "title": beat.title, "note": beat.note}


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
