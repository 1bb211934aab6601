"""The recorder against lossreel's own training, against recordings by hand, and what it must leave alone."""

import copy
import functools

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from learning import recorder, tape
from learning.data import load
from learning.errors import InputError
from learning.experiment import Experiment
from learning.history import History
from learning.model import make
from learning.recorder import record
from learning.training import train


class Net(nn.Module):
    """One of lossreel's own models, as a net that takes x."""

    def __init__(self, experiment):
        super().__init__()
        self.model = make(experiment)

    def forward(self, x):
        return self.model.link(self.model(self.model.features(x)))


def data(seed=0, points=60):
    """Draw x (N, 1) and y (N, 1)."""
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(points, 1, generator=generator)
    return x, 1 + 2 * x + 0.3 * torch.randn(points, 1, generator=generator)


def small(*between):
    """Make a small net from a seed."""
    torch.manual_seed(1)
    return nn.Sequential(nn.Linear(1, 5), *between, nn.ReLU(), nn.Linear(5, 1))


def update(net, optimizer, loss_fn, x, y):
    optimizer.zero_grad()
    loss = loss_fn(net(x), y)
    loss.backward()
    optimizer.step()


def whole(net, optimizer, loss_fn, x, y, updates=12):
    for _ in range(updates):
        update(net, optimizer, loss_fn, x, y)


def batches(net, optimizer, loss_fn, x, y, epochs=3, size=16):
    for _ in range(epochs):
        for inputs, targets in DataLoader(TensorDataset(x, y), batch_size=size, shuffle=True):
            update(net, optimizer, loss_fn, inputs, targets)


def by_hand(net, loss_fn, x, y):
    """Return loss, parameters, gradient and output at the present weights, of a copy in eval mode."""
    twin = copy.deepcopy(net).eval()
    for parameter in twin.parameters():
        parameter.grad = None
    output = twin(x)
    loss = loss_fn(output, y)
    loss.backward()
    learning = [parameter for parameter in twin.parameters() if parameter.requires_grad]
    columns = ([parameter.detach() for parameter in learning], [parameter.grad for parameter in learning])
    flat = [np.concatenate([part.numpy().ravel() for part in parts]) for parts in columns]
    return loss.item(), *flat, output.detach().numpy().copy()


def assert_rows(history, kept, rel=1e-5):
    """Compare a history with rows kept by hand."""
    for name, wanted in zip(("loss", "params", "grads", "yhat"), zip(*kept, strict=True), strict=True):
        expected = np.stack(wanted).reshape(getattr(history, name).shape)
        scale = rel * np.abs(expected).max()
        np.testing.assert_allclose(getattr(history, name), expected, rtol=rel, atol=scale, err_msg=name)


@pytest.mark.parametrize(
    "experiment",
    [
        Experiment(epochs=30),
        Experiment(epochs=30, lr=0.0085),
        Experiment(data="broken-line", model="relu", nodes=6, start=None, lr=0.01, loss="mse", epochs=40),
        Experiment(
            data="broken-line", model="relu", nodes=3, bias=True, start=None, loss="mse", optimizer="Adam", lr=0.1
        ),
    ],
    ids=str,
)
def test_a_loop_with_all_the_data_gives_the_bits_of_our_own_training(experiment):
    points, net = load(experiment.data, experiment.seed), Net(experiment)
    x, y = torch.from_numpy(points.x), torch.from_numpy(points.y)
    optimizer = getattr(torch.optim, experiment.optimizer)(net.parameters(), lr=experiment.lr)
    loss_fn = nn.MSELoss(reduction="sum" if experiment.loss == "sse" else "mean")
    with record(net, optimizer, loss_fn, x, y) as run:
        whole(net, optimizer, loss_fn, x, y, experiment.epochs)
    expected = train(experiment)
    assert run.note == ""
    for name in ("epoch", "loss", "params", "grads", "yhat", "x", "y"):
        np.testing.assert_array_equal(getattr(run.history, name), getattr(expected, name), err_msg=name)


