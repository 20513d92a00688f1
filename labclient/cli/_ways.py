"""How the command line names what the core asks for in words: by its options."""

from typing import Final

from labclient.acquisition import SAY_SECOND, SAY_SEPARATOR, SAY_SHEET
from labclient.errors import Trouble
from labclient.participation import SAY_COLUMNS, SAY_PLACE
from labclient.submission import SAY_CERTIFICATE
from labclient.words import Message, message, say

_OPTIONS: Final[dict[Message, Message]] = {
    SAY_SEPARATOR: message("Say it with --delimiter: comma, semicolon or tab."),
    SAY_SHEET: message("Say which one is to be imported, with --sheet."),
    SAY_COLUMNS: message("Look at it with --look, and say what its columns are."),
    SAY_PLACE: message("Name them with --place POINT DAY CYCLE STEP."),
    SAY_SECOND: message("Name another person with --second; both type what they read."),
    SAY_CERTIFICATE: message(
        "Ask the pilot laboratory for the certificate file of its platform and name it with --ca."
    ),
}


def told(trouble: Trouble) -> str:
    """Both sentences of a trouble, for somebody who types commands."""
    way = _OPTIONS.get(trouble.way_on)
    return f"{say(trouble.sentence)}\n→ {say(way)}" if way is not None else trouble.tell()
