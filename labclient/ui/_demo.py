"""The demonstration behind the window: a process of its own, whose notebook the window follows like any other."""

import sys
from datetime import UTC, datetime

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, Signal

from labclient.demo import notebook_in
from labclient.home import this_pc
from labclient.words import language

_NEVER_STARTED = -1
_COLUMNS = "1000"  # what it tells is not broken to fit a terminal: a line is a sentence


class DemoPlayer(QObject):
    """Signals: `began` (Path of the notebook to come), `told` (str), `ended` (exit code)."""

    began = Signal(object)
    told = Signal(str)
    ended = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._process = QProcess()
        self._process.setProcessChannelMode(QProcess.ProcessChannelMode.MergedChannels)
        self._process.readyReadStandardOutput.connect(self._read)
        self._process.finished.connect(lambda code, _: self.ended.emit(code))
        self._process.errorOccurred.connect(self._failed)

    @property
    def playing(self) -> bool:
        return self._process.state() != QProcess.ProcessState.NotRunning

    def play(self) -> None:
        """Start it in a folder of its own, unless it runs already."""
        if self.playing:
            return
        environment = QProcessEnvironment.systemEnvironment()
        environment.insert("LABCLIENT_LANGUAGE", language())
        environment.insert("COLUMNS", _COLUMNS)
        self._process.setProcessEnvironment(environment)
        folder = this_pc().root / "demo" / f"{datetime.now(UTC):%Y%m%dT%H%M%S}"
        frozen = getattr(sys, "frozen", False)
        arguments = [] if frozen else ["-m", "labclient"]
        self._process.start(sys.executable, [*arguments, "demo", "--out", str(folder)])
        self.began.emit(notebook_in(folder))

    def stop(self) -> None:
        """End it at once; what was recorded stays, and the notebook can be opened and gone on with."""
        if self.playing:
            self._process.kill()
            self._process.waitForFinished(3000)

    def _read(self) -> None:
        while self._process.canReadLine():
            line = bytes(self._process.readLine().data()).decode("utf-8", "replace").strip()
            if line:
                self.told.emit(line)

    def _failed(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:  # it has no end of which `finished` would tell
            self.ended.emit(_NEVER_STARTED)
