"""A place to work in, and a film of two colours in the catalogue."""

import pytest
import toyfilm

from scenes import catalogue


@pytest.fixture(autouse=True)
def workplace_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(autouse=True)
def toy(monkeypatch):
    """Put the toy film into the catalogue."""
    monkeypatch.setitem(catalogue.FILMS, "toy", toyfilm.ENTRY)
    return toyfilm.ENTRY


@pytest.fixture
def shoot(toy):
    """Render the toy film at 320x180 and return the path."""
    from scenes.production.output import Output
    from scenes.production.render import render

    def run(name="mp4", fps=30, parameters=None, output=None, **options):
        settings = output or Output(name, 320, 180, fps)
        return render(toy, toy.parameters(**(parameters or {})), settings, **options).path

    return run
