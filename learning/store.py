"""The cache of histories: content-addressed, atomic, safe to delete. Loads NumPy only to read one, torch to train."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

from learning import source
from learning.cache import HISTORIES, default_root, make_room, used
from learning.errors import InputError
from learning.experiment import Experiment, files_read_once

if TYPE_CHECKING:
    from learning.history import History

TRAINED_BY = "learning.training"
TRAINED_WITH = ("torch", "numpy")


def key_of(experiment: Experiment) -> str:
    """Return the name of a history: SHA-256 over the experiment, the code that trains, and what it trains with.

    Raises:
        InputError: The experiment's data file cannot be read.
    """
    whole = {"experiment": experiment.key(), **trainer()}
    return hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()


def trainer() -> dict[str, dict[str, str]]:
    """Return what a run comes out of besides its experiment: the code that trains, and what it trains with."""
    code = {name: said.digest for name, said in source.closure(TRAINED_BY).items()}
    return {"code": code, "versions": source.versions(*TRAINED_WITH)}


def path_of(experiment: Experiment, root: Path | None = None) -> Path:
    """Return where the history of that experiment is, or will be, kept.

    Raises:
        InputError: The experiment's data file cannot be read.
    """
    return (root or default_root()) / HISTORIES / f"{key_of(experiment)}.npz"


@files_read_once()
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
    _keep(history, path)
    return history


@files_read_once()
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
        from learning.data import check

        check(missing)
        from learning.training import as_trained  # here, because torch takes a second to import

        for experiment, history in as_trained(missing, progress):
            _keep(history, paths[experiment])
            kept[experiment] = history
    return {label: cast("History", kept[experiment]) for label, experiment in experiments.items()}


def _kept(path: Path, experiment: Experiment) -> History | None:
    if not path.exists():
        return None
    from learning.history import History

    try:
        history = History.load(path)
        if not _are_one_run(history.experiment, experiment):
            return None
    except InputError:
        return None
    used(path)
    return _readdressed(history, experiment)


def _are_one_run(recorded: Experiment, asked: Experiment) -> bool:
    """Compare two experiments; where a data file is does not count, for the key has seen what is in it."""
    if recorded.data_file is None or asked.data_file is None:
        return recorded == asked
    return {**recorded.model_dump(), "data": asked.data} == asked.model_dump()


def _readdressed(history: History, experiment: Experiment) -> History:
    """Let the history of a data file that has moved say where the file is now."""
    if experiment.data_file is None or history.experiment.data == experiment.data:
        return history
    meta = {**history.meta, "experiment": experiment.model_dump(mode="json"), "data": experiment.data_file.stem}
    return replace(history, meta=meta)


def _keep(history: History, path: Path) -> None:
    history.save(path)
    make_room(path, path.parent.parent)
