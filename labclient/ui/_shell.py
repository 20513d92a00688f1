"""The window: rail of stations, page, status. It shows snapshots and asks the desk, nothing else."""

from pathlib import Path

import msgspec
from PySide6.QtCore import QByteArray, QTimer
from PySide6.QtGui import QCloseEvent, QPaintEvent
from PySide6.QtWidgets import QApplication, QMainWindow

from labclient import words
from labclient.errors import Trouble
from labclient.participation import STATIONS, State
from labclient.plan import Station
from labclient.ui._aside import Aside
from labclient.ui._attention import Attention
from labclient.ui._begin import ask_beginning
from labclient.ui._boxes import ask_to_connect, ask_to_leave, tell_trouble
from labclient.ui._commands import Command, fill_menus, show_help
from labclient.ui._compute_dialog import ComputeDialog
from labclient.ui._demo import DemoPlayer
from labclient.ui._desk import Desk
from labclient.ui._dress import dress
from labclient.ui._everywhere import WAYS, commands_of
from labclient.ui._faults import report_of
from labclient.ui._following import Following
from labclient.ui._frame import HOME, Frame
from labclient.ui._happening import Happening
from labclient.ui._home import HomePage, remember
from labclient.ui._instrument_work import Tries
from labclient.ui._output_keeper import OutputKeeper
from labclient.ui._page import Page
from labclient.ui._page_help import ABOUT
from labclient.ui._pages import Pages
from labclient.ui._palette import Palette, everywhere, on_page
from labclient.ui._preferences import Lately, Preferences, keep, next_scale
from labclient.ui._said import Said
from labclient.ui._satellites import SatellitesDialog
from labclient.ui._status import StatusBar
from labclient.ui._theme import DARK, LIGHT, current_theme
from labclient.ui._watch import LiveReplies, Snapshot, Watcher
from labclient.ui._who import WhoDialog, people
from labclient.words import LANGUAGES, Message, message, say, system_language


