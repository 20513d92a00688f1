"""The outbox: packages on their way to a platform. One table in one SQLite file; one worker at a time; nothing dropped.

    staged ──► queued ──► sending ──► sent ──► receipted
                 ▲           │          │
                 └───────────┴──────────┘   the network failed, or the platform no longer has it
    refused: the platform said so in its typed answer; a person may queue it again

A package is known by its SHA-256, here and at the platform: however often it is put in or sent, there is one record and
one receipt. "sent" means that the platform has acknowledged every byte; "receipted", that the receipt was verified.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, get_args

import msgspec
from filelock import FileLock, Timeout
from msgspec import Struct

from labclient.clock import iso, parse_iso
from labclient.errors import StorageTrouble, WrongUse
from labclient.signing import file_sha256
from labclient.submission._upload import platform_url
from labclient.words import Message, message

State = Literal["staged", "queued", "sending", "sent", "receipted", "refused"]
STATE_NAMES: dict[State, Message] = {
    "staged": message("put in, not to be sent yet"),
    "queued": message("waits to be sent"),
    "sending": message("being sent"),
    "sent": message("sent, not confirmed"),
    "receipted": message("delivered: the receipt is verified"),
    "refused": message("refused"),
}
SHORTEST_S, LONGEST_S = 1.0, 3600.0
_STATES = ", ".join(f"'{state}'" for state in get_args(State))
_TABLE = f"""
CREATE TABLE IF NOT EXISTS outbox(
    sha256 TEXT PRIMARY KEY CHECK (length(sha256) = 64),
    path TEXT NOT NULL,
    size INTEGER NOT NULL,
    url TEXT NOT NULL,
    ca TEXT,
    state TEXT NOT NULL CHECK (state IN ({_STATES})),
    attempts INTEGER NOT NULL DEFAULT 0,
    next_try TEXT,
    upload_url TEXT,
    receipt TEXT,
    said TEXT
) STRICT, WITHOUT ROWID
"""


class Item(Struct, frozen=True):
    """A package in the outbox. `attempts` counts the vain ones since something last moved; `said` is what the last one
    ended with; `upload_url` the address at which the platform takes its bytes."""

    sha256: str
    path: Path
    size: int
    url: str
    ca: Path | None
    state: State
    attempts: int
    next_try: datetime | None
    upload_url: str | None
    receipt: Path | None
    said: Message | None

    def due(self, now: datetime) -> bool:
        """Whether the worker should try now. A clock that was set back must not hold a package for ever."""
        if self.state not in {"queued", "sending", "sent"}:
            return False
        wait = (self.next_try - now).total_seconds() if self.next_try else 0.0
        return wait <= 0 or wait > LONGEST_S


class Outbox:
    """The outbox in `folder`. Putting in and looking are for anybody; sending is for the one who holds `worker`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._path = folder / "outbox.sqlite"
        with self._open() as database:
            database.execute(_TABLE)

    def add(self, package: Path, url: str, *, ca: Path | None = None) -> Item:
        """Put a package in. The same one again is the same item; as long as nothing was sent, it may get another
        address. Raises `WrongUse`, `StorageTrouble`."""
        url, package = platform_url(url), package.resolve()
        sha256, size = file_sha256(package).hex(), package.stat().st_size
        with self._open() as database:
            database.execute("BEGIN IMMEDIATE")
            database.execute(
                "INSERT OR IGNORE INTO outbox(sha256, path, size, url, state) VALUES (?, ?, ?, ?, 'staged')",
                (sha256, str(package), size, url),
            )
            item = _item(database.execute("SELECT * FROM outbox WHERE sha256 = ?", (sha256,)).fetchone())
            if item.url != url and item.state in {"sending", "sent", "receipted"}:
                raise WrongUse(
                    message("This package is on its way to {url}.", url=item.url),
                    message("A package goes to one platform. Nothing was changed."),
                )
            kept = item.upload_url if item.url == url else None
            database.execute(
                "UPDATE outbox SET path = ?, url = ?, ca = ?, upload_url = ? WHERE sha256 = ?",
                (str(package), url, None if ca is None else str(ca.resolve()), kept, sha256),
            )
        return self.item(sha256)

    def items(self) -> tuple[Item, ...]:
        """Everything that was ever put in."""
        with self._open() as database:
            return tuple(_item(row) for row in database.execute("SELECT * FROM outbox ORDER BY path, sha256"))

    def item(self, sha256: str) -> Item:
        """The item whose SHA-256 begins so. Raises `WrongUse` unless there is exactly one."""
        found = [one for one in self.items() if one.sha256.startswith(sha256.lower())]
        if len(found) != 1:
            raise WrongUse(
                message("{count} packages in the outbox begin with “{text}”.", count=len(found), text=sha256),
                message("Look at the outbox, and give more of the digits."),
            )
        return found[0]

    def queue(self, sha256: str) -> Item:
        """A person wants it sent, now: also what was refused or waits for its next try."""
        item = self.item(sha256)
        if item.state == "receipted":
            return item
        state = "sent" if item.state == "sent" else "queued"
        return self.change(item, state=state, attempts=0, next_try=None)

    def change(self, item: Item, **fields: Any) -> Item:
        """Write fields of an item to disk; for the worker."""
        named = ", ".join(f"{name} = ?" for name in fields)
        with self._open() as database:
            database.execute(
                f"UPDATE outbox SET {named} WHERE sha256 = ?",
                (*(_column(value) for value in fields.values()), item.sha256),
            )
        return msgspec.structs.replace(item, **fields)

    @contextmanager
    def worker(self) -> Iterator[None]:
        """Be the one who sends. The system frees the place when its holder dies. Raises `StorageTrouble` when taken."""
        lock = FileLock(self.folder / "worker.lock", timeout=0)
        try:
            lock.acquire()
        except Timeout as error:
            raise StorageTrouble(
                message("Another labclient on this PC is sending from the outbox."),
                message("Let it finish, or close it; the package stays in the outbox."),
            ) from error
        try:
            yield
        finally:
            lock.release()

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(sqlite3.connect(self._path, timeout=10, isolation_level=None)) as database:
                database.row_factory = sqlite3.Row
                database.execute("PRAGMA synchronous = FULL")
                yield database
                if database.in_transaction:
                    database.execute("COMMIT")
        except sqlite3.Error as error:
            raise StorageTrouble(
                message("The outbox {path} cannot be read or written: {cause}", path=str(self._path), cause=str(error)),
                message("The packages themselves lie where they were written."),
            ) from error


