"""A film from the catalogue to files on disk: trained, drawn, encoded, named, kept."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import learning.store
from learning import cache
from learning.experiment import files_read_once
from scenes.catalogue import any_number_elsewhere
from scenes.production import filmcache, recipe, recorded
from scenes.production.delivery import check_target, deliver, is_in_place
from scenes.production.files import sign, workplace
from scenes.production.memory import rare_collections
from scenes.production.order import Order
from scenes.production.output import Output
from scenes.production.progress import Report
from scenes.production.sections import Section, unchanged

if TYPE_CHECKING:
    from learning.history import History
    from scenes.catalogue import Entry
    from scenes.parameters import FilmParameters
    from scenes.production.filmcache import Kept
    from scenes.production.shooting import Earlier


@dataclass(frozen=True)
class Rendered:
    """A film that is there.

    Attributes:
        path: the file, or the folder of frames.
        fresh: False if nothing had to be drawn.
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
        language: one of `scenes.captions.LANGUAGES`, or the path of a TOML file with somebody's own captions.
        force: render even if the film is in the cache, all of it.
        progress: called with what is going on, how much is done and how much there is.

    Raises:
        InputError: an unknown theme or language, data that cannot be read, a place that is taken.
        RunError: no font for the language, no encoder, no room, no write access.
    """
    order = Order(entry, parameters, output, theme, language)
    return fulfil(order, force=force, progress=progress)


@files_read_once()
def fulfil(order: Order, *, force: bool = False, progress: Report | None = None) -> Rendered:
    """Do what :func:`render` does, for an order."""
    check_target(order)
    cache.limit()  # one that cannot be read is said before the work is done
    if not force and (is_in_place(order) or take_from_cache(order)):
        return Rendered(order.target, fresh=False)
    return _make(order, force, progress)


def take_from_cache(order: Order) -> bool:
    """Put a film in place if the cache has it; tell whether it had."""
    kept = filmcache.fetch(order.recipe)
    if kept is None:
        return False
    try:
        deliver(kept.folder, kept.files, order, order.recipe.key)
    except FileNotFoundError:  # somebody empties the cache at this moment
        return False
    return True


def _make(order: Order, force: bool, progress: Report | None) -> Rendered:
    order.settle()
    earlier = None if force else _earlier(order)
    with workplace(order.target) as place:
        bundle = place / "bundle"
        bundle.mkdir()
        sections = shoot(order, histories_of(order, progress), bundle, progress, earlier)
        if order.output.is_folder:
            sign(bundle / "film")
        files = filmcache.fingerprints(bundle)
        is_current = recipe.is_current(order)
        if is_current:
            filmcache.keep(order.recipe, bundle, files, sections)
        deliver(bundle, files, order, order.recipe.key if is_current else "")
    return Rendered(order.target, fresh=True)


def histories_of(order: Order, progress: Report | None = None) -> dict[str, History]:
    """Return the runs that an order shows: one that somebody has recorded, or the film's own.

    Raises:
        InputError: the data, or the history, cannot be read.
    """
    return fetch_histories(order.parameters, progress) if order.history is None else recorded.runs_of(order)


def fetch_histories(parameters: FilmParameters, progress: Report | None = None) -> dict[str, History]:
    """Take the runs of a film from the cache of histories, or train them."""
    report = (lambda done, total: progress("training", done, total)) if progress else None
    with any_number_elsewhere():
        return learning.store.fetch_all(parameters.experiments(), progress=report)


def nearest(order: Order) -> tuple[Kept, int] | None:
    """Find the film in the cache that has most sections in common with what is to be made, and how many."""
    if not order.output.is_video:
        return None
    relatives = filmcache.relatives(order.recipe)
    counts = [unchanged(kept.sections, kept.recipe.inputs, order.recipe.inputs) for kept in relatives]
    count = max(counts, default=0)
    if count == 0 or not filmcache.is_whole(kept := relatives[counts.index(count)]):
        return None
    return kept, count


def _earlier(order: Order) -> Earlier | None:
    found = nearest(order)
    if found is None:
        return None
    from scenes.production.shooting import Earlier

    kept, count = found
    return Earlier(kept.folder / f"film{order.output.suffix}", kept.sections[:count])


@rare_collections()
def shoot(
    order: Order,
    histories: dict[str, History],
    bundle: Path,
    progress: Report | None,
    earlier: Earlier | None = None,
) -> tuple[Section, ...]:
    """Draw a film and write its files into a folder, under the names of their roles."""
    from scenes.production import companions
    from scenes.production.shooting import shoot_film, shoot_last_frame, shoot_stills, subtitles_in

    if not order.output.moves:
        shoot_pictures = shoot_stills if order.output.stills else shoot_last_frame
        shoot_pictures(order, histories, bundle / f"film{order.output.suffix}")
        return ()
    report = (lambda done: progress("drawing", done, order.entry.seconds)) if progress else None
    shot = shoot_film(order, histories, bundle / f"film{order.output.suffix}", report, earlier)
    digests = {label: history.digest() for label, history in histories.items()}
    told = {order.tag: shot.subtitles}
    told |= {other: subtitles_in(other, order, histories, bundle.parent) for other in order.others}
    companions.write(bundle, shot, order.title, order.output, digests, told)
    return shot.sections
