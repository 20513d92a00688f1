"""A laboratory without a single interface: its readings are typed at the terminal, copied from paper, or imported from
the file of another program; through a process of its own where the pipe matters."""

import json
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from io import BytesIO, TextIOWrapper
from math import isnan
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from acquisition.workbooks import Formula, workbook

from labclient.clock import SystemClock
from labclient.home import Home
from labclient.notebook import Reader, blocks, run_values
from labclient.participation import Participation, told
from labclient.words import say

from .conftest import EXAMPLES, WHO, Answer, Pc, compact_plan

READ = ("--instrument", "dial", *WHO)
ALL = ["functional", "settling", "stability", "measurement", "environment"]
AIR = ("23.0", "45", "1013.2")
VOLTS = {"S": "9.9999", "X": "10.0001", "Z": "0.0000"}


def plan_by_hand(**by_hand: Any) -> bytes:
    """One point, one day, two cycles of Z S X with one reading each, transcribed; what is typed or imported counts as
    told."""
    plan = json.loads(compact_plan())
    plan["points"] = plan["points"][:1]
    plan["warm_up"] |= {"window": {"value": "2", "unit": "min"}, "minimum": {"value": "4", "unit": "min"},
                        "longest": {"value": "1", "unit": "h"}, "interval": {"value": "10", "unit": "s"}}  # fmt: skip
    plan["arrival"]["functional_readings"] = 2
    plan["environment"]["interval"] = {"value": "5", "unit": "min"}
    plan["measurement"]["scheme"] |= {"readings": 1, "steps": [{"role": "Z"}, {"role": "S"}, {"role": "X"}]}
    transcription = {"document": "plan.pdf", "document_sha256": "0" * 64, "transcribed_by": "Operator A",
                     "confirmed_by": "Checker B"}  # fmt: skip
    return json.dumps(plan | {"by_hand": by_hand, "transcription": transcription}).encode()


class Hand:
    """A notebook on a PC whose only instruments are a dial and a logger of another program."""

    def __init__(self, folder: Path, plan: bytes) -> None:
        self.folder = folder
        self.pc = Pc(Home(folder / "home"))
        self.notebook = folder / "LAB01.labnote"
        self.now = datetime.now(UTC).replace(microsecond=0)
        self.pc.home.root.mkdir()
        self.pc.home.bench.write_text(
            '[[instrument]]\nid = "dial"\nname = "Dial gauge"\nserial = "DG-7"\n'
            '[[instrument]]\nid = "logger"\nname = "Logger"\nserial = "LG-1"\n', encoding="utf-8",
        )  # fmt: skip
        document = folder / "plan.json"
        document.write_bytes(plan)
        entries = json.loads((EXAMPLES / "entries.json").read_bytes())
        with Participation.create(self.notebook, plan=document, trust=None, confirmed_root=None, laboratory="LAB01",
                                  who="P-01", clock=SystemClock(), home=self.pc.home) as p:  # fmt: skip
            for kind in ("standard", "arrival"):
                p.enter(kind, entries[kind], "P-01")
            p.attach(EXAMPLES / "crate.png", "photo", "image/png", "P-01")
            p.judge("transport", p.attach(EXAMPLES / "transport-ok.csv", "transport-log", "text/csv", "P-01").seq)

    def done(self, verb: str, *arguments: object) -> Answer:
        return self.pc.done(verb, self.notebook, *arguments)

    def type(self, *arguments: object, lines: list[str], piped: bool = False) -> Answer:
        """`labclient type` with these lines typed; `piped` into a process of its own."""
        typed = "".join(f"{one}\n" for one in lines).encode()
        if piped:
            return self.pc.run("type", self.notebook, *arguments, stdin=typed)
        with patch("sys.stdin", TextIOWrapper(BytesIO(typed), encoding="utf-8")):
            return self.pc.ask("type", self.notebook, *arguments)

    def take(
        self, content: str | bytes, *arguments: object, encoding: str = "utf-8", name: str = "log.csv",
        piped: bool = False,
    ) -> Answer:  # fmt: skip
        """`labclient import` of a file with this content."""
        file = self.folder / name
        file.write_bytes(content.encode(encoding) if isinstance(content, str) else content)
        made = self.pc.run if piped else self.pc.ask
        return made("import", self.notebook, file, "--instrument", "logger", *WHO, *arguments)

    def series_of(self, task: str) -> list[tuple[list[str], list[float]]]:
        """Statuses and values of every run of a task, in order."""
        with Reader.open(self.notebook) as reader:
            starts = [entry for entry in reader.entries({"run-start"}) if entry.body["task"] == task]
            found = [run_values(reader, entry.seq) for entry in starts]
            return [([one.statuses[code] for code in one.status], one.values[:, 0].tolist()) for one in found]

    def raw(self, task: str) -> str:
        """The rows of the last run of a task, as recorded."""
        with Reader.open(self.notebook) as reader:
            run = [entry.seq for entry in reader.entries({"run-start"}) if entry.body["task"] == task][-1]
            return "".join(reader.payload(entry.seq).decode() for entry in blocks(reader, run))

    def bodies(self, kind: str) -> list[Any]:
        with Reader.open(self.notebook) as reader:
            return [entry.body for entry in reader.entries({kind})]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, bytes], Hand]:
    """Notebooks at arrival, made once for each plan."""
    made: dict[str, Hand] = {}

    def make(name: str, plan: bytes) -> Hand:
        if name not in made:
            made[name] = Hand(tmp_path_factory.mktemp(name), plan)
        return made[name]

    return make


