"""The laboratory's own values over the days: what they are, when there is a line, and what it says."""

from datetime import datetime
from math import sqrt
from pathlib import Path

import msgspec
import numpy as np
import pytest

from labclient.evaluation import DayMean, own_drift, own_line, own_told, t_told
from labclient.metrology import DriftForm, fit_line, line_at
from labclient.notebook import Reader
from labclient.words import say

from .records import ENTRIES, StillClock, new_notebook, small_plan

DAY = 86400.0
LEAVES = datetime.fromisoformat("2026-03-13T12:00:00+00:00").timestamp()


def seen(path: Path, days: int, *, certificate: bool = True, excluded: int = 0):
    plan = small_plan()
    notebook, write = new_notebook(path / "own.labnote", StillClock())
    noise = np.random.default_rng(3)

    def truth(role: str, direction: str, point: str, _: float) -> float:
        level = {"S": 9.9999815, "X": 10.0000127}.get(role, 0.0) * (1.0 if point == "10V" else 0.1018)
        return (-level if direction == "-" else level) + 1e-8 * float(noise.standard_normal())

    with notebook:
        if certificate:
            write.enter("standard", ENTRIES["standard"])
        cycles = write.measure(plan, truth, days=range(1, days + 1)) if days else []
        if excluded:
            write.enter("exclusion", {"cycles": cycles[:excluded], "reason": "door opened"})
    with Reader.open(path / "own.labnote") as record:
        return own_drift(record, plan, "LAB01")


def test_values_are_those_of_the_transfer_standard_by_the_certificate(tmp_path: Path) -> None:
    point = seen(tmp_path, 2).points[0]
    certified = float(ENTRIES["standard"]["values"][0]["value"])
    assert (point.told, point.unit) == ("value", "V")
    assert [one.value for one in point.values] == pytest.approx([certified * 10.0000127 / 9.9999815] * 4, rel=1e-8)


def test_without_a_certificate_they_are_ratios(tmp_path: Path) -> None:
    point = seen(tmp_path, 2, certificate=False).points[0]
    assert (point.told, point.unit) == ("ratio", "1")
    assert point.values[0].value == pytest.approx(10.0000127 / 9.9999815, rel=1e-8)
    assert "Ratios to the laboratory's standard" in say(own_told(point)[0])


def test_two_days_are_shown_and_give_no_line(tmp_path: Path) -> None:
    point = seen(tmp_path, 2).points[0]
    assert [one.n for one in point.days] == [2, 2]
    assert point.line is None
    assert say(own_told(point)[-1]) == "Days measured: 2. At least 3 are needed for a line."


def test_an_excluded_cycle_is_kept_with_its_reason_and_counts_nowhere(tmp_path: Path) -> None:
    point = seen(tmp_path, 2, excluded=1).points[0]
    assert [one.reason for one in point.values] == ["door opened", "", "", ""]
    assert [one.n for one in point.days] == [1, 2]
    assert point.days[0].u is None
    assert point.days[0].mean == point.values[1].value


def test_before_the_first_cycle_there_is_nothing(tmp_path: Path) -> None:
    point = seen(tmp_path, 0).points[0]
    assert point.values == point.days == ()
    assert [say(one) for one in own_told(point)] == ["No cycle of this point is measured yet."]


def test_a_day_mean_has_the_type_a_uncertainty_of_its_cycles(tmp_path: Path) -> None:
    point = seen(tmp_path, 2).points[0]
    first = [one.value for one in point.values[:2]]
    assert point.days[0].u == pytest.approx(abs(first[0] - first[1]) / sqrt(2) / sqrt(2))


def days(values, u=None):
    return [
        DayMean(day=i + 1, time_s=LEAVES - (10 - i) * DAY, n=1 if u is None else 5, mean=value, u=u)
        for i, value in enumerate(values)
    ]


def test_a_drift_beyond_the_days_own_scatter_is_a_line_weighted_by_it() -> None:
    line = own_line(days([10.0, 10.1, 10.2, 10.3], 0.01), LEAVES)
    assert line is not None
    assert (line.drift.form, line.weighted, line.dof) == (DriftForm.LINE, True, 16)
    assert line.slope == pytest.approx(0.1)
    assert line.significant
    assert line.preliminary
    assert line.departure.value == pytest.approx(11.0)
    x = np.array([0.0, 1.0, 2.0, 3.0]) - 1.5
    assert line.departure.half == pytest.approx(2.119905 * 0.01 * sqrt(1 / 4 + 8.5**2 / float(x @ x)), rel=1e-6)


def test_a_slope_that_few_cycles_cannot_show_is_no_line() -> None:
    few = [msgspec.structs.replace(one, n=2) for one in days([10.0, 10.01, 10.02], 0.007)]
    many = days([10.0, 10.01, 10.02], 0.007)
    sparse, dense = own_line(few, LEAVES), own_line(many, LEAVES)
    assert sparse is not None
    assert dense is not None
    assert sparse.t == dense.t == pytest.approx(2.0203, rel=1e-3)
    assert (sparse.drift.form, sparse.t_critical) == (DriftForm.CONSTANT, pytest.approx(3.1824, rel=1e-4))
    assert dense.t_critical == pytest.approx(2.1788, rel=1e-4)
    assert dense.drift.form is DriftForm.CONSTANT


def test_days_that_scatter_more_than_their_cycles_count_alike_with_the_scatter_seen() -> None:
    values = [10.0, 10.4, 9.9, 10.1, 10.0]
    line = own_line(days(values, 0.01), LEAVES)
    assert line is not None
    assert (line.drift.form, line.weighted) == (DriftForm.CONSTANT, False)
    plain = fit_line([0.0, 1.0, 2.0, 3.0, 4.0], values)
    assert (line.slope, line.u_slope) == (pytest.approx(plain.slope), pytest.approx(plain.u_slope))
    assert not line.significant
    assert "not significant" in say(t_told(line))


def test_an_ordinary_line_agrees_with_the_textbook_at_the_departure() -> None:
    values = [10.0, 10.11, 10.19, 10.31, 10.4]
    line = own_line(days(values), LEAVES)
    assert line is not None
    assert not line.weighted
    there = line_at(fit_line([0.0, 1.0, 2.0, 3.0, 4.0], values), 10.0)
    assert line.departure.value == pytest.approx(there.value)
    assert line.departure.half == pytest.approx(3.182446 * there.u, rel=1e-6)


def test_the_band_reaches_from_the_first_day_to_the_departure() -> None:
    line = own_line(days([10.0, 10.1, 10.2, 10.3], 0.01), LEAVES)
    assert line is not None
    band = line.band()
    assert band[0].time_s == pytest.approx(LEAVES - 10 * DAY)
    assert band[-1].time_s == pytest.approx(LEAVES)
    assert band[-1].half > band[0].half


def test_days_of_one_time_give_no_line() -> None:
    same = [DayMean(day=i, time_s=LEAVES, n=1, mean=10.0 + i, u=None) for i in range(3)]
    assert own_line(same, LEAVES) is None
