"""What several verbs ask alike: who, which identity with which passphrase, which trust list, which notebook."""

import os
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from datetime import UTC, datetime, timedelta
from getpass import getpass
from pathlib import Path

from labclient.cli._out import trouble
from labclient.clock import SystemClock, parse_iso
from labclient.errors import NotVerified, WrongUse
from labclient.home import this_pc
from labclient.package import Trusted, accepted_trust, open_trust
from labclient.participation import Participation, note_outputs
from labclient.plan import TrustList
from labclient.signing import Identity, load_identity, read_small
from labclient.words import Message, message, say

PASSPHRASE = "LABCLIENT_PASSPHRASE"
_MAX_PASSPHRASE = 4096
MAX_JSON = 8_000_000


def written(text: str) -> str:
    """A text of the command line that can be kept: not blank, and made of whole characters."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ArgumentTypeError(say(message("the text has bytes that are no characters"))) from None
    if not text.strip():
        raise ArgumentTypeError(say(message("the text is empty")))
    return text


def count(text: str) -> int:
    """A whole number of at least 1."""
    if not (text.isascii() and text.isdigit() and int(text[:9]) > 0 and len(text) < 10):
        raise ArgumentTypeError(say(message("“{text}” is not a whole number above zero", text=text)))
    return int(text)


def moment(text: str) -> datetime:
    """A moment with its zone."""
    try:
        return parse_iso(text)
    except ValueError:
        raise ArgumentTypeError(say(message("“{text}” is not a time with a zone, such as 2026-03-02T08:05:00+08:00",
                                            text=text))) from None  # fmt: skip


def add_who(parser: ArgumentParser, *, required: bool = True) -> None:
    parser.add_argument(
        "--who", type=written, required=required, metavar="ID", help=say(message("who does this: the id of a person"))
    )


def add_json(parser: ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help=say(message("answer as JSON, for machines")))


def add_notebook(parser: ArgumentParser) -> None:
    parser.add_argument("notebook", type=Path, metavar="NOTEBOOK", help=say(message("the notebook file")))


def add_trust(parser: ArgumentParser) -> None:
    told = message("the pilot's trust list; without it, the list accepted on this PC")
    parser.add_argument("--trust", type=Path, metavar="FILE", help=say(told))


def add_days(parser: ArgumentParser, days: int) -> None:
    told = message("days of validity, {days} unless told", days=days)
    parser.add_argument("--days", type=count, default=days, metavar="N", help=say(told))


def validity(asked: Namespace) -> tuple[datetime, datetime]:
    """From now for the days asked. Raises `WrongUse` when the calendar ends before."""
    now = datetime.now(UTC).replace(microsecond=0)
    try:
        return now, now + timedelta(days=asked.days)
    except OverflowError as error:
        raise WrongUse(message("{days} days go beyond the calendar.", days=asked.days)) from error


def add_identity(parser: ArgumentParser, name: str = "--identity", *, required: bool = True) -> None:
    told = message("folder of an identity, or the id of one on this PC")
    parser.add_argument(name, required=required, metavar="ID", help=say(told))
    add_passphrase(parser)


def add_passphrase(parser: ArgumentParser) -> None:
    told = message("file that holds the passphrase; else it is asked for, or taken from {name}", name=PASSPHRASE)
    parser.add_argument("--passphrase-file", type=Path, metavar="FILE", help=say(told))


def identity_folder(name: str) -> Path:
    """The folder of an identity, named by its path or its id on this PC. Raises `WrongUse`."""
    kept = this_pc().identities
    for folder in (Path(name), kept / name):
        if folder.is_dir():
            return folder
    known = ", ".join(sorted(one.name for one in kept.iterdir() if one.is_dir()))
    raise WrongUse(
        message("There is no identity “{name}”.", name=name),
        message("On this PC: {known}. `labclient identity new` makes one.", known=known or "-"),
    )


def opened_identity(asked: Namespace, name: str) -> Identity:
    """The identity `name`, opened with the passphrase of the person before the screen."""
    folder = identity_folder(name)
    return load_identity(folder, passphrase(asked, message("Passphrase of {name}: ", name=folder.name)))


def passphrase(asked: Namespace, prompt: Message, *, twice: bool = False) -> str:
    """From the file named, else the environment, else the terminal; never an argument. Raises `WrongUse`."""
    if asked.passphrase_file is not None:
        try:
            return read_small(asked.passphrase_file, _MAX_PASSPHRASE).decode().rstrip("\r\n")
        except UnicodeDecodeError as error:
            raise WrongUse(message("{path} holds no passphrase.", path=str(asked.passphrase_file))) from error
    if PASSPHRASE in os.environ:
        return os.environ[PASSPHRASE]
    if not (sys.stdin and sys.stdin.isatty()):
        raise WrongUse(
            message("The passphrase cannot be asked for: there is no terminal."),
            message("Set {name}, or give --passphrase-file.", name=PASSPHRASE),
        )
    try:
        typed = getpass(say(prompt))
        if twice and getpass(say(message("The same again: "))) != typed:
            raise WrongUse(message("The two passphrases differ."))
    except EOFError:
        raise WrongUse(message("No passphrase was typed.")) from None
    return typed


def trust_for(asked: Namespace, comparison: str, at: datetime) -> TrustList:
    """The trust list named, else the newest one of the comparison that was accepted on this PC."""
    if asked.trust is not None:
        return open_trust(asked.trust, at).trust
    return accepted_trust(this_pc(), comparison, at).trust


def known_root(trusted: Trusted) -> str | None:
    """The root of a list, if a person has confirmed it before: with a list of the same comparison on this PC."""
    try:
        known = accepted_trust(this_pc(), trusted.trust.comparison, datetime.now(UTC))
    except NotVerified:  # there is none, or what was confirmed has run out: the person compares again
        return None
    return trusted.root if trusted.root == known.root else None


def opened(asked: Namespace) -> Participation:
    """The notebook named, opened to write; what a program that died left on is told."""
    participation = Participation.open(asked.notebook, clock=SystemClock(), home=this_pc())
    for sentence in note_outputs(participation):
        trouble(say(sentence))
    return participation


def folder_of(path: Path) -> Path:
    """The folder, made when it is not there. Raises `WrongUse` when something else bears its name."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise WrongUse(message("{folder} is not a folder.", folder=str(path))) from error
    return path


def new_file(path: Path) -> Path:
    """The path, if nothing bears its name yet. Raises `WrongUse`."""
    if path.exists():
        raise WrongUse(message("{path} exists already.", path=str(path)), message("Choose another name."))
    return path
