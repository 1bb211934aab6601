"""A place to work in for every test, and toy films for those that ask for them."""

import shutil

import pytest
import toyworker

from learning import store
from scenes import catalogue


@pytest.fixture(autouse=True)
def workplace_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="session")
def trained(tmp_path_factory):
    """A cache with the run of the toy films, so that not every process has to load torch."""
    import toyfilm_entry

    root = tmp_path_factory.mktemp("trained")
    store.fetch_all(toyfilm_entry.ToyParameters().experiments(), root=root)
    return root


@pytest.fixture
def toys(monkeypatch, trained, cache_root):
    """Put the toy films into the catalogue, and their run into the cache."""
    for name, entry in toyworker.entries().items():
        monkeypatch.setitem(catalogue.FILMS, name, entry)
    shutil.copytree(trained, cache_root, dirs_exist_ok=True)
