"""A participation is begun on one sheet: what the plan says is offered; what is wrong is said and mended there."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from evaluation.records import small_plan_json
from participation.world import Office, office
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

from labclient.clock import SystemClock
from labclient.demo._papers import prepare_papers
from labclient.errors import NotVerified
from labclient.home import Home
from labclient.notebook import Reader
from labclient.participation import read_state
from labclient.ui._begin import BeginDialog, ask_beginning
from labclient.ui._plan_look import look_at
from labclient.ui._theme import Theme

from .desks import WAIT_MS, Window, name_file, press, tab_order, the, unnamed, write

__all__ = ["office"]


@pytest.fixture
def window(qtbot: QtBot, light: Theme, home: Home) -> Iterator[Window]:
    made = Window()
    qtbot.addWidget(made)
    made.desk.who = ""
    made.resize(1100, 620)
    made.show()
    yield made
    made.leave()


@pytest.fixture
def dialog(window: Window, qtbot: QtBot) -> BeginDialog:
    ask_beginning(window)
    return the(window, BeginDialog, qtbot)


def looked(dialog: BeginDialog, plan: Path, qtbot: QtBot) -> None:
    """The plan is named, and has been looked at."""
    write(dialog.plan, str(plan))
    press(dialog.plan, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(dialog.title.text()), timeout=WAIT_MS)


def filled(dialog: BeginDialog, office: Office, notebook: Path, qtbot: QtBot, *, root: str | None = None) -> None:
    looked(dialog, office.papers.plan, qtbot)
    write(dialog.root, root or office.papers.root)
    _pick(dialog.laboratory, 0)
    _pick(dialog.who, 0)
    write(dialog.notebook, str(notebook))


def _pick(box: QComboBox, place: int) -> None:
    """Down as often as it takes."""
    for _ in range(place + 1):
        press(box, Qt.Key.Key_Down)
    assert box.currentIndex() == place


def begun(window: Window, notebook: Path, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not window.findChildren(BeginDialog), timeout=WAIT_MS)
    with Reader.open(notebook) as reader:
        state = read_state(reader)
    assert (state.accepted.laboratory, state.accepted.origin) == ("LAB01", "signed")
    assert notebook.with_suffix(".checkpoint.txt").is_file()


def test_one_sheet_begins_a_notebook(
    window: Window, dialog: BeginDialog, office: Office, qtbot: QtBot, tmp_path: Path
) -> None:
    notebook = tmp_path / "new" / "mine.labnote"
    filled(dialog, office, notebook, qtbot)
    assert Path(dialog.trust.text()) == office.papers.trust
    assert "revision 1" in dialog.title.text()
    assert dialog.who.currentText().startswith("P-01")
    with qtbot.waitSignal(window.desk.done, check_params_cb=lambda what, _: what == "begin", timeout=WAIT_MS) as heard:
        press(dialog.notebook, Qt.Key.Key_Return)
    assert heard.args == ["begin", notebook]
    begun(window, notebook, qtbot)
    assert window.desk.who == "P-01"
    assert not window.troubles


def test_nothing_is_begun_until_everything_is_there(dialog: BeginDialog, office: Office, qtbot: QtBot) -> None:
    assert not dialog.ok.isEnabled()
    looked(dialog, office.papers.plan, qtbot)
    _pick(dialog.laboratory, 0)
    _pick(dialog.who, 0)
    assert dialog.notebook.text().endswith("DEMO-DCV-2026_LAB01.labnote")
    assert not dialog.ok.isEnabled()
    write(dialog.root, office.papers.root)
    assert dialog.ok.isEnabled()
    dialog.reject()


def test_the_proposed_name_follows_the_laboratory_until_somebody_names_another(
    dialog: BeginDialog, office: Office, qtbot: QtBot, tmp_path: Path
) -> None:
    looked(dialog, office.papers.plan, qtbot)
    _pick(dialog.laboratory, 0)
    press(dialog.laboratory, Qt.Key.Key_Down)
    assert dialog.notebook.text().endswith("_LAB02.labnote")
    assert dialog.who.count() == 0
    write(dialog.notebook, str(tmp_path / "own"))
    press(dialog.laboratory, Qt.Key.Key_Up)
    assert dialog.notebook.text() == str(tmp_path / "own")
    assert dialog.who.count() == 3
    dialog.reject()


def test_a_wrong_fingerprint_is_an_alarm_in_the_sheet_and_nothing_typed_is_lost(
    window: Window, dialog: BeginDialog, office: Office, home: Home, qtbot: QtBot, tmp_path: Path
) -> None:
    notebook = tmp_path / "mine.labnote"
    filled(dialog, office, notebook, qtbot, root="0" * 64)
    press(dialog.notebook, Qt.Key.Key_Return)
    qtbot.waitUntil(dialog.trouble.isVisible, timeout=WAIT_MS)
    assert "ALARM" in dialog.trouble.label.text()
    assert office.papers.root not in dialog.trouble.label.text()
    assert not notebook.exists()
    assert not list(home.trust.iterdir())
    assert Path(dialog.notebook.text()) == notebook
    write(dialog.root, office.papers.root)
    press(dialog.root, Qt.Key.Key_Return)
    begun(window, notebook, qtbot)


def test_a_notebook_that_exists_is_not_begun_again(
    window: Window, dialog: BeginDialog, office: Office, qtbot: QtBot, tmp_path: Path
) -> None:
    (tmp_path / "old.labnote").write_bytes(b"old")
    filled(dialog, office, tmp_path / "old", qtbot)
    press(dialog.notebook, Qt.Key.Key_Return)
    qtbot.waitUntil(dialog.trouble.isVisible, timeout=WAIT_MS)
    assert "exists already" in dialog.trouble.label.text()
    assert (tmp_path / "old.labnote").read_bytes() == b"old"
    write(dialog.notebook, str(tmp_path / "new"))
    press(dialog.notebook, Qt.Key.Key_Return)
    begun(window, tmp_path / "new.labnote", qtbot)


def test_a_root_compared_before_need_not_be_compared_again(
    window: Window, dialog: BeginDialog, office: Office, qtbot: QtBot, tmp_path: Path
) -> None:
    filled(dialog, office, tmp_path / "first.labnote", qtbot)
    press(dialog.notebook, Qt.Key.Key_Return)
    begun(window, tmp_path / "first.labnote", qtbot)
    ask_beginning(window)
    again = the(window, BeginDialog, qtbot)
    looked(again, office.papers.plan, qtbot)
    assert "compared on this PC before" in again.title.text()
    _pick(again.laboratory, 0)
    _pick(again.who, 0)
    write(again.notebook, str(tmp_path / "second.labnote"))
    press(again.notebook, Qt.Key.Key_Return)
    begun(window, tmp_path / "second.labnote", qtbot)


def test_a_plan_that_is_none_is_said_at_once_and_another_can_be_chosen(
    dialog: BeginDialog, office: Office, qtbot: QtBot, tmp_path: Path
) -> None:
    rubbish = tmp_path / "plan.asice"
    rubbish.write_bytes(b"rubbish")
    write(dialog.plan, str(rubbish))
    press(dialog.plan, Qt.Key.Key_Tab)
    qtbot.waitUntil(dialog.trouble.isVisible, timeout=WAIT_MS)
    dialog._choose_plan()
    name_file(dialog, office.papers.plan, qtbot)
    qtbot.waitUntil(lambda: bool(dialog.title.text()), timeout=WAIT_MS)
    assert not dialog.trouble.isVisible()
    assert dialog.laboratory.count() == 3
    dialog.reject()


def test_escape_begins_nothing(window: Window, dialog: BeginDialog, qtbot: QtBot) -> None:
    press(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not window.findChildren(BeginDialog), timeout=WAIT_MS)
    assert window.desk.participation is None


def test_everything_has_a_name_and_tab_reads_the_sheet_from_top_to_bottom(
    dialog: BeginDialog, office: Office, qtbot: QtBot, tmp_path: Path
) -> None:
    dialog.activateWindow()
    filled(dialog, office, tmp_path / "a.labnote", qtbot)
    dialog.plan.setFocus()
    order = tab_order(dialog)
    fields = [dialog.plan, dialog.trust, dialog.root, dialog.laboratory, dialog.who, dialog.notebook, dialog.ok,
              dialog.cancel]  # fmt: skip
    assert [one for one in order if one in fields] == fields
    assert len(order) == len(fields) + 3
    assert unnamed(dialog) == []
    dialog.reject()


def test_a_signed_plan_without_a_list_is_read_and_not_believed(office: Office, home: Home, tmp_path: Path) -> None:
    alone = tmp_path / "plan.asice"
    alone.write_bytes(office.papers.plan.read_bytes())
    found = look_at(alone, "", home, SystemClock().utc())
    assert (found.trust, found.confirmed, found.people) == (None, False, ())
    assert found.plan.participant("LAB01")


def test_the_list_of_another_comparison_is_refused_at_once(office: Office, home: Home, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    now = SystemClock().utc()
    papers = prepare_papers(other, Home(other / "pc"), small_plan_json(id="OTHER-2026"), now)
    with pytest.raises(NotVerified):
        look_at(office.papers.plan, str(papers.trust), home, now)


def test_the_laboratory_of_the_people_of_this_pc_is_offered(
    dialog: BeginDialog, office: Office, home: Home, qtbot: QtBot
) -> None:
    (home.identities / "P-02").mkdir()
    (home.identities / "P-90").mkdir()  # the pilot's: no laboratory of the route
    looked(dialog, office.papers.plan, qtbot)
    assert dialog.laboratory.currentText().startswith("LAB01")
    assert dialog.notebook.text().endswith("_LAB01.labnote")
    assert dialog.who.findText("P-02", Qt.MatchFlag.MatchStartsWith) >= 0
