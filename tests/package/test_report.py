"""The report says what the record says, in both languages, and texts are never more than texts."""

import re
import zlib
from decimal import Decimal
from gettext import NullTranslations
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labclient import words
from labclient.errors import StorageTrouble
from labclient.evaluation import BudgetLine, CertifiedValue, Check, Correction, Figure, PointResult, Result, Standard
from labclient.home import shipped
from labclient.package import _report, _report_numbers
from labclient.package._report import ReportData, make_report, typeset
from labclient.package._report_brought import RunByHand, SatelliteTold
from labclient.plan import BudgetRow, Plan, Text, read_plan

PLAN = read_plan(shipped("resources", "examples", "plan.json").read_bytes())
STANDARD = Standard(
    id="STD-10V-01",
    maker="Example",
    model="Zener standard",
    serial="LS-0417",
    certificate="CERT-2026-0117",
    issuer="National institute (example)",
    date="2026-01-20",
    values=(CertifiedValue("10V", "10.0000012", "V", "0.0000004", "2"),),
)
CHECKS = (
    Check(
        "transport",
        "pass",
        "excursions/1",
        (13,),
        tuple(
            Figure(f"{quantity}: {end}", value, unit)
            for quantity, unit, low, high in (
                ("temperature", "°C", "11.2", "27.9"),
                ("relative humidity", "%RH", "31.0", "52.0"),
                ("acceleration", "gn", "0.0", "3.1"),
            )
            for end, value in (("lowest", low), ("highest", high))
        ),
    ),
    Check(
        "stability",
        "undecided",
        "reading-stability/1",
        (22,),
        (
            Figure("change", "-2.7134e-06", "V"),
            Figure("u(change)", "3.5512e-07", "V"),
            Figure("k", "2.0"),
            Figure("limit", "3e-06", "V"),
        ),
    ),
    Check("zero", "fail", "zero/1", (24,), (Figure("limit", "3e-06", "V"), Figure("largest", "-4.7e-06", "V"))),
    Check("functional", "pass", "functional/1", (12,), (Figure("readings", "5"), Figure("tolerance", "0.01", "V"))),
)
CHINESE = {
    "Report of comparison results": "比对结果报告",
    "Uncertainty budget": "测量不确定度评定",
    "Pass": "通过",
    "Fail": "不通过",
    "Cannot be judged yet": "尚不能判定",
    "transcribed": "转录",
    "SIMULATED — demonstration only": "模拟仪器与时钟 — 仅供演示",
}


class Chinese(NullTranslations):
    def gettext(self, message: str) -> str:
        return CHINESE.get(message, message)


@pytest.fixture(autouse=True)
def _chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "_catalogue", lambda code: Chinese() if code == "zh_CN" else NullTranslations())


def _point(plan: Plan, number: int, value: str) -> PointResult:
    return PointResult(
        point=plan.points[number].id,
        unit="V",
        value="10.000011812345678",
        u_c="3.0412345678901234e-07",
        U="6.082469135780247e-07",
        k="2.0",
        dof="87",
        reported_value=value,
        reported_U="0.0000006",
        mean_time="2026-03-06T03:12:44.123456Z",
        cycles=10 - number,
        excluded_cycles=number,
        value_without_exclusions="10.000011899999999",
        standard_value="10.0",
        mean_of_cycles="1.0000012",
        corrections=(Correction("temperature", "-1.2400000000000002e-07", "23.310416666", "°C"),),
        budget=tuple(
            BudgetLine(row.id, row.evaluation, row.distribution, "1.2e-07", "V", "1.0", "1.2e-07", "inf", "0.125", "…")
            for row in plan.budget
        ),
    )


