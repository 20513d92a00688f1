"""`labclient copy`: a second copy of the notebook on a stick or a share, kept up to date beside whoever records."""

import os
import sys
from argparse import Namespace
from pathlib import Path
from threading import Event, Thread

from labclient.cli._common import add_json, add_notebook
from labclient.cli._out import as_json, line
from labclient.cli._verbs import Verbs
from labclient.clock import SystemClock
from labclient.errors import WrongUse
from labclient.home import this_pc
from labclient.notebook import SecondCopy
from labclient.participation import choose_copy, copied_so_far, copy_folder, keep_up
from labclient.words import Message, message, say


def add(verbs: Verbs) -> None:
    copy = verbs.add("copy", message("keep a second copy of a notebook on a stick or a share"), _copy)
    add_notebook(copy)
    copy.add_argument(
        "--to", type=Path, metavar="DIR", help=say(message("the folder; without it, the one chosen before on this PC"))
    )
    how = copy.add_mutually_exclusive_group()
    how.add_argument(
        "--follow", action="store_true", help=say(message("go on while somebody records, until Enter is pressed"))
    )
    how.add_argument("--forget", action="store_true", help=say(message("forget the folder; the copy there stays")))
    add_json(copy)


def _copy(asked: Namespace) -> int:
    if asked.forget:
        choose_copy(this_pc(), asked.notebook, None)
        line(message("The folder is forgotten; the copy in it stays as it is."))
        return 0
    copy = _chosen(asked)
    if asked.follow:
        keep_up(copy, SystemClock(), _tell, _end_of_input())
        return 0
    copied = copy.advance()
    while not copied.up_to_date:
        copied = copy.advance()
    if asked.json:
        as_json({"path": copy.path, "entries": copied.entries})
    else:
        line(copied_so_far(copy, copied.entries, copied.size))
    return 0


def _chosen(asked: Namespace) -> SecondCopy:
    """The copy in the folder named, which is remembered, or in the one chosen before, which is never made anew: an
    empty folder may be the place of a stick that is out."""
    if asked.to is not None:
        copy = SecondCopy(asked.notebook, asked.to)
        copy.begin()
        choose_copy(this_pc(), asked.notebook, asked.to)
        return copy
    folder = copy_folder(this_pc(), asked.notebook)
    if folder is None:
        raise WrongUse(
            message("No folder was chosen for the second copy of this notebook."), message("Name one: --to DIR.")
        )
    return SecondCopy(asked.notebook, folder)


def _tell(sentence: Message) -> None:
    line(sentence)
    sys.stdout.flush()


def _end_of_input() -> Event:
    """Set when a line comes in or the input ends: with whoever started this, at the latest."""
    ended = Event()

    def wait() -> None:
        os.read(sys.stdin.fileno(), 1)  # no buffer whose lock would be held while the program ends
        ended.set()

    Thread(target=wait, name="input", daemon=True).start()
    return ended
