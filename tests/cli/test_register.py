"""The register at the command line: things without an interface, certificates of four eyes, groups, and what a run says
of them."""

from pathlib import Path
from threading import Event

import pytest

from labclient.clock import SystemClock
from labclient.errors import GateClosed
from labclient.instruments import load_bench
from labclient.notebook import Reader
from labclient.participation import Look, bench_instrument, read_out

from .conftest import Bench, Pc, simulated

TABLE = """number = "2024-017"
issuer = "Institute A"
date = "2024-01-15"
due = "2025-01-14"
due_source = "laboratory"
conditions = "(23 ± 1) °C"

[[row]]
point = "10 V"
unit = "V"
correction = "-0.0000032"
U = "0.000012"
k = "2"
page = 2
"""


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "table.toml"
    path.write_text(TABLE, encoding="utf-8")
    (tmp_path / "page.pdf").write_bytes(b"%PDF-1.7 page")
    return path


def certify(pc: Pc, id: str, table: Path) -> None:
    """Enter the table as one person and confirm it as another."""
    pdf = table.with_name("page.pdf")
    assert "second person" in pc.done("instruments", "certificate", id, table, "--pdf", pdf, "--who", "P-01").out
    refused = pc.ask("instruments", "confirm", id, "2024-017", "--who", "P-01")
    assert refused.code == 1
    assert "P-01 entered this certificate" in refused.err
    pc.done("instruments", "confirm", id, "2024-017", "--who", "P-02")


def test_a_thing_without_an_interface_has_its_certificate(pc: Pc, table: Path) -> None:
    assert pc.ask("instruments", "add", "zener", "--model", "732C").code == 2
    pc.done("instruments", "add", "zener", "--model", "732C", "--serial", "0042", "--maker", "Maker")
    certify(pc, "zener", table)
    told = pc.done("instruments", "show", "zener").out
    assert "2025-01-14, the laboratory's decision" in told
    assert "correction -0.0000032 V\tU = 0.000012 V\tk = 2" in told
    assert "Confirmed by P-02" in told
    assert "certificate 2024-017 has expired on 2025-01-14" in told
    assert pc.done("instruments", "show", "zener", "--json").json["concerns"] == ["expired"]
    assert "has expired" in pc.done("instruments", "bench").out
    again = pc.ask("instruments", "certificate", "zener", table, "--pdf", table, "--who", "P-01")
    assert again.code == 2
    assert pc.ask("instruments", "confirm", "zener", "none", "--who", "P-02").code == 2
    assert pc.ask("instruments", "show", "none").code == 2


def test_a_change_by_hand_has_to_be_confirmed_anew(pc: Pc, table: Path) -> None:
    pc.done("instruments", "add", "zener", "--serial", "0042")
    certify(pc, "zener", table)
    register = pc.home.bench
    register.write_text(register.read_text("utf-8").replace("0.000012", "0.000011"), "utf-8")
    assert pc.done("instruments", "show", "zener", "--json").json["concerns"] == ["expired", "unconfirmed"]
    pc.done("instruments", "confirm", "zener", "2024-017", "--who", "P-03")
    assert pc.done("instruments", "show", "zener", "--json").json["concerns"] == ["expired"]


def test_a_document_that_was_exchanged_is_not_confirmed(pc: Pc, table: Path) -> None:
    pc.done("instruments", "add", "zener", "--serial", "0042")
    pc.done("instruments", "certificate", "zener", table, "--pdf", table.with_name("page.pdf"), "--who", "P-01")
    (kept,) = (pc.home.root / "certificates").iterdir()
    kept.write_bytes(b"%PDF-1.7 other")
    assert pc.ask("instruments", "confirm", "zener", "2024-017", "--who", "P-02").code == 1


def test_instruments_make_up_a_measurement_standard(pc: Pc) -> None:
    for id in ("zener", "bath"):
        pc.done("instruments", "add", id, "--serial", f"S-{id}")
    group = ("instruments", "standard", "dcv", "--name", "直流电压标准装置", "--main", "zener")
    assert pc.ask(*group, "--auxiliary", "none").code == 2
    pc.done(*group, "--auxiliary", "bath", "--licence", "计量标准考核证书=〔2024〕001")
    assert "计量标准考核证书 〔2024〕001" in pc.done("instruments", "show", "bath").out
    (standard,) = load_bench(pc.home.bench).standard
    assert (standard.main, standard.auxiliary) == (("zener",), ("bath",))
    assert pc.ask(*group, "--licence", "without a number").code == 2


def test_a_run_keeps_what_the_register_said(pc: Pc, table: Path, tmp_path: Path) -> None:
    with simulated(pc.home, "keysight-344xx") as meter:
        pc.done("instruments", "add", "meter", "keysight-344xx", meter.address)
        certify(pc, "meter", table)
        register = pc.home.bench
        assert 'firmware = "A.03' in register.read_text("utf-8")
        register.write_text(register.read_text("utf-8").replace('firmware = "A.03', 'firmware = "A.02'), "utf-8")
        into, looks, instrument = tmp_path / "look.labnote", [], bench_instrument(pc.home, "meter")
        busy = instrument.device({}, SystemClock())
        busy.connect()
        with pytest.raises(GateClosed, match="in use"):
            instrument.device({}, SystemClock()).identify()
        busy.close()
        look = read_out(instrument, {}, 3, into, who="-", clock=SystemClock(), tell=str, show=looks.append)
        stop = Event()
        stop.set()
        none = read_out(instrument, {}, 9, tmp_path / "2.labnote", who="-", clock=SystemClock(), tell=str, stop=stop)
    assert len(look.replies) == 3
    assert looks
    assert all(isinstance(one, Look) for one in looks)
    assert any(one.data.startswith(b"*IDN?") for one in look.transcript)
    assert len(none.replies) < 9
    with Reader.open(into) as reader:
        (start,) = reader.entries({"run-start"})
    told = start.body["instrument"]["register"]
    assert told["concerns"] == ["expired", "unconfirmed", "firmware"]  # what it had when it was calibrated counts
    assert told["certificate"]["due_source"] == "laboratory"
    assert told["certificate"]["confirmed_by"] == ""
    assert told["firmware"].startswith("A.02")
    assert start.body["instrument"]["identity"]["firmware"].startswith("A.03")


def test_an_expired_certificate_is_told_when_a_run_begins(bench: Bench, table: Path) -> None:
    certify(bench.pc, "meter", table)
    code, told = bench.record("--task", "measurement").end()
    assert code == 0, told
    assert "meter: certificate 2024-017 has expired on 2025-01-14." in told
