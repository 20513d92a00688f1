"""What must not matter: where zero lies, how large the unit is, in which order independent values came.

Values are multiples of 1/1024 and shifts and scales exact, so that answers differ by rounding alone. Functions whose
own tests try this already are not tried again here.
"""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labclient import metrology
from labclient.metrology import DriftForm, Leg, Session, SettlingRule

Series = list[float]
Answer = dict[str, Any]
LIMIT = 4.0


def times(x: Series) -> Series:
    return [float(i) for i in range(len(x))]


def of_drift(form: DriftForm) -> Callable[[Series, float], Answer]:
    def found(x: Series, unit: float) -> Answer:
        knots = {DriftForm.STEP: (3.0, 4.0), DriftForm.PIECEWISE: (0.0, 3.5, 7.0)}.get(form, ())
        fit = metrology.fit_drift(times(x), x, form, knots=knots)
        there = metrology.drift_at(fit, 5.25)
        return {"place": there.value, "size": (there.u, fit.s or 0.0)}

    return found


def of_trend(x: Series, unit: float) -> Answer:
    found = metrology.trend(times(x), x, LIMIT * unit)
    return {"place": 0.0, "size": (found.slope, found.u_slope), "same": (found.significant, found.verdict)}


def of_group_range(x: Series, unit: float) -> Answer:
    found = metrology.group_range([x[:2], x[2:4], x[4:6], x[6:8]], LIMIT * unit)
    return {"place": found.means[0], "size": (found.statistic, found.smallest_detectable), "same": found.verdict}


def of_yearly(x: Series, unit: float) -> Answer:
    found = metrology.yearly(x, LIMIT * unit)
    return {"place": found.means[0], "size": (found.statistic,), "same": found.verdict}


def of_two_times(x: Series, unit: float) -> Answer:
    found = metrology.two_times(x[0], x[1], unit, 0.5 * unit, 0.25 * unit)
    return {"size": (found.judgement.difference, found.widened_limit), "same": (found.basic, found.widened)}


def of_monitoring(x: Series, unit: float) -> Answer:
    found = metrology.monitoring(x[0], 0.5 * unit, x[1], 0.25 * unit)
    return {"size": (found.difference, found.limit), "same": found.agrees}


def of_settling(x: Series, unit: float) -> Answer:
    found = metrology.settling(times(x * 6), x * 6, SettlingRule(limit=LIMIT * unit, window_s=24.0, minimum_s=0.0))
    judged = found.judgement
    return {"size": (judged.difference, judged.u) if judged else (), "same": found.verdict}


def of_transport(x: Series, unit: float) -> Answer:
    legs = [
        Leg(id="", before=Session(mean=a, s=0.5 * unit, n=4), after=Session(mean=b, s=unit, n=4))
        for a, b in zip(x[::2], x[1::2], strict=True)
    ]
    found = metrology.transport(legs, LIMIT * unit, 0.25 * unit)
    return {"size": (found.judgement.difference, found.judgement.u, found.between, found.rms), "same": found.verdict}


def of_run_mean(x: Series, unit: float) -> Answer:
    found = metrology.run_mean(x * 3, 0.01 * unit)
    return {"place": found.summary.mean, "size": (found.u, found.flicker_floor)}


def of_type_a(x: Series, unit: float) -> Answer:
    found = metrology.type_a([x[:3], x[3:5], x[5:]])
    return {"place": found.mean, "size": (found.u, found.s), "same": found.dof}


def of_range(x: Series, unit: float) -> Answer:
    return {"size": (metrology.range_method(x).s,)}


def of_grubbs(x: Series, unit: float) -> Answer:
    found = metrology.grubbs([*x, 20.0 * unit + x[0]])
    return {"size": (found.without.s,), "place": found.without.mean, "pure": (found.statistic,), "same": found.standing}


def of_gesd(x: Series, unit: float) -> Answer:
    found = metrology.gesd([*x, 20.0 * unit + x[0]], 2)
    return {"place": found.everything.mean, "pure": tuple(step.statistic for step in found.steps[:1])}


def of_to_nominal(x: Series, unit: float) -> Answer:
    found = metrology.to_nominal(x[0], x[1], x[2])
    return {"place": found.value, "size": (found.correction,)}


CALLS: dict[str, Callable[[Series, float], Answer]] = {
    "trend": of_trend, "group_range": of_group_range, "yearly": of_yearly, "two_times": of_two_times,
    "monitoring": of_monitoring, "settling": of_settling, "transport": of_transport, "run_mean": of_run_mean,
    "type_a": of_type_a, "range_method": of_range, "grubbs": of_grubbs, "gesd": of_gesd, "to_nominal": of_to_nominal,
    **{f"drift, {form.value}": of_drift(form) for form in DriftForm},
}  # fmt: skip
ORDERLESS = {"range_method", "grubbs", "gesd"}
values = st.lists(st.integers(-2048, 2048).map(lambda i: i / 1024), min_size=8, max_size=8).filter(
    lambda x: max(x) - min(x) > 0.25
)


def close(found: Any, expected: Any, unit: float) -> None:
    assert found == pytest.approx(expected, rel=1e-7, abs=1e-9 * unit)


@pytest.mark.parametrize("name", CALLS)
@settings(max_examples=15)
@given(x=values, shift=st.integers(-4000, 4000), power=st.integers(-12, 12))
def test_shift_and_unit_carry_through(name: str, x: Series, shift: int, power: int) -> None:
    unit = 2.0**power
    plain, moved = CALLS[name](x, 1.0), CALLS[name]([(one + shift) * unit for one in x], unit)
    close(moved.get("size", ()), [one * unit for one in plain.get("size", ())], unit)
    close(moved.get("pure", ()), plain.get("pure", ()), 1.0)
    if plain.get("place"):
        close(moved["place"], (plain["place"] + shift) * unit, unit * 10)
    assert moved.get("same") == plain.get("same")


@pytest.mark.parametrize("name", sorted(ORDERLESS))
@settings(max_examples=15)
@given(x=values, order=st.permutations(range(1, 8)))
def test_order_does_not_matter_to_independent_values(name: str, x: Series, order: list[int]) -> None:
    plain, mixed = CALLS[name](x, 1.0), CALLS[name]([x[0], *(x[i] for i in order)], 1.0)
    for part in ("size", "pure"):
        close(mixed.get(part, ()), plain.get(part, ()), 1.0)
