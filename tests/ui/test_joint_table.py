"""The correlation of the results in the window."""

import pytest
from pytestqt.qtbot import QtBot

from labclient import words
from labclient.evaluation import Joint, Result
from labclient.ui._joint_table import JointTable


def result_of(joint: Joint | None) -> Result:
    return Result(entries=1, program="0", methods=(), points=(), joint=joint)


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_the_matrix_is_shown_and_changes_with_the_result(qtbot: QtBot, light: object, language: str) -> None:
    words.use_language(language)
    made = JointTable()
    qtbot.addWidget(made)
    made.show_result(result_of(None))
    assert not made.isVisibleTo(None)
    joint = Joint("joint-first-order/1", ("S",), ("a", "b"), (("1.000000", "-0.123456"), ("-0.123456", "1.000000")))
    made.show_result(result_of(joint))
    assert made.table is not None
    assert [made.table.item(0, column).text() for column in range(3)] == ["a", "1.000", "−0.123"]
    assert "S" in made.said.text()
    three = Joint("joint-first-order/1", ("S", "t"), ("a", "b", "c"), (("1.000000",) * 3,) * 3)
    made.show_result(result_of(three))
    assert (made.table.rowCount(), made.table.columnCount()) == (3, 4)
    made.show_result(result_of(None))
    assert made.isHidden()
