"""`labclient status`: where a participation stands, folded from its notebook."""

from argparse import Namespace
from typing import Any

import msgspec

from labclient.cli._common import add_json, add_notebook
from labclient.cli._out import TASK_NAMES, as_json, line
from labclient.cli._plan import ORIGINS
from labclient.cli._verbs import Verbs
from labclient.evaluation import CHECK_NAMES, VERDICT_NAMES
from labclient.notebook import Reader
from labclient.participation import STATION_NAMES, STATIONS, State, missing, read_state
from labclient.words import Message, message, say

_STATES = {"done": message("done"), "open": message("open"), "waiting": message("not yet")}


def add(verbs: Verbs) -> None:
    status = verbs.add("status", message("where a participation stands, and what is missing"), _status)
    add_notebook(status)
    add_json(status)


def _status(asked: Namespace) -> int:
    with Reader.open(asked.notebook) as reader:
        state = read_state(reader)
    if asked.json:
        as_json(_as_json(state))
        return 0
    for sentence in _told(state):
        line(sentence)
    return 0


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
        "open_runs": [msgspec.to_builtins(run) for run in state.open_runs],
    }


def _told(state: State) -> list[Message]:
    due = state.plan.participant(state.accepted.laboratory).report_due
    told = [
        message("{comparison}, {laboratory}. The plan is {origin}; the report is due {due}.", due=due,
                comparison=state.plan.id, laboratory=state.accepted.laboratory, origin=ORIGINS[state.accepted.origin])
    ]  # fmt: skip
    if state.simulated:
        told.append(message("Simulated clock: this is a demonstration, not a measurement."))
    for station in STATIONS:
        standing = _standing(state, station)
        told.append(message("{state}: {station}", state=_STATES[standing], station=STATION_NAMES[station]))
        if standing == "open":
            told += [message("    {sentence}", sentence=one) for one in missing(state, station)]
    told += [
        message("Check “{check}”: {verdict}.", check=CHECK_NAMES[one.check], verdict=VERDICT_NAMES[one.verdict])
        for one in state.checks.values()
    ]
    told += [
        message("Run {run} ({task}) is open: it goes on elsewhere, or was interrupted.", run=run.seq,
                task=TASK_NAMES[run.task])
        for run in state.open_runs
    ]  # fmt: skip
    return told


def _standing(state: State, station: Any) -> str:
    return "done" if station in state.done else "open" if station == state.station else "waiting"
