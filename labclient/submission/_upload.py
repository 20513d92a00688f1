"""Talking to a platform: tus 1.0 (https://tus.io/protocols/resumable-upload) with its creation extension, over httpx.

    POST  <url>/files               begin an upload; the answer names its address
    HEAD  <address>                 how many bytes the platform holds
    PATCH <address>                 the bytes that follow, a piece at a time
    GET   <url>/receipts/<sha256>   404 not here · 202 being verified · 200 the signed receipt · 409, 422 refused

Nothing that a platform says is believed beyond this: bytes count once it acknowledges them, and success is the receipt
alone, which is verified elsewhere. No redirect is followed, and no address outside the platform's own is ever used.
"""

import ssl
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Self

import msgspec
from msgspec import Struct

from labclient.errors import NetworkTrouble, StorageTrouble, Trouble, WrongUse
from labclient.signing import parse_strict, storage
from labclient.words import Message, message

if TYPE_CHECKING:
    import httpx

PIECE = 8 << 20  # what is lost at most where something between us and the platform keeps a request back
_CHUNK = 1 << 16
_TUS = "1.0.0"
_MEDIA_TYPE = "application/vnd.etsi.asic-e+zip"
_MAX_ANSWER = 8_000_000
_MAX_REASONS = 20
SAY_CERTIFICATE = message("Ask the pilot laboratory for the certificate file of its platform, and name that file.")
_AGAIN = message("Nothing is lost: it stays in the outbox and is tried again.")


class Patience(Struct, frozen=True):
    """How long to wait, in seconds: for a connection, for the next byte either way, and for one whole answer."""

    connect: float = 10.0
    silence: float = 60.0
    answer: float = 300.0


class Answer(Struct, frozen=True):
    """What a platform says about a package. `container` is the receipt, not yet verified; `reasons` why it refuses."""

    kind: Literal["unknown", "working", "signed", "refused"]
    container: bytes = b""
    reasons: tuple[str, ...] = ()


class _Refusal(Struct, frozen=True):
    """The body of a refusal. Only this counts as one; any other 409 or 422 comes from something in between."""

    refused: Literal["another-package", "not-verified"]
    sha256: str
    reasons: tuple[str, ...]


