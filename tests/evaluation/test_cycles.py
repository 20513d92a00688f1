"""From series to the value of a cycle: drifts and offsets cancel, contradictions are refused."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labclient.acquisition import Cycle
from labclient.errors import DataUnfit
from labclient.evaluation import measured
from labclient.plan import Step

from .conftest import Record
from .records import VOLTS, changed, small_plan

PLAN = small_plan()
POINT = PLAN.points[0]
DIFFERENCE = small_plan(**changed(form="difference"))


def steady(role: str, direction: str, _: str, __: float) -> float:
    value = {"S": 10.0, "X": 10.0000127, "Z": 0.0}[role]
    return -value if direction == "-" else value


@pytest.mark.parametrize(("plan", "value"), [(PLAN, 10.0000127 / 10.0), (DIFFERENCE, 10.0000127 - 10.0)])
def test_the_value_is_the_ratio_or_the_difference_of_x_and_s(record, write, plan, value) -> None:
    write.cycles(plan, POINT, 1, [1], steady)
    (one,) = measured(record.reader, plan)
    assert one.value == pytest.approx(value, abs=1e-12)
    assert (one.point, one.day, one.cycle, one.excluded, one.zeros) == ("10V", 1, 1, False, (0.0,))


@settings(max_examples=20)
@given(offset=st.floats(-1e-3, 1e-3), slope=st.floats(-1e-5, 1e-5))
def test_a_zero_offset_and_a_linear_drift_cancel(offset, slope, tmp_path_factory) -> None:
    """The offset of the meter does not turn with the polarity; the drift of both artefacts does."""

    def drifting(role: str, direction: str, point: str, t: float) -> float:
        value = steady(role, "+", point, t) + (slope * t if role != "Z" else 0.0)
        return (-value if direction == "-" else value) + offset

    record = Record(tmp_path_factory.mktemp("drift") / "a.labnote")
    try:
        record.write.cycles(DIFFERENCE, POINT, 1, [1], drifting)
        (one,) = measured(record.reader, DIFFERENCE)
    finally:
        record.close()
    assert one.value == pytest.approx(0.0000127, abs=1e-12)
    assert one.zeros == (pytest.approx(offset, abs=1e-15),)


def test_a_meter_that_gains_in_proportion_leaves_the_ratio_alone(record, write) -> None:
    write.cycles(PLAN, POINT, 1, [1], lambda role, d, p, t: steady(role, d, p, t) * 1.0001)
    assert measured(record.reader, PLAN)[0].value == pytest.approx(1.00000127, abs=1e-14)


def test_an_instrument_in_millivolt_gives_the_plan_its_volt(record, write) -> None:
    write.cycles(DIFFERENCE, POINT, 1, [1], steady, unit="mV")
    write.cycles(DIFFERENCE, POINT, 1, [2], steady)
    milli, whole = measured(record.reader, DIFFERENCE)
    assert milli.value == pytest.approx(whole.value, abs=1e-12)


def test_readings_without_value_do_not_enter_the_mean(record, write) -> None:
    run, numbers = _by_hand(write, extra=[(9.0, ("overload",))])
    write.enter("cycle", Cycle(run, "10V", 1, 1, tuple(numbers)))
    assert measured(record.reader, PLAN)[0].value == pytest.approx(1.00000127, abs=1e-14)


def test_a_trial_is_never_promoted(record, write) -> None:
    write.cycles(PLAN, POINT, 1, [1], steady, purpose="trial")
    assert measured(record.reader, PLAN) == ()


def test_what_is_excluded_is_marked_and_still_there(record, write) -> None:
    first, _ = write.cycles(PLAN, POINT, 1, [1, 2], steady)
    write.enter("exclusion", {"cycles": [first], "reason": "door opened"})
    assert [one.excluded for one in measured(record.reader, PLAN)] == [True, False]
    assert [one.excluded for one in measured(record.reader, PLAN, first + 2)] == [False, False]


def _by_hand(write, *, steps=PLAN.measurement.scheme.steps, extra=(), readings=2, **wrong):
    parts = []
    for place, step in enumerate(steps):
        meaning = {"role": step.role, "direction": step.direction, "point": "10V", "day": 1, "cycle": 1, "step": place}
        begins = 30.0 * place
        value = steady(step.role, step.direction, "", 0.0)
        rows = [(begins + 2.0 * i, (value,)) for i in range(readings)]
        parts.append((meaning | wrong, rows + [(begins + t, v) for t, v in extra]))
    return write.run("measurement", parts, channels=VOLTS)


@pytest.mark.parametrize(
    "fault",
    [
        {"readings": 1},
        {"point": "1.018V"},
        {"day": 2},
        {"cycle": 2},
        {"step": 4},
        {"role": "X"},
        {"direction": "+"},
        {"steps": PLAN.measurement.scheme.steps[:-1]},
        {"steps": (*PLAN.measurement.scheme.steps, Step("S"))},
        {"steps": PLAN.measurement.scheme.steps[::-1]},
    ],
)
def test_a_cycle_that_does_not_fit_the_scheme_is_refused(record, write, fault) -> None:
    run, numbers = _by_hand(write, **fault)
    write.enter("cycle", Cycle(run, "10V", 1, 1, tuple(numbers)))
    with pytest.raises(DataUnfit, match="does not fit the plan's scheme"):
        measured(record.reader, PLAN)


def test_a_cycle_of_another_runs_series_is_refused(record, write) -> None:
    _, numbers = _by_hand(write)
    other, _ = _by_hand(write)
    write.enter("cycle", Cycle(other, "10V", 1, 1, tuple(numbers)))
    with pytest.raises(DataUnfit):
        measured(record.reader, PLAN)


def test_the_mean_time_is_that_of_the_positions_in_the_middle(record, write) -> None:
    record.clock.skip(1000.0)
    (entry,) = write.cycles(PLAN, POINT, 1, [1], steady)
    (one,) = measured(record.reader, PLAN)
    begins = record.clock.utc().timestamp() - 270.0
    assert one.seq == entry
    # S X X S with reversal after one zero: positions begin at 30 … 240 s, each two readings 2 s apart
    assert one.time_s - begins == pytest.approx(30 + 7 * 30 / 2 + 1, abs=1e-5)
    assert (one.start_s - begins, one.end_s - begins) == (pytest.approx(0, abs=1e-5), pytest.approx(242, abs=1e-5))


def test_reversal_works_in_either_order(record, write) -> None:
    steps = [{"role": r, "direction": d} for r in "SXXS" for d in "-+"]
    plan = small_plan(**changed(steps=steps))
    write.cycles(plan, POINT, 1, [1], lambda role, d, p, t: steady(role, d, p, t) + 1e-4)
    assert measured(record.reader, plan)[0].value == pytest.approx(1.00000127, abs=1e-14)


def test_a_scheme_without_reversal_takes_positions_as_they_are(record, write) -> None:
    plan = small_plan(**changed(steps=[{"role": r} for r in "SXXS"], form="difference"))
    write.cycles(plan, POINT, 1, [1], lambda role, d, p, t: steady(role, d, p, t) + 1e-6 * t)
    assert measured(record.reader, plan)[0].value == pytest.approx(0.0000127, abs=1e-12)
    assert msgspec.structs.asdict(measured(record.reader, plan)[0])["zeros"] == ()
