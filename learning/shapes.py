"""What torch.nn.Linear makes of the shape of its input, and what it says where the two do not fit. Without torch.

A layer of I inputs and O outputs keeps its weight as (O, I) and multiplies by it turned: (N, I) times (I, O) is (N, O).
"""

from math import prod

Shape = tuple[int, ...]


def as_matrix(shape: Shape) -> tuple[int, int]:
    """Return the rows and columns as which a layer reads an input of at least one dimension.

    Its last dimension are the columns, all others together the rows; without others it is a single row.
    """
    return prod(shape[:-1]), shape[-1]


def made_of(shape: Shape, inputs: int, outputs: int) -> Shape | None:
    """Return the shape of what Linear(inputs, outputs) makes of an input, or None where it refuses it."""
    return (*shape[:-1], outputs) if shape[-1] == inputs else None


def refusal(shape: Shape, inputs: int, outputs: int) -> str | None:
    """Return torch's own words where Linear(inputs, outputs) refuses an input, None where it takes it.

    They are the same with and without bias.
    """
    if made_of(shape, inputs, outputs) is not None:
        return None
    rows, columns = as_matrix(shape)
    return f"mat1 and mat2 shapes cannot be multiplied ({rows}x{columns} and {inputs}x{outputs})"
