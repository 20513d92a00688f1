"""What the columns of the exported runs mean, for programs: W3C "Metadata Vocabulary for Tabular Data" (CSVW, 2015).

A channel's column is a number where every reply of the run has status "ok" for it; else it is a string, because the
text of a reply that is not ok stays in its cell and is no value: nobody who believes this description reads one.
"""

import json
from collections.abc import Mapping
from typing import Any

from labclient.notebook._blocks import OK, channel_words
from labclient.notebook._entry import Entry
from labclient.notebook._runs import Channel, channels_of

METADATA = "csv-metadata.json"
_DIALECT = {
    "encoding": "utf-8",
    "lineTerminators": ["\r\n"],
    "delimiter": ",",
    "quoteChar": '"',
    "doubleQuote": True,
    "header": True,
    "trim": False,
}
_INDEX = {
    "name": "index",
    "titles": "index",
    "datatype": "nonNegativeInteger",
    "required": True,
    "dc:description": "Counts the replies of the run from 0.",
}
_T_NS = {
    "name": "t_ns",
    "titles": "t_ns",
    "datatype": "long",
    "required": True,
    "schema:unitText": "ns",
    "dc:description": "Monotonic clock of the PC, nanoseconds; the entry of the run pairs it with UTC.",
}
_STATUS = {
    "name": "status",
    "titles": "status",
    "datatype": "string",
    "required": True,
    "dc:description": 'One word for all channels, or one a channel, joined by ";". '
    'A channel whose word is not "ok" has no value.',
}
_RAW = {
    "name": "raw",
    "titles": "raw",
    "datatype": "string",
    "dc:description": "Bytes of the reply, those beyond printable ASCII as \\xNN; "
    "empty when the reply was the text of its channel and the terminator.",
}
_NUMBER = "Text as the instrument sent it; every reply is ok."
_TEXT = 'Text as the instrument sent it: a number where the status is "ok", else no value.'


class Described:
    """The description of the runs, gathered entry by entry."""

    def __init__(self) -> None:
        self._runs: dict[int, tuple[int, tuple[Channel, ...]]] = {}
        self._unsure: dict[int, set[int]] = {}

    def run_of(self, block: Entry) -> int | None:
        """The run of a block, None when its start was not taken in."""
        run = block.body.get("run")
        return run if isinstance(run, int) and run in self._runs else None

    def add(self, entry: Entry, line: int) -> None:
        """Take in an entry, which is written in that line of the log, from 0. Raises `NotebookDamaged`."""
        if entry.kind == "run-start":
            self._runs[entry.seq] = line, channels_of(entry)
            self._unsure[entry.seq] = set()
        elif entry.kind == "block" and (run := self.run_of(entry)) is not None:
            count = len(self._runs[run][1])
            for word in map(str, entry.body.get("statuses", ())):
                if word != OK:
                    said = channel_words(word, count)
                    self._unsure[run].update(place for place in range(count) if said[place : place + 1] != [OK])

    def written(self) -> bytes:
        """The metadata file of a folder of runs, beside which the log lies in its own."""
        tables = [self._table(run) for run in self._runs]
        described = {"@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}], "dialect": _DIALECT}
        return (json.dumps({**described, "tables": tables}, ensure_ascii=False, indent=1) + "\n").encode()

    def _table(self, run: int) -> Mapping[str, Any]:
        line, channels = self._runs[run]
        columns = [_channel(one, place not in self._unsure[run]) for place, one in enumerate(channels)]
        return {
            "url": f"run-{run}.csv",
            "dc:identifier": str(run),
            "dc:source": {"@id": f"../log/entries.jsonl#line={line},{line + 1}"},
            "tableSchema": {"columns": [_INDEX, _T_NS, _STATUS, *columns, _RAW], "primaryKey": "index"},
        }


def _channel(channel: Channel, number: bool) -> Mapping[str, Any]:
    return {
        "titles": channel.name,
        "datatype": "double" if number else "string",
        "schema:variableMeasured": channel.quantity,
        "schema:unitText": channel.unit,
        "dc:description": _NUMBER if number else _TEXT,
    }
