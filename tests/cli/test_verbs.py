"""The verbs one by one: people and certificates, plans, instruments, entries, the state, the installation."""

import json
import subprocess
import sys
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from types import SimpleNamespace

import pytest

from labclient.__main__ import _SCREENS, NO_SCREEN
from labclient.cli import _instruments
from labclient.cli._out import amount
from labclient.cli._terminal import Display
from labclient.instruments._links import lost
from labclient.notebook import check
from labclient.signing import describe
from labclient.words import message, say

from .conftest import EXAMPLES, PROGRAM, WHO, Bench, Pc, compact_plan, environment, simulated

PEOPLE = {"P-01": "operator", "P-90": "pilot"}


@pytest.mark.usefixtures("cheap_keys")
def test_people_get_their_certificates_and_sign_plan_and_list(pc: Pc, tmp_path: Path) -> None:
    root = pc.done("identity", "authority", "--id", "root", "--name", "Authority", "--laboratory", "PILOT").out
    fingerprint = root.splitlines()[-1]
    certificates = []
    for id, role in PEOPLE.items():
        laboratory = "PILOT" if role == "pilot" else "LAB01"
        pc.done("identity", "new", "--id", id, "--name", f"{role} / 人员", "--laboratory", laboratory)
        assert "waits for its certificate" in pc.done("identity", "show", id).out
        key = pc.done("identity", "request", id, "--out", tmp_path / f"{id}.csr").out.split()[-1]
        printed = pc.done("identity", "request", id)
        assert printed.out == (tmp_path / f"{id}.csr").read_text()
        assert printed.err.split()[-1] == key
        certificates.append(tmp_path / f"{id}.pem")
        issued = pc.done("identity", "issue", tmp_path / f"{id}.csr", "--authority", "root", "--role", role, "--out",
                         certificates[-1])  # fmt: skip
        assert issued.out.split()[-1] == key
        assert describe(certificates[-1].read_bytes()).key_fingerprint == key
        pc.done("identity", "install", id, certificates[-1])
    shown = pc.done("identity", "show", "--json").json
    assert {id: one["roles"] for id, one in shown.items()} == {"root": [], "P-01": ["operator"], "P-90": ["pilot"]}
    pc.done("identity", "revoke", certificates[0], "--authority", "root", "--out", tmp_path / "crl.pem")
    assert "list 2 with 1 " in pc.done("identity", "revoke", "--authority", "root", "--out", tmp_path / "crl2.pem").out

    plan, listed = tmp_path / "plan.jsonc", tmp_path / "trust.json"
    pc.done("plan", "new", plan)
    made = pc.done("plan", "trust", "--plan", plan, "--root", "root", "--crl",
                   tmp_path / "crl2.pem", "--out", listed, *certificates)  # fmt: skip
    assert made.out.splitlines()[-1] == fingerprint
    trust, signed = tmp_path / "trust.asice", tmp_path / "plan.asice"
    pc.done("plan", "sign", listed, "--identity", "P-90", "--out", trust)
    pc.done("plan", "sign", plan, "--identity", "P-90", "--out", signed)
    assert pc.ask("plan", "sign", plan, "--identity", "P-01", "--out", tmp_path / "no.asice").code == 1
    assert pc.done("plan", "show", signed, "--trust", trust, "--json").json["origin"] == "signed"
    assert pc.ask("plan", "show", signed).code == 1

    refused = pc.ask("new", tmp_path / "n.labnote", "--plan", signed, "--trust", trust, "--laboratory", "LAB01", *WHO)
    assert refused.code == 1
    assert fingerprint in refused.err
    assert not (tmp_path / "n.labnote").exists()
    assert fingerprint in pc.ask("trust", "accept", trust).err
    wrong = pc.ask("trust", "accept", trust, "--confirm", "0" * 64)
    assert wrong.code == 1
    assert "ALARM" in wrong.err
    short = pc.ask("trust", "accept", trust, "--confirm", fingerprint[:16])
    assert short.code == 2
    assert "64 characters" in short.err
    assert fingerprint not in wrong.err + short.err
    assert pc.ask("new", tmp_path / "n.labnote", "--plan", signed, "--laboratory", "LAB01", *WHO).code == 1
    spelled = ":".join(fingerprint[at : at + 2].upper() for at in range(0, 64, 2))
    pc.done("trust", "accept", trust, "--confirm", spelled)
    pc.done("plan", "show", signed)
    pc.done("trust", "accept", trust)  # its root is known now
    again = ("new", tmp_path / "n.labnote", "--plan", signed, "--laboratory", "LAB01", *WHO)
    assert "ALARM" in pc.ask(*again, "--confirm", "0" * 64).err
    assert "Trust list 1, accepted on this PC, is taken." in pc.done(*again).out
    pc.done("new", tmp_path / "m.labnote", "--trust", trust, *again[2:])


