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


class Applied(_Data, frozen=True):
    """What may be put on the transfer standard: at most `greatest`, either way; above `confirm_above` a person at the
    bench confirms it by name. Without the latter the source's driver says from where on, or everything is confirmed."""

    greatest: Quantity
    confirm_above: Quantity | None = None


class TransferStandard(_Data, frozen=True):
    maker: str
    model: str
    serial: str
    parts: tuple[str, ...]
    never: tuple[Text, ...]
    coefficients: tuple[Coefficient, ...] = ()
    applied: Applied | None = None


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


class StabilityForm(_Data, frozen=True):
    """A stability test that a standard names, told beside the judgement of a run; it never opens or shuts a gate.

    The run is cut into `groups` of consecutive readings (two for "two-times"). What is claimed of a standard is data:
    where `standard` is empty, that of the program's method table holds.
    """

    form: Literal["trend", "group-range", "two-times"]
    groups: Annotated[int, Meta(ge=2, le=1000)] = 4
    standard: str = ""
    edition: str = ""
    clause: str = ""


class Stability(_Data, frozen=True):
    """Reading-stability judgement (读数稳定判定) of one run: an interval against the limit, with `information` beside
    it."""

    method: str
    readings: Count
    limit: Quantity
    k: Decimal
    information: tuple[StabilityForm, ...] = ()


class Step(_Data, frozen=True):
    """One position of the scheme: which artefact, which polarity; in a series up and down, from which side its point is
    reached."""

    role: Literal["S", "X", "C", "Z"]
    direction: Literal["+", "-"] = "+"
    approach: Literal["up", "down"] | None = None


class Scheme(_Data, frozen=True):
    """How readings combine into a value.

    `steps` is the order of one cycle; `form` says whether X − S or X / S is formed from it, or whether X alone is read
    ("direct"). `method` names one of `SCHEMES`, which says what steps suit it and what the value is without a model.
    """

    method: str
    form: Literal["difference", "ratio", "direct"]
    steps: tuple[Step, ...]
    readings: Count
    wait: Quantity


class Measurement(_Data, frozen=True):
    """How often the scheme is gone through. Type A is evaluated over cycles, set-ups or days, whichever are
    independent; a set-up is so many consecutive cycles of a day, with every connection made anew before it."""

    scheme: Scheme
    days: Count
    cycles: Count
    independent_level: Literal["cycle", "set-up", "day"]
    zero_limit: Quantity
    cycles_per_set_up: Count | None = None


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


class InstrumentRule(_Data, frozen=True):
    """What follows when the register of a PC speaks against an instrument of a run for the record: it is told and
    recorded, or the run is blocked.

    `expired`, `absent` and `unconfirmed` are about its calibration certificate, `changed` about firmware and settings
    since the calibration. A deviation signed in each of the roles `opened_by` opens what is blocked; without any of
    them, nothing does.
    """

    expired: Literal["record", "block"] = "record"
    absent: Literal["record", "block"] = "record"
    unconfirmed: Literal["record", "block"] = "record"
    changed: Literal["record", "block"] = "record"
    opened_by: tuple[Role, ...] = ()


class BudgetRow(_Data, frozen=True):
    """A component that must appear in the budget.

    `origin` says where its uncertainty comes from: the certificate of the laboratory's standard, the readings, the
    transfer standard's coefficient (with the laboratory's uncertainty of that influence), half the hysteresis of a
    series up and down, or a declaration of the laboratory.

    Where the plan has a model, each row is the input of that name, with its estimate: the certified value, the mean of
    the cycles, the coefficient as the plan states it, the declared estimate; and further the level of an influence at
    the cycles, the nominal value of the point ("nominal", exact), or a value of the plan ("plan", with its `u`).
    `unit` is that of the input; empty for the plan's own, and 1 for a ratio.
    """

    id: Identifier
    name: Text
    origin: Literal["certificate", "readings", "coefficient", "declared", "influence", "nominal", "plan", "hysteresis"]
    evaluation: Literal["A", "B"]
    distribution: Literal["normal", "t", "rectangular", "triangular", "arcsine"]
    influence: Literal["temperature", "relative humidity", "pressure"] | None = None
    unit: str = ""
    value: Decimal | None = None
    u: Decimal | None = None


