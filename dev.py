#!/usr/bin/env python3
"""Everything a developer or a newcomer does, with nothing but Python: `python3 dev.py demo`, `python3 dev.py test`.

It makes `.venv`, installs the locked parts once, and runs the rest inside.
"""

import argparse
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
TRANSLATIONS = ROOT / "resources" / "translations"
CATALOGUE = TRANSLATIONS / "zh_CN" / "LC_MESSAGES" / "labclient.po"
LOCKS = {"run": ROOT / "build_spec" / "requirements.txt", "test": ROOT / "build_spec" / "requirements-test.txt"}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("demo", help="the whole job on simulated instruments; results in demo-out/").set_defaults(of="run")
    verbs.add_parser("test", help="lint, types, layer contract, translations and tests").set_defaults(of="test")
    verbs.add_parser("check", help="the same without the tests").set_defaults(of="test")
    verbs.add_parser("bench", help="measure; --json for one line a figure").set_defaults(of="test")
    verbs.add_parser("words", help="collect the strings of the source into the catalogue").set_defaults(of="test")
    verbs.add_parser("schemas", help="write the JSON schemas of the file formats").set_defaults(of="test")
    verbs.add_parser("lock", help="pin the newest parts again (needs uv)").set_defaults(of="test")
    arguments, rest = parser.parse_known_args()
    if sys.version_info < (3, 11):
        print(f"labclient needs Python 3.11 or newer; this is {sys.version.split()[0]}.")
        return 3
    if arguments.verb == "lock":
        return lock()
    prepare(arguments.of)
    does = {"demo": demo, "test": test, "check": check, "bench": bench, "words": words, "schemas": schemas}
    return does[arguments.verb](rest)


def demo(rest: list[str]) -> int:
    return run("-m", "labclient", "demo", *(rest if "--out" in rest else ["--out", "demo-out", *rest]))


def check(rest: list[str]) -> int:
    """Lint, types, layers, translations: each is run, so that one failure does not hide another."""
    steps = (
        ("-m", "ruff", "check", "."),
        ("-m", "ruff", "format", "--check", "."),
        ("-m", "mypy"),
        ("-c", "from importlinter.cli import lint_imports_command as lint; lint()"),
    )
    return max([run(*step) for step in steps], default=0)


def test(rest: list[str]) -> int:
    need("openssl", "openssl")
    need("unzip", "unzip")
    checked = check([])
    cover = [] if rest else ["--cov", "--cov-report=term:skip-covered"]
    return run("-m", "pytest", *cover, *rest) or checked


def bench(rest: list[str]) -> int:
    return run("-m", "tests.bench", *rest)


def schemas(rest: list[str]) -> int:
    return run("-m", "tests.test_schemas", *rest)


def words(rest: list[str]) -> int:
    """Collect every `message("…")` of the source, merge into the catalogue, compile it."""
    template = TRANSLATIONS / "labclient.pot"
    babel = (str(PYTHON), "-m", "babel.messages.frontend")
    common = ("--no-wrap", "--sort-output")
    subprocess.check_call(
        [
            *babel,
            "extract",
            "-k",
            "message",
            "--no-default-keywords",
            "--no-location",
            *common,
            "-o",
            template,
            "labclient",
        ],
        cwd=ROOT,
    )
    subprocess.check_call(
        [*babel, "update", "--no-fuzzy-matching", "--no-wrap", "--ignore-obsolete", "-i", template, "-o", CATALOGUE]
        + ["-l", "zh_CN"],
        cwd=ROOT,
    )
    return compile_words()


def compile_words() -> int:
    compiled = CATALOGUE.with_suffix(".mo")
    if compiled.exists() and compiled.stat().st_mtime >= CATALOGUE.stat().st_mtime:
        return 0
    babel = [PYTHON, "-m", "babel.messages.frontend", "--quiet", "compile"]
    return subprocess.call([*babel, "-i", CATALOGUE, "-o", compiled, "-l", "zh_CN"], cwd=ROOT)


def lock() -> int:
    base = ["uv", "pip", "compile", "-q", "--universal", "--python-version", "3.11", "--generate-hashes"]
    base += ["--no-emit-index-url", "--no-annotate", "--no-header", "--upgrade"]
    spec = ROOT / "build_spec"
    subprocess.check_call([*base, spec / "requirements-test.in", "-o", LOCKS["test"]])
    return subprocess.call([*base, spec / "requirements.in", "-c", LOCKS["test"], "-o", LOCKS["run"]])


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
        stamp.write_text(digest)
        if wanted == "test":  # the test lock holds the other one
            (VENV / "installed-run").write_text(digest)
    compile_words()


def need(tool: str, package: str) -> None:
    if shutil.which(tool) is None:
        install(package)


def install(package: str) -> None:
    """Install a Debian package when that is possible, else say what is missing and end."""
    print(f"The system lacks “{package}”.", flush=True)
    if shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        subprocess.check_call(["apt-get", "update", "-qq"])
        subprocess.check_call(["apt-get", "install", "-y", "-qq", package])
        return
    sys.exit(f"Install it first; on Debian: sudo apt-get install {package}")


def run(*command: str) -> int:
    return subprocess.call([PYTHON, *command], cwd=ROOT)


if __name__ == "__main__":
    sys.exit(main())
