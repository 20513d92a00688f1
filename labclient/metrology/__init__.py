"""Pure numbers: what a metrologist reads to trust this program. No file, no clock, no window.

Every function names the source of its formula, takes numbers with stated units and returns a frozen struct that holds
all a reader needs to print and check the answer. Numbers that cannot bear the computation raise `DataUnfit`; a NaN is
never returned. Nothing is rounded but by `round_result`, once, at output.

Guide, in the order of a participation:

- `excursions`: did the logger, or the room, leave its limits?
- `settling`, `SettlingWatch`: is the standard warm?
- `stability`: did the readings of one run change by more than the plan allows?
- `judge`: the one decision rule of the two above: an interval against a limit; pass, fail or cannot judge yet.
- `oadev`, `adev`, `mdev`, `allan`, `AllanWatch`: where does longer averaging stop helping?
- `position`, `subtract_zero`, `reverse`, `cycle`: from readings to the value of one S-X-X-S cycle, drift cancelled.
- `summary`, `pooled`, `type_a`: scatter, and what the mean over cycles, set-ups or days is worth.
- `fit_line`, `line_at`: a drift line and its prediction.
- `choose_drift`, `fit_drift`, `drift_at`: the transfer standard's drift in its forms, and its value at a laboratory's
  time; `regress` below them.
- `combine`: the budget: u_c, ν_eff, k, U.
- `parse_model`, `propagate`, `propagate_several`: the budget of a model written as an expression.
- `monte_carlo`, `validate_budget`: the same by drawing, and whether the budget agrees with it.
- `round_result`: the two numbers as printed.
"""

from labclient.metrology._allan import Allan, AllanKind, AllanWatch, adev, allan, mdev, oadev
from labclient.metrology._decision import Judgement, Verdict, judge
from labclient.metrology._drift import Line, LineValue, fit_line, line_at
from labclient.metrology._drift_forms import Drift, DriftChoice, DriftForm, Why, choose_drift, drift_at, fit_drift
from labclient.metrology._model import Model, parse_model
from labclient.metrology._monte_carlo import MonteCarlo, MonteCarloRule, Validation, monte_carlo, validate_budget
from labclient.metrology._normality import Normality, normality
from labclient.metrology._propagation import Propagation, SecondOrder, Several, propagate, propagate_several
from labclient.metrology._regression import Regression, regress
from labclient.metrology._robust import MAD_TO_S, Robust, algorithm_a, mad, median
from labclient.metrology._rounding import Rounded, RoundingRule, round_result
from labclient.metrology._schemes import (
    SX,
    SXS,
    SXXS,
    CycleValue,
    Form,
    Place,
    Position,
    Scheme,
    cycle,
    position,
    reverse,
    subtract_zero,
)
from labclient.metrology._settling import Settling, SettlingRule, SettlingWatch, Waiting, settling
from labclient.metrology._stability import Stability, stability
from labclient.metrology._statistics import Pooled, Summary, TypeA, pooled, summary, type_a
from labclient.metrology._transport import Excursion, Exposure, Limits, Sampling, excursions
from labclient.metrology._uncertainty import (
    Budget,
    Component,
    Correlation,
    Coverage,
    Distribution,
    Row,
    combine,
    coverage_factor,
    standard_uncertainty,
)

__all__ = [
    "MAD_TO_S",
    "SX",
    "SXS",
    "SXXS",
    "Allan",
    "AllanKind",
    "AllanWatch",
    "Budget",
    "Component",
    "Correlation",
    "Coverage",
    "CycleValue",
    "Distribution",
    "Drift",
    "DriftChoice",
    "DriftForm",
    "Excursion",
    "Exposure",
    "Form",
    "Judgement",
    "Limits",
    "Line",
    "LineValue",
    "Model",
    "MonteCarlo",
    "MonteCarloRule",
    "Normality",
    "Place",
    "Pooled",
    "Position",
    "Propagation",
    "Regression",
    "Robust",
    "Rounded",
    "RoundingRule",
    "Row",
    "Sampling",
    "Scheme",
    "SecondOrder",
    "Settling",
    "SettlingRule",
    "SettlingWatch",
    "Several",
    "Stability",
    "Summary",
    "TypeA",
    "Validation",
    "Verdict",
    "Waiting",
    "Why",
    "adev",
    "algorithm_a",
    "allan",
    "choose_drift",
    "combine",
    "coverage_factor",
    "cycle",
    "drift_at",
    "excursions",
    "fit_drift",
    "fit_line",
    "judge",
    "line_at",
    "mad",
    "mdev",
    "median",
    "monte_carlo",
    "normality",
    "oadev",
    "parse_model",
    "pooled",
    "position",
    "propagate",
    "propagate_several",
    "regress",
    "reverse",
    "round_result",
    "settling",
    "stability",
    "standard_uncertainty",
    "subtract_zero",
    "summary",
    "type_a",
    "validate_budget",
]
