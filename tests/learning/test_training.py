"""The training loop against the notes' printed steps and against independent PyTorch loops."""

import inspect

import numpy as np
import pytest
import torch

from learning import training
from learning.data import load
from learning.errors import InputError
from learning.experiment import OPTIMIZERS, Experiment
from learning.landscape import gradient_at, loss_at
from learning.training import train

# What the second note prints: the weights after each of the 30 updates at learning rate 0.001.
NOTES_STEPS = [
    (-3.657747745513916, 8.81106948852539),
    (-2.554811716079712, 7.861191749572754),
    (-1.649186372756958, 7.101552963256836),
    (-0.9060714244842529, 6.49347448348999),
    (-0.29667866230010986, 6.006272315979004),
    (0.2027742564678192, 5.615575313568115),
    (0.6119104623794556, 5.302003383636475),
    (0.9469034671783447, 5.050129413604736),
    (1.2210699319839478, 4.847657680511475),
    (1.4453645944595337, 4.684779167175293),
    (1.6287915706634521, 4.553659439086914),
    (1.778746247291565, 4.448036193847656),
    (1.90129816532135, 4.3628973960876465),
    (2.0014259815216064, 4.294229507446289),
    (2.0832109451293945, 4.238814353942871),
    (2.149996757507324, 4.194070339202881),
    (2.204521894454956, 4.157923698425293),
    (2.249027729034424, 4.128708839416504),
    (2.285348415374756, 4.105085849761963),
    (2.31498384475708, 4.0859761238098145),
    (2.339160442352295, 4.070511341094971),
    (2.3588807582855225, 4.057991027832031),
    (2.3749637603759766, 4.0478515625),
    (2.3880786895751953, 4.039637088775635),
    (2.3987717628479004, 4.032979965209961),
    (2.40748929977417, 4.027583599090576),
    (2.414595603942871, 4.023208141326904),
    (2.4203879833221436, 4.019659042358398),
    (2.4251089096069336, 4.016779899597168),
    (2.4289560317993164, 4.014443874359131),
]

# reference-figures.md: learning rate, (w0, w1) after 30 epochs, loss after the last update but one.
NOTES_RATES = [
    (0.0001, (-1.8619, 7.2999), 2882.18),
    (0.001, (2.4290, 4.0144), 26.4144),
    (0.0015, (2.4454, 4.0046), 26.3600),
    (0.0038, (2.4459, 4.0043), 26.3600),
    (0.0083, (3.6117, 6.0392), 674.40),
    (0.0085, (7.1824, 12.2714), 9768.12),
    (0.01, (3.25e4, 5.67e4), 2.545e11),
    (0.015, (3.38e12, 5.89e12), 8.03e26),
]


def loop(experiment, step=None):
    """Train one vector as the notes do; keep (loss, params, grads, yhat) before each update and at the end.

    `step(optimizer, closure)` does the updates of one epoch; without it there is one of all the data.
    """
    data = load(experiment.data, experiment.seed)
    x, y = torch.from_numpy(data.x), torch.from_numpy(data.y)
    weights = torch.tensor(experiment.start, requires_grad=True)
    optimizer = getattr(torch.optim, experiment.optimizer)(
        [weights], lr=experiment.lr, **dict(experiment.optimizer_options)
    )
    reduction = {"sse": "sum", "mse": "mean"}[experiment.loss]

    def line(x):
        return weights[0] + weights[1] * x

    def closure(rows=slice(None)):
        optimizer.zero_grad()
        loss = torch.nn.functional.mse_loss(line(x[rows]), y[rows], reduction=reduction)
        loss.backward()
        return loss

    kept = []
    for epoch in range(experiment.epochs + 1):
        loss = closure().item()
        kept.append((loss, weights.detach().clone(), weights.grad.clone(), line(x).detach()))
        if epoch < experiment.epochs:
            optimizer.step(closure) if step is None else step(optimizer, closure)
    return [np.stack(column) for column in zip(*kept, strict=True)]


