"""The client believes nothing of a platform that it need not, and everything ends in time."""

import base64
import json
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from labclient.errors import NetworkTrouble, StorageTrouble, WrongUse
from labclient.submission import Patience, Platform, platform_url

from .places import Reply, Server, StandIn, answer

SHA = "ab" * 32
IMPATIENT = Patience(connect=0.3, silence=0.2, answer=5.0)
TUS = {"Tus_Resumable": "1.0.0"}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "结果 r1.asice"
    path.write_bytes(bytes(range(256)) * 400)
    return path


def always(data: bytes | None) -> Reply:
    return lambda *_: data


def test_an_upload_begins_with_all_that_a_platform_must_know(file: Path) -> None:
    told: dict[str, str] = {}

    def reply(method: str, path: str, headers: dict[str, str], body: bytes) -> bytes:
        told.update(headers)
        return answer(201, Location="/files/1", **TUS)

    with StandIn(reply) as there, Platform(there.url) as platform:
        assert platform.begin(file.name, 7, SHA) == f"{there.url}/files/1"
    metadata = dict(pair.split(" ") for pair in told["upload-metadata"].split(","))
    assert {name: base64.b64decode(value).decode() for name, value in metadata.items()} == {
        "filename": file.name,
        "filetype": "application/vnd.etsi.asic-e+zip",
        "sha256": SHA,
    }
    assert told["upload-length"] == "7"
    assert told["tus-resumable"] == "1.0.0"


def test_an_address_keeps_the_scheme_and_port_that_were_asked_for() -> None:
    """A platform behind a proxy that ends TLS names http addresses, or its inner port."""
    location = "https://127.0.0.1:1/files/9"
    with StandIn(always(answer(201, Location=location, **TUS))) as there, Platform(there.url) as platform:
        assert platform.begin("r", 7, SHA) == f"{there.url}/files/9"


@pytest.mark.parametrize(
    "location", ["http://elsewhere.example/files/1", "//elsewhere.example/1", "", "http://[", "x:y"]
)
def test_an_address_at_another_host_is_not_used(location: str) -> None:
    with (
        StandIn(always(answer(201, Location=location, **TUS))) as there,
        Platform(there.url) as platform,
        pytest.raises(NetworkTrouble),
    ):
        platform.begin("r", 7, SHA)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(status: int, file: Path) -> None:
    with StandIn(always(answer(404))) as trap:
        with StandIn(always(answer(status, Location=trap.url))) as there, Platform(there.url) as platform:
            for ask in (
                lambda: platform.receipt(SHA),
                lambda: platform.begin("r", 7, SHA),
                lambda: platform.offset(f"{there.url}/files/1", 7),
                lambda: platform.send(f"{there.url}/files/1", file, 0, 7),
            ):
                with pytest.raises(NetworkTrouble, match="not followed"):
                    ask()
        assert trap.seen == []


@pytest.mark.parametrize(
    "data",
    [
        b"\x00\xff\xfe garbage without end",
        b"HTTP/1.1 204\r\n\r\n",
        b"HTTP/1.1 204 X\r\nTus-Resumable: 1.0.0\r\n\r\n",
        b"HTTP/1.1 99999 X\r\n\r\n",
        b"",
        answer(200, b"<html>Please log in</html>"),
        answer(204, Upload_Offset="100"),
        answer(204, Upload_Offset="0", **TUS),
        answer(204, Upload_Offset="101", **TUS),
        answer(204, Upload_Offset="-1", **TUS),
        answer(204, Upload_Offset="1e2", **TUS),
        answer(204, Upload_Offset="", **TUS),
        answer(204, Upload_Offset="9" * 5000, **TUS),
        answer(204, Upload_Offset="100", Tus_Resumable="2.0.0"),
        *(answer(status) for status in (100, 400, 401, 403, 407, 412, 413, 422, 429, 500, 502, 503, 504, 507)),
    ],
)
def test_garbage_instead_of_an_acknowledgement_is_trouble(data: bytes, file: Path) -> None:
    with (
        StandIn(always(data)) as there,
        Platform(there.url, patience=IMPATIENT) as platform,
        pytest.raises(NetworkTrouble),
    ):
        platform.send(f"{there.url}/files/1", file, 0, 100)


