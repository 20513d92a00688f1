"""An ASiC-E container opened for reading: every byte has been read and hashed once before anything is believed."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from labclient.errors import NotVerified
from labclient.signing._files import replacing, storage
from labclient.signing._zip import Entry, chunks, directory, header, scan
from labclient.words import message


class Container:
    """The files of an open container. What is read later must still have the digest it had at the opening."""

    def __init__(self, file: BinaryIO, path: Path) -> None:
        self._file, self._path = file, path
        entries = scan(file)
        self.entries: Mapping[str, Entry] = {entry.name: entry for entry in entries}
        self.digests: dict[str, bytes] = {}
        """Name to SHA-256."""
        whole = sha256()
        for entry in entries:
            whole.update(header(entry))
            content = sha256()
            for chunk in chunks(file, entry):
                content.update(chunk)
                whole.update(chunk)
            self.digests[entry.name] = content.digest()
        whole.update(directory(entries))
        self.sha256 = whole.hexdigest()
        """Of the whole file, in hexadecimal."""

    def read(self, name: str, max_bytes: int) -> bytes:
        """A file inside, whole. Raises NotVerified when it is missing, larger than `max_bytes`, or has changed."""
        entry = self._entry(name)
        if entry.size > max_bytes:
            raise NotVerified(message("{name} is larger than {limit} bytes.", name=name, limit=max_bytes))
        return b"".join(self.pieces(name))

    def pieces(self, name: str) -> Iterator[bytes]:
        """A file inside, piece by piece; raises NotVerified at the end when it has changed since the opening."""
        content = sha256()
        with storage(self._path):
            for chunk in chunks(self._file, self._entry(name)):
                content.update(chunk)
                yield chunk
        if content.digest() != self.digests[name]:
            raise NotVerified(message("{name} changed while it was read.", name=name))

    def copy_out(self, name: str, path: Path) -> None:
        """Write a file inside under a path of the caller's choice, which appears whole or not at all."""
        with replacing(path) as file:
            for chunk in self.pieces(name):
                file.write(chunk)

    def _entry(self, name: str) -> Entry:
        entry = self.entries.get(name)
        if entry is None:
            raise NotVerified(message("{name} is missing in the container.", name=name))
        return entry


@contextmanager
def read_container(path: Path) -> Iterator[Container]:
    """Open and hash a container. Raises NotVerified unless it has exactly the form that the writer makes,
    StorageTrouble when it cannot be read. What it holds is not believed before `verify` says so."""
    with storage(path):
        file = path.open("rb")
    with file:
        with storage(path):
            container = Container(file, path)
        yield container
