"""From a measurement model and its inputs to the budget: value, sensitivities, u_c, U (GUM = JCGM 100:2008, clause 5).

Where the units of all inputs and of the result are known, the model is evaluated in coherent SI units, so that
millivolts over milliamperes are ohms and a constant in the model is a number in SI; its dimension is then checked. A
temperature in °C is never shifted to K: a model that needs the thermodynamic one adds T0 = 273.15 K as an input.
With one unknown unit all numbers are taken as they are, and the answer says that no unit was checked.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations
from math import inf, isfinite, sqrt
from typing import Final

import msgspec
import numpy as np

from labclient.errors import DataUnfit, ModelInvalid, UnitUnknown
from labclient.metrology._dimensions import Dimension, Scale, scale
from labclient.metrology._model import Model
from labclient.metrology._numbers import LARGEST, Array
from labclient.metrology._taylor import Taylor
from labclient.metrology._uncertainty import Budget, Component, Correlation, Coverage, combine, standard_uncertainty
from labclient.words import message

NOTICE: Final = 0.05
"""Second-order terms that raise u_c by more than this part of it are worth a notice."""


class SecondOrder(msgspec.Struct, frozen=True, kw_only=True):
    """What the model's curvature adds, for independent inputs that are about normal (GUM 5.1.2, note)."""

    u: float
    """Root of the terms Σᵢ Σⱼ [½ fᵢⱼ² + fᵢ·fᵢⱼⱼ]·uᵢ²·uⱼ², or 0 when they are negative; unit of the result."""
    u_c: float
    """Combined standard uncertainty with these terms."""
    shift: float
    """½ Σ fᵢᵢ·uᵢ²: by about so much the mean of the result lies off f(estimates)."""
    matters: bool
    """The terms change u_c by more than 5 %: Monte Carlo is the better answer."""


class Propagation(msgspec.Struct, frozen=True, kw_only=True):
    """The value of a model and its budget; `value` in `budget.unit`, unrounded."""

    model: str
    value: float
    budget: Budget
    second_order: SecondOrder
    units_checked: bool


class Several(msgspec.Struct, frozen=True, kw_only=True):
    """Several results of the same inputs and the correlation coefficients between them."""

    results: tuple[Propagation, ...]
    r: tuple[tuple[float, ...], ...]


def propagate(
    model: Model,
    inputs: Sequence[Component],
    unit: str,
    coverage: Coverage | None = None,
    correlations: Sequence[Correlation] = (),
    as_written: bool = False,
) -> Propagation:
    """Value and budget of one model. `id` of each input is its name in the model; its `sensitivity` is computed.

    `as_written` takes all numbers as they are, for an empirical formula whose constants carry units. An input
    that the model does not use stays in the budget with sensitivity zero. Raises `ModelInvalid` for a missing input or
    a model whose dimension is not that of `unit`, `DataUnfit` where the model has no finite value or slope, and as
    `combine`.
    """
    prepared = Prepared(model, inputs, unit, as_written)
    budget = combine(prepared.with_sensitivities(), unit, coverage, correlations)
    return Propagation(
        model=model.text,
        value=prepared.value,
        budget=budget,
        second_order=prepared.second_order(budget),
        units_checked=prepared.units_checked,
    )


def propagate_several(
    models: Mapping[str, Model],
    inputs: Sequence[Component],
    units: Mapping[str, str],
    coverage: Coverage | None = None,
    correlations: Sequence[Correlation] = (),
) -> Several:
    """Several results of the same inputs, with their correlation (GUM F.1.2.3, H.2.3). Raises as `propagate`."""
    results = tuple(propagate(model, inputs, units[name], coverage, correlations) for name, model in models.items())
    index = {one.id: i for i, one in enumerate(inputs)}
    shared = np.eye(len(inputs))
    for link in correlations:
        i, j = index[link.first], index[link.second]
        shared[i, j] = shared[j, i] = link.r
    parts = np.array(
        [[row.component.sensitivity * row.u / one.budget.u_c for row in one.budget.rows] for one in results]
    )
    r = np.clip(parts @ shared @ parts.T, -1.0, 1.0)
    np.fill_diagonal(r, 1.0)
    return Several(results=results, r=tuple(tuple(row) for row in r.tolist()))


