"""The safe state of an output: the orders that bring it about as bytes, and driving them until the instrument says so.

The orders go out before anything is read, so that an instrument that no longer answers still gets them. Its word counts
only behind an answer to the question who is there: what comes before it may belong to older questions.
"""

import re
import time
from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from labclient.errors import LinkLost, LinkTrouble, NotVerified
from labclient.instruments._driver import Driver
from labclient.instruments._links import Link, connection_for, open_link
from labclient.instruments._output_reply import met
from labclient.instruments._output_schema import SafeKind, State
from labclient.instruments._schema import Connection, Framing, Identify, Timeouts
from labclient.instruments._settings import fill
from labclient.instruments._troubles import BadReply, NoReply
from labclient.words import Message, message

Note = Callable[[str, bytes], object]

_MOST_LINES: Final = 20  # older answers that may lie before the one awaited
_REOPENED: Final = 3
_PAUSE_S: Final = 0.3


class SafeOrders(msgspec.Struct, frozen=True):
    """All that is needed to bring one unit into its safe state, and nothing else; it can be kept in a file."""

    address: str
    connection: Connection
    framing: Framing
    timeouts: Timeouts
    identify: Identify
    serial: str
    kind: SafeKind
    orders: tuple[tuple[str, float], ...]
    device_clear: bool
    verify: State
    longest_s: float


def safe_orders(driver: Driver, address: str, settings: Mapping[str, str], serial: str) -> SafeOrders:
    """The orders of a driver with an output for the unit `serial` (empty: any) at an address."""
    assert driver.file.output is not None
    file, safe = driver.file, driver.file.output.safe_state
    return SafeOrders(
        address=address,
        connection=connection_for(driver, address),
        framing=file.framing,
        timeouts=file.timeouts,
        identify=file.identify,
        serial=serial,
        kind=safe.kind,
        orders=tuple((fill(order.send, settings), order.wait_s) for order in safe.order),
        device_clear=file.resync.device_clear,
        verify=safe.verify,
        longest_s=safe.longest_s,
    )


def drive(link: Link, orders: SafeOrders, note: Note) -> str:
    """Bring the unit on an open line into its safe state; returns its own word that it is in it. Raises `NotVerified`
    when it does not say so in time, or is another unit, and `LinkLost`."""
    line = _Line(link, orders, note)
    ends = time.monotonic() + orders.longest_s
    while True:
        line.order()
        try:
            line.who()
            if met(orders.verify, said := line.ask(orders.verify.send), None):
                return said
            trouble: Message = message("it answers “{reply}”", reply=said)
        except (NoReply, BadReply) as failed:
            trouble = failed.sentence
            if orders.device_clear:
                link.clear()
        if time.monotonic() > ends:
            raise NotVerified(message("The safe state is not confirmed: {reason}", reason=trouble), by_hand(orders))
        time.sleep(orders.connection.min_gap_ms / 1000 + 0.05)


def drive_anew(
    orders: SafeOrders, note: Note, patience_s: float = 0.0, wanted: Callable[[], bool] = lambda: True
) -> str:
    """The same over a line of its own, opened again after each loss: a few times, or for `patience_s`, as long as it is
    `wanted`. Raises `NotVerified`."""
    began, opened = time.monotonic(), 0
    while True:
        opened += 1
        try:
            link = open_link(orders.address, orders.connection, orders.timeouts.open_s)
            try:
                return drive(link, orders, note)
            finally:
                link.close()
        except LinkLost as lost:
            note("!", str(lost).encode())
            trouble: LinkTrouble | NotVerified = lost
        except NotVerified as refused:
            trouble = refused
        if not wanted() or (opened >= _REOPENED and time.monotonic() - began > patience_s):
            raise NotVerified(
                message("The safe state is not confirmed: {reason}", reason=trouble.sentence)
                if isinstance(trouble, LinkTrouble)
                else trouble.sentence,
                by_hand(orders),
            )
        time.sleep(_PAUSE_S)


def by_hand(orders: SafeOrders) -> Message:
    """What a person does when the program cannot."""
    return _BY_HAND[orders.kind]


class _Line:
    """Exchanges on a line of which nothing is known."""

    def __init__(self, link: Link, orders: SafeOrders, note: Note) -> None:
        self._link, self._orders, self._note = link, orders, note
        self._framing = orders.framing
        self._end = orders.framing.reply_end.encode(orders.framing.encoding)
        self._gap_s = orders.connection.min_gap_ms / 1000
        self._free_at = 0.0

    def order(self) -> None:
        """Send the orders, whatever was said before."""
        for command, wait_s in self._orders.orders:
            self._say(command)
            time.sleep(wait_s)

    def who(self) -> None:
        """Ask who is there and pass over everything older. Raises `NoReply`, `BadReply`, `NotVerified`."""
        declared, timeouts = self._orders.identify, self._orders.timeouts
        self._link.drain(timeouts.quiet_s, timeouts.drain_s)
        for command in declared.first:
            self._say(command)
        self._say(declared.send)
        heard: list[str] = []
        for _ in range(_MOST_LINES):
            heard.append(self._hear())
            text = self._framing.reply_end.join(heard[-declared.lines :])
            found = re.fullmatch(declared.pattern, text, re.ASCII)
            if found is None:
                continue
            serial = found.groupdict("").get("serial", "")
            if self._orders.serial and serial not in {"", self._orders.serial}:
                raise NotVerified(
                    message("Serial number {found} answers, {wanted} is expected.", found=serial,
                            wanted=self._orders.serial),
                    by_hand(self._orders),
                )  # fmt: skip
            if declared.drain:
                self._link.drain(timeouts.quiet_s, timeouts.drain_s)
            return
        raise BadReply(b"", message("“{reply}” is no answer to the question who is there.", reply=heard[-1]))

    def ask(self, question: str) -> str:
        """One answer; nothing may follow it."""
        self._say(question)
        said = self._hear()
        if extra := self._link.pending():
            raise BadReply(extra, message("The instrument sent {n} bytes that nobody asked for.", n=len(extra)))
        return said

    def _say(self, command: str) -> None:
        data = (command + self._framing.send_end).encode(self._framing.encoding)
        time.sleep(max(0.0, self._free_at - time.monotonic()))
        self._note(">", data)
        self._link.write(data)
        self._free_at = time.monotonic() + self._gap_s

    def _hear(self) -> str:
        raw = self._link.read_until(self._end, self._orders.timeouts.reply_s, self._framing.max_bytes)
        self._note("<", raw)
        self._free_at = time.monotonic() + self._gap_s
        return raw[: -len(self._end)].decode(self._framing.encoding, "replace").removeprefix(self._framing.prompt)


_BY_HAND: dict[SafeKind, Message] = {
    "standby": message(
        "By hand, now: press STANDBY at the source, or switch it off. Touch no terminal before a meter shows that "
        "there is no voltage."
    ),
    "held": message(
        "By hand, now: switch the controller to measuring at its front panel, or close the supply. The pressure is "
        "enclosed: let it off slowly and under control, open nothing at once."
    ),
}
