"""The pages of the window: each is made when it is needed, or once the window is on the screen."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer

from labclient.ui._frame import HOME
from labclient.ui._home import HomePage
from labclient.ui._page import Page

if TYPE_CHECKING:
    from labclient.ui._shell import Shell


class Pages(Mapping[str, Page]):
    """The pages by their view; `came` is told of each when it is made, at the first look at it. After `make_rest` the
    others are made one at a time, when the window has nothing else to do, until `stop`."""

    def __init__(self, window: "Shell", views: Sequence[str], came: Callable[[str, Page], None]) -> None:
        self._window, self._views, self._came = window, views, came
        self._made: dict[str, Page] = {}
        self._idle = QTimer(window)
        self._idle.timeout.connect(self._make_one)

    def __getitem__(self, view: str) -> Page:
        if view not in self._made:
            self._made[view] = self._make(view)
            self._came(view, self._made[view])
        return self._made[view]

    def __iter__(self) -> Iterator[str]:
        return iter(self._views)

    def __len__(self) -> int:
        return len(self._views)

    @property
    def made(self) -> Mapping[str, Page]:
        """Those that are there."""
        return self._made

    def make_all(self) -> None:
        """Make what is not there yet."""
        self.stop()
        for view in self._views:
            self[view]

    def make_rest(self) -> None:
        """Begin to make, little by little, what is not there yet."""
        if len(self._made) < len(self._views):
            self._idle.start()

    def stop(self) -> None:
        """Make nothing any more that is not asked for."""
        self._idle.stop()

    def _make_one(self) -> None:
        missing = [view for view in self._views if view not in self._made]
        if missing:
            self[missing[0]]
        else:
            self.stop()

    def _make(self, view: str) -> Page:
        window = self._window
        if view != HOME:
            from labclient.ui._every_page import makers_of  # plots and forms take their time to load

            return makers_of(window)[view]()
        home = HomePage(window.desk, window.aside)
        home.chosen.connect(window.open)
        home.tried.connect(window.try_demo)
        home.begun.connect(window.begin)
        return home