def test_mini_batches_agree_with_our_own_training():
    experiment = Experiment(epochs=8, batch_size=10, lr=0.002, record="update")
    points, net = load(experiment.data, experiment.seed), Net(experiment)
    x, y = torch.from_numpy(points.x), torch.from_numpy(points.y)
    optimizer, generator = (
        torch.optim.SGD(net.parameters(), experiment.lr),
        torch.Generator().manual_seed(experiment.seed),
    )
    loss_fn = nn.MSELoss(reduction="sum")
    with record(net, optimizer, loss_fn, x, y, states=1000) as run:
        for _ in range(8):
            for batch in torch.randperm(100, generator=generator).split(10):
                update(net, optimizer, loss_fn, x[batch], y[batch])
    expected = train(experiment)
    np.testing.assert_array_equal(run.history.params, expected.params)
    np.testing.assert_allclose(run.history.epoch, expected.epoch, rtol=1e-12)
    for name in ("loss", "grads", "yhat"):
        wanted = getattr(expected, name)
        np.testing.assert_allclose(getattr(run.history, name), wanted, rtol=1e-4, atol=1e-5 * np.abs(wanted).max())


def test_a_module_with_a_schedule_on_mini_batches_is_what_one_keeps_by_hand():
    x, y = data()
    kept, rates = [], []
    for recording in (False, True):
        torch.manual_seed(3)
        net, loss_fn = small(), nn.MSELoss()
        optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
        scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=2, gamma=0.5)
        torch.manual_seed(4)
        if recording:
            with record(net, optimizer, loss_fn, x, y, states=1000) as run:
                for _ in range(5):
                    batches(net, optimizer, loss_fn, x, y, epochs=1)
                    scheduler.step()
            continue
        for _ in range(5):
            for inputs, targets in DataLoader(TensorDataset(x, y), batch_size=16, shuffle=True):
                kept.append(by_hand(net, loss_fn, x, y))
                rates.append(optimizer.param_groups[0]["lr"])
                update(net, optimizer, loss_fn, inputs, targets)
            scheduler.step()
        kept.append(by_hand(net, loss_fn, x, y))
    assert_rows(run.history, kept)
    assert run.history.meta["recorded"]["lr"] == rates
    np.testing.assert_allclose(run.history.epoch[:6], np.array([0, 16, 32, 48, 60, 76]) / 60)


@pytest.mark.parametrize("search", [None, "strong_wolfe"])
def test_an_lbfgs_closure_is_what_one_keeps_by_hand(search):
    x, y = data()
    kept = []
    for recording in (False, True):
        net, loss_fn = small(), nn.MSELoss()
        optimizer = torch.optim.LBFGS(net.parameters(), lr=0.3, max_iter=4, line_search_fn=search)

        def closure(net=net, optimizer=optimizer, loss_fn=loss_fn):
            optimizer.zero_grad()
            loss = loss_fn(net(x), y)
            loss.backward()
            return loss

        if recording:
            with record(net, optimizer, loss_fn, x, y) as run:
                for _ in range(6):
                    optimizer.step(closure)
            continue
        for _ in range(6):
            kept.append(by_hand(net, loss_fn, x, y))
            optimizer.step(closure=closure)
        kept.append(by_hand(net, loss_fn, x, y))
    assert_rows(run.history, kept, rel=1e-6)
    assert run.history.epoch.tolist() == [0, 1, 2, 3, 4, 5, 6]  # a step is one pass, however often it looks


def test_a_classifier_with_adam_gives_probabilities():
    torch.manual_seed(0)
    x = torch.randn(80, 2)
    y = (x[:, 0] * x[:, 1] > 0).float()
    net = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 1))
    optimizer, loss_fn = torch.optim.Adam(net.parameters(), lr=0.05), nn.BCEWithLogitsLoss()
    kept = []
    with record(net, optimizer, loss_fn, x, y, states=1000) as run:
        for _ in range(3):
            for inputs, targets in DataLoader(TensorDataset(x, y), batch_size=20, shuffle=True):
                kept.append(by_hand(net, lambda u, y: loss_fn(u.squeeze(-1), y), x, y))
                optimizer.zero_grad()
                loss_fn(net(inputs).squeeze(-1), targets).backward()
                optimizer.step()
    kept.append(by_hand(net, lambda u, y: loss_fn(u.squeeze(-1), y), x, y))
    assert_rows(run.history, [(*row[:3], 1 / (1 + np.exp(-row[3].astype(float)))) for row in kept])
    assert run.history.meta["recorded"]["link"] == "sigmoid"


