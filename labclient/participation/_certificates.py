"""Certificates of the register: entered from their page by one person, confirmed by another, due some day."""

import re
from datetime import date
from pathlib import Path
from typing import Final

import msgspec

from labclient.errors import EntryInvalid, WrongUse
from labclient.home import Home
from labclient.instruments import (
    BenchInstrument,
    Certificate,
    Fault,
    confirmed_by,
    fault,
    keep_document,
    load_bench,
    unfilled,
    verify_document,
)
from labclient.participation._fields import FIELD_NAMES
from labclient.participation._instruments import chosen_settings, known_drivers
from labclient.participation._register import entry_of, put
from labclient.words import Message, message

SOON: Final = 30  # days
_STEP = re.compile(r"([^.\[\]]+)(?:\[(\d+)\])?")


def enter_certificate(
    home: Home, id: str, said: Certificate, document: Path | None, who: str, *, correct: bool = False
) -> Certificate:
    """Enter a certificate with the document it was read from, which is kept. What the certificate does not say of the
    instrument's firmware and settings is taken from the register. To `correct` is to replace the one of that number:
    its document stays when none is given, and what it keeps of firmware and settings; a second person confirms it anew.
    Raises `EntryInvalid`, and `WrongUse` for a number that is there already, or that is not."""
    one = entry_of(home, id)
    if (wrong := unfilled(said) or fault(said)) is not None:
        raise _invalid(wrong)
    known = next((known for known in one.certificate if known.number == said.number), None)
    if known is not None and not correct:
        raise WrongUse(
            message("{id} has certificate {number} already.", id=id, number=said.number),
            message("Correct it instead; a second person confirms it anew."),
        )
    if known is None and correct:
        raise _no_certificate(one, said.number)
    if document is None and (known is None or not known.sha256):
        raise WrongUse(
            message("The document of certificate {number} is missing.", number=said.number),
            message("Name its PDF: the second person compares with the page."),
        )
    file, digest = (known.file, known.sha256) if known is not None else ("", "")
    then = known or msgspec.structs.replace(
        said, firmware=one.firmware, settings=dict(chosen_settings(one, known_drivers(home)))
    )
    if document is not None:
        file, digest = document.name, keep_document(home.bench, document)
    entered = msgspec.structs.replace(
        said, file=file, sha256=digest, entered_by=who, confirmed_by="", confirmed="",
        firmware=said.firmware or then.firmware,
        settings=said.settings or then.settings,
    )  # fmt: skip
    kept = tuple(entered if one is known else one for one in one.certificate) if known else (*one.certificate, entered)
    put(home, msgspec.structs.replace(one, certificate=kept))
    return entered


def confirm_certificate(home: Home, id: str, number: str, who: str) -> Certificate:
    """Confirm what another person entered, its document being there unchanged. Raises `WrongUse`, `Refused`,
    `NotVerified`, `StorageTrouble`."""
    one = entry_of(home, id)
    found = next((known for known in one.certificate if known.number == number), None)
    if found is None:
        raise _no_certificate(one, number)
    confirmed = confirmed_by(found, one.serial, who)
    verify_document(home.bench, found)
    kept = tuple(confirmed if certificate is found else certificate for certificate in one.certificate)
    put(home, msgspec.structs.replace(one, certificate=kept))
    return confirmed


def certificates_due(home: Home, on: date) -> tuple[Message, ...]:
    """A sentence for each instrument whose certificate ends within 30 days, or has ended; the soonest first."""
    dated = [(one, one.current.due) for one in load_bench(home.bench).instrument if one.current and one.current.due]
    told = []
    for one, due in sorted(dated, key=lambda pair: pair[1]):
        left = (date.fromisoformat(due) - on).days
        if left < 0:
            told.append(message("The certificate of {id} has expired on {day}.", id=one.id, day=due))
        elif left <= SOON:
            told.append(message("The certificate of {id} is due in {count} days, on {day}.", id=one.id, count=left,
                                day=due))  # fmt: skip
    return tuple(told)


def _no_certificate(one: BenchInstrument, number: str) -> WrongUse:
    known = ", ".join(certificate.number for certificate in one.certificate)
    return WrongUse(
        message("{id} has no certificate {number}. Known: {known}.", id=one.id, number=number, known=known or "-")
    )


def _invalid(wrong: Fault) -> EntryInvalid:
    path: list[str | int] = []
    for name, row in _STEP.findall(wrong.field):
        path += [name, int(row)] if row else [name]
    named = FIELD_NAMES.get(str(path[-1]), message("{name}", name=path[-1])) if path else message("Certificate")
    row = next((one for one in path if isinstance(one, int)), None)
    if row is None:
        return EntryInvalid(message("{field}: {why}", field=named, why=wrong.why), None, tuple(path))
    if path[-1] == row:
        return EntryInvalid(message("Line {row}: {why}", row=row + 1, why=wrong.why), None, tuple(path))
    return EntryInvalid(
        message("Line {row}, {field}: {why}", row=row + 1, field=named, why=wrong.why), None, tuple(path)
    )
