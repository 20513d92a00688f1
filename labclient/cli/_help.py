"""The words that argparse brings, in the reader's language: it asks gettext for them, so it is shown the catalogue."""

import os
from gettext import bindtextdomain, textdomain
from typing import Final

from labclient.words import DOMAIN, TRANSLATIONS, message

_ITS_OWN: Final = (
    message("usage: "),
    message("positional arguments"),
    message("options"),
    message("show this help message and exit"),
    message("show program's version number and exit"),
    message("%(prog)s: error: %(message)s\n"),
    message("argument %(argument_name)s: %(message)s"),
    message("the following arguments are required: %s"),
    message("one of the arguments %s is required"),
    message("not allowed with argument %s"),
    message("unrecognized arguments: %s"),
    message("expected one argument"),
    message("expected at least one argument"),
    message("expected at most one argument"),
    message("invalid choice: %(value)r (choose from %(choices)s)"),
    message("invalid %(type)s value: %(value)r"),
    message("ambiguous option: %(option)s could match %(matches)s"),
)
"""For the catalogue. Another Python may word one differently; that one stays English."""


def help_speaks(language: str) -> None:
    """Let the help and the complaints of the parser be in `language` from now on."""
    os.environ["LANGUAGE"] = language
    bindtextdomain(DOMAIN, TRANSLATIONS)
    textdomain(DOMAIN)
