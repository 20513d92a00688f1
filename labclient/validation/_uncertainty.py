"""Budgets, models, coverage factors, rounding: what the cases of this kind call."""

from collections.abc import Mapping, Sequence
from math import inf
from typing import Final

from labclient import metrology
from labclient.metrology import Component, Correlation, Coverage
from labclient.units import number
from labclient.validation._given import Call, Found, Given, component, floats, numbers


def _student(dof: str, probabilities: Sequence[str]) -> Found:
    nu = inf if dof == "inf" else float(number(dof))
    return {f"t({p})": metrology.coverage_factor(float(number(p)), nu) for p in probabilities}


def _budget(u: Given, r: str = "0", k: str = "2") -> Found:
    """Components of sensitivity 1, the first two correlated."""
    components = [component({"id": f"x{i}", "unit": "1", "u": f"{one}"}) for i, one in enumerate(numbers(u))]
    links = [Correlation("x0", "x1", float(number(r)))] if number(r) else []
    found = metrology.combine(components, "1", Coverage(k=float(number(k))), links)
    return {"u_c": found.u_c, "U": found.U}


def _model(
    model: str, unit: str, inputs: Sequence[Mapping[str, str]], form: str = "k", probability: str = "0.95"
) -> Found:
    coverage = Coverage(form="t" if form == "t" else "k", probability=float(number(probability)))
    found = metrology.propagate(metrology.parse_model(model), [component(one) for one in inputs], unit, coverage)
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
    components = [component(one) for one in inputs]
    found = metrology.monte_carlo(metrology.parse_model(model), components, "1", rule)
    low, high = found.symmetric
    return {"y": found.mean, "u": found.u, "low": low, "high": high}


def _joint(
    models: Mapping[str, str], inputs: Sequence[Mapping[str, str]], seed: int, r: Mapping[str, str] | None = None
) -> Found:
    """`r`: correlation coefficients of two inputs, named "a b"."""
    pairs = [(*names.split(), one) for names, one in (r or {}).items()]
    links = [Correlation(a, b, float(number(one))) for a, b, one in pairs]
    parsed = {name: metrology.parse_model(text) for name, text in models.items()}
    rule = metrology.MonteCarloRule(seed=seed)
    units = dict.fromkeys(parsed, "1")
    drawn = metrology.monte_carlo_several(parsed, [component(one) for one in inputs], units, rule, links)
    names = list(parsed)
    found: Found = {f"u({name})": one for name, one in zip(names, drawn.u, strict=True)}
    found |= {f"r({a},{b})": drawn.r[i][j] for i, a in enumerate(names) for j, b in enumerate(names) if i < j}
    return found | {"k_p": drawn.k_ellipsoid, "k_q": drawn.k_rectangle}


def _built_in(model: str, inputs: Sequence[Mapping[str, str]]) -> Found:
    found = metrology.propagate_built_in(metrology.BUILT_IN[model], [component(one) for one in inputs])
    each: Found = {f"c({row.component.id})": row.component.sensitivity for row in found.budget.rows}
    return {"y": found.value, "u_c": found.budget.u_c} | each


def _to_nominal(reading: str, applied: str, nominal: str, slope: str = "1", u_slope: str = "0") -> Found:
    given = (float(number(one)) for one in (reading, applied, nominal, slope, u_slope))
    found = metrology.to_nominal(*given)
    return {"value": found.value, "correction": found.correction, "u(correction)": found.u_correction}


def _round(value: str, U: str, digits: int | None = 2, up: bool = False) -> Found:
    rule = metrology.RoundingRule(digits=digits, up=up)
    found = metrology.round_result(number(value), number(U), rule)
    return {"value": found.value_text, "U": found.U_text}


def _correlation(a: list[float], b: list[float]) -> float:
    """r of two series observed together (GUM 5.2.3, eq. 17): of the standardised sums, without cancellation."""
    first, second = metrology.summary(a), metrology.summary(b)
    parts = [(x - first.mean) / first.s * ((y - second.mean) / second.s) for x, y in zip(a, b, strict=True)]
    return sum(parts) / (len(parts) - 1)


UNCERTAINTY: Final[Mapping[str, Call]] = {
    "student": _student,
    "budget": _budget,
    "model": _model,
    "models": _models,
    "monte-carlo": _monte_carlo,
    "joint": _joint,
    "built-in": _built_in,
    "to-nominal": _to_nominal,
    "round": _round,
}
