"""`labclient compute`: built-in models on the command line; every model in both languages."""

import json

import pytest

from labclient.cli import main
from labclient.metrology import BUILT_IN
from labclient.words import LANGUAGES

AIR = ("compute", "air-density", "t=21.3°C", "p=998hPa", "h=47 %RH")


def said(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    assert main(list(arguments)) == code
    both = capsys.readouterr()
    return both.out if code == 0 else both.err


@pytest.mark.parametrize("language", LANGUAGES)
def test_models_and_their_inputs_are_listed(language: str, capsys: pytest.CaptureFixture[str]) -> None:
    listed = said(capsys, "--language", language, "compute").splitlines()
    assert [one.replace("：", ":").split(":")[0] for one in listed] == list(BUILT_IN)
    for id_, model in BUILT_IN.items():
        about = said(capsys, "--language", language, "compute", id_)
        assert model.call in about
        assert all(one.name in about for one in model.inputs)
    assert [one["id"] for one in json.loads(said(capsys, "compute", "--json"))] == list(BUILT_IN)


def test_a_value_and_its_uncertainty_are_computed_and_nothing_is_recorded(capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, *AIR).startswith("rho_a = 1.17585251664 kg/m³\n")
    told = said(capsys, *AIR, "--u", "t=0.05K", "--u", "p=0.1hPa", "--half-width", "h=2 %RH", "--monte-carlo")
    lines = told.splitlines()
    assert lines[0] == "rho_a = 1.17585 kg/m³, U = 0.00056 kg/m³, k = 2"
    assert "    x_co2 = 0.0004 (usual value), taken as exact" in lines
    assert "It agrees with the budget." in lines
    assert lines[-1] == "Computed for the eye: nothing of this is recorded in a notebook."


def test_a_machine_reads_numbers_as_texts(capsys: pytest.CaptureFixture[str]) -> None:
    answer = json.loads(said(capsys, *AIR, "--u", "t=0.05K", "--monte-carlo", "--json"))
    assert answer["recorded"] is False
    assert answer["model"] == "air-density"
    assert float(answer["value"]) == pytest.approx(1.17585251664)
    assert answer["monte_carlo"]["validated"] is True
    assert {type(one["value"]) for one in answer["inputs"]} == {str}
    assert json.loads(said(capsys, *AIR, "--json"))["u"] is None


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        (("--u", "x=1"), "an uncertainty of x, but no value"),
        (("--u", "t=1K", "--half-width", "t=1K"), "Two uncertainties of t"),
        (("--u", "t"), "NAME=VALUE"),
        (("--k", "0"), ""),
        (("--k", "two"), "“two” is not a number"),
        (("--seed", "-1"), ""),
        (("--monte-carlo",), "nothing to draw"),
        (("--unit", "Pa"), ""),
    ],
)
def test_wrong_use_is_refused(more: tuple[str, ...], reason: str, capsys: pytest.CaptureFixture[str]) -> None:
    given = more if more[0] in {"--monte-carlo", "--unit"} else ("--u", "p=1Pa", *more)
    assert reason in said(capsys, *AIR, *given, code=2)


def test_a_model_that_is_none_names_those_that_are(capsys: pytest.CaptureFixture[str]) -> None:
    told = said(capsys, "compute", "air", code=2)
    assert all(name in told for name in BUILT_IN)
    assert "here it is 30" in said(capsys, "compute", "air_density", "t=30", "p=1e5", "h=0.5", code=2)
