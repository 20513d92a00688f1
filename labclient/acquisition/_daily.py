"""A checkpoint a day, whoever works and whatever runs: before the first entry of a new day (UTC), the recorder signs
all entries until then.

    checkpoint-missed   day, reason: "no key" or "no file", and cause: what the system said

A missed checkpoint holds up nothing.
"""

from collections.abc import Callable
from pathlib import Path

from labclient.clock import iso
from labclient.errors import Trouble
from labclient.notebook import Draft, Notebook, Reader
from labclient.signing import NoteKey, write_whole
from labclient.words import say

_AUTHOR = "program"


class DailyCheckpoint:
    """`key` gives the key of the notebook or raises `Trouble`; the note is left in `file`."""

    def __init__(self, key: Callable[[], NoteKey], file: Path) -> None:
        self._key = key
        self._file = file
        self._day: str | None = None

    def before_entries(self, notebook: Notebook, *, signed_anyway: bool = False) -> None:
        """Sign the head of `notebook` if its last entry is of another day than now; not when a checkpoint is asked for
        at this very moment. Called by the recorder's thread, which alone touches the notebook."""
        if self._day is None:
            with Reader.open(notebook.path) as reader:
                self._day = reader.entry(notebook.size - 1).t[:10]
        day, last = iso(notebook.clock.utc())[:10], self._day
        self._day = day
        if day != last and not signed_anyway:
            self._sign(notebook, day)

    def _sign(self, notebook: Notebook, day: str) -> None:
        try:
            key = self._key()
            notebook.check_key(key)
        except (Trouble, ValueError) as missing:  # a key file cut short is none
            self._missed(notebook, day, "no key", missing)
            return
        note = notebook.checkpoint(key)
        try:
            write_whole(self._file, note.encode())
        except Trouble as refused:
            self._missed(notebook, day, "no file", refused)

    @staticmethod
    def _missed(notebook: Notebook, day: str, reason: str, cause: Exception) -> None:
        told = say(cause.sentence, "en") if isinstance(cause, Trouble) else str(cause)
        body = {"day": day, "reason": reason, "cause": told}
        notebook.append(Draft(kind="checkpoint-missed", body=body, author=_AUTHOR))
