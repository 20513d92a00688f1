"""`labclient agreement`: signed as the released report, opened beside a notebook."""

import json
from datetime import datetime
from pathlib import Path

import pytest
from participation.releases import AFTER, open_ring, sent_of, visit_of_pilot
from participation.world import NAME, Office

from labclient.cli import _agreement, _drift, main
from labclient.cli._common import PASSPHRASE as VARIABLE
from labclient.demo import PASSPHRASE
from labclient.home import Home
from labclient.package import keep_trust, open_trust


class After(datetime):
    """A day after all reports were due."""

    @classmethod
    def now(cls, tz=None):
        return AFTER


class Ring:
    def __init__(self, folder: Path) -> None:
        self.office: Office = open_ring(folder)
        self.visit = visit_of_pilot(self.office, folder / "visit")
        self.package = sent_of(self.office, folder / "lab", 10.0000131)
        self.notebook = folder / "lab" / NAME


@pytest.fixture(scope="module")
def ring(tmp_path_factory: pytest.TempPathFactory) -> Ring:
    return Ring(tmp_path_factory.mktemp("ring"))


@pytest.fixture(autouse=True)
def pc(ring: Ring, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (_agreement, _drift):
        monkeypatch.setattr(module, "datetime", After)
    monkeypatch.setenv(VARIABLE, PASSPHRASE)
    keep_trust(home, open_trust(ring.office.papers.trust, AFTER), ring.office.papers.trust)


def said(capsys: pytest.CaptureFixture[str], code: int, *arguments: str | Path) -> str:
    assert main([str(one) for one in arguments]) == code
    told = capsys.readouterr()
    return told.out + told.err


def pilot_of(ring: Ring) -> Path:
    return ring.office.home.identities / "P-90"


def released(ring: Ring, out: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    told = said(capsys, 0, "agreement", ring.package, "--drift", ring.visit, "--out", out, "--identity", pilot_of(ring),
                "--json")  # fmt: skip
    return Path(json.loads(told)["report"])


def test_it_is_signed_and_opened_beside_the_notebook(
    ring: Ring, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = released(ring, tmp_path / "out", capsys)
    assert file.name == "released_DEMO-DCV-2026_r1.asice"
    pdf = tmp_path / "copy.pdf"
    told = said(capsys, 0, "agreement", "--open", file, "--notebook", ring.notebook, "--pdf", pdf)
    assert "released report r1, signed by Pilot D" in told
    assert "What it ascribes to LAB01 is what the package of this notebook holds." in told
    assert "  > LAB01" in told
    assert "En = 0." in told
    assert "satisfactory" in told
    assert pdf.read_bytes().startswith(b"%PDF")
    answer = json.loads(said(capsys, 0, "agreement", "--open", file, "--notebook", ring.notebook, "--json"))
    assert answer["own_result_is_the_one_signed"] is True
    assert answer["report"]["points"][0]["rows"][0]["laboratory"] == "LAB01"


def test_without_a_notebook_it_says_what_was_not_compared(
    ring: Ring, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = said(capsys, 0, "agreement", "--open", released(ring, tmp_path, capsys))
    assert "It was laid beside no notebook" in told
    assert ">" not in told


def test_another_file_is_refused(ring: Ring, capsys: pytest.CaptureFixture[str]) -> None:
    assert "is no released report" in said(capsys, 1, "agreement", "--open", ring.package)
    told = said(capsys, 1, "agreement", "--open", ring.office.papers.plan, "--notebook", ring.notebook)
    assert "Choose the file released_" in told


def test_an_existing_copy_is_not_overwritten(ring: Ring, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = released(ring, tmp_path / "out", capsys)
    (tmp_path / "there.pdf").write_bytes(b"mine")
    assert "exists already" in said(capsys, 2, "agreement", "--open", file, "--pdf", tmp_path / "there.pdf")
    assert (tmp_path / "there.pdf").read_bytes() == b"mine"


def test_who_is_no_pilot_cannot_release(ring: Ring, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = said(capsys, 1, "agreement", ring.package, "--drift", ring.visit, "--out", tmp_path / "out", "--identity",
                ring.office.home.identities / "P-01")  # fmt: skip
    assert "not in the trust list as pilot of PILOT" in told
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["agreement"], "are needed"),
        (["agreement", "a.asice"], "are needed"),
        (["agreement", "a.asice", "--drift", "v", "--out", "o"], "belong together"),
        (["agreement", "a.asice", "--drift", "v", "--pdf", "o"], "go with --open"),
        (["agreement", "a.asice", "--open", "r"], "without packages"),
    ],
)
def test_what_does_not_go_together_is_told(arguments: list[str], why: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert why in said(capsys, 2, *arguments)
