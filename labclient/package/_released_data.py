"""`released.json`: the record of a released report. Every measured number is a text with all its digits."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from labclient.evaluation import ScoreName
from labclient.package._data import Sha256

Number = Annotated[str, Meta(pattern=r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,4})?$")]


class _Data(Struct, frozen=True, forbid_unknown_fields=True):
    pass


class ReleasedPlan(_Data, frozen=True):
    """The plan by which it was evaluated: its revision and the SHA-256 of the file that the pilot's notebooks hold."""

    revision: int
    sha256: Sha256


class ReleasedLaboratory(_Data, frozen=True):
    """Whose results were taken out of which package, and the plan that this package holds."""

    laboratory: str
    revision: int
    package_sha256: Sha256
    plan_sha256: Sha256


class ReleasedRule(_Data, frozen=True):
    """A method with its formula and the formula's source."""

    id: str
    formula: str
    source: str


class ReleasedDrift(_Data, frozen=True):
    """How the transfer standard moved: visits of the pilot, form of the drift, slope of the line per day, and what
    transport and the pilot's common part contribute; u in the point's unit."""

    visits: int
    form: str | None
    slope: Number | None
    u_slope: Number | None
    u_transport: Number
    u_common: Number


class ReleasedReference(_Data, frozen=True):
    """The reference value, at the time of the first visit, and how it was formed: `method` names a rule."""

    method: str
    value: Number
    u: Number
    at: str
    members: tuple[str, ...]
    chi2: Number | None
    dof: int | None
    p: Number | None
    tau: Number | None


class ReleasedScore(_Data, frozen=True):
    """One score with the formula that held; `rule` names the method."""

    name: ScoreName
    rule: str
    formula: str
    difference: Number
    denominator: Number
    score: Number


class ReleasedRow(_Data, frozen=True):
    """One laboratory at one point. `value`, `U`, `k`, `unit` and what was reported are those of its package, to the
    letter; `reference` is the reference value at its time, u_TS the transfer standard's there, `ratio` u_TS/u_lab."""

    laboratory: str
    value: Number
    U: Number
    k: Number
    reported_value: Number
    reported_U: Number
    time: str
    reference: Number
    u_reference: Number
    u_TS: Number
    ratio: Number
    member: bool
    scores: tuple[ReleasedScore, ...]
    by: ScoreName
    verdict: Literal["satisfactory", "questionable", "unsatisfactory", "inconclusive"]


class ReleasedPoint(_Data, frozen=True):
    point: str
    nominal: str
    unit: str
    reference: ReleasedReference
    drift: ReleasedDrift
    rows: Annotated[tuple[ReleasedRow, ...], Meta(min_length=1)]


class Released(_Data, frozen=True):
    """`released.json`. `revision` 2 and later name the file before by its SHA-256; `before_due` says why it was
    compared before the last report was due; a verdict is inconclusive where u_TS > `most_ratio`·u_lab."""

    format: Literal["labclient-released/1"]
    comparison: str
    revision: int
    supersedes: str
    plan: ReleasedPlan
    pilot: str
    released: str
    before_due: str
    simulated: bool
    program: str
    most_ratio: Number
    sigma_pt: Number | None
    laboratories: tuple[ReleasedLaboratory, ...]
    missing: tuple[str, ...]
    rules: tuple[ReleasedRule, ...]
    points: tuple[ReleasedPoint, ...]

    def laboratory(self, code: str) -> ReleasedLaboratory | None:
        """The laboratory of that code; None where no result of it is in the report."""
        return next((one for one in self.laboratories if one.laboratory == code), None)

    def rule(self, id: str) -> ReleasedRule:
        """The rule of that id; KeyError when the report names none."""
        for one in self.rules:
            if one.id == id:
                return one
        raise KeyError(id)
