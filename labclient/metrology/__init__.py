"""Pure numbers: what a metrologist reads to trust this program. No file, no clock, no window.

Every function names the source of its formula, takes numbers with stated units and returns a frozen struct that holds
all a reader needs to print and check the answer. Numbers that cannot bear the computation raise `DataUnfit`; a NaN is
never returned. Nothing is rounded but by `round_result`, once, at output.

Guide, in the order of a participation:

- `excursions`, `by_pc_clock`: did the logger, or the room, leave its limits, and when by this PC's clock?
- `settling`, `SettlingWatch`: is the standard warm?
- `stability`: did the readings of one run change by more than the plan allows?
- `judge`: the one decision rule of the two above: an interval against a limit; pass, fail or cannot judge yet.
- `oadev`, `adev`, `mdev`, `allan`, `AllanWatch`: where does longer averaging stop helping?
- `position`, `subtract_zero`, `reverse`, `cycle`: from readings to the value of one S-X-X-S cycle, drift cancelled.
- `weigh`, `circular`: values from a design with more comparisons than unknowns, with their covariance.
- `summary`, `pooled`, `range_method`, `type_a`: scatter, and what the mean over cycles, set-ups or days is worth.
- `run_mean`: what the mean of one run is worth when its noise is not white.
- `to_nominal`: the reading at the exact nominal point.
- `fit_line`, `line_at`: a drift line and its prediction.
- `choose_drift`, `fit_drift`, `drift_at`: the transfer standard's drift in its forms, and its value at a laboratory's
  time; `regress` below them.
- `combine`: the budget: u_c, ν_eff, k, U.
- `parse_model`, `check_units`, `check_ranges`, `propagate`, `propagate_several`: the budget of a model written as an
  expression.
- `monte_carlo`, `monte_carlo_several`, `validate_budget`: the same by drawing, and whether the budget agrees with it.
- `transport`, `u_transport`: what the journeys before circulation did to the transfer standard.
- `trend`, `group_range`, `yearly`, `two_times`, `monitoring`: the stability tests that standards name, over months.
- `BUILT_IN`, `propagate_built_in`: air density, buoyancy, weighing, pressure head, length, gas volume, platinum
  thermometers; each is also a function of the expressions, and `compute` takes what a person types. `its90_w`,
  `its90_temperature`: the scale alone.
- `doubts`: a unit, a CMC or a ratio that cannot be right; `round_result`: the two numbers as printed.

For the people who judge, in any order:

- `grubbs`, `grubbs_pair`, `dixon`, `gesd`, `cochran`: what lies too far out; they propose and never remove.
- `normality`: could the values be normal? `median`, `mad`, `algorithm_a`: a mean that a few wild values cannot move.
- `between_units`, `homogeneity`: are the units of a batch alike?
- `weighted_mean`, `monte_carlo_median`, `largest_consistent_subset`, `dersimonian_laird`, `mandel_paule`: one reference
  value from several laboratories; `en_score`, `zeta_score`, `z_score`, `z_prime_score`: who agrees with it. For the
  pilot and the released report only.
"""

from labclient.metrology._agreement import Agreement, Membership, Score, en_score, z_prime_score, z_score, zeta_score
from labclient.metrology._allan import Allan, AllanKind, AllanWatch, adev, allan, mdev, oadev
from labclient.metrology._built_in import in_stated_units, propagate_built_in
from labclient.metrology._catalogue import BUILT_IN, BuiltIn, Input
from labclient.metrology._compute import Computed, Entered, compute
from labclient.metrology._consensus import (
    ConsistentSubset,
    Degree,
    MonteCarloMedian,
    RandomEffects,
    WeightedMean,
    dersimonian_laird,
    largest_consistent_subset,
    mandel_paule,
    monte_carlo_median,
    weighted_mean,
)
from labclient.metrology._decision import Judgement, Verdict, judge
from labclient.metrology._drift import Line, LineValue, fit_line, line_at
from labclient.metrology._drift_forms import Drift, DriftChoice, DriftForm, Why, choose_drift, drift_at, fit_drift
from labclient.metrology._homogeneity import BetweenUnits, Homogeneity, between_units, homogeneity
from labclient.metrology._its90 import its90_reference, its90_slope, its90_temperature, its90_w
from labclient.metrology._joint import joint_correlation
from labclient.metrology._legs import Leg, LegChange, Session, Transport, transport, u_transport
from labclient.metrology._model import Model, parse_model
from labclient.metrology._monte_carlo import MonteCarlo, MonteCarloRule, Validation, monte_carlo, validate_budget
from labclient.metrology._monte_carlo_joint import JointMonteCarlo, monte_carlo_several
from labclient.metrology._nominal import AtNominal, Doubt, doubts, to_nominal
from labclient.metrology._normality import Normality, normality
from labclient.metrology._outliers import (
    OUTLIER_LEVEL,
    STRAGGLER_LEVEL,
    Cochran,
    Gesd,
    GesdStep,
    OutlierTest,
    Scatter,
    Side,
    Standing,
    cochran,
    dixon,
    gesd,
    grubbs,
    grubbs_pair,
)
from labclient.metrology._propagation import (
    Propagation,
    SecondOrder,
    Several,
    check_ranges,
    check_units,
    propagate,
    propagate_several,
)
from labclient.metrology._regression import Regression, regress
from labclient.metrology._robust import MAD_TO_S, Robust, algorithm_a, mad, median
from labclient.metrology._rounding import Rounded, RoundingRule, round_result
from labclient.metrology._run_mean import Ruler, RunMean, run_mean
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
from labclient.metrology._stability_tests import (
    LargestChange,
    Method,
    Monitoring,
    Trend,
    TwoTimes,
    group_range,
    monitoring,
    trend,
    two_times,
    yearly,
)
from labclient.metrology._statistics import FromRange, Pooled, Summary, TypeA, pooled, range_method, summary, type_a
from labclient.metrology._transport import (
    ClockCheck,
    Excursion,
    Exposure,
    Limits,
    Sampling,
    by_pc_clock,
    excursions,
)
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
from labclient.metrology._weighing import Weighing, circular, weigh

