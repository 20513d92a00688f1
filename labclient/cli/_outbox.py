"""`labclient outbox`, and `submit` to an address: packages on their way over a network."""

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from datetime import UTC, datetime
from pathlib import Path

from labclient.cli._common import add_json, add_trust, opened, trust_for
from labclient.cli._out import as_json, line
from labclient.cli._verbs import Verbs
from labclient.clock import SystemClock, iso
from labclient.errors import Trouble
from labclient.home import this_pc
from labclient.package import comparison_of
from labclient.participation import send as send_for
from labclient.plan import TrustList
from labclient.submission import STATE_NAMES, Item, Outbox, TakenReceipt, send, send_due
from labclient.words import Message, message, say

_WAIT_S = 60.0


def add(verbs: Verbs) -> None:
    outbox = verbs.sub("outbox", message("packages on their way to a platform"))
    list_ = outbox.add("list", message("what is on its way, what arrived, what was refused"), _list)
    add_json(list_)
    send_ = outbox.add("send", message("send what waits, until the pilot's receipt is verified"), _send)
    send_.add_argument("package", nargs="?", metavar="SHA256", help=say(message("one package; its first digits do")))
    add_trust(send_)
    add_wait(send_)
    retry = outbox.add("retry", message("send at the next opportunity what was refused or waits"), _retry)
    retry.add_argument("package", metavar="SHA256", help=say(message("the package; its first digits do")))


def add_platform(parser: ArgumentParser) -> None:
    """The options of `submit` that an address needs."""
    parser.add_argument("--ca", type=Path, metavar="FILE", help=say(message("certificate (PEM) behind the platform")))
    add_wait(parser)


def add_wait(parser: ArgumentParser) -> None:
    told = message("how long to wait for the receipt, in seconds; {seconds} unless told", seconds=int(_WAIT_S))
    parser.add_argument("--wait", type=_seconds, default=_WAIT_S, metavar="S", help=say(told))


def is_address(to: str) -> bool:
    """Whether a target is a platform's address rather than a folder."""
    return "://" in to


def submit_to(asked: Namespace) -> int:
    """`submit FILE --to URL`: into the outbox, then sent. With `--notebook` it is entered there."""
    outbox = Outbox(this_pc().outbox)
    if asked.notebook is not None:
        with opened(asked) as participation:
            taken = send_for(participation, asked.file, asked.to, outbox, ca=asked.ca, wait_s=asked.wait)
    else:
        trust = trust_for(asked, comparison_of(asked.file) if asked.trust is None else "", datetime.now(UTC))
        item = outbox.add(asked.file, asked.to, ca=asked.ca)
        taken = send(outbox, item.sha256, trust, clock=SystemClock(), wait_s=asked.wait)
        line(message("This is in no notebook: give --notebook to have it entered."))
    line(_delivered(taken))
    return 0


def _list(asked: Namespace) -> int:
    items = Outbox(this_pc().outbox).items()
    if asked.json:
        as_json([_as_json(item) for item in items])
        return 0
    for item in items:
        line(message("{digest}  {state}  {path} → {url}", digest=item.sha256[:12], state=STATE_NAMES[item.state],
                     path=item.path, url=item.url))  # fmt: skip
        if item.said:
            line(item.said)
        if item.next_try:
            line(message("Next try from {time} on, after {count} in vain.", time=iso(item.next_try),
                         count=item.attempts))  # fmt: skip
    if not items:
        line(message("The outbox is empty."))
    return 0


def _send(asked: Namespace) -> int:
    outbox = Outbox(this_pc().outbox)
    if asked.package is not None:
        item = outbox.item(asked.package)
        taken = send(outbox, item.sha256, _trust(asked, item), clock=SystemClock(), wait_s=asked.wait)
        line(_delivered(taken))
        return 0
    code = 0
    for item, trouble in send_due(outbox, lambda one: _trust(asked, one), clock=SystemClock()):
        code = max(code, _told(item, trouble))
    return code


def _retry(asked: Namespace) -> int:
    outbox = Outbox(this_pc().outbox)
    item = outbox.queue(outbox.item(asked.package).sha256)
    return _told(item, None)


def _told(item: Item, trouble: Trouble | None) -> int:
    line(message("{path}: {state}", path=item.path.name, state=STATE_NAMES[item.state]))
    if trouble is None:
        return 0
    line(message("{told}", told=trouble.tell()))
    return trouble.exit_code


def _trust(asked: Namespace, item: Item) -> TrustList:
    return trust_for(asked, comparison_of(item.path) if asked.trust is None else "", datetime.now(UTC))


def _delivered(taken: TakenReceipt) -> Message:
    return message(
        "Delivered: {name} has confirmed the package {digest}, received {time} by their clock.",
        name=taken.signer,
        digest=taken.receipt.package_sha256,
        time=taken.receipt.received,
    )


def _as_json(item: Item) -> dict[str, object]:
    return {
        "sha256": item.sha256,
        "path": str(item.path),
        "size": item.size,
        "url": item.url,
        "state": item.state,
        "attempts": item.attempts,
        "next_try": iso(item.next_try) if item.next_try else None,
        "receipt": str(item.receipt) if item.receipt else None,
        "said": say(item.said) if item.said else None,
    }


def _seconds(text: str) -> float:
    """A number of seconds, not negative."""
    if not (text.isascii() and text.isdigit() and len(text) < 7):
        raise ArgumentTypeError(say(message("“{text}” is not a whole number of seconds", text=text)))
    return float(text)
