"""A table within a page: never wider than its place, as high as its rows, every word of a sentence to be read."""

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from labclient.ui._snug import SnugTable
from labclient.ui._theme import LIGHT, S2, Theme, apply, space
from labclient.words import message

ROWS = [
    ("10V", "Laboratory's standard, certificate", "1.000 µV"),
    ("1.018V", "Residual thermal EMF after reversal", "0.058 µV"),
    ("1.018V", "修正到参考温度的测量不确定度分量", "0.120 µV"),
]


@pytest.fixture
def table(light: Theme, qtbot: QtBot) -> SnugTable:
    made = SnugTable(
        "Budget", [message("Point"), message("Component"), message("Contribution")], wide=(1,), numbers=(2,)
    )
    qtbot.addWidget(made)
    made.show_rows(ROWS)
    made.show()
    return made


@pytest.mark.parametrize("scale", [1.0, 1.5, 2.0])
def test_sentences_wrap_and_none_is_cut(table: SnugTable, qapp: QApplication, scale: float) -> None:
    apply(qapp, LIGHT, scale)
    for width in range(round(330 * scale), round(700 * scale), 7):
        table.resize(width, table.height())
        assert table.horizontalHeader().length() <= table.viewport().width()
        for row, (_, text, _) in enumerate(ROWS):
            room = QRect(0, 0, table.columnWidth(1) - 2 * space(S2), 10_000)
            needed = table.fontMetrics().boundingRect(room, Qt.TextFlag.TextWordWrap, text).height()
            assert table.rowHeight(row) >= needed, (width, text)
        rows = sum(table.rowHeight(row) for row in range(len(ROWS)))
        assert table.maximumHeight() == table.horizontalHeader().height() + rows + 2 * table.frameWidth()
    apply(qapp, LIGHT)


def test_what_room_is_left_goes_to_the_sentences(table: SnugTable) -> None:
    table.resize(500, 100)
    before = [table.columnWidth(column) for column in range(3)]
    table.resize(700, 100)
    after = [table.columnWidth(column) for column in range(3)]
    assert after[1] - before[1] == 200
    assert after[::2] == before[::2]


def test_digits_meet_digits(table: SnugTable) -> None:
    assert all(table.item(row, 2).textAlignment() & Qt.AlignmentFlag.AlignRight for row in range(3))
    heading = table.horizontalHeaderItem(2)
    assert heading is not None
    assert heading.textAlignment() & Qt.AlignmentFlag.AlignRight


def test_a_long_heading_takes_two_lines_and_not_the_room_of_others(light: Theme, qtbot: QtBot) -> None:
    made = SnugTable("Budget", [message("Degrees of freedom"), message("Component")])
    qtbot.addWidget(made)
    assert [made.horizontalHeaderItem(column).text() for column in range(2)] == ["Degrees\nof freedom", "Component"]
