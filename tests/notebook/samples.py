"""A small notebook with one of everything, and what is done to it."""

import shutil
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from labclient.clock import SimulatedClock
from labclient.notebook import (
    Channel,
    Draft,
    Notebook,
    attachment,
    block,
    export,
    gap,
    run_start,
    run_stop,
    series,
)
from labclient.signing import NoteKey

CLOCK = SimulatedClock(datetime(2026, 3, 1, 8, 0, tzinfo=UTC))
AUTHOR = "Operator A"


def readings(run: int, member: int, first: int, count: int = 20) -> Draft:
    """A block of one channel; every seventh reply is an overload."""
    status = ["overload" if i % 7 == 3 else "ok" for i in range(first, first + count)]
    texts = ["9.9E37" if word == "overload" else f"+1.0000{i:03d}E+01" for i, word in enumerate(status, first)]
    numbers = [float("nan") if word == "overload" else float(text) for word, text in zip(status, texts, strict=True)]
    return block(
        run,
        member,
        first,
        t_ns=[10**9 * i for i in range(first, first + count)],
        status=status,
        texts=[texts],
        raws=[text.encode() + b"\r\n" for text in texts],
        values=np.array(numbers).reshape(-1, 1),
        terminator=b"\r\n",
        author=AUTHOR,
        station="stability",
    )


def fill(notebook: Notebook, key: NoteKey) -> None:
    """One stopped run of two series with a gap, an attachment, two checkpoints, and a run left open."""
    channels = [Channel("dcv", "voltage", "V")]
    start = run_start(
        purpose="record",
        task="stability",
        channels=channels,
        instrument={"serial": "7"},
        clock=notebook.clock,
        author=AUTHOR,
    )
    notebook.checkpoint(key)
    (run,) = notebook.append(start)
    (one,) = notebook.append(series(run.seq, {"role": "S"}, author=AUTHOR))
    notebook.append(readings(run.seq, one.seq, 0), readings(run.seq, one.seq, 20, 5))
    notebook.append(gap(run.seq, after=24, reason="timeout", from_ns=1, to_ns=2, author=AUTHOR))
    (two,) = notebook.append(series(run.seq, {"role": "X", "point": "10 V"}, author=AUTHOR))
    notebook.append(readings(run.seq, two.seq, 25, 200))
    notebook.append(run_stop(run.seq, rows=225, reason="done", author=AUTHOR))
    notebook.append(
        attachment("箱子.jpg", bytes(range(256)) * 40, media_type="image/jpeg", what="crate", author=AUTHOR)
    )
    (again,) = notebook.append(start)
    notebook.append(readings(again.seq, two.seq, 0, 3))
    notebook.checkpoint(key)


def tamper(path: Path, *statements: str) -> None:
    """Run SQL on the file with its triggers out of the way, and put them back."""
    connection = sqlite3.connect(path, isolation_level=None)
    triggers = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
    for name, _ in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        connection.execute(statement)
    for _, sql in triggers:
        connection.execute(sql)
    connection.close()


def exported(path: Path, folder: Path) -> dict[str, bytes]:
    """The export of a notebook, by file name; `folder` is used up."""
    export(path, folder)
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def left_over(path: Path, folder: Path, rows: int = 16, size: int = 5000) -> Path:
    """A copy of the notebook as a crash leaves it: changed pages in the file, their old content in the journal."""
    folder.mkdir()
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA cache_size = 2")
    connection.execute("BEGIN IMMEDIATE")
    (next_,) = connection.execute("SELECT max(seq) + 1 FROM log").fetchone()
    for seq in range(next_, next_ + rows):
        connection.execute("INSERT INTO log VALUES (?, ?, ?, NULL)", (seq, b"{}", bytes(size)))
    connection.execute("UPDATE head SET size = ?", (next_ + rows,))
    copy = Path(shutil.copy(path, folder))
    shutil.copy(path.with_name(path.name + "-journal"), folder)
    connection.execute("ROLLBACK")
    connection.close()
    if copy.read_bytes() == path.read_bytes():
        raise AssertionError("nothing reached the file")
    return copy
