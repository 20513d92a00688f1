"""Import: readings that another program wrote into a file, as one run that is entered whole or not at all.

The file is kept as an attachment in the same commit, and the run says its digest, how it was read, and that it was
imported. Which column is what is remembered on this PC by the names of the columns.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from labclient.acquisition import WORKBOOK, Columns, Cycle, Row, Series, Table, open_table, read_rows, row_replies
from labclient.clock import parse_iso
from labclient.errors import GateClosed, WrongUse
from labclient.home import Home
from labclient.instruments import Registration
from labclient.notebook import Channel, Draft, Purpose, Task, attachment, block, run_start, run_stop, series
from labclient.participation._by_hand import registered, snapshot
from labclient.participation._facade import PROGRAM, Participation
from labclient.plan import Plan
from labclient.signing import read_small, write_whole
from labclient.stations import State, may_enter, may_import, may_run_by_hand, may_use
from labclient.units import QUANTITIES, unit
from labclient.words import listed, message

MAX_FILE = 64 << 20
SAY_COLUMNS = message("Look at its lines, and say what its columns are.")
SAY_PLACE = message("Say which columns are the point, the day, the cycle and the step.")
_ROWS = 20_000  # of one block
_TERMINATOR = b"\n"
_MEDIA = {WORKBOOK: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}

Place = tuple[str, int, int, int]  # point, day, cycle and step, each as counted in the record


class Looked(Struct, frozen=True):
    """A file as it would be imported: nothing is recorded yet."""

    name: str
    data: bytes
    table: Table
    columns: Columns
    rows: tuple[Row, ...]

    @property
    def refused(self) -> tuple[Row, ...]:
        """The rows that have no value, or not every value."""
        return tuple(row for row in self.rows if not row.good)


class Imported(Struct, frozen=True):
    """What became of a file: the run, its rows, the refused ones among them, and the cycles that it made complete."""

    run: int
    rows: int
    refused: tuple[Row, ...]
    cycles: int


def look_at(file: Path, columns: Columns, latest: datetime) -> Looked:
    """Read a file by what its columns are said to be; `latest` is now. Raises as `open_table` and `read_rows`."""
    return look_into(file.name, read_small(file, MAX_FILE), columns, latest)


def look_into(name: str, data: bytes, columns: Columns, latest: datetime) -> Looked:
    """The same for a file that was read."""
    table = open_table(
        data,
        encoding=columns.encoding,
        delimiter=columns.delimiter,
        header_line=columns.header_line,
        sheet=columns.sheet,
    )
    return Looked(name, data, table, columns, tuple(read_rows(table, columns, latest)))


def import_run(
    participation: Participation, looked: Looked, *, task: Task, purpose: Purpose, instrument: str, who: str
) -> Imported:
    """Enter the rows of a file as one run of the present station, in one commit, and the cycles it completes.

    `instrument` is that of the register with which the other program measured. Raises `GateClosed` when no such run is
    possible, the file was imported before, or it holds a cycle that counts already; `WrongUse` when no row is a
    reading, or a column is none of the task's.
    """
    state, clock = participation.state, participation.clock
    may_run_by_hand(state, "imported", task, purpose)
    digest = sha256(looked.data).hexdigest()
    may_import(state, digest, task, purpose)
    channels = _channels(state.plan, looked.columns, task)
    if len(looked.refused) == len(looked.rows):
        raise WrongUse(
            message("No line of the file is a reading: nothing was recorded."),
            SAY_COLUMNS,
        )
    groups = list(_groups(state, looked, task))
    _not_counted(state, groups, purpose)
    thing = registered(participation.home, instrument)
    if purpose == "record":
        may_use(state, Registration(thing).concerns(clock.utc().astimezone().date()))
    start = run_start(
        purpose=purpose, task=task, channels=channels,
        instrument=snapshot(participation.home, thing, clock.utc().astimezone().date()), clock=clock, author=who,
        station=state.station or "", origin="imported", file={"name": looked.name, "sha256": digest},
        read_as=_read_as(looked),
    )  # fmt: skip
    kept = attachment(looked.name, looked.data, media_type=_MEDIA.get(looked.table.encoding, "text/csv"),
                      what="document", author=who, station=state.station or "")  # fmt: skip
    complete = list(_complete(state.plan, groups)) if task == "measurement" and purpose == "record" else []
    if complete:
        may_enter(state, "cycle")
    participation.recorder.space.may_start(len(looked.rows))

    def placed(seq: int) -> tuple[Draft, ...]:
        run = seq + 1
        drafts, numbers = [kept, start], []
        first = 0
        for place, rows in groups:
            meaning = _series(state, run, task, purpose, place, thing.id, who)
            number = seq + len(drafts)
            numbers.append(number)
            drafts.append(series(run, msgspec.to_builtins(meaning), author=who, station=start.station))
            for part in range(0, len(rows), _ROWS):
                piece = rows[part : part + _ROWS]
                drafts.append(_block(run, number, first, piece, start))
                first += len(piece)
        drafts.append(run_stop(run, rows=first, reason="finished", author=who, station=start.station))
        for (point, day, cycle), steps in complete:
            body = Cycle(run, point, day, cycle, tuple(numbers[step] for step in steps))
            drafts.append(Draft(kind="cycle", body=msgspec.to_builtins(body), author=PROGRAM, station=start.station))
        return tuple(drafts)

    entered = participation.recorder.enter_placed(placed)
    return Imported(entered[1].seq, len(looked.rows), looked.refused, len(complete))


def remembered(home: Home, header: Sequence[str]) -> Columns | None:
    """What was said of a file with these columns before, on this PC."""
    return _all_remembered(home).get("\t".join(header))


def remember(home: Home, header: Sequence[str], columns: Columns) -> None:
    """Keep what the columns are for the next file that has them."""
    known = _all_remembered(home) | {"\t".join(header): columns}
    home.root.mkdir(parents=True, exist_ok=True)
    write_whole(_file(home), msgspec.json.format(msgspec.json.encode(known)))


def _all_remembered(home: Home) -> dict[str, Columns]:
    try:
        return msgspec.json.decode(_file(home).read_bytes(), type=dict[str, Columns])
    except (FileNotFoundError, msgspec.DecodeError):
        return {}


def _file(home: Home) -> Path:
    return home.root / "import-columns.json"


def _read_as(looked: Looked) -> dict[str, Any]:
    found = {"encoding": looked.table.encoding, "delimiter": looked.table.delimiter}
    said: dict[str, Any] = msgspec.to_builtins(looked.columns)
    if looked.table.sheet is not None:
        found |= {"sheet": looked.table.sheet.name, "workbook": msgspec.to_builtins(looked.table.sheet)}
    return said | found


def _channels(plan: Plan, columns: Columns, task: Task) -> list[Channel]:
    allowed = {one.quantity for one in plan.environment.limits} if task == "environment" else {plan.quantity}
    channels = []
    for one in columns.values:
        found = unit(one.unit)
        if found.quantity not in allowed:
            raise WrongUse(
                message("{column} in {unit} is nothing that this run reads.", column=one.column, unit=one.unit),
                message("It reads: {quantities}", quantities=listed(QUANTITIES[one] for one in sorted(allowed))),
            )
        channels.append(Channel(found.quantity, found.quantity, found.symbol))
    if task != "environment" and len(channels) != 1:
        raise WrongUse(message("This run reads one value a line."))
    if (task == "measurement") != (columns.place is not None):
        raise WrongUse(
            message("A measurement, and nothing else, has columns for point, day, cycle and step."),
            SAY_PLACE,
        )
    return channels


def _groups(state: State, looked: Looked, task: Task) -> Iterator[tuple[Place | None, list[Row]]]:
    """The rows of each series in the order of the file. Raises `WrongUse`, with the line, for a place that the plan
    has not or that comes back."""
    if task != "measurement":
        yield None, list(looked.rows)
        return
    seen: set[Place] = set()
    place: Place | None = None
    placed: list[tuple[Place, Row]] = []
    for row in looked.rows:
        if row.place:
            place = _place(state.plan, row)
        if place is None:
            raise WrongUse(message("Line {line} does not say what it measures.", line=row.line.number))
        placed.append((place, row))
    for one, members in groupby(placed, key=lambda pair: pair[0]):
        rows = [row for _, row in members]
        if one in seen:
            raise WrongUse(
                message("Line {line} goes back to a step that was left.", line=rows[0].line.number),
                message("Sort the file as it was measured."),
            )
        seen.add(one)
        yield one, rows


def _place(plan: Plan, row: Row) -> Place:
    point, *counts = row.place
    day, cycle, step = (int(one) if one.isascii() and one.isdigit() and len(one) < 7 else 0 for one in counts)
    rule = plan.measurement
    known = any(one.id == point for one in plan.points)
    if not known or not (0 < day <= rule.days and 0 < cycle <= rule.cycles and 0 < step <= len(rule.scheme.steps)):
        raise WrongUse(
            message("Line {line}: the plan has no {place}.", line=row.line.number, place=" / ".join(row.place)),
            message("Point, day, cycle and step are those of the plan, counted from 1."),
        )
    return point, day, cycle, step - 1


def _not_counted(state: State, groups: Sequence[tuple[Place | None, list[Row]]], purpose: Purpose) -> None:
    for place, _ in groups:
        if purpose == "record" and place is not None and place[:3] in state.counted:
            point, day, cycle, _ = place
            raise GateClosed(
                message("{point}, day {day}, cycle {cycle} was measured already.", point=point, day=day, cycle=cycle),
                message("Exclude it with its reason before another one can count."),
            )


def _complete(
    plan: Plan, groups: Sequence[tuple[Place | None, list[Row]]]
) -> Iterator[tuple[tuple[str, int, int], list[int]]]:
    """The cycles of which every step has the plan's number of readings, with the places of their steps in `groups`."""
    scheme = plan.measurement.scheme
    steps: dict[tuple[str, int, int], dict[int, int]] = {}
    for index, (place, rows) in enumerate(groups):
        if place is not None and sum(row.good for row in rows) >= scheme.readings:
            steps.setdefault(place[:3], {})[place[3]] = index
    for cycle, found in steps.items():
        if len(found) == len(scheme.steps):
            yield cycle, [found[step] for step in range(len(scheme.steps))]


