"""What every test gets: a cache of its own, and, where tests run side by side, its place in the row."""

import os
import shutil
import signal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from scenes.catalogue import FILMS

settings.register_profile("same", deadline=None, derandomize=True)  # how long a test takes tells how busy a machine is
settings.register_profile("explore", deadline=None)  # other inputs each time: pytest --hypothesis-profile=explore
settings.load_profile("same")

if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:  # started in the background, as no film is that tests interrupt
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def cache_root(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Point the cache at a temporary folder, so that no test sees or leaves anything of another."""
    root = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("LOSSREEL_CACHE", str(root))
    return root


@pytest.fixture(scope="session")
def program():
    """Finds a program that reads what we write; without it a test is skipped, or fails where every test is to run."""

    def find(*names, package):
        found = next(filter(None, map(shutil.which, names)), None)
        if found is None:
            refuse = pytest.fail if os.environ.get("LOSSREEL_EVERY_TEST") else pytest.skip
            refuse(f"needs {names[0]} (Debian, Ubuntu: apt-get install {package})")
        return found

    return find


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Let tests that share something dear run one after the other, in one process, where several run side by side."""
    from xdist.scheduler import LoadScopeScheduling

    class Together(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
        def _split_scope(self, nodeid: str) -> str:
            return group_of(nodeid)

    return Together(config, log)


def group_of(nodeid: str) -> str:
    """What a test goes with: its file; of one about all films, those of its film; all tests of builds with each other.

    Builds start processes that want all cores.
    """
    file, _, test = nodeid.partition("::")
    if file.startswith("tests/lectures/"):
        return "lectures"
    parameters = test.partition("[")[2].rstrip("]")
    films = [film for film in FILMS if parameters == film or parameters.startswith(f"{film}-")]
    return f"{file} {max(films, key=len, default='')}"
