"""`labclient selftest`: is everything here that this program needs?"""

import sqlite3
import sys
from argparse import Namespace
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from os import fsync
from platform import platform
from statistics import median
from tempfile import TemporaryFile
from time import perf_counter

from msgspec import Struct

from labclient import __version__
from labclient.cli._common import add_json
from labclient.cli._out import as_json, line
from labclient.cli._verbs import Verbs
from labclient.errors import Trouble
from labclient.home import shipped, this_pc
from labclient.participation import known_drivers
from labclient.words import Message, message, say

_SQLITE = (3, 37, 0)  # STRICT tables
_SYNCS = 20
_MODULES = ("cryptography", "pyhanko", "asn1crypto", "lxml", "rfc8785", "pyrage", "numpy", "scipy.special", "serial",
            "pyvisa", "filelock", "msgspec", "rich", "python_calamine", "zeroconf", "wakepy", "segno")  # fmt: skip


class Tested(Struct, frozen=True):
    """One thing looked at: whether it holds, and what was seen."""

    name: str
    ok: bool
    seen: str


def add(verbs: Verbs) -> None:
    add_json(verbs.add("selftest", message("whether everything this program needs is here"), _run))


def _run(asked: Namespace) -> int:
    found = [_tested(name, look) for name, look in _LOOKS.items()]
    ok = all(one.ok for one in found)
    if asked.json:
        as_json({"ok": ok, "tests": [{"name": one.name, "ok": one.ok, "seen": one.seen} for one in found]})
        return 0 if ok else 1
    for one in found:
        line(message("{verdict}  {name}: {seen}", verdict=_WORDS[one.ok], name=one.name, seen=one.seen))
    line(message("Everything needed is here.") if ok else message("Something is missing: install labclient again."))
    return 0 if ok else 1


_WORDS: dict[bool, Message] = {True: message("ok"), False: message("MISSING")}


def _tested(name: str, look: Callable[[], str]) -> Tested:
    try:
        return Tested(name, True, look())
    except Trouble as trouble:
        return Tested(name, False, say(trouble.sentence))
    except Exception as error:  # noqa: BLE001 - a broken installation fails in any way; each is told
        return Tested(name, False, f"{type(error).__name__}: {error}")


def _program() -> str:
    return f"labclient {__version__}, Python {sys.version.split()[0]}, {platform()}"


def _parts() -> str:
    for name in _MODULES:
        import_module(name)
    return ", ".join(_MODULES)


def _drivers() -> str:
    return ", ".join(f"{id} {one.version}" for id, one in sorted(known_drivers(this_pc()).items()))


def _visa() -> str:
    from pyvisa import ResourceManager

    return str(ResourceManager().visalib)


def _report() -> str:
    import typst
    from pylopdf_fonts_zh_cn import __name__ as font

    source = shipped("resources", "report", "report.typ")
    if not source.is_file():
        raise FileNotFoundError(source)
    return f"typst {getattr(typst, '__version__', '')}, {font}"


def _sqlite() -> str:
    if sqlite3.sqlite_version_info < _SQLITE:
        raise RuntimeError(sqlite3.sqlite_version)
    return sqlite3.sqlite_version


def _disk() -> str:
    """Time of one small write that is on the disk; what a commit of the record costs here."""
    folder = this_pc().root
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    spent = []
    with TemporaryFile(dir=folder) as file:
        for _ in range(_SYNCS):
            begun = perf_counter()
            file.write(bytes(4096))
            file.flush()
            fsync(file.fileno())
            spent.append(perf_counter() - begun)
    return say(message("a commit takes {time} ms here", time=round(median(spent) * 1000, 2)))


def _window() -> str:
    for part in ("PySide6", "pyqtgraph"):
        if find_spec(part) is None:
            raise ModuleNotFoundError(part)
    return "PySide6, pyqtgraph"


_LOOKS: dict[str, Callable[[], str]] = {
    "program": _program,
    "parts": _parts,
    "drivers": _drivers,
    "VISA": _visa,
    "report": _report,
    "SQLite": _sqlite,
    "disk": _disk,
    "window": _window,
}
