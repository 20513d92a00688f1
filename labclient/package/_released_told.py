"""A released report in sentences and figures; window, command line and readable copy show the same."""

from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from labclient.clock import parse_iso
from labclient.evaluation import (
    AGREEMENT_NAMES,
    METHODS_OF_REFERENCE,
    REFERENCE_RULES,
    SCORE_SYMBOLS,
    ScoreName,
    short,
    shown_unit,
    signed,
)
from labclient.metrology import Agreement, RoundingRule, round_result
from labclient.package._released_data import ReleasedPoint, ReleasedRow
from labclient.words import Message, message

_K: Final = 2.0


class RowTold(Struct, frozen=True, kw_only=True):
    """One laboratory at one point as it is shown; differences in the unit of the point's `shown`, of which one is
    `size` of its unit. `scores` by name, to two decimals."""

    laboratory: str
    day: str
    value: str
    U: str
    k: str
    d: str
    U_2: str
    u_ts: str
    ratio: str
    scores: dict[ScoreName, str]
    by: str
    verdict: Agreement
    member: bool

    @property
    def verdict_told(self) -> Message:
        return AGREEMENT_NAMES[self.verdict]


class PointTold(Struct, frozen=True, kw_only=True):
    """One point as it is shown. `extent` holds all of d ± U and U_ref, in the point's unit."""

    shown: str
    size: float
    extent: float
    scores: tuple[ScoreName, ...]
    rows: tuple[RowTold, ...]

    @property
    def symbols(self) -> tuple[str, ...]:
        return tuple(SCORE_SYMBOLS[name] for name in self.scores)


def point_told(one: ReleasedPoint) -> PointTold:
    """A point's rows in one unit."""
    apart = max((abs(difference(row)) for row in one.rows), default=0.0)
    U_ref = _K * max((float(row.u_reference) for row in one.rows), default=float(one.reference.u))
    extent = max(U_ref, *(abs(difference(row)) + expanded(row) for row in one.rows), 0.0)
    shown, size = shown_unit(max(apart, *(expanded(row) for row in one.rows), 0.0), one.unit)
    named = tuple(name for name in SCORE_SYMBOLS if any(score.name == name for row in one.rows for score in row.scores))
    return PointTold(shown=shown, size=size, extent=extent, scores=named,
                     rows=tuple(_row(row, size) for row in one.rows))  # fmt: skip


def _row(row: ReleasedRow, size: float) -> RowTold:
    return RowTold(
        laboratory=row.laboratory,
        day=f"{parse_iso(row.time):%Y-%m-%d}",
        value=row.reported_value,
        U=row.reported_U,
        k=f"{float(row.k):.3g}",
        d=signed(difference(row), size),
        U_2=short(expanded(row), size),
        u_ts=short(float(row.u_TS), size),
        ratio=short(float(row.ratio)),
        scores={score.name: f"{float(score.score):.2f}".replace("-", "−") for score in row.scores},
        by=SCORE_SYMBOLS[row.by],
        verdict=Agreement(row.verdict),
        member=row.member,
    )


def difference(row: ReleasedRow) -> float:
    """d = x − x_ref at the laboratory's time, in the point's unit."""
    return float(row.value) - float(row.reference)


def expanded(row: ReleasedRow) -> float:
    """2·u of the result, in the point's unit."""
    return _K * float(row.U) / float(row.k)


def reference_shown(one: ReleasedPoint, *, up: bool = False) -> Message:
    """The reference value with its U (k = 2), rounded once; `up` as the plan's rounding."""
    u = float(one.reference.u)
    if not u:
        return message("{value} {unit}, exact", value=one.reference.value, unit=one.unit)
    rounded = round_result(float(one.reference.value), _K * u, RoundingRule(digits=None, up=up))
    return message("{value} {unit}, U = {U} {unit} (k = 2)", value=rounded.value_text, U=rounded.U_text, unit=one.unit)


def formed_told(one: ReleasedPoint, *, up: bool = False) -> Iterator[Message]:
    """The reference value and how it was formed."""
    reference = one.reference
    method = next((name for name, rule in REFERENCE_RULES.items() if rule.id == reference.method), None)
    formed = METHODS_OF_REFERENCE[method] if method else message("{method}", method=reference.method)
    day = f"{parse_iso(reference.at):%Y-%m-%d}"
    yield message("{reference}, on {day}: {formed}", reference=reference_shown(one, up=up), day=day, formed=formed)
    if reference.chi2 is not None and reference.p is not None:
        yield message("χ² = {chi2}, ν = {dof}, P = {p}; members: {members}.", chi2=short(float(reference.chi2)),
                      dof=reference.dof, p=short(float(reference.p)), members=", ".join(reference.members))  # fmt: skip
    if reference.tau is not None:
        unit, size = shown_unit(float(reference.tau), one.unit)
        yield message("Standard deviation between laboratories beyond their own u: {tau} {unit}.",
                      tau=short(float(reference.tau), size), unit=unit)  # fmt: skip
