"""Each film with parameters drawn at random: no exception, nothing outside the safe area, no text upon another."""

import itertools

import pytest
from draws import drawn
from playing import clashes, outside, play

from scenes.catalogue import FILMS, find

DRAWS = 20
LOOKS = list(itertools.product(("dark", "light"), ("en", "ko")))


@pytest.mark.parametrize("number", range(DRAWS))
@pytest.mark.parametrize("film", FILMS)
def test_any_parameters_make_a_film_that_can_be_read(film, number):
    values = drawn(film, find(film).parameters, number)
    seen = play(film, find(film).parameters(**values), *LOOKS[number % len(LOOKS)])
    said = f"{film} with {values}"
    assert 20 <= seen.seconds <= 90, said
    assert seen.strays == dict.fromkeys(seen.strays, 0), said
    assert outside(seen) == [], said
    assert clashes(seen) == [], said
