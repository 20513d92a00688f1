"""Compute… at the window, with keys: typed strictly, told in both languages, copied, and never recorded."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMainWindow
from pytestqt.qtbot import QtBot

from labclient import words
from labclient.home import Home
from labclient.metrology import BUILT_IN
from labclient.ui._aside import Aside
from labclient.ui._compute_dialog import ComputeDialog
from labclient.ui._desk import Desk
from labclient.ui._shell import Shell
from labclient.ui._theme import LIGHT, Theme, apply

from .conftest import missing_glyphs
from .desks import WAIT_MS, unnamed

AIR = {"t": ("21.3 °C", "0.05 K"), "p": ("998 hPa", "0.1 hPa"), "h": ("47 %RH", "")}


@pytest.fixture
def dialog(qtbot: QtBot, light: Theme) -> Iterator[ComputeDialog]:
    window, desk, aside = QMainWindow(), Desk(), Aside()
    qtbot.addWidget(window)
    window.resize(853, 480)
    window.show()
    made = ComputeDialog(window, desk, aside)
    made.open()
    yield made
    made.close()
    desk.shut()
    aside.shut()


def choose(dialog: ComputeDialog, model: str) -> None:
    dialog.model.setCurrentIndex(dialog.model.findData(model))


def fill(dialog: ComputeDialog, typed: dict[str, tuple[str, str]]) -> None:
    for line in dialog.lines:
        if line.name in typed:
            for field, text in zip((line.value, line.spread), typed[line.name], strict=True):
                field.clear()
                QTest.keyClicks(field, text)


def computed(dialog: ComputeDialog, qtbot: QtBot) -> str:
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(dialog.answer.toPlainText()), timeout=WAIT_MS)
    return dialog.answer.toPlainText()


def refusal(dialog: ComputeDialog, qtbot: QtBot) -> str:
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    qtbot.waitUntil(dialog.trouble.isVisible, timeout=WAIT_MS)
    assert not dialog.answer.toPlainText()
    return dialog.trouble.label.text()


def test_a_value_with_its_uncertainty_is_computed_and_copied(dialog: ComputeDialog, qtbot: QtBot) -> None:
    choose(dialog, "air-density")
    assert not dialog.ok.isEnabled()
    fill(dialog, AIR)
    assert dialog.ok.isEnabled()
    assert not dialog.copy.isEnabled()
    told = computed(dialog, qtbot)
    assert told.startswith("rho_a = 1.17585 kg/m³, U = ")
    assert "nothing of this is recorded" in told
    QTest.mouseClick(dialog.copy, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == told


def test_without_an_uncertainty_there_is_a_value_alone(dialog: ComputeDialog, qtbot: QtBot) -> None:
    choose(dialog, "air-density")
    fill(dialog, {name: (value, "") for name, (value, _) in AIR.items()})
    told = computed(dialog, qtbot)
    assert told.startswith("rho_a = 1.1758525")
    assert "U =" not in told


def test_what_is_typed_anew_takes_the_old_answer_away(dialog: ComputeDialog, qtbot: QtBot) -> None:
    choose(dialog, "kelvin")
    fill(dialog, {"t": ("20", "")})
    assert computed(dialog, qtbot).startswith("T = 293.15 K")
    QTest.keyClicks(dialog.lines[0].value, "1")
    assert not dialog.answer.toPlainText()
    choose(dialog, "length")
    assert [line.name for line in dialog.lines] == ["L", "alpha", "t", "t_ref"]
    assert dialog.lines[3].value.text() == "20"


@pytest.mark.parametrize(
    ("typed", "said"),
    [(("20,5 °C", ""), "20,5"), (("400 °C", ""), "here it is 400"), (("20 Pa", ""), "°C"), (("20", "x"), "x")],
)
def test_what_cannot_be_computed_is_refused_in_the_dialog(
    typed: tuple[str, str], said: str, dialog: ComputeDialog, qtbot: QtBot
) -> None:
    choose(dialog, "air-density")
    fill(dialog, AIR | {"t": typed})
    assert said in refusal(dialog, qtbot)


def test_a_coverage_factor_is_a_number(dialog: ComputeDialog, qtbot: QtBot) -> None:
    choose(dialog, "kelvin")
    fill(dialog, {"t": ("20", "0.1")})
    dialog.k.setText("two")
    assert "two" in refusal(dialog, qtbot)


def test_the_drawing_and_a_half_width_are_told(dialog: ComputeDialog, qtbot: QtBot) -> None:
    choose(dialog, "kelvin")
    fill(dialog, {"t": ("20", "0.1")})
    dialog.lines[0].form.setCurrentIndex(1)
    dialog.drawn.setChecked(True)
    told = computed(dialog, qtbot)
    assert "u = 0.0577 K" in told
    assert "Monte Carlo" in told


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_every_model_can_be_read_on_the_small_screen(language: str, dialog: ComputeDialog, qtbot: QtBot) -> None:
    words.use_language(language)
    window = dialog.parentWidget()
    assert isinstance(window, QMainWindow)
    told = ComputeDialog(window, dialog.desk, Aside())
    told.open()
    try:
        for id_ in BUILT_IN:
            choose(told, id_)
            QApplication.processEvents()
            assert unnamed(told) == []
            assert told.width() <= window.width()
            assert told.height() <= window.height()
            assert told.inputs.widget().minimumSizeHint().width() <= told.inputs.viewport().width(), id_
            assert missing_glyphs("".join(line.value.accessibleName() for line in told.lines)) == set()
    finally:
        told._aside.shut()
        told.close()


def test_it_opens_from_the_menu_without_a_notebook(qtbot: QtBot, home: Home, light: Theme, qapp: QApplication) -> None:
    shell = Shell()
    qtbot.addWidget(shell)
    shell.show()
    shell.activateWindow()
    qtbot.waitUntil(shell.isActiveWindow, timeout=WAIT_MS)
    try:
        QTest.keyClick(shell, Qt.Key.Key_M, Qt.KeyboardModifier.ControlModifier)
        qtbot.waitUntil(lambda: bool(shell.findChildren(ComputeDialog)), timeout=WAIT_MS)
        dialog = shell.findChildren(ComputeDialog)[0]
        assert dialog.isVisible()
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
        assert not dialog.isVisible()
    finally:
        shell.close()
        apply(qapp, LIGHT)
