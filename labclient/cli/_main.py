"""The entrance: language, verbs, exit codes; no traceback ever reaches a person.

Exit codes: 0 done, 1 the answer is no, 2 wrong use, 3 trouble (link, disk, network), and 70 a fault of this program.
"""

import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from traceback import format_exception
from typing import TextIO, cast

from labclient import __version__
from labclient.cli import (
    _agreement,
    _compute,
    _copy,
    _delivery,
    _demo,
    _drift,
    _enter,
    _identity,
    _import,
    _instruments,
    _notebook,
    _outbox,
    _package,
    _plan,
    _prove,
    _record,
    _satellite,
    _sealing,
    _selftest,
    _simulate,
    _status,
    _trust,
    _type,
    _validate,
    _verify,
)
from labclient.cli._help import help_speaks
from labclient.cli._out import trouble
from labclient.cli._verbs import Verbs
from labclient.cli._ways import told
from labclient.errors import Mishap, Trouble
from labclient.home import this_pc
from labclient.words import LANGUAGES, language, message, say, system_language, use_language

_MODULES = (
    _demo, _simulate, _instruments, _identity, _plan, _trust, _notebook, _copy, _prove, _status, _drift, _agreement,
    _enter, _record, _type, _import, _satellite, _package, _verify, _delivery, _outbox, _sealing, _compute, _validate,
    _selftest,
)  # fmt: skip
FAULT = 70
INTERRUPTED = 130
NO_VERB = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb and return its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    use_language(_language(given))
    help_speaks(language())
    _streams()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    parser = _parser()
    if not given:
        trouble(
            say(
                message(
                    "No verb was given. These are the verbs of the command line; `labclient` alone opens the window."
                )
            )
        )
        parser.print_help(sys.stderr)
        return NO_VERB
    try:
        asked = parser.parse_args(given)
    except SystemExit as end:  # argparse has said what is wrong, or helped
        return int(end.code or 0)
    return _run(asked)


def _run(asked: Namespace) -> int:
    try:
        code: int = asked.run(asked)
        sys.stdout.flush()
    except Trouble as expected:
        trouble(told(expected))
        code = expected.exit_code
    except KeyboardInterrupt:
        trouble(say(message("Interrupted. What was shown is in the record.")))
        code = INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except OSError as failed:
        refused = Mishap(message("The system refuses: {reason}", reason=str(failed)))
        trouble(refused.tell())
        code = Mishap.exit_code
    except Exception as fault:  # noqa: BLE001 - a bug: kept as a report, told as a sentence
        code = _report(fault)
    return code


def _streams() -> None:
    """Streams that were closed by whoever started us lead nowhere, rather than to a fault."""
    sys.stdin = sys.stdin or _nowhere("r")
    sys.stdout = sys.stdout or _nowhere("w")
    sys.stderr = sys.stderr or _nowhere("w")


def _nowhere(mode: str) -> TextIO:
    return cast("TextIO", Path(os.devnull).open(mode, encoding="utf-8"))


def _parser() -> ArgumentParser:
    parser = ArgumentParser(prog="labclient", description=say(message("The bench side of a measurement comparison.")))
    parser.add_argument(
        "--version", action="version", version=f"labclient {__version__}", help=say(message("say the version and end"))
    )
    parser.add_argument("--language", choices=LANGUAGES, help=say(message("language of everything said")))
    verbs = Verbs(parser)
    for module in _MODULES:
        module.add(verbs)
    return parser


def _language(given: Sequence[str]) -> str:
    """The language asked for, needed before the parser can speak it."""
    for place, argument in enumerate(given):
        asked = argument.removeprefix("--language=") if "=" in argument else "".join(given[place + 1 : place + 2])
        if argument.startswith("--language") and asked in LANGUAGES:
            return asked
    return system_language()


def _report(fault: Exception) -> int:
    path = this_pc().crashes / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{os.getpid()}.txt"
    told = f"labclient {__version__}, Python {sys.version}\n\n{''.join(format_exception(fault))}"
    path.write_text(told, encoding="utf-8")
    trouble(
        say(message("This is a fault of the program. What was shown is in the record; nothing is lost."))
        + f"\n→ {say(message('Send this report to whoever looks after labclient: {path}', path=str(path)))}"
    )
    return FAULT
