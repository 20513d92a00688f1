"""Sending what lies in the outbox, until the pilot's receipt is verified."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

from labclient.clock import Clock
from labclient.errors import NetworkTrouble, NotVerified, Refused, StorageTrouble, Trouble, WrongUse
from labclient.plan import TrustList
from labclient.signing import file_sha256, storage, write_whole
from labclient.submission._outbox import Item, Outbox, delay
from labclient.submission._receipt import TakenReceipt, read_receipt
from labclient.submission._upload import Answer, Patience, Platform
from labclient.words import message

Progress = Callable[[int, int], None]
_BEGINNINGS = 3
_REFUSED = message("Mend what the platform names. If it was the platform's own mistake, send the package again.")


def send(
    outbox: Outbox,
    sha256: str,
    trust: TrustList,
    *,
    clock: Clock,
    moment: datetime | None = None,
    wait_s: float = 60.0,
    stop: Event | None = None,
    patience: Patience | None = None,
    progress: Progress | None = None,
    changed: Callable[[Item], None] | None = None,
) -> TakenReceipt:
    """Drive one package until its receipt is verified against `trust` (at `moment`, else now); trouble on the way is
    tried again until `wait_s` seconds have passed or `stop` is set. `changed` hears of each state, `progress` of bytes.

    Raises `Refused` when the platform refuses, `StorageTrouble` for trouble on this PC, and else what held it up:
    `NetworkTrouble`, or `NotVerified` for a receipt that does not hold. The package then stays in the outbox.
    """
    stop = stop or Event()
    ends = clock.monotonic_ns() + int(wait_s * 1e9)
    with outbox.worker():
        outbox.queue(sha256)
        while True:
            item, trouble = attempt(outbox, outbox.item(sha256), trust, clock=clock, moment=moment, patience=patience,
                                    progress=progress, changed=changed)  # fmt: skip
            if item.state == "receipted" and item.receipt:
                return read_receipt(item.receipt, trust, moment or clock.utc())
            if trouble is None:
                trouble = NetworkTrouble(
                    message("Sent, not confirmed: the pilot's receipt is missing."),
                    message("The platform is still verifying. Send again later to ask for its receipt."),
                )
            left = (ends - clock.monotonic_ns()) / 1e9
            if isinstance(trouble, (StorageTrouble, WrongUse)) or item.state == "refused" or left <= 0:
                raise trouble
            if clock.wait(stop, min(delay(item.attempts), left)):
                raise trouble


def attempt(
    outbox: Outbox,
    item: Item,
    trust: TrustList,
    *,
    clock: Clock,
    moment: datetime | None = None,
    patience: Patience | None = None,
    progress: Progress | None = None,
    changed: Callable[[Item], None] | None = None,
) -> tuple[Item, Trouble | None]:
    """One go at one item, by the worker. Expected trouble is noted with the time of the next try, and returned."""
    go = _Go(outbox, item, progress, changed)
    trouble: Trouble | None = None
    try:
        if item.state != "receipted":
            with Platform(item.url, ca=item.ca, patience=patience) as platform:
                go.everything(platform, trust, moment or clock.utc())
    except Trouble as caught:
        trouble = caught
    if go.item.state == "refused":
        return go.item, Refused(go.item.said or message("The platform refuses the package."), _REFUSED)
    if go.item.state != "receipted":
        attempts = go.item.attempts + 1
        next_try = clock.utc() + timedelta(seconds=delay(attempts))
        state = "queued" if go.item.state == "sending" else go.item.state
        said = trouble.sentence if trouble else None
        go.change(state=state, attempts=attempts, next_try=next_try, said=said)
    return go.item, trouble


def send_due(
    outbox: Outbox, trust_of: Callable[[Item], TrustList], *, clock: Clock, patience: Patience | None = None
) -> tuple[tuple[Item, Trouble | None], ...]:
    """One go at everything whose time has come, by one worker. `trust_of` finds the trust list of an item's comparison.
    Raises `StorageTrouble` when another worker is at it."""
    done: list[tuple[Item, Trouble | None]] = []
    with outbox.worker():
        for item in outbox.items():
            if item.due(clock.utc()):
                try:
                    trust = trust_of(item)
                except Trouble as trouble:  # this one cannot be confirmed here; the others can
                    done.append((item, trouble))
                    continue
                done.append(attempt(outbox, item, trust, clock=clock, patience=patience))
    return tuple(done)


class _Go:
    """One attempt: the item as it now stands on disk."""

    def __init__(
        self, outbox: Outbox, item: Item, progress: Progress | None, changed: Callable[[Item], None] | None
    ) -> None:
        self.item = item
        self._outbox = outbox
        self._progress = progress or (lambda _done, _total: None)
        self._changed = changed or (lambda _item: None)

    def change(self, **fields: Any) -> None:
        before, self.item = self.item.state, self._outbox.change(self.item, **fields)
        if self.item.state != before:
            self._changed(self.item)

    def everything(self, platform: Platform, trust: TrustList, moment: datetime) -> None:
        """Ask first: the platform may have it already, from a time whose answer was lost."""
        answer = platform.receipt(self.item.sha256)
        if answer.kind == "unknown":
            self._upload(platform)
            answer = platform.receipt(self.item.sha256)
        self._take(answer, trust, moment)

    def _upload(self, platform: Platform) -> None:
        item = self.item
        with storage(item.path):
            whole = item.path.stat().st_size == item.size and file_sha256(item.path).hex() == item.sha256
        if not whole:
            raise StorageTrouble(
                message("{path} is no longer the package that was put into the outbox.", path=str(item.path)),
                message("Put the package back to where it was; it is known by its SHA-256, {sha256}.",
                        sha256=item.sha256),
            )  # fmt: skip
        self.change(state="sending")
        offset: int | None = None
        for _ in range(_BEGINNINGS):
            if not self.item.upload_url:
                self.change(upload_url=platform.begin(item.path.name, item.size, item.sha256))
            offset = platform.offset(self.item.upload_url or "", item.size)
            while offset is not None and offset < item.size:
                self._progress(offset, item.size)
                offset = platform.send(self.item.upload_url or "", item.path, offset, item.size)
                if offset is not None and self.item.attempts:
                    self.change(attempts=0)
            if offset == item.size:
                self._progress(offset, item.size)
                self.change(state="sent", attempts=0, said=None)
                return
            if platform.offset(self.item.upload_url or "", item.size) is None:
                self.change(upload_url=None)
        raise NetworkTrouble(message("The platform does not keep what it is sent."))

    def _take(self, answer: Answer, trust: TrustList, moment: datetime) -> None:
        match answer.kind:
            case "working":
                self.change(state="sent", said=None)
            case "unknown":
                self.change(state="queued", upload_url=None)
                raise NetworkTrouble(
                    message("The platform does not have the package: it did not arrive whole."),
                    message("It is sent again."),
                )
            case "refused":
                reasons = " ".join(answer.reasons) or "-"
                said = message("The platform refuses the package: {reasons}", reasons=reasons)
                self.change(state="refused", said=said, next_try=None)
            case "signed":
                receipt = self._verified(answer.container, trust, moment)
                self.change(state="receipted", receipt=receipt, said=None, next_try=None, attempts=0)

    def _verified(self, container: bytes, trust: TrustList, moment: datetime) -> Path:
        """The receipt on disk under its name, which only a verified one bears."""
        receipt = self._outbox.folder / f"{self.item.sha256}.receipt.asice"
        candidate = receipt.with_name(f"{self.item.sha256}.unverified.asice")
        try:
            write_whole(candidate, container)
            taken = read_receipt(candidate, trust, moment)
        finally:
            candidate.unlink(missing_ok=True)
        if taken.receipt.package_sha256 != self.item.sha256:
            raise NotVerified(message("The platform's receipt is that of another package."))
        write_whole(receipt, container)
        return receipt
