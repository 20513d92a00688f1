"""Beginning a participation: the plan, the pilot's trust list, and the fingerprint that a person has compared."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Protocol

from msgspec.structs import replace
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QWidget

from labclient.clock import SystemClock
from labclient.errors import Trouble
from labclient.home import this_pc
from labclient.notebook import SUFFIX
from labclient.package import keep_trust, open_trust
from labclient.participation import Participation, confirm_root
from labclient.signing import storage
from labclient.ui._choose import choose_file, choose_new
from labclient.ui._desk import Desk
from labclient.ui._dialog import AskingDialog, beside, told
from labclient.ui._plan_look import PlanLook, look_at
from labclient.words import language, message, say

_BEGIN, _LOOK = "begin", "look at the plan"
_CHOOSE = message("Choose…")


class Window(Protocol):
    """What the dialog needs of the window it belongs to."""

    desk: Desk


def ask_beginning(window: Window) -> None:
    """Ask for what a new notebook needs. The desk begins it: `done` brings "begin" with the notebook's path."""
    assert isinstance(window, QWidget)
    BeginDialog(window, window.desk).open()


class BeginDialog(AskingDialog):
    """Everything a new notebook needs, on one sheet. What the plan says already is offered, never believed: that is for
    the beginning itself."""

    def __init__(self, parent: QWidget, desk: Desk) -> None:
        super().__init__(parent, desk, _BEGIN, message("Begin with a plan"), message("Begin"))
        self._known: PlanLook | None = None
        self._proposed = ""
        self.plan, self.trust, self.root, self.notebook = QLineEdit(), QLineEdit(), QLineEdit(), QLineEdit()
        self.laboratory, self.who = _list(), _list()
        self.title = QLabel()
        self.title.setWordWrap(True)
        self.title.setProperty("role", "muted")
        self.plan.setPlaceholderText(say(message("the file that the pilot has sent; the rest is read from it")))
        self.trust.setPlaceholderText(say(message("the second file: whose signatures count")))
        self.root.setPlaceholderText(say(message("as the pilot reads it out on the phone, or from paper")))
        self._lay_out()
        for field in (self.plan, self.trust):
            field.editingFinished.connect(self._look)
        for line in (self.plan, self.trust, self.root, self.notebook):
            line.textChanged.connect(self.look)
        self.laboratory.currentTextChanged.connect(self._propose)
        self.who.currentTextChanged.connect(self.look)
        desk.done.connect(self._looked)
        self.plan.setFocus()
        self.look()

    def complete(self) -> bool:
        needed = [self.plan.text(), _code(self.laboratory), _code(self.who), self.notebook.text()]
        if self.trust.text().strip() and not self._is_confirmed():
            needed.append(self.root.text())
        return all(one.strip() for one in needed)

    def go(self) -> None:
        plan, trust = Path(self.plan.text().strip()), self.trust.text().strip()
        root, notebook = self.root.text(), _notebook(self.notebook.text().strip())
        laboratory, who, known = _code(self.laboratory), _code(self.who), self._is_confirmed()

        def work() -> Path:
            clock, home = SystemClock(), this_pc()
            with storage(notebook.parent):
                notebook.parent.mkdir(parents=True, exist_ok=True)
            listed = open_trust(Path(trust), clock.utc()) if trust else None
            confirmed = listed.root if listed and known and not root.strip() else root
            if listed:
                confirm_root(listed, confirmed)
                keep_trust(home, listed, Path(trust))
            with Participation.create(
                notebook,
                plan=plan,
                trust=Path(trust) if trust else None,
                confirmed_root=confirmed,
                laboratory=laboratory,
                who=who,
                clock=clock,
                home=home,
            ) as participation:
                participation.checkpoint()
            return notebook

        self.ask(work)

    def answered(self, _answer: Path) -> None:
        self.desk.who = _code(self.who)
        self.accept()

    def _lay_out(self) -> None:
        choose_plan = beside(_CHOOSE, message("Choose the plan"), self._choose_plan)
        choose_trust = beside(_CHOOSE, message("Choose the trust list"), self._choose_trust)
        choose_notebook = beside(_CHOOSE, message("Choose the notebook"), self._choose_notebook)
        self.row(message("&Plan"), self.plan, choose_plan)
        self.row(message("Pilot's &trust list"), self.trust, choose_trust)
        self.form.addRow("", self.title)
        self.form.setRowVisible(self.title, False)
        self.row(message("&Fingerprint of the pilot's root certificate"), self.root)
        self.row(message("&Laboratory"), self.laboratory)
        self.row(message("&Who is working (person id)"), self.who)
        self.row(message("New &notebook"), self.notebook, choose_notebook)
        order = (self.plan, choose_plan, self.trust, choose_trust, self.root, self.laboratory, self.who, self.notebook,
                 choose_notebook, self.ok, self.cancel)  # fmt: skip
        for before, after in pairwise(order):
            self.setTabOrder(before, after)

    def _is_confirmed(self) -> bool:
        """Whether the root of the list named was compared on this PC before."""
        known = self._known
        return known is not None and known.confirmed and str(known.trust or "") == self.trust.text().strip()

    def _tell(self, text: str) -> None:
        self.title.setText(text)
        self.form.setRowVisible(self.title, bool(text))

    # -- what the files say --------------------------------------------------------------------------------------------

    def _look(self) -> None:
        plan, trust = self.plan.text().strip(), self.trust.text().strip()
        if plan and (self._known is None or self._known.asked != (plan, trust)):
            self.desk.run(_LOOK, told(lambda: look_at(Path(plan), trust, this_pc(), SystemClock().utc())))

    def _looked(self, what: str, answer: object) -> None:
        if what != _LOOK:
            return
        if isinstance(answer, Trouble):
            self._known = None
            self._tell("")
            self.refused(answer)
        elif isinstance(answer, PlanLook) and answer.asked == (self.plan.text().strip(), self.trust.text().strip()):
            self.trouble.put()
            self._show(answer)
        self.look()

    def _show(self, found: PlanLook) -> None:
        trust = str(found.trust or "")
        self._known = replace(found, asked=(found.asked[0], trust))
        self.trust.setText(trust)
        code = language()
        told = message("{title}, revision {revision}, pilot laboratory {pilot}", title=found.plan.title.said(code),
                       revision=found.plan.revision, pilot=found.plan.pilot.code)  # fmt: skip
        before = message("The root certificate of this list was compared on this PC before.")
        self._tell("\n".join(say(one) for one in (told, *([before] if found.confirmed else []))))
        participants = [one.laboratory for one in found.plan.participants]
        offered = {one.code: f"{one.code}   {one.name.said(code)}" for one in participants}
        _fill(self.laboratory, tuple(offered.values()))
        if found.here and not self.laboratory.currentText():
            self.laboratory.setEditText(offered[found.here])

    def _propose(self) -> None:
        """The people of the laboratory, and a name for the notebook as long as nobody has chosen another."""
        laboratory = _code(self.laboratory)
        if self._known is not None and laboratory:
            people = self._known.people_of(laboratory)
            _fill(self.who, [f"{one.id}   {one.name}" for one in people])
            if self.notebook.text() in {"", self._proposed}:
                name = f"{self._known.plan.id}_{laboratory}{SUFFIX}"
                self._proposed = str(Path.home() / "labclient" / name)
                self.notebook.setText(self._proposed)
        self.look()

    # -- files ---------------------------------------------------------------------------------------------------------

    def _choose_plan(self) -> None:
        choose_file(self, message("The plan"), "*.asice *.json", lambda path: self._chosen(self.plan, path))

    def _choose_trust(self) -> None:
        start = Path(self.plan.text()).parent if self.plan.text() else None
        choose_file(self, message("The pilot's trust list"), "*.asice", lambda path: self._chosen(self.trust, path),
                    start)  # fmt: skip

    def _choose_notebook(self) -> None:
        suggested = Path(self.notebook.text()) if self.notebook.text() else None
        choose_new(self, message("The new notebook"), f"*{SUFFIX}",
                   lambda path: self.notebook.setText(str(_notebook(str(path)))), suggested)  # fmt: skip

    def _chosen(self, field: QLineEdit, path: Path) -> None:
        field.setText(str(path))
        self._look()


def _list() -> QComboBox:
    """A list in which something else can be typed, too."""
    box = QComboBox()
    box.setEditable(True)
    box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    return box


def _fill(box: QComboBox, texts: Sequence[str]) -> None:
    """Offer these; what was typed or picked stays."""
    kept = box.currentText()
    if [box.itemText(place) for place in range(box.count())] == list(texts):
        return
    box.blockSignals(True)
    box.clear()
    box.addItems(texts)
    box.setCurrentIndex(-1)
    box.setEditText(kept)
    box.blockSignals(False)


def _code(box: QComboBox) -> str:
    """The first word: a code or an id has no spaces."""
    return next(iter(box.currentText().split()), "")


def _notebook(name: str) -> Path:
    return Path(name if name.endswith(SUFFIX) else f"{name}{SUFFIX}")
