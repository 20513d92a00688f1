"""How the command line names what the core asks for in words: by its options, and by the verb that does it."""

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
    message("Wait until the last report is due."): message(
        "Wait for it, or say with --released why the comparison is released now."
    ),
    message("Choose the pilot laboratory's value as reference value."): message(
        "Use the pilot laboratory's value: --method pilot."
    ),
}
_VERBS: Final[dict[Message, str]] = {
    message("Check the notebook."): "check NOTEBOOK",
    message("Begin a notebook with the pilot's trust list: this PC keeps it."): "trust accept FILE",
    message("Ask for a proof that is made with that checkpoint."): "prove … --checkpoint",
    message("Take a later checkpoint, or sign one."): "checkpoint NOTEBOOK",
    message("Sign a checkpoint first."): "checkpoint NOTEBOOK",
    message("Look at what the present station still needs."): "status NOTEBOOK",
    message("Enter it in the register first: only what is in it puts something out."): "instruments add",
    message("Sign it on the page of instruments."): "instruments authorise",
    message("Look at the outbox, and give more of the digits."): "outbox list",
    message(
        "Mend what the platform names. If it was the platform's own mistake, send the package again."
    ): "outbox retry",
    message("The platform is still verifying. Send again later to ask for its receipt."): "outbox send",
    message("Tell the laboratory what was found in the package."): "verify PACKAGE",
}
"""What does a step, where the sentence of the core does not say it; a test holds that the core still says each."""


def told(trouble: Trouble) -> str:
    """Both sentences of a trouble, for somebody who types commands."""
    way = _OPTIONS.get(trouble.way_on, trouble.way_on)
    if (verb := _VERBS.get(way)) is not None:
        way = message("{step} Command: {command}", step=way, command=f"labclient {verb}")
    return f"{say(trouble.sentence)}\n→ {say(way)}"
