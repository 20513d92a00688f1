"""Files that an e-mail program, an editor or a mistaken hand has been at: taken when nothing is lost, else refused by
what they are."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from labclient.demo._papers import prepare_papers
from labclient.home import Home, shipped
from labclient.instruments._toml import read_text
from labclient.notebook import Reader

from .conftest import EXAMPLES, WHO, Pc


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a notebook that has just been begun, its papers, and the PC's state under `home`."""
    folder = tmp_path_factory.mktemp("begun")
    pc = Pc(Home(folder / "home"))
    papers = prepare_papers(folder, pc.home, (EXAMPLES / "plan.json").read_bytes(), datetime.now(UTC))
    pc.done("new", folder / "LAB01.labnote", "--plan", papers.plan, "--trust", papers.trust, "--confirm", papers.root,
            "--laboratory", "LAB01", *WHO)  # fmt: skip
    return folder


@pytest.fixture
def pc(begun: Path, tmp_path: Path) -> Pc:
    shutil.copytree(begun, tmp_path, dirs_exist_ok=True)
    return Pc(Home(tmp_path / "home"))


@pytest.fixture
def notebook(pc: Pc, tmp_path: Path) -> Path:
    """A copy of the notebook, with a PC of its own."""
    return tmp_path / "LAB01.labnote"


def test_a_checkpoint_may_have_come_by_mail(pc: Pc, notebook: Path, tmp_path: Path) -> None:
    note = (tmp_path / "LAB01.checkpoint.txt").read_bytes()
    mailed = tmp_path / "mailed.txt"
    mailed.write_bytes(b"\xef\xbb\xbf" + note.replace(b"\n", b"\r\n"))
    pc.done("check", notebook, "--checkpoint", mailed)
    read = pc.done("checkpoint", "--read", tmp_path / "LAB01.checkpoint.txt")
    assert pc.done("checkpoint", "--read", mailed).out == read.out

    mailed.write_bytes(note.replace(b"\n", b"\n>"))
    for verb in (("check", notebook, "--checkpoint", mailed), ("checkpoint", "--read", mailed)):
        refused = pc.ask(*verb)
        assert refused.code == 2
        assert "is not a checkpoint" in refused.err
        assert "does not verify" not in refused.out  # the notebook is not blamed for it


def test_a_file_that_is_no_notebook_is_not_called_damaged(pc: Pc, notebook: Path) -> None:
    refused = pc.ask("status", notebook.with_suffix(".checkpoint.txt"))
    assert refused.code == 3
    assert "is not a notebook, or its beginning is destroyed" in refused.err
    assert "*.labnote" in refused.err


def test_what_fails_the_check_is_told_with_a_next_step(pc: Pc, notebook: Path) -> None:
    data = bytearray(notebook.read_bytes())
    at = data.index(b"transfer_standard")
    data[at] ^= 1
    notebook.write_bytes(data)
    answer = pc.ask("check", notebook)
    assert answer.code == 1
    assert "→ Write nothing more into it." in answer.err


def test_whoever_names_no_run_is_told_which_there_are(pc: Pc, notebook: Path, tmp_path: Path) -> None:
    for verb in (("export", notebook, "--run", "1", "--out", tmp_path / "run.csv"),
                 ("prove", notebook, "--reading", "1:0", "--out", tmp_path / "reading.json")):  # fmt: skip
        assert "No run is recorded yet." in pc.ask(*verb).err


@pytest.mark.parametrize("saved", ["utf-8-sig", "utf-16"])  # an editor's mark; PowerShell's “>”
def test_an_entry_may_be_saved_as_windows_saves(saved: str, pc: Pc, notebook: Path, tmp_path: Path) -> None:
    body = tmp_path / "note.json"
    body.write_bytes('{\r\n"text": "室温 23 °C"}\r\n'.encode(saved))
    pc.done("enter", notebook, "note", body, *WHO)
    with Reader.open(notebook) as reader:
        assert [one.body["text"] for one in reader.entries({"note"})] == ["室温 23 °C"]


def test_an_entry_in_another_encoding_is_told_how_to_save_it(pc: Pc, notebook: Path, tmp_path: Path) -> None:
    body = tmp_path / "note.json"
    body.write_bytes('{"text": "室温"}'.encode("gbk"))
    refused = pc.ask("enter", notebook, "note", body, *WHO)
    assert refused.code == 2
    assert "save it as UTF-8" in refused.err


@pytest.mark.parametrize("saved", ["utf-8-sig", "utf-16"])
def test_a_draft_may_be_saved_as_windows_saves(saved: str, pc: Pc, tmp_path: Path) -> None:
    draft = tmp_path / "draft.txt"
    pc.done("plan", "new", draft)
    draft.write_bytes(draft.read_text("utf-8").replace("\n", "\r\n").encode(saved))
    pc.done("plan", "check", draft)


def test_a_file_that_is_not_there_is_named(pc: Pc, notebook: Path, tmp_path: Path) -> None:
    for absent, named in ((tmp_path / "no.json", "no.json"), (tmp_path / "no" / "no.json", f"{tmp_path / 'no'}.")):
        refused = pc.ask("enter", notebook, "note", absent, *WHO)
        assert refused.code == 3
        assert f"There is no {tmp_path}" in refused.err
        assert named in refused.err


def test_a_file_of_a_gigabyte_is_refused_unread(pc: Pc, notebook: Path, tmp_path: Path) -> None:
    huge = tmp_path / "huge"
    with huge.open("wb") as file:
        file.truncate(1 << 30)
    for verb in (("enter", notebook, "attachment", huge, "--what", "photo", *WHO), ("verify", huge)):
        refused = pc.ask(*verb)
        assert refused.code in {1, 2}
        assert "→" in refused.err


def test_nothing_but_a_package_is_sent_by_mistake(pc: Pc, tmp_path: Path) -> None:
    (tmp_path / "stick").mkdir()
    for wrong, told in (("trust.asice", "is a trust list, not a result package"), ("LAB01.checkpoint.txt", "→")):
        refused = pc.ask("submit", tmp_path / wrong, "--to", tmp_path / "stick")
        assert refused.code == 1
        assert told in refused.err
    assert list((tmp_path / "stick").iterdir()) == []


@pytest.mark.parametrize("saved", ["utf-8-sig", "utf-16"])
def test_a_driver_may_be_saved_as_windows_saves(saved: str, pc: Pc, tmp_path: Path) -> None:
    driver = shipped("drivers", "mettler-mt-sics.toml").read_text("utf-8")
    (tmp_path / "mine.toml").write_bytes(driver.replace("\n", "\r\n").encode(saved))
    assert read_text(tmp_path / "mine.toml") == driver


def test_a_driver_beyond_all_measure_is_refused(pc: Pc, tmp_path: Path) -> None:
    (tmp_path / "deep.toml").write_text("a=" + "[" * 5000)
    with (tmp_path / "huge.toml").open("wb") as file:
        file.truncate(1 << 30)
    for name in ("deep.toml", "huge.toml"):
        assert pc.ask("instruments", "drivers", "--check", tmp_path / name).code == 2


def test_no_key_is_kept_without_a_passphrase(pc: Pc, tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    refused = pc.ask("identity", "seal-key", tmp_path / "key", "--passphrase-file", tmp_path / "empty")
    assert refused.code == 2
    assert not (tmp_path / "key").exists()
