"""Handing over: a package to a folder, a stick or a platform; the pilot's receipt, signed and verified."""

from argparse import Namespace
from datetime import UTC, datetime
from pathlib import Path

from labclient.cli._common import (
    add_identity,
    add_json,
    add_notebook,
    add_trust,
    folder_of,
    opened,
    opened_identity,
    trust_for,
)
from labclient.cli._out import as_json, line
from labclient.cli._outbox import add_platform, is_address, submit_to
from labclient.cli._verbs import Verbs
from labclient.cli._verify import add_held, held, told_report
from labclient.errors import WrongUse
from labclient.package import comparison_of, is_sealed
from labclient.participation import Participation, submit, take_receipt
from labclient.submission import deliver, receive
from labclient.words import message, say


def add(verbs: Verbs) -> None:
    submit_ = verbs.add("submit", message("hand a package over: to a folder or stick, or to a platform"), _submit)
    submit_.add_argument("file", type=Path, metavar="FILE")
    submit_.add_argument("--to", required=True, metavar="FOLDER|URL", help=say(message("where to")))
    add_trust(submit_)
    add_platform(submit_)
    submit_.add_argument(
        "--notebook", type=Path, metavar="NOTEBOOK", help=say(message("the notebook in which it is entered"))
    )
    receive_ = verbs.add("receive", message("the pilot: verify a package and sign its receipt"), _receive)
    receive_.add_argument("file", type=Path, metavar="FILE")
    add_trust(receive_)
    add_held(receive_)
    add_identity(receive_)
    receive_.add_argument("--out", type=Path, required=True, metavar="DIR", help=say(message("folder for the receipt")))
    add_json(receive_)
    receipt = verbs.add("receipt", message("verify the pilot's receipt and enter it: only now delivered"), _receipt)
    add_notebook(receipt)
    receipt.add_argument("file", type=Path, metavar="FILE")


def _submit(asked: Namespace) -> int:
    if is_address(asked.to):
        return submit_to(asked)
    if asked.notebook is None:
        comparison_of(asked.file)  # nothing but a package is sent by mistake
        delivered = deliver(asked.file, Path(asked.to))
        line(message("This is in no notebook: give --notebook to have it entered."))
    else:
        with opened(asked) as participation:
            delivered = submit(participation, asked.file, Path(asked.to))
    line(message("Written to {path} and read back, SHA-256 {digest}.", path=delivered.path, digest=delivered.sha256))
    line(message("Sent, not confirmed, until the pilot's receipt is here."))
    return 0


def _receive(asked: Namespace) -> int:
    if is_sealed(asked.file):
        raise WrongUse(
            message("{file} is sealed: it must be opened first.", file=asked.file.name),
            message("`labclient open` takes the package out of its seal; that package is received."),
        )
    now = datetime.now(UTC)
    trust = trust_for(asked, comparison_of(asked.file) if asked.trust is None else "", now)
    signer = opened_identity(asked, asked.identity)
    report, path = receive(asked.file, trust, signer, folder_of(asked.out), now, held(asked))
    if asked.json:
        as_json(report.as_json() | {"receipt": str(path)})
        return 0
    told_report(report)
    line(message("Receipt: {path}. Send it back to the laboratory.", path=path))
    return 0


def _receipt(asked: Namespace) -> int:
    with opened(asked) as participation:
        return _taken(participation, asked.file)


def _taken(participation: Participation, file: Path) -> int:
    taken = take_receipt(participation, file)
    line(message("Delivered: {name} has confirmed the package {digest}, received {time} by their clock.",
                 name=taken.signer, digest=taken.receipt.package_sha256, time=taken.receipt.received))  # fmt: skip
    return 0