def test_classes_by_index_give_a_probability_each():
    x, _ = data()
    y = (x[:, 0] > 0).long() + (x[:, 0] > 1).long()
    net = nn.Linear(1, 3)
    optimizer, loss_fn = torch.optim.SGD(net.parameters(), lr=0.1), nn.CrossEntropyLoss()
    with record(net, optimizer, loss_fn, x, y) as run:
        whole(net, optimizer, loss_fn, x, y)
    history = run.history
    assert history.yhat.shape == (13, 60, 3)
    np.testing.assert_allclose(history.yhat.sum(axis=2), 1, rtol=1e-6)
    chosen = np.take_along_axis(history.yhat, y.numpy()[None, :, None], axis=2)
    np.testing.assert_allclose(-np.log(chosen).mean(axis=(1, 2)), history.loss, rtol=1e-5)
    np.testing.assert_array_equal(history.y, y.numpy())


@pytest.mark.parametrize("loop", [whole, batches])
def test_the_gradient_is_not_the_clipped_one(loop):
    x, y = data()
    net, loss_fn = small(), nn.MSELoss()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    optimizer.register_step_pre_hook(lambda *_: nn.utils.clip_grad_norm_(net.parameters(), 0.01) and None)
    with record(net, optimizer, loss_fn, x, y, states=1000) as run:
        loop(net, optimizer, loss_fn, x, y)
    np.testing.assert_allclose(run.history.grads[-1], by_hand(net, loss_fn, x, y)[2], rtol=1e-4, atol=1e-6)
    assert np.linalg.norm(run.history.grads[0]) > 0.1
    assert np.linalg.norm(run.history.params[1] - run.history.params[0]) < 0.0011


def test_clipping_between_backward_and_step_does_not_reach_the_record():
    x, y = data()
    net, loss_fn = small(), nn.MSELoss()
    optimizer, kept = torch.optim.SGD(net.parameters(), lr=0.1), []
    with record(net, optimizer, loss_fn, x, y) as run:
        for _ in range(5):
            kept.append(by_hand(net, loss_fn, x, y))
            optimizer.zero_grad()
            loss_fn(net(x), y).backward()
            nn.utils.clip_grad_norm_(net.parameters(), 0.01)
            optimizer.step()
    kept.append(by_hand(net, loss_fn, x, y))
    for name, column in zip(("loss", "params", "grads"), zip(*kept, strict=True), strict=False):
        np.testing.assert_array_equal(getattr(run.history, name), np.stack(column).astype(np.float32))


def test_a_penalty_of_the_loop_is_not_in_the_record_and_the_note_says_so():
    x, y = data()
    net, loss_fn, kept = small(), nn.MSELoss(), []
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    with record(net, optimizer, loss_fn, x, y) as run:
        for _ in range(5):
            kept.append(by_hand(net, loss_fn, x, y))
            optimizer.zero_grad()
            (loss_fn(net(x), y) + 0.1 * sum((p**2).sum() for p in net.parameters())).backward()
            optimizer.step()
    kept.append(by_hand(net, loss_fn, x, y))
    assert_rows(run.history, kept)
    assert "were not those of net and loss_fn" in run.note


def test_a_penalty_of_the_loss_itself_is_in_the_record_at_each_rows_own_weights():
    x, y = data()
    net, kept = small(), []
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)

    def loss_of(net, yhat, y):
        return ((yhat - y) ** 2).mean() + 0.1 * sum((p**2).sum() for p in net.parameters())

    with record(net, optimizer, functools.partial(loss_of, net), x, y, states=1000) as run:
        for _ in range(3):
            for inputs, targets in DataLoader(TensorDataset(x, y), batch_size=16):
                kept.append(_with_penalty(net, x, y))
                update(net, optimizer, functools.partial(loss_of, net), inputs, targets)
    kept.append(_with_penalty(net, x, y))
    assert_rows(run.history, kept)
    assert run.history.meta["recorded"]["loss"] == "loss_of"


