"""`labclient identity`: a person's key, request and certificate."""

from argparse import Namespace
from pathlib import Path
from typing import Any

from labclient.cli import _authority
from labclient.cli._common import (
    add_json,
    add_passphrase,
    identity_folder,
    new_file,
    passphrase,
)
from labclient.cli._out import as_json, line, text, trouble
from labclient.cli._person import add_person, person_folder
from labclient.cli._verbs import Verbs
from labclient.clock import iso
from labclient.home import this_pc
from labclient.signing import (
    ROLES,
    Card,
    Person,
    install_certificate,
    new_identity,
    read_request,
    read_small,
    request_key,
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
    add_person(new)
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
    _authority.add(identity)


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


def _new(asked: Namespace) -> int:
    folder = person_folder(asked)
    person = Person(asked.id, asked.name, asked.laboratory, tuple(asked.role))
    new_identity(folder, person, passphrase(asked, message("Passphrase for the new key: "), twice=True))
    line(message("The key is in {folder}; it never leaves this PC.", folder=folder))
    line(message("Send {file} to the pilot laboratory, and install the certificate that comes back.",
                 file=folder / "request.pem"))  # fmt: skip
    return 0


def _request(asked: Namespace) -> int:
    data = read_small(identity_folder(asked.identity) / "request.pem", _SMALL)
    told = message("Fingerprint of its key, to be told to the pilot by phone: {fingerprint}",
                   fingerprint=request_key(data))  # fmt: skip
    if asked.out is None:
        text(data.decode("ascii").rstrip("\n"))
        trouble(say(told))  # what is on standard output is the request alone
    else:
        write_whole(new_file(asked.out), data)
        line(told)
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
