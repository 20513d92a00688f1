"""From the record to the reported value, against numbers made by hand and against an independent calculator."""

import math
from datetime import datetime

import msgspec
import numpy as np
import pytest
from GTC import component, type_b, ureal, value
from GTC import uncertainty as gtc_u
from hypothesis import given, settings
from hypothesis import strategies as st

from labclient.errors import DataUnfit, UnitUnknown
from labclient.evaluation import BudgetDeclared, Result, Standard, result
from labclient.metrology import coverage_factor
from labclient.notebook import Reader

from .conftest import Record
from .records import AIR, ENTRIES, FAIR, changed, quiet, small_plan

PLAN = small_plan()
S10, X10 = 9.9999815, 10.0000127
AWAY = (23.5, 45.0, 1003.25)  # 0.5 K above, 10 hPa below the reference conditions


def steady(role: str, direction: str, point: str, _: float) -> float:
    return quiet(PLAN, noise=0.0)(role, direction, point, 0.0)


def of(made: Result, point: str = "10V"):
    return next(one for one in made.points if one.point == point)


def results(record: Record, plan=PLAN) -> Result:
    return result(record.reader, plan, record.reader.size)


def test_the_value_is_the_certificate_times_the_measured_ratio(record, write) -> None:
    record.declare()
    write.measure(PLAN, steady)
    one = of(results(record))
    assert float(one.value) == pytest.approx(9.9999815 * X10 / S10, abs=1e-12)
    assert float(one.standard_value) == 9.9999815
    assert (one.cycles, one.excluded_cycles, one.k) == (4, 0, "2")
    assert one.corrections[0].value in {"0.0", "-0.0"}
    assert float(one.U) == 2 * float(one.u_c)


def test_a_difference_is_added_to_the_certificate(record, write) -> None:
    plan = small_plan(**changed(form="difference"))
    record.declare()
    write.measure(plan, steady)
    assert float(of(results(record, plan)).value) == pytest.approx(9.9999815 + (X10 - S10), abs=1e-12)


def test_corrections_are_those_made_by_hand(record, write) -> None:
    record.declare()
    write.measure(PLAN, steady, air=AWAY)
    one = of(results(record))
    uncorrected = 9.9999815 * X10 / S10
    by_hand = (-uncorrected * 4e-8 * 0.5, -uncorrected * 1.9e-9 * -10.0)
    assert [float(c.value) for c in one.corrections] == pytest.approx(by_hand, abs=1e-15)
    assert float(one.value) == pytest.approx(uncorrected + sum(by_hand), abs=1e-12)
    assert [(c.name, c.influence_unit) for c in one.corrections] == [("temperature", "°C"), ("pressure", "hPa")]
    assert [float(c.influence) for c in one.corrections] == pytest.approx([23.5, 1003.25], abs=1e-9)


def test_the_influence_is_taken_at_the_time_of_the_cycles(record, write) -> None:
    """A room that warms steadily counts as it was when each cycle was measured."""
    record.declare()
    begins = record.clock.ns
    for day in (1, 2):
        length = 30.0 * 9 * 2 * 2
        times = np.arange(0.0, length + 61.0, 60.0)
        now = record.clock.ns / 1e9
        air = [(float(t), (23.0 + 1e-4 * (now + t), 45.0, 1013.25)) for t in times]
        write.run("environment", [({"role": "E"}, air)], channels=AIR)
        for point in PLAN.points:
            write.cycles(PLAN, point, day, [1, 2], steady)
    one = of(results(record))
    mean_time = datetime.fromisoformat(one.mean_time).timestamp()
    expected = 23.0 + 1e-4 * (mean_time - (record.clock.utc().timestamp() - (record.clock.ns - begins) / 1e9))
    assert float(one.corrections[0].influence) == pytest.approx(expected, abs=2e-6)


