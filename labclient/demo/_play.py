"""The play: what technician, checker, approver and pilot do, in order, through the façade."""

import json
import shutil
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, Protocol

import msgspec
from msgspec import Struct

from labclient.clock import SimulatedClock, iso
from labclient.demo._bench import METER, ROOM, SimulatedBench, SimulatedHands, example, simulated_bench
from labclient.demo._papers import LABORATORY, PEOPLE, Papers, identity, prepare_papers
from labclient.errors import GateClosed, NotSettled, NotVerified, WrongUse
from labclient.evaluation import CHECK_NAMES, VERDICT_NAMES, Check
from labclient.home import Home
from labclient.notebook import Reader, Task, check
from labclient.package import REPORT_PDF, open_trust
from labclient.participation import (
    STATION_NAMES,
    Participation,
    Runs,
    bench_instrument,
    damage,
    pack,
    prepare,
    send,
    sign,
    submit,
    take_receipt,
)
from labclient.plan import Station
from labclient.signing import read_small, write_whole
from labclient.submission import RECEIPT_JSON, Outbox, TakenReceipt, receipt_json, receive
from labclient.words import Message, message

Scenario = Literal["ok", "damaged", "unstable", "unplugged"]
SCENARIOS: tuple[Scenario, ...] = ("ok", "damaged", "unstable", "unplugged")
DEFAULT_SPEED = 240.0
_MARK = ".labclient-demo"
_BEGINS = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)
_NIGHT_S = 20 * 3600.0
_PULL_AT = 25  # steps from the beginning: in the midst of a cycle
_OPERATOR = PEOPLE[0].id


class Watcher(Protocol):
    """Who shows how the demonstration goes; called from several threads."""

    def tell(self, sentence: Message) -> None: ...

    def progress(self, task: Task, done: int, total: int) -> None: ...


class Reported(Struct, frozen=True):
    """One reported value."""

    point: str
    value: str
    U: str
    k: str
    unit: str


class Left(Struct, frozen=True):
    """What a finished demonstration left, and what it reported."""

    notebook: Path
    entries: int
    readings: int
    gaps: int
    package: Path
    signatures: int
    report: Path
    receipt: Path
    results: tuple[Reported, ...]


def demonstrate(
    out: Path,
    watcher: Watcher,
    *,
    scenario: Scenario = "ok",
    seed: int = 1,
    speed: float = DEFAULT_SPEED,
    platform: str | None = None,
) -> Left:
    """Do the main job into the folder `out` and return what it left. The package goes to the address `platform`, whose
    pilot is the one of `trust.asice`; without one, to a folder where the pilot is played too.

    The scenario "damaged" ends in `GateClosed`, "unstable" in `NotSettled`. Raises `WrongUse` for a folder in use.
    """
    _clear(out)
    home = Home(out / "pc")
    clock = SimulatedClock(_BEGINS, speed)
    with ExitStack() as stack:
        told = _Told(watcher, clock, out / "log.txt")
        stack.callback(told.close)
        papers = prepare_papers(out, home, read_small(example("plan.json"), 1 << 20), clock.utc())
        told.tell(message("The pilot has signed plan and trust list."))
        bench = stack.enter_context(simulated_bench(home, clock, seed))
        told.tell(message("The simulated instruments answer at {a} and {b}.", a=bench.meter.address,
                          b=bench.room.address))  # fmt: skip
        notebook = notebook_in(out)
        try:
            with Participation.create(
                notebook,
                plan=papers.plan,
                trust=papers.trust,
                confirmed_root=papers.root,
                laboratory=LABORATORY,
                who=_OPERATOR,
                clock=clock,
                home=home,
            ) as participation:
                play = _Play(participation, bench, told, out, papers, scenario, platform)
                left = play.everything()
        except (GateClosed, NotSettled) as trouble:
            told.tell(message("{sentence}", sentence=trouble.sentence))
            raise
        return _counted(left, notebook)


def notebook_in(out: Path) -> Path:
    """Where a demonstration that leaves everything in `out` keeps its notebook."""
    return out / f"DEMO-DCV-2026_{LABORATORY}.labnote"


class _Told:
    """Tells the watcher and writes the log."""

    def __init__(self, watcher: Watcher, clock: SimulatedClock, path: Path) -> None:
        self._watcher = watcher
        self._clock = clock
        self._file = path.open("w", encoding="utf-8")

    def tell(self, sentence: Message) -> None:
        self._file.write(f"{iso(self._clock.utc())}  {sentence}\n")
        self._file.flush()
        self._watcher.tell(sentence)

    def progress(self, task: Task, done: int, total: int) -> None:
        self._watcher.progress(task, done, total)

    def close(self) -> None:
        self._file.close()


