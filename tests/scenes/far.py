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
    "two-epochs": {"epochs": 2},
    "hardly-moves": {"lr": 1e-13},
    "own-data-learned": {"data": "points.csv", "lr": 0.01, "epochs": 1000},
}

RELU_NODES: dict[str, dict[str, Any]] = {
    "one": {"nodes": 1},
    "three": {"nodes": 3},
    "eight": {"nodes": 8},
    "sixteen": {"nodes": 16, "epochs": 300},
    "one-epoch": {"epochs": 1},
    "no-number": {"lr": 5.0, "epochs": 50},
    "restless": {"lr": 1.2, "epochs": 100},
    "half": {"seed": 40352},
    "steep": {"slopes": (-3000.0, 5000.0), "nodes": 5, "epochs": 40},
    "noise-only": {"slopes": (0.0, 0.0), "noise": 100.0},
    "exact": {"noise": 0.0},
}

FLAT_REGIONS: dict[str, dict[str, Any]] = {
    "one-start": {"starts": ((-10.0, -1.0),)},
    "five-adam": {
        "starts": ((-0.8, -0.3), (-3.0, -1.0), (-10.0, -1.0), (2.0, 8.0), (-6.0, 6.0)),
        "optimizer": "adam",
    },
    "runs-wild": {"lr": 1000.0, "epochs": 7},
    "narrow": {"window": (-0.01, 0.01, 4.0, 4.1), "epochs": 1},
    "far-start": {"starts": ((60.0, -40.0), (-0.8, -0.3))},
    "at-the-minimum": {"starts": ((-1.01, 4.84),), "optimizer": "lbfgs", "epochs": 2000},
    "rmsprop": {"optimizer": "rmsprop"},
    "twins": {"starts": ((-3.0, -1.0), (-3.0, -1.0))},
    "nothing-moves": {"starts": ((-3.0, -1.0),), "lr": 1e-5, "epochs": 4},
    "one-leaves": {"starts": ((-0.8, -0.3),), "window": (-0.9, -0.42, -0.5, 3.0)},
    "flies-from-the-star": {"starts": ((-1.01, 4.84),), "lr": 1000.0, "epochs": 20},
}

LEARNING_RATE: dict[str, dict[str, Any]] = {
    "one": {"lr": (0.001,)},
    "one-slowly": {"lr": (0.0083,)},
    "every-fate": {"lr": (0.0001, 0.0002, 0.001, 0.002, 0.008, 0.0082, 0.0083, 0.0084, 0.0085, 0.1)},
    "ten": {"lr": (0.0001, 0.0005, 0.001, 0.002, 0.0038, 0.006, 0.008, 0.0083, 0.0085, 0.01)},
    "all-beyond": {"lr": (0.0083, 0.009, 0.012, 0.02)},
    "explodes": {"lr": (0.02, 0.1, 0.5, 1000.0), "epochs": 60},
    "nearly-alike": {"lr": tuple(round(0.00821 + k * 1e-5, 6) for k in range(10)), "epochs": 200},
    "one-epoch": {"epochs": 1},
    "many-epochs": {"epochs": 5000},
    "mean": {"loss": "mse", "lr": (0.01, 0.1, 0.83, 0.9)},
    "own-data": {"data": "points.csv", "lr": (0.0001, 0.001, 0.01, 0.0123456)},
    "at-the-minimum": {"start": (2.4459, 4.0043)},
    "far-away": {"start": (4000.0, -90000.0)},
    "tiny": {"lr": (1e-12, 1.23456e-9, 1e-6)},
    "long-numbers": {"lr": tuple(0.00812345 + k * 1.1111e-5 for k in range(10))},
}

OPTIMIZERS: dict[str, dict[str, Any]] = {
    "as-they-are": {},
    "four": {"optimizers": ("SGD", "momentum", "RMSprop", "Adam")},
    "one-other": {"optimizers": ("Adagrad",)},
    "five-starts": {
        "optimizers": ("momentum", "RMSprop"), "epochs": 1000,
        "starts": ((-0.8, -0.3), (-3.0, -1.0), (-10.0, -1.0), (2.0, -1.5), (-9.0, 8.0)),
    },
    "far-too-long": {"optimizers": ("SGD", "AdamW", "LBFGS"), "lr": 20, "epochs": 5, "starts": ((-10.0, -1.0),)},
    "one-epoch": {"optimizers": ("SGD",), "epochs": 1},
    "no-gradient": {"window": (2000.0, 2010.0, 0.0, 1.0), "starts": ((2005.0, 0.5),), "epochs": 5},
}  # fmt: skip

FEW: dict[str, Any] = {"runs": 10, "sizes": (2, 3), "epochs": 60}
STUCK: dict[str, dict[str, Any]] = {
    "few": {"runs": 20, "sizes": (2, 4), "epochs": 200},
    "not-stuck": {**FEW, "seed": 2, "other_seed": 40352},
    "one": {**FEW, "nodes": 1, "sizes": (1,)},
    "sixteen": {**FEW, "nodes": 16},
    "no-number": {**FEW, "lr": 5.0},
    "restless": {**FEW, "lr": 1.2},
    "one-epoch": {**FEW, "epochs": 1},
    "six-sizes": {**FEW, "sizes": (1, 2, 3, 5, 9, 16), "epochs": 20},
    "thousand": {**FEW, "runs": 1000, "epochs": 5},
    "steep": {**FEW, "slopes": (-3000.0, 5000.0), "epochs": 30},
    "exact": {**FEW, "noise": 0.0, "epochs": 300},
    "no-force": {**FEW, "runs": 200, "lr": 0.01, "epochs": 100},
}

FILMS: dict[str, dict[str, dict[str, Any]]] = {
    "descent": DESCENT,
    "optimizers": OPTIMIZERS,
    "relu-nodes": RELU_NODES,
    "stuck": STUCK,
    "flat-regions": FLAT_REGIONS,
    "learning-rate": LEARNING_RATE,
}

CASES: dict[tuple[str, str], dict[str, Any]] = {
    (film, name): values for film, cases in FILMS.items() for name, values in cases.items()
}
