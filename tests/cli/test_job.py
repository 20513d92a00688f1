"""The main job through the command line alone, on simulated instruments in processes of their own."""

import os
import signal
from pathlib import Path

import pytest

from .conftest import Ask, Bench, body, up_to_measurement


def test_the_whole_job_from_arrival_to_receipt(bench: Bench, done: Ask, ask: Ask) -> None:
    notebook, folder, who = bench.notebook, bench.folder, ("--who", "P-01")
    up_to_measurement(done, bench)
    code, told = bench.record("--task", "measurement").end()
    assert code == 0, told
    for name in ("zero", "environment"):
        done("enter", notebook, "check", name, *who)
    done("enter", notebook, "done", "measurement", *who)
    done("enter", notebook, "departure", body(folder, "departure"), *who)
    done("enter", notebook, "done", "departure", *who)
    done("enter", notebook, "budget", body(folder, "budget"), *who)
    assert "10V: " in done("enter", notebook, "result", *who).out
    done("enter", notebook, "done", "results", *who)

    stage = folder / "staged"
    done("package", "prepare", notebook, "--stage", stage, *who)
    assert ask("package", "write", notebook, stage, "--out", folder).code == 1
    for role, person in (("operator", "P-01"), ("checker", "P-02"), ("approver", "P-03")):
        done("sign", notebook, stage, "--role", role, "--identity", person)
    done("package", "write", notebook, stage, "--out", folder / "out")
    (package,) = (folder / "out").glob("*.asice")
    done("enter", notebook, "done", "signing", *who)
    (folder / "stick").mkdir()
    done("submit", package, "--to", folder / "stick", "--notebook", notebook)

    received = done("receive", folder / "stick" / package.name, "--trust", bench.papers.trust, "--identity", "P-90",
                    "--out", folder / "receipts", "--json").json  # fmt: skip
    assert received["ok"]
    assert "Delivered" in done("receipt", notebook, received["receipt"]).out
    done("enter", notebook, "done", "submission", *who)
    done("enter", notebook, "handed-over", body(folder, "handed-over"), *who)
    done("enter", notebook, "done", "handed-over", *who)

    status = done("status", notebook, "--json").json
    assert status["station"] is None
    assert {one["state"] for one in status["stations"]} == {"done"}
    found = done("verify", package, "--json").json  # by the list accepted with the notebook
    assert found["recomputed"]
    assert [one["role"] for one in found["signatures"]] == ["operator", "checker", "approver"]
    assert "computed again from the readings" in done("verify", package, "--trust", bench.papers.trust).out
    assert done("check", notebook, "--deep", "--json").json["ok"]
    done("export", notebook, "--out", folder / "export")
    assert (folder / "export" / "SHA256SUMS").is_file()

    damaged = bytearray(package.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    (folder / "damaged.asice").write_bytes(damaged)
    refused = ask("verify", folder / "damaged.asice", "--trust", bench.papers.trust)
    assert refused.code == 1
    assert ask("seal", package, "--identity", "P-03", "--out", folder).code == 1  # the list names no recipients


def test_ctrl_c_stops_the_run_in_order_and_the_same_command_goes_on(bench: Bench, done: Ask) -> None:
    up_to_measurement(done, bench)
    stopped = bench.record("--task", "measurement")
    stopped.go_on(12)  # in the second cycle
    stopped.process.send_signal(signal.SIGINT)
    code, told = stopped.end()
    assert code == 130
    assert "Stopped in order" in told
    status = done("status", bench.notebook, "--json").json
    assert status["open_runs"] == []
    assert "10V: 1 of 2 cycles measured." in status["stations"][3]["missing"]
    code, told = bench.record("--task", "measurement").end()
    assert code == 0, told
    assert not any("cycles measured" in one for one in _missing(done, bench.notebook))
    assert done("check", bench.notebook, "--deep", "--json").json["ok"]


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is POSIX's")
def test_a_killed_run_is_named_and_resumed_where_cycles_are_missing(bench: Bench, done: Ask) -> None:
    up_to_measurement(done, bench)
    killed = bench.record("--task", "measurement")
    killed.go_on(12)
    killed.process.kill()
    killed.end()
    assert done("check", bench.notebook, "--deep", "--json").json["ok"]
    status = done("status", bench.notebook, "--json").json
    assert {run["task"] for run in status["open_runs"]} == {"measurement", "environment"}
    code, told = bench.record("--task", "measurement").end()
    assert code == 1
    assert "was interrupted" in told
    assert "--resume" in told
    code, told = bench.record("--task", "measurement", "--resume").end()
    assert code == 0, told
    assert "Connect S" in told
    assert not any("cycles measured" in one for one in _missing(done, bench.notebook))


def test_a_trial_is_recorded_and_never_counts(bench: Bench, done: Ask, ask: Ask) -> None:
    up_to_measurement(done, bench)
    code, told = bench.record("--task", "measurement", "--purpose", "trial").end()
    assert code == 0, told
    assert "never promoted" in told
    assert "10V: 0 of 2 cycles measured." in _missing(done, bench.notebook)
    assert ask("enter", bench.notebook, "check", "zero", "--who", "P-01").code == 1


def test_nobody_at_the_terminal_stops_the_run_in_order(bench: Bench, done: Ask) -> None:
    up_to_measurement(done, bench)
    left = bench.record("--task", "measurement")
    left.go_on(3)
    assert left.process.stdin
    left.process.stdin.close()
    assert left.process.stdout
    left.said += left.process.stdout.readlines()
    assert left.process.wait(30) == 2
    assert left.process.stderr
    assert "Nobody answers" in left.process.stderr.read()
    left.process.stdout.close()
    left.process.stderr.close()
    assert done("status", bench.notebook, "--json").json["open_runs"] == []


def _missing(done: Ask, notebook: Path) -> list[str]:
    found: list[str] = done("status", notebook, "--json").json["stations"][3]["missing"]
    return found
