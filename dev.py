#!/usr/bin/env python3
"""Everything a developer or a newcomer does, with nothing but Python: `python3 dev.py demo`, `python3 dev.py test`.

It makes `.venv`, installs the locked parts once, and runs the rest inside.
"""

import argparse
import ctypes
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
TRANSLATIONS = ROOT / "resources" / "translations"
CATALOGUE = TRANSLATIONS / "zh_CN" / "LC_MESSAGES" / "labclient.po"
SPEC = ROOT / "build_spec"
# Each lock holds all of the one before it.
LOCKS = {
    "run": SPEC / "requirements.txt",
    "demo": SPEC / "requirements-demo.txt",
    "test": SPEC / "requirements-test.txt",
}
# Programs of other people that the tests and the bundle call, and the Debian package that brings each.
TOOLS = {"openssl": "openssl", "unzip": "unzip", "Xvfb": "xvfb", "xdotool": "xdotool", "strip": "binutils"}
LINUX = sys.platform.startswith("linux")
SCREEN = ("Xvfb", "xdotool") if LINUX else ()
# What Qt needs of a Debian system: one library to look for, and the package that brings it.
QT_NEEDS = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libfontconfig.so.1": "libfontconfig1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libX11-xcb.so.1": "libx11-xcb1",
}


def main() -> int:
    """Do one verb."""
    if sys.version_info < (3, 11):  # noqa: UP036 - this file is what an old Python meets first
        print(f"labclient needs Python 3.11 or newer; this is {sys.version.split()[0]}.")
        return 3
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parsers = parser.add_subparsers(dest="verb", required=True)
    for name, (locked, _, told) in VERBS.items():
        parsers.add_parser(name, help=told).set_defaults(locked=locked)
    asked, rest = parser.parse_known_args()
    if asked.locked:
        prepare(asked.locked)
    return VERBS[asked.verb][1](rest)


def demo(rest: list[str]) -> int:
    """The demonstration, delivered over a network to a receiving platform of its own on this computer."""
    asked = rest if "--out" in rest else ["--out", "demo-out", *rest]
    if "--platform" in asked or "--help" in asked or "-h" in asked:
        return run("-m", "labclient", "demo", *asked)
    pilot = Path(asked[asked.index("--out") + 1]).absolute()
    with tempfile.TemporaryDirectory(prefix="labclient-platform-") as folder:
        command = [PYTHON, "-m", "tests.platform", "--folder", folder, "--trust", pilot / "trust.asice"]
        command += ["--identity", pilot / "pc" / "identities" / "P-90"]
        environment = os.environ | {"LABCLIENT_PASSPHRASE": "demonstration only"}
        with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as platform:
            try:
                url = platform.stdout.readline().removeprefix("ready").strip() if platform.stdout else ""
                return run("-m", "labclient", "demo", *asked, *(["--platform", url] if url else []))
            finally:
                platform.terminate()


def gui(rest: list[str]) -> int:
    need_qt()
    return run("-m", "labclient", *rest)


def check(_: list[str] | None = None) -> int:
    """Lint, types, layers, translations: each is run, so that one failure does not hide another."""
    steps = (
        ("-m", "ruff", "check", "."),
        ("-m", "ruff", "format", "--check", "."),
        ("-m", "mypy"),
        ("-c", "from importlinter.cli import lint_imports_command as lint; lint()"),
    )
    return max([run(*step) for step in steps], default=0)


def test(rest: list[str]) -> int:
    need("openssl", "unzip", *SCREEN)
    need_qt()
    checked = check()
    # Most tests wait for processes of their own: one more at a time than there are cores. The files are taken in the
    # order of tests/conftest.py, the longest first. Coverage is asked for: it costs more than a third of the time.
    whole = ["-n", str((os.cpu_count() or 1) + 1), "--dist", "loadfile", "--no-loadscope-reorder"]
    coverage = ["--cov", "--cov-report=term:skip-covered"] if "--coverage" in rest else []
    chosen = [one for one in rest if one != "--coverage"]
    return run("-m", "pytest", *(chosen or whole), *coverage) or checked


def bench(rest: list[str]) -> int:
    return run("-m", "tests.bench", *rest)


def bundle(rest: list[str]) -> int:
    need_qt()
    need(*(("strip", *SCREEN) if LINUX else ()))
    built = run("-m", "PyInstaller", "--noconfirm", "--log-level=ERROR", *rest, str(SPEC / "labclient.spec"))
    return built or run("-m", "build_spec.prove", "dist/labclient")


def screenshots(rest: list[str]) -> int:
    return run(str(SPEC / "screenshots.py"), *rest)


def schemas(rest: list[str]) -> int:
    return run("-m", "tests.test_schemas", *rest)


