"""The schemes that are known by name: what the steps of one cycle look like, and what a cycle's value is of.

Each is data: a plan whose steps do not suit the method it names is refused. The two that came first,
"direct-reading/1" and "sxxs-zero-reversal/1", take any steps that hold together.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Literal

from msgspec import Struct

from labclient.errors import UnitUnknown
from labclient.plan._data import Plan, Point, Scheme, Step
from labclient.units import convert
from labclient.words import Message, message

Combining = Literal["alone", "beside", "compared"]
Value = Literal["ratio", "difference", "error", "model"]

WAYS: dict[str, Message] = {
    "+": message("direct"),
    "-": message("reversed"),
    "up": message("rising"),
    "down": message("falling"),
}

ARTEFACTS: dict[str, Message] = {
    "S": message("the laboratory's standard"),
    "X": message("the transfer standard"),
    "C": message("the check standard"),
    "Z": message("the shorting link"),
}
"""What is connected, by the role of a step."""


class SchemeMethod(Struct, frozen=True, kw_only=True):
    """What a method asks of a plan's steps. `order` is that of S and X in one cycle; with `repeats`, it may stand there
    several times. `error`: without a model, the value is what was measured less what the certificate states."""

    forms: tuple[Literal["difference", "ratio", "direct"], ...]
    order: str = ""
    repeats: bool = False
    error: bool = False
    up_down: bool = False
    less_zero: bool = True
    """Zeros are taken off S and X, on the straight line between those before and after."""


_COMPARED: tuple[Literal["difference", "ratio"], ...] = ("difference", "ratio")

SCHEMES: dict[str, SchemeMethod] = {
    "direct-reading/1": SchemeMethod(forms=("direct",), less_zero=False),
    "sxxs-zero-reversal/1": SchemeMethod(forms=("difference", "ratio", "direct"), less_zero=False),
    "sx-substitution/1": SchemeMethod(forms=_COMPARED, order="SX"),
    "sxs-aba/1": SchemeMethod(forms=_COMPARED, order="SXS"),
    "sxxs-abba/1": SchemeMethod(forms=_COMPARED, order="SXXS"),
    "xssx-abba/1": SchemeMethod(forms=_COMPARED, order="XSSX"),
    "indication-error/1": SchemeMethod(forms=("direct",), order="X", repeats=True, error=True),
    "beside-standard/1": SchemeMethod(forms=("difference",), order="SX", repeats=True, error=True),
    "up-down/1": SchemeMethod(forms=("direct", "difference"), repeats=True, error=True, up_down=True),
}
_ANY = SchemeMethod(forms=("difference", "ratio", "direct"), less_zero=False)


class Visit(Struct, frozen=True):
    """One step of a cycle at one point; `place` counts the steps that the plan writes, from 0."""

    point: Point
    place: int
    step: Step


def method_of(scheme: Scheme) -> SchemeMethod:
    """What the scheme's method asks; of an unknown one, nothing is known here."""
    return SCHEMES.get(scheme.method, _ANY)


def combining(scheme: Scheme) -> Combining:
    """How the positions of a cycle make its value: X alone, X less the S beside it, or all of S and X compared."""
    if scheme.form == "direct":
        return "alone"
    return "beside" if method_of(scheme).error else "compared"


def value_of(plan: Plan) -> Value:
    """What the value of a point is: certificate × ratio, certificate + difference, what was measured − certificate, or
    the plan's model."""
    if plan.model is not None:
        return "model"
    if method_of(plan.measurement.scheme).error:
        return "error"
    return "ratio" if plan.measurement.scheme.form == "ratio" else "difference"


def together(plan: Plan) -> tuple[tuple[Point, ...], ...]:
    """The points by what is measured in one go: each for itself, or all in one series up and down."""
    if method_of(plan.measurement.scheme).up_down:
        return (plan.points,)
    return tuple((point,) for point in plan.points)


def passage(scheme: Scheme, points: Sequence[Point]) -> tuple[Visit, ...]:
    """One cycle at these points, in the order in which it is gone through."""
    steps = tuple(enumerate(scheme.steps))
    if not method_of(scheme).up_down:
        return tuple(Visit(point, place, step) for point in points for place, step in steps)
    ways = (("up", points), ("down", tuple(reversed(points))))
    return tuple(
        Visit(point, place, step)
        for way, along in ways
        for point in along
        for place, step in steps
        if step.approach == way
    )


