"""Lecture films of real PyTorch training runs, in a notebook: `lossreel.show("descent", lr=0.0083)`.

And `lossreel.record(net, optimizer, loss_fn, x, y)`, which records a loop of one's own. All else is the command
`lossreel`. Loads neither manim nor torch until there is something to show or to record.
"""

from typing import TYPE_CHECKING, Any

from learning.errors import InputError, RunError
from scenes.notebook import Shown, show

if TYPE_CHECKING:
    from learning.recorder import record

__all__ = ["InputError", "RunError", "Shown", "record", "show"]


def __getattr__(name: str) -> Any:
    """Load what needs torch when it is asked for."""
    if name != "record":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from learning.recorder import record

    return record
