"""What a broken run leaves: named, resumable by beginning again, closable with a reason."""

import shutil

import pytest
from evaluation.records import WHO

from labclient.errors import NotebookTrouble, WrongUse
from labclient.notebook import Reader, check, interrupted
from labclient.participation import Participation


def test_a_run_that_was_not_stopped_is_named_after_reopening_and_closed_with_a_reason(desk) -> None:
    desk.until("measurement")
    run = desk.write.room(300.0, stop=False)
    crashed = desk.folder / "crashed.labnote"
    shutil.copyfile(desk.p.path, crashed)  # as it lies on the disk at this moment
    with Participation.open(crashed, clock=desk.clock, home=desk.office.home) as again:
        assert [one.seq for one in again.state.open_runs] == [run]
        assert (again.state.open_runs[0].task, again.state.open_runs[0].purpose) == ("environment", "record")
        entry = again.close_run(run, "mains failure", WHO)
        assert (entry.body["rows"], entry.body["reason"], entry.station) == (7, "mains failure", "measurement")
        assert again.state.open_runs == ()
        for wrong in (run, 1, 99_999):
            with pytest.raises(WrongUse, match="is not open"):
                again.close_run(wrong, "twice", WHO)
    assert check(crashed, deep=True).ok
    with Reader.open(crashed) as reader:
        assert interrupted(reader) == []


def test_a_checkpoint_needs_the_key_of_this_pc(desk, tmp_path) -> None:
    from labclient.home import Home

    note = desk.p.checkpoint()
    assert desk.p.path.with_suffix(".checkpoint.txt").read_text("utf-8") == note
    desk.p.close()
    assert check(desk.p.path, expected_checkpoint=note).ok
    with (
        Participation.open(desk.p.path, clock=desk.clock, home=Home(tmp_path / "another-pc")) as again,
        pytest.raises(NotebookTrouble, match="key of this notebook"),
    ):
        again.checkpoint()


def test_a_closed_participation_is_one_file(desk) -> None:
    desk.until("warm-up")
    desk.p.close()
    names = {path.name for path in desk.folder.iterdir()}
    assert names == {"desk.labnote"}
