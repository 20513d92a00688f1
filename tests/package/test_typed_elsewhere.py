"""Readings typed in a satellite travel into the main notebook, the report and the package unchanged, and are named."""

import json
from pathlib import Path
from typing import Any

import pytest
from evaluation.records import WHO, small_plan_json
from participation.rooms import Room
from participation.world import NAME, Desk, open_office

from labclient.acquisition import Question
from labclient.notebook import Reader, blocks, check, run_values
from labclient.package import open_trust, runs_by_hand, satellites_told, verify_package
from labclient.participation import TypedRuns, give_up_satellite, registered, take_satellite
from labclient.plan import Point, Step
from labclient.words import Message

from .conftest import MOMENT

DIAL = '[[instrument]]\nid = "dial"\nname = "Dial gauge"\nserial = "DG-7"\n'


class Person:
    """Reads what the world says, and slips once: a reading that differs, and one with fewer digits, which is kept."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._at: tuple[Step, Point] | None = None
        self._typed = ""
        self.asked = 0

    def connect(self, step: Step, point: Point) -> None:
        self._at = step, point
        self._desk.clock.skip(30.0)

    def ask(self, question: Question) -> str:
        assert self._at is not None
        step, point = self._at
        self.asked += 1
        if question.kind == "reading":
            value = self._desk.truth(step.role, step.direction, point.id, self._desk.clock.ns / 1e9)
            self._typed = f"{value:.{7 if self.asked == 5 else 8}f}"
        return f"{self._typed}1" if self.asked == 2 else self._typed

    def tell(self, sentence: Message) -> None:
        pass

    kept = tell

    def progress(self, task: Any, done: int, total: int) -> None:
        pass


def plan() -> bytes:
    return small_plan_json(by_hand={"typed": ["measurement"]})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A packed participation: day 1 by an instrument, day 2 typed in another room."""
    folder = tmp_path_factory.mktemp("typed")
    office = open_office(tmp_path_factory.mktemp("office"), plan())
    desk = Desk(office, folder).until("measurement")
    desk.write.measure(desk.plan, desk.truth, days=[1])
    room, lost = Room(desk, folder / "b"), Room(desk, folder / "c")
    room.home.root.mkdir(exist_ok=True)
    room.home.bench.write_text(DIAL, encoding="utf-8")
    person = Person(desk)
    runs = TypedRuns(room.p, instrument=registered(room.home, "dial"), typist=person, hands=person, observer=person,
                     who="P-01")  # fmt: skip
    runs.measure(2)
    lost.p.close()
    take_satellite(desk.p, room.back(), WHO)
    give_up_satellite(desk.p, lost.issued.body["satellite"], "the PC was stolen", WHO)
    desk.judge()
    desk.p.enter("deviation", {"text": "the other room was not watched", "reason": "no logger there"}, WHO)
    desk.p.finish("measurement", WHO)
    desk.enter("departure")
    desk.p.finish("departure", WHO)
    desk.compute()
    desk.p.finish("results", WHO)
    desk.prepare()
    desk.sign()
    desk.pack()
    desk.p.close()
    (folder / "trust").write_text(str(office.papers.trust), encoding="utf-8")
    return folder


def test_every_row_that_was_typed_is_in_the_main_notebook_as_it_was(folder: Path) -> None:
    with Reader.open(folder / "b" / "room2.labnote") as there, Reader.open(folder / NAME) as here:
        typed = list(there.entries({"run-start"}))
        copied = [entry for entry in here.entries({"run-start"}) if "origin" in entry.body]
        assert len(typed) == len(copied) == len(json.loads(plan())["points"])
        for one, other in zip(typed, copied, strict=True):
            rows = [[reader.payload(entry.seq) for entry in blocks(reader, start.seq)]
                    for reader, start in ((there, one), (here, other))]  # fmt: skip
            assert rows[0] == rows[1]
            assert run_values(here, other.seq).values.tobytes() == run_values(there, one.seq).values.tobytes()
            assert {k: v for k, v in one.body.items() if k != "runs"} == other.body
        doubts = [[entry.body["text"] for entry in reader.entries({"doubt"})] for reader in (there, here)]
        assert doubts[0] == doubts[1]
        assert doubts[0]
        for doubt in here.entries({"doubt"}):
            assert here.entry(doubt.body["run"]).body["origin"] == "typed"
            assert here.entry(doubt.body["series"]).body["run"] == doubt.body["run"]
    assert check(folder / NAME, deep=True).ok


def test_the_report_names_who_typed_what_and_where(folder: Path) -> None:
    with Reader.open(folder / NAME) as reader:
        satellites, runs = satellites_told(reader), runs_by_hand(reader)
        doubts = sum(1 for _ in reader.entries({"doubt"}))
    assert [(one.name, one.to, one.fate, one.reason) for one in satellites] == [
        ("room2.labnote", "Room 2", "taken in", ""),
        ("room2.labnote", "Room 2", "given up", "the PC was stolen"),
    ]
    assert satellites[0].runs == tuple(one.run for one in runs)
    first = runs[0]
    assert (first.origin, first.points, first.entered_by) == ("typed", ("10V",), "P-01")
    assert (first.confirmation, first.second, first.source) == ("double-entry", "", "")
    assert first.replies == first.kept + 1  # one differed
    assert sum(one.doubts for one in runs) == doubts > 0


def test_a_package_with_typed_readings_verifies_and_tells_of_them(folder: Path) -> None:
    trust = open_trust(Path((folder / "trust").read_text(encoding="utf-8")), MOMENT).trust
    report = verify_package(next(folder.glob("result_*.asice")), trust, MOMENT)
    assert report.ok, report.all_findings
    with Reader.open(folder / NAME) as reader:
        typed = [str(one.run) for one in runs_by_hand(reader)]
    assert [one.subject for one in report.all_findings if one.code == "typed"] == typed
    assert {one.code for one in report.all_findings} == {"simulated", "satellite_given_up", "typed"}
