"""`labclient enter NOTEBOOK transport-log FILE`: a logger's file of any headings, said once and remembered."""

import json
from pathlib import Path

import pytest

from labclient.notebook import Reader

from .conftest import EXAMPLES, WHO, Bench, Pc

HEAD = "记录时间;温度;湿度;冲击\n"
GOOD = HEAD + "01/03/2026 08:00;20,5;55;0,3\n01/03/2026 08:30;21,0;56;0,4\n"
SAID = ("--time", "记录时间", "--date-order", "day-first", "--zone", "+08:00", "--decimal", "comma",
        "--value", "温度", "°C", "--value", "湿度", "%RH", "--value", "冲击", "gn")  # fmt: skip


@pytest.fixture
def notebook(pc: Pc, prepared: Bench, tmp_path: Path) -> Path:
    made, papers = tmp_path / "n.labnote", prepared.papers
    pc.done("new", made, "--plan", papers.plan, "--trust", papers.trust, "--confirm", papers.root, "--laboratory",
            "LAB01", *WHO)  # fmt: skip
    return made


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "logger.csv"
    made.write_bytes(GOOD.encode("gbk"))
    return made


def size(notebook: Path) -> int:
    """How many files it keeps."""
    with Reader.open(notebook) as reader:
        return len([*reader.entries({"attachment"})])


def test_what_is_unclear_is_asked_beside_sample_rows(pc: Pc, notebook: Path, file: Path) -> None:
    before = size(notebook)
    asked = pc.ask("enter", notebook, "transport-log", file, "--look")
    assert asked.code == 2
    assert "Text in GBK" in asked.out
    assert "01/03/2026 08:30 | 21,0 | 56 | 0,4" in asked.out
    assert "--value COLUMN UNIT" in asked.err
    assert "decimal point or --decimal comma" in pc.ask("enter", notebook, "transport-log", file, *WHO, *SAID[:2],
                                                        *SAID[-3:]).err  # fmt: skip
    assert size(notebook) == before


def test_it_is_looked_at_kept_judged_and_remembered(pc: Pc, notebook: Path, file: Path) -> None:
    before = size(notebook)
    looked = pc.done("enter", notebook, "transport-log", file, "--look", *SAID)
    assert "temperature: lowest 20.5, highest 21 °C" in looked.out
    assert size(notebook) == before
    kept = pc.done("enter", notebook, "transport-log", file, *WHO, *SAID, "--clock", "2026-03-01T09:00:07+08:00",
                   "2026-03-01T01:00:00Z")  # fmt: skip
    assert "pass" in kept.out
    assert "7" in kept.out
    with Reader.open(notebook) as reader:
        body = next(iter(reader.entries({"attachment"}))).body
    assert body["read_as"]["columns"]["order"] == "dmy"
    assert body["read_as"]["clock"][0]["logger"].startswith("2026-03-01T01:00:07")
    file.write_bytes(GOOD.replace("21,0", "51,0").encode("gbk"))
    again = pc.ask("enter", notebook, "transport-log", file, *WHO)
    assert again.code == 1
    assert "as they were last time" in again.out
    pc.done("check", notebook)


def test_the_same_may_be_said_in_a_file(pc: Pc, notebook: Path, file: Path, tmp_path: Path) -> None:
    said = tmp_path / "said.json"
    values = [{"column": "温度", "unit": "°C"}, {"column": "湿度", "unit": "%RH"}, {"column": "冲击", "unit": "gn"}]
    columns = {"time": "记录时间", "order": "dmy", "zone": "+08:00", "decimal": "comma", "values": values}
    said.write_text(json.dumps({"columns": columns}), encoding="utf-8")
    pc.done("enter", notebook, "transport-log", file, *WHO, "--read-as", said)
    assert pc.ask("enter", notebook, "transport-log", file, *WHO, "--read-as", said, *SAID).code == 2
    said.write_text(json.dumps({"columns": columns | {"more": 1}}), encoding="utf-8")
    assert "cannot be read" in pc.ask("enter", notebook, "transport-log", file, *WHO, "--read-as", said).err


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (GOOD.replace("21,0", "---"), "Line 3: 温度: “---” is not a number as said"),
        (GOOD.replace(";冲击", ";x"), "The file has no column “冲击”"),
        (GOOD.replace("/2026", "/2096"), "has not been yet by the PC clock"),
    ],
)
def test_a_file_that_cannot_be_read_whole_is_not_kept(pc: Pc, notebook: Path, file: Path, text: str, why: str) -> None:
    before = size(notebook)
    file.write_bytes(text.encode("gbk"))
    refused = pc.ask("enter", notebook, "transport-log", file, *WHO, *SAID)
    assert refused.code == 2
    assert why in refused.err
    assert size(notebook) == before


def test_the_headings_that_need_no_saying_are_known(pc: Pc, notebook: Path) -> None:
    assert "need no saying" in pc.done("enter", notebook, "transport-log", EXAMPLES / "transport-ok.csv", "--look").out
    pc.done("enter", notebook, "transport-log", EXAMPLES / "transport-ok.csv", *WHO)


def test_a_file_without_what_the_plan_limits_is_not_kept(pc: Pc, notebook: Path, file: Path) -> None:
    refused = pc.ask("enter", notebook, "transport-log", file, *WHO, *SAID[:-3])
    assert refused.code == 2
    assert "no column for acceleration" in refused.err
