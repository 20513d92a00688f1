"""A desk at the example comparison, closed with the test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from .world import Desk, Office, office

__all__ = ["office"]


@pytest.fixture
def desk(office: Office, tmp_path: Path) -> Iterator[Desk]:
    made = Desk(office, tmp_path)
    yield made
    made.p.close()
