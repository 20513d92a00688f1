"""The register of a PC's instruments survives a round trip and refuses what cannot be."""

import re
from datetime import date
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labclient.errors import DriverInvalid, NotVerified, Refused, StorageTrouble
from labclient.instruments import (
    Bench,
    BenchInstrument,
    Binding,
    Certificate,
    CertifiedPoint,
    Licence,
    MeasurementStandard,
    Registration,
    confirmed_by,
    drift_since,
    keep_document,
    load_bench,
    parse_certificate,
    save_bench,
    verify_document,
)

ROWS = (
    CertifiedPoint("10 V", "V", "0.0000012", "2", value="9.9999871", drift="-0.0000004", page=2),
    CertifiedPoint("1.018 V", "V", "0.0000003", "2.1", value="1.0180012", conditions="(20 ± 0.5) °C"),
)
CERTIFICATE = Certificate(
    number="校准 2026-017", issuer='Institute "A"', date="2026-01-15", row=ROWS, due="2027-01-14",
    due_source="laboratory", conditions="(23 ± 1) °C", interpolation="linear",
)  # fmt: skip
ZENER = BenchInstrument("zener", "参考标准 \\ 1", "0042", certificate=(CERTIFICATE,), maker="Maker", model="732C")
BENCH = Bench(
    (
        BenchInstrument("dmm", "Multimeter", "MY00000001", "keysight-344xx", "TCPIP0::192.0.2.7::5025::SOCKET",
                        {"nplc": 10, "range": "10", "auto zero": "ON"}, firmware="A.03"),
        BenchInstrument("room", "Barometer", "K1", "vaisala-ptu300", "adapter://0403:6001:A5002850"),
        ZENER,
    ),
    (MeasurementStandard("dcv", "直流电压标准装置", ("zener",), ("dmm", "room"),
                         (Licence("计量标准考核证书", "〔2024〕 量标 001", "2028-05-06"),)),),
)  # fmt: skip


def test_what_is_saved_is_loaded_again(tmp_path) -> None:
    path = tmp_path / "deep" / "bench.toml"
    save_bench(path, BENCH)
    assert load_bench(path) == BENCH
    zener = load_bench(path).find("zener")
    assert zener.current.row[0].U == "0.0000012"
    assert load_bench(path).find("none") is None
    assert [one.id for one in load_bench(path).standards_of("room")] == ["dcv"]
    assert [each.name for each in path.parent.iterdir()] == ["bench.toml"]


@given(st.text(max_size=20), st.text(max_size=20), st.text(max_size=20))
def test_any_text_survives(tmp_path_factory, name, issuer, conditions) -> None:
    path = tmp_path_factory.getbasetemp() / "any" / "bench.toml"
    certificate = msgspec.structs.replace(CERTIFICATE, issuer=issuer, conditions=conditions)
    bench = Bench((msgspec.structs.replace(ZENER, name=name, certificate=(certificate,)),))
    save_bench(path, bench)
    assert load_bench(path) == bench


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_register_of_the_manual_is_one(tmp_path, language) -> None:
    manual = Path(__file__).parents[2] / "docs" / f"manual.{language}.md"
    (example,) = re.findall(r"```toml\n(\[\[instrument\]\]\n.*?)```", manual.read_text("utf-8"), re.DOTALL)
    path = tmp_path / "bench.toml"
    path.write_text(example, "utf-8")
    bench = load_bench(path)
    assert bench.find("meter").firmware == "A.03"
    assert bench.find("meter").current.due_source == "laboratory"
    assert bench.standard[0].main == ("meter",)


