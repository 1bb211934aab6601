"""`optimizers` tells the truth: its runs against torch written out here, its figures against formulas."""

import itertools

import numpy as np
import pytest
import torch
from playing import played

from learning import store
from scenes.bases.optimizer import columns, places
from scenes.figures import optimizer as figures
from scenes.film import LEFT, RIGHT
from scenes.films.optimizers import Optimizers
from scenes.parameters import OptimizersParameters

ENDS = {  # the reference figures: learning rate 0.25, 100 epochs, MSE
    "SGD": ((-0.404, 1.417), (-2.430, -0.555), (-9.999, -1.000)),
    "Adam": ((-1.043, 4.891), (-1.075, 5.063), (-1.509, 7.234)),
}


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """The histories of the film with its defaults, by label."""
    root = tmp_path_factory.mktemp("runs")
    return store.fetch_all(OptimizersParameters().experiments(), root=root)


@pytest.fixture(scope="module")
def film(runs):
    """The film with its panels made, nothing played."""
    film = Optimizers(OptimizersParameters(), runs)
    film.starts = film.parameters.starts
    film.prepare_optimizers(["SGD", "Adam"], film.parameters.window)
    film.figures |= figures.of_step(runs[f"Adam {film.flattest}"], "Adam")
    return film


@pytest.mark.parametrize("name", ENDS)
def test_the_runs_end_where_the_notes_end(runs, name):
    for number, end in enumerate(ENDS[name]):
        assert runs[f"{name} {number}"].params[-1] == pytest.approx(end, abs=6e-4)


def test_all_start_alike_and_differ_in_the_optimizer_alone(runs):
    asked = {label: run.experiment for label, run in runs.items()}
    assert asked["SGD 2"].replace(optimizer="Adam") == asked["Adam 2"]
    assert runs["SGD 2"].grads[0] == pytest.approx(runs["Adam 2"].grads[0], rel=1e-6)


def test_momentum_is_sgd_with_a_velocity():
    (run,) = OptimizersParameters(optimizers=("momentum",), starts=((-3, -1),)).experiments().values()
    assert (run.optimizer, dict(run.optimizer_options)) == ("SGD", {"momentum": 0.9})


def test_the_step_is_told_as_torch_takes_it(runs):
    """Adam's first step from the plateau, part by part: a torch optimizer is asked for its own averages."""
    run = runs["Adam 2"]
    weights = torch.nn.Parameter(torch.tensor(run.params[0].copy()))
    optimizer = torch.optim.Adam([weights], lr=0.25)
    weights.grad = torch.tensor(run.grads[0].copy())
    optimizer.step()
    state = optimizer.state[weights]
    m, root = state["exp_avg"][0] / 0.1, (state["exp_avg_sq"][0] / 0.001) ** 0.5
    told = figures.of_step(run, "Adam")
    assert number(told["m"].plain) == pytest.approx(float(m), rel=5e-3)
    assert number(told["root"].plain) == pytest.approx(float(root), rel=5e-3)
    assert number(told["ratio"].plain) == pytest.approx(-1, abs=2e-3)
    assert number(told["step"].plain) == pytest.approx(0.25, abs=1e-3)
    assert number(told["plain_step"].plain) == pytest.approx(-0.25 * float(run.grads[0, 0]), rel=5e-3)


def number(text):
    """The value of a number as a caption writes it."""
    text = text.replace("\N{MINUS SIGN}", "-").replace(",", "")
    mantissa, _, power = text.partition("×10")
    digits = power.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789"))
    return float(mantissa) * 10.0 ** int(digits or 0)


def test_the_curves_are_the_lengths_of_the_recorded_steps(film, runs):
    race = film.race
    assert [str(curve.name) for curve in race.curves] == ["step of SGD", "step of Adam", "gradient on the way of Adam"]
    for curve, name in zip(race.curves, ("SGD", "Adam"), strict=False):
        params = runs[f"{name} 2"].params.astype(float)
        for k in (0, 1, 40, 99):
            assert curve.loss[k] == pytest.approx(np.hypot(*(params[k + 1] - params[k])))
            assert curve.epoch[k] == k
    grads = runs["Adam 2"].grads.astype(float)
    assert race.curves[2].loss == pytest.approx(np.hypot(*grads.T)[:-1])


