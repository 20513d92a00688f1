"""The house rules that no other tool checks."""

import subprocess
import sys
from pathlib import Path
from statistics import median

import pytest

ROOT = Path(__file__).parent.parent


def _modules() -> list[Path]:
    return sorted((ROOT / "labclient").rglob("*.py"))


def test_modules_stay_readable_in_one_sitting() -> None:
    lengths = {path.name: len(path.read_text(encoding="utf-8").splitlines()) for path in _modules()}
    assert max(lengths.values()) <= 500
    assert median(lengths.values()) <= 150


def test_the_layer_contract_holds() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as lint; lint()"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("verb", ["demo", "test"])
def test_the_readme_names_the_two_commands(verb: str) -> None:
    assert f"python3 dev.py {verb}" in (ROOT / "README.md").read_text(encoding="utf-8")
