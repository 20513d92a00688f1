"""What is accepted is made by us; what must be refused is mostly made by openssl."""

import subprocess
from hashlib import sha256
from pathlib import Path
from random import Random

import pytest
from asn1crypto import cms
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given
from hypothesis import strategies as st

from labclient.errors import NotVerified, PlanInvalid
from labclient.signing import Trust, revocations, sign_detached, signer_of, verify_detached

from .conftest import BEGIN, DAY, MOMENT, World, make_authority

CONTENT = b"<manifest/>"
DIGEST = sha256(CONTENT).digest()


@pytest.fixture(scope="module")
def signature(world: World) -> bytes:
    return sign_detached(world.people["operator"], DIGEST, BEGIN + DAY)


@pytest.fixture
def openssl_sign(world: World, tmp_path: Path):
    """A CMS made by openssl with the operator's key."""
    for name, role in (("signer.pem", "operator"), ("checker.pem", "checker")):
        person = world.people[role]
        key = person.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (tmp_path / name).write_bytes(person.certificate + key)
    (tmp_path / "content").write_bytes(CONTENT)

    def sign(*options: str) -> bytes:
        base = ["openssl", "cms", "-sign", "-binary", "-outform", "DER", "-in", "content", "-signer", "signer.pem"]
        return subprocess.run([*base, *options], cwd=tmp_path, capture_output=True, check=True).stdout

    return sign


def test_a_signature_says_who_and_their_time(world: World, signature: bytes) -> None:
    found = verify_detached(signature, DIGEST, world.trust, MOMENT)
    assert found.card == world.people["operator"].card == signer_of(signature, DIGEST)
    assert found.claimed_time == BEGIN + DAY
    assert (found.standing.status, found.standing.revocation_checked) == ("ok", True)


