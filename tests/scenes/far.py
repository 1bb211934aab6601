"""Parameters far from the defaults, film by film: what the tests of layout draw."""

from typing import Any

POINTS = "x,y\n1,2.1\n2,3.9\n3,6.2\n4,8.1\n5,9.8\n6,12.4\n"
"""What points.csv holds while these tests run."""

DESCENT: dict[str, dict[str, Any]] = {
    "grows": {"lr": 0.0085},
    "runs-away": {"lr": 0.02},
    "no-number": {"lr": 0.5, "epochs": 40},
    "other-start": {"start": (9.0, -4.0)},
    "at-the-minimum": {"start": (2.4459, 4.0043)},
    "no-epoch": {"epochs": 0},
    "one-epoch": {"epochs": 1},
    "many-epochs": {"epochs": 500},
    "mean": {"loss": "mse", "lr": 0.1},
    "adam": {"optimizer": "adam", "lr": 0.5},
    "own-data": {"data": "points.csv", "lr": 0.005},
    "far-away": {"start": (4000.0, -90000.0)},
}

FILMS: dict[str, dict[str, dict[str, Any]]] = {"descent": DESCENT}

CASES: dict[tuple[str, str], dict[str, Any]] = {
    (film, name): values for film, cases in FILMS.items() for name, values in cases.items()
}
