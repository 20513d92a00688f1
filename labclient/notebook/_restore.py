"""Restore: from exported files to the notebook they came from.

The values are read again from the rows, so a restored notebook that checks shows that text, values, entries and tree of
an export belong together.
"""

from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

from labclient.errors import NotebookDamaged, StorageTrouble
from labclient.notebook import _file
from labclient.notebook._csvw import METADATA, Described
from labclient.notebook._entry import Entry, column_bytes, decode
from labclient.notebook._export import ENTRIES, RUNS, attachment_file, run_file
from labclient.notebook._rows import read_rows
from labclient.words import message

_BATCH = 500
_LONGEST_LINE = 16 << 20


def restore(folder: Path, path: Path) -> None:
    """Write the notebook `path` from the files that `export` wrote into `folder`.

    Nothing is judged here: `check` does that with the restored file. Raises `NotebookDamaged` when the files make no
    notebook, `WrongUse` when `path` exists, `StorageTrouble`.
    """
    connection = _file.create(path)
    try:
        with ExitStack() as files, _file.telling(path):
            runs = _Runs(folder, files)
            tree = _file.read_tree(connection)
            described = Described()
            connection.execute("BEGIN IMMEDIATE")
            with (folder / ENTRIES).open("rb") as lines:
                while line := lines.readline(_LONGEST_LINE):
                    if not line.endswith(b"\n"):
                        raise NotebookDamaged(message("The last line of the log is cut off."))
                    entry = decode(line[:-1])
                    described.add(entry, entry.seq)
                    payload = _payload(folder, runs, entry)
                    vals = None
                    if entry.values is not None and payload is not None:
                        vals = column_bytes(read_rows(entry, payload))
                    connection.execute("INSERT INTO log VALUES (?, ?, ?, ?)", (entry.seq, entry.line, payload, vals))
                    tree.append(entry.line)
            runs.finish(described)
            head = (tree.size, tree.root(), tree.frontier)
            connection.execute("UPDATE head SET size = ?, root = ?, frontier = ?", head)
            connection.execute("COMMIT")
    except OSError as error:
        raise StorageTrouble(
            message("{folder} cannot be read: {cause}", folder=str(folder), cause=str(error))
        ) from error
    finally:
        connection.close()


class _Runs:
    """The CSV files of the runs, each read on from where the last block ended."""

    def __init__(self, folder: Path, files: ExitStack) -> None:
        self._folder = folder
        self._files = files
        self._open: dict[int, BinaryIO] = {}

    def read(self, run: int, length: int) -> bytes:
        """The next `length` bytes of the rows of a run."""
        if run not in self._open:
            file = self._files.enter_context((self._folder / run_file(run)).open("rb"))
            file.readline(_LONGEST_LINE)
            self._open[run] = file
        return self._open[run].read(length)

    def finish(self, described: Described) -> None:
        """Raise `NotebookDamaged` when there are rows, or files of runs, that no entry names, or a description of them
        that is not theirs."""
        known = {run_file(run) for run in self._open}
        for path in sorted(self._folder.glob(f"{RUNS}/*")):
            if path.name == METADATA:
                if path.read_bytes() != described.written():
                    raise NotebookDamaged(message("{file} is not what the log says of its runs.", file=path.name))
            elif f"{RUNS}/{path.name}" not in known and len(path.read_bytes().splitlines()) > 1:
                raise NotebookDamaged(message("{file} belongs to no run of the log.", file=path.name))
        for run, file in self._open.items():
            if file.read(1):
                raise NotebookDamaged(message("{file} holds rows that no entry names.", file=run_file(run)))


def _payload(folder: Path, runs: _Runs, entry: Entry) -> bytes | None:
    if entry.payload is None:
        return None
    run = entry.body.get("run")
    if entry.kind == "block" and isinstance(run, int):
        return runs.read(run, entry.payload.length)
    return (folder / attachment_file(entry)).read_bytes()