class _Play:
    """One participation played from arrival to handover."""

    def __init__(
        self,
        participation: Participation,
        bench: SimulatedBench,
        told: _Told,
        out: Path,
        papers: Papers,
        scenario: Scenario,
        platform: str | None,
    ) -> None:
        self._p = participation
        self._bench = bench
        self._told = told
        self._out = out
        self._papers = papers
        self._scenario = scenario
        self._platform = platform
        self._entries = json.loads(example("entries.json").read_text(encoding="utf-8"))
        self._hands = SimulatedHands(bench)
        home = participation.home
        self._runs = Runs(
            participation,
            meter=bench_instrument(home, METER),
            room=bench_instrument(home, ROOM),
            hands=self._hands,
            observer=told,
            who=_OPERATOR,
        )

    def everything(self) -> Left:
        self._p.checkpoint()
        self._arrival()
        self._warm_up()
        self._stability()
        self._measurement()
        self._enter("departure")
        self._done("departure")
        self._enter("budget")
        self._p.compute_result(_OPERATOR)
        self._done("results")
        package = self._signing()
        receipt = self._submission(package)
        self._enter("handed-over")
        self._done("handed-over")
        self._p.checkpoint()
        result = self._p.state.result
        points = result.points if result else ()
        return Left(
            notebook=self._p.path,
            entries=0,
            readings=0,
            gaps=0,
            package=package,
            signatures=len(self._p.state.signed),
            report=self._out / REPORT_PDF,
            receipt=receipt,
            results=tuple(Reported(p.point, p.reported_value, p.reported_U, p.k, p.unit) for p in points),
        )

    def _arrival(self) -> None:
        self._enter("standard")
        self._enter("arrival")
        self._p.attach(example("crate.png"), "photo", "image/png", _OPERATOR)
        logger = "transport-shock.csv" if self._scenario == "damaged" else "transport-ok.csv"
        attached = self._p.attach(example(logger), "transport-log", "text/csv", _OPERATOR)
        self._verdict(self._p.judge("transport", attached.seq), stop=False)
        if not damage(self._p.state):
            self._verdict(self._runs.functional())
        self._done("arrival")

    def _warm_up(self) -> None:
        self._verdict(self._runs.settle())
        self._done("warm-up")

    def _stability(self) -> None:
        self._hands.loose = self._scenario == "unstable"
        self._verdict(self._runs.stability())
        self._done("stability")

    def _measurement(self) -> None:
        if self._scenario == "unplugged":
            self._hands.pull_in(_PULL_AT)
        for day in range(1, self._p.state.plan.measurement.days + 1):
            if day > 1:
                self._told.tell(message("The laboratory closes for the night."))
                self._bench.skip(_NIGHT_S)
                self._p.checkpoint()
            self._runs.measure(day)
            self._told.tell(message("Day {day} is measured.", day=day))
        self._verdict(self._p.judge("zero"))
        self._verdict(self._p.judge("environment"))
        self._done("measurement")

    def _signing(self) -> Path:
        folder = self._out / "pc" / "staged"
        prepare(self._p, folder, _OPERATOR)
        for person in PEOPLE:
            card = sign(self._p, folder, person.roles[0], identity(self._p.home, person))
            self._told.tell(message("{name} has signed.", name=card.person.name))
        path, _ = pack(self._p, folder, self._out)
        shutil.copyfile(folder / REPORT_PDF, self._out / REPORT_PDF)
        self._done("signing")
        return path

    def _submission(self, package: Path) -> Path:
        taken, signed = self._sent(package, self._platform) if self._platform else self._carried(package)
        self._told.tell(message("{name} has signed the receipt: delivered.", name=taken.signer))
        self._done("submission")
        path = self._out / RECEIPT_JSON
        write_whole(path, receipt_json(taken.receipt))
        shutil.copyfile(signed, self._out / "receipt.asice")
        return path

    def _carried(self, package: Path) -> tuple[TakenReceipt, Path]:
        """To a folder, where the pilot finds it."""
        inbox = self._out / "pc" / "inbox"
        inbox.mkdir()
        delivered = submit(self._p, package, inbox)
        self._told.tell(message("The package lies at the pilot: sent, not confirmed."))
        now = self._p.clock.utc()
        trust = open_trust(self._papers.trust, now).trust
        _, signed = receive(delivered.path, trust, self._papers.pilot, inbox, now)
        return take_receipt(self._p, signed), signed

    def _sent(self, package: Path, platform: str) -> tuple[TakenReceipt, Path]:
        """Over a network, to a platform that verifies by itself."""
        outbox = Outbox(self._p.home.outbox)
        taken = send(self._p, package, platform, outbox)
        self._told.tell(message("The package went to {url}.", url=platform))
        signed = outbox.item(taken.receipt.package_sha256).receipt
        if signed is None:
            raise NotVerified(message("The pilot's receipt is not where it was kept."))
        return taken, signed

    def _enter(self, kind: str) -> None:
        self._p.enter(kind, self._entries[kind], _OPERATOR)

    def _done(self, station: Station) -> None:
        self._p.finish(station, _OPERATOR)
        self._told.tell(message("Done: {station}.", station=STATION_NAMES[station]))

    def _verdict(self, made: Check, *, stop: bool = True) -> None:
        self._told.tell(message("Check “{check}”: {verdict}.", check=CHECK_NAMES[made.check],
                                verdict=VERDICT_NAMES[made.verdict]))  # fmt: skip
        if stop and made.verdict != "pass":
            reasons = self._p.missing()
            raise NotSettled(
                message("The check “{check}” did not pass.", check=CHECK_NAMES[made.check]),
                reasons[0] if reasons else None,
            )


def _counted(left: Left, notebook: Path) -> Left:
    report = check(notebook, deep=True)
    if not report.ok:
        raise NotVerified(report.findings[0].sentence)
    with Reader.open(notebook) as reader:
        gaps = sum(1 for _ in reader.entries({"gap"}))
    return msgspec.structs.replace(left, entries=report.entries, readings=report.readings, gaps=gaps)


def _clear(out: Path) -> None:
    """Make `out` ready: what an earlier demonstration left is cleared, another folder in use is not touched."""
    if out.exists() and any(out.iterdir()):
        if not (out / _MARK).exists():
            raise WrongUse(message("{folder} is not empty.", folder=str(out)), message("Name a new folder."))
        shutil.rmtree(out)
    out.mkdir(parents=True, exist_ok=True)
    (out / _MARK).touch()
