"""Proofs about a notebook that are verified without it, in years and on another PC.

An inclusion proof shows that one entry, or one reading, is in the log whose head a checkpoint signs; it discloses that
entry, entry 0 and, of a reading, its block, series and run. A consistency proof shows that the log of an older
checkpoint is the beginning of that of a newer one, and discloses entry 0 alone.

Entry 0 is in every proof: it names the notebook and holds the key of its checkpoints. So whoever held a checkpoint
before needs to trust nothing in the file. Without one, a proof shows only that its maker has the notebook's key.
"""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from itertools import islice
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from labclient.errors import NotebookDamaged, NotVerified
from labclient.notebook._blocks import FIXED, channel_words
from labclient.notebook._entry import Entry, decode, holds
from labclient.notebook._notebook import is_simulated, log_name
from labclient.notebook._rows import read_rows
from labclient.notebook._runs import Channel, channels_of
from labclient.signing import (
    Checkpoint,
    check_consistency,
    check_inclusion,
    parse_strict,
    read_checkpoint,
)
from labclient.words import message

Hash = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]


class Leaf(Struct, frozen=True, forbid_unknown_fields=True):
    """An entry's line, and the hashes that lead from it to the root (RFC 6962 §2.1.1)."""

    line: str
    path: tuple[Hash, ...]


class ReadingLeaves(Struct, frozen=True, forbid_unknown_fields=True):
    """What makes a block's entry speak of one reading: its run and series, the reply's index, the block's CSV rows."""

    run: Leaf
    series: Leaf
    index: Annotated[int, Meta(ge=0)]
    rows: str


class InclusionProof(Struct, frozen=True, forbid_unknown_fields=True):
    """An entry is in the log that `checkpoint`, a signed note, is the head of; with `reading`, a reply of its block."""

    format: Literal["labclient-inclusion/1"]
    checkpoint: str
    origin: Leaf
    entry: Leaf
    reading: ReadingLeaves | None = None


class ConsistencyProof(Struct, frozen=True, forbid_unknown_fields=True):
    """The log of the note `older` is the beginning of the log of `newer`, in which the path of entry 0 ends."""

    format: Literal["labclient-consistency/1"]
    older: str
    newer: str
    origin: Leaf
    path: tuple[Hash, ...]


class ProvenReading(Struct, frozen=True):
    """A reply as it was recorded: `texts` and `statuses` have one member a channel, `t_ns` is on the run's clock."""

    run: Entry
    series: Entry
    index: int
    t_ns: int
    channels: tuple[Channel, ...]
    texts: tuple[str, ...]
    statuses: tuple[str, ...]
    raw: str


class Proven(Struct, frozen=True, kw_only=True):
    """What a proof shows: about the log of `checkpoint`, and whether that is one the reader held before."""

    checkpoint: Checkpoint
    origin: Entry
    simulated: bool
    held: bool
    older: Checkpoint | None = None
    entry: Entry | None = None
    reading: ProvenReading | None = None


def proof_bytes(proof: InclusionProof | ConsistencyProof) -> bytes:
    """A proof as a file."""
    return msgspec.json.format(msgspec.json.encode(proof), indent=1) + b"\n"


def read_proof(data: bytes) -> InclusionProof | ConsistencyProof:
    """The proof in a file, not yet verified. Raises `NotVerified` when it has not the form of one."""
    parsed = parse_strict(data)
    kind: Any = InclusionProof
    if isinstance(parsed, dict) and parsed.get("format") == "labclient-consistency/1":
        kind = ConsistencyProof
    try:
        proof: InclusionProof | ConsistencyProof = msgspec.convert(parsed, kind)
    except msgspec.ValidationError as error:
        raise NotVerified(message("This is not a proof: {cause}", cause=str(error))) from error
    return proof


