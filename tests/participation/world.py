"""One participation played without instruments: papers of the pilot, every station by name, any day of it."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from evaluation.records import BEGINS, ENTRIES, WHO, StillClock, Truth, Writer, quiet, small_plan_json

from labclient.demo._papers import LABORATORY, PEOPLE, Papers, identity, prepare_papers
from labclient.home import Home, shipped
from labclient.participation import Participation, pack, prepare, sign
from labclient.plan import Plan
from labclient.signing import Identity

EXAMPLES = shipped("resources", "examples")
NAME = "desk.labnote"
BEGUN = 3  # entries of a notebook at its beginning


@dataclass
class Office:
    """What the pilot prepared, and the PC on which everybody's identity lies."""

    folder: Path
    home: Home
    papers: Papers
    people: dict[str, Identity] = field(default_factory=dict)
    keeps: bool = True

    def signer(self, role: str) -> Identity:
        if role not in self.people:
            self.people[role] = identity(self.home, next(one for one in PEOPLE if role in one.roles))
        return self.people[role]


def open_office(folder: Path, plan: bytes) -> Office:
    home = Home(folder / "pc")
    return Office(folder, home, prepare_papers(folder, home, plan, BEGINS))


class Desk:
    """A participation with a writer that plays its instruments; each method plays one station."""

    def __init__(self, office: Office, folder: Path, *, truth: Truth | None = None) -> None:
        self.office = office
        self.folder = folder
        self.clock = StillClock()
        self.staged = folder / "staged"
        if (office.folder / "at-arrival").exists():
            self._go_to("arrival")
        else:
            self.p = Participation.create(
                folder / NAME,
                plan=office.papers.plan,
                trust=office.papers.trust,
                confirmed_root=office.papers.root,
                laboratory=LABORATORY,
                who=WHO,
                clock=self.clock,
                home=office.home,
            )
            self._take_up()
        self.truth = truth or quiet(self.plan)

    def _take_up(self) -> None:
        self.write = Writer(self.p.recorder.enter, lambda: self.p.recorder.committed, self.clock)

    def _go_to(self, station: str) -> None:
        """Take up the notebook as it was kept when somebody first came to `station`."""
        kept = self.office.folder / f"at-{station}"
        shutil.copytree(kept, self.folder, dirs_exist_ok=True)
        self.clock.ns = int(kept.with_suffix(".clock").read_text())
        self.p = Participation.open(self.folder / NAME, clock=self.clock, home=self.office.home)
        self._take_up()

    def _keep(self, station: str) -> None:
        kept = self.office.folder / f"at-{station}"
        if kept.exists():
            return
        self.p.close()
        kept.mkdir()
        for path in self.folder.iterdir():
            if path.name == NAME or path.suffix == ".asice" or path.name.endswith(".checkpoint.txt"):
                shutil.copyfile(path, kept / path.name)
        kept.with_suffix(".clock").write_text(str(self.clock.ns))
        self.p = Participation.open(self.folder / NAME, clock=self.clock, home=self.office.home)
        self._take_up()

    @property
    def plan(self) -> Plan:
        return self.p.state.plan

    def enter(self, kind: str, **other: Any) -> int:
        return self.p.enter(kind, ENTRIES[kind] | other, WHO).seq

    def attach(self, name: str, what: str) -> int:
        return self.p.attach(EXAMPLES / name, what, "application/octet-stream", WHO).seq

    def decide(self, about: int, decision: str = "continue") -> int:
        body = {"about": about, "decision": decision, "given_by": "Pilot D", "document": "letter 1"}
        return self.p.enter("decision", body, WHO).seq

    def functional(self, *values: float) -> None:
        run = self.write.readings("functional", values or (10.0, 10.0), purpose="diagnostic", station="arrival")
        self.p.judge("functional", run)

    def receive(self, **other: Any) -> None:
        """Everything of the arrival but its sign-off."""
        self.enter("standard")
        self.enter("arrival", **other)
        self.attach("crate.png", "photo")
        self.p.judge("transport", self.attach("transport-ok.csv", "transport-log"))
        self.functional()

    def settle(self, values: list[float] | None = None) -> None:
        run = self.write.readings("settling", values or [10.0 + 1e-8 * (i % 3) for i in range(30)], station="warm-up")
        self.p.judge("settling", run)

    def stabilise(self, values: list[float] | None = None) -> None:
        run = self.write.readings(
            "stability", values or [10.0 + 1e-8 * (i % 3) for i in range(20)], station="stability"
        )
        self.p.judge("stability", run)

    def measure(self) -> list[int]:
        cycles = self.write.measure(self.plan, self.truth)
        self.judge()
        return cycles

    def judge(self) -> None:
        self.p.judge("zero")
        self.p.judge("environment")

    def compute(self) -> None:
        self.enter("budget")
        self.p.compute_result(WHO)

    def prepare(self) -> Path:
        self.staged = self.folder / f"staged-{self.p.recorder.committed}"
        prepare(self.p, self.staged, WHO)
        return self.staged

    def sign(self, *roles: str) -> None:
        for role in roles or ("operator", "checker", "approver"):
            sign(self.p, self.staged, role, self.office.signer(role))

    def pack(self) -> Path:
        return pack(self.p, self.staged, self.folder)[0]

    def until(self, station: str) -> "Desk":
        """Play everything before `station`; a way that was gone before is taken from where it was kept."""
        steps: dict[str, Callable[[], Any]] = {
            "arrival": self.receive,
            "warm-up": self.settle,
            "stability": self.stabilise,
            "measurement": self.measure,
            "departure": lambda: self.enter("departure"),
            "results": self.compute,
            "signing": lambda: (self.prepare(), self.sign(), self.pack()),
        }
        plain = self.p.state.size == BEGUN and self.office.keeps
        if plain and (self.office.folder / f"at-{station}").exists():
            self.p.close()
            self._go_to(station)
            return self
        for name, play in steps.items():
            if plain:
                self._keep(name)
            if name == station:
                return self
            play()
            self.p.finish(name, WHO)  # type: ignore[arg-type]
        if plain:
            self._keep(station)
        return self


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return open_office(tmp_path_factory.mktemp("office"), small_plan_json())
