"""Sections join without a jump: the last frame of one is the first of the next, and nothing moves in it."""

import functools
from typing import Any

import av
import numpy as np
import pytest
from far import FILMS as FAR
from manim import tempconfig

from learning import store
from scenes.catalogue import FILMS, find
from scenes.dissolve import Dissolve, Stage
from scenes.drawing import Brush, Drawing
from scenes.film import Film
from scenes.production.order import Order
from scenes.production.output import Output
from scenes.production.shooting import make_film, shoot_film
from scenes.production.studio import FilmClock, studio
from scenes.theme import TIMING

SIZE = (854, 480)
DEAR: dict[str, dict[str, Any]] = {
    "diagrams": {"epochs": 100, "wide": 50},
    "stuck": {"runs": 20, "sizes": (2, 4), "epochs": 300},
    "overfit": {"nodes": 50, "epochs": 200},
    "logistic": {"epochs": 300},
    "logistic-limit": {"epochs": 200, "net_epochs": 200},
}
"""Where the defaults take long to train, what is shown instead of them."""

UNLIKE = [
    ("learning-rate", "every-fate"), ("learning-rate", "one-slowly"), ("tangent", "bounces"), ("overfit", "steep"),
    ("polynomial", "both-diverge"), ("stochastic", "runs-away"), ("sse-mse", "grows"), ("descent", "no-epoch"),
    ("optimizers", "one-epoch"), ("flat-regions", "one-leaves"),
]  # fmt: skip
"""Cases that take other ways through their films."""


class Joints(FilmClock):
    """Draws, of a film, the first frame of each section and the last; everything else is skipped.

    Attributes:
        keys: of the sections. first, last: their frames, (H, W, 3) each. at_rest: whether the last one is held.
        before: how many frames the film has before its first section.
    """

    def __init__(self, film: Film) -> None:
        self.keys: list[str] = []
        self.first: list[np.ndarray] = []
        self.last: list[np.ndarray] = []
        self.at_rest: list[bool] = []
        self.before = 0
        self._into: list[np.ndarray] | None = None
        super().__init__(film)
        self._beat = film.beat
        film.beat = self._watched_beat  # type: ignore[method-assign]

    def _watched_beat(self, play: Any, *arguments: Any) -> None:
        @functools.wraps(play)
        def to_the_end(*given: Any) -> Any:
            note = play(*given)
            self._into = self.last  # what is left is the pause
            return note

        self._beat(to_the_end, *arguments)

    def next_section(self, name: str, type_: str, skip_animations: bool) -> None:
        if self.sections:  # the first one is made by manim
            self.before = self.frames if not self.keys else self.before
            self.keys.append(name)
            self._into = self.first
        super().next_section(name, type_, skip_animations)

    def begin_animation(self, allow_write: bool = False, **more: Any) -> None:
        """From here on manim does what it does in a film that is drawn."""
        del allow_write, more
        self._renderer.skip_animations = self._into is None
        if self._into is self.last:
            self.at_rest.append(self._film.is_current_animation_frozen_frame())

    def _times_to_draw(self, run_time: float, *more: Any, **options: Any) -> Any:
        if self._into is None:
            return super()._times_to_draw(run_time, *more, **options)
        return (time for time in (0.0, *self._all_times()[-1:]))

    def _draw(self, scene: Film, time: float, moving_mobjects: Any = None) -> None:
        super()._draw(scene, time, moving_mobjects)
        self._take()

    def write_frame(self, pixels: Any, *, repeat: int = 1) -> None:
        self._take()

    def _take(self) -> None:
        if self._into is not None:
            self._into.append(self._renderer.camera.pixel_array[:, :, :3].astype(int))
            self._into, self._renderer.skip_animations = None, True


def order_of(name: str, values: dict[str, Any], output: Output) -> Order:
    return Order(find(name), find(name).parameters(**values), output, "dark", "en")


def gone_through(name: str, values: dict[str, Any], place: Any) -> Joints:
    """A film of which only first and last frames are drawn."""
    order = order_of(name, values, Output("mp4", *SIZE, 30))
    with studio(order.output, place):
        film = make_film(order, store.fetch_all(order.parameters.experiments()))
        film.renderer._original_skipping_status = True
        joints = Joints(film)
        film.render()
    return joints


def jumps(joints: Joints) -> dict[str, int]:
    """How much any pixel differs, of 255, where sections do not join; by the key of the first of them."""
    pairs = zip(joints.keys, joints.last, joints.first[1:], strict=False)
    found = {key: int(np.abs(one - other).max()) for key, one, other in pairs}
    return {key: most for key, most in found.items() if most}


def assert_joined(joints: Joints) -> None:
    assert len(joints.first) == len(joints.last) == len(joints.keys) >= 5
    assert jumps(joints) == {}
    assert joints.at_rest == [True] * len(joints.keys)
    assert joints.before == 0, "nothing is to be seen before the first section"


@pytest.mark.parametrize("film", FILMS)
def test_the_last_frame_of_a_section_is_the_first_of_the_next(film, tmp_path):
    assert_joined(gone_through(film, DEAR.get(film, {}), tmp_path))


