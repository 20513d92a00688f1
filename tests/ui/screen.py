"""A screen without a monitor, and a window on it that is driven from outside: with keys, and by looking."""

import os
import shutil
import struct
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

_XWD_WORDS, _COLOUR_BYTES = 25, 12


class Screen:
    """Xvfb's screen: its name for DISPLAY, and the file in which it keeps its pixels."""

    def __init__(self, name: str, frame: Path) -> None:
        self.name = name
        self._frame = frame

    def look(self) -> tuple[int, int, bytes]:
        """Width, height and pixels, four bytes each, blue first, as of now."""
        content = self._frame.read_bytes()
        header = struct.unpack_from(f">{_XWD_WORDS}I", content)
        width, height, line, colours = header[4], header[5], header[12], header[19]
        begin = header[0] + colours * _COLOUR_BYTES
        rows = (content[begin + y * line :][: 4 * width] for y in range(height))
        return width, height, b"".join(rows)

    def cut(self, left: int, top: int, right: int, bottom: int) -> bytes:
        """The pixels of a part of it, as of now."""
        width, _, pixels = self.look()
        return b"".join(pixels[4 * (y * width + left) : 4 * (y * width + right)] for y in range(top, bottom))

    def shoot(self, path: Path) -> None:
        """Keep what is on the screen as a picture."""
        from PySide6.QtGui import QImage

        width, height, pixels = self.look()
        assert QImage(pixels, width, height, 4 * width, QImage.Format.Format_RGB32).save(str(path))


@contextmanager
def screen(size: str = "1280x800") -> Iterator[Screen]:
    """A screen of its own; its number is chosen by the server itself."""
    xvfb = shutil.which("Xvfb")
    assert xvfb, "Xvfb is missing: `python3 dev.py test` installs it"
    with tempfile.TemporaryDirectory(prefix="labclient-screen-") as folder:
        read, write = os.pipe()
        command = [xvfb, "-noreset", "-nolisten", "tcp", "-screen", "0", f"{size}x24", "-fbdir", folder]
        server = subprocess.Popen([*command, "-displayfd", str(write)], pass_fds=[write], stderr=subprocess.DEVNULL)
        os.close(write)
        try:
            with os.fdopen(read) as told:
                yield Screen(f":{told.readline().strip()}", Path(folder) / "Xvfb_screen0")
        finally:
            server.terminate()
            server.wait(60)


class Window:
    """The program as a process on a screen; what it says goes to the file `said`, if one is given. `actions` counts
    what a person has done to it."""

    def __init__(
        self,
        on: Screen,
        command: Sequence[str | Path],
        world: Mapping[str, str],
        desk: Path,
        said: IO[bytes] | None = None,
    ) -> None:
        self.actions = 0
        self._display = os.environ | {"DISPLAY": on.name}
        world = {**world, "DISPLAY": on.name, "QT_QPA_PLATFORM": "xcb"}
        self.process = subprocess.Popen(command, cwd=desk, env=world, stdout=said, stderr=said)
        self.until(lambda: bool(self._found()), 120)
        self._id = self._found()[0]
        self._tool("windowfocus", "--sync", self._id)

    def press(self, keys: str) -> None:
        """One action: keys as xdotool names them."""
        self.actions += 1
        self._tool("key", keys)

    def resize(self, width: int, height: int) -> None:
        """Another size of the window; returns when it has it."""
        self._tool("windowsize", "--sync", self._id, str(width), str(height))
        self.until(lambda: self.size() == (width, height), 60)

    def size(self) -> tuple[int, int]:
        """Width and height that the window has."""
        told = dict(line.split("=") for line in self._tool("getwindowgeometry", "--shell", self._id).splitlines())
        return int(told["WIDTH"]), int(told["HEIGHT"])

    def until(self, true: Callable[[], bool], seconds: float) -> None:
        """Wait for something that the window does, as long as it lives."""
        end = time.monotonic() + seconds
        while not true():
            assert self.process.poll() is None, f"the window has ended with {self.process.returncode}"
            assert time.monotonic() < end, "it did not happen in time"
            time.sleep(0.1)

    def kill(self) -> None:
        """End it at once, whatever it does; nothing happens to one that has ended."""
        self.process.kill()
        self.process.wait(60)

    def _found(self) -> list[str]:
        return self._tool(
            "search", "--all", "--onlyvisible", "--pid", str(self.process.pid), "--name", "^labclient$"
        ).split()

    def _tool(self, *words: str) -> str:
        done = subprocess.run(["xdotool", *words], env=self._display, capture_output=True, text=True, check=False)
        return done.stdout
