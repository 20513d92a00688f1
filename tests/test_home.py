"""Where things lie: what ships with the program, and this PC's own state."""

import os
import stat
from pathlib import Path

import pytest

from labclient.home import Home, shipped, this_pc

FOLDERS = ("identities", "trust", "drivers", "keys", "crashes", "outbox")


@pytest.mark.parametrize("name", ["drivers/keysight-344xx.toml", "resources/examples/plan.json"])
def test_what_ships_is_there(name: str) -> None:
    assert shipped(*name.split("/")).is_file()


def test_a_bundle_ships_from_where_it_was_unpacked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("sys._MEIPASS", str(tmp_path), raising=False)
    assert shipped("drivers", "a.toml") == tmp_path / "drivers" / "a.toml"


@pytest.mark.parametrize("name", FOLDERS)
def test_a_folder_is_made_when_first_asked_for_and_is_private(tmp_path: Path, name: str) -> None:
    home = Home(tmp_path / "pc")
    assert not home.root.exists()
    folder = getattr(home, name)
    assert folder == tmp_path / "pc" / name
    assert folder.is_dir()
    if os.name == "posix":
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert getattr(home, name) == folder


def test_asking_for_the_register_makes_nothing(tmp_path: Path) -> None:
    assert Home(tmp_path / "pc").bench == tmp_path / "pc" / "bench.toml"
    assert not (tmp_path / "pc").exists()


def test_the_environment_moves_this_pcs_state(home: Home) -> None:
    assert this_pc() == home


def test_without_it_the_state_lies_where_the_system_keeps_such_things(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LABCLIENT_HOME", raising=False)
    assert this_pc().root.name == "labclient"
    assert this_pc().root.is_absolute()
