"""Whoever verifies a package is told of every run that no instrument sent."""

from pathlib import Path

from evaluation.records import StillClock, Writer, new_notebook

from labclient.notebook import Channel, Draft, Reader, run_start
from labclient.package._verify import _by_hand
from labclient.participation import told
from labclient.words import say

VOLTS = (Channel("reading", "voltage", "V"),)


def start(write: Writer, **more: object) -> Draft:
    identity = {"identity": {"model": "Dial gauge", "serial": "DG-7"}}
    return run_start(purpose="record", task="measurement", channels=VOLTS, instrument=identity, clock=write.clock,
                     author="P-01", station="measurement", **more)  # fmt: skip


def test_each_typed_or_imported_run_is_told_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "a.labnote"
    notebook, write = new_notebook(path, StillClock())
    with notebook, Reader.open(path) as reader:
        first = reader.size
        file = {"name": "log.csv", "sha256": "0" * 64}
        notebook.append(
            start(write),
            start(write, origin="typed", confirmation="double-entry"),
            start(write, origin="typed", confirmation="photo", transcribed={"name": "sheet.pdf"}),
            start(write, origin="imported", file=file),
        )
        findings = list(_by_hand(reader))
        sentences = [say(told(entry), "en") for entry in reader.entries({"run-start"})]
    assert [(one.code, one.grave) for one in findings] == [("typed", False), ("typed", False), ("imported", False)]
    assert [one.subject for one in findings] == [str(first + place) for place in (1, 2, 3)]
    assert sentences == [
        "Run begun: measurement, Dial gauge DG-7",
        "Run begun: measurement, Dial gauge DG-7, readings typed",
        "Run begun: measurement, Dial gauge DG-7, readings typed from paper, sheet.pdf",
        "Run begun: measurement, Dial gauge DG-7, readings imported from log.csv",
    ]