def test_a_draft_names_every_fault_where_it_stands(pc: Pc, tmp_path: Path) -> None:
    plan = json.loads(compact_plan())
    plan["points"][1]["nominal"]["value"] = 10
    plan["stability"]["reedings"] = plan["stability"].pop("readings")
    del plan["title"]["zh"]
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(plan))
    answer = pc.ask("plan", "check", path, "--json")
    assert answer.code == 1
    found = {one["where"] for one in answer.json["faults"]}
    assert found >= {"stability.reedings", "stability.readings", "title.zh"}
    plan = json.loads(compact_plan())
    plan["unit"], plan["coverage"] = "Q", {}
    path.write_text(json.dumps(plan))
    told = pc.ask("plan", "check", path)
    assert told.code == 1
    assert "“Q”" in told.out
    assert "coverage" in told.out


def test_the_starting_plan_holds_and_its_comments_go(pc: Pc, tmp_path: Path) -> None:
    pc.done("plan", "new", tmp_path / "draft.jsonc")
    assert pc.ask("plan", "new", tmp_path / "draft.jsonc").code == 2
    pc.done("plan", "check", tmp_path / "draft.jsonc", "--out", tmp_path / "plan.json")
    clean = json.loads((tmp_path / "plan.json").read_bytes())
    assert clean == json.loads((EXAMPLES / "plan.json").read_bytes())
    shown = pc.done("plan", "show", tmp_path / "draft.jsonc")
    assert "DRAFT, not signed" in shown.out


def test_a_transcribed_plan_says_so_and_needs_no_list(pc: Pc, tmp_path: Path) -> None:
    plan = json.loads(compact_plan()) | {
        "transcription": {"document": "plan.docx", "document_sha256": "0" * 64, "transcribed_by": "P-01",
                          "confirmed_by": "P-02"}
    }  # fmt: skip
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(plan))
    assert "transcribed" in pc.done("plan", "show", path).out
    assert pc.ask("plan", "sign", path, "--identity", "x", "--out", tmp_path / "x").code == 2
    notebook = tmp_path / "n.labnote"
    pc.done("new", notebook, "--plan", path, "--laboratory", "LAB01", *WHO)
    assert pc.done("status", notebook, "--json").json["plan_origin"] == "transcribed"


def test_a_damaged_arrival_stops_the_job_with_code_1(pc: Pc, prepared: Bench, tmp_path: Path) -> None:
    notebook, papers = tmp_path / "n.labnote", prepared.papers
    pc.done("new", notebook, "--plan", papers.plan, "--trust", papers.trust, "--confirm", papers.root, "--laboratory",
            "LAB01", *WHO)  # fmt: skip
    blank = pc.done("enter", notebook, "arrival", "--template").json
    assert [part["name"] for part in blank["parts"]][:1] == ["reference"]
    path = tmp_path / "arrival.json"
    path.write_text(json.dumps(blank))
    unfilled = pc.ask("enter", notebook, "arrival", path, *WHO)
    assert unfilled.code == 2
    assert "received" in unfilled.err
    assert "seals_intact" in unfilled.err
    assert "parts[0].present" in unfilled.err
    arrival = json.loads((EXAMPLES / "entries.json").read_bytes())["arrival"] | {"visual": "damaged"}
    path.write_text(json.dumps(arrival))
    piped = pc.run("enter", notebook, "arrival", "-", *WHO, stdin=path.read_bytes())
    assert piped.code == 0
    pc.done("enter", notebook, "attachment", EXAMPLES / "crate.png", "--what", "photo", *WHO)
    assert pc.ask("enter", notebook, "check", "transport", *WHO).code == 2
    pc.done("enter", notebook, "attachment", EXAMPLES / "transport-shock.csv", "--what", "transport-log", *WHO)
    assert pc.ask("enter", notebook, "check", "transport", *WHO).code == 1
    refused = pc.ask("enter", notebook, "done", "arrival", *WHO)
    assert refused.code == 1
    assert "inform the pilot laboratory" in refused.err
    told = pc.done("status", notebook).out
    assert "open: Arrival" in told
    assert "inform the pilot laboratory" in told


