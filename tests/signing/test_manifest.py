from base64 import b64encode
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from labclient.errors import NotVerified
from labclient.signing import Manifest, manifest_for, read_manifest

DIGESTS = {"data/readings.csv": sha256(b"1").digest(), "附件/照片 1&2.txt": sha256(b"2").digest()}
GOOD = manifest_for("META-INF/signature001.p7s", DIGESTS)


def test_what_is_written_is_read() -> None:
    assert read_manifest(GOOD) == Manifest("META-INF/signature001.p7s", DIGESTS)


def test_it_is_the_xml_of_the_standard() -> None:
    root = etree.fromstring(GOOD)
    assert root.tag == "{http://uri.etsi.org/02918/v1.2.1#}ASiCManifest"
    assert [etree.QName(child).localname for child in root] == ["SigReference"] + ["DataObjectReference"] * 2
    assert root[1].get("URI") == "data/readings.csv"
    assert root[2].get("URI") == "%E9%99%84%E4%BB%B6/%E7%85%A7%E7%89%87%201%262.txt"
    values = root.findall(".//{http://www.w3.org/2000/09/xmldsig#}DigestValue")
    assert [value.text for value in values] == [b64encode(digest).decode() for digest in DIGESTS.values()]


SIGREFERENCE = GOOD.split(b"\n")[2] + b"\n"
BOMB = b'<!DOCTYPE a [<!ENTITY x "y">]>'


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        (GOOD.replace(b"\n<asic:ASiC", b"\n" + BOMB + b"\n<asic:ASiC", 1), "document type"),
        (GOOD.replace(b"readings", b"&x;"), "document type"),
        (GOOD.replace(SIGREFERENCE, SIGREFERENCE + b"<!-- c -->\n"), "document type"),
        (GOOD.decode().replace("UTF-8", "UTF-16").encode("utf-16"), "document type"),
        (GOOD.replace(b"xmlenc#sha256", b"xmldsig#sha1"), "not SHA-256"),
        (GOOD.replace(SIGREFERENCE, SIGREFERENCE * 2), "exactly one"),
        (GOOD.replace(SIGREFERENCE, b""), "exactly one"),
        (GOOD.replace(b"</ds:DigestValue>", b"!</ds:DigestValue>"), "cannot be read"),
        (GOOD.replace(b"=</ds:DigestValue>", b"</ds:DigestValue>"), "cannot be read"),
        (GOOD.replace(b"readings.csv", b"%72eadings.csv"), "exact form"),
        (GOOD + b"\n", "exact form"),
        (GOOD.replace(b"<asic:SigReference", b"<asic:SigReference  "), "exact form"),
        (GOOD.replace(b"</asic:ASiCManifest>", b"<asic:Extra/></asic:ASiCManifest>"), "exact form"),
        (GOOD.replace(b"</asic:ASiCManifest>", b""), "not XML"),
        (b'<?xml version="1.0" encoding="UTF-8"?>' + b"<a>" * 10_000, "not XML"),
        (b" " * (2 << 20), "too large"),
    ],
)
def test_other_forms_are_refused(changed: bytes, reason: str) -> None:
    assert changed != GOOD
    with pytest.raises(NotVerified, match=reason):
        read_manifest(changed)


def test_a_file_listed_twice_is_refused() -> None:
    entry = GOOD[GOOD.index(b"<asic:DataObjectReference") : GOOD.index(b"</asic:DataObjectReference>\n") + 28]
    with pytest.raises(NotVerified, match="twice"):
        read_manifest(GOOD.replace(entry, entry * 2))


@given(st.data())
def test_any_mutilation_is_refused_or_says_something_else(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(GOOD) - 1))
    end = data.draw(st.integers(start, min(len(GOOD), start + 60)))
    changed = GOOD[:start] + data.draw(st.binary(max_size=60)) + GOOD[end:]
    try:
        found = read_manifest(changed)
    except NotVerified:
        return
    assert manifest_for(found.signature, found.digests) == changed
