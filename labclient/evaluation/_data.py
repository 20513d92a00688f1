"""What an evaluation says: checks with their verdicts, and results with their budgets.

These structs are also the bodies of the entries in which they are recorded. Numbers are decimal text with all their
digits (the shortest text that gives the same float again): a later recomputation is compared digit by digit.
"""

from typing import Literal

from msgspec import Struct

CheckName = Literal["functional", "transport", "settling", "stability", "zero", "environment"]


class _Body(Struct, frozen=True, forbid_unknown_fields=True):
    pass


class Figure(_Body, frozen=True):
    """One number of a judgement, under its name in the method's description."""

    name: str
    value: str
    unit: str = ""


class Check(_Body, frozen=True):
    """A judgement: `basis` names the entries it judged (runs, attachments), `figures` everything needed to print it."""

    check: CheckName
    verdict: Literal["pass", "fail", "undecided"]
    method: str
    basis: tuple[int, ...]
    figures: tuple[Figure, ...]

    def figure(self, name: str) -> Figure:
        """The figure of that name; KeyError when the check has none."""
        for figure in self.figures:
            if figure.name == name:
                return figure
        raise KeyError(name)


class BudgetLine(_Body, frozen=True):
    """One component of the budget of one point: `u` in `unit`, `contribution` = |c|·u in the unit of the result."""

    row: str
    evaluation: Literal["A", "B"]
    distribution: str
    u: str
    unit: str
    sensitivity: str
    contribution: str
    dof: str
    share: str
    source: str


class Correction(_Body, frozen=True):
    """A correction applied to the measured value: `value` was added."""

    name: str
    value: str
    influence: str
    influence_unit: str


class PointResult(_Body, frozen=True):
    """The result of one point at the reference conditions, with what it rests on. `mean_of_cycles` is the mean ratio or
    difference; `value_without_exclusions` is what the value would be if every measured cycle counted."""

    point: str
    unit: str
    value: str
    u_c: str
    U: str
    k: str
    dof: str
    reported_value: str
    reported_U: str
    mean_time: str
    cycles: int
    excluded_cycles: int
    value_without_exclusions: str
    standard_value: str
    mean_of_cycles: str
    corrections: tuple[Correction, ...]
    budget: tuple[BudgetLine, ...]


class Result(_Body, frozen=True):
    """The results of all points, as computed from the log up to `entries` by this version of the program."""

    entries: int
    program: str
    methods: tuple[str, ...]
    points: tuple[PointResult, ...]


def digits(value: float) -> str:
    """The shortest decimal text that is this float again."""
    return repr(float(value))
