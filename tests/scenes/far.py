"""Parameters far from the defaults, film by film: what the tests of layout draw."""

from typing import Any

POINTS = "x,y\n1,2.1\n2,3.9\n3,6.2\n4,8.1\n5,9.8\n6,12.4\n"
"""What points.csv holds while these tests run."""

HEIGHTS = "이름;사람의 키, 아침에 잰 것 (cm);몸무게\n" + "".join(
    f"{k};{150 + 7 * k % 41};{52 + 5 * k % 37 + (k % 3) / 4:.2f}\n".replace(".", ",") for k in range(40)
)
COINS = "x,y\n" + "".join(f"{k / 10 - 3:.1f},{int(k * k % 61 < k)}\n" for k in range(61))
MANY = "x\ty\n" + "".join(f"{k % 997 / 100:.2f}\t{k % 997 / 50 + k % 7:.2f}\n" for k in range(3000))

FILES: dict[str, bytes] = {
    "points.csv": POINTS.encode(), "heights.csv": HEIGHTS.encode("cp949"), "coins.csv": COINS.encode("utf-16"),
    "many.csv": MANY.encode("utf-8-sig"),
}  # fmt: skip
"""Data of one's own, as programs write them."""

TALL: dict[str, Any] = {"data": "heights.csv", "x": "사람의 키, 아침에 잰 것 (cm)", "y": "몸무게", "standardize": True}

DESCENT: dict[str, dict[str, Any]] = {
    "grows": {"lr": 0.0085},
    "turns": {"lr": 0.0083},
    "zigzags": {"optimizer": "adam", "lr": 1.0, "epochs": 14},
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
    "own-columns": {**TALL, "lr": 0.01},
    "many-points": {"data": "many.csv", "loss": "mse", "lr": 0.01},
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
    "own-data": {"data": "coins.csv", "standardize": True},
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
    "own-data": {"data": "coins.csv"},
}  # fmt: skip

TANGENT: dict[str, dict[str, Any]] = {
    "too-far": {"lr": 1.1, "weights": (-2.0, 3.0, 1.0, 40.0), "plane_lr": 0.0085, "epochs": 40},
    "explodes": {"lr": 1000.0, "plane_lr": 1000.0, "plane_epochs": 60, "epochs": 60},
    "at-the-lowest-point": {"weights": (1.0,), "starts": ((2.4459, 4.0043),)},
    "one-epoch": {"epochs": 1, "plane_epochs": 1},
    "same-side": {"weights": (2.0, 2.5, 4.0), "lr": 0.5, "starts": ((0.0, 0.0), (0.1, 0.1))},
    "bounces": {"weights": (-2.0, 1.0), "lr": 1.0, "plane_lr": 0.0083},
    "turns": {"plane_lr": 0.0083, "starts": ((-5.0, 10.0),)},
    "crawls": {"lr": 1e-9, "plane_lr": 1e-12, "epochs": 500, "plane_epochs": 500},
    "over": {"lr": 0.8, "weights": (-1000.0, 1000.0, -999.5, 0.0), "epochs": 5000},
    "two-epochs": {"epochs": 2, "weights": (3.0, -3.0), "plane_epochs": 2},
    "far-away": {"starts": ((4000.0, -90000.0), (-5.0, 10.0), (1.0, 2.0), (3.0, 3.0), (-123.456, 654.321))},
    "own-data": {"data": "points.csv", "plane_lr": 0.01, "starts": ((-5.0, 10.0), (9.0, 8.0))},
}

GRADIENT_CHECK: dict[str, dict[str, Any]] = {
    "one": {"distances": (0.01,)},
    "only-large": {"distances": (100.0, 37.5, 1.0)},
    "only-small": {"distances": (1e-4, 1e-5, 3e-6)},
    "tiny": {"distances": (1e-9, 1e-8, 1e-7, 1.0)},
    "ten": {"distances": (100.0, 30.0, 1.0, 0.3, 0.0123456, 1e-3, 1e-4, 1e-6, 2.5e-8, 1e-9), "loss": "mse"},
    "at-the-minimum": {"start": (2.4459, 4.0043)},
    "far-away": {"start": (4000.0, -90000.0)},
    "own-data": {"data": "points.csv", "start": (1.0, 3.0)},
    "uphill": {"start": (9.0, -4.0), "distances": (5.0, 5e-4)},
    "at-the-edge": {"start": (-1e6, 999_900.0), "distances": (100.0, 0.1)},
    "zero": {"start": (0.0, 0.0), "distances": (1e-9,)},
}

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

