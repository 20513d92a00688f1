"""Another PC, which has nothing but its instruments and the satellite, measures; the main notebook takes it in."""

import shutil
from pathlib import Path

import pytest

from labclient.home import Home

from .conftest import WHO, Bench, Pc, Recording


@pytest.fixture
def other(bench: Bench, tmp_path: Path) -> Pc:
    """The other PC: the same bench register, no keys, no lists, no people."""
    home = Home(tmp_path / "other")
    home.bench.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(bench.pc.home.bench, home.bench)
    return Pc(home)


def test_a_measurement_in_another_room_becomes_part_of_the_record(bench: Bench, other: Pc, tmp_path: Path) -> None:
    file = tmp_path / "room2.labnote"
    issue = ("--station", "measurement", "--to", "Room 2", "--out", file, *WHO)
    told = bench.pc.done("satellite", "issue", bench.notebook, *issue).out
    assert "for “Measurement”" in told
    assert bench.pc.ask("satellite", "issue", bench.notebook, *issue).code == 2
    assert any("room2.labnote, issued to Room 2" in one for one in bench.missing("measurement"))

    refused = other.ask("enter", file, "done", "measurement", *WHO)
    assert refused.code == 1
    assert "take it into the main notebook" in refused.err
    code, said = Recording(other.home, bench.meter.hands, file, "--task", "measurement").end()
    assert code == 0, said
    assert other.done("check", file, "--deep", "--json").json["ok"]
    assert "This is a satellite" in other.done("status", file).out
    assert other.ask("checkpoint", file).code == 1

    root = other.done("check", file, "--json").json["root"]
    told = bench.pc.done("satellite", "take", bench.notebook, file, *WHO).out
    assert root in told
    again = bench.pc.ask("satellite", "take", bench.notebook, file, *WHO)
    assert again.code == 1
    assert "taken in once" in again.err
    for name in ("zero", "environment"):
        bench.done("enter", "check", name, *WHO)
    bench.done("enter", "done", "measurement", *WHO)
    assert bench.done("check", "--deep", "--json").json["ok"]


def test_a_satellite_that_is_lost_is_given_up_with_a_reason(bench: Bench, tmp_path: Path) -> None:
    bench.pc.done("satellite", "issue", bench.notebook, "--station", "measurement", "--to", "Room 2", "--out",
                  tmp_path / "room2.labnote", *WHO)  # fmt: skip
    give_up = ("satellite", "give-up", bench.notebook)
    assert bench.pc.ask(*give_up, "room3.labnote", "--reason", "lost", *WHO).code == 2
    bench.pc.done(*give_up, "room2.labnote", "--reason", "lost", *WHO)
    assert not any("room2.labnote" in one for one in bench.missing("measurement"))
    assert bench.pc.ask("satellite", "take", bench.notebook, tmp_path / "room2.labnote", *WHO).code == 1
