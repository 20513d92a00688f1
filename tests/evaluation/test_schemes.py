"""Schemes by name, from readings to the result: values by hand, drifts that cancel, hysteresis in the budget."""

import json
import math
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labclient.acquisition import Cycle
from labclient.errors import DataUnfit
from labclient.evaluation import PointResult, chain_told, examined_told, measured, own_drift, result, zero
from labclient.plan import Plan, read_plan
from labclient.words import say

from .conftest import Record
from .models import row
from .records import small_plan_json

UP, DOWN = {"role": "X", "approach": "up"}, {"role": "X", "approach": "down"}
ROWS = [row("S", "certificate"), row("A", "readings")]
SERIES = [*ROWS, row("h", "hysteresis", distribution="rectangular")]


def plan_of(method: str, form: str, steps: str | list[dict[str, str]], rows: Any = None, **changes: Any) -> Plan:
    """Two rising points, two days of two cycles, one reading a step."""
    plan = json.loads(small_plan_json())
    plan["measurement"]["scheme"] |= {"method": method, "form": form, "readings": 1, "steps": (
        [{"role": one} for one in steps] if isinstance(steps, str) else steps)}  # fmt: skip
    plan["transfer_standard"].pop("coefficients")
    plan["points"] = [point | {"settings": {}} for point in reversed(plan["points"])]
    return read_plan(json.dumps(plan | {"budget": rows or ROWS} | changes).encode())


def cycle_of(record: Record, plan: Plan, values: list[float], *, point: str = "10V", at: Any = None) -> int:
    """One cycle with one reading a step, 30 s apart unless said."""
    steps = plan.measurement.scheme.steps
    times = at or [30.0 * place for place in range(len(steps))]
    parts = [
        ({"role": step.role, "direction": step.direction, "point": point, "day": 1, "cycle": 1, "step": place},
         [(time, (value,))])
        for place, (step, time, value) in enumerate(zip(steps, times, values, strict=True))
    ]  # fmt: skip
    run, numbers = record.write.run("measurement", parts)
    return record.write.enter("cycle", Cycle(run, point, 1, 1, tuple(numbers)))


def value_at(record: Record, plan: Plan, values: list[float], **how: Any) -> float:
    cycle_of(record, plan, values, **how)
    return measured(record.reader, plan)[0].value


@pytest.mark.parametrize(
    ("method", "form", "steps", "values", "by_hand"),
    [
        ("sx-substitution/1", "difference", "SX", [10.0, 10.25], Fraction(1, 4)),
        ("sx-substitution/1", "ratio", "SX", [8.0, 10.0], Fraction(5, 4)),
        ("sxs-aba/1", "difference", "SXS", [10.0, 10.5, 10.5], Fraction(1, 4)),
        ("sxs-aba/1", "ratio", "SXS", [8.0, 11.25, 10.0], Fraction(5, 4)),
        ("sxxs-abba/1", "difference", "SXXS", [10.0, 11.0, 12.0, 11.0], Fraction(1)),
        ("sxxs-abba/1", "ratio", "SXXS", [8.0, 10.0, 10.0, 8.0], Fraction(5, 4)),
        ("xssx-abba/1", "difference", "XSSX", [11.0, 10.0, 11.0, 12.0], Fraction(1)),
        # the zero goes from 1 to 3.5 in five steps: S 7.9, X 9.8, X 9.7, S 7.6
        ("sxxs-abba/1", "ratio", "ZSXXSZ", [1.0, 9.4, 11.8, 12.2, 10.6, 3.5], Fraction(39, 31)),
        ("sx-substitution/1", "ratio", "ZSX", [1.0, 9.0, 11.0], Fraction(5, 4)),
        ("indication-error/1", "direct", "XXX", [10.0, 10.5, 11.0], Fraction(21, 2)),
        ("indication-error/1", "direct", "ZXX", [0.5, 10.0, 11.0], Fraction(10)),
        ("beside-standard/1", "difference", "SXSX", [10.0, 10.5, 12.0, 12.25], Fraction(3, 8)),
        ("up-down/1", "direct", [UP, DOWN], [10.0, 10.5], Fraction(41, 4)),
        ("up-down/1", "direct", [UP, UP, DOWN, DOWN], [10.0, 10.5, 11.0, 11.5], Fraction(43, 4)),
        ("up-down/1", "difference", [{"role": "S", "approach": "up"}, UP, {"role": "S", "approach": "down"}, DOWN],
         [10.0, 10.5, 12.0, 12.25], Fraction(3, 8)),
    ],
)  # fmt: skip
def test_a_cycle_has_the_value_that_a_hand_computes(record, method, form, steps, values, by_hand) -> None:
    assert value_at(record, plan_of(method, form, steps), values) == pytest.approx(float(by_hand), abs=1e-13)


