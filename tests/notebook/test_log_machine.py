"""The log as a state machine: a list of lines and the file agree, whatever happens in whatever order."""

import shutil
import tempfile
from pathlib import Path

import numpy as np
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from labclient.notebook import Draft, Entry, Notebook, Reader, check
from labclient.signing import NoteKey, root_of
from notebook.samples import AUTHOR, CLOCK, exported

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


Log.TestCase.settings = settings(
    max_examples=20, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
)
TestLog = Log.TestCase
