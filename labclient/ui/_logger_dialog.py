"""The transport logger's file: what its columns are, how far its clock is from that of this PC, a look at what it says,
and then the record."""

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path

import msgspec
from PySide6.QtWidgets import QLineEdit, QWidget

from labclient.acquisition import Columns, refusal
from labclient.clock import parse_iso
from labclient.evaluation import ClocksCompared, LoggerFile, is_known, transport_exposures
from labclient.participation import LoggerLook, Participation, State, look_into_log, take_log
from labclient.signing import read_small
from labclient.ui._desk import Desk
from labclient.ui._import_columns import ColumnGrid
from labclient.ui._import_work import Opened
from labclient.ui._importing import ImportDialog
from labclient.ui._logger_plot import QUANTITIES, exposure_told
from labclient.ui._moment import MomentLine, completed
from labclient.words import message, say

_MAX_FILE = 64 << 20
_SHOWN, _REFUSED = 5, 20


def taking(file: Path, who: str) -> Callable[[Participation], Path | None]:
    """Keep and judge a file whose columns need no saying; of another, only its name comes back, to be asked for."""

    def work(participation: Participation) -> Path | None:
        if not is_known(read_small(file, _MAX_FILE)):
            return file
        take_log(participation, file, who)
        return None

    return work


class LoggerDialog(ImportDialog):
    """As the import of readings; every row must be believed, or the file is refused with the line."""

    def __init__(self, parent: QWidget, desk: Desk, state: State, file: Path) -> None:
        self._state = state
        self._seen: LoggerLook | None = None
        self.clocks: list[tuple[QLineEdit, MomentLine]] = []
        super().__init__(parent, desk, state, "logger", message("Transport logger"))
        self.zone.currentIndexChanged.connect(self.look)
        self.file.setText(str(file))
        self._open()

    def grid(self, state: State) -> ColumnGrid:
        wanted = [one.quantity for one in state.plan.arrival.transport_limits]
        return ColumnGrid({one: QUANTITIES[one] for one in (*wanted, *(set(QUANTITIES) - {*wanted}))})

    def own_rows(self) -> None:
        for number in (1, 2):
            logger = QLineEdit()
            logger.setPlaceholderText("2026-03-02 08:05:00")
            name = message("Clock comparison {n}: PC", n=number)
            pc = MomentLine(say(name), self._now)
            logger.textChanged.connect(self._changed)
            pc.changed.connect(self._changed)
            self.row(message("Clock comparison {n}: logger", n=number), logger)
            self.row(name, pc)
            self.clocks.append((logger, pc))

    def complete(self) -> bool:
        refused = self._seen is not None and self._seen.record is None
        return self._opened is not None and self._columns() is not None and self._clock() is not None and not refused

    def go(self) -> None:
        read_as = self._read_as()
        if read_as is None or self._opened is None:
            return
        file, data, who = Path(self._opened.reading.file), self._opened.data, self.desk.who
        if self._seen is None:
            self.ask_open(lambda participation: look_into_log(participation, file.name, data, read_as))
        else:
            self.ask_open(lambda participation: take_log(participation, file, who, read_as))

    def answered(self, answer: object) -> None:
        if isinstance(answer, Opened):
            self._show_file(answer)
        elif isinstance(answer, LoggerLook):
            self._show_record(answer)
        else:
            self.accept()

    def _columns(self) -> Columns | None:
        columns = super()._columns()
        return None if columns is None else msgspec.structs.replace(columns, place=None)

    def _read_as(self) -> LoggerFile | None:
        columns, clock = self._columns(), self._clock()
        return None if columns is None or clock is None else LoggerFile(columns=columns, clock=clock)

    def _clock(self) -> tuple[ClocksCompared, ...] | None:
        """The comparisons; None while one of them is half said."""
        found = []
        for logger, pc in self.clocks:
            typed, beside = logger.text().strip(), str(pc.take())
            if not typed and not beside:
                continue
            try:
                texts = completed(typed, self._now(), self._zone()), completed(beside, self._now())
                for text in texts:
                    parse_iso(text)
            except ValueError:
                return None
            found.append(ClocksCompared(*texts))
        return tuple(found)

    def _zone(self) -> timezone | None:
        """That of the logger's times, where it was said."""
        text = self.zone.currentData()
        if not text:
            return None
        sign = -1 if text[0] == "-" else 1
        return timezone(sign * timedelta(hours=int(text[1:3]), minutes=int(text[4:6])))

    def _now(self) -> datetime:
        participation = self.desk.participation
        return participation.clock.utc() if participation else datetime.now().astimezone()

    def _forget_look(self) -> None:
        self._seen = None
        super()._forget_look()

    def _show_end(self, _least: int, most: int) -> None:
        if self._seen is not None:
            self.area.verticalScrollBar().setValue(most)

    def _show_record(self, seen: LoggerLook) -> None:
        self._seen = seen
        lines = []
        for row in [row for row in seen.rows if row.good][:_SHOWN]:
            units = [one.unit for one in seen.read_as.columns.values] if seen.read_as.columns else []
            values = "   ".join(f"{text} {unit}" for text, unit in zip(row.texts, units, strict=True))
            time = row.time.isoformat(sep=" ") if row.time else ""
            lines.append(say(message("Line {line}: {why}", line=row.line.number, why=f"{time}   {values}")))
        lines += [say(refusal(row)) for row in seen.refused[:_REFUSED]]
        if seen.record is None:
            told = message("{count} of {rows} lines cannot be read: the file would be refused.",
                           count=len(seen.refused), rows=len(seen.rows))  # fmt: skip
            self.found.setText(say(told))
        else:
            self.ok.setText(say(message("Record")))
            exposures = transport_exposures(seen.record, self._state.plan)
            self.found.setText("\n".join(say(exposure_told(one)) for one in exposures))
        self.preview.setPlainText("\n".join(lines))
        self.preview.setFixedHeight((min(len(lines), 10) + 2) * self.fontMetrics().lineSpacing())
        self.preview.show()
        self.look()
        self._show_end(0, self.area.verticalScrollBar().maximum())
