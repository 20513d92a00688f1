"""The player of the demonstration: what its process tells comes through whole, and a start that fails is an end."""

import sys
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from labclient.home import Home
from labclient.ui._demo import DemoPlayer

LINE = "结果包在主导实验室：已发送，未确认。" * 10

STAND_IN = f"""#!{sys.executable}
import os, sys
line = {LINE!r}.encode()
for place in range(0, len(line), 7):  # a character has three bytes
    os.write(1, line[place : place + 7])
os.write(1, b"\\n\\n" + os.environ["COLUMNS"].encode() + b"\\n")
sys.exit(3)
"""


@pytest.fixture
def player(qtbot: QtBot, home: Home) -> DemoPlayer:
    return DemoPlayer()


@pytest.mark.skipif(sys.platform == "win32", reason="a script is no program on Windows")
def test_a_sentence_comes_through_whole(
    player: DemoPlayer, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "stand-in"
    program.write_text(STAND_IN, "utf-8")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    told: list[str] = []
    player.told.connect(told.append)
    with qtbot.waitSignal(player.ended, timeout=60_000) as ended:
        player.play()
    assert told[0] == LINE
    assert int(told[1]) > len(LINE)
    assert ended.args == [3]


def test_a_program_that_cannot_be_started_is_an_end(
    player: DemoPlayer, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "nothing"))
    with qtbot.waitSignal(player.ended, timeout=60_000) as ended:
        player.play()
    assert ended.args != [0]
    assert not player.playing
