"""Trust lists: those this PC believes (`labclient trust`), and how the pilot makes one (`labclient plan trust`)."""

from argparse import ArgumentTypeError, Namespace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from labclient.cli._common import MAX_JSON, add_who, count, known_root, new_file, opened, written
from labclient.cli._out import line, text
from labclient.cli._verbs import Verbs
from labclient.clock import iso
from labclient.errors import PlanInvalid, WrongUse
from labclient.home import this_pc
from labclient.package import (
    Trusted,
    draft_faults,
    keep_trust,
    open_trust,
    without_comments,
)
from labclient.participation import confirm_root
from labclient.plan import Recipient, TrustedPerson, TrustList, read_plan
from labclient.signing import canonical, describe, read_small, write_whole
from labclient.words import message, say

_SMALL = 1 << 16


def add(verbs: Verbs) -> None:
    trust = verbs.sub("trust", message("trust lists accepted on this PC"))
    accept = trust.add("accept", message("keep a trust list on this PC, its fingerprint compared"), _accept)
    accept.add_argument("file", type=Path, metavar="FILE")
    accept.add_argument(
        "--confirm", metavar="FINGERPRINT", help=say(message("the fingerprint as the pilot said it by another way"))
    )
    accept.add_argument(
        "--notebook", type=Path, metavar="NOTEBOOK", help=say(message("the notebook that goes on with this newer list"))
    )
    add_who(accept, required=False)


def add_list(plan: Verbs) -> None:
    """`labclient plan trust`."""
    trust = plan.add("trust", message("the pilot: make the trust list from certificates"), _list)
    trust.add_argument("--plan", type=Path, required=True, metavar="FILE", help=say(message("the plan's draft")))
    told = message("the authority: its certificate, or its id on this PC")
    trust.add_argument("--root", type=Path, required=True, metavar="CERTIFICATE", help=say(told))
    trust.add_argument("--crl", type=Path, required=True, metavar="FILE", help=say(message("its revocation list")))
    trust.add_argument("--recipient", type=_recipient, action="append", default=[], metavar="NAME=KEY",
                       help=say(message("who may open sealed packages; may be repeated")))  # fmt: skip
    trust.add_argument("--version", type=count, default=1, metavar="N", help=say(message("version of the list")))
    trust.add_argument("--simulated", action="store_true", help=say(message("a list for demonstrations only")))
    trust.add_argument("--out", type=Path, required=True, metavar="FILE", help=say(message("file to write")))
    trust.add_argument("certificate", type=Path, nargs="+", metavar="CERTIFICATE")


def _accept(asked: Namespace) -> int:
    trusted = open_trust(asked.file, datetime.now(UTC))
    if asked.notebook is not None:
        _into_notebook(asked, trusted)
    else:
        confirm_root(trusted, asked.confirm or known_root(trusted))
    path = keep_trust(this_pc(), trusted, asked.file)
    line(message("Accepted: trust list {version} of {comparison}, {people} people: {path}", path=path,
                 version=trusted.trust.version, comparison=trusted.trust.comparison,
                 people=len(trusted.trust.people)))  # fmt: skip
    return 0


def _into_notebook(asked: Namespace, trusted: Trusted) -> None:
    """The root was confirmed when the notebook was begun; a fingerprint given all the same has to fit."""
    if asked.who is None:
        raise WrongUse(message("Say who enters this, with --who."))
    confirm_root(trusted, asked.confirm or trusted.root)
    with opened(asked) as participation:
        before = participation.state.trust
        participation.accept_trust(asked.file, asked.who)
    line(message("The notebook goes on with trust list {version} instead of {before}.", version=trusted.trust.version,
                 before=before.document.version if before else "-"))  # fmt: skip


def _list(asked: Namespace) -> int:
    plan = read_plan(without_comments(read_small(asked.plan, MAX_JSON)))
    kept = this_pc().identities / asked.root / "certificate.pem"
    root_file = kept if kept.is_file() and not asked.root.is_file() else asked.root
    root, crl = read_small(root_file, _SMALL), read_small(asked.crl, MAX_JSON)
    fingerprint = describe(root).fingerprint
    document: dict[str, Any] = {
        "format": "labclient-trust/1",
        "comparison": plan.id,
        "version": asked.version,
        "issued": iso(datetime.now(UTC)),
        "simulated": asked.simulated,
        "roots": [_pem(root, root_file)],
        "crls": [_pem(crl, asked.crl)],
        "people": [msgspec.to_builtins(_person(path)) for path in asked.certificate],
        "recipients": [msgspec.to_builtins(one) for one in asked.recipient],
    }
    data = canonical(document)
    faults = draft_faults(data)
    if faults:
        raise PlanInvalid(message("{where}: {why}", where=faults[0].where, why=faults[0].sentence))
    msgspec.convert(document, TrustList)
    write_whole(new_file(asked.out), data)
    line(message("Trust list {version} with {count} people: {file}. Sign it with `labclient plan sign`.",
                 version=asked.version, count=len(asked.certificate), file=asked.out))  # fmt: skip
    line(message("Fingerprint of its root, to be told by phone or on paper:"))
    text(fingerprint)
    return 0


def _person(path: Path) -> TrustedPerson:
    card = describe(read_small(path, _SMALL))
    who = card.person
    return TrustedPerson(who.id, who.name, who.laboratory, who.roles, card.fingerprint)  # type: ignore[arg-type]


def _pem(data: bytes, path: Path) -> str:
    try:
        return data.decode("ascii")
    except UnicodeDecodeError as error:
        raise WrongUse(message("{path} is not a PEM file.", path=str(path))) from error


def _recipient(given: str) -> Recipient:
    name, _, key = given.rpartition("=")
    try:
        return msgspec.convert({"name": written(name), "age": key}, Recipient)
    except msgspec.ValidationError:
        raise ArgumentTypeError(say(message("“{text}” is not a name, “=” and an age key", text=given))) from None