def test_no_file_is_an_empty_bench(tmp_path) -> None:
    assert load_bench(tmp_path / "bench.toml") == Bench()


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ('U = "0.0000012"', 'U = "1,2"', 1, "instrument[2].certificate[0].row[0].U: “1,2” is not a number"),
        ('U = "0.0000003"', 'U = "0"', 1, "instrument[2].certificate[0].row[1].U: It has to be above zero"),
        ('U = "0.0000012"', "U = 0.0000012", 1, "certificate[0].row[0].U: str is expected here, not float"),
        ('k = "2.1"', 'k = ""', 1, "certificate[0].row[1].k: “” is not a number"),
        ('drift = "-0.0000004"', 'drift = "little"', 1, "certificate[0].row[0].drift: “little”"),
        ('point = "10 V"', 'point = "range"', 1, "row[0].point: “range” is not a number with its unit"),
        ('unit = "V"', 'unit = "volt"', 1, "instrument[2].certificate[0].row[0].unit: “volt”"),
        ('value = "9.9999871"', 'value = "9.9999871"\ncorrection = "0"', 0, "either value or correction"),
        ('id = "zener"', 'id = "dmm"', 1, "instrument[2].id: “dmm” is used twice"),
        ('serial = "0042"', 'serie = "0042"', 1, "Allowed: id, name, serial"),
        ('date = "2026-01-15"', 'date = "15.1.2026"', 1, "certificate[0].date: “15.1.2026” is not a day"),
        ('due = "2027-01-14"', 'due = "2025-01-14"', 1, "certificate[0].due: The due date lies before"),
        ('due_source = "laboratory"\n', "", 0, "A due date needs its source"),
        ('due_source = "laboratory"', 'due_source = "nobody"', 1, "Allowed: certificate, laboratory"),
        ('interpolation = "linear"', 'interpolation = "cubic"', 1, "Allowed: none, linear"),
        ('main = ["zener"]', 'main = ["calibrator"]', 1, "standard[0].main: The register has no instrument “cali"),
    ],
)
def test_a_wrong_register_is_refused_with_its_place(tmp_path, old, new, line, says) -> None:
    path = tmp_path / "bench.toml"
    save_bench(path, BENCH)
    right = path.read_text("utf-8")
    assert old in right
    text = right.replace(old, new, 1)
    path.write_text(text, "utf-8")
    with pytest.raises(DriverInvalid) as trouble:
        load_bench(path)
    told = trouble.value.tell("en")
    assert says in told
    assert "bench.toml, line " in told
    if line:
        number = int(told.split("line ")[1].split(",")[0])
        assert new.splitlines()[-1] in text.splitlines()[number - 1]


def test_a_register_that_could_not_be_loaded_is_not_written(tmp_path) -> None:
    path = tmp_path / "bench.toml"
    save_bench(path, BENCH)
    with pytest.raises(DriverInvalid, match="twice"):
        save_bench(path, Bench((ZENER, ZENER)))
    assert load_bench(path) == BENCH


def test_a_place_that_cannot_be_written_is_told(tmp_path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageTrouble):
        save_bench(tmp_path / "file" / "bench.toml", BENCH)


def test_the_newest_certificate_counts_and_tells_its_drift() -> None:
    rows = (CertifiedPoint("10 V", "V", "1e-6", "2", value="9.9999875"),
            CertifiedPoint("1.018 V", "V", "3e-7", "2", correction="0"))  # fmt: skip
    old = Certificate("2025-9", "A", "2025-01-20", rows)
    newer = msgspec.structs.replace(CERTIFICATE, row=tuple(msgspec.structs.replace(row, drift=None) for row in ROWS))
    both = (newer, old)
    assert msgspec.structs.replace(ZENER, certificate=both).current == newer
    assert drift_since(both, newer.row[0]) == "-0.0000004"
    assert drift_since(both, newer.row[1]) == ""  # stated in another way before
    assert drift_since((newer,), newer.row[0]) == ""
    assert drift_since(both, ROWS[0]) == "-0.0000004"  # as entered


def test_a_certificate_holds_to_the_end_of_its_day() -> None:
    assert not CERTIFICATE.expired(date(2027, 1, 14))
    assert CERTIFICATE.expired(date(2027, 1, 15))
    without = msgspec.structs.replace(CERTIFICATE, due="", due_source=None)
    assert not without.expired(date(2099, 1, 1))


def test_a_second_person_confirms_what_the_page_says(tmp_path) -> None:
    page = tmp_path / "page.pdf"
    page.write_bytes(b"%PDF-1.7 the page")
    register = tmp_path / "pc" / "bench.toml"
    entered = msgspec.structs.replace(CERTIFICATE, entered_by="P-01")
    with pytest.raises(Refused, match="document"):
        confirmed_by(entered, "0042", "P-02")
    entered = msgspec.structs.replace(entered, file=page.name, sha256=keep_document(register, page))
    for same in ("P-01", "p-01 "):
        with pytest.raises(Refused, match="entered this certificate"):
            confirmed_by(entered, "0042", same)
    confirmed = confirmed_by(entered, "0042", "P-02")
    assert confirmed.is_confirmed("0042")
    assert not confirmed.is_confirmed("0043")  # of another unit
    assert not msgspec.structs.replace(confirmed, due="2028-01-14").is_confirmed("0042")  # changed by hand
    kept = verify_document(register, confirmed)
    assert kept.read_bytes() == page.read_bytes()
    kept.write_bytes(b"another page")
    with pytest.raises(NotVerified):
        verify_document(register, confirmed)


