"""A computed result in sentences, with the same numbers in the window, at the command line and in the report."""

from collections.abc import Iterator
from decimal import Decimal

from labclient.evaluation._amounts import amount_told
from labclient.evaluation._cautions import STANDING_NAMES, caution_told
from labclient.evaluation._data import BudgetLine, Drawn, Figure, Outlying, PointResult
from labclient.plan import Plan, value_of
from labclient.units import INFLUENCES, number
from labclient.words import Message, message

_DIGITS = 4
_VALIDATED = {
    "yes": message("it confirms the budget's interval"),
    "no": message("it does not confirm the budget's interval"),
    "unsure": message("it cannot confirm the budget's interval"),
}
_WHOLE = frozenset({"mean of the rising values", "mean of the falling values"})
_INFORMATION = {
    "mean of the rising values": message("mean of the rising values"),
    "mean of the falling values": message("mean of the falling values"),
    "hysteresis": message("hysteresis, mean of |rising − falling|"),
    "lag-1 autocorrelation of the cycles": message("lag-1 autocorrelation of the cycles"),
    "effective number of cycles": message("effective number of cycles"),
    "normality: method": message("normality: method"),
    "normality: W": message("normality: W"),
    "normality: p": message("normality: p"),
}


def coverage_told(plan: Plan, one: PointResult) -> Message:
    """U in the form that the plan picks."""
    if plan.coverage.probability is None:
        return message("U = {U} {unit}, k = {k}", U=one.reported_U, unit=one.unit, k=k_text(one.k))
    return message(
        "U{p} = {U} {unit}, k{p} = {k}, ν_eff = {dof}",
        p=f"{(plan.coverage.probability * 100).normalize():f}",
        U=one.reported_U,
        unit=one.unit,
        k=k_text(one.k),
        dof=dof_shown(one.dof),
    )


def chain_told(plan: Plan, one: PointResult) -> Iterator[Message]:
    """How the value came about, step by step."""
    if one.model:
        yield message("Model: y = {expression}", expression=one.model)
        for line in one.budget:
            yield _input_told(line, one.unit)
        for pair in one.correlations:
            yield message("r({first}, {second}) = {r}", first=pair.first, second=pair.second, r=_short(pair.r))
        yield message("Value: {value} {unit}, rounded once to {rounded} {unit}", value=_long(one.value), unit=one.unit,
                      rounded=one.reported_value)  # fmt: skip
        return
    yield _certificate_told(plan, one)
    for correction in one.corrections:
        yield message(
            "Correction for {influence} at {level} {level_unit}: {added}",
            influence=INFLUENCES[correction.name],
            level=_long(correction.influence, 6),
            level_unit=correction.influence_unit,
            added=amount_told(correction.value, one.unit),
        )
    for pair in one.correlations:
        yield message("r({first}, {second}) = {r}", first=pair.first, second=pair.second, r=_short(pair.r))
    yield message("Value: {value} {unit}, rounded once to {rounded} {unit}", value=_long(one.value), unit=one.unit,
                  rounded=one.reported_value)  # fmt: skip


def _certificate_told(plan: Plan, one: PointResult) -> Message:
    """What is made of the certificate and the cycles, where the plan has no model."""
    standard, mean = _long(one.standard_value), _long(one.mean_of_cycles)
    match value_of(plan):
        case "ratio":
            return message("Certificate {standard} {unit} × mean ratio of {n} cycles {mean}", standard=standard,
                           unit=one.unit, n=one.cycles, mean=mean)  # fmt: skip
        case "error":
            return message("Mean of {n} cycles {mean} {unit} − certificate {standard} {unit}", n=one.cycles, mean=mean,
                           unit=one.unit, standard=standard)  # fmt: skip
        case _:
            return message("Certificate {standard} {unit} + mean difference of {n} cycles {mean} {unit}", n=one.cycles,
                           standard=standard, unit=one.unit, mean=mean)  # fmt: skip


