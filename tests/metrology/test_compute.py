"""A built-in model at what a person types: units, usual values, uncertainties, refusals."""

from decimal import Decimal, localcontext

import GTC
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labclient.errors import DataUnfit, ModelInvalid, NumberInvalid, Trouble, UnitUnknown
from labclient.metrology import BUILT_IN, Computed, Entered, MonteCarloRule, compute

RULE = MonteCarloRule(seed=1, digits=1, share=0.2, most=2_000_000, interval="symmetric")
AIR = {"t": "21.3 °C", "p": "998 hPa", "h": "47 %RH"}


def computed(model: str, values: dict[str, str], spreads: dict[str, str] | None = None, **how) -> Computed:
    spreads = spreads or {}
    return compute(BUILT_IN[model], [Entered(name=n, value=v, spread=spreads.get(n, "")) for n, v in values.items()],
                   **how)  # fmt: skip


def test_a_value_alone_has_no_uncertainty_not_even_of_the_formula() -> None:
    found = computed("air-density", AIR)
    assert found.propagation is None
    assert found.usual == ("x_co2", "formula")
    assert found.value == pytest.approx(1.17585251664, rel=1e-11)
    assert found.unit == "kg/m³"


def test_the_formulas_own_error_alone_makes_no_uncertainty() -> None:
    assert computed("air-density", AIR | {"formula": "0"}, {"formula": "22e-6"}).propagation is None


def test_with_any_uncertainty_the_formula_adds_its_own() -> None:
    found = computed("air-density", AIR, {"t": "0.05 K"})
    assert found.propagation is not None
    rows = {row.component.id: row for row in found.propagation.budget.rows}
    assert rows["formula"].u == 22e-6
    assert rows["t"].u == 0.05
    assert rows["p"].u == 0.0


def test_units_of_value_uncertainty_and_result_may_differ() -> None:
    found = computed("length", {"L": "100.0012 mm", "alpha": "11.5 ppm/K", "t": "295.55 K", "t_ref": "20 °C"},
                     {"L": "0.1 µm", "t": "0.1 °C"}, unit="mm")  # fmt: skip
    with localcontext(prec=40):
        exact = Decimal("100.0012") / (1 + Decimal("11.5e-6") * Decimal("2.4"))
    length, t = GTC.ureal(100.0012, 1e-4), GTC.ureal(22.4, 0.1)
    theirs = length / (1 + 11.5e-6 * (t - 20))
    assert found.value == pytest.approx(float(exact), rel=1e-15)
    assert found.propagation is not None
    assert found.propagation.budget.u_c * found.factor == pytest.approx(theirs.u, rel=1e-12)


def test_a_half_width_is_rectangular() -> None:
    entered = [Entered(name="t", value="20 °C", spread="0.3 K", form="half-width")]
    found = compute(BUILT_IN["kelvin"], entered, k=3.0)
    assert found.propagation is not None
    expanded = found.propagation.budget.U
    assert expanded == pytest.approx(3 * 0.3 / 3**0.5)
    assert found.value == 293.15


def test_a_temperature_result_is_taken_to_the_other_scale() -> None:
    w = {"W": "1.39271", "a": "-1.2e-4", "b": "-2e-5"}
    assert computed("its90-above", w, unit="K").value == pytest.approx(computed("its90-above", w).value + 273.15)


def test_the_drawing_confirms_a_nearly_straight_model_and_is_repeatable() -> None:
    first = computed("air-density", AIR, {"t": "0.05 K", "p": "10 Pa"}, rule=RULE)
    assert first.validation is not None
    assert first.validation.validated is True
    assert first == computed("air-density", AIR, {"t": "0.05 K", "p": "10 Pa"}, rule=RULE)


@pytest.mark.parametrize(
    ("values", "spreads", "kind", "said"),
    [
        ({"t": "20"}, {}, ModelInvalid, "p, h: still needed"),
        (AIR | {"q": "1"}, {}, ModelInvalid, "“q” is not an input"),
        (AIR | {"t": "20,5 °C"}, {}, NumberInvalid, "20,5"),
        (AIR | {"t": "1.2.3"}, {}, NumberInvalid, "1.2.3"),
        (AIR | {"t": "warm"}, {}, NumberInvalid, "warm"),
        (AIR | {"p": "998 psi"}, {}, UnitUnknown, "psi"),
        (AIR | {"p": "998 mV"}, {}, ModelInvalid, "needed in Pa"),
        (AIR | {"t": "30 °C"}, {}, DataUnfit, "here it is 30"),
        (AIR | {"h": "47"}, {}, DataUnfit, "here it is 47"),
        (AIR, {"t": "0.05 Pa"}, ModelInvalid, "cannot be converted"),
        (AIR, {"h": "2 %"}, ModelInvalid, "cannot be converted"),
        (AIR, {"t": "-0.05 K"}, NumberInvalid, "not negative"),
        (AIR, {"t": "0 K", "p": "nan"}, NumberInvalid, "nan"),
    ],
)
def test_what_cannot_be_computed_is_refused(values, spreads, kind, said) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(kind) as refused:
        computed("air-density", values, spreads)
    assert said in refused.value.tell()


def test_a_result_in_another_quantity_and_a_name_given_twice_are_refused() -> None:
    with pytest.raises(ModelInvalid):
        computed("air-density", AIR, unit="Pa")
    with pytest.raises(ModelInvalid):
        compute(BUILT_IN["kelvin"], [Entered(name="t", value="1"), Entered(name="t", value="2")])


@given(st.text(max_size=30), st.text(max_size=10))
def test_any_text_is_a_number_or_a_refusal(value: str, spread: str) -> None:
    outcome: object = None
    try:
        outcome = compute(BUILT_IN["celsius"], [Entered(name="T", value=value, spread=spread)]).value
    except Trouble as trouble:
        outcome = trouble
    assert isinstance(outcome, Trouble | float)
