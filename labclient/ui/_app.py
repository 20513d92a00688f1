"""The application: fonts, theme, Qt's own words, and the one window."""

import sys
from os import environ

from PySide6.QtWidgets import QApplication

from labclient.ui._dress import dress
from labclient.ui._ending import Ending
from labclient.ui._preferences import preferences
from labclient.ui._shell import Shell
from labclient.words import use_language


def run() -> int:
    """Open the window and stay until it is closed; returns the exit code."""
    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    application.setApplicationName("labclient")
    liked = preferences()
    if liked.language and "LABCLIENT_LANGUAGE" not in environ:
        use_language(liked.language)
    dress(application, liked)
    shell = Shell(liked)
    shell.show()
    Ending(application)
    return application.exec()
