"""A participation, open for work. Both faces use this and nothing beneath it to change anything."""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec
from msgspec import Struct

from labclient.acquisition import OUTPUT_KINDS, ClockWatch, DailyCheckpoint, Recorder
from labclient.clock import Clock
from labclient.errors import EntryInvalid, GateClosed, NotebookTrouble, NotVerified, WrongUse
from labclient.evaluation import (
    Check,
    CheckName,
    LoggerFile,
    Told,
    check_again,
    read_logger,
    result,
    transport_exposures,
    unknown_methods,
)
from labclient.home import Home
from labclient.notebook import Draft, Entry, Notebook, Reader, attachment
from labclient.package import PlanSource, Trusted, open_plan, open_trust
from labclient.participation._bodies import body_of
from labclient.participation._fields import FIELD_NAMES
from labclient.plan import Plan, Station
from labclient.signing import NoteKey, read_small, write_whole
from labclient.stations import (
    KINDS,
    Arrival,
    Deviation,
    PlanAccepted,
    State,
    StationDone,
    TrustAccepted,
    allow,
    first_state,
    fold,
    harm_of,
    item_of,
    may_enter,
    may_finish,
    may_judge,
    missing,
    satellite_of,
    warnings,
)
from labclient.words import Message, message

PROGRAM = "program"
_MAX_ATTACHMENT = 256 << 20
_KEY_NAME = "labclient-bench"
# Kinds that only the program enters, as the outcome of what it did itself.
_PROGRAMS_OWN = frozenset({"plan", "trust", "check", "result", "cycle", "staged", "signed-off", "packaged", "submitted",
                           "receipt", "station-done", "attachment", "satellite-issued", "satellite",
                           "satellite-given-up", *OUTPUT_KINDS})  # fmt: skip


