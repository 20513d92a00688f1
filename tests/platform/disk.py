"""tuspyserver's storage, with what it lacks: the offset is what the file holds, and a full disk is told as 507.

As it comes, it keeps the offset in a side file that is written when a request ends. After a kill in the midst of one,
or a full disk, that is less than the file holds, and the next request appends at the wrong place.
"""

import asyncio
import os
from typing import Any

from fastapi import HTTPException
from tuspyserver.storage.local import LocalFileStorage


class Disk(LocalFileStorage):
    async def append(self, uid: str, chunk: bytes) -> None:
        def write() -> None:
            with open(self._path(uid), "ab", buffering=0) as file:  # noqa: PTH123 - the library's own paths are strings
                left = memoryview(chunk)
                while left:
                    left = left[file.write(left) :]

        await self._or_507(write)

    async def flush(self, uid: str) -> None:
        def sync() -> None:
            with open(self._path(uid), "rb+") as file:  # noqa: PTH123
                os.fsync(file.fileno())

        await self._or_507(sync)

    async def read_info(self, uid: str) -> dict[str, Any] | None:
        info = await super().read_info(uid)
        return info if info is None else info | {"offset": await self.size(uid)}

    async def _or_507(self, work: Any) -> None:
        try:
            await asyncio.to_thread(work)
        except OSError as error:
            raise HTTPException(507, "the disk is full") from error
