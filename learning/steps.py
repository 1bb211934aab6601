"""What an optimizer's step is made of, told again from the recorded gradients. float64, no torch.

The formulas are those of the documentation of torch.optim (SGD, RMSprop, Adam, AdamW), with its defaults.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from learning.errors import InputError, unknown
from learning.experiment import Experiment
from learning.history import History
from learning.theory import Float64

DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "SGD": {"momentum": 0.0, "dampening": 0.0, "weight_decay": 0.0, "nesterov": False, "maximize": False},
    "RMSprop": {
        "alpha": 0.99, "eps": 1e-8, "weight_decay": 0.0, "momentum": 0.0, "centered": False, "maximize": False,
    },
    "Adam": {
        "betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0.0, "amsgrad": False, "maximize": False,
        "decoupled_weight_decay": False,
    },
    "AdamW": {"betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0.01, "amsgrad": False, "maximize": False},
}  # fmt: skip
"""The optimizers that are known here, and the options of each with torch's defaults."""


@dataclass(frozen=True, eq=False)
class Steps:
    """The T - 1 steps of a run of T states, row k from state k to state k + 1, (T - 1, P) each; None if not used.

    Attributes:
        step: What is added to the parameters, weight decay included.
        m: The moving average of the gradients: SGD's velocity with momentum, Adam's first moment.
        v: The moving average of their squares: RMSprop, Adam, AdamW.
        m_hat: `m` without its bias towards the zero that it starts from (Adam, AdamW).
        v_hat: `v` likewise.
    """

    step: Float64
    m: Float64 | None = None
    v: Float64 | None = None
    m_hat: Float64 | None = None
    v_hat: Float64 | None = None


def steps(history: History) -> Steps:
    """Return what each recorded step is made of.

    Raises:
        InputError: The optimizer is not one of :data:`DEFAULTS`, or amsgrad is asked for; or the recorded gradients
            are not those of the steps, because of mini-batches or because not every epoch is recorded.
    """
    run = history.experiment
    if run.optimizer not in DEFAULTS:
        raise unknown("optimizer whose steps are known", run.optimizer, DEFAULTS)
    options = {**DEFAULTS[run.optimizer], **dict(run.optimizer_options)}
    _check(history, options)
    params, grads = history.params[:-1].astype(np.float64), history.grads[:-1].astype(np.float64)
    make = {"SGD": _sgd, "RMSprop": _rmsprop, "Adam": _adam, "AdamW": _adam}[run.optimizer]
    with np.errstate(over="ignore", invalid="ignore", divide="ignore", under="ignore"):  # a run that diverges
        return make(run, options, params, -grads if options["maximize"] else grads)


def _check(history: History, options: Mapping[str, Any]) -> None:
    run = history.experiment
    if options.get("amsgrad"):
        raise InputError("optimizer option amsgrad = True: its steps are not known here; train without it")
    if run.record_every != 1 and run.epochs > 1:
        raise InputError(f"record_every = {run.record_every}: the steps need every epoch; train with record_every 1")
    if run.batch_size is not None and run.batch_size < len(history.y):
        raise InputError(
            f"batch_size = {run.batch_size}: the recorded gradients are those of all the data, not of the batches; "
            "train without batch_size"
        )


def _sgd(run: Experiment, options: Mapping[str, Any], params: Float64, grads: Float64) -> Steps:
    """Velocity b = μ b + (1 - τ) g, at first g; the step is -α b, with Nesterov -α (g + μ b), without momentum -α g."""
    momentum = float(options["momentum"])
    decayed = grads + options["weight_decay"] * params
    if not momentum:
        return Steps(-run.lr * decayed)
    velocity = _velocity(decayed, momentum, 1 - options["dampening"])
    return Steps(-run.lr * (decayed + momentum * velocity if options["nesterov"] else velocity), m=velocity)


def _velocity(values: Float64, momentum: float, share: float) -> Float64:
    """Return b = μ b + share · value, row by row, the first b being the first value itself."""
    velocity = values.copy()
    for k in range(1, len(values)):
        velocity[k] = momentum * velocity[k - 1] + share * values[k]
    return velocity


def _average(values: Float64, keep: float) -> Float64:
    """Return the moving average a = keep · a + (1 - keep) · value, row by row, from a = 0."""
    average, before = np.empty_like(values), np.zeros(values.shape[1])
    for k, value in enumerate(values):
        average[k] = before = keep * before + (1 - keep) * value
    return average


def _rmsprop(run: Experiment, options: Mapping[str, Any], params: Float64, grads: Float64) -> Steps:
    """Average g² as v; the step is -α g / (√v + ε), `centered` with v - (average of g)², or that with momentum."""
    decayed = grads + options["weight_decay"] * params
    square = _average(decayed**2, options["alpha"])
    spread = square - _average(decayed, options["alpha"]) ** 2 if options["centered"] else square
    scaled = decayed / (np.sqrt(spread) + options["eps"])
    momentum = float(options["momentum"])
    if not momentum:
        return Steps(-run.lr * scaled, v=square)
    velocity = _velocity(scaled, momentum, 1.0)
    return Steps(-run.lr * velocity, m=velocity, v=square)


def _adam(run: Experiment, options: Mapping[str, Any], params: Float64, grads: Float64) -> Steps:
    """Average g as m and g² as v, both without their bias; the step is -α m̂ / (√v̂ + ε).

    Adam adds the weight decay λw to g; AdamW, and Adam with decoupled weight decay, adds -αλw to the step.
    """
    decoupled = run.optimizer == "AdamW" or bool(options["decoupled_weight_decay"])
    decay, (beta1, beta2) = options["weight_decay"] * params, options["betas"]
    slopes = grads if decoupled else grads + decay
    m, v = _average(slopes, beta1), _average(slopes**2, beta2)
    count = np.arange(1, len(grads) + 1)[:, None]  # (T - 1, 1)
    m_hat, v_hat = m / (1 - beta1**count), v / (1 - beta2**count)
    step = -run.lr * m_hat / (np.sqrt(v_hat) + options["eps"])
    return Steps(step - run.lr * decay if decoupled else step, m, v, m_hat, v_hat)
