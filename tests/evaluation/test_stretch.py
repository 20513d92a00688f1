"""A stretch of a run as a table: every reply in it as it was recorded, nothing around it, and what was excluded."""

import csv
from pathlib import Path

import pytest

from labclient.cli import main
from labclient.errors import WrongUse
from labclient.evaluation import write_stretch

from .records import quiet, small_plan

PLAN = small_plan()
HEAD = ["index", "elapsed_s", "utc", "status", "role", "direction", "point", "day", "cycle", "excluded"]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "stretch.csv"


def table(file: Path) -> list[list[str]]:
    return list(csv.reader(file.read_text("utf-8-sig").splitlines()))


def test_the_texts_are_those_of_the_record(record, write, file) -> None:
    run = write.readings("stability", [10.000001, "overload", 10.000003])
    assert write_stretch(record.notebook.path, run, file) == 3
    head, *rows = table(file)
    assert head[: len(HEAD)] == HEAD
    payload = "".join(
        record.reader.payload(entry.seq).decode()
        for entry in record.reader.entries({"block"})
        if entry.body["run"] == run
    )
    recorded = list(csv.reader(payload.splitlines()))
    assert [row[len(HEAD)] for row in rows] == [row[3] for row in recorded]
    assert [row[3] for row in rows] == ["ok", "overload", "ok"]
    assert [row[4:7] for row in rows] == [["X", "+", "10V"]] * 3
    assert file.read_bytes().startswith(b"\xef\xbb\xbfindex,")


@pytest.mark.parametrize(("start", "end", "expected"), [(10.0, 20.0, [1, 2]), (10.1, 19.9, []), (-5.0, 0.0, [0]),
                                                          (15.0, 1e9, [2, 3, 4])])  # fmt: skip
def test_only_what_lies_in_the_stretch_is_told(record, write, file, start, end, expected) -> None:
    run = write.readings("stability", [10.0] * 5)
    all_of_it = file.with_name("all.csv")
    write_stretch(record.notebook.path, run, all_of_it)
    first = float(table(all_of_it)[1][1])
    assert write_stretch(record.notebook.path, run, file, first + start, first + end) == len(expected)
    assert [int(row[0]) for row in table(file)[1:]] == expected


def test_excluded_cycles_are_marked(record, write, file) -> None:
    cycles = write.cycles(PLAN, PLAN.points[0], 1, (1, 2), quiet(PLAN))
    write.enter("exclusion", {"cycles": [cycles[0]], "reason": "cable touched"})
    run = int(record.reader.entry(cycles[0]).body["run"])
    write_stretch(record.notebook.path, run, file)
    rows = table(file)[1:]
    assert {row[9] for row in rows if row[8] == "1"} == {"1"}
    assert {row[9] for row in rows if row[8] == "2"} == {"0"}


def test_no_file_is_overwritten_and_no_other_entry_taken_for_a_run(record, write, file) -> None:
    run = write.readings("stability", [10.0])
    for wrong in (run + 1, 10_000, -1):
        with pytest.raises(WrongUse, match="does not begin a run"):
            write_stretch(record.notebook.path, wrong, file)
        assert not file.exists()
    file.write_text("mine")
    with pytest.raises(WrongUse, match="exists already"):
        write_stretch(record.notebook.path, run, file)
    assert file.read_text() == "mine"


def test_the_command_line_writes_the_same_table(record, write, file, capsys) -> None:
    run = write.readings("stability", [10.0] * 5)
    write_stretch(record.notebook.path, run, file, 0.0, 30.0)
    record.notebook.close()
    beside = file.with_name("beside.csv")
    told = ["export", str(record.notebook.path), "--out", str(beside)]
    assert main([*told, "--run", str(run), "--from", "0", "--to", "30"]) == 0
    assert beside.read_bytes() == file.read_bytes()
    assert f"replies of run {run}" in capsys.readouterr().out
    assert main([*told, "--from", "0"]) == 2
    assert "--run N" in capsys.readouterr().err
    assert main([*told, "--run", str(run), "--from", "nan"]) == 2
    assert "“nan” is not a number" in capsys.readouterr().err