class Prepared:
    """A model with its inputs brought to one system of units; also the ground of the Monte Carlo method."""

    def __init__(self, model: Model, inputs: Sequence[Component], unit: str, as_written: bool = False) -> None:
        self.model, self.inputs = model, inputs
        names = [one.id for one in inputs]
        missing = [name for name in model.names if name not in names]
        if missing or len(set(names)) != len(names):
            raise ModelInvalid(
                message(
                    "The model {model} needs each of its inputs once: {names}.",
                    model=model.text,
                    names=", ".join(model.names),
                )
            )
        scales = None if as_written else _scales([*(one.unit for one in inputs), unit])
        self.units_checked = scales is not None
        *self._scales, self._result = scales or [Scale(Dimension())] * (len(names) + 1)
        if scales:
            _check_dimension(model, dict(zip(names, self._scales, strict=True)), self._result, unit)
        inward = self._inward(self.estimates)
        self.value = model.value({name: float(x) for name, x in inward.items()}) / self._result.factor

    @property
    def estimates(self) -> Array:
        return np.array([one.estimate for one in self.inputs], dtype=np.float64)

    def values(self, drawn: Array) -> Array:
        """The result for each column of `drawn`, shape (inputs, trials), in the inputs' own units."""
        found = self.model.values(self._inward(drawn)) / self._result.factor
        if not (np.abs(found) <= LARGEST).all():
            raise DataUnfit(message("Some of the drawn results are too large to be computed with."))
        return found

    def with_sensitivities(self) -> list[Component]:
        slopes = self._series(np.eye(len(self.inputs)))[1]
        return [
            msgspec.structs.replace(one, sensitivity=float(slope))
            for one, slope in zip(self.inputs, slopes, strict=True)
        ]

    def second_order(self, budget: Budget) -> SecondOrder:
        """Mixed derivatives of pairs follow from those along sums and differences of two inputs."""
        n = len(self.inputs)
        u = np.array([standard_uncertainty(one)[0] for one in self.inputs])
        pairs = list(combinations(range(n), 2))
        signs = [np.diag(u)]
        for sign in (1.0, -1.0):
            steps = np.zeros((len(pairs), n))
            for row, (i, j) in enumerate(pairs):
                steps[row, i], steps[row, j] = u[i], sign * u[j]
            signs.append(steps)
        with np.errstate(over="ignore", invalid="ignore"):  # beyond all numbers is told below
            _, first, second, third = self._series(np.concatenate(signs)) / budget.u_c
            added = _second_order(first, 2 * second, 6 * third, n, pairs)
        u_c = budget.u_c * sqrt(max(0.0, 1 + added)) if isfinite(added) else inf
        shift = float(second[:n].sum()) * budget.u_c
        if not (isfinite(u_c) and isfinite(shift)):
            raise DataUnfit(message("The model is too far from a straight line to be propagated."))
        return SecondOrder(
            u=budget.u_c * sqrt(max(0.0, added)),
            u_c=u_c,
            shift=shift,
            matters=abs(u_c - budget.u_c) > NOTICE * budget.u_c,
        )

    def _series(self, steps: Array) -> Array:
        """Taylor coefficients of the result along `steps`, shape (directions, inputs), in the inputs' own units."""
        estimates = self._inward(self.estimates)
        along = {
            one.id: Taylor.along(float(estimates[one.id]), steps[:, i] * self._scales[i].factor)
            for i, one in enumerate(self.inputs)
        }
        return self.model.series(along).c / self._result.factor

    def _inward(self, numbers: Array) -> dict[str, Array]:
        return {
            one.id: numbers[i] * of.factor for i, (one, of) in enumerate(zip(self.inputs, self._scales, strict=True))
        }


def _second_order(first: Array, second: Array, third: Array, n: int, pairs: list[tuple[int, int]]) -> float:
    """What curvature adds to a variance of 1, from derivatives along the n inputs, then sums, then differences."""
    added = float((second[:n] ** 2 / 2 + first[:n] * third[:n]).sum())
    for row, (i, j) in enumerate(pairs):
        plus, minus = n + row, n + len(pairs) + row
        mixed = (second[plus] - second[minus]) / 4
        f_ijj = (third[plus] + third[minus] - 2 * third[i]) / 6
        f_jii = (third[plus] - third[minus] - 2 * third[j]) / 6
        added += float(mixed**2 + first[i] * f_ijj + first[j] * f_jii)
    return added


def check_units(model: Model, units: Mapping[str, str], unit: str) -> None:
    """Whether a model of inputs in these units gives a quantity in `unit`; raises `ModelInvalid` when it does not or
    when an input is missing, `UnitUnknown` for a unit in no table."""
    _check_dimension(model, {name: scale(one) for name, one in units.items()}, scale(unit), unit)


def check_ranges(model: Model, known: Mapping[str, tuple[float, str]]) -> None:
    """Whether the inputs whose value and unit are known already, and the numbers written in the model, lie in the range
    of the formulas that take them; raises `ModelInvalid` with the place, `UnitUnknown`."""
    model.check_known({name: number * scale(unit).factor for name, (number, unit) in known.items()})


def _check_dimension(model: Model, scales: Mapping[str, Scale], result: Scale, unit: str) -> None:
    found = model.dimension({name: one.dimension for name, one in scales.items()})
    if found.powers != result.dimension.powers:
        raise ModelInvalid(
            message("The model gives {found}, the result is to be in {unit}.", found=str(found), unit=unit)
        )
    if {found.zero, result.dimension.stated} == {"°C", "K"}:
        raise ModelInvalid(
            message("The model gives {found}, the result is to be in {unit}.", found=found.zero, unit=unit),
            message("Take it to the other scale with kelvin(…) or celsius(…)."),
        )


def _scales(units: Sequence[str]) -> list[Scale] | None:
    try:
        return [scale(unit) for unit in units]
    except UnitUnknown:
        return None