def own(hand: Hand, folder: Path) -> Hand:
    """A copy of a notebook and its PC."""
    copy = object.__new__(Hand)
    shutil.copytree(hand.pc.home.root, folder / "home")
    shutil.copyfile(hand.notebook, folder / "LAB01.labnote")
    copy.folder, copy.pc, copy.notebook = folder, Pc(Home(folder / "home")), folder / "LAB01.labnote"
    copy.now = hand.now
    return copy


@pytest.fixture
def hand(kept: Callable[[str, bytes], Hand], tmp_path: Path) -> Iterator[Hand]:
    copy = own(kept("counting", plan_by_hand(typed=ALL, imported=ALL)), tmp_path)
    yield copy
    assert copy.done("check", "--deep", "--json").json["ok"]


@pytest.fixture(scope="module")
def measuring(kept: Callable[[str, bytes], Hand], tmp_path_factory: pytest.TempPathFactory) -> Hand:
    """One that has come to the measurement with what was typed and imported."""
    made = own(kept("counting", plan_by_hand(typed=ALL, imported=ALL)), tmp_path_factory.mktemp("measuring"))
    at_measurement(made)
    return made


@pytest.fixture
def ready(measuring: Hand, tmp_path: Path) -> Iterator[Hand]:
    copy = own(measuring, tmp_path)
    yield copy
    assert copy.done("check", "--deep", "--json").json["ok"]


def table(hand: Hand, values: list[str], every_s: int = 10, before_s: int = 3600) -> str:
    """A logger's file that ended a while ago."""
    times = [hand.now - timedelta(seconds=before_s - every_s * i) for i in range(len(values))]
    return "time,U\n" + "".join(f"{t:%Y-%m-%d %H:%M:%S},{value}\n" for t, value in zip(times, values, strict=True))


COLUMNS = ("--time", "time", "--zone", "+00:00", "--value", "U", "V", "--decimal", "point")


def at_measurement(hand: Hand) -> None:
    answer = hand.type("--task", "functional", *READ, lines=["", "10.0001", "10.0001", "10.0002", "10.0002"])
    assert answer.code == 0, answer
    hand.done("enter", "done", "arrival", *WHO)
    assert hand.take(table(hand, ["10.0001"] * 60), "--task", "settling", *COLUMNS, name="warm.csv").code == 0
    hand.done("enter", "check", "settling", *WHO)
    hand.done("enter", "done", "warm-up", *WHO)
    volts = [f"10.000{i % 3}" for i in range(20)]
    answer = hand.take(table(hand, volts), "--task", "stability", name="stable.csv")  # columns as they were
    assert "as they were last time" in answer.out
    assert answer.code == 0, answer
    hand.done("enter", "check", "stability", *WHO)
    hand.done("enter", "done", "stability", *WHO)


