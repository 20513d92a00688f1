"""Does the bundle do its job where nothing else is?

It is copied to a path with Chinese and blanks, given an empty home, no Python, the C locale and no network, and asked
for everything that matters; sizes and times are said as lines: `python -m build_spec.prove dist/labclient`.
"""

import ctypes
import json
import os
import platform
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from threading import Timer

from tests.ui.screen import Window, screen

MEGABYTE = 1_000_000
ON_DISK_MB, PACKED_MB, COLD_START_S = 350, 120, 3.0
STARTS = 5
_PATIENCE_S = 240
_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000
_ASK_FLAGS, _SET_FLAGS, _UP = 0x8913, 0x8914, 0x1


class Unproved(Exception):
    """The bundle does not do what it must; the text says where."""


class Bundle:
    """The copy under proof and the bare world around it."""

    def __init__(self, folder: Path) -> None:
        suffix = ".exe" if os.name == "nt" else ""
        self.program = folder / f"labclient{suffix}"
        self.folder = folder
        self.desk = folder.parent / "桌 面"
        home = folder.parent / "家 目录"
        for made in (self.desk, home):
            made.mkdir()
        system = {name: os.environ[name] for name in ("SYSTEMROOT", "TEMP") if name in os.environ}
        self.world = system | {
            "HOME": str(home),
            "USERPROFILE": str(home),
            "LOCALAPPDATA": str(home),
            "PATH": str(folder.parent / "nothing"),
            "LC_ALL": "C",
            "QT_QPA_PLATFORM": "offscreen",
        }

    def begin(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a verb that goes on."""
        return subprocess.Popen(
            [self.program, *arguments],
            cwd=self.desk,
            env=self.world,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
        )

    def ask(self, *arguments: str) -> str:
        """Run a verb; raises `Unproved` unless it answers 0."""
        done = subprocess.run(
            [self.program, *arguments],
            cwd=self.desk,
            env=self.world,
            capture_output=True,
            encoding="utf-8",
            timeout=_PATIENCE_S,
            check=False,
        )
        if done.returncode:
            raise Unproved(f"{' '.join(arguments)}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
        if done.stderr:
            raise Unproved(f"{' '.join(arguments)}: unexpected on standard error: {done.stderr}")
        return done.stdout


def selftest(bundle: Bundle) -> str:
    told = json.loads(bundle.ask("selftest", "--json"))
    return f"{len(told['tests'])} tests"


def demo(bundle: Bundle) -> str:
    began = time.monotonic()
    bundle.ask("demo", "--out", "演示 out")
    spent = time.monotonic() - began
    out = bundle.desk / "演示 out"
    for pattern in ("*.labnote", "result*.asice", "plan.asice", "trust.asice", "receipt.json", "report.pdf", "log.txt"):
        if len([path for path in out.glob(pattern) if path.stat().st_size]) != 1:
            raise Unproved(f"demo: {pattern} is not there")
    if not (out / "report.pdf").read_bytes().startswith(b"%PDF"):
        raise Unproved("demo: the report is no PDF")
    return f"{spent:.0f} s"


def verify(bundle: Bundle) -> str:
    out = bundle.desk / "演示 out"
    (package,) = out.glob("result*.asice")
    told = json.loads(bundle.ask("verify", str(package), "--trust", str(out / "trust.asice"), "--json"))
    return f"{len(told['signatures'])} signatures, recomputed: {told['recomputed']}"


def validated(bundle: Bundle) -> str:
    """Every reference case with the bundle's own numpy and scipy, and the report of it."""
    told = json.loads(bundle.ask("validate", "--out", "验证", "--json"))
    missed = [row["case"] for row in told["rows"] if not row["passed"]]
    if missed or not told["ok"]:
        raise Unproved(f"validate: below the bar: {', '.join(missed)}")
    if not (bundle.desk / told["files"][0]).read_bytes().startswith(b"%PDF"):
        raise Unproved("validate: the report is no PDF")
    return f"{len(told['rows'])} quantities reach their bars"


def guarded(bundle: Bundle) -> str:
    """A simulated calibrator puts 10 V out; the program is killed, and its watchdog, the same program again, switches
    the output off."""
    calibrator = bundle.begin("simulate", "fluke-5730a")
    try:
        assert calibrator.stdout is not None
        ready = json.loads(calibrator.stdout.readline())
        bundle.ask("instruments", "add", "cal1", "fluke-5730a", ready["address"])
        bundle.ask("instruments", "output", "cal1", "limit", "20", "V")
        killed = bundle.begin("instruments", "output", "cal1", "set", "10", "V", "--for", "600")
        _until_output(bundle, ready["control"], on=True)
        killed.kill()
        killed.communicate()
        began = time.monotonic()
        _until_output(bundle, ready["control"], on=False)
        return f"the output of a killed program is off after {time.monotonic() - began:.1f} s"
    finally:
        calibrator.communicate("")


def _until_output(bundle: Bundle, control: str, *, on: bool) -> None:
    """Wait until the simulated calibrator says so: bit 0 of its status word."""
    end = time.monotonic() + _PATIENCE_S
    while bool(int(json.loads(bundle.ask("simulate", "--tell", control, "status"))["state"]["word"]) & 1) is not on:
        if time.monotonic() > end:
            raise Unproved(f"guarded: the output is still {'off' if on else 'on'}")


def chinese(bundle: Bundle) -> str:
    told = bundle.ask("--language", "zh_CN", "selftest")
    if "缺" in told or not any("\u4e00" <= character <= "\u9fff" for character in told):
        raise Unproved(f"the translations are not there: {told}")
    return told.splitlines()[-1]


def window(bundle: Bundle) -> str:
    """The window is painted, lives a second, and closes cleanly when the system asks; nothing is said to the user's
    terminal. Windows has no such request: there it is only seen to live."""
    spent, process, said = painted(bundle)
    time.sleep(1.0)
    if process.poll() is not None:
        raise Unproved(f"window: ended by itself with {process.returncode}")
    if os.name == "nt":
        process.kill()
        process.wait()
        return f"first painted after {spent:.2f} s; its end is not proved on Windows"
    process.send_signal(signal.SIGTERM)
    rest, _ = process.communicate(timeout=_PATIENCE_S)
    ours = [line for line in (said + rest).splitlines() if not line.startswith(_QT_SAYS)]
    if process.returncode or ours:
        raise Unproved(f"window: exit code {process.returncode}\n" + "\n".join(ours))
    return f"first painted after {spent:.2f} s, closed when asked"


def played(bundle: Bundle) -> str:
    """On a screen without a monitor, one key takes a new user with an empty home to a delivered package; the window
    then leaves by a key."""
    if not (shutil.which("Xvfb") and shutil.which("xdotool")):
        return "not proved: Xvfb and xdotool are not here"
    home = bundle.folder.parent / "新 用户"
    home.mkdir()
    world = bundle.world | {"HOME": str(home)}
    began = time.monotonic()
    with screen() as monitor, (home / "said.txt").open("w+b") as said:
        try:
            window = Window(monitor, [bundle.program], world, bundle.desk, said)
            try:
                window.press("ctrl+Return")
                window.until(lambda: bool(list(home.rglob("receipt.json"))), _PATIENCE_S)
                (notebook,) = home.rglob("*.labnote")
                window.until(lambda: json.loads(bundle.ask("status", str(notebook), "--json"))["station"] is None, 30)
                spent = time.monotonic() - began
                window.press("ctrl+q")
                left = window.process.wait(30)
            finally:
                window.kill()
        except (AssertionError, subprocess.TimeoutExpired) as failed:
            said.seek(0)
            raise Unproved(f"played: {failed}\n{said.read().decode(errors='replace')}") from None
    if left:
        raise Unproved(f"played: the window ended with {left}")
    return f"delivered by one key after {spent:.0f} s, left by another"


# What Qt itself says of being asked to log, of a screen that is none, and of the C locale.
_QT_SAYS = (
    "qt.widgets.painting: ",
    "This plugin does not support propagateSizeHints()",
    'Detected locale "C" with character encoding',
    "Qt depends on a UTF-8 locale",
    "If this causes problems, reconfigure your locale.",
    "for more information.",
)


def painted(bundle: Bundle) -> tuple[float, subprocess.Popen[str], str]:
    """Start the window and wait until Qt says that it flushes the first whole frame; its seconds, the process and what
    was said."""
    began = time.monotonic()
    process = subprocess.Popen(
        [bundle.program],
        cwd=bundle.desk,
        env=bundle.world | {"QT_LOGGING_RULES": "qt.widgets.painting=true", "QT_FORCE_STDERR_LOGGING": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    assert process.stdout is not None
    patience = Timer(_PATIENCE_S, process.kill)
    patience.start()
    said = ""
    for line in process.stdout:
        said += line
        if "Flushing" in line:
            patience.cancel()
            return time.monotonic() - began, process, said
    patience.cancel()
    raise Unproved(f"window: never painted\n{said}")


def start_times(bundle: Bundle) -> tuple[float, float]:
    """Cold and warm: medians of the seconds to the first painted frame."""
    cold = median(start_time(bundle, cold=True) for _ in range(STARTS))
    return cold, median(start_time(bundle, cold=False) for _ in range(STARTS))


def start_time(bundle: Bundle, *, cold: bool) -> float:
    """One start; a cold one with the bundle's files out of the page cache."""
    if cold:
        forget(bundle.folder)
    spent, process, _ = painted(bundle)
    process.kill()
    process.communicate()
    return spent


def forget(folder: Path) -> None:
    """Put the files out of the page cache, where the system lets us."""
    if not hasattr(os, "posix_fadvise"):
        return
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def cut_network() -> bool:
    """Leave this process and its children the loopback alone; False where the system does not let us."""
    if not sys.platform.startswith("linux"):
        return False
    if ctypes.CDLL(None, use_errno=True).unshare(_NEW_NETWORK | (_NEW_USER if os.geteuid() else 0)):
        return False
    import fcntl

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        answer = fcntl.ioctl(asked, _ASK_FLAGS, struct.pack("16sh22x", b"lo", 0))
        (flags,) = struct.unpack("16xh22x", answer)
        fcntl.ioctl(asked, _SET_FLAGS, struct.pack("16sh22x", b"lo", flags | _UP))
    return True


def size_mb(folder: Path) -> float:
    """Bytes on disk, blocks whole, links not followed."""
    files = [path.lstat() for path in folder.rglob("*")]
    return sum(one.st_blocks * 512 if hasattr(one, "st_blocks") else one.st_size for one in files) / MEGABYTE


def pack(folder: Path) -> Path:
    """The bundle as one `.tar.xz` beside it, named by version and system."""
    version = subprocess.run([folder / "labclient", "--version"], capture_output=True, text=True, check=True).stdout
    name = f"{version.strip().replace(' ', '-')}-{platform.system()}-{platform.machine()}".lower()
    packed = folder.parent / f"{name}.tar.xz"
    with tarfile.open(packed, "w:xz") as archive:
        archive.add(folder, name, filter=_nobody)
    return packed


def _nobody(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = "root"
    return member


def tell(name: str, told: str) -> None:
    sys.stdout.write(f"{name}: {told}\n")
    sys.stdout.flush()


PROOFS: tuple[Callable[[Bundle], str], ...] = (
    selftest,
    validated,
    chinese,
    demo,
    verify,
    guarded,
    window,
    played,
)


def main() -> int:
    """Prove the bundle in the folder, measure and pack it; 0 when all holds and every bar is met."""
    folder = Path(sys.argv[1]).resolve()
    on_disk = size_mb(folder)
    tell("on disk", f"{on_disk:.0f} MB (bar {ON_DISK_MB})")
    tell("network", "cut" if cut_network() else "could not be cut here: not proved")
    with tempfile.TemporaryDirectory(prefix="labclient-") as made:
        place = Path(made).resolve() / "计量 比对" / "labclient"
        shutil.copytree(folder, place, symlinks=True)
        bundle = Bundle(place)
        try:
            for proof in PROOFS:
                tell(proof.__name__, proof(bundle))
            cold, warm = start_times(bundle)
        except Unproved as failed:
            tell("not proved", str(failed))
            return 1
    tell("start to painted window", f"{warm:.2f} s warm, {cold:.2f} s cold (bar {COLD_START_S})")
    packed = pack(folder)
    packed_mb = packed.stat().st_size / MEGABYTE
    tell("packed", f"{packed_mb:.0f} MB (bar {PACKED_MB}) {packed.name}")
    met = on_disk <= ON_DISK_MB and packed_mb <= PACKED_MB and cold <= COLD_START_S
    tell("bundle", f"{folder}: proved" if met else f"{folder}: proved, but a bar is not met")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
