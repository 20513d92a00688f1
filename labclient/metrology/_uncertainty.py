"""An uncertainty budget: rows in, u_c, ν_eff, k and U out (GUM = JCGM 100:2008; JJF 1059.1)."""

from collections.abc import Sequence
from enum import StrEnum
from math import fsum, inf, isfinite, isinf, sqrt
from typing import Literal

import msgspec

from labclient.errors import DataUnfit
from labclient.metrology._numbers import not_negative, positive
from labclient.words import message

_LEAST, _MOST = 1e-140, 1e140  # between them a square is a number of full length


class Distribution(StrEnum):
    """What is known of an input: GUM 4.3, JCGM 101:2008, table 1."""

    NORMAL = "normal"
    T = "t"
    RECTANGULAR = "rectangular"
    TRIANGULAR = "triangular"
    TRAPEZOID = "trapezoid"
    ARCSINE = "arcsine"


class Component(msgspec.Struct, frozen=True, kw_only=True):
    """One row of a budget. Either `u` is given, or `half_width` with a divisor.

    `half_width` is the half-width a of a bounded distribution (its divisor is known: rectangular √3, triangular √6,
    arcsine √2, trapezoid √(6/(1+β²)); GUM 4.3.7 to 4.3.9, H.1.3.4) or the expanded uncertainty U of a normal one, whose
    `divisor` is then the k of its certificate. A stated `divisor` always wins.
    """

    id: str
    name: str
    unit: str
    """Of estimate, half-width and u."""
    estimate: float = 0.0
    evaluation: Literal["A", "B"] = "B"
    distribution: Distribution = Distribution.NORMAL
    u: float | None = None
    half_width: float | None = None
    divisor: float | None = None
    beta: float | None = None
    """Top over base of a trapezoid, from 0 (triangle) to 1 (rectangle)."""
    dof: float = inf
    sensitivity: float = 1.0
    """Unit of the result per `unit`."""
    source: str = ""


class Correlation(msgspec.Struct, frozen=True):
    """Correlation coefficient of two components, named by id."""

    first: str
    second: str
    r: float


