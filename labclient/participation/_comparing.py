"""An instrument against the plan: what the plan asks of its part, what the instrument would do, whether that fits."""

from collections.abc import Iterator

from msgspec import Struct

from labclient.errors import DriverInvalid
from labclient.instruments import Driver, Part, follow
from labclient.participation._binding import needs, quantities
from labclient.participation._instruments import Instrument
from labclient.plan import Plan, Point
from labclient.units import convert
from labclient.words import Message, message


class Compared(Struct, frozen=True):
    """One thing that the plan asks, as the plan and as the register have it. It `fits` when a run will be as the plan
    asks: what the driver can set, a run sets. `word` says why, or why not."""

    what: Message
    asked: str
    found: str
    fits: bool
    word: Message


_FITS = message("as the plan asks")


def compare(plan: Plan, instrument: Instrument, part: Part) -> tuple[Compared, ...]:
    """What the plan asks of an instrument in this part, a line each; nothing is asked of the instrument itself."""
    return tuple(_compared(plan, instrument, part))


def _compared(plan: Plan, instrument: Instrument, part: Part) -> Iterator[Compared]:
    read = quantities(instrument.driver, instrument.reading)
    for quantity in sorted(needs(plan, part)):
        fits = quantity in read
        yield Compared(message("Quantity"), quantity, ", ".join(sorted(read)), fits,
                       _FITS if fits else message("the driver does not read it"))  # fmt: skip
    if part == "meter" and plan.quantity in read:
        for point in plan.points:
            yield from _at_point(instrument, point)


def _at_point(instrument: Instrument, point: Point) -> Iterator[Compared]:
    driver = instrument.driver
    now = driver.chosen(instrument.settings)
    for name, asked in point.settings.items():
        what = message("{point}, {setting}", point=point.id, setting=_label(driver, name))
        if name not in driver.settings:
            word = message("the driver cannot set it: set it at the instrument and record how it was set")
            yield Compared(what, asked, "-", False, word)
            continue
        try:
            wanted = driver.chosen({**instrument.settings, name: asked})[name]
        except DriverInvalid as trouble:
            yield Compared(what, asked, now[name], False, trouble.sentence)
            continue
        if wanted == now[name]:
            yield Compared(what, wanted, now[name], True, _FITS)
        else:
            word = message("a run sets {wanted}; a test reading uses {now}", wanted=wanted, now=now[name])
            yield Compared(what, wanted, now[name], True, word)
    yield from _reach(instrument, point)


def _reach(instrument: Instrument, point: Point) -> Iterator[Compared]:
    """Whether the nominal value lies within what the driver reads with the settings of the run."""
    known = {name: text for name, text in point.settings.items() if name in instrument.driver.settings}
    channel = instrument.driver.readings[instrument.reading].channel[0]
    if channel.largest is None:
        return
    try:
        most = follow(channel.largest, instrument.driver.chosen({**instrument.settings, **known}))
    except DriverInvalid:  # said of the setting
        return
    fits = abs(convert(float(point.nominal.value), point.nominal.unit, channel.unit)) <= most
    word = _FITS if fits else message("the range is too small for the nominal value")
    yield Compared(message("{point}, largest reading", point=point.id),
                   f"{point.nominal.value} {point.nominal.unit}", f"{most:g} {channel.unit}", fits, word)  # fmt: skip


def _label(driver: Driver, name: str) -> str:
    setting = driver.settings.get(name)
    return setting.label if setting is not None else name
