"""The package of a revision: staged from the notebook, signed, verified from its readings up; the pilot's documents."""

from labclient.package._data import REPORT_PDF, Document, Log, PackageInfo, ResultFile
from labclient.package._origin import (
    PLAN_JSON,
    TRUST_JSON,
    PlanSource,
    Trusted,
    anchors,
    open_plan,
    open_trust,
    refuse,
)
from labclient.package._report import ReportData, make_report
from labclient.package._stage import stage
from labclient.package._verify import PackageReport, verify_package

__all__ = [
    "PLAN_JSON",
    "REPORT_PDF",
    "TRUST_JSON",
    "Document",
    "Log",
    "PackageInfo",
    "PackageReport",
    "PlanSource",
    "ReportData",
    "ResultFile",
    "Trusted",
    "anchors",
    "make_report",
    "open_plan",
    "open_trust",
    "refuse",
    "stage",
    "verify_package",
]
