"""A fault of the program: a report is kept on this PC, and a sentence says where."""

import os
from datetime import UTC, datetime
from traceback import format_exception

from msgspec import Struct

from labclient.errors import Trouble
from labclient.home import this_pc
from labclient.words import message


class FaultReport(Struct, frozen=True):
    """What is kept of a fault: `name` of the file among this PC's crash reports, and its text."""

    name: str
    text: str

    def keep(self) -> None:
        """Write it down. Nothing of it leaves this PC."""
        (this_pc().crashes / self.name).write_text(self.text, encoding="utf-8")

    def told(self) -> Trouble:
        """What the person at the bench is told."""
        path = this_pc().root / "crashes" / self.name
        return Trouble(
            message("This is a fault of the program. What was shown is in the record; nothing is lost."),
            message("Send this report to whoever looks after labclient: {path}", path=str(path)),
        )


def report_of(fault: BaseException) -> FaultReport:
    """The report of an exception that should never have come here."""
    return FaultReport(f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{os.getpid()}.txt", "".join(format_exception(fault)))
