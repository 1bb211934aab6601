"""A view of a box standing on a square floor: parallel projection with an azimuth, an elevation and a zoom."""

from dataclasses import dataclass

import numpy as np

FLOOR_REACH = np.sqrt(2.0)
"""Half the floor's diagonal: the floor is the square [-1, 1] x [-1, 1]."""


@dataclass(frozen=True)
class View:
    """Where the viewer stands.

    Attributes:
        azimuth, elevation: degrees; azimuth 0 and elevation 90 is a map with the first axis to the right.
        centre: scene coordinates of the middle of the box, (2,).
        scale: scene units for a unit of the model.
        height: of the box, in model units.
    """

    azimuth: float
    elevation: float
    centre: tuple[float, float]
    scale: float
    height: float

    def turned(self, points: np.ndarray) -> np.ndarray:
        """Model points (..., 3) turned about the vertical: to the right, away from the viewer, up."""
        angle = np.radians(self.azimuth)
        cos, sin = np.cos(angle), np.sin(angle)
        x, y, z = points[..., 0], points[..., 1], points[..., 2]
        return np.stack([cos * x - sin * y, sin * x + cos * y, z], axis=-1)

    def project(self, points: np.ndarray) -> np.ndarray:
        """Scene coordinates (..., 2) of model points (..., 3)."""
        turned = self.turned(points)
        tilt = np.radians(self.elevation)
        up = turned[..., 1] * np.sin(tilt) + (turned[..., 2] - self.height / 2) * np.cos(tilt)
        return np.stack([turned[..., 0], up], axis=-1) * self.scale + self.centre


@dataclass(frozen=True)
class Pad:
    """Room that labels take around a box, in scene units."""

    sides: float
    below: float
    above: float


def fit(frame: np.ndarray, azimuth: float, elevation: float, zoom: float, height: float, pad: Pad) -> View:
    """The largest view of a box that stays in the frame however it is turned, with room around it for labels."""
    left, bottom, right, top = frame + np.array([pad.sides, pad.below, -pad.sides, -pad.above])
    tilt = np.radians(elevation)
    wide, high = 2 * FLOOR_REACH, 2 * FLOOR_REACH * np.sin(tilt) + height * np.cos(tilt)
    scale = min((right - left) / wide, (top - bottom) / high)
    return View(azimuth, elevation, ((left + right) / 2, (bottom + top) / 2), scale * zoom, height)
