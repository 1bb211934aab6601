"""The programs that read what we write."""

import sys

import pytest


def test_a_program_is_found_by_any_of_its_names(program):
    assert program("lossreel-nowhere", sys.executable, package="python3") == sys.executable


@pytest.mark.parametrize(("given", "outcome"), [("1", pytest.fail), ("", pytest.skip), (None, pytest.skip)])
def test_a_missing_program_skips_a_test_and_fails_it_where_every_test_is_to_run(program, monkeypatch, given, outcome):
    monkeypatch.delenv("LOSSREEL_EVERY_TEST", raising=False)
    if given is not None:
        monkeypatch.setenv("LOSSREEL_EVERY_TEST", given)
    with pytest.raises(outcome.Exception, match=r"needs lossreel-nowhere .*apt-get install nothing"):
        program("lossreel-nowhere", package="nothing")
