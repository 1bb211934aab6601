"""What a hill hides, against rays that are followed through the triangles of the surface."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from test_view import hills

from learning.experiment import Experiment
from learning.training import train
from scenes import material
from scenes.panels.sight import can_hide, hidden
from scenes.panels.terrain import BOX_HEIGHT
from scenes.panels.view import View

CEILING = 1.1
GRAZE = 0.05
"""A ray that this much up or down, in model units, would change is not asked about."""
ANGLES = st.floats(-180, 180)
UP = np.array([[0.0, 0.0, 1.0]])


def seen_from(azimuth: float, elevation: float) -> View:
    return View(azimuth, elevation, (0.0, 0.0), 1.0, CEILING)


def towards(azimuth: float, elevation: float) -> np.ndarray:
    """The direction from the box to the viewer: at azimuth 0 he stands before the second axis, at -y."""
    a, e = np.radians([azimuth, elevation])
    return np.array([-np.sin(a) * np.cos(e), -np.cos(a) * np.cos(e), np.sin(e)])


def triangles(heights: np.ndarray) -> np.ndarray:
    """Two for each square of the grid, (T, 3, 3), counter-clockwise from above."""
    first, second = (np.linspace(-1, 1, size) for size in heights.shape)
    at = np.stack([*np.meshgrid(first, second, indexing="ij"), heights], axis=-1)
    a, b, c, d = at[:-1, :-1], at[1:, :-1], at[1:, 1:], at[:-1, 1:]
    return np.concatenate([np.stack([a, b, c], axis=2), np.stack([a, c, d], axis=2)]).reshape(-1, 3, 3)


def leaves_upwards(points: np.ndarray, ray: np.ndarray, faces: np.ndarray, ceiling: float) -> np.ndarray:
    """Whether the ray from each point comes out of the upper side of a triangle (Möller and Trumbore), (n,)."""
    a, ab, ac = faces[:, 0], faces[:, 1] - faces[:, 0], faces[:, 2] - faces[:, 0]
    normal = np.cross(ab, ac)
    upper = normal @ ray > 1e-12
    a, ab, ac = a[upper], ab[upper], ac[upper]
    across = np.cross(ray, ac)
    scale = 1 / (ab * across).sum(axis=1)
    offset = points[:, None] - a
    u = (offset * across).sum(axis=-1) * scale
    turned = np.cross(offset, ab)
    v, t = turned @ ray * scale, (turned * ac).sum(axis=-1) * scale
    meets = (u >= 0) & (v >= 0) & (u + v <= 1) & (t > 1e-9)
    return (meets & (points[:, 2, None] + t * ray[2] <= ceiling)).any(axis=1)


def clear_cases(points: np.ndarray, ray: np.ndarray, heights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What the rays say, and which say so with room to spare: from a little higher, or lower, it is the same."""
    faces = triangles(heights)
    inner = faces[(np.abs(faces[:, :, :2]) <= 0.9).all(axis=(1, 2))]
    low, high = points - UP * GRAZE, points + UP * GRAZE
    said = [leaves_upwards(moved, ray, part, CEILING) for moved in (low, points, high) for part in (faces, inner)]
    return said[2], np.all([one == said[2] for one in said], axis=0)


def field(seed: int) -> np.ndarray:
    heights = hills(seed, 33)
    return heights * (0.95 * CEILING / max(heights.max(), 1e-9))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2000), ANGLES, st.floats(12, 75))
def test_what_is_hidden_on_smooth_hills(seed, azimuth, elevation):
    azimuth += 0.0137  # a ray that runs along an edge of triangles meets both of them or neither
    heights = field(seed)
    rng = np.random.default_rng(seed)
    rows, columns = rng.integers(2, 31, (2, 60))
    grid = np.linspace(-1, 1, 33)
    above = heights[rows, columns] + GRAZE * 1.2 + rng.choice([0, 0.15], 60)
    points = np.stack([grid[rows], grid[columns], above], axis=1)
    expected, sure = clear_cases(points, towards(azimuth, elevation), heights)
    found = hidden(points, seen_from(azimuth, elevation), heights, CEILING)
    assert (found == expected)[sure].all()


def test_the_hills_hide_something_and_not_everything():
    """The test above asks about both: among its cases are many hidden and many visible points."""
    both = np.zeros(2, int)
    for seed in range(20):
        heights, ray = field(seed), towards(17 * seed, 20)
        grid = np.linspace(-1, 1, 33)[2:-2:4]
        places = np.stack(np.meshgrid(grid, grid, indexing="ij"), axis=-1).reshape(-1, 2)
        points = np.column_stack([places, heights[2:-2:4, 2:-2:4].ravel() + GRAZE * 1.2])
        expected, sure = clear_cases(points, ray, heights)
        both += [(expected & sure).sum(), (~expected & sure).sum()]
    assert both.min() > 100


@settings(max_examples=100)
@given(
    st.floats(0, 1), st.floats(0.2, 0.85), st.floats(-0.5, 0.5), st.floats(10, 60), st.sampled_from([0, 90, 180, -90])
)
def test_a_ridge_hides_what_is_low_behind_it(height, behind, along, elevation, azimuth):
    """A thin wall across the floor: by the triangle of its height and the distance to it."""
    line = height * np.exp(-((np.linspace(-1, 1, 81) / 0.06) ** 2))
    across_first = azimuth % 180 == 90
    heights = np.tile(line, (81, 1)).T if across_first else np.tile(line, (81, 1))
    away = -towards(azimuth, 0.0)
    point = behind * away + along * np.array([abs(away[1]), abs(away[0]), 0.0])
    passes = behind * np.tan(np.radians(elevation))  # the height of the line of sight where the wall stands
    assume(passes < 0.8 * height - 0.05 or passes > 1.1 * height + 0.1)
    found = hidden(point + UP * 1e-3, seen_from(azimuth, elevation), heights, CEILING)
    assert found[0] == (passes < height)
    before = hidden(UP * 1e-3 - point, seen_from(azimuth, elevation), heights, CEILING)
    assert not before[0], "what stands before the wall is seen"


