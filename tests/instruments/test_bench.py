"""The register of a PC's instruments survives a round trip and refuses what cannot be."""

import pytest

from labclient.errors import DriverInvalid, StorageTrouble
from labclient.instruments import Bench, BenchInstrument, Certificate, load_bench, save_bench

CERTIFICATE = Certificate(
    number="校准 2026-017", issuer='Institute "A"', date="2026-01-15", unit="V", U="0.0000012", k="2",
    value="9.9999871", point="10 V",
)  # fmt: skip
BENCH = Bench((
    BenchInstrument("dmm", "Multimeter", "MY00000001", "keysight-344xx", "TCPIP0::192.0.2.7::5025::SOCKET",
                    {"nplc": 10, "range": "10", "auto zero": "ON"}),
    BenchInstrument("zener", "参考标准 \\ 1", "0042", certificate=(CERTIFICATE,)),
))  # fmt: skip


def test_what_is_saved_is_loaded_again(tmp_path) -> None:
    path = tmp_path / "deep" / "bench.toml"
    save_bench(path, BENCH)
    assert load_bench(path) == BENCH
    assert load_bench(path).find("zener").certificate[0].U == "0.0000012"
    assert load_bench(path).find("none") is None
    assert [each.name for each in path.parent.iterdir()] == ["bench.toml"]


def test_no_file_is_an_empty_bench(tmp_path) -> None:
    assert load_bench(tmp_path / "bench.toml") == Bench()


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('U = "0.0000012"', 'U = "1,2"', "instrument[1].certificate[0].U: “1,2” is not a number"),
        ('U = "0.0000012"', "U = 0.0000012", "instrument[1].certificate[0].U: str is expected here, not float"),
        ('unit = "V"', 'unit = "volt"', "instrument[1].certificate[0].unit: “volt”"),
        ('value = "9.9999871"', 'value = "9.9999871"\ncorrection = "0"', "either value or correction"),
        ('id = "zener"', 'id = "dmm"', "instrument[1].id: “dmm” is used twice"),
        ('serial = "0042"', 'serie = "0042"', "Allowed: id, name, serial"),
    ],
)
def test_a_wrong_register_is_refused_with_its_place(tmp_path, old, new, says) -> None:
    path = tmp_path / "bench.toml"
    save_bench(path, BENCH)
    text = path.read_text("utf-8").replace(old, new)
    path.write_text(text, "utf-8")
    with pytest.raises(DriverInvalid) as trouble:
        load_bench(path)
    assert says in trouble.value.tell("en")
    assert "bench.toml, line " in trouble.value.tell("en")


def test_a_place_that_cannot_be_written_is_told(tmp_path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageTrouble):
        save_bench(tmp_path / "file" / "bench.toml", BENCH)
