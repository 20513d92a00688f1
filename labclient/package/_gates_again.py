"""The gates of the participation, asked again of the record that a package holds: by the same rules, so that whoever
verifies it need not believe that the program which wrote it kept them shut."""

from collections.abc import Iterator

from labclient.notebook import Reader
from labclient.plan import Plan
from labclient.signing import Finding
from labclient.stations import went_round


def gates(reader: Reader, plan: Plan) -> Iterator[Finding]:
    """A finding for each gate that was gone round, with the entry that stands behind it. Raises as `went_round`."""
    for one in went_round(reader, plan):
        yield Finding("gate", one.sentence, "" if one.seq < 0 else str(one.seq))
