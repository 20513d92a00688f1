"""Screenshots of the window for the README, or of every page for the eye: `python3 dev.py screenshots [--all DIR]`.

A demonstration is played through the window without a screen; its notebook is then shown page by page.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable
from itertools import product
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from PySide6.QtCore import QDeadlineTimer
from PySide6.QtWidgets import QApplication

from labclient import words
from labclient.participation import STATIONS
from labclient.ui._shell import Shell
from labclient.ui._theme import DARK, LIGHT, apply

IMAGES = Path(__file__).parent.parent / "docs" / "images"
SIZE = (1280, 720)
SCALES = (1.0, 1.5)
README = (("measurement", LIGHT), ("results", LIGHT), ("warm-up", DARK))
PAGES = (*STATIONS, "notebook")
_PLAYED_S, _OPENED_S, _PAINTED_S = 240.0, 60.0, 0.5


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", type=Path, metavar="DIR", help="every page in each language, theme and size, into DIR")
    out: Path | None = parser.parse_args().all
    application = QApplication(sys.argv[:1])
    with tempfile.TemporaryDirectory() as home:
        os.environ["LABCLIENT_HOME"] = home
        notebook = _played(application)
        if out is None:
            for language, (station, theme) in product(words.LANGUAGES, README):
                words.use_language(language)
                apply(application, theme)
                _shoot(application, notebook, {station: IMAGES / f"{station}-{language}-{theme.name}.png"})
        else:
            out.mkdir(parents=True, exist_ok=True)
            for language, theme, scale in product(words.LANGUAGES, (LIGHT, DARK), SCALES):
                words.use_language(language)
                apply(application, theme, scale)
                kind = f"{language}-{theme.name}-{scale * 100:.0f}"
                _shoot(application, None, {"home": out / f"home-{kind}.png"})
                _shoot(application, notebook, {page: out / f"{page}-{kind}.png" for page in PAGES})
    return 0


def _played(application: QApplication) -> Path:
    """Play the demonstration through the window's own way, to its end; its notebook."""
    apply(application, LIGHT)
    shell = Shell()
    shell.try_demo()
    _wait(application, lambda: not shell.player.playing and shell.desk.participation is not None, _PLAYED_S)
    path = shell.path
    shell.close()
    assert path is not None
    return path


def _shoot(application: QApplication, notebook: Path | None, pictures: dict[str, Path]) -> None:
    """Keep a picture of each of these pages, with the notebook open if there is one."""
    shell = Shell()
    shell.resize(*SIZE)
    shell.show()
    if notebook is not None:
        shell.open(notebook)
        _wait(application, lambda: shell.snapshot is not None and shell.snapshot.state.station is None, _OPENED_S)
    for page, path in pictures.items():
        if page == "notebook":
            shell.show_view("notebook")
        elif page != "home":
            shell.go_to(page)
        _pass(application, _PAINTED_S)
        shell.grab().save(str(path))
    shell.close()


def _wait(application: QApplication, true: Callable[[], bool], seconds: float) -> None:
    """Let the window live until something is true; raises `TimeoutError` when it does not become so."""
    end = QDeadlineTimer(round(seconds * 1000))
    while not true():
        if end.hasExpired():
            raise TimeoutError
        application.processEvents()


def _pass(application: QApplication, seconds: float) -> None:
    """Let the window live for a while."""
    end = QDeadlineTimer(round(seconds * 1000))
    while not end.hasExpired():
        application.processEvents()


if __name__ == "__main__":
    sys.exit(main())
