"""The real window, driven from outside: started as a process on a screen of its own, with keys and nothing else."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from labclient.errors import Trouble
from labclient.notebook import Reader, check
from labclient.participation import STATIONS, State, read_state

from .screen import Screen, Window, screen

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Xvfb is a Linux program")

PROGRAM = (sys.executable, "-m", "labclient")
PAGES = {station: f"ctrl+{row + 1}" for row, station in enumerate(STATIONS)} | {"notebook": "ctrl+b"}
SMALL, USUAL = (1024, 680), (1280, 720)
_RAIL_PX, _TOP_PX = 300, 80  # what lies to the right of and below these is the page


@pytest.fixture(scope="module")
def monitor() -> Iterator[Screen]:
    with screen() as made:
        yield made


class Walk:
    """A new user's walk with an empty home: what was done, seen and left."""

    def __init__(self, monitor: Screen, folder: Path) -> None:
        self.home = folder / "home"
        self.pictures = folder
        self.monitor = monitor
        self.window = start(monitor, self.home)
        self.sizes: list[tuple[int, int]] = []
        self.seen = b""

    def try_it(self) -> None:
        """The one primary action of an empty home; the window changes its size while the demonstration goes on."""
        self.window.press("ctrl+Return")
        self.window.until(lambda: "arrival" in done(self.home), 120)
        usual = self.corner(USUAL)
        for size in (SMALL, USUAL):
            self.window.resize(*size)
            self.window.until(lambda size=size: self.corner(size) == usual, 120)
            self.monitor.shoot(self.pictures / f"at-{size[0]}.png")
            self.sizes.append(self.window.size())
        self.window.until(lambda: done(self.home) == STATIONS, 120)

    def look_at_every_page(self) -> list[bytes]:
        """The pages as they look, once the window works on the notebook itself."""
        self.window.until(lambda: (self.home / "recent.json").exists() and self.listed() and self.still(), 120)
        pages: list[bytes] = []
        for name, key in PAGES.items():
            before = self.page()
            self.window.press(key)
            self.window.until(lambda last=before: self.page() != last and self.still(), 120)
            self.monitor.shoot(self.pictures / f"{name}.png")
            pages.append(self.page())
        return pages

    def page(self) -> bytes:
        """The page that is shown."""
        return self.monitor.cut(_RAIL_PX, _TOP_PX, *USUAL)

    def listed(self) -> bool:
        """Whether there are stations in the rail: an empty one is all of one colour."""
        strip = self.monitor.cut(20, 300, 60, 500)
        return strip != strip[:4] * (len(strip) // 4)

    def still(self) -> bool:
        """Whether nothing on the page has moved since this was last asked."""
        before, self.seen = self.seen, self.page()
        return self.seen == before

    def corner(self, size: tuple[int, int]) -> bytes:
        """The right end of the status bar: the same in every size, once everything is laid out."""
        width, height = size
        return self.monitor.cut(width - 60, height - 25, width, height)


@pytest.fixture(scope="module")
def walk(monitor: Screen, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    """Everything up to the delivered package, once for all that is asked of it."""
    walked = Walk(monitor, tmp_path_factory.mktemp("walk"))
    try:
        walked.try_it()
        yield walked
    finally:
        walked.window.kill()


def start(monitor: Screen, home: Path) -> Window:
    """The window in English, for somebody whose labclient is at `home`."""
    world = os.environ | {"LABCLIENT_HOME": str(home), "LABCLIENT_LANGUAGE": "en"}
    return Window(monitor, PROGRAM, world, home.parent)


def notebook(home: Path) -> Path | None:
    return next(iter((home / "demo").glob("*/*.labnote")), None)


def state(home: Path) -> State | None:
    """The state that is durable now; None while there is none yet."""
    path = notebook(home)
    if path is None:
        return None
    try:
        with Reader.open(path) as reader:
            return read_state(reader) if reader.size > 2 else None
    except Trouble:  # it is being begun at this moment
        return None


def done(home: Path) -> tuple[str, ...]:
    read = state(home)
    return read.done if read else ()


def test_one_action_takes_a_new_user_to_a_delivered_package(walk: Walk) -> None:
    assert walk.window.actions == 1
    left, path = state(walk.home), notebook(walk.home)
    assert left is not None
    assert path is not None
    assert left.receipt is not None, "the receipt is recorded only after it was verified"
    assert left.packaged is not None
    assert (path.parent / left.packaged.file).stat().st_size == left.packaged.bytes
    assert check(path, deep=True).ok


def test_the_window_takes_another_size_while_it_is_at_work(walk: Walk) -> None:
    assert walk.sizes == [SMALL, USUAL]
    assert walk.window.size() == USUAL


def test_every_page_is_reached_by_a_key_and_the_window_quits_by_one(walk: Walk) -> None:
    """Trying it, looking at ten pages and leaving: twelve actions in all."""
    assert len(set(walk.look_at_every_page())) == len(PAGES)
    walk.window.press("ctrl+q")
    assert walk.window.process.wait(60) == 0
    assert walk.window.actions == len(PAGES) + 2


def test_a_window_that_was_killed_in_a_run_starts_again_and_nothing_is_lost(monitor: Screen, tmp_path: Path) -> None:
    home = tmp_path / "home"
    window = start(monitor, home)
    try:
        window.press("ctrl+Return")
        window.until(lambda: "warm-up" in done(home), 120)
    finally:
        window.kill()
    path = notebook(home)
    assert path is not None
    with Reader.open(path) as reader:
        before = reader.size
    assert before > 20

    window = start(monitor, home)
    try:
        window.press("ctrl+q")
        assert window.process.wait(60) == 0
    finally:
        window.kill()
    with Reader.open(path) as reader:
        assert reader.size >= before
