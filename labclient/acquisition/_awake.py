"""Keeps the PC awake while a run is recorded: one that sleeps loses a night. Where that fails the run goes on, and
somebody is told."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from labclient.words import Message, message

Keeper = Callable[[Callable[[Message], object]], AbstractContextManager[None]]

_STEP = message("This PC may fall asleep during the run: switch sleep off in the settings of its system.")


@contextmanager
def kept_awake(tell: Callable[[Message], object]) -> Iterator[None]:
    """While this is open the PC does not go to sleep; its screen may. `tell` gets one sentence where it could not be
    asked for, and nothing is raised: a run is worth more than the certainty of its end."""
    release = _asked(tell)
    try:
        yield
    finally:
        release()


def _asked(tell: Callable[[Message], object]) -> Callable[[], object]:
    """Ask the system; returns what takes the request back."""
    try:
        from wakepy import keep

        mode = keep.running(on_fail="pass")
        mode.__enter__()
    except Exception:  # noqa: BLE001 - what lies below raises whatever a system raises; a run is not lost by it
        tell(_STEP)
        return lambda: None
    if not mode.active:
        tell(_STEP)

    def release() -> None:
        try:
            mode.__exit__(None, None, None)
        except Exception:  # noqa: BLE001 - the system forgets the request with this program at the latest
            tell(message("The request that this PC stays awake could not be taken back; it ends with the program."))

    return release
