"""Who a new identity is for, and where it is kept."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from labclient.cli._common import (
    written,
)
from labclient.home import this_pc
from labclient.signing import folder_named
from labclient.words import message, say


def add_person(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--id", type=written, required=True, metavar="ID", help=say(message("id of the person, unique in a comparison"))
    )
    parser.add_argument("--name", type=written, required=True, help=say(message("name as it shall be printed")))
    parser.add_argument("--laboratory", type=written, required=True, metavar="CODE", help=say(message("laboratory")))
    parser.add_argument("--folder", type=Path, metavar="DIR", help=say(message("folder instead of that on this PC")))


def person_folder(asked: Namespace) -> Path:
    if asked.folder is not None:
        return Path(asked.folder)
    return folder_named(this_pc().identities, asked.id)
