"""The application: fonts, theme, Qt's own words, and the one window."""

import sys

from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator
from PySide6.QtWidgets import QApplication

from labclient.ui._ending import Ending
from labclient.ui._shell import Shell
from labclient.ui._theme import apply, system_theme
from labclient.words import language


def run() -> int:
    """Open the window and stay until it is closed; returns the exit code."""
    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    application.setApplicationName("labclient")
    apply(application, system_theme(application))
    translator = QTranslator()
    if translator.load(
        QLocale(language()), "qtbase", "_", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    ):
        application.installTranslator(translator)
    shell = Shell()
    shell.show()
    Ending(application)
    return application.exec()
