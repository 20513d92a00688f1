"""Export: the notebook as plain files that anybody can verify with sha256sum.

    log/entries.jsonl      the entries, one canonical line each: leaf i of the tree is line i without its line end
    runs/run-SEQ.csv       a head line, then the payloads of the run's blocks
    runs/csv-metadata.json what the columns of the runs mean, when asked for
    attachments/SEQ-NAME   the attached files
    DAMAGE.txt             of a damaged notebook, what verifies and what does not
    SHA256SUMS             of all of these

The same notebook gives the same bytes. One entry is held in memory at a time.
"""

import re
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from labclient.errors import NotebookDamaged, StorageTrouble, Trouble, WrongUse
from labclient.notebook._blocks import header
from labclient.notebook._check import CheckReport, check
from labclient.notebook._csvw import METADATA, Described
from labclient.notebook._entry import Entry, decode, holds
from labclient.notebook._runs import channels_of
from labclient.notebook._table import Row, Table
from labclient.words import message, say

if TYPE_CHECKING:
    from hashlib import _Hash

ENTRIES = "log/entries.jsonl"
DAMAGE = "DAMAGE.txt"
RUNS = "runs"
_UNSAFE = re.compile(r"[^\w.()+,-]+")
_LONGEST = 80


def export(path: Path, folder: Path, *, damaged: bool = False, described: bool = False) -> tuple[Path, ...]:
    """Write the notebook into `folder`, which is new or empty; returns the files written. `described` adds the metadata
    of the runs (CSVW).

    A notebook that does not verify is refused with `NotebookDamaged`, unless `damaged`: then everything that verifies
    by itself is written, and DAMAGE.txt names the rest. Raises `WrongUse` for a folder in use, `StorageTrouble`.
    """
    report = check(path)
    if report.findings and not damaged:
        raise NotebookDamaged(
            message("{path} does not verify: {cause}", path=str(path), cause=report.findings[0].sentence),
            message("Check it; what is still readable can be exported on request."),
        )
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise WrongUse(message("{folder} is not empty.", folder=str(folder)), message("Name a new folder."))
    try:
        written = _Written(folder)
        runs = _write(path, written)
        if described:
            written.add(f"{RUNS}/{METADATA}", runs.written())
        if report.findings:
            written.add(DAMAGE, "".join(_damage(report)).encode())
        return written.finish()
    except OSError as error:
        raise StorageTrouble(
            message("{folder} cannot be written: {cause}", folder=str(folder), cause=str(error))
        ) from error


class _Written:
    """The files of an export, with their digests so far."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._sums: dict[str, _Hash] = {}

    def add(self, name: str, data: bytes) -> None:
        """Append `data` to the file `name`."""
        place = self._folder / name
        if name not in self._sums:
            place.parent.mkdir(parents=True, exist_ok=True)
            self._sums[name] = sha256()
        with place.open("ab") as file:
            file.write(data)
        self._sums[name].update(data)

    def finish(self) -> tuple[Path, ...]:
        """Write SHA256SUMS; returns all files."""
        lines = [f"{digest.hexdigest()}  {name}\n" for name, digest in sorted(self._sums.items())]
        self.add("SHA256SUMS", "".join(lines).encode())
        return tuple(self._folder / name for name in self._sums)


def _write(path: Path, written: _Written) -> Described:
    table, runs = Table.open(path), Described()
    try:
        for line, (entry, payload) in enumerate(_readable(table)):
            written.add(ENTRIES, entry.line + b"\n")
            with suppress(NotebookDamaged):  # named by the check
                runs.add(entry, line)
                if entry.kind == "run-start":
                    written.add(run_file(entry.seq), header([channel.name for channel in channels_of(entry)]))
            if payload is not None:
                run = runs.run_of(entry) if entry.kind == "block" else None
                written.add(attachment_file(entry) if run is None else run_file(run), payload)
    finally:
        table.close()
    return runs


def _readable(table: Table) -> Iterator[tuple[Entry, bytes | None]]:
    for seq in chain(range(table.size), table.beyond):
        row = table.row(seq)
        if isinstance(row, Row):
            try:
                entry = decode(row.line)
            except Trouble:  # named by the check
                continue
            yield entry, row.payload if holds(entry.payload, row.payload) else None


def run_file(run: int) -> str:
    """The name of a run's CSV."""
    return f"{RUNS}/run-{run}.csv"


def attachment_file(entry: Entry) -> str:
    """The name of an entry's payload as a file."""
    return f"attachments/{entry.seq}-{_safe(str(entry.body.get('name', entry.kind)))}"


def _safe(name: str) -> str:
    """A file name that every system takes, from the last part of `name`."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    return _UNSAFE.sub("_", last)[-_LONGEST:].strip(".") or "file"


def _damage(report: CheckReport) -> Iterator[str]:
    """A line for each stretch of entries that is proven, each that can be read and is not, and each finding: entries or
    "-" for the file, code, sentence, with tabs between."""
    for stretches, code, told in (
        (report.verified, "verified", "Proven to be what was written."),
        (report.unproven, "unproven", "Readable and whole, but nothing proves it unchanged."),
    ):
        for first, last in stretches:
            yield f"{first}-{last}\t{code}\t{told}\n"
    for one in report.findings:
        yield f"{'-' if one.seq is None else one.seq}\t{one.code}\t{say(one.sentence, 'en')}\n"