def scheme() -> list[str]:
    """What is typed for both cycles: Enter at each connection, then the reading, twice."""
    return [line for _ in range(2) for role in "ZSX" for line in ("", VOLTS[role], VOLTS[role])]


def test_a_whole_participation_up_to_departure_without_an_interface(ready: Hand) -> None:
    measured = ready.type("--task", "measurement", *READ, lines=scheme(), piped=True)
    assert measured.code == 0, measured
    air = [one for value in AIR for one in (value, value)]
    assert ready.type("--task", "environment", "--count", 1, *READ, lines=air).code == 0
    ready.done("enter", "check", "zero", *WHO)
    ready.done("enter", "check", "environment", *WHO)
    ready.done("enter", "done", "measurement", *WHO)
    status = ready.done("status").out
    assert "(Measurement): the readings are typed." in status
    assert "(Warm-up): the readings are imported." in status
    origins = {run["task"]: run["origin"] for run in ready.done("status", "--json").json["by_hand"]}
    assert origins == {"functional": "typed", "settling": "imported", "stability": "imported",
                       "measurement": "typed", "environment": "typed"}  # fmt: skip
    with Reader.open(ready.notebook) as reader:
        start = next(entry for entry in reader.entries({"run-start"}) if entry.body["task"] == "measurement")
    assert start.body["confirmation"] == "double-entry"
    assert start.body["instrument"]["identity"]["serial"] == "DG-7"


def test_what_is_refused_or_differs_stays_without_value(hand: Hand) -> None:
    lines = [
        "",
        "10,0001",
        "１０．０００１",
        "10.0010",
        "10.0001 V",
        "10.0001",
        "10.0101",
        "10.0001",
        "10.0002",
        "10.0002",
    ]
    answer = hand.type("--task", "functional", *READ, lines=lines)
    assert answer.code == 0, answer
    assert "one zero comma zero zero zero one" in answer.out
    assert "Taken as 10.0001: one zero point zero zero zero one." in answer.out
    assert "neither counts" in answer.out
    assert "last digits away" in answer.out
    [(status, values)] = hand.series_of("functional")
    assert status == ["refused", "differs", "ok", "differs", "ok"]
    assert [value for value in values if not isnan(value)] == [10.0001, 10.0002]
    assert "10,0001" in hand.raw("functional")
    assert hand.bodies("doubt") == []  # the jump was not kept


def test_a_doubt_that_was_passed_is_on_record(hand: Hand) -> None:
    lines = ["", "10.0001", "10.0001", "10.0301", "10.0301"]
    answer = hand.type("--task", "functional", *READ, lines=lines)
    assert "300 last digits away" in answer.out
    [doubt] = hand.bodies("doubt")
    assert (doubt["text"], doubt["why"], doubt["figure"]) == ("10.0301", "jump", "300")
    with Reader.open(hand.notebook) as reader:
        [entry] = reader.entries({"doubt"})
        assert reader.entry(doubt["run"]).kind == "run-start"
        assert reader.entry(doubt["series"]).kind == "series"
        before = list(reader.entries({"block"}, 0, entry.seq))
        assert sum(one.body["rows"] for one in before) == 2
        assert say(told(entry), "en") == (
            "Kept after a second look: 10.0301 lies 300 last digits away from the readings before."
        )


def test_nobody_at_the_terminal_ends_the_run_in_order(hand: Hand) -> None:
    answer = hand.type("--task", "functional", *READ, lines=["", "10.0001", "10.0001"], piped=True)
    assert answer.code == 2
    assert "Nobody types any more" in answer.err
    assert hand.done("status", "--json").json["open_runs"] == []
    assert hand.series_of("functional")[0][1] == [10.0001]


def test_bytes_that_are_no_text_and_wrong_units_record_no_value(hand: Hand) -> None:
    answer = hand.pc.run("type", hand.notebook, "--task", "functional", *READ, stdin=b"\n\xff\xfe\n")
    assert answer.code == 2
    answer = hand.type("--task", "functional", *READ, "--unit", "kg", lines=[])
    assert answer.code == 2
    assert "is not a unit of voltage" in answer.err


