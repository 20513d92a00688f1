"""One simulated instrument in its own process: bytes on a line, and a second port for the hands and the world."""

import asyncio
import json
import time
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from random import Random
from typing import Any, Final

import msgspec

from labclient.errors import Trouble, WrongUse
from labclient.instruments._driver import Driver
from labclient.instruments.simulator._faults import LASTING_S, SPOILING, Fault, Faults, Sort, spoil
from labclient.instruments.simulator._orders import ROOM, fault_named
from labclient.instruments.simulator._push import Push
from labclient.instruments.simulator._talk import Answer, Talk
from labclient.instruments.simulator._wires import PseudoTerminal, TcpPort, Wire
from labclient.instruments.simulator._world import Point, Wired, World, WorldFile
from labclient.words import Message, message, say

Tell = Callable[[dict[str, Any]], object]
_OTHER_DIGITS: Final = str.maketrans("0123456789", "1234567890")


@dataclass(frozen=True, slots=True)
class Due:
    """An answer that is to go out after `delay_s` real seconds, and the faults that strike it."""

    answer: Answer
    struck: tuple[Fault, ...]
    request: str
    delay_s: float = 0.0

    def has(self, kind: str) -> bool:
        """Whether a fault of this kind strikes it."""
        return any(fault.kind == kind for fault in self.struck)


