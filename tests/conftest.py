"""What every test gets: a cache of its own, and, where tests run side by side, its place in the row."""

from pathlib import Path

import pytest
from hypothesis import settings

from scenes.catalogue import FILMS

settings.register_profile("patient", deadline=None)  # how long a test takes says how busy the machine is
settings.load_profile("patient")


@pytest.fixture(autouse=True)
def cache_root(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Point the cache at a temporary folder, so that no test sees or leaves anything of another."""
    root = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("LOSSREEL_CACHE", str(root))
    return root


@pytest.hookimpl(tryfirst=True)  # before the plugin reads the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep together what shares something dear: the tests of a file; of one about all films, those of a film.

    Tests of builds start processes that want all cores, so they never run beside one another.
    """
    for item in items:
        item.add_marker(pytest.mark.xdist_group(_group_of(item)))


def _group_of(item: pytest.Item) -> str:
    if item.path.parent.name == "lectures":
        return "lectures"
    parameters = item.callspec.params.values() if hasattr(item, "callspec") else ()
    film = next((value for value in parameters if isinstance(value, str) and value in FILMS), "")
    return f"{item.path.name} {film}"