@pytest.mark.parametrize("status", [404, 409, 410])
def test_another_offset_or_a_lost_upload_is_said_apart_from_trouble(status: int, file: Path) -> None:
    with StandIn(always(answer(status))) as there, Platform(there.url) as platform:
        assert platform.send(f"{there.url}/files/1", file, 0, 100) is None


def test_the_offset_is_asked_for(file: Path) -> None:
    whole = answer(200, Upload_Offset="40", Upload_Length="100", **TUS)
    with StandIn(always(whole)) as there, Platform(there.url) as platform:
        assert platform.offset(f"{there.url}/files/1", 100) == 40
        assert platform.offset(f"{there.url}/files/1", 99) is None  # another file's upload
    with StandIn(always(answer(410))) as there, Platform(there.url) as platform:
        assert platform.offset(f"{there.url}/files/1", 100) is None


def test_only_the_bytes_that_follow_are_sent(file: Path) -> None:
    sent: list[bytes] = []

    def reply(method: str, path: str, headers: dict[str, str], body: bytes) -> bytes:
        sent.append(body)
        assert headers["upload-offset"] == "90"
        assert headers["content-length"] == "10"
        assert headers["content-type"] == "application/offset+octet-stream"
        return answer(204, Upload_Offset="100", **TUS)

    with StandIn(reply) as there, Platform(there.url) as platform:
        assert platform.send(f"{there.url}/files/1", file, 90, 100) == 100
    assert sent == [file.read_bytes()[90:100]]


def test_a_silent_platform_is_left(file: Path) -> None:
    with StandIn(always(None)) as there, Platform(there.url, patience=IMPATIENT) as platform:
        for ask in (lambda: platform.receipt(SHA), lambda: platform.send(f"{there.url}/files/1", file, 0, 100)):
            with pytest.raises(NetworkTrouble, match="in time"):
                ask()


def test_an_answer_without_end_is_left() -> None:
    with (
        StandIn(always(answer(200, b"x" * 8_000_001))) as there,
        Platform(there.url) as platform,
        pytest.raises(NetworkTrouble, match="does not end"),
    ):
        platform.receipt(SHA)
    drip = Patience(answer=0.0)
    with (
        StandIn(always(answer(200, b"x"))) as there,
        Platform(there.url, patience=drip) as platform,
        pytest.raises(NetworkTrouble, match="does not end"),
    ):
        platform.receipt(SHA)


def test_nobody_there_is_trouble() -> None:
    with StandIn(always(None)) as gone:
        pass
    with Platform(gone.url) as platform, pytest.raises(NetworkTrouble, match="failed"):
        platform.receipt(SHA)


@pytest.mark.parametrize(("status", "kind"), [(404, "unknown"), (202, "working"), (200, "signed")])
def test_what_is_said_about_a_package(status: int, kind: str) -> None:
    with StandIn(always(answer(status, b"text"))) as there, Platform(there.url) as platform:
        said = platform.receipt(SHA)
        assert said.kind == kind
        assert said.container == (b"text" if kind == "signed" else b"")


@pytest.mark.parametrize(("status", "why"), [(409, "another-package"), (422, "not-verified")])
def test_a_typed_refusal_is_one(status: int, why: str) -> None:
    body = json.dumps({"refused": why, "sha256": SHA, "reasons": ["没有签名"]}).encode()
    with StandIn(always(answer(status, body))) as there, Platform(there.url) as platform:
        assert platform.receipt(SHA).reasons == ("没有签名",)


@pytest.mark.parametrize("status", [409, 422])
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>blocked</html>",
        b'{"detail": "no"}',
        b"[" * 100,
        json.dumps({"refused": "not-verified", "sha256": "cd" * 32, "reasons": []}).encode(),
        json.dumps({"refused": "maintenance", "sha256": SHA, "reasons": []}).encode(),
    ],
)
def test_whatever_else_says_409_or_422_refuses_nothing(status: int, body: bytes) -> None:
    with StandIn(always(answer(status, body))) as there, Platform(there.url) as platform, pytest.raises(NetworkTrouble):
        platform.receipt(SHA)


def test_a_file_that_became_shorter_is_trouble_of_this_pc(file: Path) -> None:
    acknowledged = answer(204, Upload_Offset="100", **TUS)
    with StandIn(always(acknowledged)) as there, Platform(there.url, patience=IMPATIENT) as platform:
        with pytest.raises(StorageTrouble, match="shorter"):
            platform.send(f"{there.url}/files/1", file, 0, file.stat().st_size + 10)
        file.unlink()
        with pytest.raises(StorageTrouble):
            platform.send(f"{there.url}/files/1", file, 0, 100)


