"""One writer: a lock file beside the notebook, naming who holds it."""

import json
import os
import socket
from contextlib import suppress
from errno import ENOSPC
from pathlib import Path

from filelock import FileLock, Timeout

from labclient.errors import DiskFull, NotebookLocked, StorageTrouble
from labclient.words import message

_GRACE_S = 0.3  # who has just got it has named itself by then, and who is just leaving has left


class WriterLock:
    """Held from opening to closing; the system drops it when the process dies."""

    def __init__(self, path: Path) -> None:
        """Raises `NotebookLocked`, naming computer and process, when another holds it."""
        self._place = path.with_name(path.name + ".lock")
        self._lock = FileLock(
            self._place, timeout=_GRACE_S, poll_interval=_GRACE_S / 10, thread_local=False, on_acquired=_write_holder
        )
        try:
            self._lock.acquire()
        except Timeout as error:
            host, process = self._holder()
            raise NotebookLocked(
                message("{path} is open in process {process} on {host}.", path=str(path), process=process, host=host),
                message("Close it there first. Reading, checking and exporting work meanwhile."),
            ) from error
        except OSError as error:
            if error.errno == ENOSPC:
                raise DiskFull(message("The disk that holds {path} is full.", path=str(path))) from error
            raise StorageTrouble(
                message("{path} cannot be opened for writing: {cause}", path=str(path), cause=str(error)),
                message("Copy the notebook to where you may write. Reading, checking and exporting work."),
            ) from error

    def release(self) -> None:
        """Give the notebook free and remove the lock file."""
        if os.name != "nt":  # while held: who has opened it meanwhile finds it gone and starts anew
            self._remove()
        self._lock.release()
        if os.name == "nt":  # it goes when nobody has it open
            self._remove()

    def _remove(self) -> None:
        with suppress(OSError):  # still open on Windows, or on a disk that is gone or read-only now: it does no harm
            self._place.unlink()

    def _holder(self) -> tuple[str, str]:
        try:
            with self._place.open("rb") as file:
                file.seek(1)  # Windows locks the first byte against reading
                named = json.loads(file.read(1000))
            return str(named["host"]), str(named["process"])
        except (OSError, ValueError, KeyError, TypeError):
            return "?", "?"


def _write_holder(descriptor: int) -> None:
    named = {"host": socket.gethostname(), "process": os.getpid()}
    os.ftruncate(descriptor, 0)
    os.lseek(descriptor, 0, os.SEEK_SET)
    os.write(descriptor, b" " + json.dumps(named).encode())
