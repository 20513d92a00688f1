import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from labclient.errors import DataUnfit
from labclient.metrology import Verdict, judge

size = st.floats(1e-6, 1e6)


@pytest.mark.parametrize(
    ("difference", "u", "verdict"),
    [
        (0.0, 0.0, Verdict.PASS),
        (0.5, 0.25, Verdict.PASS),
        (-0.5, 0.25, Verdict.PASS),
        (0.5, 0.3, Verdict.UNDECIDED),
        (0.0, 0.6, Verdict.UNDECIDED),
        (1.5, 0.25, Verdict.UNDECIDED),
        (-1.6, 0.25, Verdict.FAIL),
        (1.0, 0.0, Verdict.PASS),
    ],
)
def test_the_whole_interval_decides(difference: float, u: float, verdict: Verdict) -> None:
    judgement = judge(difference, u, limit=1.0, k=2.0)
    assert judgement.verdict is verdict
    assert (judgement.difference, judgement.u, judgement.limit, judgement.k) == (difference, u, 1.0, 2.0)


@given(d=st.floats(-1e6, 1e6), u=size, limit=size, k=st.floats(1, 4), more=st.floats(1, 10))
def test_more_uncertainty_never_turns_a_verdict_into_a_pass_or_a_fail(d, u, limit, k, more) -> None:
    worse = judge(d, u * more, limit, k).verdict
    assert worse in (judge(d, u, limit, k).verdict, Verdict.UNDECIDED)
    assert judge(-d, u, limit, k).verdict is judge(d, u, limit, k).verdict


@given(d=st.floats(-10, 10), limit=size, k=st.floats(1, 4))
def test_less_uncertainty_than_the_deciding_one_decides(d: float, limit: float, k: float) -> None:
    needed = judge(d, 1e9, limit, k).deciding_u
    assume(needed > 1e-9 * limit)
    assert judge(d, 0.999 * needed, limit, k).verdict is (Verdict.PASS if abs(d) <= limit else Verdict.FAIL)
    assert judge(d, 1.001 * needed, limit, k).verdict is Verdict.UNDECIDED


@pytest.mark.parametrize("place", range(4))
@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_numbers_that_are_none_are_refused(place: int, number: float) -> None:
    numbers = [0.1, 0.1, 1.0, 2.0]
    numbers[place] = number
    with pytest.raises(DataUnfit):
        judge(*numbers)


@pytest.mark.parametrize(("u", "limit", "k"), [(-0.1, 1, 2), (0.1, 0, 2), (0.1, -1, 2), (0.1, 1, 0)])
def test_impossible_uncertainties_limits_and_factors_are_refused(u: float, limit: float, k: float) -> None:
    with pytest.raises(DataUnfit):
        judge(0.1, u, limit, k)