def assert_same(history, expected, rel=2e-4):
    """Compare columns in units of each column's largest number: float32 loops round differently."""
    for name, wanted in zip(("loss", "params", "grads", "yhat"), expected, strict=True):
        recorded = getattr(history, name)
        assert recorded.shape == wanted.shape
        np.testing.assert_allclose(recorded, wanted, rtol=rel, atol=rel * np.abs(wanted).max(), err_msg=name)


def test_the_notes_thirty_steps():
    history = train(Experiment())
    assert history.params[0].tolist() == [-5.0, 10.0]
    np.testing.assert_allclose(history.params[1:], NOTES_STEPS, rtol=0, atol=3e-6)


def test_loss_and_gradient_at_the_start():
    first = train(Experiment(epochs=0)).at(0)
    assert first.loss == 8587.6875
    assert first.grads == pytest.approx([-1342.2523, 1188.9307], abs=5e-4)


@pytest.mark.parametrize(("lr", "end", "loss"), NOTES_RATES)
def test_every_learning_rate_of_the_reference_table(lr, end, loss):
    history = train(Experiment(lr=lr))
    # half a unit of the last digit printed; the diverging ones are printed with three digits
    assert history.params[-1] == pytest.approx(end, abs=6e-5, rel=2e-3 if abs(end[0]) > 100 else None)
    assert history.loss[-2] == pytest.approx(loss, rel=1e-3 if loss > 1e6 else 1e-5)


def test_sum_and_mean_take_the_same_steps():
    total, mean = train(Experiment(lr=0.001)), train(Experiment(loss="mse", lr=0.1))
    np.testing.assert_allclose(mean.params, total.params, rtol=0, atol=5e-6)
    np.testing.assert_allclose(mean.loss * 100, total.loss, rtol=1e-5)
    assert mean.params[-1] == pytest.approx([2.4290, 4.0144], abs=5e-5)


@pytest.mark.parametrize(
    "changes",
    [
        {"lr": 0.0004, "epochs": 7},
        {"lr": 0.0083},
        {"start": (9.0, -4.0), "epochs": 55},
        {"start": (0.0, 0.0), "lr": 0.002},
        {"loss": "mse", "lr": 0.03},
        {"seed": 1},
        {"epochs": 0},
        {"optimizer_options": {"momentum": 0.9}},
        {"optimizer_options": {"momentum": 0.9, "nesterov": True, "weight_decay": 0.01}},
        {"optimizer": "adam", "lr": 0.5},
        {"optimizer": "adam", "lr": 0.1, "optimizer_options": {"betas": (0.8, 0.99), "amsgrad": True}},
        {"optimizer": "adamw", "lr": 0.3, "optimizer_options": {"weight_decay": 0.1}},
        {
            "optimizer": "rmsprop",
            "lr": 0.1,
            "optimizer_options": {"alpha": 0.9, "momentum": 0.5, "centered": True},
        },
        {"optimizer": "lbfgs", "lr": 0.3, "epochs": 4, "optimizer_options": {"max_iter": 3}},
        {
            "optimizer": "lbfgs",
            "lr": 1.0,
            "epochs": 4,
            "optimizer_options": {"line_search_fn": "strong_wolfe"},
        },
    ],
    ids=str,
)
def test_agrees_with_an_independent_loop(changes):
    experiment = Experiment(**changes)
    assert_same(train(experiment), loop(experiment))


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimizer_agrees_with_an_independent_loop(optimizer):
    experiment = Experiment(optimizer=optimizer, lr=0.05, loss="mse", epochs=12)
    assert_same(train(experiment), loop(experiment), rel=1e-3)


def test_the_optimizers_are_those_of_torch_that_can_train_a_vector():
    able = set()
    for name, kind in vars(torch.optim).items():
        if inspect.isclass(kind) and issubclass(kind, torch.optim.Optimizer) and kind is not torch.optim.Optimizer:
            weights = torch.nn.Parameter(torch.ones(2))
            weights.grad = torch.ones(2)
            try:
                kind([weights], lr=0.1).step(lambda: 1.0)
            except (RuntimeError, ValueError):
                continue
            able.add(name)
    assert set(OPTIMIZERS) == able


