"""The package of a revision: staged from the notebook, signed, verified from its readings up; the pilot's documents."""

from labclient.package._accepted import accepted_trust, keep_trust, kept_file
from labclient.package._data import REPORT_PDF, Document, Log, PackageInfo, ResultFile
from labclient.package._draft import Fault, draft_faults, draft_kind, signable, without_comments
from labclient.package._kinds import check_kind
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
from labclient.package._released import (
    RELEASED_JSON,
    OpenedRelease,
    comparison_of_release,
    open_release,
    write_release,
)
from labclient.package._released_data import (
    Released,
    ReleasedDrift,
    ReleasedLaboratory,
    ReleasedPlan,
    ReleasedPoint,
    ReleasedReference,
    ReleasedRow,
    ReleasedRule,
    ReleasedScore,
)
from labclient.package._released_report import release_pdf
from labclient.package._released_told import PointTold, RowTold, difference, expanded, formed_told, point_told
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
from labclient.stations import same_serial

__all__ = [
    "COMMITMENT_JSON",
    "PLAN_JSON",
    "RELEASED_JSON",
    "REPORT_PDF",
    "SEALED_SUFFIX",
    "TRUST_JSON",
    "Commitment",
    "Document",
    "Fault",
    "Log",
    "Opened",
    "OpenedRelease",
    "Opening",
    "PackageInfo",
    "PackageReport",
    "PlanSource",
    "PointTold",
    "Released",
    "ReleasedDrift",
    "ReleasedLaboratory",
    "ReleasedPlan",
    "ReleasedPoint",
    "ReleasedReference",
    "ReleasedRow",
    "ReleasedRule",
    "ReleasedScore",
    "ReportData",
    "ResultFile",
    "RowTold",
    "Sealed",
    "Trusted",
    "accepted_trust",
    "anchors",
    "check_kind",
    "comparison_of",
    "comparison_of_release",
    "difference",
    "draft_faults",
    "draft_kind",
    "expanded",
    "formed_told",
    "is_sealed",
    "keep_trust",
    "kept_file",
    "make_report",
    "open_plan",
    "open_release",
    "open_sealed",
    "open_trust",
    "point_told",
    "refuse",
    "release_pdf",
    "runs_by_hand",
    "same_serial",
    "satellites_told",
    "seal_package",
    "signable",
    "stage",
    "verify_package",
    "verify_sealed",
    "without_comments",
    "write_release",
]