class Coverage(msgspec.Struct, frozen=True, kw_only=True):
    """The form that the plan picks: "k" states U and k; "t" states U_p, k_p = t_p(ν_eff) and ν_eff."""

    form: Literal["k", "t"] = "k"
    k: float = 2.0
    """Used by form "k"."""
    probability: float = 0.95
    """Used by form "t"; with form "k" what the plan says k stands for."""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A component with what follows from it."""

    component: Component
    u: float
    divisor: float | None
    contribution: float
    """|c|·u, in the unit of the result."""
    share: float
    """Part of u_c², its half of every correlation included; the shares sum to 1."""


class Budget(msgspec.Struct, frozen=True, kw_only=True):
    """A combined budget; `u_c` and `U` in the unit of the result, unrounded."""

    rows: tuple[Row, ...]
    correlations: tuple[Correlation, ...]
    unit: str
    u_c: float
    nu_eff: float | None
    """Truncated to an integer, or infinite; None (undefined) when inputs of finite ν are correlated."""
    k: float
    U: float
    probability: float
    form: Literal["k", "t"]


def standard_uncertainty(component: Component) -> tuple[float, float | None]:
    """Standard uncertainty of a component and the divisor it came by; raises `DataUnfit` when it does not follow."""
    if (component.u is None) == (component.half_width is None):
        raise DataUnfit(message("Component {id} needs either a standard uncertainty or a half-width.", id=component.id))
    if component.u is not None:
        return not_negative(component.u), None
    divisor = positive(component.divisor) if component.divisor is not None else _divisor(component)
    return not_negative(not_negative(component.half_width or 0.0) / divisor), divisor


def combine(
    components: Sequence[Component],
    unit: str,
    coverage: Coverage | None = None,
    correlations: Sequence[Correlation] = (),
) -> Budget:
    """u_c² = Σ (c·u)² + 2 Σ cᵢ·cⱼ·uᵢ·uⱼ·rᵢⱼ (GUM 5.1.2, 5.2.2), ν_eff by Welch–Satterthwaite (GUM G.4.1), U = k·u_c.

    ν_eff is truncated to the next lower integer (GUM G.4.1, note) before t_p(ν_eff) is taken. Rows with sensitivity
    zero stay in the budget. Raises `DataUnfit` for no components, equal ids, a component that says too little, a
    correlation outside ±1 or of unknown components, u_c = 0, and for form "t" when ν_eff is undefined.
    """
    asked = coverage or Coverage()
    ids = [component.id for component in components]
    if not ids or len(set(ids)) != len(ids):
        raise DataUnfit(message("A budget needs components, each with its own id."))
    for component in components:
        if not (isfinite(component.sensitivity) and isfinite(component.estimate) and component.dof >= 1):
            raise DataUnfit(
                message(
                    "Component {id}: estimate and sensitivity must be finite, degrees of freedom 1 or more.",
                    id=component.id,
                )
            )
    found = [standard_uncertainty(component) for component in components]
    signed = [component.sensitivity * u for component, (u, _) in zip(components, found, strict=True)]
    largest = max(abs(part) for part in signed)
    parts = [part / largest for part in signed] if 0 < largest < inf else []
    shared = _shared(ids, parts, correlations) if parts else []
    variance = fsum(part**2 for part in parts) + fsum(shared)
    if largest == 0 or (parts and not variance > 0):
        raise DataUnfit(
            message("The components combine to no uncertainty at all."),
            message(
                "A model without a slope at these estimates needs the effect as a component of its own: ask who wrote "
                "the model."
            ),
        )
    u_c = largest * sqrt(variance)
    if not isfinite(u_c):
        raise DataUnfit(message("The components are too large to be combined."))
    nu_eff = _nu_eff(components, signed, u_c, correlations)
    k = positive(asked.k) if asked.form == "k" else _student(nu_eff, asked.probability)
    if not isfinite(k * u_c):
        raise DataUnfit(message("The components are too large to be combined."))
    if _LEAST < u_c < _MOST and not any(shared):  # in the plain form, whose last digit stands in many a record
        shares = [part**2 / u_c**2 for part in signed]
    else:
        shares = [(of**2 + common) / variance for of, common in zip(parts, shared, strict=True)]
    rows = tuple(
        Row(component=component, u=u, divisor=divisor, contribution=abs(part), share=share)
        for component, (u, divisor), part, share in zip(components, found, signed, shares, strict=True)
    )
    return Budget(
        rows=rows,
        correlations=tuple(correlations),
        unit=unit,
        u_c=u_c,
        nu_eff=nu_eff,
        k=k,
        U=k * u_c,
        probability=asked.probability,
        form=asked.form,
    )


def coverage_factor(probability: float, dof: float = inf) -> float:
    """t_p(ν): half-width, in standard uncertainties, that covers `probability` two-sided (GUM G.3.2, table G.2).

    Raises `DataUnfit` for a probability outside 0 … 1 or ν below 1.
    """
    from scipy.special import ndtri, stdtrit

    if not (0 < probability < 1 and dof >= 1):
        raise DataUnfit(message("No coverage factor for p = {p} and ν = {dof}.", p=probability, dof=dof))
    upper = (1 + probability) / 2
    return float(ndtri(upper) if isinf(dof) else stdtrit(dof, upper))


def _divisor(component: Component) -> float:
    beta = component.beta
    match component.distribution:
        case Distribution.RECTANGULAR:
            return sqrt(3)
        case Distribution.TRIANGULAR:
            return sqrt(6)
        case Distribution.ARCSINE:
            return sqrt(2)
        case Distribution.TRAPEZOID if beta is not None and 0 <= beta <= 1:
            return sqrt(6 / (1 + beta**2))
        case Distribution.TRAPEZOID:
            raise DataUnfit(message("Component {id}: a trapezoid needs β from 0 to 1.", id=component.id))
        case _:
            raise DataUnfit(
                message("Component {id}: an expanded uncertainty needs its k as divisor.", id=component.id),
                message("Take k from the certificate."),
            )


def _shared(ids: list[str], parts: list[float], correlations: Sequence[Correlation]) -> list[float]:
    """What each component's correlations add to u_c²: Σⱼ cᵢ·uᵢ·rᵢⱼ·cⱼ·uⱼ."""
    added = [0.0] * len(ids)
    pairs: set[frozenset[str]] = set()
    for link in correlations:
        pair = frozenset((link.first, link.second))
        if len(pair) != 2 or pair in pairs or not pair <= set(ids) or not abs(link.r) <= 1:
            raise DataUnfit(
                message("The correlation {r} of {a} and {b} is not possible.", r=link.r, a=link.first, b=link.second)
            )
        pairs.add(pair)
        i, j = ids.index(link.first), ids.index(link.second)
        added[i] += parts[i] * link.r * parts[j]
        added[j] += parts[i] * link.r * parts[j]
    return added


def _nu_eff(
    components: Sequence[Component], signed: list[float], u_c: float, correlations: Sequence[Correlation]
) -> float | None:
    linked = {id_ for link in correlations if link.r for id_ in (link.first, link.second)}
    finite_dof = [(c, part) for c, part in zip(components, signed, strict=True) if part and not isinf(c.dof)]
    if any(c.id in linked for c, _ in finite_dof):
        return None
    doubt = fsum((part / u_c) ** 4 / c.dof for c, part in finite_dof)
    return float(int(max(1.0, 1 / doubt * (1 + 1e-12)))) if doubt else inf


def _student(nu_eff: float | None, probability: float) -> float:
    if nu_eff is None:
        raise DataUnfit(
            message("Correlated components with finite degrees of freedom leave ν_eff undefined."),
            message("State U with k = 2."),
        )
    return coverage_factor(probability, nu_eff)
