"""What no instrument sent counts where the plan says so, and nowhere else: in checks, cycles and the room."""

from typing import Any

import pytest

from labclient.errors import DataUnfit
from labclient.evaluation import environment_runs, measured, reading_stability
from labclient.evaluation._origin import origin_counts
from labclient.notebook import Draft
from labclient.plan import Plan

from .records import quiet, small_plan

SILENT = small_plan()
TASKS = ("functional", "settling", "stability", "measurement", "environment")


def plan(origin: str, *tasks: str) -> Plan:
    return small_plan(by_hand={origin: list(tasks)})


class Marked:
    """Appends as the record does, with every run marked as of this origin."""

    def __init__(self, append: Any, origin: str) -> None:
        self._append, self._origin = append, origin

    def __call__(self, *drafts: Draft) -> Any:
        return self._append(
            *(
                Draft(kind=one.kind, body={**one.body, "origin": self._origin}, author=one.author, payload=one.payload,
                      values=one.values, station=one.station) if one.kind == "run-start" else one
                for one in drafts
            )
        )  # fmt: skip


@pytest.mark.parametrize("task", TASKS)
def test_an_instrument_always_counts_and_others_by_the_plan(task: str) -> None:
    assert origin_counts(SILENT, "", task)
    for origin in ("typed", "imported"):
        assert not origin_counts(SILENT, origin, task)
        assert origin_counts(plan(origin, task), origin, task)
        assert not origin_counts(plan(origin, *(set(TASKS) - {task})), origin, task)
    assert not origin_counts(plan("typed", task), "imported", task)
    assert not origin_counts(plan("typed", task), "from somewhere", task)


@pytest.mark.parametrize("origin", ["typed", "imported"])
def test_runs_by_hand_are_judged_only_where_they_count(record, write, origin: str) -> None:
    write._append = Marked(write._append, origin)
    run = write.readings("stability", [10.0 + 1e-8 * (i % 3) for i in range(20)])
    room = write.room(1000.0)
    cycles = write.cycles(SILENT, SILENT.points[0], 1, [1, 2], quiet(SILENT))
    allowed = plan(origin, *TASKS)
    assert reading_stability(record.reader, allowed, run).verdict == "pass"
    with pytest.raises(DataUnfit, match="do not count"):
        reading_stability(record.reader, SILENT, run)
    assert [one.seq for one in measured(record.reader, allowed)] == cycles
    assert measured(record.reader, SILENT) == ()
    assert environment_runs(record.reader, allowed) == [room]
    assert environment_runs(record.reader, SILENT) == []
