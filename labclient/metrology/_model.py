"""A measurement model, Y = f(X₁ … X_N), as an expression.

The tree is walked with three kinds of arithmetic: numbers, Taylor series (sensitivities), dimensions (units).
"""

import ast
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np

from labclient.errors import DataUnfit, ModelInvalid
from labclient.metrology._dimensions import Dimension
from labclient.metrology._expression import parse, place, walk
from labclient.metrology._formulas import (
    FORMULAS,
    OF_DIMENSIONS,
    OF_ESTIMATES,
    OF_NUMBERS,
    OF_SERIES,
    SIGNATURES,
    check_range,
)
from labclient.metrology._numbers import Array
from labclient.metrology._taylor import Taylor
from labclient.words import message


class Model:
    """A parsed expression; equal texts are equal models. Made by `parse_model`."""

    def __init__(self, text: str, tree: ast.expr) -> None:
        self.text = text
        self._tree = tree

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Model) and other.text == self.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __repr__(self) -> str:
        return f"Model({self.text!r})"

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The inputs, in the order of their first appearance."""
        functions = {id(node.func) for node in ast.walk(self._tree) if isinstance(node, ast.Call)}
        names = [node for node in ast.walk(self._tree) if isinstance(node, ast.Name) and id(node) not in functions]
        return tuple(dict.fromkeys(node.id for node in sorted(names, key=lambda node: (node.lineno, node.col_offset))))

    def value(self, inputs: Mapping[str, float]) -> float:
        """f at the inputs; raises `DataUnfit` where f has no finite value or a formula of it does not hold, and
        `ModelInvalid` for a missing input."""
        return float(self._numbers({name: np.float64(value) for name, value in inputs.items()}, OF_ESTIMATES))

    def values(self, inputs: Mapping[str, Array]) -> Array:
        """f at each of many inputs, arrays of one length; raises `DataUnfit` when one of them has no finite value.

        Draws about an estimate may leave the range of a formula; the estimate itself may not.
        """
        size = len(next(iter(inputs.values()), ()))
        return np.broadcast_to(np.asarray(self._numbers(inputs, OF_NUMBERS), dtype=np.float64), (size,))

    def series(self, inputs: Mapping[str, Taylor]) -> Taylor:
        """f and its derivatives along the directions of the inputs; raises as `value`."""
        directions = next(iter(inputs.values())).c.shape[1]
        found: Taylor = self._computed(inputs, OF_SERIES, lambda n: Taylor.along(n, np.zeros(directions)))
        if not np.isfinite(found.c).all():
            raise self._nowhere()
        return found

    def dimension(self, inputs: Mapping[str, Dimension]) -> Dimension:
        """The dimension of f; raises `ModelInvalid` with the place where quantities of two kinds are added, or where a
        formula is given another quantity than it is written for."""

        def placed(node: ast.expr, of: Callable[..., Any], operands: tuple[Any, ...]) -> Any:
            try:
                return of(*operands)
            except ModelInvalid as error:
                raise ModelInvalid(
                    message("At character {place}, “{part}”: {reason}", place=place(self.text, node),
                            part=ast.get_source_segment(self.text, node) or self.text, reason=error.sentence),
                    error.step,
                ) from error  # fmt: skip

        found: Dimension = walk(self._tree, inputs, OF_DIMENSIONS, lambda n: Dimension((), Fraction(n)), placed)
        return found

    @cached_property
    def formulas(self) -> tuple[str, ...]:
        """The built-in formulas in it, by their names in `BUILT_IN`, in alphabetical order."""
        return tuple(sorted({FORMULAS[name].id for name, _ in self._calls()}))

    @cached_property
    def own_errors(self) -> frozenset[str]:
        """The inputs that stand for the error of a formula itself."""
        return frozenset(
            given.id
            for name, node in self._calls()
            for one, given in zip(FORMULAS[name].inputs, node.args, strict=True)
            if one.own and isinstance(given, ast.Name)
        )

    def check_known(self, known: Mapping[str, float]) -> None:
        """Raise `ModelInvalid` with the place where a formula is given a number that is known already, in SI units,
        and lies outside its range."""
        for name, node in self._calls():
            for one, given in zip(FORMULAS[name].inputs, node.args, strict=True):
                number = known.get(given.id) if isinstance(given, ast.Name) else _constant(given)
                if number is None:
                    continue
                try:
                    check_range(FORMULAS[name], one, number)
                except DataUnfit as error:
                    raise ModelInvalid(
                        message("At character {place}, “{part}”: {reason}", place=place(self.text, given),
                                part=ast.get_source_segment(self.text, given) or "", reason=error.sentence),
                        error.step,
                    ) from error  # fmt: skip

    def _calls(self) -> Iterator[tuple[str, ast.Call]]:
        for node in ast.walk(self._tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in FORMULAS:
                yield node.func.id, node

    def _numbers(self, inputs: Mapping[str, Any], functions: Mapping[str, Any]) -> Any:
        found = self._computed(inputs, functions, np.float64)
        if not np.isfinite(found).all():
            raise self._nowhere()
        return found

    def _computed(
        self, inputs: Mapping[str, Any], functions: Mapping[str, Any], constant: Callable[[float], Any]
    ) -> Any:
        try:
            with np.errstate(divide="raise", over="raise", invalid="raise", under="ignore"):
                return walk(self._tree, inputs, functions, constant)
        except FloatingPointError as error:
            raise self._nowhere() from error

    def _nowhere(self) -> DataUnfit:
        return DataUnfit(
            message("The model {model} has no finite value or no slope at these inputs.", model=self.text),
            message("Look for a division by zero, or a root or logarithm of a negative number."),
        )


def _constant(node: ast.expr) -> float | None:
    match node:
        case ast.Constant(value=int() | float() as number):
            return float(number)
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as number)):
            return -float(number)
    return None


def parse_model(text: str) -> Model:
    """Read a model such as "V / I * cos(phi)".

    Functions: sqrt, exp, ln, log10, sin, cos, tan (radians), abs, and the formulas of `BUILT_IN`, such as
    "air_density(t, p, h, x_co2, formula)". Raises `ModelInvalid` with the place of the first
    thing that is none of these.
    """
    return Model(*parse(text, SIGNATURES))
