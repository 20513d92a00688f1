"""Reference cases: certified, published or constructed numbers, kept outside the project and read in place."""

import csv
import json
from collections.abc import Callable
from dataclasses import dataclass
from math import log10
from pathlib import Path
from typing import Any

import numpy as np
import pytest

CASES = Path(__file__).parents[3] / "shared" / "cases"


@dataclass(frozen=True)
class Case:
    """One reference case: what is expected, and its tables by name."""

    id: str

    @property
    def about(self) -> dict[str, Any]:
        return json.loads((CASES / f"{self.id}.json").read_text("utf-8"))

    @property
    def expected(self) -> dict[str, Any]:
        return self.about["expected"]

    def rows(self, table: str = "") -> list[dict[str, str]]:
        with (CASES / f"{table or self.id}.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))


@pytest.fixture
def case() -> Callable[[str], Case]:
    def load(name: str) -> Case:
        if not (CASES / f"{name}.json").exists():
            pytest.skip(f"reference case {name} is not at hand")
        return Case(name)

    return load


@pytest.fixture
def lre() -> Callable[[float, str | float], float]:
    """Log relative error: about the number of agreeing digits, at most 15."""

    def digits(ours: float, certified: str | float) -> float:
        true = float(certified)
        error = abs(ours - true) / abs(true) if true else abs(ours)
        return 15.0 if error < 1e-15 else -log10(error)

    return digits


@pytest.fixture
def flicker() -> Callable[..., np.ndarray]:
    """Runs of flicker noise (power ∝ 1/f), each cut from a record 64 times as long; a row is a run."""

    def make(runs: int, n: int, seed: int) -> np.ndarray:
        frequency = np.fft.rfftfreq(64 * n)
        frequency[0] = np.inf
        white = np.random.default_rng(seed).standard_normal((runs, 64 * n))
        return 0.3 * np.fft.irfft(np.fft.rfft(white) / np.sqrt(frequency), 64 * n)[:, :n]

    return make
