"""Whether a certificate leads to a root that we trust, unrevoked, at a given moment."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from labclient.errors import PlanInvalid
from labclient.words import message

_MALFORMED = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, NotImplementedError)


class Trust(Struct, frozen=True):
    """What is trusted: root certificates (each a PEM file's bytes) and the newest revocation lists (PEM or DER)."""

    roots: tuple[bytes, ...]
    revocations: tuple[bytes, ...] = ()


class Standing(Struct, frozen=True):
    """A certificate's standing at a moment: `ok`, `expired`, `not_yet_valid`, `revoked`, `revocation_unknown` (a list
    of its issuer is there but too old) or `untrusted`; and whether a revocation list of its issuer was at hand."""

    status: str
    revocation_checked: bool


def standing(certificates: Sequence[bytes], trust: Trust, moment: datetime) -> Standing:
    """The standing at `moment` of the first of `certificates` (DER); the others may link it to a root, and one that
    does not makes it `untrusted`. Raises PlanInvalid when the trusted roots or lists cannot be read."""
    import asyncio

    from asn1crypto.x509 import Certificate

    leaf, *others = [Certificate.load(one) for one in certificates]
    roots = [root for data in trust.roots for root in _read(data, Certificate)]
    lists = [_read(data, _revocation_list())[0] for data in trust.revocations]
    try:
        checked = any(one.issuer == leaf.issuer for one in lists)
    except _MALFORMED:  # parsing is lazy: the name is looked into here for the first time
        return Standing("untrusted", revocation_checked=False)
    return Standing(asyncio.run(_status(leaf, others, roots, lists if checked else [], moment)), checked)


async def _status(leaf: Any, others: list[Any], roots: list[Any], lists: list[Any], moment: datetime) -> str:
    from pyhanko_certvalidator import CertificateValidator, ValidationContext, errors

    context = ValidationContext(
        trust_roots=roots,
        other_certs=others,
        crls=lists,
        moment=moment,
        allow_fetching=False,
        # "hard-fail" would pass a revoked certificate that names no address of a list
        revocation_mode="require" if lists else "soft-fail",
        # a list newer than `moment` still tells what was revoked before it
        retroactive_revinfo=True,
    )
    try:
        validator: Any = CertificateValidator(leaf, others, context)
        path = await validator.async_validate_usage({"digital_signature"})
    except errors.RevokedError:
        return "revoked"
    except errors.ExpiredError:
        return "expired"
    except errors.NotYetValidError:
        return "not_yet_valid"
    except errors.InsufficientRevinfoError:
        return "revocation_unknown"
    except (errors.ValidationError, errors.PathError, *_MALFORMED):
        return "untrusted"
    used = {one.dump() for one in path if isinstance(one, type(leaf))}
    return "ok" if all(one.dump() in used for one in others) else "untrusted"


def _read(data: bytes, kind: Any) -> list[Any]:
    """The certificates or lists in a PEM or DER file."""
    from asn1crypto import pem

    try:
        if not pem.detect(data):
            found = [kind.load(data, strict=True)]
        else:
            found = [kind.load(der, strict=True) for _, _, der in pem.unarmor(data, multiple=True)]
        for one in found:
            one.native  # noqa: B018 - parsing is lazy: fail here, not later
    except _MALFORMED as error:
        raise PlanInvalid(message("A trusted root or revocation list cannot be read.")) from error
    return found


def _revocation_list() -> Any:
    from asn1crypto.crl import CertificateList

    return CertificateList
