import subprocess
from pathlib import Path

import pytest

from labclient.errors import NotVerified, PassphraseWrong, StorageTrouble, WrongUse
from labclient.signing import (
    Person,
    describe,
    install_certificate,
    issue,
    load_identity,
    new_identity,
    read_request,
    show_identity,
)

from .conftest import BEGIN, CHEAP, DAY, PASSPHRASE, World, make_authority

PERSON = Person("P7", "操作员甲", "实验室 7", ("approver",))


def openssl(*arguments: object) -> str:
    done = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_request_names_the_person_and_is_one_for_openssl(tmp_path: Path) -> None:
    request = new_identity(tmp_path / "me", PERSON, PASSPHRASE, cost=CHEAP)
    assert read_request(request) == PERSON
    openssl("req", "-in", tmp_path / "me" / "request.pem", "-verify", "-noout")


def test_the_key_is_stretched_as_asked_and_opens_in_openssl(tmp_path: Path) -> None:
    new_identity(tmp_path / "me", PERSON, "long enough", cost=1 << 14)
    key = tmp_path / "me" / "key.pem"
    openssl("pkey", "-in", key, "-passin", "pass:long enough", "-noout")
    assert "INTEGER           :4000" in openssl("asn1parse", "-in", key)
    assert key.stat().st_mode & 0o077 == 0


def test_the_default_stretch_opens_again(tmp_path: Path, world: World) -> None:
    request = new_identity(tmp_path / "me", PERSON, PASSPHRASE)
    install_certificate(tmp_path / "me", issue(world.authority, request, ["operator"], begins=BEGIN, ends=BEGIN + DAY))
    assert load_identity(tmp_path / "me", PASSPHRASE).person.roles == ("operator",)
    assert "INTEGER           :020000" in openssl("asn1parse", "-in", tmp_path / "me" / "key.pem")


def test_the_issuer_grants_the_roles_not_the_request(world: World, tmp_path: Path) -> None:
    request = new_identity(tmp_path / "me", PERSON, PASSPHRASE, cost=CHEAP)
    card = describe(issue(world.authority, request, ["operator", "checker"], begins=BEGIN, ends=BEGIN + DAY))
    assert card.person == Person("P7", "操作员甲", "实验室 7", ("operator", "checker"))
    assert (card.begins, card.ends, card.authority) == (BEGIN, BEGIN + DAY, False)


def test_openssl_accepts_the_chain_and_refuses_the_revoked(world: World, tmp_path: Path) -> None:
    (tmp_path / "root.pem").write_bytes(world.authority.certificate)
    (tmp_path / "leaf.pem").write_bytes(world.people["operator"].certificate)
    when = ["-attime", int((BEGIN + 2 * DAY).timestamp()), "-CAfile", tmp_path / "root.pem"]
    openssl("verify", "-x509_strict", *when, tmp_path / "leaf.pem")
    (tmp_path / "list.pem").write_bytes(world.revoking(world.people["operator"]))
    with pytest.raises(AssertionError, match="certificate revoked"):
        openssl("verify", "-crl_check", "-CRLfile", tmp_path / "list.pem", *when, tmp_path / "leaf.pem")


def test_a_wrong_passphrase_is_told_apart(world: World, tmp_path: Path) -> None:
    request = new_identity(tmp_path / "me", PERSON, PASSPHRASE, cost=CHEAP)
    install_certificate(tmp_path / "me", issue(world.authority, request, ["operator"], begins=BEGIN, ends=BEGIN + DAY))
    for wrong in ("", "另一句足够长的口令"):
        with pytest.raises(PassphraseWrong):
            load_identity(tmp_path / "me", wrong)
    (tmp_path / "me" / "key.pem").write_text("nothing")
    with pytest.raises(NotVerified):
        load_identity(tmp_path / "me", PASSPHRASE)


def test_an_identity_waits_for_its_certificate(world: World, tmp_path: Path) -> None:
    request = new_identity(tmp_path / "me", PERSON, PASSPHRASE, cost=CHEAP)
    assert show_identity(tmp_path / "me") is None
    with pytest.raises(WrongUse, match="no certificate"):
        load_identity(tmp_path / "me", PASSPHRASE)
    card = install_certificate(
        tmp_path / "me", issue(world.authority, request, ["operator"], begins=BEGIN, ends=BEGIN + DAY)
    )
    assert show_identity(tmp_path / "me") == card


