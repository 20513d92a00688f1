"""Satellites: what another room or PC records for this participation, in a notebook of its own, taken in whole, once.

A satellite is issued for the station where the main notebook is, and can do nothing that the main notebook could not do
there. When it comes back, its entries become entries of the main log: from then on checks, results and packages see one
record, and no other way leads into it.
"""

from pathlib import Path

import msgspec

from labclient.errors import GateClosed, NotVerified, WrongUse
from labclient.notebook import (
    Draft,
    Entry,
    Notebook,
    Reader,
    check,
    check_lines,
    copies,
    interrupted,
    log_lines,
    originals,
)
from labclient.participation._facade import Participation
from labclient.plan import Station
from labclient.signing import NoteKey
from labclient.stations import (
    KINDS,
    ON_A_SATELLITE,
    SatelliteGivenUp,
    SatelliteIssued,
    SatelliteOf,
    SatelliteTaken,
    State,
    may_enter,
    may_issue,
)
from labclient.words import message

_NEVER_IN_ONE = (frozenset(KINDS) - ON_A_SATELLITE) | {"origin", "checkpoint"}


def issue_satellite(participation: Participation, path: Path, *, station: Station, to: str, who: str) -> Entry:
    """Make the satellite `path` for the present station, to be given `to` somebody, and enter it. It holds the plan,
    the trust list and the standard. Raises `GateClosed`, `WrongUse` when the file exists, `StorageTrouble`."""
    state, record = participation.state, participation.record
    may_issue(state, station)
    size, root = record.head()
    meaning = SatelliteOf(
        notebook=str(record.entry(0).body["notebook"]),
        entries=size,
        root=root,
        station=station,
        to=to,
        done=state.done,
        counted=tuple(state.counted),
    )
    body = {
        "comparison": state.plan.id,
        "laboratory": state.accepted.laboratory,
        "satellite": msgspec.to_builtins(meaning),
    }
    key = NoteKey.generate("labclient-satellite")  # its head goes into the main log: nobody needs to sign it
    notebook = Notebook.create(path, clock=participation.clock, author=who, key=key, body=body)
    try:
        with notebook:
            notebook.append(*_papers(state, record))
        with Reader.open(path) as made:
            entries, head = made.head()
            id = str(made.entry(0).body["notebook"])
        issued = SatelliteIssued(path.name, id, key.public, station, to, entries, head)
        return participation.enter_outcome("satellite-issued", issued, who)
    except BaseException:
        path.unlink()
        raise


def take_satellite(participation: Participation, file: Path, who: str) -> tuple[Entry, ...]:
    """Take the satellite `file` in, after it was verified wholly: returns the entry that says so and the copies behind
    it, one commit. Raises `NotVerified` for any file but the one issued, `GateClosed` when it cannot be taken now."""
    state = participation.state
    may_enter(state, "satellite")
    report = check(file, deep=True)
    for finding in report.findings:
        raise NotVerified(
            message("{path} does not verify: {cause}", path=str(file), cause=finding.sentence),
            message("Take the file from the other PC again."),
        )
    issued = _waited_for(state, report.notebook, file)
    with Reader.open(file) as satellite:
        if interrupted(satellite) or satellite.size != report.entries:
            raise GateClosed(message("A run is still open."), message("Stop it or close it with a reason."))
        log, first = log_lines(satellite, report.entries), issued.entries
        check_lines(log, [(first, issued.root), (report.entries, report.root)])
        drafts = originals(satellite, first, report.entries)
    for seq, draft in enumerate(drafts, first):
        if draft.kind in _NEVER_IN_ONE:
            raise NotVerified(
                message("{file}: entry {seq} is none that a satellite can hold.", file=file.name, seq=seq)
            )
    taken = SatelliteTaken(f"{file.stem}.jsonl", issued.satellite, report.entries, report.root)
    header = Draft(kind="satellite", body=msgspec.to_builtins(taken), author=who, station=issued.station, payload=log)
    return participation.recorder.enter_placed(lambda seq: (header, *copies(drafts, first, seq + 1)))


def give_up_satellite(participation: Participation, satellite: str, reason: str, who: str) -> Entry:
    """Go on without a satellite that will not come back, named by its file or the first characters of its id. It can
    never be taken in afterwards. Raises `WrongUse` when none, or more than one, is meant."""
    out = participation.state.satellites_out
    meant = [one for one in out if satellite and (one.name == satellite or one.satellite.startswith(satellite))]
    if len(meant) != 1:
        known = ", ".join(f"{one.name} ({one.satellite})" for one in out)
        raise WrongUse(
            message("“{satellite}” names no single satellite that is out.", satellite=satellite),
            message("Out: {known}", known=known or "-"),
        )
    return participation.enter_outcome("satellite-given-up", SatelliteGivenUp(meant[0].satellite, reason), who)


def _papers(state: State, record: Reader) -> list[Draft]:
    """Plan, newest trust list and standard, as they are in the main log."""
    standards = [entry.seq for entry in record.entries({"standard"})]
    places = [state.accepted_at, *([state.trust_at] if state.trust else []), *standards[-1:]]
    return [
        Draft(
            kind=entry.kind,
            body=entry.body,
            author=entry.author,
            payload=record.payload(entry.seq) if entry.payload else None,
        )
        for entry in map(record.entry, places)
    ]


def _waited_for(state: State, id: str, file: Path) -> SatelliteIssued:
    known = state.satellites.get(id)
    if known is None:
        raise NotVerified(message("{file} is no satellite of this notebook.", file=file.name))
    if known.fate != "out":
        told = {
            "taken in": message("{file} was taken in before; a satellite is taken in once.", file=file.name),
            "given up": message("{file} was given up; it can no longer be taken in.", file=file.name),
        }
        raise GateClosed(told[known.fate], message("Issue another satellite for what is still to be recorded."))
    return known.issued
