"""The view, against rotation matrices written out, and the mesh, against rays."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenes.panels import mesh
from scenes.panels.skin import _faces_up
from scenes.panels.view import Pad, View, fit

FRAME = np.array([-1.0, -3.0, 6.0, 3.0])
ANGLES = st.floats(-180, 180)
TILTS = st.floats(5, 90)


def by_matrices(view: View, point: np.ndarray) -> np.ndarray:
    a, e = np.radians([view.azimuth, view.elevation])
    about_up = np.array([[np.cos(a), -np.sin(a), 0], [np.sin(a), np.cos(a), 0], [0, 0, 1]])
    tilt = np.array([[1, 0, 0], [0, np.sin(e), np.cos(e)], [0, -np.cos(e), np.sin(e)]])
    right, up, _ = tilt @ about_up @ (point - [0, 0, view.height / 2])
    return np.array(view.centre) + view.scale * np.array([right, up])


@given(ANGLES, TILTS, st.tuples(*[st.floats(-1, 1)] * 3))
def test_projection_is_two_rotations(azimuth, elevation, point):
    view = View(azimuth, elevation, (2.5, 0.0), 1.7, 1.1)
    assert view.project(np.array(point)) == pytest.approx(by_matrices(view, np.array(point)), abs=1e-9)


def test_overhead_is_a_map():
    view = View(0, 90, (0.0, 0.0), 1.0, 1.0)
    assert view.project(np.array([0.3, -0.8, 0.7])) == pytest.approx([0.3, -0.8])


@given(ANGLES, TILTS)
def test_the_box_stays_in_its_frame_however_it_is_turned(azimuth, elevation):
    view = fit(FRAME, azimuth, elevation, 1.0, 1.3, Pad(0.3, 0.6, 0.1))
    box = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (0, 1.3)])
    shown = view.project(box)
    assert (shown >= FRAME[:2] + np.array([0.3, 0.6]) - 1e-9).all()
    assert (shown <= FRAME[2:] - np.array([0.3, 0.1]) + 1e-9).all()


def hills(seed: int, size: int = 13) -> np.ndarray:
    """A smooth height field (size, size), bumpy: it hides parts of itself."""
    rng = np.random.default_rng(seed)
    x, y = np.meshgrid(*[np.linspace(-1, 1, size)] * 2, indexing="ij")
    waves = sum(
        a * np.sin(f * (x * np.cos(t) + y * np.sin(t)) + p)
        for a, f, t, p in rng.uniform([0.1, 1, 0, 0], [0.5, 5, 6, 6], (4, 4))
    )
    return np.asarray(waves - waves.min())


@given(st.integers(0, 1000), st.floats(0.2, 1.5))
def test_nothing_is_left_above_the_ceiling_and_nothing_below_is_lost(seed, ceiling):
    heights = hills(seed)
    made = mesh.build(heights, ceiling, 4)
    assert made.faces[:, :, 2].max(initial=-1) <= ceiling + 1e-9
    assert made.rim[:, :, 2].max(initial=-1) <= ceiling + 1e-9
    flat = made.faces[:, :, :2]
    following = np.roll(flat, -1, axis=1)
    areas = 0.5 * (flat[..., 0] * following[..., 1] - following[..., 0] * flat[..., 1]).sum(axis=1)
    assert (areas >= -1e-12).all()
    assert areas.sum() <= 4 + 1e-9
    if heights.max() <= ceiling:
        assert areas.sum() == pytest.approx(4)


def test_a_plane_is_cut_where_it_meets_the_ceiling():
    x, _ = np.meshgrid(*[np.linspace(-1, 1, 9)] * 2, indexing="ij")
    made = mesh.build(x + 1, 1.3, 4)
    assert made.faces[:, :, 0].max() == pytest.approx(0.3)
    cut = made.rim[np.isclose(made.rim[:, :, 2], 1.3).all(axis=1)]
    assert np.allclose(cut[:, :, 0], 0.3)
    assert np.abs(cut[:, 1, 1] - cut[:, 0, 1]).sum() == pytest.approx(2)


@given(st.integers(0, 1000))
def test_shared_edges_belong_to_both_of_their_faces(seed):
    made = mesh.build(hills(seed), 0.9, 4)
    for piece, faces in zip(made.edges, made.edge_faces, strict=True):
        for face in faces:
            corners = made.faces[face]
            for end in piece:
                assert np.min(np.linalg.norm(corners - end, axis=1)) < 1e-9


@settings(max_examples=40)
@given(st.integers(0, 1000), ANGLES, st.floats(8, 80))
def test_drawing_from_back_to_front_leaves_the_nearest_face_on_top(seed, azimuth, elevation):
    """For points of the picture: of all faces over a point, the last one drawn is the one nearest to the eye."""
    made = mesh.build(hills(seed), 2.0, 4)
    view = View(azimuth, elevation, (0.0, 0.0), 1.0, 1.0)
    shown = view.project(made.faces)
    order, _ = mesh.draw_order(made, np.radians(azimuth))
    place = np.empty(len(order), int)
    place[order] = np.arange(len(order))
    centres = made.faces.mean(axis=1)
    e = np.radians(elevation)
    nearness = -view.turned(centres)[:, 1] * np.cos(e) + centres[:, 2] * np.sin(e)
    for probe in shown.mean(axis=1)[::7]:
        over = [
            i for i in np.flatnonzero((np.abs(shown.mean(axis=1) - probe) < 0.2).all(axis=1)) if inside(shown[i], probe)
        ]
        if not over:  # the middle of a face that is folded on the screen may lie outside it
            continue
        top = max(over, key=lambda i: place[i])
        # Neighbours that share the point's edge are equally near; others lie clearly behind.
        assert nearness[top] >= max(nearness[i] for i in over) - 0.12


def inside(polygon: np.ndarray, point: np.ndarray) -> bool:
    """Whether a convex polygon (n, 2) of either orientation holds the point."""
    edges = np.roll(polygon, -1, axis=0) - polygon
    to_point = point - polygon
    turn = edges[:, 0] * to_point[:, 1] - edges[:, 1] * to_point[:, 0]
    return bool((turn >= -1e-12).all() or (turn <= 1e-12).all())


def test_from_overhead_every_face_shows_its_upper_side():
    made = mesh.build(hills(3), 0.8, 4)
    assert _faces_up(View(33, 90, (0, 0), 1, 1).project(made.faces)).all()


def test_a_near_wall_shows_its_outside():
    x, y = np.meshgrid(*[np.linspace(-1, 1, 21)] * 2, indexing="ij")
    made = mesh.build(2 * (x**2 + y**2), 5.0, 4)
    up = _faces_up(View(0, 20, (0, 0), 1, 1).project(made.faces))
    centre = made.faces.mean(axis=1)
    assert up[centre[:, 1] > 0].all(), "the far wall is seen from inside"
    assert not up[centre[:, 1] < -0.8].any(), "the near wall is seen from outside"
