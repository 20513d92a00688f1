"""The real window, driven from outside: started as a process on a screen of its own, with keys and nothing else."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from labclient.notebook import Reader
from labclient.participation import read_state

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Xvfb is a Linux program")


@pytest.fixture(scope="module")
def screen() -> Iterator[str]:
    """A screen without a monitor; its number is chosen by the server itself."""
    xvfb = shutil.which("Xvfb")
    assert xvfb, "Xvfb is missing: `python3 dev.py test` installs it"
    read, write = os.pipe()
    server = subprocess.Popen(
        [xvfb, "-displayfd", str(write), "-screen", "0", "1280x800x24", "-nolisten", "tcp"],
        pass_fds=[write],
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    with os.fdopen(read) as told:
        number = told.readline().strip()
    yield f":{number}"
    server.terminate()
    server.wait(10)


def _until(true: Callable[[], bool], seconds: float, window: subprocess.Popen[bytes]) -> None:
    """Wait for something the window does, as long as it lives."""
    end = time.monotonic() + seconds
    while not true():
        assert window.poll() is None, "the window is gone"
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.1)


def _start(screen: str, home: Path) -> tuple[subprocess.Popen[bytes], Callable[..., str]]:
    environment = os.environ | {
        "DISPLAY": screen, "LABCLIENT_HOME": str(home), "LABCLIENT_LANGUAGE": "en", "QT_QPA_PLATFORM": "xcb",
    }  # fmt: skip
    window = subprocess.Popen([sys.executable, "-m", "labclient"], env=environment)

    def tool(*words: str) -> str:
        done = subprocess.run(["xdotool", *words], env=environment, capture_output=True, text=True, check=False)
        return done.stdout.strip()

    _until(lambda: bool(tool("search", "--onlyvisible", "--name", "labclient")), 30, window)
    tool("windowfocus", "--sync", tool("search", "--onlyvisible", "--name", "labclient").splitlines()[0])
    return window, tool


def _notebook(home: Path) -> Path | None:
    return next(iter((home / "demo").glob("*/*.labnote")), None)


def _done(home: Path) -> tuple[str, ...]:
    path = _notebook(home)
    if path is None:
        return ()
    try:
        with Reader.open(path) as reader:
            return read_state(reader).done
    except Exception:  # noqa: BLE001 - it is being begun at this moment
        return ()


@pytest.mark.timeout(180)
def test_a_new_user_tries_it_kills_it_and_finds_everything_again(screen: str, tmp_path: Path) -> None:
    home = tmp_path / "home"
    window, tool = _start(screen, home)
    try:
        tool("key", "ctrl+Return")  # the primary action of an empty home: try it on simulated instruments
        _until(lambda: "warm-up" in _done(home), 100, window)
    finally:
        window.kill()
        window.wait(10)
    path = _notebook(home)
    assert path is not None
    with Reader.open(path) as reader:
        before = reader.size
    assert before > 20

    window, tool = _start(screen, home)
    tool("key", "ctrl+q")
    assert window.wait(20) == 0
    with Reader.open(path) as reader:
        assert reader.size >= before