def _data(plan: Plan = PLAN, **changed: Any) -> ReportData:
    points = tuple(_point(plan, number, f"{number + 10}.0000118") for number in range(len(plan.points)))
    data = ReportData(
        plan=plan,
        origin="signed",
        laboratory="LAB01",
        revision=1,
        result=Result(entries=812, program="0.1.0", methods=("sxxs-zero-reversal/1",), points=points),
        checks=CHECKS,
        attempts={"stability": 3},
        standard=STANDARD,
        notebook="DEMO-LAB01-7f3a",
        entries=812,
        root="3f2a91bc5d0e7a1168c4e2b09f7d3a55c1e8047b26d9f013a8b4c7e5d2f19063",
        simulated=False,
        deviations=(),
        exclusions=(),
        made="2026-03-07T09:20:11.000000Z",
        program="0.1.0",
    )
    return msgspec.structs.replace(data, **changed)


def test_the_same_data_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one.pdf", "two.pdf"):
        make_report(_data(), tmp_path / name)
    assert (tmp_path / "one.pdf").read_bytes() == (tmp_path / "two.pdf").read_bytes()
    assert typeset(_data()) != typeset(_data(made="2026-03-07T09:20:12.000000Z"))


def test_it_is_archivable_and_carries_its_own_faces_only() -> None:
    pdf = typeset(_data())
    assert b"<pdfaid:part>2</pdfaid:part>" in pdf
    assert b"<pdfaid:conformance>A</pdfaid:conformance>" in pdf
    faces = {face.split(b"-")[0] for face in re.findall(rb"/FontName/[A-Z]{6}\+([^/]+)", pdf)}
    assert faces == {b"NotoSansSC", b"LibertinusSerif", b"DejaVuSansMono"}


def test_values_stand_as_they_were_reported() -> None:
    text = _text(typeset(_data()))
    for said in ("10.0000118", "11.0000118", "0.0000006V", "2026-03-0603:12:44UTC", "9(1)", "10.000011899999999"):
        assert said in text
    assert _data().root in text
    assert "CERT-2026-0117" in text


def test_it_speaks_chinese_and_english() -> None:
    text = _text(typeset(_data(origin="transcribed")))
    for said in (
        "比对结果报告",
        "Reportofcomparisonresults",
        "直流电压10V和1.018V计量比对",
        "测量不确定度评定",
        "转录",
    ):
        assert said in text


def test_checks_show_interval_limit_verdict_and_attempts() -> None:
    text = _text(typeset(_data()))
    assert "|d|±k⋅u=(2.71±0.71)µV,k=2尚不能判定Cannotbejudgedyet3" in text
    assert "zero/13µVlargest4.7µV不通过Fail1" in text
    assert "5～40°C≤80%RH≤10gn11.2～27.9°C52%RH3.1gn通过Pass1" in text
    assert "functional/1±10mV5readings通过Pass1" in text


def test_a_judgement_without_finite_uncertainty_has_no_interval() -> None:
    endless = Check(
        "settling",
        "undecided",
        "settling-interval/1",
        (20,),
        (Figure("change", "1e-06", "V"), Figure("u(change)", "inf", "V"), Figure("k", "2.0")),
    )
    assert "±k" not in _text(typeset(_data(checks=(endless,))))


def test_a_simulated_participation_says_so_on_every_page() -> None:
    banded = _text(typeset(_data(_crowded(), simulated=True)))
    assert banded.count("模拟仪器与时钟—仅供演示/SIMULATED—demonstrationonly") == 2
    assert "SIMULATED" not in _text(typeset(_data()))


def test_one_page_holds_the_example_and_two_a_long_budget() -> None:
    assert _pages(typeset(_data(simulated=True))) == 1
    assert _pages(typeset(_data(_crowded()))) == 2


def test_a_laboratory_that_the_route_does_not_name_is_shown_by_its_code() -> None:
    assert "LAB77" in _text(typeset(_data(laboratory="LAB77")))


