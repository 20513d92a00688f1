"""As `test_degenerate`, where two series meet: times that crowd or run away, uncertainties, weights and sensitivities
of any size beside values of any size."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labclient import metrology
from labclient.errors import Trouble
from labclient.metrology import ClockCheck, Component, Coverage, DriftForm, Form, Limits, Scheme, SettlingRule

from .test_degenerate import at, numbers_in

Series = list[float]
RATIO = Scheme(id="r", places=metrology.SXXS.places, form=Form.RATIO)


def sizes(x: Series) -> Series:
    return [abs(one) for one in x]


def drifted(form: DriftForm, t: Series, x: Series, **more: Any) -> Any:
    return metrology.drift_at(metrology.fit_drift(t, x, form, **more), at(x, 1), abs(at(t, 1)))


def cycled(scheme: Scheme, t: Series, x: Series) -> Any:
    places = enumerate("SXXS")
    return metrology.cycle(scheme, tuple(metrology.position(role, [at(t, i)], [at(x, i)]) for i, role in places))


def combined(t: Series, x: Series) -> Any:
    rows = [Component(id=str(i), name="", unit="1", u=abs(one), sensitivity=at(t, i), dof=max(1.0, abs(at(t, i + 1))))
            for i, one in enumerate(x)]  # fmt: skip
    return metrology.combine(rows, "1", Coverage(form="t"))


CALLS: dict[str, Callable[[Series, Series], Any]] = {
    "excursions": lambda t, x: metrology.excursions(t, x, Limits(quantity="", unit="", high=at(x, 0))),
    "line_at": lambda t, x: metrology.line_at(metrology.fit_line(t, x), at(t, 1)),
    "trend": lambda t, x: metrology.trend(t, x, abs(at(x, 0)), horizon=at(t, 2)),
    "stability": lambda t, x: metrology.stability(t, x, 1.0, resolution=abs(at(x, 0))),
    "settling": lambda t, x: metrology.settling(
        t, x, SettlingRule(limit=abs(at(x, 0)), window_s=at(t, -1), minimum_s=0.0, resolution=abs(at(x, 2)))
    ),
    "constant": lambda t, x: drifted(DriftForm.CONSTANT, t, x),
    "line": lambda t, x: drifted(DriftForm.LINE, t, x),
    "weighted line": lambda t, x: drifted(DriftForm.LINE, t, x, u=sizes(t)),
    "quadratic": lambda t, x: drifted(DriftForm.QUADRATIC, t, x),
    "piecewise": lambda t, x: drifted(DriftForm.PIECEWISE, t, x, u=[1.0] * len(x)),
    "step": lambda t, x: drifted(DriftForm.STEP, t, x, knots=(at(t, 1), at(t, 2))),
    "choose_drift": lambda t, x: metrology.choose_drift(t, x, sizes(x)),
    "by_pc_clock": lambda t, x: metrology.by_pc_clock(
        t, [ClockCheck(at_s=at(x, 0), ahead_s=at(t, 0)), ClockCheck(at_s=at(x, 1), ahead_s=at(t, 1))]
    ),
    "circular": lambda t, x: metrology.circular("ABBAA"[: len(x)], t[:5], x[:5], "A", at(x, 0), abs(at(x, 1))),
    "weigh": lambda t, x: metrology.weigh(
        [[at(t, i), at(t, i + 1)] for i in range(len(x))], x, [at(t, 0), at(x, 1)], at(x, 0), abs(at(x, 1))
    ),
    "oadev": lambda t, x: metrology.oadev(x, at(t, 0), sizes(t)),
    "position": lambda t, x: metrology.position("S", t, x),
    "cycle": lambda t, x: cycled(metrology.SXXS, t, x),
    "ratio": lambda t, x: cycled(RATIO, t, x),
    "subtract_zero": lambda t, x: metrology.subtract_zero(
        *(metrology.position(role, [at(t, i)], [at(x, i)]) for i, role in enumerate("XZZ"))
    ),
    "weighted_mean": lambda t, x: metrology.weighted_mean(x, sizes(t)),
    "dersimonian_laird": lambda t, x: metrology.dersimonian_laird(x, sizes(t)),
    "mandel_paule": lambda t, x: metrology.mandel_paule(x, sizes(t)),
    "largest_consistent_subset": lambda t, x: metrology.largest_consistent_subset(x[:6], sizes(t[:6])),
    "regress": lambda t, x: metrology.regress([[1.0] * len(x), t], x, sizes(t)),
    "run_mean": lambda t, x: metrology.run_mean(x, abs(at(t, 0))),
    "combine": combined,
}
NUMBER = st.sampled_from(
    [0.0, 1.0, -1.0, 2.5, 1e-300, 1e-150, -1e150, 1e150, 1e300, 5e-324, 3.3, 1e8, 1 + 2**-52, 1e16, 1e16 + 2]
) | st.floats(-1e3, 1e3)


@pytest.mark.parametrize("name", CALLS)
@settings(max_examples=20)
@given(pairs=st.lists(st.tuples(NUMBER, NUMBER), min_size=1, max_size=18), in_order=st.booleans())
def test_no_pair_of_series_gives_a_silent_nan(name: str, pairs: list[tuple[float, float]], in_order: bool) -> None:
    t, x = [a for a, _ in pairs], [b for _, b in pairs]
    try:
        found = CALLS[name](sorted(t) if in_order else t, x)
    except Trouble:
        return
    for field, number in numbers_in(found):
        assert number - number == 0 or field in {"nu_eff", "dof", "divisor"}, (name, field, number)
