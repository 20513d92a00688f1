"""The register of this PC, as both faces change it: instruments entered, certificates entered and confirmed."""

import json
from collections.abc import Mapping
from pathlib import Path

import msgspec

from labclient.clock import Clock, iso
from labclient.errors import WrongUse
from labclient.home import Home
from labclient.instruments import (
    BenchInstrument,
    Certificate,
    confirmed_by,
    keep_document,
    load_bench,
    probe,
    save_bench,
    verify_document,
)
from labclient.participation._instruments import address_for, known_drivers
from labclient.signing import write_whole
from labclient.words import message


def register(
    home: Home, id: str, driver: str, address: str, *, name: str = "", settings: Mapping[str, str] | None = None
) -> BenchInstrument:
    """Ask who is at an address and enter it. Raises `WrongUse` for an id that is taken or a driver that this PC does
    not have, and what asking raises."""
    _is_free(home, id)
    known = known_drivers(home)
    if driver not in known:
        raise WrongUse(
            message("The register takes only drivers of this PC."),
            message("Copy {file} to {folder}.", file=driver, folder=home.drivers),
        )
    found = probe(known[driver], address_for(known[driver], address))
    who = found.identity
    entered = BenchInstrument(
        id=id, name=name or who.model, serial=who.serial, driver=driver, address=found.address,
        settings=dict(settings or {}), maker=who.manufacturer, model=who.model, firmware=who.firmware,
    )  # fmt: skip
    _put(home, entered)
    return entered


def register_silent(
    home: Home, id: str, *, serial: str, name: str = "", maker: str = "", model: str = ""
) -> BenchInstrument:
    """Enter a thing without an interface as it is described. Raises `WrongUse`."""
    _is_free(home, id)
    if not serial:
        raise WrongUse(
            message("A thing without an interface needs its serial number."), message("Give it as its plate shows it.")
        )
    entered = BenchInstrument(id=id, name=name or model or id, serial=serial, maker=maker, model=model)
    _put(home, entered)
    return entered


def entry_of(home: Home, id: str) -> BenchInstrument:
    """The instrument of that id. Raises `WrongUse` when the register has none."""
    bench = load_bench(home.bench)
    one = bench.find(id)
    if one is None:
        known = ", ".join(each.id for each in bench.instrument)
        raise WrongUse(message("The register has no instrument “{id}”. Known: {known}.", id=id, known=known or "-"))
    return one


def enter_certificate(home: Home, id: str, said: Certificate, document: Path, who: str) -> Certificate:
    """Enter a certificate with the document it was read from, which is kept. Raises `WrongUse` for a number that is
    there already; that is corrected in the register, and confirmed anew."""
    one = entry_of(home, id)
    if any(known.number == said.number for known in one.certificate):
        raise WrongUse(
            message("{id} has certificate {number} already.", id=id, number=said.number),
            message("Correct it in {file}; a second person confirms it anew.", file=home.bench),
        )
    entered = msgspec.structs.replace(
        said, file=document.name, sha256=keep_document(home.bench, document), entered_by=who, confirmed_by="",
        confirmed="",
    )  # fmt: skip
    _put(home, msgspec.structs.replace(one, certificate=(*one.certificate, entered)))
    return entered


def confirm_certificate(home: Home, id: str, number: str, who: str) -> Certificate:
    """Confirm what another person entered, its document being there unchanged. Raises `WrongUse`, `Refused`,
    `NotVerified`, `StorageTrouble`."""
    one = entry_of(home, id)
    found = next((known for known in one.certificate if known.number == number), None)
    if found is None:
        known = ", ".join(certificate.number for certificate in one.certificate)
        raise WrongUse(
            message("{id} has no certificate {number}. Known: {known}.", id=id, number=number, known=known or "-")
        )
    confirmed = confirmed_by(found, one.serial, who)
    verify_document(home.bench, found)
    kept = tuple(confirmed if certificate is found else certificate for certificate in one.certificate)
    _put(home, msgspec.structs.replace(one, certificate=kept))
    return confirmed


def last_answers(home: Home) -> dict[str, str]:
    """When each instrument last answered somebody who tried it: id → moment. Only a hint: spoilt, it begins anew."""
    path = _answers_file(home)
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, str])
    except (FileNotFoundError, msgspec.DecodeError):
        return {}


def note_answer(home: Home, id: str, clock: Clock) -> None:
    """Note that an instrument has answered now."""
    known = last_answers(home) | {id: iso(clock.utc())}
    write_whole(_answers_file(home), json.dumps(known, ensure_ascii=False, indent=1).encode())


def _answers_file(home: Home) -> Path:
    return home.bench.with_name("answered.json")


def _is_free(home: Home, id: str) -> None:
    if load_bench(home.bench).find(id) is not None:
        raise WrongUse(
            message("The register has “{id}” already.", id=id),
            message("Choose another id, or change it in {file}.", file=home.bench),
        )


def _put(home: Home, one: BenchInstrument) -> None:
    save_bench(home.bench, load_bench(home.bench).with_instrument(one))
