"""The bench: the register of this PC's instruments and their certificates, one TOML file, kept in order by hand or by
the program. Documents of certificates lie beside it, under their digest."""

import json
import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Literal

import msgspec

from labclient.errors import NotVerified
from labclient.instruments._certificate import Certificate, Fault, fault, is_day, newest
from labclient.instruments._toml import decode, invalid, read_text
from labclient.words import message

_MOST_DOCUMENT = 64 << 20
_AMOUNT = re.compile(r"(?:\d+(?:\.\d+)?|\.\d+) \S+", re.ASCII)
_HEAD = "# The register of this PC's instruments. It may be edited; comments are lost when the program writes it."


class BenchInstrument(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One instrument of this PC. `driver` and `address` are empty for a thing without an interface; `firmware` is what
    it had when it was entered; `greatest` is the largest amount that it may put out at this bench, such as “100 V”:
    without it, it puts out nothing; `reading` is which of the driver's readings runs take, empty for its first."""

    id: str
    name: str
    serial: str
    driver: str = ""
    address: str = ""
    settings: dict[str, str | int | float] = {}
    certificate: tuple[Certificate, ...] = ()
    maker: str = ""
    model: str = ""
    firmware: str = ""
    greatest: str = ""
    reading: str = ""

    @property
    def current(self) -> Certificate | None:
        """The certificate that counts."""
        return newest(self.certificate)


class Licence(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A licence of a measurement standard, such as 计量标准考核证书 or 社会公用计量标准证书, with its number."""

    name: str
    number: str
    until: str = ""

    @property
    def told(self) -> str:
        """It as it is said: name, number and its last day."""
        return " ".join(filter(None, (self.name, self.number, self.until)))


class MeasurementStandard(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A measurement standard (计量标准): its main devices (主标准器) and auxiliary ones (配套设备), by their ids."""

    id: str
    name: str
    main: tuple[str, ...]
    auxiliary: tuple[str, ...] = ()
    licence: tuple[Licence, ...] = ()


Part = Literal["meter", "room"]


class Binding(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which instrument does what in a comparison: `meter` measures, `room` watches the air."""

    comparison: str
    part: Part
    instrument: str


class Bench(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All instruments of this PC, the measurement standards they make up, and what each does in which comparison.
    `barred` are addresses that nothing here ever touches, such as the transfer standard's own port."""

    instrument: tuple[BenchInstrument, ...] = ()
    standard: tuple[MeasurementStandard, ...] = ()
    binding: tuple[Binding, ...] = ()
    barred: tuple[str, ...] = ()

    def find(self, id: str) -> BenchInstrument | None:
        """The instrument of that id."""
        return next((instrument for instrument in self.instrument if instrument.id == id), None)

    def standards_of(self, id: str) -> tuple[MeasurementStandard, ...]:
        """The measurement standards that an instrument belongs to."""
        return tuple(one for one in self.standard if id in (*one.main, *one.auxiliary))

    def bound(self, comparison: str, part: Part) -> str:
        """The id of the instrument that does this part; empty when none was bound."""
        ids = (one.instrument for one in self.binding if (one.comparison, one.part) == (comparison, part))
        return next(ids, "")

    def replacing(self, **parts: object) -> "Bench":
        """The register with these parts in place of its own."""
        return msgspec.structs.replace(self, **parts)

    def with_instrument(self, entered: BenchInstrument) -> "Bench":
        """The register with this instrument, in the place of the one of the same id or at the end."""
        if self.find(entered.id) is None:
            return msgspec.structs.replace(self, instrument=(*self.instrument, entered))
        kept = tuple(entered if one.id == entered.id else one for one in self.instrument)
        return msgspec.structs.replace(self, instrument=kept)


def load_bench(path: Path) -> Bench:
    """The register; empty when there is no file yet. Raises `DriverInvalid` naming line, field and what is allowed."""
    if not path.exists():
        return Bench()
    return _read(path, read_text(path))


def save_bench(path: Path, bench: Bench) -> None:
    """Write the register, replacing the file whole. Raises `StorageTrouble`, and `DriverInvalid` for a register that
    could not be loaded again: then the file stays as it was."""
    from labclient.signing import storage, write_whole

    text = "\n".join([_HEAD, "", *_lines(bench)]) + "\n"
    _read(path, text)
    with storage(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, text.encode())


def keep_document(path: Path, file: Path) -> str:
    """Keep a certificate's document beside the register `path`; returns the digest it is kept under. Raises
    `StorageTrouble`, `NotVerified` for one too large."""
    from labclient.signing import read_small, storage, write_whole

    data = read_small(file, _MOST_DOCUMENT)
    digest = sha256(data).hexdigest()
    kept = document_of(path, digest)
    with storage(kept):
        kept.parent.mkdir(parents=True, exist_ok=True)
    if not kept.exists():
        write_whole(kept, data)
    return digest


def document_of(path: Path, digest: str) -> Path:
    """Where the document of this digest lies."""
    return path.parent / "certificates" / f"{digest}.pdf"


def verify_document(path: Path, certificate: Certificate) -> Path:
    """Where a certificate's document lies, unchanged. Raises `StorageTrouble` when it is gone, `NotVerified` when it is
    not what was kept."""
    from labclient.signing import read_small

    kept = document_of(path, certificate.sha256)
    if sha256(read_small(kept, _MOST_DOCUMENT)).hexdigest() != certificate.sha256:
        raise NotVerified(
            message("{file} is not the document that was kept.", file=str(kept)),
            message("Enter the certificate again with its PDF."),
        )
    return kept


def parse_certificate(path: Path) -> Certificate:
    """A certificate from a TOML file of its own. Raises `DriverInvalid`."""
    text = read_text(path)
    certificate = decode(text, Certificate, path)
    if (wrong := fault(certificate)) is not None:
        raise invalid(path, text, wrong.field, wrong.why)
    return certificate


def _read(path: Path, text: str) -> Bench:
    bench = decode(text, Bench, path)
    for wrong in _faults(bench):
        raise invalid(path, text, wrong.field, wrong.why)
    return bench


def _faults(bench: Bench) -> Iterator[Fault]:
    """What no single field shows."""
    for kind in ("instrument", "standard"):
        seen: set[str] = set()
        for index, one in enumerate(getattr(bench, kind)):
            if one.id in seen:
                yield Fault(f"{kind}[{index}].id", message("“{id}” is used twice.", id=one.id))
            seen.add(one.id)
    for index, instrument in enumerate(bench.instrument):
        if instrument.greatest and not _AMOUNT.fullmatch(instrument.greatest):
            why = message("“{text}” is no amount with its unit.", text=instrument.greatest)
            yield Fault(f"instrument[{index}].greatest", why)
        for position, certificate in enumerate(instrument.certificate):
            if (wrong := fault(certificate)) is not None:
                place = f"instrument[{index}].certificate[{position}]"
                yield Fault(".".join(filter(None, (place, wrong.field))), wrong.why)
    for index, standard in enumerate(bench.standard):
        for part in ("main", "auxiliary"):
            yield from _strangers(bench, f"standard[{index}].{part}", getattr(standard, part))
        for position, licence in enumerate(standard.licence):
            if licence.until and not is_day(licence.until):
                why = message("“{text}” is not a day, such as 2026-01-15.", text=licence.until)
                yield Fault(f"standard[{index}].licence[{position}].until", why)
    for index, binding in enumerate(bench.binding):
        yield from _strangers(bench, f"binding[{index}].instrument", (binding.instrument,))


def _strangers(bench: Bench, field: str, ids: tuple[str, ...]) -> Iterator[Fault]:
    for id in ids:
        if bench.find(id) is None:
            yield Fault(field, message("The register has no instrument “{id}”.", id=id))


def _lines(bench: Bench) -> Iterator[str]:
    if bench.barred:
        yield f"barred = {_text(bench.barred)}"
        yield ""
    for instrument in bench.instrument:
        yield "[[instrument]]"
        yield from _pairs(instrument, "settings", "certificate")
        if instrument.settings:
            yield "[instrument.settings]"
            yield from (f"{_text(key)} = {_text(value)}" for key, value in instrument.settings.items())
        for certificate in instrument.certificate:
            yield "[[instrument.certificate]]"
            yield from _pairs(certificate, "row")
            for row in certificate.row:
                yield "[[instrument.certificate.row]]"
                yield from _pairs(row)
        yield ""
    for standard in bench.standard:
        yield "[[standard]]"
        yield from _pairs(standard, "licence")
        for licence in standard.licence:
            yield "[[standard.licence]]"
            yield from _pairs(licence)
        yield ""
    for binding in bench.binding:
        yield "[[binding]]"
        yield from _pairs(binding)
        yield ""


def _pairs(part: msgspec.Struct, *without: str) -> Iterator[str]:
    """The fields that say something, one a line; what is left out means the same."""
    for field in msgspec.structs.fields(part):
        value = getattr(part, field.name)
        if field.name not in without and (field.required or (value is not None and value not in ("", (), {}))):
            yield f"{field.name} = {_text(value)}"


def _text(value: object) -> str:
    """A TOML value; its basic strings and lists of them are JSON's, but for DEL."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_text(name)} = {_text(one)}" for name, one in value.items()) + " }"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
