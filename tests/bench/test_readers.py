"""Three instruments with two readers each, for a moment; `python -m tests.bench.readers` takes as long as wanted."""

from .readers import TRUE, overlap


def test_three_instruments_with_two_readers_each_do_not_interleave() -> None:
    account = overlap(1.0)
    assert set(account.replies) == set(TRUE)
    assert all(account.replies.values())
    assert not account.wrong.total()
    assert not account.troubles
    assert account.handles_left <= 0
    assert account.threads_left <= 0
