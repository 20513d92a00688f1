"""A figure, its bar, and how large the measurement is."""

import operator
from dataclasses import dataclass
from math import isfinite

BARS = {
    "poll_ratio": ("≥", 0.90),
    "poll_vs_pymeasure": ("≥", 1.0),
    "stream_rate": ("≥", 50_000.0),
    "stream_rss_growth": ("<", 20.0),
    "commit_p99_ms": ("≤", 200.0),
    "commit_p99_copied_ms": ("≤", 200.0),
    "crash_loss_ms": ("≤", 200.0),
    "open_1e7_s": ("<", 1.0),
    "check_ratio": ("≤", 3.0),
    "file_bytes_per_reading": ("≤", 64.0),
    "oadev_1e6_ratio": ("≤", 1.0),
    "oadev_1e6_difference": ("≤", 1e-12),
    "package_1e7_rss_mb": ("≤", 300.0),
    "package_1e7_ratio": ("≤", 2.0),
    "plot_1e7_frame_ms": ("≤", 10.0),
    "plot_1e8_frame_ms": ("≤", 16.0),
    "plot_append_ms": ("≤", 4.0),
    "gui_block_p99_ms": ("≤", 16.0),
    "gui_block_max_ms": ("≤", 33.0),
    "start_ratio": ("≤", 2.0),
}
_HOLDS = {"≥": operator.ge, "≤": operator.le, "<": operator.lt}


@dataclass(frozen=True)
class Figure:
    """A measured number; `peer` says what it was measured against."""

    name: str
    value: float
    unit: str
    peer: str = ""

    def __post_init__(self) -> None:
        if not isfinite(self.value):
            raise ValueError(self.name)

    @property
    def bar(self) -> str:
        """Its bar, and whether it holds; empty where there is none."""
        if self.name not in BARS:
            return ""
        sign, limit = BARS[self.name]
        return f"{sign} {limit:g} {'met' if _HOLDS[sign](self.value, limit) else 'MISSED'}"


@dataclass(frozen=True)
class Size:
    """How much is measured. Smaller sizes show that everything runs, not how fast."""

    rounds: int = 40
    slice_s: float = 1.0
    stream_s: float = 20.0
    paced_s: float = 20.0
    kills: int = 50
    readings: int = 10_000_000
    points: int = 1_000_000
    repeats: int = 5
    demo_speed: float = 2000.0
    watched_s: float = 60.0
    starts: int = 11


QUICK = Size(2, 0.05, 0.5, 0.5, 2, 20_000, 5_000, 1, 5000.0, 2.0, 1)
LONG = Size(stream_s=300.0, paced_s=300.0, watched_s=300.0)