def _series(
    state: State, run: int, task: Task, purpose: Purpose, place: Place | None, instrument: str, who: str
) -> Series:
    plan = state.plan
    if task == "environment":
        return Series(run, "E", instrument, "environment", who, purpose)
    if place is None:
        return Series(run, "X", plan.transfer_standard.serial, plan.quantity, who, purpose, plan.points[0].id)
    point, day, cycle, number = place
    step = plan.measurement.scheme.steps[number]
    artefact = {"X": plan.transfer_standard.serial, "S": state.standard.serial if state.standard else "S"}
    return Series(
        run=run, role=step.role, artefact=artefact.get(step.role, step.role), measurand=plan.quantity, operator=who,
        purpose=purpose, point=point, direction=step.direction, day=day, cycle=cycle, step=number,
        parameters={"approach": step.approach} if step.approach else {},
    )  # fmt: skip


def _block(run: int, number: int, first: int, rows: Sequence[Row], start: Draft) -> Draft:
    pair = start.body["clock"]
    read = row_replies(rows, parse_iso(pair["utc"]), int(pair["monotonic_ns"]))
    return block(
        run, number, first, t_ns=read.t_ns, status=read.status, texts=read.texts, raws=read.raws, values=read.values,
        terminator=_TERMINATOR, author=start.author, station=start.station,
    )  # fmt: skip
