"""The entries of a damaged file: found page by page, without the inner pages that lead to them.

SQLite's file format, https://www.sqlite.org/fileformat2.html §1.5, §1.6, §2.1: a leaf page of a table begins with the
byte 13 and names its cells; a cell is the length of a record, its row's number and the record, whose rest may lie in a
chain of overflow pages. Entries are never deleted, so no page holds an entry that is no longer one. What is found is
not proven: whoever reads it verifies it.
"""

from array import array
from pathlib import Path
from typing import BinaryIO, Self

PAGE = 4096
_LEAF, _INDEX = 13, 8  # the kind of a leaf page, and the size of its head
_MOST = PAGE - 35
_LEAST = (PAGE - 12) * 32 // 255 - 23
_ON_PAGE = PAGE - 4
_INTEGERS = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8, 8: 0, 9: 0}

Cells = tuple[object, ...]


class Pages:
    """The rows of the table of entries and of its head."""

    def __init__(self, file: BinaryIO) -> None:
        """Not called directly: use `open`."""
        self._file = file
        self._count = file.seek(0, 2) // PAGE
        self._places: dict[int, int] = {}
        self._head: Cells | None = None
        for number in range(2, self._count + 1):  # the first holds SQLite's own table
            self._find(number)

    @classmethod
    def open(cls, path: Path) -> Self | None:
        """None when the file has no entry. Raises OSError."""
        file = path.open("rb")
        found = cls(file)
        if found._places:
            return found
        file.close()
        return None

    def survey(self) -> "tuple[array[int], Cells | None]":
        """The numbers of all rows, in order, and the cells of the head: size, root, frontier."""
        return array("q", sorted(self._places)), self._head

    def cells(self, seq: int) -> Cells | None:
        """The cells of a row: entry, payload, values."""
        place = self._places.get(seq)
        return None if place is None else self._row(place)[1]

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _find(self, number: int) -> None:
        page = self._page(number)
        if page[0] != _LEAF:
            return
        for at in range(_INDEX, min(_INDEX + 2 * int.from_bytes(page[3:5]), PAGE - 1), 2):
            place = (number - 1) * PAGE + int.from_bytes(page[at : at + 2])
            try:
                seq, cells = self._row(place)
            except (ValueError, IndexError):
                continue
            if isinstance(cells[0], int):
                self._head = cells
            else:
                self._places.setdefault(seq, place)

    def _row(self, place: int) -> tuple[int, Cells]:
        """Number and cells, without the first, of the row at a place of the file; raises ValueError or IndexError."""
        page, at = self._page(place // PAGE + 1), place % PAGE
        length, at = _varint(page, at)
        seq, at = _varint(page, at)
        record = self._record(page, at, length)
        end, at = _varint(record, 0)
        kinds = []
        while at < end:
            kind, at = _varint(record, at)
            kinds.append(kind)
        if len(kinds) != 4 or at != end:
            raise ValueError(kinds)
        cells = []
        for kind in kinds:
            cell, at = _cell(record, kind, at)
            cells.append(cell)
        return seq, tuple(cells[1:])

    def _record(self, page: bytes, at: int, length: int) -> bytes:
        if length > self._count * PAGE:
            raise ValueError(length)
        if length <= _MOST:
            return page[at : at + length]
        here = _LEAST + (length - _LEAST) % _ON_PAGE
        here = here if here <= _MOST else _LEAST
        parts, missing = [page[at : at + here]], length - here
        number = int.from_bytes(page[at + here : at + here + 4])
        while missing > 0:
            if not 1 < number <= self._count:
                raise ValueError(number)
            more = self._page(number)
            number = int.from_bytes(more[:4])
            parts.append(more[4 : 4 + missing])
            missing -= _ON_PAGE
        return b"".join(parts)

    def _page(self, number: int) -> bytes:
        self._file.seek((number - 1) * PAGE)
        return self._file.read(PAGE)


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """A number of SQLite's variable length, and the place after it."""
    found = 0
    for byte in range(at, at + 8):
        found = found << 7 | data[byte] & 0x7F
        if data[byte] < 0x80:
            return found, byte + 1
    return found << 8 | data[at + 8], at + 9


def _cell(record: bytes, kind: int, at: int) -> tuple[object, int]:
    """A cell of this serial type, and the place after it."""
    if kind == 0:
        return None, at
    if kind in _INTEGERS:
        end = at + _INTEGERS[kind]
        return (kind - 8 if kind >= 8 else int.from_bytes(record[at:end], signed=True)), end
    end = at + (kind - 12) // 2
    if kind < 12 or kind % 2 or end > len(record):
        raise ValueError(kind)
    return record[at:end], end