@pytest.mark.parametrize("form", ["ratio", "difference"])
@pytest.mark.parametrize("point", ["10V", "1.018V"])
def test_every_row_of_the_budget_agrees_with_an_independent_calculator(record, write, form, point) -> None:
    plan = small_plan(**changed(form=form))
    record.declare()
    write.measure(plan, quiet(plan, seed=7), air=AWAY)
    one = of(results(record, plan), point)
    standard = next(v for v in ENTRIES["standard"]["values"] if v["point"] == point)
    declared = {r["row"]: r for r in ENTRIES["budget"]["rows"] if r["point"] == point}
    mean, scatter = float(one.mean_of_cycles), next(line for line in one.budget if line.row == "A")

    s = ureal(float(standard["value"]), float(standard["U"]) / float(standard["k"]), label="S")
    cycles = ureal(mean, float(scatter.u), df=int(scatter.dof), label="A")
    width = {name: float(row["value"]) * 1e-6 for name, row in declared.items()}
    parts = {
        "S": s,
        "A": cycles,
        "S-drift": ureal(0, type_b.uniform(width["S-drift"])),
        "day": ureal(0, width["day"], df=10),
        "ratio": ureal(0, type_b.uniform(width["ratio"])),
        "emf": ureal(0, type_b.uniform(width["emf"])),
    }
    y = s * cycles if form == "ratio" else s + cycles
    inputs = {
        "T": (ureal(4e-8, 1e-8), ureal(23.5, 0.3), 23.0),
        "p": (ureal(1.9e-9, 4e-10), ureal(1003.25, 0.5), 1013.25),
    }
    corrected = y + sum(parts[name] for name in ("S-drift", "day", "ratio", "emf"))
    for coefficient, level, reference in inputs.values():
        corrected = corrected - value(y) * coefficient * (level - reference)
    for line in one.budget:
        if line.row in inputs:
            coefficient, level, _ = inputs[line.row]
            expected = math.hypot(component(corrected, coefficient), component(corrected, level))
        else:
            expected = abs(component(corrected, parts[line.row]))
        assert float(line.contribution) == pytest.approx(expected, rel=1e-9), line.row
    assert float(one.u_c) == pytest.approx(gtc_u(corrected), rel=1e-9)
    assert float(one.value) == pytest.approx(value(corrected), abs=1e-12)
    assert sum(float(line.share) for line in one.budget) == pytest.approx(1.0, abs=1e-12)
    assert one.dof == str(int(corrected.df))


def _by_day(role: str, direction: str, point: str, t: float) -> float:
    """Two days that differ by 1 µV/V, with cycles that agree within a day."""
    return steady(role, direction, point, t) * (1 + 1e-6 * (t > 40_000.0) * (role == "X"))


@pytest.mark.parametrize(("level", "groups", "dof"), [("cycle", 4, "3"), ("day", 2, "1")])
def test_type_a_is_over_the_level_that_the_plan_calls_independent(record, write, level, groups, dof) -> None:
    plan = small_plan(**changed(independent_level=level))
    record.declare()
    write.measure(plan, _by_day)
    one = of(results(record, plan))
    line = next(line for line in one.budget if line.row == "A")
    ratio = X10 / S10
    values = [ratio, ratio * (1 + 1e-6)] if level == "day" else [ratio] * 2 + [ratio * (1 + 1e-6)] * 2
    assert float(line.u) == pytest.approx(np.std(values, ddof=1) / math.sqrt(groups), rel=1e-7)
    assert (line.dof, line.source) == (dof, f"{groups} × {level}")
    assert float(one.mean_of_cycles) == pytest.approx(np.mean(values), abs=1e-14)


def test_a_probability_gives_k_from_the_degrees_of_freedom(record, write) -> None:
    plan = small_plan(coverage={"probability": "0.95"}, **changed(independent_level="day"))
    record.declare()
    write.measure(plan, _by_day)
    one = of(results(record, plan))
    assert float(one.k) == pytest.approx(coverage_factor(0.95, float(one.dof)), rel=1e-12)
    assert float(one.U) == pytest.approx(float(one.k) * float(one.u_c), rel=1e-12)


def test_an_exclusion_is_told_with_and_without(record, write) -> None:
    record.declare()
    entries = write.measure(PLAN, lambda r, d, p, t: steady(r, d, p, t) * (1 + 4e-6 * (r == "X" and t < 250.0)))
    before = of(results(record))
    write.enter("exclusion", {"cycles": [entries[0]], "reason": "the door was open"})
    after = of(results(record))
    assert (after.cycles, after.excluded_cycles) == (3, 1)
    assert float(after.value_without_exclusions) == pytest.approx(float(before.value), abs=1e-12)
    assert float(before.value) - float(after.value) == pytest.approx(1e-6 * X10, rel=1e-4)
    assert before.value == before.value_without_exclusions


def test_the_reported_value_is_rounded_once_with_its_uncertainty(record, write) -> None:
    record.declare()
    write.measure(PLAN, quiet(PLAN))
    one = of(results(record))
    decimals = len(one.reported_U.partition(".")[2])
    assert len(one.reported_value.partition(".")[2]) == decimals
    assert abs(float(one.reported_value) - float(one.value)) <= 0.5 * 10**-decimals * (1 + 1e-9)


@settings(max_examples=12)
@given(seed=st.integers(0, 2**32))
def test_a_result_recomputed_from_the_closed_file_has_the_same_digits(seed, tmp_path_factory) -> None:
    path = tmp_path_factory.mktemp("again")
    record = Record(path / "known.labnote")
    record.declare()
    record.write.measure(PLAN, quiet(PLAN, seed=seed), air=AWAY)
    first = results(record)
    record.close()
    with Reader.open(record.notebook.path) as reader:
        again = result(reader, PLAN, reader.size)
    assert msgspec.json.encode(again) == msgspec.json.encode(first)


def test_a_result_is_of_the_entries_it_names_and_of_no_later_one(record, write) -> None:
    record.declare()
    entries = write.measure(PLAN, quiet(PLAN))
    size = record.reader.size
    first = results(record)
    write.enter("exclusion", {"cycles": entries[:1], "reason": "later"})
    write.enter("budget", ENTRIES["budget"] | {"rows": []})
    assert result(record.reader, PLAN, size) == first


