"""The demonstration: four stories, each with its end, through the entrance that a person uses."""

import json
import shutil
import subprocess
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from package.test_verify import SCRIPT

from labclient.cli import main
from labclient.demo import _play, demonstrate
from labclient.demo._bench import example
from labclient.errors import WrongUse
from labclient.notebook import Reader, check
from labclient.package import open_plan, open_trust, verify_package
from labclient.participation import read_state
from labclient.submission import read_receipt

SPEED = "1000"
MOMENT = datetime(2026, 3, 10, tzinfo=UTC)
NOTEBOOK = "DEMO-DCV-2026_LAB01.labnote"


class Told:
    """How one story ended: exit code, what was said, what was left."""

    def __init__(self, out: Path, scenario: str) -> None:
        self.out = out
        with redirect_stdout(StringIO()) as said, redirect_stderr(StringIO()) as complained:
            self.code = main(["--language", "en", "demo", "--out", str(out), "--speed", SPEED, "--scenario", scenario])
        self.said, self.complained = said.getvalue(), complained.getvalue()

    @property
    def notebook(self) -> Path:
        return self.out / NOTEBOOK

    def entries(self, *kinds: str) -> list[Any]:
        with Reader.open(self.notebook) as reader:
            return list(reader.entries(set(kinds)))


@pytest.fixture(scope="module")
def tell(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Told]:
    """Each story is told once, with two cycles a day instead of five. The windows of the warm-up are as long as its
    shortest time allows: each twelfth, 150 ms then, needs a reading, however busy the machine is."""
    told: dict[str, Told] = {}
    folder = tmp_path_factory.mktemp("demo")
    plan = json.loads(example("plan.json").read_bytes())
    plan["measurement"]["cycles"] = 2
    plan["warm_up"]["window"]["value"] = "30"
    (folder / "plan.json").write_text(json.dumps(plan))

    def once(scenario: str) -> Told:
        if scenario not in told:
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(_play, "example", lambda name: folder / name if name == "plan.json" else example(name))
                told[scenario] = Told(folder / scenario, scenario)
        return told[scenario]

    return once


def test_all_goes_well(tell) -> None:
    told = tell("ok")
    assert (told.code, told.complained) == (0, "")
    names = {path.name for path in told.out.iterdir()}
    assert names >= {
        "plan.asice", "trust.asice", NOTEBOOK, "result_DEMO-DCV-2026_LAB01_r1.asice", "report.pdf", "receipt.json",
        "receipt.asice", "log.txt",
    }  # fmt: skip
    assert not any(name.endswith(("-journal", ".lock", ".part")) for name in names)
    assert "a demonstration, not a measurement" in told.said.replace("\n", " ")
    with Reader.open(told.notebook) as reader:
        state = read_state(reader)
    assert state.station is None
    assert {name: one.verdict for name, one in state.checks.items()} == dict.fromkeys(
        ("transport", "functional", "settling", "stability", "zero", "environment"), "pass"
    )


def test_what_it_leaves_verifies_from_the_readings_up(tell) -> None:
    told = tell("ok")
    trusted = open_trust(told.out / "trust.asice", MOMENT)
    assert open_plan(told.out / "plan.asice", trusted.trust, MOMENT).origin == "signed"
    package = next(told.out.glob("result_*.asice"))
    assert verify_package(package, trusted.trust, MOMENT).ok
    taken = read_receipt(told.out / "receipt.asice", trusted.trust, MOMENT)
    assert json.loads((told.out / "receipt.json").read_bytes())["package_sha256"] == taken.receipt.package_sha256
    note = (told.out / f"{NOTEBOOK.removesuffix('.labnote')}.checkpoint.txt").read_text("utf-8")
    assert check(told.notebook, deep=True, expected_checkpoint=note).ok
    assert (told.out / "report.pdf").read_bytes().startswith(b"%PDF-")


def test_its_package_is_accepted_by_standard_tools(tell, tmp_path) -> None:
    told = tell("ok")
    roots = open_trust(told.out / "trust.asice", MOMENT).trust.roots
    (tmp_path / "roots.pem").write_text("".join(roots))
    package = next(told.out.glob("result_*.asice"))
    arguments = [str(package), str(tmp_path / "roots.pem"), str(int(MOMENT.timestamp()))]
    command = ["bash", "-o", "pipefail", "-c", SCRIPT, "verify", *arguments]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("CAdES Verification successful") == 3


def test_a_reported_value_is_near_the_simulated_one(tell) -> None:
    """The world file says what the bench simulates; the result is within its uncertainty of that, by a wide margin."""
    with Reader.open(tell("ok").notebook) as reader:
        result = read_state(reader).result
    assert result is not None
    for point, simulated in (("10V", 10.0000127), ("1.018V", 1.0180043)):
        one = next(one for one in result.points if one.point == point)
        assert abs(float(one.value) - simulated) < 2 * float(one.U)
        assert len(one.budget) >= 6


def test_a_damaged_crate_stops_at_the_arrival_gate(tell) -> None:
    told = tell("damaged")
    assert told.code == 1
    assert "beyond the plan's limits" in told.complained
    assert "inform the pilot laboratory" in told.complained
    assert told.entries("run-start", "station-done", "result") == []
    assert not list(told.out.glob("result_*"))
    assert check(told.notebook, deep=True).ok


def test_an_unstable_standard_ends_with_a_failed_check_on_record(tell) -> None:
    told = tell("unstable")
    assert told.code == 1
    assert "did not pass" in told.complained
    last = told.entries("check")[-1].body
    assert (last["check"], last["verdict"]) == ("stability", "fail")
    assert [one.body["station"] for one in told.entries("station-done")] == ["arrival", "warm-up"]
    assert {one.body["task"] for one in told.entries("run-start")} == {"functional", "settling", "stability"}
    assert check(told.notebook, deep=True).ok


def test_a_pulled_cable_leaves_a_gap_and_the_comparison_goes_on(tell) -> None:
    told = tell("unplugged")
    assert (told.code, told.complained) == (0, "")
    (gap,) = told.entries("gap")
    runs = {one.seq: one.body for one in told.entries("run-start")}
    assert runs[gap.body["run"]]["task"] == "measurement"
    assert "the gap is marked in the record" in (told.out / "log.txt").read_text("utf-8")
    trust = open_trust(told.out / "trust.asice", MOMENT).trust
    assert verify_package(next(told.out.glob("result_*.asice")), trust, MOMENT).ok


def test_no_story_ends_with_a_traceback(tell) -> None:
    for scenario in _play.SCENARIOS:
        told = tell(scenario)
        assert "Traceback" not in told.said + told.complained
        assert not list((told.out / "pc").glob("crashes/*"))


def test_a_folder_of_somebody_else_is_not_touched(tmp_path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(WrongUse, match="not empty"):
        demonstrate(tmp_path, watcher=None)  # type: ignore[arg-type]
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_its_own_folder_is_used_again(tell, tmp_path) -> None:
    out = tmp_path / "demo"
    shutil.copytree(tell("damaged").out, out)
    _play._clear(out)
    assert [path.name for path in out.iterdir()] == [".labclient-demo"]
