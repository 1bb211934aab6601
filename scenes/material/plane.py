"""The plane that a run is seen on, as films draw it: the surface over it, the way upon it, and what it leaves out."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np

from learning import landscape
from learning.errors import InputError
from learning.history import Array, History
from learning.plane import Plane, principal, random, shapes_of
from scenes.material import RESOLUTION, ROOM
from scenes.material.net import TALL, TINY
from scenes.panels.terrain import Route, Terrain

MARGIN = 0.3
"""Share of the path's longer side by which the window reaches beyond it, on each side."""

SMALLEST = 0.25
"""A window is at least so wide, as a share of the weights' length: else a run that hardly moves has a floor of dust."""

ALIKE = 0.005
"""A recorded plane is that of most movement where it holds as much of it, but for this."""

CLEAR = 0.01
"""A gap counts from this share of the loss's way on: below, recorded losses and computed ones differ by rounding."""

ROUNDING = 1e-4
"""As a share of the loss, this much at least: a loss added up in float32 is not told more finely from another."""

WORK, FEWEST = 5e8, 25
"""A surface may take so many products of a weight and a point; so many points to a side it has at least."""

Kind = Literal["principal", "random", "given"]


@dataclass(frozen=True, eq=False)
class Ground:
    """A plane with the loss over it and a run upon it.

    Attributes:
        run: the history. plane: where the surface stands. share: of the run's movement that it holds.
        terrain: the loss over the plane. route: the run at its recorded losses, above or below the surface.
        below: (S,) the loss of the surface where each point of the route has its foot.
    """

    run: History
    plane: Plane
    share: float
    terrain: Terrain
    route: Route
    below: np.ndarray

    @cached_property
    def gap(self) -> "Gap":
        """The state whose recorded loss is farthest from that of the surface below it."""
        states = np.flatnonzero(self.route.is_state & self.terrain.on_map(self.route.params, self.route.loss))
        if not len(states):
            states = np.zeros(1, int)
        off = np.abs(self.route.loss - self.below)[states]
        at = int(states[int(np.argmax(off))])
        row = self.run.row(float(self.route.epoch[at]))
        away = float(self.plane.residual(self.run.params[row]))
        loss = self.route.loss[states]
        seen = float(np.nan_to_num(off).max()) > max(CLEAR * float(np.ptp(loss)), ROUNDING * float(np.abs(loss).max()))
        return Gap(row, float(self.route.loss[at]), float(self.below[at]), away, seen)


@dataclass(frozen=True)
class Gap:
    """How far a state is from the surface.

    Attributes:
        row: of the history. loss: recorded there. below: of the surface. away: distance from the plane, in weights.
        seen: whether it is more than rounding.
    """

    row: int
    loss: float
    below: float
    away: float
    seen: bool


def near(run: History) -> np.ndarray:
    """Which states (T,) a plane is laid through: those whose loss is a number and not far above the first one.

    The first two such states always are: where already the second is far off, there is no other way to look at.

    Raises:
        InputError: there is none.
    """
    sound = np.isfinite(run.loss) & np.isfinite(run.params).all(axis=1)
    if not sound.any():
        raise InputError("no state of this history is finite; train it with a smaller learning rate")
    begin = np.flatnonzero(sound)[:2]
    low = np.nan_to_num(run.loss, nan=np.inf) <= TALL * max(float(run.loss[begin[0]]), TINY)
    low[begin] = True
    return np.asarray(sound & low)


def states(run: History) -> Array:
    """The parameters (T', P) that a plane is laid through."""
    return np.asarray(run.params[near(run)])


def is_ours(run: History) -> bool:
    """Whether the loss is known everywhere: of a run of an experiment; of others only where they brought it along."""
    return bool(run.meta.get("experiment"))


def main_plane(run: History, directions: str, seed: int) -> Plane:
    """The plane of most movement, a random one, or the one that came with somebody else's run.

    Raises:
        InputError: the loss over such a plane is not known.
    """
    if is_ours(run):
        return plane_of(run, directions, seed)
    if run.plane_origin is None or run.plane_axes is None:
        raise InputError(
            "this history says neither of what experiment it is nor the loss on a plane of its weights: "
            "record it again with plane=True, or train an experiment here"
        )
    if directions != "principal":
        raise InputError(
            f"directions = {directions!r}: the history brings the loss on a plane of its own, and nobody else knows "
            "any other; choose principal"
        )
    return Plane(run.plane_origin, run.plane_axes)


def plane_of(run: History, directions: str, seed: int) -> Plane:
    """The plane of most movement, or a random one."""
    if directions == "random":
        return random(states(run), shapes_of(run.names), seed)
    return principal(states(run))


