"""Notebooks to test with."""

from collections.abc import Callable
from pathlib import Path

import pytest

from labclient.notebook import Notebook
from labclient.signing import NoteKey
from notebook.samples import AUTHOR, CLOCK, fill


@pytest.fixture(scope="session")
def key() -> NoteKey:
    return NoteKey.generate("lab-07")


@pytest.fixture
def new(tmp_path: Path, key: NoteKey) -> Callable[[str], Notebook]:
    """Makes an open, empty notebook of that name."""

    def make(name: str = "a.labnote") -> Notebook:
        return Notebook.create(tmp_path / name, clock=CLOCK, author=AUTHOR, key=key, body={"comparison": "DCV-10"})

    return make


@pytest.fixture
def closed(new: Callable[[str], Notebook], key: NoteKey) -> Path:
    """The file of a filled, closed notebook."""
    with new("closed.labnote") as notebook:
        fill(notebook, key)
    return notebook.path
