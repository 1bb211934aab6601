"""The cache of histories: content-addressed, atomic, safe to delete. Imports torch only to train."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple, cast

from learning.errors import InputError, RunError
from learning.experiment import Experiment
from learning.files import PART
from learning.history import History

HISTORIES = "histories"
FILMS = "films"


class Usage(NamedTuple):
    """How much is kept of one kind."""

    files: int
    bytes: int


class CacheInfo(NamedTuple):
    """What a cache keeps, and where."""

    root: Path
    histories: Usage
    films: Usage


def default_root() -> Path:
    """Return the cache's folder: $LOSSREEL_CACHE, or this user's cache folder of the system."""
    chosen = os.environ.get("LOSSREEL_CACHE")
    if chosen:
        return Path(chosen)
    import platformdirs  # here, because the variable is often set and the import takes 20 ms

    return platformdirs.user_cache_path("lossreel", appauthor=False)


def path_of(experiment: Experiment, root: Path | None = None) -> Path:
    """Return where the history of that experiment is, or will be, kept.

    Raises:
        InputError: The experiment's data file cannot be read.
    """
    return (root or default_root()) / HISTORIES / f"{experiment.key()}.npz"


def fetch(
    experiment: Experiment, *, root: Path | None = None, progress: Callable[[int, int], None] | None = None
) -> History:
    """Return the history of an experiment: from the cache, or trained and kept.

    An entry that is damaged, or that is not of this experiment, is trained again. Several processes may fetch
    the same experiment at once: each gets the same history.

    Args:
        experiment: What to run.
        root: The cache's folder; None: :func:`default_root`.
        progress: Called while training with (epochs done, epochs in all).

    Raises:
        InputError: The data or the optimizer's options are not allowed.
        RunError: The history cannot be kept.
    """
    path = path_of(experiment, root)
    kept = _kept(path, experiment)
    if kept is not None:
        return kept
    from learning.training import train  # here, because torch takes a second to import

    history = train(experiment, progress)
    history.save(path)
    return history


def fetch_all(
    experiments: Mapping[str, Experiment],
    *,
    root: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, History]:
    """Return the history of each experiment, by its label: from the cache, or trained and kept.

    Those that are missing and belong together (:func:`learning.training.together`) are trained as one batch; they
    are what :func:`fetch` would have given. What was trained is kept at once, whatever becomes of the others.

    Args:
        experiments: What to run, by label; some may be equal.
        root: The cache's folder; None: :func:`default_root`.
        progress: Called while training with (epochs done, epochs in all), those of a batch counted once.

    Raises:
        InputError: The data or the optimizer's options are not allowed.
        RunError: A history cannot be kept.
    """
    paths = {experiment: path_of(experiment, root) for experiment in experiments.values()}
    kept = {experiment: _kept(path, experiment) for experiment, path in paths.items()}
    missing = [experiment for experiment, history in kept.items() if history is None]
    if missing:
        from learning.training import as_trained  # here, because torch takes a second to import

        for experiment, history in as_trained(missing, progress):
            history.save(paths[experiment])
            kept[experiment] = history
    return {label: cast("History", kept[experiment]) for label, experiment in experiments.items()}


def _kept(path: Path, experiment: Experiment) -> History | None:
    if not path.exists():
        return None
    try:
        history = History.load(path)
        return history if history.experiment == experiment else None
    except InputError:
        return None


def info(root: Path | None = None) -> CacheInfo:
    """Return the number of files and bytes of histories and of films."""
    folder = root or default_root()
    return CacheInfo(folder, _usage(folder / HISTORIES), _usage(folder / FILMS))


def clear(root: Path | None = None) -> CacheInfo:
    """Delete all histories and films that are kept, and return what there was.

    Raises:
        RunError: The folder holds something else too, so it may not be a cache; or a file cannot be deleted.
    """
    before = info(root)
    strangers = sorted(entry.name for entry in _entries(before.root) if entry.name not in (HISTORIES, FILMS))
    if strangers:
        raise RunError(
            f'{before.root}: holds "{strangers[0]}", which is not part of a cache; delete it by hand, or '
            "set LOSSREEL_CACHE to a folder of its own"
        )
    for kind in _entries(before.root):
        try:
            shutil.rmtree(kind)
        except OSError as error:
            raise RunError(f"{error.filename}: cannot be deleted ({error.strerror}); delete it by hand") from error
    return before


def _entries(folder: Path) -> Iterator[Path]:
    return (entry for entry in folder.iterdir() if not entry.name.startswith(".")) if folder.is_dir() else iter(())


def _usage(folder: Path) -> Usage:
    sizes = [path.stat().st_size for path in folder.rglob("*") if path.is_file() and path.suffix != PART]
    return Usage(len(sizes), sum(sizes))
