"""The frame around the pages: above what is worked on, at the side the ways to the pages, below the instruments."""

from collections.abc import Callable, Mapping
from functools import partial

from msgspec import Struct
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from labclient.participation import STATIONS, State
from labclient.ui._page import Page
from labclient.ui._rail import Rail
from labclient.ui._strip import InstrumentStrip
from labclient.ui._view import station_rows
from labclient.words import Message, language, message, say

HOME = "home"
_SIDE_CHARACTERS = 17


class Way(Struct, frozen=True):
    """The way to a page that is no station: `follows` says whether it shows the open notebook, `alone` whether it can
    be looked at without one, `at_side` whether the side has a button to it."""

    view: str
    name: Message
    keys: str
    follows: bool = True
    alone: bool = False
    at_side: bool = True


class Frame(QWidget):
    """`pages` by their view: home, a station's id, or the view of a way. `show_view` asks for one."""

    def __init__(self, pages: Mapping[str, Page], ways: tuple[Way, ...], show_view: Callable[[str], None]) -> None:
        super().__init__()
        self.view = HOME
        self._pages = pages
        self._show_view = show_view
        self._needs_notebook = {*STATIONS, *(way.view for way in ways if not way.alone)}
        self.headline = QLabel()
        self.headline.setObjectName("headline")
        self.headline.setWordWrap(True)
        self.headline.setMargin(self.fontMetrics().height() // 2)
        self.rail = Rail()
        place = self.rail.sizePolicy()
        place.setRetainSizeWhenHidden(True)
        self.rail.setSizePolicy(place)
        self._buttons: dict[str, QPushButton] = {}
        self.rail.currentRowChanged.connect(self._station_chosen)
        self.side = self._side(ways)
        self.stack = QStackedWidget()
        self.strip = InstrumentStrip()
        row = QHBoxLayout()
        row.addWidget(self.side)
        row.addWidget(self.stack, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.headline)
        layout.addLayout(row, 1)
        layout.addWidget(self.strip)

    def look(self, view: str, *, with_notebook: bool) -> None:
        """Show a page; one that shows a notebook is not shown while none is open."""
        if self.needs_notebook(view) and not with_notebook:
            return
        self.view = view
        self.rail.setCurrentRow(next((row for row, station in enumerate(STATIONS) if station == view), -1))
        self._pages[view].catch_up()
        self.stack.setCurrentWidget(self._pages[view])
        self.side.setVisible(with_notebook or view != HOME)
        self.rail.setVisible(with_notebook)
        self.headline.setVisible(with_notebook)
        for own, button in self._buttons.items():
            button.setChecked(own == view)

    def needs_notebook(self, view: str) -> bool:
        """Whether that page shows nothing while no notebook is open."""
        return view in self._needs_notebook

    def show_state(self, state: State) -> None:
        """What is worked on, how far its stations are, and what is measured with."""
        title = state.plan.title.said(language())
        self.headline.setText(f"{title}     {state.plan.transfer_standard.serial}     {state.accepted.laboratory}")
        self.rail.show_rows(station_rows(state))
        self.strip.show_runs(state.open_runs)

    def forget(self) -> None:
        """Another notebook is about to be shown."""
        self.headline.setText(say(message("Opening the notebook…")))
        self.rail.forget()
        self.strip.forget()

    def _station_chosen(self, row: int) -> None:
        if row >= 0:
            self._show_view(STATIONS[row])

    def _side(self, ways: tuple[Way, ...]) -> QWidget:
        side = QWidget()
        column = QVBoxLayout(side)
        column.addWidget(self._button(HOME, message("Comparisons")))
        column.addWidget(self.rail, 1)
        grid = QGridLayout()
        for place, way in enumerate(one for one in ways if one.at_side):
            button = self._button(way.view, way.name)
            button.setProperty("role", "way")
            grid.addWidget(button, place // 2, place % 2)
        column.addLayout(grid)
        side.setFixedWidth(self.fontMetrics().averageCharWidth() * _SIDE_CHARACTERS)
        return side

    def _button(self, view: str, name: Message) -> QPushButton:
        """The way to a page; it stays pressed while that is looked at."""
        self._buttons[view] = button = QPushButton(say(name))
        button.setCheckable(True)
        button.clicked.connect(partial(self._show_view, view))
        button.clicked.connect(lambda: button.setChecked(self.view == view))
        return button
