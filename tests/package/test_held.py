"""A package has to continue the checkpoints that its laboratory gave away, and tells what befell its clock."""

from base64 import b64encode
from pathlib import Path

import pytest

from labclient.notebook import Draft, Entry, checkpoints_in
from labclient.package import verify_package
from labclient.words import say

from .conftest import MOMENT
from .forging import forged, untouched


def found(package: Path, trust, *held: str) -> dict[str, bool]:
    """The codes of what is said of a package with these checkpoints held, and whether each refuses it."""
    report = verify_package(package, trust, MOMENT, held)
    return {one.code: one.grave for one in report.findings}


@pytest.fixture(scope="module")
def notes(notebook: Path) -> list[str]:
    return [note for note, _ in checkpoints_in(notebook)]


def other(note: str, **lines: object) -> str:
    """A note with another number of entries or another root. Whoever owns the notebook's key could sign it."""
    name, size, root, *rest = note.split("\n")
    return "\n".join([name, str(lines.get("size", size)), str(lines.get("root", root)), *rest])


def test_every_checkpoint_of_its_notebook_is_continued(notebook, package, trust, notes) -> None:
    assert "held" not in found(package, trust, *notes)


def test_a_record_changed_after_a_checkpoint_was_given_away_is_refused(package, trust, notes) -> None:
    given = other(notes[0], root=b64encode(bytes(32)).decode())
    assert found(package, trust, *notes, given)["held"]
    assert not verify_package(package, trust, MOMENT, [given]).ok


def test_a_record_written_anew_is_refused_though_all_in_it_holds(
    notebook, package, office, trust, notes, tmp_path
) -> None:
    anew = forged(office, notebook, package, tmp_path / "anew", untouched)
    assert verify_package(anew, trust, MOMENT).ok
    assert found(anew, trust, notes[0])["held"]


def test_a_later_checkpoint_says_nothing(package, trust, notes) -> None:
    later = other(notes[0], size=10**6)
    assert found(package, trust, later)["later"] is False
    assert verify_package(package, trust, MOMENT, [later]).ok


def test_a_clock_that_was_set_is_told(notebook, package, office, trust, tmp_path) -> None:
    def step(entry: Entry, draft: Draft) -> Draft:
        if entry.body.get("what") != "photo":
            return draft
        body = {"from": "2026-03-02T09:00:00Z", "to": "2026-03-01T09:00:00Z", "seconds": "-86400.000"}
        return Draft(kind="clock-step", body=body, author="program")

    told = verify_package(forged(office, notebook, package, tmp_path / "set", step), trust, MOMENT)
    (clock,) = [one for one in told.findings if one.code == "pc_clock"]
    assert "-86400" in say(clock.sentence, "en")
    refused = [say(one.sentence, "en") for one in told.findings if one.grave]
    assert len(refused) == 1, "the clock is to be read, no refusal"
    assert "Photos of the crate: 0 of 1" in refused[0], "the photo gave its place"