class Participation:
    """The façade: the notebook with its one recorder, the state folded from it, and the gates."""

    def __init__(self, notebook: Notebook, home: Home) -> None:
        """Not called directly: use `create` or `open`."""
        self.path = notebook.path
        self.clock: Clock = notebook.clock
        self.home = home
        daily = DailyCheckpoint(self._key, checkpoint_file(notebook.path))
        self.recorder = Recorder(notebook, daily=None if satellite_of(notebook.origin) else daily)
        self._notebook = notebook
        self._reader = Reader.open(notebook.path)
        self._state: State | None = None
        self._clock_watch = ClockWatch(self.recorder)

    @classmethod
    def create(
        cls,
        path: Path,
        *,
        plan: Path,
        trust: Path | None,
        confirmed_root: str | None,
        laboratory: str,
        who: str,
        clock: Clock,
        home: Home,
    ) -> Self:
        """Accept a plan, and with it the pilot's trust list, into a new notebook.

        `confirmed_root` is the fingerprint of the pilot's root certificate as a person compared it by another way.
        Raises `NotVerified`, `PlanInvalid`, `WrongUse` (a notebook of that name exists, the laboratory takes no part).
        """
        moment = clock.utc()
        trusted = open_trust(trust, moment) if trust else None
        if trusted:
            confirm_root(trusted, confirmed_root)
        source = open_plan(plan, trusted.trust if trusted else None, moment)
        if trusted and trusted.trust.comparison != source.plan.id:
            raise NotVerified(message("Plan and trust list belong to different comparisons."))
        _check_workable(source, laboratory)
        drafts = [_plan_draft(source, plan, laboratory, who)]
        if trusted and trust:
            drafts.append(_trust_draft(trusted, trust, who))
        key = NoteKey.generate(_KEY_NAME)
        body = {"comparison": source.plan.id, "laboratory": laboratory}
        notebook = Notebook.create(path, clock=clock, author=who, key=key, body=body)
        try:
            write_whole(_key_file(home, notebook.origin), key.private, mode=0o600)
            notebook.append(*drafts)
        except BaseException:
            notebook.close()
            path.unlink()
            raise
        return cls(notebook, home)

    @classmethod
    def open(cls, path: Path, *, clock: Clock, home: Home) -> Self:
        """Raises what opening a notebook raises."""
        return cls(Notebook.open(path, clock=clock), home)

    @property
    def state(self) -> State:
        """The state as of what is durable now."""
        if self._state is None:
            self._state = first_state(self._reader)
        committed = self.recorder.committed
        if self._state.size < committed:
            self._state = fold(self._state, self._reader.entries(None, self._state.size, committed))
        return self._state

    @property
    def record(self) -> Reader:
        """For reading in the thread that made this participation."""
        return self._reader

    def missing(self) -> tuple[Message, ...]:
        """What the present station still needs."""
        return missing(self.state, self.state.station) if self.state.station else ()

    def enter(self, kind: str, body: Struct | Mapping[str, Any], who: str) -> Entry:
        """Enter what a person states. Raises `EntryInvalid` when the body is not of its kind, `WrongUse` for
        a kind that is not a person's, `GateClosed` when not now."""
        if kind not in KINDS or kind in _PROGRAMS_OWN:
            known = ", ".join(sorted(set(KINDS) - _PROGRAMS_OWN))
            raise WrongUse(message("“{kind}” cannot be entered. Known: {known}.", kind=kind, known=known))
        entered = body_of(kind, body)
        if isinstance(entered, Deviation) and entered.authorised is not None:
            raise WrongUse(
                message("A deviation that opens a run is signed."),
                message("Sign it on the page of instruments."),
            )
        allow(self.state, kind, entered)
        if isinstance(entered, Arrival):
            _check_noted(entered, self.state.plan)
        return self._enter(kind, entered, who)

    def attach(self, file: Path, what: str, media_type: str, who: str, read_as: LoggerFile | None = None) -> Entry:
        """Keep a file as it is: photo, transport-log, certificate, document. `read_as` is what was said of a transport
        logger's file; one that cannot be read whole, or lacks what the plan limits, is not kept: raises `DataUnfit`."""
        may_enter(self.state, "attachment")
        data = read_small(file, _MAX_ATTACHMENT)
        meaning: dict[str, Any] = {"name": file.name, "media_type": media_type, "what": what}
        if what == "transport-log":
            said = read_as or LoggerFile()
            transport_exposures(read_logger(data, said, self.clock.utc()), self.state.plan)
            meaning |= {} if said == LoggerFile() else {"read_as": msgspec.to_builtins(said)}
        body_of("attachment", meaning)
        station = self.state.station or ""
        return self.recorder.enter(attachment(data=data, author=who, station=station, **meaning))[0]

    def judge(self, name: CheckName, *basis: int) -> Check:
        """Make a check from the record and enter it with its verdict, whatever that is."""
        may_judge(self.state, name)
        size = self.recorder.committed
        blank = Check(name, "undecided", "", basis, ())
        check = check_again(self._reader, self.state.plan, blank, size)
        self._enter("check", check, PROGRAM)
        return check

    def accept_trust(self, file: Path, who: str) -> Entry:
        """Take a newer trust list of the same comparison and root: who may sign has changed, the plan has not.
        Raises `NotVerified`, and `WrongUse` for a list that is not newer."""
        may_enter(self.state, "trust")
        trusted = open_trust(file, self.clock.utc())
        known = self.state.trust
        if trusted.trust.comparison != self.state.plan.id:
            raise NotVerified(message("Plan and trust list belong to different comparisons."))
        if known is None or trusted.root != known.root:
            raise NotVerified(message("The trust list comes from another root than the one confirmed."))
        if trusted.trust.version <= known.document.version:
            raise WrongUse(message("The notebook has version {version} already.", version=known.document.version))
        return self.recorder.enter(_trust_draft(trusted, file, who))[0]

    def compute_result(self, who: str, told: Told | None = None) -> Entry:
        """Compute the results of all points from the record and enter them. `told` hears how far a Monte Carlo
        computation is, as done of at most; what it raises ends the computation, and nothing is entered."""
        may_enter(self.state, "result")
        return self._enter("result", result(self._reader, self.state.plan, self.recorder.committed, told), who)

    def finish(self, station: Station, who: str) -> Entry:
        """Sign a station off as done; with the results, the warnings that are passed. Raises `GateClosed` with what is
        missing."""
        may_finish(self.state, station)
        passed = warnings(self.state) if station == "results" else ()
        return self._enter("station-done", StationDone(station, passed), who)

    def checkpoint(self) -> str:
        """Sign the head of the log, enter it, and leave it beside the notebook for the pilot; returns the note."""
        may_enter(self.state, "checkpoint")
        note = self.recorder.checkpoint(self._key())
        write_whole(checkpoint_file(self.path), note.encode())
        return note

    def close_run(self, run: int, reason: str, who: str) -> Entry:
        """Close an interrupted run for good: its readings stay, it is not resumed."""
        known = self.state.runs.get(run)
        if known is None or known.stopped:
            raise WrongUse(message("Run {run} is not open.", run=run))
        body = {"run": run, "rows": self.recorder.rows(run), "reason": reason}
        draft = Draft(kind="run-stop", body=body, author=who, station=known.station)
        return self.recorder.enter(draft)[0]

    def enter_outcome(self, kind: str, body: Struct, who: str, payload: bytes | None = None) -> Entry:
        """Enter the outcome of something the program itself did; the gate of its kind is asked all the same."""
        return self._enter(kind, body, who, payload)

    def close(self) -> None:
        """Commit, close; afterwards the notebook is one file again."""
        self._clock_watch.close()
        try:
            self.recorder.close()
        finally:
            self._reader.close()
            self._notebook.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _enter(self, kind: str, body: Struct, who: str, payload: bytes | None = None) -> Entry:
        state = self.state
        allow(state, kind, body)
        draft = Draft(
            kind=kind, body=msgspec.to_builtins(body), author=who, station=state.station or "", payload=payload
        )
        return self.recorder.enter(draft)[0]

    def _key(self) -> NoteKey:
        path = _key_file(self.home, self._notebook.origin)
        if not path.exists():
            raise NotebookTrouble(
                message("The key of this notebook is not on this PC."),
                message("Sign checkpoints on the PC that began the notebook."),
            )
        return NoteKey.from_private(_KEY_NAME, read_small(path, 32))


