"""What every public function does with numbers that cannot bear it: a typed error or a stated result, never a NaN.

`CALLS` gives each export one way to be called with nothing but a list of floats; a new export without one fails.
"""

import inspect
import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labclient import metrology
from labclient.errors import Trouble
from labclient.metrology import (
    SXXS,
    AllanWatch,
    ClockCheck,
    Component,
    Correlation,
    Coverage,
    DriftForm,
    Leg,
    Limits,
    MonteCarloRule,
    Session,
    SettlingRule,
    SettlingWatch,
)

RULE = MonteCarloRule(seed=1, digits=1, most=20_000)
MODEL = metrology.parse_model("a/b + sqrt(a)")
WARM = SettlingRule(limit=1.0, window_s=12.0, minimum_s=0.0)


def at(x: Sequence[float], i: int) -> float:
    """The i-th number, the numbers repeated as often as it takes; a function of none is given none."""
    return x[i % len(x)] if x else math.nan


def times(x: Sequence[float]) -> list[float]:
    return [float(i) for i in range(len(x))]


def components(x: Sequence[float], **more: Any) -> list[Component]:
    return [Component(id=name, name="", unit="1", estimate=at(x, i), u=at(x, i + 2), **more) for i, name in
            enumerate("ab")]  # fmt: skip


def built_in(x: Sequence[float]) -> list[Component]:
    names = [one.name for one in metrology.BUILT_IN["gas-volume"].inputs]
    units = [one.unit for one in metrology.BUILT_IN["gas-volume"].inputs]
    return [Component(id=n, name="", unit=u, estimate=at(x, i), u=at(x, i + 1)) for i, (n, u) in
            enumerate(zip(names, units, strict=True))]  # fmt: skip


def watched(x: Sequence[float]) -> Any:
    watch = SettlingWatch(WARM)
    for moment, value in zip(times(x), x, strict=True):
        watch.add(moment, value)
    return watch.state()


