"""The main job through the command line alone, on simulated instruments in processes of their own."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from .conftest import PROGRAM, PROMPT, WHO, Bench, compact_plan, environment


def test_the_whole_job_from_arrival_to_receipt(bench: Bench) -> None:
    pc, notebook, folder, done = bench.pc, bench.notebook, bench.folder, bench.done
    code, told = bench.record("--task", "measurement").end()
    assert code == 0, told
    for name in ("zero", "environment"):
        done("enter", "check", name, *WHO)
    assert f"Next: labclient enter {notebook} done measurement --who …" in done("status").out
    cycles = done("status", "--json").json["cycles"]
    first = next(one["entry"] for one in cycles if (one["point"], one["cycle"]) == ("10V", 1))
    assert f"Cycles of 10V, day 1, with their entries: 1 = {first}, 2 = " in done("status").out
    done("enter", "done", "measurement", *WHO)
    bench.enter("departure")
    done("enter", "done", "departure", *WHO)
    bench.enter("budget")
    assert "10V: " in done("enter", "result", *WHO).out
    done("enter", "done", "results", *WHO)
    pc.done("package", "prepare", notebook, "--stage", folder / "too early", *WHO)
    bench.enter("budget")
    assert [one.split()[0] for one in bench.missing("signing")] == ["Something", "The"]
    done("enter", "result", *WHO)

    stage = folder / "staged"
    pc.done("package", "prepare", notebook, "--stage", stage, *WHO)
    assert pc.ask("package", "write", notebook, stage, "--out", folder).code == 1
    for role, person in (("operator", "P-01"), ("checker", "P-02"), ("approver", "P-03")):
        done("sign", stage, "--role", role, "--identity", person)
    pc.done("package", "write", notebook, stage, "--out", folder / "out")
    (package,) = (folder / "out").glob("*.asice")
    done("enter", "done", "signing", *WHO)
    trust = _newer_list(bench)
    sealed = _sealed(bench, package, trust)
    (folder / "stick").mkdir()
    pc.done("submit", sealed, "--to", folder / "stick", "--notebook", notebook)
    pc.done("submit", package, "--to", folder / "stick", "--notebook", notebook)

    sent = _opened(bench, folder / "stick" / sealed.name, trust)
    assert sent.read_bytes() == package.read_bytes()
    received = pc.done("receive", sent, "--trust", bench.papers.trust, "--identity", "P-90", "--out",
                       folder / "receipts", "--json").json  # fmt: skip
    assert received["ok"]
    assert "Delivered" in done("receipt", received["receipt"]).out
    done("enter", "done", "submission", *WHO)
    bench.enter("handed-over")
    done("enter", "done", "handed-over", *WHO)

    status = done("status", "--json").json
    assert status["station"] is None
    assert {one["state"] for one in status["stations"]} == {"done"}
    found = pc.run("verify", package, "--json")  # by the list accepted with the notebook
    assert found.code == 0
    assert found.json["recomputed"]
    assert [one["role"] for one in found.json["signatures"]] == ["operator", "checker", "approver"]
    assert "computed again from the readings" in pc.done("verify", package, "--trust", bench.papers.trust).out
    assert done("check", "--deep", "--json").json["ok"]
    done("export", "--out", folder / "export")
    assert (folder / "export" / "SHA256SUMS").is_file()

    damaged = bytearray(package.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    (folder / "damaged.asice").write_bytes(damaged)
    assert pc.ask("verify", folder / "damaged.asice", "--trust", bench.papers.trust).code == 1
    refused = pc.ask("seal", package, "--identity", "P-03", "--out", folder)
    assert refused.code == 2
    assert "exists already" in refused.err


def _newer_list(bench: Bench) -> Path:
    """A newer trust list of the same root, with a recipient, taken by the notebook without a fingerprint."""
    pc, folder, kept = bench.pc, bench.folder, bench.pc.home.identities
    (folder / "plan.json").write_bytes(compact_plan())
    recipient = pc.done("identity", "seal-key", folder / "pilot.key").out.splitlines()[-1]
    pc.done("identity", "revoke", "--authority", "authority", "--out", folder / "crl.pem")
    people = [kept / id / "certificate.pem" for id in ("P-01", "P-02", "P-03", "P-90")]
    pc.done("plan", "trust", "--plan", folder / "plan.json", "--root", kept / "authority" / "certificate.pem", "--crl",
            folder / "crl.pem", "--recipient", f"Pilot={recipient}", "--version", 2, "--simulated", "--out",
            folder / "trust2.json", *people)  # fmt: skip
    trust = folder / "trust2.asice"
    pc.done("plan", "sign", folder / "trust2.json", "--identity", "P-90", "--out", trust)
    taking = ("trust", "accept", trust, "--notebook", bench.notebook)
    assert pc.ask(*taking).code == 2
    assert "ALARM" in pc.ask(*taking, *WHO, "--confirm", "0" * 64).err
    assert "trust list 2 instead of 1" in pc.done(*taking, *WHO).out
    assert "has version 2 already" in pc.ask(*taking, *WHO).err
    return trust


def _sealed(bench: Bench, package: Path, trust: Path) -> Path:
    """The package sealed by the approver; its code is what `verify` shows the pilot."""
    pc, folder = bench.pc, bench.folder
    assert pc.ask("seal", package, "--trust", trust, "--identity", "P-01", "--out", folder).code == 1
    told = pc.done("seal", package, "--identity", "P-03", "--out", folder, "--notebook", bench.notebook, "--json").json
    assert told["code"].count("-") == 5
    shown = pc.done("verify", told["file"], "--trust", trust, "--json").json
    assert (shown["sealed"]["commitment"], shown["code"]) == (told["commitment"], told["code"])
    assert pc.done("verify", told["file"]).out.count(told["code"]) == 1
    return Path(told["file"])


def _opened(bench: Bench, sealed: Path, trust: Path) -> Path:
    """The package out of its seal, as the pilot opens it before it is received."""
    refused = bench.pc.ask("receive", sealed, "--trust", trust, "--identity", "P-90", "--out", bench.folder)
    assert refused.code == 2
    assert "must be opened first" in refused.err
    opening = ("open", sealed, "--key", bench.folder / "pilot.key", "--trust", trust, "--out")
    told = bench.pc.done(*opening, bench.folder / "opened", "--json").json
    assert told["code"] in bench.pc.done(*opening, bench.folder / "opened again").out
    assert told["code"] == bench.pc.done("verify", sealed, "--json").json["code"]
    return Path(told["file"])


def test_ctrl_c_stops_the_run_in_order_and_the_same_command_goes_on(bench: Bench) -> None:
    stopped = bench.record("--task", "measurement")
    stopped.go_on(12)  # in the second cycle
    stopped.process.send_signal(signal.SIGINT)
    code, told = stopped.end()
    assert code == 130
    assert "Stopped in order" in told
    assert bench.done("status", "--json").json["open_runs"] == []
    assert "10V: 1 of 2 cycles measured." in bench.missing("measurement")
    code, told = bench.record("--task", "measurement").end()
    assert code == 0, told
    assert not any("cycles measured" in one for one in bench.missing("measurement"))
    assert bench.done("check", "--deep", "--json").json["ok"]


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is POSIX's")
def test_a_killed_run_is_named_and_resumed_where_cycles_are_missing(bench: Bench) -> None:
    killed = bench.record("--task", "measurement")
    killed.go_on(12)
    killed.process.kill()
    killed.end()
    assert bench.done("check", "--deep", "--json").json["ok"]
    assert {run["task"] for run in bench.done("status", "--json").json["open_runs"]} == {"measurement", "environment"}
    assert bench.done("status").out.count("--task measurement --resume") == 1
    code, told = bench.record("--task", "measurement").end()
    assert code == 1
    assert "was interrupted" in told
    assert "--resume" in told
    code, told = bench.record("--task", "measurement", "--resume").end()
    assert code == 0, told
    assert not any("cycles measured" in one for one in bench.missing("measurement"))


@pytest.mark.skipif(os.name != "posix", reason="a pseudo-terminal is POSIX's")
def test_on_a_terminal_the_person_is_asked_between_the_bars(bench: Bench) -> None:
    ours, theirs = os.openpty()
    process = subprocess.Popen(
        [*PROGRAM, "record", str(bench.notebook), "--task", "measurement", *WHO], stdin=theirs, stdout=theirs,
        stderr=theirs, env=environment(bench.pc.home, TERM="xterm", COLUMNS="200"),
    )  # fmt: skip
    os.close(theirs)
    told, seen = "", 0
    while piece := _read(ours):
        told += piece
        for asked in list(PROMPT.finditer(told))[seen:]:
            bench.meter.hands.connect(asked["role"], asked["point"], asked["way"] == "reversed")
            os.write(ours, b"\n")
            seen += 1
    os.close(ours)
    assert process.wait(120) == 0, told
    assert "Day 1 is measured." in told
    assert seen == 36


def _read(terminal: int) -> str:
    """What is on the terminal next; empty when the other side has gone."""
    try:
        return os.read(terminal, 65536).decode(errors="replace")
    except OSError:
        return ""


def test_a_trial_is_recorded_and_never_counts(bench: Bench) -> None:
    code, told = bench.record("--task", "measurement", "--purpose", "trial").end()
    assert code == 0, told
    assert "never promoted" in told
    assert "10V: 0 of 2 cycles measured." in bench.missing("measurement")
    assert bench.pc.ask("enter", bench.notebook, "check", "zero", *WHO).code == 1


def test_nobody_at_the_terminal_stops_the_run_in_order(bench: Bench) -> None:
    code, told = bench.record("--task", "measurement").leave(3)
    assert code == 2
    assert "Nobody answers" in told
    assert bench.done("status", "--json").json["open_runs"] == []
