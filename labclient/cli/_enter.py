"""`labclient enter`: everything a person states, keeps, judges or signs off, into the notebook."""

import json
import sys
from argparse import Namespace
from collections.abc import Callable
from mimetypes import guess_type
from pathlib import Path
from typing import Any

from labclient.cli._common import MAX_JSON, add_json, add_notebook, opened, written
from labclient.cli._logger import add_logger, enter_logger
from labclient.cli._out import amount, as_json, line, trouble
from labclient.cli._result import drawing, tell_result
from labclient.cli._templates import template, unfilled
from labclient.cli._verbs import Verbs
from labclient.errors import NotVerified, WrongUse
from labclient.evaluation import (
    CHECK_NAMES,
    VERDICT_NAMES,
    Check,
    Figure,
    figure_name,
    figure_word,
)
from labclient.notebook import Reader
from labclient.participation import STATION_NAMES, STATIONS, Participation, State, read_state
from labclient.signing import as_utf8, parse_strict, read_small
from labclient.words import Message, message, say

_BY_PERSON = ("standard", "arrival", "decision", "note", "deviation", "exclusion", "budget", "departure", "handed-over")
_WHATS = ("photo", "transport-log", "certificate", "document")
_PURPOSES = {"functional": "diagnostic", "settling": "record", "stability": "record"}

_ABOUT = message(
    "“about” is the last entry that the pilot laboratory knew of when it decided; what is found later needs a new "
    "decision."
)


def add(verbs: Verbs) -> None:
    enter = verbs.add("enter", message("enter what happened: records, files, checks, results, stations done"), _run)
    add_notebook(enter)
    enter.add_argument("kind", choices=(*_BY_PERSON, *_DOES), metavar="KIND", help=", ".join((*_BY_PERSON, *_DOES)))
    told = message("what belongs to it: a JSON file or - for standard input; a file to keep; a station, check or run")
    enter.add_argument("thing", nargs="?", metavar="THING", help=say(told))
    enter.add_argument("--who", type=written, metavar="ID", help=say(message("who does this: the id of a person")))
    enter.add_argument("--template", action="store_true", help=say(message("print the JSON to fill in, enter nothing")))
    enter.add_argument("--what", choices=_WHATS, help=say(message("what the attached file is")))
    told = message("its media type, when the file's name does not tell it")
    enter.add_argument("--media-type", type=written, metavar="TYPE", help=say(told))
    enter.add_argument("--reason", type=written, help=say(message("why a run is closed")))
    add_json(enter)
    add_logger(enter)


def told_check(made: Check) -> int:
    """Say the verdict of a check with its figures; the exit code is 0 only for a pass."""
    line(message("Check “{check}”: {verdict}.", check=CHECK_NAMES[made.check], verdict=VERDICT_NAMES[made.verdict]))
    for one in made.figures:
        line(message("    {name}: {amount}", name=figure_name(one.name), amount=_shown(one)))
    return 0 if made.verdict == "pass" else 1


def _shown(figure: Figure) -> Message | str:
    """A figure for the eye; what was lowest or highest is no difference, and is compared with a limit."""
    if figure.name.endswith(("lowest", "highest")):
        return f"{float(figure.value):.6g} {figure.unit}"
    return amount(figure.value, figure.unit) if figure.unit else figure_word(figure.value)


def _run(asked: Namespace) -> int:
    if asked.template:
        if asked.kind not in _BY_PERSON:
            raise WrongUse(message("“{kind}” needs no JSON.", kind=asked.kind))
        with Reader.open(asked.notebook) as reader:
            as_json(template(asked.kind, read_state(reader)))
        if asked.kind == "decision":
            trouble(say(_ABOUT))  # standard output holds the JSON alone
        return 0
    if asked.who is None and not asked.look:
        raise WrongUse(message("Say who enters this, with --who."))
    if asked.kind not in _BY_PERSON:
        with opened(asked) as participation:
            return _DOES[asked.kind](participation, asked)
    body = _body(_thing(asked, message("Name the JSON file, or - for standard input.")))
    with opened(asked) as participation:
        entry = participation.enter(asked.kind, body, asked.who)
    line(message("Entered as {seq}: {kind}.", seq=entry.seq, kind=asked.kind))
    return 0