def ground(run: History, plane: Plane, like: Terrain | None = None) -> Ground:
    """The surface over a plane with the run upon it; as large as another one, where that is given."""
    terrain = terrain_over(run, plane, like) if is_ours(run) else _recorded_terrain(run)
    trace = landscape.through(run, per_step=40)
    places = plane.coordinates(trace.params)
    shown = terrain.on_map(places, trace.loss)
    terrain = replace(terrain, depth=float(trace.loss[shown].min(initial=np.inf)))
    route = Route(trace.epoch, places, trace.loss, run.epoch, np.zeros((len(run.epoch), 2)))
    below = landscape.losses_at(run, plane.points(places)) if is_ours(run) else height_of(terrain, places)
    return Ground(run, plane, plane.share(states(run)), terrain, route, below)


def kind_of(run: History, plane: Plane, directions: str) -> Kind:
    """What kind of plane it is: a recorded one may be any."""
    if is_ours(run):
        return "random" if directions == "random" else "principal"
    params = states(run)
    return "principal" if plane.share(params) > principal(params).share(params) - ALIKE else "given"


def terrain_over(run: History, plane: Plane, like: Terrain | None = None) -> Terrain:
    """The loss over a plane: a square around the path, or one of the same sides as another."""
    places = plane.coordinates(states(run))
    side = _side(places, plane) if like is None else float(like.w0[-1] - like.w0[0])
    middle = (places.min(axis=0) + places.max(axis=0)) / 2
    first, second = (np.linspace(at - side / 2, at + side / 2, points_aside(run)) for at in middle)
    return _terrain(run, first, second, landscape.over_plane(run, plane, (first, second)))


def points_aside(run: History) -> int:
    """So many points has a side of the surface: fewer where data or weights are very many, for each is computed."""
    return int(np.clip(np.sqrt(WORK / (run.y.size * len(run.names))), FEWEST, RESOLUTION))


def _side(places: Array, plane: Plane) -> float:
    """Of the square around places (n, 2): both directions to one scale."""
    longest = (1 + 2 * MARGIN) * float(np.ptp(places, axis=0).max())
    return max(longest, SMALLEST * float(np.linalg.norm(plane.origin))) or 1.0


def _recorded_terrain(run: History) -> Terrain:
    """The loss that came with somebody else's run."""
    assert run.plane_at is not None
    assert run.plane_loss is not None
    first, second = run.plane_at.astype(float)
    return _terrain(run, first, second, run.plane_loss.astype(float))


def _terrain(run: History, first: Array, second: Array, loss: Array) -> Terrain:
    """A surface that is cut a little above the run, or above its own middle where that is higher."""
    walked = float(run.loss[near(run)].max())
    finite = loss[np.isfinite(loss)]
    finite = finite if len(finite) else np.array([walked])
    lowest, middle = float(finite.min()), float(np.quantile(finite, 0.5))
    rise = max(walked - lowest, middle - lowest) or max(abs(lowest), TINY)
    ceiling = lowest + ROOM * rise
    high = np.nan_to_num(loss, nan=10 * ceiling, posinf=10 * ceiling, neginf=lowest)
    row, column = np.unravel_index(int(np.argmin(high)), high.shape)
    return Terrain(first, second, high, (float(first[row]), float(second[column]), lowest), ceiling)


def height_of(terrain: Terrain, places: Array) -> Array:
    """The loss of a surface at places (n, 2), as it is drawn: between its points bilinearly, outside as at its edge."""
    at = [
        np.interp(places[:, axis], scale, np.arange(len(scale))) for axis, scale in enumerate((terrain.w0, terrain.w1))
    ]
    i, j = (np.minimum(along.astype(int), len(terrain.w0) - 2) for along in at)
    u, v = at[0] - i, at[1] - j
    loss = terrain.loss
    near_side, far_side = ((1 - v) * loss[k, j] + v * loss[k, j + 1] for k in (i, i + 1))
    return np.asarray((1 - u) * near_side + u * far_side)


def has_data(run: History) -> bool:
    """Whether the data and what the model says of them fit into one plot: one number in, one out."""
    return run.x.size == run.y.size and run.yhat.ndim == 2


def fate(run: History) -> Literal["lost", "grown", "fallen"]:
    """What became of the loss: no number any more, larger than at first, or not."""
    if run.last_finite < len(run.epoch) - 1:
        return "lost"
    return "grown" if run.loss[-1] > run.loss[0] else "fallen"


def most_moved(run: History, most: int) -> np.ndarray:
    """The weights that moved most, at most so many, (H,) ascending."""
    way = np.ptp(states(run).astype(float), axis=0)
    return np.sort(np.argsort(-way, kind="stable")[:most])
