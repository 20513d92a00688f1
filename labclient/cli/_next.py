"""The command that does what is missing: the command line's way on from a station's needs."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from labclient.words import Message, message

_COMMANDS: Final[dict[Message, str]] = {
    message("The arrival record is missing."): "enter {notebook} arrival --template",
    message("Photos of the crate: {have} of {need}."): "enter {notebook} attachment FILE --what photo --who …",
    message("The transport logger has not been read."): "enter {notebook} transport-log FILE --who …",
    message("{damage} Stop, leave everything as it is, inform the pilot laboratory and enter its decision."):
        "enter {notebook} decision --template",
    message("The functional check has not been made."): "record {notebook} --task functional --who …",
    message("The functional check cannot be judged yet."): "record {notebook} --task functional --who …",
    message("The warm-up has not been judged."): "record {notebook} --task settling --who …",
    message("The standard has not settled: leave it switched on and judge again."):
        "record {notebook} --task settling --who …",
    message("The warm-up cannot be judged yet: it needs more readings."): "record {notebook} --task settling --who …",
    message("The reading stability has not been judged."): "record {notebook} --task stability --who …",
    message("The readings are not stable: look for the cause at the bench, then repeat the run."):
        "record {notebook} --task stability --who …",
    message("The stability cannot be judged yet: repeat with more readings."):
        "record {notebook} --task stability --who …",
    message("{point}: {have} of {total} cycles measured."): "record {notebook} --task measurement --who …",
    message("The zero readings have not been judged."): "enter {notebook} check zero --who …",
    message("The environment during the measurement has not been judged."):
        "enter {notebook} check environment --who …",
    message("The environment left the plan's limits: record the deviation with its reason."):
        "enter {notebook} deviation --template",
    message("The environment was not watched throughout: record the deviation with its reason."):
        "enter {notebook} deviation --template",
    message("The departure record is missing."): "enter {notebook} departure --template",
    message("Damage was found: inform the pilot laboratory and enter its decision."):
        "enter {notebook} decision --template",
    message("The laboratory's standard and its certificate are missing."): "enter {notebook} standard --template",
    message("Budget: the row “{row}” at {point} is missing."): "enter {notebook} budget --template",
    message("Budget: the uncertainty of the {influence} is missing."): "enter {notebook} budget --template",
    message("The result has not been computed."): "enter {notebook} result --who …",
    message("Something changed after the result was computed: compute it again."): "enter {notebook} result --who …",
    message("The revision has not been prepared for signing."): "package prepare {notebook} --stage FOLDER --who …",
    message("The signature of the {role} is missing."): "sign {notebook} FOLDER --role … --identity …",
    message("The package has not been written."): "package write {notebook} FOLDER --out FOLDER",
    message("The package has not been sent."): "submit PACKAGE --to FOLDER --notebook {notebook}",
    message("Sent, not confirmed: the pilot's receipt is missing."): "receipt {notebook} RECEIPT",
    message("The handover to the next laboratory is not recorded."): "enter {notebook} handed-over --template",
}  # fmt: skip
_BY_TEMPLATE: Final = {need.template: command for need, command in _COMMANDS.items()}


def typed(path: Path) -> str:
    """A path as it is typed into a command, in every shell."""
    return f'"{path}"' if " " in str(path) else str(path)


def next_command(needs: Iterable[Message], notebook: Path) -> str | None:
    """The command for the first of the needs that a command meets."""
    found = next((_BY_TEMPLATE[need.template] for need in needs if need.template in _BY_TEMPLATE), None)
    return f"labclient {found.format(notebook=typed(notebook))}" if found is not None else None
