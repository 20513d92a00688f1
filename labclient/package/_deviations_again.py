"""Signed deviations, verified again: each lets an instrument be used that the plan would not have, so whoever signed it
must have been the one whom the plan names, and must have signed this very case."""

from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256

import msgspec

from labclient.errors import NotVerified
from labclient.notebook import Entry, Reader
from labclient.package._origin import anchors
from labclient.plan import Plan, TrustList
from labclient.signing import Finding, canonical, verify_detached
from labclient.words import Message, message


def deviations(reader: Reader, plan: Plan, trust: TrustList, laboratory: str, moment: datetime) -> Iterator[Finding]:
    """A finding for each deviation whose signature does not hold, at `moment` and by the pilot's trust list."""
    notebooks = {str(reader.entry(0).body["notebook"])}
    notebooks |= {str(entry.body["satellite"]) for entry in reader.entries({"satellite"})}
    for entry in reader.entries({"deviation"}):
        if entry.body.get("authorised") is None:
            continue
        why = _against(reader, entry, plan, trust, laboratory, moment, notebooks)
        if why is not None:
            told = message("The deviation in entry {seq} is not validly signed: {why}", seq=entry.seq, why=why)
            yield Finding("deviation", told, str(entry.seq))


def _against(
    reader: Reader, entry: Entry, plan: Plan, trust: TrustList, laboratory: str, moment: datetime, notebooks: set[str]
) -> Message | None:
    body = msgspec.to_builtins(entry.body)
    said = body["authorised"]
    if entry.payload is None or entry.payload.sha256 != said["signature"]:
        return message("its signature is missing or another one")
    digest = sha256(canonical(body | {"authorised": said | {"signature": None}})).digest()
    try:
        signature = verify_detached(reader.payload(entry.seq), digest, anchors(trust), moment)
    except NotVerified:
        return message("the signature does not belong to what it says")
    card, status = signature.card, signature.standing.status
    person = trust.person(card.fingerprint)
    named = person is not None and (card.fingerprint, card.person.id) == (said["certificate"], said["person"])
    may = person is not None and person.laboratory == laboratory and said["role"] in person.roles
    against = (
        (status != "ok", message("the certificate does not hold: {why}", why=status)),
        (not named or (person and person.id != said["person"]), message("the signer is not the person it names")),
        (not may, message("{name} may not sign it", name=card.person.name)),
        (said["role"] not in plan.instruments.opened_by, message("the plan lets nobody in that role sign it")),
        (said["notebook"] not in notebooks, message("it was signed for another notebook")),
    )
    return next((why for bad, why in against if bad), None)
