"""Proofs: that one entry or reading is in the log of a checkpoint, or that one checkpoint continues another."""

from argparse import ArgumentTypeError, Namespace
from pathlib import Path
from typing import Any

import msgspec

from labclient.cli._common import add_json, new_file
from labclient.cli._notebook import checkpoint_text
from labclient.cli._out import as_json, line, text
from labclient.cli._verbs import Verbs
from labclient.errors import NotVerified, WrongUse
from labclient.notebook import (
    ConsistencyProof,
    InclusionProof,
    Proven,
    ProvenReading,
    checkpoints_in,
    proof_bytes,
    prove_consistency,
    prove_entry,
    prove_present,
    prove_reading,
    read_proof,
    verify_proof,
)
from labclient.signing import checkpoint_code, read_phone_code, read_small, write_whole
from labclient.words import Message, message, say

_MAX_PROOF = 64 << 20


def add(verbs: Verbs) -> None:
    prove = verbs.add(
        "prove", message("prove one entry or reading, or that nothing before a checkpoint was changed"), _prove
    )
    prove.add_argument("notebook", type=Path, nargs="?", metavar="NOTEBOOK", help=say(message("the notebook file")))
    what = prove.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "--entry", type=_place, metavar="SEQ", help=say(message("that this entry is in the log; needs --out"))
    )
    what.add_argument(
        "--reading",
        type=_reading_place,
        metavar="RUN:INDEX",
        help=say(message("that this reply of this run is in the log; needs --out")),
    )
    what.add_argument(
        "--consistency",
        type=Path,
        nargs="+",
        metavar="CHECKPOINT",
        help=say(message("that the log of the older checkpoint begins that of the newer one, or the present one")),
    )
    what.add_argument(
        "--code", metavar="CODE", help=say(message("as --consistency, for a checkpoint known by its phone code alone"))
    )
    what.add_argument("--verify", type=Path, metavar="PROOF", help=say(message("verify a proof, without the notebook")))
    prove.add_argument("--checkpoint", type=Path, metavar="FILE", help=say(message("a checkpoint kept elsewhere")))
    prove.add_argument("--out", type=Path, metavar="FILE", help=say(message("the new file for the proof")))
    add_json(prove)


def _prove(asked: Namespace) -> int:
    try:
        proven = _proven(asked)
    except NotVerified as refused:
        if not asked.json:
            raise
        as_json({"proved": False, "why": say(refused.sentence)})
        return refused.exit_code
    if asked.json:
        as_json(_as_json(proven, asked.out))
    else:
        _tell(proven, asked.out)
    return 0


def _proven(asked: Namespace) -> Proven:
    if asked.checkpoint is not None and (asked.code is not None or asked.consistency is not None):
        raise WrongUse(message("--checkpoint goes with --entry, --reading and --verify."))
    held = None if asked.checkpoint is None else checkpoint_text(asked.checkpoint)
    if asked.verify is not None:
        if asked.notebook is not None or asked.out is not None:
            raise WrongUse(message("A proof is verified by itself: name neither notebook nor --out."))
        return verify_proof(read_proof(read_small(asked.verify, _MAX_PROOF)), held)
    if asked.notebook is None:
        raise WrongUse(message("Name the notebook."))
    if asked.code is not None or asked.consistency is not None:
        return _consistency(asked)
    if asked.out is None:
        raise WrongUse(message("Name the new file for the proof: --out."))
    path = new_file(asked.out)
    if asked.reading is not None:
        run, index = asked.reading
        return _kept(prove_reading(asked.notebook, run, index, held), path, held)
    return _kept(prove_entry(asked.notebook, asked.entry, held), path, held)


def _consistency(asked: Namespace) -> Proven:
    if asked.code is not None:
        notes = [_of_code(asked.notebook, asked.code)]
    else:
        notes = [checkpoint_text(path) for path in asked.consistency]
    if len(notes) > 2:
        raise WrongUse(message("Name one checkpoint or two."))
    if len(notes) == 2:
        proof = prove_consistency(asked.notebook, *notes)
        return verify_proof(proof) if asked.out is None else _kept(proof, new_file(asked.out), None)
    if asked.out is not None:
        raise WrongUse(
            message("The present head is signed by nobody, so there is no proof to hand on."),
            message("Sign it (labclient checkpoint) and name it as the second checkpoint."),
        )
    return prove_present(asked.notebook, notes[0])


