"""What the core asks for in words, the command line names by its options; the window has fields for it."""

from pathlib import Path

import pytest

import labclient
from labclient.acquisition import read_table
from labclient.cli._ways import _OPTIONS, _VERBS, told
from labclient.errors import DataUnfit, LinkTimeout, Trouble
from labclient.words import LANGUAGES, message, say, use_language


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_option_is_named_on_the_command_line_only(language: str) -> None:
    use_language(language)
    for asked, by_option in _OPTIONS.items():
        assert "--" not in say(asked)
        assert "--" in say(by_option)
        assert told(Trouble(message("x"), asked)) == f"x\n→ {say(by_option)}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_verb_is_named_on_the_command_line_only(language: str) -> None:
    use_language(language)
    for step, verb in _VERBS.items():
        assert "labclient" not in say(step)
        lines = told(Trouble(message("x"), step)).splitlines()
        assert lines[1].startswith(f"→ {say(step)}")
        assert lines[1].endswith(f"labclient {verb}")


def test_every_step_with_a_verb_is_said_by_the_core() -> None:
    root = Path(labclient.__file__).parent
    core = "".join(path.read_text() for path in root.rglob("*.py") if path.parts[len(root.parts)] not in {"cli", "ui"})
    assert [step.template for step in _VERBS if f'"{step.template}"' not in core] == []


def test_a_table_that_cannot_be_told_apart_is_refused_in_the_words_of_each_face() -> None:
    use_language("en")
    with pytest.raises(DataUnfit) as refused:
        read_table(b"a,b;c\n1,2;3\n")
    assert "--" not in refused.value.tell()
    assert "--delimiter" in told(refused.value)


def test_every_other_trouble_is_told_as_it_is() -> None:
    lost = LinkTimeout(message("No answer."))
    assert told(lost) == lost.tell()