@pytest.mark.parametrize("loss", ["sse", "mse"])
@pytest.mark.parametrize("batch_size", [1, 7, 64])
def test_mini_batches_agree_with_an_independent_loop(batch_size, loss):
    experiment = Experiment(lr=0.002, loss=loss, epochs=5, batch_size=batch_size, seed=11)
    generator = torch.Generator().manual_seed(11)

    def one_pass(optimizer, closure):
        order = torch.randperm(100, generator=generator)
        for begin in range(0, 100, batch_size):
            closure(order[begin : begin + batch_size])
            optimizer.step()

    assert_same(train(experiment), loop(experiment, one_pass))


def test_mini_batches_with_lbfgs_agree_with_an_independent_loop():
    experiment = Experiment(optimizer="LBFGS", lr=0.1, loss="mse", epochs=3, batch_size=40, seed=3)
    generator = torch.Generator().manual_seed(3)

    def one_pass(optimizer, closure):
        for rows in torch.randperm(100, generator=generator).split(40):
            optimizer.step(lambda rows=rows: closure(rows))

    assert_same(train(experiment), loop(experiment, one_pass))


def test_a_batch_of_all_the_data_is_the_full_batch():
    whole = train(Experiment())
    for batch_size in (100, 5000):
        np.testing.assert_array_equal(train(Experiment(batch_size=batch_size)).params, whole.params)


@pytest.mark.parametrize(
    "changes",
    [{}, {"batch_size": 9}, {"optimizer": "lbfgs", "epochs": 3}, {"optimizer": "adam", "lr": 0.5}],
    ids=str,
)
def test_every_column_of_a_row_belongs_to_the_same_weights(changes):
    history = train(Experiment(**changes))
    w0, w1 = history.params.astype(float).T[:, :, None]  # (T, 1) each
    x, y = history.x.astype(float), history.y.astype(float)
    yhat = w0 + w1 * x  # (T, N)
    grads = np.stack([-2 * np.sum(y - yhat, axis=1), -2 * np.sum((y - yhat) * x, axis=1)], axis=1)
    np.testing.assert_allclose(history.yhat, yhat, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(history.loss, np.sum((y - yhat) ** 2, axis=1), rtol=1e-5)
    np.testing.assert_allclose(history.grads, grads, rtol=1e-4, atol=2e-3)


def test_a_row_is_the_state_before_its_update():
    history = train(Experiment(lr=0.0015))
    stepped = history.params[:-1] - np.float32(0.0015) * history.grads[:-1]
    np.testing.assert_allclose(history.params[1:], stepped, rtol=0, atol=2e-6)


@pytest.mark.parametrize("changes", [{}, {"batch_size": 30}])
@pytest.mark.parametrize(
    ("epochs", "every", "epochs_recorded"),
    [(10, 3, [0, 3, 6, 9, 10]), (9, 3, [0, 3, 6, 9]), (5, 100, [0, 5]), (0, 4, [0]), (3, 1, [0, 1, 2, 3])],
)
def test_recording_less_often_keeps_the_same_rows(changes, epochs, every, epochs_recorded):
    everything = train(Experiment(epochs=epochs, **changes))
    history = train(Experiment(epochs=epochs, record_every=every, **changes))
    assert history.epoch.tolist() == epochs_recorded
    for name in ("loss", "params", "grads", "yhat"):
        np.testing.assert_array_equal(getattr(history, name), getattr(everything, name)[epochs_recorded])


def test_a_run_that_diverges_is_recorded_to_the_end():
    history = train(Experiment(lr=1.0, epochs=60))
    assert history.epoch[-1] == 60
    assert np.isnan(history.params[-1]).all()
    assert np.isinf(history.loss).any()
    assert 0 < history.last_finite < 60


def test_numbers_are_float32_and_the_meta_says_what_was_run():
    experiment = Experiment(epochs=2, optimizer="adam", optimizer_options={"betas": (0.8, 0.99)})
    history = train(experiment)
    assert {history.loss.dtype, history.params.dtype, history.grads.dtype, history.yhat.dtype} == {np.dtype("f4")}
    assert history.names == ("w0", "w1")
    assert history.experiment == experiment
    assert history.truth == (2.5, 4.0)
    assert history.meta["torch"] == torch.__version__


def test_the_same_experiment_gives_the_same_history():
    experiment = Experiment(batch_size=10, epochs=4, start=None)
    torch.manual_seed(1)
    first = train(experiment)
    torch.manual_seed(2)
    assert train(experiment).digest() == first.digest()


def test_the_global_generator_is_left_alone():
    torch.manual_seed(7)
    before = torch.get_rng_state()
    train(Experiment(batch_size=10, epochs=4, start=None))
    assert torch.equal(torch.get_rng_state(), before)


def test_without_a_start_the_weights_are_those_of_torch():
    # reference-figures.md: seed 43052, Linear(1, 1): weight -0.3467, bias -0.8470
    assert train(Experiment(start=None, epochs=0)).params[0] == pytest.approx([-0.8470, -0.3467], abs=5e-5)
    assert train(Experiment(start=None, seed=1, epochs=0)).params[0] == pytest.approx([-0.4414, 0.5153], abs=5e-5)


@pytest.mark.parametrize("epochs", [0, 1, 30, 250])
def test_progress_goes_up_to_the_end_in_a_hundred_calls_or_so(epochs):
    calls = []
    train(Experiment(epochs=epochs), lambda done, total: calls.append((done, total)))
    assert calls == sorted(set(calls))
    assert calls[-1] == (epochs, epochs)
    assert len(calls) <= 130


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"optimizer_options": {"momentm": 0.9}}, ["momentm", 'did you mean "momentum"', "nesterov"]),
        ({"optimizer_options": {"momentum": -0.9}}, ["momentum = -0.9", "Invalid momentum"]),
        ({"optimizer_options": {"nesterov": True}}, ["nesterov = True", "Nesterov momentum requires"]),
        ({"optimizer": "adam", "optimizer_options": {"betas": 0.9}}, ["betas = 0.9"]),
        ({"optimizer": "adam", "optimizer_options": {"betas": (0.9, 1.5)}}, ["betas = (0.9, 1.5)"]),
        ({"optimizer": "lbfgs", "optimizer_options": {"line_search_fn": "wolf"}}, ["wolf", "strong_wolfe"]),
        ({"optimizer_options": {"differentiable": True}}, ["differentiable", "choose one of"]),
        ({"lr": 1e300}, ["lr = 1e+300"]),
    ],
)
def test_what_an_optimizer_refuses_is_one_line(changes, words):
    with pytest.raises(InputError) as caught:
        train(Experiment(**changes))
    assert "\n" not in str(caught.value)
    for word in words:
        assert word in str(caught.value)


