"""Colours that can be read, and told apart by everyone."""

import itertools

import numpy as np
import pytest

from scenes.drawing import channels
from scenes.theme import THEMES

WRITTEN = ["text", "muted", "data", "estimate", "truth", "minimum", "position_text", "loss"]
WRITTEN += ["gradient", "partial0", "partial1", "positive", "negative"]
SIDE_BY_SIDE = [("data", "estimate"), ("estimate", "truth"), ("data", "truth"), ("minimum", "position"),
                ("gradient", "position"), ("partial0", "partial1"), ("gradient", "partial1"), ("loss", "data"),
                ("loss", "position"), ("positive", "negative"), ("positive", "data"), ("positive", "estimate"),
                ("positive", "truth"), ("negative", "data"), ("negative", "estimate"),
                ("negative", "truth")]  # fmt: skip

# Viénot, Brettel and Mollon (1999): dichromats' view, in linear RGB.
BLINDNESS = {
    "none": np.eye(3),
    "protan": np.array([[0.1121, 0.8853, -0.0005], [0.1127, 0.8897, -0.0001], [0.0045, 0.0001, 1.0019]]),
    "deutan": np.array([[0.2920, 0.7054, -0.0003], [0.2934, 0.7089, 0.0000], [-0.0210, 0.0256, 1.0019]]),
}


def linear(color: str) -> np.ndarray:
    rgb = np.array(channels(color))
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def luminance(color: str) -> float:
    return float(linear(color) @ [0.2126, 0.7152, 0.0722])


def contrast(a: str, b: str) -> float:
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def lab(rgb: np.ndarray) -> np.ndarray:
    """CIE L*a*b* of linear RGB, D65."""
    m = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    x, y, z = np.clip(m @ np.clip(rgb, 0, 1), 1e-9, None) / [0.9505, 1.0, 1.089]
    f = [np.cbrt(t) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (x, y, z)]
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda t: t.name)
@pytest.mark.parametrize("meaning", WRITTEN)
def test_every_colour_that_is_written_has_contrast(theme, meaning):
    assert contrast(getattr(theme, meaning), theme.background) >= 4.5


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda t: t.name)
@pytest.mark.parametrize("pair", SIDE_BY_SIDE, ids="-".join)
@pytest.mark.parametrize("eyes", BLINDNESS)
def test_colours_beside_each_other_differ_for_everyone(theme, pair, eyes):
    first, second = (lab(BLINDNESS[eyes] @ linear(getattr(theme, meaning))) for meaning in pair)
    assert np.linalg.norm(first - second) >= 15


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda t: t.name)
def test_height_colours_grow_evenly_lighter(theme):
    lightness = [lab(linear(color))[0] for color in theme.height]
    steps = np.diff(lightness)
    assert (steps > 0).all()
    assert steps.max() <= 2.2 * steps.min()


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda t: t.name)
def test_one_colour_has_one_meaning(theme):
    colors = [color for name, color in theme.meanings().items() if name not in ("background", "position")]
    near = [pair for pair in itertools.combinations(colors, 2) if pair[0] == pair[1]]
    assert not [p for p in near if p[0] not in (theme.position_text, theme.background)]


def test_background_is_near_black_or_white():
    assert THEMES["dark"].background != "#000000"
    assert luminance(THEMES["dark"].background) < 0.02
    assert THEMES["light"].background == "#ffffff"
