"""`labclient identity`: a person's key and request; the pilot's authority, which issues and revokes."""

import json
from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from labclient.cli._common import (
    MAX_JSON,
    add_days,
    add_identity,
    add_json,
    add_passphrase,
    identity_folder,
    new_file,
    opened_identity,
    passphrase,
    validity,
    written,
)
from labclient.cli._out import as_json, line, text
from labclient.cli._verbs import Verbs
from labclient.clock import iso, parse_iso
from labclient.errors import NotVerified, WrongUse
from labclient.home import this_pc
from labclient.signing import (
    ROLES,
    Card,
    Person,
    describe,
    install_certificate,
    issue,
    new_authority,
    new_identity,
    new_seal_key,
    parse_strict,
    read_request,
    read_small,
    revocations,
    save_seal_key,
    show_identity,
    write_whole,
)
from labclient.words import message, say

_REVOKED = "revoked.json"
_SMALL = 1 << 16
_YEAR = 365


def add(verbs: Verbs) -> None:
    identity = verbs.sub("identity", message("keys and certificates of people"))
    new = identity.add("new", message("make a person's key and its request, which goes to the pilot"), _new)
    _add_person(new)
    new.add_argument("--role", choices=ROLES, action="append", default=[], help=say(message("role asked for")))
    add_passphrase(new)
    request = identity.add("request", message("print the request of an identity, or write it to a file"), _request)
    request.add_argument("identity", metavar="ID")
    request.add_argument("--out", type=Path, metavar="FILE", help=say(message("file to write")))
    show = identity.add("show", message("who an identity is; without ID, all identities on this PC"), _show)
    show.add_argument("identity", metavar="ID", nargs="?")
    add_json(show)
    install = identity.add("install", message("put the certificate that came back beside its key"), _install)
    install.add_argument("identity", metavar="ID")
    install.add_argument("certificate", type=Path, metavar="CERTIFICATE")
    authority = identity.add("authority", message("the pilot: make the authority of a comparison"), _authority)
    _add_person(authority)
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


def card_as_json(card: Card) -> dict[str, Any]:
    """A card as JSON values."""
    return {
        "id": card.person.id,
        "name": card.person.name,
        "laboratory": card.person.laboratory,
        "roles": list(card.person.roles),
        "authority": card.authority,
        "fingerprint": card.fingerprint,
        "serial": card.serial,
        "begins": iso(card.begins),
        "ends": iso(card.ends),
    }


def _add_person(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--id", type=written, required=True, metavar="ID", help=say(message("id of the person, unique in a comparison"))
    )
    parser.add_argument("--name", type=written, required=True, help=say(message("name as it shall be printed")))
    parser.add_argument("--laboratory", type=written, required=True, metavar="CODE", help=say(message("laboratory")))
    parser.add_argument("--folder", type=Path, metavar="DIR", help=say(message("folder instead of that on this PC")))


def _folder(asked: Namespace) -> Path:
    if asked.folder is not None:
        return Path(asked.folder)
    if not all(one.isalnum() or one in "._-" for one in asked.id) or asked.id.startswith("."):
        raise WrongUse(message("The id “{id}” cannot be a folder's name; give --folder.", id=asked.id))
    return this_pc().identities / str(asked.id)


def _new(asked: Namespace) -> int:
    folder = _folder(asked)
    person = Person(asked.id, asked.name, asked.laboratory, tuple(asked.role))
    new_identity(folder, person, passphrase(asked, message("Passphrase for the new key: "), twice=True))
    line(message("The key is in {folder}; it never leaves this PC.", folder=folder))
    line(message("Send {file} to the pilot laboratory, and install the certificate that comes back.",
                 file=folder / "request.pem"))  # fmt: skip
    return 0


def _request(asked: Namespace) -> int:
    data = read_small(identity_folder(asked.identity) / "request.pem", _SMALL)
    read_request(data)
    if asked.out is None:
        text(data.decode("ascii").rstrip("\n"))
    else:
        write_whole(new_file(asked.out), data)
    return 0


def _show(asked: Namespace) -> int:
    names = [asked.identity] if asked.identity else sorted(p.name for p in this_pc().identities.iterdir() if p.is_dir())
    cards = {name: show_identity(identity_folder(name)) for name in names}
    if asked.json:
        as_json({name: card_as_json(card) if card else None for name, card in cards.items()})
        return 0
    if not cards:
        line(message("There is no identity on this PC."))
    for name, card in cards.items():
        if card is None:
            line(message("{id}: waits for its certificate", id=name))
            continue
        roles = ", ".join(card.person.roles) or "-"
        line(message("{id}: {name}, {laboratory}, {roles}, until {ends}", id=name, name=card.person.name,
                     laboratory=card.person.laboratory, roles=roles, ends=iso(card.ends)[:10]))  # fmt: skip
        line(message("    certificate {fingerprint}", fingerprint=card.fingerprint))
    return 0


def _install(asked: Namespace) -> int:
    folder = identity_folder(asked.identity)
    read_request(read_small(folder / "request.pem", _SMALL))
    card = install_certificate(folder, read_small(asked.certificate, _SMALL))
    line(message("Installed: {name}, {roles}, until {ends}", name=card.person.name, roles=", ".join(card.person.roles),
                 ends=iso(card.ends)[:10]))  # fmt: skip
    return 0


def _authority(asked: Namespace) -> int:
    folder, person = _folder(asked), Person(asked.id, asked.name, asked.laboratory)
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