def test_a_history_that_would_be_huge_is_refused_with_a_way_out(monkeypatch):
    monkeypatch.setattr(training, "LARGEST_HISTORY", 2**20)
    with pytest.raises(InputError, match="record_every") as caught:
        train(Experiment(epochs=10_000))
    every = int(str(caught.value).split("record every ")[1].split()[0])
    assert len(train(Experiment(epochs=10_000, record_every=every))) > 1000


# reference-figures.md: logistic data, learning rate 0.25, 100 epochs: loss, optimizer, start, end
NOTES_CURVES = [
    ("mse", "SGD", (-0.8, -0.3), (-0.404, 1.417)),
    ("bce", "SGD", (-0.8, -0.3), (-0.561, 2.457)),
    ("mse", "Adam", (-0.8, -0.3), (-1.043, 4.891)),
    ("bce", "Adam", (-0.8, -0.3), (-1.012, 4.840)),
    ("mse", "SGD", (-3.0, -1.0), (-2.430, -0.555)),
    ("bce", "SGD", (-3.0, -1.0), (-0.557, 2.308)),
    ("mse", "Adam", (-3.0, -1.0), (-1.075, 5.063)),
    ("bce", "Adam", (-3.0, -1.0), (-1.018, 4.898)),
    ("mse", "SGD", (-10.0, -1.0), (-9.999, -1.000)),
    ("bce", "SGD", (-10.0, -1.0), (-1.624, 3.308)),
    ("mse", "Adam", (-10.0, -1.0), (-1.509, 7.234)),
    ("bce", "Adam", (-10.0, -1.0), (-1.347, 5.900)),
]

CURVE = Experiment(data="logistic", model="logistic", loss="bce", lr=0.25, epochs=100, start=(-0.8, -0.3))
NET = Experiment(data="broken-line", data_seed=43052, model="relu", nodes=2, loss="mse", lr=0.1, epochs=1000, seed=1)


