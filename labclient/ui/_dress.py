"""The application as a person likes it: theme, size, and Qt's own words in the language in use."""

from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator
from PySide6.QtWidgets import QApplication

from labclient.ui._preferences import Preferences
from labclient.ui._theme import DARK, LIGHT, apply, system_theme
from labclient.words import language

_NAME = "qt-words"


def dress(application: QApplication, liked: Preferences) -> None:
    """Dress every window that is open and those to come."""
    theme = {LIGHT.name: LIGHT, DARK.name: DARK}.get(liked.theme) or system_theme(application)
    apply(application, theme, liked.scale)
    for old in application.findChildren(QTranslator, _NAME):
        application.removeTranslator(old)
        old.deleteLater()
    translator = QTranslator(application)
    translator.setObjectName(_NAME)
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if translator.load(QLocale(language()), "qtbase", "_", folder):
        application.installTranslator(translator)
