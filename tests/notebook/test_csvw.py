"""The description beside the exported runs says what their columns hold."""

import csv
import json
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from labclient.errors import NotebookDamaged
from labclient.notebook import (
    Channel,
    Draft,
    Notebook,
    Reader,
    block,
    check,
    export,
    restore,
    run_start,
    run_values,
    series,
)
from notebook.samples import AUTHOR

New = Callable[..., Notebook]
CHANNELS = [
    Channel("温度", "temperature", "°C", "0.01"),
    Channel("p", "pressure", "hPa"),
    Channel("rh", "humidity", "%"),
]


def block_of(run: int, member: int, first: int, status: str, texts: list[str]) -> Draft:
    said = status.split(";") if ";" in status else [status] * len(texts)
    return block(
        run,
        member,
        first,
        t_ns=[first],
        status=[status],
        texts=[[text] for text in texts],
        raws=[";".join(texts).encode()],
        values=np.array([[float(text) if word == "ok" else np.nan for text, word in zip(texts, said, strict=True)]]),
        terminator=b"",
        author=AUTHOR,
    )


@pytest.fixture
def barometer(new: New) -> Path:
    """Two runs of three channels: in the first, one reply has an overload of the second channel."""
    with new() as notebook:
        for status in ("ok;overload;ok", "ok"):
            start = run_start(
                purpose="record",
                task="environment",
                channels=CHANNELS,
                instrument={},
                clock=notebook.clock,
                author=AUTHOR,
            )
            (run,) = notebook.append(start)
            (member,) = notebook.append(series(run.seq, {}, author=AUTHOR))
            notebook.append(block_of(run.seq, member.seq, 0, "ok", ["+2.05E+01", "1013.2", ".45"]))
            notebook.append(block_of(run.seq, member.seq, 1, status, ["20.6", "9.9E37", "45."]))
    return notebook.path


def described(path: Path, folder: Path) -> dict[str, Any]:
    export(path, folder, described=True)
    found: dict[str, Any] = json.loads((folder / "runs" / "csv-metadata.json").read_text("utf-8"))
    return found


def test_each_run_has_a_table_with_its_columns_units_and_a_way_back_to_its_entry(
    barometer: Path, tmp_path: Path
) -> None:
    metadata = described(barometer, tmp_path / "out")
    assert metadata["@context"][0] == "http://www.w3.org/ns/csvw"
    assert [table["url"] for table in metadata["tables"]] == ["run-1.csv", "run-5.csv"]
    lines = (tmp_path / "out" / "log" / "entries.jsonl").read_bytes().split(b"\n")
    for table in metadata["tables"]:
        with (tmp_path / "out" / "runs" / table["url"]).open(
            encoding=metadata["dialect"]["encoding"], newline=""
        ) as file:
            head = next(csv.reader(file))
        columns = table["tableSchema"]["columns"]
        assert [column["titles"] for column in columns] == head
        assert [column.get("schema:unitText") for column in columns[3:-1]] == ["°C", "hPa", "%"]
        assert [column.get("schema:variableMeasured") for column in columns[3:-1]] == [
            "temperature",
            "pressure",
            "humidity",
        ]
        place, _, fragment = table["dc:source"]["@id"].partition("#line=")
        assert (tmp_path / "out" / "runs" / place).resolve() == tmp_path / "out" / "log" / "entries.jsonl"
        start = json.loads(lines[int(fragment.split(",")[0])])
        assert (start["kind"], str(start["seq"])) == ("run-start", table["dc:identifier"])


def test_a_column_is_a_number_only_where_every_cell_is_a_value(barometer: Path, tmp_path: Path) -> None:
    metadata = described(barometer, tmp_path / "out")
    kinds = {
        table["url"]: [column["datatype"] for column in table["tableSchema"]["columns"][3:-1]]
        for table in metadata["tables"]
    }
    assert kinds == {"run-1.csv": ["double", "string", "double"], "run-5.csv": ["double", "double", "double"]}
    with Reader.open(barometer) as reader:
        for table in metadata["tables"]:
            values = run_values(reader, int(table["dc:identifier"])).values
            with (tmp_path / "out" / "runs" / table["url"]).open(encoding="utf-8", newline="") as file:
                rows = list(csv.DictReader(file))
            for place, column in enumerate(table["tableSchema"]["columns"][3:-1]):
                if column["datatype"] == "double":
                    assert [float(row[column["titles"]]) for row in rows] == values[:, place].tolist()


def test_the_description_is_reproduced_and_restored_and_a_changed_one_is_refused(
    barometer: Path, tmp_path: Path
) -> None:
    described(barometer, tmp_path / "one")
    described(barometer, tmp_path / "two")
    files = [path.relative_to(tmp_path / "one") for path in sorted((tmp_path / "one").rglob("*.*"))]
    assert len(files) == 4
    assert all((tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes() for name in files)
    restore(tmp_path / "one", tmp_path / "back.labnote")
    assert check(tmp_path / "back.labnote", deep=True) == check(barometer, deep=True)
    place = tmp_path / "one" / "runs" / "csv-metadata.json"
    place.write_text(place.read_text("utf-8").replace("hPa", "mPa"), "utf-8")
    with pytest.raises(NotebookDamaged, match=r"csv-metadata\.json"):
        restore(tmp_path / "one", tmp_path / "again.labnote")


def test_an_export_has_no_byte_order_mark_and_every_line_ends_as_rfc_4180_says(barometer: Path, tmp_path: Path) -> None:
    described(barometer, tmp_path / "out")
    for path in (tmp_path / "out").rglob("*.*"):
        assert not path.read_bytes().startswith(b"\xef\xbb\xbf")
    data = (tmp_path / "out" / "runs" / "run-1.csv").read_bytes()
    assert data.startswith("index,t_ns,status,温度,p,rh,raw\r\n".encode())
    assert data.count(b"\n") == data.count(b"\r\n") == 3


def peak(new: New, folder: Path, blocks: int) -> int:
    """The most memory that an export of so many blocks of 100 kB takes, bytes."""
    count, name = 1000, f"{blocks}.labnote"
    with new(name) as notebook:
        start = run_start(
            purpose="record",
            task="stability",
            channels=CHANNELS[1:2],
            instrument={},
            clock=notebook.clock,
            author=AUTHOR,
        )
        (run,) = notebook.append(start)
        (member,) = notebook.append(series(run.seq, {}, author=AUTHOR))
        for first in range(0, count * blocks, count):
            notebook.append(
                block(
                    run.seq,
                    member.seq,
                    first,
                    t_ns=range(first, first + count),
                    status=["ok"] * count,
                    texts=[["1.000000" + "0" * 72] * count],
                    raws=None,
                    values=np.ones((count, 1)),
                    terminator=b"\n",
                    author=AUTHOR,
                )
            )
    tracemalloc.start()
    try:
        export(notebook.path, folder / str(blocks), described=True)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_an_export_takes_no_more_memory_for_a_long_run(new: New, tmp_path: Path) -> None:
    peak(new, tmp_path, 2)  # what is made once is made now
    short, long = peak(new, tmp_path, 4), peak(new, tmp_path, 60)
    assert long < 1.3 * short
    assert (tmp_path / "60" / "runs" / "run-1.csv").stat().st_size > 5 * long
