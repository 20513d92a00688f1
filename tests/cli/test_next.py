"""Each need of a station that a command meets leads to a command that there is."""

import re
from pathlib import Path

import pytest

import labclient
from labclient.cli._main import _parser
from labclient.cli._next import _COMMANDS, next_command
from labclient.words import message


def test_every_need_is_said_by_the_core() -> None:
    root = Path(labclient.__file__).parent
    core = "".join(path.read_text("utf-8") for path in (root / "stations").rglob("*.py"))
    assert [need.template for need in _COMMANDS if f'"{need.template}"' not in re.sub(r'"\s+"', "", core)] == []


@pytest.mark.parametrize("command", sorted(set(_COMMANDS.values())))
def test_every_command_is_one(command: str) -> None:
    words = command.format(notebook="lab01.labnote").replace("--role …", "--role checker").split()
    assert _parser().parse_args(words).run


def test_the_first_need_that_has_a_command_leads() -> None:
    needs = (message("A run is still open."), message("The zero readings have not been judged."))
    assert next_command(needs, Path("n.labnote")) == "labclient enter n.labnote check zero --who …"
    assert next_command(needs, Path("记录 本.labnote")) == 'labclient enter "记录 本.labnote" check zero --who …'
    assert next_command(needs[:1], Path("n.labnote")) is None
