"""The drivers' questions who is there, put together: drivers that would ask in the same words share one question."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

import msgspec

from labclient.instruments._driver import Driver
from labclient.instruments._schema import Connection, Exchange

COMMON: Final = b"*IDN?"  # what most instruments understand is asked first
MOST_PATIENCE_S: Final = 1.0


class Candidate(msgspec.Struct, frozen=True):
    """A driver whose question this is, and the answer it expects."""

    driver: str
    kind: str
    pattern: str
    models: str
    maker: str
    lines: int
    prompt: str
    encoding: str
    send_end: str
    also: tuple[Exchange, ...]


class Question(msgspec.Struct, frozen=True):
    """One request on a line with these settings, for all drivers that would send it so."""

    line: Connection
    request: bytes
    reply_end: bytes
    patience_s: float
    gap_s: float
    candidates: tuple[Candidate, ...]

    @property
    def words(self) -> bytes:
        """The request without the end of its line."""
        return self.request.rstrip(b"\r\n\0")

    @property
    def bits(self) -> tuple[object, ...]:
        """What makes an answer legible on its line."""
        return self.line.kind, self.line.baud, self.line.data_bits, self.line.parity, self.line.stop_bits


def questions_for(drivers: Iterable[Driver], kinds: Iterable[str], port: int | None = None) -> tuple[Question, ...]:
    """The questions for a place where these kinds of connection are possible, the likeliest first."""
    wanted, groups = tuple(kinds), defaultdict[tuple[Connection, bytes, bytes], list[tuple[Driver, Connection]]](list)
    for driver in drivers:
        framing, declared = driver.file.framing, driver.file.identify
        known: dict[str, Connection] = {}
        for connection in driver.file.connection:
            known.setdefault(connection.kind, connection)
        for kind in [kind for kind in wanted if kind in known][:1]:
            request = (declared.send + framing.send_end).encode(framing.encoding)
            line = _line(known[kind]) if wanted == ("serial",) else Connection(wanted[0])  # type: ignore[arg-type]
            groups[line, request, framing.reply_end.encode(framing.encoding)].append((driver, known[kind]))
    drivers_at: dict[Connection, int] = defaultdict(int)
    for (line, _, _), members in groups.items():
        drivers_at[line] += len(members)

    def likely(item: tuple[tuple[Connection, bytes, bytes], list[tuple[Driver, Connection]]]) -> tuple[object, ...]:
        (line, request, _), members = item
        at_port = port is not None and any(connection.port == port for _, connection in members)
        return -drivers_at[line], repr(line), not request.startswith(COMMON), not at_port, -len(members), request

    return tuple(_question(*key, members) for key, members in sorted(groups.items(), key=likely))


def _line(connection: Connection) -> Connection:
    """The part of a declared connection that makes a difference on a serial line."""
    return msgspec.structs.replace(connection, port=None, min_gap_ms=0.0, single_client=False)


def _question(line: Connection, request: bytes, end: bytes, members: list[tuple[Driver, Connection]]) -> Question:
    patience = max(driver.file.timeouts.reply_s for driver, _ in members)
    return Question(
        line, request, end, min(patience, MOST_PATIENCE_S),
        min(max(connection.min_gap_ms for _, connection in members) / 1000, MOST_PATIENCE_S),
        tuple(_candidate(driver, connection) for driver, connection in members),
    )  # fmt: skip


def _candidate(driver: Driver, connection: Connection) -> Candidate:
    declared, framing = driver.file.identify, driver.file.framing
    return Candidate(
        driver.id, connection.kind, declared.pattern, declared.models, declared.maker, declared.lines, framing.prompt,
        framing.encoding, framing.send_end, declared.also,
    )  # fmt: skip
