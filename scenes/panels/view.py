"""A view of a box standing on a square floor: parallel projection with an azimuth, an elevation and a zoom."""

from dataclasses import dataclass
from functools import cached_property

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
        rise: by which heights above the floor are multiplied; the floor stays where it is.
    """

    azimuth: float
    elevation: float
    centre: tuple[float, float]
    scale: float
    height: float
    rise: float = 1.0

    def turned(self, points: np.ndarray) -> np.ndarray:
        """Model points (..., 3) turned about the vertical: to the right, away from the viewer, up."""
        return np.asarray(points @ self._turn.T)

    @property
    def away(self) -> np.ndarray:
        """The direction over the floor, (3,), that leads away from the viewer."""
        return self._turn[1]

    def project(self, points: np.ndarray) -> np.ndarray:
        """Scene coordinates (..., 2) of model points (..., 3)."""
        tilt = np.radians(self.elevation)
        right, away, up = self._turn
        screen = self.scale * np.array([right, away * np.sin(tilt) + self.rise * up * np.cos(tilt)])
        middle = np.array([0.0, self.scale * np.cos(tilt) * self.height / 2])
        return np.asarray(points @ screen.T + (self.centre - middle))

    @cached_property
    def _turn(self) -> np.ndarray:
        angle = np.radians(self.azimuth)
        cos, sin = np.cos(angle), np.sin(angle)
        return np.array([[cos, -sin, 0.0], [sin, cos, 0.0], [0.0, 0.0, 1.0]])


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
