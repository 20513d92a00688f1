"""Results by a model of the plan: against the fixed model, an independent calculator, and numbers made by hand."""

import math

import msgspec
import numpy as np
import pytest
from GTC import component, get_covariance, set_correlation, type_b, ureal, value
from GTC import uncertainty as gtc_u
from hypothesis import given, settings
from hypothesis import strategies as st

from labclient.errors import BrokenOff, DataUnfit, UnitUnknown
from labclient.evaluation import (
    PointResult,
    Result,
    cautions_told,
    chain_told,
    coverage_told,
    examined_told,
    result,
    same_result,
)
from labclient.metrology import coverage_factor, to_nominal
from labclient.words import LANGUAGES, message, say

from .conftest import Record
from .models import declared, direct_plan, model_plan
from .records import ENTRIES, changed, quiet, small_plan

AWAY = (23.5, 45.0, 1003.25)
DRAWING = {"seed": 20260302, "most": 200_000, "digits": 1}
PLAN = model_plan()


def of(made: Result, point: str = "10V") -> PointResult:
    return next(one for one in made.points if one.point == point)


def results(record: Record, plan, **how) -> Result:
    return result(record.reader, plan, record.reader.size, **how)


def enter(record: Record, plan, *, air=AWAY, seed: int = 7, noise: float = 1e-7, **more) -> None:
    record.write.enter("standard", ENTRIES["standard"])
    record.write.enter("budget", declared(**more) if plan.model else ENTRIES["budget"] | more)
    record.write.measure(plan, quiet(plan, seed=seed, noise=noise), air=air)


def same_cycles(record: Record, **more) -> None:
    enter(record, PLAN, **more)


def test_the_fixed_model_written_as_an_expression_gives_the_same_result(record) -> None:
    same_cycles(record)
    by_model = of(results(record, PLAN))
    record.write.enter("budget", ENTRIES["budget"])
    fixed = of(results(record, small_plan()))
    assert float(by_model.value) == pytest.approx(float(fixed.value), abs=3e-15 * 10)
    assert float(by_model.u_c) == pytest.approx(float(fixed.u_c), rel=1e-6)  # 4e-8 more or less in a sensitivity
    assert by_model.dof == fixed.dof
    assert by_model.reported_value == fixed.reported_value


@pytest.mark.parametrize("r", [0.0, 0.4, -0.7])
def test_every_sensitivity_and_correlation_agrees_with_an_independent_calculator(record, r) -> None:
    links = [{"first": "S", "second": "drift", "r": str(r), "source": "same artefact"}]
    same_cycles(record, correlations=links)
    one = of(results(record, PLAN))
    lines = {line.row: line for line in one.budget}
    stated = {row["row"]: float(row["value"]) * 1e-6 for row in declared()["rows"] if row["point"] == "10V"}
    s = ureal(9.9999815, 1e-6, independent=False)
    drift = ureal(0, stated["drift"] / math.sqrt(3), independent=False)
    if r:
        set_correlation(r, s, drift)
    x = {
        "A": ureal(float(one.mean_of_cycles), float(lines["A"].u), df=3),
        "day": ureal(0, stated["day"], df=10),
        "lin": ureal(0, type_b.uniform(stated["lin"])),
        "emf": ureal(0, type_b.uniform(stated["emf"])),
        "cT": ureal(4e-8, 1e-8),
        "t": ureal(23.5, 0.3),
        "cp": ureal(1.9e-9, 4e-10),
        "p": ureal(1003.25, 0.5),
    }
    y = s * x["A"] * (1 - x["cT"] * (x["t"] - 23.0) - x["cp"] * (x["p"] - 1013.25)) + drift
    y = y + x["day"] + x["lin"] + x["emf"]
    assert float(one.value) == pytest.approx(value(y), abs=1e-14)
    assert float(one.u_c) == pytest.approx(math.sqrt(get_covariance(y, y)), rel=1e-9)
    assert gtc_u(y) == pytest.approx(float(one.u_c), rel=1e-9)
    for name, source in x.items():
        assert float(lines[name].contribution) == pytest.approx(abs(component(y, source)), rel=1e-8), name
    assert one.correlations == () if not links else [(c.first, c.second) for c in one.correlations] == [("S", "drift")]
    assert one.model == PLAN.model.expression
    assert float(lines["S"].estimate) == 9.9999815
    assert (lines["t0"].u, lines["t0"].contribution) == ("0.0", "0.0")