def _with_penalty(net, x, y):
    """Return a row by hand of the mean of squares and a penalty."""
    twin = copy.deepcopy(net)
    for parameter in twin.parameters():
        parameter.grad = None
    output = twin(x)
    loss = ((output - y) ** 2).mean() + 0.1 * sum((p**2).sum() for p in twin.parameters())
    loss.backward()
    flat = [np.concatenate([part.numpy().ravel() for part in parts]) for parts in _columns(twin)]
    return loss.item(), *flat, output.detach().numpy()


def _columns(net):
    return [p.detach() for p in net.parameters()], [p.grad for p in net.parameters()]


@pytest.mark.parametrize("loop", [whole, batches])
@pytest.mark.parametrize("between", [nn.Dropout(0.5), nn.BatchNorm1d(5)], ids=["dropout", "batch norm"])
def test_the_loop_does_not_notice(loop, between):
    x, y = data()
    ends = []
    for recording in (False, True):
        net, loss_fn = small(copy.deepcopy(between)), nn.MSELoss()
        net[2].eval()
        optimizer = torch.optim.Adam(net.parameters(), lr=0.05)
        torch.manual_seed(9)
        if recording:
            with record(net, optimizer, loss_fn, x, y) as run:
                loop(net, optimizer, loss_fn, x, y)
            assert run.history.plane_loss is not None
        else:
            loop(net, optimizer, loss_fn, x, y)
        grads = {f"grad {name}": parameter.grad for name, parameter in net.named_parameters()}
        ends.append({**net.state_dict(), **grads, "random": torch.get_rng_state()})
        assert [module.training for module in net.modules()] == [True, True, True, False, True]
        assert all(not module._forward_hooks for module in net.modules())
        assert not loss_fn._forward_hooks
        assert not optimizer._optimizer_step_pre_hooks
        assert all(not parameter._backward_hooks for parameter in net.parameters())
    for name, value in ends[0].items():
        assert torch.equal(value, ends[1][name]), name


def test_batch_norm_is_looked_at_with_the_statistics_of_each_state():
    x, y = data()
    net, loss_fn, kept = small(nn.BatchNorm1d(5)), nn.MSELoss(), []
    optimizer = torch.optim.SGD(net.parameters(), lr=0.05)
    with record(net, optimizer, loss_fn, x, y, states=1000) as run:
        for _ in range(3):
            for inputs, targets in DataLoader(TensorDataset(x, y), batch_size=16, shuffle=True):
                optimizer.zero_grad()
                loss = loss_fn(net(inputs), targets)
                loss.backward()
                kept.append(by_hand(net, loss_fn, x, y))  # forward has changed the statistics already
                optimizer.step()
    kept.append(by_hand(net, loss_fn, x, y))
    assert_rows(run.history, kept)


def test_an_exception_passes_and_what_was_recorded_is_there():
    x, y = data()
    net, loss_fn = small(), nn.MSELoss()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)

    def interrupted(run):
        with run:
            whole(net, optimizer, loss_fn, x, y, 3)
            raise KeyboardInterrupt

    run = record(net, optimizer, loss_fn, x, y)
    with pytest.raises(KeyboardInterrupt):
        interrupted(run)
    assert len(run.history) == 4
    with record(net, optimizer, loss_fn, x, y) as again:  # it can be recorded anew
        whole(net, optimizer, loss_fn, x, y, 2)
    np.testing.assert_array_equal(again.history.params[0], run.history.params[-1])


def test_gradients_gathered_over_batches_are_one_update():
    x, y = data()
    net, loss_fn = small(), nn.MSELoss()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    with record(net, optimizer, loss_fn, x, y) as run:
        for _ in range(4):
            optimizer.zero_grad()
            for part in range(0, 60, 20):
                (loss_fn(net(x[part : part + 20]), y[part : part + 20]) / 3).backward()
            optimizer.step()
    assert run.history.epoch.tolist() == [0, 1, 2, 3, 4]
    stepped = run.history.params[:-1] - 0.1 * run.history.grads[:-1]
    np.testing.assert_allclose(run.history.params[1:], stepped, rtol=1e-4, atol=1e-6)