def words(_: list[str]) -> int:
    """Collect every `message("…")` of the source and the words of the drivers, merge into the catalogue, compile it."""
    template = str(TRANSLATIONS / "labclient.pot")
    keywords = ("-k", "message", "--no-default-keywords", "--no-location", "--no-wrap", "--sort-output")
    babel("extract", "-F", "pyproject.toml", *keywords, "-o", template, "labclient", "drivers")
    merging = ("--no-fuzzy-matching", "--no-wrap", "--ignore-obsolete")
    babel("update", *merging, "-i", template, "-o", str(CATALOGUE), "-l", "zh_CN")
    return compile_words()


def driver_words(file: BinaryIO, *_: object, **__: object) -> Iterator[tuple[int, None, str, list[str]]]:
    """What a driver says to a technician: its title, its settings' labels, its readings' names, why it asks."""
    import tomllib  # an old Python, which has none, has to get as far as being refused

    said = tomllib.loads(file.read().decode())
    words = [said["driver"]["title"]]
    words += [one["label"] for one in said.get("settings", {}).values()]
    words += [one["name"] for one in said["reading"]]
    words += [because] if (because := said.get("output", {}).get("confirm_because")) else []
    yield from ((1, None, one, []) for one in words)


def compile_words() -> int:
    compiled = CATALOGUE.with_suffix(".mo")
    if not (compiled.exists() and compiled.stat().st_mtime >= CATALOGUE.stat().st_mtime):
        babel("--quiet", "compile", "-i", str(CATALOGUE), "-o", str(compiled), "-l", "zh_CN")
    return 0


def babel(*arguments: str) -> None:
    subprocess.check_call([PYTHON, "-m", "babel.messages.frontend", *arguments], cwd=ROOT)


def lock(_: list[str]) -> int:
    base = ["uv", "pip", "compile", "-q", "--universal", "--python-version", "3.11", "--generate-hashes"]
    base += ["--no-emit-index-url", "--no-annotate", "--no-header", "--upgrade"]
    subprocess.check_call([*base, LOCKS["test"].with_suffix(".in"), "-o", LOCKS["test"]])
    for name in ("demo", "run"):
        subprocess.check_call([*base, LOCKS[name].with_suffix(".in"), "-c", LOCKS["test"], "-o", LOCKS[name]])
    return 0


def prepare(wanted: str) -> None:
    """Make the environment unless it already holds what the lock says."""
    stamp = VENV / f"installed-{wanted}"
    digest = hashlib.sha256(b"".join(lock.read_bytes() for lock in LOCKS.values()) + sys.version.encode()).hexdigest()
    if not (stamp.exists() and stamp.read_text() == digest):
        if not PYTHON.exists():
            if importlib.util.find_spec("ensurepip") is None:
                install(f"python3.{sys.version_info.minor}-venv")
            print("Making .venv …", flush=True)
            subprocess.check_call([sys.executable, "-m", "venv", VENV])
        print("Installing the locked parts (once) …", flush=True)
        pip = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.check_call([*pip, "--require-hashes", "-r", LOCKS[wanted]])
        subprocess.check_call([*pip, "--no-deps", "--no-build-isolation", "-e", ROOT])
        for name in list(LOCKS)[: list(LOCKS).index(wanted) + 1]:
            (VENV / f"installed-{name}").write_text(digest)
    run("-m", "compileall", "-q", "labclient", "tests")  # as pip does with what it installs: half of a start's time
    compile_words()


def need(*tools: str) -> None:
    missing = [TOOLS[tool] for tool in tools if shutil.which(tool) is None]
    if missing:
        install(*missing)


def need_qt() -> None:
    """Look for the libraries that Qt takes from the system, and bring what is missing."""
    if not LINUX:
        return
    missing = [package for library, package in QT_NEEDS.items() if not loads(library)]
    if missing:
        install(*missing)


def loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def install(*packages: str) -> None:
    """Install Debian packages when that is possible, else say what is missing and end."""
    names = " ".join(packages)
    print(f"The system lacks {names}.", flush=True)
    if shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        subprocess.check_call(["apt-get", "update", "-qq"])
        subprocess.check_call(["apt-get", "install", "-y", "-qq", *packages])
        return
    sys.exit(f"Install it first; on Debian: sudo apt-get install {names}")


def run(*command: str) -> int:
    return subprocess.call([PYTHON, *command], cwd=ROOT)


# What each verb needs to be installed, what it does, and what it is for.
VERBS: dict[str, tuple[str, Callable[[list[str]], int], str]] = {
    "demo": ("demo", demo, "the whole job on simulated instruments; results in demo-out/"),
    "gui": ("demo", gui, "open the window"),
    "test": ("test", test, "lint, types, layer contract, translations and tests (--coverage: and what they reach)"),
    "check": ("test", check, "the same without the tests"),
    "bench": ("test", bench, "measure; --json for one line a figure"),
    "bundle": ("test", bundle, "build dist/labclient, which needs no Python, and prove it"),
    "screenshots": ("test", screenshots, "pictures of the window for the README"),
    "words": ("test", words, "collect the strings of the source into the catalogue"),
    "schemas": ("test", schemas, "write the JSON schemas of the file formats"),
    "lock": ("", lock, "pin the newest parts again (needs uv)"),
}

if __name__ == "__main__":
    sys.exit(main())
