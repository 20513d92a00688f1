"""The released report in the window: signed at the pilot laboratory, opened beside a laboratory's own notebook."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from participation.releases import AFTER, compared, open_ring, sent_of, visit_of_pilot
from participation.world import NAME, Office
from pytestqt.qtbot import QtBot

from labclient import words
from labclient.demo import PASSPHRASE
from labclient.home import Home
from labclient.package import keep_trust, open_release, open_trust
from labclient.participation import release
from labclient.signing import read_container
from labclient.ui import _agreement_panel, _release_dialog, _releasing
from labclient.ui._drift_page import DriftPage
from labclient.ui._release_dialog import ReleaseDialog
from labclient.ui._released_dialog import ReleasedDialog
from labclient.ui._releasing import Releasing

from .conftest import missing_glyphs
from .desks import Window, unnamed

WAIT = 30_000


class After(datetime):
    @classmethod
    def now(cls, tz=None):
        return AFTER


class Ring:
    def __init__(self, folder: Path) -> None:
        self.office: Office = open_ring(folder)
        self.visit = visit_of_pilot(self.office, folder / "visit")
        self.package = sent_of(self.office, folder / "lab", 10.0000131)
        self.notebook = folder / "lab" / NAME
        found = compared(self.office, self.visit, self.package, home=self.office.home)
        trust = open_trust(self.office.papers.trust, AFTER).trust
        self.file = release(found, folder, trust, self.office.papers.pilot, AFTER)


@pytest.fixture(scope="module")
def ring(tmp_path_factory: pytest.TempPathFactory) -> Ring:
    return Ring(tmp_path_factory.mktemp("ring"))


@pytest.fixture
def window(qtbot: QtBot, light: object, home: Home, ring: Ring, monkeypatch: pytest.MonkeyPatch) -> Iterator[Window]:
    for module in (_agreement_panel, _release_dialog, _releasing):
        monkeypatch.setattr(module, "datetime", After)
        if hasattr(module, "this_pc"):
            monkeypatch.setattr(module, "this_pc", lambda: ring.office.home)
    keep_trust(ring.office.home, open_trust(ring.office.papers.trust, AFTER), ring.office.papers.trust)
    made = Window(DriftPage)
    qtbot.addWidget(made)
    made.resize(853, 480)
    made.show()
    yield made
    made.leave()


def page_at(window: Window, notebook: Path, qtbot: QtBot) -> DriftPage:
    window.take_up(notebook, qtbot)
    (page,) = window.pages
    assert isinstance(page, DriftPage)
    qtbot.waitUntil(lambda: page.found is not None, timeout=WAIT)
    return page


def opened(releasing: Releasing, file: Path, qtbot: QtBot) -> ReleasedDialog:
    releasing.open(file)
    qtbot.waitUntil(lambda: releasing.page.findChild(ReleasedDialog) is not None, timeout=WAIT)
    found = releasing.page.findChild(ReleasedDialog)
    assert found is not None
    return found


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_it_opens_with_the_own_result_among_the_others(
    window: Window, ring: Ring, qtbot: QtBot, language: str, tmp_path: Path
) -> None:
    words.use_language(language)
    page = page_at(window, ring.notebook, qtbot)
    assert page.releasing.open_button.isVisible()
    assert not page.releasing.sign_button.isVisible()
    dialog = opened(page.releasing, ring.file, qtbot)
    table = dialog.table
    assert (table.rowCount(), table.item(0, 0).text()) == (1, "▶ LAB01")
    assert "En = 0." in table.item(0, 5).text().replace("\u00a0", " ")
    assert "LAB01" in dialog.plot.described()
    assert dialog.plot._axis._tickLevels == [[(0, "▶ LAB01 ◀")]]
    assert not missing_glyphs(dialog.plot.described() + dialog.reference.text() + dialog.signed.text())
    assert not unnamed(dialog)
    dialog.point.setCurrentIndex(1)
    assert dialog.found.opened.released.points[1].point in dialog.plot.heading
    dialog.write(tmp_path / "copy")
    qtbot.waitUntil((tmp_path / "copy.pdf").exists, timeout=WAIT)
    dialog.plot.table()(tmp_path / "shown.csv")
    assert ring.file.exists()
    row = dialog.found.opened.released.points[1].rows[0]
    assert f"LAB01,{row.time},{row.value},{row.U}" in (tmp_path / "shown.csv").read_text("utf-8")
    dialog.accept()


def test_what_does_not_hold_is_refused_on_the_page(window: Window, ring: Ring, qtbot: QtBot) -> None:
    page = page_at(window, ring.notebook, qtbot)
    page.releasing.open(ring.package)
    qtbot.waitUntil(page.releasing.trouble.isVisible, timeout=WAIT)
    assert "is no released report" in page.releasing.trouble.label.text()
    assert page.releasing.open_button.isEnabled()
    assert page.findChild(ReleasedDialog) is None


def test_without_a_package_there_is_nothing_to_open_it_beside(window: Window, ring: Ring, qtbot: QtBot) -> None:
    page = page_at(window, ring.visit, qtbot)
    assert not page.releasing.open_button.isVisible()


def test_the_pilot_signs_what_was_compared(window: Window, ring: Ring, qtbot: QtBot, tmp_path: Path) -> None:
    page = page_at(window, ring.visit, qtbot)
    page.of.setCurrentIndex(2)
    qtbot.waitUntil(lambda: page.looked is not None and page.add.isEnabled(), timeout=WAIT)
    assert page.releasing.sign_button.isVisible()
    assert not page.releasing.sign_button.isEnabled()
    page.agreement.take((ring.package,))
    qtbot.waitUntil(lambda: page.compared is not None, timeout=WAIT)
    page.releasing.sign_button.click()
    qtbot.waitUntil(lambda: page.findChild(ReleaseDialog) is not None, timeout=WAIT)
    dialog = page.findChild(ReleaseDialog)
    assert dialog is not None
    assert not unnamed(dialog)
    assert not dialog.ok.isEnabled()
    told = []
    page.desk.told.connect(told.append)
    dialog.folder.setText(str(tmp_path / "out"))
    dialog.passphrase.setText("wrong")
    dialog.go()
    qtbot.waitUntil(dialog.trouble.isVisible, timeout=WAIT)
    dialog.passphrase.setText(PASSPHRASE)
    dialog.go()
    file = tmp_path / "out" / "released_DEMO-DCV-2026_r1.asice"
    qtbot.waitUntil(lambda: bool(told), timeout=WAIT)
    assert str(file) in str(told[0])
    trust = open_trust(ring.office.papers.trust, AFTER).trust
    assert open_release(file, trust, AFTER).released.laboratories[0].laboratory == "LAB01"
    with read_container(file) as container:
        assert json.loads(container.read("released.json", 1 << 20))["comparison"] == "DEMO-DCV-2026"