@pytest.mark.parametrize(("loss", "optimizer", "start", "end"), NOTES_CURVES)
def test_every_logistic_run_of_the_reference_table(loss, optimizer, start, end):
    history = train(CURVE.replace(loss=loss, optimizer=optimizer, start=start))
    assert history.params[-1] == pytest.approx(end, abs=6e-4)
    assert history.names == ("w0", "w1")
    assert history.truth == (-1.0, 5.0)


def test_the_gradient_at_the_worst_start_is_four_orders_of_magnitude_apart():
    squares, entropy = (train(CURVE.replace(loss=loss, start=(-10, -1), epochs=0)).grads[0] for loss in ("mse", "bce"))
    assert squares == pytest.approx([-2.3e-5, -8.9e-6], rel=0.02)
    assert entropy == pytest.approx([-0.40, -0.21], abs=0.005)


@pytest.mark.parametrize("loss", ["sse", "mse", "bce"])
@pytest.mark.parametrize("changes", [{}, {"optimizer": "Adam"}, {"batch_size": 300, "epochs": 3}], ids=str)
def test_a_logistic_run_agrees_with_a_loop_over_torchs_own_layers(loss, changes):
    experiment = CURVE.replace(loss=loss, lr=0.25 if loss != "sse" else 1e-4, **changes)
    data = load("logistic", 43052)
    x, y = torch.from_numpy(data.x).reshape(-1, 1), torch.from_numpy(data.y).reshape(-1, 1)
    net = torch.nn.Sequential(torch.nn.Linear(1, 1), torch.nn.Sigmoid())
    net[0].bias.data = torch.tensor([-0.8])
    net[0].weight.data = torch.tensor([[-0.3]])
    measure = {"sse": torch.nn.MSELoss(reduction="sum"), "mse": torch.nn.MSELoss(), "bce": torch.nn.BCELoss()}[loss]
    assert_same(train(experiment), loop_over(net, measure, x, y, experiment, order=["0.bias", "0.weight"]))


def loop_over(net, measure, x, y, experiment, order):
    """Train a module as the notes do; keep loss, params, grads and yhat before each update and at the end."""
    optimizer = getattr(torch.optim, experiment.optimizer)(net.parameters(), lr=experiment.lr)
    generator, kept, by_name = torch.Generator().manual_seed(experiment.seed), [], dict(net.named_parameters())
    for epoch in range(experiment.epochs + 1):
        optimizer.zero_grad()
        yhat = net(x)
        loss = measure(yhat, y)
        loss.backward()
        params = torch.cat([by_name[name].detach().ravel().clone() for name in order])
        kept.append(
            (loss.item(), params, torch.cat([by_name[name].grad.ravel() for name in order]), yhat.detach().ravel())
        )
        if epoch == experiment.epochs:
            break
        if experiment.batch_size is None:
            optimizer.step()
            continue
        for rows in torch.randperm(len(x), generator=generator).split(experiment.batch_size):
            optimizer.zero_grad()
            measure(net(x[rows]), y[rows]).backward()
            optimizer.step()
    return [np.stack(column) for column in zip(*kept, strict=True)]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"seed": 40352},
        {"nodes": 1},
        {"nodes": 7, "bias": True},
        {"nodes": 1024, "lr": 0.01},
        {"optimizer": "Adam", "lr": 0.05},
        {"batch_size": 30},
        {"optimizer": "Adafactor", "lr": 0.05},
        {"loss": "sse", "lr": 0.001},
        {"epochs": 0},
        {"lr": 1e-30},
    ],
    ids=str,
)
def test_a_relu_run_agrees_with_a_loop_over_torchs_own_layers(changes):
    experiment = NET.replace(**{"epochs": 40, **changes})
    data = load("broken-line", 43052)
    x, y = torch.from_numpy(data.x).reshape(-1, 1), torch.from_numpy(data.y).reshape(-1, 1)
    torch.manual_seed(experiment.seed)
    layer1 = torch.nn.Linear(1, experiment.nodes, bias=experiment.bias)
    layer2 = torch.nn.Linear(experiment.nodes, 1, bias=experiment.bias)
    net = torch.nn.Sequential(layer1, torch.nn.ReLU(), layer2)
    order = [name for name, _ in net.named_parameters()]
    measure = torch.nn.MSELoss(reduction={"mse": "mean", "sse": "sum"}[experiment.loss])
    assert_same(train(experiment), loop_over(net, measure, x, y, experiment, order), rel=1e-3)


