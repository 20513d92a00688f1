"""What holds on every page: everything is done by keyboard, no key means two things, labels lead to their fields, and
nobody is asked whether he is sure."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from participation.world import Office, office
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractButton, QFormLayout, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

import labclient.ui
from labclient import words
from labclient.home import Home
from labclient.ui._shell import Shell
from labclient.ui._theme import Theme

from .desks import WAIT_MS, notebook_at
from .test_commands import EATEN

__all__ = ["office"]
SOURCES = sorted(Path(labclient.ui.__file__).parent.glob("*.py"))


@pytest.fixture(scope="module", params=["arrival", "measurement", "submission"])
def notebook(request: pytest.FixtureRequest, office: Office, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return notebook_at(office, tmp_path_factory.mktemp("principles") / request.param, request.param)


@pytest.fixture
def shell(qtbot: QtBot, home: Home, light: Theme, notebook: Path) -> Iterator[Shell]:
    words.use_language("en")
    window = Shell()
    qtbot.addWidget(window)
    window.show()
    window.open(notebook)
    qtbot.waitUntil(lambda: window.snapshot is not None and window.desk.idle, timeout=WAIT_MS)
    yield window
    window.close()


def keys_of(shell: Shell, page: QWidget) -> Iterator[tuple[str, str]]:
    """Every key that means something while a page is in sight, and what it is that it means."""
    for command in shell.commands():
        yield QKeySequence(command.keys).toString(), str(command.label)
    for button in (*page.findChildren(QAbstractButton), *shell.frame.side.findChildren(QAbstractButton)):
        if button.isVisible() and (key := button.shortcut().toString()):
            yield key, button.text()
    for shortcut in page.findChildren(QShortcut):
        if shortcut.isEnabled() and shortcut.context() == Qt.ShortcutContext.WindowShortcut:
            yield shortcut.key().toString(), shortcut.objectName()
    for label in page.findChildren(QLabel):
        if label.isVisible() and label.buddy() is not None and (key := QKeySequence.mnemonic(label.text()).toString()):
            yield key, label.text()


def test_every_button_is_reached_by_keyboard_and_no_key_means_two_things(shell: Shell, qtbot: QtBot) -> None:
    for view, page in shell.pages.items():
        shell.show_view(view)
        qtbot.waitUntil(page.isVisible)
        unreached = [
            button.text() or button.accessibleName()
            for button in page.findChildren(QPushButton)
            if button.isVisible() and button.isEnabled()
            if not (button.focusPolicy() & Qt.FocusPolicy.TabFocus or button.shortcut().toString())
        ]
        assert not unreached, view
        means = Counter(key for key, _ in keys_of(shell, page))
        twice = {key: [what for one, what in keys_of(shell, page) if one == key] for key, n in means.items() if n > 1}
        assert not twice, view
        for key in means:
            assert key not in EATEN
            assert len(key) > 1, (view, key)


def test_the_one_primary_action_of_a_page_stands_at_the_bottom_right(shell: Shell, qtbot: QtBot) -> None:
    for view, page in shell.pages.items():
        shell.show_view(view)
        qtbot.waitUntil(page.isVisible)
        leading = [one for one in page.findChildren(QPushButton, "primary") if one.isVisible()]
        assert len(leading) <= 1, view
        shown = [page.buttons.itemAt(place).widget() for place in range(page.buttons.count())]
        shown = [one for one in shown if one is not None and one.isVisible()]
        assert not leading or shown[-1] is leading[0], view


def test_every_title_stands_in_the_same_place(shell: Shell, qtbot: QtBot) -> None:
    places = set()
    for view, page in shell.pages.items():
        shell.show_view(view)
        qtbot.waitUntil(page.isVisible)
        page.layout().activate()
        places.add(page.title.x())
    assert len(places) == 1


def test_a_label_beside_a_field_leads_to_it(shell: Shell) -> None:
    for view, page in shell.pages.items():
        for form in page.findChildren(QFormLayout):
            for row in range(form.rowCount()):
                label, field = (form.itemAt(row, role) for role in (_LABEL, _FIELD))
                if label is None or field is None or field.widget() is None:
                    continue
                one, led_to = label.widget(), field.widget()
                if isinstance(one, QLabel) and led_to.focusPolicy() & Qt.FocusPolicy.TabFocus:
                    assert one.buddy() is not None, (view, one.text())


_LABEL, _FIELD = QFormLayout.ItemRole.LabelRole, QFormLayout.ItemRole.FieldRole


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_nobody_is_asked_whether_he_is_sure(source: Path) -> None:
    """No yes and no: a box says what its buttons do. Nothing is asked in a way that stops the window."""
    text = source.read_text(encoding="utf-8")
    of_boxes = {ast.unparse(one) for one in ast.walk(ast.parse(text)) if isinstance(one, ast.Attribute)}
    boxes = {one for one in of_boxes if "MessageBox" in one or "ButtonBox" in one}
    assert not {one for one in boxes if re.search(r"\.(Yes|No|question$)", one)}
    assert not re.search(r"are you sure", text, re.IGNORECASE)