def test_readings_from_paper_keep_the_scan_and_both_times(ready: Hand) -> None:
    began = ready.now - timedelta(hours=2)
    scan = ready.folder / "sheet.png"
    scan.write_bytes((EXAMPLES / "crate.png").read_bytes())
    paper = ("--paper", scan, "--observed", began.isoformat())
    assert ready.type("--task", "measurement", *READ, *paper[:2], lines=[]).code == 2
    lines = ["not a time", (ready.now + timedelta(days=1)).isoformat()]
    for place in range(6):
        value = VOLTS["ZSX"[place % 3]]
        lines += [(began + timedelta(minutes=place)).isoformat(), value, value]
    answer = ready.type("--task", "measurement", *READ, *paper, lines=lines)
    assert answer.code == 0, answer
    assert "“not a time” is no time." in answer.out
    assert "has not been yet" in answer.out
    digest = sha256(scan.read_bytes()).hexdigest()
    with Reader.open(ready.notebook) as reader:
        start = [entry for entry in reader.entries({"run-start"}) if entry.body["task"] == "measurement"][-1]
        assert start.body["transcribed"]["sha256"] == digest
        kept = [entry for entry in reader.entries({"attachment"}) if entry.body["name"] == "sheet.png"]
        assert kept[-1].payload is not None
        assert kept[-1].payload.sha256 == digest
        times = run_values(reader, start.seq).t_ns - int(start.body["clock"]["monotonic_ns"])
        entered = datetime.fromisoformat(start.body["clock"]["utc"])
    observed = [entered + timedelta(microseconds=int(one) // 1000) for one in times]
    assert observed == [began + timedelta(minutes=place) for place in range(6)]
    cycles = ready.done("status", "--json").json["cycles"]
    assert len(cycles) == 2


def test_a_day_on_paper_is_typed_by_the_hour(hand: Hand) -> None:
    began = hand.now - timedelta(hours=2)
    scan = hand.folder / "sheet.png"
    scan.write_bytes(b"scan")
    times = [f"{began + timedelta(seconds=place):%H:%M:%S}" for place in range(2)]
    lines = [line for time in times for line in (time, "10.0001", "10.0001")]
    day = (began + timedelta(seconds=2)).date() == began.date()
    answer = hand.type("--task", "functional", *READ, "--paper", scan, "--observed", began.isoformat(), lines=lines)
    assert answer.code == (0 if day else 2), answer


PLACED = (*COLUMNS, "--place", "p", "d", "c", "s")


def placed(hand: Hand, *, last: str = "10.0001") -> str:
    """A file of both cycles, a row for each step."""
    rows = [f"{hand.now - timedelta(minutes=30 - i):%Y-%m-%dT%H:%M:%SZ},{VOLTS['ZSX'[i % 3]]},10V,1,"
            f"{1 + i // 3},{1 + i % 3}"
            for i in range(6)]  # fmt: skip
    rows[-1] = rows[-1].replace("10.0001", last)
    return "time,U,p,d,c,s\n" + "".join(f"{row}\n" for row in rows)


def test_a_measurement_is_imported_whole_once(ready: Hand) -> None:
    assert ready.take(placed(ready), "--task", "measurement", *COLUMNS).code == 2  # its cycles are not told
    answer = ready.take(placed(ready, last="10,0001"), "--task", "measurement", *PLACED, "--look")
    assert answer.code == 1
    assert "5 of 6 lines are readings. Nothing was recorded." in answer.out.replace("cells", "")
    answer = ready.take(placed(ready), "--task", "measurement", *PLACED, piped=True)
    assert answer.code == 0, answer
    assert "Cycles completed: 2" in answer.out
    again = ready.take(placed(ready), "--task", "measurement", *PLACED, name="same.csv")
    assert again.code == 1
    assert "imported before" in again.err
    other = ready.take(placed(ready, last="10.0002"), "--task", "measurement", *PLACED)
    assert other.code == 1
    assert "was measured already" in other.err
    assert ready.done("enter", "check", "zero", *WHO).code == 0
    assert len(ready.bodies("cycle")) == 2


def test_a_row_that_is_none_is_named_and_its_cycle_is_not_made(ready: Hand) -> None:
    answer = ready.take(placed(ready, last="9.9E37"), "--task", "measurement", *PLACED)
    assert answer.code == 1
    assert "Line 7: U: 9.9E37 says “overload”" in answer.out
    assert len(ready.bodies("cycle")) == 1
    status, values = ready.series_of("measurement")[-1]
    assert status[-1] == "overload"
    assert values[-1] != values[-1]


def test_a_file_in_gbk_with_decimal_commas_is_kept_and_shown(ready: Hand) -> None:
    text = "时间;气温;湿度;气压\n" + f"{ready.now - timedelta(minutes=5):%Y/%m/%d %H:%M:%S};23,1;45,0;1013,2\n"
    columns = ("--time", "时间", "--zone", "+00:00", "--value", "气温", "°C", "--value", "湿度", "%RH", "--value",
               "气压", "hPa")  # fmt: skip
    asked = ready.take(text, "--task", "environment", *columns, encoding="gbk")
    assert asked.code == 2
    assert "--decimal" in asked.err
    answer = ready.take(text, "--task", "environment", *columns, "--decimal", "comma", encoding="gbk")
    assert answer.code == 0, answer
    assert "Text in GBK, columns separated by semicolon" in answer.out
    assert ready.series_of("environment") == [(["ok"], [23.1])]
    start = ready.bodies("run-start")[-1]
    assert start["file"]["sha256"] == sha256(text.encode("gbk")).hexdigest()
    assert start["read_as"]["decimal"] == "comma"
    with Reader.open(ready.notebook) as reader:
        files = [entry for entry in reader.entries({"attachment"}) if entry.body["name"] == "log.csv"]
        assert reader.payload(files[-1].seq) == text.encode("gbk")


AIR_COLUMNS = ("--time", "t", "--zone", "+00:00", "--value", "T", "°C", "--value", "RH", "%RH", "--value", "p", "hPa",
               "--decimal", "point")  # fmt: skip


def air_book(hand: Hand) -> bytes:
    """What a logger's program saves: numbers, moments, a formula, a hidden sheet."""
    moment = hand.now.replace(tzinfo=None) - timedelta(minutes=5)
    rows = [("t", "T", "RH", "p"), (moment, 23.1, "45.0", Formula(1013.25))]
    return workbook({"Air": rows, "Notes": [("x",)]}, hidden=["Notes"])


def test_a_workbook_is_kept_with_what_it_hides(ready: Hand) -> None:
    book = air_book(ready)
    answer = ready.take(book, "--task", "environment", *AIR_COLUMNS, name="air.xlsx")
    assert answer.code == 0, answer
    for said in ("sheet “Air”: t | T | RH | p", "2 cells are binary numbers", "1 cells are formulas", "Notes"):
        assert said in answer.out
    start = ready.bodies("run-start")[-1]
    assert start["file"] == {"name": "air.xlsx", "sha256": sha256(book).hexdigest()}
    read_as = start["read_as"]
    assert (read_as["encoding"], read_as["sheet"]) == ("xlsx", "Air")
    assert read_as["workbook"] == {"name": "Air", "hidden": ["Notes"], "numbers": 2, "formulas": 1, "merged": 0}
    assert ready.series_of("environment")[-1] == (["ok"], [23.1])
    assert "45.0" in ready.raw("environment")
    with Reader.open(ready.notebook) as reader:
        file = [entry for entry in reader.entries({"attachment"}) if entry.body["name"] == "air.xlsx"][-1]
        assert reader.payload(file.seq) == book
        assert file.body["media_type"].endswith("spreadsheetml.sheet")
    again = ready.take(book, "--task", "environment", *AIR_COLUMNS, name="air.xlsx")
    assert "imported before" in again.err


def test_a_sheet_is_said_where_there_are_several(ready: Hand) -> None:
    rows = [("t", "T", "RH", "p"), (ready.now.replace(tzinfo=None) - timedelta(minutes=5), 23.1, 45.0, 1013.25)]
    book = workbook({"Monday": rows, "Tuesday": [("t", "T"), ("x", "y")]})
    asked = ready.take(book, "--task", "environment", *AIR_COLUMNS, name="week.xlsx")
    assert asked.code == 2
    assert "Monday, Tuesday" in asked.err
    taken = ready.take(book, "--task", "environment", *AIR_COLUMNS, "--sheet", "Monday", "--json", name="week.xlsx")
    assert taken.code == 0, taken
    assert (taken.json["sheet"], taken.json["rows"], taken.json["refused"]) == ("Monday", 1, [])
    assert ready.take(b"\xd0\xcf\x11\xe0" + bytes(99), "--task", "environment", name="old.xls").code == 2


def test_the_order_of_day_and_month_is_said(ready: Hand) -> None:
    text = f"t;T;RH;p\n{ready.now - timedelta(minutes=5):%d/%m/%Y %H:%M:%S};23.1;45.0;1013.2\n"
    refused = ready.take(text, "--task", "environment", *AIR_COLUMNS)
    assert refused.code == 2
    answer = ready.take(text, "--task", "environment", *AIR_COLUMNS, "--date-order", "day-first")
    assert answer.code == 0, answer
    assert ready.bodies("run-start")[-1]["read_as"]["order"] == "dmy"


def test_a_file_of_nothing_is_not_recorded(hand: Hand) -> None:
    before = hand.done("status", "--json").json["entries"]
    answer = hand.take("time,U\nx,y\n", "--task", "functional", *COLUMNS)
    assert answer.code == 2
    assert "No line of the file is a reading" in answer.err
    assert hand.take("time,U\n", "--task", "functional", "--look").code == 2  # its columns are not known
    assert hand.done("status", "--json").json["entries"] <= before + 2  # a clock entry for each opening


def test_what_the_plan_does_not_let_count_is_a_diagnostic_at_most(
    kept: Callable[[str, bytes], Hand], tmp_path: Path
) -> None:
    hand = own(kept("silent", plan_by_hand()), tmp_path)
    answer = hand.type("--task", "functional", *READ, lines=["", "10.0001", "10.0001"])
    assert answer.code == 1
    assert "typed readings do not count" in answer.err
    answer = hand.take(table(hand, ["10.0001"] * 5), "--task", "functional", *COLUMNS)
    assert answer.code == 1
    assert "imported readings do not count" in answer.err
    assert hand.bodies("run-start") == []


def test_a_second_person_reads_too(kept: Callable[[str, bytes], Hand], tmp_path: Path) -> None:
    plan = plan_by_hand(typed=ALL, confirmation="second-person")
    hand = own(kept("second", plan), tmp_path)
    for nobody in ((), ("--second", "P-01"), ("--second", "p-01 ")):
        assert hand.type("--task", "functional", *READ, *nobody, lines=[""]).code == 2
    lines = ["", "10.0001", "10.0001", "10.0002", "10.0002"]
    answer = hand.type("--task", "functional", *READ, "--second", "P-02", lines=lines)
    assert answer.code == 0, answer
    assert "P-02 reads it too and types it" in answer.out
    assert hand.bodies("run-start")[-1]["second"] == "P-02"


def test_a_photo_of_each_reading_is_kept_right_before_it(kept: Callable[[str, bytes], Hand], tmp_path: Path) -> None:
    hand = own(kept("photo", plan_by_hand(typed=ALL, confirmation="photo")), tmp_path)
    photo = str(EXAMPLES / "crate.png")
    lines = ["", "no such file", photo, "10.0001", photo, "10.0002"]
    answer = hand.type("--task", "functional", *READ, lines=lines)
    assert answer.code == 0, answer
    with Reader.open(hand.notebook) as reader:
        run = next(reader.entries({"run-start"})).seq
        kinds = [entry.kind for entry in reader.entries({"attachment", "block"}, run)]
    assert kinds == ["attachment", "block", "attachment", "block"]