@pytest.mark.parametrize(
    "literal",
    [
        '#read("/etc/passwd") #panic() #{1+1}',
        "$x^2$ *bold* _it_ @ref <label> `raw` // no /* comment */",
        "\\ \\u{4e2d} \"quoted\" 'single' = title - list ~ ---",
        "中文标点：（一）“二”、三。",
    ],
)
def test_markup_in_a_text_is_only_text(literal: str) -> None:
    standard = msgspec.structs.replace(STANDARD, maker=literal)
    text = _text(typeset(_data(deviations=(literal,), standard=standard)))
    assert text.count(re.sub(r"\s", "", literal)) == 2


def test_what_cannot_be_seen_is_named() -> None:
    text = _text(typeset(_data(deviations=("a\u202eb\x07c\ue000d😀e\ud800f",))))
    assert "a[U+202E]b[U+0007]c[U+E000]d[U+1F600]e[U+D800]f" in text


@settings(max_examples=30, deadline=None, database=None)
@given(st.text(max_size=80))
def test_no_text_keeps_a_report_from_being_made(text: str) -> None:
    assert typeset(_data(deviations=(text,), exclusions=(text,), notebook=text)).startswith(b"%PDF-1.7")


def test_very_long_words_are_broken_into_lines() -> None:
    pdf = typeset(_data(standard=msgspec.structs.replace(STANDARD, serial="S" * 500)))
    assert "S" * 500 in _text(pdf)
    assert _pages(pdf) == 2  # the lines take their room


@pytest.mark.parametrize(
    ("text", "unit", "shown"),
    [
        ("3.0412345678901234e-07", "V", ("0.304", 0, "µV")),
        ("1.2e-08", "1", ("12", -9, "")),
        ("0.00041234", "hPa", ("0.412", -3, "hPa")),
        ("-4.2134e-05", "V", ("−42.1", 0, "µV")),
        ("10.0000118", "1", ("10.0", 0, "")),
        ("1013.25", "hPa", ("1013", 0, "hPa")),
        ("0.0", "V", ("0", 0, "V")),
        ("0.99996e-6", "V", ("1.000", 0, "µV")),
    ],
)
def test_explaining_numbers_are_shown_to_a_few_digits(text: str, unit: str, shown: tuple[str, int, str]) -> None:
    found = _report_numbers.shown(text, unit)
    assert (found["n"], found["e"], found["unit"]) == shown


def test_no_digit_is_invented() -> None:
    assert _report_numbers.few(Decimal("11.2"), 4) == "11.2"
    assert _report_numbers.few(Decimal("2.0")) == "2"


def test_every_fixed_word_has_its_place() -> None:
    template = shipped("resources", "report", "report.typ").read_text(encoding="utf-8")
    assert set(re.findall(r"\bw\.([a-z_]+)", template)) == set(_report._WORDS)


def test_a_report_that_cannot_be_written_is_a_trouble(tmp_path: Path) -> None:
    with pytest.raises(StorageTrouble):
        make_report(_data(), tmp_path / "missing" / "report.pdf")


def _crowded() -> Plan:
    """Six points, twelve components, long names."""
    rows = tuple(
        BudgetRow(
            id=f"row-{number}",
            name=Text(
                f"A component of uncertainty with a rather long description {number}", f"名称相当长的分量第 {number} 项"
            ),
            origin="declared",
            evaluation="B",
            distribution="rectangular",
        )
        for number in range(12)
    )
    points = tuple(msgspec.structs.replace(PLAN.points[0], id=f"point-{number}") for number in range(6))
    title = Text("A title that is long enough to be broken into lines " * 3, "很长的比对名称" * 8)
    return msgspec.structs.replace(PLAN, budget=rows, points=points, title=title)


def _pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type/Page/", pdf))


