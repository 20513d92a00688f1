"""The transport logger on the page of the arrival: what it saw, in words and drawn; what to do until then."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from labclient.plan import Plan
from labclient.ui._arrival_work import Gathered
from labclient.ui._dialog import Sentence
from labclient.ui._logger_plot import LoggerPlot, exposure_told
from labclient.ui._marks import State, mark_icon
from labclient.ui._page import heading
from labclient.ui._theme import S4, space
from labclient.words import Message, message, say


class LoggerPanel(QWidget):
    """One line of words and one plot for each quantity that the plan limits on the road."""

    def __init__(self) -> None:
        super().__init__()
        self.words, self.trouble = QLabel(), Sentence()
        self.words.setWordWrap(True)
        self.plots: list[LoggerPlot] = []
        self._told: list[QWidget] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        for widget in (heading(message("Transport logger")), self.words, self.trouble):
            self._column.addWidget(widget)
        self._empty = message("Nothing has been read yet.")
        self.clear()

    def show_plan(self, plan: Plan) -> None:
        """Whether the plan wants to know of the road."""
        self._empty = message("The plan sets no limits for the road.")
        if plan.arrival.transport_limits:
            self._empty = message(
                "Nothing has been read yet. Drop the logger's file here or read it with Ctrl+Shift+U: CSV or workbook, "
                "whatever its headings are."
            )
        if not self._told and not self.trouble.label.text():
            self.words.setText(say(self._empty))

    def clear(self) -> None:
        """Nothing is known."""
        for widget in (*self._told, *self.plots):
            widget.hide()
            widget.deleteLater()
        self._told, self.plots = [], []
        self.trouble.put()
        self.words.setText(say(self._empty))

    def show_gathered(self, found: Gathered) -> None:
        """Show what the record holds."""
        self.clear()
        if found.file:
            self.words.setText(say(_head(found)))
        if found.trouble is not None:
            self.trouble.put(found.trouble.sentence, found.trouble.step)
        for course in found.courses:
            self._told.append(_line(exposure_told(course.exposure), failed=bool(course.exposure.excursions)))
            self._column.addWidget(self._told[-1])
        for course in found.courses:
            plot = LoggerPlot()
            plot.show_course(course)
            self._column.addWidget(plot)
            self.plots.append(plot)


def _head(found: Gathered) -> Message:
    count = len(found.courses[0].times) if found.courses else 0
    told = message("{file}: {count} records", file=found.file, count=count)
    if found.ahead_s:
        return message("{told}; the logger's clock was {ahead} s ahead of the PC clock, which is taken out.", told=told,
                       ahead=f"{found.ahead_s[-1]:+.0f}")  # fmt: skip
    return message("{told}; times by the logger's clock, which was not compared.", told=told)


def _line(told: Message, *, failed: bool) -> QWidget:
    line, sign, words = QWidget(), QLabel(), QLabel(say(told))
    sign.setPixmap(mark_icon(State.FAILED if failed else State.PASSED).pixmap(space(S4)))
    words.setProperty("role", "alarm" if failed else "")
    words.setWordWrap(True)
    row = QHBoxLayout(line)
    row.setContentsMargins(0, 0, 0, 0)
    row.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
    row.addWidget(words, 1)
    return line