def test_looking_at_the_way_is_no_epoch():
    x, y = data()
    net, loss_fn = small(), nn.MSELoss()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    with record(net, optimizer, loss_fn, x, y) as run:
        for _ in range(3):
            net.train()
            update(net, optimizer, loss_fn, x, y)
            with torch.no_grad():
                net(x[:7])
            net.eval()
            net(x[:9])
    assert run.history.epoch.tolist() == [0, 1, 2, 3]


def test_copies_and_files_of_the_net_made_on_the_way_are_no_part_of_it(tmp_path):
    x, y = data()
    net, loss_fn, best = small(), nn.MSELoss(), []
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    with record(net, optimizer, loss_fn, x, y) as run:
        for _ in range(3):
            update(net, optimizer, loss_fn, x, y)
            best.append(copy.deepcopy(net))
            update(best[-1], torch.optim.SGD(best[-1].parameters(), lr=0.1), loss_fn, x, y)
            torch.save(net, tmp_path / "net.pt")
    assert run.history.epoch.tolist() == [0, 1, 2, 3]
    for saved in (best[-1], torch.load(tmp_path / "net.pt", weights_only=False)):
        assert saved(x).shape == (60, 1)


def test_frozen_parameters_are_left_out_and_tied_ones_are_there_once():
    class Tied(nn.Module):
        def __init__(self):
            super().__init__()
            self.one, self.two, self.three = nn.Linear(1, 1), nn.Linear(1, 1), nn.Linear(1, 1)
            self.two.weight = self.one.weight
            self.three.requires_grad_(False)

        def forward(self, x):
            return self.three(self.two(self.one(x)))

    x, y = data()
    net, loss_fn = Tied(), nn.MSELoss()
    optimizer = torch.optim.SGD(
        [{"params": [net.one.weight]}, {"params": [net.one.bias, net.two.bias], "lr": 0.5}], lr=0.01
    )
    with record(net, optimizer, loss_fn, x, y) as run:
        whole(net, optimizer, loss_fn, x, y)
    assert run.history.names == ("one.weight[0,0]", "one.bias[0]", "two.bias[0]")
    assert run.history.meta["recorded"]["lr"] == 0.01
    assert run.history.meta["recorded"]["groups"] == 2
    np.testing.assert_allclose(run.history.grads[-1], by_hand(net, loss_fn, x, y)[2], rtol=1e-5)


def test_float64_stays_float64_and_numpy_data_will_do(tmp_path):
    points = np.random.default_rng(0)
    x, y = points.normal(size=(40, 3)), points.normal(size=40)
    net, loss_fn = nn.Linear(3, 1).double(), nn.functional.mse_loss
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    with record(net, optimizer, loss_fn, x, y, name="mine") as run:
        for _ in range(5):
            update(lambda x: net(x).squeeze(1), optimizer, loss_fn, torch.from_numpy(x), torch.from_numpy(y))
    run.save(tmp_path / "run.npz")
    history = History.load(tmp_path / "run.npz")
    assert {array.dtype for name, array in history.arrays.items() if name != "epoch"} == {np.dtype("f8")}
    yhat = x @ history.params[:, :3].T + history.params[:, 3]
    np.testing.assert_allclose(history.yhat, yhat.T, rtol=1e-12)
    np.testing.assert_allclose(history.loss, ((yhat.T - y) ** 2).mean(axis=1), rtol=1e-12)
    assert history.meta["data"] == "mine"
    assert history.meta["experiment"] is None
    with pytest.raises(InputError, match="recorded from a loop"):
        _ = history.experiment


