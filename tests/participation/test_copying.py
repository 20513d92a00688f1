"""A second copy kept up to date: what is told, and how long a place that fails is left alone."""

from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest
from notebook.samples import CLOCK

from labclient.errors import NotebookDamaged, NotebookLocked, StorageTrouble, Trouble
from labclient.notebook import Copied, SecondCopy
from labclient.participation import keep_up
from labclient.words import message, say


class Patience(Event):
    """Ends after so many pauses, and keeps how long they were to be."""

    def __init__(self, pauses: int) -> None:
        super().__init__()
        self.left, self.seconds = pauses, list[float | None]()

    def wait(self, timeout: float | None = None) -> bool:
        self.seconds.append(timeout)
        self.left -= 1
        return self.left == 0


@pytest.fixture
def kept(tmp_path: Path) -> Callable[..., tuple[list[str], list[float | None]]]:
    """Keeps a copy whose advances end as given; what is told, and the pauses."""

    def keep(*ends: Copied | Trouble, there: bool = True) -> tuple[list[str], list[float | None]]:
        (tmp_path / "stick").mkdir()
        copy, left, told = SecondCopy(tmp_path / "a.labnote", tmp_path / "stick"), list(ends), list[str]()
        if there:
            copy.path.touch()

        def advance() -> Copied:
            end = left.pop(0)
            if isinstance(end, Trouble):
                raise end
            return end

        copy.advance = advance  # type: ignore[method-assign]
        ended = Patience(len(ends))
        keep_up(copy, CLOCK, lambda one: told.append(say(one).partition(" /")[0]), ended)
        return told, ended.seconds

    return keep


MISSING = StorageTrouble(message("Out."))


def test_each_change_is_told_once_and_catching_up_makes_no_pause(
    kept: Callable[..., tuple[list[str], list[float | None]]],
) -> None:
    told, pauses = kept(Copied(3, 9), Copied(9, 9), Copied(9, 9), Copied(10, 10))
    assert told == [
        "Second copy: at entry 2 of 8.",
        "Second copy: up to date to entry 8.",
        "Second copy: up to date to entry 9.",
    ]
    assert pauses == [0.0, 2.0, 2.0, 2.0]


def test_a_missing_stick_is_told_once_with_the_moment_and_looked_for_often(
    kept: Callable[..., tuple[list[str], list[float | None]]],
) -> None:
    told, pauses = kept(MISSING, MISSING, Copied(4, 4), MISSING, there=False)
    assert len(told) == 3
    assert told[0].startswith("Second copy: waiting since 2026-03-")
    assert told[0].endswith("(PC clock). Out.")
    assert told[2].startswith("Second copy: up to entry 3; waiting since 2026-03-")
    assert pauses == [2.0] * 4


def test_a_place_that_fails_is_left_alone_longer_and_longer(
    kept: Callable[..., tuple[list[str], list[float | None]]],
) -> None:
    _, pauses = kept(*[NotebookLocked(message("Held."))] * 6, Copied(1, 1), MISSING)
    assert pauses == [4.0, 8.0, 16.0, 32.0, 60.0, 60.0, 2.0, 4.0]


def test_what_waiting_does_not_mend_is_raised(kept: Callable[..., tuple[list[str], list[float | None]]]) -> None:
    with pytest.raises(NotebookDamaged):
        kept(NotebookDamaged(message("Broken.")))
