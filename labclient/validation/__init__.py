"""Does this program compute right on this PC? Reference cases with certified answers, and the report that is filed.

A case is data and the name of one function (`resources/validation`); `validate` computes them all and compares with
the certified digits; `write_report` leaves what was found as JSON and PDF, signed when somebody signs.
"""

from labclient.validation._data import Case, CaseSet, Compared, Expected, Outcome, Place
from labclient.validation._markdown import markdown
from labclient.validation._report import Written, digits, outcome_as_json, write_report
from labclient.validation._run import log_relative_error, validate
from labclient.validation._suite import shipped_cases

__all__ = [
    "Case",
    "CaseSet",
    "Compared",
    "Expected",
    "Outcome",
    "Place",
    "Written",
    "digits",
    "log_relative_error",
    "markdown",
    "outcome_as_json",
    "shipped_cases",
    "validate",
    "write_report",
]
