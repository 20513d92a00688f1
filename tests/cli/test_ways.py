"""What the core asks for in words, the command line names by its options; the window has fields for it."""

import pytest

from labclient.acquisition import read_table
from labclient.cli._ways import _OPTIONS, told
from labclient.errors import DataUnfit, LinkTimeout, Trouble
from labclient.words import LANGUAGES, message, say, use_language


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_option_is_named_on_the_command_line_only(language: str) -> None:
    use_language(language)
    for asked, by_option in _OPTIONS.items():
        assert "--" not in say(asked)
        assert "--" in say(by_option)
        assert told(Trouble(message("x"), asked)) == f"x\n→ {say(by_option)}"


def test_a_table_that_cannot_be_told_apart_is_refused_in_the_words_of_each_face() -> None:
    use_language("en")
    with pytest.raises(DataUnfit) as refused:
        read_table(b"a,b;c\n1,2;3\n")
    assert "--" not in refused.value.tell()
    assert "--delimiter" in told(refused.value)


def test_every_other_trouble_is_told_as_it_is() -> None:
    lost = LinkTimeout(message("No answer."))
    assert told(lost) == lost.tell()
