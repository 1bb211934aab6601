"""Searches for unreachable objects are held back, and only while a film is made."""

import gc

import pytest

from scenes.production.memory import RARE, rare_collections


def test_searches_are_rare_inside_and_as_before_afterwards():
    before = gc.get_threshold()
    with rare_collections():
        assert gc.get_threshold()[0] == RARE
        assert gc.isenabled()
    assert gc.get_threshold() == before


def test_an_error_restores_them_too():
    before = gc.get_threshold()
    with pytest.raises(ZeroDivisionError), rare_collections():
        _ = 1 / 0
    assert gc.get_threshold() == before