@settings(max_examples=12)
@given(
    slope=st.floats(-1e-4, 1e-4),
    offset=st.floats(-1.0, 1.0),
    scheme=st.sampled_from(
        [("sxs-aba/1", "SXS"), ("sxxs-abba/1", "SXXS"), ("xssx-abba/1", "XSSX"), ("sxxs-abba/1", "ZSXXSZ")]
    ),
    gaps=st.lists(st.floats(5.0, 90.0), min_size=5, max_size=5),
)
def test_a_linear_drift_cancels_whatever_the_times(tmp_path_factory, slope, offset, scheme, gaps) -> None:
    """Of the comparator, and of its zero where that is measured: X − S stays 1/8."""
    method, steps = scheme
    plan = plan_of(method, "difference", steps)
    times = [sum(gaps[:place]) for place in range(len(steps))]
    truth = {"S": 10.0, "X": 10.125, "Z": 0.0}
    record = Record(tmp_path_factory.mktemp("drift") / "a.labnote")
    try:
        readings = [truth[role] + offset + slope * t for role, t in zip(steps, times, strict=True)]
        assert value_at(record, plan, readings, at=times) == pytest.approx(0.125, abs=1e-9)
    finally:
        record.close()


@settings(max_examples=8)
@given(slope=st.floats(-1e-4, 1e-4), offset=st.floats(-1.0, 1.0))
def test_zeros_at_both_ends_take_a_drifting_zero_out_of_a_ratio(tmp_path_factory, slope, offset) -> None:
    plan = plan_of("sxxs-abba/1", "ratio", "ZSXXSZ")
    record = Record(tmp_path_factory.mktemp("zero") / "a.labnote")
    try:
        readings = [
            {"S": 8.0, "X": 10.0, "Z": 0.0}[role] + offset + slope * 30.0 * place for place, role in enumerate("ZSXXSZ")
        ]
        assert value_at(record, plan, readings) == pytest.approx(1.25, abs=1e-9)
    finally:
        record.close()


def test_single_substitution_keeps_a_drift_which_is_why_there_is_aba(record) -> None:
    plan = plan_of("sx-substitution/1", "difference", "SX")
    assert value_at(record, plan, [10.0, 10.125 + 30 * 1e-3]) == pytest.approx(0.155, abs=1e-12)


def test_what_is_applied_may_change_between_pairs_read_side_by_side(record) -> None:
    plan = plan_of("beside-standard/1", "difference", "SXSX")
    assert value_at(record, plan, [10.0, 10.5, 17.0, 17.5]) == pytest.approx(0.5, abs=1e-12)


def test_a_series_keeps_both_halves_and_a_wrong_order_is_refused(record) -> None:
    plan = plan_of("up-down/1", "direct", [UP, DOWN])
    cycle_of(record, plan, [10.0, 10.5])
    (one,) = measured(record.reader, plan)
    assert (one.rising, one.falling, one.value) == (10.0, 10.5, 10.25)
    cycle_of(record, plan, [10.0, 10.5], at=[60.0, 0.0])
    with pytest.raises(DataUnfit, match="does not fit the plan's scheme"):
        measured(record.reader, plan)


def test_a_plan_without_zeros_has_none_to_fail(record) -> None:
    plan = plan_of("sxs-aba/1", "ratio", "SXS")
    cycle_of(record, plan, [8.0, 11.25, 10.0])
    check = zero(record.reader, plan)
    assert (check.verdict, check.figure("zeros").value) == ("pass", "0")


def test_a_plan_with_zeros_needs_some(record) -> None:
    assert zero(record.reader, plan_of("sxs-aba/1", "ratio", "ZSXS")).verdict == "undecided"


def of(record: Record, plan: Plan, point: str = "10V") -> PointResult:
    found = result(record.reader, plan, record.notebook.size)
    assert found == result(record.reader, plan, record.notebook.size)
    return next(one for one in found.points if one.point == point)


def certificate(record: Record, ten: str = "9.9999815", low: str = "1.0179969") -> None:
    values = [{"point": name, "value": value, "unit": "V", "U": "0.0000020", "k": "2"}
              for name, value in (("10V", ten), ("1.018V", low))]  # fmt: skip
    record.write.enter("standard", {"id": "s", "maker": "m", "model": "m", "serial": "1", "certificate": "C-1",
                                    "issuer": "i", "date": "2025-11-20", "values": values})  # fmt: skip
    record.write.enter("budget", {"rows": [], "influences": []})


