"""What all pages do: they show a state when it can be seen, and not before."""

from pathlib import Path

import pytest

from labclient.ui._desk import Desk
from labclient.ui._page import Page
from labclient.ui._watch import Snapshot
from labclient.words import message


class Shown(Page):
    """A page that remembers what it showed."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, message("Plan"))
        self.sizes: list[int] = []

    def show_snapshot(self, snapshot: Snapshot) -> None:
        super().show_snapshot(snapshot)
        self.sizes.append(snapshot.size)


def of(size: int) -> Snapshot:
    return Snapshot(Path("n.labnote"), None, size)  # type: ignore[arg-type]


@pytest.fixture
def page(qtbot) -> Shown:
    desk = Desk()
    page = Shown(desk)
    qtbot.addWidget(page)
    yield page
    desk.shut()


def test_a_page_nobody_looks_at_shows_the_last_state_when_somebody_does(page) -> None:
    page.advance(of(1), looked_at=False)
    page.advance(of(2), looked_at=False)
    page.grow(of(3))
    assert (page.sizes, page.snapshot) == ([], None)
    page.catch_up()
    page.catch_up()
    assert page.sizes == [3]


def test_a_page_that_is_looked_at_shows_each_state_but_no_mere_readings(page) -> None:
    page.advance(of(1), looked_at=True)
    page.grow(of(2))
    assert (page.sizes, page.snapshot.size) == ([1], 2)
    page.advance(of(3), looked_at=True)
    assert page.sizes == [1, 3]


def test_a_live_page_shows_each_state_whoever_looks(page) -> None:
    page.live = True
    page.advance(of(1), looked_at=False)
    assert page.sizes == [1]


def test_at_a_station_nothing_can_be_done_before_its_state_is_known(qtbot) -> None:
    desk = Desk()
    page = Page(desk, message("Plan"), "arrival")
    qtbot.addWidget(page)
    page.forget()
    assert not page.isEnabled()
    desk.shut()


def test_nothing_of_another_notebook_is_shown_later(page) -> None:
    page.advance(of(1), looked_at=False)
    page.forget()
    page.catch_up()
    assert (page.sizes, page.snapshot) == ([], None)