def test_on_the_plateau_the_two_first_steps_are_four_orders_apart(runs):
    plain, adam = (figures.step_sizes(runs[f"{name} 2"])[0] for name in ("SGD", "Adam"))
    assert adam / plain > 1e4


def test_how_far_a_run_goes_is_its_projection_upon_the_way_to_the_minimum(runs):
    run, minimum = runs["Adam 2"], (-1.0322, 4.8378)
    way = np.subtract(minimum, run.params[0])
    shares = [float((w - run.params[0]) @ way / (way @ way)) for w in run.params.astype(float)]
    share, epoch = figures.farthest(run, minimum)
    assert (share, epoch) == (pytest.approx(max(shares)), int(np.argmax(shares)))
    assert 1.2 < share < 1.3


def test_what_is_said_of_overshooting_depends_on_the_run(film):
    outcome, said, epoch = figures.of_overshoot(film.sides, film.names, 2)
    assert (outcome, said["past"].plain, said["over"].plain, epoch) == ("carried", "Adam", "23 %", 45)
    assert figures.of_overshoot([film.sides[0]], ["SGD"], 2)[0] == "none"
    assert figures.walks_on(film.sides, 2, 1)
    assert not figures.walks_on(film.sides, 0, 1), "from the good start SGD is not stuck"


def test_the_start_with_the_smallest_gradient_is_explained(film):
    sizes = [np.hypot(*side.grads[0]) for side in film.sides[0].runs]
    assert film.flattest == int(np.argmin(sizes)) == 2
    assert film.explained == 1


def test_the_arithmetic_shown_is_the_recorded_one(film, runs):
    """-α g = step for SGD, -α m/√v = step for Adam, with the numbers as they are written."""
    lr, told = 0.25, {name: number(film.figures[name].plain) for name in ("g", "m", "root", "step", "plain_step")}
    assert -lr * told["g"] == pytest.approx(told["plain_step"], rel=5e-3)
    assert -lr * told["m"] / told["root"] == pytest.approx(told["step"], rel=5e-3)
    moved = runs["Adam 2"].params[1, 0] - runs["Adam 2"].params[0, 0]
    assert told["step"] == pytest.approx(float(moved), abs=6e-4)
    assert len(film.arithmetic()) == 2


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_columns_share_the_width_and_do_not_overlap(count):
    for frames in (columns(count), [place.surface for place in places(count)]):
        assert frames[0][0] >= LEFT - 1e-9
        assert frames[-1][2] <= RIGHT + 1e-9
        assert all(first[2] <= second[0] + 0.21 for first, second in itertools.pairwise(frames))


def test_the_ball_is_where_the_weights_are(film, runs):
    """On both surfaces, at several epochs: weights and a mean of squares computed here, in model coordinates."""
    for side, name in zip(film.sides, ("SGD", "Adam"), strict=True):
        run, t = runs[f"{name} 2"], side.surface.terrain
        side.follow(2)
        for epoch in (0, 1, 7, 60, 100):
            w0, w1 = run.params[epoch].astype(float)
            loss = float(((run.y - 1 / (1 + np.exp(-w0 - w1 * run.x.astype(float)))) ** 2).mean())
            side.surface.epoch = epoch
            place = side.surface._trails[2].place(side.surface.epoch)
            assert place[0] == pytest.approx(2 * (w0 - t.w0[0]) / (t.w0[-1] - t.w0[0]) - 1, abs=1e-5)
            assert place[1] == pytest.approx(2 * (w1 - t.w1[0]) / (t.w1[-1] - t.w1[0]) - 1, abs=1e-5)
            assert place[2] == pytest.approx(1.1 * (loss - t.base) / (t.ceiling - t.base), abs=1e-4)


def test_its_beats_are_those_of_the_storyboard():
    beats = list(played("optimizers", "as-they-are").pictures)
    assert beats == ["question", "learn", "learn-2", "learn-3", "step", "lengths", "too_far"]


def test_each_optimizer_is_shown_once_however_it_is_spelt():
    assert OptimizersParameters(optimizers=("sgd", "SGD", "ADAM", "Momentum")).optimizers == ("SGD", "Adam", "momentum")
