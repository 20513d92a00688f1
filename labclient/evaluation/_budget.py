"""The budget of one point: each row of the plan becomes a component from the certificate, the readings, the transfer
standard's coefficients or the laboratory's declaration."""

from collections.abc import Iterator
from math import hypot, inf, isinf
from typing import Any, TypeVar

from msgspec import Struct

from labclient.errors import DataUnfit
from labclient.evaluation._data import BudgetLine, digits
from labclient.evaluation._inputs import BudgetDeclared, CertifiedValue, Declared, InfluenceUncertainty, Standard
from labclient.metrology import Budget, Component, Coverage, Distribution, TypeA, combine
from labclient.plan import BudgetRow, Coefficient, Plan, Point
from labclient.units import convert, factor, number
from labclient.words import message

_Stated = TypeVar("_Stated", CertifiedValue, Declared, InfluenceUncertainty)


class Given(Struct, frozen=True, kw_only=True):
    """What one point's numbers need, besides its cycles. `levels` is the mean of each influence during the counting
    cycles, in the unit of the coefficient's reference."""

    plan: Plan
    point: Point
    standard: Standard
    certified: CertifiedValue
    declared: BudgetDeclared
    levels: dict[str, float]

    @property
    def ratio(self) -> bool:
        return self.plan.measurement.scheme.form == "ratio"

    @property
    def standard_value(self) -> float:
        """The certified value in the plan's unit."""
        return convert(float(number(self.certified.value)), self.certified.unit, self.plan.unit)

    def away(self, coefficient: Coefficient) -> float:
        """How far the influence was from its reference."""
        return self.levels[coefficient.influence] - float(coefficient.reference.value)


def certified_value(standard: Standard, point: Point) -> CertifiedValue:
    """The certificate's value for a point; raises `DataUnfit` when it has none, or more than one."""
    found = [value for value in standard.values if value.point == point.id]
    if not found:
        raise DataUnfit(
            message("The certificate {name} has no value for {point}.", name=standard.certificate, point=point.id)
        )
    return _only(found, point.id)


def budget(given: Given, scatter: TypeA, value: float) -> Budget:
    """The combined budget of a measured value (plan's unit) whose cycles scatter like this."""
    asked = given.plan.coverage
    if asked.probability is not None:
        coverage = Coverage(form="t", probability=float(asked.probability))
    else:
        coverage = Coverage(form="k", k=float(asked.k or 2))
    components = [_component(given, row, scatter, value) for row in given.plan.budget]
    return combine(components, given.plan.unit, coverage)


def lines(combined: Budget) -> Iterator[BudgetLine]:
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
        )


def dof_text(dof: float | None) -> str:
    """Degrees of freedom as written: a whole number, "inf" or "undefined"."""
    if dof is None:
        return "undefined"
    return "inf" if isinf(dof) else str(int(dof))


def _component(given: Given, row: BudgetRow, scatter: TypeA, value: float) -> Component:
    match row.origin:
        case "certificate":
            stated = _certificate(given, scatter)
        case "readings":
            stated = _readings(given, scatter)
        case "coefficient":
            stated = _coefficient(given, row, value)
        case "declared":
            stated = _declared(given, row)
    return Component(
        id=row.id,
        name=row.name.en,
        evaluation=row.evaluation,
        distribution=Distribution(row.distribution),
        **({"unit": given.plan.unit} | stated),
    )


def _certificate(given: Given, scatter: TypeA) -> dict[str, Any]:
    return {
        "half_width": _spread(given.certified.U, given.certified.unit, given.plan.unit),
        "divisor": float(number(given.certified.k)),
        "sensitivity": scatter.mean if given.ratio else 1.0,
        "source": given.standard.certificate,
    }


def _readings(given: Given, scatter: TypeA) -> dict[str, Any]:
    return {
        "unit": "1" if given.ratio else given.plan.unit,
        "u": scatter.u,
        "dof": scatter.dof,
        "sensitivity": given.standard_value if given.ratio else 1.0,
        "source": f"{scatter.n_groups} × {given.plan.measurement.independent_level}",
    }


def _coefficient(given: Given, row: BudgetRow, value: float) -> dict[str, Any]:
    """u of the correction −y·c·(x − x₀): y·√((c·u(x))² + ((x − x₀)·u(c))²)."""
    coefficient = next(one for one in given.plan.transfer_standard.coefficients if one.influence == row.influence)
    found = [one for one in given.declared.influences if one.influence == row.influence]
    if not found:
        raise DataUnfit(message("Budget: the uncertainty of the {influence} is missing.", influence=row.influence))
    known = _only(found, str(row.influence))
    u_influence = _spread(known.u, known.unit, coefficient.reference.unit)
    u = abs(value) * hypot(float(coefficient.value) * u_influence, given.away(coefficient) * float(coefficient.u))
    return {"u": u, "source": known.source}


def _declared(given: Given, row: BudgetRow) -> dict[str, Any]:
    found = [one for one in given.declared.rows if (one.row, one.point) == (row.id, given.point.id)]
    if not found:
        raise DataUnfit(message("Budget: the row “{row}” at {point} is missing.", row=row.id, point=given.point.id))
    stated = _only(found, row.id)
    amount = _spread(stated.value, stated.unit, given.plan.unit)
    dof = inf if stated.dof == "inf" else float(number(stated.dof))
    width = "u" if row.distribution in {"normal", "t"} else "half_width"
    return {width: amount, "dof": dof, "source": stated.source}


def _only(found: list[_Stated], what: str) -> _Stated:
    if len(found) > 1:
        raise DataUnfit(message("“{what}” is stated twice: which one holds?", what=what))
    return found[0]


def _spread(text: str, source: str, target: str) -> float:
    """A width or an uncertainty: converted by the factor alone, without the offset of a temperature scale."""
    return float(number(text) * factor(source, target))
