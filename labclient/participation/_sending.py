"""The finished package over a network, entered in the record as it gets on."""

from pathlib import Path
from threading import Event

from labclient.clock import Clock, SystemClock
from labclient.errors import NotVerified
from labclient.participation._facade import PROGRAM, Participation
from labclient.participation._signing import take_receipt
from labclient.signing import file_sha256
from labclient.stations import Submitted, may_enter
from labclient.submission import Item, Outbox, Patience, Progress, TakenReceipt
from labclient.submission import send as send_item
from labclient.words import message

_ARRIVED = frozenset({"sent", "receipted"})


def send(
    participation: Participation,
    package: Path,
    url: str,
    outbox: Outbox,
    *,
    ca: Path | None = None,
    wait_s: float = 60.0,
    clock: Clock | None = None,
    stop: Event | None = None,
    patience: Patience | None = None,
    progress: Progress | None = None,
) -> TakenReceipt:
    """Send the package to the platform at `url` until its receipt is verified. "submitted" is entered once the platform
    has every byte, "receipt" once the receipt holds. Called again after any interruption, it goes on from there.

    `clock` is that of the network, never a simulated one; `ca`, `wait_s` and the rest as for `Outbox.add` and
    `labclient.submission.send`, with what they raise. Raises `NotVerified` for another participation's package,
    `GateClosed` when it is not the time to submit.
    """
    state = participation.state
    sha256 = file_sha256(package).hex()
    if state.trust is None:
        raise NotVerified(message("Without the pilot's trust list no receipt can be verified."))
    if state.packaged is None or state.packaged.sha256 != sha256:
        raise NotVerified(message("{file} does not belong to the package of this participation.", file=package.name))

    if not _confirmed(participation, sha256):
        may_enter(state, "submitted")  # before anything leaves this PC

    def enter(item: Item) -> None:
        done = participation.state.submitted
        known = done is not None and (done.sha256, done.to) == (sha256, item.url)
        if item.state in _ARRIVED and not known and not _confirmed(participation, sha256):
            participation.enter_outcome("submitted", Submitted(sha256, item.url), PROGRAM)

    outbox.add(package, url, ca=ca)
    enter(outbox.item(sha256))
    taken = send_item(
        outbox,
        sha256,
        state.trust.document,
        clock=clock or SystemClock(),
        moment=participation.clock.utc() if participation.clock.simulated else None,
        wait_s=wait_s,
        stop=stop,
        patience=patience,
        progress=progress,
        changed=enter,
    )
    item = outbox.item(sha256)
    if item.receipt and not _confirmed(participation, sha256):
        take_receipt(participation, item.receipt)
    return taken


def _confirmed(participation: Participation, sha256: str) -> bool:
    receipt = participation.state.receipt
    return receipt is not None and receipt.sha256 == sha256
