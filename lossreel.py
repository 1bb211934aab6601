"""Lecture films of real PyTorch training runs, in a notebook: `lossreel.show("descent", lr=0.0083)`.

All else is the command `lossreel`. Loads neither manim nor torch until there is something to show.
"""

from learning.errors import InputError, RunError
from scenes.notebook import Shown, show

__all__ = ["InputError", "RunError", "Shown", "show"]
