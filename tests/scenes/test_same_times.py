"""Every film takes the same time in every language, to the frame: so what one says can be shown beside another.

With parameters far from the defaults: test_subtitles_fit in test_layout.py.
"""

from typing import Any

import pytest
from playing import Playing, check_cues

from scenes.captions import LANGUAGES
from scenes.catalogue import FILMS
from scenes.production.order import Order
from scenes.production.output import Output
from scenes.production.render import fetch_histories
from scenes.production.shooting import make_film, subtitles_in
from scenes.production.studio import studio
from scenes.production.subtitles import cues

QUICK: dict[str, dict[str, Any]] = {
    "diagrams": {"epochs": 100, "wide": 50},
    "logistic": {"epochs": 300},
    "logistic-limit": {"epochs": 200, "net_epochs": 200},
    "overfit": {"nodes": 50, "epochs": 200},
    "relu-nodes": {"epochs": 100},
    "stuck": {"epochs": 300, "runs": 20, "sizes": (2, 4)},
}
"""Less training than by default; how long a film is does not depend on it."""


@pytest.mark.parametrize("name", FILMS)
def test_a_film_has_the_same_times_in_every_language_and_its_cues_fit(name, tmp_path):
    parameters, played = FILMS[name].parameters(**QUICK.get(name, {})), {}
    histories = fetch_histories(parameters)
    orders = {one: Order(FILMS[name], parameters, Output(), "dark", one) for one in LANGUAGES}
    for language, order in orders.items():
        with studio(order.output, tmp_path):
            film = make_film(order, histories, skip_animations=True)
            film.render()
        beats = [(beat.key, beat.start, beat.end) for beat in film.beats]
        played[language] = Playing("dark", language, film.time, beats=beats, said=film.subtitles)
        check_cues(cues(film.subtitles, language), played[language])
    english, korean = (played[language] for language in ("en", "ko"))
    assert english.beats == korean.beats
    assert [(one.start, one.end) for one in english.said] == [(one.start, one.end) for one in korean.said]
    assert subtitles_in("ko", orders["en"], histories, tmp_path) == korean.said, "set in the font of another language"
