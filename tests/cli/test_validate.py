"""`labclient validate`: the answer, the exit code, the files."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from labclient import metrology
from labclient.signing import Identity, Person, Trust, install_certificate, issue, new_authority, new_identity, verify

from .conftest import PASSPHRASE, Pc

NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def root(pc: Pc) -> Identity:
    """An authority, and P-01 on this PC with a certificate of it."""
    folder = pc.home.identities
    ends = NOW + timedelta(days=9)
    root = new_authority(
        folder / "root", Person("root", "Authority", "PILOT"), PASSPHRASE, begins=NOW, ends=ends, cost=1 << 14
    )
    request = new_identity(folder / "P-01", Person("P-01", "Operator A", "LAB01"), PASSPHRASE, 1 << 14)
    install_certificate(folder / "P-01", issue(root, request, ("operator",), begins=NOW, ends=ends))
    return root


def test_all_cases_pass_and_no_report_is_forced_on_anybody(pc: Pc) -> None:
    answer = pc.done("validate")
    assert "computations are right on this PC" in answer.out
    assert "--out names a folder" in answer.out


def test_an_unsigned_report_is_said_to_be_so(pc: Pc, tmp_path: Path) -> None:
    answer = pc.done("validate", "--out", tmp_path / "filed")
    assert "unsigned" in answer.out
    assert sorted(path.suffix for path in (tmp_path / "filed").iterdir()) == [".json", ".pdf"]


def test_every_quantity_is_printed_as_a_table(pc: Pc) -> None:
    table = pc.done("validate", "--markdown").out
    assert "| NumAcc4 | mean | 10000000.2 | 10000000.2 | 15.00 | 8.00 |" in table


def test_a_signed_report_verifies(pc: Pc, tmp_path: Path, root: Identity) -> None:
    said = pc.done("validate", "--out", tmp_path / "filed", "--identity", "P-01", "--json").json
    assert (said["ok"], said["signed"]) == (True, True)
    signed = next(path for path in map(Path, said["files"]) if path.suffix == ".asice")
    assert verify(signed, Trust((root.certificate,)), ("operator",), datetime.now(UTC)).ok
    filed = json.loads(next(path for path in map(Path, said["files"]) if path.suffix == ".json").read_bytes())
    assert {name: said[name] for name in filed} == filed


def test_a_missed_bar_is_exit_code_1_and_is_still_reported(
    pc: Pc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metrology, "coverage_factor", lambda *_: 2.0)
    answer = pc.ask("validate", "--out", tmp_path)
    assert answer.code == 1
    assert "GUM table G.2, ν = 1, t(0.95): certified 12.71, ours 2.0" in answer.out
    assert "do not use the program on this PC" in answer.out
    assert {path.suffix for path in tmp_path.iterdir()} >= {".json", ".pdf"}
    assert pc.ask("validate", "--json").json["ok"] is False


def test_nothing_to_sign_is_wrong_use(pc: Pc) -> None:
    assert pc.ask("validate", "--identity", "P-01").code == 2
