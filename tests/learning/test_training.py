"""The training loop against the notes' printed steps and against independent PyTorch loops."""

import inspect
import tracemalloc

import numpy as np
import pytest
import torch

from learning import training
from learning.data import load
from learning.errors import InputError
from learning.experiment import OPTIMIZERS, Experiment, parameter_names
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
    by_update = Experiment(epochs=30, batch_size=1, record="update", test_seed=1)
    with pytest.raises(InputError, match=r"record every \d+ updates") as caught:
        train(by_update)
    every = int(str(caught.value).split("record every ")[1].split()[0])
    assert len(train(by_update.replace(record_every=every))) > 900
    assert len(train(Experiment(epochs=1000))) == 1001
    with pytest.raises(InputError, match="record_every"):  # the points of the updates count, too
        train(Experiment(epochs=1000, record="update"))


def test_that_it_would_be_huge_is_known_before_anything_of_it_is_made():
    huge = Experiment(data="logistic", model="logistic", epochs=1_000_000, batch_size=1, record="update")
    tracemalloc.start()
    with pytest.raises(InputError, match=r"record every \d+ updates"):
        train(huge)  # of 2 000 000 000 states
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1e7


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


class Mooyaho(torch.nn.Module):
    """The note's own activation."""

    def forward(self, u):
        return torch.sigmoid(200 * u)


@pytest.fixture
def one_thread():
    """Let the loops of a test compute in one thread: on a busy machine two of them wait for each other."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.usefixtures("one_thread")
@pytest.mark.parametrize("data", ["broken-line", "noise"])
def test_the_notes_net_of_500_steps_agrees_with_its_own_loop(data):
    experiment = Experiment(
        data=data, data_seed=43052, model="steps", nodes=500, bias=True, loss="mse", lr=0.001, epochs=200, seed=1
    )
    made = load(data, 43052)
    x, y = torch.from_numpy(made.x).reshape(-1, 1), torch.from_numpy(made.y).reshape(-1, 1)
    torch.manual_seed(1)
    layer1 = torch.nn.Linear(in_features=1, out_features=500, bias=True)
    layer2 = torch.nn.Linear(in_features=500, out_features=1, bias=True)
    net = torch.nn.Sequential(layer1, Mooyaho(), layer2)
    order = [name for name, _ in net.named_parameters()]
    history = train(experiment)
    assert_same(history, loop_over(net, torch.nn.MSELoss(), x, y, experiment, order), rel=2e-3)
    assert history.loss[-1] < 0.85 * history.loss[0]


@pytest.mark.usefixtures("one_thread")
@pytest.mark.parametrize("changes", [{}, {"optimizer": "SGD", "lr": 0.1}, {"loss": "mse"}], ids=str)
def test_relu_nodes_before_a_sigmoid_agree_with_a_loop_over_torchs_own_layers(changes):
    same = {"data": "rise-and-fall", "model": "relu-logistic", "nodes": 3, "bias": True, "loss": "bce", "seed": 5}
    experiment = Experiment(**{**same, "optimizer": "Adam", "lr": 0.01, "epochs": 60, **changes})
    made = load("rise-and-fall", 5)
    x, y = torch.from_numpy(made.x).reshape(-1, 1), torch.from_numpy(made.y).reshape(-1, 1)
    torch.manual_seed(5)
    net = torch.nn.Sequential(torch.nn.Linear(1, 3), torch.nn.ReLU(), torch.nn.Linear(3, 1), torch.nn.Sigmoid())
    order = [name for name, _ in net.named_parameters()]
    measure = {"bce": torch.nn.BCELoss(), "mse": torch.nn.MSELoss()}[experiment.loss]
    assert_same(train(experiment), loop_over(net, measure, x, y, experiment, order), rel=1e-3)


def notes_polynomial(lr, epochs):
    """The note's own program: seeded once, so its layer is drawn after its data. Columns and observations, too."""
    torch.manual_seed(43052)
    x, _ = torch.randn(100).sort()
    columns = torch.vstack([x, x**2, x**3]).T
    y = columns @ torch.tensor([[4.0], [3.0], [-2.0]]) + 1.0 + torch.randn(100, 1)
    net = torch.nn.Linear(in_features=3, out_features=1, bias=True)
    experiment = POLYNOMIAL.replace(lr=lr, epochs=epochs)
    return experiment, loop_over(net, torch.nn.MSELoss(), columns, y, experiment, ["weight", "bias"])


POLYNOMIAL = Experiment(data="polynomial", model="linear", powers=(1, 2, 3), bias=True, loss="mse", seeded_once=True)


