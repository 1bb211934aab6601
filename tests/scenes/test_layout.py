"""Nothing leaves the safe area, whatever the parameters, in both themes and both languages; no word is left open."""

import itertools

import pytest
from far import CASES, FILMS
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from playing import check_cues, clashes, outside, play, played, share_ground

from scenes import captions
from scenes.captions import SYMBOLS, placeholders
from scenes.parameters import DescentParameters
from scenes.production.subtitles import cues


@pytest.mark.parametrize(("film", "case"), CASES)
def test_nothing_leaves_the_safe_area(film, case):
    seen = played(film, case)
    assert 20 <= seen.seconds <= 90
    assert seen.strays == dict.fromkeys(seen.strays, 0)
    assert outside(seen) == []
    assert len(seen.strays) >= 5
    assert len(set(seen.pictures.values())) == len(seen.pictures), "every beat ends in a picture of its own"


NUMBERS = st.floats(-30, 30).map(lambda value: round(value, 3))


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
@given(
    st.floats(1e-5, 0.05), st.tuples(NUMBERS, NUMBERS), st.integers(0, 200), st.sampled_from(["sse", "mse"]),
    st.sampled_from(["SGD", "Adam", "RMSprop"]), st.sampled_from(["en", "ko"]), st.sampled_from(["dark", "light"]),
)  # fmt: skip
def test_any_parameters_make_a_film(lr, start, epochs, loss, optimizer, language, theme):
    parameters = DescentParameters(lr=lr, start=start, epochs=epochs, loss=loss, optimizer=optimizer)
    seen = play("descent", parameters, theme, language)
    assert 20 <= seen.seconds <= 90
    assert sum(seen.strays.values()) == 0


@pytest.mark.parametrize(("film", "case"), CASES)
def test_texts_never_overlap(film, case):
    """In the last frame of a beat no two texts share ground: those of panels, title, caption and formulas."""
    seen = played(film, case)
    assert sum(len(boxes) for boxes in seen.texts.values()) > 50
    assert clashes(seen) == []


@pytest.mark.parametrize(("film", "case"), CASES)
def test_subtitles_fit(film, case):
    seen = played(film, case)
    check_cues(cues(seen.said, seen.language), seen)


@pytest.mark.parametrize("film", FILMS)
def test_cases_take_turns_in_language_and_theme(film):
    seen = [played(film, case) for case in FILMS[film]]
    looks = {(one.language, one.theme) for one in seen}
    assert looks == set(itertools.product(captions.LANGUAGES, ("dark", "light")))


def test_an_overlap_would_be_noticed():
    assert share_ground((0, 0, 2, 1), (1.9, 0.5, 3, 2))
    assert share_ground((0, 0, 9, 9), (4, 4, 5, 5)), "one within the other"
    assert not share_ground((0, 0, 2, 1), (2.1, 0.5, 3, 2))
    assert not share_ground((0, 0, 2, 1), (0, 1, 2, 2)), "they touch"


# Words


@pytest.mark.parametrize("language", captions.LANGUAGES)
@pytest.mark.parametrize("film", FILMS)
def test_every_placeholder_is_filled_by_the_film(film, language):
    """By a figure that the film sets in some case, a value given to just that caption, a symbol, or a word."""
    texts, seen = captions.load(language), [played(film, case) for case in FILMS[film]]
    figures = set().union(*(one.figures for one in seen))
    words = {key.removeprefix(f"{film}.words.") for key in texts if key.startswith(f"{film}.words.")}
    assert figures, "the film sets figures"
    for key in texts:
        if key.startswith(f"{film}."):
            given_here = set().union(*(one.filled.get(key, set()) for one in seen))
            assert placeholders(texts.template(key)) <= figures | given_here | words | set(SYMBOLS), key


def test_every_placeholder_of_a_panel_is_filled():
    """Captions that belong to no film and to no deck: what some panel of some film gives them."""
    texts, seen = captions.load("en"), [played(*case) for case in CASES]
    films = {key.removesuffix(".teaches") for key in texts if key.endswith(".teaches")}  # ours, and any other's
    shared = [key for key in texts if key.split(".")[0] not in {*films, "deck"}]
    assert {key.split(".")[0] for key in shared} >= {"readout", "surface", "axes"}
    for key in shared:
        filled = set().union(*(one.filled.get(key, set()) for one in seen))
        assert placeholders(texts.template(key)) <= filled | set(SYMBOLS), key
