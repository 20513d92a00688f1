"""Expressions that a person writes and a program may believe: reading them, and walking them.

Only numbers, names, parentheses, + − * / ** and the functions of a signature exist; nothing of it is ever executed as
a program. What walking a tree computes depends on the arithmetic that is given to `walk`.
"""

import ast
import operator
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any, Final, NoReturn

from msgspec import Struct

from labclient.errors import ModelInvalid, NumberInvalid
from labclient.metrology._numbers import LARGEST
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


class Signature(Struct, frozen=True):
    """What a function is called with: the names of its arguments, and those of them that must be an input itself."""

    arguments: tuple[str, ...] = ("x",)
    inputs: tuple[str, ...] = ()


Signatures = Mapping[str, Signature]


def parse(text: str, functions: Signatures) -> tuple[str, ast.expr]:
    """The text as it is kept and its tree; raises `ModelInvalid` with the place of the first thing that is not
    allowed."""
    # the parser itself makes letters of one meaning one letter (µ, μ); done before, so that places stay right
    plain = unicodedata.normalize("NFKC", text) if text.isprintable() else text
    if not plain.strip() or len(plain) > LONGEST or not plain.isprintable():
        raise ModelInvalid(message("A model is one line of 1 to {longest} characters.", longest=LONGEST))
    try:
        tree = ast.parse(plain.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise _unread(plain.strip(), error) from error
    _check(tree, plain.strip(), functions, 0)
    return plain.strip(), tree


def walk(
    node: ast.expr,
    inputs: Mapping[str, Any],
    functions: Mapping[str, Callable[..., Any]],
    constant: Callable[..., Any],
    apply: Callable[[ast.expr, Callable[..., Any], tuple[Any, ...]], Any] = lambda _, of, operands: of(*operands),
) -> Any:
    """The value of a tree; `apply` does each step, and may say where in the text it went wrong."""

    def step(below: ast.expr) -> Any:
        return walk(below, inputs, functions, constant, apply)

    match node:
        case ast.BinOp(left=left, op=op, right=right):
            return apply(node, _BINARY[type(op)], (step(left), step(right)))
        case ast.UnaryOp(op=sign, operand=operand):
            return apply(node, _UNARY[type(sign)], (step(operand),))
        case ast.Call(func=ast.Name(id=name), args=arguments):
            return apply(node, functions[name], tuple(step(one) for one in arguments))
        case ast.Constant(value=int() | float() as value):
            return constant(value)
        case ast.Name(id=name) if name in inputs:
            return inputs[name]
        case ast.Name(id=name):
            raise ModelInvalid(message("The model asks for {name}, which is not among the inputs.", name=name))
    raise AssertionError(node)


def place(text: str, node: ast.AST) -> int:
    """Where a part begins, in characters from 1; the parser counts bytes."""
    return len(text.encode()[: getattr(node, "col_offset", 0)].decode(errors="ignore")) + 1


def _unread(text: str, error: Exception) -> ModelInvalid:
    if not isinstance(error, SyntaxError):
        return ModelInvalid(message("“{model}” is not an expression.", model=text))
    at = error.offset or len(text)  # where the text ends too early, some versions name no place
    return ModelInvalid(
        message("“{model}” is not an expression: look at character {place}, “{part}”.", model=text,
                place=min(at, len(text) + 1), part=text[at - 1 : at + 11] or "…"),
        message("Every operator needs two sides, every parenthesis its partner."),
    )  # fmt: skip


def _check(node: ast.AST, text: str, functions: Signatures, depth: int) -> None:
    if depth > DEEPEST:
        raise ModelInvalid(message("The model is nested too deeply."))
    match node:
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            below: tuple[ast.AST, ...] = (left, right)
        case ast.UnaryOp(op=op, operand=operand) if type(op) in _UNARY:
            below = (operand,)
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if name in functions and not any(
            isinstance(one, ast.Starred) for one in arguments
        ):
            _check_call(node, text, name, functions)
            below = tuple(arguments)
        case ast.Name(id=name) if functions.get(name) != Signature():
            below = ()
        case ast.Constant(value=int() | float() as value) if value <= LARGEST and _is_plain(node, text):
            below = ()
        case _:
            _refuse(node, text, functions)
    for child in below:
        _check(child, text, functions, depth + 1)


def _refuse(node: ast.AST, text: str, functions: Signatures) -> NoReturn:
    raise ModelInvalid(
        message("“{part}”, at character {place}, is not allowed in a model.", place=place(text, node),
                part=ast.get_source_segment(text, node) or text),
        message("Use numbers, names of inputs, + - * / **, parentheses and {functions}.",
                functions=", ".join(functions)),
    )  # fmt: skip


def _check_call(node: ast.Call, text: str, name: str, functions: Signatures) -> None:
    of = functions[name]
    if len(node.args) != len(of.arguments):
        if of == Signature():
            _refuse(node, text, functions)
        raise ModelInvalid(
            message("{function}, at character {place}, has {have} arguments instead of {asked}.", function=name,
                    place=place(text, node), have=len(node.args), asked=len(of.arguments)),
            message("Write {function}({arguments}), each of them an input or an expression.", function=name,
                    arguments=", ".join(of.arguments)),
        )  # fmt: skip
    for argument, given in zip(of.arguments, node.args, strict=True):
        if argument in of.inputs and not isinstance(given, ast.Name):
            raise ModelInvalid(
                message("{function}: {argument}, at character {place}, must be an input of the model.", function=name,
                        argument=argument, place=place(text, given)),
                message("It carries the uncertainty of the formula itself: give it a row of the budget, value 0."),
            )  # fmt: skip


def _is_plain(node: ast.Constant, text: str) -> bool:
    """A number as people write it: no True, 1_000 or 0x1F, which the parser would take as well."""
    try:
        number(ast.get_source_segment(text, node) or "")
    except NumberInvalid:
        return False
    return True
