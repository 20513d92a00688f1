"""Instruments of the bench as a run needs them: from this PC's register, opened with the settings of a point."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from labclient.clock import Clock
from labclient.errors import DriverInvalid, WrongUse
from labclient.home import Home, shipped
from labclient.instruments import (
    Bench,
    BenchInstrument,
    Concern,
    Device,
    Driver,
    RegisteredDevice,
    Registration,
    drivers,
    load_bench,
)
from labclient.stations import unregistered
from labclient.words import message


@dataclass(frozen=True)
class Instrument:
    """One instrument: which driver, at which address, which unit. `settings` are what the register says of it, and
    `registration` its whole entry; an instrument that is in no register has none."""

    id: str
    driver: Driver
    address: str
    serial: str | None
    settings: Mapping[str, str] = field(default_factory=dict)
    registration: Registration | None = None
    named: str = ""

    @property
    def reading(self) -> str:
        """The reading that runs take: the one named, or the driver's first."""
        return self.named or next(iter(self.driver.readings))

    def taking(self, reading: str | None) -> "Instrument":
        """The same instrument with another reading, where one is given; raises `WrongUse` for one it does not have."""
        if not reading:
            return self
        known_reading(self.driver, reading)
        return replace(self, named=reading)

    def device(self, settings: Mapping[str, str], clock: Clock) -> Device:
        """A device, not yet connected, with the point's settings over those of the register."""
        known = {name: value for name, value in settings.items() if name in self.driver.file.settings}
        chosen = {**self.settings, **known}
        if self.registration is not None:
            return RegisteredDevice(self.registration, self.driver, chosen, clock)
        return Device(self.driver, self.address, chosen, clock, self.serial or None)


def concerns_of(device: Device) -> tuple[Concern, ...]:
    """What speaks against a connected device by the register, or that it is in none."""
    return device.concerns if isinstance(device, RegisteredDevice) else (unregistered(device.address),)


def known_reading(driver: Driver, reading: str) -> None:
    """Raise `WrongUse` for a reading that the driver does not have."""
    if reading not in driver.readings:
        raise WrongUse(
            message("“{name}” is not a reading of this driver. Known: {known}.", name=reading,
                    known=", ".join(driver.readings)),
        )  # fmt: skip


def address_for(driver: Driver, given: str) -> str:
    """An address as the driver takes it; `tcp://host:port` is spelled for its kind of connection."""
    if not given.startswith("tcp://"):
        return given
    host, _, port = given.removeprefix("tcp://").rpartition(":")
    kinds = {connection.kind for connection in driver.file.connection}
    return f"TCPIP0::{host}::{port}::SOCKET" if "socket" in kinds else f"socket://{host}:{port}"


def known_drivers(home: Home) -> Mapping[str, Driver]:
    """The shipped drivers and the technician's own, by id; one's own wins."""
    return drivers([shipped("drivers"), home.drivers])


def bench_instrument(home: Home, id: str) -> Instrument:
    """The instrument of that id in this PC's register; raises `WrongUse` when there is none, or it has no interface."""
    bench = load_bench(home.bench)
    found = bench.find(id)
    if found is None or not found.driver:
        raise WrongUse(
            message("The register of this PC has no instrument “{id}” with a driver.", id=id),
            message("Enter it in {file}: id, driver, address, serial.", file=str(home.bench)),
        )
    known = known_drivers(home)
    if found.driver not in known:
        raise WrongUse(
            message("There is no driver “{id}”. Known: {known}.", id=found.driver, known=", ".join(sorted(known)))
        )
    settings = {name: str(value) for name, value in found.settings.items()}
    registration = registration_of(bench, found, known)
    one = Instrument(found.id, known[found.driver], found.address, found.serial, settings, registration)
    return one.taking(found.reading)


def registration_of(bench: Bench, one: BenchInstrument, drivers: Mapping[str, Driver]) -> Registration:
    """An instrument's entry with all that follows from the register."""
    return Registration(one, bench.standards_of(one.id), chosen_settings(one, drivers))


def chosen_settings(one: BenchInstrument, drivers: Mapping[str, Driver]) -> Mapping[str, str]:
    """All settings of an instrument's driver as the register chooses them; none without a driver, or for a register
    that chooses what the driver does not know."""
    driver = drivers.get(one.driver)
    if driver is None:
        return {}
    try:
        return driver.chosen(one.settings)
    except DriverInvalid:  # whoever connects it is told
        return {}