@settings(max_examples=60)
@given(st.floats(0.05, 1), st.floats(-0.9, 0.9), st.floats(0.05, 1), ANGLES, st.floats(8, 90))
def test_in_a_bowl_nothing_is_hidden(first, mixed, second, azimuth, elevation):
    """Nothing stands before a point of a convex surface but walls, and those are glass."""
    x, y = np.meshgrid(*[np.linspace(-1, 1, 41)] * 2, indexing="ij")
    heights = first * x**2 + mixed * np.sqrt(first * second) * 2 * x * y + second * y**2
    points = np.stack([x, y, heights], axis=-1)[::4, ::4].reshape(-1, 3)
    points = points[points[:, 2] <= CEILING]
    assert not hidden(points, seen_from(azimuth, elevation), heights, CEILING).any()


@given(st.integers(0, 200), ANGLES)
def test_from_overhead_nothing_is_hidden(seed, azimuth):
    heights = field(seed)
    rows, columns = np.mgrid[0:33:3, 0:33:3].reshape(2, -1)
    grid = np.linspace(-1, 1, 33)
    points = np.stack([grid[rows], grid[columns], heights[rows, columns]], axis=1)
    assert not hidden(points, seen_from(azimuth, 90), heights, CEILING).any()


def test_what_is_no_number_or_nothing_at_all_is_not_hidden():
    heights = field(1)
    nowhere = np.array([[np.nan, 0, 0], [0, 0, np.nan], [np.nan] * 3])
    assert not hidden(nowhere, seen_from(30, 20), heights, CEILING).any()
    assert hidden(np.zeros((0, 3)), seen_from(30, 20), heights, CEILING).shape == (0,)


def test_where_the_ceiling_cuts_the_surface_there_is_none():
    """A slope that rises towards the viewer and comes down again: cut below its ridge it hides as much as it did."""
    line = 1.6 * np.exp(-(((np.linspace(-1, 1, 81) + 0.3) / 0.35) ** 2))
    heights = np.tile(line, (81, 1))
    behind, beside = np.array([[0.0, 0.8, 0.05]]), np.array([[0.0, 0.8, 1.0]])
    for ceiling in (0.9 * CEILING, 2 * CEILING):
        assert hidden(behind, seen_from(0, 25), heights, ceiling)[0], "its near side faces the viewer"
    assert not hidden(beside, seen_from(0, 25), heights, 0.9 * CEILING)[0], "it passes above the cut"
    assert hidden(beside, seen_from(0, 15), heights, 2 * CEILING)[0]


@pytest.fixture(scope="module")
def grounds():
    """The surfaces of the film of flat regions: squares, then cross-entropy."""
    same = {"data": "logistic", "model": "logistic", "lr": 0.25, "start": (-3.0, -1.0), "epochs": 1}
    runs = [train(Experiment(loss=loss, **same)) for loss in ("mse", "bce")]
    return [material.ground_within(run, (-11.0, 3.0, -2.0, 10.0)) for run in runs]


@pytest.mark.parametrize("azimuth", [-141.2, -35, 10, 60])
def test_on_the_surfaces_of_the_film(grounds, azimuth):
    """The plateau's edge of the squares hides the valley from behind; the entropy's bowl hides nothing."""
    for ground, bowl in zip(grounds, (False, True), strict=True):
        heights = ground.grid[::2, ::2, 2]
        points = ground.grid[4:-4:4, 4:-4:4].reshape(-1, 3) + UP * GRAZE * 1.2
        expected, sure = clear_cases(points, towards(azimuth, 28), heights)
        found = hidden(points, seen_from(azimuth, 28), heights, BOX_HEIGHT)
        assert (found == expected)[sure].all()
        assert sure.mean() > 0.7
        assert found.any() == (not bowl and azimuth > 0)


def test_a_convex_surface_has_no_hills_and_hides_nothing():
    """Bowls of any shape: quadratic forms that are positive, a cone's soft tip, a slanted plane."""
    x, y = np.meshgrid(np.linspace(-1, 1, 41), np.linspace(-1, 1, 41), indexing="ij")
    rng = np.random.default_rng(7)
    bowls = [(a * x + b * y) ** 2 + (c * x + d * y) ** 2 for a, b, c, d in rng.normal(size=(20, 4))]
    for bowl in [*bowls, np.sqrt(0.01 + x**2 + y**2), 0.3 * x - 0.2 * y]:
        assert not can_hide(bowl)


def test_a_hill_however_low_can_hide():
    x, y = np.meshgrid(np.linspace(-1, 1, 41), np.linspace(-1, 1, 41), indexing="ij")
    assert can_hide(np.exp(-8 * (x**2 + y**2)))
    assert can_hide(x**2 + y**2 + 0.05 * np.exp(-80 * (x - 0.5) ** 2))
    assert can_hide(x**2 - y**2), "a saddle"
