"""Staging rebuilds everything from the notebook, and the same notebook gives the same bytes."""

import msgspec
import pytest
from notebook.samples import tamper

from labclient.errors import NotebookDamaged, WrongUse
from labclient.notebook import Reader
from labclient.package import Log, PackageInfo, ResultFile, stage
from labclient.participation import Participation, read_state
from labclient.participation._signing import _report

from .forging import unpacked


@pytest.fixture
def again(notebook, package, office, tmp_path):
    """Stages the record of the package once more, into the folder of that name."""
    import shutil

    from evaluation.records import StillClock

    folder = unpacked(package, tmp_path / "first")
    info = msgspec.json.decode((folder / "package.json").read_bytes(), type=PackageInfo)
    file = msgspec.json.decode((folder / "result.json").read_bytes(), type=ResultFile)
    copy = tmp_path / "copy.labnote"
    shutil.copyfile(notebook, copy)
    with Reader.open(copy) as reader:
        state = read_state(reader)
        size, root = reader.head()
    info = msgspec.structs.replace(info, log=Log(info.log.notebook, info.log.key, size, root))
    with Participation.open(copy, clock=StillClock(), home=office.home) as participation:
        data = _report(participation, state, info, file.result)

    def make(name: str):
        return stage(copy, tmp_path / name, info, file, data)

    make.notebook = copy
    return make


def test_the_same_notebook_gives_the_same_bytes(again, tmp_path) -> None:
    first, second = again("a"), again("b")
    assert first.files == second.files
    for name in first.files:
        assert (first.folder / name).read_bytes() == (second.folder / name).read_bytes(), name
    assert {"package.json", "result.json", "report.pdf", "log/entries.jsonl"} <= {*first.files}
    assert "SHA256SUMS" not in first.files


def test_a_folder_in_use_is_left_alone(again, tmp_path) -> None:
    (tmp_path / "used").mkdir()
    (tmp_path / "used" / "photo.png").write_bytes(b"x")
    with pytest.raises(WrongUse, match="not empty"):
        again("used")
    assert [path.name for path in (tmp_path / "used").iterdir()] == ["photo.png"]


def test_a_damaged_notebook_is_never_staged(again, tmp_path) -> None:
    tamper(
        again.notebook,
        "UPDATE log SET payload = x'00' WHERE seq = (SELECT max(seq) FROM log WHERE payload IS NOT NULL)",
    )
    with pytest.raises(NotebookDamaged):
        again("a")
