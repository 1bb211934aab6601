"""`plane` tells the truth: directions, shares, heights and gaps against plain NumPy, and in the pixels."""

import dataclasses
from typing import Any

import numpy as np
import pytest
from netstage import pixels, play, share_near, standing, still, unread

from learning import store
from learning.errors import InputError
from learning.experiment import Experiment
from learning.history import History
from learning.training import train
from scenes.drawing import channels
from scenes.figures.plane import tenths
from scenes.look import Look
from scenes.material import plane as material
from scenes.panels.movement_bars import FOOT, MovementBars
from scenes.panels.plane_surface import Above
from scenes.panels.trail import Trail
from scenes.parameters import PlaneParameters

Shown = tuple[Any, dict[str, np.ndarray], dict[str, Any]]


@pytest.fixture(scope="module")
def histories(tmp_path_factory: pytest.TempPathFactory) -> dict[str, History]:
    return store.fetch_all(PlaneParameters().experiments(), root=tmp_path_factory.mktemp("histories"))


def screened(parameters: PlaneParameters, histories: dict[str, History] | None = None) -> Shown:
    """A film, its stills, and the view of its surface at the end of each beat."""
    stills, views = {}, {}

    def keep(film: Any, key: str) -> None:
        stills[key], views[key] = still(film), film.surface.view()
        if film.lens.grown:
            views["lens"] = film.lens.view()

    return play("plane", parameters, keep, histories), stills, views


@pytest.fixture(scope="module")
def shown(histories: dict[str, History]) -> Shown:
    return screened(PlaneParameters(), histories)


@pytest.fixture(scope="module")
def two() -> Shown:
    return screened(PlaneParameters(nodes=1))


def loss_by_hand(run: History, weights: np.ndarray) -> float:
    """The mean square of what a net without bias misses, written out."""
    first, second = np.split(np.asarray(weights, float), 2)
    u = np.outer(run.x.astype(float), first)
    return float(np.mean((run.y.astype(float) - np.maximum(u, 0) @ second) ** 2))


def directions_by_hand(run: History) -> tuple[np.ndarray, np.ndarray]:
    """Shares (P,) and directions (P, P) from the covariance of the weights, each towards the farthest state."""
    path = run.params.astype(float)
    values, vectors = np.linalg.eigh(np.cov(path, rowvar=False))
    axes = vectors.T[::-1]
    along = (path - path[-1]) @ axes.T
    farthest = along[np.argmax(np.abs(along), axis=0), range(len(axes))]
    return values[::-1] / values.sum(), axes * np.sign(farthest)[:, None]


def model_by_hand(film: Any, coordinates: np.ndarray, loss: float) -> np.ndarray:
    """Where a point of the film's surface is: the window is 2 wide, the loss goes from its floor to 1.1."""
    return model_of(film.ground, coordinates, loss)


def model_of(ground: material.Ground, coordinates: np.ndarray, loss: float | None = None) -> np.ndarray:
    """The same of any surface; upon the floor where no loss is given."""
    terrain = ground.terrain
    lows, highs = np.array([terrain.w0[0], terrain.w1[0]]), np.array([terrain.w0[-1], terrain.w1[-1]])
    over = 2 * (coordinates - lows) / (highs - lows) - 1
    high = 0.0 if loss is None else loss - terrain.base
    return np.array([*over, 1.1 * high / (terrain.ceiling - terrain.base)])


# Numbers


def test_the_shares_told_and_drawn_are_those_of_the_covariance(shown):
    film, (shares, _) = shown[0], directions_by_hand(shown[0].run)
    told = {name: words.plain for name, words in film.figures.items()}
    assert told["first"] == f"{100 * shares[0]:.1f} %"
    assert told["second"] == f"{100 * shares[1]:.1f} %"
    assert told["most"] == told["share"] == f"{100 * shares[:2].sum():.1f} %"
    assert film.bars.shares[:8] == pytest.approx(shares[:8], abs=1e-9)
    assert film.bars.shares[8:] == pytest.approx([shares[8:].sum()], abs=1e-9)
    assert film.bars.shares.sum() == pytest.approx(1)


def test_every_height_of_the_surface_is_the_loss_of_a_net_of_its_own(shown):
    film, (_, axes) = shown[0], directions_by_hand(shown[0].run)
    terrain, last = film.ground.terrain, film.run.params[-1].astype(float)
    for i, j in np.random.default_rng(0).integers(0, len(terrain.w0), size=(60, 2)):
        weights = last + terrain.w0[i] * axes[0] + terrain.w1[j] * axes[1]
        assert terrain.loss[i, j] == pytest.approx(loss_by_hand(film.run, weights), rel=1e-6)
    assert film.figures["points"].plain == f"{terrain.loss.size:,}"