class Platform:
    """The platform at `url`, as long as one connection to it is worth keeping."""

    def __init__(self, url: str, *, ca: Path | None = None, patience: Patience | None = None) -> None:
        """`ca` is a PEM file: only what it vouches for is then trusted. Raises `WrongUse`, `StorageTrouble`."""
        import httpx

        self.url = platform_url(url)
        self._patience = patience or Patience()
        self._base = httpx.URL(self.url)
        local = is_this_pc(self._base.host)
        waits = httpx.Timeout(self._patience.silence, connect=self._patience.connect)
        try:
            self._client = httpx.Client(
                verify=_trusted_roots(ca) if self._base.scheme == "https" else _nobody(),
                timeout=waits,
                trust_env=not local,  # a proxy that the environment names is not for this PC
                headers={"Accept-Encoding": "identity", "Tus-Resumable": _TUS},
            )
        except (ValueError, ImportError, httpx.InvalidURL) as error:
            raise WrongUse(
                message("The proxy that this PC's environment names cannot be used: {cause}", cause=str(error)),
                message("Name an HTTP proxy in HTTPS_PROXY, or the platform's host in NO_PROXY."),
            ) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def begin(self, name: str, size: int, sha256: str) -> str:
        """Begin the upload of a package; returns its address. Raises `NetworkTrouble`."""
        about = {"filename": name, "filetype": _MEDIA_TYPE, "sha256": sha256}
        headers = {
            "Upload-Length": str(size),
            "Upload-Metadata": ",".join(f"{key} {b64encode(text.encode()).decode()}" for key, text in about.items()),
        }
        with self._ask("POST", f"{self.url}/files", headers) as answer:
            _expect(answer, 201)
            return self._own_address(answer.headers.get("Location", ""))

    def offset(self, address: str, size: int) -> int | None:
        """How many of the `size` bytes the platform holds; None when it knows no such upload. Raises
        `NetworkTrouble`."""
        with self._ask("HEAD", address) as answer:
            if answer.status_code in {404, 410}:
                return None
            _expect(answer, 200)
            if _count(answer, "Upload-Length") != size:
                return None
            return _within(_count(answer, "Upload-Offset"), 0, size)

    def send(self, address: str, file: Path, offset: int, size: int) -> int | None:
        """Send the piece at `offset`; returns how many bytes the platform holds now, None when it expects another
        offset or knows no such upload. Raises `NetworkTrouble`, `StorageTrouble`."""
        length = min(PIECE, size - offset)
        headers = {
            "Upload-Offset": str(offset),
            "Content-Type": "application/offset+octet-stream",
            "Content-Length": str(length),
        }
        with self._ask("PATCH", address, headers, _piece(file, offset, length)) as answer:
            if answer.status_code in {404, 409, 410}:
                return None
            _expect(answer, 204)
            return _within(_count(answer, "Upload-Offset"), offset + 1, offset + length)

    def receipt(self, sha256: str) -> Answer:
        """What the platform says about the package of this SHA-256. Raises `NetworkTrouble`."""
        with self._ask("GET", f"{self.url}/receipts/{sha256}") as answer:
            status, body = answer.status_code, self._body(answer)
        if status == 404:
            return Answer("unknown")
        if status == 202:
            return Answer("working")
        if status == 200:
            return Answer("signed", container=body)
        if status in {409, 422}:
            return Answer("refused", reasons=_refusal(body, sha256, status))
        raise _unexpected(answer)

    @contextmanager
    def _ask(
        self, method: str, address: str, headers: dict[str, str] | None = None, content: Iterator[bytes] | None = None
    ) -> "Iterator[httpx.Response]":
        import httpx

        try:
            with self._client.stream(method, address, headers=headers, content=content) as answer:
                yield answer
        except httpx.TimeoutException as error:
            raise NetworkTrouble(message("The platform at {url} does not answer in time.", url=self.url),
                                 _AGAIN) from error  # fmt: skip
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            if _is_stranger(error):
                raise NetworkTrouble(
                    message("Nobody whom this PC trusts vouches for {url}: {cause}", url=self.url, cause=str(error)),
                    SAY_CERTIFICATE,
                ) from error
            raise NetworkTrouble(
                message(
                    "The connection to {url} failed: {cause}", url=self.url, cause=str(error) or type(error).__name__
                ),
                _AGAIN,
            ) from error

    def _body(self, answer: "httpx.Response") -> bytes:
        ends = time.monotonic() + self._patience.answer
        body = bytearray()
        for chunk in answer.iter_raw():
            body += chunk
            if len(body) > _MAX_ANSWER or time.monotonic() > ends:
                raise NetworkTrouble(message("The answer of {url} does not end.", url=self.url), _AGAIN)
        return bytes(body)

    def _own_address(self, location: str) -> str:
        """The address under the platform's own scheme, host and port, whatever a proxy before it made of them."""
        import httpx

        try:
            there = self._base.join(location)
        except httpx.InvalidURL as error:
            raise NetworkTrouble(message("The platform names an address that is none."), _AGAIN) from error
        if not location or there.host != self._base.host:
            raise NetworkTrouble(
                message("The platform sends us to another host, “{host}”. Nothing is sent there.", host=there.host),
                _AGAIN,
            )
        return str(self._base.copy_with(raw_path=there.raw_path))


def platform_url(url: str) -> str:
    """The address of a platform without a slash at its end. Raises `WrongUse` for anything but https; http is for this
    PC alone, and names or passwords do not belong into an address that the record keeps."""
    import httpx

    try:
        parsed = httpx.URL(url.strip())
    except (httpx.InvalidURL, ValueError) as error:
        raise _bad_url(url) from error
    if not parsed.host or parsed.userinfo or parsed.query or parsed.fragment:
        raise _bad_url(url)
    if parsed.scheme != "https" and not (parsed.scheme == "http" and is_this_pc(parsed.host)):
        raise _bad_url(url)
    return str(parsed).rstrip("/")