class Model(_Data, frozen=True):
    """The measurement model: the reported value as an expression of the budget's rows, named by their ids.

    The value is that of the expression and of nothing else: corrections to the reference conditions or to the nominal
    value (reading + slope·(nominal − applied)) are written in it.
    """

    expression: Annotated[str, Meta(min_length=1, max_length=2000)]


class MonteCarlo(_Data, frozen=True):
    """Propagation of distributions beside the budget (JCGM 101; JJF 1059.2), which it validates or puts in doubt.

    `digits` of u are to be stable, `most` is the largest number of trials, `seed` makes it repeatable. Where ν_eff is
    undefined and the plan asks for a probability, U is half the width of the coverage interval.
    """

    seed: Annotated[int, Meta(ge=0, le=2**63 - 1)]
    probability: Decimal = Decimal("0.95")
    digits: Literal[1, 2] = 2
    interval: Literal["symmetric", "shortest"] = "symmetric"
    most: Annotated[int, Meta(ge=20_000, le=20_000_000)] = 2_000_000


class Examination(_Data, frozen=True):
    """What is told of the cycles of a point besides their mean. It proposes and informs: nothing is ever removed by it.

    `most` is how many outliers GESD looks for.
    """

    outliers: tuple[Literal["grubbs", "grubbs-pair", "dixon", "gesd", "cochran"], ...] = ()
    most: Annotated[int, Meta(ge=1, le=20)] = 2
    serial: bool = True
    normality: bool = True


class Sanity(_Data, frozen=True):
    """When a result is passed only with a warning: U below so many times the laboratory's CMC, or U over the value
    outside a band."""

    cmc: Decimal = Decimal(1)
    relative_low: Decimal | None = None
    relative_high: Decimal | None = None


class Coverage(_Data, frozen=True):
    """The reporting form: a fixed k, or U_p with k = t_p(ν_eff)."""

    k: Decimal | None = None
    probability: Decimal | None = None


class Rounding(_Data, frozen=True):
    method: str
    up: bool = False


class TransportRule(_Data, frozen=True):
    """What a journey may do to the transfer standard: its change before and after, beside a check standard, against
    `limit` (unit of the plan's quantity). `u_day` is the day-to-day standard deviation of the difference between both;
    `legs` journeys are judged together."""

    limit: Quantity
    u_day: Quantity
    legs: Count = 3


class Monitoring(_Data, frozen=True):
    """How the pilot laboratory follows the transfer standard through its own visits, and compares in the end.

    `form` is that of the drift, or "rule": the program's stated rule picks it. `limit` bounds the change over the whole
    circulation. `visit_rows` names the rows of the budget that change from one visit to the next; without any, those
    from the readings. `u_laboratory` is the standard uncertainty that laboratories are expected to claim; a comparison
    can be judged where u_TS is at most `most_ratio` times that. `reference` is the reference value of the comparison,
    `score` decides whether a result agrees with it.
    """

    form: Literal["rule", "constant", "line", "quadratic", "piecewise"] = "rule"
    limit: Quantity | None = None
    k: Decimal = Decimal(2)
    visit_rows: tuple[Identifier, ...] = ()
    transport: TransportRule | None = None
    u_laboratory: Quantity | None = None
    most_ratio: Decimal = Decimal(1)
    reference: Literal[
        "pilot", "weighted-mean", "median", "largest-consistent-subset", "dersimonian-laird", "mandel-paule"
    ] = "pilot"
    sigma_pt: Quantity | None = None
    score: Literal["En", "zeta", "z", "z-prime"] = "En"


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
    instruments: InstrumentRule = InstrumentRule()
    model: Model | None = None
    monte_carlo: MonteCarlo | None = None
    examination: Examination | None = None
    sanity: Sanity = Sanity()
    monitoring: Monitoring | None = None
    common_rows: tuple[Identifier, ...] = ()
    """Rows of the budget that are one quantity at all points, such as one certificate or one thermometer: the results
    are then stated with their correlation."""

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
