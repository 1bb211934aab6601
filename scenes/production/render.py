"""A film from the catalogue to files on disk: trained, drawn, encoded, named, kept."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import learning.store
from learning.errors import InputError
from scenes import captions
from scenes.fonts import check_font
from scenes.production import filmcache
from scenes.production.files import put, workplace
from scenes.production.memory import rare_collections
from scenes.production.order import Order
from scenes.production.output import Output
from scenes.production.progress import Report
from scenes.production.subtitles import srt, vtt

if TYPE_CHECKING:
    from learning.history import History
    from scenes.catalogue import Entry, FilmParameters
    from scenes.film import Beat
    from scenes.production.shooting import Shot

WITH_COMPANIONS = ("mp4", "webm", "mov")


@dataclass(frozen=True)
class Rendered:
    """A film that is there.

    Attributes:
        path: the file, or the folder of frames.
        fresh: False if it came from the cache.
    """

    path: Path
    fresh: bool


def render(
    entry: Entry,
    parameters: FilmParameters,
    output: Output,
    *,
    theme: str = "dark",
    language: str = "en",
    force: bool = False,
    progress: Report | None = None,
) -> Rendered:
    """Make a film, or take it from the cache if nothing that it depends on has changed.

    Args:
        entry: the film.
        parameters: its parameters.
        output: format, size, rate and place.
        theme: a name in `scenes.theme.THEMES`.
        language: a name in `scenes.captions.LANGUAGES`.
        force: render even if the film is in the cache.
        progress: called with what is going on, how much is done and how much there is.

    Raises:
        InputError: an unknown theme or language, data that cannot be read, a place that is taken.
        RunError: no font for the language, no encoder, no room, no write access.
    """
    order = Order(entry, parameters, output, theme, language)
    _check_target(order.target, output)
    if not force and _take_from_cache(order):
        return Rendered(order.target, fresh=False)
    return _make(order, progress)


def _take_from_cache(order: Order) -> bool:
    kept = filmcache.fetch(order.key)
    if kept is None:
        return False
    try:
        deliver(kept, order)
    except FileNotFoundError:  # somebody empties the cache at this moment
        return False
    return True


def _check_target(target: Path, output: Output) -> None:
    if target.is_dir() and not output.is_folder:
        raise InputError(f"{target} is a folder: name a file with -o")


def _make(order: Order, progress: Report | None) -> Rendered:
    check_font(order.language)
    with workplace(order.target) as place:
        bundle = place / "bundle"
        bundle.mkdir()
        shoot(order, fetch_histories(order.parameters, progress), bundle, progress)
        filmcache.keep(order.key, sorted(bundle.iterdir()))
        _put_all(bundle, order)
    return Rendered(order.target, fresh=True)


def fetch_histories(parameters: FilmParameters, progress: Report | None = None) -> dict[str, History]:
    """Take the runs of a film from the cache of histories, or train them."""
    report = (lambda done, total: progress("training", done, total)) if progress else None
    return learning.store.fetch_all(parameters.experiments(), progress=report)


@rare_collections()
def shoot(order: Order, histories: dict[str, History], bundle: Path, progress: Report | None) -> None:
    """Draw a film and write its files into a folder, under the names of their roles."""
    from scenes.production.shooting import shoot_film, shoot_last_frame

    if order.output.last_frame:
        shoot_last_frame(order, histories, bundle / "film.png")
        return
    report = (lambda done: progress("drawing", done, order.entry.seconds)) if progress else None
    shot = shoot_film(order, histories, bundle / f"film{order.output.suffix}", report)
    if order.output.format in WITH_COMPANIONS:
        digests = {label: history.digest() for label, history in histories.items()}
        _write_companions(bundle, order, shot, digests)


def _write_companions(bundle: Path, order: Order, shot: Shot, digests: dict[str, str]) -> None:
    from scenes.production.pictures import to_image

    to_image(shot.poster, order.output.transparent).save(bundle / "film.png")
    (bundle / "film.srt").write_text(srt(shot.subtitles), encoding="utf-8", newline="\n")
    (bundle / "film.vtt").write_text(vtt(shot.subtitles), encoding="utf-8", newline="\n")
    text = json.dumps(description(order, shot, digests), ensure_ascii=False, indent=2)
    (bundle / "film.json").write_text(text + "\n", encoding="utf-8", newline="\n")


def description(order: Order, shot: Shot, digests: dict[str, str]) -> dict[str, Any]:
    """What the film's JSON file says: what it shows, how long, in which sections, drawn from what."""
    output = order.output
    title = captions.load(order.language).text(f"{order.entry.name}.title")
    measures = {"width": output.width, "height": output.height, "fps": output.fps}
    length = {"frames": shot.frames, "seconds": round(shot.frames / output.fps, 6)}
    return {
        **order.facts,
        "title": title,
        **measures,
        **length,
        "sections": [section(beat) for beat in shot.beats],
        "histories": digests,
        "versions": filmcache.versions(),
    }


def section(beat: Beat) -> dict[str, Any]:
    """A beat as the JSON file says it: times in seconds."""
    times = {"start": round(beat.start, 6), "length": round(beat.end - beat.start, 6)}
    return {"key": beat.key, **times, "title": beat.title, "note": beat.note}


def deliver(bundle: Path, order: Order) -> None:
    """Put copies of a film's files in place, each whole or not at all."""
    with workplace(order.target) as place:
        copies = place / "bundle"
        filmcache.copy(bundle, copies)
        (copies / filmcache.INDEX).unlink()
        _put_all(copies, order)


def _put_all(bundle: Path, order: Order) -> None:
    """Move the files to their names; the film last, so that its companions are there when it appears."""
    film = bundle / f"film{order.output.suffix}"
    for path in sorted(bundle.iterdir()):
        if path != film:
            put(path, order.target.with_suffix(path.suffix))
    put(film, order.target)
