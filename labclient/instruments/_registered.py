"""What the register knows of an instrument at work: its certificate, its measurement standards, what speaks against it.

A registered device has one user at a time in this program: a run, or somebody who tries it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from threading import Lock
from typing import Any, Literal
from weakref import WeakValueDictionary

from labclient.clock import Clock
from labclient.errors import GateClosed
from labclient.instruments._bench import BenchInstrument, MeasurementStandard
from labclient.instruments._device import Device
from labclient.instruments._driver import Driver
from labclient.instruments._identify import Identity
from labclient.words import Message, message

ConcernId = Literal["absent", "expired", "unconfirmed", "firmware", "settings"]


@dataclass(frozen=True, slots=True)
class Concern:
    """What speaks against using an instrument; it is shown and recorded. `key` tells this case from any other: another
    unit, another certificate, another firmware."""

    id: ConcernId
    sentence: Message
    key: str = ""


@dataclass(frozen=True, slots=True)
class Registration:
    """An instrument's entry in the register, with the measurement standards it belongs to. `settings` are those of its
    driver as the register chooses them, all of them; empty without a driver."""

    instrument: BenchInstrument
    standards: tuple[MeasurementStandard, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)

    def concerns(self, on: date, firmware: str = "") -> tuple[Concern, ...]:
        """What speaks against it on a day; `firmware` is what it says itself, empty when it was not asked."""
        return tuple(self._concerns(on, firmware))

    def _concerns(self, on: date, firmware: str) -> Iterator[Concern]:
        one, current = self.instrument, self.instrument.current

        def concern(id: ConcernId, sentence: Message, what: str = "") -> Concern:
            number = current.number if current is not None else ""
            return Concern(id, sentence, " | ".join((one.id, one.serial, id, number, what)))

        if current is None:
            yield concern("absent", message("{id}: the register has no calibration certificate of it.", id=one.id))
        if current is not None and current.expired(on):
            sentence = message("{id}: certificate {number} has expired on {day}.", id=one.id, number=current.number,
                               day=current.due)  # fmt: skip
            yield concern("expired", sentence)
        if current is not None and not current.is_confirmed(one.serial):
            sentence = message("{id}: certificate {number} has not been confirmed by a second person.", id=one.id,
                               number=current.number)  # fmt: skip
            yield concern("unconfirmed", sentence, current.digest(one.serial))
        calibrated = current.firmware if current is not None else ""
        if firmware and calibrated and firmware != calibrated:
            sentence = message("{id}: the firmware is {found}; it was {calibrated} when it was calibrated.", id=one.id,
                               found=firmware, calibrated=calibrated)  # fmt: skip
            yield concern("firmware", sentence, firmware)
        elif firmware and not calibrated and one.firmware and firmware != one.firmware:
            sentence = message("{id}: the firmware is {found}; {registered} is in the register.", id=one.id,
                               found=firmware, registered=one.firmware)  # fmt: skip
            yield concern("firmware", sentence, firmware)
        changed = self._changed()
        if changed:
            sentence = message("{id}: settings have changed since the calibration: {settings}.", id=one.id,
                               settings="; ".join(changed))  # fmt: skip
            yield concern("settings", sentence, "; ".join(changed))

    def _changed(self) -> list[str]:
        """Settings that differ from those at the calibration, where both are known."""
        current = self.instrument.current
        then = current.settings if current is not None else {}
        return [f"{name} {then[name]} → {now}" for name, now in self.settings.items() if then.get(name, now) != now]

    def snapshot(self, on: date, firmware: str) -> dict[str, Any]:
        """What a run's entry says of it: JSON-able."""
        one, current = self.instrument, self.instrument.current
        return {
            "id": one.id,
            "name": one.name,
            "maker": one.maker,
            "model": one.model,
            "serial": one.serial,
            "firmware": one.firmware,
            "certificate": None
            if current is None
            else {
                "number": current.number,
                "issuer": current.issuer,
                "date": current.date,
                "due": current.due,
                "due_source": current.due_source,
                "file_sha256": current.sha256,
                "table_sha256": current.digest(one.serial),
                "confirmed_by": current.confirmed_by if current.is_confirmed(one.serial) else "",
            },
            "standards": [
                {
                    "id": standard.id,
                    "name": standard.name,
                    "part": "main" if one.id in standard.main else "auxiliary",
                    "licences": [licence.number for licence in standard.licence],
                }
                for standard in self.standards
            ],
            "concerns": [concern.id for concern in self.concerns(on, firmware)],
            "keys": [concern.key for concern in self.concerns(on, firmware)],
        }


class RegisteredDevice(Device):
    """A device of the register; its snapshot says what the register said, too. From `connect` to `close` nobody else in
    this program can open its address."""

    def __init__(self, registration: Registration, driver: Driver, settings: Mapping[str, str], clock: Clock) -> None:
        one = registration.instrument
        super().__init__(driver, one.address, settings, clock, one.serial or None)
        self._registration = registration

    @property
    def concerns(self) -> tuple[Concern, ...]:
        """What speaks against it today, as far as it has been asked."""
        return self._registration.concerns(self._today, self._firmware)

    def snapshot(self) -> dict[str, object]:
        return super().snapshot() | {"register": self._registration.snapshot(self._today, self._firmware)}

    def connect(self) -> Identity:
        self._claim()
        return super().connect()

    def identify(self) -> Identity:
        self._claim()
        try:
            self.identity = super().identify()
        finally:
            self._release()
        return self.identity

    def close(self) -> None:
        try:
            super().close()
        finally:
            self._release()

    @property
    def _today(self) -> date:
        return self._clock.utc().astimezone().date()

    @property
    def _firmware(self) -> str:
        return self.identity.firmware if self.identity else ""

    def _claim(self) -> None:
        with _LOCK:
            if _USERS.setdefault(self.address, self) is not self:
                raise GateClosed(
                    message("{id} is in use.", id=self._registration.instrument.id),
                    message("Wait until the run or the trial that uses it is over."),
                )

    def _release(self) -> None:
        with _LOCK:
            if _USERS.get(self.address) is self:
                del _USERS[self.address]


_LOCK = Lock()
_USERS: WeakValueDictionary[str, RegisteredDevice] = (
    WeakValueDictionary()
)  # one given up without `close` frees its place


def in_use(instrument: BenchInstrument) -> bool:
    """Whether somebody in this program has it open now."""
    with _LOCK:
        return instrument.address in _USERS
