"""What stands in a package besides the log: `package.json` and `result.json`, both canonical JSON."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from labclient.evaluation import Result

PACKAGE_JSON = "package.json"
RESULT_JSON = "result.json"
REPORT_PDF = "report.pdf"

Sha256 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]


class Document(Struct, frozen=True, forbid_unknown_fields=True):
    """A signed document that the log holds: the entry whose payload it is, and its digest."""

    entry: int
    sha256: Sha256


class Log(Struct, frozen=True, forbid_unknown_fields=True):
    """The log that the package holds: notebook id, public note key, number of entries and root of their tree."""

    notebook: str
    key: str
    entries: int
    root: Sha256


class PackageInfo(Struct, frozen=True, forbid_unknown_fields=True):
    """`package.json`: what this package is about and what it rests on. `supersedes` is the SHA-256 of the revision
    before, empty for the first."""

    format: Literal["labclient-package/1"]
    comparison: str
    laboratory: str
    revision: int
    supersedes: str
    assurance: str
    roles: tuple[str, ...]
    simulated: bool
    program: str
    plan: Document
    plan_origin: Literal["signed", "transcribed"]
    trust: Document | None
    log: Log


class ResultFile(Struct, frozen=True, forbid_unknown_fields=True):
    """`result.json`: the result as recorded, under the comparison and laboratory it belongs to."""

    comparison: str
    laboratory: str
    revision: int
    result: Result
