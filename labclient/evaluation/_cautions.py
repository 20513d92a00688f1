"""What is unwise about a result: never a gate, but told wherever the result is, and recorded when it is passed."""

from collections.abc import Iterator, Mapping

from labclient.errors import DataUnfit
from labclient.evaluation._amounts import amount_told
from labclient.evaluation._budget import Given
from labclient.evaluation._data import Caution, Drawn, Figure, Outlying, PointResult, SecondOrderTerms, digits
from labclient.evaluation._valued import Valued
from labclient.metrology import Doubt, doubts
from labclient.units import factor, number
from labclient.words import Message, message


def cautions(
    given: Given,
    of: Valued,
    U: float,
    second_order: SecondOrderTerms | None,
    drawing: Drawn | None,
    outliers: tuple[Outlying, ...],
) -> Iterator[Caution]:
    """Everything that is worth a warning about one point; a value of zero has no ratio.

    Raises `DataUnfit` for a CMC stated twice, `UnitUnknown` for one of another quantity.
    """
    plan, unit = given.plan, given.plan.unit
    cmc, rule = _cmc(given), plan.sanity
    band = (float(rule.relative_low or 0), float(rule.relative_high or _ANY)) if of.value else None
    asked = None if cmc is None else float(rule.cmc) * cmc
    for doubt in doubts(of.value, U, unit, cmc=asked, band=band):
        if doubt is Doubt.BELOW_CMC and cmc is not None:
            yield Caution("below-cmc", (Figure("U", digits(U), unit), Figure("CMC", digits(cmc), unit)))
        else:
            ratio = Figure("U / value", digits(U / abs(of.value)))
            yield Caution("ratio-low" if doubt is Doubt.TOO_SMALL else "ratio-high", (ratio,))
    if second_order is not None and second_order.matters:
        figures = (Figure("u_c", digits(of.budget.u_c), unit), Figure("second order", second_order.u_c, unit))
        yield Caution("second-order", figures)
    if of.budget.nu_eff is None:
        yield Caution("nu-undefined")
    if drawing is not None and drawing.validated == "no":
        yield Caution("not-validated", (Figure("trials", str(drawing.trials)),))
    elif drawing is not None and not drawing.stable:
        yield Caution("not-stable", (Figure("trials", str(drawing.trials)),))
    for one in outliers:
        if one.standing in {"straggler", "outlier"}:
            yield Caution("outlier", (Figure("test", one.test), Figure("standing", one.standing)))


def caution_told(one: Caution) -> Message:
    """A warning in words, with what to do."""
    figures = {figure.name: figure for figure in one.figures}
    told: Mapping[str, Message] = {
        "below-cmc": message(
            "U = {U} is below the laboratory's CMC, {cmc}: look for a component that is missing or too small.",
            U=_amount(figures.get("U")), cmc=_amount(figures.get("CMC")),
        ),
        "ratio-low": message("U over the value is {ratio}, below what the plan expects: check units and components.",
                             ratio=_short(figures.get("U / value"))),
        "ratio-high": message("U over the value is {ratio}, above what the plan expects: check units and components.",
                              ratio=_short(figures.get("U / value"))),
        "second-order": message(
            "The model is curved: with second-order terms u_c would be {second} instead of {first}. Trust Monte Carlo.",
            first=_amount(figures.get("u_c")), second=_amount(figures.get("second order")),
        ),
        "nu-undefined": message(
            "Correlated components with finite degrees of freedom: ν_eff is undefined. Monte Carlo is the better way."
        ),
        "not-validated": message("Monte Carlo does not confirm the budget's interval: tell the pilot laboratory."),
        "not-stable": message("Monte Carlo did not become stable within the plan's trials: it confirms nothing."),
        "outlier": message(
            "{test}: a cycle lies far out ({standing}). Look for a physical cause; exclude it only with a reason.",
            test=figures["test"].value if "test" in figures else "",
            standing=STANDING_NAMES[figures["standing"].value] if "standing" in figures else "",
        ),
    }  # fmt: skip
    return told[one.code]


def cautions_of(points: tuple[PointResult, ...]) -> list[tuple[str, Caution]]:
    """The warnings of a result with the points that they are about."""
    return [(point.point, one) for point in points for one in point.cautions]


_ANY = 1e300
"""A ratio that none is above."""
STANDING_NAMES: dict[str, Message] = {
    "inside": message("within chance"),
    "straggler": message("straggler at 5 %"),
    "outlier": message("outlier at 1 %"),
    "impossible": message("cannot be tested"),
}


def _cmc(given: Given) -> float | None:
    found = [one for one in given.declared.cmc if one.point == given.point.id]
    if len(found) > 1:
        raise DataUnfit(message("“{what}” is stated twice: which one holds?", what=f"CMC {given.point.id}"))
    return float(number(found[0].U) * factor(found[0].unit, given.plan.unit)) if found else None


def _amount(figure: Figure | None) -> str:
    return "" if figure is None else amount_told(figure.value, figure.unit)


def _short(figure: Figure | None) -> str:
    return "" if figure is None else f"{float(figure.value):.2g}"
