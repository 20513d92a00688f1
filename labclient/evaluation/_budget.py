"""The budget of one point: each row of the plan becomes a component from the certificate, the readings, the transfer
standard's coefficients, the plan or the laboratory's declaration. Where the plan has a model, each is its input."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from math import hypot, inf, isinf
from typing import Any, TypeVar

from msgspec import Struct

from labclient.errors import DataUnfit
from labclient.evaluation._data import BudgetLine, digits
from labclient.evaluation._inputs import BudgetDeclared, CertifiedValue, Declared, InfluenceUncertainty, Standard
from labclient.metrology import Budget, Component, Correlation, Distribution, TypeA
from labclient.plan import BudgetRow, Coefficient, Plan, Point, input_unit, value_of
from labclient.units import convert, factor, number
from labclient.words import message

_Stated = TypeVar("_Stated", CertifiedValue, Declared, InfluenceUncertainty)


class Given(Struct, frozen=True, kw_only=True):
    """What one point's numbers need, besides its cycles. `levels` is the mean of each influence during the counting
    cycles, by influence and unit."""

    plan: Plan
    point: Point
    standard: Standard
    certified: CertifiedValue
    declared: BudgetDeclared
    levels: Mapping[tuple[str, str], float]
    hysteresis: float = 0.0
    """Of a series up and down, see `_updown`; in the plan's unit."""

    @property
    def ratio(self) -> bool:
        return self.plan.measurement.scheme.form == "ratio"

    @property
    def error(self) -> bool:
        """Whether the value is what was measured less what the certificate states."""
        return value_of(self.plan) == "error"

    @property
    def standard_value(self) -> float:
        """The certified value, in the plan's unit or that of the model's input."""
        return _value(self.certified.value, self.certified.unit, self.unit_of("certificate"))

    def unit_of(self, origin: str) -> str:
        return next(input_unit(self.plan, row) for row in self.plan.budget if row.origin == origin)

    def away(self, coefficient: Coefficient) -> float:
        """How far the influence was from its reference."""
        reference = coefficient.reference
        return self.levels[coefficient.influence, reference.unit] - float(reference.value)


def certified_value(standard: Standard, point: Point) -> CertifiedValue:
    """The certificate's value for a point; raises `DataUnfit` when it has none, or more than one."""
    found = [value for value in standard.values if value.point == point.id]
    if not found:
        raise DataUnfit(
            message("The certificate {name} has no value for {point}.", name=standard.certificate, point=point.id)
        )
    return _only(found, point.id)


def components(given: Given, scatter: TypeA, value: float) -> list[Component]:
    """The components of a measured value (plan's unit) whose cycles scatter like this."""
    return [_component(given, row, scatter, value) for row in given.plan.budget]


def inputs(given: Given, scatter: TypeA) -> list[Component]:
    """The inputs of the plan's model, each in its own unit."""
    return [_input(given, row, scatter) for row in given.plan.budget]


def correlations(given: Given) -> tuple[Correlation, ...]:
    """What the laboratory declares to be correlated. Raises `DataUnfit` when it names no row of the budget."""
    ids = {row.id for row in given.plan.budget}
    for one in given.declared.correlations:
        for name in (one.first, one.second):
            if name not in ids:
                raise DataUnfit(message("A correlation names “{row}”, which is no row of the budget.", row=name))
    return tuple(Correlation(one.first, one.second, float(number(one.r))) for one in given.declared.correlations)


def lines(combined: Budget, *, with_estimates: bool = False) -> Iterator[BudgetLine]:
    """The budget as it is recorded."""
    for row in combined.rows:
        one = row.component
        yield BudgetLine(
            row=one.id,
            evaluation=one.evaluation,
            distribution=one.distribution.value,
            u=digits(row.u),
            unit=one.unit,
            sensitivity=digits(one.sensitivity),
            contribution=digits(row.contribution),
            dof=dof_text(one.dof),
            share=digits(row.share),
            source=one.source,
            estimate=digits(one.estimate) if with_estimates else "",
        )


def dof_text(dof: float | None) -> str:
    """Degrees of freedom as written: a whole number, "inf" or "undefined"."""
    if dof is None:
        return "undefined"
    return "inf" if isinf(dof) else str(int(dof))


def _component(given: Given, row: BudgetRow, scatter: TypeA, value: float) -> Component:
    match row.origin:
        case "certificate":
            sensitivity = scatter.mean if given.ratio else -1.0 if given.error else 1.0
            stated = _certificate(given, given.plan.unit) | {"sensitivity": sensitivity}
        case "readings":
            stated = _readings(given, scatter) | {"sensitivity": given.standard_value if given.ratio else 1.0}
        case "coefficient":
            stated = _correction(given, row, value)
        case "hysteresis":
            stated = _hysteresis(given)
        case _:
            stated = _declared(given, row, given.plan.unit, estimated=False)
    return _made(row, {"unit": given.plan.unit} | stated)


