import math
from datetime import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labclient.errors import DataUnfit
from labclient.metrology import Limits, Sampling, Verdict, excursions

ROOM = Limits(quantity="temperature", unit="°C", low=19.0, high=21.0)


def test_the_transport_logger_case(case) -> None:
    reference = case("transport_logger")
    rows, limits, expected = reference.rows(), reference.about["limits"], reference.expected
    times = [datetime.fromisoformat(row["timestamp_utc"]).timestamp() for row in rows]

    def column(name: str) -> list[float]:
        return [float(row[name]) for row in rows]

    warmth = excursions(
        times, column("T_degC"), Limits(quantity="temperature", unit="°C", low=limits["T_min"], high=limits["T_max"])
    )
    assert (warmth.n, warmth.minimum, warmth.maximum) == (expected["records"], expected["T_min"], expected["T_max"])
    assert warmth.outside_s == pytest.approx(expected["time_below_T_min_s_linear_interpolation"])
    assert [(one.extreme, one.limit) for one in warmth.excursions] == [(4.7, 5.0)]
    assert warmth.steepest_per_s * 3600 == pytest.approx(expected["max_dT_dt_K_per_h"])
    damp = excursions(times, column("RH_percent"), Limits(quantity="humidity", unit="%RH", high=limits["RH_max"]))
    assert (damp.maximum, len(damp.excursions)) == (expected["RH_max"], 1)
    assert times[6] < damp.excursions[0].start_s < times[7]
    assert times[8] < damp.excursions[0].end_s < times[9]
    shock = excursions(
        times,
        column("shock_peak_g"),
        Limits(quantity="shock", unit="gn", high=limits["shock_max_g"], sampling=Sampling.PEAK),
    )
    assert (shock.maximum, len(shock.excursions)) == (expected["shock_max_g"], expected["shock_events_over_limit"])
    assert shock.excursions[0].start_s == times[5]
    assert {warmth.verdict, damp.verdict, shock.verdict} == {Verdict.FAIL}


def test_within_means_at_most_at_the_limit() -> None:
    found = excursions([0.0, 60.0, 120.0], [19.0, 20.0, 21.0], ROOM)
    assert (found.verdict, found.excursions, found.outside_s) == (Verdict.PASS, (), 0)
    assert (found.minimum, found.maximum, found.longest_gap_s) == (19, 21, 60)


def test_both_sides_are_found_in_order_of_time() -> None:
    found = excursions(np.arange(6) * 10.0, [18.0, 20, 22, 22, 20, 18], ROOM)
    assert [(one.limit, one.extreme, one.start_s, one.end_s) for one in found.excursions] == [
        (19.0, 18.0, 0.0, 5.0),
        (21.0, 22.0, 15.0, 35.0),
        (19.0, 18.0, 45.0, 50.0),
    ]
    assert found.outside_s == 30


def test_each_shock_is_an_event_of_its_own() -> None:
    limits = Limits(quantity="shock", unit="gn", high=10.0, sampling=Sampling.PEAK)
    found = excursions([0.0, 1.0, 2.0], [12.0, 15.0, 3.0], limits)
    assert [(one.start_s, one.duration_s, one.extreme) for one in found.excursions] == [(0, 0, 12), (1, 0, 15)]


def test_a_single_record_is_judged_too() -> None:
    found = excursions([5.0], [30.0], ROOM)
    assert found.excursions[0].duration_s == 0
    assert (found.verdict, found.steepest_per_s, found.longest_gap_s) == (Verdict.FAIL, 0, 0)


@given(st.lists(st.floats(10, 30), min_size=1, max_size=50))
def test_a_finer_record_of_the_same_lines_finds_the_same(values: list[float]) -> None:
    times = np.arange(len(values)) * 60.0
    fine_times = np.arange(6 * (len(values) - 1) + 1) * 10.0
    coarse = excursions(times, values, ROOM)
    fine = excursions(fine_times, np.interp(fine_times, times, values), ROOM)
    assert fine.outside_s == pytest.approx(coarse.outside_s, abs=1e-6)
    assert (fine.verdict, fine.maximum) == (coarse.verdict, coarse.maximum)
    assert coarse.outside_s <= times[-1]


@pytest.mark.parametrize(
    ("times", "values", "limits"),
    [
        ([], [], ROOM),
        ([0.0, 0.0], [20.0, 20.0], ROOM),
        ([1.0, 0.0], [20.0, 20.0], ROOM),
        ([0.0], [20.0, 20.0], ROOM),
        ([0.0], [math.nan], ROOM),
        ([0.0], [20.0], Limits(quantity="t", unit="°C", low=21, high=19)),
        ([0.0], [20.0], Limits(quantity="t", unit="°C", low=math.nan)),
    ],
)
def test_records_that_cannot_be_judged_are_refused(times, values, limits) -> None:
    with pytest.raises(DataUnfit):
        excursions(times, values, limits)
