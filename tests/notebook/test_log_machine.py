"""The log as a state machine: a list of lines and the file agree, whatever happens in whatever order."""

import shutil
import tempfile
from pathlib import Path
from random import Random

import numpy as np
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from labclient.notebook import Draft, Entry, Notebook, Reader, check
from labclient.signing import NoteKey, root_of
from notebook.samples import AUTHOR, CLOCK, exported

PAGE = 4096
KEY = NoteKey.generate("lab-07")
BODY = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=8),
    lambda member: st.lists(member, max_size=3) | st.dictionaries(st.text(max_size=5), member, max_size=3),
    max_leaves=6,
)
DRAFT = st.builds(
    Draft,
    kind=st.sampled_from(["note", "arrival"]),
    body=st.dictionaries(st.text(max_size=5), BODY, max_size=3),
    author=st.text(max_size=5),
    station=st.just("arrival"),
    payload=st.none() | st.binary(max_size=6000),
    values=st.none() | st.integers(0, 50).map(lambda rows: np.linspace(0, 1, 2 * rows).reshape(rows, 2)),
)


class Log(RuleBasedStateMachine):
    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.path = self.folder / "log" / "a.labnote"
        self.path.parent.mkdir()
        self.notebook = Notebook.create(self.path, clock=CLOCK, author=AUTHOR, key=KEY, body={})
        self.entries: list[Entry] = [self.notebook.origin]
        self.payloads: dict[int, bytes] = {}

    @rule(drafts=st.lists(DRAFT, max_size=3))
    def append(self, drafts: list[Draft]) -> None:
        made = self.notebook.append(*drafts)
        for entry, draft in zip(made, drafts, strict=True):
            assert (entry.seq, entry.kind, entry.author) == (len(self.entries), draft.kind, draft.author)
            self.entries.append(entry)
            if draft.payload is not None:
                self.payloads[entry.seq] = draft.payload

    @rule()
    def checkpoint(self) -> None:
        self.notebook.checkpoint(KEY)
        with Reader.open(self.path) as reader:
            self.entries.append(reader.entry(len(self.entries)))

    @rule()
    def reopen(self) -> None:
        self.notebook.close()
        assert [file.name for file in self.path.parent.iterdir()] == [self.path.name]
        self.notebook = Notebook.open(self.path, clock=CLOCK)

    @rule()
    def crash(self) -> None:
        """Go on with the files as they lie there, as after a power cut."""
        left = self.folder / "left"
        shutil.copytree(self.path.parent, left)
        self.notebook.close()
        shutil.rmtree(self.path.parent)
        left.rename(self.path.parent)
        self.notebook = Notebook.open(self.path, clock=CLOCK)

    @rule(
        drafts=st.lists(DRAFT, min_size=1, max_size=3),
        bulk=st.integers(1, 9),
        dice=st.randoms(use_true_random=False),
        state=st.sampled_from(["journal", "pages", "done"]),
    )
    def power_cut(self, drafts: list[Draft], bulk: int, dice: Random, state: str) -> None:
        """The power fails in the middle of a commit, with the disk in any state that this leaves.

        "journal": not all of it is there, so no page was written. "pages": all of the journal, and any of the pages.
        "done": all pages, and the journal's head is struck out.
        """
        journal = self.path.with_name(self.path.name + "-journal")
        if state == "done":
            self.append(drafts)
            left, beside = self.path.read_bytes(), journal.read_bytes()
        else:
            before, after, beside = self.half_committed(journal, bulk)
            left = mixed(before, after, dice) if state == "pages" else before
            beside = beside if state == "pages" else beside[: dice.randrange(len(beside) + 1)]
        self.notebook.close()
        self.path.write_bytes(left)
        journal.write_bytes(beside)
        self.notebook = Notebook.open(self.path, clock=CLOCK)

    def half_committed(self, journal: Path, bulk: int) -> tuple[bytes, bytes, bytes]:
        """The file before and in the middle of a commit of so many large entries, and its journal then."""
        connection = self.notebook._connection
        assert connection is not None
        before = self.path.read_bytes()
        connection.execute("PRAGMA cache_size = 1")  # so that pages are written before the commit
        connection.execute("BEGIN IMMEDIATE")
        for seq in range(self.notebook.size, self.notebook.size + bulk):
            connection.execute("INSERT INTO log VALUES (?, ?, ?, NULL)", (seq, b"{}", bytes(6000)))
        connection.execute("UPDATE head SET size = size + ?", (bulk,))
        after, beside = self.path.read_bytes(), journal.read_bytes()
        connection.execute("ROLLBACK")
        return before, after, beside

    @rule()
    def export(self) -> None:
        out = self.folder / "out"
        files = exported(self.path, out)
        shutil.rmtree(out)
        assert files["log/entries.jsonl"] == b"".join(entry.line + b"\n" for entry in self.entries)
        attached = {int(name[12:].split("-")[0]): data for name, data in files.items() if name.startswith("att")}
        assert attached == self.payloads

    @invariant()
    def file_and_model_agree(self) -> None:
        with Reader.open(self.path) as reader:
            assert list(reader.entries()) == self.entries
            assert reader.head() == (len(self.entries), root_of(entry.line for entry in self.entries).hex())

    def teardown(self) -> None:
        self.notebook.close()
        report = check(self.path, deep=True)
        shutil.rmtree(self.folder)
        assert report.ok


def mixed(before: bytes, after: bytes, dice: Random) -> bytes:
    """A file of which each page is as it was or as it was to be; of new ones, some are not there."""
    length = dice.randrange(len(before), len(after) + 1, PAGE)
    pages = [dice.choice((before, after))[at : at + PAGE] or after[at : at + PAGE] for at in range(0, length, PAGE)]
    return b"".join(pages)


Log.TestCase.settings = settings(
    max_examples=20, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
)
TestLog = Log.TestCase
