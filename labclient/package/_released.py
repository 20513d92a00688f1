"""The released report: the pilot laboratory's evaluation of a comparison, one container that every participant opens.

    released.json   the record: every number as text with all its digits
    report.pdf      the readable copy

One person signs both in the role "pilot". It is not encrypted: whom it may be given to is the pilot's to decide, and
laboratories are named by their codes alone.
"""

from datetime import datetime
from math import isclose
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from labclient.clock import parse_iso
from labclient.errors import DataUnfit, GateClosed, NotVerified
from labclient.evaluation import REFERENCE_RULES, Level, reference_of_results, scores_of
from labclient.package._data import REPORT_PDF
from labclient.package._origin import anchors, refuse
from labclient.package._released_data import Released, ReleasedPoint, ReleasedRow
from labclient.plan import TrustList
from labclient.signing import Container, Signer, canonical, parse_strict, read_container, verify_container, write_signed
from labclient.words import message

RELEASED_JSON = "released.json"
_PILOT = "pilot"
_MAX_JSON = 16_000_000
_MAX_PDF = 64_000_000
_NEAR: Final = 1e-3  # of χ², P and τ, which hang on small differences
_OF_U: Final = 1e-5  # of the reference value's u: so near must one be that is formed again from what is written


class OpenedRelease(Struct, frozen=True):
    """A released report whose signature holds and whose scores follow from its numbers; `signer` is the pilot's name,
    `sha256` that of the file."""

    released: Released
    signer: str
    signed: datetime
    sha256: str
    pdf: bytes


def write_release(released: Released, pdf: bytes, trust: TrustList, signer: Signer, path: Path) -> str:
    """Write the released report, signed by the pilot; returns the SHA-256 of the file.

    Raises `GateClosed` for a demonstration under a real pilot's list and for a signer who is no pilot of the list,
    `StorageTrouble`.
    """
    if released.simulated and not trust.simulated:
        raise GateClosed(message("Simulated clock: this is a demonstration, not a measurement."))
    person = trust.person(signer.card.fingerprint)
    if person is None or _PILOT not in person.roles or person.laboratory != released.pilot:
        raise GateClosed(
            message("{name} is not in the trust list as pilot of {laboratory}.", name=signer.card.person.name,
                    laboratory=released.pilot),
            message("Sign with the pilot's identity, or issue a trust list that names it."),
        )  # fmt: skip
    members = {RELEASED_JSON: canonical(msgspec.to_builtins(released)), REPORT_PDF: pdf}
    moment = parse_iso(released.released)
    return write_signed(path, members, role=_PILOT, signer=signer, statement="released", moment=moment)


def open_release(path: Path, trust: TrustList, moment: datetime) -> OpenedRelease:
    """The released report at `path`. Raises `NotVerified` unless a pilot of the trust list signed it, it belongs to the
    list's comparison and its scores follow from its own numbers; `StorageTrouble`."""
    with read_container(path) as container:
        _is_release(container, path)
        report = verify_container(container, anchors(trust), (_PILOT,), moment)
        refuse(report, path)
        one = report.signatures[0]
        person = trust.person(one.certificate)
        if person is None or _PILOT not in person.roles:
            raise NotVerified(message("The signer of {file} is not in the trust list as pilot.", file=path.name))
        released = _read(container.read(RELEASED_JSON, _MAX_JSON), path)
        if released.comparison != trust.comparison:
            raise _of_another(path, released.comparison, trust.comparison)
        if person.laboratory != released.pilot:
            raise NotVerified(message("The signer of {file} is not in the trust list as pilot.", file=path.name))
        if released.simulated and not trust.simulated:
            raise NotVerified(message("Simulated clock: this is a demonstration, not a measurement."))
        _follows(released, path)
        pdf = container.read(REPORT_PDF, _MAX_PDF)
        return OpenedRelease(released, person.name, one.claimed_time, container.sha256, pdf)


def comparison_of_release(path: Path) -> str:
    """The comparison that a released report names, not yet believed; raises `NotVerified`."""
    with read_container(path) as container:
        _is_release(container, path)
        return _read(container.read(RELEASED_JSON, _MAX_JSON), path).comparison


