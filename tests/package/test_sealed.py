"""Sealing: what may be sealed, to whom, and that nothing but the sealed package comes out again."""

import json
from datetime import UTC, datetime
from pathlib import Path
from zipfile import ZipFile

import msgspec
import pytest

from labclient.demo._papers import PASSPHRASE, PEOPLE, prepare_papers
from labclient.errors import GateClosed, NotVerified, Trouble, WrongUse
from labclient.home import Home, shipped
from labclient.package import (
    Document,
    Log,
    PackageInfo,
    PackageReport,
    Sealed,
    _sealed,
    comparison_of,
    is_sealed,
    open_sealed,
    open_trust,
    seal_package,
    verify_sealed,
)
from labclient.plan import Recipient, TrustList
from labclient.signing import (
    Identity,
    Report,
    SealKey,
    SignatureReport,
    commitment,
    load_identity,
    new_seal_key,
    phone_code,
)

NOW = datetime(2026, 3, 2, tzinfo=UTC)
KEY, OTHER = new_seal_key(), new_seal_key()
ZERO = "0" * 64
INFO = PackageInfo(
    format="labclient-package/1", comparison="DEMO-DCV-2026", laboratory="LAB01", revision=1, supersedes="",
    assurance="three-keys", roles=("operator", "checker", "approver"), simulated=False, program="1",
    plan=Document(1, ZERO), plan_origin="signed", trust=None, log=Log("n", "k", 3, ZERO),
)  # fmt: skip


class Pilot:
    """A pilot's list and everybody's identities."""

    def __init__(self, folder: Path) -> None:
        plan = shipped("resources", "examples", "plan.json").read_bytes()
        self._home = Home(folder / "home")
        papers = prepare_papers(folder, self._home, plan, NOW)
        listed = open_trust(papers.trust, NOW).trust
        self.trust: TrustList = msgspec.structs.replace(
            listed, simulated=False, recipients=(Recipient("Pilot", KEY.recipient),)
        )

    def identity(self, person: int) -> Identity:
        return load_identity(self._home.identities / PEOPLE[person].id, PASSPHRASE)


@pytest.fixture(scope="module")
def pilot(tmp_path_factory: pytest.TempPathFactory) -> Pilot:
    return Pilot(tmp_path_factory.mktemp("pilot"))


@pytest.fixture
def package(tmp_path: Path) -> Path:
    path = tmp_path / "任意的名字.asice"
    path.write_bytes(b"a package" * 100_000)
    return path


def verified(monkeypatch: pytest.MonkeyPatch, info: PackageInfo = INFO) -> None:
    """Let every package verify as `info`, by its true digest: verification has its own tests."""
    from labclient.signing import file_sha256

    def report(path: Path, trust: TrustList, moment: datetime) -> PackageReport:
        signature = SignatureReport(1, "operator", PEOPLE[0], "", "", moment, "ok", True)
        return PackageReport(Report(file_sha256(path).hex(), moment, (signature,), (), ()), info, ())

    monkeypatch.setattr(_sealed, "verify_package", report)


