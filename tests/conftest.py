"""What all tests share: the place of the reference cases, and a PC of their own."""

import csv
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from labclient import words
from labclient.home import Home

os.environ["WAKEPY_FAKE_SUCCESS"] = "1"  # nobody's machine is kept awake by a test, nor asked

CASES = Path(__file__).parent.parent.parent / "shared" / "cases"

# The files that take longest, the longest first: none of them may begin when all others are done.
LONGEST = (
    "ui/test_sweep.py",
    "ui/test_real_window.py",
    "acquisition/test_kill.py",
    "bench/test_bench.py",
    "cli/test_rubbish.py",
    "cli/test_output.py",
    "demo/test_demo.py",
    "acquisition/test_output.py",
    "acquisition/test_flow.py",
    "acquisition/test_source.py",
    "cli/test_at_work.py",
    "cli/test_by_hand.py",
    "notebook/test_copy.py",
    "ui/test_palette.py",
    "ui/test_shell.py",
)


# How long an example takes is the machine's matter, not a failure. The same commit meets the same examples everywhere;
# LABCLIENT_EXPLORE=1 looks for new ones.
settings.register_profile(
    "unhurried",
    deadline=None,
    derandomize="LABCLIENT_EXPLORE" not in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("unhurried")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    rank = {Path(__file__).parent / name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: rank.get(item.path, len(rank)))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """This PC's state, empty and apart from the real one."""
    monkeypatch.setenv("LABCLIENT_HOME", str(tmp_path / "home"))
    return Home(tmp_path / "home")


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Each test starts in English and leaves no language behind."""
    words.use_language("en")
    yield
    words.use_language("en")


def case(name: str) -> dict[str, object]:
    """A reference case as data; skips the test where the cases are not at hand."""
    path = CASES / f"{name}.json"
    if not path.exists():
        pytest.skip("the reference cases are not on this machine")
    found: dict[str, object] = json.loads(path.read_text(encoding="utf-8"))
    return found


def case_rows(name: str) -> list[dict[str, str]]:
    """The rows of a case's CSV file."""
    with (CASES / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