def test_what_is_too_much_is_thinned_and_said():
    x, y = data()
    net, loss_fn = small(), nn.MSELoss()
    optimizer, kept = torch.optim.SGD(net.parameters(), lr=0.1), []
    with record(net, optimizer, loss_fn, x, y, limit=60_000) as run:
        for _ in range(100):
            kept.append(by_hand(net, loss_fn, x, y))
            update(net, optimizer, loss_fn, x, y)
    kept.append(by_hand(net, loss_fn, x, y))
    every = run.history.meta["recorded"]["every"]
    assert every in (4, 8, 16)
    assert run.history.epoch.tolist() == sorted({*range(0, 100, every), 100})
    assert_rows(run.history, [kept[k] for k in run.history.epoch])
    assert run.note == f"{len(run.history)} of 101 states are recorded"


def test_long_loops_go_on_with_weights_only_and_nobody_sees_where(monkeypatch):
    monkeypatch.setattr(tape, "TO_THE_BIT", 8)
    monkeypatch.setattr(tape, "QUICK", 60.0)
    x, y = data()
    net, loss_fn, kept = small(), nn.MSELoss(), []
    optimizer = torch.optim.SGD(net.parameters(), lr=0.05)
    with record(net, optimizer, loss_fn, x, y) as run:
        for _ in range(30):
            kept.append(by_hand(net, loss_fn, x, y))
            update(net, optimizer, loss_fn, x, y)
            assert bool(loss_fn._forward_hooks) == (len(kept) <= 8)
    kept.append(by_hand(net, loss_fn, x, y))
    assert_rows(run.history, kept)


def test_nets_that_cannot_be_looked_at_all_at_once_are_looked_at_one_by_one():
    class Deciding(nn.Module):
        def __init__(self):
            super().__init__()
            self.line = nn.Linear(1, 1)

        def forward(self, x):
            u = self.line(x)
            return u if u.sum() > 0 else 2 * u

    x, y = data()
    net, loss_fn, kept = Deciding(), nn.MSELoss(), []
    optimizer = torch.optim.SGD(net.parameters(), lr=0.01)
    with record(net, optimizer, loss_fn, x, y, states=1000) as run:
        for _ in range(3):
            for inputs, targets in DataLoader(TensorDataset(x, y), batch_size=16, shuffle=True):
                kept.append(by_hand(net, loss_fn, x, y))
                update(net, optimizer, loss_fn, inputs, targets)
    kept.append(by_hand(net, loss_fn, x, y))
    assert_rows(run.history, kept)
    assert run.history.plane_loss is not None


def test_fewer_states_can_be_asked_for_and_are_of_whole_epochs():
    x, y = data()
    net, loss_fn = small(), nn.MSELoss()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.01)
    with record(net, optimizer, loss_fn, x, y, states=12) as run:
        batches(net, optimizer, loss_fn, x, y, epochs=40, size=20)
    assert run.history.epoch.tolist() == [0, 4, 8, 12, 16, 20, 24, 28, 32, 36, 40]
    assert run.history.epoch.dtype == np.int64
    assert run.note == "11 of 121 states are recorded"


@pytest.mark.parametrize("loop", [whole, batches])
def test_the_plane_holds_the_loss_of_the_net_itself(loop):
    x, y = data()
    net, loss_fn = nn.Linear(1, 1), nn.MSELoss()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    with record(net, optimizer, loss_fn, x, y) as run:
        loop(net, optimizer, loss_fn, x, y)
    history = run.history
    (along, across), inputs, observed = history.plane_at, x.numpy().astype(float), y.numpy().astype(float)
    for i, j in [(0, 0), (10, 30), (len(along) - 1, 5)]:
        slope, bias = history.plane_origin + along[i] * history.plane_axes[0] + across[j] * history.plane_axes[1]
        assert history.plane_loss[i, j] == pytest.approx(((slope * inputs + bias - observed) ** 2).mean(), rel=1e-4)
    at = (history.params - history.plane_origin) @ history.plane_axes.T
    assert (at.min(axis=0) > history.plane_at[:, 0]).all()
    assert (at.max(axis=0) < history.plane_at[:, -1]).all()


def test_without_a_plane_there_is_none():
    x, y = data()
    net, loss_fn = small(), nn.MSELoss()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    with record(net, optimizer, loss_fn, x, y, plane=False) as run:
        whole(net, optimizer, loss_fn, x, y)
    assert run.history.plane_loss is None


