"""Screenshots of the window for the README, and of every page for the eye: `python3 dev.py screenshots [--all]`.

A demonstration is recorded once without a screen; the window is then shown at work on it, in each language and theme.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from PySide6.QtCore import QDeadlineTimer
from PySide6.QtWidgets import QApplication

from labclient import words
from labclient.ui._shell import Shell
from labclient.ui._theme import DARK, LIGHT, Theme, apply

ROOT = Path(__file__).parent.parent
README = (("measurement", "light"), ("results", "light"), ("warm-up", "dark"))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", action="store_true", help="every page, in both themes")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "images")
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    application = QApplication(sys.argv[:1])
    with tempfile.TemporaryDirectory() as home:
        os.environ["LABCLIENT_HOME"] = home
        path = _recorded(application)
        for language in words.LANGUAGES:
            words.use_language(language)
            for theme in (LIGHT, DARK):
                apply(application, theme)
                _pages(application, path, asked.out, language, theme, every=asked.all)
    return 0


def _recorded(application: QApplication) -> Path:
    """Play the demonstration through the window's own way, to its end."""
    apply(application, LIGHT)
    shell = Shell()
    shell.try_demo()
    _wait(application, lambda: not shell.player.playing and shell.desk.participation is not None, 240)
    path = shell.path
    shell.close()
    assert path is not None
    return path


def _pages(application: QApplication, path: Path, out: Path, language: str, theme: Theme, *, every: bool) -> None:
    shell = Shell()
    shell.resize(1280, 720)
    shell.show()
    if every:
        _grab(application, shell, out / f"home-{language}-{theme.name}.png")
    shell.open(path)
    _wait(application, lambda: shell.snapshot is not None and shell.snapshot.state.station is None, 60)
    for row, station in enumerate(shell.pages):
        if every or (station, theme.name) in README:
            shell.rail.setCurrentRow(row)
            _grab(application, shell, out / f"{station}-{language}-{theme.name}.png")
    shell.close()


def _grab(application: QApplication, shell: Shell, path: Path) -> None:
    _wait(application, lambda: False, 0.5)
    shell.grab().save(str(path))


def _wait(application: QApplication, true: Callable[[], bool], seconds: float) -> None:
    end = QDeadlineTimer(round(seconds * 1000))
    while not true() and not end.hasExpired():
        application.processEvents()


if __name__ == "__main__":
    sys.exit(main())