def test_templates_of_all_kinds_name_what_the_plan_says(prepared: Bench) -> None:
    budget = prepared.done("enter", "budget", "--template").json
    assert {(row["row"], row["point"]) for row in budget["rows"]} >= {("day", "10V"), ("emf", "1.018V")}
    standard = prepared.done("enter", "standard", "--template").json
    assert [value["point"] for value in standard["values"]] == ["10V", "1.018V"]
    assert "last entry" in prepared.done("enter", "decision", "--template").err
    for kind in ("decision", "note", "deviation", "exclusion", "departure", "handed-over"):
        assert prepared.done("enter", kind, "--template").json


def test_a_notebook_on_a_read_only_stick_still_answers(bench: Bench) -> None:
    bench.notebook.chmod(0o444)
    bench.folder.chmod(0o555)
    try:
        assert bench.done("status", "--json").json["station"] == "measurement"
        assert bench.done("check").out.endswith("Everything verifies.\n")
    finally:
        bench.folder.chmod(0o755)


def test_a_check_finds_what_was_changed_and_a_checkpoint_of_another_notebook(bench: Bench, prepared: Bench) -> None:
    note = bench.folder / "LAB01.checkpoint.txt"
    (bench.folder / "note.json").write_text('{"text": "only here"}')
    bench.done("enter", "note", bench.folder / "note.json", *WHO)
    bench.done("checkpoint")
    bench.done("check", "--checkpoint", note)
    assert prepared.pc.ask("check", prepared.notebook, "--checkpoint", note).code == 1
    begin = ("new", "--plan", prepared.papers.plan, "--laboratory", "LAB01", *WHO)
    bench.pc.done(begin[0], bench.folder / "another.labnote", *begin[1:])
    another = bench.pc.ask("check", bench.notebook, "--checkpoint", bench.folder / "another.checkpoint.txt")
    assert another.code == 1
    assert "is of another notebook" in another.out
    whole = bytearray(bench.notebook.read_bytes())
    place = whole.index(b"LZ-0042")
    whole[place] ^= 1
    bench.notebook.write_bytes(whole)
    answer = bench.pc.ask("check", bench.notebook, "--json")
    assert answer.code == 1
    assert answer.json["findings"]
    assert bench.pc.ask("export", bench.notebook, "--out", bench.folder / "a").code == 1
    assert "unreadable" not in (bench.folder / "a" / "DAMAGE.txt").read_text("utf-8")
    assert (bench.folder / "a" / "SHA256SUMS").is_file()


def test_a_notebook_begun_elsewhere_signs_no_checkpoint(bench: Bench) -> None:
    for key in bench.pc.home.keys.iterdir():
        key.unlink()
    assert bench.pc.ask("checkpoint", bench.notebook).code == 3


def test_instruments_answer_and_what_they_say_is_on_disk_first(pc: Pc, tmp_path: Path) -> None:
    with simulated(pc.home, "keysight-344xx") as meter:
        who = pc.done("instruments", "identify", "keysight-344xx", meter.address, "--json").json
        assert who["identity"]["serial"] == "MY00000001"
        pc.done("simulate", "order", meter.ready["control"], '{"connect": "X", "point": "10V"}')
        pc.done("simulate", "order", meter.ready["control"], '{"fault": "overload", "count": 2}')
        into = tmp_path / "look.labnote"
        read = pc.done("instruments", "read", "keysight-344xx", meter.address, "--count", 4, "--set", "range=10",
                       "--into", into, "--json").json  # fmt: skip
        assert [one["status"] for one in read["replies"]].count("overload") == 2
        assert check(into, deep=True).readings >= 4
        told = pc.done("instruments", "read", "keysight-344xx", meter.address, "--count", 2).out
        assert "never counts" in told
        assert len(list((pc.home.root / "diagnostics").glob("*.labnote"))) == 1
        refused = pc.ask("simulate", "order", meter.ready["control"], '{"fault": "nonsense"}')
        assert refused.code == 2


def test_drivers_are_listed_and_checked(pc: Pc, tmp_path: Path) -> None:
    known = pc.done("instruments", "drivers", "--json").json
    assert {"keysight-344xx", "vaisala-ptu300"} <= set(known)
    source = Path(known["keysight-344xx"]["file"])
    pc.done("instruments", "drivers", "--check", source)
    broken = tmp_path / "keysight-344xx.toml"
    broken.write_text(source.read_text(encoding="utf-8").replace('quantity = "voltage"', 'quantity = "valtage"'))
    answer = pc.ask("instruments", "drivers", "--check", broken)
    assert answer.code == 2
    assert "line" in answer.err