def delay(attempts: int) -> float:
    """Seconds to wait after so many vain attempts: doubled each time, an hour at most."""
    return min(LONGEST_S, SHORTEST_S * 2.0 ** min(attempts - 1, 30))


def _item(row: sqlite3.Row) -> Item:
    return Item(
        sha256=row["sha256"],
        path=Path(row["path"]),
        size=row["size"],
        url=row["url"],
        ca=Path(row["ca"]) if row["ca"] else None,
        state=row["state"],
        attempts=row["attempts"],
        next_try=parse_iso(row["next_try"]) if row["next_try"] else None,
        upload_url=row["upload_url"],
        receipt=Path(row["receipt"]) if row["receipt"] else None,
        said=_sentence(json.loads(row["said"])) if row["said"] else None,
    )


def _column(value: Any) -> Any:
    """A field as its column: sentences are kept unsaid, to be said in the language of whoever reads them."""
    match value:
        case Message():
            return json.dumps(_unsaid(value), ensure_ascii=False)
        case datetime():
            return iso(value)
        case Path():
            return str(value)
    return value


def _unsaid(sentence: Message) -> list[Any]:
    arguments = {
        name: {"said": _unsaid(value)}
        if isinstance(value, Message)
        else {"is": value if isinstance(value, int | float | str) else str(value)}
        for name, value in sentence.arguments.items()
    }
    return [sentence.template, arguments]


def _sentence(kept: list[Any]) -> Message:
    template, arguments = kept
    return Message(
        template, {name: _sentence(one["said"]) if "said" in one else one["is"] for name, one in arguments.items()}
    )
