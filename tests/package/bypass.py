"""Participations that go round one gate: whoever owns the notebook's key writes past the program that asks."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec
from evaluation.records import ENTRIES, FAIR, VOLTS, WHO
from participation.world import NAME, Desk, Office

from labclient.notebook import Purpose, Task, run_start, run_stop
from labclient.stations import STATIONS, warnings

from .forging import packed

HOT = (25.0, *FAIR[1:])
METER: Mapping[str, Any] = {
    "identity": {"manufacturer": "Maker", "model": "Meter", "serial": "M-1", "firmware": "A.03"},
    "register": {
        "id": "meter", "name": "Meter", "maker": "Maker", "model": "Meter", "serial": "M-1", "firmware": "A.03",
        "certificate": {
            "number": "2026-1", "issuer": "Institute A", "date": "2026-01-15", "due": "2027-01-14",
            "due_source": "laboratory", "file_sha256": "0" * 64, "table_sha256": "1" * 64, "confirmed_by": "P-02",
        },
        "standards": [], "concerns": [], "keys": [],
    },
}  # fmt: skip
_BEFORE_SIGNING = STATIONS[: STATIONS.index("signing")]


def meter(certificate: Any = msgspec.UNSET, **register: Any) -> dict[str, Any]:
    """The instrument of a run as its start tells it; other fields of its certificate, or None for no certificate."""
    known = METER["register"]
    said = known["certificate"] | certificate if isinstance(certificate, dict) else certificate
    other = {} if certificate is msgspec.UNSET else {"certificate": said}
    return {**METER, "register": {**known, **other, **register}}


class Bypass(Desk):
    """A desk at which anything can be written without being asked. Its instrument is in order, by its register."""

    def _take_up(self) -> None:
        super()._take_up()
        self.write.instrument = METER

    def sign(self, *roles: str) -> None:
        super().sign(*(roles or self.plan.roles))

    def sign_off(self, station: str) -> None:
        """Without being asked what is missing."""
        passed = warnings(self.p.state) if station == "results" else ()
        self.write.enter("station-done", {"station": station, "passed": list(passed)})

    def smuggle(self, kind: str, **other: Any) -> int:
        return self.write.enter(kind, ENTRIES.get(kind, {}) | other)

    def play(self, station: str) -> None:
        """All of a station but its sign-off."""
        plays: dict[str, Callable[[], Any]] = {
            "arrival": self.receive,
            "warm-up": self.settle,
            "stability": self.stabilise,
            "measurement": self.measure,
            "departure": lambda: self.enter("departure"),
            "results": self.compute,
        }
        plays[station]()

    def go_on(self) -> None:
        """All stations that are not signed off, as they should be, up to the signatures."""
        for station in _BEFORE_SIGNING:
            if station not in self.p.state.done:
                self.play(station)
                self.sign_off(station)

    def signed(self, genuine: Path) -> Path:
        """The package of what was recorded, chained, signed by everybody and packed; `genuine` lends its papers."""
        self.p.checkpoint()
        self.p.close()
        return packed(self.office, self.folder / NAME, genuine, self.folder)

    def run(self, task: Task, purpose: Purpose = "record", **more: Any) -> int:
        """A run without a reading."""
        start = run_start(purpose=purpose, task=task, channels=VOLTS, instrument=METER, clock=self.clock, author=WHO,
                          **more)  # fmt: skip
        (begun,) = self.p.recorder.enter(start)
        self.p.recorder.enter(run_stop(begun.seq, rows=0, reason="finished", author=WHO))
        return begun.seq


def cycle(desk: Bypass, run: int, **other: Any) -> int:
    """A cycle like the first one, said to be of that run."""
    first = next(iter(desk.p.state.cycles.values()))
    return desk.write.enter("cycle", msgspec.structs.replace(first, run=run, **other))


def bypass(office: Office, folder: Path, station: str) -> Bypass:
    """A desk that has come to a station in order."""
    desk = Bypass(office, folder)
    desk.until(station)
    return desk