def _input(given: Given, row: BudgetRow, scatter: TypeA) -> Component:
    unit = input_unit(given.plan, row)
    match row.origin:
        case "certificate":
            stated = _certificate(given, unit) | {"estimate": given.standard_value}
        case "readings":
            stated = _readings(given, scatter) | {"estimate": scatter.mean}
        case "coefficient":
            known = _coefficient(given, row)
            stated = {"estimate": float(known.value), "u": float(known.u), "source": "plan"}
        case "influence":
            known_u = _influence(given, row)
            stated = {
                "estimate": given.levels[str(row.influence), unit],
                "u": _spread(known_u.u, known_u.unit, unit),
                "source": known_u.source,
            }
        case "nominal":
            nominal = given.point.nominal
            stated = {"estimate": convert(float(nominal.value), nominal.unit, unit), "u": 0.0, "source": "plan"}
        case "plan":
            stated = {"estimate": float(row.value or 0), "u": float(row.u or 0), "source": "plan"}
        case "hysteresis":
            stated = _hysteresis(given) | {"estimate": 0.0}
        case "declared":
            stated = _declared(given, row, unit, estimated=True)
    return _made(row, {"unit": unit} | stated)


def _made(row: BudgetRow, stated: dict[str, Any]) -> Component:
    return Component(
        id=row.id,
        name=row.name.en,
        evaluation=row.evaluation,
        distribution=Distribution(row.distribution),
        **stated,
    )


def _certificate(given: Given, unit: str) -> dict[str, Any]:
    return {
        "half_width": _spread(given.certified.U, given.certified.unit, unit),
        "divisor": float(number(given.certified.k)),
        "source": given.standard.certificate,
    }


def _readings(given: Given, scatter: TypeA) -> dict[str, Any]:
    return {
        "unit": "1" if given.ratio else given.plan.unit,
        "u": scatter.u,
        "dof": scatter.dof,
        "source": f"{scatter.n_groups} × {given.plan.measurement.independent_level}",
    }


def _hysteresis(given: Given) -> dict[str, Any]:
    """Half of it is the half-width (EURAMET cg-17; DKD-R 6-1)."""
    return {"half_width": given.hysteresis / 2, "source": "|up − down|"}


def _correction(given: Given, row: BudgetRow, value: float) -> dict[str, Any]:
    """u of the correction −y·c·(x − x₀): y·√((c·u(x))² + ((x − x₀)·u(c))²)."""
    coefficient, known = _coefficient(given, row), _influence(given, row)
    u_influence = _spread(known.u, known.unit, coefficient.reference.unit)
    u = abs(value) * hypot(float(coefficient.value) * u_influence, given.away(coefficient) * float(coefficient.u))
    return {"u": u, "source": known.source}


def _coefficient(given: Given, row: BudgetRow) -> Coefficient:
    return next(one for one in given.plan.transfer_standard.coefficients if one.influence == row.influence)


def _influence(given: Given, row: BudgetRow) -> InfluenceUncertainty:
    found = [one for one in given.declared.influences if one.influence == row.influence]
    if not found:
        raise DataUnfit(message("Budget: the uncertainty of the {influence} is missing.", influence=row.influence))
    return _only(found, str(row.influence))


def _declared(given: Given, row: BudgetRow, unit: str, *, estimated: bool) -> dict[str, Any]:
    found = [one for one in given.declared.rows if (one.row, one.point) == (row.id, given.point.id)]
    if not found:
        raise DataUnfit(message("Budget: the row “{row}” at {point} is missing.", row=row.id, point=given.point.id))
    stated = _only(found, row.id)
    if not estimated and number(stated.estimate):
        raise DataUnfit(
            message("Budget: “{row}” has an estimate, and this plan has no model that would use it.", row=row.id),
            message("Leave the estimate at 0; ask the pilot laboratory if a correction is needed."),
        )
    if estimated and {stated.unit, unit} == {"°C", "K"}:
        raise DataUnfit(
            message("Budget: “{row}” is to be stated in {unit}, as the model has it.", row=row.id, unit=unit)
        )
    width = "u" if row.distribution in {"normal", "t"} else "half_width"
    return {
        width: _spread(stated.value, stated.unit, unit),
        "dof": inf if stated.dof == "inf" else float(number(stated.dof)),
        "source": stated.source,
        "estimate": _value(stated.estimate, stated.unit, unit) if estimated else 0.0,
    }


def _only(found: list[_Stated], what: str) -> _Stated:
    if len(found) > 1:
        raise DataUnfit(message("“{what}” is stated twice: which one holds?", what=what))
    return found[0]


def _value(text: str, source: str, target: str) -> float:
    return convert(float(number(text)), source, target)


def _spread(text: str, source: str, target: str) -> float:
    """A width or an uncertainty: converted by the factor alone, without the offset of a temperature scale."""
    ratio = Decimal(1) if source == target else factor(source, target)
    return float(number(text) * ratio)
