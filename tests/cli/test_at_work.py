"""Instruments at work at the command line: bound, compared, set, their health, barred; runs that keep the PC awake."""

from pathlib import Path

import pytest

from labclient.instruments import load_bench
from labclient.notebook import Reader

from .conftest import Bench, Pc


def test_an_instrument_is_bound_compared_and_set(bench: Bench) -> None:
    pc, notebook = bench.pc, bench.notebook
    assert "meter is taken to measure with in" in pc.done("instruments", "bind", "meter", notebook).out
    assert pc.ask("instruments", "bind", "room", notebook, "--as", "meter").code == 2
    pc.done("instruments", "bind", "room", notebook, "--as", "room")
    assert len(load_bench(pc.home.bench).binding) == 2
    told = pc.done("instruments", "compare", "meter", notebook).out
    assert "✓ 1.018V, Range: the plan asks 1, here 10: a run sets 1" in told
    refused = pc.ask("instruments", "compare", "room", notebook, "--json")
    assert refused.code == 1
    assert refused.json[0]["fits"] is False
    assert "nplc = 100" in pc.done("instruments", "set", "meter", "nplc=100").out
    assert "nplc = 10\n" in pc.done("instruments", "set", "meter").out
    assert pc.ask("instruments", "set", "meter", "nplc=11").code == 2
    assert pc.ask("instruments", "set", "meter", "gain=1").code == 2
    pc.done("instruments", "bind", "room", notebook, "--as", "nothing")
    assert len(load_bench(pc.home.bench).binding) == 1


def test_its_health_is_told_from_the_record(bench: Bench) -> None:
    told = bench.pc.done("instruments", "health", "meter", bench.notebook).out
    assert "no answer: 0; not believed: 0; connection lost: 0; gaps: 0" in told
    found = bench.pc.done("instruments", "health", "meter", bench.notebook, "--json").json
    assert (found["live"], found["replies"] >= 16) == (False, True)
    assert bench.pc.ask("instruments", "health", "meter").code == 2  # never tried on this PC
    assert bench.pc.ask("instruments", "health", "none", bench.notebook).code == 2


def test_addresses_are_barred_for_good(pc: Pc) -> None:
    assert "No address is barred." in pc.done("instruments", "bar").out
    pc.done("instruments", "bar", "GPIB0::9::INSTR", "COM3")
    assert "COM3: never touched" in pc.done("instruments", "bar").out
    refused = pc.ask("instruments", "add", "ts", "keysight-344xx", "GPIB0::9::INSTR")
    assert refused.code == 1
    assert "not to be touched" in refused.err
    for verb in ("identify", "read"):
        assert pc.ask("instruments", verb, "keysight-344xx", "gpib0::9").code == 1
    pc.done("instruments", "bar", "--none")
    assert load_bench(pc.home.bench).barred == ()


def test_a_deviation_is_signed_only_where_the_plan_provides_for_it(bench: Bench) -> None:
    refused = bench.pc.ask("instruments", "authorise", "meter", bench.notebook, "--role", "approver", "--identity",
                           "P-03", "--reason", "no other is here")  # fmt: skip
    assert refused.code == 1
    assert "The plan lets no deviation of the approver open this." in refused.err


def test_a_correction_replaces_what_was_entered(pc: Pc, tmp_path: Path) -> None:
    table, pdf = tmp_path / "table.toml", tmp_path / "page.pdf"
    table.write_text(
        'number = "7"\nissuer = "A"\ndate = "2026-01-15"\n[[row]]\npoint = "1 V"\nunit = "V"\nU = "0.1"\nk = "2"\n'
        'value = "1.01"\n', "utf-8",
    )  # fmt: skip
    pdf.write_bytes(b"%PDF-1.7")
    pc.done("instruments", "add", "zener", "--serial", "0042")
    assert pc.ask("instruments", "certificate", "zener", table, "--who", "P-01").code == 2
    pc.done("instruments", "certificate", "zener", table, "--pdf", pdf, "--who", "P-01")
    table.write_text(table.read_text("utf-8").replace("0.1", "0.2"), "utf-8")
    assert pc.ask("instruments", "certificate", "zener", table, "--pdf", pdf, "--who", "P-01").code == 2
    pc.done("instruments", "certificate", "zener", table, "--who", "P-02", "--correct")
    told = pc.done("instruments", "show", "zener").out
    assert "U = 0.2 V" in told
    assert "Entered by P-02" in told


def test_a_pc_that_may_sleep_is_told_and_noted(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WAKEPY_FAKE_SUCCESS")
    monkeypatch.setenv("WAKEPY_FORCE_FAILURE", "1")
    code, told = bench.record("--task", "measurement").end()
    assert code == 0, told
    assert told.count("This PC may fall asleep during the run") == 1
    with Reader.open(bench.notebook) as reader:
        (note,) = reader.entries({"note"})
        runs = [entry.body["task"] for entry in reader.entries({"run-start"}, note.seq)]
    assert note.author == "program"
    assert note.body["text"].startswith("This PC may fall asleep")
    assert runs[0] == "environment"  # the first of the runs that it covers
