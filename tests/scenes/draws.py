"""Film parameters drawn at random inside their bounds, the same each time: of any film, from its declaration alone."""

import math
import typing
from random import Random
from typing import Any

import annotated_types
from pydantic.fields import FieldInfo

from learning.experiment import DATA_SET_NAMES, OPTIMIZERS, START_LIMIT
from scenes.parameters import FilmParameters, Rectangle

NAMES: dict[str, tuple[str, ...]] = {
    "data": (*DATA_SET_NAMES, "points.csv"),
    "optimizer": OPTIMIZERS,
    "optimizers": (*OPTIMIZERS, "momentum"),
}
"""What the words among the parameters may be."""

DEAR: dict[tuple[str, str], int] = {
    ("stuck", "epochs"): 100, ("stuck", "runs"): 40, ("relu-nodes", "epochs"): 1000, ("overfit", "epochs"): 200,
    ("plane", "epochs"): 1000,
    ("diagrams", "epochs"): 200, ("logistic", "epochs"): 500, ("flat-regions", "epochs"): 300,
    ("optimizers", "epochs"): 300, ("logistic-limit", "epochs"): 500, ("logistic-limit", "net_epochs"): 500,
}  # fmt: skip
"""Where the bound would take too long, what is drawn at most."""

COLUMNS = ("x", "y", "standardize")
OWN: dict[tuple[str, str], str] = {
    ("stochastic", "data"): "points.csv", ("polynomial", "data"): "points.csv", ("logistic", "data"): "coins.csv",
    ("flat-regions", "data"): "coins.csv", ("optimizers", "data"): "coins.csv",
}  # fmt: skip
"""Films whose data are a set of the notes, or a file: which one."""

AT_A_BOUND = 0.15
"""The share of numbers that lie upon a bound."""

ZERO = 0.1
"""The share of numbers of either sign that are 0."""


def drawn(film: str, model: type[FilmParameters], number: int) -> dict[str, Any]:
    """The parameters of a draw; those that are not in it keep their default."""
    random = Random(f"{film} {number}")
    every = {name: info for name, info in model.model_fields.items() if name not in COLUMNS and (film, name) not in OWN}
    fields = {name: info for name, info in every.items() if random.random() < 0.7}
    found = {name: _field(random, film, name, info) for name, info in fields.items()}
    return found | _data(Random(f"{film} {number} data"), film, model, found)


def _data(random: Random, film: str, model: type[FilmParameters], found: dict[str, Any]) -> dict[str, Any]:
    """A file now and then, in films that take one; sometimes standardized, sometimes with y for x."""
    if "standardize" not in model.model_fields or random.random() > 0.3:
        return {}
    names = ("x", "y") if OWN.get((film, "data")) == "coins.csv" else random.choice((("x", "y"), ("y", "x")))
    file = OWN.get((film, "data"), "points.csv")
    return {"data": file, "x": names[0], "y": names[1], "standardize": random.random() < 0.5 or film == "polynomial"}


def _field(random: Random, film: str, name: str, info: FieldInfo) -> Any:
    kind, bounds = info.annotation, list(info.metadata)
    most = DEAR.get((film, name))
    if most is not None:
        bounds.append(annotated_types.Le(most))
    return _value(random, name, kind, bounds)


def _value(random: Random, name: str, kind: Any, bounds: list[Any]) -> Any:
    if typing.get_origin(kind) is typing.Annotated:
        inner, *more = typing.get_args(kind)
        return _rectangle(random) if kind == Rectangle else _value(random, name, inner, [*_flat(more), *bounds])
    if typing.get_origin(kind) is typing.Literal:
        return random.choice(typing.get_args(kind))
    if typing.get_origin(kind) is tuple:
        return _tuple(random, name, typing.get_args(kind), bounds)
    if kind is str:
        return random.choice(NAMES[name])
    if kind is int:
        return round(_number(random, bounds, whole=True))
    assert kind is float, f"{name} is {kind}"
    return float(f"{_number(random, bounds, whole=False):.4g}")


def _tuple(random: Random, name: str, kinds: tuple[Any, ...], bounds: list[Any]) -> tuple[Any, ...]:
    if len(kinds) == 2 and kinds[1] is Ellipsis:
        least, most = _bound(bounds, "min_length", 1), _bound(bounds, "max_length", 5)
        return tuple(_value(random, name, kinds[0], []) for _ in range(random.randint(int(least), int(most))))
    if len(kinds) == 4:
        return _rectangle(random)
    return tuple(_value(random, name, kind, []) for kind in kinds)


def _rectangle(random: Random) -> tuple[float, float, float, float]:
    """A range of each weight, somewhere, from narrow to wide."""
    ends = [sorted((_spread(random, 20), _spread(random, 20))) for _ in range(2)]
    (a, b), (c, d) = ends
    return a, b + 0.01, c, d + 0.01


def _number(random: Random, bounds: list[Any], *, whole: bool) -> float:
    """A number within bounds: over a wide range of positive ones, each power of ten as likely as another."""
    low, high = _bound(bounds, "ge", math.nan), _bound(bounds, "le", math.nan)
    above = _bound(bounds, "gt", math.nan)
    if math.isnan(high) or high == -low == START_LIMIT:  # any weight: what is refused says little of what is asked
        return _spread(random, 30)
    if random.random() < AT_A_BOUND:
        return high if math.isnan(low) or random.random() < 0.5 else low
    if not math.isnan(low) and low < 0:
        return 0.0 if random.random() < ZERO else random.uniform(-1, 1) * 10 ** random.uniform(-2, math.log10(high))
    least = max(low, 1.0 if whole else 1e-3) if not math.isnan(low) else max(above, 1e-6)
    return math.exp(random.uniform(math.log(least), math.log(high)))


def _spread(random: Random, size: float) -> float:
    """A number of either sign, most of them of an ordinary size, or now and then none."""
    if random.random() < ZERO:
        return 0.0
    return float(f"{random.gauss(0, size / 3) * 10 ** (2 * (random.random() < 0.1)):.4g}")


def _bound(bounds: list[Any], name: str, default: float) -> float:
    found = [float(getattr(bound, name)) for bound in _flat(bounds) if getattr(bound, name, None) is not None]
    return min(found) if name in ("le", "max_length") and found else max(found, default=default)


def _flat(bounds: list[Any]) -> list[Any]:
    """Bounds as they stand, those of a field within an annotation too."""
    return [part for bound in bounds for part in (bound.metadata if isinstance(bound, FieldInfo) else [bound])]