def test_finding_never_fails(pc: Pc, monkeypatch: pytest.MonkeyPatch) -> None:
    from labclient.instruments import _discovery

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the vendor's library is broken")

    monkeypatch.setattr(_discovery, "search_visa", broken)
    monkeypatch.setattr(_discovery, "serial_ports", lambda: (_discovery.Port("COM9", "adapter://0403:6001:A1", "USB"),))
    found = pc.done("instruments", "find", "--json").json
    assert found["addresses"] == ["COM9"]
    assert found["found"][0]["state"] == "closed"
    assert "broken" in found["not_searched"][0]
    told = pc.done("instruments", "find", "--list").out
    assert "COM9 (adapter://0403:6001:A1, USB)" in told


def test_finding_says_which_driver_fits_and_why(pc: Pc, monkeypatch: pytest.MonkeyPatch) -> None:
    from labclient.instruments import _discovery

    monkeypatch.setattr(_discovery, "search_visa", lambda *_, **__: iter(()))
    monkeypatch.setattr(_discovery, "serial_ports", tuple)
    with simulated(pc.home, "keysight-344xx") as meter:
        place = meter.address.removeprefix("tcp://")
        told = pc.done("instruments", "find", place, "--driver", "keysight-344xx").out
        assert "*IDN?" in told
        assert "driver keysight-344xx, address TCPIP0::127.0.0.1::" in told
        barred = pc.done("instruments", "find", place, "--exclude", meter.address, "--json").json
    assert [one["state"] for one in barred["found"]] == ["barred"]
    assert pc.ask("instruments", "find", "192.0.2.0-255:1,2").code == 2


def test_the_selftest_says_what_is_missing(pc: Pc, monkeypatch: pytest.MonkeyPatch) -> None:
    assert pc.done("selftest", "--json").json["ok"]
    from labclient.cli import _selftest

    def gone() -> str:
        raise ModuleNotFoundError("No module named 'typst'")

    monkeypatch.setitem(_selftest._LOOKS, "report", gone)
    answer = pc.ask("selftest")
    assert answer.code == 1
    assert "MISSING  report" in answer.out


def test_several_instruments_that_fit_have_to_be_named(bench: Bench) -> None:
    register = bench.pc.home.bench
    register.write_text(register.read_text(encoding="utf-8") + register.read_text(encoding="utf-8").replace(
        'id = "meter"', 'id = "meter2"').replace('id = "room"', 'id = "room2"'))  # fmt: skip
    code, told = bench.record("--task", "measurement").end()
    assert code == 2
    assert "meter, meter2" in told
    assert "--meter" in told


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        ("3.218004e-07", "V", "322 nV"),
        ("-0.00001", "V", "-10 µV"),
        ("5400.0", "s", "5400 s"),
        ("2.0", "", "2.0"),
        ("10V", "", "10V"),
    ],
)
def test_figures_are_told_with_three_digits_in_a_fitting_unit(value: str, unit: str, shown: str) -> None:
    assert amount(value, unit) == shown


class _Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def test_a_display_without_a_bar_leaves_no_empty_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    with redirect_stdout(_Terminal()) as screen, Display() as display:
        with display.paused():
            pass
        display.tell(message("Arrival"))
    assert screen.getvalue() == "Arrival\n"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere there is always a screen")
def test_without_a_screen_the_window_says_so(pc: Pc) -> None:
    bare = {name: value for name, value in environment(pc.home).items() if name not in _SCREENS}
    done = subprocess.run(PROGRAM, env=bare, capture_output=True, check=False, timeout=200)
    assert (done.returncode, done.stdout) == (NO_SCREEN, b"")
    assert b"no screen for the window" in done.stderr


def test_what_an_instrument_does_not_say_is_a_dash(pc: Pc, monkeypatch: pytest.MonkeyPatch) -> None:
    silent = SimpleNamespace(identity=SimpleNamespace(manufacturer="Vaisala", model="", serial="V1", firmware=""))
    monkeypatch.setattr(_instruments, "probe", lambda driver, address: silent)
    told = pc.done("instruments", "identify", "vaisala-ptu300", "tcp://127.0.0.1:9").out
    assert told == "Vaisala -, serial number V1, firmware -\n"


def test_a_lost_connection_is_told_as_a_whole_sentence() -> None:
    waits = message("{trouble} The run waits.", trouble=lost("COM3", message("the instrument closed it")).sentence)
    assert say(waits, "en") == "The connection to COM3 is gone (the instrument closed it). The run waits."