def _is_release(container: Container, path: Path) -> None:
    if RELEASED_JSON not in container.entries or REPORT_PDF not in container.entries:
        raise NotVerified(
            message("{file} is no released report.", file=path.name),
            message("Choose the file released_….asice that came from the pilot laboratory."),
        )


def _of_another(path: Path, other: str, comparison: str) -> NotVerified:
    return NotVerified(
        message("{file} is the released report of the comparison {other}, not of {comparison}.", file=path.name,
                other=other, comparison=comparison),
        message("Choose the report of this comparison."),
    )  # fmt: skip


def _read(data: bytes, path: Path) -> Released:
    try:
        released = msgspec.convert(parse_strict(data), Released)
        for text in (released.released, *(row.time for point in released.points for row in point.rows)):
            parse_iso(text)
    except ValueError as error:  # of msgspec too
        raise NotVerified(message("{name} cannot be read: {cause}", name=path.name, cause=str(error))) from error
    return released


def _follows(released: Released, path: Path) -> None:
    """Raise `NotVerified` where a score, a verdict or a reference value does not follow from the numbers beside it."""
    for point in released.points:
        for row in point.rows:
            if not _scored_again(released, row):
                raise _unfounded(path, row.laboratory, point.point)
        if not _formed_again(point):
            raise _unfounded(path, message("the reference value"), point.point)


def _scored_again(released: Released, row: ReleasedRow) -> bool:
    sigma = None if released.sigma_pt is None else float(released.sigma_pt)
    level = Level(value=float(row.reference), u=float(row.u_reference), u_ts=float(row.u_TS), member=row.member)
    try:
        u = float(row.U) / float(row.k)
        again = scores_of(float(row.value), u, level, row.by, float(released.most_ratio), sigma)
    except (DataUnfit, ArithmeticError):
        return False
    said = {one.name: one for one in row.scores}
    named = again.named()
    if said.keys() != named.keys() or (row.by, row.verdict) != (again.by, again.verdict.value):
        return False
    return all(
        one.formula == named[name].formula and isclose(float(one.score), named[name].score, rel_tol=1e-9, abs_tol=1e-12)
        for name, one in said.items()
    )


def _formed_again(point: ReleasedPoint) -> bool:
    """A reference value out of the laboratories' results is formed again; the pilot's own, and one out of drawn
    numbers, are the pilot's word."""
    said = point.reference
    method = next((name for name, rule in REFERENCE_RULES.items() if rule.id == said.method), None)
    alike = all(row.u_reference == said.u and row.member == (row.laboratory in said.members) for row in point.rows)
    if method is None or not alike:
        return False
    if method in {"pilot", "median"}:
        return True
    origin, u_ref = float(said.value), float(said.u)
    moved = [float(row.value) - (float(row.reference) - origin) for row in point.rows]
    try:
        codes = [row.laboratory for row in point.rows]
        again = reference_of_results(method, codes, moved, [float(row.U) / float(row.k) for row in point.rows])
    except (DataUnfit, ArithmeticError):
        return False
    near = abs(again.value - origin) <= _OF_U * u_ref and isclose(again.u, u_ref, rel_tol=_OF_U)
    tests = ((again.chi2, said.chi2, 1.0), (again.p, said.p, 1.0), (again.tau, said.tau, u_ref))
    return near and (again.members, again.dof) == (said.members, said.dof) and all(_alike(*pair) for pair in tests)


def _alike(again: float | None, said: str | None, size: float) -> bool:
    if again is None or said is None:
        return again is None and said is None
    return isclose(again, float(said), rel_tol=_NEAR, abs_tol=_NEAR * _NEAR * size)


def _unfounded(path: Path, what: object, point: str) -> NotVerified:
    return NotVerified(
        message("{file}: what it says of {laboratory} at {point} does not follow from its own numbers.", file=path.name,
                laboratory=what, point=point),
        message("Tell the pilot laboratory."),
    )  # fmt: skip
