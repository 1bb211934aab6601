"""Whether shapes fit, and what is said where they do not: asked of torch itself."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from learning.shapes import as_matrix, made_of, refusal

SIZES = st.integers(0, 7)
SHAPES = st.lists(SIZES, min_size=1, max_size=4).map(tuple)
WIDTHS = st.integers(1, 7)


def asked(shape, inputs, outputs, bias):
    """The shape that torch gives back, or what it says instead."""
    layer = torch.nn.Linear(inputs, outputs, bias=bias)
    try:
        return tuple(layer(torch.zeros(shape)).shape)
    except RuntimeError as error:
        return str(error)


@settings(max_examples=300, deadline=None)
@given(SHAPES, WIDTHS, WIDTHS, st.booleans())
def test_torch_says_the_same_word_for_word(shape, inputs, outputs, bias):
    said = refusal(shape, inputs, outputs)
    assert asked(shape, inputs, outputs, bias) == (made_of(shape, inputs, outputs) if said is None else said)


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 300), WIDTHS, WIDTHS, WIDTHS, st.booleans())
def test_torch_says_it_of_many_rows_too(rows, columns, inputs, outputs, bias):
    said = refusal((rows, columns), inputs, outputs)
    assert asked((rows, columns), inputs, outputs, bias) == ((rows, outputs) if columns == inputs else said)


@pytest.mark.parametrize(
    ("shape", "sizes"), [((100, 2), "100x2 and 1x1"), ((100,), "1x100 and 1x1"), ((2, 3, 4), "6x4 and 1x1")]
)
def test_the_messages_of_the_notes(shape, sizes):
    message = f"mat1 and mat2 shapes cannot be multiplied ({sizes})"
    assert refusal(shape, 1, 1) == message == asked(shape, 1, 1, True)


@given(SHAPES)
def test_an_input_is_read_as_a_matrix_of_as_many_numbers(shape):
    assert np.zeros(shape).reshape(as_matrix(shape)).shape == as_matrix(shape)