def test_the_notes_net_learns_the_broken_line():
    history = train(NET)
    assert history.params[0] == pytest.approx([0.5153, -0.4414, -0.1371, 0.3319], abs=5e-5)
    assert history.loss[-1] == pytest.approx(0.1008384, abs=5e-8)
    first, second = history.params[-1, :2], history.params[-1, 2:]
    assert (first > 0).tolist() == [True, False]  # one looks right, one left
    assert first * second == pytest.approx([3.5, 1], abs=0.2)  # and they are the two slopes, within the noise


def test_the_notes_net_that_gets_stuck():
    history = train(NET.replace(seed=40352, epochs=10_000, record_every=10_000))
    assert history.params[0] == pytest.approx([-0.2283, 0.0927, 0.2401, 0.5908], abs=5e-5)
    assert history.params[-1, :2] == pytest.approx([0.002, 1.85], abs=0.02)  # both look right
    assert history.loss[-1] == pytest.approx(0.27246118, abs=5e-8)


def test_a_straight_line_on_the_broken_line():
    history = train(NET.replace(model="line", nodes=None, epochs=3000))
    slope, bias = np.polyfit(history.x.astype(float), history.y.astype(float), 1)
    assert history.params[-1] == pytest.approx([bias, slope], abs=1e-4)


def test_a_net_without_a_start_needs_no_data_of_ours(tmp_path):
    file = tmp_path / "points.csv"
    file.write_text("x,y\n-1,1\n0,0\n1,1\n")
    history = train(Experiment(data=str(file), model="relu", nodes=2, loss="mse", lr=0.3, epochs=300, seed=1))
    assert history.yhat[-1] == pytest.approx([1, 0, 1], abs=1e-3)


@pytest.mark.parametrize("start", [(60.0, -40.0), (-100.0, -1.0), (0.0, 1000.0), (20.0, 0.5), (-10.0, -1.0)])
def test_cross_entropy_has_its_slope_however_far_the_start(start):
    history = train(CURVE.replace(start=start, epochs=30))
    np.testing.assert_allclose(history.loss, loss_at(history, history.params), rtol=1e-5)
    np.testing.assert_allclose(history.grads, gradient_at(history, history.params), rtol=1e-4, atol=1e-6)
    assert np.linalg.norm(history.grads[0]) > 0.1


def test_probabilities_that_saturate_have_the_loss_of_their_logits(tmp_path):
    file = tmp_path / "points.csv"
    file.write_text("x,y\n-1,1\n1,0\n")
    history = train(Experiment(data=str(file), model="logistic", loss="bce", start=(0, 1000), epochs=0))
    assert history.loss.tolist() == [1000.0]
    assert history.grads.tolist() == [[0.0, 1.0]]
    assert history.yhat[0].tolist() == [0.0, 1.0]


def test_cross_entropy_that_diverges_is_recorded_to_the_end():
    history = train(CURVE.replace(lr=3e38, epochs=5))
    assert len(history) == 6
    assert np.isinf(history.loss).any() or np.isnan(history.loss).any()


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_the_bits_do_not_depend_on_how_many_threads_torch_has(tmp_path, threads):
    file = tmp_path / "points.csv"
    numbers = np.random.default_rng(0).normal(size=(70_000, 2))
    np.savetxt(file, numbers, delimiter=",", header="x,y", comments="")
    experiment = Experiment(data=str(file), loss="mse", lr=0.1, epochs=3)
    expected, before = train(experiment).digest(), torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        assert train(experiment).digest() == expected
        assert torch.get_num_threads() == threads  # and it still has them
        with pytest.raises(InputError):
            train(experiment.replace(optimizer_options={"momentm": 1}))
        assert torch.get_num_threads() == threads
    finally:
        torch.set_num_threads(before)
