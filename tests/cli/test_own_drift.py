"""The laboratory's own values over the days, on the command line."""

import json
from pathlib import Path

import pytest
from participation.world import NAME, Desk, Office, office

from labclient.cli import main

__all__ = ["office"]


@pytest.fixture
def desk(office: Office, tmp_path: Path) -> Desk:
    return Desk(office, tmp_path).until("measurement")


def asked(capsys: pytest.CaptureFixture[str], desk: Desk, *more: str) -> str:
    desk.p.close()
    assert main(["status", str(desk.folder / NAME), "--station", "drift", *more]) == 0
    return capsys.readouterr().out


def test_before_the_first_cycle_it_says_so(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert asked(capsys, desk).splitlines()[0] == "10V: No cycle of this point is measured yet."


def test_days_are_told_from_a_display_zero_and_a_line_is_not_drawn_through_two(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.measure()
    lines = asked(capsys, desk).splitlines()
    assert lines[0].startswith("10V: relative to display zero 10.0000")
    assert lines[1].startswith("    2026-03-0")
    assert lines[3] == "    Days measured: 2. At least 3 are needed for a line."
    assert "deviation" not in "\n".join(lines)


def test_a_machine_reads_all_cycles_and_days_as_texts(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.measure()
    answer = json.loads(asked(capsys, desk, "--json"))
    point = answer["points"][0]
    assert (answer["laboratory"], point["point"], point["told_as"], point["line"]) == ("LAB01", "10V", "value", None)
    assert [day["cycles"] for day in point["days"]] == [2, 2]
    assert {type(one["value"]) for one in point["cycles"]} == {str}
    assert len(point["cycles"]) == 4
