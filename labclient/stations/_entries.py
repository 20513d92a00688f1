"""What people and the program enter into the notebook: one struct a kind, so that nothing shapeless is ever recorded.

Measured numbers are decimal text. Every struct is the body of one entry kind, named in `KINDS`.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from labclient.acquisition import OUTPUT_KINDS, Cycle
from labclient.evaluation import BudgetDeclared, Check, LoggerFile, Result, Standard
from labclient.plan import Plan, Station, TrustList
from labclient.words import message

Line = Annotated[str, Meta(min_length=1, max_length=500, pattern=r"\S")]
Sha256 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]
Seq = Annotated[int, Meta(ge=0)]
Moment = Annotated[
    str,
    Meta(
        pattern=r"\A[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]"
        r"(:[0-5][0-9](\.[0-9]{1,9})?)?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])\Z",
        extra={"expected": message("a date and time with the offset from UTC, such as 2026-03-02T08:05:00+08:00")},
    ),
]


class Body(Struct, frozen=True, forbid_unknown_fields=True):
    """Base of all entry bodies."""


class PlanAccepted(Body, frozen=True):
    """The plan this participation works by, as data; the payload is the file as received."""

    name: Line
    document: Plan
    sha256: Sha256
    origin: Literal["signed", "transcribed"]
    laboratory: str
    signer: str | None = None


class TrustAccepted(Body, frozen=True):
    """The pilot's trust list, as data; the payload is the file as received. `root` is the fingerprint that a person
    confirmed."""

    name: Line
    document: TrustList
    sha256: Sha256
    root: Sha256


class Part(Body, frozen=True):
    name: Line
    present: bool


class Noted(Body, frozen=True):
    """What was found at one item of the handover record: the name of its field, or the name of the part."""

    item: Line
    note: Line


class Arrival(Body, frozen=True):
    """The handover record at arrival (交接单). `serial` is what stands on the standard itself; `notes` say of each item
    that is not in order what was found."""

    received: Moment
    carrier: str
    waybill: str
    from_laboratory: str
    parts: tuple[Part, ...]
    seals_intact: bool
    shock_indicator: Literal["none", "intact", "tripped"]
    visual: Literal["undamaged", "damaged"]
    remarks: str = ""
    serial: Annotated[str, Meta(max_length=100)] = ""
    packaging: Literal["none", "undamaged", "damaged"] = "none"
    notes: tuple[Noted, ...] = ()


class Attachment(Body, frozen=True):
    """A file as it was found: photo, certificate, transport logger. The payload holds its bytes; `read_as` is what was
    said of a logger's columns and clock."""

    name: Line
    media_type: Line
    what: Literal["photo", "transport-log", "certificate", "document"]
    read_as: LoggerFile | None = None


class Decision(Body, frozen=True):
    """The pilot's decision about a failed or damaged arrival, as the document says it."""

    about: Seq
    decision: Literal["continue", "stop"]
    given_by: Line
    document: Line


class Note(Body, frozen=True):
    text: Line


class Authorised(Body, frozen=True):
    """Somebody whom the plan names has signed a deviation: `concerns` are what speaks against the instrument, by their
    keys. The payload is the detached signature over the canonical form of the body without `signature`, which is the
    digest of the payload."""

    instrument: Line
    concerns: Annotated[tuple[Line, ...], Meta(min_length=1)]
    notebook: Line
    role: Literal["operator", "checker", "approver"]
    person: Line
    certificate: Sha256
    signature: Sha256 | None = None


class Deviation(Body, frozen=True, omit_defaults=True):
    """A departure from the plan, with its reason. Only the program enters one that is `authorised`."""

    text: Line
    reason: Line
    authorised: Authorised | None = None


class Exclusion(Body, frozen=True):
    """Cycles that do not count, by their entries, and why. The readings stay; results are told with and without."""

    cycles: Annotated[tuple[Seq, ...], Meta(min_length=1)]
    reason: Line


class Departure(Body, frozen=True):
    """The check before the standard leaves."""

    visual: Literal["undamaged", "damaged"]
    parts: tuple[Part, ...]
    seals: str
    remarks: str = ""


class HandedOver(Body, frozen=True):
    """The standard has left: to whom, when, how."""

    to: Line
    carrier: str
    waybill: str
    at: Moment


class StationDone(Body, frozen=True, omit_defaults=True):
    """A station is signed off; `passed` names the warnings of the result that this person has seen and lets pass, as
    point and code."""

    station: Station
    passed: tuple[str, ...] = ()


class Staged(Body, frozen=True):
    """A revision is ready to be signed. `entries` is the size of the log it covers, `files` digests its file list."""

    revision: int
    entries: int
    files: Sha256


class SignedOff(Body, frozen=True):
    revision: int
    role: Literal["operator", "checker", "approver"]
    person: Line
    certificate: Sha256
    signature: Sha256


class Packaged(Body, frozen=True):
    revision: int
    file: Line
    sha256: Sha256
    bytes: int


class Submitted(Body, frozen=True):
    """The file was written to `to` and read back. It is sent, not confirmed."""

    sha256: Sha256
    to: Line


class ReceiptTaken(Body, frozen=True):
    """A verified receipt of the package `sha256`; the payload is the receipt file, with the digest `file_sha256`."""

    sha256: Sha256
    received: Line
    signer: Line
    file_sha256: Sha256


class SatelliteOf(Body, frozen=True):
    """What a satellite says of its main notebook in its first entry: whose it is, as of which head, for which station,
    issued to whom, and what was done and measured by then."""

    notebook: Line
    entries: Seq
    root: Sha256
    station: Station
    to: Line
    done: tuple[Station, ...]
    counted: tuple[tuple[str, int, int], ...]


class SatelliteIssued(Body, frozen=True):
    """A satellite was issued: its notebook id, public note key and head (`entries`, `root`) as it went out."""

    name: Line
    satellite: Line
    key: Line
    station: Station
    to: Line
    entries: Seq
    root: Sha256


class SatelliteTaken(Body, frozen=True):
    """A satellite was taken in, with this head; the payload is its lines, its entries stand right behind."""

    name: Line
    satellite: Line
    entries: Seq
    root: Sha256


class SatelliteGivenUp(Body, frozen=True):
    """A satellite will not come back; nothing in it counts."""

    satellite: Line
    reason: Line


KINDS: dict[str, type[Struct]] = {
    "plan": PlanAccepted,
    "trust": TrustAccepted,
    "standard": Standard,
    "arrival": Arrival,
    "attachment": Attachment,
    "decision": Decision,
    "note": Note,
    "deviation": Deviation,
    "cycle": Cycle,
    "exclusion": Exclusion,
    "budget": BudgetDeclared,
    "departure": Departure,
    "handed-over": HandedOver,
    "station-done": StationDone,
    "check": Check,
    "result": Result,
    "staged": Staged,
    "signed-off": SignedOff,
    "packaged": Packaged,
    "submitted": Submitted,
    "receipt": ReceiptTaken,
    "satellite-issued": SatelliteIssued,
    "satellite": SatelliteTaken,
    "satellite-given-up": SatelliteGivenUp,
    **OUTPUT_KINDS,
}
