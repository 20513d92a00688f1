"""`labclient agreement`: who agrees with the reference value; signed by the pilot as the released report; opened by a
participant beside its own record."""

from argparse import Namespace
from datetime import UTC, datetime
from pathlib import Path

from labclient.cli._common import (
    add_json,
    add_passphrase,
    add_trust,
    folder_of,
    new_file,
    opened_identity,
    trust_for,
    written,
)
from labclient.cli._drift import add_asked, asked_of, trust_of, visits_of
from labclient.cli._drift_json import degrees_json, head_json
from labclient.cli._out import as_json, line
from labclient.cli._released import release_json, tell_release
from labclient.cli._verbs import Verbs
from labclient.clock import iso
from labclient.errors import WrongUse
from labclient.evaluation import AGREEMENT_NAMES, METHODS_OF_REFERENCE, reference_told, short, shown_unit, signed
from labclient.home import this_pc
from labclient.metrology import Agreement
from labclient.notebook import Reader
from labclient.package import comparison_of_release, open_release
from labclient.participation import Comparison, compare_packages, open_own_release, read_state, release
from labclient.signing import write_whole
from labclient.words import message, say


def add(verbs: Verbs) -> None:
    told = message("the pilot: results against the reference value, when all are in; everybody: the released report")
    agree = verbs.add("agreement", told, _agreement)
    agree.add_argument("packages", type=Path, nargs="*", metavar="PACKAGE",
                       help=say(message("packages of the laboratories, out of their seals")))  # fmt: skip
    agree.add_argument("--drift", dest="visits", type=Path, nargs="+", metavar="VISIT",
                       help=say(message("notebooks or packages of the pilot laboratory")))  # fmt: skip
    agree.add_argument("--method", choices=tuple(METHODS_OF_REFERENCE),
                       help=say(message("the reference value, instead of the plan's")))  # fmt: skip
    agree.add_argument("--released", type=written, metavar="REASON",
                       help=say(message("why it is compared before the last report is due")))  # fmt: skip
    agree.add_argument("--out", type=Path, metavar="DIR",
                       help=say(message("sign it as the released report, into this folder")))  # fmt: skip
    agree.add_argument(
        "--identity",
        metavar="ID",
        help=say(message("the pilot who signs: folder of an identity, or the id of one on this PC")),
    )
    add_passphrase(agree)
    agree.add_argument("--open", type=Path, metavar="FILE", help=say(message("open a released report")))
    agree.add_argument("--notebook", type=Path, metavar="NOTEBOOK",
                       help=say(message("the notebook whose result it must hold")))  # fmt: skip
    agree.add_argument("--pdf", type=Path, metavar="FILE", help=say(message("write the readable copy here")))
    add_asked(agree)
    add_trust(agree)
    add_json(agree)


def _agreement(asked: Namespace) -> int:
    if asked.open is not None:
        if asked.packages or asked.visits or asked.out:
            raise WrongUse(message("--open goes without packages, --drift and --out."))
        return _open(asked)
    if not asked.packages or not asked.visits:
        raise WrongUse(
            message("Packages, and the pilot's visits after --drift, are needed; or a released report after --open.")
        )
    if (asked.out is None) != (asked.identity is None):
        raise WrongUse(message("--out and --identity belong together: a released report is signed."))
    if asked.notebook or asked.pdf:
        raise WrongUse(message("--notebook and --pdf go with --open."))
    return _compare(asked)


def _compare(asked: Namespace) -> int:
    now, visits = datetime.now(UTC), visits_of(asked)
    found = compare_packages(
        visits,
        asked.packages,
        this_pc(),
        now,
        asked=asked_of(asked),
        method=asked.method,
        released=asked.released,
        trust=trust_of(asked),
    )
    path = _signed(asked, found, now) if asked.out is not None else None
    if asked.json:
        as_json(head_json(found.plan, visits) | {
            "compared": iso(now), "released": asked.released, "missing": list(found.missing),
            "packages": [{"file": one.source, "laboratory": one.laboratory} for one in found.sent],
            "points": [degrees_json(one) for one in found.degrees],
        } | ({"report": str(path)} if path else {}))  # fmt: skip
    else:
        _tell(found, asked.released)
        if path is not None:
            line(message("Released report: {path}. Give it to every participant.", path=str(path)))
    bad = {Agreement.UNSATISFACTORY, Agreement.QUESTIONABLE}
    return 1 if any(not one.rows or bad & {row.verdict for row in one.rows} for one in found.degrees) else 0


def _signed(asked: Namespace, found: Comparison, now: datetime) -> Path:
    trust = trust_for(asked, found.plan.id, now)
    signer = opened_identity(asked, asked.identity)
    return release(found, folder_of(asked.out), trust, signer, now)


def _open(asked: Namespace) -> int:
    now = datetime.now(UTC)
    if asked.pdf is not None:
        new_file(asked.pdf)
    own = None
    if asked.notebook is None:
        comparison = comparison_of_release(asked.open) if asked.trust is None else ""
        opened = open_release(asked.open, trust_for(asked, comparison, now), now)
    else:
        with Reader.open(asked.notebook) as reader:
            own = open_own_release(asked.open, read_state(reader), now, trust_of(asked))
        opened = own.opened
    if asked.pdf is not None:
        write_whole(asked.pdf, opened.pdf)
    if asked.json:
        as_json(release_json(opened, own))
    else:
        tell_release(opened, own)
    return 0


def _tell(found: Comparison, released: str | None) -> None:
    line(message("{comparison}; packages verified: {n}", comparison=found.plan.id, n=len(found.sent)))
    if released:
        line(message("Compared before the last report was due: {reason}", reason=released))
    if found.missing:
        line(message("Not there: {laboratories}", laboratories=", ".join(found.missing)))
    for one in found.degrees:
        line(message("{point}:", point=one.point))
        for sentence in reference_told(one):
            line(message("    {sentence}", sentence=sentence))
        for row in one.rows:
            shown, size = shown_unit(max(abs(row.en.difference), row.result.u), one.unit)
            besides = {"ζ": row.zeta, "z": row.z, "z′": row.z_prime}
            zeta = "".join(f", {symbol} = {one.score:.2f}" for symbol, one in besides.items() if one is not None)
            line(message("    {laboratory}: d = {d} {unit}, U = {U} {unit} (k = 2), u_TS/u_lab = {ratio}, "
                         "En = {en}{zeta}: {verdict}", laboratory=row.result.laboratory, unit=shown, zeta=zeta,
                         d=signed(row.en.difference, size), U=short(2 * row.result.u, size),
                         ratio=short(row.ratio or 0.0), en=f"{row.en.score:.2f}",
                         verdict=AGREEMENT_NAMES[row.verdict]))  # fmt: skip
