"""The package of a revision: staged from the notebook, signed, verified from its readings up; the pilot's documents."""

from labclient.package._accepted import accepted_trust, keep_trust, kept_file
from labclient.package._data import REPORT_PDF, Document, Log, PackageInfo, ResultFile
from labclient.package._draft import Fault, draft_faults, draft_kind, signable, without_comments
from labclient.package._gates_again import same_serial
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
from labclient.package._report_brought import runs_by_hand, satellites_told
from labclient.package._sealed import (
    COMMITMENT_JSON,
    SEALED_SUFFIX,
    Commitment,
    Opened,
    Opening,
    Sealed,
    comparison_of,
    is_sealed,
    open_sealed,
    seal_package,
    verify_sealed,
)
from labclient.package._stage import stage
from labclient.package._verify import PackageReport, verify_package

__all__ = [
    "COMMITMENT_JSON",
    "PLAN_JSON",
    "REPORT_PDF",
    "SEALED_SUFFIX",
    "TRUST_JSON",
    "Commitment",
    "Document",
    "Fault",
    "Log",
    "Opened",
    "Opening",
    "PackageInfo",
    "PackageReport",
    "PlanSource",
    "ReportData",
    "ResultFile",
    "Sealed",
    "Trusted",
    "accepted_trust",
    "anchors",
    "comparison_of",
    "draft_faults",
    "draft_kind",
    "is_sealed",
    "keep_trust",
    "kept_file",
    "make_report",
    "open_plan",
    "open_sealed",
    "open_trust",
    "refuse",
    "runs_by_hand",
    "same_serial",
    "satellites_told",
    "seal_package",
    "signable",
    "stage",
    "verify_package",
    "verify_sealed",
    "without_comments",
]
