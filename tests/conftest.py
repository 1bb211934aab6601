"""What every test gets: a cache of its own."""

from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("patient", deadline=None)  # how long a test takes says how busy the machine is
settings.load_profile("patient")


@pytest.fixture(autouse=True)
def cache_root(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Point the cache at a temporary folder, so that no test sees or leaves anything of another."""
    root = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("LOSSREEL_CACHE", str(root))
    return root
