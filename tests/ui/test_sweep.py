"""Every page in every language, theme and size: no word is cut off, pale, or in another language, no control without
a name. The pictures are kept where `LABCLIENT_PICTURES` says."""

import contextlib
import os
from functools import partial
from pathlib import Path

import pytest
from participation.world import Office, office
from PySide6.QtWidgets import QApplication
from pytestqt.exceptions import TimeoutError as NeverCame
from pytestqt.qtbot import QtBot

from labclient import words
from labclient.home import Home
from labclient.ui import _errand
from labclient.ui._shell import Shell
from labclient.ui._theme import DARK, LIGHT, Theme, apply

from .desks import WAIT_MS, notebook_at
from .sweeping import faults

__all__ = ["office"]

SIZES = ((1280, 720), (1920, 1080), (853, 480))  # the last is 1280×720 at 150 %
STATIONS = ("arrival", "measurement", "results", "submission")
LOOKS = [
    (language, theme, size, STATIONS if size == SIZES[0] else STATIONS[1::2])
    for language in words.LANGUAGES
    for theme in (LIGHT, DARK)
    for size in SIZES
]
SETTLED_MS = 20_000  # until a page is laid out and what it asked for has come


@pytest.fixture(scope="module")
def notebooks(office: Office, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("sweep")
    return {station: notebook_at(office, folder / station, station) for station in STATIONS}


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("language", "theme", "size", "stations"), LOOKS,
    ids=[f"{language}-{theme.name}-{width}x{height}" for language, theme, (width, height), _ in LOOKS],
    indirect=["theme"],
)  # fmt: skip
def test_every_page_can_be_read(
    language: str, theme: Theme, size: tuple[int, int], stations: tuple[str, ...], notebooks: dict[str, Path],
    home: Home, qtbot: QtBot, qapp: QApplication,
) -> None:  # fmt: skip
    words.use_language(language)
    apply(qapp, theme)  # the font is that of the language
    shell = Shell()
    qtbot.addWidget(shell)
    shell.resize(*size)
    shell.show()
    found: dict[str, list[str]] = {}
    try:
        for station in stations:
            shell.open(notebooks[station])
            qtbot.waitUntil(partial(_is_open, shell, notebooks[station]), timeout=WAIT_MS)
            for view in shell.pages:
                shell.show_view(view)
                _let_it_fill(shell, qtbot)
                look = partial(_look, shell, view, size, found, f"{station}: {view}")
                with contextlib.suppress(NeverCame):
                    qtbot.waitUntil(look, timeout=SETTLED_MS)
                _keep(shell, f"{language}-{theme.name}-{size[0]}x{size[1]}-{station}-{view}")
    finally:
        shell.close()
    assert not found, "\n".join(f"{where}: {one}" for where, wrong in found.items() for one in wrong)


def _is_open(shell: Shell, path: Path) -> bool:
    return shell.snapshot is not None and shell.snapshot.path == path and shell.desk.idle


def _let_it_fill(shell: Shell, qtbot: QtBot) -> None:
    """Wait for what a page asks its helpers for when it is shown: an empty page is always readable."""
    for worker in (shell.aside, shell.tries):
        worker._thread.submit(int).result(WAIT_MS / 1000)
    QApplication.processEvents()  # the answers are taken
    qtbot.waitUntil(lambda: not _errand._under_way, timeout=WAIT_MS)


def _look(shell: Shell, view: str, size: tuple[int, int], found: dict[str, list[str]], where: str) -> bool:
    """Whether the page can be read now; what is wrong with it is in `found` until it can."""
    page = shell.pages[view]
    found[where] = faults(shell, page, chinese=words.language() == "zh_CN")
    if (shell.width(), shell.height()) != size:
        found[where].append(f"the window had to grow to {shell.size()}, the page to {page.minimumSizeHint()}")
    if shell.frame.rail.verticalScrollBar().maximum():
        found[where].append("not all stations are in sight")
    if not found[where]:
        del found[where]
    return where not in found


def _keep(shell: Shell, name: str) -> None:
    if folder := os.environ.get("LABCLIENT_PICTURES"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        assert shell.grab().save(str(Path(folder) / f"{name}.png"))
