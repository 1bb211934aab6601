"""Dissolves: panels that take up something else give way to it, where a cut would let the picture jump."""

import copy
from collections.abc import Iterable, Mapping, Sequence
from functools import partial

import cairo
import numpy as np
from manim import Mobject

from scenes.drawing import Brush, Drawing
from scenes.theme import FRAME_HEIGHT, FRAME_WIDTH

STAGE = (-FRAME_WIDTH / 2, -FRAME_HEIGHT / 2, FRAME_WIDTH / 2, FRAME_HEIGHT / 2)


class Stage:
    """The panels as they stand at a moment.

    Args:
        mobjects: everything on the screen, from back to front; what is no panel stays as it is.
        panels: the only ones that matter; all where there are none.
    """

    def __init__(self, mobjects: Iterable[Mobject], panels: Sequence[Drawing] = ()) -> None:
        self._only = panels
        self._stood = {panel: copy.copy(panel) for panel in self._panels(mobjects)}

    def dissolve(self, mobjects: Iterable[Mobject]) -> "Dissolve | None":
        """What leads from here to the panels that stand now; None where they are the same."""
        now = self._panels(mobjects)
        after = [panel for panel in now if panel not in self._stood or _differ(panel, self._stood[panel])]
        before = {stood: panel for panel, stood in self._stood.items() if panel in after or panel not in now}
        return Dissolve(before, after) if before or after else None

    def _panels(self, mobjects: Iterable[Mobject]) -> list[Drawing]:
        return [one for one in mobjects if isinstance(one, Drawing) and (not self._only or one in self._only)]


class Dissolve(Drawing):
    """Panels as they stood give way to panels as they are now; what is alike in both stands still.

    As long as it is on the screen it draws the panels after it, which are held back from drawing themselves.

    Args:
        before: each as it stood, with the panel itself: where only that one's frame moves, both move together.
        after: the present ones. Both from back to front.

    Attributes that a film moves:
        share: 0 shows the panels before, 1 those after.
    """

    def __init__(self, before: Mapping[Drawing, Drawing], after: Iterable[Drawing]) -> None:
        super().__init__(STAGE)
        self.before, self.after, self.share = tuple(before), tuple(after), 0.0
        self._moving = {stood: panel for stood, panel in before.items() if np.array_equal(stood.frame, panel.frame)}
        for panel in self.after:
            panel.held_back = True

    def end(self) -> None:
        """Let the panels draw themselves again."""
        for panel in self.after:
            panel.held_back = False

    def draw(self, brush: Brush) -> None:
        """Draw the present mixture; at both ends, to the bit, what is to be seen there."""
        for stood, panel in self._moving.items():
            stood.frame = panel.frame
        if self.share <= 0 or self.share >= 1:
            _draw(brush, self.after if self.share >= 1 else self.before)
            return
        brush.lay(brush.group(self.frame.reshape(2, 2), partial(self._draw_both, brush)))

    def _draw_both(self, brush: Brush) -> None:
        """Add a share of each: where both are alike, the sum is what each of them is."""
        brush.context.set_operator(cairo.OPERATOR_ADD)
        for panels, share in ((self.before, 1 - self.share), (self.after, self.share)):
            brush.lay(brush.group(self.frame.reshape(2, 2), partial(_draw, brush, panels)), share)


def _draw(brush: Brush, panels: Iterable[Drawing]) -> None:
    brush.context.set_operator(cairo.OPERATOR_OVER)
    for panel in panels:
        panel.draw_alone(brush)


def _differ(panel: Drawing, stood: Drawing) -> bool:
    """Whether an attribute that a film can move or set has another value."""
    now = vars(panel)
    return any(not _is_same(value, now[name]) for name, value in vars(stood).items())


def _is_same(one: object, other: object) -> bool:
    """Whether two values are the same; of two objects that are neither numbers nor arrays it is not known."""
    if isinstance(one, np.ndarray):
        return np.array_equal(one, np.asarray(other))
    return one is other or (isinstance(one, int | float | str) and one == other)
