"""The tree of troubles is the one drawn in its docstring, and each kind has its exit code."""

import inspect
import re

import pytest

from labclient import errors
from labclient.errors import Mishap, Refused, Trouble, WrongUse
from labclient.words import LANGUAGES, message, say

KINDS = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, Trouble)]
NEXT_STEP = "Plug in the stick, or name another folder."


def drawn() -> dict[str, str]:
    """Name to parent, as the docstring draws them."""
    found, above = {}, []
    for line in (errors.__doc__ or "").splitlines():
        if match := re.match(r"^((?:[│ ]   |[├└]── )*)(\w+)(?:\s{2,}|$)", line):
            depth, name = len(match[1]) // 4, match[2]
            if not hasattr(errors, name):
                continue
            del above[depth:]
            if above:
                found[name] = above[-1]
            above.append(name)
    return found


def test_the_drawing_is_the_tree() -> None:
    assert drawn() == {kind.__name__: kind.__mro__[1].__name__ for kind in KINDS if kind is not Trouble}


@pytest.mark.parametrize("kind", KINDS)
def test_the_exit_code_is_that_of_the_branch(kind: type[Trouble]) -> None:
    expected = 1 if issubclass(kind, Refused) else 2 if issubclass(kind, WrongUse) else 3
    assert kind.exit_code == expected
    assert issubclass(kind, Refused | WrongUse | Mishap) or kind is Trouble


@pytest.mark.parametrize("kind", KINDS)
def test_a_trouble_tells_its_sentence_and_its_step(kind: type[Trouble]) -> None:
    alone = kind(message("Arrival"))
    both = kind(message("Arrival"), message("Plug in the stick, or name another folder."))
    assert str(alone) == "Arrival"
    assert both.tell("en") == f"Arrival\n→ {NEXT_STEP}"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_nobody_is_refused_without_a_way_on(kind: type[Trouble], language: str) -> None:
    """Wherever none is given, the kind itself has one, in the reader's words."""
    sentence, step = kind(message("Arrival")).tell(language).splitlines()
    assert sentence == say(message("Arrival"), language)
    assert step == f"→ {say(kind.usual, language)}"
    assert step.endswith((".", "。"))


def test_the_kinds_are_troubles_of_people_and_not_of_the_program() -> None:
    for kind in KINDS:
        assert not issubclass(kind, OSError | ValueError | LookupError)