def test_a_reading_is_taken_to_the_nominal_value(record) -> None:
    plan = direct_plan()
    record.write.enter("standard", ENTRIES["standard"])
    record.write.enter("budget", ENTRIES["budget"])
    record.write.measure(plan, lambda role, *_: 10.005 if role == "X" else 0.0)
    one = of(results(record, plan))
    by_hand = to_nominal(10.005, 9.9999815, 10.0, 1.0, 0.01)
    lines = {line.row: line for line in one.budget}
    assert float(one.value) == pytest.approx(by_hand.value, abs=1e-14)
    assert float(lines["slope"].contribution) == pytest.approx(by_hand.u_correction, rel=1e-9)
    assert float(lines["applied"].sensitivity) == by_hand.sensitivity
    assert float(one.u_c) == pytest.approx(math.hypot(1e-6, by_hand.u_correction), rel=1e-9)
    told = " | ".join(say(line) for line in chain_told(plan, one))
    assert "nominal = 10 V, exact" in told
    assert "applied = 9.9999815 V" in told


def test_a_declared_estimate_enters_the_model_and_nothing_else(record) -> None:
    rows = [one | ({"estimate": "2.5"} if one["row"] == "emf" else {}) for one in declared()["rows"]]
    same_cycles(record)
    before = of(results(record, PLAN))
    record.write.enter("budget", declared(rows=rows))
    assert float(of(results(record, PLAN)).value) - float(before.value) == pytest.approx(2.5e-6, rel=1e-6)
    old = [one | {"estimate": "2.5"} for one in ENTRIES["budget"]["rows"]]
    record.write.enter("budget", ENTRIES["budget"] | {"rows": old})
    with pytest.raises(DataUnfit, match="no model"):
        results(record, small_plan())


def test_a_correlation_of_what_is_no_row_is_refused(record) -> None:
    same_cycles(record, correlations=[{"first": "S", "second": "T", "r": "0.1", "source": "guess"}])
    with pytest.raises(DataUnfit, match="“T”, which is no row"):
        results(record, PLAN)


@pytest.mark.parametrize("r", ["0.5", "-1"])
def test_correlations_count_without_a_model_too(record, r) -> None:
    plan = small_plan()
    links = [{"first": "S", "second": "S-drift", "r": r, "source": "same artefact"}]
    enter(record, plan, correlations=links)
    linked = of(results(record, plan))
    record.write.enter("budget", ENTRIES["budget"])
    free = of(results(record, plan))
    parts = {line.row: float(line.contribution) for line in free.budget}
    expected = float(free.u_c) ** 2 + 2 * float(r) * parts["S"] * parts["S-drift"]
    assert float(linked.u_c) == pytest.approx(math.sqrt(expected), rel=1e-12)


def test_a_correlation_with_few_degrees_of_freedom_leaves_them_undefined(record) -> None:
    links = [{"first": "A", "second": "day", "r": "0.5", "source": "same days"}]
    same_cycles(record, correlations=links)
    one = of(results(record, PLAN))
    assert (one.dof, one.k) == ("undefined", "2")
    assert [caution.code for caution in one.cautions] == ["nu-undefined"]
    by_probability = model_plan(coverage={"probability": "0.95"})
    with pytest.raises(DataUnfit, match="no k_p") as refused:
        results(record, by_probability)
    assert "Monte Carlo" in str(refused.value.step)


def test_monte_carlo_gives_the_interval_where_the_degrees_of_freedom_are_undefined(record) -> None:
    rows = [one | ({"dof": "3"} if one["row"] == "day" else {}) for one in declared()["rows"]]
    same_cycles(record, rows=rows, correlations=[{"first": "A", "second": "day", "r": "0.5", "source": "same days"}])
    plan = model_plan(coverage={"probability": "0.95"}, monte_carlo=DRAWING)
    one = of(results(record, plan))
    assert one.monte_carlo is not None
    assert one.monte_carlo.budget_U == ""
    width = float(one.monte_carlo.high) - float(one.monte_carlo.low)
    assert float(one.U) == pytest.approx(width / 2)
    assert float(one.k) == pytest.approx(float(one.U) / float(one.u_c))
    assert "ν_eff = undefined" in say(coverage_told(plan, one))


