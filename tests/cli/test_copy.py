"""A second copy by the command line: once, again without naming the place, and beside whoever records."""

import shutil
import subprocess
from pathlib import Path

import pytest

from labclient.clock import SystemClock
from labclient.home import Home
from labclient.notebook import Draft, Notebook, check
from labclient.signing import NoteKey

from .conftest import PROGRAM, Pc, environment


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    path = tmp_path / "a.labnote"
    key = NoteKey.generate("bench")
    with Notebook.create(path, clock=SystemClock(), author="P-01", key=key, body={}) as notebook:
        notebook.append(Draft(kind="note", body={"text": "one"}, author="P-01"))
    return path


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder


def grow(notebook: Path) -> None:
    with Notebook.open(notebook, clock=SystemClock()) as opened:
        opened.append(Draft(kind="note", body={"text": "more"}, author="P-01"))


def test_the_place_is_chosen_once_and_remembered(pc: Pc, notebook: Path, stick: Path) -> None:
    assert pc.ask("copy", notebook).code == 2
    assert "up to date to entry 1" in pc.done("copy", notebook, "--to", stick).out
    grow(notebook)
    assert pc.done("copy", notebook, "--json").json == {"path": str(stick / "a.labnote"), "entries": 3}
    assert pc.done("check", stick / "a.labnote", "--deep", "--json").json["ok"]


def test_a_stick_that_is_out_is_said_and_nothing_is_made_in_its_place(pc: Pc, notebook: Path, stick: Path) -> None:
    assert pc.ask("copy", notebook, "--to", stick / "none").code == 3
    pc.done("copy", notebook, "--to", stick)
    stick.rename(stick.with_name("away"))
    stick.mkdir()
    out = pc.ask("copy", notebook)
    assert out.code == 3
    assert "is missing" in out.err
    assert not list(stick.iterdir())


def test_the_place_can_be_forgotten_and_the_copy_stays(pc: Pc, notebook: Path, stick: Path) -> None:
    pc.done("copy", notebook, "--to", stick)
    pc.done("copy", notebook, "--forget")
    assert pc.ask("copy", notebook).code == 2
    assert check(stick / "a.labnote").ok


def test_what_is_remembered_of_another_notebook_is_not_taken(pc: Pc, notebook: Path, stick: Path) -> None:
    pc.done("copy", notebook, "--to", stick)
    other = notebook.with_name("b.labnote")
    key = NoteKey.generate("bench")
    Notebook.create(other, clock=SystemClock(), author="P-01", key=key, body={}).close()
    assert pc.ask("copy", other).code == 2


def test_an_unreadable_memory_of_places_is_none(pc: Pc, notebook: Path) -> None:
    pc.home.root.mkdir(parents=True, exist_ok=True)
    (pc.home.root / "second-copies.json").write_bytes(b"[1]")
    assert pc.ask("copy", notebook).code == 2


def test_a_copy_that_is_another_notebook_is_answered_with_no(pc: Pc, notebook: Path, stick: Path) -> None:
    shutil.copy(notebook, stick)
    grow(stick / "a.labnote")
    out = pc.ask("copy", notebook, "--to", stick)
    assert out.code == 1
    assert "not the beginning of this notebook" in out.err


def test_a_copy_is_kept_up_while_somebody_records_and_the_stick_comes_and_goes(
    home: Home, notebook: Path, stick: Path
) -> None:
    command = [*PROGRAM, "copy", str(notebook), "--to", str(stick), "--follow"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8", env=environment(home)
    ) as copier:
        assert copier.stdout is not None

        def told(part: str) -> None:
            while part not in (said := copier.stdout.readline()):  # type: ignore[union-attr]
                assert said

        told("up to date to entry 1.")
        grow(notebook)
        told("up to date to entry 2.")
        stick.rename(stick.with_name("away"))
        told("up to entry 2; waiting since")
        grow(notebook)
        stick.with_name("away").rename(stick)
        told("up to date to entry 3.")
        copier.communicate("\n")
    assert copier.returncode == 0
    assert check(stick / "a.labnote").entries == 4
    assert [path.name for path in stick.iterdir()] == ["a.labnote"]