@pytest.fixture
def sealed(pilot: Pilot, package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sealed:
    verified(monkeypatch)
    return seal_package(package, pilot.trust, pilot.identity(2), tmp_path, NOW)


def opened(sealed: Path, pilot: Pilot, tmp_path: Path, key: SealKey = KEY) -> Path:
    out = tmp_path / "opened"
    out.mkdir(exist_ok=True)
    return open_sealed(sealed, key, pilot.trust, out, NOW).path


def test_what_comes_out_is_what_went_in(sealed: Sealed, package: Path, pilot: Pilot, tmp_path: Path) -> None:
    path = opened(sealed.path, pilot, tmp_path)
    assert path.name == "result_DEMO-DCV-2026_LAB01_r1.asice"
    assert path.read_bytes() == package.read_bytes()
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_the_commitment_is_signed_and_gives_the_code(sealed: Sealed, pilot: Pilot) -> None:
    assert is_sealed(sealed.path)
    assert comparison_of(sealed.path) == "DEMO-DCV-2026"
    assert verify_sealed(sealed.path, pilot.trust, NOW).commitment == sealed.commitment
    assert sealed.code == phone_code(bytes.fromhex(sealed.commitment))


def test_nothing_readable_is_outside_the_seal(sealed: Sealed, package: Path) -> None:
    with ZipFile(sealed.path) as members:
        said = json.loads(members.read("commitment.json"))
        assert set(said) == {"format", "comparison", "laboratory", "revision", "simulated", "commitment"}
        assert members.read("sealed/payload.age").startswith(b"age-encryption.org/v1\n")
        assert package.read_bytes()[:50] not in sealed.path.read_bytes()


def test_two_seals_of_one_package_share_no_commitment(
    sealed: Sealed, pilot: Pilot, package: Path, tmp_path: Path
) -> None:
    (tmp_path / "again").mkdir()
    again = seal_package(package, pilot.trust, pilot.identity(2), tmp_path / "again", NOW)
    assert again.commitment != sealed.commitment


def test_another_key_opens_nothing(sealed: Sealed, pilot: Pilot, tmp_path: Path) -> None:
    with pytest.raises(NotVerified, match="not sealed to this key"):
        opened(sealed.path, pilot, tmp_path, OTHER)
    assert list((tmp_path / "opened").iterdir()) == []


def test_any_flipped_byte_is_refused(sealed: Sealed, pilot: Pilot, tmp_path: Path) -> None:
    whole = sealed.path.read_bytes()
    places = [*range(0, 400, 7), *range(400, len(whole), len(whole) // 60), len(whole) - 1]
    for place in places:
        flipped = tmp_path / "flipped.asice"
        flipped.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(NotVerified):
            opened(flipped, pilot, tmp_path)


def test_a_package_that_the_commitment_does_not_fix_is_refused(
    pilot: Pilot, package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified(monkeypatch)
    monkeypatch.setattr(_sealed, "commitment", lambda a, b, salt, digest: commitment(a, b, salt, ZERO))
    sealed = seal_package(package, pilot.trust, pilot.identity(2), tmp_path, NOW)
    monkeypatch.setattr(_sealed, "commitment", commitment)
    with pytest.raises(NotVerified, match="not the one that the commitment fixed"):
        opened(sealed.path, pilot, tmp_path)
    assert list((tmp_path / "opened").iterdir()) == []


def test_a_package_of_another_revision_is_refused(
    sealed: Sealed, pilot: Pilot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified(monkeypatch, msgspec.structs.replace(INFO, revision=2))
    with pytest.raises(NotVerified, match="another laboratory or revision"):
        opened(sealed.path, pilot, tmp_path)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [({"plan_origin": "transcribed"}, "transcribed"), ({"simulated": True}, "Simulated clock")],
)
def test_what_may_not_be_sealed(
    change: dict[str, object],
    sentence: str,
    pilot: Pilot,
    package: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    verified(monkeypatch, msgspec.structs.replace(INFO, **change))
    with pytest.raises(GateClosed, match=sentence):
        seal_package(package, pilot.trust, pilot.identity(2), tmp_path, NOW)


def test_a_demonstration_is_sealed_to_a_demonstration_only(
    pilot: Pilot, package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified(monkeypatch, msgspec.structs.replace(INFO, simulated=True))
    played = msgspec.structs.replace(pilot.trust, simulated=True)
    sealed = seal_package(package, played, pilot.identity(2), tmp_path, NOW)
    assert verify_sealed(sealed.path, played, NOW).simulated
    with pytest.raises(NotVerified, match="Simulated clock"):
        verify_sealed(sealed.path, pilot.trust, NOW)


def test_without_recipients_nothing_is_sealed(
    pilot: Pilot, package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified(monkeypatch)
    with pytest.raises(GateClosed, match="nobody who may open"):
        seal_package(package, msgspec.structs.replace(pilot.trust, recipients=()), pilot.identity(2), tmp_path, NOW)


@pytest.mark.parametrize("person", [0, 1])
def test_only_the_approver_seals(
    person: int, pilot: Pilot, package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified(monkeypatch)
    with pytest.raises(GateClosed, match="approver"):
        seal_package(package, pilot.trust, pilot.identity(person), tmp_path, NOW)


def test_what_does_not_verify_is_not_sealed(pilot: Pilot, package: Path, tmp_path: Path) -> None:
    with pytest.raises(NotVerified):
        seal_package(package, pilot.trust, pilot.identity(2), tmp_path, NOW)
    assert [one.name for one in tmp_path.iterdir()] == [package.name]


def test_nothing_is_overwritten(sealed: Sealed, pilot: Pilot, package: Path, tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="exists already"):
        seal_package(package, pilot.trust, pilot.identity(2), tmp_path, NOW)
    opened(sealed.path, pilot, tmp_path)
    with pytest.raises(WrongUse, match="exists already"):
        opened(sealed.path, pilot, tmp_path)


@pytest.mark.parametrize("content", [b"", b"rubbish", b"PK\x05\x06" + bytes(18)])
def test_rubbish_is_no_sealed_package(content: bytes, pilot: Pilot, tmp_path: Path) -> None:
    path = tmp_path / "rubbish.asice"
    path.write_bytes(content)
    for look in (is_sealed, comparison_of, lambda one: verify_sealed(one, pilot.trust, NOW)):
        with pytest.raises(Trouble):
            look(path)
