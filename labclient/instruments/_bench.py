"""The bench: the register of this PC's instruments and their certificates, one TOML file."""

import json
import os
import re
from pathlib import Path

import msgspec

from labclient.errors import NumberInvalid, StorageTrouble, UnitUnknown
from labclient.instruments._toml import decode, invalid, read_text
from labclient.units import number, unit
from labclient.words import message


class Certificate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A calibration certificate, as entered from its page; numbers are texts with the digits of the page.

    `value` and `correction` are two ways to state the same; a certificate gives one of them. `U` is expanded with `k`.
    """

    number: str
    issuer: str
    date: str
    unit: str
    U: str
    k: str
    value: str | None = None
    correction: str | None = None
    point: str = ""


class BenchInstrument(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One instrument of this PC. `driver` and `address` are empty for a thing without an interface."""

    id: str
    name: str
    serial: str
    driver: str = ""
    address: str = ""
    settings: dict[str, str | int | float] = {}
    certificate: tuple[Certificate, ...] = ()


class Bench(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All instruments of this PC."""

    instrument: tuple[BenchInstrument, ...] = ()

    def find(self, id: str) -> BenchInstrument | None:
        """The instrument of that id."""
        return next((instrument for instrument in self.instrument if instrument.id == id), None)


def load_bench(path: Path) -> Bench:
    """The register; empty when there is no file yet. Raises `DriverInvalid` naming line, field and what is allowed."""
    if not path.exists():
        return Bench()
    text = read_text(path)
    bench = decode(text, Bench, path)
    seen: set[str] = set()
    for index, instrument in enumerate(bench.instrument):
        if instrument.id in seen:
            raise invalid(path, text, f"instrument[{index}].id", message("“{id}” is used twice.", id=instrument.id))
        seen.add(instrument.id)
        for position, certificate in enumerate(instrument.certificate):
            _check(path, text, f"instrument[{index}].certificate[{position}]", certificate)
    return bench


def save_bench(path: Path, bench: Bench) -> None:
    """Write the register, replacing the file whole; raises `StorageTrouble`."""
    lines: list[str] = []
    for instrument in bench.instrument:
        lines += ["[[instrument]]", *_pairs(instrument, ("settings", "certificate"))]
        if instrument.settings:
            lines += [
                "[instrument.settings]",
                *(f"{_text(key)} = {_text(v)}" for key, v in instrument.settings.items()),
            ]
        for certificate in instrument.certificate:
            lines += ["[[instrument.certificate]]", *_pairs(certificate)]
        lines.append("")
    written = path.with_suffix(".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with written.open("w", encoding="utf-8", newline="\n") as file:
            file.write("\n".join(lines))
            file.flush()
            os.fsync(file.fileno())
        written.replace(path)
    except OSError as trouble:
        raise StorageTrouble(
            message("{file} cannot be written: {reason}", file=str(path), reason=str(trouble))
        ) from trouble


def _check(path: Path, text: str, field: str, certificate: Certificate) -> None:
    for name in ("U", "k", "value", "correction"):
        digits = getattr(certificate, name)
        if digits is not None:
            try:
                number(digits)
            except NumberInvalid as trouble:
                raise invalid(path, text, f"{field}.{name}", trouble.sentence) from trouble
    try:
        unit(certificate.unit)
    except UnitUnknown as trouble:
        raise invalid(path, text, f"{field}.unit", trouble.sentence) from trouble
    if (certificate.value is None) == (certificate.correction is None):
        raise invalid(path, text, field, message("A certificate gives either value or correction."))


def _pairs(part: msgspec.Struct, without: tuple[str, ...] = ()) -> list[str]:
    values = msgspec.structs.asdict(part)
    return [f"{key} = {_text(value)}" for key, value in values.items() if value is not None and key not in without]


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _text(name)


def _text(value: object) -> str:
    """A TOML value; its basic strings are JSON's strings, but for DEL."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
