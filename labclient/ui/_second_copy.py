"""The second copy behind the window: a process of its own, so that neither window nor recorder ever waits for a stick.

It ends with its input, and so with this program, however that ends.
"""

import sys
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, Signal

from labclient.words import language

_COLUMNS = "1000"  # a line is a sentence


class CopyFollower(QObject):
    """Keeps the second copy of one notebook. Signal: `told` (str), how far it is or why it is not."""

    told = Signal(str)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._process: QProcess | None = None
        self._said = ""

    def follow(self, notebook: Path, folder: Path | None) -> None:
        """Follow a notebook into a folder, which is remembered, or into the one chosen before."""
        self.leave()
        process = self._process = QProcess(self)
        process.setProcessChannelMode(QProcess.ProcessChannelMode.MergedChannels)
        process.readyReadStandardOutput.connect(self._read)
        environment = QProcessEnvironment.systemEnvironment()
        environment.insert("LABCLIENT_LANGUAGE", language())
        environment.insert("COLUMNS", _COLUMNS)
        process.setProcessEnvironment(environment)
        program = [] if getattr(sys, "frozen", False) else ["-m", "labclient"]
        chosen = [] if folder is None else ["--to", str(folder)]
        process.start(sys.executable, [*program, "copy", str(notebook), "--follow", *chosen])

    def leave(self) -> None:
        """Let it finish the piece that it is writing, and end."""
        process, self._process = self._process, None
        if process is not None:
            process.readyReadStandardOutput.disconnect(self._read)
            process.finished.connect(process.deleteLater)
            process.closeWriteChannel()

    def _read(self) -> None:
        while self._process is not None and self._process.canReadLine():
            line = bytes(self._process.readLine().data()).decode("utf-8", "replace").strip()
            if line:  # a trouble has its next step in a second line
                self._said = f"{self._said}\n{line}" if line.startswith("→") else line
                self.told.emit(self._said)
