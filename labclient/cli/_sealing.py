"""`labclient seal` and `labclient open`: a finished package encrypted to the pilot, and out of its seal again."""

from argparse import Namespace
from datetime import UTC, datetime
from pathlib import Path

from labclient.cli._common import (
    add_identity,
    add_json,
    add_passphrase,
    add_trust,
    folder_of,
    opened,
    opened_identity,
    passphrase,
    trust_for,
)
from labclient.cli._out import as_json, line, text
from labclient.cli._verbs import Verbs
from labclient.cli._verify import told_code, told_report
from labclient.package import comparison_of, open_sealed, seal_package
from labclient.signing import load_seal_key
from labclient.words import message, say


def add(verbs: Verbs) -> None:
    seal = verbs.add("seal", message("seal a finished package to the pilot; the approver signs"), _seal)
    seal.add_argument("file", type=Path, metavar="FILE")
    add_trust(seal)
    add_identity(seal)
    seal.add_argument("--out", type=Path, required=True, metavar="DIR", help=say(message("folder for the sealed file")))
    seal.add_argument(
        "--notebook", type=Path, metavar="NOTEBOOK", help=say(message("the notebook in which it is entered"))
    )
    add_json(seal)
    open_ = verbs.add("open", message("the pilot: open a sealed package and verify it"), _open)
    open_.add_argument("file", type=Path, metavar="FILE")
    open_.add_argument("--key", type=Path, required=True, metavar="FILE", help=say(message("the key that opens")))
    add_passphrase(open_)
    add_trust(open_)
    open_.add_argument("--out", type=Path, required=True, metavar="DIR", help=say(message("folder for the package")))
    add_json(open_)


def _seal(asked: Namespace) -> int:
    now = datetime.now(UTC)
    trust = trust_for(asked, comparison_of(asked.file) if asked.trust is None else "", now)
    signer = opened_identity(asked, asked.identity)
    sealed = seal_package(asked.file, trust, signer, folder_of(asked.out), now)
    if asked.notebook is not None:
        with opened(asked) as participation:
            told = f"Sealed {asked.file.name} as {sealed.path.name}, SHA-256 {sealed.sha256}, code {sealed.code}"
            participation.enter("note", {"text": told[:500]}, signer.person.id)
    if asked.json:
        as_json({"file": str(sealed.path), "sha256": sealed.sha256, "commitment": sealed.commitment,
                 "code": sealed.code})  # fmt: skip
        return 0
    line(message("Sealed: {path}, SHA-256 {digest}", path=sealed.path, digest=sealed.sha256))
    line(message("Read this code to the pilot laboratory over the phone, before anything is opened:"))
    text(sealed.code)
    return 0


def _open(asked: Namespace) -> int:
    now = datetime.now(UTC)
    trust = trust_for(asked, comparison_of(asked.file) if asked.trust is None else "", now)
    key = load_seal_key(asked.key, passphrase(asked, message("Passphrase of {name}: ", name=asked.key.name)))
    found = open_sealed(asked.file, key, trust, folder_of(asked.out), now)
    if asked.json:
        as_json(found.report.as_json() | {"file": str(found.path), "commitment": found.said.commitment,
                                          "code": found.said.code})  # fmt: skip
    else:
        line(message("Out of its seal: {path}. It is the package that the commitment fixed.", path=found.path))
        told_code(found.said)
        told_report(found.report)
    return 0 if found.report.ok else 1
