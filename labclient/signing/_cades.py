"""Detached CAdES-B signatures: ECDSA P-256 with SHA-256, one signer a file.

The one module that knows how pyHanko is asked for CAdES outside a PDF (`use_pades=True, is_pdf_sig=False`); its version
is pinned, and the tests let openssl judge. On the way in, an allow-list decides before any cryptography: what it does
not know is refused, so a signature has one reading only.
"""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from msgspec import Struct

from labclient.errors import NotVerified
from labclient.signing._certificates import Card, describe
from labclient.signing._der import check_der
from labclient.signing._identities import Signer
from labclient.signing._trust import Standing, Trust, standing
from labclient.words import Message, message

MAX_SIGNATURE_BYTES = 1 << 16
_MAX_CERTIFICATES = 8
_REQUIRED = {"content_type", "message_digest", "signing_time", "signing_certificate_v2"}
_KNOWN = _REQUIRED | {"cms_algorithm_protection"}
_MALFORMED = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError)


class Signature(Struct, frozen=True):
    """A signature that holds: who, the time they claim, and how their certificate stands."""

    card: Card
    claimed_time: datetime
    standing: Standing


def sign_detached(signer: Signer, digest: bytes, moment: datetime) -> bytes:
    """The CAdES signature (DER) over content with this SHA-256 digest; `moment` is the time the signer claims."""
    import asyncio

    from asn1crypto.algos import SignedDigestAlgorithm
    from asn1crypto.x509 import Certificate
    from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes
    from pyhanko.sign.signers.pdf_cms import Signer as PyHankoSigner

    class Backend(PyHankoSigner):
        async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:  # noqa: ARG002
            return signer.sign_raw(data)

    leaf, *others = [Certificate.load(one) for one in signer.certificates]
    backend = Backend(
        signing_cert=leaf,
        signature_mechanism=SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}),
        embed_roots=False,
    )
    backend.cert_registry.register_multiple(others)
    attributes = PdfCMSSignedAttributes(signing_time=moment.astimezone(UTC).replace(microsecond=0))
    signing = backend.async_sign(digest, "sha256", use_pades=True, is_pdf_sig=False, signed_attr_settings=attributes)
    signature: bytes = asyncio.run(signing).dump()
    return signature


def verify_detached(signature: bytes, digest: bytes, trust: Trust, moment: datetime) -> Signature:
    """The signature over content with this SHA-256 digest, its signer's certificate judged at `moment`.

    Raises NotVerified when it is not of the allowed form or does not hold. A signer who is unknown, revoked or out of
    date is no exception: `standing.status` says so, and only `ok` is ok.
    """
    parts = _parts(signature)
    _check_integrity(parts.info, parts.leaf, digest)
    certificates = [parts.leaf.dump(), *(one.dump() for one in parts.others)]
    return Signature(
        card=describe(certificates[0]),
        claimed_time=parts.claimed_time,
        standing=standing(certificates, trust, moment),
    )


def signer_of(signature: bytes, digest: bytes) -> Card:
    """Who made a signature that holds, trusted or not; raises as `verify_detached`."""
    parts = _parts(signature)
    _check_integrity(parts.info, parts.leaf, digest)
    return describe(parts.leaf.dump())


class _Parts(Struct, frozen=True):
    """What an allowed signature consists of (asn1crypto's SignerInfo and certificates)."""

    info: Any
    leaf: Any
    others: tuple[Any, ...]
    claimed_time: datetime


def _parts(signature: bytes) -> _Parts:
    from asn1crypto import tsp  # noqa: F401 - without it cms does not know the attribute that binds the certificate
    from asn1crypto.cms import ContentInfo

    if len(signature) > MAX_SIGNATURE_BYTES:
        raise _refused(message("it is too large"))
    check_der(signature)
    try:  # parsing is lazy: whatever is used later is looked into here first
        content = ContentInfo.load(signature, strict=True)
        _check_allowed(content)
        info = content["content"]["signer_infos"][0]
        certificates = [one.chosen for one in content["content"]["certificates"]]
        signed = _attributes(info)
        leaf = _leaf(signed, info, certificates)
        others = tuple(one for one in certificates if one is not leaf)
        return _Parts(info, leaf, others, signed["signing_time"].native.astimezone(UTC))
    except _MALFORMED as error:
        raise _refused(message("it is malformed")) from error