def test_the_result_of_abba_is_the_certificate_times_the_ratio(record) -> None:
    plan = plan_of("sxxs-abba/1", "ratio", "SXXS")
    certificate(record)
    record.write.measure(plan, lambda role, *_: {"S": 8.0, "X": 10.0}[role])
    one = of(record, plan)
    assert float(one.value) == pytest.approx(float(Fraction("9.9999815") * Fraction(5, 4)), abs=1e-14)
    assert "× mean ratio of 4 cycles 1.25" in " | ".join(say(line) for line in chain_told(plan, one))


@pytest.mark.parametrize(
    ("method", "form", "steps", "x"),
    [("indication-error/1", "direct", "ZX", 10.005), ("beside-standard/1", "difference", "SX", 10.005)],
)
def test_an_error_of_indication_is_what_was_read_less_the_certificate(record, method, form, steps, x) -> None:
    plan = plan_of(method, form, steps)
    corrected = {"direct": "10.0001", "difference": "0.0001"}[form]
    certificate(record, corrected, corrected)
    record.write.measure(plan, lambda role, *_: {"S": 10.0, "X": x, "Z": 0.0}[role])
    one = of(record, plan)
    assert float(one.value) == pytest.approx(0.0049, abs=1e-12)
    lines = {line.row: line for line in one.budget}
    assert float(lines["S"].sensitivity) == -1.0
    assert float(one.u_c) == pytest.approx(1e-6, rel=1e-9)
    told = " | ".join(say(line) for line in chain_told(plan, one))
    assert f"V − certificate {corrected} V" in told
    assert own_drift(record.reader, plan, "LAB01").points[0].told == "reading"


def test_hysteresis_is_told_and_enters_the_budget_as_half_a_rectangle(record) -> None:
    """Rising 0 and −2 µV, falling 2 and 4 µV about 10.00001 V on each day: |up − down| is 2 and 6 µV."""
    plan = plan_of("up-down/1", "direct", [UP, DOWN], SERIES)
    certificate(record)
    readings = iter([0.0, 2e-6, -2e-6, 4e-6] * 4)
    record.write.measure(plan, lambda *_: 10.00001 + next(readings))
    one = of(record, plan)
    lines = {line.row: line for line in one.budget}
    figures = {figure.name: float(figure.value) for figure in one.information}
    assert figures["mean of the rising values"] == pytest.approx(10.000009, abs=1e-13)
    assert figures["mean of the falling values"] == pytest.approx(10.000013, abs=1e-13)
    assert figures["hysteresis"] == pytest.approx(4e-6, rel=1e-8)
    assert float(lines["h"].u) == pytest.approx(2e-6 / math.sqrt(3), rel=1e-8)
    assert float(one.value) == pytest.approx(0.0000295, abs=1e-13)
    assert float(one.u_c) == pytest.approx(math.hypot(1e-6, 2e-6 / math.sqrt(3), float(lines["A"].u)), rel=1e-8)
    told = " | ".join(say(line) for line in examined_told(one))
    assert "hysteresis, mean of |rising − falling|: 4 µV" in told


def test_monte_carlo_agrees_with_the_budget_of_a_series(record) -> None:
    plan = plan_of("up-down/1", "direct", [UP, DOWN], SERIES,
                   monte_carlo={"seed": 3, "digits": 1, "most": 100_000})  # fmt: skip
    certificate(record)
    ups = iter([0.0, 2e-6, 1e-6, 4e-6] * 4)
    record.write.measure(plan, lambda *_: 10.00001 + next(ups))
    one = of(record, plan)
    assert one.monte_carlo is not None
    assert float(one.monte_carlo.mean) == pytest.approx(float(one.value), abs=2e-8)


def test_a_model_has_hysteresis_as_an_input_without_estimate(record) -> None:
    rows = [*SERIES, row("nominal", "nominal")]
    plan = plan_of("up-down/1", "direct", [UP, DOWN], rows, model={"expression": "A - S + nominal + h"})
    certificate(record)
    record.write.measure(plan, lambda *_: 10.00001)
    one = of(record, plan)
    assert float(one.value) == pytest.approx(10.00001 - 9.9999815 + 10.0, abs=1e-12)
    assert {line.row: line.estimate for line in one.budget}["h"] == "0.0"
