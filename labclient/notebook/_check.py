"""Does a notebook hold what was written? What a check can prove, and what it cannot.

It proves that all entries, payloads and values are those whose tree has the root in the head, and that each checkpoint
inside was signed by the key of entry 0 over exactly the entries before it, and that each satellite taken in is the one
that was issued, whole and once. Whoever owns the PC can write a whole new notebook; only a checkpoint that somebody
else holds (`expected_checkpoint`) shows that. It never proves a reading true.
"""

import re
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from labclient.errors import NotVerified, Trouble
from labclient.notebook._blocks import columns
from labclient.notebook._entry import BODY_VERSION, Entry, columns_of, decode, holds, understood
from labclient.notebook._notebook import is_simulated, log_name
from labclient.notebook._rows import differing_row
from labclient.notebook._runs import channels_of
from labclient.notebook._satellite import Satellites
from labclient.notebook._stretches import proven, stretches
from labclient.notebook._table import Row, Table
from labclient.signing import Checkpoint, Tree, canonical, parse_strict, read_checkpoint
from labclient.words import Message, message

_BEYOND = bytes(range(0xF0, 0x100))
_BROKEN = {"unreadable", "form", "order", "payload", "values"}  # what is found in the bytes of an entry itself
_LONG = re.compile(rb"[:,[]-?[0-9]{16}")


class Finding(Struct, frozen=True):
    """Something that does not hold: in entry `seq`, or in the file as a whole (None)."""

    seq: int | None
    code: str
    sentence: Message


class CheckReport(Struct, frozen=True, kw_only=True):
    """What a check read and found. `root` (hexadecimal) is that of the entries as read, `notebook` and `key` are the id
    and the public note key that entry 0 claims ("" when it cannot be read).

    `verified` holds the first and last of each stretch of entries that are what was written: head or checkpoint prove
    their lines, and what lies beside them fits. `unproven` are whole, too, but nothing proves them: where a line is
    lost, the head proves none of those in the same subtree. The findings name all others."""

    notebook: str
    key: str
    entries: int
    readings: int
    checkpoints: int
    root: str
    verified: tuple[tuple[int, int], ...]
    unproven: tuple[tuple[int, int], ...]
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        return not self.findings


def check(path: Path, *, deep: bool = False, expected_checkpoint: str | None = None) -> CheckReport:
    """Verify the whole notebook. `deep` also compares each reply's text with its values; `expected_checkpoint` is a
    signed note that somebody held outside.

    Readings are replies times channels. Raises as `Reader.open` when the file cannot be opened as a notebook at all.
    """
    table = Table.open(path)
    try:
        return _Check(table, deep=deep, expected=expected_checkpoint).run()
    finally:
        table.close()


