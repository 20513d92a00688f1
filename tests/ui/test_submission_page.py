"""The package goes out by hand: to a stick, or over a network that fails on the way; the receipt makes it delivered."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from evaluation.records import BEGINS
from participation.world import Office, office
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot
from submission.places import Server, Wire
from submission.sending import arrived_once, digest, until

from labclient.errors import NotVerified
from labclient.home import Home
from labclient.package import open_trust
from labclient.submission import Outbox, receive
from labclient.ui._finish import SigningPage, SubmissionPage
from labclient.ui._revision import Way, remember_address, remember_package, way
from labclient.ui._send_dialog import SendDialog
from labclient.ui._submission import steps_told
from labclient.ui._theme import Theme
from labclient.words import say

from .desks import WAIT_MS, Window, name_file, notebook_at, press, tab_order, the, unnamed, write

__all__ = ["office"]


@pytest.fixture
def window(qtbot: QtBot, light: Theme, office: Office, tmp_path: Path) -> Iterator[Window]:
    made = Window(SubmissionPage)
    qtbot.addWidget(made)
    made.resize(1100, 620)
    made.show()
    made.take_up(notebook_at(office, tmp_path / "lab", "submission"), qtbot)
    yield made
    made.leave()


@pytest.fixture
def page(window: Window, qtbot: QtBot) -> SubmissionPage:
    (found,) = window.pages
    assert isinstance(found, SubmissionPage)
    qtbot.waitUntil(lambda: bool(found.where.text()), timeout=WAIT_MS)
    return found


@pytest.fixture
def server(office: Office, tmp_path: Path) -> Iterator[Server]:
    with Server(tmp_path / "platform", office.papers.trust, office.home.identities / "P-90") as running:
        yield running


def asked(page: SubmissionPage, qtbot: QtBot) -> SendDialog:
    press(page.send_button, Qt.Key.Key_Space)
    dialog = the(page, SendDialog, qtbot)
    qtbot.waitUntil(lambda: page.desk.idle, timeout=WAIT_MS)
    return dialog


def test_a_package_is_found_beside_its_notebook_without_being_asked_for(page: SubmissionPage, tmp_path: Path) -> None:
    assert page.package is not None
    assert page.package.parent == tmp_path / "lab"
    assert str(page.package) in page.where.text()


def test_to_a_stick_and_back_with_the_receipt(
    window: Window, page: SubmissionPage, qtbot: QtBot, office: Office, tmp_path: Path
) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    press(page.copy_button, Qt.Key.Key_Space)
    name_file(page, stick, qtbot)
    qtbot.waitUntil(lambda: window.state.submitted is not None, timeout=WAIT_MS)
    assert "Sent, not confirmed" in page.said.text()
    assert page.receipt_button.objectName() == "primary"
    (copied,) = stick.iterdir()
    _, receipt = receive(copied, open_trust(office.papers.trust, BEGINS).trust, office.papers.pilot, stick, BEGINS)
    press(page.receipt_button, Qt.Key.Key_Space)
    name_file(page, receipt, qtbot)
    qtbot.waitUntil(page.done_button.isEnabled, timeout=WAIT_MS)
    assert page.said.text().startswith("Delivered: ")
    press(page.done_button, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: window.state.station == "handed-over", timeout=WAIT_MS)
    assert not window.troubles


def test_the_platform_is_killed_in_the_midst_and_sending_again_goes_on(
    window: Window, page: SubmissionPage, qtbot: QtBot, server: Server
) -> None:
    assert page.package is not None
    part = server.folder / "uploads" / digest(page.package)

    def kill() -> None:
        until(lambda: part.exists() and part.stat().st_size > 0)
        server.kill()

    dialog = asked(page, qtbot)
    with Wire(server.port, page.package.stat().st_size // 2, kill) as wire:
        write(dialog.address, wire.url)
        press(dialog.address, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: "The next try is in" in dialog.said.text(), timeout=WAIT_MS)
        assert not dialog.address.isEnabled()
        press(dialog, Qt.Key.Key_Escape)
        qtbot.waitUntil(dialog.trouble.isVisible, timeout=WAIT_MS)
        assert dialog.isVisible()
        assert "it goes on where it was" in dialog.trouble.label.text()
        assert window.state.submitted is None
        sent = part.stat().st_size
        assert 0 < sent < page.package.stat().st_size
        server.start()
        press(dialog.ok, Qt.Key.Key_Return)
        qtbot.waitUntil(dialog.delivered.isVisible, timeout=WAIT_MS)
        assert dialog.delivered.accessibleName().startswith("Delivered: ")
        assert window.state.receipt is not None
        assert window.state.submitted is not None
        assert window.state.submitted.to == wire.url
    arrived_once(server.folder, page.package)
    press(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not page.findChildren(SendDialog), timeout=WAIT_MS)
    assert page.said.text().startswith("Delivered: ")
    qtbot.waitUntil(page.done_button.isEnabled, timeout=WAIT_MS)
    assert not page.send_button.isEnabled()
    assert not window.troubles


def test_the_last_address_is_offered_again(page: SubmissionPage, qtbot: QtBot, server: Server) -> None:
    server.kill()
    dialog = asked(page, qtbot)
    assert dialog.address.text() == ""
    assert not dialog.ok.isEnabled()
    write(dialog.address, server.url)
    press(dialog.address, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "The next try is in" in dialog.said.text(), timeout=WAIT_MS)
    press(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(dialog.trouble.isVisible, timeout=WAIT_MS)
    press(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not page.findChildren(SendDialog), timeout=WAIT_MS)
    again = asked(page, qtbot)
    qtbot.waitUntil(lambda: again.address.text() == server.url, timeout=WAIT_MS)
    again.reject()


def test_an_address_that_is_none_is_said_in_the_dialog(page: SubmissionPage, qtbot: QtBot) -> None:
    dialog = asked(page, qtbot)
    write(dialog.address, "nowhere")
    press(dialog.address, Qt.Key.Key_Return)
    qtbot.waitUntil(dialog.trouble.isVisible, timeout=WAIT_MS)
    assert dialog.ok.isEnabled()
    assert way(page.desk.participation.home).address == ""  # type: ignore[union-attr]
    dialog.reject()


def test_closing_the_window_ends_the_sending(
    window: Window, page: SubmissionPage, qtbot: QtBot, server: Server
) -> None:
    server.kill()
    dialog = asked(page, qtbot)
    write(dialog.address, server.url)
    press(dialog.address, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "The next try is in" in dialog.said.text(), timeout=WAIT_MS)
    window.close()
    qtbot.waitUntil(lambda: not dialog.waiting, timeout=WAIT_MS)
    assert "it goes on where it was" in dialog.trouble.label.text()


def test_everything_has_a_name_and_its_place_in_the_order(page: SubmissionPage, qtbot: QtBot) -> None:
    dialog = asked(page, qtbot)
    dialog.activateWindow()
    write(dialog.address, "https://x.example")
    assert tab_order(dialog) == [dialog.address, dialog.ok, dialog.cancel]
    assert unnamed(dialog) == []
    assert unnamed(page) == []
    dialog.reject()


def test_a_package_written_elsewhere_is_found_again(qtbot: QtBot, light: Theme, office: Office, tmp_path: Path) -> None:
    notebook = notebook_at(office, tmp_path / "lab", "submission")
    (package,) = notebook.parent.glob("*.asice")
    elsewhere = tmp_path / package.name
    package.rename(elsewhere)
    remember_package(Home(notebook.parent / "pc"), digest(elsewhere), elsewhere)
    window = Window(SubmissionPage)
    qtbot.addWidget(window)
    window.take_up(notebook, qtbot)
    (page,) = window.pages
    assert isinstance(page, SubmissionPage)
    qtbot.waitUntil(lambda: page.package == elsewhere, timeout=WAIT_MS)
    window.leave()


def test_a_package_that_is_gone_is_asked_for_and_another_is_refused(
    window: Window, page: SubmissionPage, qtbot: QtBot, tmp_path: Path
) -> None:
    assert page.package is not None
    kept, wrong = tmp_path / page.package.name, tmp_path / "wrong.asice"
    shutil.move(page.package, kept)
    wrong.write_bytes(b"another")
    (tmp_path / "stick").mkdir()
    window.take_up(window.path, qtbot)
    qtbot.waitUntil(lambda: "not where it was written" in page.where.text(), timeout=WAIT_MS)
    for package, right in ((wrong, False), (kept, True)):
        press(page.copy_button, Qt.Key.Key_Space)
        name_file(page, package, qtbot)
        name_file(page, tmp_path / "stick", qtbot)
        qtbot.waitUntil(lambda right=right: bool(window.state.submitted if right else window.troubles), timeout=WAIT_MS)
    assert [type(one) for one in window.troubles] == [NotVerified]
    assert not page.findChildren(QFileDialog)


def test_what_is_remembered_of_sending_survives_and_rubbish_is_nothing(home: Home) -> None:
    assert way(home) == Way()
    remember_address(home, "https://a.example")
    remember_package(home, "00", home.root / "a.asice")
    assert way(home) == Way("https://a.example", {"00": str(home.root / "a.asice")})
    (home.root / "sending.json").write_text("{")
    assert way(home) == Way()


def test_from_the_first_signature_to_delivered_without_a_question_for_the_package(
    qtbot: QtBot, light: Theme, office: Office, tmp_path: Path, server: Server
) -> None:
    from .test_signing_page import asked as asked_to_sign
    from .test_signing_page import signed

    window = Window(SigningPage, SubmissionPage)
    qtbot.addWidget(window)
    window.show()
    window.take_up(notebook_at(office, tmp_path / "lab", "signing"), qtbot)
    signing, submission = window.pages
    assert isinstance(signing, SigningPage)
    assert isinstance(submission, SubmissionPage)
    press(signing.prepare_button, Qt.Key.Key_Space)
    for _ in window.state.plan.roles:
        qtbot.waitUntil(signing.sign_button.isEnabled, timeout=WAIT_MS)
        signed(window, asked_to_sign(signing, qtbot), qtbot)
    out = tmp_path / "out"
    out.mkdir()
    qtbot.waitUntil(signing.folder.isEnabled, timeout=WAIT_MS)
    write(signing.folder, str(out))
    press(signing.write_button, Qt.Key.Key_Space)
    qtbot.waitUntil(signing.done_button.isEnabled, timeout=WAIT_MS)
    press(signing.done_button, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: window.state.station == "submission", timeout=WAIT_MS)
    window.stack.setCurrentWidget(submission)
    qtbot.waitUntil(lambda: submission.package is not None, timeout=WAIT_MS)
    dialog = asked(submission, qtbot)
    write(dialog.address, server.url)
    press(dialog.address, Qt.Key.Key_Return)
    qtbot.waitUntil(dialog.delivered.isVisible, timeout=WAIT_MS)
    assert submission.package is not None
    assert submission.package.parent == out
    arrived_once(server.folder, submission.package)
    assert [item.state for item in Outbox(tmp_path / "lab" / "pc" / "outbox").items()] == ["receipted"]
    press(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(submission.done_button.isEnabled, timeout=WAIT_MS)
    press(submission.done_button, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: window.state.station == "handed-over", timeout=WAIT_MS)
    assert not window.troubles
    window.leave()


@pytest.mark.parametrize(
    ("packaged", "submitted", "receipt", "told"),
    [
        (None, None, None, "running package written, waiting not sent yet, waiting receipt verified"),
        (1, None, None, "passed package written, running not sent yet, waiting receipt verified"),
        (1, 1, None, "passed package written, running sent, not confirmed, running receipt verified"),
        (1, 1, 1, "passed package written, passed sent, passed receipt verified"),
    ],
)
def test_sent_is_not_delivered_until_the_receipt_is_verified(
    packaged: object, submitted: object, receipt: object, told: str
) -> None:
    state = SimpleNamespace(packaged=packaged, submitted=submitted, receipt=receipt)
    steps = steps_told(state)  # type: ignore[arg-type]
    assert ", ".join(f"{kind} {say(word, 'en')}" for kind, word in steps) == told
