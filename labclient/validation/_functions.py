"""What the cases call: each function takes a case's input by name and returns what was found, by name of quantity.

They only hand over: a number's text becomes a Decimal here, all computing is `labclient.metrology`.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from math import inf, sqrt
from typing import Any, Final

import msgspec

from labclient import metrology
from labclient.metrology import Component, Correlation, Coverage
from labclient.units import number

Found = dict[str, float | str]
Given = str | dict[str, Any]
"""Numbers, as a text separated by blanks, or by the rule that they follow."""


def numbers(given: Given) -> list[Decimal]:
    """The numbers of a text; of a first one and others repeated; or of a multiplicative congruential generator, whose
    integers are divided by their modulus."""
    match given:
        case str():
            return [number(text) for text in given.split()]
        case {"first": first, "then": then, "times": times}:
            return [number(first), *numbers(then) * times]
        case {"multiplier": multiplier, "modulus": modulus, "seed": seed, "n": n}:
            found = [seed]
            while len(found) < n:
                found.append(multiplier * found[-1] % modulus)
            return [Decimal(one) / modulus for one in found]
    raise ValueError(given)


def floats(given: Given) -> list[float]:
    return [float(one) for one in numbers(given)]


def _summary(values: Given) -> Found:
    return _summarised(numbers(values))


def _summary_float64(values: Given) -> Found:
    """Digits that a binary float does not hold are lost before anything is computed."""
    return _summarised(floats(values))


def _summarised(values: list[Decimal] | list[float]) -> Found:
    found = metrology.summary(values)
    return {"mean": found.mean, "s": found.s, "r1": "-" if found.lag1 is None else found.lag1}


def _pooled(groups: Sequence[Given]) -> Found:
    each = [metrology.summary(numbers(group)) for group in groups]
    found = metrology.pooled([one.s for one in each], [one.n - 1 for one in each])
    return {"s": found.s, "dof": str(found.dof)}


def _type_a(groups: Sequence[Given]) -> Found:
    found = metrology.type_a([floats(group) for group in groups])
    return {"mean": found.mean, "s": found.s, "u": found.u, "dof": str(found.dof)}


def _regress(
    y: Given, x: Given = "", powers: Sequence[int] = (), columns: Sequence[Given] = (), names: Sequence[str] = ()
) -> Found:
    """On powers of `x`, or on `columns`, of which a single number stands for itself repeated."""
    values = numbers(y)
    table = [[one**power if power else Decimal(1) for one in numbers(x)] for power in powers]
    table += [found * len(values) if len(found) == 1 else found for found in map(numbers, columns)]
    fit = metrology.regress(table, values)
    called = names or [str(power) for power in powers or range(len(table))]
    found: Found = {f"B{name}": b for name, b in zip(called, fit.coefficients, strict=True)}
    found |= {f"u(B{name})": sqrt(fit.covariance[i][i]) for i, name in enumerate(called)}
    return found | ({"s": fit.s} if fit.s is not None else {})


def _line(x: Given, y: Given, at: str = "0") -> Found:
    line = metrology.fit_line(floats(x), floats(y))
    there = metrology.line_at(line, float(number(at)))
    return {
        "B0": line.intercept,
        "B1": line.slope,
        "u(B0)": line.u_intercept,
        "u(B1)": line.u_slope,
        "r(B0,B1)": -line.centre * line.u_slope / line.u_intercept,
        "s": line.s,
        "y(at)": there.value,
        "u(y(at))": there.u,
        "extrapolated": _yes(there.extrapolated),
    }


def _allan(values: Given, tau0: float, taus: Sequence[float]) -> Found:
    readings = floats(values)
    kinds = {kind.value.upper(): metrology.allan(readings, tau0, taus, kind=kind) for kind in metrology.AllanKind}
    return {
        f"{name}({tau:g})": deviation
        for name, found in kinds.items()
        for tau, deviation in zip(found.taus, found.deviations, strict=True)
    }


def _student(dof: str, probabilities: Sequence[str]) -> Found:
    nu = inf if dof == "inf" else float(number(dof))
    return {f"t({p})": metrology.coverage_factor(float(number(p)), nu) for p in probabilities}


def _budget(u: Given, r: str = "0", k: str = "2") -> Found:
    """Components of sensitivity 1, the first two correlated."""
    components = [_component({"id": f"x{i}", "unit": "1", "u": f"{one}"}) for i, one in enumerate(numbers(u))]
    links = [Correlation("x0", "x1", float(number(r)))] if number(r) else []
    found = metrology.combine(components, "1", Coverage(k=float(number(k))), links)
    return {"u_c": found.u_c, "U": found.U}


def _model(
    model: str, unit: str, inputs: Sequence[Mapping[str, str]], form: str = "k", probability: str = "0.95"
) -> Found:
    coverage = Coverage(form="t" if form == "t" else "k", probability=float(number(probability)))
    found = metrology.propagate(metrology.parse_model(model), [_component(one) for one in inputs], unit, coverage)
    budget = found.budget
    return {
        "y": found.value,
        "u_c": budget.u_c,
        "nu_eff": "-" if budget.nu_eff is None else f"{budget.nu_eff:g}",
        "k": budget.k,
        "U": budget.U,
        "u_c, second order": found.second_order.u_c,
    }


def _models(models: Mapping[str, str], unit: str, inputs: Mapping[str, Sequence[str]]) -> Found:
    """Inputs observed together: mean, standard uncertainty and correlation of each follow from the observations."""
    observed = {name: floats(values) for name, (_, values) in inputs.items()}
    stated = {name: metrology.type_a([[one] for one in values]) for name, values in observed.items()}
    components = [
        Component(id=name, name=name, unit=of, estimate=stated[name].mean, u=stated[name].u)
        for name, (of, _) in inputs.items()
    ]
    names = list(inputs)
    links = [
        Correlation(a, b, _correlation(observed[a], observed[b])) for i, a in enumerate(names) for b in names[i + 1 :]
    ]
    parsed = {name: metrology.parse_model(text) for name, text in models.items()}
    several = metrology.propagate_several(parsed, components, dict.fromkeys(parsed, unit), correlations=links)
    results = list(zip(parsed, several.results, several.r, strict=True))
    found: Found = {name: one.value for name, one, _ in results}
    found |= {f"u({name})": one.budget.u_c for name, one, _ in results}
    return found | {f"r({a},{b})": r for a, _, row in results for b, r in zip(parsed, row, strict=True) if a != b}


def _monte_carlo(model: str, inputs: Sequence[Mapping[str, str]], seed: int) -> Found:
    rule = metrology.MonteCarloRule(seed=seed, interval="symmetric")
    components = [_component(one) for one in inputs]
    found = metrology.monte_carlo(metrology.parse_model(model), components, "1", rule)
    low, high = found.symmetric
    return {"y": found.mean, "u": found.u, "low": low, "high": high}


def _round(value: str, U: str, digits: int | None = 2, up: bool = False) -> Found:
    rule = metrology.RoundingRule(digits=digits, up=up)
    found = metrology.round_result(number(value), number(U), rule)
    return {"value": found.value_text, "U": found.U_text}


def _judge(difference: str, u: str, limit: str) -> Found:
    found = metrology.judge(*(float(number(one)) for one in (difference, u, limit)))
    return {"verdict": found.verdict.value}


def _cycle(roles: str, times_s: Given, values: Given) -> Found:
    schemes = {one.id: one for one in (metrology.SXXS, metrology.SXS, metrology.SX)}
    positions = [
        metrology.position(role, [time], [value])
        for role, time, value in zip(roles.split("-"), floats(times_s), floats(values), strict=True)
    ]
    found = metrology.cycle(schemes[roles], tuple(positions))
    return {"value": found.value, "time": found.time_s, "lever": found.lever_s}


def _stability(values: Given, limit: str) -> Found:
    readings = floats(values)
    found = metrology.stability(list(map(float, range(len(readings)))), readings, float(number(limit)))
    return {"d": found.judgement.difference, "u": found.judgement.u, "verdict": found.verdict.value}


def _excursions(times_s: Given, values: Given, high: str) -> Found:
    limits = metrology.Limits(quantity="temperature", unit="°C", high=float(number(high)))
    found = metrology.excursions(floats(times_s), floats(values), limits)
    return {"outside": found.outside_s, "maximum": found.maximum, "verdict": found.verdict.value}


def _component(given: Mapping[str, str]) -> Component:
    stated = {
        name: text if name in {"id", "unit", "distribution"} else float(number(text)) for name, text in given.items()
    }
    return msgspec.convert({"name": given["id"], **stated}, Component)


def _correlation(a: list[float], b: list[float]) -> float:
    """r of two series observed together (GUM 5.2.3, eq. 17): of the standardised sums, without cancellation."""
    first, second = metrology.summary(a), metrology.summary(b)
    parts = [(x - first.mean) / first.s * ((y - second.mean) / second.s) for x, y in zip(a, b, strict=True)]
    return sum(parts) / (len(parts) - 1)


def _yes(answer: bool) -> str:
    return "yes" if answer else "no"


FUNCTIONS: Final[Mapping[str, Callable[..., Found]]] = {
    "summary": _summary,
    "summary-float64": _summary_float64,
    "pooled": _pooled,
    "type-a": _type_a,
    "regress": _regress,
    "line": _line,
    "allan": _allan,
    "student": _student,
    "budget": _budget,
    "model": _model,
    "models": _models,
    "monte-carlo": _monte_carlo,
    "round": _round,
    "judge": _judge,
    "cycle": _cycle,
    "stability": _stability,
    "excursions": _excursions,
}
