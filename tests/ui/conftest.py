"""The window's tests: no screen, the look of the real window, and nothing left behind."""

import gc
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QTextLayout
from PySide6.QtWidgets import QApplication

from labclient.ui._theme import DARK, LIGHT, Theme, apply

from .desks import sweep


@pytest.fixture(autouse=True)
def swept() -> Iterator[None]:
    """What a test closed is gone before the next."""
    yield
    sweep()


@pytest.fixture(params=[LIGHT, DARK], ids=lambda theme: theme.name)
def theme(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[Theme]:
    """Each theme in turn, on; light again afterwards."""
    apply(qapp, request.param)
    yield request.param
    if request.param is not LIGHT:
        sweep()
        apply(qapp, LIGHT)


@pytest.fixture
def light(qapp: QApplication) -> Theme:
    """The light theme, on."""
    apply(qapp, LIGHT)
    return LIGHT


def missing_glyphs(text: str) -> set[str]:
    """The characters of `text` for which the window's font has no glyph, with all its substitutes."""
    missing = set()
    for character in set(text) - {"\n"}:
        layout = QTextLayout(character, QApplication.font())
        layout.beginLayout()
        layout.createLine()
        layout.endLayout()
        if any(0 in run.glyphIndexes() for run in layout.glyphRuns()):
            missing.add(character)
    return missing


@contextmanager
def _nothing_left(kind: type[QObject]) -> Iterator[None]:
    before = _alive(kind)
    yield
    assert _alive(kind) <= before


def _alive(kind: type[QObject]) -> int:
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    QApplication.processEvents()
    gc.collect()
    return sum(isinstance(one, kind) for one in gc.get_objects())


@pytest.fixture
def nothing_left(light: Theme) -> Callable[[type[QObject]], AbstractContextManager[None]]:
    """A context that leaves no more objects of a kind alive than there were."""
    return _nothing_left