def test_the_run_stands_at_its_feet_at_its_recorded_losses(shown):
    film, (_, axes) = shown[0], directions_by_hand(shown[0].run)
    route, path = film.ground.route, film.run.params.astype(float)
    for row in (0, 1, 7, 40, len(path) - 1):
        *feet, loss = route.position(float(film.run.epoch[row]))
        assert feet == pytest.approx(axes[:2] @ (path[row] - path[-1]), abs=1e-6)
        assert loss == film.run.loss[row]


def test_the_gap_told_is_the_largest_of_all(shown):
    film, (_, axes) = shown[0], directions_by_hand(shown[0].run)
    path = film.run.params.astype(float)
    feet = path[-1] + (path - path[-1]) @ axes[:2].T @ axes[:2]
    below = np.array([loss_by_hand(film.run, weights) for weights in feet])
    row = int(np.argmax(np.abs(film.run.loss - below)))
    told = {name: words.plain for name, words in film.figures.items()}
    assert told["gap_epoch"] == str(film.run.epoch[row])
    assert (told["gap_loss"], told["gap_below"]) == (f"{film.run.loss[row]:.4f}", f"{below[row]:.4f}")
    assert told["distance"] == f"{abs(film.run.loss[row] - below[row]):.4f}"
    assert float(told["away"]) == pytest.approx(np.linalg.norm(path[row] - feet[row]), abs=0.005)


def test_nothing_is_told_that_no_caption_reads(shown):
    axes = {f"{letter}{k}" for letter in "dra" for k in (1, 2)}
    assert unread(shown[0], *axes) - {"near_epoch", "broken"} == set()


# Pixels


@pytest.mark.parametrize(("beat", "epoch"), [("heights", -1), ("sync", -1), ("distance", 0), ("overhead", -1)])
def test_the_ball_is_drawn_where_the_record_puts_it(shown, beat, epoch):
    film, stills, views = shown
    path, axes = film.run.params.astype(float), directions_by_hand(film.run)[1]
    spot = model_by_hand(film, axes[:2] @ (path[epoch] - path[-1]), float(film.run.loss[epoch]))
    ball = views[beat].project(spot)
    around = ball + 0.05 * np.array([[0, 0], [1, 0], [-1, 0], [0, 1], [0, -1]])
    assert share_near(stills[beat], around, film.theme.position) == 1
    assert share_near(stills[beat], around + np.array([0.0, 0.6]), film.theme.position) == 0


def test_on_the_floor_the_path_lies_flat(shown):
    film, stills, views = shown
    path, axes = film.run.params.astype(float), directions_by_hand(film.run)[1]
    feet = [model_by_hand(film, axes[:2] @ (row - path[-1]), film.ground.terrain.base) for row in path[[0, 3, 6, 9]]]
    assert views["floor"].rise == 0
    assert share_near(stills["floor"], views["floor"].project(np.array(feet)), film.theme.position) == 1


def test_in_the_lens_a_line_as_long_as_the_gap_stands_between_ball_and_surface(shown):
    film, stills, views = shown
    gap = film.ground.gap
    place = film.ground.route.position(float(film.run.epoch[gap.row]))[:2]
    ends = [model_by_hand(film, place, loss) for loss in (gap.below, gap.loss)]
    small, long = (np.ptp(views[beat].project(np.array(ends))[:, 1]) for beat in ("distance", "lens"))
    assert long / small == pytest.approx(views["lens"].scale / views["distance"].scale)
    assert long > 1
    left, bottom, right, top = film.lens.frame
    x, y = (left + right) / 2, (bottom + top) / 2
    rows = np.linspace(-0.35, 0.3, 12)
    line = np.stack([np.full(12, x), y + rows * long], axis=1)
    assert share_near(stills["distance"], line, film.theme.loss) == 1
    assert share_near(stills["distance"], line + np.array([0.3, 0]), film.theme.loss) == 0


def test_the_bars_are_as_high_as_their_shares(shown):
    film, stills, _ = shown
    left, bottom, _, top = film.bars.frame
    first, second = (film.bars.bar(place) for place in (0, 1))
    assert (second[3] - second[1]) / (first[3] - first[1]) == pytest.approx(film.bars.shares[1] / film.bars.shares[0])
    for box in (first, second):
        middle = (box[0] + box[2]) / 2
        inside = np.array([[middle, box[3] - 0.06], [middle, box[1] + 0.06]])
        assert share_near(stills["directions"], inside, film.theme.position) == 1
        assert share_near(stills["directions"], np.array([[middle, box[3] + 0.08]]), film.theme.position) == 0
    assert bottom + FOOT < first[3] < top
    assert left <= first[0]


