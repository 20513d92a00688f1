import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labclient.errors import DataUnfit
from labclient.metrology import its90_reference, its90_slope, its90_temperature, its90_w

FIXED_POINTS = {  # K: W_r, table 1 of the scale
    "e-H2": (13.8033, 0.00119007), "Ne": (24.5561, 0.00844974), "O2": (54.3584, 0.09171804),
    "Ar": (83.8058, 0.21585975), "Hg": (234.3156, 0.84414211), "H2O": (273.16, 1.0), "Ga": (302.9146, 1.11813889),
    "In": (429.7485, 1.60980185), "Sn": (505.078, 1.89279768), "Zn": (692.677, 2.56891730),
    "Al": (933.473, 3.37600860), "Ag": (1234.93, 4.28642053),
}  # fmt: skip


@pytest.mark.parametrize("name", FIXED_POINTS)
def test_the_fixed_points_have_their_ratio(name: str) -> None:
    temperature, w = FIXED_POINTS[name]
    assert its90_w(temperature) == pytest.approx(w, abs=6e-9)
    assert its90_temperature(w) == pytest.approx(temperature, abs=1e-5)


@given(st.floats(13.8034, 1234.92))
def test_both_directions_agree(temperature: float) -> None:
    assert its90_temperature(its90_w(temperature)) == pytest.approx(temperature, abs=2e-6)


@given(st.floats(14.0, 1234.0).filter(lambda t: abs(t - 273.16) > 0.01))
def test_the_slope_is_that_of_the_ratio(temperature: float) -> None:
    step = 1e-3
    difference = (its90_w(temperature + step) - its90_w(temperature - step)) / (2 * step)
    assert its90_slope(temperature) == pytest.approx(difference, rel=1e-6)


def test_a_certificate_takes_the_measured_ratio_to_the_reference() -> None:
    assert its90_reference(1.5, 0.0, 0.0) == 1.5
    assert its90_reference(1.5, -1e-4, 2e-5, 1e-6) == pytest.approx(1.5 + 0.5e-4 - 0.5e-5 - 1.25e-7)
    assert its90_reference(0.5, -1e-4, 2e-5) == pytest.approx(0.5 - 0.5e-4 + 0.5 * 2e-5 * math.log(0.5))
    assert its90_reference(1.0, 1.0, 1.0, 1.0) == 1.0


@pytest.mark.parametrize("temperature", [0.0, -1.0, 13.0, 1300.0, math.nan, math.inf])
def test_a_temperature_outside_the_scale_is_refused(temperature: float) -> None:
    for function in (its90_w, its90_slope):
        with pytest.raises(DataUnfit):
            function(temperature)


@pytest.mark.parametrize("w", [0.0, -1.0, 0.001, 4.3, math.nan, math.inf])
def test_a_ratio_outside_the_scale_is_refused(w: float) -> None:
    with pytest.raises(DataUnfit):
        its90_temperature(w)


@pytest.mark.parametrize("numbers", [(0.0, 0.0, 0.0), (math.nan, 0.0, 0.0), (1.0, math.inf, 0.0)])
def test_an_impossible_certificate_is_refused(numbers) -> None:
    with pytest.raises(DataUnfit):
        its90_reference(*numbers)
