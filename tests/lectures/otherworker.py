"""The worker of a machine on which something else is installed: another NumPy, font, caption and source."""

import dataclasses
import importlib.metadata
import sys

import toyworker

from learning import source
from scenes import captions, fonts

usual_version, usual_read, usual_path_of = importlib.metadata.version, source.read, source.path_of


def version(name):
    """Return the version of a package, of NumPy and torch another."""
    return {"numpy": "1.0", "torch": "0.1"}.get(name) or usual_version(name)


def read(path):
    """Return what a file says, of one of them something else."""
    said = usual_read(path)
    return dataclasses.replace(said, digest="0" * 64) if path.name == "companions.py" else said


if __name__ == "__main__":
    from scenes.workers.worker import main

    toyworker.register()
    if "all" in sys.argv:
        source.version, source.read = version, read
        captions.load("en")._texts["toy.title"] = "Another title"
    fonts.fingerprint = lambda family: "0" * 64
    from scenes.production import recipe

    recipe.fingerprint = fonts.fingerprint
    main()
