"""The pinned versions: what a new machine installs must run on the oldest Python that the project names."""

import tomllib
from importlib.metadata import distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).parents[1]
PINS = [Requirement(line) for line in (ROOT / "requirements.txt").read_text().splitlines() if line and line[0] != "#"]


def oldest() -> str:
    """The first Python that pyproject.toml allows, its first release: 3.11.0."""
    asked = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    return f"{asked.removeprefix('>=')}.0"


def test_everything_pinned_runs_on_the_oldest_python():
    pinned = [pin for pin in PINS if pin.marker is None or pin.marker.evaluate()]
    assert len(pinned) > 20
    asked = {pin.name: distribution(pin.name).metadata.get("Requires-Python") or "" for pin in pinned}
    assert {name: wish for name, wish in asked.items() if oldest() not in SpecifierSet(wish)} == {}


def test_what_is_pinned_is_what_is_tested():
    versions = {pin.name: distribution(pin.name).version for pin in PINS if pin.marker is None or pin.marker.evaluate()}
    assert {pin.name for pin in PINS if pin.name in versions and versions[pin.name] not in pin.specifier} == set()
