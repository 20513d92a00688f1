"""From the record to checks and results. Pure functions of the record and the plan."""

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
from labclient.evaluation._data import BudgetLine, Check, CheckName, Correction, Figure, PointResult, Result
from labclient.evaluation._inputs import BudgetDeclared, CertifiedValue, Declared, InfluenceUncertainty, Standard
from labclient.evaluation._methods import METHODS, unknown_methods
from labclient.evaluation._names import CHECK_NAMES, VERDICT_NAMES
from labclient.evaluation._origin import counts, origin_counts
from labclient.evaluation._result import result

__all__ = [
    "CHECK_NAMES",
    "METHODS",
    "VERDICT_NAMES",
    "BudgetDeclared",
    "BudgetLine",
    "CertifiedValue",
    "Check",
    "CheckName",
    "Correction",
    "Declared",
    "Figure",
    "InfluenceUncertainty",
    "Measured",
    "PointResult",
    "Result",
    "Standard",
    "check_again",
    "counts",
    "environment",
    "environment_runs",
    "functional",
    "measured",
    "origin_counts",
    "reading_stability",
    "result",
    "settled",
    "settling",
    "transport",
    "unknown_methods",
    "zero",
]