@pytest.mark.parametrize("with_model", [True, False])
def test_monte_carlo_confirms_a_budget_that_is_nearly_linear_and_normal(record, with_model) -> None:
    plan = model_plan(monte_carlo=DRAWING) if with_model else small_plan(monte_carlo=DRAWING)
    enter(record, plan)
    one = of(results(record, plan))
    drawn = one.monte_carlo
    assert drawn is not None
    assert drawn.validated == "yes"
    assert float(drawn.mean) == pytest.approx(float(one.value), abs=float(one.u_c) / 20)
    assert float(drawn.u) == pytest.approx(float(one.u_c), rel=0.05)
    assert (drawn.seed, drawn.trials >= 20_000, drawn.stable) == (DRAWING["seed"], True, True)
    assert drawn.generator.startswith("PCG64, numpy ")
    assert float(drawn.budget_U) == pytest.approx(coverage_factor(0.95, float(one.dof)) * float(one.u_c))
    assert one.cautions == ()
    again = results(record, plan)
    assert of(again) == one  # seeded


def test_a_curved_model_is_noticed_and_its_budget_not_confirmed(record) -> None:
    rows = [one | {"value": "2000000"} for one in declared()["rows"] if one["row"] == "emf"]
    rows += [one for one in declared()["rows"] if one["row"] != "emf"]
    plan = model_plan(
        model={"expression": "S*A*exp(-(emf/S)**2) + 0*(cT*(t - t0) + cp*(p - p0))*S + drift + day + lin"},
        monte_carlo=DRAWING,
    )
    enter(record, plan, rows=rows)
    one = of(results(record, plan))
    assert one.second_order is not None
    assert one.second_order.matters
    assert one.monte_carlo is not None
    assert one.monte_carlo.validated == "no"
    assert {caution.code for caution in one.cautions} >= {"second-order", "not-validated"}


def test_a_model_without_any_first_order_says_what_to_do(record) -> None:
    plan = direct_plan(model={"expression": "nominal + (reading - reading)*slope + 0*applied"})
    record.write.enter("standard", ENTRIES["standard"])
    record.write.enter("budget", ENTRIES["budget"])
    record.write.measure(plan, lambda role, *_: 10.005 if role == "X" else 0.0)
    with pytest.raises(DataUnfit, match="no uncertainty at all") as refused:
        results(record, plan)
    assert refused.value.step is not None


def test_a_computation_that_is_broken_off_gives_nothing(record) -> None:
    enter(record, small_plan())
    heard = []

    def told(done: int, most: int) -> None:
        heard.append((done, most))
        if len(heard) == 2:
            raise BrokenOff(message("enough"))

    with pytest.raises(BrokenOff):
        results(record, small_plan(monte_carlo=DRAWING), told=told)
    assert heard == [(10_000, 400_000), (20_000, 400_000)]


def test_a_probability_gives_the_form_with_k_p_and_degrees_of_freedom(record) -> None:
    plan = model_plan(coverage={"probability": "0.95"})
    same_cycles(record)
    one = of(results(record, plan))
    assert float(one.k) == pytest.approx(coverage_factor(0.95, float(one.dof)), rel=1e-12)
    assert say(coverage_told(plan, one)).startswith(f"U95 = {one.reported_U} V, k95 = {float(one.k):.2f}, ν_eff = ")


# -- common sense ------------------------------------------------------------------------------------------------------


def test_u_below_the_cmc_is_a_warning_and_no_gate(record) -> None:
    plan = small_plan()
    enter(record, plan)
    free = of(results(record, plan))
    cmc = {"point": "10V", "U": str(float(free.U) * 1.01e6), "unit": "µV", "source": "scope"}
    record.write.enter("budget", ENTRIES["budget"] | {"cmc": [cmc]})
    one = of(results(record, plan))
    assert [caution.code for caution in one.cautions] == ["below-cmc"]
    assert one.value == free.value
    assert "CMC" in " ".join(say(told) for told in cautions_told(one))
    record.write.enter("budget", ENTRIES["budget"] | {"cmc": [cmc | {"U": str(float(free.U) * 0.99e6)}]})
    assert of(results(record, plan)).cautions == ()
    lenient = small_plan(sanity={"cmc": "0.5"})
    record.write.enter("budget", ENTRIES["budget"] | {"cmc": [cmc]})
    assert of(results(record, lenient)).cautions == ()