class Shell(QMainWindow):
    """The one window. A change of language, theme or size builds its pages anew; what they show comes from the
    notebook."""

    def __init__(self, liked: Preferences | None = None) -> None:
        super().__init__()
        self.liked = liked or Preferences()
        self.desk = Desk()
        self.aside = Aside()
        self.tries = Tries()
        self.watcher = Watcher()
        self.player = DemoPlayer()
        self.path: Path | None = None
        self.snapshot: Snapshot | None = None
        self.said = Said()
        self._who_is_asked = False
        Lately.plot_time = self.liked.plot_time
        self.attention = Attention(self, self.desk, self.watcher, lambda: self.liked)
        self.outputs = OutputKeeper(self, self.desk, lambda: self.snapshot, self.show_trouble, self._crashed)
        self._connect()
        self._build()
        self.resize(1280, 720)
        self.restoreGeometry(QByteArray.fromHex(self.liked.geometry.encode()))
        self.outputs.look()

    # -- what it is made of --------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self.setWindowTitle("labclient")
        self.pages = Pages(self, (HOME, *STATIONS, *(way.view for way in WAYS)), self._came)
        self.following = Following(self.pages, (*STATIONS, *(way.view for way in WAYS if way.follows)))
        self.frame = Frame(self.pages, WAYS, self.show_view)
        self.setCentralWidget(self.frame)
        self.status = StatusBar()
        self.status.who.clicked.connect(self.ask_who)
        self.setStatusBar(self.status)
        fill_menus(self, self.commands())
        self.show_view(HOME)
        if self.path is not None:
            self.pages.make_all()

    def _came(self, view: str, page: Page) -> None:
        self.frame.stack.addWidget(page)
        if view in self.following:
            page.let_work(not self.player.playing)

    def paintEvent(self, event: QPaintEvent) -> None:
        """What was not needed for the first look is made when that is on the screen."""
        super().paintEvent(event)
        self.pages.make_rest()

    def commands(self) -> tuple[Command, ...]:
        """All that can be done from everywhere."""
        return commands_of(self)

    def _connect(self) -> None:
        self.watcher.advanced.connect(self._advanced)
        self.watcher.replied.connect(self._replied)
        self.watcher.happened.connect(self._happened)
        self.watcher.troubled.connect(self.show_trouble)
        self.desk.opened.connect(self._opened)
        self.desk.done.connect(self._done)
        self.watcher.crashed.connect(self._crashed)
        for worker in (self.desk, self.aside, self.tries):
            worker.failed.connect(self.show_trouble)
            worker.crashed.connect(self._crashed)
        self.desk.told.connect(lambda sentence: self.tell(say(sentence)))
        self.desk.asked.connect(self._asked)
        self.player.began.connect(self._demo_began)
        self.player.told.connect(self.tell)
        self.player.ended.connect(self._demo_ended)

    # -- what a person does --------------------------------------------------------------------------------------------

    def show_view(self, view: str) -> None:
        """Look at a page: home, a station, or one of the others; those of a notebook need one that is open."""
        if self.path is None and self.frame.needs_notebook(view):
            self.tell(
                say(message("No notebook is open.")) + " " + say(message("Open one from the list of comparisons."))
            )
        else:
            self.pages[view].refresh()
        self.frame.look(view, with_notebook=self.path is not None)

    def open(self, path: Path) -> None:
        """Work on a notebook."""
        self.desk.who = ""
        self.desk.open(path)

    def choose(self) -> None:
        """Open a notebook that is not in the list."""
        home = self.pages[HOME]
        assert isinstance(home, HomePage)
        home.choose()

    def begin(self) -> None:
        """Begin a participation with a plan that came."""
        ask_beginning(self)

    def try_demo(self) -> None:
        """Play the demonstration and follow it."""
        self.desk.close()
        self.player.play()

    def go_to(self, station: Station) -> None:
        """Look at a station and take the keys there."""
        self.show_view(station)
        self.frame.rail.setFocus()

    def change_language(self) -> None:
        """The other language, at once."""
        self._like(language=LANGUAGES[(LANGUAGES.index(words.language()) + 1) % len(LANGUAGES)])

    def change_theme(self) -> None:
        """Light instead of dark, or dark instead of light."""
        self._like(theme=(LIGHT if current_theme() is DARK else DARK).name)

    def change_scale(self, step: int) -> None:
        """Larger or smaller letters, and all that is measured by them."""
        self._like(scale=next_scale(self.liked.scale, step))

    def like(self, **changes: object) -> None:
        """What was picked on the settings page, which is built anew when the list that was picked from has closed."""
        QTimer.singleShot(0, self, lambda: self._like(**changes))

    def ask_who(self) -> None:
        """Ask in whose name entries are made."""
        if self.snapshot is not None:
            WhoDialog(self, self.snapshot.state, self._working, self.desk.who).open()

    def show_satellites(self) -> None:
        """What other rooms or PCs record for this notebook."""
        if self.snapshot is not None:
            SatellitesDialog(self, self.desk, self.snapshot.state, self.snapshot.path).open()

    def compute(self) -> None:
        """A built-in model at typed inputs, beside everything that is recorded."""
        ComputeDialog(self, self.desk, self.aside).open()

    def find_command(self) -> None:
        """Anything that can be done now, by its words."""
        page = self.pages[self.frame.view]
        Palette(self, (*on_page(page), *everywhere(self.commands()))).open()

    def help(self) -> None:
        """What this page is for, and every key."""
        page = self.pages[self.frame.view]
        show_help(self, page.title.text(), ABOUT[self.frame.view], self.commands())

    def tell(self, sentence: str) -> None:
        """One line in the status bar; F4 shows the last ones."""
        self.said.add(sentence)
        self.status.tell(sentence)

    def show_trouble(self, trouble: Trouble) -> None:
        """What went wrong and what to do next."""
        self.said.add(trouble.tell())
        tell_trouble(self, trouble)

    def leave(self) -> None:
        """Close the window; whoever is recording says first what becomes of the run."""
        if self.recording:
            ask_to_leave(self, self.showMinimized, self.close)
        else:
            self.close()

    @property
    def recording(self) -> bool:
        """Whether a run is under way here."""
        at_work = self.desk.participation is not None and not self.desk.idle and not self.player.playing
        return at_work and self.snapshot is not None and bool(self.snapshot.state.open_runs)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Everything shown is recorded already; what runs is ended, the files are closed. A person who closes it by its
        corner is asked first."""
        if event.spontaneous() and self.recording:
            event.ignore()
            self.leave()
            return
        self._keep_place()
        self.pages.stop()
        self.watcher.leave()
        self.player.stop()
        self.outputs.shut()
        self.desk.shut()
        self.aside.shut()
        self.tries.shut()
        event.accept()

    # -- what comes in -------------------------------------------------------------------------------------------------

    def _opened(self, path: Path) -> None:
        self._remember(path)
        if path != self.path or self.snapshot is None:
            self._who_is_asked = True
            self._follow(path)
        else:  # it was looked at before, as it was played
            self._name_worker(self.snapshot.state)

    def _follow(self, path: Path) -> None:
        self.path, self.snapshot = path, None
        self.pages.make_all()
        self.frame.forget()
        self.following.forget()
        self.watcher.follow(path)
        self.frame.look(self.frame.view, with_notebook=True)
        self.tell(str(path))

    def _remember(self, path: Path) -> None:
        self.aside.run("remember", lambda: remember(path))

    def _let_work(self, on: bool) -> None:
        """What another process plays is looked at only."""
        self.desk.played_by_another = not on
        self.following.let_work(on)
        if not on:
            self.status.show_played()

    def _demo_began(self, path: Path) -> None:
        self._follow(path)
        self._remember(path)
        self._let_work(False)
        self.frame.rail.setFocus()

    def _demo_ended(self, code: int) -> None:
        self._let_work(True)
        if self.path is not None and self.snapshot is not None:
            self.open(self.path)
        sentence = (
            message("The demonstration is finished.") if code == 0 else message("The demonstration has ended early.")
        )
        self.tell(say(sentence))

    def _advanced(self, snapshot: Snapshot) -> None:
        before, self.snapshot = self.snapshot, snapshot
        station = snapshot.state.station
        if before is None or not snapshot.only_readings_since(before):
            self._show_state(snapshot)
        else:  # nothing new to show, ten times a second in a run
            self.following.grow(snapshot)
        self.status.show_snapshot(snapshot)
        if self._who_is_asked:
            self._who_is_asked = False
            self._name_worker(snapshot.state)
        if before is None or (station != before.state.station == self.frame.view):  # who looks elsewhere is left there
            self.show_view(self._left_at(station) if before is None else station or STATIONS[-1])

    def _replied(self, replies: LiveReplies) -> None:
        self.following.show_replies(replies)
        self.frame.strip.show_replies(replies)

    def _happened(self, happened: Happening) -> None:
        self.following.show_happening(happened)

    def _done(self, what: str, answer: object) -> None:
        if what == "load" and isinstance(answer, dict):
            from labclient.ui._results import ResultsPage

            page = self.pages["results"]
            if isinstance(page, ResultsPage):
                page.fill(answer)
        elif what == "begin" and isinstance(answer, Path):
            self.desk.open(answer)  # whoever began it goes on

    def _asked(self, sentence: Message) -> None:
        ask_to_connect(self, sentence, self.desk.connected, self.desk.break_off)

    def _crashed(self, fault: BaseException) -> None:
        report = report_of(fault)
        self.aside.run("report", report.keep)
        self.show_trouble(report.told())

    def _name_worker(self, state: State) -> None:
        """A simulated participation is worked on by its operator; in a real one the person is asked."""
        if state.simulated:
            self._working(next((one.id for one in people(state) if "operator" in one.roles), "operator"))
        else:
            self._working(self.desk.who)
            if not self.desk.who:
                self.ask_who()

    def _working(self, who: str) -> None:
        self.desk.who = who
        self.status.show_who(who)

    def _like(self, **changes: object) -> None:
        self.liked = liked = msgspec.structs.replace(self.liked, **changes)
        if "language" in changes:
            words.use_language(liked.language or system_language())
        Lately.plot_time = liked.plot_time if "plot_time" in changes else Lately.plot_time
        self.desk.run("like", lambda: keep(liked))
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        dress(application, liked)
        view, typed = self.frame.view, self.following.typed()
        self.pages.stop()
        self._build()
        self.status.show_who(self.desk.who)
        if self.path is not None and self.snapshot is not None:
            self._show_state(self.snapshot)
            self.following.type_again(typed)
            self.status.show_snapshot(self.snapshot)
            self.watcher.follow(self.path)  # the plots are drawn anew from the record
        self.show_view(view)

    def _keep_place(self) -> None:
        """The next start begins where this one ends."""
        if not self.desk.closing:
            path = str(self.path) if self.path is not None else self.liked.notebook
            page = self.frame.view if self.path is not None else self.liked.page
            geometry = bytes(self.saveGeometry().toHex().data()).decode()
            left = msgspec.structs.replace(self.liked, geometry=geometry, notebook=path, page=page)
            self.desk.run("like", lambda: keep(left))

    def _left_at(self, station: Station | None) -> str:
        """Where this notebook was left at the last end, once; else the station at which the work stands."""
        left, self.liked = self.liked, msgspec.structs.replace(self.liked, page="")
        again = str(self.path) == left.notebook and left.page in self.following
        return left.page if again else station or STATIONS[-1]

    # -- what it shows -------------------------------------------------------------------------------------------------

    def _show_state(self, snapshot: Snapshot) -> None:
        self.frame.show_state(snapshot.state)
        self.following.show(snapshot, self.frame.view)