def examined_told(one: PointResult) -> Iterator[Message]:
    """What was looked at besides: exclusions with and without, outliers, statistics, second order, Monte Carlo."""
    if one.excluded_cycles:
        yield message(
            "{n} cycles are excluded: {with_} {unit} with them, {without} {unit} without.",
            unit=one.unit,
            n=one.excluded_cycles,
            with_=_long(one.value_without_exclusions),
            without=_long(one.value),
        )
    for test in one.outliers:
        yield _outlier_told(test, one.unit)
    if one.information:
        yield from (_figure_told(figure, one) for figure in one.information)
    if one.second_order is not None:
        yield message("Second-order terms: u_c {second} instead of {first}.", second=_amount(one.second_order.u_c, one),
                      first=_amount(one.u_c, one))  # fmt: skip
    if one.monte_carlo is not None:
        yield _drawn_told(one.monte_carlo, one)


def cautions_told(one: PointResult) -> Iterator[Message]:
    """The warnings of a point."""
    for caution in one.cautions:
        yield message("{where}: {why}", where=one.point, why=caution_told(caution))


def k_text(k: str) -> str:
    """A coverage factor for the eye: as the plan states it, or t_p(ν_eff) to two decimals."""
    return k if len(k) <= 5 else f"{number(k):.2f}"


def dof_shown(dof: str) -> Message | str:
    return message("undefined") if dof == "undefined" else "∞" if dof == "inf" else dof


def _input_told(line: BudgetLine, unit: str) -> Message:
    value = f"{_long(line.estimate)} {line.unit}".removesuffix(" 1")
    if not Decimal(line.u):
        return message("{name} = {value}, exact", name=line.row, value=value)
    return message("{name} = {value}, u = {u}, c = {c}, |c|·u = {part}", name=line.row, value=value,
                   u=amount_told(line.u, line.unit), c=_short(line.sensitivity),
                   part=amount_told(line.contribution, unit))  # fmt: skip


def _outlier_told(test: Outlying, unit: str) -> Message:
    if test.standing == "impossible":
        return message("{test}: these cycles cannot be tested by it.", test=test.test)
    told = message(
        "{test}: {standing}; statistic {statistic}, critical {c5} at 5 %, {c1} at 1 %; furthest out: entries {entries}",
        test=test.test, standing=STANDING_NAMES[test.standing], statistic=_short(test.statistic),
        c5=_short(test.critical_5), c1=_short(test.critical_1), entries=", ".join(map(str, test.cycles)),
    )  # fmt: skip
    if not test.U_without:
        return told
    return message("{told}; without: {value} {unit}, U = {U}", told=told, value=_long(test.value_without), unit=unit,
                   U=amount_told(test.U_without, unit))  # fmt: skip


def _drawn_told(drawn: Drawn, one: PointResult) -> Message:
    return message(
        "Monte Carlo, {trials} trials, seed {seed}, {generator}: u = {u}, interval of {p} %: {low} to {high} {unit}; "
        "{validated}.",
        trials=drawn.trials, seed=drawn.seed, generator=drawn.generator, u=_amount(drawn.u, one),
        p=f"{float(drawn.probability) * 100:g}", low=_long(drawn.low), high=_long(drawn.high), unit=one.unit,
        validated=_VALIDATED[drawn.validated],
    )  # fmt: skip


def _figure_told(figure: Figure, one: PointResult) -> Message:
    if figure.unit:
        shown = f"{_long(figure.value)} {figure.unit}" if figure.name in _WHOLE else _amount(figure.value, one)
        return message("{name}: {amount}", name=_INFORMATION[figure.name], amount=shown)
    value = figure.value if figure.name == "normality: method" else _short(figure.value)
    return message("{name}: {amount}", name=_INFORMATION.get(figure.name, figure.name), amount=value)


def _amount(value: str, one: PointResult) -> str:
    return amount_told(value, one.unit)


def _short(text: str) -> str:
    return f"{float(text):.{_DIGITS}g}"


def _long(text: str, digits: int = 12) -> str:
    """As many digits as anybody compares, without an exponent where that is readable."""
    value = Decimal(f"{float(text):.{digits}g}")
    return f"{value:f}" if -9 < value.adjusted() < 15 else f"{value:e}"
