"""A package beside what its laboratory gave away before: the checkpoints that somebody holds; and what the times in it
are worth."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from labclient.acquisition import clock_remarks
from labclient.notebook import Reader, checkpoints_in, log_name
from labclient.signing import Finding, unproven_checkpoint
from labclient.words import message


def against_held(notebook: Path, held: Sequence[str]) -> Iterator[Finding]:
    """Checkpoints received earlier, as notes, that the log does not continue. Those inside the log are of its entries,
    as its own check has found; so one that is held must be one of them. It proves by whose hand it came, not its
    signature: that of a rewritten log holds as well."""
    if not held:
        return
    inside = {(said.size, said.root) for _, said in checkpoints_in(notebook)}
    with Reader.open(notebook) as reader:
        name, entries = log_name(reader.entry(0)), reader.size
    for said in map(unproven_checkpoint, held):
        if said.origin != name:
            yield Finding("held", message("A checkpoint that is held is of another notebook: {name}", name=said.origin))
        elif said.size > entries:
            told = message("The checkpoint of {size} entries is later than this package and says nothing of it.",
                           size=said.size)  # fmt: skip
            yield Finding("later", told, grave=False)
        elif (said.size, said.root) not in inside:
            told = message(
                "The first {size} entries are not those of the checkpoint that is held: the record was changed "
                "afterwards.",
                size=said.size,
            )
            yield Finding("held", told)


def clock_of(reader: Reader) -> Iterator[Finding]:
    """What whoever relies on the times has to know: a clock that was set, a PC that slept."""
    for entry, told in clock_remarks(reader):
        yield Finding("pc_clock", told, str(entry.seq), grave=False)