def checkpoint_file(notebook: Path) -> Path:
    """Where the newest checkpoint of a notebook lies, for the pilot."""
    return notebook.with_suffix(".checkpoint.txt")


def confirm_root(trusted: Trusted, confirmed: str | None) -> None:
    """Raise `NotVerified` unless a person has compared this fingerprint, `WrongUse` when it is not a whole one. The
    expected one is told only to somebody who has given none: a wrong one must not be mended by copying."""
    spelled = "".join((confirmed or "").lower().split()).replace(":", "")
    if not spelled:
        raise NotVerified(
            message("The pilot's root certificate has not been confirmed. Its fingerprint: {root}", root=trusted.root),
            message("Compare it with what the pilot says on the phone or on paper, then give it as confirmed."),
        )
    if len(spelled) != len(trusted.root):
        raise WrongUse(
            message("A fingerprint has {wanted} characters; {count} were given.", wanted=len(trusted.root),
                    count=len(spelled)),
            message("Give all that the pilot reads out; spaces and colons do not matter."),
        )  # fmt: skip
    if spelled != trusted.root:
        raise NotVerified(
            message("ALARM: the fingerprint given is not that of this trust list. The list may be forged."),
            message("Do not use it. Call the pilot laboratory on a number you know, and let it be read out again."),
        )


def _check_workable(source: PlanSource, laboratory: str) -> None:
    plan = source.plan
    try:
        plan.participant(laboratory)
    except KeyError:
        codes = ", ".join(one.laboratory.code for one in plan.participants)
        raise WrongUse(
            message("{code} takes no part in this comparison. Its laboratories: {codes}.", code=laboratory, codes=codes)
        ) from None
    unknown = unknown_methods(plan)
    if unknown:
        raise GateClosed(
            message("This version does not know the method {method}.", method=unknown[0]),
            message("Install the version that the pilot names for this plan."),
        )


def _plan_draft(source: PlanSource, file: Path, laboratory: str, who: str) -> Draft:
    data = read_small(file, _MAX_ATTACHMENT)
    if sha256(data).hexdigest() != source.sha256:
        raise NotVerified(message("{file} changed while it was read.", file=file.name))
    body = PlanAccepted(
        name=file.name,
        document=source.plan,
        sha256=source.sha256,
        origin=source.origin,
        laboratory=laboratory,
        signer=source.signer,
    )
    return Draft(kind="plan", body=msgspec.to_builtins(body), author=who, payload=data)


def _trust_draft(trusted: Trusted, file: Path, who: str) -> Draft:
    data = read_small(file, _MAX_ATTACHMENT)
    if sha256(data).hexdigest() != trusted.sha256:
        raise NotVerified(message("{file} changed while it was read.", file=file.name))
    body = TrustAccepted(name=file.name, document=trusted.trust, sha256=trusted.sha256, root=trusted.root)
    return Draft(kind="trust", body=msgspec.to_builtins(body), author=who, payload=data)


def _key_file(home: Home, origin: Entry) -> Path:
    return home.keys / f"{origin.body['notebook']}.key"


def _check_noted(arrival: Arrival, plan: Plan) -> None:
    """Raise `EntryInvalid` when nothing is said of an item that is not in order."""
    said = {one.item for one in arrival.notes}
    for name in harm_of(arrival, plan):
        item = item_of(name)
        if item not in said and not arrival.remarks.strip():
            raise EntryInvalid(
                message("{item}: say what was found.", item=FIELD_NAMES.get(item, item)),
                message("Add a note for this item, or remarks."),
                ("notes",),
            )
