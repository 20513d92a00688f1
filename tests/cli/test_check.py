"""`instruments drivers --check`: a driver file against its examples and its own simulator."""

from pathlib import Path

import pytest

from .conftest import Pc

DRIVERS = Path(__file__).parents[2] / "drivers"
BALANCE = "mettler-mt-sics"


def spoilt(folder: Path, old: str, new: str) -> Path:
    """The balance's file with one thing changed."""
    text = (DRIVERS / f"{BALANCE}.toml").read_text("utf-8")
    assert old in text
    path = folder / f"{BALANCE}.toml"
    path.write_text(text.replace(old, new, 1), "utf-8")
    return path


@pytest.mark.parametrize("id", [BALANCE, "keysight-344xx", "fluke-1529"])
def test_a_shipped_driver_passes_every_step(id: str, pc: Pc) -> None:
    answer = pc.done("instruments", "drivers", "--check", DRIVERS / f"{id}.toml", "--json").json
    assert answer["ok"]
    names = [step["name"] for step in answer["steps"]]
    assert names[:2] == ["identify", "set-up"]
    assert names[-1] == "teardown"
    assert {"error queue", "another instrument in its place"} <= set(names)


def test_what_its_own_rule_refuses_is_told_with_its_line(pc: Pc, tmp_path: Path) -> None:
    file = spoilt(tmp_path, 'simulate = "S S {mass:>12.4f} {unit}"', 'simulate = "S S {mass:>12.3f} {unit}"')
    line = file.read_text("utf-8").splitlines().index("[[reading]]") + 1
    answer = pc.ask("instruments", "drivers", "--check", file)
    assert answer.code == 1
    assert f"FAILED  {file.name}, line {line}, reading[0]: reading mass: " in answer.out
    assert "passed  identify" in answer.out


def test_an_overload_that_reads_as_a_value_fails(pc: Pc, tmp_path: Path) -> None:
    file = spoilt(tmp_path, 'simulate_overload = "S +"', 'simulate_overload = "S S     100.0000 g"')
    answer = pc.ask("instruments", "drivers", "--check", file, "--json")
    assert answer.code == 1
    (failed,) = [step for step in answer.json["steps"] if not step["ok"] and step["name"].startswith("overload")]
    assert "100.0000 was read as a value" in failed["told"]


def test_a_driver_whose_identity_and_reading_ask_the_same_is_told_that_it_cannot_be_simulated(
    pc: Pc, tmp_path: Path
) -> None:
    answer = pc.ask("instruments", "drivers", "--check", spoilt(tmp_path, 'send = "I4"', 'send = "SI"'))
    assert answer.code == 1
    assert "identify and reading[0] send the same request “SI”" in answer.out


def test_a_file_that_is_no_driver_is_wrong_use(pc: Pc, tmp_path: Path) -> None:
    answer = pc.ask("instruments", "drivers", "--check", spoilt(tmp_path, 'quantity = "mass"', 'quantity = "weight"'))
    assert answer.code == 2
    assert "line" in answer.err