def _check_allowed(content: Any) -> None:
    if content["content_type"].native != "signed_data":
        raise _refused(message("it is no signed data"))
    data = content["content"]
    infos = data["signer_infos"]
    if len(infos) != 1:
        raise _refused(message("it has not exactly one signer"))
    info = infos[0]
    if (
        data["encap_content_info"]["content_type"].native != "data"
        or data["encap_content_info"]["content"].native is not None
    ):
        raise _refused(message("it carries content of its own"))
    if info["signature_algorithm"]["algorithm"].native != "sha256_ecdsa":
        raise _refused(message("its algorithm is not ECDSA with SHA-256"))
    digests = [info["digest_algorithm"], *data["digest_algorithms"]]
    if len(digests) != 2 or any(one["algorithm"].native != "sha256" for one in digests):
        raise _refused(message("its digest is not SHA-256"))
    if any(one["parameters"].native is not None for one in (*digests, info["signature_algorithm"])):
        raise _refused(message("its algorithms carry parameters"))
    if data["version"].native != "v1" or info["version"].native != "v1" or data["crls"].native is not None:
        raise _refused(message("it is of another version"))
    if info["sid"].name != "issuer_and_serial_number" or info["unsigned_attrs"].native is not None:
        raise _refused(message("it carries what nobody signed"))
    if not 1 <= len(data["certificates"]) <= _MAX_CERTIFICATES:
        raise _refused(message("it carries no certificate, or too many"))
    if any(one.name != "certificate" for one in data["certificates"]):
        raise _refused(message("it carries a certificate of an unknown kind"))


def _attributes(info: Any) -> dict[str, Any]:
    found = {attribute["type"].native: attribute["values"] for attribute in info["signed_attrs"]}
    if len(found) != len(info["signed_attrs"]) or not set(found) >= _REQUIRED:
        raise _refused(message("a signed attribute is missing or there twice"))
    if not set(found) <= _KNOWN or any(len(values) != 1 for values in found.values()):
        raise _refused(message("it has an unknown signed attribute"))
    if found["signing_time"][0].name != "utc_time":  # as RFC 5652 §11.3 demands until 2049
        raise _refused(message("its claimed time is in another form"))
    bound = found["signing_certificate_v2"][0]["certs"]
    if len(bound) != 1 or bound[0]["hash_algorithm"]["algorithm"].native != "sha256":
        raise _refused(message("it does not bind its certificate with SHA-256"))
    return {name: values[0] for name, values in found.items()}


def _leaf(signed: dict[str, Any], info: Any, certificates: list[Any]) -> Any:
    """The one certificate that the signer names, bound by its digest before anything looks into it."""
    named = info["sid"].chosen
    found = [
        one
        for one in certificates
        # byte for byte: names compare without regard to case, and one signature has one spelling
        if one.issuer.dump() == named["issuer"].dump() and one.serial_number == named["serial_number"].native
    ]
    bound = signed["signing_certificate_v2"]["certs"][0]["cert_hash"].native
    if len(found) != 1 or sha256(found[0].dump()).digest() != bound:
        raise _refused(message("it does not carry the certificate of its signer"))
    return found[0]


def _check_integrity(info: Any, leaf: Any, digest: bytes) -> None:
    """The message digest, the bound certificate and the signature over the signed attributes."""
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from pyhanko.sign.validation.errors import SignatureValidationError
    from pyhanko.sign.validation.generic_cms import validate_sig_integrity

    describe(leaf.dump())  # the curve, before any use of the key
    try:
        intact, valid = validate_sig_integrity(info, leaf, expected_content_type="data", actual_digest=digest)
    except (SignatureValidationError, InvalidSignature, UnsupportedAlgorithm) as error:
        raise _refused(message("it does not hold")) from error
    except _MALFORMED as error:
        raise _refused(message("it is malformed")) from error
    if not intact:
        raise NotVerified(message("The signature belongs to other content."))
    if not valid:
        raise _refused(message("it does not hold"))


def _refused(reason: Message) -> NotVerified:
    return NotVerified(message("The signature is refused: {reason}.", reason=reason))
