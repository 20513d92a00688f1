"""The stability page's numbers on the command line."""

import json
from pathlib import Path

import pytest
from participation.world import NAME, Desk, Office, office

from labclient.cli import main
from labclient.evaluation import averaging_of
from labclient.notebook import Reader
from labclient.participation import read_state

__all__ = ["office"]


@pytest.fixture
def desk(office: Office, tmp_path: Path) -> Desk:
    return Desk(office, tmp_path).until("stability")


def asked(capsys: pytest.CaptureFixture[str], desk: Desk, *more: str) -> str:
    desk.p.close()
    assert main(["status", str(desk.folder / NAME), "--station", "stability", *more]) == 0
    return capsys.readouterr().out


def test_before_the_first_run_it_says_so(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert asked(capsys, desk) == "No run of the stability station is recorded yet.\n"


def test_the_table_is_that_of_the_record(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.stabilise()
    answer = json.loads(asked(capsys, desk, "--json"))
    with Reader.open(desk.folder / NAME) as reader:
        state = read_state(reader)
        found = averaging_of(reader, state.plan, answer["run"])
    assert found.allan is not None
    assert found.stability is not None
    assert answer["verdict"] == state.checks["stability"].verdict
    assert [float(row["tau_s"]) for row in answer["allan"]] == list(found.allan.taus)
    assert [float(row["deviation"]) for row in answer["allan"]] == list(found.allan.deviations)
    assert all(float(row["low"]) <= float(row["deviation"]) <= float(row["high"]) for row in answer["allan"])
    assert float(answer["smallest_detectable"]) == found.stability.smallest_detectable
    assert {type(answer[name]) for name in ("change", "u_change", "limit", "floor", "best_tau_s")} == {str}


def test_it_is_told_in_sentences(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.stabilise()
    lines = asked(capsys, desk).splitlines()
    assert lines[0] == "Stable: the readings changed by less than the plan allows."
    assert "smallest detectable change" in lines[1]
    at = lines.index("Overlapping Allan deviation by averaging time, with the interval of 68 %:")
    assert len(lines) > at + 2
    assert all(" … " in one for one in lines[at + 1 :])


def test_another_station_has_no_such_numbers(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.p.close()
    assert main(["status", str(desk.folder / NAME), "--station", "arrival"]) == 2
    assert "stability" in capsys.readouterr().err
