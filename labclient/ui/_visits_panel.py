"""At the pilot laboratory: its visits, the drift through them, and where results can be judged."""

from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QLabel, QVBoxLayout, QWidget

from labclient.errors import Trouble
from labclient.evaluation import At, Monitored, Visit, at_told, monitored_told, short, signed
from labclient.notebook import SUFFIX
from labclient.ui._dialog import Sentence
from labclient.ui._drift_plot import whole
from labclient.ui._snug import SnugTable
from labclient.ui._visits_work import Looked, shown_in, zero_of
from labclient.words import joined, message, say


class VisitsPanel(QWidget):
    """What stands below the plot. Signal: `added` (tuple of Path)."""

    added = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.trouble = Sentence("attention")
        self.said = QLabel()
        self.said.setWordWrap(True)
        self.said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.laboratories = SnugTable(
            say(message("The transfer standard at the laboratories")),
            [message("Laboratory"), message("Date"), message("Value"), message("u_TS"), message("u_TS/u_lab"),
             message("Conclusion")],
            wide=(5,),
            numbers=(2, 3, 4),
        )  # fmt: skip
        self.files = SnugTable(
            say(message("Visits")),
            [message("Visit"), message("Date"), message("Value"), message("u of the visit"), message("State")],
            wide=(0, 4),
            numbers=(2, 3),
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        for widget in (self.trouble, self.said, self.laboratories, self.files):
            column.addWidget(widget)

    def choose(self) -> None:
        """Ask for notebooks and packages."""
        dialog = QFileDialog(self, say(message("Add visits")), "", f"labclient (*{SUFFIX} *.asice)")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.filesSelected.connect(lambda names: self.added.emit(tuple(map(Path, names))))
        dialog.open()

    def show_looked(self, looked: Looked, seen: Monitored | None) -> None:
        """Show the visits; `seen` is the point that is looked at, None where nothing can be said of it."""
        self.trouble.put(*((looked.trouble.sentence, looked.trouble.step) if looked.trouble else ()))
        self.said.setText(say(joined(monitored_told(seen))) if seen else "")
        self.said.setVisible(seen is not None)
        self.laboratories.setVisible(seen is not None and bool(seen.at))
        self.laboratories.show_rows([_laboratory(seen, one) for one in seen.at] if seen else [])
        self.files.setVisible(bool(looked.files))
        self.files.show_rows([_file(path, one, seen) for path, one in looked.files])


def _laboratory(seen: Monitored, there: At) -> tuple[str, ...]:
    shown, size = shown_in(seen)
    away = whole(f"{signed(there.value - zero_of(seen), size)} {shown}")
    ratio = "–" if there.ratio is None else short(there.ratio)
    conclusion = say(at_told(there))
    if there.extrapolated:
        conclusion = say(message("{conclusion}; preliminary, beyond the visits", conclusion=conclusion))
    return there.laboratory, _day(there.time_s), away, whole(f"{short(there.u_ts, size)} {shown}"), ratio, conclusion


def _file(path: Path, one: Visit | Trouble, seen: Monitored | None) -> tuple[str, ...]:
    name = f"{path.parent.name}/{path.name}"
    if isinstance(one, Trouble):
        return name, "–", "–", "–", say(one.sentence)
    state = say(message("computed now, not finished") if one.computed else message("finished"))
    if seen is None:
        return name, "–", "–", "–", state
    point = one.point(seen.point)
    shown, size = shown_in(seen)
    away = whole(f"{signed(point.value - zero_of(seen), size)} {shown}")
    return name, _day(point.time_s), away, whole(f"{short(point.u_visit, size)} {shown}"), state


def _day(time_s: float) -> str:
    return datetime.fromtimestamp(time_s, UTC).astimezone().date().isoformat()