def test_the_notes_polynomial_agrees_with_its_own_program():
    experiment, expected = notes_polynomial(0.01, 1000)
    history = train(experiment)
    assert_same(history, expected, rel=1e-3)
    assert history.params[-1] == pytest.approx([3.7411, 2.8648, -1.9074, 1.0239], abs=6e-5)  # reference-figures.md
    assert history.loss[-1] == pytest.approx(0.9891, abs=6e-5)
    assert history.names == ("weight[0,0]", "weight[0,1]", "weight[0,2]", "bias[0]")
    assert history.truth == (4.0, 3.0, -2.0, 1.0)
    columns = np.vander(history.x.astype(float), 4)[:, [2, 1, 0, 3]]  # x, x², x³, 1
    least = np.linalg.lstsq(columns, history.y.astype(float), rcond=None)[0]
    assert history.params[-1] == pytest.approx(least, abs=0.2)  # and it has not arrived


def test_the_homeworks_rate_ends_in_no_numbers():
    experiment, expected = notes_polynomial(0.1, 1000)
    history = train(experiment)
    assert np.isnan(history.params[-1]).all()
    assert np.isnan(expected[1][-1]).all()
    assert abs(history.last_finite - np.flatnonzero(np.isfinite(expected[0]))[-1]) <= 1
    assert history.last_finite < 40


@pytest.mark.parametrize("weight", [-2.0, 4.5, 1.0])
def test_one_weight_goes_down_the_notes_parabola(weight):
    run = Experiment(data="parabola", model="linear", powers=(0,), loss="mse", lr=0.1, epochs=20, start=(weight,))
    history, w = train(run), weight
    for k in range(21):
        assert history.params[k].tolist() == pytest.approx([w], abs=1e-6)
        assert history.loss[k] == pytest.approx(w**2 - 2 * w + 3, rel=1e-6)
        assert history.grads[k].tolist() == pytest.approx([2 * w - 2], abs=3e-6)
        w -= 0.1 * (2 * w - 2)


NOISY = Experiment(data="noisy-line", data_seed=1422, loss="mse", lr=0.001, epochs=3, seed=1, start=None)


def every_update(experiment):
    """The notes' regression with few points a step, by hand: the points, epochs, weights and losses of each update."""
    torch.manual_seed(1422)
    x = torch.randn(100, 1) * 10
    y = x + 3 * torch.randn(100, 1)
    torch.manual_seed(1)
    model, measure = torch.nn.Linear(1, 1), torch.nn.MSELoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=experiment.lr)
    torch.manual_seed(1)
    kept, states = [], []

    def keep(epoch, rows):
        kept.append((epoch, rows))
        states.append((measure(model(x), y).item(), model.bias.item(), model.weight.item()))

    for epoch in range(experiment.epochs):
        batches = torch.randperm(100).split(experiment.batch_size)
        for number, rows in enumerate(batches):
            keep(epoch + number / len(batches), rows.tolist())
            optimizer.zero_grad()
            measure(model(x[rows]), y[rows]).backward()
            optimizer.step()
    keep(experiment.epochs, [])
    return kept, np.array(states)


