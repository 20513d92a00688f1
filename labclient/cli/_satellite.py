"""`labclient satellite`: another room or PC records for this notebook, and comes back once."""

from argparse import Namespace
from pathlib import Path

from labclient.cli._common import add_notebook, add_who, opened, written
from labclient.cli._out import line
from labclient.cli._verbs import Verbs
from labclient.participation import (
    STATION_NAMES,
    STATIONS,
    give_up_satellite,
    issue_satellite,
    take_satellite,
)
from labclient.words import message, say


def add(verbs: Verbs) -> None:
    satellite = verbs.sub("satellite", message("notebooks with which other rooms or PCs record for this one"))
    issue = satellite.add("issue", message("make a satellite for the present station, to be copied to the other PC"),
                          _issue)  # fmt: skip
    add_notebook(issue)
    issue.add_argument(
        "--station", choices=STATIONS, required=True, metavar="STATION", help=say(message("what it will record"))
    )
    issue.add_argument(
        "--to", type=written, required=True, metavar="TEXT", help=say(message("the room, PC or person that gets it"))
    )
    issue.add_argument("--out", type=Path, required=True, metavar="FILE", help=say(message("the new satellite")))
    add_who(issue)
    take = satellite.add("take", message("take a satellite in: verified wholly, once"), _take)
    add_notebook(take)
    take.add_argument("satellite", type=Path, metavar="FILE", help=say(message("the satellite as it came back")))
    add_who(take)
    give_up = satellite.add("give-up", message("go on without a satellite that will not come back"), _give_up)
    add_notebook(give_up)
    told = message("its file name or id, as it was issued")
    give_up.add_argument("satellite", type=written, metavar="SATELLITE", help=say(told))
    give_up.add_argument("--reason", type=written, required=True, help=say(message("why it will not come back")))
    add_who(give_up)


def _issue(asked: Namespace) -> int:
    with opened(asked) as participation:
        entry = issue_satellite(participation, asked.out, station=asked.station, to=asked.to, who=asked.who)
    line(message("Issued as {seq}: {path}, for “{station}”. Record into it on the other PC, then bring it back.",
                 seq=entry.seq, path=asked.out, station=STATION_NAMES[asked.station]))  # fmt: skip
    return 0


def _take(asked: Namespace) -> int:
    with opened(asked) as participation:
        entry, *copied = take_satellite(participation, asked.satellite, asked.who)
    kinds = [one.kind for one in copied]
    line(message("Taken in as {seq}: {runs} runs and {cycles} cycles. Root: {root}", seq=entry.seq,
                 runs=kinds.count("run-start"), cycles=kinds.count("cycle"), root=entry.body["root"]))  # fmt: skip
    line(message("What is recorded in it from now on cannot be taken in."))
    return 0


def _give_up(asked: Namespace) -> int:
    with opened(asked) as participation:
        entry = give_up_satellite(participation, asked.satellite, asked.reason, asked.who)
    line(message("Entered as {seq}: {kind}.", seq=entry.seq, kind=entry.kind))
    return 0
