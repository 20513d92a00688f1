"""The released report: signed by the pilot out of a comparison; opened by a participant beside its own record.

Nothing of it is entered in a notebook: that is the laboratory's own record, whose package goes to the pilot again when
a revision is due, and what others reported has no place in it.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from msgspec import Struct

import labclient
from labclient.clock import iso
from labclient.errors import GateClosed, NotVerified, WrongUse
from labclient.evaluation import (
    REFERENCE_RULES,
    SCORE_RULES,
    Degree,
    Degrees,
    Monitored,
    PointResult,
    Rule,
    ScoreName,
)
from labclient.metrology import Score
from labclient.package import (
    OpenedRelease,
    Released,
    ReleasedDrift,
    ReleasedLaboratory,
    ReleasedPlan,
    ReleasedPoint,
    ReleasedReference,
    ReleasedRow,
    ReleasedRule,
    ReleasedScore,
    open_release,
    release_pdf,
    write_release,
)
from labclient.participation._visits import Comparison
from labclient.plan import Monitoring, Plan, Quantity, TrustList
from labclient.signing import Signer, file_sha256
from labclient.stations import State
from labclient.units import convert
from labclient.words import Message, message

_DRIFT: Final = Rule("pilot-monitoring/1", "u_TS² = u_drift² + u_trans²", "JJF 1117-2010; Wright et al. 2016")


class OwnRelease(Struct, frozen=True, kw_only=True):
    """A released report as one laboratory opens it. `own`: its result is in it, and is the one that its package holds.
    `notes` are to be read: nothing in them speaks against the report."""

    opened: OpenedRelease
    plan: Plan
    laboratory: str
    own: bool
    notes: tuple[Message, ...]


def release(found: Comparison, out: Path, trust: TrustList, signer: Signer, moment: datetime) -> Path:
    """Sign the comparison as its released report, into the folder `out`; one that lies there already stays, and the new
    one names it. Raises `GateClosed` where nothing may be released, `WrongUse` for nothing to release, and as
    `write_release`."""
    if not found.sent:
        raise WrongUse(message("There is no result to release."))
    for degrees in found.degrees:
        if not degrees.rows:
            raise GateClosed(
                message("{point}: the reference value does not hold, nothing is released.", point=degrees.point),
                message("Choose the median or the largest consistent subset."),
            )
    before, path, revision = _next(out, found.plan.id)
    released = _released(found, revision, file_sha256(before).hex() if before else "", moment)
    write_release(released, release_pdf(released, found.plan), trust, signer, path)
    return path


def open_own_release(path: Path, state: State, moment: datetime, trust: TrustList | None = None) -> OwnRelease:
    """The released report at `path` beside the record of a participant, by `trust` or the list of the record.

    Raises `NotVerified` where the signature does not hold, the signer is not known, or the report is not about this
    comparison, this plan, or this laboratory's own package and values; `StorageTrouble`.
    """
    listed = trust or (state.trust.document if state.trust else None)
    if listed is None:
        raise NotVerified(
            message("Without the pilot's trust list no released report can be verified."),
            message("Accept the pilot's trust list first."),
        )
    if listed.comparison != state.plan.id:
        raise WrongUse(message("Plan and trust list belong to different comparisons."))
    opened = open_release(path, listed, moment)
    laboratory = state.accepted.laboratory
    ours = opened.released.laboratory(laboratory)
    if ours is not None:
        _is_own(opened.released, ours, state, path)
    elif opened.released.plan.sha256 != state.accepted.sha256 and state.accepted.origin == "signed":
        raise NotVerified(
            message("{file} was evaluated by another plan than that of this notebook.", file=path.name),
            message("Ask the pilot laboratory by which plan it was evaluated."),
        )
    return OwnRelease(opened=opened, plan=state.plan, laboratory=laboratory, own=ours is not None,
                      notes=tuple(_notes(opened.released, ours, state)))  # fmt: skip


def _is_own(released: Released, ours: ReleasedLaboratory, state: State, path: Path) -> None:
    """Raise `NotVerified` unless what the report ascribes to this laboratory is what its own package holds."""
    tell = message("Tell the pilot laboratory: the package that you have signed is the one that counts.")
    if state.packaged is None or state.result is None:
        raise NotVerified(
            message("{file} has a result of {laboratory}, and this notebook has signed none.", file=path.name,
                    laboratory=ours.laboratory),
            message("Open it beside the notebook out of which the package was made."),
        )  # fmt: skip
    if ours.package_sha256 != state.packaged.sha256:
        raise NotVerified(
            message("{file} was formed with another package of {laboratory} than the one this notebook has signed.",
                    file=path.name, laboratory=ours.laboratory),
            tell,
        )  # fmt: skip
    if ours.plan_sha256 != state.accepted.sha256:
        raise NotVerified(message("{file} was evaluated by another plan than that of this notebook.", file=path.name),
                          tell)  # fmt: skip
    said = {
        one.point: (row.value, row.U, row.k, one.unit, row.reported_value, row.reported_U)
        for one in released.points
        for row in one.rows
        if row.laboratory == ours.laboratory
    }
    submitted = {one.point: _submitted(one) for one in state.result.points}
    for point in (*submitted, *said):
        if said.get(point) != submitted.get(point):
            raise NotVerified(
                message("{file}: what it ascribes to {laboratory} at {point} is not what was submitted.",
                        file=path.name, laboratory=ours.laboratory, point=point),
                tell,
            )  # fmt: skip


def _submitted(one: PointResult) -> tuple[str, ...]:
    return one.value, one.U, one.k, one.unit, one.reported_value, one.reported_U


def _notes(released: Released, ours: ReleasedLaboratory | None, state: State) -> list[Message]:
    notes = []
    if ours is None:
        notes.append(message("No result of {laboratory} is in this report.", laboratory=state.accepted.laboratory))
        if state.receipt is not None:
            notes.append(message("The pilot has signed a receipt for your package: ask why it is not in the report."))
    elif state.receipt is None:
        notes.append(message("The notebook holds no receipt: that the pilot had this package, its report says alone."))
    if released.plan.sha256 != state.accepted.sha256:
        notes.append(message("It was evaluated by revision {theirs} of the plan, file {digest}…; this notebook works "
                             "by revision {ours}.", theirs=released.plan.revision, digest=released.plan.sha256[:8],
                             ours=state.plan.revision))  # fmt: skip
    if released.before_due:
        notes.append(message("Compared before the last report was due: {reason}", reason=released.before_due))
    if released.missing:
        notes.append(message("Not there: {laboratories}", laboratories=", ".join(released.missing)))
    return notes


def _next(out: Path, comparison: str) -> tuple[Path | None, Path, int]:
    """The last report in the folder, where the next one goes, and its number."""
    before, revision = None, 1
    while (path := out / f"released_{comparison}_r{revision}.asice").exists():
        before, revision = path, revision + 1
    return before, path, revision


def _released(found: Comparison, revision: int, supersedes: str, moment: datetime) -> Released:
    plan = found.plan
    rules = plan.monitoring or Monitoring()
    named = {rule.id: rule for rule in _rules(found)}
    newest = next(one for one in found.visits if one.plan == plan)
    return Released(
        format="labclient-released/1",
        comparison=plan.id,
        revision=revision,
        supersedes=supersedes,
        plan=ReleasedPlan(plan.revision, newest.plan_sha256),
        pilot=plan.pilot.code,
        released=iso(moment),
        before_due=found.released,
        simulated=any(one.simulated for one in found.visits) or any(one.simulated for one in found.sent),
        program=labclient.__version__,
        most_ratio=f"{rules.most_ratio:f}",
        sigma_pt=None if rules.sigma_pt is None else repr(_in_unit(rules.sigma_pt, plan.unit)),
        laboratories=tuple(
            ReleasedLaboratory(one.laboratory, one.revision, one.sha256, one.plan_sha256) for one in found.sent
        ),
        missing=found.missing,
        rules=tuple(ReleasedRule(rule.id, rule.formula, rule.source) for rule in named.values()),
        points=tuple(_point(found, one) for one in found.degrees),
    )


def _rules(found: Comparison) -> list[Rule]:
    """The methods used, in the order in which they are applied."""
    of_reference = [REFERENCE_RULES[one.reference.method] for one in found.degrees]
    names = [name for one in found.degrees for row in one.rows for name in _scores(row)]
    return [_DRIFT, *of_reference, *(SCORE_RULES[name] for name in names)]


def _point(found: Comparison, degrees: Degrees) -> ReleasedPoint:
    seen = next(one for one in found.monitored if one.point == degrees.point)
    nominal = found.plan.point(degrees.point).nominal
    results = {(one.laboratory, point.point): point for one in found.sent for point in one.results}
    one = degrees.reference
    return ReleasedPoint(
        point=degrees.point,
        nominal=f"{nominal.value:f} {nominal.unit}",
        unit=degrees.unit,
        reference=ReleasedReference(
            method=REFERENCE_RULES[one.method].id,
            value=repr(one.value),
            u=repr(one.u),
            at=_time(seen.origin_s),
            members=one.members,
            chi2=_text(one.chi2),
            dof=one.dof,
            p=_text(one.p),
            tau=_text(one.tau),
        ),
        drift=_drift(seen),
        rows=tuple(_row(row, results[row.result.laboratory, degrees.point]) for row in degrees.rows),
    )


def _drift(seen: Monitored) -> ReleasedDrift:
    return ReleasedDrift(
        visits=len(seen.visits),
        form=seen.drift.form.value if seen.drift else None,
        slope=_text(seen.slope),
        u_slope=_text(seen.u_slope),
        u_transport=repr(seen.u_transport),
        u_common=repr(seen.u_common),
    )


def _row(row: Degree, reported: PointResult) -> ReleasedRow:
    return ReleasedRow(
        laboratory=row.result.laboratory,
        value=reported.value,
        U=reported.U,
        k=reported.k,
        reported_value=reported.reported_value,
        reported_U=reported.reported_U,
        time=reported.mean_time,
        reference=repr(row.reference),
        u_reference=repr(row.u_reference),
        u_TS=repr(row.u_ts),
        ratio=repr(row.en.ratio or 0.0),
        member=row.member,
        scores=tuple(
            ReleasedScore(name, SCORE_RULES[name].id, one.formula, repr(one.difference), repr(one.denominator),
                          repr(one.score))
            for name, one in _scores(row).items()
        ),
        by=row.by,
        verdict=row.verdict.value,
    )  # fmt: skip


def _scores(row: Degree) -> dict[ScoreName, Score]:
    every: dict[ScoreName, Score | None] = {"En": row.en, "zeta": row.zeta, "z": row.z, "z-prime": row.z_prime}
    return {name: one for name, one in every.items() if one is not None}


def _in_unit(quantity: Quantity, unit: str) -> float:
    return convert(float(quantity.value), quantity.unit, unit)


def _time(time_s: float) -> str:
    return iso(datetime.fromtimestamp(time_s, UTC))


def _text(value: float | None) -> str | None:
    return None if value is None else repr(value)