class Simulator:
    """The instrument, its line, its faults, and its clock: real time × speed + skips. `tell` gets what happens."""

    def __init__(
        self, driver: Driver, listen: str, world: WorldFile, seed: int, speed: float, tell: Tell = lambda _: None
    ) -> None:
        framing = driver.file.framing
        self._random = Random(seed)
        self._driver, self._declared = driver, world
        self._world = World(world, self._random)
        self._talk = Talk(driver, self._world, self._random)
        self._speed = speed
        self._began = time.monotonic()
        self._skipped = 0.0
        self._send_end = framing.send_end.encode(framing.encoding)
        self._reply_end = framing.reply_end.encode(framing.encoding)
        self._encoding = framing.encoding
        self._buffer = bytearray()
        self._requests: asyncio.Queue[bytes] = asyncio.Queue()
        self._faults = Faults(Random(seed + 1))
        self._tell, self._clients = tell, 0
        self._another = self._panel_changed = False
        self._held: deque[bytes] = deque()
        self._last = self._asked = b""
        self._stopped = asyncio.Event()
        self._streaming: asyncio.TimerHandle | None = None
        self._push = Push(lambda: self._talk, self._push_line, speed)
        self._wire: Wire = PseudoTerminal(self._feed) if listen == "pty" else TcpPort(listen, self._feed)

    @property
    def seconds(self) -> float:
        """Simulated time since the start."""
        return (time.monotonic() - self._began) * self._speed + self._skipped

    async def run(self, control_port: int = 0, ready: Tell = lambda _: None) -> None:
        """Live until told to stop; `ready` gets the addresses of the instrument and of its hands."""
        await self._wire.plug()
        control = await asyncio.start_server(self._control, "127.0.0.1", control_port)
        port = control.sockets[0].getsockname()[1]
        ready({"address": self._wire.address, "control": f"tcp://127.0.0.1:{port}"})
        working = asyncio.create_task(self._work())
        try:
            await self._stopped.wait()
        finally:
            working.cancel()
            control.close()
            self._wire.unplug()
            self._wire.discard()

    def stop(self) -> None:
        """End the life of this instrument."""
        self._stopped.set()

    # -- the line -----------------------------------------------------------------------------------------------------

    def _feed(self, data: bytes | None) -> None:
        """Bytes from the client; None when a client has come or gone: half a request does not survive that."""
        if data is None:
            if (clients := self._wire.clients) != self._clients:
                self._clients = clients
                self._tell({"event": "client", "clients": clients})
            self._buffer.clear()
            while not self._requests.empty():
                self._requests.get_nowait()
            return
        self._buffer += data
        while (end := self._buffer.find(self._send_end)) >= 0:
            self._requests.put_nowait(bytes(self._buffer[:end]))
            del self._buffer[: end + len(self._send_end)]

    async def _work(self) -> None:
        while True:
            due = self.take((await self._requests.get()).decode(self._encoding, "replace"))
            if due.delay_s:
                await asyncio.sleep(due.delay_s)
            self.give(due)
            self._push.follow()

    def _push_line(self) -> float:
        """Send a line that nobody asked for just now, or what the faults make of it, after the time returned."""
        due = self.pushed()
        asyncio.get_running_loop().call_later(due.delay_s, self.give, due)
        return due.delay_s

    def pushed(self) -> Due:
        """The line that the instrument sends by itself at this moment, and the faults that strike it."""
        struck = self._strike("reading") if self._upset else ()
        slow = sum(fault.seconds for fault in struck if fault.kind == "slow")
        return Due(self._talk.pushed(self.seconds), struck, self._talk.told_to_push, slow)

    def take(self, request: str) -> Due:
        """Understand one request, and settle which faults strike its answer."""
        struck = self._strike(self._talk.sort(request)) if self._upset else ()
        answer = self._talk.answer(request, self.seconds)
        slow = sum(fault.seconds for fault in struck if fault.kind == "slow")
        return Due(answer, struck, request, answer.delay_s / self._speed + slow)

    def give(self, due: Due) -> None:
        """Send the answer, or what the faults make of it."""
        self._asked = due.request.encode(self._encoding, "replace") + self._send_end
        for fault in due.struck:
            self._tell({"event": "fault", "fault": fault.kind, "left": fault.left, "request": due.request})
            if fault.kind == "unplug":
                self._pull(fault.seconds)
                return
        text = due.answer.text
        if due.has("busy"):
            text = self._talk.busy_word(due.request)
        if text is not None:
            self._reply(text, due)

    @property
    def _upset(self) -> bool:
        """Whether a fault waits, or has left something to be put back."""
        return bool(self._faults) or self._another or self._panel_changed

    def _strike(self, sort: Sort) -> tuple[Fault, ...]:
        """The faults of an exchange of this sort; those of the unit's state are put in place, or taken back."""
        struck = self._faults.strike(sort)
        kinds = {fault.kind for fault in struck}
        if "overload" in kinds:
            self._talk.overloaded = 1
        if "error_flood" in kinds:
            self._talk.flood()
        if sort == "reading":
            self._change_panel("unit" in kinds)
        if sort == "identity":
            self._exchange_unit("wrong_serial" in kinds)
        return struck

    def _change_panel(self, changed: bool) -> None:
        if changed or self._panel_changed:
            others = self._talk.panel.others
            declared = self._driver.file.simulate.state
            self._talk.state |= others if changed else {name: declared[name] for name in others}
            self._panel_changed = changed

    def _exchange_unit(self, another: bool) -> None:
        if another or self._another:
            own = self._driver.file.simulate.serial
            self._talk.serial = own.translate(_OTHER_DIGITS) if another else own
            self._another = another

    def _reply(self, text: str, due: Due) -> None:
        data = text.encode(self._encoding) + self._reply_end
        while self._held:  # an instrument answers in the order it was asked
            self._wire.send(self._held.popleft())
        spoiling = next((fault.kind for fault in due.struck if fault.kind in SPOILING), None)
        if spoiling == "late":
            self._held.append(data)
            return
        if spoiling is not None:
            data = spoil(spoiling, data, self._reply_end, self._last, self._asked)
        elif due.answer.is_reading:
            self._last = data
        if due.has("unsolicited"):
            further = (self._talk.answer(due.request, self.seconds).text or "").encode(self._encoding) + self._reply_end
            data = data + further if self._random.random() < 0.5 else further + data
        if data:
            self._wire.send(data)

    def _pull(self, seconds: float | None) -> None:
        """Pull the cable, for a time or for good; what was held back is lost with it."""
        self._wire.unplug()
        self._held.clear()
        self._tell({"event": "unplugged", "seconds": seconds})
        if seconds is not None:
            self._plug_after(seconds)

    def _plug_after(self, seconds: float) -> None:
        asyncio.get_running_loop().call_later(seconds, lambda: asyncio.ensure_future(self._plug()))

    async def _plug(self) -> None:
        await self._wire.plug()
        self._tell({"event": "plugged"})

    # -- the hands and the world --------------------------------------------------------------------------------------

    async def _control(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while line := await reader.readline():
                try:
                    told = {"ok": True, **await self.obey(json.loads(line))}
                except Trouble as trouble:
                    told = {"ok": False, "error": say(trouble.sentence)}
                except (ValueError, KeyError, TypeError, AttributeError) as trouble:
                    told = {"ok": False, "error": f"{type(trouble).__name__}: {trouble}"}
                writer.write(json.dumps(told).encode() + b"\n")
                await writer.drain()
        writer.close()

    async def obey(self, order: dict[str, Any]) -> dict[str, Any]:
        """One order of the control channel; raises `WrongUse`, ValueError or TypeError for a wrong one."""
        verb = next(iter(order), "")
        orders: dict[str, Callable[[dict[str, Any]], Any]] = {
            "wire": self._wire_up, "value": self._value, "connect": self._connect, "drift": self._drift,
            "skip": self._skip, "room": self._room, "fault": self._fault, "clear": self._clear,
            "release": self._release, "say": self._say, "stream": self._stream, "serial": self._serial,
            "set": self._set, "unplug": self._unplug, "replug": self._replug, "reset": self._reset,
            "status": self._status,
            "stop": lambda _: self.stop(),
        }  # fmt: skip
        if verb not in orders:
            raise _unknown(message("order"), verb, orders)
        told = orders[verb](order)
        told = (await told if asyncio.iscoroutine(told) else told) or {}
        if verb != "status":
            self._tell({"event": "order", "order": order})
        return told

    def _wire_up(self, order: dict[str, Any]) -> None:
        wanted = order["wire"]
        self._world.plain = Point(float(wanted["volts"]), white=float(wanted.get("noise", 0.0)))

    def _value(self, order: dict[str, Any]) -> None:
        """As `wire`, told by a person: refused where nothing would come of it."""
        if not any(channel.source == "wire" for channel in self._driver.file.simulate.channel):
            raise WrongUse(message("This instrument measures the room, not a value at its terminals."),
                           message("Type: {usage}", usage="room temperature|pressure|humidity NUMBER"))  # fmt: skip
        self._wire_up({"wire": {"volts": order["value"], "noise": order.get("noise", 0.0)}})

    def _connect(self, order: dict[str, Any]) -> None:
        artefacts = self._world.artefacts
        if (name := order["connect"]) not in artefacts:
            raise _unknown(message("artefact"), name, artefacts)
        if (point := order.get("point")) not in artefacts[name].points:
            raise _unknown(message("point"), point, artefacts[name].points)
        self._world.connect(Wired(name, point, bool(order.get("reversed", False))))

    def _drift(self, order: dict[str, Any]) -> None:
        self._world.drift(float(order["drift"]), self.seconds)

    def _skip(self, order: dict[str, Any]) -> dict[str, Any]:
        seconds = float(order["skip"])
        if seconds < 0:
            raise ValueError(seconds)
        self._skipped += seconds
        return {"time_s": self.seconds}

    def _room(self, order: dict[str, Any]) -> None:
        changed: dict[str, Any] = {}
        for name, value in order["room"].items():
            if name not in ROOM:
                raise _unknown(message("quantity of the room"), name, ROOM)
            changed[name] = msgspec.structs.replace(getattr(self._world.room, name), mean=float(value))
        self._world.room = msgspec.structs.replace(self._world.room, **changed)

    def _fault(self, order: dict[str, Any]) -> None:
        """`count` exchanges, or until taken away (null); each with the chance `rate`."""
        kind = fault_named(str(order["fault"]))
        count, rate = order.get("count", 1), float(order.get("rate", 1.0))
        seconds = float(order.get("seconds", LASTING_S.get(kind, 0.0)))
        left = None if count is None else int(count)
        if (left is not None and left < 1) or not 0 < rate <= 1 or not 0 <= seconds < 3600:
            raise WrongUse(
                message("A fault strikes at least once, at most at every exchange, and lasts under an hour.")
            )
        if (why := self._immune(kind)) is not None:
            raise WrongUse(why)
        fault = Fault(kind, left, rate, seconds)
        self._faults.add(fault)
        if kind == "wrong_serial" and self._wire.plugged:
            self._pull(0.0)  # whoever exchanges the unit, moves the plug
        if kind == "unplug" and fault.left is None and fault.rate == 1:
            self._pull(None)

    def _immune(self, kind: str) -> Message | None:
        """Why this instrument cannot show a fault, if it cannot."""
        if kind == "unit" and not self._talk.panel.others:
            return message("No unit can be changed at this instrument: its driver simulates none.")
        if kind == "wrong_serial" and not self._talk.tells_serial:
            return message("This instrument does not tell its serial number; nobody can see another unit in its place.")
        if kind == "error_flood" and not self._talk.has_errors:
            return message("This instrument has no error queue.")
        return None

    async def _clear(self, order: dict[str, Any]) -> dict[str, Any]:
        kind = order["clear"]
        gone = self._faults.clear(None if kind is True else fault_named(str(kind)))
        if kind is True or kind == "overload":
            self._talk.overloaded = 0
        if "unit" in gone:
            self._change_panel(False)
        if "wrong_serial" in gone and self._another:
            self._exchange_unit(False)
            self._pull(0.0)
        if "unplug" in gone and not self._wire.plugged:
            await self._plug()
        return {"cleared": gone}

    def _release(self, _: dict[str, Any]) -> dict[str, Any]:
        released = len(self._held)
        while self._held:
            self._wire.send(self._held.popleft())
        return {"released": released}

    def _say(self, order: dict[str, Any]) -> None:
        self._wire.send(str(order["say"]).encode(self._encoding) + self._reply_end)

    def _stream(self, order: dict[str, Any]) -> None:
        """Start to send a line at intervals, as somebody may have left it; a reset ends it."""
        if self._streaming is not None:
            self._streaming.cancel()
        data, every_s = str(order["stream"]).encode(self._encoding) + self._reply_end, float(order["every_s"])
        loop = asyncio.get_running_loop()

        def send() -> None:
            self._wire.send(data)
            self._streaming = loop.call_later(every_s, send)

        send()

    def _serial(self, order: dict[str, Any]) -> None:
        self._talk.serial = str(order["serial"])

    def _set(self, order: dict[str, Any]) -> None:
        for name, value in order["set"].items():
            if name not in self._talk.state:
                raise _unknown(message("knob"), name, self._talk.state)
            self._talk.state[name] = str(value)

    def _unplug(self, order: dict[str, Any]) -> None:
        seconds = order["unplug"]
        timed = isinstance(seconds, int | float) and not isinstance(seconds, bool)
        self._pull(float(seconds) if timed else None)

    async def _replug(self, _: dict[str, Any]) -> None:
        self._faults.clear("unplug")
        await self._plug()

    async def _reset(self, _: dict[str, Any]) -> None:
        if self._streaming is not None:
            self._streaming.cancel()
        self._pull(None)
        self._faults.clear()
        self._another = self._panel_changed = False
        self._world = World(self._declared, self._random)
        self._talk = Talk(self._driver, self._world, self._random)
        self._push.follow()
        await self._plug()

    def _status(self, _: dict[str, Any]) -> dict[str, Any]:
        return {
            "time_s": self.seconds,
            "requests": self._talk.requests,
            "held": len(self._held),
            "faults": [asdict(fault) for fault in self._faults],
            "unknown": list(self._talk.unknown),
            "plugged": self._wire.plugged,
            "clients": self._wire.clients,
            "state": self._talk.state,
        }


def _unknown(kind: Message, name: object, known: Iterable[str]) -> WrongUse:
    return WrongUse(
        message("There is no {kind} “{name}”. Known: {known}.", kind=kind, name=name, known=", ".join(known) or "-")
    )
