"""A stretch of a run as a table for other programs: every reply in it as it was recorded, with what it means.

CSV with a byte order mark, so that spreadsheets read its units: index, elapsed_s (from the start of the run), utc (PC
clock), status, role, direction, point, day, cycle, excluded (1 where a cycle was excluded), one column a channel.
"""

import csv
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from math import ceil, floor, inf, isfinite
from pathlib import Path

from labclient.clock import iso, parse_iso
from labclient.errors import WrongUse
from labclient.notebook import Entry, Reader, blocks, channels_of, no_run
from labclient.signing import replacing
from labclient.words import message

_FIXED = ("index", "elapsed_s", "utc", "status", "role", "direction", "point", "day", "cycle", "excluded")
_MEANING = ("role", "direction", "point", "day", "cycle")


def write_stretch(notebook: Path, run: int, path: Path, start_s: float = -inf, end_s: float = inf) -> int:
    """Write the replies of `run` from `start_s` to `end_s` (seconds since its start, both included) into the new file
    `path`; returns how many. Raises `WrongUse` for an entry that begins no run or a file that is there, and
    `StorageTrouble`."""
    if path.exists():
        raise WrongUse(message("{path} exists already.", path=str(path)), message("Choose another name."))
    count = -1
    with Reader.open(notebook) as record, replacing(path) as file:
        for part in _lines(record, run, start_s, end_s):
            file.write(part.encode())
            count += part.count("\r\n")
    return count


def _lines(record: Reader, run: int, start_s: float, end_s: float) -> Iterator[str]:
    start = record.entry(run) if 0 <= run < record.size else None
    if start is None or start.kind != "run-start":
        raise no_run(record, run)
    began, utc = int(start.body["clock"]["monotonic_ns"]), parse_iso(str(start.body["clock"]["utc"]))
    low = began + ceil(start_s * 1e9) if isfinite(start_s) else -inf
    high = began + floor(end_s * 1e9) if isfinite(end_s) else inf
    excluded, meanings = _excluded(record), {}
    yield "\ufeff" + _row([*_FIXED, *(f"{one.name} ({one.unit})" for one in channels_of(start))])
    for entry in blocks(record, run):
        if int(entry.body["t1_ns"]) < low or int(entry.body["t0_ns"]) > high:
            continue
        series = int(entry.body["series"])
        if series not in meanings:
            meanings[series] = _meaning(record.entry(series))
        out, told = ["1" if series in excluded else "0"], []
        for index, t_ns, status, *texts, _ in csv.reader(StringIO(record.payload(entry.seq).decode(), newline="")):
            past = int(t_ns) - began
            if low <= began + past <= high:
                moment = iso(utc + timedelta(microseconds=past // 1000))
                told.append(_row([index, _seconds(past), moment, status, *meanings[series], *out, *texts]))
        yield "".join(told)


def _excluded(record: Reader) -> set[int]:
    """The series of excluded cycles."""
    cycles = {cycle for entry in record.entries({"exclusion"}) for cycle in entry.body["cycles"]}
    return {one for entry in record.entries({"cycle"}) if entry.seq in cycles for one in entry.body["series"]}


def _meaning(series: Entry) -> list[str]:
    return [str(series.body.get(name, "")) for name in _MEANING]


def _seconds(ns: int) -> str:
    """Nanoseconds as seconds, with all their digits."""
    sign, whole = ("-" if ns < 0 else ""), abs(ns)
    return f"{sign}{whole // 10**9}.{whole % 10**9:09}"


def _row(cells: list[str]) -> str:
    line = StringIO(newline="")
    csv.writer(line).writerow(cells)
    return line.getvalue()