def test_openssl_accepts_it_as_cades(world: World, signature: bytes, tmp_path: Path) -> None:
    for name, data in (("content", CONTENT), ("s.p7s", signature), ("root.pem", world.authority.certificate)):
        (tmp_path / name).write_bytes(data)
    command = "openssl cms -verify -cades -content content -binary -inform DER -in s.p7s -CAfile root.pem -out out"
    when = ["-attime", str(int(MOMENT.timestamp()))]
    done = subprocess.run([*command.split(), *when], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_cades_signature_of_openssl_is_accepted(world: World, openssl_sign) -> None:
    made = openssl_sign("-cades", "-md", "sha256", "-nosmimecap")
    assert verify_detached(made, DIGEST, world.trust, MOMENT).standing.status == "ok"


@pytest.mark.parametrize(
    "options",
    [
        ("-md", "sha256", "-nosmimecap"),  # no signing-certificate attribute
        ("-cades", "-md", "sha256"),  # an attribute that we do not know
        ("-cades", "-md", "sha1", "-nosmimecap"),
        ("-cades", "-md", "sha512", "-nosmimecap"),
        ("-cades", "-md", "sha256", "-nosmimecap", "-nodetach"),
        ("-cades", "-md", "sha256", "-nosmimecap", "-nodetach", "-stream"),  # BER
        ("-md", "sha256", "-noattr"),
        ("-cades", "-md", "sha256", "-nosmimecap", "-nocerts"),
        ("-cades", "-md", "sha256", "-nosmimecap", "-keyid"),
        ("-cades", "-md", "sha256", "-nosmimecap", "-signer", "checker.pem"),  # two signers
    ],
)
def test_other_forms_are_refused(world: World, openssl_sign, options: tuple[str, ...]) -> None:
    with pytest.raises(NotVerified):
        verify_detached(openssl_sign(*options), DIGEST, world.trust, MOMENT)


def test_other_content_is_refused(world: World, signature: bytes) -> None:
    with pytest.raises(NotVerified, match="other content"):
        verify_detached(signature, sha256(b"x").digest(), world.trust, MOMENT)


def test_what_nobody_signed_may_not_ride_along(world: World, signature: bytes) -> None:
    content = cms.ContentInfo.load(signature)
    info = content["content"]["signer_infos"][0]
    info["unsigned_attrs"] = cms.CMSAttributes([cms.CMSAttribute({"type": "1.2.3.4", "values": []})])
    with pytest.raises(NotVerified):
        verify_detached(content.dump(force=True), DIGEST, world.trust, MOMENT)


@pytest.mark.parametrize("time", [b"269902000000Z", b"2611020000:0Z", b"261102000000A"])
def test_an_impossible_claimed_time_is_refused_before_any_cryptography(signature: bytes, time: bytes) -> None:
    assert signature.count(b"261102000000Z") == 1
    with pytest.raises(NotVerified, match="malformed"):
        signer_of(signature.replace(b"261102000000Z", time), DIGEST)


def test_a_certificate_that_links_to_nothing_is_not_ok(world: World, signature: bytes, tmp_path: Path) -> None:
    content = cms.ContentInfo.load(signature)
    certificates = content["content"]["certificates"]
    stranger = make_authority(tmp_path / "stranger").certificates[0]
    certificates.append(cms.CertificateChoices.load(stranger))
    found = verify_detached(content.dump(force=True), DIGEST, world.trust, MOMENT)
    assert found.standing.status == "untrusted"


def test_the_standing_of_a_signer(world: World, signature: bytes, tmp_path: Path) -> None:
    operator, root = world.people["operator"], (world.authority.certificate,)

    def status(trust: Trust, moment=MOMENT) -> str:
        return verify_detached(signature, DIGEST, trust, moment).standing.status

    assert status(Trust((make_authority(tmp_path / "other").certificate,))) == "untrusted"
    assert status(Trust(())) == "untrusted"
    assert status(world.trust, BEGIN + 701 * DAY) == "expired"
    assert status(world.trust, BEGIN - DAY) == "not_yet_valid"
    # the certificate names no address of a list, which some validators take for leave to skip it
    assert status(Trust(root, (world.revoking(operator),))) == "revoked"
    assert status(Trust(root, (world.revoking(operator, at=MOMENT + DAY),))) == "ok"
    assert status(Trust(root, (world.revoking(world.people["checker"]),))) == "ok"


def test_a_list_out_of_date_does_not_clear_anybody(world: World, signature: bytes) -> None:
    old = world.revoking()
    trust = Trust((world.authority.certificate,), (old,))
    late = world.person("P-late", "operator", begins=BEGIN + 800 * DAY, days=100)
    made = sign_detached(late, DIGEST, BEGIN + 850 * DAY)
    assert verify_detached(made, DIGEST, trust, BEGIN + 850 * DAY).standing.status == "ok"
    forged = make_list_of_another_key(world)
    assert verify_detached(signature, DIGEST, Trust(trust.roots, (forged,)), MOMENT).standing.status != "ok"


def make_list_of_another_key(world: World) -> bytes:
    folder = world.folder / "same-name"
    return World(folder, make_authority(folder), {}).revoking()


def test_a_list_past_its_end_leaves_revocation_unknown(world: World, signature: bytes) -> None:
    short = revocations(world.authority, {}, number=1, begins=BEGIN, ends=BEGIN + DAY)
    standing = verify_detached(signature, DIGEST, Trust((world.authority.certificate,), (short,)), MOMENT).standing
    assert (standing.status, standing.revocation_checked) == ("revocation_unknown", True)


def test_without_a_list_it_is_said_that_nothing_was_checked(world: World, signature: bytes) -> None:
    standing = verify_detached(signature, DIGEST, Trust((world.authority.certificate,)), MOMENT).standing
    assert (standing.status, standing.revocation_checked) == ("ok", False)


def test_a_trust_that_cannot_be_read_is_no_verdict(signature: bytes, world: World) -> None:
    for trust in (Trust((b"x",)), Trust((world.authority.certificate,), (b"x",))):
        with pytest.raises(PlanInvalid):
            verify_detached(signature, DIGEST, trust, MOMENT)


def test_every_flipped_byte_is_refused(world: World, signature: bytes) -> None:
    random = Random(7)
    for position in range(len(signature)):
        flipped = bytearray(signature)
        flipped[position] ^= 1 << random.randrange(8)
        with pytest.raises(NotVerified):
            signer_of(bytes(flipped), DIGEST)


@given(st.binary(max_size=300))
def test_any_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(NotVerified):
        signer_of(data, DIGEST)


@given(st.data())
def test_any_mutilation_is_refused(signature: bytes, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(signature) - 1))
    end = data.draw(st.integers(start, min(len(signature), start + 40)))
    put = data.draw(st.binary(max_size=40))
    changed = signature[:start] + put + signature[end:]
    if changed == signature:
        return
    with pytest.raises(NotVerified):
        signer_of(changed, DIGEST)
