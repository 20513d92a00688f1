"""The register of this PC, as both faces change it: instruments entered, set, grouped; what is never touched."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from labclient.clock import Clock, iso
from labclient.errors import GateClosed, WrongUse
from labclient.home import Home
from labclient.instruments import (
    BenchInstrument,
    MeasurementStandard,
    bound,
    is_barred,
    load_bench,
    probe,
    save_bench,
)
from labclient.participation._instruments import address_for, known_drivers, known_reading
from labclient.signing import write_whole
from labclient.words import message


def register(
    home: Home,
    id: str,
    driver: str,
    address: str,
    *,
    name: str = "",
    settings: Mapping[str, str] | None = None,
    reading: str = "",
) -> BenchInstrument:
    """Ask who is at an address and enter it. Raises `WrongUse` for an id that is taken, a driver that this PC does not
    have or a reading that the driver does not have, and what asking raises."""
    _is_free(home, id)
    known = known_drivers(home)
    if driver not in known:
        raise WrongUse(
            message("The register takes only drivers of this PC."),
            message("Copy {file} to {folder}.", file=driver, folder=home.drivers),
        )
    if reading:
        known_reading(known[driver], reading)
    place = address_for(known[driver], address)
    may_touch(home, place)
    found = probe(known[driver], place)
    who = found.identity
    entered = BenchInstrument(
        id=id, name=name or who.model, serial=who.serial, driver=driver, address=bound(found.address),
        settings=dict(settings or {}), maker=who.manufacturer, model=who.model, firmware=who.firmware,
        reading=reading,
    )  # fmt: skip
    put(home, entered)
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
    put(home, entered)
    return entered


def entry_of(home: Home, id: str) -> BenchInstrument:
    """The instrument of that id. Raises `WrongUse` when the register has none."""
    bench = load_bench(home.bench)
    one = bench.find(id)
    if one is None:
        known = ", ".join(each.id for each in bench.instrument)
        raise WrongUse(message("The register has no instrument “{id}”. Known: {known}.", id=id, known=known or "-"))
    return one


def put(home: Home, one: BenchInstrument) -> None:
    """Write an instrument into the register, in place of the one of its id."""
    save_bench(home.bench, load_bench(home.bench).with_instrument(one))


def change_settings(home: Home, id: str, settings: Mapping[str, str]) -> BenchInstrument:
    """Replace the driver's settings that the register chooses for an instrument; those left out are the driver's own.
    Raises `WrongUse` without a driver, `DriverInvalid` for what the driver does not allow."""
    one = entry_of(home, id)
    driver = known_drivers(home).get(one.driver)
    if driver is None:
        raise WrongUse(message("{id} has no driver on this PC, so it has no settings.", id=id))
    chosen, plain = driver.chosen(settings), driver.chosen(None)
    changed = msgspec.structs.replace(
        one, settings={name: text for name, text in chosen.items() if text != plain[name]}
    )
    put(home, changed)
    return changed


def group(home: Home, standard: MeasurementStandard) -> None:
    """Enter a measurement standard, in place of the one of the same id. Raises `WrongUse`, and `DriverInvalid` for an
    instrument that is not in the register."""
    for text in (standard.id, standard.name, *standard.main):
        if not text.strip():
            raise WrongUse(message("A measurement standard has an id, a name and a main device."))
    if not standard.main or set(standard.main) & set(standard.auxiliary):
        raise WrongUse(message("A measurement standard has a main device, which is not an auxiliary one as well."))
    for licence in standard.licence:
        if not (licence.name.strip() and licence.number.strip()):
            raise WrongUse(message("A licence has a name and a number."))
    bench = load_bench(home.bench)
    others = tuple(one for one in bench.standard if one.id != standard.id)
    save_bench(home.bench, bench.replacing(standard=(*others, standard)))


def may_touch(home: Home, address: str) -> None:
    """Raise `GateClosed` for an address that is never touched."""
    if is_barred(address, load_bench(home.bench).barred):
        raise GateClosed(
            message("{address} is not to be touched, says the register.", address=address),
            message("It is the transfer standard's own port. Free it first if that has changed."),
        )


def bar(home: Home, addresses: Iterable[str]) -> tuple[str, ...]:
    """Never touch these addresses from now on, and only these. Raises `WrongUse` for a registered instrument's."""
    bench, barred = load_bench(home.bench), tuple(dict.fromkeys(addresses))
    for one in bench.instrument:
        if one.address and is_barred(one.address, barred):
            raise WrongUse(
                message("{address} is the address of {id}.", address=one.address, id=one.id),
                message("The transfer standard is in no register: only what measures it is."),
            )
    save_bench(home.bench, bench.replacing(barred=barred))
    return barred


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
