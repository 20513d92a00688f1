"""What an older version wrote is read as it was; what a newer one wrote is left alone."""

import shutil
from pathlib import Path

import pytest

from labclient.errors import NotebookTrouble
from labclient.notebook import Draft, Notebook, Reader, check, export, restore, run_values
from labclient.notebook._file import FORMAT
from labclient.signing import Tree
from notebook.samples import AUTHOR, CLOCK, tamper

VERSIONS = Path(__file__).parent / "versions"
SAMPLES = sorted(VERSIONS.glob("v*.labnote"))


def test_there_is_a_sample_of_each_version() -> None:
    assert [path.name for path in SAMPLES] == [f"v{version}.labnote" for version in range(1, FORMAT + 1)]


@pytest.fixture(params=SAMPLES, ids=lambda path: str(path.stem))
def sample(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return Path(shutil.copy(request.param, tmp_path))


def test_a_sample_is_checked_and_gives_the_files_it_always_gave(sample: Path, tmp_path: Path) -> None:
    report = check(sample, deep=True)
    assert report.findings == ()
    assert (report.entries, report.readings, report.checkpoints) == (9, 15, 1)
    export(sample, tmp_path / "out")
    assert (tmp_path / "out" / "SHA256SUMS").read_bytes() == (VERSIONS / f"{sample.stem}.sha256").read_bytes()
    restore(tmp_path / "out", tmp_path / "back.labnote")
    assert check(tmp_path / "back.labnote", deep=True) == report


def test_a_sample_is_read_and_written_on(sample: Path) -> None:
    with Reader.open(sample) as reader:
        data = run_values(reader, 1)
        assert data.values[4, 0] == 10.000004
        assert [data.statuses[code] for code in data.status][:5] == ["ok", "ok", "ok", "overload", "ok"]
        assert [entry.kind for entry in reader.entries()][-2:] == ["attachment", "checkpoint"]
    with Notebook.open(sample, clock=CLOCK) as notebook:
        notebook.append(Draft(kind="note", body={}, author=AUTHOR))
    assert check(sample).ok


def test_a_file_of_a_newer_version_is_neither_read_nor_written_nor_changed(closed: Path) -> None:
    tamper(closed, f"PRAGMA user_version = {FORMAT + 1}")
    before = closed.read_bytes()
    for opening in (Reader.open, check, lambda path: Notebook.open(path, clock=CLOCK)):
        with pytest.raises(NotebookTrouble, match="newer labclient") as refused:
            opening(closed)
        assert refused.value.step is not None
    assert closed.read_bytes() == before


def newer_entry(path: Path) -> None:
    """Let the last note be of a form that is not known yet, as a newer program would have written it."""
    tree = Tree()
    with Reader.open(path) as reader:
        lines = [entry.line for entry in reader.entries()]
    lines[-1] = lines[-1].replace(b'"version":1}', b'"version":2}')
    for line in lines:
        tree.append(line)
    tamper(
        path,
        f"UPDATE log SET entry = x'{lines[-1].hex()}' WHERE seq = {len(lines) - 1}",
        f"UPDATE head SET root = x'{tree.root().hex()}', frontier = x'{tree.frontier.hex()}'",
    )


def test_an_entry_of_a_newer_form_is_exported_but_not_understood_and_not_continued(
    closed: Path, tmp_path: Path
) -> None:
    with Notebook.open(closed, clock=CLOCK) as notebook:
        notebook.append(Draft(kind="note", body={"text": "x"}, author=AUTHOR))
    newer_entry(closed)
    with pytest.raises(NotebookTrouble, match=r"newer labclient \(form 2\)"):
        Notebook.open(closed, clock=CLOCK)
    with Reader.open(closed) as reader:
        assert len(list(reader.entries(stop=14))) == 14
        for reading in (lambda: list(reader.entries()), lambda: reader.entry(14)):
            with pytest.raises(NotebookTrouble, match="newer"):
                reading()
    report = check(closed)
    assert [(finding.seq, finding.code) for finding in report.findings] == [(14, "newer")]
    assert report.verified == ((0, 14),)
    export(closed, tmp_path / "out", damaged=True)
    lines = (tmp_path / "out" / "log" / "entries.jsonl").read_bytes().splitlines()
    assert len(lines) == 15
