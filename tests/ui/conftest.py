"""The window's tests: no screen, and the look of the real window."""

import os
from collections.abc import Iterator

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from PySide6.QtWidgets import QApplication

from labclient.ui._theme import DARK, LIGHT, Theme, apply


@pytest.fixture(params=[LIGHT, DARK], ids=lambda theme: theme.name)
def theme(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[Theme]:
    """Each theme in turn, on; light again afterwards."""
    apply(qapp, request.param)
    yield request.param
    apply(qapp, LIGHT)


@pytest.fixture
def light(qapp: QApplication) -> Theme:
    """The light theme, on."""
    apply(qapp, LIGHT)
    return LIGHT