SSE_MSE: dict[str, dict[str, Any]] = {
    "other-rates": {"mean_lr": 0.05},
    "grows": {"sum_lr": 0.0085, "mean_lr": 0.85},
    "no-number": {"sum_lr": 0.5, "mean_lr": 50.0, "epochs": 60},
    "wrong-turns": {"sum_lr": 0.000083, "mean_lr": 0.0083},
    "wrong-arrives": {"sum_lr": 1e-5, "mean_lr": 0.001},
    "one-epoch": {"epochs": 1},
    "many-epochs": {"epochs": 3000},
    "at-the-minimum": {"start": (2.4459, 4.0043)},
    "far-away": {"start": (4000.0, -90000.0)},
    "own-data": {"data": "points.csv", "sum_lr": 0.005, "mean_lr": 0.03},
    "many-points": {"data": "many.csv", "sum_lr": 0.00001, "mean_lr": 0.03, "standardize": True},
    "huge": {"sum_lr": 1000.0, "mean_lr": 1000.0},
    "tiny": {"sum_lr": 1e-12, "mean_lr": 1.23456e-9},
    "longer": {"mean_lr": 0.3},
    "long-numbers": {"start": (90320.0, -1.783), "epochs": 38, "seed": 468703745},
    "longest-numbers": {"start": (1e6, -0.7525), "sum_lr": 0.06431, "mean_lr": 18.25, "epochs": 19, "seed": 2},
}

LOGISTIC: dict[str, dict[str, Any]] = {
    "does-not-move": {"start": (-10.0, -1.0), "epochs": 300},
    "entropy": {"loss": "bce", "epochs": 2000},
    "grows": {"loss": "bce", "lr": 1000.0, "epochs": 101},
    "too-long": {"lr": 1000.0, "epochs": 101},
    "far-start": {"start": (20.0, -20.0), "epochs": 3, "loss": "bce"},
    "one-epoch": {"epochs": 1},
    "adam": {"optimizer": "Adam", "epochs": 3000, "seed": 4_294_967_295},
    "no-number": {"optimizer": "LBFGS", "lr": 1000.0, "epochs": 150, "loss": "bce"},
    "tiny": {"lr": 1e-9, "epochs": 100},
    "slow": {"lr": 0.0001, "epochs": 500},
    "own-data": {"data": "coins.csv", "epochs": 1000},
    "own-data-standardized": {"data": "coins.csv", "epochs": 4000, "standardize": True, "lr": 2.0},
}

POLYNOMIAL: dict[str, dict[str, Any]] = {
    "one-epoch": {"epochs": 1},
    "both-learn": {"large_lr": 0.02, "epochs": 200},
    "swapped": {"lr": 0.1, "large_lr": 0.01, "epochs": 100},
    "both-diverge": {"lr": 0.06, "large_lr": 5.0, "epochs": 100},
    "explodes": {"lr": 1000.0, "large_lr": 1000.0, "epochs": 20},
    "just-beyond": {"large_lr": 0.0458, "epochs": 300},
    "crawls": {"lr": 1e-6, "large_lr": 1e-5, "seed": 7},
    "turns": {"lr": 0.0459, "large_lr": 0.07, "epochs": 25},
    "own-columns-learned": {**TALL, "lr": 0.05, "epochs": 2000},
}

DIAGRAMS: dict[str, dict[str, Any]] = {
    "one-node": {"nodes": 1, "wide": 5, "epochs": 300},
    "four-nodes": {"nodes": 4, "wide": 6, "epochs": 300},
    "one-epoch": {"nodes": 3, "epochs": 1},
    "widest": {"wide": 1024, "epochs": 250},
    "no-number": {"data_seed": 18130, "epochs": 300},
    "other-weights": {"seed": 2**32 - 1, "data_seed": 0, "epochs": 37},
}

LOGISTIC_LIMIT: dict[str, dict[str, Any]] = {
    "one-node": {"nodes": 1, "epochs": 300, "net_epochs": 1500},
    "eight": {"nodes": 8, "net_epochs": 300, "epochs": 300},
    "one-epoch": {"epochs": 1, "net_epochs": 1},
    "too-long": {"lr": 1000.0, "net_lr": 1000.0, "epochs": 200, "net_epochs": 200},
    "other-shape": {"net_seed": 3, "epochs": 3000},
    "no-better": {"net_seed": 1, "lr": 0.01, "epochs": 3000, "data_seed": 4_294_967_295},
    "worse": {"net_seed": 4, "lr": 1e-9, "seed": 2, "epochs": 100},
    "falls": {"lr": 0.01, "seed": 3, "epochs": 1, "nodes": 3, "net_lr": 0.1, "net_epochs": 300},
}

