"""The plan (比对实施方案) as frozen data. Every limit, formula and deadline is in here, not in code."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from msgspec import Meta, Struct

Identifier = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
Sha256 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]
Count = Annotated[int, Meta(ge=1, le=1_000_000)]
Role = Literal["operator", "checker", "approver"]
Task = Literal["functional", "settling", "stability", "measurement", "environment"]
Station = Literal[
    "arrival", "warm-up", "stability", "measurement", "departure", "results", "signing", "submission", "handed-over"
]


class _Data(Struct, frozen=True, forbid_unknown_fields=True):
    """Base of all plan data: immutable, and a field nobody knows is an error."""


class Text(_Data, frozen=True):
    """A text in both languages."""

    en: str
    zh: str

    def said(self, language: str) -> str:
        return self.zh if language.startswith("zh") else self.en


class Quantity(_Data, frozen=True):
    """A value with its unit. The value is decimal text, kept to its last digit."""

    value: Decimal
    unit: str


class Laboratory(_Data, frozen=True):
    code: Identifier
    name: Text


class Participant(_Data, frozen=True):
    """One laboratory of the route with its dates."""

    laboratory: Laboratory
    arrives: date
    departs: date
    report_due: date


class Coefficient(_Data, frozen=True):
    """How the transfer standard's value depends on one influence: relative change per unit, about a reference.

    y_ref = y · (1 − value · (x − reference)); `u` is the standard uncertainty of `value`.
    """

    influence: Literal["temperature", "relative humidity", "pressure"]
    value: Decimal
    u: Decimal
    reference: Quantity


class TransferStandard(_Data, frozen=True):
    maker: str
    model: str
    serial: str
    parts: tuple[str, ...]
    never: tuple[Text, ...]
    coefficients: tuple[Coefficient, ...] = ()


class Point(_Data, frozen=True):
    """A measurement point. `tolerance` bounds a functional check and is far wider than any deviation of interest."""

    id: Identifier
    nominal: Quantity
    tolerance: Quantity
    settings: dict[str, str] = {}


class Range(_Data, frozen=True):
    """Limits of one influence quantity at the bench or on the road."""

    quantity: Literal["temperature", "relative humidity", "pressure", "acceleration"]
    unit: str
    low: Decimal | None = None
    high: Decimal | None = None


class Arrival(_Data, frozen=True):
    photos: Annotated[int, Meta(ge=0, le=50)]
    transport_limits: tuple[Range, ...]
    functional_readings: Count


class Settling(_Data, frozen=True):
    """Warm-up judgement: the difference of the last two windows against the limit, and a minimum time."""

    method: str
    limit: Quantity
    window: Quantity
    minimum: Quantity
    longest: Quantity
    interval: Quantity
    k: Decimal


class Stability(_Data, frozen=True):
    """Reading-stability judgement (读数稳定判定) of one run."""

    method: str
    readings: Count
    limit: Quantity
    k: Decimal


class Step(_Data, frozen=True):
    """One position of the scheme: which artefact, which polarity."""

    role: Literal["S", "X", "C", "Z"]
    direction: Literal["+", "-"] = "+"


class Scheme(_Data, frozen=True):
    """How readings combine into a value.

    `steps` is the order of one cycle; `form` says whether X − S or X / S is formed from it.
    """

    method: str
    form: Literal["difference", "ratio"]
    steps: tuple[Step, ...]
    readings: Count
    wait: Quantity


class Measurement(_Data, frozen=True):
    scheme: Scheme
    days: Count
    cycles: Count
    independent_level: Literal["cycle", "day"]
    zero_limit: Quantity


class Environment(_Data, frozen=True):
    limits: tuple[Range, ...]
    interval: Quantity


class ByHand(_Data, frozen=True):
    """Readings that no instrument sent to this PC: typed by a person, or imported from another program's file.

    They are always recorded; they count only for the tasks named here, which is none unless the plan says so.
    `confirmation` is how a typed reading is confirmed: typed twice by one person, against a photo that is kept, or
    typed by a second person as well.
    """

    typed: tuple[Task, ...] = ()
    imported: tuple[Task, ...] = ()
    confirmation: Literal["double-entry", "photo", "second-person"] = "double-entry"


class BudgetRow(_Data, frozen=True):
    """A component that must appear in the budget.

    `origin` says where its uncertainty comes from: the certificate of the laboratory's standard, the readings, the
    transfer standard's coefficient (with the laboratory's uncertainty of that influence), or a declaration of the
    laboratory.
    """

    id: Identifier
    name: Text
    origin: Literal["certificate", "readings", "coefficient", "declared"]
    evaluation: Literal["A", "B"]
    distribution: Literal["normal", "t", "rectangular", "triangular", "arcsine"]
    influence: Literal["temperature", "relative humidity", "pressure"] | None = None


class Coverage(_Data, frozen=True):
    """The reporting form: a fixed k, or U_p with k = t_p(ν_eff)."""

    k: Decimal | None = None
    probability: Decimal | None = None


class Rounding(_Data, frozen=True):
    method: str
    up: bool = False


class Transcription(_Data, frozen=True):
    """How a plan that came as a document became data: typed by one person, confirmed by another."""

    document: str
    document_sha256: Sha256
    transcribed_by: str
    confirmed_by: str


class Plan(_Data, frozen=True):
    format: Literal["labclient-plan/1"]
    id: Identifier
    revision: Count
    title: Text
    measurand: Text
    quantity: str
    unit: str
    pilot: Laboratory
    participants: tuple[Participant, ...]
    transfer_standard: TransferStandard
    points: tuple[Point, ...]
    arrival: Arrival
    warm_up: Settling
    stability: Stability
    environment: Environment
    measurement: Measurement
    budget: tuple[BudgetRow, ...]
    coverage: Coverage
    rounding: Rounding
    roles: tuple[Role, ...]
    distinct_people: bool
    assurance: Literal["paper", "laboratory-key", "three-keys"]
    transcription: Transcription | None = None
    by_hand: ByHand = ByHand()

    def point(self, id: str) -> Point:
        """The point of that id; KeyError when the plan has none."""
        for point in self.points:
            if point.id == id:
                return point
        raise KeyError(id)

    def participant(self, code: str) -> Participant:
        """The participant of that laboratory code; KeyError when it takes no part."""
        for participant in self.participants:
            if participant.laboratory.code == code:
                return participant
        raise KeyError(code)
