"""Home says what each comparison is and what it waits for."""

import json
from datetime import date
from pathlib import Path

import pytest

from labclient.clock import SystemClock
from labclient.home import Home, shipped
from labclient.participation import Participation
from labclient.ui._home import look_at
from labclient.words import say


@pytest.fixture
def transcribed(home: Home, tmp_path: Path) -> Path:
    """A real notebook by a transcribed plan."""
    file, path = tmp_path / "plan.json", tmp_path / "real.labnote"
    plan = json.loads(shipped("resources", "examples", "plan.json").read_bytes())
    by = {"document": "plan.pdf", "document_sha256": "0" * 64, "transcribed_by": "Operator A", "confirmed_by": "B"}
    file.write_text(json.dumps(plan | {"transcription": by}))
    with Participation.create(
        path, plan=file, trust=None, confirmed_root=None, laboratory="LAB01", who="P-01", clock=SystemClock(), home=home
    ):
        return path


def test_a_comparison_says_its_station_and_its_deadline(transcribed: Path) -> None:
    row = look_at(transcribed, date(2026, 3, 10))
    assert row.mark == "running"
    assert "TS-0001" in row.title
    assert say(row.waits_for).startswith("Arrival; the report is due ")


def test_a_missed_deadline_is_said(transcribed: Path) -> None:
    row = look_at(transcribed, date(2031, 1, 1))
    assert row.mark == "failed"
    assert "days ago" in say(row.waits_for)


def test_a_notebook_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    path = tmp_path / "broken.labnote"
    path.write_bytes(b"not a notebook")
    row = look_at(path, date(2026, 3, 10))
    assert row.mark == "failed"
    assert say(row.waits_for)