def zero_by_link(quantity: str) -> bool:
    """Whether zero is a link between the terminals; of other quantities it is nothing applied."""
    return quantity in {"voltage", "current", "resistance"}


def way_told(step: Step) -> Message:
    """Its polarity, or from which side its point is reached."""
    return WAYS[step.approach or step.direction]


def scheme_faults(plan: Plan) -> Iterator[Message]:
    """What in the plan does not suit the method that its scheme names."""
    scheme = plan.measurement.scheme
    asked = method_of(scheme)
    if scheme.form not in asked.forms:
        yield message("measurement.scheme.form: “{method}” is of the form {forms}, not {form}.", method=scheme.method,
                      forms=", ".join(asked.forms), form=scheme.form)  # fmt: skip
    elif asked.up_down:
        yield from _up_down(plan)
    elif asked.order:
        yield from _order(scheme, scheme.steps, asked.order, repeats=asked.repeats)
    if (asked.order or asked.up_down) and any(step.direction == "-" for step in scheme.steps):
        yield message("measurement.scheme.steps: “{method}” has no reversed steps.", method=scheme.method)
    if not asked.up_down and any(step.approach is not None for step in scheme.steps):
        yield message("measurement.scheme.steps: only “up-down/1” has steps that rise or fall.")
    if asked.error and plan.model is None and plan.transfer_standard.coefficients:
        yield message("transfer_standard.coefficients: an error of indication is corrected for influences by a model.")
    yield from _hysteresis(plan, up_down=asked.up_down)


def _order(scheme: Scheme, steps: Sequence[Step], order: str, *, repeats: bool) -> Iterator[Message]:
    roles = "".join(step.role for step in steps if step.role in {"S", "X"})
    times = max(1, len(roles) // len(order)) if repeats else 1
    if roles != order * times:
        yield message(
            "measurement.scheme.steps: “{method}” goes {order}, not {found}.", method=scheme.method,
            order="-".join(order) + (" …" if repeats else ""), found="-".join(roles),
        )  # fmt: skip


def _up_down(plan: Plan) -> Iterator[Message]:
    scheme = plan.measurement.scheme
    ways = [step.approach for step in scheme.steps]
    rising = [step for step in scheme.steps if step.approach == "up"]
    falling = [step for step in scheme.steps if step.approach == "down"]
    if None in ways or ways != ["up"] * len(rising) + ["down"] * len(falling):
        yield message("measurement.scheme.steps: every step rises or falls; those that rise come first.")
    elif [step.role for step in rising] != [step.role for step in falling]:
        yield message("measurement.scheme.steps: what is measured rising is measured falling too, in the same order.")
    else:
        yield from _order(scheme, rising, "X" if scheme.form == "direct" else "SX", repeats=True)
    if any(step.role in {"Z", "C"} for step in scheme.steps):
        yield message("measurement.scheme.steps: a series up and down is of S and X; its zero is a point like others.")
    try:
        levels = [convert(float(one.nominal.value), one.nominal.unit, plan.unit) for one in plan.points]
    except UnitUnknown:  # named already
        return
    if len(levels) < 2 or any(later <= earlier for earlier, later in pairwise(levels)):
        yield message("points: a series up and down needs two or more, in rising order of their nominal values.")
    if any(one.settings != plan.points[0].settings for one in plan.points):
        yield message("points: a series up and down is measured in one go, with the same settings at every point.")


def _hysteresis(plan: Plan, *, up_down: bool) -> Iterator[Message]:
    rows = [row for row in plan.budget if row.origin == "hysteresis"]
    if rows and not up_down:
        yield message("budget.{id}: only a series up and down shows hysteresis.", id=rows[0].id)
    if len(rows) > 1:
        yield message("budget: the hysteresis enters once.")
    for row in rows:
        if row.distribution in {"normal", "t"} or row.evaluation != "B":
            yield message("budget.{id}: half the hysteresis is the half-width of a Type B distribution.", id=row.id)
