"""The register as both faces change it: certificates, settings, groups, bindings, what is never touched, and how an
instrument answered."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from evaluation.records import StillClock, block_of, small_plan
from msgspec.structs import replace

from labclient.errors import DriverInvalid, EntryInvalid, GateClosed, Refused, WrongUse
from labclient.home import Home
from labclient.instruments import (
    Bench,
    BenchInstrument,
    Certificate,
    CertifiedPoint,
    Identity,
    Licence,
    MeasurementStandard,
    load_bench,
    save_bench,
)
from labclient.instruments._discovery import Found
from labclient.notebook import Channel, Notebook, gap, run_start, run_stop, series
from labclient.participation import (
    HealthWatch,
    _register,
    bar,
    bench_instrument,
    bind,
    certificates_due,
    change_settings,
    compare,
    confirm_certificate,
    enter_certificate,
    group,
    last_trial,
    pick,
    register,
    unbind,
)
from labclient.signing import NoteKey
from labclient.words import say

ROW = CertifiedPoint("10 V", "V", "0.000012", "2", correction="-0.0000032", page=2)
SAID = Certificate("2026-1", "Institute A", "2026-01-15", (ROW,), "2027-01-14", "laboratory")
PLAN = small_plan()


@pytest.fixture
def pc(home: Home, tmp_path: Path) -> Home:
    (tmp_path / "page.pdf").write_bytes(b"%PDF-1.7 page")
    save_bench(home.bench, Bench((
        BenchInstrument("dmm", "Multimeter", "MY1", "keysight-344xx", "GPIB0::22::INSTR", firmware="A.03"),
        BenchInstrument("dmm2", "Multimeter", "MY2", "keysight-344xx", "GPIB0::23::INSTR"),
        BenchInstrument("ptu", "Room", "K1", "vaisala-ptu300", "COM5"),
        BenchInstrument("zener", "Reference", "0042"),
    )))  # fmt: skip
    return home


def test_a_certificate_keeps_the_firmware_and_settings_of_its_time(pc: Home, tmp_path: Path) -> None:
    entered = enter_certificate(pc, "dmm", SAID, tmp_path / "page.pdf", "P-01")
    assert entered.firmware == "A.03"
    assert entered.settings["nplc"] == "10"
    change_settings(pc, "dmm", {"nplc": "100"})
    (concern,) = bench_instrument(pc, "dmm").registration.concerns(date(2026, 2, 1))[1:]  # type: ignore[union-attr]
    assert concern.id == "settings"
    enter_certificate(pc, "dmm", replace(SAID, issuer="Institute B"), None, "P-01", correct=True)
    (_, concern) = bench_instrument(pc, "dmm").registration.concerns(date(2026, 2, 1))  # type: ignore[union-attr]
    assert concern.id == "settings"  # a correction of the page is no new calibration
    change_settings(pc, "dmm", {"nplc": "10", "range": "10"})
    assert load_bench(pc.bench).find("dmm").settings == {}  # type: ignore[union-attr] - the driver's own


@pytest.mark.parametrize(
    ("said", "path"),
    [
        (replace(SAID, number=" "), ("number",)),
        (replace(SAID, issuer=""), ("issuer",)),
        (replace(SAID, date="15.1.2026"), ("date",)),
        (replace(SAID, due_source=None), ("due_source",)),
        (replace(SAID, row=()), ("row",)),
        (replace(SAID, row=(ROW, replace(ROW, U="0,1x"))), ("row", 1, "U")),
        (replace(SAID, row=(replace(ROW, point=""),)), ("row", 0, "point")),
        (replace(SAID, row=(replace(ROW, value="1"),)), ("row", 0)),
    ],
)
def test_what_is_wrong_in_a_certificate_is_said_at_its_place(
    pc: Home, tmp_path: Path, said: Certificate, path: tuple[Any, ...]
) -> None:
    before = pc.bench.read_bytes()
    with pytest.raises(EntryInvalid) as caught:
        enter_certificate(pc, "dmm", said, tmp_path / "page.pdf", "P-01")
    assert caught.value.path == path
    assert len(path) == 1 or say(caught.value.sentence).startswith(f"Line {path[1] + 1}")
    assert pc.bench.read_bytes() == before


def test_a_correction_is_confirmed_anew(pc: Home, tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="document of certificate 2026-1 is missing"):
        enter_certificate(pc, "zener", SAID, None, "P-01")
    with pytest.raises(WrongUse, match="has no certificate 2026-1"):
        enter_certificate(pc, "zener", SAID, None, "P-01", correct=True)
    first = enter_certificate(pc, "zener", SAID, tmp_path / "page.pdf", "P-01")
    confirm_certificate(pc, "zener", "2026-1", "P-02")
    with pytest.raises(WrongUse, match="already"):
        enter_certificate(pc, "zener", SAID, tmp_path / "page.pdf", "P-01")
    said = replace(SAID, row=(replace(ROW, U="0.000013"),))
    mended = enter_certificate(pc, "zener", said, None, "P-02", correct=True)
    assert (mended.sha256, mended.file) == (first.sha256, "page.pdf")
    with pytest.raises(Refused, match="P-02 entered this certificate"):
        confirm_certificate(pc, "zener", "2026-1", "P-02")
    assert confirm_certificate(pc, "zener", "2026-1", "P-01").is_confirmed("0042")
    (kept,) = load_bench(pc.bench).find("zener").certificate  # type: ignore[union-attr]
    assert kept.row[0].U == "0.000013"


def test_certificates_are_told_of_thirty_days_ahead(pc: Home, tmp_path: Path) -> None:
    for id, due in (("dmm", "2026-06-30"), ("dmm2", "2026-05-31"), ("zener", "2026-07-02")):
        enter_certificate(pc, id, replace(SAID, due=due), tmp_path / "page.pdf", "P-01")
    assert [say(one, "en") for one in certificates_due(pc, date(2026, 6, 1))] == [
        "The certificate of dmm2 has expired on 2026-05-31.",
        "The certificate of dmm is due in 29 days, on 2026-06-30.",
    ]


def test_settings_stay_within_the_driver(pc: Home) -> None:
    with pytest.raises(DriverInvalid, match="11 is not allowed"):
        change_settings(pc, "dmm", {"nplc": "11"})
    with pytest.raises(WrongUse, match="has no driver"):
        change_settings(pc, "zener", {})


def test_a_measurement_standard_has_a_main_device(pc: Home) -> None:
    for wrong in (
        MeasurementStandard("dcv", "DC", ()),
        MeasurementStandard("dcv", " ", ("zener",)),
        MeasurementStandard("dcv", "DC", ("zener",), ("zener",)),
        MeasurementStandard("dcv", "DC", ("zener",), licence=(Licence("Licence", ""),)),
        MeasurementStandard("dcv", "DC", ("none",)),
    ):
        with pytest.raises(WrongUse):
            group(pc, wrong)
    group(pc, MeasurementStandard("dcv", "DC", ("zener",), ("dmm",)))
    group(pc, MeasurementStandard("dcv", "DC voltage", ("zener",), ("dmm",), (Licence("L", "1", "2028-01-01"),)))
    (standard,) = load_bench(pc.bench).standard
    assert standard.name == "DC voltage"
    assert standard.licence[0].told == "L 1 2028-01-01"


def test_what_is_bound_is_taken_before_what_could_be(pc: Home) -> None:
    with pytest.raises(WrongUse, match="Several instruments could be taken to measure with: dmm, dmm2"):
        pick(pc, None, "meter", PLAN)
    assert pick(pc, None, "room", PLAN).id == "ptu"
    with pytest.raises(WrongUse, match="does not read what the plan needs: voltage"):
        bind(pc, PLAN, "meter", "ptu")
    bind(pc, PLAN, "meter", "dmm2")
    assert pick(pc, None, "meter", PLAN).id == "dmm2"
    assert pick(pc, "dmm", "meter", PLAN).id == "dmm"
    bind(pc, PLAN, "meter", "dmm")
    assert len(load_bench(pc.bench).binding) == 1
    unbind(pc, PLAN, "dmm")
    assert load_bench(pc.bench).binding == ()


def test_an_instrument_is_compared_with_what_the_plan_asks(pc: Home) -> None:
    rows = {say(one.what): one for one in compare(PLAN, bench_instrument(pc, "dmm"), "meter")}
    assert all(one.fits for one in rows.values())
    assert rows["10V, largest reading"].found == "12 V"
    assert say(rows["1.018V, Range"].word) == "a run sets 1; a test reading uses 10"
    (wrong,) = compare(PLAN, bench_instrument(pc, "ptu"), "meter")
    assert (wrong.asked, wrong.fits) == ("voltage", False)
    point = replace(PLAN.points[0], settings={"range": "7", "nplc": "10", "filter": "ON"})
    other = replace(PLAN, points=(point, replace(PLAN.points[0], id="far", settings={"range": "1"})))
    lines = [say(one.word) for one in compare(other, bench_instrument(pc, "dmm"), "meter") if not one.fits]
    assert lines[0].startswith("Setting range: 7 is not allowed")
    assert lines[1].startswith("the driver cannot set it")
    assert lines[2] == "the range is too small for the nominal value"


def test_what_is_barred_is_never_registered(pc: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(WrongUse, match="is the address of ptu"):
        bar(pc, ["com5"])
    assert bar(pc, ["GPIB0::9::INSTR", "GPIB0::9::INSTR"]) == ("GPIB0::9::INSTR",)
    with pytest.raises(GateClosed, match="not to be touched"):
        register(pc, "ts", "keysight-344xx", "gpib::9")
    assert bar(pc, []) == ()


def test_a_serial_adapter_is_registered_by_its_own_number(pc: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    who = Identity("Vaisala", "PTU300", "K9", "1")
    monkeypatch.setattr(_register, "probe", lambda driver, address: Found(driver.id, address, who))
    monkeypatch.setattr(_register, "bound", lambda address: f"adapter://0403:6001:{address}")
    assert register(pc, "air", "vaisala-ptu300", "COM7").address == "adapter://0403:6001:COM7"


def test_how_it_answered_is_told_from_the_record(pc: Home) -> None:
    folder = pc.root / "diagnostics"
    folder.mkdir()
    assert last_trial(pc, "dmm") is None
    clock = StillClock(simulated=True)
    path = folder / "1.labnote"
    notebook = Notebook.create(path, clock=clock, author="-", key=NoteKey.generate("k"), body={})
    watch = HealthWatch(path, "dmm")
    assert watch.look() is None
    volts = (Channel("dcv", "voltage", "V"),)
    how = {"clock": clock, "author": "-"}
    (start,) = notebook.append(run_start(purpose="diagnostic", task="functional", channels=volts,
                                         instrument={"register": {"id": "dmm"}}, **how))  # fmt: skip
    run = start.seq
    (meaning,) = notebook.append(series(run, {"role": "X"}, author="-"))
    for place in range(3):
        notebook.append(block_of(run, meaning.seq, place, 0, [(0.5 * place, (1.0,))], ""))
    health = watch.look()
    assert health is not None
    assert (health.live, health.replies, health.gaps, health.first_s) == (True, 3, 0, 0.5)
    for reason in ("NoReply", "BadReply", "LinkLost", "Overrun", "Overrun", "disk nearly full"):
        notebook.append(gap(run, after=2, reason=reason, from_ns=0, to_ns=1, author="-"))
    for place in range(3, 9):
        notebook.append(block_of(run, meaning.seq, place, 0, [(1.0 * place, (1.0,))], ""))
    notebook.append(run_stop(run, rows=9, reason="finished", author="-"))
    notebook.close()
    health = watch.look()
    assert health is not None
    assert (health.live, health.replies, health.timeouts, health.mismatches, health.losses) == (False, 9, 1, 1, 1)
    assert (health.overruns, health.gaps) == (2, 6)
    assert "no answer: 1; not believed: 1; connection lost: 1; gaps: 6; resynchronised: 2" in say(health.told[0])
    assert say(health.told[1]).startswith("Overruns: 2.")
    assert "0.5" not in say(health.told[0])
    assert health.last_s > health.first_s * 0.99
    assert "%" in say(health.told[2])
    (folder / "2.labnote").write_bytes(b"spoilt")
    found = last_trial(pc, "dmm")
    assert found is not None
    assert found.health == health
    assert last_trial(pc, "dmm2") is None