def test_somebody_else_s_certificate_is_refused(world: World, tmp_path: Path) -> None:
    new_identity(tmp_path / "me", PERSON, PASSPHRASE, cost=CHEAP)
    other = world.people["operator"].certificate
    with pytest.raises(NotVerified, match="another key"):
        install_certificate(tmp_path / "me", other)
    (tmp_path / "me" / "certificate.pem").write_bytes(other)
    with pytest.raises(NotVerified, match="another key"):
        load_identity(tmp_path / "me", PASSPHRASE)


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    new_identity(tmp_path / "me", PERSON, PASSPHRASE, cost=CHEAP)
    with pytest.raises(WrongUse, match="never overwritten"):
        new_identity(tmp_path / "me", PERSON, PASSPHRASE, cost=CHEAP)


@pytest.mark.parametrize(
    "person",
    [
        Person("", "甲", "实验室"),
        Person("P", " ", "实验室"),
        Person("P", "甲", "长" * 65),
        Person("P", "甲", "实验室", ("king",)),
    ],
)
def test_a_person_without_a_proper_name_gets_no_key(person: Person, tmp_path: Path) -> None:
    with pytest.raises(WrongUse):
        new_identity(tmp_path / "me", person, PASSPHRASE, cost=CHEAP)
    assert not (tmp_path / "me").exists()


def test_a_short_passphrase_protects_nothing(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="at least 8"):
        new_identity(tmp_path / "me", PERSON, "1234567", cost=CHEAP)
    assert not (tmp_path / "me" / "key.pem").exists()


def test_only_an_authority_issues_and_within_its_own_time(world: World, tmp_path: Path) -> None:
    request = new_identity(tmp_path / "me", PERSON, PASSPHRASE, cost=CHEAP)
    with pytest.raises(WrongUse, match="not an authority"):
        issue(world.people["approver"], request, ["operator"], begins=BEGIN, ends=BEGIN + DAY)
    with pytest.raises(WrongUse, match="leaves that"):
        issue(world.authority, request, ["operator"], begins=BEGIN, ends=BEGIN + 901 * DAY)
    with pytest.raises(WrongUse, match="before it begins"):
        issue(world.authority, request, ["operator"], begins=BEGIN, ends=BEGIN)


def test_a_changed_request_is_refused(world: World, tmp_path: Path) -> None:
    new_identity(tmp_path / "me", PERSON, PASSPHRASE, cost=CHEAP)
    body = openssl("req", "-in", tmp_path / "me" / "request.pem", "-outform", "PEM")
    lines = body.splitlines()
    lines[1] = lines[1][:20] + ("A" if lines[1][20] != "A" else "B") + lines[1][21:]
    for changed in ("\n".join(lines), "", "-----BEGIN CERTIFICATE REQUEST-----\n-----END CERTIFICATE REQUEST-----\n"):
        with pytest.raises(NotVerified):
            issue(world.authority, changed.encode(), ["operator"], begins=BEGIN, ends=BEGIN + DAY)


def test_a_request_for_another_curve_is_refused(world: World, tmp_path: Path) -> None:
    curve = "ec_paramgen_curve:secp384r1"
    key = ["-newkey", "ec", "-pkeyopt", curve, "-nodes", "-keyout", tmp_path / "key.pem"]
    request = openssl("req", *key, "-subj", "/O=L/CN=N/serialNumber=P9", "-new")
    with pytest.raises(NotVerified, match="P-256"):
        issue(world.authority, request.encode(), ["operator"], begins=BEGIN, ends=BEGIN + DAY)


@pytest.mark.parametrize(
    "data", [b"", b"x", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", b"0\x03\x02"]
)
def test_what_is_no_certificate_is_said_so(data: bytes) -> None:
    with pytest.raises(NotVerified, match="not a certificate"):
        describe(data)


def test_a_folder_that_cannot_be_written_is_storage_trouble(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StorageTrouble):
        new_identity(tmp_path / "file" / "me", PERSON, PASSPHRASE, cost=CHEAP)


def test_an_authority_says_that_it_is_one(tmp_path: Path) -> None:
    assert make_authority(tmp_path / "ca").card.authority
