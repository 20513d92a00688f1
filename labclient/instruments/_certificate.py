"""Calibration certificates (校准证书) as the register keeps them: a table entered from its page, confirmed by a second
person. A certificate seldom states how long it holds: then the laboratory decides, and the register says so."""

import datetime
import re
from collections.abc import Iterator
from decimal import Decimal
from hashlib import sha256
from typing import Literal

import msgspec

from labclient.errors import NumberInvalid, Refused, UnitUnknown, WrongUse
from labclient.signing import same_person
from labclient.units import number, unit
from labclient.words import Message, message

DueSource = Literal["certificate", "laboratory"]
Interpolation = Literal["none", "linear"]
_SIGNED = ("entered_by", "confirmed_by", "confirmed")
_LATER = ("firmware", "settings")  # not in the digest while they say nothing: what was confirmed before them holds
_QUANTITY = re.compile(r"(?P<value>\S+)\s*(?P<unit>[^\d\s.].*)")


class CertifiedPoint(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line of the table. `value` and `correction` are two ways to state the same, one of them is given; `U` is
    expanded with `k`; `drift` is the change since the certificate before. All four are texts in `unit`, with the digits
    of the page."""

    point: str
    unit: str
    U: str
    k: str
    value: str | None = None
    correction: str | None = None
    drift: str | None = None
    conditions: str | None = None
    page: int | None = None


class Certificate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A calibration certificate. `date` and `due` are days, YYYY-MM-DD; `due` holds to its end and comes from where
    `due_source` says. `file` is the name its document had, `sha256` the digest under which it is kept. `firmware` and
    `settings`, by name, are what the instrument had when it was calibrated; empty when that is not known. `confirmed`
    is the digest of what the second person confirmed: after a change by hand it does not fit any more."""

    number: str
    issuer: str
    date: str
    row: tuple[CertifiedPoint, ...]
    due: str = ""
    due_source: DueSource | None = None
    conditions: str = ""
    interpolation: Interpolation = "none"
    firmware: str = ""
    settings: dict[str, str] = {}
    file: str = ""
    sha256: str = ""
    entered_by: str = ""
    confirmed_by: str = ""
    confirmed: str = ""

    def expired(self, on: datetime.date) -> bool:
        """Whether its due date is past; never when it has none."""
        return bool(self.due) and datetime.date.fromisoformat(self.due) < on

    def digest(self, serial: str) -> str:
        """The digest of everything it says of the unit with this serial number, without who entered and confirmed."""
        said = {
            name: value
            for name, value in msgspec.to_builtins(self).items()
            if name not in _SIGNED and (value or name not in _LATER)
        }
        return sha256(msgspec.json.encode([serial, said], order="sorted")).hexdigest()

    def is_confirmed(self, serial: str) -> bool:
        """Whether a second person has confirmed what it says now."""
        return bool(self.confirmed_by) and self.confirmed == self.digest(serial)


class Fault(msgspec.Struct, frozen=True):
    """What is wrong in a certificate: the field, as a dotted path within it, and why."""

    field: str
    why: Message


def fault(certificate: Certificate) -> Fault | None:
    """The first thing that is wrong, if any."""
    return next(_faults(certificate), None)


def unfilled(certificate: Certificate) -> Fault | None:
    """The first field without which a certificate is not entered."""
    named = {name: getattr(certificate, name) for name in ("number", "issuer", "date")}
    for place, row in enumerate(certificate.row):
        named |= {f"row[{place}].{name}": getattr(row, name) for name in ("point", "unit", "U", "k")}
    empty = next((name for name, text in named.items() if not text.strip()), None)
    return Fault(empty, message("This is missing.")) if empty is not None else None


def confirmed_by(certificate: Certificate, serial: str, who: str) -> Certificate:
    """The certificate, confirmed by `who`. Raises `Refused` for whoever entered it: four eyes see more than two."""
    if same_person(who, certificate.entered_by):
        raise Refused(
            message("{who} entered this certificate and cannot confirm it.", who=who),
            message("Let a second person compare it with the page and confirm it."),
        )
    if not certificate.sha256:
        raise Refused(
            message("No document is kept with certificate {number}.", number=certificate.number),
            message("Enter it again with its PDF: the second person compares with the page."),
        )
    return msgspec.structs.replace(certificate, confirmed_by=who, confirmed=certificate.digest(serial))


def newest(certificates: tuple[Certificate, ...]) -> Certificate | None:
    """The one that counts: of the latest day, and of several that entered last."""
    return max(reversed(certificates), key=lambda one: one.date, default=None)


def drift_since(certificates: tuple[Certificate, ...], row: CertifiedPoint) -> str:
    """The change at this point of the newest certificate since the one before, in the row's unit: as entered, else the
    exact difference when the one before states the same point in the same way; empty when nothing is known."""
    if row.drift is not None:
        return row.drift
    new = newest(certificates)
    old = newest(tuple(one for one in certificates if new is not None and one.date < new.date))
    for before in old.row if old else ():
        if (before.point, before.unit) == (row.point, row.unit):
            for now, then in ((row.value, before.value), (row.correction, before.correction)):
                if now is not None and then is not None:
                    return f"{Decimal(now) - Decimal(then):f}"
    return ""


def _faults(certificate: Certificate) -> Iterator[Fault]:
    for name in ("date", "due"):
        told = getattr(certificate, name)
        if (told or name == "date") and not is_day(told):
            yield Fault(name, message("“{text}” is not a day, such as 2026-01-15.", text=told))
    if bool(certificate.due) != (certificate.due_source is not None):
        why = message("A due date needs its source, and a source its date: from the certificate, or the laboratory's.")
        yield Fault("due_source" if certificate.due else "due", why)
    if certificate.due and certificate.due < certificate.date:
        yield Fault("due", message("The due date lies before the day of the calibration."))
    if not certificate.row:
        yield Fault("row", message("The certificate has no line."))
    for place, row in enumerate(certificate.row):
        for wrong in _row_faults(row, certificate.interpolation):
            yield Fault(".".join(filter(None, (f"row[{place}]", wrong.field))), wrong.why)


def _row_faults(row: CertifiedPoint, interpolation: Interpolation) -> Iterator[Fault]:
    for name in ("U", "k", "value", "correction", "drift"):
        digits = getattr(row, name)
        if digits is not None:
            try:
                read = number(digits)
            except NumberInvalid as trouble:
                yield Fault(name, trouble.sentence)
            else:
                if name in {"U", "k"} and read <= 0:
                    yield Fault(name, message("It has to be above zero."))
    try:
        unit(row.unit)
        if interpolation == "linear":
            _numeric(row.point)
    except UnitUnknown as trouble:
        yield Fault("unit", trouble.sentence)
    except WrongUse as trouble:
        yield Fault("point", trouble.sentence)
    if (row.value is None) == (row.correction is None):
        yield Fault("", message("A certificate gives either value or correction."))


def _numeric(point: str) -> None:
    """Raise `WrongUse` for a point between which nothing can be interpolated."""
    found = _QUANTITY.fullmatch(point.strip())
    try:
        number(found["value"] if found else "")
        unit(found["unit"] if found else "")
    except (NumberInvalid, UnitUnknown) as trouble:
        raise WrongUse(
            message(
                "“{point}” is not a number with its unit; between such points nothing is interpolated.", point=point
            )
        ) from trouble


def is_day(text: str) -> bool:
    """Whether a text is a day as the register writes it: YYYY-MM-DD."""
    try:
        return datetime.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
