import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labclient.errors import DataUnfit
from labclient.metrology import SX, SXS, SXXS, Form, Place, Position, Scheme, cycle, position, reverse, subtract_zero

rate = st.floats(-1e-3, 1e-3)
steps = st.lists(st.floats(1, 500), min_size=4, max_size=4)


def at(role: str, time_s: float, value: float) -> Position:
    return Position(role=role, time_s=time_s, value=value, s=None, n=1)


def drifting(roles: str, times: list[float], difference: float, drift: float) -> tuple[Position, ...]:
    return tuple(
        at(role, t, 10.0 + (difference if role == "X" else 0.0) + drift * t)
        for role, t in zip(roles, times, strict=False)
    )


def accumulated(gaps: list[float]) -> list[float]:
    return [sum(gaps[: i + 1]) for i in range(len(gaps))]


def test_equally_spaced_sxxs_is_the_plain_mean_of_four() -> None:
    found = cycle(SXXS, (at("S", 0, 1.0), at("X", 10, 1.7), at("X", 20, 1.5), at("S", 30, 1.4)))
    assert found.value == pytest.approx((1.7 + 1.5 - 1.0 - 1.4) / 2, rel=1e-14)
    assert (found.time_s, found.lever_s, found.form, found.scheme) == (15, 0, Form.DIFFERENCE, "S-X-X-S")


@given(gaps=steps, difference=st.floats(-1, 1), drift=rate)
def test_a_linear_drift_cancels_exactly_whatever_the_times(gaps, difference: float, drift: float) -> None:
    for scheme, roles in ((SXXS, "SXXS"), (SXS, "SXS")):
        times = accumulated(gaps)
        found = cycle(scheme, drifting(roles, times, difference, drift))
        assert found.value == pytest.approx(difference, abs=2e-13)
        assert times[0] < found.time_s < times[-1]
        assert found.lever_s == 0


@given(gaps=steps, ratio=st.floats(0.1, 10), drift=rate)
def test_a_proportional_drift_cancels_in_a_ratio(gaps, ratio: float, drift: float) -> None:
    scheme = Scheme(id="ratio", places=SXXS.places, form=Form.RATIO)
    positions = tuple(
        at(role, t, (ratio if role == "X" else 1.0) * (3 + drift * t))
        for role, t in zip("SXXS", accumulated(gaps), strict=True)
    )
    assert cycle(scheme, positions).value == pytest.approx(ratio, rel=1e-12)


def test_a_single_pair_keeps_its_drift_and_says_so() -> None:
    found = cycle(SX, drifting("SX", [0.0, 60.0], 0.5, 1e-3))
    assert found.value == pytest.approx(0.5 + 60e-3)
    assert (found.lever_s, found.time_s) == (60, 30)


def test_any_scheme_of_roles_and_weights_combines() -> None:
    places = (Place("X", 0.5), Place("S", -1.0), Place("C", 0.0), Place("X", 0.5))
    found = cycle(
        Scheme(id="X-S-C-X", places=places),
        (*drifting("XS", [0, 30], 0.2, 1e-4), at("C", 50, 99.0), *drifting("X", [90], 0.2, 1e-4)),
    )
    assert found.value == pytest.approx(0.2, abs=1e-13)
    assert found.time_s == 30


@given(shift=st.floats(-1e6, 1e6), gaps=steps)
def test_a_common_offset_and_epoch_do_not_matter(shift: float, gaps) -> None:
    positions = drifting("SXXS", accumulated(gaps), 0.25, 0.0)
    moved = tuple(at(p.role, p.time_s + 1.7e9, p.value + shift) for p in positions)
    assert cycle(SXXS, moved).value == pytest.approx(0.25, abs=1e-9)


def test_a_position_is_the_mean_at_the_mean_time() -> None:
    found = position("X", [100.0, 110.0, 120.0], [10.0, 10.2, 10.1])
    assert (found.time_s, found.value, found.n) == (110, pytest.approx(10.1), 3)
    assert found.s == pytest.approx(0.1)
    assert position("S", [1.0], [2.0]).s is None


def test_a_zero_is_taken_off_where_it_was_when_measured() -> None:
    measured = at("X", 10, 5.0)
    assert subtract_zero(measured, at("Z", 0, 0.1)).value == pytest.approx(4.9)
    assert subtract_zero(measured, at("Z", 0, 0.1), at("Z", 40, 0.5)).value == pytest.approx(4.8)
    assert subtract_zero(measured, at("Z", 0, 0.1)).role == "X"


def test_reversal_cancels_an_offset_and_a_drift_of_the_value() -> None:
    found = reverse(at("X", 0, 10.0 + 0.3), at("X", 20, -(10.0 + 0.02) + 0.3))
    assert (found.value, found.time_s, found.n) == (pytest.approx(10.01), 10, 2)


@pytest.mark.parametrize("zeros", [(), (at("Z", 0, 0), at("Z", 0, 1)), (at("Z", 0, 0), at("Z", 1, 1), at("Z", 2, 1))])
def test_zeros_that_make_no_line_are_refused(zeros) -> None:
    with pytest.raises(DataUnfit):
        subtract_zero(at("X", 1, 1), *zeros)


def test_what_does_not_fit_the_scheme_is_refused() -> None:
    good = drifting("SXXS", [0, 1, 2, 3], 0.1, 0)
    with pytest.raises(DataUnfit, match="S-X-S-X"):
        cycle(SXXS, (good[0], good[1], good[3], good[2]))
    with pytest.raises(DataUnfit):
        cycle(SXXS, good[:3])
    with pytest.raises(DataUnfit):
        cycle(SXXS, (*good[:3], at("S", 3, math.nan)))
    with pytest.raises(DataUnfit, match="weights"):
        cycle(Scheme(id="w", places=(Place("S", -1.0), Place("X", 0.5))), (at("S", 0, 1), at("X", 1, 1)))
    with pytest.raises(DataUnfit, match="zero"):
        cycle(Scheme(id="r", places=SX.places, form=Form.RATIO), (at("S", 0, 0.0), at("X", 1, 1.0)))
    with pytest.raises(DataUnfit):
        reverse(at("X", 0, 1), at("S", 1, -1))
    with pytest.raises(DataUnfit):
        position("X", [], [])
