"""The benchmark runs, and measures all that it names. How fast is no matter of tests."""

import json
import math
import subprocess
import sys
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from bench import __main__ as program
from bench import _peers, polls
from bench.__main__ import NAMES

ROOT = Path(__file__).parents[2]
FOREIGN = {"poll_vs_pymeasure"}  # needs what is not installed here


@pytest.mark.timeout(600)
def test_every_figure_is_measured() -> None:
    names = [name for name in NAMES if name not in FOREIGN]
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench", "--quick", "--json", *names],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    figures = [json.loads(line) for line in done.stdout.splitlines()]
    assert sorted(figure["name"] for figure in figures) == sorted(names)
    for figure in figures:
        assert figure.keys() == {"name", "value", "unit", "peer"}
        assert math.isfinite(figure["value"])
        assert figure["unit"]


def test_a_peer_that_cannot_be_installed_is_an_error_and_no_figure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refused(command: list[str], **more: Any) -> "subprocess.CompletedProcess[str]":
        return subprocess.CompletedProcess(command, 1, stdout="", stderr="ERROR: no such place\n")

    with patch.object(_peers.subprocess, "run", refused):
        monkeypatch.setattr(polls, "peer_python", lambda: _peers.peer_python(tmp_path / "peers"))
        monkeypatch.setattr(sys, "argv", ["bench", "poll_vs_pymeasure", "--quick", "--json"])
        assert program.main() == 3
    assert json.loads(capsys.readouterr().out) == {
        "name": "poll_vs_pymeasure",
        "error": "PyMeasure cannot be installed: no such place",
    }
