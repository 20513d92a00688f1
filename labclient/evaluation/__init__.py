"""From the record to checks and results. Pure functions of the record and the plan."""

from labclient.evaluation._again import same_result
from labclient.evaluation._amounts import amount_told
from labclient.evaluation._averaging import Averaging, averaging, averaging_of
from labclient.evaluation._averaging_told import averaging_told, duration, verdict_told
from labclient.evaluation._cautions import STANDING_NAMES, caution_told, cautions_of
from labclient.evaluation._checks import (
    check_again,
    environment,
    environment_runs,
    functional,
    reading_stability,
    settled,
    settling,
    transport,
    zero,
)
from labclient.evaluation._cycles import Measured, measured
from labclient.evaluation._data import (
    BudgetLine,
    Caution,
    Check,
    CheckName,
    Correction,
    Drawn,
    Figure,
    Outlying,
    PointResult,
    Result,
)
from labclient.evaluation._forms import forms_told
from labclient.evaluation._inputs import BudgetDeclared, CertifiedValue, Declared, InfluenceUncertainty, Standard
from labclient.evaluation._methods import METHODS, unknown_methods
from labclient.evaluation._names import CHECK_NAMES, VERDICT_NAMES
from labclient.evaluation._origin import counts, origin_counts
from labclient.evaluation._own_drift import Band, DayMean, OwnDrift, OwnLine, OwnPoint, OwnValue, own_drift, own_line
from labclient.evaluation._own_drift_told import (
    FORM_NAMES,
    departure_told,
    eight_digits,
    extent_of,
    own_told,
    own_zero,
    short,
    shown_unit,
    signed,
    slope_told,
    t_told,
)
from labclient.evaluation._result import result
from labclient.evaluation._result_told import (
    cautions_told,
    chain_told,
    coverage_told,
    dof_shown,
    examined_told,
    k_text,
)
from labclient.evaluation._stretch import write_stretch
from labclient.evaluation._valued import Told

__all__ = [
    "CHECK_NAMES",
    "FORM_NAMES",
    "METHODS",
    "STANDING_NAMES",
    "VERDICT_NAMES",
    "Averaging",
    "Band",
    "BudgetDeclared",
    "BudgetLine",
    "Caution",
    "CertifiedValue",
    "Check",
    "CheckName",
    "Correction",
    "DayMean",
    "Declared",
    "Drawn",
    "Figure",
    "InfluenceUncertainty",
    "Measured",
    "Outlying",
    "OwnDrift",
    "OwnLine",
    "OwnPoint",
    "OwnValue",
    "PointResult",
    "Result",
    "Standard",
    "Told",
    "amount_told",
    "averaging",
    "averaging_of",
    "averaging_told",
    "caution_told",
    "cautions_of",
    "cautions_told",
    "chain_told",
    "check_again",
    "counts",
    "coverage_told",
    "departure_told",
    "dof_shown",
    "duration",
    "eight_digits",
    "environment",
    "environment_runs",
    "examined_told",
    "extent_of",
    "forms_told",
    "functional",
    "k_text",
    "measured",
    "origin_counts",
    "own_drift",
    "own_line",
    "own_told",
    "own_zero",
    "reading_stability",
    "result",
    "same_result",
    "settled",
    "settling",
    "short",
    "shown_unit",
    "signed",
    "slope_told",
    "t_told",
    "transport",
    "unknown_methods",
    "verdict_told",
    "write_stretch",
    "zero",
]
