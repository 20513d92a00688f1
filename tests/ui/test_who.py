"""Who is working is asked for a real participation, and taken from the trust list in a simulated one."""

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from labclient.home import shipped
from labclient.participation import State
from labclient.plan import TrustedPerson, TrustList, read_plan
from labclient.stations import PlanAccepted, TrustAccepted
from labclient.ui._theme import Theme
from labclient.ui._who import WhoDialog, people

NOUGHT = "0" * 64


@pytest.fixture
def begun() -> State:
    plan = read_plan(shipped("resources", "examples", "plan.json").read_bytes())
    listed = (("P-90", "PILOT", "pilot"), ("P-01", "LAB01", "operator"), ("P-02", "LAB01", "checker"))
    people = tuple(TrustedPerson(who, f"Person {who}", at, (role,), NOUGHT) for who, at, role in listed)  # type: ignore[arg-type]
    trust = TrustList("labclient-trust/1", plan.id, 1, "2026-03-02T00:00:00Z", True, ("root",), (), people)
    return State(
        plan=plan,
        accepted=PlanAccepted(name="plan.asice", document=plan, sha256=NOUGHT, origin="signed", laboratory="LAB01"),
        accepted_at=1,
        simulated=False,
        trust=TrustAccepted(name="trust.asice", document=trust, sha256=NOUGHT, root=NOUGHT),
    )


def test_without_a_trust_list_nobody_is_offered(begun: State) -> None:
    assert people(msgspec.structs.replace(begun, trust=None)) == ()


def test_the_people_of_this_laboratory_are_offered(begun: State, qtbot: QtBot, light: Theme) -> None:
    names = [one.id for one in people(begun)]
    assert names == ["P-01", "P-02"]
    parent = QWidget()
    qtbot.addWidget(parent)
    chosen: list[str] = []
    dialog = WhoDialog(parent, begun, chosen.append)
    dialog.open()
    assert not dialog.ok.isEnabled()
    dialog.list.setFocus()
    QTest.keyClick(dialog.list, Qt.Key.Key_Down)
    QTest.keyClick(dialog.list, Qt.Key.Key_Down)
    QTest.keyClick(dialog.list, Qt.Key.Key_Return)
    assert len(chosen) == 1
    assert chosen[0] in names


def test_a_person_who_is_not_on_the_list_is_typed(begun: State, qtbot: QtBot, light: Theme) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    chosen: list[str] = []
    dialog = WhoDialog(parent, begun, chosen.append)
    dialog.open()
    dialog.typed.setText("  P-77 ")
    QTest.keyClick(dialog.typed, Qt.Key.Key_Return)
    assert chosen == ["P-77"]
