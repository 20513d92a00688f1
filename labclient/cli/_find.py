"""`labclient instruments find`: what is connected, told as it comes."""

import re
from argparse import Namespace
from typing import Any

import msgspec

from labclient.cli._common import add_json
from labclient.cli._drivers import driver_named
from labclient.cli._out import as_json, line
from labclient.cli._verbs import Verbs
from labclient.home import this_pc
from labclient.instruments import BusReport, Discovery, Driver, Sighting, discover, load_bench, tcp_addresses
from labclient.participation import known_drivers
from labclient.words import Message, message, say

_BUSES: dict[str, Message] = {
    "serial": message("serial ports"), "VISA": message("VISA"), "network": message("network"),
    "announced": message("announced on the network"),
}  # fmt: skip

_PORT = re.compile(r"/.+|COM\d+|(?:adapter|rfc2217)://.+", re.IGNORECASE)


def add(instruments: Verbs) -> None:
    find = instruments.add("find", message("find instruments: serial ports, VISA, network addresses given"), _find)
    told = message(
        "ask here too: HOST[:PORT], 192.168.1.10-20:5025, or a serial port; without a port, the drivers' ports"
    )
    find.add_argument("address", nargs="*", metavar="ADDRESS", help=say(told))
    told = message("an address that must not be touched, such as the transfer standard's; may be repeated")
    find.add_argument("--exclude", action="append", default=[], metavar="ADDRESS", help=say(told))
    told = message("ask only in the words of this driver; may be repeated")
    find.add_argument("--driver", action="append", default=[], metavar="DRIVER", help=say(told))
    find.add_argument(
        "--list", action="store_true", help=say(message("list addresses only; nothing is opened or asked"))
    )
    add_json(find)


def _find(asked: Namespace) -> int:
    named = [driver_named(one) for one in asked.driver]
    drivers = named or list(known_drivers(this_pc()).values())
    ports = [one for one in asked.address if _PORT.fullmatch(one)]
    network = tcp_addresses((one for one in asked.address if one not in ports), _ports(drivers))
    tell = None if asked.json else (lambda found: _tell(found, asked.list))
    barred = [*asked.exclude, *load_bench(this_pc().bench).barred]
    found = discover(drivers, network=network, ports=ports, barred=barred, tell=tell, asking=not asked.list,
                     listening=True)  # fmt: skip
    if asked.json:
        as_json(_as_json(found))
        return 0
    line(message("{count} addresses. Any other address can be given by hand to `identify`, `read` and `add`.",
                 count=len(found.sightings)))  # fmt: skip
    return 0


def _ports(drivers: list[Driver]) -> list[int]:
    """The ports at which these drivers' instruments listen when nobody has changed them."""
    declared = (connection.port for driver in drivers for connection in driver.file.connection)
    return sorted({port for port in declared if port is not None})


def _tell(found: Sighting | BusReport, listing: bool) -> None:
    if isinstance(found, BusReport):
        _tell_bus(found)
    elif found.state != "seen":
        line(
            found.told
            if found.state == "closed"
            else message("{address}: {told}", address=_name(found), told=found.told)
        )
        for fit in found.fits:
            who = fit.identity
            line(message("    {model}, serial number {serial}: driver {driver}, address {address}",
                         model=who.model or "-", serial=who.serial or "-", driver=fit.driver,
                         address=found.address_for(fit)))  # fmt: skip
    elif listing:
        line(message("{address}", address=_name(found)))


def _tell_bus(report: BusReport) -> None:
    line(message("[{bus}] {told}", bus=_BUSES[report.bus], told=report.told))
    for ability in report.abilities:
        if ability.seen:
            line(message("    {bus}: searched ({why})", bus=ability.bus, why=ability.why))
        else:
            line(message("    {bus}: not searched ({why})", bus=ability.bus, why=ability.why))


def _name(found: Sighting) -> str:
    about = ", ".join(text for text in (found.adapter, found.description) if text)
    return f"{found.address} ({about})" if about else found.address


def _as_json(found: Discovery) -> dict[str, Any]:
    return {
        "addresses": [one.address for one in found.sightings],
        "found": [
            {
                "address": one.address, "bus": one.bus, "state": one.state, "told": say(one.told),
                "adapter": one.adapter, "description": one.description,
                "fits": [{**msgspec.to_builtins(fit), "address": one.address_for(fit)} for fit in one.fits],
            }
            for one in found.sightings
        ],
        "buses": [
            {"bus": one.bus, "ok": one.ok, "told": say(one.told), "abilities": msgspec.to_builtins(one.abilities)}
            for one in found.buses
        ],
        "not_searched": [f"{one.bus}: {say(one.told)}" for one in found.buses if not one.ok],
    }  # fmt: skip