def is_this_pc(host: str) -> bool:
    """Whether a host name means this computer."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _bad_url(url: str) -> WrongUse:
    return WrongUse(
        message("“{url}” is not the address of a platform.", url=url),
        message("It begins with https:// and holds no name, password or question mark."),
    )


def _trusted_roots(ca: Path | None) -> ssl.SSLContext:
    if ca is None:
        import certifi

        context = ssl.create_default_context()
        context.load_verify_locations(certifi.where())
        return context
    try:
        return ssl.create_default_context(cafile=str(ca))
    except ssl.SSLError as error:
        raise WrongUse(
            message("{path} holds no certificate.", path=str(ca)),
            message("It must be a PEM file of the platform's CA."),
        ) from error
    except OSError as error:
        raise StorageTrouble(
            message("{path} cannot be read: {reason}", path=str(ca), reason=error.strerror or str(error))
        ) from error


def _nobody() -> ssl.SSLContext:
    """Trusts no certificate, which takes no time to load."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _is_stranger(error: BaseException) -> bool:
    """Whether it was the other side's certificate that did not hold."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ssl.SSLCertVerificationError):
        cause = cause.__cause__ or cause.__context__
    return cause is not None


def _piece(file: Path, offset: int, length: int) -> Iterator[bytes]:
    with storage(file), file.open("rb") as source:
        source.seek(offset)
        while length > 0:
            chunk = source.read(min(_CHUNK, length))
            if not chunk:
                raise StorageTrouble(message("{path} has become shorter while it was sent.", path=str(file)))
            length -= len(chunk)
            yield chunk


def _expect(answer: "httpx.Response", status: int) -> None:
    if answer.status_code != status:
        raise _unexpected(answer)
    if answer.headers.get("Tus-Resumable") != _TUS:
        raise NetworkTrouble(message("What answers is not a platform that can receive packages."), _AGAIN)


def _unexpected(answer: "httpx.Response") -> Trouble:
    status = answer.status_code
    sentence: Message
    if 300 <= status < 400:
        place = answer.headers.get("Location", "?")
        sentence = message("The platform points elsewhere ({place}); that is not followed.", place=place)
    elif status in {401, 407}:
        sentence = message("Something on the way asks for a password (HTTP {status}).", status=status)
    elif status in {413, 507}:
        sentence = message("The platform has no room for the package (HTTP {status}).", status=status)
    elif status == 429 or status >= 500:
        sentence = message("The platform cannot take it now (HTTP {status}).", status=status)
    else:
        sentence = message("The platform's answer cannot be understood (HTTP {status}).", status=status)
    return NetworkTrouble(sentence, _AGAIN)


def _count(answer: "httpx.Response", name: str) -> int:
    text = answer.headers.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise NetworkTrouble(message("The platform does not say how much it has."), _AGAIN)
    return int(text)


def _within(count: int, least: int, most: int) -> int:
    if not least <= count <= most:
        raise NetworkTrouble(message("What the platform says it has cannot be: {count} bytes.", count=count), _AGAIN)
    return count


def _refusal(body: bytes, sha256: str, status: int) -> tuple[str, ...]:
    try:
        refusal = msgspec.convert(parse_strict(body), _Refusal)
    except (Trouble, msgspec.ValidationError) as error:
        raise NetworkTrouble(
            message("The platform's answer cannot be understood (HTTP {status}).", status=status), _AGAIN
        ) from error
    if refusal.sha256 != sha256 or (refusal.refused == "another-package") != (status == 409):
        raise NetworkTrouble(
            message("The platform's answer cannot be understood (HTTP {status}).", status=status), _AGAIN
        )
    return refusal.reasons[:_MAX_REASONS]
