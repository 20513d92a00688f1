"""A visit out of a record: what is common to all visits, what is not, and the check standard beside it."""

from math import hypot, sqrt
from pathlib import Path

import pytest

from labclient.evaluation import Visit, result, visit_of
from labclient.notebook import Reader

from .records import ENTRIES, StillClock, changed, new_notebook, quiet, small_plan

CHECKED = [{"role": "Z"}] + [
    {"role": role, "direction": direction} for role in ("S", "C", "X", "S") for direction in ("+", "-")
]


def visited(path: Path, *, exclude: bool = False, **plan_changes) -> Visit:
    plan = small_plan(**plan_changes)
    notebook, write = new_notebook(path / "visit.labnote", StillClock())
    plain = quiet(plan, noise=1e-8)

    def truth(role: str, direction: str, point: str, at: float) -> float:
        if role != "C":
            return plain(role, direction, point, at)
        level = 9.9999915 if point == "10V" else 1.0180001
        return (-level if direction == "-" else level) + 1e-7

    with notebook:
        write.enter("standard", ENTRIES["standard"])
        write.enter("budget", ENTRIES["budget"])
        cycles = write.measure(plan, truth)
        if exclude:
            write.enter("exclusion", {"cycles": cycles[:1], "reason": "door opened"})
    with Reader.open(path / "visit.labnote") as record:
        return visit_of(record, plan, "PILOT", "visit")


def test_it_is_the_result_of_the_record(tmp_path: Path) -> None:
    seen = visited(tmp_path)
    with Reader.open(tmp_path / "visit.labnote") as record:
        again = result(record, seen.plan, record.size)
    assert [one.value for one in seen.points] == [float(one.value) for one in again.points]
    assert [one.u for one in seen.points] == [float(one.u_c) for one in again.points]
    assert seen.computed


def test_only_the_readings_change_from_visit_to_visit_unless_the_plan_says_more(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    plain = visited(tmp_path).points[0]
    wider = visited(tmp_path / "other", monitoring={"visit_rows": ["A", "day"]}).points[0]
    assert plain.u_visit < wider.u_visit < wider.u
    assert plain.u == wider.u
    for one in (plain, wider):
        assert hypot(one.u_visit, one.u_common) == pytest.approx(one.u)
    assert plain.session.s / sqrt(plain.session.n) == pytest.approx(plain.u_visit)


def test_without_check_steps_there_is_no_check_standard(tmp_path: Path) -> None:
    assert [one.check for one in visited(tmp_path).points] == [None, None]


def test_the_check_standard_is_measured_as_the_transfer_standard_is(tmp_path: Path) -> None:
    point = visited(tmp_path, **changed(steps=CHECKED)).points[0]
    certified = float(ENTRIES["standard"]["values"][0]["value"])
    assert point.check is not None
    assert point.check.mean == pytest.approx(certified * 9.9999915 / 9.9999815, rel=1e-8)
    assert point.check.n == 4
    assert point.check.s > 0


@pytest.mark.parametrize(("zero", "offset"), [("taken off", 0.25), ("not there", 0.0)])
def test_the_zero_is_taken_off_the_check_standard_too(tmp_path: Path, zero: str, offset: float) -> None:
    steps = [{"role": role} for role in ("ZSCXSZ" if zero == "taken off" else "SCXS")]
    plan = small_plan(**changed(method="sxs-aba/1", steps=steps))
    levels = {"S": 9.9999815, "X": 9.99999, "C": 9.9999915, "Z": 0.0}
    notebook, write = new_notebook(tmp_path / "visit.labnote", StillClock())
    with notebook:
        write.enter("standard", ENTRIES["standard"])
        write.enter("budget", ENTRIES["budget"])
        write.measure(plan, lambda role, _way, _point, _at: levels[role] + offset)
    with Reader.open(tmp_path / "visit.labnote") as record:
        point = visit_of(record, plan, "PILOT", "visit").points[0]
    certified = float(ENTRIES["standard"]["values"][0]["value"])
    assert point.check is not None
    assert point.check.mean == pytest.approx(certified * levels["C"] / levels["S"], rel=1e-12)


def test_an_excluded_cycle_counts_for_neither(tmp_path: Path) -> None:
    point = visited(tmp_path, exclude=True, **changed(steps=CHECKED)).points[0]
    assert point.check is not None
    assert (point.cycles, point.check.n) == (3, 3)