def _text(pdf: bytes) -> str:
    """The text of all pages in writing order without blanks, through the fonts' own tables as any reader takes it."""
    objects = {int(one[1]): one[2] for one in re.finditer(rb"(?s)\n(\d+) 0 obj\n(.*?)\nendobj", pdf)}
    said = []
    for page in re.findall(rb"/Type/Page/[^\n]*", pdf):
        resources = objects[_reference(page, b"/Resources")]
        fonts = {
            name: _characters(_stream(objects[_reference(objects[int(font)], b"/ToUnicode")]))
            for name, font in re.findall(rb"/(f\d+) (\d+) 0 R", resources)
        }
        font: dict[int, str] = {}
        content = _stream(objects[_reference(page, b"/Contents")])
        for token in re.finditer(_TOKEN, content):
            if token["instead"]:
                said.append(bytes.fromhex(token["instead"].decode()).decode("utf-16-be"))
            elif token["font"]:
                font = fonts[token["font"]]
            else:
                codes = bytes.fromhex(token["hex"].decode()) if token["hex"] else _unescaped(token["string"])
                said += [font.get(code, "") for code in _pairs(codes)]
    return re.sub(r"[\s\u200b]", "", "".join(said))


def _nested(depth: int) -> bytes:
    return rb"\\.|[^\\()]" + (rb"|\((?:" + _nested(depth - 1) + rb")*\)" if depth else b"")


_TOKEN = re.compile(
    rb"(?s)/ActualText<FEFF(?P<instead>[0-9A-F]+)>.*?EMC|/(?P<font>f\d+) [\d.]+ Tf|<(?P<hex>[0-9A-F]+)>|"
    rb"\((?P<string>(?:" + _nested(6) + rb")*)\)"  # brackets in pairs need no escape
)


def _reference(found: bytes, name: bytes) -> int:
    reference = re.search(name + rb" (\d+) 0 R", found)
    assert reference
    return int(reference[1])


def _stream(found: bytes) -> bytes:
    return zlib.decompress(found.split(b"stream\n", 1)[1].rsplit(b"\nendstream", 1)[0])


def _characters(cmap: bytes) -> dict[int, str]:
    pairs = re.findall(rb"<([0-9A-F]{4})> <([0-9A-F]+)>\n", cmap.split(b"endcodespacerange")[1])
    return {int(code, 16): bytes.fromhex(text.decode()).decode("utf-16-be") for code, text in pairs}


def _pairs(codes: bytes) -> list[int]:
    return [int.from_bytes(codes[at : at + 2], "big") for at in range(0, len(codes), 2)]


def _unescaped(string: bytes) -> bytes:
    named = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}

    def plain(escape: re.Match[bytes]) -> bytes:
        found = escape[1]
        return bytes([int(found, 8)]) if found.isdigit() else named.get(found, found)

    return re.sub(rb"(?s)\\([0-7]{1,3}|.)", plain, string)


BROUGHT = {
    "satellites": (
        SatelliteTold("room2.labnote", "Room 2", "measurement", "taken in", runs=(41, 77)),
        SatelliteTold("room3.labnote", "Room 3", "stability", "given up", "the PC was stolen"),
    ),
    "by_hand": (
        RunByHand(41, "measurement", "record", "typed", ("10V", "1.018V"), "P-01", "second-person", "P-02", "", "",
                  12, 14, 1),
        RunByHand(77, "environment", "record", "imported", (), "P-01", "", "", "air #1.csv", "3f2a91bc5d0e7a11" * 4,
                  600, 600, 0),
    ),
}  # fmt: skip


def test_satellites_and_readings_by_hand_are_named() -> None:
    text = _text(typeset(_data(**BROUGHT)))
    for said in ("Satellites", "room2.labnote", "41,77", "givenup:thePCwasstolen", "Typedandimportedreadings",
                 "typedbytwopersons", "P-02", "12/14", "importedfromair#1.csv", "3f2a91bc5d0e…",
                 "10V,1.018V"):  # fmt: skip
        assert said in text, said


def test_nothing_is_said_of_them_where_there_are_none() -> None:
    text = _text(typeset(_data()))
    assert "Typedandimported" not in text
    assert "Satellites" not in text
