"""The formulas of the disciplines as functions of the expression language: `air_density(t, p, h, x_co2, formula)`.

Each is itself an expression, so that numbers, derivatives and draws pass through it exactly. Its arguments are the
named inputs of its entry in `BUILT_IN`, in that order and in units of the same quantities; its constants are written
for the coherent SI units stated there, and for temperatures in °C unless K is stated. An estimate outside the stated
range is refused.
"""

import ast
from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import Any, Final

import numpy as np

from labclient.errors import DataUnfit, ModelInvalid
from labclient.metrology._catalogue import BUILT_IN, BuiltIn, Input
from labclient.metrology._dimensions import Dimension, scale
from labclient.metrology._expression import Signature, parse, walk
from labclient.metrology._its90_series import ratio_series, ratios, temperature_series, temperatures
from labclient.metrology._taylor import FUNCTIONS, Taylor
from labclient.words import message

Functions = Mapping[str, Callable[..., Any]]

SIMPLE: Final[Functions] = {
    "abs": np.abs, "cos": np.cos, "exp": np.exp, "ln": np.log, "log10": np.log10, "sin": np.sin, "sqrt": np.sqrt,
    "tan": np.tan,
}  # fmt: skip
FORMULAS: Final[Mapping[str, BuiltIn]] = {one.function: one for one in BUILT_IN.values()}
SIGNATURES: Final = {name: Signature() for name in SIMPLE} | {
    name: Signature(tuple(one.name for one in of.inputs), tuple(one.name for one in of.inputs if one.own))
    for name, of in FORMULAS.items()
}
_INNER: Final = {name: Signature() for name in SIMPLE} | {
    "W_r": Signature(("T",)),
    "T_90": Signature(("W_r",)),
    "W_above": Signature(("W_r", "a", "b", "c")),
    "W_below": Signature(("W_r", "a", "b")),
}
_ABOVE: Final = "W_r + a*(W - 1) + b*(W - 1)**2 + c*(W - 1)**3"
_BELOW: Final = "W_r + a*(W - 1) + b*(W - 1)*ln(W)"
_MOST: Final = 100
_SAME: Final = 4e-15


def _functions(simple: Functions, constant: Callable[[float], Any], ratio: Any, inverse: Any, size: Any) -> Functions:
    """All functions in one arithmetic; `size` gives the coefficients by which two of its numbers are compared."""
    inner: dict[str, Callable[..., Any]] = {**simple, "W_r": ratio, "T_90": inverse}
    above = partial(_solved, _ABOVE, ("a", "b", "c"), inner, constant, size)
    below = partial(_solved, _BELOW, ("a", "b"), inner, constant, size)
    inner |= {"W_above": above, "W_below": below}
    return {**simple, **{name: partial(_computed, of, inner, constant) for name, of in FORMULAS.items()}}


def _computed(of: BuiltIn, functions: Functions, constant: Callable[[float], Any], *arguments: Any) -> Any:
    given = dict(zip((one.name for one in of.inputs), arguments, strict=True))
    return walk(_tree(of.text), given, functions, constant)


@cache
def _tree(text: str) -> ast.expr:
    return parse(text, _INNER)[1]


def _solved(
    step: str, names: tuple[str, ...], functions: Functions, constant: Callable[[float], Any], size: Any, w_r: Any,
    *coefficients: Any,
) -> Any:  # fmt: skip
    """W of a thermometer at which the reference ratio is w_r: W = W_r + deviation(W), repeated until it stands."""
    w, given = w_r, dict(zip(names, coefficients, strict=True))
    for _ in range(_MOST):
        found = walk(_tree(step), {"W_r": w_r, "W": w, **given}, functions, constant)
        now, before = size(found), size(w)
        if (np.abs(now - before) <= _SAME * np.abs(now).max(axis=-1, keepdims=True)).all():
            return found
        w = found
    raise DataUnfit(
        message("No ratio W belongs to these coefficients of the thermometer."),
        message("Compare a, b and c with its certificate; they are usually smaller than 0.01."),
    )


def _checked(of: BuiltIn, compute: Callable[..., Any], *arguments: Any) -> Any:
    """The same where what goes in and what comes out lies in the range of the formula."""
    for one, given in zip(of.inputs, arguments, strict=True):
        check_range(of, one, float(given))
    found = compute(*arguments)
    check_range(of, of.result, float(found))
    return found


def check_range(of: BuiltIn, one: Input, number: float) -> None:
    """Raise `DataUnfit` where a number lies outside the range in which the formula holds."""
    if not one.low <= number <= one.high:
        raise DataUnfit(
            message("{function} holds for {name} from {low} to {high} {unit}; here it is {value}.",
                    function=of.function, name=one.name, low=f"{one.low:g}", high=f"{one.high:g}", unit=one.unit,
                    value=f"{number:.9g}"),
            message("Look at the value and its unit. Outside this range neither formula nor its uncertainty is known."),
        )  # fmt: skip


def _measured(of: BuiltIn, *arguments: Dimension) -> Dimension:
    """The dimension of the result; raises `ModelInvalid` for an argument of another quantity or scale."""
    for one, given in zip(of.inputs, arguments, strict=True):
        told = given.zero or given.stated
        other_zero = {told, one.unit} == {"°C", "K"} or (told, one.unit) == ("%RH", "1")
        if given.powers != scale(one.unit).dimension.powers or other_zero:
            way_on = {
                ("K", "°C"): message("Write celsius(…) around it."),
                ("°C", "K"): message("Write kelvin(…) around it."),
                ("%RH", "1"): message("Multiply it by 0.01."),
            }.get((told, one.unit))
            raise ModelInvalid(
                message("{function} needs {name} in {asked}; it is in {unit}.", function=of.function, name=one.name,
                        asked=one.unit, unit=told if other_zero else str(given)),
                way_on or message("The arguments are {arguments}.",
                                  arguments=", ".join(f"{each.name} ({each.unit})" for each in of.inputs)),
            )  # fmt: skip
    return Dimension(scale(of.unit).dimension.powers, zero=of.unit if of.unit in ("°C", "K") else "")


def _exact(number: float) -> Taylor:
    return Taylor.along(number, np.zeros(1))


def _coefficients(of: Taylor) -> Any:
    return of.c


OF_NUMBERS: Final = _functions(SIMPLE, np.float64, ratios, temperatures, np.atleast_1d)
"""For many draws at once."""
OF_ESTIMATES: Final[Functions] = {
    **OF_NUMBERS, **{name: partial(_checked, of, OF_NUMBERS[name]) for name, of in FORMULAS.items()}
}  # fmt: skip
"""For one value, which must lie in the range of each formula."""
OF_SERIES: Final = _functions(FUNCTIONS, _exact, ratio_series, temperature_series, _coefficients)
OF_DIMENSIONS: Final[Functions] = {
    **dict.fromkeys(FUNCTIONS, Dimension.pure), "abs": abs, "sqrt": Dimension.root,
    **{name: partial(_measured, of) for name, of in FORMULAS.items()},
}  # fmt: skip
