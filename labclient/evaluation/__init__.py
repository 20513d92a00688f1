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
    "METHODS",
    "STANDING_NAMES",
    "VERDICT_NAMES",
    "Averaging",
    "BudgetDeclared",
    "BudgetLine",
    "Caution",
    "CertifiedValue",
    "Check",
    "CheckName",
    "Correction",
    "Declared",
    "Drawn",
    "Figure",
    "InfluenceUncertainty",
    "Measured",
    "Outlying",
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
    "dof_shown",
    "duration",
    "environment",
    "environment_runs",
    "examined_told",
    "forms_told",
    "functional",
    "k_text",
    "measured",
    "origin_counts",
    "reading_stability",
    "result",
    "same_result",
    "settled",
    "settling",
    "transport",
    "unknown_methods",
    "verdict_told",
    "write_stretch",
    "zero",
]