# Two weights


def test_the_plane_of_two_weights_is_their_own_window_turned(two):
    film = two[0]
    assert len(film.run.names) == 2
    terrain, (plane, run) = film.ground.terrain, (film.ground.plane, film.run)
    assert abs(float(np.linalg.det(plane.axes))) == pytest.approx(1)
    for i, j in np.random.default_rng(1).integers(0, len(terrain.w0), size=(40, 2)):
        weights = run.params[-1] + terrain.w0[i] * plane.axes[0] + terrain.w1[j] * plane.axes[1]
        assert terrain.loss[i, j] == pytest.approx(loss_by_hand(run, weights), rel=1e-9)
    assert film.ground.share == pytest.approx(1)
    assert film.ground.route.loss == pytest.approx(film.ground.below, rel=1e-4)
    assert not film.ground.gap.seen
    assert "two weights are the whole floor" in " ".join(said.text for said in film.subtitles)


def test_both_planes_of_two_weights_are_drawn_as_the_same_surface_turned(two):
    """On either map the lighter of two places has the larger loss, whichever weights the map puts there."""
    film, stills, _ = two
    other = material.ground(film.run, film.other_plane, film.ground.terrain)
    weights = film.run.params[-1] + np.random.default_rng(3).uniform(-1, 1, size=(900, 2))
    losses = np.array([loss_by_hand(film.run, each) for each in weights])
    for ground, surface in ((film.ground, film.surface), (other, film.other)):
        places = ground.plane.coordinates(weights)
        seen = ground.terrain.on_map(places, losses) & (losses < ground.terrain.ceiling)
        at = pixels(surface.view().project(ground.terrain.model(places[seen], 0 * losses[seen])))
        light = stills["rest"][at[:, 0], at[:, 1]].astype(float).sum(axis=1)
        ranks = [np.argsort(np.argsort(values)) for values in (light, losses[seen])]
        assert seen.sum() > 300
        assert np.corrcoef(*ranks)[0, 1] > 0.7, "but for grid, contours and path"
        ball = surface.view().project(model_of(ground, ground.plane.coordinates(film.run.params[-1])))
        assert share_near(stills["rest"], ball[None], film.theme.position) == 1


# Other planes and other runs


def test_two_random_directions_are_said_to_hold_what_they_hold():
    film, _, _ = screened(PlaneParameters(directions="random", plane_seed=4, epochs=60))
    path = film.run.params.astype(float)
    moved = path - path.mean(axis=0)
    held = np.sum((moved @ film.ground.plane.axes.T) ** 2) / np.sum(moved**2)
    assert film.figures["share"].plain == f"{100 * held:.1f} %"
    assert film.kind == "random"
    assert film.other_kind == "principal"
    told = " ".join(said.text for said in film.subtitles)
    assert f"these hold {100 * held:.1f} %" in told


def test_both_maps_have_one_scale(shown):
    film = shown[0]
    sides = [float(np.ptp(axis)) for each in (film.surface, film.other) for axis in (each.terrain.w0, each.terrain.w1)]
    assert sides == pytest.approx([sides[0]] * 4)


def foreign(run: History, **changes: Any) -> History:
    """The same run as if nobody knew of what experiment it is."""
    return dataclasses.replace(run, meta={**run.meta, "experiment": None}, **changes)


def with_plane(run: History) -> dict[str, Any]:
    """The loss on a coarse plane, as somebody else's recorder brings it."""
    axes = directions_by_hand(run)[1][:2]
    at = np.array([np.linspace(-0.6, 2.6, 21), np.linspace(-0.8, 0.8, 21)])
    last = run.params[-1].astype(float)
    loss = [[loss_by_hand(run, last + a * axes[0] + b * axes[1]) for b in at[1]] for a in at[0]]
    return {"plane_origin": last, "plane_axes": axes, "plane_at": at, "plane_loss": np.array(loss)}


@pytest.mark.parametrize("outputs", [0, 3])
def test_of_somebody_elses_run_the_surface_is_the_one_it_brought(histories, outputs):
    run = histories["net"]
    theirs = foreign(run, **with_plane(run))
    if outputs:  # several columns, several outputs: no plot of data
        many = {"x": np.tile(run.x[:, None], 2), "yhat": np.tile(run.yhat[:, :, None], outputs)}
        theirs = dataclasses.replace(theirs, **many)
    film, stills, _ = screened(PlaneParameters(), {"net": theirs})
    np.testing.assert_array_equal(film.ground.terrain.loss, theirs.plane_loss)
    assert (film.plot is None, film.diagram) == (outputs > 0, None)
    assert film.kind == "principal"
    assert film.other is None
    assert film.figures["points"].plain == "441"
    backgrounds = [np.ptp(frame.reshape(-1, 3).astype(int), axis=0).max() for frame in stills.values()]
    assert min(backgrounds) > 100, "every beat shows something"
    assert min(standing(film).values()) >= 2.5