@pytest.mark.parametrize(("film", "case"), UNLIKE)
def test_sections_join_whatever_becomes_of_the_runs(film, case, tmp_path):
    assert_joined(gone_through(film, FAR[film][case], tmp_path))


@pytest.mark.parametrize(
    ("film", "joined"), [("overfit", "fresh_noise"), ("stochastic", "train"), ("polynomial", "truth")]
)
def test_without_a_dissolve_a_jump_would_be_noticed(film, joined, tmp_path, monkeypatch):
    monkeypatch.setattr(Film, "dissolve", lambda film, *panels: None)
    assert jumps(gone_through(film, DEAR.get(film, {}), tmp_path))[joined] > 200


@pytest.mark.parametrize("film", ["stochastic", "polynomial"])
def test_the_frames_in_the_file_join_too(film, tmp_path):
    """Decoded; what the encoder makes of the same picture twice is a little noise along edges."""
    order = order_of(film, {}, Output("mp4", *SIZE, 2))
    (tmp_path / "film").mkdir()
    path = tmp_path / "film" / "film.mp4"
    shot = shoot_film(order, store.fetch_all(order.parameters.experiments()), path, None)
    with av.open(str(path)) as video:
        frames = [frame.to_ndarray(format="rgb24").astype(int) for frame in video.decode(video=0)]
    assert shot.sections[0].frames == 0, "what precedes the first beat"
    starts = np.cumsum([section.frames for section in shot.sections])[:-1]
    held = round(TIMING.hold * 2)
    for start in starts[1:]:
        last, rest = frames[start - 1], frames[start - held : start]
        assert np.abs(frames[start] - last).mean() < 1.5
        assert np.abs(frames[start] - last).max() < 90
        assert max(np.abs(frame - last).mean() for frame in rest) < 1.0, "at rest"


# Dissolves


class Disc(Drawing):
    """A disc of one colour."""

    def __init__(self, x: float, color: str) -> None:
        super().__init__((x - 1, -1, x + 1, 1))
        self.color_of_disc, self.x = color, x

    def draw(self, brush: Brush) -> None:
        left, _, right, _ = self.frame
        brush.dots(np.array([[(left + right) / 2, 0]]), 1, self.color_of_disc, 0.7 * self.opacity)


@pytest.fixture
def film():
    """A film whose picture can be asked for."""
    with tempconfig({"pixel_width": 320, "pixel_height": 180, "dry_run": True, "verbosity": "ERROR"}):
        yield find("descent").load_scene()()


def seen(film: Film, *mobjects: Drawing) -> np.ndarray:
    film.mobjects = list(mobjects)
    film.renderer.static_image = None
    film.renderer.update_frame(film, ignore_skipping=True)
    return np.array(film.renderer.get_frame()[:, :, :3], float)


def test_a_dissolve_goes_straight_from_one_picture_to_the_other_and_what_is_alike_stands_still(film):
    same, changed, gone, new = Disc(0, "#ff0000"), Disc(0.5, "#00ff00"), Disc(-3, "#ffffff"), Disc(4, "#0000ff")
    before = seen(film, same, changed, gone)
    stage = Stage([same, changed, gone])
    changed.color_of_disc = "#ff00ff"
    change = stage.dissolve([same, changed, new])
    assert [panel.x for panel in change.before] == [0.5, -3]
    assert change.after == (changed, new)
    assert np.array_equal(seen(film, same, change, changed, new), before)
    change.share = 0.25
    quarter = seen(film, same, change, changed, new)
    change.share = 1.0
    end = seen(film, same, change, changed, new)
    change.end()
    after = seen(film, same, changed, new)
    assert np.array_equal(end, after)
    assert np.abs(before - after).max() > 100
    assert np.abs(quarter - (0.75 * before + 0.25 * after)).max() <= 3


def test_what_moves_its_frame_while_it_changes_moves_as_one(film):
    disc = Disc(0, "#ff0000")
    stage = Stage([disc])
    disc.color_of_disc = "#00ff00"
    change = stage.dissolve([disc])
    disc.frame = (2, -1, 4, 1)
    change.share = 0.5
    shown = seen(film, change, disc)
    background = shown[0, 0]
    assert (shown[90, 90:200] == background).all(), "nothing is left where it stood"
    assert (shown[90, 227] != background).any()


def test_where_nothing_changes_nothing_dissolves(film):
    disc = Disc(0, "#ff0000")
    stage = Stage([disc])
    disc.frame = np.array([-1, -1, 1, 1])
    disc.epoch = 0
    assert stage.dissolve([disc]) is None
    film.add(disc)
    film.dissolve()
    film.play(disc.to(opacity=0, run_time=0.1))
    assert film.time == pytest.approx(0.1, abs=0.05)
    assert not any(isinstance(mobject, Dissolve) for mobject in film.mobjects)


def test_only_the_panels_that_are_asked_for_dissolve():
    one, other = Disc(0, "#ff0000"), Disc(3, "#00ff00")
    stage = Stage([one, other], [other])
    one.x, other.x = 1.0, 2.0
    assert stage.dissolve([one, other]).after == (other,)
