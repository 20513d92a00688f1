"""The program does without what the bundle leaves out, and what it needs is kept."""

import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

SPEC = Path(__file__).parent.parent.parent / "build_spec"

# Everything of labclient, and the heavy parts that it loads late, with what the bundle leaves out made unknown.
LOAD = """
import sys
from importlib import import_module
from pkgutil import walk_packages
from trim import MODULES
sys.modules.update(dict.fromkeys(MODULES))
import labclient
for found in walk_packages(labclient.__path__, "labclient."):
    if not found.name.endswith("__main__"):
        import_module(found.name)
import pyqtgraph, scipy.special, typst, pylopdf_fonts_zh_cn, pyhanko.sign.signers, pyrage, httpx, serial.urlhandler
import serial.tools.list_ports, python_calamine, zeroconf, wakepy, jeepney.io.blocking
from pyvisa import ResourceManager
from rich.progress import Progress
ResourceManager("@py").close()
"""


@pytest.fixture
def trim(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(SPEC))
    return import_module("trim")


def test_the_program_loads_without_the_modules_that_the_bundle_leaves_out() -> None:
    told = subprocess.run(
        [sys.executable, "-c", LOAD],
        env={**os.environ, "PYTHONPATH": str(SPEC)},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert told.returncode == 0, told.stderr


@pytest.mark.parametrize(
    "place",
    [
        "PySide6/Qt/plugins/platforms/libqxcb.so",
        "PySide6/Qt/plugins/platforms/libqoffscreen.so",
        "PySide6\\plugins\\platforms\\qwindows.dll",
        "PySide6/Qt/plugins/imageformats/libqjpeg.so",
        "PySide6/Qt/translations/qtbase_zh_CN.qm",
        "PySide6/QtOpenGL.abi3.so",
        "resources/translations/zh_CN/LC_MESSAGES/labclient.mo",
        "pylopdf_fonts_zh_cn/NotoSansSC-Regular.otf",
    ],
)
def test_what_the_program_needs_is_kept(trim: ModuleType, place: str) -> None:
    assert trim.kept(place)


@pytest.mark.parametrize(
    "place",
    [
        "PySide6/Qt/plugins/platforms/libqwayland.so",
        "PySide6/Qt/plugins/platforms/libqminimal.so",
        "PySide6\\plugins\\tls\\qschannelbackend.dll",
        "PySide6/Qt/translations/qtbase_de.qm",
        "pylopdf_fonts_zh_cn/NotoSerifSC-Regular.otf",
        "resources/translations/zh_CN/LC_MESSAGES/labclient.po",
        "PySide6/opengl32sw.dll",
    ],
)
def test_what_nobody_needs_is_left_out(trim: ModuleType, place: str) -> None:
    assert not trim.kept(place)
