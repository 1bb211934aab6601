"""Messages in one line, with a suggestion where a name is nearly right."""

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from learning.errors import InputError, from_validation, quoted, suggestion, unknown


class Parameters(BaseModel):
    model_config = ConfigDict(extra="forbid")
    nodes: int = Field(2, ge=1)
    name: str


def refusal(**values):
    with pytest.raises(ValidationError) as caught:
        Parameters(**values)
    return str(from_validation(caught.value, Parameters))


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Adm", ' (did you mean "Adam"?)'), ("rmspro", ' (did you mean "RMSprop"?)'), ("zebra", ""), ("", "")],
)
def test_suggestion(name, expected):
    assert suggestion(name, ["Adam", "SGD", "RMSprop"]) == expected


def test_unknown_is_an_input_error_that_names_the_choices():
    error = unknown("film", "decent", ("descent", "stuck"))
    assert isinstance(error, InputError)
    assert str(error) == 'film "decent" is unknown (did you mean "descent"?); choose one of descent, stuck'


def test_quoted_is_one_short_line():
    assert quoted('a\n"b"') == '"a\\n\\"b\\""'
    assert quoted("가") == '"가"'
    assert len(quoted("x" * 1000)) < 100


def test_what_pydantic_refuses_in_any_model_becomes_one_line():
    assert refusal(name="a", nodes=0) == "nodes = 0: must be greater than or equal to 1; the default is 2"
    assert refusal(name="a", node=3).startswith('parameter "node" is unknown (did you mean "nodes"?)')
    assert refusal(nodes=3) == "name: is required; give a value"