def verify_proof(proof: InclusionProof | ConsistencyProof, held: str | None = None) -> Proven:
    """What a proof shows; `held` is a checkpoint that the reader has from before. Raises `NotVerified` when it shows
    nothing, or nothing about the checkpoint held."""
    with _sound():
        origin = decode(proof.origin.line.encode())
        simulated = is_simulated(origin)
        note = proof.checkpoint if isinstance(proof, InclusionProof) else proof.newer
        head = checkpoint_of(note, origin)
        if origin.seq != 0:
            raise NotVerified(message("The proof does not begin with entry 0."))
        _check_leaf(proof.origin, origin, head)
        if isinstance(proof, ConsistencyProof):
            older = checkpoint_of(proof.older, origin)
            check_consistency(older.size, older.root, head.size, head.root, _unhexed(proof.path))
            known = _is_held(held, origin, (older, head))
            return Proven(checkpoint=head, origin=origin, simulated=simulated, held=known, older=older)
        entry = decode(proof.entry.line.encode())
        _check_leaf(proof.entry, entry, head)
        reading = None if proof.reading is None else _reading(proof.reading, entry, head)
        known = _is_held(held, origin, (head,))
        return Proven(checkpoint=head, origin=origin, simulated=simulated, held=known, entry=entry, reading=reading)


def checkpoint_of(note: str, origin: Entry) -> Checkpoint:
    """What a note says of the log of `origin`. Raises `NotVerified`, also when its key did not sign it."""
    if note.partition("\n")[0] != log_name(origin):
        raise NotVerified(message("The checkpoint is of another notebook."))
    return read_checkpoint(note, str(origin.body["key"]))


def _is_held(held: str | None, origin: Entry, shown: tuple[Checkpoint, ...]) -> bool:
    if held is not None and checkpoint_of(held, origin) not in shown:
        raise NotVerified(
            message("The proof is not about the checkpoint held."),
            message("Ask for a proof that is made with that checkpoint."),
        )
    return held is not None


def _reading(said: ReadingLeaves, block: Entry, head: Checkpoint) -> ProvenReading:
    run, series = (decode(leaf.line.encode()) for leaf in (said.run, said.series))
    _check_leaf(said.run, run, head)
    _check_leaf(said.series, series, head)
    belongs = (block.kind, run.kind, series.kind) == ("block", "run-start", "series")
    named = (number_of(block, "run"), number_of(block, "series"), number_of(series, "run"))
    if not belongs or named != (run.seq, series.seq, run.seq):
        raise NotVerified(message("The entries of the proof do not belong together."))
    rows, place = said.rows.encode(), said.index - number_of(block, "first")
    if not holds(block.payload, rows) or not 0 <= place < number_of(block, "rows"):
        raise NotVerified(message("The rows of the proof are not those of its entry."))
    channels = tuple(channels_of(run))
    if read_rows(block, rows).shape[1] != len(channels) + (2 if len(block.body["statuses"]) > 1 else 1):
        raise NotVerified(message("The entries of the proof do not belong together."))
    row = next(islice(csv.reader(StringIO(said.rows, newline=""), strict=True), place, None))
    return ProvenReading(
        run=run,
        series=series,
        index=said.index,
        t_ns=int(row[1]),
        channels=channels,
        texts=tuple(row[len(FIXED) : -1]),
        statuses=tuple(channel_words(row[2], len(channels))),
        raw=row[-1],
    )


def _check_leaf(leaf: Leaf, entry: Entry, head: Checkpoint) -> None:
    check_inclusion(leaf.line.encode(), entry.seq, head.size, head.root, _unhexed(leaf.path))


def _unhexed(path: tuple[str, ...]) -> tuple[bytes, ...]:
    return tuple(map(bytes.fromhex, path))


def number_of(entry: Entry, name: str) -> int:
    """An integer of a body; raises `NotebookDamaged` when it is none."""
    value = entry.body.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise NotebookDamaged(message("Entry {seq} does not say its {name}.", seq=entry.seq, name=name))
    return value


@contextmanager
def _sound() -> Iterator[None]:
    """In a proof, an entry that cannot be read is the proof's fault: nothing is damaged here."""
    try:
        yield
    except NotebookDamaged as damaged:
        raise NotVerified(message("This is not a proof: {cause}", cause=damaged.sentence)) from damaged
    except csv.Error as error:
        raise NotVerified(message("This is not a proof: {cause}", cause=str(error))) from error