__all__ = [
    "BUILT_IN",
    "MAD_TO_S",
    "OUTLIER_LEVEL",
    "STRAGGLER_LEVEL",
    "SX",
    "SXS",
    "SXXS",
    "Agreement",
    "Allan",
    "AllanKind",
    "AllanWatch",
    "AtNominal",
    "BetweenUnits",
    "Budget",
    "BuiltIn",
    "ClockCheck",
    "Cochran",
    "Component",
    "Computed",
    "ConsistentSubset",
    "Correlation",
    "Coverage",
    "CycleValue",
    "Degree",
    "Distribution",
    "Doubt",
    "Drift",
    "DriftChoice",
    "DriftForm",
    "Entered",
    "Excursion",
    "Exposure",
    "Form",
    "FromRange",
    "Gesd",
    "GesdStep",
    "Homogeneity",
    "Input",
    "JointMonteCarlo",
    "Judgement",
    "LargestChange",
    "Leg",
    "LegChange",
    "Limits",
    "Line",
    "LineValue",
    "Membership",
    "Method",
    "Model",
    "Monitoring",
    "MonteCarlo",
    "MonteCarloMedian",
    "MonteCarloRule",
    "Normality",
    "OutlierTest",
    "Place",
    "Pooled",
    "Position",
    "Propagation",
    "RandomEffects",
    "Regression",
    "Robust",
    "Rounded",
    "RoundingRule",
    "Row",
    "Ruler",
    "RunMean",
    "Sampling",
    "Scatter",
    "Scheme",
    "Score",
    "SecondOrder",
    "Session",
    "Settling",
    "SettlingRule",
    "SettlingWatch",
    "Several",
    "Side",
    "Stability",
    "Standing",
    "Summary",
    "Transport",
    "Trend",
    "TwoTimes",
    "TypeA",
    "Validation",
    "Verdict",
    "Waiting",
    "Weighing",
    "WeightedMean",
    "Why",
    "adev",
    "algorithm_a",
    "allan",
    "between_units",
    "by_pc_clock",
    "check_ranges",
    "check_units",
    "choose_drift",
    "circular",
    "cochran",
    "combine",
    "compute",
    "coverage_factor",
    "cycle",
    "dersimonian_laird",
    "dixon",
    "doubts",
    "drift_at",
    "en_score",
    "excursions",
    "fit_drift",
    "fit_line",
    "gesd",
    "group_range",
    "grubbs",
    "grubbs_pair",
    "homogeneity",
    "in_stated_units",
    "its90_reference",
    "its90_slope",
    "its90_temperature",
    "its90_w",
    "joint_correlation",
    "judge",
    "largest_consistent_subset",
    "line_at",
    "mad",
    "mandel_paule",
    "mdev",
    "median",
    "monitoring",
    "monte_carlo",
    "monte_carlo_median",
    "monte_carlo_several",
    "normality",
    "oadev",
    "parse_model",
    "pooled",
    "position",
    "propagate",
    "propagate_built_in",
    "propagate_several",
    "range_method",
    "regress",
    "reverse",
    "round_result",
    "run_mean",
    "settling",
    "stability",
    "standard_uncertainty",
    "subtract_zero",
    "summary",
    "to_nominal",
    "transport",
    "trend",
    "two_times",
    "type_a",
    "u_transport",
    "validate_budget",
    "weigh",
    "weighted_mean",
    "yearly",
    "z_prime_score",
    "z_score",
    "zeta_score",
]
