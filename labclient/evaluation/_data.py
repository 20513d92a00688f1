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


class BudgetLine(_Body, frozen=True, omit_defaults=True):
    """One component of the budget of one point: `u` in `unit`, `contribution` = |c|·u in the unit of the result. The
    input of a model has its `estimate`, in `unit` too."""

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
    estimate: str = ""


class Correction(_Body, frozen=True):
    """A correction applied to the measured value: `value` was added."""

    name: str
    value: str
    influence: str
    influence_unit: str


class Correlated(_Body, frozen=True):
    """The correlation coefficient of two components of the budget."""

    first: str
    second: str
    r: str


class SecondOrderTerms(_Body, frozen=True):
    """What the curvature of the model adds, in the unit of the result; `matters` where it is worth a notice."""

    u: str
    u_c: str
    shift: str
    matters: bool


class Drawn(_Body, frozen=True):
    """The Monte Carlo answer beside the budget's, in the unit of the result. It validates the budget where both ends of
    value ± `budget_U`, the budget's U for the same probability, lie within `tolerance` of `low` and `high`; `budget_U`
    is empty where ν_eff is undefined."""

    generator: str
    seed: int
    trials: int
    stable: bool
    probability: str
    interval: Literal["symmetric", "shortest"]
    mean: str
    u: str
    low: str
    high: str
    budget_U: str
    tolerance: str
    validated: Literal["yes", "no", "unsure"]


class Outlying(_Body, frozen=True):
    """What one test says of the cycles of a point. `cycles` names the entries that lie furthest out, whatever their
    standing; `value_without` and `U_without` are the result without them, empty where too little would be left. A test
    that these cycles cannot bear is "impossible", with a statistic nowhere."""

    test: str
    standing: Literal["inside", "straggler", "outlier", "impossible"]
    statistic: str = ""
    critical_5: str = ""
    critical_1: str = ""
    cycles: tuple[int, ...] = ()
    value_without: str = ""
    U_without: str = ""


class Caution(_Body, frozen=True):
    """Something unwise about a result, which may be passed but is told; see `caution_told`."""

    code: Literal[
        "below-cmc", "ratio-low", "ratio-high", "second-order", "not-validated", "not-stable", "nu-undefined", "outlier"
    ]
    figures: tuple[Figure, ...] = ()


class PointResult(_Body, frozen=True, omit_defaults=True):
    """The result of one point at the reference conditions, with what it rests on. `mean_of_cycles` is the mean ratio or
    difference; `value_without_exclusions` is what the value would be if every measured cycle counted.

    The last fields stand only where the plan asks for them, or something is to be told.
    """

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
    model: str = ""
    correlations: tuple[Correlated, ...] = ()
    second_order: SecondOrderTerms | None = None
    monte_carlo: Drawn | None = None
    outliers: tuple[Outlying, ...] = ()
    information: tuple[Figure, ...] = ()
    cautions: tuple[Caution, ...] = ()


class Joint(_Body, frozen=True):
    """How the results of the points are correlated: the coefficients `r`, one row a point in the order of `points`, to
    six decimals. The rows `common` of the budget are one quantity at all points."""

    method: str
    common: tuple[str, ...]
    points: tuple[str, ...]
    r: tuple[tuple[str, ...], ...]


class Result(_Body, frozen=True, omit_defaults=True):
    """The results of all points, as computed from the log up to `entries` by this version of the program. `joint` where
    the plan asks for it."""

    entries: int
    program: str
    methods: tuple[str, ...]
    points: tuple[PointResult, ...]
    joint: Joint | None = None


def digits(value: float) -> str:
    """The shortest decimal text that is this float again."""
    return repr(float(value))