def test_what_speaks_against_an_instrument_is_said() -> None:
    of = Registration(msgspec.structs.replace(ZENER, firmware="1.0"), BENCH.standards_of("zener"))
    day = date(2027, 1, 15)
    assert [one.id for one in of.concerns(day, "1.1")] == ["expired", "unconfirmed", "firmware"]
    assert [one.id for one in of.concerns(date(2026, 2, 1))] == ["unconfirmed"]
    told = of.snapshot(day, "1.0")
    assert told["certificate"]["due"] == "2027-01-14"
    assert told["certificate"]["due_source"] == "laboratory"
    assert told["standards"][0] == {"id": "dcv", "name": "直流电压标准装置", "part": "main",
                                    "licences": ["〔2024〕 量标 001"]}  # fmt: skip
    assert told["concerns"] == ["expired", "unconfirmed"]
    assert [one.id for one in Registration(BENCH.instrument[0]).concerns(day, "A.03")] == ["absent"]
    assert [one.id for one in Registration(BENCH.instrument[0]).concerns(day, "A.04")] == ["absent", "firmware"]


def test_what_it_was_when_it_was_calibrated_is_compared_with_what_it_is() -> None:
    as_it_was = msgspec.structs.replace(CERTIFICATE, firmware="1.0", settings={"nplc": "10", "gone": "1"}, due="",
                                        due_source=None)  # fmt: skip
    one = msgspec.structs.replace(ZENER, firmware="0.9", certificate=(confirmed(as_it_was),))
    assert Registration(one, settings={"nplc": "10", "new": "x"}).concerns(date(2026, 2, 1), "1.0") == ()
    told = Registration(one, settings={"nplc": "100"}).concerns(date(2026, 2, 1), "1.1")
    assert [concern.id for concern in told] == ["firmware", "settings"]
    assert "nplc 10 → 100" in told[1].sentence.arguments["settings"]
    assert len({concern.key for concern in told}) == 2
    assert told[0].key != Registration(one).concerns(date(2026, 2, 1), "1.2")[0].key


def test_a_confirmation_covers_firmware_and_settings_and_holds_for_what_was_confirmed_before_them() -> None:
    before = "88eaa71a5d7be8411d905a9624ca1eae05e4da95cca2cb6d594a17e67e254ca9"
    assert CERTIFICATE.digest("0042") == before
    with_firmware = msgspec.structs.replace(CERTIFICATE, firmware="1.0")
    assert with_firmware.digest("0042") != CERTIFICATE.digest("0042")


def test_bindings_and_what_is_never_touched_are_kept(tmp_path) -> None:
    path = tmp_path / "bench.toml"
    bench = BENCH.replacing(binding=(Binding("DC-2026", "meter", "dmm"),), barred=("GPIB0::9::INSTR", "COM3"))
    save_bench(path, bench)
    assert load_bench(path) == bench
    assert load_bench(path).bound("DC-2026", "meter") == "dmm"
    assert load_bench(path).bound("DC-2026", "room") == ""
    with pytest.raises(DriverInvalid, match=r"binding\[0\].instrument"):
        save_bench(path, BENCH.replacing(binding=(Binding("DC-2026", "meter", "none"),)))
    wrong = msgspec.structs.replace(BENCH.standard[0], licence=(Licence("L", "1", "some day"),))
    with pytest.raises(DriverInvalid, match=r"licence\[0\].until"):
        save_bench(path, BENCH.replacing(standard=(wrong,)))
    assert load_bench(path) == bench


def confirmed(certificate: Certificate) -> Certificate:
    return msgspec.structs.replace(certificate, confirmed_by="P-02", confirmed=certificate.digest("0042"))


def test_a_certificate_of_its_own_file_is_read_as_strictly(tmp_path) -> None:
    path = tmp_path / "certificate.toml"
    path.write_text('number = "1"\nissuer = "A"\ndate = "2026-01-15"\n[[row]]\npoint = "1 V"\nunit = "V"\n'
                    'U = "0.1"\nk = "2"\ncorrection = "x"\n', "utf-8")  # fmt: skip
    with pytest.raises(DriverInvalid, match=r"line 9, row\[0\].correction"):
        parse_certificate(path)
    path.write_text(path.read_text("utf-8").replace('"x"', '"0.01"'), "utf-8")
    assert parse_certificate(path).row[0].correction == "0.01"
