"""One simulated instrument in its own process: bytes on a line, and a second port for the hands and the world."""

import asyncio
import json
import sys
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from random import Random
from threading import Thread
from typing import Any

import msgspec

from labclient.instruments._driver import Driver
from labclient.instruments.simulator._faults import FAULTS, Fault, spoil
from labclient.instruments.simulator._talk import Answer, Talk
from labclient.instruments.simulator._wires import PseudoTerminal, TcpPort, Wire
from labclient.instruments.simulator._world import Point, Room, Wired, World, WorldFile


class Simulator:
    """The instrument, its line, its faults, and its clock: real time × speed + skips."""

    def __init__(self, driver: Driver, listen: str, world: WorldFile, seed: int, speed: float) -> None:
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
        self._faults: deque[Fault] = deque()
        self._held: deque[bytes] = deque()
        self._last = self._asked = b""
        self._stopped = asyncio.Event()
        self._streaming: asyncio.TimerHandle | None = None
        self._wire: Wire = PseudoTerminal(self._feed) if listen == "pty" else TcpPort(listen, self._feed)

    @property
    def seconds(self) -> float:
        """Simulated time since the start."""
        return (time.monotonic() - self._began) * self._speed + self._skipped

    async def run(self, control_port: int = 0) -> None:
        """Live until told to stop or until standard input ends."""
        await self._wire.plug()
        control = await asyncio.start_server(self._control, "127.0.0.1", control_port)
        port = control.sockets[0].getsockname()[1]
        sys.stdout.write(json.dumps({"address": self._wire.address, "control": f"tcp://127.0.0.1:{port}"}) + "\n")
        sys.stdout.flush()
        working = asyncio.create_task(self._work())
        try:
            await self._stopped.wait()
        finally:
            working.cancel()
            control.close()
            await self._wire.unplug()
            self._wire.discard()

    def stop(self) -> None:
        """End the life of this instrument."""
        self._stopped.set()

    # -- the line -----------------------------------------------------------------------------------------------------

    def _feed(self, data: bytes | None) -> None:
        """Bytes from the client; None when a client has come or gone: half a request does not survive that."""
        if data is None:
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
            request = (await self._requests.get()).decode(self._encoding, "replace")
            self._asked = request.encode(self._encoding, "replace") + self._send_end
            answer = self._talk.answer(request, self.seconds)
            if answer.delay_s:
                await asyncio.sleep(answer.delay_s / self._speed)
            if answer.text is not None:
                self._reply(answer)

    def _reply(self, answer: Answer) -> None:
        data = (answer.text or "").encode(self._encoding) + self._reply_end
        while self._held:  # an instrument answers in the order it was asked
            self._wire.send(self._held.popleft())
        if answer.is_reading and self._faults:
            fault = self._faults[0]
            fault.left -= 1
            if fault.left <= 0:
                self._faults.popleft()
            if fault.kind == "late":
                self._held.append(data)
                return
            data = spoil(fault.kind, data, self._reply_end, self._last, self._asked)
        elif answer.is_reading:
            self._last = data
        if data:
            self._wire.send(data)

    # -- the hands and the world --------------------------------------------------------------------------------------

    async def _control(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while line := await reader.readline():
                try:
                    told = {"ok": True, **await self._obey(json.loads(line))}
                except (ValueError, KeyError, TypeError, AttributeError, msgspec.MsgspecError) as trouble:
                    told = {"ok": False, "error": f"{type(trouble).__name__}: {trouble}"}
                writer.write(json.dumps(told).encode() + b"\n")
                await writer.drain()
        writer.close()

    async def _obey(self, order: dict[str, Any]) -> dict[str, Any]:
        """One order of the control channel; raises KeyError, ValueError or TypeError for a wrong one."""
        verb = next(iter(order), "")
        orders: dict[str, Callable[[dict[str, Any]], Any]] = {
            "wire": self._wire_up, "connect": self._connect, "skip": self._skip, "room": self._room,
            "fault": self._fault, "release": self._release, "say": self._say, "stream": self._stream,
            "serial": self._serial, "set": self._set, "unplug": self._unplug, "replug": self._replug,
            "reset": self._reset, "status": self._status, "stop": lambda _: self.stop(),
        }  # fmt: skip
        told = orders[verb](order)
        return (await told if asyncio.iscoroutine(told) else told) or {}

    def _wire_up(self, order: dict[str, Any]) -> None:
        wanted = order["wire"]
        self._world.plain = Point(float(wanted["volts"]), white=float(wanted.get("noise", 0.0)))

    def _connect(self, order: dict[str, Any]) -> None:
        self._world.connect(Wired(order["connect"], order["point"], bool(order.get("reversed", False))))

    def _skip(self, order: dict[str, Any]) -> dict[str, Any]:
        seconds = float(order["skip"])
        if seconds < 0:
            raise ValueError(seconds)
        self._skipped += seconds
        return {"time_s": self.seconds}

    def _room(self, order: dict[str, Any]) -> None:
        changed = {
            name: msgspec.structs.replace(getattr(self._world.room, name), mean=float(value))
            for name, value in order["room"].items()
            if name in Room.__struct_fields__ or _no(name)
        }
        self._world.room = msgspec.structs.replace(self._world.room, **changed)

    def _fault(self, order: dict[str, Any]) -> None:
        kind, count = str(order["fault"]), int(order.get("count", 1))
        if kind == "overload":
            self._talk.overloaded = count
        elif kind in FAULTS:
            self._faults.append(Fault(kind, count))
        else:
            _no(kind)

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
            self._talk.state[name] = str(value) if name in self._talk.state else _no(name)

    async def _unplug(self, order: dict[str, Any]) -> None:
        await self._wire.unplug()
        self._faults.clear()
        self._held.clear()
        seconds = order["unplug"]
        if isinstance(seconds, int | float) and not isinstance(seconds, bool):
            asyncio.get_running_loop().call_later(float(seconds), lambda: asyncio.ensure_future(self._wire.plug()))

    async def _replug(self, _: dict[str, Any]) -> None:
        await self._wire.plug()

    async def _reset(self, _: dict[str, Any]) -> None:
        if self._streaming is not None:
            self._streaming.cancel()
        await self._unplug({"unplug": True})
        self._world = World(self._declared, self._random)
        self._talk = Talk(self._driver, self._world, self._random)
        await self._wire.plug()

    def _status(self, _: dict[str, Any]) -> dict[str, Any]:
        return {
            "time_s": self.seconds,
            "requests": self._talk.requests,
            "held": len(self._held),
            "faults": len(self._faults),
            "plugged": self._wire.plugged,
            "clients": self._wire.clients,
            "state": self._talk.state,
        }


def _no(what: str) -> Any:
    raise ValueError(what)


def run(
    driver: Driver, listen: str, world: WorldFile, *, seed: int = 1, speed: float = 1.0, control_port: int = 0
) -> None:
    """Be this instrument until standard input ends or the control channel says stop. `listen` is `tcp://host:port`
    (port 0 chooses one) or `pty`; one JSON line with both addresses goes to standard output when ready."""

    async def live() -> None:
        simulator = Simulator(driver, listen, world, seed, speed)
        loop = asyncio.get_running_loop()

        def watch() -> None:
            while sys.stdin.buffer.read(4096):
                pass
            with suppress(RuntimeError):  # the loop may have ended first
                loop.call_soon_threadsafe(simulator.stop)

        Thread(target=watch, daemon=True).start()
        await simulator.run(control_port)

    asyncio.run(live())
