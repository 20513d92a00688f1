"""Arrival: what came, what was found, the photos, the transport logger, and the functional check."""

from pathlib import Path

from msgspec import Struct
from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeySequence, QPixmap, QResizeEvent, QShortcut
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from labclient.participation import Arrival, Participation, State
from labclient.plan import Plan
from labclient.ui._arrival_work import Gathered, Photo, gather, key_of
from labclient.ui._bench import runs_of
from labclient.ui._by_hand import ByHand
from labclient.ui._choose import choose_file
from labclient.ui._desk import Desk
from labclient.ui._dialog import Sentence
from labclient.ui._errand import Errand
from labclient.ui._form import StructForm
from labclient.ui._handover_form import HandoverForm
from labclient.ui._logger_dialog import LoggerDialog, taking
from labclient.ui._logger_panel import LoggerPanel
from labclient.ui._page import heading
from labclient.ui._records import RecordPage, Steps
from labclient.ui._theme import S2, space
from labclient.ui._watch import Snapshot
from labclient.words import given, joined, language, message, say

_PHOTOS = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg"}
_LOGS = (".csv", ".txt", ".xlsx")
_WIDE = 74  # characters: from there on the logger stands beside the checklist


class ArrivalPage(RecordPage):
    """The handover record as a checklist, photos, the transport logger, the functional check, and the pilot's decision
    on damage. How much of it is done stands above."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, "arrival", message("Arrival"), "arrival", Arrival)
        self.count, self.never = QLabel(), Sentence("attention")
        self.count.setProperty("role", "heading")
        self.photo_words, self.photos = QLabel(), QWidget()
        self.strip = QHBoxLayout(self.photos)
        self.panel = LoggerPanel()
        self._known: dict[int, Photo] = {}
        self._gathered: tuple[object, ...] | None = None
        self._lay_out()
        self.setAcceptDrops(True)
        for key, act in (("Ctrl+Shift+I", self._choose_photo), ("Ctrl+Shift+U", self._choose_log)):
            QShortcut(QKeySequence(key), self).activated.connect(act)
        self.form.changed.connect(self._count)
        desk.done.connect(self._asked)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        state = snapshot.state
        self._handover.show_plan(state.plan)
        super().show_snapshot(snapshot)
        here = state.station == self.station and state.arrival is not None and not state.open_runs
        self.by_hand.show_state(state, ready=here and self.desk.idle)
        never = [given(one.said(language())) for one in state.plan.transfer_standard.never]
        self.never.put(message("What must never be done: {never}", never=joined(never)) if never else None)
        self.photo_words.setText(say(message("Photos of the crate: {have} of {need}.", have=state.photos,
                                             need=state.plan.arrival.photos)))  # fmt: skip
        self.panel.show_plan(state.plan)
        self._count()
        self._gather(snapshot)

    def forget(self) -> None:
        super().forget()
        self._handover.list.clear()
        self._known, self._gathered = {}, None
        self._show_photos(())
        self.panel.clear()

    def make_form(self, of: type[Struct]) -> StructForm:  # noqa: ARG002 - it asks for the arrival only
        self._handover = HandoverForm(self._now)
        return self._handover

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self._dropped(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        path = self._dropped(event)
        if path is not None:
            event.acceptProposedAction()
            self._add_photo(path) if path.suffix.lower() in _PHOTOS else self._read_log(path)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = self.width() >= _WIDE * self.fontMetrics().averageCharWidth()
        self.columns.setDirection(QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(heading(message("Handover record")), 1)
        head.addWidget(self.count)
        self.strip.setContentsMargins(0, 0, 0, 0)
        self.strip.addStretch(1)
        side = QWidget()
        beside = QVBoxLayout(side)
        beside.setContentsMargins(0, 0, 0, 0)
        for widget in (heading(message("Photos")), self.photo_words, self.photos, self.panel):
            beside.addWidget(widget)
        beside.addStretch(1)
        self.body.removeWidget(self.form)
        self.columns = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self.columns.setSpacing(space(S2) * 2)
        self.columns.addWidget(self.form, 1)
        self.columns.addWidget(side, 1)
        self.body.insertLayout(0, head)
        self.body.insertWidget(1, self.never)
        self.body.insertLayout(4, self.columns)

    def _steps(self) -> Steps:
        photo = self._action(message("Add a photo…"), self._choose_photo)
        logger = self._action(message("Read the transport logger…"), self._choose_log)
        photo.setToolTip("Ctrl+Shift+I")
        logger.setToolTip("Ctrl+Shift+U")
        functional = self._action(message("Functional check"), self._functional)
        self.by_hand = ByHand(self, self.desk, "arrival", self._further)
        return [
            (photo, lambda state: state.photos < state.plan.arrival.photos),
            (logger, _unread),
            self._decision_action(),
            (functional, lambda state: "functional" not in state.checks),
        ]

    def _first_values(self, plan: Plan) -> dict[str, object]:
        return {"from_laboratory": plan.pilot.code}

    # -- how much is done ----------------------------------------------------------------------------------------------

    def _count(self) -> None:
        if self.snapshot is None:
            return
        state, rows = self.snapshot.state, self._handover.list
        more = [state.photos >= state.plan.arrival.photos] if state.plan.arrival.photos else []
        more += [not _unread(state)] if state.plan.arrival.transport_limits else []
        more.append("functional" in state.checks)
        done, total = rows.done + sum(more), len(rows.rows) + len(more)
        self.count.setText(say(message("{done} of {total} done", done=done, total=total)))

    # -- photos and the logger -----------------------------------------------------------------------------------------

    def _gather(self, snapshot: Snapshot) -> None:
        key = key_of(snapshot.path, snapshot.state)
        if key == self._gathered:
            return
        self._gathered = key
        known, errand = dict(self._known), Errand()
        errand.done.connect(self._show_gathered)
        errand.failed.connect(self.desk.failed)
        errand.crashed.connect(self.desk.crashed)
        errand.run(lambda: gather(snapshot.path, snapshot.state, snapshot.size, known))

    def _show_gathered(self, found: Gathered) -> None:
        if found.key != self._gathered:
            return
        self._known = {one.seq: one for one in found.photos}
        self._show_photos(found.photos)
        self.panel.show_gathered(found)

    def _show_photos(self, photos: tuple[Photo, ...]) -> None:
        while self.strip.count() > 1:
            item = self.strip.takeAt(0)
            if item is not None and (old := item.widget()) is not None:
                old.deleteLater()
        side = 3 * self.fontMetrics().lineSpacing()
        for place, one in enumerate(photos[-6:]):
            label = QLabel(one.name if one.image.isNull() else "")
            if not one.image.isNull():
                label.setPixmap(QPixmap.fromImage(one.image).scaled(
                    side, side, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
                ))  # fmt: skip
            label.setToolTip(one.name)
            label.setAccessibleName(say(message("Photo {name}", name=one.name)))
            self.strip.insertWidget(place, label)
        self.photos.setVisible(bool(photos))

    def _choose_photo(self) -> None:
        if self._here:
            choose_file(self, message("Choose a file"), "*.png *.jpg *.jpeg", self._add_photo)

    def _choose_log(self) -> None:
        if self._here:
            choose_file(self, message("Choose a file"), "*.csv *.txt *.xlsx", self._read_log)

    def _add_photo(self, path: Path) -> None:
        media, who = _PHOTOS.get(path.suffix.lower(), "application/octet-stream"), self.desk.who
        self.desk.do("attach", lambda participation: participation.attach(path, "photo", media, who))

    def _read_log(self, path: Path) -> None:
        self.desk.do("take-log", taking(path, self.desk.who))

    def _asked(self, what: str, answer: object) -> None:
        """The columns of the file must be said."""
        if what == "take-log" and isinstance(answer, Path) and self.snapshot is not None:
            LoggerDialog(self, self.desk, self.snapshot.state, answer).open()

    def _dropped(self, event: QDropEvent) -> Path | None:
        paths = [Path(one.toLocalFile()) for one in event.mimeData().urls() if one.isLocalFile()]
        known = [one for one in paths if one.suffix.lower() in {*_PHOTOS, *_LOGS}]
        return known[0] if self._here and len(paths) == 1 and known else None

    def _functional(self) -> None:
        desk = self.desk
        desk.do("functional", lambda participation: _with_runs(desk, participation))


def _unread(state: State) -> bool:
    wanted = bool(state.plan.arrival.transport_limits)
    return wanted and state.check_at.get("transport", -1) <= state.transport_log_at


def _with_runs(desk: Desk, participation: Participation) -> object:
    with runs_of(desk, participation) as runs:
        return runs.functional()
