"""The catalogue is complete: every sentence of the source has its Chinese, with the same places to fill."""

import re
from importlib.util import module_from_spec, spec_from_file_location
from itertools import chain
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

ROOT = Path(__file__).parent.parent
CHINESE = ROOT / "resources" / "translations" / "zh_CN" / "LC_MESSAGES" / "labclient.po"


@pytest.fixture(scope="module")
def chinese() -> Catalog:
    with CHINESE.open("rb") as file:
        return read_po(file, locale="zh_CN")


@pytest.fixture(scope="module")
def said() -> set[str]:
    spec = spec_from_file_location("dev", ROOT / "dev.py")
    assert spec
    assert spec.loader
    dev = module_from_spec(spec)
    spec.loader.exec_module(dev)
    source = extract_from_dir(
        str(ROOT / "labclient"), [("**.py", "python")], keywords={"message": None}, strip_comment_tags=True
    )
    drivers = extract_from_dir(str(ROOT / "drivers"), [("**.toml", dev.driver_words)])
    return {text for _, _, text, _, _ in chain(source, drivers) if isinstance(text, str)}


def test_every_sentence_of_the_source_is_translated(chinese: Catalog, said: set[str]) -> None:
    known = {entry.id for entry in chinese if entry.id and entry.string and not entry.fuzzy}
    assert said - known == set()


def test_the_catalogue_holds_no_sentence_that_nobody_says(chinese: Catalog, said: set[str]) -> None:
    assert {entry.id for entry in chinese if entry.id} - said == set()


def test_each_translation_fills_the_same_places(chinese: Catalog) -> None:
    for entry in chinese:
        if entry.id:
            assert _places(str(entry.string)) == _places(str(entry.id)), entry.id


def test_chinese_is_set_with_chinese_punctuation(chinese: Catalog) -> None:
    for entry in chinese:
        if entry.id:
            prose = re.sub(r"`[^`]*`|\w+://\S+", "", str(entry.string))
            assert not re.search(r"[\u4e00-\u9fff]([,;:?!]|\.(\s|$))", prose), entry.string


def test_a_sentence_is_a_sentence_in_both_languages(chinese: Catalog) -> None:
    for entry in chinese:
        if entry.id and re.search(r"[\u4e00-\u9fff]", str(entry.string)):
            assert str(entry.id).endswith(".") == str(entry.string).endswith("。"), entry.string


def test_no_translation_is_a_guess(chinese: Catalog) -> None:
    assert [entry.string for entry in chinese if entry.id and entry.fuzzy] == []
    assert chinese.obsolete == {}


def _places(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}
