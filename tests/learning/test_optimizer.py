"""Updates of parameters with one learning rate and with many, against torch's optimizers by themselves."""

import subprocess
import sys

import pytest
import torch

from learning.errors import InputError
from learning.experiment import OPTIMIZERS, Experiment
from learning.optimizer import Updates

RATES = (0.1, 0.1, 0.5, 2.0, 2.0, 2.0)
SHAPES = ((2, 1), (3,), (1, 4))


def start(shape):
    return torch.randn(len(RATES), *shape, generator=torch.Generator().manual_seed(3))


def give_gradients(parameters):
    for parameter in parameters:
        parameter.grad = torch.cos(3 * parameter.detach())


def no_more():
    raise AssertionError("only LBFGS asks again")


@pytest.mark.parametrize("optimizer", ["SGD", "Adam", "Rprop", "ASGD"])
def test_each_row_takes_the_steps_of_its_own_rate(optimizer):
    runs = [Experiment(optimizer=optimizer, lr=lr) for lr in RATES]
    parameters = [torch.nn.Parameter(start(shape)) for shape in SHAPES]
    updates = Updates(runs, parameters)
    kind = getattr(torch.optim, optimizer)
    single = [[torch.nn.Parameter(start(shape)[k]) for shape in SHAPES] for k in range(len(RATES))]
    optimizers = [kind(alone, lr=lr) for alone, lr in zip(single, RATES, strict=True)]
    for _ in range(5):
        give_gradients(parameters)
        updates.step(no_more)
        for alone, own in zip(single, optimizers, strict=True):
            give_gradients(alone)
            own.step()
    for k, alone in enumerate(single):
        for parameter, mine in zip(parameters, alone, strict=True):
            torch.testing.assert_close(parameter[k], mine)
    assert len(updates.optimizer.param_groups) == 3


def test_one_rate_needs_no_parts():
    parameter = torch.nn.Parameter(torch.ones(3, 2))
    updates = Updates([Experiment()] * 3, [parameter])
    (group,) = updates.optimizer.param_groups
    assert (group["params"], group["lr"]) == ([parameter], 0.001)


def test_every_rate_is_tried():
    with pytest.raises(InputError, match=r"SGD does not take lr = 1e\+300"):
        Updates([Experiment(), Experiment(lr=1e300)], [torch.nn.Parameter(torch.ones(2, 2))])


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimizer_takes_the_steps_of_torch_bit_for_bit(optimizer):
    ours, theirs = (torch.nn.Parameter(start((2, 1))) for _ in range(2))
    updates = Updates([Experiment(optimizer=optimizer, lr=0.1)], [ours])
    own = getattr(torch.optim, optimizer)([theirs], lr=0.1)

    def backward_of(parameter):
        parameter.grad = None
        loss = torch.sum(torch.cos(3 * parameter))
        loss.backward()
        return loss, parameter

    for _ in range(5):
        backward_of(ours)
        updates.step(lambda: backward_of(ours))
        backward_of(theirs)
        own.step(lambda: backward_of(theirs)[0].item())
        assert torch.equal(ours, theirs)
        assert ours.requires_grad
    assert torch.is_grad_enabled()


def test_training_does_not_load_the_compiler():
    code = """
import sys
from learning.experiment import OPTIMIZERS, Experiment
from learning.training import train, train_many
for optimizer in OPTIMIZERS:
    train(Experiment(optimizer=optimizer, lr=0.01, epochs=2))
train_many([Experiment(lr=lr, epochs=2) for lr in (0.001, 0.002)])
net = {"data": "broken-line", "model": "relu", "nodes": 2, "loss": "mse", "start": None}
train(Experiment(**net, nets=3, epochs=2))
print("torch._dynamo" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
