"""What hooks on somebody else's loop see, update by update: weights, and where a batch is all the data, all of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.utils.hooks import RemovableHandle

from learning.column import Column
from learning.history import Array
from learning.probe import Buffers, Form, Look, Probe, Weights, agree, array_of

FEWEST = 4
"""States that are kept, however large each is."""

TO_THE_BIT = 100
"""So many updates of a loop that takes all the data are kept as they were, to the bit, however quick the loop is."""

QUICK = 3e-4
"""Seconds of an update below which keeping all of it would cost too much from then on: only weights are kept."""

_OVERHEAD = 1000  # bytes of a row besides its numbers, about


class Row(NamedTuple):
    """The state before an update."""

    update: int
    points: int  # seen in the updates before
    rate: float  # of the first parameter group
    buffers: Buffers
    output: Tensor | None = None  # (N, …), if this update's batch was all the data
    loss: Tensor | None = None  # (), likewise, if loss_fn is a module
    grads: tuple[Tensor, ...] = ()  # of each parameter, likewise

    def bare(self) -> Row:
        """Return the row without what the net said."""
        return self._replace(output=None, loss=None, grads=())


class Tape:
    """Keeps the state before every update, or before every second, fourth … if it becomes too much.

    While each batch is all the data, what the net said and the gradient, as it was before anybody clipped it, are
    kept with the weights; from the first batch that is not, only the weights are.

    Attributes:
        rows: What was kept, of which only the first may know what the net said; when detached, the last state, too.
        every: One state in how many. updates, points: How many there were.
        captures: Whether what the net says and its gradient are kept.
        aside: Whether the loop had something else at its weights than net, loss and data give.
    """

    def __init__(self, probe: Probe, optimizer: Optimizer, x: Tensor, limit: int) -> None:
        self.probe, self.optimizer, self.limit = probe, optimizer, limit
        self.rows: list[Row] = []
        self.every, self.updates, self.points = 1, 0, 0
        self.form, self.aside = Form(), False
        self.captures = self._captures_next = True
        self._x, self._x_version, self._most = x, x._version, 0
        self._version = 0  # of the output
        self._entries = max(x.numel() // len(x), 1)  # of a point
        self._parameters = list(probe.trained.values())
        self._column = Column(self._parameters)
        self._has_buffers = any(True for _ in probe.net.buffers())
        self._buffers: dict[str, Tensor] = {}
        self._open: Row | None = None
        self._output: Tensor | None = None
        self._loss: Tensor | None = None
        self._grads: list[Tensor | None] = [None] * len(self._parameters)
        self._pending, self._deaf = 0, False
        self._trains: bool | None = None
        self._handles: list[RemovableHandle] = []
        self._leaves: list[RemovableHandle] = []  # of what is only needed for the numbers of the loop itself
        self._began, self._is_decided = 0.0, False

    def __deepcopy__(self, memo: dict[int, Any]) -> Tape:
        """Return the tape itself: a copy that the loop makes of its net brings the hooks along, and is not heard."""
        return self

    def __reduce__(self) -> tuple[type[Nobody], tuple[()]]:
        """Be nobody in a file to which the loop saves its net, hooks and all."""
        return Nobody, ()

    def attach(self) -> None:
        """Begin to listen."""
        net, loss_fn = self.probe.net, self.probe.loss_fn
        self._handles = [
            net.register_forward_hook(self._said, with_kwargs=True),
            self.optimizer.register_step_pre_hook(self._before),
        ]
        if isinstance(loss_fn, nn.Module):
            self._leaves.append(loss_fn.register_forward_hook(self._compared))
        self._began = time.perf_counter()
        for k, leaf in enumerate(self._parameters):
            self._leaves.append(leaf.register_hook(self._keeper(k)))  # type: ignore[no-untyped-call]

    def detach(self) -> None:
        """Leave the loop alone, and keep the state that it ends with."""
        for handle in (*self._handles, *self._leaves):
            handle.remove()
        self._open = self._output = self._loss = None
        self.rows.append(self._row())

    def _row(self) -> Row:
        """Return the present state, to be the next row."""
        self._column.take(len(self.rows))
        rate = float(self.optimizer.param_groups[0].get("lr", np.nan))
        buffers = self._present_buffers() if self._has_buffers else {}
        values = (self.updates, self.points, rate, buffers, None, None, ())
        return tuple.__new__(Row, values)  # Row(…) takes four times as long

    def params(self, which: Sequence[int]) -> Array:
        """Return the parameters of some rows, (…, P)."""
        return self._column.rows(which)

    def weights(self, which: Sequence[int]) -> list[Weights]:
        """Return parameters and buffers of some rows."""
        values = self._column.rows(which)
        return [Weights(each, self.rows[k].buffers) for each, k in zip(values, which, strict=True)]

    def _present_buffers(self) -> Buffers:
        """Return copies of the buffers; of those that did not change the copy that there is."""
        for name, buffer in self.probe.net.named_buffers():
            known = self._buffers.get(name)  # batch norm changes its own without a new version
            if known is None or known.dtype != buffer.dtype or not torch.equal(known, buffer):
                self._buffers[name] = buffer.detach().clone()
        return dict(self._buffers)

    def _said(self, net: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any], output: Any) -> None:
        """Count the points of a forward pass of training, and keep what was said if they are all."""
        if self._deaf or net is not self.probe.net or not torch.is_grad_enabled():
            return
        given = args[0] if args else next(iter(kwargs.values()), None)
        if not isinstance(given, Tensor) or not isinstance(output, Tensor):
            return
        if self._trains is None:
            self._trains, self.form.x = net.training, (given.shape[1:], given.dtype, given.device)
        if self._trains and not net.training:  # somebody looks how far it is
            return
        self._pending += given.numel() // self._entries
        if self._captures_next:
            self._output = output if self._is_whole(given) else None
            self._loss, self._version = None, output._version

    def _is_whole(self, given: Tensor) -> bool:
        x = self._x
        if given.numel() != x.numel():
            return False
        if given is not x and given.data_ptr() != x.data_ptr():  # a copy, for example of a data loader
            return torch.equal(given, self.probe.x.reshape(given.shape).to(given.device, given.dtype))
        return x._version == self._x_version and given.is_contiguous()

    def _compared(self, loss_fn: nn.Module, args: tuple[Any, ...], loss: Any) -> None:
        """Keep the loss of all the data, and see once in which shapes it takes ŷ and y."""
        if self._deaf or loss_fn is not self.probe.loss_fn or not torch.is_grad_enabled():
            return
        if self._output is not None:
            self._loss = loss
        if self.form.y is None and len(args) > 1 and all(isinstance(given, Tensor) for given in args):
            self.form.said, self.form.y = args[0].shape[1:], (args[1].shape[1:], args[1].dtype)

    def _keeper(self, k: int) -> Callable[[Tensor], None]:
        """Return a hook that keeps the gradient of parameter k as it is before it is added to others or clipped."""

        def keep(grad: Tensor) -> None:
            if self._output is not None and not self._deaf:
                self._grads[k] = grad  # while somebody holds it, autograd copies it into .grad

        return keep

    def _before(self, optimizer: Optimizer, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Open a row before an update; what else belongs to it is known now, or when a closure was called once."""
        if optimizer is not self.optimizer:
            return None
        if not self.updates % self.every:
            self._open = self._row()
        if len(args) < 2 and not kwargs:
            self._close()
            return None
        closure = args[1] if len(args) > 1 else kwargs.get("closure")
        if closure is None:
            self._close()
            return None
        heard = self._heard_once(closure)
        return ((args[0], heard, *args[2:]), kwargs) if len(args) > 1 else (args, {**kwargs, "closure": heard})

    def _heard_once(self, closure: Callable[..., Any]) -> Callable[..., Any]:
        """Return a closure that does the same, of which only the first call is at the weights of the open row."""
        called = False

        def heard(*args: Any, **kwargs: Any) -> Any:
            nonlocal called
            self._deaf = called
            try:
                value = closure(*args, **kwargs)
            finally:
                self._deaf = False
            if not called:
                called = True
                self._close()
            return value

        return heard

    def _close(self) -> None:
        """Keep the open row, if there is one, and count the update that follows."""
        row = self._open
        if row is not None:
            if self.captures or not self.probe.is_settled:
                row = self._completed(row)
            self.rows.append(row)
            if len(self.rows) >= self._most:
                self._thin()
        self.updates += 1
        self.points += self._pending
        self._pending, self._open, self._output = 0, None, None
        self._captures_next = self.captures and not self.updates % self.every

    def _thin(self) -> None:
        """Let go of every second row."""
        self.every *= 2
        self._column.halve(len(self.rows))
        self.rows = [row for row in self.rows if row.update % self.every == 0]

    def _completed(self, row: Row) -> Row:
        """Return the row with all that is to be kept of it, and decide at the first, and once later, what that is."""
        if self.captures:
            row = self._heard(row)
        if not self.probe.is_settled:
            row = self._settled(row)
        if self.captures and row.update >= TO_THE_BIT and not self._is_decided:
            self._is_decided = True
            self._go_on_lightly(row)
        return row

    def _heard(self, row: Row) -> Row:
        """Return the row with what the net said and its gradient, or forget all of that where it is not there."""
        output, loss, grads = self._output, self._loss, tuple(self._grads)
        if output is None or output._version != self._version or any(grad is None for grad in grads):
            self.forget()
            return row
        self._grads = [None] * len(grads)
        seen = [None if value is None else value.detach() for value in (output, loss, *grads)]
        if output.is_cuda:  # what is kept is not to fill the device
            seen = [None if value is None else value.cpu() for value in seen]
        said, lost, *slopes = seen
        return Row(*row[:4], said, lost, tuple(slopes))  # type: ignore[arg-type]

    def _go_on_lightly(self, row: Row) -> None:
        """Keep only weights from now on, if updates are quick and what else there is can be had quickly later."""
        if time.perf_counter() - self._began > TO_THE_BIT * QUICK:
            return
        first, now = self._column.rows([0, len(self.rows)])
        states = [Weights(first, self.rows[0].buffers), Weights(now, row.buffers)]
        self._deaf = True
        with self.probe.quiet():
            if self.probe.can_look_at_all(states, self.looks([self.rows[0], row])):
                self._stop()
        self._deaf = False

    def _stop(self) -> None:
        """Keep only weights from now on."""
        self.captures, self._output = False, None
        for handle in self._leaves:
            handle.remove()

    def forget(self) -> None:
        """Keep only weights, from now on and of what there is."""
        self._stop()
        self.rows = [row.bare() for row in self.rows]

    def _settled(self, row: Row) -> Row:
        """At the first update: learn how to look at the net, how much a row takes, and whether we see the same."""
        self._deaf = True
        try:
            self.probe.settle(self.form)
            with self.probe.quiet():
                look = self.probe.look(Weights(self._column.rows([0])[0], row.buffers))
        finally:
            self._deaf = False
        size = 2 * look.grads.nbytes + look.output.nbytes + _OVERHEAD * (1 + len(row.grads))
        size += sum(copy.element_size() * copy.numel() for copy in row.buffers.values())
        self._most = max(self.limit // size, FEWEST)
        if self.captures and not self.agrees(row, look):
            self.aside = True
            self.forget()
        return row if self.captures else row.bare()

    def agrees(self, row: Row, look: Look) -> bool:
        """Say whether what the loop had at a state is what the net, its loss and the data give there."""
        return agree(self.looks([row]), look)

    def looks(self, rows: Sequence[Row]) -> Look:
        """Return what the loop itself had, of rows of which that was kept."""
        outputs = [row.output for row in rows if row.output is not None]
        known = [row.loss for row in rows if row.loss is not None]
        losses = known if len(known) == len(rows) else self.probe.losses_of(outputs)
        grads = [array_of(torch.stack(each)) for each in zip(*(row.grads for row in rows), strict=True)]
        flat = np.concatenate([grad.reshape(len(rows), -1) for grad in grads], axis=1)
        return Look(array_of(torch.stack(losses)).reshape(-1), flat, array_of(torch.stack(outputs)))


class Nobody:
    """What hooks in a saved net call: does nothing."""

    def _said(self, *_: Any) -> None:
        """Hear nothing."""

    _compared = _before = _said