def _of_code(notebook: Path, code: str) -> str:
    """The note inside whose code was told. Raises `NotVerified` when there is none."""
    wanted = read_phone_code(code)
    for note, said in checkpoints_in(notebook):
        if checkpoint_code(said) == wanted:
            return note
    raise NotVerified(message("No checkpoint of this notebook has the code {code}.", code=wanted))


def _kept(proof: InclusionProof | ConsistencyProof, path: Path, held: str | None) -> Proven:
    proven = verify_proof(proof, held)
    write_whole(path, proof_bytes(proof))
    return proven


def _tell(proven: Proven, out: Path | None) -> None:
    head = proven.checkpoint
    if proven.older is not None:
        line(message("Proved: the first {old} of {size} entries are those of the older checkpoint; {more} came after.",
                     old=proven.older.size, size=head.size, more=head.size - proven.older.size))  # fmt: skip
    if proven.entry is not None:
        entry = proven.entry
        line(message("Proved: entry {seq} ({kind}, author {author}, PC clock {time}, unchecked) is one of the first "
                     "{size} entries.", seq=entry.seq, kind=entry.kind, author=entry.author, time=entry.t,
                     size=head.size))  # fmt: skip
        text(entry.line.decode())
        if entry.payload is not None and proven.reading is None:
            line(message("A file of {length} bytes belongs to it, SHA-256 {digest}: compare with sha256sum.",
                         length=entry.payload.length, digest=entry.payload.sha256))  # fmt: skip
    if proven.reading is not None:
        _tell_reading(proven.reading)
    line(message("Log: {name}", name=head.origin))
    if out is not None:
        line(message("Written to {file}.", file=out))
    for sentence in _limits(proven):
        line(message("Not proved: {what}", what=sentence))


def _tell_reading(reading: ProvenReading) -> None:
    line(message("Reply {index} of run {run} was recorded as follows; series {series}:", index=reading.index,
                 run=reading.run.seq, series=reading.series.seq))  # fmt: skip
    text(reading.series.line.decode())
    for channel, said, status in zip(reading.channels, reading.texts, reading.statuses, strict=True):
        text(f"  {channel.name}: {said} {channel.unit} [{status}]")
    if reading.raw:
        text(f"  raw: {reading.raw}")


def _limits(proven: Proven) -> list[Message]:
    told = []
    if not proven.held and proven.older is None:
        told.append(message("that the checkpoint is old. Whoever has the notebook's key can sign one at any time: "
                            "compare with a checkpoint held before (--checkpoint), or with its code {code}.",
                            code=checkpoint_code(proven.checkpoint)))  # fmt: skip
    elif not proven.held:
        told.append(message("that either checkpoint is old: that knows only who received it, and when."))
    if proven.simulated:
        told.append(message("anything about instruments: this notebook was kept with a simulated clock."))
    told.append(message("that a reading is true, that the instrument was the one named, that the PC's clock was right, "
                        "or that nothing was left out before it came into the log."))  # fmt: skip
    return told


def _as_json(proven: Proven, out: Path | None) -> dict[str, Any]:
    head = proven.checkpoint
    told: dict[str, Any] = {
        "proved": True, "log": head.origin, "entries": head.size, "root": head.root.hex(), "held": proven.held,
        "simulated": proven.simulated, "key": str(proven.origin.body["key"]),
        "not_proved": [say(sentence) for sentence in _limits(proven)],
    }  # fmt: skip
    if proven.older is not None:
        told["older"] = {"entries": proven.older.size, "root": proven.older.root.hex()}
    if proven.entry is not None:
        told["entry"] = msgspec.json.decode(proven.entry.line)
    if proven.reading is not None:
        told["reading"] = {
            "run": proven.reading.run.seq, "index": proven.reading.index, "t_ns": str(proven.reading.t_ns),
            "series": proven.reading.series.body, "raw": proven.reading.raw,
            "channels": [
                {"name": channel.name, "unit": channel.unit, "text": said, "status": status}
                for channel, said, status in zip(proven.reading.channels, proven.reading.texts,
                                                 proven.reading.statuses, strict=True)
            ],
        }  # fmt: skip
    if out is not None:
        told["file"] = str(out)
    return told


def _place(written: str) -> int:
    if not (written.isascii() and written.isdigit() and len(written) < 16):
        raise ArgumentTypeError(say(message("“{text}” is not the number of an entry", text=written)))
    return int(written)


def _reading_place(written: str) -> tuple[int, int]:
    run, _, index = written.partition(":")
    try:
        return _place(run), _place(index)
    except ArgumentTypeError:
        raise ArgumentTypeError(
            say(message("“{text}” is not a run and the index of a reply, such as 12:0", text=written))
        ) from None