def test_a_cmc_of_another_quantity_or_stated_twice_is_refused(record) -> None:
    plan = small_plan()
    cmc = {"point": "10V", "U": "1", "unit": "Pa", "source": "scope"}
    enter(record, plan, cmc=[cmc])
    with pytest.raises(UnitUnknown):
        results(record, plan)
    record.write.enter("budget", ENTRIES["budget"] | {"cmc": [cmc, cmc]})
    with pytest.raises(DataUnfit, match="stated twice"):
        results(record, plan)


@pytest.mark.parametrize(
    ("band", "codes"),
    [
        ({"relative_low": "0.000001"}, ["ratio-low"]),
        ({"relative_high": "0.0000001"}, ["ratio-high"]),
        ({"relative_low": "0.0000001", "relative_high": "0.000001"}, []),
        ({}, []),
    ],
)
def test_u_over_the_value_outside_the_plans_band_is_a_warning(record, band, codes) -> None:
    plan = small_plan(sanity=band)
    enter(record, plan)
    assert [caution.code for caution in of(results(record, plan)).cautions] == codes


# -- what the cycles say -----------------------------------------------------------------------------------------------


def _wild(cycles: int = 12):
    return small_plan(
        examination={"outliers": ["grubbs", "grubbs-pair", "dixon", "gesd", "cochran"], "most": 2},
        **changed(days=2, cycles=cycles // 2),
    )


def test_an_outlier_is_proposed_and_never_removed(record) -> None:
    plan = _wild()
    record.declare()
    base = quiet(plan, seed=3)
    ends = []

    def truth(role: str, direction: str, point: str, t: float) -> float:
        wild = role == "X" and point == "10V" and t < 250.0
        ends.append(t)
        return base(role, direction, point, t) * (1 + 4e-6 * wild)

    entries = record.write.measure(plan, truth)
    one = of(results(record, plan))
    found = {test.test: test for test in one.outliers}
    assert set(found) == {"grubbs/1", "grubbs-pair/1", "dixon/1", "gesd/1", "cochran/1"}
    assert (found["grubbs/1"].standing, found["grubbs/1"].cycles) == ("outlier", (entries[0],))
    assert found["gesd/1"].cycles == (entries[0],)
    assert (one.cycles, one.excluded_cycles) == (12, 0)
    assert "outlier" in {caution.code for caution in one.cautions}
    record.write.enter("exclusion", {"cycles": [entries[0]], "reason": "the door was open"})
    record.write.cycles(plan, plan.points[0], 1, [1], base)
    record.write.enter("exclusion", {"cycles": [record.reader.size - 1], "reason": "only to compare"})
    after = of(results(record, plan))
    assert float(found["grubbs/1"].value_without) == pytest.approx(float(after.value), abs=1e-14)
    assert float(found["grubbs/1"].U_without) == pytest.approx(float(after.U), rel=1e-9)
    told = [say(line) for line in examined_told(one)]
    assert any("outlier at 1 %" in line and str(entries[0]) in line for line in told)


def test_cycles_that_agree_to_the_last_digit_cannot_be_tested_and_that_is_said(record) -> None:
    plan = _wild(4)
    record.declare()
    record.write.measure(plan, quiet(plan, noise=0.0))
    one = of(results(record, plan))
    assert {test.standing for test in one.outliers} == {"impossible"}
    assert one.information == ()
    assert all("cannot be tested" in say(line) for line in examined_told(one))


def test_serial_correlation_and_normality_are_information(record) -> None:
    plan = small_plan(examination={}, **changed(days=2, cycles=6))
    record.declare()
    record.write.measure(plan, quiet(plan, seed=11))
    told = {figure.name: float(figure.value) for figure in of(results(record, plan)).information if figure.unit == ""
            and figure.name != "normality: method"}  # fmt: skip
    assert -1 <= told["lag-1 autocorrelation of the cycles"] <= 1
    assert 1 <= told["effective number of cycles"] <= 12
    assert 0 <= told["normality: p"] <= 1


def test_type_a_is_over_set_ups_where_the_plan_says_so(record) -> None:
    plan = small_plan(**changed(days=2, cycles=4, independent_level="set-up", cycles_per_set_up=2))
    record.declare()
    record.write.measure(plan, quiet(plan, seed=5))
    one = of(results(record, plan))
    by_cycle = of(results(record, small_plan(**changed(days=2, cycles=4))))
    line = next(line for line in one.budget if line.row == "A")
    assert (line.dof, line.source) == ("3", "4 × set-up")
    assert float(one.mean_of_cycles) == pytest.approx(float(by_cycle.mean_of_cycles), rel=1e-15)
    assert line.u != next(line for line in by_cycle.budget if line.row == "A").u


# -- the record --------------------------------------------------------------------------------------------------------


def test_a_plan_that_asks_nothing_new_gives_a_result_without_a_new_field(record) -> None:
    """So that what was recorded before still says the same to the byte."""
    plan = small_plan()
    enter(record, plan)
    built = msgspec.to_builtins(results(record, plan))
    assert set(built["points"][0]) == {
        "point", "unit", "value", "u_c", "U", "k", "dof", "reported_value", "reported_U", "mean_time", "cycles",
        "excluded_cycles", "value_without_exclusions", "standard_value", "mean_of_cycles", "corrections", "budget",
    }  # fmt: skip
    assert "estimate" not in built["points"][0]["budget"][0]
    methods = ("sxxs-zero-reversal/1", "type-a-cycle/1", "gum-first-order/1", "JJF 1059.1-2012 5.3.8")
    assert built["methods"] == methods


def _nudged(made: Result, **fields) -> Result:
    first = msgspec.structs.replace(made.points[0], **fields)
    return msgspec.structs.replace(made, points=(first, *made.points[1:]))


def test_a_result_again_is_the_same_to_the_digit_but_for_the_last_place_of_a_model(record) -> None:
    same_cycles(record)
    plan = model_plan(monte_carlo=DRAWING)
    made = results(record, plan)
    first = made.points[0]
    assert same_result(made, made)
    assert same_result(made, _nudged(made, value=repr(np.nextafter(float(first.value), 11.0).item())))
    assert not same_result(made, _nudged(made, value=repr(float(first.value) + 1e-11)))
    assert not same_result(made, _nudged(made, reported_value="10.1"))
    other = msgspec.structs.replace(first.monte_carlo, generator="PCG64, numpy 9.9")
    within = msgspec.structs.replace(other, u=repr(float(other.u) + float(other.tolerance)))
    beyond = msgspec.structs.replace(other, u=repr(float(other.u) + 5 * float(other.tolerance)))
    assert same_result(_nudged(made, monte_carlo=within), made)
    assert not same_result(_nudged(made, monte_carlo=beyond), made)
    assert not same_result(_nudged(made, monte_carlo=msgspec.structs.replace(other, seed=1)), made)
    record.write.enter("budget", ENTRIES["budget"])
    fixed = results(record, small_plan())
    assert not same_result(fixed, _nudged(fixed, value=repr(np.nextafter(float(fixed.points[0].value), 11.0).item())))


@settings(max_examples=6)
@given(scale=st.sampled_from(["V", "mV", "µV", "kV"]), seed=st.integers(0, 1000))
def test_the_unit_in_which_a_component_is_declared_changes_nothing(scale, seed, tmp_path_factory) -> None:
    record = Record(tmp_path_factory.mktemp("unit") / "known.labnote")
    factor = {"V": 1e-6, "mV": 1e-3, "µV": 1.0, "kV": 1e-9}[scale]
    same_cycles(record, seed=seed)
    before = of(results(record, PLAN))
    rows = [one | {"value": f"{float(one['value']) * factor:.15g}", "unit": scale} for one in declared()["rows"]]
    record.write.enter("budget", declared(rows=rows))
    after = of(results(record, PLAN))
    record.close()
    assert float(after.u_c) == pytest.approx(float(before.u_c), rel=1e-12)
    assert after.reported_U == before.reported_U


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_is_told_in_both_languages(record, language) -> None:
    plan = model_plan(monte_carlo=DRAWING, examination={"outliers": ["grubbs", "cochran"]})
    cmc = {"point": "10V", "U": "1", "unit": "V", "source": "scope"}
    same_cycles(record, cmc=[cmc])
    one = of(results(record, plan))
    told = [*chain_told(plan, one), *examined_told(one), *cautions_told(one), coverage_told(plan, one)]
    sentences = [say(line, language) for line in told]
    assert all(sentences)
    assert not any("{" in line for line in sentences)