LINEAR_LAYER: dict[str, dict[str, Any]] = {
    "as-they-are": {},
    "other-seeds": {"seed": 1, "homework_seed": 2},
    "last-seed": {"seed": 2**32 - 1, "homework_seed": 2**32 - 1},
    "no-line": {"line": (0.0, 0.0), "seed": 7},
    "huge": {"line": (-1e6, 1e6), "homework_seed": 0},
    "tiny": {"line": (-1.2345e-6, 1e-6), "seed": 0},
    "steeper": {"line": (1e6, 1.0)},
    "long-numbers": {"line": (-98765.4321, 54321.98765), "seed": 3},
    "level": {"line": (100.0, 0.0), "seed": 11},
}

STOCHASTIC: dict[str, dict[str, Any]] = {
    "one-epoch": {"epochs": 1},
    "runs-away": {"path_lr": 0.01, "passes": 2},
    "no-number": {"lr": 1000.0, "path_lr": 1000.0, "epochs": 60},
    "ten": {"batch_size": 10},
    "half": {"batch_size": 50, "passes": 1},
    "seven": {"batch_size": 7, "passes": 2, "epochs": 3},
    "many": {"passes": 50, "epochs": 300},
    "tiny": {"lr": 1e-9, "path_lr": 1e-9},
    "calm": {"batch_size": 50, "passes": 50, "path_lr": 0.0003, "epochs": 60},
    "other-data": {"seed": 3, "data_seed": 7},
    "edge": {"lr": 0.0115, "path_lr": 0.003},
    "turns": {"lr": 0.0115, "seed": 27},
    "own-columns": {**TALL, "path_lr": 0.01},
}

OVERFIT: dict[str, dict[str, Any]] = {
    "one-node": {"nodes": 1, "epochs": 100},
    "two-nodes-seed": {"nodes": 2, "seed": 9, "epochs": 1},
    "short": {"nodes": 50, "epochs": 300},
    "runs-away": {"lr": 1000.0, "epochs": 60},
    "restless": {"lr": 0.05, "epochs": 200},
    "many": {"nodes": 1024, "epochs": 300, "lr": 0.004},
    "steep": {"slopes": (-3000.0, 5000.0), "epochs": 200},
    "exact": {"noise": 0.0, "epochs": 300},
    "cliff": {"nodes": 59, "slopes": (1_000_000.0, -22.89), "epochs": 1},
    "nothing-at-all": {"noise": 0.0, "slopes": (0.0, 0.0), "epochs": 300},
    "noisy": {"noise": 100.0, "slopes": (0.0, 0.0), "epochs": 300},
}

PLANE: dict[str, dict[str, Any]] = {
    "two-weights": {"nodes": 1},
    "sixteen": {"nodes": 16, "epochs": 300},
    "one-epoch": {"epochs": 1},
    "no-number": {"lr": 5.0, "epochs": 50},
    "random": {"directions": "random"},
    "restless": {"lr": 1.2},
    "stuck": {"nodes": 2, "seed": 40352, "epochs": 300},
    "hardly-moves": {"lr": 1e-9},
    "steep": {"slopes": (-3000.0, 5000.0), "nodes": 5, "epochs": 40},
    "random-dot": {"plane_seed": 0, "epochs": 1000},
    "random-astray": {"directions": "random", "lr": 3.0, "plane_seed": 4_294_967_295},
    "exact": {"noise": 0.0, "nodes": 3, "seed": 2},
}

FILMS: dict[str, dict[str, dict[str, Any]]] = {
    "descent": DESCENT,
    "optimizers": OPTIMIZERS,
    "relu-nodes": RELU_NODES,
    "stuck": STUCK,
    "gradient-check": GRADIENT_CHECK,
    "tangent": TANGENT,
    "flat-regions": FLAT_REGIONS,
    "learning-rate": LEARNING_RATE,
    "linear-layer": LINEAR_LAYER,
    "diagrams": DIAGRAMS,
    "overfit": OVERFIT,
    "plane": PLANE,
    "polynomial": POLYNOMIAL,
    "logistic": LOGISTIC,
    "logistic-limit": LOGISTIC_LIMIT,
    "sse-mse": SSE_MSE,
    "stochastic": STOCHASTIC,
}

CASES: dict[tuple[str, str], dict[str, Any]] = {
    (film, name): values for film, cases in FILMS.items() for name, values in cases.items()
}
