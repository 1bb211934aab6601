"""Options that come from a parameter class."""

from typing import Annotated, Literal

import click
import pytest
from click.testing import CliRunner
from pydantic import BeforeValidator, Field

from learning.errors import InputError
from learning.experiment import Experiment
from scenes import options
from scenes.catalogue import find
from scenes.parameters import DescentParameters, FilmParameters, FlatRegionsParameters, LearningRateParameters

Pair = Annotated[tuple[float, float], BeforeValidator(lambda v: v.split(",") if isinstance(v, str) else v)]


class Everything(FilmParameters):
    lr: float = Field(0.1, gt=0, lt=5, description="learning rate")
    rates: tuple[float, ...] = Field((0.1, 0.2), description="many")
    starts: tuple[Pair, ...] = Field(((1, 2),), description="many pairs")
    kind: Literal["one", "two"] = Field("one", description="a choice")
    batch_size: int | None = Field(None, ge=1, description="points an update")
    name: str = Field("x", description="a name")

    def experiments(self):
        return {"run": Experiment(lr=self.lr)}


def parse(*arguments):
    """Give arguments to a command with these options and return the parameters."""
    found = []
    command = click.Command(
        "c",
        params=options.parameter_options(Everything),
        callback=lambda **given: found.append(options.parameters_from(Everything, given)),
    )
    result = CliRunner().invoke(command, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return found[0]


def test_nothing_given_is_the_defaults():
    assert parse() == Everything()


def test_values_become_what_the_class_says():
    given = parse("--lr", "0.5", "--kind", "two", "--batch-size", "10", "--name", "y")
    assert (given.lr, given.kind, given.batch_size, given.name) == (0.5, "two", 10, "y")


def test_alpha_is_the_learning_rate():
    assert parse("--alpha", "0.25").lr == 0.25


def test_a_list_is_given_by_repetition():
    assert parse("--rates", "1", "--rates", "2", "--rates", "3").rates == (1, 2, 3)
    assert parse("--starts", "-5,10", "--starts", "9,-4").starts == ((-5, 10), (9, -4))


@pytest.mark.parametrize("form", [["--start", "-5,10"], ["--start=-5,10"]])
def test_a_point_may_begin_with_a_minus(form):
    found = []
    command = click.Command(
        "c",
        params=options.parameter_options(DescentParameters),
        callback=lambda **given: found.append(given["start"]),
    )
    assert CliRunner().invoke(command, form).exit_code == 0
    assert options.parameters_from(DescentParameters, {"start": found[0]}).start == (-5, 10)


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "0", "-1", "5", "1e9", "abc", ""])
def test_a_number_out_of_bounds_is_refused_in_one_line_that_names_it(value):
    with pytest.raises(InputError) as refusal:
        options.parameters_from(Everything, {"lr": value})
    assert "\n" not in str(refusal.value)
    assert "lr" in str(refusal.value)
    assert repr(value) in str(refusal.value)


def test_nan_in_a_list_is_refused():
    with pytest.raises(InputError, match=r"rates\[1\]"):
        options.parameters_from(Everything, {"rates": ("1", "nan")})


def test_a_choice_that_is_nearly_right_gets_a_suggestion():
    with pytest.raises(InputError, match='did you mean "two"'):
        options.parameters_from(Everything, {"kind": "twoo"})


def test_what_only_the_experiment_knows_is_refused_too():
    with pytest.raises(InputError, match='did you mean "SGD"'):
        options.parameters_from(DescentParameters, {"optimizer": "sdg"})


@pytest.mark.parametrize(
    ("film", "given", "words"),
    [
        ("linear-layer", {"line": "1e7,1"}, ("line[0]", "'1e7'", "1000000")),
        ("tangent", {"starts": ("1,2", "1,-2e6")}, ("starts[1][1]", "'-2e6'", "-1000000")),
        ("flat-regions", {"starts": ("1e9,2",)}, ("starts[0][0]", "'1e9'", "1000000")),
        ("relu-nodes", {"slopes": "1,1e8"}, ("slopes[1]", "'1e8'", "1000000")),
        ("gradient-check", {"start": "999999,1"}, ("start = 999999,1", "distances = 10", "at most 1,000,000")),
        ("gradient-check", {"start": "1,2e6"}, ("start[1]", "'2e6'", "1000000")),
    ],
)
def test_a_weight_out_of_bounds_is_refused_by_the_name_that_was_given(film, given, words):
    """Once `--line 1e7,1` was answered with a start that nobody had given, and the default of another film."""
    with pytest.raises(InputError) as refusal:
        options.parameters_from(find(film).parameters, given)
    assert "\n" not in str(refusal.value)
    assert all(word in str(refusal.value) for word in words)


def test_help_shows_default_bounds_and_meaning():
    command = click.Command("c", params=options.parameter_options(Everything))
    text = " ".join(CliRunner().invoke(command, ["--help"]).output.split())
    assert "--lr, --alpha NUMBER learning rate. [default: 0.1; more than 0, less than 5]" in text
    assert "--rates NUMBER many. [default: 0.1,0.2; repeat it for more]" in text
    assert "--starts NUMBER,NUMBER" in text
    assert "--kind one|two a choice. [default: one]" in text
    assert "--batch-size INTEGER points an update. [default: None; at least 1]" in text


def test_a_list_that_is_too_long_says_how_many_are_allowed():
    rates = tuple(f"0.00{number}" for number in range(1, 12))
    with pytest.raises(InputError, match="lr has 11 values: give at most 10; the default is"):
        options.parameters_from(LearningRateParameters, {"lr": rates})


@pytest.mark.parametrize("window", ["3,1,2,5", "1,1,2,5", "1,2,5,5"])
def test_a_window_goes_from_the_smaller_to_the_larger(window):
    with pytest.raises(InputError, match="from the smaller to the larger"):
        options.parameters_from(FlatRegionsParameters, {"window": window})


def test_several_points_are_shown_apart_from_their_coordinates():
    (starts,) = [o for o in options.parameter_options(FlatRegionsParameters) if o.name == "starts"]
    assert "[default: -0.8,-0.3 -3,-1 -10,-1; repeat it for more]" in str(starts.help)
