"""The other PC: its own home, its own clock, and the satellite that it was given."""

from pathlib import Path

from evaluation.records import WHO, Writer

from labclient.home import Home
from labclient.participation import Participation, issue_satellite
from labclient.plan import Station

from .world import Desk

ROOM = "room2.labnote"


class Room:
    """A satellite issued by `desk` into `folder`, open for work."""

    def __init__(self, desk: Desk, folder: Path, station: Station = "measurement") -> None:
        folder.mkdir(exist_ok=True)
        self.desk = desk
        self.home = Home(folder / "pc2")
        self.file = folder / ROOM
        self.issued = issue_satellite(desk.p, self.file, station=station, to="Room 2", who=WHO)
        self.open()

    def open(self) -> None:
        self.p = Participation.open(self.file, clock=self.desk.clock, home=self.home)
        self.write = Writer(self.p.recorder.enter, lambda: self.p.recorder.committed, self.desk.clock)

    def measure(self, *days: int) -> list[int]:
        return self.write.measure(self.p.state.plan, self.desk.truth, days=days)

    def back(self) -> Path:
        """The file, closed."""
        self.p.close()
        return self.file