def allan_watched(x: Sequence[float]) -> Any:
    watch = AllanWatch(1.0)
    watch.add(x[: len(x) // 2])
    watch.add(x[len(x) // 2 :])
    return watch.state()


def drifted(x: Sequence[float], form: DriftForm) -> Any:
    knots = (times(x)[len(x) // 2 - 1], times(x)[len(x) // 2]) if form is DriftForm.STEP and len(x) > 1 else ()
    return metrology.fit_drift(times(x), x, form, knots=knots)


def line(x: Sequence[float]) -> Any:
    return metrology.fit_line(times(x), x)


CALLS: dict[str, Callable[[list[float]], Any]] = {
    "AllanWatch": allan_watched,
    "SettlingWatch": watched,
    "adev": lambda x: metrology.adev(x, 1.0),
    "algorithm_a": metrology.algorithm_a,
    "allan": lambda x: metrology.allan(x, 1.0, data="phase"),
    "between_units": lambda x: metrology.between_units([x[:2], x[2:4], x[4:]]),
    "by_pc_clock": lambda x: metrology.by_pc_clock(x, [ClockCheck(at_s=at(x, 0), ahead_s=at(x, 1))]),
    "choose_drift": lambda x: metrology.choose_drift(times(x), x),
    "circular": lambda x: metrology.circular("ABBA", [0, 1, 2, 3], x[:4], "A", at(x, 0), at(x, 1)),
    "cochran": lambda x: metrology.cochran(x, 3),
    "combine": lambda x: metrology.combine(components(x), "1", Coverage(form="t")),
    "coverage_factor": lambda x: metrology.coverage_factor(at(x, 0), at(x, 1)),
    "cycle": lambda x: metrology.cycle(
        SXXS, tuple(metrology.position(role, [float(i)], [at(x, i)]) for i, role in enumerate("SXXS"))
    ),
    "dersimonian_laird": lambda x: metrology.dersimonian_laird(x, [abs(one) for one in x]),
    "dixon": metrology.dixon,
    "doubts": lambda x: metrology.doubts(at(x, 0), at(x, 1), "V", "mV", at(x, 2), (at(x, 0), at(x, 1))),
    "drift_at": lambda x: metrology.drift_at(drifted(x, DriftForm.PIECEWISE), at(x, 1), at(x, 2)),
    "en_score": lambda x: metrology.en_score(at(x, 0), at(x, 1), at(x, 2), at(x, 3), at(x, 4)),
    "excursions": lambda x: metrology.excursions(times(x), x, Limits(quantity="t", unit="K", low=at(x, 0), high=1.0)),
    "fit_drift": lambda x: drifted(x, DriftForm.STEP),
    "fit_line": line,
    "gesd": lambda x: metrology.gesd(x, 2),
    "group_range": lambda x: metrology.group_range([x[:1], x[1:2], x[2:3], x[3:]], at(x, 0)),
    "grubbs": metrology.grubbs,
    "grubbs_pair": metrology.grubbs_pair,
    "homogeneity": lambda x: metrology.homogeneity([x[:2], x[2:4], x[4:6]], at(x, 0)),
    "its90_reference": lambda x: metrology.its90_reference(at(x, 0), at(x, 1), at(x, 2), at(x, 3)),
    "its90_slope": lambda x: metrology.its90_slope(at(x, 0)),
    "its90_temperature": lambda x: metrology.its90_temperature(at(x, 0)),
    "its90_w": lambda x: metrology.its90_w(at(x, 0)),
    "judge": lambda x: metrology.judge(at(x, 0), at(x, 1), at(x, 2)),
    "largest_consistent_subset": lambda x: metrology.largest_consistent_subset(x, [abs(one) for one in x]),
    "line_at": lambda x: metrology.line_at(line(x), at(x, 0)),
    "mad": metrology.mad,
    "mandel_paule": lambda x: metrology.mandel_paule(x, [abs(one) for one in x]),
    "mdev": lambda x: metrology.mdev(x, 1.0),
    "median": metrology.median,
    "monitoring": lambda x: metrology.monitoring(at(x, 0), at(x, 1), at(x, 2), at(x, 3)),
    "joint_correlation": lambda x: metrology.joint_correlation([x, x], [at(x, 0), at(x, 1)], [True] * len(x)),
    "monte_carlo": lambda x: metrology.monte_carlo(MODEL, components(x), "1", RULE),
    "monte_carlo_median": lambda x: metrology.monte_carlo_median(x, [abs(one) for one in x], draws=10_000),
    "monte_carlo_several": lambda x: metrology.monte_carlo_several(
        {"y": MODEL, "z": metrology.parse_model("a*b")}, components(x), {"y": "1", "z": "1"}, RULE
    ),
    "normality": metrology.normality,
    "oadev": lambda x: metrology.oadev(x, 1.0),
    "pooled": lambda x: metrology.pooled(x, [1] * len(x)),
    "position": lambda x: metrology.position("S", times(x), x),
    "propagate": lambda x: metrology.propagate(MODEL, components(x), "1"),
    "propagate_built_in": lambda x: metrology.propagate_built_in(metrology.BUILT_IN["gas-volume"], built_in(x)),
    "propagate_several": lambda x: metrology.propagate_several(
        {"y": MODEL, "z": metrology.parse_model("a*b")}, components(x), {"y": "1", "z": "1"},
        correlations=[Correlation("a", "b", 0.5)],
    ),
    "range_method": metrology.range_method,
    "regress": lambda x: metrology.regress([[1.0] * len(x), times(x)], x),
    "reverse": lambda x: metrology.reverse(
        metrology.position("S", [0.0], [at(x, 0)]), metrology.position("S", [1.0], [at(x, 1)])
    ),
    "round_result": lambda x: metrology.round_result(at(x, 0), at(x, 1)),
    "run_mean": metrology.run_mean,
    "settling": lambda x: metrology.settling(times(x), x, WARM),
    "stability": lambda x: metrology.stability(times(x), x, 1.0),
    "standard_uncertainty": lambda x: metrology.standard_uncertainty(
        Component(id="a", name="", unit="1", half_width=at(x, 0), divisor=at(x, 1))
    ),
    "subtract_zero": lambda x: metrology.subtract_zero(
        *(metrology.position(role, [float(i)], [at(x, i)]) for i, role in enumerate("XZZ"))
    ),
    "summary": metrology.summary,
    "to_nominal": lambda x: metrology.to_nominal(at(x, 0), at(x, 1), at(x, 2), at(x, 3), at(x, 4)),
    "transport": lambda x: metrology.transport(
        [
            Leg(
                id="1",
                before=Session(mean=at(x, 0), s=at(x, 1), n=3),
                after=Session(mean=at(x, 2), s=at(x, 3), n=3),
                drift=at(x, 4),
            )
        ]
        * 2,
        limit=at(x, 5),
        u_day=at(x, 1),
    ),
    "trend": lambda x: metrology.trend(times(x), x, 1.0),
    "two_times": lambda x: metrology.two_times(at(x, 0), at(x, 1), at(x, 2), at(x, 3), at(x, 4)),
    "type_a": lambda x: metrology.type_a([[one] for one in x]),
    "u_transport": lambda x: metrology.u_transport(at(x, 0), True, at(x, 1), at(x, 2)),
    "validate_budget": lambda x: metrology.validate_budget(
        metrology.propagate(MODEL, components(x), "1"), metrology.monte_carlo(MODEL, components(x), "1", RULE)
    ),
    "weigh": lambda x: metrology.weigh([[1, -1]] * len(x), x, [1, 0], at(x, 0), at(x, 1)),
    "weighted_mean": lambda x: metrology.weighted_mean(x, [abs(one) for one in x]),
    "yearly": lambda x: metrology.yearly(x, at(x, 0)),
    "z_prime_score": lambda x: metrology.z_prime_score(at(x, 0), at(x, 1), at(x, 2), at(x, 3)),
    "z_score": lambda x: metrology.z_score(at(x, 0), at(x, 1), at(x, 2)),
    "zeta_score": lambda x: metrology.zeta_score(at(x, 0), at(x, 1), at(x, 2), at(x, 3)),
}  # fmt: skip
WITHOUT_NUMBERS = {"parse_model", "check_units", "check_ranges", "in_stated_units", "compute"}  # the last two convert
DRAWN = {name for name in CALLS if "monte_carlo" in name or name == "validate_budget"}
INFINITE = {"nu_eff", "dof", "divisor"}  # what may be infinite: degrees of freedom, and a unit component's

NAN, INF = math.nan, math.inf
UNFIT = {
    "none": [],
    "one": [1.0],
    "two": [1.0, 2.0],
    "all equal": [0.5] * 40,
    "all zero": [0.0] * 40,
    "one NaN": [1.0, 2.0, NAN, 4.0, 5.0, 6.0, 7.0, 8.0] * 4,
    "NaN first": [NAN] + [float(i) for i in range(1, 40)],
    "infinite": [1.0, INF, 3.0, 4.0, 5.0, 6.0] * 5,
    "minus infinite": [-INF] + [float(i) for i in range(1, 30)],
    "both infinities": [INF, -INF] * 20,
    "too large": [1e300] * 20 + [1.0] * 20,
    "large of both signs": [1e300, -1e300] * 20,
    "at the border": [1e150, -1e150] * 20,
    "tiny": [5e-324, 1e-320, 2e-323, 1e-310] * 10,
    "both": [1e150, 5e-324, 1.0, 1e-150] * 10,
    "negative": [-1.0, -2.0, -3.5, -4.0] * 8,
    "hardly apart": [1.0, 1.0 + 2**-52, 1.0, 1.0 + 2**-52] * 10,
}


def numbers_in(found: Any, name: str = "") -> Iterator[tuple[str, float]]:
    """Every number of a result, with the name of the field that holds it."""
    match found:
        case float() | np.floating():
            yield name, float(found)
        case np.ndarray():
            yield from ((name, float(one)) for one in found.ravel())
        case msgspec.Struct():
            for field in found.__struct_fields__:
                yield from numbers_in(getattr(found, field), field)
        case tuple() | list():
            for one in found:
                yield from numbers_in(one, name)
        case dict():
            for one in found.values():
                yield from numbers_in(one, name)


def held(name: str, x: list[float]) -> None:
    try:
        found = CALLS[name](list(x))
    except Trouble:
        return
    given = {one for one in x if math.isfinite(one)}
    for field, number in numbers_in(found):
        assert not math.isnan(number), (name, field)
        assert math.isfinite(number) or field in INFINITE or number in given, (name, field, number)


def test_every_export_is_called() -> None:
    """All functions and all classes with state."""
    public = {
        name for name in metrology.__all__ if inspect.isfunction(getattr(metrology, name)) or name.endswith("Watch")
    }
    assert public - WITHOUT_NUMBERS == set(CALLS)


@pytest.mark.parametrize("name", CALLS)
def test_unfit_numbers_give_an_error_or_a_stated_result(name: str) -> None:
    for x in UNFIT.values():
        held(name, x)


@pytest.mark.parametrize("name", sorted(CALLS))
def test_nothing_is_computed_from_nothing(name: str) -> None:
    if name in ("settling", "SettlingWatch"):
        assert CALLS[name]([]).waiting == "readings"
    elif name == "by_pc_clock":
        with pytest.raises(Trouble):
            metrology.by_pc_clock([1.0], [])
    else:
        with pytest.raises(Trouble):
            CALLS[name]([])


EXTREME = st.sampled_from(
    [0.0, -0.0, 1.0, -1.0, 2.5, 1e-300, 1e-150, -1e150, 1e150, 1e149, 1e300, NAN, INF, -INF, 5e-324]
)


@pytest.mark.parametrize("name", sorted(CALLS.keys() - DRAWN))
@settings(max_examples=12)
@given(x=st.lists(EXTREME | st.floats(), min_size=0, max_size=20))
def test_no_numbers_whatever_give_a_silent_nan(name: str, x: list[float]) -> None:
    held(name, x)
