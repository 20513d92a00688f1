"""A measurement model, Y = f(X₁ … X_N), as an expression that a person writes and a program may believe.

Only numbers, names, parentheses, + − * / **, and the functions below exist; nothing of it is ever executed as a
program. The tree is walked with three kinds of arithmetic: numbers, Taylor series (sensitivities), dimensions (units).
"""

import ast
import operator
import unicodedata
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import cached_property
from typing import Any, Final

import numpy as np

from labclient.errors import DataUnfit, ModelInvalid, NumberInvalid
from labclient.metrology._dimensions import Dimension
from labclient.metrology._numbers import LARGEST, Array
from labclient.metrology._taylor import FUNCTIONS, Taylor
from labclient.units import number
from labclient.words import message

LONGEST: Final = 2000
DEEPEST: Final = 100
_BINARY: Final[Mapping[type[ast.operator], Callable[[Any, Any], Any]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
_UNARY: Final[Mapping[type[ast.unaryop], Callable[[Any], Any]]] = {ast.UAdd: operator.pos, ast.USub: operator.neg}
_OF_NUMBERS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "abs": np.abs, "cos": np.cos, "exp": np.exp, "ln": np.log, "log10": np.log10, "sin": np.sin, "sqrt": np.sqrt,
    "tan": np.tan,
}  # fmt: skip
_OF_DIMENSIONS: Final[Mapping[str, Callable[[Any], Any]]] = {
    **dict.fromkeys(FUNCTIONS, Dimension.pure), "abs": abs, "sqrt": Dimension.root,
}  # fmt: skip


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
        """f at the inputs; raises `DataUnfit` where f has no finite value, `ModelInvalid` for a missing input."""
        return float(self._numbers({name: np.float64(value) for name, value in inputs.items()}))

    def values(self, inputs: Mapping[str, Array]) -> Array:
        """f at each of many inputs, arrays of one length; raises as `value` when one of them has no finite value."""
        size = len(next(iter(inputs.values()), ()))
        return np.broadcast_to(np.asarray(self._numbers(inputs), dtype=np.float64), (size,))

    def series(self, inputs: Mapping[str, Taylor]) -> Taylor:
        """f and its derivatives along the directions of the inputs; raises as `value`."""
        directions = next(iter(inputs.values())).c.shape[1]
        found: Taylor = self._computed(inputs, FUNCTIONS, lambda n: Taylor.along(n, np.zeros(directions)))
        if not np.isfinite(found.c).all():
            raise self._nowhere()
        return found

    def dimension(self, inputs: Mapping[str, Dimension]) -> Dimension:
        """The dimension of f; raises `ModelInvalid` where quantities of two kinds are added or compared."""
        found: Dimension = _walk(self._tree, inputs, _OF_DIMENSIONS, lambda n: Dimension((), Fraction(n)))
        return found

    def _numbers(self, inputs: Mapping[str, Any]) -> Any:
        found = self._computed(inputs, _OF_NUMBERS, np.float64)
        if not np.isfinite(found).all():
            raise self._nowhere()
        return found

    def _computed(
        self, inputs: Mapping[str, Any], functions: Mapping[str, Any], constant: Callable[[float], Any]
    ) -> Any:
        try:
            with np.errstate(divide="raise", over="raise", invalid="raise", under="ignore"):
                return _walk(self._tree, inputs, functions, constant)
        except FloatingPointError as error:
            raise self._nowhere() from error

    def _nowhere(self) -> DataUnfit:
        return DataUnfit(
            message("The model {model} has no finite value or no slope at these inputs.", model=self.text),
            message("Look for a division by zero, or a root or logarithm of a negative number."),
        )


def parse_model(text: str) -> Model:
    """Read a model such as "V / I * cos(phi)".

    Functions: sqrt, exp, ln, log10, sin, cos, tan (radians), abs. Raises `ModelInvalid` with the place of the first
    thing that is none of these.
    """
    # the parser itself makes letters of one meaning one letter (µ, μ); done before, so that places stay right
    plain = unicodedata.normalize("NFKC", text) if text.isprintable() else text
    if not plain.strip() or len(plain) > LONGEST or not plain.isprintable():
        raise ModelInvalid(message("A model is one line of 1 to {longest} characters.", longest=LONGEST))
    try:
        tree = ast.parse(plain.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise _unread(plain.strip(), error) from error
    _check(tree, plain.strip(), 0)
    return Model(plain.strip(), tree)


def _unread(text: str, error: Exception) -> ModelInvalid:
    if not isinstance(error, SyntaxError):
        return ModelInvalid(message("“{model}” is not an expression.", model=text))
    place = error.offset or len(text)  # where the text ends too early, some versions name no place
    return ModelInvalid(
        message("“{model}” is not an expression: look at character {place}, “{part}”.", model=text,
                place=min(place, len(text) + 1), part=text[place - 1 : place + 11] or "…"),
        message("Every operator needs two sides, every parenthesis its partner."),
    )  # fmt: skip


def _place(text: str, node: ast.AST) -> int:
    """Where a part begins, in characters from 1; the parser counts bytes."""
    return len(text.encode()[: getattr(node, "col_offset", 0)].decode(errors="ignore")) + 1


def _check(node: ast.AST, text: str, depth: int) -> None:
    if depth > DEEPEST:
        raise ModelInvalid(message("The model is nested too deeply."))
    match node:
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            below: tuple[ast.AST, ...] = (left, right)
        case ast.UnaryOp(op=op, operand=operand) if type(op) in _UNARY:
            below = (operand,)
        case ast.Call(func=ast.Name(id=name), args=[argument], keywords=[]) if name in _OF_NUMBERS and not isinstance(
            argument, ast.Starred
        ):
            below = (argument,)
        case ast.Name(id=name) if name not in _OF_NUMBERS:
            below = ()
        case ast.Constant(value=int() | float() as value) if value <= LARGEST and _is_plain(node, text):
            below = ()
        case _:
            raise ModelInvalid(
                message("“{part}”, at character {place}, is not allowed in a model.", place=_place(text, node),
                        part=ast.get_source_segment(text, node) or text),
                message(
                    "Use numbers, names of inputs, + - * / **, parentheses and {functions}.",
                    functions=", ".join(_OF_NUMBERS),
                ),
            )  # fmt: skip
    for child in below:
        _check(child, text, depth + 1)


def _is_plain(node: ast.Constant, text: str) -> bool:
    """A number as people write it: no True, 1_000 or 0x1F, which the parser would take as well."""
    try:
        number(ast.get_source_segment(text, node) or "")
    except NumberInvalid:
        return False
    return True


def _walk(node: ast.expr, inputs: Mapping[str, Any], functions: Mapping[str, Any], constant: Callable[..., Any]) -> Any:
    match node:
        case ast.BinOp(left=left, op=op, right=right):
            return _BINARY[type(op)](
                _walk(left, inputs, functions, constant), _walk(right, inputs, functions, constant)
            )
        case ast.UnaryOp(op=sign, operand=operand):
            return _UNARY[type(sign)](_walk(operand, inputs, functions, constant))
        case ast.Call(func=ast.Name(id=name), args=[argument]):
            return functions[name](_walk(argument, inputs, functions, constant))
        case ast.Constant(value=int() | float() as value):
            return constant(value)
        case ast.Name(id=name) if name in inputs:
            return inputs[name]
        case ast.Name(id=name):
            raise ModelInvalid(message("The model asks for {name}, which is not among the inputs.", name=name))
    raise AssertionError(node)
