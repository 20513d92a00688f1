"""The pilot's side of `labclient identity`: the authority, which issues and revokes; the key that opens seals."""

import json
from argparse import Namespace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from labclient.cli._common import (
    MAX_JSON,
    add_days,
    add_identity,
    add_passphrase,
    identity_folder,
    new_file,
    opened_identity,
    passphrase,
    validity,
)
from labclient.cli._out import line, text
from labclient.cli._person import add_person, person_folder
from labclient.cli._verbs import Verbs
from labclient.clock import iso, parse_iso
from labclient.errors import NotVerified, WrongUse
from labclient.signing import (
    ROLES,
    Person,
    describe,
    issue,
    new_authority,
    new_seal_key,
    parse_strict,
    read_request,
    read_small,
    request_key,
    revocations,
    save_seal_key,
    write_whole,
)
from labclient.words import message, say

_REVOKED = "revoked.json"
_SMALL = 1 << 16
_YEAR = 365


def add(identity: Verbs) -> None:
    """The pilot's verbs, under `labclient identity`."""
    authority = identity.add("authority", message("the pilot: make the authority of a comparison"), _authority)
    add_person(authority)
    add_days(authority, 10 * _YEAR)
    add_passphrase(authority)
    granted = identity.add("issue", message("the pilot: issue the certificate for a request"), _issue)
    granted.add_argument("request", type=Path, metavar="REQUEST")
    add_identity(granted, "--authority")
    granted.add_argument(
        "--role", choices=ROLES, action="append", required=True, help=say(message("role granted; may be repeated"))
    )
    add_days(granted, 2 * _YEAR)
    granted.add_argument("--out", type=Path, required=True, metavar="FILE", help=say(message("file to write")))
    revoke = identity.add("revoke", message("the pilot: write the list of revoked certificates"), _revoke)
    revoke.add_argument(
        "serial", nargs="*", metavar="SERIAL", help=say(message("certificates to add, by serial number or file"))
    )
    add_identity(revoke, "--authority")
    add_days(revoke, _YEAR)
    revoke.add_argument("--out", type=Path, required=True, metavar="FILE", help=say(message("file to write")))
    seal_key = identity.add("seal-key", message("the pilot: make the key that opens sealed packages"), _seal_key)
    seal_key.add_argument("file", type=Path, metavar="FILE")
    add_passphrase(seal_key)


def _authority(asked: Namespace) -> int:
    folder, person = person_folder(asked), Person(asked.id, asked.name, asked.laboratory)
    begins, ends = validity(asked)
    secret = passphrase(asked, message("Passphrase for the new key: "), twice=True)
    made = new_authority(folder, person, secret, begins=begins, ends=ends)
    line(message("The authority is in {folder}. Its fingerprint, to be told by phone or on paper:", folder=folder))
    text(made.card.fingerprint)
    return 0


def _issue(asked: Namespace) -> int:
    data = read_small(asked.request, _SMALL)
    person = read_request(data)
    begins, ends = validity(asked)
    certificate = issue(opened_identity(asked, asked.authority), data, asked.role, begins=begins, ends=ends)
    write_whole(new_file(asked.out), certificate)
    line(message("Issued to {name} ({id}) of {laboratory} as {roles}: {file}", name=person.name, id=person.id,
                 laboratory=person.laboratory, roles=", ".join(asked.role), file=asked.out))  # fmt: skip
    line(message("That this request came from this person, you have to know: ask them for its fingerprint."))
    line(message("Fingerprint of the request's key: {fingerprint}", fingerprint=request_key(data)))
    return 0


def _revoke(asked: Namespace) -> int:
    folder = identity_folder(asked.authority)
    now, ends = validity(asked)
    kept = _revoked(folder / _REVOKED)
    kept["revoked"].update({_serial(one): iso(now) for one in asked.serial if _serial(one) not in kept["revoked"]})
    kept["number"] += 1
    moments = {serial: parse_iso(when) for serial, when in kept["revoked"].items()}
    authority = opened_identity(asked, asked.authority)
    data = revocations(authority, moments, number=kept["number"], begins=now, ends=ends)
    write_whole(new_file(asked.out), data)
    write_whole(folder / _REVOKED, json.dumps(kept).encode())
    line(message("Revocation list {number} with {count} certificates: {file}", number=kept["number"],
                 count=len(moments), file=asked.out))  # fmt: skip
    return 0


def _revoked(path: Path) -> dict[str, Any]:
    """What this authority revoked so far, and the number of its last list."""
    if not path.exists():
        return {"number": 0, "revoked": {}}
    try:
        kept = parse_strict(read_small(path, MAX_JSON))
        known = {str(serial): iso(parse_iso(when)) for serial, when in kept["revoked"].items()}
        return {"number": int(kept["number"]), "revoked": known}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise NotVerified(message("{path} is damaged.", path=str(path))) from error


def _serial(given: str) -> str:
    """The serial number of a certificate, given as such or as a file."""
    if Path(given).is_file():
        return describe(read_small(Path(given), _SMALL)).serial
    try:
        return f"{int(given, 16):x}"
    except ValueError:
        raise WrongUse(message("“{text}” is neither a serial number nor a certificate file.", text=given)) from None


def _seal_key(asked: Namespace) -> int:
    key = new_seal_key()
    save_seal_key(new_file(asked.file), key, passphrase(asked, message("Passphrase for the new key: "), twice=True))
    line(message("The key is in {file}. What is sealed to it can be opened with it alone: keep a second copy apart.",
                 file=asked.file))  # fmt: skip
    line(message("Its recipient, for the trust list ({moment}):", moment=iso(datetime.now(UTC))[:10]))
    text(key.recipient)
    return 0
