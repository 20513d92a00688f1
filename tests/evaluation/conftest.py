"""A notebook to write known numbers into, and a reader of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from labclient.notebook import Reader

from .records import ENTRIES, StillClock, Writer, new_notebook


class Record:
    """A notebook with its writer and reader."""

    def __init__(self, path: Path) -> None:
        self.clock = StillClock()
        self.notebook, self.write = new_notebook(path, self.clock)
        self.reader = Reader.open(path)

    def declare(self) -> None:
        """The laboratory's standard and its budget, as in the example."""
        self.write.enter("standard", ENTRIES["standard"])
        self.write.enter("budget", ENTRIES["budget"])

    def close(self) -> None:
        self.reader.close()
        self.notebook.close()


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    made = Record(tmp_path / "known.labnote")
    yield made
    made.close()


@pytest.fixture
def write(record: Record) -> Writer:
    return record.write
