"""The ASiC manifest: the list of files and SHA-256 digests that one signature covers (ETSI EN 319 162-1, A.4).

Like the ZIP around it, it has one form: what is read must be byte for byte what would be written.
"""

from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, unquote
from xml.sax.saxutils import quoteattr

from msgspec import Struct

from labclient.errors import NotVerified
from labclient.words import Message, message

MAX_MANIFEST_BYTES = 1 << 20
_ASIC, _DS = "http://uri.etsi.org/02918/v1.2.1#", "http://www.w3.org/2000/09/xmldsig#"
_SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
_PKCS7 = "application/x-pkcs7-signature"
_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'


class Manifest(Struct, frozen=True):
    """The signature file that covers, and the SHA-256 digest of each file covered."""

    signature: str
    digests: dict[str, bytes]


def manifest_for(signature: str, digests: Mapping[str, bytes]) -> bytes:
    """The manifest (XML) of a signature file over files with these SHA-256 digests, in the order given."""
    lines = [
        _DECLARATION,
        f'<asic:ASiCManifest xmlns:asic="{_ASIC}" xmlns:ds="{_DS}">',
        f'<asic:SigReference URI={quoteattr(quote(signature))} MimeType="{_PKCS7}"/>',
    ]
    for name, digest in digests.items():
        lines += [
            f"<asic:DataObjectReference URI={quoteattr(quote(name))}>",
            f'<ds:DigestMethod Algorithm="{_SHA256}"/>',
            f"<ds:DigestValue>{b64encode(digest).decode()}</ds:DigestValue>",
            "</asic:DataObjectReference>",
        ]
    return "\n".join([*lines, "</asic:ASiCManifest>", ""]).encode()


def read_manifest(data: bytes) -> Manifest:
    """The manifest in these bytes. Raises NotVerified for a document type, digests other than SHA-256, several
    signatures, a file listed twice, and any other form than that of `manifest_for`."""
    from lxml import etree

    if len(data) > MAX_MANIFEST_BYTES:
        raise _refused(message("it is too large"))
    if not data.startswith(_DECLARATION.encode()) or b"<!" in data or b"&" in data:
        raise _refused(message("it has a document type, an entity or a comment"))
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise _refused(message("it is not XML")) from error
    signatures = root.findall(f"{{{_ASIC}}}SigReference")
    if len(signatures) != 1:
        raise _refused(message("it does not name exactly one signature"))
    references = [_reference(element) for element in root.findall(f"{{{_ASIC}}}DataObjectReference")]
    manifest = Manifest(unquote(signatures[0].get("URI", "")), dict(references))
    if len(manifest.digests) != len(references):
        raise _refused(message("it lists a file twice"))
    if manifest_for(manifest.signature, manifest.digests) != data:
        raise _refused(message("it is not in the exact form"))
    return manifest


def _reference(element: Any) -> tuple[str, bytes]:
    method = element.find(f"{{{_DS}}}DigestMethod")
    if method is None or method.get("Algorithm") != _SHA256:
        raise _refused(message("a digest is not SHA-256"))
    try:
        digest = b64decode(element.findtext(f"{{{_DS}}}DigestValue") or "", validate=True)
    except (NotBase64, ValueError) as error:
        raise _refused(message("a digest cannot be read")) from error
    if len(digest) != 32:
        raise _refused(message("a digest cannot be read"))
    return unquote(element.get("URI", ""), errors="replace"), digest


def _refused(reason: Message) -> NotVerified:
    return NotVerified(message("The signed list of files is refused: {reason}.", reason=reason))
