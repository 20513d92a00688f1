"""The stations' checks: the same verdict and figures as the formula on the same numbers, now and years later."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labclient.errors import DataUnfit
from labclient.evaluation import (
    check_again,
    environment,
    environment_runs,
    functional,
    reading_stability,
    settled,
    settling,
    unknown_methods,
    zero,
)
from labclient.metrology import SettlingRule, stability
from labclient.metrology import settling as judge_settling
from labclient.notebook import Reader

from .conftest import Record
from .records import AIR, FAIR, block_of, quiet, small_plan, small_plan_json

PLAN = small_plan()
POINT = PLAN.points[0]


def noisy(n: int, *, seed: int = 1, slope: float = 0.0, s: float = 1e-6) -> list[float]:
    rng = np.random.default_rng(seed)
    return [10.0 + slope * i + s * float(rng.standard_normal()) for i in range(n)]


# -- functional ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        ([10.0, 10.0099], "pass"),
        ([10.0, 10.0101], "fail"),
        ([9.9899, 10.0], "fail"),
        ([10.0], "undecided"),
        ([10.0, "overload"], "undecided"),
        ([10.0, "overload", 10.0], "pass"),
    ],
)
def test_the_functional_check_takes_every_value_within_the_wide_tolerance(record, write, values, verdict) -> None:
    run = write.readings("functional", values, purpose="diagnostic")
    made = functional(record.reader, PLAN, run)
    assert (made.verdict, made.basis) == (verdict, (run,))
    assert made.figure("tolerance").value == "0.01"


def test_no_figure_of_the_functional_check_tells_the_value(record, write) -> None:
    run = write.readings("functional", [10.00123, 10.00124], purpose="diagnostic")
    said = " ".join(f"{one.name} {one.value}" for one in functional(record.reader, PLAN, run).figures)
    assert "123" not in said


# -- settling and stability --------------------------------------------------------------------------------------------


def _settling_rule(plan, resolution: float = 0.0) -> SettlingRule:
    return SettlingRule(limit=2e-6, window_s=120.0, minimum_s=240.0, k=float(plan.warm_up.k), resolution=resolution)


@pytest.mark.parametrize(
    ("slope", "s", "verdict"), [(0.0, 1e-7, "pass"), (1e-6, 1e-7, "fail"), (0.0, 2e-5, "undecided")]
)
def test_warm_up_is_the_formula_on_the_same_readings(record, write, slope, s, verdict) -> None:
    values = noisy(30, slope=slope, s=s)
    run = write.readings("settling", values)
    made, state = settling(record.reader, PLAN, run), settled(record.reader, PLAN, run)
    expected = judge_settling([10.0 * i for i in range(30)], values, _settling_rule(PLAN))
    assert state.judgement is not None
    assert expected.judgement is not None
    assert made.verdict == expected.verdict.value == verdict
    assert state.judgement.difference == pytest.approx(expected.judgement.difference, abs=1e-15)
    assert float(made.figure("change").value) == state.judgement.difference
    assert float(made.figure("u(change)").value) == state.judgement.u
    assert (made.figure("limit").value, made.figure("minimum time").value) == ("2e-06", "240.0")


def test_warm_up_waits_for_the_minimum_time(record, write) -> None:
    run = write.readings("settling", noisy(24))
    assert settling(record.reader, PLAN, run).verdict == "undecided"


@pytest.mark.parametrize(
    ("slope", "s", "verdict"), [(0.0, 1e-7, "pass"), (1e-5, 1e-7, "fail"), (0.0, 1e-4, "undecided")]
)
def test_reading_stability_is_the_formula_on_the_same_readings(record, write, slope, s, verdict) -> None:
    values = noisy(32, slope=slope, s=s)
    run = write.readings("stability", values)
    made = reading_stability(record.reader, PLAN, run)
    expected = stability([10.0 * i for i in range(32)], values, 6e-6, 2.0)
    assert made.verdict == expected.verdict.value == verdict
    assert made.method == expected.method == PLAN.stability.method
    for name, number in (
        ("change", expected.judgement.difference),
        ("u(change)", expected.judgement.u),
        ("smallest detectable change", expected.smallest_detectable),
        ("white noise of one reading", expected.white),
        ("flicker floor", expected.flicker_floor),
        ("duration", expected.duration_s),
    ):
        # the times of the record are UTC seconds: half a microsecond in 310 s
        assert float(made.figure(name).value) == pytest.approx(number, rel=1e-8), name


def test_too_few_good_readings_are_not_judged(record, write) -> None:
    run = write.readings("stability", [*noisy(15), "overload", "overload"])
    made = reading_stability(record.reader, PLAN, run)
    assert made.verdict == "undecided"
    assert (made.figure("readings").value, made.figure("needed").value) == ("15", "16")
    with pytest.raises(KeyError):
        made.figure("change")


def test_a_reading_without_value_never_moves_a_judgement(record, write) -> None:
    values = noisy(32)
    clean = write.readings("stability", values)
    dirty = write.run(
        "stability",
        [
            (
                {"role": "X"},
                sorted(
                    [(10.0 * i, (v,)) for i, v in enumerate(values)]
                    + [(10.0 * i + 5, ("overload",)) for i in range(31)]
                ),
            )
        ],
    )[0]
    first, second = (reading_stability(record.reader, PLAN, run) for run in (clean, dirty))
    assert [(f.name, f.value) for f in first.figures] == [(f.name, f.value) for f in second.figures]


@pytest.mark.parametrize("purpose", ["trial", "diagnostic"])
def test_a_run_that_was_not_for_the_record_is_never_judged(record, write, purpose) -> None:
    run = write.readings("stability", noisy(32), purpose=purpose)
    with pytest.raises(DataUnfit, match="not made for this check"):
        reading_stability(record.reader, PLAN, run)
    warm = write.readings("settling", noisy(32), purpose=purpose)
    with pytest.raises(DataUnfit, match="not made for this check"):
        settling(record.reader, PLAN, warm)


def test_a_run_of_another_task_or_no_run_is_never_judged(record, write) -> None:
    run = write.readings("settling", noisy(32))
    for judge in (reading_stability, functional):
        with pytest.raises(DataUnfit, match="not made for this check"):
            judge(record.reader, PLAN, run)
    with pytest.raises(DataUnfit, match="not made for this check"):
        settling(record.reader, PLAN, 0)


@settings(max_examples=15)
@given(count=st.integers(16, 60), more=st.integers(1, 40), seed=st.integers(0, 1000))
def test_a_check_made_again_is_the_same_though_the_run_went_on(count, more, seed, tmp_path_factory) -> None:
    """The check stands after the first readings; later ones, of whatever size, are in the same run."""
    record = Record(tmp_path_factory.mktemp("again") / "a.labnote")
    write = record.write
    values = noisy(count, seed=seed)
    rows = [(10.0 * i, (v,)) for i, v in enumerate(values)]
    for task, judge in (("stability", reading_stability), ("settling", settling)):
        run, (member,) = write.run(task, [({"role": "X"}, rows)], stop=False)
        size = record.reader.size
        said = judge(record.reader, PLAN, run)
        write.enter("note", {"text": "somebody looks at the screen"})
        later = [(10.0 * (count + i), (11.0 + i,)) for i in range(more)]
        record.notebook.append(block_of(run, member, count, 0, later, ""))
        write.enter("run-stop", {"run": run, "rows": count + more, "reason": "finished"})
        assert check_again(record.reader, PLAN, said, size) == said
        assert judge(record.reader, PLAN, run) != said
    record.close()
    with Reader.open(record.notebook.path) as reader:
        assert check_again(reader, PLAN, said, size) == said


# -- zero --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("zeros", "verdict"), [(2.9e-6, "pass"), (-3.1e-6, "fail")])
def test_the_largest_zero_is_judged_whatever_its_sign(record, write, zeros, verdict) -> None:
    bench = quiet(PLAN, noise=0.0)
    write.cycles(PLAN, POINT, 1, [1, 2], lambda r, d, p, t: zeros if r == "Z" else bench(r, d, p, t))
    made = zero(record.reader, PLAN)
    assert made.verdict == verdict
    assert float(made.figure("largest").value) == zeros
    assert (made.figure("zeros").value, made.figure("limit").value) == ("2", "3e-06")


def test_without_cycles_the_zero_cannot_be_judged(record) -> None:
    assert zero(record.reader, PLAN).verdict == "undecided"


def test_an_excluded_cycle_takes_its_zero_along(record, write) -> None:
    bench = quiet(PLAN, noise=0.0)
    bad = lambda r, d, p, t: 9e-6 if r == "Z" and t < 100 else bench(r, d, p, t)  # noqa: E731
    first, second = write.cycles(PLAN, POINT, 1, [1, 2], bad)
    size = record.reader.size
    failed = zero(record.reader, PLAN)
    write.enter("exclusion", {"cycles": [first], "reason": "loose terminal"})
    made = zero(record.reader, PLAN)
    assert (failed.verdict, made.verdict, made.basis) == ("fail", "pass", (second,))
    assert check_again(record.reader, PLAN, failed, size) == failed


# -- environment -------------------------------------------------------------------------------------------------------

LENGTH = 30.0 * 9 * 2  # two cycles


def _one_point(write) -> None:
    write.cycles(PLAN, POINT, 1, [1, 2], quiet(PLAN))


def test_a_watched_room_within_its_limits_passes(record, write) -> None:
    run = write.room(LENGTH)
    _one_point(write)
    made = environment(record.reader, PLAN)
    assert (made.verdict, made.basis) == ("pass", (run,))
    assert made.figure("temperature: highest").value == "23.0"


def test_an_excursion_fails_with_its_figures(record, write) -> None:
    rows = [(60.0 * i, (24.5 if i in {4, 5} else 23.0, 45.0, 1013.25)) for i in range(12)]
    write.run("environment", [({"role": "E"}, rows)], channels=AIR)
    _one_point(write)
    made = environment(record.reader, PLAN)
    assert made.verdict == "fail"
    assert made.figure("temperature: excursions").value == "1"
    assert made.figure("temperature: highest").value == "24.5"
    # it crosses 24 °C at 2/3 of the way up and at 1/3 of the way down
    assert float(made.figure("temperature: time outside").value) == pytest.approx(60 + 2 * 20, abs=1e-3)


@pytest.mark.parametrize(
    ("gone", "verdict"),
    [(range(1, 2), "pass"), (range(1, 14), "undecided"), (range(16), "undecided"), (range(10, 16), "undecided")],
)
def test_a_room_not_watched_throughout_cannot_be_judged(record, write, gone, verdict) -> None:
    """Readings a minute apart, with the plan asking for one each minute and allowing two and a half."""
    plan = small_plan(environment=PLAN_ENVIRONMENT)
    rows = [(60.0 * i, FAIR) for i in range(16) if i not in gone] or [(0.0, ("overload",) * 3)]
    write.run("environment", [({"role": "E"}, rows)], channels=AIR)
    write.cycles(plan, POINT, 1, [1, 2, 3], quiet(plan))
    assert environment(record.reader, plan).verdict == verdict


PLAN_ENVIRONMENT = {
    "limits": [{"quantity": "temperature", "unit": "°C", "low": "22", "high": "24"}],
    "interval": {"value": "1", "unit": "min"},
}


def test_without_a_watch_or_without_cycles_the_room_cannot_be_judged(record, write) -> None:
    assert environment(record.reader, PLAN).verdict == "undecided"
    write.room(LENGTH)
    assert environment(record.reader, PLAN).verdict == "undecided"


def test_a_trial_watch_is_none(record, write) -> None:
    write.room(LENGTH, purpose="trial")
    _one_point(write)
    assert environment_runs(record.reader, PLAN) == []
    assert environment(record.reader, PLAN).verdict == "undecided"


def test_a_plan_without_limits_of_the_room_asks_for_nothing(record, write) -> None:
    plan = small_plan(environment={"limits": [], "interval": {"value": "5", "unit": "min"}})
    _one_point(write)
    assert environment(record.reader, plan).verdict == "pass"


def test_limits_may_be_in_another_unit_than_the_room(record, write) -> None:
    limits = [
        {"quantity": "temperature", "unit": "K", "low": "295.15", "high": "296.2"},
        {"quantity": "pressure", "unit": "kPa", "low": "95", "high": "105"},
    ]
    plan = small_plan(environment={"limits": limits, "interval": {"value": "5", "unit": "min"}})
    write.room(LENGTH)
    _one_point(write)
    made = environment(record.reader, plan)
    assert made.verdict == "pass"
    assert float(made.figure("temperature: highest").value) == pytest.approx(296.15, abs=1e-9)
    assert float(made.figure("pressure: highest").value) == pytest.approx(101.325, abs=1e-9)


# -- methods -----------------------------------------------------------------------------------------------------------


def test_a_method_that_nobody_here_knows_is_named() -> None:
    assert unknown_methods(PLAN) == ()
    other = small_plan(rounding={"method": "round-to-odd/9", "up": False})
    assert unknown_methods(other) == ("round-to-odd/9",)
    assert b"sxxs-zero-reversal/1" in small_plan_json()
