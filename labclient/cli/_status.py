"""`labclient status`: where a participation stands, folded from its notebook."""

from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from labclient.acquisition import clock_remarks
from labclient.cli._common import add_json, add_notebook
from labclient.cli._next import next_command, typed
from labclient.cli._out import TASK_NAMES, as_json, line
from labclient.cli._own_drift import tell_drift
from labclient.cli._result import tell_result
from labclient.cli._stability import tell_stability
from labclient.cli._verbs import Verbs
from labclient.evaluation import CHECK_NAMES, VERDICT_NAMES
from labclient.notebook import Reader
from labclient.participation import ORIGIN_NAMES, STATION_NAMES, STATIONS, State, missing, read_state
from labclient.plan import PLAN_ORIGINS
from labclient.words import Message, message, say

_RUN_OF = {"environment": "measurement"}  # watched beside it
_STATES = {"done": message("done"), "open": message("open"), "waiting": message("not yet")}


def add(verbs: Verbs) -> None:
    status = verbs.add("status", message("where a participation stands, and what is missing"), _status)
    add_notebook(status)
    status.add_argument(
        "--station",
        choices=("stability", "drift", "results"),
        help=say(
            message(
                "what this says: the last stability run's deviations, verdict and advice; the own values over the "
                "days; or the result"
            )
        ),
    )
    add_json(status)


def _status(asked: Namespace) -> int:
    with Reader.open(asked.notebook) as reader:
        state = read_state(reader)
        if asked.station == "results":
            return tell_result(state, in_json=asked.json)
        if asked.station == "drift":
            return tell_drift(reader, state, in_json=asked.json)
        if asked.station:
            return tell_stability(reader, state, in_json=asked.json)
    remarks = pc_clock(asked.notebook)
    if asked.json:
        as_json(_as_json(state) | {"pc_clock": [{"entry": seq, "text": say(one)} for seq, one in remarks]})
        return 0
    for sentence in _told(state, asked.notebook):
        line(sentence)
    tell_pc_clock(remarks)
    return 0


def pc_clock(notebook: Path) -> list[tuple[int, Message]]:
    """What befell the PC clock, with the entries that say it."""
    with Reader.open(notebook) as reader:
        return [(entry.seq, told) for entry, told in clock_remarks(reader)]


def tell_pc_clock(remarks: list[tuple[int, Message]]) -> None:
    """One line each."""
    for seq, told in remarks:
        line(message("{where}: {why}", where=message("entry {seq}", seq=seq), why=told))


def _as_json(state: State) -> dict[str, Any]:
    return {
        "comparison": state.plan.id,
        "laboratory": state.accepted.laboratory,
        "plan_origin": state.accepted.origin,
        "simulated": state.simulated,
        "entries": state.size,
        "report_due": state.plan.participant(state.accepted.laboratory).report_due.isoformat(),
        "station": state.station,
        "stations": [
            {
                "station": station,
                "state": _standing(state, station),
                "missing": [say(one) for one in missing(state, station)],
            }
            for station in STATIONS
        ],
        "checks": {name: one.verdict for name, one in state.checks.items()},
        "cycles": [
            {"entry": seq, "point": one.point, "day": one.day, "cycle": one.cycle, "excluded": state.excluded.get(seq)}
            for seq, one in state.cycles.items()
        ],
        "by_hand": [msgspec.to_builtins(run) for run in state.runs.values() if run.origin],
        "open_runs": [msgspec.to_builtins(run) for run in state.open_runs],
    }


def _told(state: State, notebook: Path) -> list[Message]:
    due, path = state.plan.participant(state.accepted.laboratory).report_due, typed(notebook)
    told = [
        message("{comparison}, {laboratory}. The plan is {origin}; the report is due {due}.",
                comparison=state.plan.id, laboratory=state.accepted.laboratory,
                origin=PLAN_ORIGINS[state.accepted.origin], due=due)
    ]  # fmt: skip
    if state.simulated:
        told.append(message("Simulated clock: this is a demonstration, not a measurement."))
    for station in STATIONS:
        standing = _standing(state, station)
        told.append(message("{state}: {station}", state=_STATES[standing], station=STATION_NAMES[station]))
        if standing == "open":
            reasons = missing(state, station) or [
                message("Complete. Next: {command}", command=f"labclient enter {path} done {station} --who …")
            ]
            told += [message("    {sentence}", sentence=one) for one in reasons]
            command = None if state.open_runs else next_command(reasons, notebook)
            if command is not None:
                told.append(message("    Next: {command}", command=command))
    told += [
        message("Check “{check}”: {verdict}.", check=CHECK_NAMES[one.check], verdict=VERDICT_NAMES[one.verdict])
        for one in state.checks.values()
    ]
    told += [
        message("Run {run} ({task}) is open: it goes on elsewhere, or was interrupted.", run=run.seq,
                task=TASK_NAMES[run.task])
        for run in state.open_runs
    ]  # fmt: skip
    told += [
        message("Run {run} ({task}): the readings are {origin}.", run=run.seq, task=TASK_NAMES[run.task],
                origin=ORIGIN_NAMES[run.origin])
        for run in state.runs.values() if run.origin in ORIGIN_NAMES
    ]  # fmt: skip
    tasks = {_RUN_OF.get(run.task, run.task): None for run in state.open_runs}
    told += [
        message("If it was interrupted: {command}",
                command=f"labclient record {path} --task {task} --resume --who …")
        for task in tasks
    ]  # fmt: skip
    return told if state.packaged else told + list(_cycles(state))


def _cycles(state: State) -> Iterator[Message]:
    """The cycles with the entries by which an exclusion names them, a line for a point and a day."""
    lines: dict[tuple[str, int], list[str]] = {}
    for seq, one in state.cycles.items():
        told = message("{cycle} (excluded)", cycle=one.cycle) if seq in state.excluded else one.cycle
        lines.setdefault((one.point, one.day), []).append(f"{told} = {seq}")
    for (point, day), cycles in lines.items():
        yield message("Cycles of {point}, day {day}, with their entries: {cycles}", point=point, day=day,
                      cycles=", ".join(cycles))  # fmt: skip


def _standing(state: State, station: Any) -> str:
    return "done" if station in state.done else "open" if station == state.station else "waiting"
