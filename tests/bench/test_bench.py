"""The benchmark runs, and measures all that it names. How fast is no matter of tests."""

import json
import math
import subprocess
import sys
from pathlib import Path

from bench.__main__ import NAMES

ROOT = Path(__file__).parents[2]


def test_every_figure_is_measured() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench", "--quick", "--json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    figures = [json.loads(line) for line in done.stdout.splitlines()]
    assert sorted(figure["name"] for figure in figures) == sorted(NAMES)
    for figure in figures:
        assert figure.keys() == {"name", "value", "unit", "peer"}
        assert math.isfinite(figure["value"])
        assert figure["unit"]