def test_a_run_that_diverges_is_recorded_to_the_end():
    x, y = data()
    net, loss_fn = nn.Linear(1, 1), nn.MSELoss()
    optimizer = torch.optim.SGD(net.parameters(), lr=1e6)
    with record(net, optimizer, loss_fn, x, y) as run:
        whole(net, optimizer, loss_fn, x, y, 20)
    assert len(run.history) == 21
    assert 0 < run.history.last_finite < 20
    assert np.isnan(run.history.loss[-1])


def broken(kind):
    """Return what record takes, wrong in one way."""
    (x, y), net, loss_fn = data(), small(), nn.MSELoss()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    if kind == "bare net":
        net = nn.ReLU()
    if kind == "frozen net":
        net.requires_grad_(False)
    if kind == "other net":
        net = small()
    if kind == "lengths":
        y = y[:-1]
    if kind == "columns":
        y = torch.cat([y, y], dim=1)
    if kind == "no scalar":
        loss_fn = nn.MSELoss(reduction="none")
    if kind == "words":
        x = ["a"] * 60
    if kind == "no optimizer":
        optimizer = 0.1
    return net, optimizer, loss_fn, x, y


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("bare net", "ReLU has no parameter that learns"),
        ("frozen net", "no parameter that learns"),
        ("other net", "steps 4 parameter tensors that Sequential does not have"),
        ("lengths", r"x has shape \(60, 1\), y \(59, 1\)"),
        ("columns", "one number a point"),
        ("words", "give a tensor or an array of numbers"),
        ("no optimizer", "optimizer is float"),
    ],
)
def test_what_does_not_belong_together_is_refused(kind, says):
    with pytest.raises(InputError, match=says) as caught:
        record(*broken(kind))
    assert "\n" not in str(caught.value)


def test_a_loss_that_is_no_number_is_refused_at_the_first_update():
    net, optimizer, loss_fn, x, y = broken("no scalar")
    says = r"loss_fn gives \(60, 1\) where one number belongs"
    with pytest.raises(InputError, match=says), record(net, optimizer, loss_fn, x, y):
        update(net, optimizer, lambda yhat, y: loss_fn(yhat, y).mean(), x, y)
    assert not optimizer._optimizer_step_pre_hooks


def test_nothing_trained_and_two_at_once_and_asking_too_early_are_refused():
    net, optimizer, loss_fn, x, y = broken("not at all")
    with pytest.raises(InputError, match="the optimizer made no step"), record(net, optimizer, loss_fn, x, y):
        pass
    with record(net, optimizer, loss_fn, x, y) as run:
        with pytest.raises(InputError, match="recorded already"), record(net, optimizer, loss_fn, x, y):
            pass
        with pytest.raises(InputError, match="after the with block"):
            _ = run.history
        update(net, optimizer, loss_fn, x, y)
    assert len(run.history) == 2


def test_what_was_frozen_and_is_trained_later_is_refused():
    x, y = data()
    net, loss_fn = small(), nn.MSELoss()
    net[0].requires_grad_(False)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)

    def thaw():
        with record(net, optimizer, loss_fn, x, y):
            update(net, optimizer, loss_fn, x, y)
            net[0].requires_grad_(True)
            update(net, optimizer, loss_fn, x, y)

    with pytest.raises(InputError, match=r"0\.weight was frozen"):
        thaw()


def test_a_net_too_slow_for_a_plane_says_so(monkeypatch):
    monkeypatch.setattr("learning.terrain.SECONDS", 0.0)
    x, y = data()
    net, loss_fn = small(), nn.MSELoss()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    with record(net, optimizer, loss_fn, x, y) as run:
        whole(net, optimizer, loss_fn, x, y)
    assert run.history.plane_loss is None
    assert "no loss on a plane" in run.note


@pytest.mark.parametrize(
    ("loop", "look", "states"),
    [(10.0, 0.01, 250), (10.0, 0.1, 50), (10.0, 1.0, 10), (10.0, 100.0, 2), (0.01, 0.001, 250)],
)
def test_how_many_states_are_looked_at(loop, look, states):
    assert recorder._allowed(loop, look) == states