@pytest.mark.parametrize(
    "url", ["https://platform.example", "https://platform.example/lab/", "http://127.0.0.1:8", "http://[::1]:8", "http://localhost"]
)  # fmt: skip
def test_addresses_of_platforms(url: str) -> None:
    assert platform_url(url) == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    ["", "platform.example", "http://platform.example", "http://10.0.0.1", "ftp://127.0.0.1", "https://", "file:///tmp",
     "https://who:secret@platform.example", "https://platform.example?x=1", "https://platform.example#x",
     "https://localhost.example:port", "http://localhost.example", "https://a\x00b"],
)  # fmt: skip
def test_other_texts_are_no_addresses(url: str) -> None:
    with pytest.raises(WrongUse):
        platform_url(url)


def test_a_proxy_of_the_environment_is_used_but_not_for_this_pc(monkeypatch: pytest.MonkeyPatch) -> None:
    with StandIn(always(answer(403))) as proxy, StandIn(always(answer(404))) as there:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        with Platform(there.url) as platform:
            assert platform.receipt(SHA).kind == "unknown"
        assert proxy.seen == []
        with Platform("https://platform.example") as platform, pytest.raises(NetworkTrouble):
            platform.receipt(SHA)
        assert proxy.seen == [("CONNECT", "platform.example:443")]


def test_a_proxy_that_cannot_be_used_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:1")
    with pytest.raises(WrongUse, match="proxy"):
        Platform("https://platform.example")


@pytest.fixture
def tls(tmp_path: Path) -> Iterator[tuple[Server, Path]]:
    """The real platform over TLS, and the authority behind it."""
    authority, server = _certificates(tmp_path)
    with Server(tmp_path / "platform", tmp_path / "none", tmp_path / "none", *server) as running:
        yield running, authority


def test_a_private_authority_is_trusted_when_named_and_only_then(tls: tuple[Server, Path]) -> None:
    running, authority = tls
    with Platform(running.url, ca=authority) as platform:
        assert platform.receipt(SHA).kind == "unknown"
    with Platform(running.url) as platform, pytest.raises(NetworkTrouble, match="vouches") as caught:
        platform.receipt(SHA)
    assert "certificate file" in str(caught.value.step)


def test_a_certificate_file_that_is_none_is_said(tmp_path: Path, file: Path) -> None:
    with pytest.raises(WrongUse):
        Platform("https://platform.example", ca=file)
    with pytest.raises(StorageTrouble):
        Platform("https://platform.example", ca=tmp_path / "missing.pem")


def test_a_platform_that_speaks_no_tls_is_trouble() -> None:
    with StandIn(always(answer(404))) as there:
        url = there.url.replace("http", "https")
        with Platform(url, patience=IMPATIENT) as platform, pytest.raises(NetworkTrouble):
            platform.receipt(SHA)


def _certificates(folder: Path) -> tuple[Path, tuple[str | Path, ...]]:
    now = datetime.now(UTC)
    root_key, key = generate_private_key(SECP256R1()), generate_private_key(SECP256R1())
    root = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Authority (example)")])

    def made(name: x509.Name, public: object, *extensions: tuple[x509.ExtensionType, bool]) -> bytes:
        builder = x509.CertificateBuilder(root, name, public, x509.random_serial_number(), now - timedelta(days=1),
                                          now + timedelta(days=1))  # fmt: skip
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical)
        return builder.sign(root_key, SHA256()).public_bytes(Encoding.PEM)

    usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
    authority = folder / "authority.pem"
    authority.write_bytes(
        made(root, root_key.public_key(), (x509.BasicConstraints(True, None), True), (usage, True),
             (x509.SubjectKeyIdentifier.from_public_key(root_key.public_key()), False))
    )  # fmt: skip
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    certificate, private = folder / "server.pem", folder / "server.key"
    certificate.write_bytes(
        made(x509.Name([]), key.public_key(), (names, True),
             (x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), False))
    )  # fmt: skip
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    assert ssl.create_default_context(cafile=str(authority)).cert_store_stats()["x509_ca"] == 1
    return authority, ("--certificate", certificate, "--key", private)