@pytest.mark.parametrize("batch_size", [1, 7, 50, 99])
def test_every_update_is_recorded_as_a_plain_loop_makes_it(batch_size):
    experiment = NOISY.replace(batch_size=batch_size, record="update")
    history, (kept, states) = train(experiment), every_update(experiment)
    assert history.epoch.tolist() == pytest.approx([epoch for epoch, _ in kept], abs=1e-12)
    assert history.epoch[:: -(-100 // batch_size)].tolist() == [0, 1, 2, 3]
    assert [[point for point in row if point >= 0] for row in history.batch.tolist()] == [rows for _, rows in kept]
    assert history.batch.shape == (len(kept), batch_size)
    np.testing.assert_allclose(history.loss, states[:, 0], rtol=1e-4)
    np.testing.assert_allclose(history.params, states[:, 1:], rtol=0, atol=1e-4)
    np.testing.assert_allclose(history.grads, gradient_at(history, history.params), rtol=1e-3, atol=2e-3)


@pytest.mark.parametrize("batch_size", [1, 30])
def test_an_update_goes_against_the_gradient_of_its_points(batch_size):
    history = train(NOISY.replace(batch_size=batch_size, record="update", epochs=1))
    x, y = history.x.astype(float), history.y.astype(float)
    for k, rows in enumerate(history.batch[:-1]):
        at, observed = x[rows[rows >= 0]], y[rows[rows >= 0]]
        residuals = observed - history.params[k, 0] - history.params[k, 1] * at
        gradient = -2 * np.array([residuals.mean(), (residuals * at).mean()])
        step = np.diff(history.params[k : k + 2].astype(float), axis=0)[0]
        assert step == pytest.approx(-0.001 * gradient, rel=1e-3, abs=1e-6)


@pytest.mark.parametrize("batch_size", [1, 30, 100])
@pytest.mark.parametrize("every", [1, 2, 3, 7, 1000])
def test_recording_fewer_updates_keeps_the_same_rows_and_the_last(batch_size, every):
    run = NOISY.replace(batch_size=batch_size, record="update", epochs=2, test_seed=3)
    whole, history = train(run), train(run.replace(record_every=every))
    last = len(whole) - 1
    rows = [*range(0, last, every), last]
    for name in whole.arrays:
        if name not in ("x", "y", "test_x", "test_y"):
            np.testing.assert_array_equal(getattr(history, name), getattr(whole, name)[rows], err_msg=name)
    assert (history.epoch[-1], history.batch[-1].max()) == (2, -1)


@pytest.mark.parametrize("batch_size", [None, 100, 5000])
def test_where_all_the_data_make_an_update_each_is_an_epoch(batch_size):
    by_update = train(NOISY.replace(batch_size=batch_size, record="update"))
    by_epoch = train(NOISY)
    assert by_update.epoch.tolist() == [0, 1, 2, 3]
    assert by_update.batch.tolist() == [list(range(100))] * 3 + [[-1] * 100]
    for name in ("loss", "params", "grads", "yhat"):
        np.testing.assert_array_equal(getattr(by_update, name), getattr(by_epoch, name))
    assert by_epoch.batch is None


@pytest.mark.parametrize("optimizer", ["SGD", "Adam", "LBFGS"])
def test_recording_updates_changes_nothing_of_the_epochs(optimizer):
    run = NOISY.replace(batch_size=30, optimizer=optimizer, lr=0.01)
    by_epoch, by_update = train(run), train(run.replace(record="update"))
    assert len(by_update) == 13
    for name in ("epoch", "loss", "params", "grads", "yhat"):
        np.testing.assert_array_equal(getattr(by_update, name)[::4], getattr(by_epoch, name))


def test_no_epoch_by_update_is_the_first_state():
    history = train(NOISY.replace(batch_size=1, record="update", epochs=0))
    assert (history.epoch.tolist(), history.batch.tolist()) == ([0.0], [[-1]])


TESTED = [
    NOISY.replace(batch_size=40, record="update", test_seed=3),
    Experiment(loss="sse", epochs=4, test_seed=0),
    Experiment(data="rise-and-fall", model="logistic", loss="bce", lr=0.5, epochs=4, test_seed=9),
    Experiment(data="rise-and-fall", model="relu-logistic", nodes=2, loss="bce", lr=0.5, epochs=4, test_seed=9),
    Experiment(data="broken-line", model="steps", nodes=20, bias=True, loss="mse", lr=0.01, epochs=4, test_seed=9),
    POLYNOMIAL.replace(lr=0.01, epochs=4, test_seed=0),
]


@pytest.mark.parametrize("experiment", TESTED, ids=lambda run: f"{run.model} {run.loss}")
def test_the_test_data_are_judged_by_the_recorded_weights_and_change_nothing(experiment):
    history = train(experiment)
    made = load(experiment.data, experiment.test_seed, dict(experiment.data_options))
    np.testing.assert_array_equal(history.test_x, made.x)
    np.testing.assert_array_equal(history.test_y, made.y)
    x, y = torch.from_numpy(made.x).double(), torch.from_numpy(made.y).double()
    for k, params in enumerate(torch.tensor(history.params, dtype=torch.float64)):
        yhat = forward(experiment, params, x)
        reduction = "sum" if experiment.loss == "sse" else "mean"
        measure = torch.nn.functional.binary_cross_entropy if experiment.loss == "bce" else torch.nn.functional.mse_loss
        np.testing.assert_allclose(history.test_yhat[k], yhat, rtol=1e-4, atol=1e-4)
        assert history.test_loss[k] == pytest.approx(measure(yhat, y, reduction=reduction).item(), rel=1e-4)
    alone = train(experiment.replace(test_seed=None))
    for name in ("epoch", "loss", "params", "grads", "yhat"):
        np.testing.assert_array_equal(getattr(history, name), getattr(alone, name))
    assert (alone.test_x, alone.test_y, alone.test_loss, alone.test_yhat) == (None, None, None, None)


def forward(experiment, params, x):
    """What a model says of x by formula, in float64."""
    if experiment.model in ("line", "logistic"):
        u = params[0] + params[1] * x
    elif experiment.model == "linear":
        u = sum(weight * x**power for weight, power in zip(params, (*experiment.powers, 0), strict=False))
    else:
        w1, b1, w2, b2 = parts_of(experiment, params)
        u1 = w1[:, None] * x + b1[:, None]
        u = w2 @ (torch.sigmoid(200 * u1) if experiment.model == "steps" else torch.relu(u1)) + b2
    return torch.sigmoid(u) if experiment.model in ("logistic", "relu-logistic") else u


def parts_of(experiment, params):
    """Weights and biases of both layers, by the names of the parameters."""
    named = dict(zip(parameter_names(experiment), params, strict=True))
    parts = []
    for layer in ("layer1.weight", "layer1.bias", "layer2.weight", "layer2.bias"):
        values = [value for name, value in named.items() if name.startswith(layer)]
        parts.append(torch.stack(values) if values else torch.zeros(experiment.nodes if "1" in layer else 1).double())
    return parts


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
