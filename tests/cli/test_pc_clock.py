"""A PC clock that was set is reported by status and check, and neither fails for it."""

from datetime import datetime, timedelta

from labclient.acquisition import _clock_watch
from labclient.clock import SystemClock
from labclient.participation import Participation


class Jumping(SystemClock):
    """This PC's clock, which somebody sets."""

    gained = timedelta(0)

    def utc(self) -> datetime:
        return super().utc() + self.gained


def test_a_clock_set_back_is_reported_by_status_and_check_and_fails_neither(bench, monkeypatch) -> None:
    monkeypatch.setattr(_clock_watch, "PERIOD_S", 0.01)
    clock = Jumping()
    with Participation.open(bench.notebook, clock=clock, home=bench.pc.home) as participation:
        seen = participation.recorder.committed
        for hours in (40 * 8766, -1):
            clock.gained = timedelta(hours=hours)
            seen = participation.recorder.wait_beyond(seen, 30.0)
        last = participation.record.entry(seen - 1)
    assert last.kind == "clock-step"
    for verb in ("status", "check"):
        told = bench.done(verb).out
        assert f"entry {last.seq}: PC clock set from " in told
        assert told.count("PC clock set from ") == 2
        assert bench.done(verb, "--json").json["pc_clock"][-1]["entry"] == last.seq
    assert "Everything verifies." in bench.done("check").out
