"""The reading at the nominal point, and results that cannot be right."""

import pytest

from labclient.errors import DataUnfit, UnitUnknown
from labclient.metrology import Doubt, doubts, to_nominal


def test_the_reading_is_taken_to_the_nominal() -> None:
    found = to_nominal(100.005, 100.001, 100.0)
    assert found.value == pytest.approx(100.004, abs=1e-12)
    assert (found.correction, found.sensitivity) == (pytest.approx(-0.001, abs=1e-12), -1.0)
    assert found.u_correction == 0.0


def test_the_slope_and_its_uncertainty_count_by_the_distance_from_the_nominal() -> None:
    found = to_nominal(5.0, 98.0, 100.0, slope=0.05, u_slope=0.01)
    assert found.value == pytest.approx(5.1)
    assert found.u_correction == pytest.approx(0.02)


@pytest.mark.parametrize("numbers", [(float("nan"), 1, 1), (1, float("inf"), 1), (1, 1, 1e300)])
def test_numbers_that_are_none_are_refused(numbers: tuple[float, float, float]) -> None:
    with pytest.raises(DataUnfit):
        to_nominal(*numbers)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, ()),
        ({"U_unit": "mV", "cmc": 0.5e-3}, ()),
        ({"U_unit": "A"}, (Doubt.UNIT,)),
        ({"cmc": 2.0}, (Doubt.BELOW_CMC,)),
        ({"U_unit": "mV", "cmc": 0.01}, (Doubt.BELOW_CMC,)),
        ({"band": (0.05, 0.2)}, ()),
        ({"band": (0.2, 0.5)}, (Doubt.TOO_SMALL,)),
        ({"band": (0.01, 0.05)}, (Doubt.TOO_LARGE,)),
        ({"cmc": 2.0, "band": (0.2, 0.5)}, (Doubt.BELOW_CMC, Doubt.TOO_SMALL)),
    ],
)
def test_what_cannot_be_right_is_named(given: dict[str, object], expected: tuple[Doubt, ...]) -> None:
    assert doubts(10.0, 1.0, "V", **given) == expected


def test_a_band_that_is_none_and_an_unknown_unit_are_refused() -> None:
    with pytest.raises(DataUnfit):
        doubts(10.0, 1.0, "V", band=(0.5, 0.1))
    with pytest.raises(DataUnfit):
        doubts(10.0, 0.0, "V")
    with pytest.raises(UnitUnknown):
        doubts(10.0, 1.0, "V", "furlong")