class _Check:
    def __init__(self, table: Table, *, deep: bool, expected: str | None) -> None:
        self._table = table
        self._deep = deep
        self._expected = expected
        self._findings: list[Finding] = []
        self._tree = Tree()
        self._origin: Entry | None = None
        self._held: Checkpoint | None = None
        self._rows: dict[int, int] = {}
        self._channels: dict[int, int] = {}
        self._readings = 0
        self._checkpoints = 0
        self._satellites = Satellites(table.size)
        self._signed = 0
        self._broken: set[int] = set()

    def run(self) -> CheckReport:
        table = self._table
        for code, sentence in table.faults:
            self._find(None, code, sentence)
        for seq in range(table.size):
            row = table.row(seq)
            if isinstance(row, Trouble):
                self._find(seq, "unreadable", row.sentence)
                self._tree.append(b"")
            else:
                self._check_row(seq, row)
                self._tree.append(row.line)
            self._check_held()
        for seq in table.beyond:
            self._find(seq, "beyond", message("Entry {seq} is none of those that the head covers.", seq=seq))
        if table.kept is not None and self._tree.root() != table.kept.root():
            self._find(None, "head", message("The entries are not those of the head."))
        if self._held is not None and self._held.size > table.size:
            self._find(None, "expected", message("The checkpoint held outside covers more entries than are here."))
        sure = set(proven(self._tree, table.kept, self._signed))
        body: Any = {} if self._origin is None else self._origin.body
        return CheckReport(
            notebook=str(body.get("notebook", "")),
            key=str(body.get("key", "")),
            entries=table.size,
            readings=self._readings,
            checkpoints=self._checkpoints,
            root=self._tree.root().hex(),
            verified=stretches(seq for seq in range(table.size) if seq in sure and seq not in self._broken),
            unproven=stretches(seq for seq in range(table.size) if seq not in sure and seq not in self._broken),
            findings=tuple(self._findings),
        )

    def _check_row(self, seq: int, row: Row) -> None:
        try:
            entry = decode(row.line)
            if not _is_canonical(row.line):
                self._find(seq, "form", message("Entry {seq} is not in canonical form.", seq=seq))
        except Trouble as trouble:
            self._find(seq, "form", trouble.sentence)
            return
        if entry.seq != seq:
            self._find(seq, "order", message("Entry {seq} calls itself {other}.", seq=seq, other=entry.seq))
        if not holds(entry.payload, row.payload):
            self._find(seq, "payload", message("The payload of entry {seq} is not what was written.", seq=seq))
        elif not holds(entry.values, row.vals):
            self._find(seq, "values", message("The values of entry {seq} are not what was written.", seq=seq))
        else:
            self._check_kind(seq, entry, row)

    def _check_kind(self, seq: int, entry: Entry, row: Row) -> None:
        try:
            understood(entry)
            told = self._satellites.wrong(entry, row.payload)
            if told is not None:
                self._find(seq, "satellite", told)
            if seq == 0:
                self._check_origin(entry)
            elif entry.kind == "checkpoint":
                self._check_note(entry)
            elif entry.kind == "run-start":
                self._rows[seq] = 0
                self._channels[seq] = len(channels_of(entry))
            elif entry.kind == "block":
                self._check_block(entry, row)
            elif entry.kind == "run-stop" and self._rows.pop(entry.body["run"], None) != entry.body["rows"]:
                self._find(seq, "rows", message("Run {run} has not the replies its end says.", run=entry.body["run"]))
        except Trouble as trouble:
            self._find(seq, "newer" if entry.version > BODY_VERSION else entry.kind, trouble.sentence)
        except (KeyError, TypeError, ValueError, AttributeError):
            self._find(seq, "body", message("The body of entry {seq} does not say what it must.", seq=seq))

    def _check_origin(self, entry: Entry) -> None:
        is_simulated(entry)
        self._origin = entry
        if self._expected is not None:
            if self._expected.split("\n")[0] != log_name(entry):  # its key is another, too: say the cause
                self._find(None, "expected", message("The checkpoint held outside is of another notebook."))
                return
            try:
                self._held = read_checkpoint(self._expected, entry.body["key"])
            except Trouble as trouble:
                self._find(None, "expected", trouble.sentence)

    def _check_note(self, entry: Entry) -> None:
        if self._origin is None:
            raise KeyError("key")
        said = read_checkpoint(entry.body["note"], self._origin.body["key"])
        self._checkpoints += 1
        if said != Checkpoint(log_name(self._origin), entry.seq, self._tree.root()):
            self._find(
                entry.seq, "checkpoint", message("Checkpoint {seq} is not of the entries before it.", seq=entry.seq)
            )
        else:
            self._signed = entry.seq

    def _check_held(self) -> None:
        if self._held is not None and self._held.size == self._tree.size:
            if self._held.root == self._tree.root():
                self._signed = self._tree.size
            else:
                self._find(None, "expected", message("The entries are not those of the checkpoint held outside."))

    def _check_block(self, entry: Entry, row: Row) -> None:
        run, rows = entry.body["run"], entry.body["rows"]
        if self._rows.get(run) != entry.body["first"]:
            self._find(entry.seq, "rows", message("Block {seq} does not continue its run.", seq=entry.seq))
        self._rows[run] = entry.body["first"] + rows
        if entry.values is None or row.vals is None or row.payload is None:
            raise KeyError("values")
        found = columns(entry, columns_of(entry.values, row.vals))
        self._readings += found.values.size
        if found.values.shape[1] != self._channels.get(run):
            self._find(entry.seq, "rows", message("Block {seq} has not the channels of its run.", seq=entry.seq))
        index = differing_row(found, row.payload) if self._deep else None
        if index is not None:
            self._find(entry.seq, "text", message("Reply {index} says other than its values.", index=index))

    def _find(self, seq: int | None, code: str, sentence: Message) -> None:
        self._findings.append(Finding(seq, code, sentence))
        if seq is not None and code in _BROKEN:
            self._broken.add(seq)


def _is_canonical(line: bytes) -> bool:
    """Whether a line is canonical JSON. msgspec writes the same form, 20 times faster, but for names beyond the first
    plane of Unicode (bytes from F0), which it sorts elsewhere, and integers beyond 2^53, which have no such form."""
    sure = line.translate(None, _BEYOND) == line and not _LONG.search(line)
    try:
        if sure and msgspec.json.encode(msgspec.json.decode(line), order="sorted") == line:
            return True
        return canonical(parse_strict(line)) == line
    except (NotVerified, ValueError, msgspec.MsgspecError):
        return False
