"""Making proofs, from the notebook that has all entries. Each is verified before it is handed out."""

from collections import deque
from collections.abc import Iterator
from pathlib import Path

from labclient.errors import NotebookDamaged, NotVerified, WrongUse
from labclient.notebook._entry import Entry
from labclient.notebook._notebook import is_simulated, log_name
from labclient.notebook._proofs import (
    ConsistencyProof,
    InclusionProof,
    Leaf,
    Proven,
    ReadingLeaves,
    checkpoint_of,
    number_of,
    verify_proof,
)
from labclient.notebook._reader import Reader
from labclient.notebook._runs import blocks, no_run
from labclient.signing import Checkpoint, check_consistency, consistency_spans, inclusion_spans, proofs
from labclient.words import message


def prove_entry(path: Path, seq: int, note: str | None = None) -> InclusionProof:
    """The proof that entry `seq` is in the log, under the checkpoint `note` or the newest one inside that covers it.

    Raises `WrongUse` when there is no such entry or no such checkpoint, `NotVerified` when the entries are not those of
    the checkpoint, and what opening a notebook raises.
    """
    with Reader.open(path) as reader:
        return _inclusion(reader, _entry(reader, seq), note, None)


def prove_reading(path: Path, run: int, index: int, note: str | None = None) -> InclusionProof:
    """The proof that reply `index` of `run` is in the log. Raises as `prove_entry`."""
    with Reader.open(path) as reader:
        if _entry(reader, run).kind != "run-start":
            raise no_run(reader, run)
        for entry in blocks(reader, run):
            if number_of(entry, "first") <= index < number_of(entry, "first") + number_of(entry, "rows"):
                return _inclusion(reader, entry, note, index)
        raise WrongUse(message("Run {run} has no reply {index}.", run=run, index=index))


def prove_consistency(path: Path, older: str, newer: str) -> ConsistencyProof:
    """The proof that the log of the note `older` is the beginning of that of `newer`, made from the notebook of both.
    Raises `NotVerified` when it is not, or a note is not of this notebook."""
    with Reader.open(path) as reader:
        origin = reader.entry(0)
        old, new = (_checkpoint(reader, origin, note) for note in (older, newer))
        if old.size > new.size:
            raise WrongUse(message("The first checkpoint is the newer one."), message("Name the older one first."))
        spans = (inclusion_spans(0, new.size), _consistency_spans(old, new.size))
        first, shared = proofs(_lines(reader, new.size), new.size, *spans)
    proof = ConsistencyProof("labclient-consistency/1", older, newer, _leaf(origin, first), _hexed(shared))
    verify_proof(proof)
    return proof


def prove_present(path: Path, older: str) -> Proven:
    """That the entries now are those of the note `older`, and others after them. Raises as `prove_consistency`.

    The present head is signed by nobody, so there is nothing to hand on: whoever has the notebook looks for himself.
    """
    with Reader.open(path) as reader:
        origin = reader.entry(0)
        old, size = _checkpoint(reader, origin, older), reader.size
        whole = ((0, size),)
        (root,), shared = proofs(_lines(reader, size), size, whole, _consistency_spans(old, size))
    check_consistency(old.size, old.root, size, root, shared)
    now = Checkpoint(log_name(origin), size, root)
    return Proven(checkpoint=now, origin=origin, simulated=is_simulated(origin), held=True, older=old)


def checkpoints_in(path: Path) -> Iterator[tuple[str, Checkpoint]]:
    """The checkpoints that were entered, oldest first: each note and what it says. Raises `NotVerified` for one that
    the notebook's key did not sign."""
    with Reader.open(path) as reader:
        origin = reader.entry(0)
        for entry in reader.entries({"checkpoint"}):
            note = _text(entry, "note")
            yield note, _checkpoint(reader, origin, note)


def _inclusion(reader: Reader, entry: Entry, note: str | None, index: int | None) -> InclusionProof:
    origin = reader.entry(0)
    note = _covering(reader, entry.seq) if note is None else note
    head = _checkpoint(reader, origin, note)
    shown = [origin, entry]
    if index is not None:
        shown += [_entry(reader, number_of(entry, name)) for name in ("run", "series")]
    for one in shown:
        if not 0 <= one.seq < head.size:
            raise WrongUse(
                message("The checkpoint covers {size} entries; entry {seq} came later.", size=head.size, seq=one.seq),
                message("Take a later checkpoint, or sign one."),
            )
    spans = [inclusion_spans(one.seq, head.size) for one in shown]
    leaves = [*map(_leaf, shown, proofs(_lines(reader, head.size), head.size, *spans))]
    reading = None
    if index is not None:
        rows = reader.payload(entry.seq).decode(errors="replace")  # what is no text is refused as not the entry's
        reading = ReadingLeaves(leaves[2], leaves[3], index, rows)
    proof = InclusionProof("labclient-inclusion/1", note, leaves[0], leaves[1], reading)
    verify_proof(proof)
    return proof


def _covering(reader: Reader, seq: int) -> str:
    """The newest checkpoint inside that covers entry `seq`: as every one that was entered after it does."""
    newest = deque(reader.entries({"checkpoint"}, seq + 1), maxlen=1)
    if not newest:
        raise WrongUse(message("No checkpoint covers entry {seq} yet.", seq=seq), message("Sign a checkpoint first."))
    return _text(newest[0], "note")


def _checkpoint(reader: Reader, origin: Entry, note: str) -> Checkpoint:
    """What the note says, when it is of this notebook and the notebook is as long."""
    is_simulated(origin)
    said = checkpoint_of(note, origin)
    if said.size > reader.size:
        raise NotVerified(message("The checkpoint held outside covers more entries than are here."))
    return said


def _consistency_spans(old: Checkpoint, size: int) -> tuple[tuple[int, int], ...]:
    return consistency_spans(old.size, size) if old.size else ()  # none: the check refuses it


def _lines(reader: Reader, size: int) -> Iterator[bytes]:
    return (entry.line for entry in reader.entries(None, 0, size))


def _leaf(entry: Entry, path: tuple[bytes, ...]) -> Leaf:
    return Leaf(entry.line.decode(), _hexed(path))


def _hexed(path: tuple[bytes, ...]) -> tuple[str, ...]:
    return tuple(one.hex() for one in path)


def _text(entry: Entry, name: str) -> str:
    value = entry.body.get(name)
    if not isinstance(value, str):
        raise NotebookDamaged(message("Entry {seq} does not say its {name}.", seq=entry.seq, name=name))
    return value


def _entry(reader: Reader, seq: int) -> Entry:
    try:
        return reader.entry(seq)
    except IndexError as error:
        raise WrongUse(message("There is no entry {seq}.", seq=seq)) from error
