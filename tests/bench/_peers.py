"""Programs of other people to measure against, in an environment of their own, made when first asked for."""

import hashlib
import subprocess
import sys
import venv
from pathlib import Path

_ROOT = Path(__file__).parents[2]
_PARTS = Path(__file__).with_name("pymeasure.txt")


class PeerMissing(Exception):
    """There is nothing to measure against; why."""


def peer_python(environment: Path = _ROOT / ".venv-bench") -> Path:
    """The Python of the environment that holds PyMeasure, at the versions pinned. Raises `PeerMissing`."""
    python = environment / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    stamp = environment / "installed"
    digest = hashlib.sha256(_PARTS.read_bytes() + sys.version.encode()).hexdigest()
    if python.exists() and stamp.exists() and stamp.read_text("ascii") == digest:
        return python
    venv.create(environment, clear=True)
    (environment / ".gitignore").write_text("*\n", "ascii")
    install = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(python),
        "--disable-pip-version-check",
        "install",
        "--quiet",
    ]
    done = subprocess.run([*install, "-r", str(_PARTS)], capture_output=True, text=True, check=False)
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or ["pip failed"]
        raise PeerMissing(f"PyMeasure cannot be installed: {said[0].removeprefix('ERROR: ')}")
    stamp.write_text(digest, "ascii")
    return python
