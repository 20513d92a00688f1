"""Proofs from the command line, made from a notebook and verified without it."""

import json
import sqlite3
from pathlib import Path

import jsonschema_rs
import pytest

from labclient.home import shipped
from labclient.notebook import Reader

from .conftest import WHO, Bench


def validates(name: str, path: Path) -> bool:
    schema = json.loads(shipped("resources", "schemas", f"{name}.schema.json").read_bytes())
    return jsonschema_rs.Draft202012Validator(schema).is_valid(json.loads(path.read_bytes()))


def a_run(notebook: Path) -> tuple[int, str]:
    """The first run of the notebook and its first row."""
    with Reader.open(notebook) as reader:
        block = next(reader.entries({"block"}))
        return block.body["run"], reader.payload(block.seq).decode().splitlines()[0]


def test_a_reading_is_proven_to_somebody_who_has_no_notebook(bench: Bench) -> None:
    held, file = bench.folder / "held.txt", bench.folder / "reading.json"
    signed = bench.done("checkpoint")
    held.write_bytes((bench.folder / "LAB01.checkpoint.txt").read_bytes())
    run, row = a_run(bench.notebook)
    made = bench.done("prove", "--reading", f"{run}:0", "--out", file)
    assert validates("inclusion-1", file)
    bench.notebook.unlink()

    code = signed.out.split("phone: ")[1].split()[0]
    shown = bench.pc.done("prove", "--verify", file)
    assert shown.out == made.out.replace(f"Written to {file}.\n", "")
    assert f": {row.split(',')[3]} " in shown.out
    assert f"its code {code}" in shown.out
    assert "Not proved: that a reading is true" in shown.out
    with_held = bench.pc.done("prove", "--verify", file, "--checkpoint", held, "--json").json
    assert (with_held["proved"], with_held["held"], with_held["simulated"]) == (True, True, False)
    assert (with_held["reading"]["run"], with_held["reading"]["index"]) == (run, 0)
    assert with_held["reading"]["channels"][0]["text"] == row.split(",")[3]
    assert len(with_held["not_proved"]) == 1
    assert code in bench.pc.done("checkpoint", "--read", held).out

    altered = file.read_text().replace(row.split(",")[3], "+1.23456789E+00")
    file.write_text(altered)
    assert bench.pc.ask("prove", "--verify", file).code == 1
    refused = bench.pc.ask("prove", "--verify", file, "--json")
    assert refused.code == 1
    assert refused.json["proved"] is False
    assert refused.json["why"]


def test_an_entry_with_a_file_is_proven_by_the_digest_of_the_file(bench: Bench) -> None:
    bench.done("checkpoint")
    with Reader.open(bench.notebook) as reader:
        photo = next(reader.entries({"attachment"}))
    told = bench.done("prove", "--entry", photo.seq, "--out", bench.folder / "photo.json")
    assert photo.payload is not None
    assert photo.payload.sha256 in told.out
    assert bench.pc.ask("prove", bench.notebook, "--entry", photo.seq, "--out", bench.folder / "photo.json").code == 2


def test_a_checkpoint_is_continued_by_a_later_one_until_the_past_is_rewritten(bench: Bench) -> None:
    notes = []
    for name in ("old.txt", "new.txt"):
        bench.done("checkpoint")
        notes.append(bench.folder / name)
        notes[-1].write_bytes((bench.folder / "LAB01.checkpoint.txt").read_bytes())
        (bench.folder / "note.json").write_text(json.dumps({"text": f"after {name}"}))
        bench.done("enter", "note", bench.folder / "note.json", *WHO)
    code = bench.pc.done("checkpoint", "--read", notes[0]).out.split("phone: ")[1].split()[0]
    file = bench.folder / "continued.json"
    made = bench.done("prove", "--consistency", *notes, "--out", file, "--json").json
    assert validates("consistency-1", file)
    assert made["older"]["entries"] < made["entries"]
    assert bench.done("prove", "--consistency", *notes, "--json").json["older"] == made["older"]
    assert bench.done("prove", "--consistency", notes[0], "--json").json["older"] == made["older"]
    assert bench.done("prove", "--code", code.lower(), "--json").json["older"] == made["older"]
    for held in notes:
        assert bench.pc.done("prove", "--verify", file, "--checkpoint", held, "--json").json["held"]
    assert "that either checkpoint is old" in bench.pc.done("prove", "--verify", file).out
    assert bench.pc.ask("prove", bench.notebook, "--consistency", notes[0], "--out", bench.folder / "x").code == 2
    assert bench.pc.ask("prove", bench.notebook, "--consistency", *notes[::-1]).code == 2
    assert bench.pc.ask("prove", bench.notebook, "--consistency", *notes, notes[0]).code == 2
    assert bench.pc.ask("prove", bench.notebook, "--code", "0000-0000-0000-0000-0000-0").code == 1

    connection = sqlite3.connect(bench.notebook, isolation_level=None)
    ((trigger,),) = connection.execute("SELECT sql FROM sqlite_schema WHERE name = 'log_keeps'")
    connection.execute("DROP TRIGGER log_keeps")
    connection.execute("UPDATE log SET entry = CAST(replace(entry, 'Z\"', '0Z\"') AS BLOB) WHERE seq = 1")
    connection.execute(trigger)
    connection.close()
    assert bench.pc.ask("prove", bench.notebook, "--consistency", notes[0]).code == 1
    assert bench.pc.ask("prove", bench.notebook, "--entry", "2", "--out", bench.folder / "y").code == 1
    assert not (bench.folder / "y").exists()


def test_what_no_checkpoint_covers_is_not_proven_and_the_way_is_told(bench: Bench) -> None:
    bench.done("checkpoint")
    with Reader.open(bench.notebook) as reader:
        last = reader.size - 1
    answer = bench.pc.ask("prove", bench.notebook, "--entry", last, "--out", bench.folder / "x")
    assert answer.code == 2
    assert "labclient checkpoint" in answer.err


@pytest.mark.parametrize("where", ["-", "code.svg"])
def test_a_checkpoint_is_drawn_as_a_qr_code(bench: Bench, where: str) -> None:
    place = where if where == "-" else bench.folder / where
    told = bench.done("checkpoint", "--qr", place).out
    if where == "-":
        assert "█" in told
    else:
        assert (bench.folder / where).read_bytes().startswith(b"<?xml")


def test_a_picture_that_cannot_be_written_loses_no_checkpoint(bench: Bench) -> None:
    answer = bench.pc.ask("checkpoint", bench.notebook, "--qr", bench.folder / "nowhere" / "code.svg")
    assert answer.code == 3
    assert (bench.folder / "LAB01.checkpoint.txt").read_text() in answer.out + "\n"