@pytest.mark.parametrize("absent", ["standard", "budget"])
def test_what_is_missing_is_named(record, write, absent) -> None:
    for kind in {"standard", "budget"} - {absent}:
        write.enter(kind, ENTRIES[kind])
    write.measure(PLAN, steady)
    with pytest.raises(DataUnfit, match=absent):
        results(record)


def test_a_room_that_nobody_watched_gives_no_correction(record, write) -> None:
    record.declare()
    for day in (1, 2):
        for point in PLAN.points:
            write.cycles(PLAN, point, day, [1, 2], steady)
    with pytest.raises(DataUnfit, match="temperature"):
        results(record)


def test_cycles_that_were_never_measured_leave_no_result(record, write) -> None:
    record.declare()
    write.room(5000.0)
    write.cycles(PLAN, PLAN.points[0], 1, [1, 2], steady)
    write.cycles(PLAN, PLAN.points[0], 2, [1], steady)
    with pytest.raises(DataUnfit, match="3 of 4 cycles"):
        results(record)


def test_a_cycle_never_counts_twice(record, write) -> None:
    record.declare()
    entries = write.measure(PLAN, quiet(PLAN))
    write.cycles(PLAN, PLAN.points[0], 1, [1], quiet(PLAN, seed=3))
    with pytest.raises(DataUnfit, match="twice"):
        results(record)
    write.enter("exclusion", {"cycles": entries[:1], "reason": "repeated"})
    assert of(results(record)).cycles == 4


def test_without_a_counting_cycle_there_is_no_result(record, write) -> None:
    record.declare()
    entries = write.measure(PLAN, quiet(PLAN))
    write.enter("exclusion", {"cycles": entries, "reason": "all of them"})
    with pytest.raises(DataUnfit):
        results(record)


def test_the_certificate_may_be_in_another_unit(record, write) -> None:
    standard = ENTRIES["standard"] | {
        "values": [
            {"point": "10V", "value": "9999.9815", "U": "0.0020", "k": "2", "unit": "mV"},
            ENTRIES["standard"]["values"][1],
        ]
    }
    record.declare()
    write.measure(PLAN, quiet(PLAN))
    before = of(results(record))
    write.enter("standard", standard)
    after = of(results(record))
    assert float(after.value) == pytest.approx(float(before.value), abs=1e-12)
    assert float(after.u_c) == pytest.approx(float(before.u_c), rel=1e-12)


def test_a_unit_of_another_quantity_is_refused(record, write) -> None:
    record.declare()
    rows = [dict(row, unit="Pa") if row["row"] == "emf" else row for row in ENTRIES["budget"]["rows"]]
    write.enter("budget", ENTRIES["budget"] | {"rows": rows})
    write.measure(PLAN, quiet(PLAN))
    with pytest.raises(UnitUnknown):
        results(record)


def test_a_missing_row_or_influence_or_point_is_named(record, write) -> None:
    record.declare()
    write.measure(PLAN, quiet(PLAN))
    write.enter("budget", ENTRIES["budget"] | {"rows": ENTRIES["budget"]["rows"][1:]})
    with pytest.raises(DataUnfit, match=r"S-drift.*10V"):
        results(record)
    write.enter("budget", ENTRIES["budget"] | {"influences": []})
    with pytest.raises(DataUnfit, match="temperature"):
        results(record)
    write.enter("budget", ENTRIES["budget"])
    write.enter("standard", ENTRIES["standard"] | {"values": ENTRIES["standard"]["values"][:1]})
    with pytest.raises(DataUnfit, match=r"1\.018V"):
        results(record)


@pytest.mark.parametrize("kind", ["rows", "influences", "values"])
def test_what_is_stated_twice_is_not_chosen_from(record, write, kind) -> None:
    record.declare()
    write.measure(PLAN, quiet(PLAN))
    of_kind = "standard" if kind == "values" else "budget"
    write.enter(of_kind, ENTRIES[of_kind] | {kind: [*ENTRIES[of_kind][kind], ENTRIES[of_kind][kind][0]]})
    with pytest.raises(DataUnfit, match="stated twice"):
        results(record)


@pytest.mark.parametrize("text", ["", "0,000002", "２", "2 µV", "NaN", "inf", "1e99999", "1\n"])
def test_a_declared_number_is_a_number_from_the_start(text) -> None:
    for kind, body in (("standard", Standard), ("budget", BudgetDeclared)):
        data = msgspec.json.decode(msgspec.json.encode(ENTRIES[kind]))
        (data["values"] if kind == "standard" else data["influences"])[0]["U" if kind == "standard" else "u"] = text
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(data, body)


def test_the_reference_conditions_are_the_rooms() -> None:
    references = {one.influence: float(one.reference.value) for one in PLAN.transfer_standard.coefficients}
    assert references == {"temperature": FAIR[0], "pressure": FAIR[2]}
