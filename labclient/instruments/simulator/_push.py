"""The lines that a simulated instrument sends by itself, one a period, from what starts them to what stops them."""

import asyncio
from collections.abc import Callable

from labclient.instruments.simulator._talk import Talk


class Push:
    """Keeps time for the reading that `talk` was told to send; `talk` may be another one later. `line` sends one, after
    the real seconds that it returns."""

    def __init__(self, talk: Callable[[], Talk], line: Callable[[], float], speed: float) -> None:
        self._talk = talk
        self._line = line
        self._speed = speed
        self._next: asyncio.TimerHandle | None = None

    def follow(self) -> None:
        """Begin or end, as the instrument was told last."""
        if self._talk().pushing is None:
            if self._next is not None:
                self._next.cancel()
                self._next = None
        elif self._next is None:
            self._schedule(asyncio.get_running_loop().time())

    def _schedule(self, last: float) -> None:
        due = last + self._talk().push_period_s / self._speed
        self._next = asyncio.get_running_loop().call_at(due, self._due, due)

    def _due(self, at: float) -> None:
        delay_s = self._line()
        self._next = None
        if self._talk().pushing is not None:
            self._schedule(
                max(at + delay_s, asyncio.get_running_loop().time() - 1.0)
            )  # it does not make up for a long stall