def test_a_run_of_unknown_origin_has_no_surface(histories):
    with pytest.raises(InputError, match="record it again with plane=True"):
        screened(PlaneParameters(), {"net": foreign(histories["net"])})


def test_somebody_elses_run_has_no_other_plane_than_its_own(histories):
    theirs = foreign(histories["net"], **with_plane(histories["net"]))
    with pytest.raises(InputError, match="choose principal"):
        screened(PlaneParameters(directions="random"), {"net": theirs})


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"model": "linear", "data": "polynomial", "powers": (1, 2, 3), "bias": True, "loss": "mse", "lr": 0.01},
        {"batch_size": 10, "record": "update", "epochs": 2},
        {"model": "logistic", "data": "logistic", "loss": "bce", "lr": 0.25, "epochs": 1},
    ],
    ids=["line", "polynomial", "updates", "logistic"],
)
def test_any_of_our_runs_has_a_plane(asked):
    film, _, _ = screened(PlaneParameters(), {"net": train(Experiment(**asked))})
    assert film.diagram is None
    assert 45 < film.time < 90


def test_a_run_that_goes_astray_is_seen_before_it_does():
    run = train(PlaneParameters(lr=5.0, epochs=20).experiment())
    kept = material.near(run)
    assert kept[:2].all()
    assert not kept[run.first_broken :].any()
    restless = train(PlaneParameters(lr=1.2).experiment())
    assert (restless.loss[material.near(restless)] <= 3 * restless.loss[0]).all()
    with pytest.raises(InputError, match="no state of this history is finite"):
        material.near(dataclasses.replace(run, loss=np.full(len(run), np.nan, np.float32)))


def test_where_data_are_very_many_the_surface_has_fewer_points(histories):
    run = histories["net"]
    assert material.points_aside(run) == 81
    much = dataclasses.replace(run, x=np.tile(run.x, 200), y=np.tile(run.y, 200), yhat=np.tile(run.yhat, 200))
    assert material.points_aside(much) == 39
    assert (
        material.points_aside(
            dataclasses.replace(much, x=np.zeros(10**7), y=np.zeros(10**7), seen=np.arange(3), yhat=run.yhat[:, :3])
        )
        == 25
    )


def test_a_ball_below_the_surface_is_not_hidden_by_it(shown):
    film, _, views = shown
    ground = film.ground
    sunk = dataclasses.replace(ground.route, loss=0.5 * ground.below)
    seen = Above(ground.terrain, sunk, film.theme, ground.below)
    plain = Trail(ground.terrain, sunk, film.theme)
    places = [plain.place(epoch) for epoch in (0.0, 2.0, 5.0)]
    assert all(plain.is_behind(views["sync"], place) for place in places)
    assert not any(seen.is_behind(views["sync"], place) for place in places)


# Words


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (0.0, "0 %"), (1.0, "100 %"), (0.943, "94.3 %"), (0.0004, "< 0.1 %"), (0.9996, "> 99.9 %"), (0.001, "0.1 %"),
        (1e-17, "0 %"), (1 - 1e-16, "100 %"),
    ],
)  # fmt: skip
def test_a_share_is_told_in_tenths_but_never_rounded_to_nothing_or_everything(share, said):
    assert tenths(share).plain == said


def test_captions_can_be_read_and_the_film_is_of_a_films_length(shown):
    assert min(standing(shown[0]).values()) >= 2.5
    assert 60 <= shown[0].time <= 85


def test_a_bar_of_nothing_has_no_height():
    look = Look("dark", "en")
    bars = MovementBars((-4.0, -3.0, 4.0, 2.0), look, np.array([1.0, 1e-30, 1e-4]), ["", "", ""], ["1", "2", "3"], "")
    heights = [bars.bar(place)[3] - bars.bar(place)[1] for place in range(3)]
    assert heights[1] < 1e-9
    assert heights[2] == pytest.approx(0.03)
    assert bars.color_of(0) == bars.color_of(1) == look.theme.position
    bars.lit = 1.0
    assert np.abs(np.array(channels(bars.color_of(2))) - channels(look.theme.position)).max() > 0.2
