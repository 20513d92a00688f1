"""Who is at an address? Asks only the driver's identification, changes nothing."""

from dataclasses import dataclass

from labclient.instruments._device import Device, Identity
from labclient.instruments._driver import Driver


@dataclass(frozen=True, slots=True)
class Found:
    """An instrument that answered a driver's question."""

    driver: str
    address: str
    identity: Identity


def probe(driver: Driver, address: str) -> Found:
    """Identify what answers; raises `LinkLost`, `NoReply`, `BadReply`, `WrongInstrument`, or `DriverInvalid` for an
    address of a kind that the driver does not know."""
    return Found(driver.id, address, Device(driver, address).identify())
