"""A transport logger's file of any headings: read as it is said, whole, or refused with the line."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from acquisition.workbooks import workbook
from hypothesis import given, settings
from hypothesis import strategies as st

from labclient.acquisition import Columns, Value
from labclient.errors import DataUnfit, Trouble, WrongUse
from labclient.evaluation import ClocksCompared, LoggerFile, is_known, read_logger, transport
from labclient.notebook import attachment

from .conftest import Record
from .records import WHO, small_plan

NOON = datetime(2026, 3, 1, 12, 0)  # noqa: DTZ001 - a spreadsheet knows no zone
NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
GERMAN = "Loggerdatei 4711;;;\nDatum;Uhrzeit;Temp/°C;Stoß\n02.03.26;08:00:00;20,4;0,3\n02.03.26;08:30:00;21,9;11,5\n"
SAID = Columns(
    time="Uhrzeit", date="Datum", order="dmy2", zone="+01:00", decimal="comma", header_line=2,
    values=(Value("Temp/°C", "°C"), Value("Stoß", "gn")),
)  # fmt: skip


def read(text: str | bytes, columns: Columns, *clock: ClocksCompared, latest: datetime = NOW):
    data = text if isinstance(text, bytes) else text.encode()
    return read_logger(data, LoggerFile(columns=columns, clock=clock), latest)


def test_headings_date_and_time_apart_and_a_decimal_comma_are_as_they_are_said() -> None:
    seen = read(GERMAN, SAID)
    assert seen.times_s.tolist() == [datetime(2026, 3, 2, 7, minute, tzinfo=UTC).timestamp() for minute in (0, 30)]
    assert {name: (values.tolist(), unit) for name, (values, unit) in seen.columns.items()} == {
        "temperature": ([20.4, 21.9], "°C"),
        "acceleration": ([0.3, 11.5], "gn"),
    }


def test_gbk_and_a_time_in_the_halves_of_the_day() -> None:
    text = "时间,温度(℃),湿度\n2026/3/1 上午 12:05:00,20.0,55\n2026/3/1 下午 1:05:00,21.0,56\n"
    values = (Value("温度(℃)", "°C"), Value("湿度", "%RH"))
    seen = read(text.encode("gbk"), Columns(time="时间", values=values, decimal="point", zone="+08:00"))
    assert seen.times_s[1] - seen.times_s[0] == 13 * 3600
    assert seen.columns["relative humidity"][0].tolist() == [55.0, 56.0]


def test_a_workbook_gives_the_same_numbers() -> None:
    rows = [["Time", "T"], [NOON, 20.25], [NOON + timedelta(minutes=30), 21]]
    seen = read(workbook({"Log": rows}), Columns(time="Time", values=(Value("T", "°C"),), decimal="point",
                                                 zone="+00:00"))  # fmt: skip
    assert seen.columns["temperature"][0].tolist() == [20.25, 21.0]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda t: t.replace("21,9", "21.9"), "Line 4: Temp/°C: “21.9” is not a number as said"),
        (lambda t: t.replace("21,9", ""), "Line 4: Temp/°C: there is no reading"),
        (lambda t: t.replace("11,5", "-11,5"), "Line 4: a negative shock is that of one direction"),
        (lambda t: t.replace("08:30", "07:30"), "Line 4: the time 2026-03-02T07:30:00+01:00 goes back"),
        (lambda t: t.replace("08:30", "08:00"), "is there twice"),
        (lambda t: t.replace("02.03.26;08:30", "30.02.26;08:30"), "“30.02.26 08:30:00” is no time"),
        (lambda t: t + "Ende\n", "Line 5: 1 cells instead of 4"),
        (lambda t: "\n".join(t.splitlines()[:2]), "holds no records"),
    ],
)
def test_one_row_that_cannot_be_believed_refuses_the_file_with_its_line(change, why: str) -> None:
    with pytest.raises(DataUnfit) as refused:
        read(change(GERMAN), SAID)
    assert why in refused.value.tell("en")


def test_a_unit_of_no_influence_and_two_columns_of_one_are_refused() -> None:
    for values in ((Value("Temp/°C", "V"),), (Value("Temp/°C", "°C"), Value("Stoß", "K"))):
        with pytest.raises(WrongUse):
            read(GERMAN, msgspec.structs.replace(SAID, values=values))


def test_the_clock_of_the_logger_is_brought_to_that_of_the_pc() -> None:
    one = ClocksCompared("2026-03-02T08:01:00+01:00", "2026-03-02T07:00:00Z")
    two = ClocksCompared("2026-03-02T09:03:00+01:00", "2026-03-02T08:00:00Z")
    plain, shifted, rated = read(GERMAN, SAID), read(GERMAN, SAID, one), read(GERMAN, SAID, one, two)
    assert (plain.times_s - shifted.times_s).tolist() == [60.0, 60.0]
    assert shifted.ahead_s == (60.0,)
    assert rated.times_s[0] == pytest.approx(plain.times_s[0] - 60 + 120 * 60 / 3720, abs=1e-3)
    assert read(GERMAN, SAID, one).times_s.tolist() == shifted.times_s.tolist()


def test_what_has_not_been_yet_asks_for_a_comparison_of_the_clocks() -> None:
    early = datetime(2026, 3, 2, 7, 29, 30, tzinfo=UTC)
    with pytest.raises(DataUnfit, match="has not been yet") as refused:
        read(GERMAN, SAID, latest=early)
    assert "compare it with the PC clock" in refused.value.tell("en")
    read(GERMAN, SAID, ClocksCompared("2026-03-02T08:31:00+01:00", "2026-03-02T07:29:00Z"), latest=early)


def test_what_was_said_stands_with_the_file_and_the_check_gives_the_same_digits_again(record) -> None:
    text = "t,a,h,s\n01/02/2026 08:00,20.1,55,0.2\n01/02/2026 08:30,20.3,55,0.4\n"
    columns = Columns(time="t", order="dmy", zone="+08:00", decimal="point",
                      values=(Value("a", "°C"), Value("h", "%RH"), Value("s", "gn")))  # fmt: skip
    said = LoggerFile(columns=columns, clock=(ClocksCompared("2026-02-01T08:00:05+08:00", "2026-02-01T00:00:00Z"),))
    draft = attachment("log.csv", text.encode(), media_type="text/csv", what="transport-log", author=WHO,
                       read_as=msgspec.to_builtins(said))  # fmt: skip
    seq = record.notebook.append(draft)[0].seq
    made = transport(record.reader, small_plan(), seq)
    assert (made.verdict, made.figure("temperature: highest").value) == ("pass", "20.3")
    assert made.figure("logger clock ahead, comparison 1").value == "5.0"
    assert transport(record.reader, small_plan(), seq) == made


def test_journeys_of_more_than_a_hundred_days_are_read() -> None:
    text = "t;a\n2025-06-01 08:00;20\n2026-03-01 08:00;21\n"
    assert len(read(text, Columns(time="t", values=(Value("a", "°C"),), decimal="point", zone="+00:00")).times_s) == 2


def test_only_the_headings_that_need_no_saying_are_known() -> None:
    assert is_known("\ufefftimestamp_utc,T_degC\r\n".encode())
    assert not is_known(GERMAN.encode())
    assert not is_known(b"timestamp,T_degC\n")
    assert not is_known(workbook({"Log": [["timestamp_utc", "T_degC"], ["x", 1]]}))


VALUES = st.decimals(min_value=-40, max_value=85, places=2, allow_nan=False)


@settings(max_examples=80)
@given(
    values=st.lists(VALUES, min_size=1, max_size=8),
    order=st.sampled_from(["ymd", "dmy", "mdy", "dmy2", "mdy2"]),
    comma=st.booleans(),
    encoding=st.sampled_from(["utf-8", "gbk"]),
    hours=st.integers(-12, 14),
)
def test_however_it_is_written_the_same_numbers_come_out(values, order, comma, encoding, hours) -> None:
    shape = {"ymd": "%Y/%m/%d", "dmy": "%d/%m/%Y", "mdy": "%m/%d/%Y", "dmy2": "%d/%m/%y", "mdy2": "%m/%d/%y"}[order]
    times = [datetime(2026, 2, 3, 4, 0, tzinfo=UTC) + timedelta(minutes=17 * n) for n in range(len(values))]
    texts = [str(one).replace(".", "," if comma else ".") for one in values]
    lines = [f"{at:{shape} %H:%M};{text}" for at, text in zip(times, texts, strict=True)]
    columns = Columns(time="时刻", values=(Value("温度", "°C"),), decimal="comma" if comma else "point", order=order,
                      zone=f"{'-' if hours < 0 else '+'}{abs(hours):02}:00", delimiter=";")  # fmt: skip
    seen = read(("时刻;温度\n" + "\n".join(lines) + "\n").encode(encoding), columns)
    assert seen.columns["temperature"][0].tolist() == [float(v) for v in values]
    assert seen.times_s[0] == datetime(2026, 2, 3, 4, 0, tzinfo=UTC).timestamp() - 3600 * hours


@settings(max_examples=80)
@given(
    data=st.one_of(st.binary(max_size=120), st.text(max_size=120).map(lambda t: (GERMAN + t).encode(errors="replace")))
)
def test_rubbish_is_refused_in_words_or_read_whole(data: bytes) -> None:
    with suppress(Trouble):
        seen = read(data, SAID)
        assert len(seen.times_s) >= 2
        assert all(len(values) == len(seen.times_s) for values, _ in seen.columns.values())


def test_a_record_keeps_nothing_of_what_was_not_said(record: Record) -> None:
    assert msgspec.to_builtins(LoggerFile()) == {}
