"""What is said, in which language."""

import pytest

from labclient import words
from labclient.errors import GateClosed, Trouble
from labclient.words import given, joined, listed, message, say


def test_a_sentence_takes_its_arguments() -> None:
    assert say(message("{have} of {need}", have=3, need=5)) == "3 of 5"


def test_a_sentence_within_a_sentence_is_said_in_the_same_language() -> None:
    inner = message("Arrival")
    assert say(message("First finish “{station}”.", station=inner), "zh_CN") == "请先完成“到达验收”。"
    assert say(message("First finish “{station}”.", station=inner), "en") == "First finish “Arrival”."


def test_braces_in_an_argument_are_left_alone() -> None:
    assert say(message("{text}", text="{x}")) == "{x}"


def test_the_chosen_language_holds_until_another_is_chosen() -> None:
    words.use_language("zh_CN")
    assert say(message("Arrival")) == "到达验收"
    with pytest.raises(ValueError, match="xx"):
        words.use_language("xx")


@pytest.mark.parametrize(("value", "expected"), [("zh_CN.UTF-8", "zh_CN"), ("en_GB.UTF-8", "en"), ("C", "en")])
def test_the_system_language_is_followed(monkeypatch: pytest.MonkeyPatch, value: str, expected: str) -> None:
    for name in ("LABCLIENT_LANGUAGE", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", value)
    assert words.system_language() == expected


def test_a_trouble_tells_what_happened_and_what_to_do() -> None:
    trouble = GateClosed(message("Arrival"), message("Measurement"))
    assert isinstance(trouble, Trouble)
    assert trouble.tell("en") == "Arrival\n→ Measurement"
    assert trouble.exit_code == 1


def test_words_of_a_file_are_said_as_they_stand_unless_the_catalogue_has_them() -> None:
    assert say(given("Arrival"), "zh_CN") == "到达验收"
    assert say(given("量程 {range}"), "zh_CN") == "量程 {range}"
    assert say(message("{name}!", name=given("")), "en") == "!"


def test_parts_are_listed_as_the_language_lists_them() -> None:
    parts = [message("Arrival"), given("甲"), given("乙")]
    assert say(listed(parts), "en") == "Arrival, 甲, 乙"
    assert say(listed(parts), "zh_CN") == "到达验收、甲、乙"


def test_sentences_stand_one_after_another() -> None:
    assert say(joined([message("Arrival"), given("乙")]), "en") == "Arrival 乙"
    assert say(joined([message("Arrival"), given("乙")]), "zh_CN") == "到达验收乙"
    assert say(joined([]), "en") == ""
