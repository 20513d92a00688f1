"""An instrument that puts something out: set and read back, switched on, asked whether it has settled, made safe.

Nothing here knows limits or people; `labclient.acquisition.Output` asks both before it comes here.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from labclient.clock import Clock, SystemClock
from labclient.errors import LinkTrouble, NotVerified, WrongUse
from labclient.instruments._device import Device
from labclient.instruments._dialogue import Dialogue, Line
from labclient.instruments._output_reply import met, value_read_back
from labclient.instruments._output_schema import Order, Output, State
from labclient.instruments._safe import SafeOrders, drive, drive_anew, safe_orders
from labclient.instruments._settings import fill, plain
from labclient.instruments._troubles import SettingRefused
from labclient.words import given, message

MOST_LETTERS: Final = 20  # of a value that is sent


@dataclass(frozen=True, slots=True)
class ReadBackValue:
    """What was really set, in the output's unit, and the answer that said it."""

    value: Decimal
    answer: str


class OutputPort:
    """The output of a device that is connected by its owner; every method is called from the owner's thread. Raises
    `WrongUse` for a device whose driver has no output. `serial` is that of the unit that is expected."""

    def __init__(self, device: Device, clock: Clock | None = None, serial: str = "") -> None:
        declared = device.driver.file.output
        if declared is None:
            raise WrongUse(
                message("{title} puts nothing out.", title=given(device.driver.file.driver.title)),
                message("Choose a source or controller: its driver has an output with a safe state."),
            )
        self.declared: Output = declared
        self.device = device
        self._clock: Clock = clock or SystemClock()
        self._serial = serial
        self._asked: Decimal | None = None

    @property
    def orders(self) -> SafeOrders:
        """Its safe state, for this unit."""
        device = self.device
        serial = device.identity.serial if device.identity else self._serial
        return safe_orders(device.driver, device.address, device.settings, serial)

    @property
    def transcript(self) -> tuple[Line, ...]:
        return self.device.transcript

    def set(self, value: Decimal) -> ReadBackValue:
        """Set a value, in the output's unit, on or off as it is. Raises what an exchange raises, and `BadReply` for
        another value than was asked."""
        self._asked = value
        with self.device.conversation() as line:
            self._order(line, self.declared.set, value)
            answer = self._answer(line, self.declared.read_back.send)
            read = value_read_back(self.declared.read_back, answer, value)
        self._no_errors()
        return ReadBackValue(read, answer)

    def read_back(self) -> str:
        """What it says is set; any value is told as it is."""
        with self.device.conversation() as line:
            return self._answer(line, self.declared.read_back.send)

    def switch_on(self) -> None:
        """Put it out. Raises `SettingRefused` when it does not go on."""
        with self.device.conversation() as line:
            self._order(line, self.declared.on)
        self._no_errors()
        if not self.is_on():
            raise SettingRefused(
                message("The output does not go on."), message("Look at the instrument's own display.")
            )

    def is_on(self) -> bool:
        """Whether it is put out, by its own word."""
        return self._says(self.declared.is_on)

    def is_settled(self) -> bool:
        """Whether the value that was set has settled, by its own word."""
        return self._says(self.declared.settled)

    def safe(self) -> str:
        """Bring it into its safe state, whatever was before; returns its own word that it is in it. Raises
        `NotVerified`, with what to do by hand."""
        self._asked = None
        orders = self.orders
        with self.device.line() as line:
            if line.link is not None:
                try:
                    return drive(line.link, orders, line.note)
                except (LinkTrouble, NotVerified) as failed:
                    line.note("!", str(failed.sentence).encode())
                    line.link.close()  # also for the sake of an instrument that takes one connection only
                    line.link = None
            return drive_anew(orders, line.note)

    def _says(self, question: State) -> bool:
        with self.device.conversation() as line:
            return met(question, self._answer(line, question.send), self._asked)

    def _answer(self, line: Dialogue, question: str) -> str:
        line.say(question)
        return line.hear(1, self.device.driver.file.timeouts.reply_s)

    def _order(self, line: Dialogue, orders: tuple[Order, ...], value: Decimal | None = None) -> None:
        places = dict(self.device.settings) | ({"value": plain(value)} if value is not None else {})
        for order in orders:
            line.say(fill(order.send, places))
            if order.wait_s:
                line.wait(order.wait_s)

    def _no_errors(self) -> None:
        """Raise `SettingRefused` when the instrument reports errors."""
        if told := self.device.errors():
            raise SettingRefused(message("The instrument reports errors: {errors}", errors="; ".join(told)))


def sent_text(value: Decimal) -> str:
    """How a value is sent. Raises `WrongUse` for one with more letters than an instrument takes."""
    text = plain(value)
    if len(text) > MOST_LETTERS:
        raise WrongUse(message("“{text}” has too many digits.", text=text[:40]), message("Give at most twelve digits."))
    return text
