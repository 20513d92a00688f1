"""Which instrument of the bench does what: as told, or the only one that can."""

from typing import Literal

from labclient.errors import WrongUse
from labclient.home import Home
from labclient.instruments import Driver, load_bench
from labclient.participation import Instrument, bench_instrument, known_drivers
from labclient.plan import Plan
from labclient.words import Message, message

Part = Literal["meter", "room"]
_PARTS: dict[Part, Message] = {"meter": message("to measure with"), "room": message("to watch the room")}


def pick(home: Home, id: str | None, part: Part, plan: Plan) -> Instrument:
    """The instrument named, or the only one of the register that reads what the plan needs. Raises `WrongUse`."""
    if id is not None:
        return bench_instrument(home, id)
    needed = {plan.quantity} if part == "meter" else {one.quantity for one in plan.environment.limits}
    drivers = known_drivers(home)
    fitting = [
        one.id
        for one in load_bench(home.bench).instrument
        if one.driver in drivers and needed <= quantities(drivers[one.driver])
    ]
    if len(fitting) != 1:
        raise WrongUse(
            message("The register has no instrument {purpose}.", purpose=_PARTS[part])
            if not fitting
            else message("Several instruments could be taken {purpose}: {ids}.", purpose=_PARTS[part],
                         ids=", ".join(fitting)),
            message("Name one with --{part}, or enter it with `labclient instruments add`.", part=part),
        )  # fmt: skip
    return bench_instrument(home, fitting[0])


def quantities(driver: Driver) -> set[str]:
    """What the first reading of a driver reads."""
    return {channel.quantity for channel in next(iter(driver.readings.values())).channel}
