"""Three people sign at the window by hand: what they sign stands before them, a mistake is mended where it is made."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from participation.world import Office, office
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from labclient import words
from labclient.demo._papers import PASSPHRASE
from labclient.participation import _signing as signing
from labclient.ui._finish import SigningPage
from labclient.ui._revision import STATEMENTS, fits, known_identities, revision_lines
from labclient.ui._sign_dialog import SignDialog
from labclient.ui._theme import Theme
from labclient.words import say

from .desks import WAIT_MS, Window, name_file, notebook_at, press, tab_order, texts, the, unnamed, write

__all__ = ["office"]


@pytest.fixture
def window(qtbot: QtBot, light: Theme, office: Office, tmp_path: Path) -> Iterator[Window]:
    made = Window(SigningPage)
    qtbot.addWidget(made)
    made.resize(1100, 620)
    made.show()
    made.take_up(notebook_at(office, tmp_path / "lab", "signing"), qtbot)
    yield made
    made.leave()


@pytest.fixture
def page(window: Window) -> SigningPage:
    (found,) = window.pages
    assert isinstance(found, SigningPage)
    return found


@pytest.fixture
def prepared(window: Window, page: SigningPage, qtbot: QtBot) -> SigningPage:
    press(page.prepare_button, Qt.Key.Key_Space)
    qtbot.waitUntil(page.sign_button.isEnabled, timeout=WAIT_MS)
    return page


def asked(page: SigningPage, qtbot: QtBot) -> SignDialog:
    """The dialog, when it knows the identities of this PC."""
    press(page.sign_button, Qt.Key.Key_Space)
    dialog = the(page, SignDialog, qtbot)
    qtbot.waitUntil(lambda: dialog.list.count() > 0, timeout=WAIT_MS)
    return dialog


def signed(window: Window, dialog: SignDialog, qtbot: QtBot) -> None:
    count = len(window.state.signed)
    write(dialog.passphrase, PASSPHRASE)
    press(dialog.passphrase, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(window.state.signed) == count + 1, timeout=WAIT_MS)


def test_everybody_signs_and_the_package_is_written_and_the_station_signed_off(
    window: Window, prepared: SigningPage, qtbot: QtBot, tmp_path: Path
) -> None:
    for role in ("operator", "checker", "approver"):
        qtbot.waitUntil(prepared.sign_button.isEnabled, timeout=WAIT_MS)
        signed(window, asked(prepared, qtbot), qtbot)
        assert window.state.signed[-1].role == role
    qtbot.waitUntil(prepared.write_button.isEnabled, timeout=WAIT_MS)
    assert prepared.folder.text() == str(tmp_path / "lab")
    press(prepared.write_button, Qt.Key.Key_Space)
    qtbot.waitUntil(prepared.done_button.isEnabled, timeout=WAIT_MS)
    assert window.state.packaged is not None
    assert (tmp_path / "lab" / window.state.packaged.file).is_file()
    press(prepared.done_button, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: window.state.station == "submission", timeout=WAIT_MS)
    assert [one.person for one in window.state.signed] == ["P-01", "P-02", "P-03"]
    assert not window.troubles


def test_one_key_leads_to_the_next_step_and_no_other(window: Window, page: SigningPage, qtbot: QtBot) -> None:
    buttons = (page.prepare_button, page.sign_button, page.write_button, page.done_button)

    def leading() -> list[QPushButton]:
        return [one for one in buttons if not one.shortcut().isEmpty()]

    assert leading() == [page.prepare_button]
    press(page.prepare_button, Qt.Key.Key_Space)
    for _ in range(3):
        qtbot.waitUntil(lambda: leading() == [page.sign_button] and page.sign_button.isEnabled(), timeout=WAIT_MS)
        signed(window, asked(page, qtbot), qtbot)
    qtbot.waitUntil(lambda: leading() == [page.write_button], timeout=WAIT_MS)
    press(page.write_button, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: leading() == [page.done_button] and page.done_button.isEnabled(), timeout=WAIT_MS)


def test_what_is_signed_stands_in_the_dialog_with_the_words_of_the_role(
    window: Window, prepared: SigningPage, qtbot: QtBot
) -> None:
    dialog = asked(prepared, qtbot)
    assert window.state.result is not None
    shown = texts(dialog)
    for text in (
        window.state.plan.title.en,
        "LAB01, revision 1",
        signing.STATEMENTS["operator"],
        *(f"{one.reported_value} {one.unit}" for one in window.state.result.points),
    ):
        assert text in shown
    assert "demonstration only" in shown
    dialog.reject()


def test_the_words_on_the_screen_are_those_that_are_signed() -> None:
    assert {role: say(text, "en") for role, text in STATEMENTS.items()} == signing.STATEMENTS


def test_a_wrong_passphrase_is_said_in_the_dialog_and_typed_again(
    window: Window, prepared: SigningPage, qtbot: QtBot
) -> None:
    dialog = asked(prepared, qtbot)
    assert not dialog.ok.isEnabled()
    write(dialog.passphrase, "wrong")
    press(dialog.passphrase, Qt.Key.Key_Return)
    qtbot.waitUntil(dialog.trouble.isVisible, timeout=WAIT_MS)
    assert dialog.isVisible()
    assert "passphrase" in dialog.trouble.label.text().lower()
    assert dialog.focusWidget() is dialog.passphrase
    assert dialog.passphrase.selectedText()
    signed(window, dialog, qtbot)
    assert not window.troubles


def test_the_pilots_list_decides_who_signs(window: Window, prepared: SigningPage, qtbot: QtBot) -> None:
    dialog = asked(prepared, qtbot)
    assert dialog.chosen is not None
    assert dialog.chosen.card.person.id == "P-01"
    press(dialog.list, Qt.Key.Key_Down)
    assert dialog.chosen.card.person.id != "P-01"
    write(dialog.passphrase, PASSPHRASE)
    press(dialog.passphrase, Qt.Key.Key_Return)
    qtbot.waitUntil(dialog.trouble.isVisible, timeout=WAIT_MS)
    assert "is not in the trust list as operator" in dialog.trouble.label.text()
    assert not window.state.signed
    press(dialog.list, Qt.Key.Key_Up)
    signed(window, dialog, qtbot)


def test_an_identity_comes_from_a_stick(
    window: Window, prepared: SigningPage, qtbot: QtBot, tmp_path: Path, office: Office
) -> None:
    stick = tmp_path / "stick"
    shutil.copytree(office.home.identities / "P-01", stick)
    for folder in (tmp_path / "lab" / "pc" / "identities").iterdir():
        shutil.rmtree(folder)
    press(prepared.sign_button, Qt.Key.Key_Space)
    dialog = the(prepared, SignDialog, qtbot)
    press(dialog.elsewhere, Qt.Key.Key_Space)
    name_file(dialog, tmp_path, qtbot)
    qtbot.waitUntil(dialog.trouble.isVisible, timeout=WAIT_MS)
    assert "There is no certificate in" in dialog.trouble.label.text()
    press(dialog.elsewhere, Qt.Key.Key_Space)
    name_file(dialog, stick, qtbot)
    qtbot.waitUntil(lambda: dialog.chosen is not None, timeout=WAIT_MS)
    assert not dialog.trouble.isVisible()
    signed(window, dialog, qtbot)


def test_an_identity_that_cannot_be_read_is_told_beside_the_others(
    window: Window, prepared: SigningPage, qtbot: QtBot, tmp_path: Path
) -> None:
    (tmp_path / "lab" / "pc" / "identities" / "P-02" / "certificate.pem").write_text("torn")
    dialog = asked(prepared, qtbot)
    assert dialog.list.count() == 3
    assert dialog.unread.isVisible()
    assert dialog.unread.label.text()
    dialog.reject()


def test_escape_leaves_and_nothing_is_recorded(window: Window, prepared: SigningPage, qtbot: QtBot) -> None:
    dialog = asked(prepared, qtbot)
    size = window.state.size
    write(dialog.passphrase, PASSPHRASE)
    press(dialog.passphrase, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not prepared.findChildren(SignDialog), timeout=WAIT_MS)
    assert window.state.size == size


def test_tab_goes_through_the_dialog_in_reading_order_and_everything_has_a_name(
    window: Window, prepared: SigningPage, qtbot: QtBot
) -> None:
    dialog = asked(prepared, qtbot)
    dialog.activateWindow()
    write(dialog.passphrase, "x")
    dialog.list.setFocus()
    fields = [dialog.list, dialog.elsewhere, dialog.passphrase, dialog.ok, dialog.cancel]
    assert [one for one in tab_order(dialog) if one in fields] == fields
    assert unnamed(dialog) == []
    assert unnamed(prepared) == []
    dialog.reject()


def test_preparing_again_asks_before_signatures_are_discarded_and_then_all_sign_anew(
    window: Window, prepared: SigningPage, qtbot: QtBot
) -> None:
    signed(window, asked(prepared, qtbot), qtbot)
    press(prepared.prepare_button, Qt.Key.Key_Space)
    box = the(prepared, QMessageBox, qtbot)
    press(box, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not box.isVisible(), timeout=WAIT_MS)
    assert len(window.state.signed) == 1
    press(prepared.prepare_button, Qt.Key.Key_Space)
    box = the(prepared, QMessageBox, qtbot)
    next(one for one in box.buttons() if one.text() == "Prepare again").click()
    qtbot.waitUntil(lambda: not window.state.signed, timeout=WAIT_MS)
    signed(window, asked(prepared, qtbot), qtbot)
    assert not window.troubles


def test_a_change_after_a_signature_is_prepared_again_without_a_question(
    window: Window, prepared: SigningPage, qtbot: QtBot
) -> None:
    signed(window, asked(prepared, qtbot), qtbot)
    window.desk.do("result", lambda participation: participation.compute_result("P-01"))
    qtbot.waitUntil(lambda: not prepared.sign_button.isEnabled(), timeout=WAIT_MS)
    press(prepared.prepare_button, Qt.Key.Key_Space)
    qtbot.waitUntil(prepared.sign_button.isEnabled, timeout=WAIT_MS)
    assert not prepared.findChildren(QMessageBox)
    signed(window, asked(prepared, qtbot), qtbot)


def test_a_revision_that_is_gone_is_a_sentence_with_a_way_on(
    window: Window, prepared: SigningPage, qtbot: QtBot, tmp_path: Path
) -> None:
    (folder,) = (tmp_path / "lab").glob("*.signing-*")
    shutil.rmtree(folder)
    dialog = asked(prepared, qtbot)
    write(dialog.passphrase, PASSPHRASE)
    press(dialog.passphrase, Qt.Key.Key_Return)
    qtbot.waitUntil(dialog.trouble.isVisible, timeout=WAIT_MS)
    assert "Prepare the revision again" in dialog.trouble.label.text()
    dialog.reject()
    press(prepared.prepare_button, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: bool(list((tmp_path / "lab").glob("*.signing-*"))), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: window.desk.idle and window.state.staged_at == window.state.size - 1, timeout=WAIT_MS)
    signed(window, asked(prepared, qtbot), qtbot)


def test_whoever_is_due_is_offered_first(window: Window, tmp_path: Path) -> None:
    found = known_identities(tmp_path / "lab" / "pc" / "identities")
    people = [one.card.person.id for one in found if fits(window.state, "checker", one.card)]  # type: ignore[union-attr]
    assert people == ["P-02"]


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_the_revision_is_told_in_both_languages(window: Window, language: str) -> None:
    told = [say(line, language) for line in revision_lines(window.state)]
    assert len(told) == 1 + len(window.state.plan.points)
    assert "LAB01" in told[0]