def _body(source: str) -> dict[str, Any]:
    data = sys.stdin.buffer.read(MAX_JSON + 1) if source == "-" else read_small(Path(source), MAX_JSON)
    try:
        body = parse_strict(as_utf8(data), MAX_JSON)
    except NotVerified as error:
        raise WrongUse(
            message("The entry cannot be read: {reason}", reason=error.sentence),
            message("Correct it there, and save it as UTF-8. --template prints one to be filled in."),
        ) from error
    if not isinstance(body, dict):
        raise WrongUse(message("An entry is a JSON object with its fields."))
    empty = unfilled(body)
    if empty:
        raise WrongUse(message("Still to be filled in: {places}", places=", ".join(empty)))
    return body


def _thing(asked: Namespace, step: Any) -> str:
    if asked.thing is None:
        raise WrongUse(message("“{kind}” needs to know of what.", kind=asked.kind), step)
    return str(asked.thing)


def _attachment(participation: Participation, asked: Namespace) -> int:
    path = Path(_thing(asked, message("Name the file.")))
    if asked.what is None:
        raise WrongUse(
            message("Say what the file is, with --what."), message("Known: {known}", known=", ".join(_WHATS))
        )
    media_type = asked.media_type or guess_type(path.name)[0] or "application/octet-stream"
    entry = participation.attach(path, asked.what, media_type, asked.who)
    line(message("Kept as {seq}: {name}, {bytes} bytes.", seq=entry.seq, name=path.name,
                 bytes=entry.payload.length if entry.payload else 0))  # fmt: skip
    return 0


def _transport_log(participation: Participation, asked: Namespace) -> int:
    made = enter_logger(participation, asked, Path(_thing(asked, message("Name the file."))))
    return told_check(made) if isinstance(made, Check) else made


def _done(participation: Participation, asked: Namespace) -> int:
    station = _thing(asked, message("Known: {known}", known=", ".join(STATIONS)))
    if station not in STATIONS:
        raise WrongUse(
            message("“{station}” is no station.", station=station),
            message("Known: {known}", known=", ".join(STATIONS)),
        )
    participation.finish(station, asked.who)
    line(message("Done: {station}.", station=STATION_NAMES[station]))
    return 0


def _check(participation: Participation, asked: Namespace) -> int:
    name = _thing(asked, message("Known: {known}", known=", ".join(CHECK_NAMES)))
    if name not in CHECK_NAMES:
        raise WrongUse(
            message("“{check}” is no check.", check=name), message("Known: {known}", known=", ".join(CHECK_NAMES))
        )
    made = participation.judge(name, *basis(name, participation.state))  # type: ignore[arg-type]
    if asked.json:
        as_json(json.loads(json.dumps({"check": made.check, "verdict": made.verdict})))
        return 0 if made.verdict == "pass" else 1
    return told_check(made)


def basis(check: str, state: State) -> tuple[int, ...]:
    """The entries that a check judges: the latest of their kind. Raises `WrongUse` when there is none."""
    if check == "transport":
        if state.transport_log_at < 0:
            raise WrongUse(
                message("No transport logger's file is kept yet."),
                message("labclient enter NOTEBOOK transport-log FILE"),
            )
        return (state.transport_log_at,)
    if check not in _PURPOSES:
        return ()
    runs = [run.seq for run in state.runs.values() if run.task == check and run.purpose == _PURPOSES[check]]
    if not runs:
        raise WrongUse(message("There is no run to be judged yet."), message("labclient record makes it."))
    return (max(runs),)


def _result(participation: Participation, asked: Namespace) -> int:
    participation.compute_result(asked.who, drawing)
    return tell_result(participation.state, in_json=asked.json)


def _run_stop(participation: Participation, asked: Namespace) -> int:
    run = _thing(asked, message("Name the run's number, as `labclient status` shows it."))
    if not (run.isascii() and run.isdigit()) or asked.reason is None:
        raise WrongUse(message("Give the run's number, and why it is closed, with --reason."))
    participation.close_run(int(run), asked.reason, asked.who)
    line(message("Run {run} is closed; its readings stay.", run=run))
    return 0


_DOES: dict[str, Callable[[Participation, Namespace], int]] = {
    "attachment": _attachment,
    "transport-log": _transport_log,
    "check": _check,
    "result": _result,
    "done": _done,
    "run-stop": _run_stop,
}
