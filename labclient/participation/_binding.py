"""Which instrument of the bench does what in a comparison: as told, as bound, or the only one that can."""

from labclient.errors import WrongUse
from labclient.home import Home
from labclient.instruments import Binding, Driver, Part, load_bench, save_bench
from labclient.participation._instruments import Instrument, bench_instrument, known_drivers
from labclient.participation._register import entry_of
from labclient.plan import Plan
from labclient.units import QUANTITIES
from labclient.words import Message, listed, message

PART_NAMES: dict[Part, Message] = {"meter": message("to measure with"), "room": message("to watch the room")}


def pick(home: Home, id: str | None, part: Part, plan: Plan) -> Instrument:
    """The instrument named, else the one bound to this part of the comparison, else the only one of the register that
    reads what the plan needs. Raises `WrongUse`."""
    bench = load_bench(home.bench)
    chosen = id or bench.bound(plan.id, part)
    if chosen:
        return bench_instrument(home, chosen)
    drivers = known_drivers(home)
    able = [
        one
        for one in bench.instrument
        if one.driver in drivers and needs(plan, part) <= quantities(drivers[one.driver], one.reading)
    ]
    meters = [one for one in able if drivers[one.driver].file.output is None]  # rather than what sources, too
    fitting = [one.id for one in meters or able]
    if len(fitting) != 1:
        raise WrongUse(
            message("The register has no instrument {purpose}.", purpose=PART_NAMES[part])
            if not fitting
            else message("Several instruments could be taken {purpose}: {ids}.", purpose=PART_NAMES[part],
                         ids=", ".join(fitting)),
            message("Register it and bind it on the page of instruments; at the command line --{part} names it.",
                    part=part),
        )  # fmt: skip
    return bench_instrument(home, fitting[0])


def bind(home: Home, plan: Plan, part: Part, id: str) -> None:
    """Let an instrument do this part of the comparison from now on. Raises `WrongUse` for one that cannot."""
    one, drivers = entry_of(home, id), known_drivers(home)
    lacking = needs(plan, part) - (quantities(drivers[one.driver], one.reading) if one.driver in drivers else set())
    if lacking:
        raise WrongUse(
            message("{id} does not read what the plan needs: {quantities}.", id=id,
                    quantities=listed(QUANTITIES[one] for one in sorted(lacking))),
            message("Bind an instrument that does; “Compare with the plan” shows what each can."),
        )  # fmt: skip
    bench = load_bench(home.bench)
    others = tuple(known for known in bench.binding if (known.comparison, known.part) != (plan.id, part))
    save_bench(home.bench, bench.replacing(binding=(*others, Binding(plan.id, part, id))))


def unbind(home: Home, plan: Plan, id: str) -> None:
    """Let an instrument do nothing in the comparison."""
    bench = load_bench(home.bench)
    kept = tuple(one for one in bench.binding if (one.comparison, one.instrument) != (plan.id, id))
    save_bench(home.bench, bench.replacing(binding=kept))


def needs(plan: Plan, part: Part) -> set[str]:
    """The quantities that an instrument has to read for this part."""
    return {plan.quantity} if part == "meter" else {one.quantity for one in plan.environment.limits}


def quantities(driver: Driver, reading: str = "") -> set[str]:
    """What a reading of a driver reads, or its first."""
    read = driver.readings.get(reading) or next(iter(driver.readings.values()))
    return {channel.quantity for channel in read.channel}
