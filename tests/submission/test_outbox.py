"""What is put in is never dropped, is tried again until its receipt holds, and is never called delivered before."""

import json
import shutil
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from labclient import words
from labclient.cli import main
from labclient.errors import NetworkTrouble, NotVerified, StorageTrouble, WrongUse
from labclient.plan import TrustList
from labclient.submission import (
    LONGEST_S,
    Item,
    Outbox,
    attempt,
    delay,
    send,
    send_due,
)
from labclient.words import message

from .places import StandIn, answer
from .sending import NOW, Still, World, digest, forged_receipt, holding

# Putting in


def test_the_same_package_put_in_twice_is_one_item(outbox: Outbox, package: Path) -> None:
    item = outbox.add(package, "https://platform.example/")
    assert (item.state, item.url, item.sha256) == ("staged", "https://platform.example", digest(package))
    outbox.queue(item.sha256)
    copy = shutil.copy(package, package.with_name("moved.asice"))
    again = outbox.add(Path(copy), "https://other.example")
    assert (again.state, again.url, again.path) == ("queued", "https://other.example", Path(copy))
    assert len(outbox.items()) == 1


def test_what_was_sent_keeps_its_platform(outbox: Outbox, package: Path) -> None:
    item = outbox.add(package, "https://platform.example")
    outbox.change(item, state="sent")
    with pytest.raises(WrongUse, match=r"platform\.example"):
        outbox.add(package, "https://other.example")
    assert outbox.add(package, "https://platform.example").state == "sent"


def test_what_is_put_in_is_there_for_the_next_program(outbox: Outbox, package: Path) -> None:
    said = message("{sentence} twice", sentence=message("Not {count}", count=3))
    item = outbox.change(outbox.add(package, "https://platform.example"), said=said, next_try=NOW, attempts=3)
    assert Outbox(outbox.folder).items() == (item,)
    assert str(Outbox(outbox.folder).item(item.sha256[:8]).said) == "Not 3 twice"


def test_a_sentence_is_kept_for_every_language(outbox: Outbox, package: Path) -> None:
    outbox.change(outbox.add(package, "https://platform.example"), said=message("The outbox is empty."))
    kept = outbox.items()[0].said
    assert kept == message("The outbox is empty.")
    assert words.say(kept, "zh_CN") == words.say(message("The outbox is empty."), "zh_CN")


def test_an_unknown_or_ambiguous_name_is_refused(outbox: Outbox, package: Path) -> None:
    with pytest.raises(WrongUse):
        outbox.item("00")
    outbox.add(package, "https://platform.example")
    other = package.with_name("other")
    other.write_bytes(b"x")
    outbox.add(other, "https://platform.example")
    with pytest.raises(WrongUse, match="2 packages"):
        outbox.item("")


def test_a_damaged_outbox_is_trouble_not_an_empty_one(outbox: Outbox) -> None:
    (outbox.folder / "outbox.sqlite").write_bytes(b"no database" * 100)
    with pytest.raises(StorageTrouble):
        outbox.items()


def test_the_command_line_shows_the_outbox_and_queues_again(
    outbox: Outbox, package: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LABCLIENT_HOME", str(outbox.folder.parent))
    assert main(["outbox", "list"]) == 0
    assert "empty" in capsys.readouterr().out
    item = outbox.add(package, "https://platform.example")
    outbox.change(item, state="refused", said=message("The platform refuses the package: {reasons}", reasons="late"))
    assert main(["outbox", "list"]) == 0
    assert "refuses the package: late" in capsys.readouterr().out
    assert main(["outbox", "send", "--trust", str(package)]) == 0
    assert main(["outbox", "retry", item.sha256[:6]]) == 0
    capsys.readouterr()
    assert main(["outbox", "list", "--json"]) == 0
    assert [one["state"] for one in json.loads(capsys.readouterr().out)] == ["queued"]
    assert main(["outbox", "retry", "zz"]) == WrongUse.exit_code


# When to try


def test_the_pause_doubles_up_to_an_hour() -> None:
    assert [delay(n) for n in (1, 2, 3, 12, 13, 14, 10_000)] == [1, 2, 4, 2048, LONGEST_S, LONGEST_S, LONGEST_S]


def test_trouble_is_tried_again_with_longer_and_longer_pauses(outbox: Outbox, package: Path, world: World) -> None:
    clock = Still()
    with StandIn(lambda *_: answer(503)) as there:
        item = outbox.add(package, there.url)
        with pytest.raises(NetworkTrouble, match="503"):
            send(outbox, item.sha256, world.trust, clock=clock, wait_s=12_000.0)
    assert clock.waits == [*(2.0**n for n in range(12)), LONGEST_S, LONGEST_S, 705.0]
    kept = outbox.items()[0]
    assert (kept.state, kept.attempts) == ("queued", 16)
    assert kept.next_try == clock.utc() + timedelta(seconds=LONGEST_S)


@pytest.mark.parametrize("status", [400, 401, 403, 407, 408, 413, 425, 429, 500, 502, 503, 504, 507, 409, 422])
def test_no_status_by_itself_refuses(status: int, outbox: Outbox, package: Path, world: World) -> None:
    with StandIn(lambda *_: answer(status)) as there:
        item = outbox.queue(outbox.add(package, there.url).sha256)
        item, trouble = attempt(outbox, item, world.trust, clock=Still())
    assert isinstance(trouble, NetworkTrouble)
    assert (item.state, item.attempts, item.said) == ("queued", 1, trouble.sentence)
    assert outbox.items() == (item,)


def test_a_clock_set_back_holds_nothing_for_ever(outbox: Outbox, package: Path) -> None:
    item = outbox.queue(outbox.add(package, "https://platform.example").sha256)
    later = msgspec.structs.replace(item, next_try=NOW)
    assert item.due(NOW)
    assert later.due(NOW)
    assert not later.due(NOW - timedelta(seconds=10))
    assert later.due(NOW - timedelta(days=400))
    for state, due in (("staged", False), ("sending", True), ("sent", True), ("receipted", False), ("refused", False)):
        assert msgspec.structs.replace(item, state=state).due(NOW) is due


def test_the_worker_tries_what_is_due_and_passes_over_what_it_cannot_confirm(
    outbox: Outbox, package: Path, world: World
) -> None:
    with StandIn(lambda *_: answer(503)) as there:
        due = outbox.queue(outbox.add(package, there.url).sha256)
        for number, name in enumerate(("later", "staged", "strange")):
            other = package.with_name(name)
            other.write_bytes(b"x" * (number + 1))
            item = outbox.add(other, there.url)
            if name != "staged":
                item = outbox.queue(item.sha256)
            if name == "later":
                outbox.change(item, next_try=NOW + timedelta(seconds=5))

        def trust_of(item: Item) -> TrustList:
            if item.path.name == "strange":
                raise NotVerified(message("No trust list."))
            return world.trust

        done = {item.path.name: type(trouble) for item, trouble in send_due(outbox, trust_of, clock=Still())}
    assert done == {due.path.name: NetworkTrouble, "strange": NotVerified}
    assert {item.path.name: item.attempts for item in outbox.items()} == {
        package.name: 1, "later": 0, "staged": 0, "strange": 0}  # fmt: skip


def test_an_altered_package_is_not_sent(outbox: Outbox, package: Path, world: World) -> None:
    with StandIn(lambda *_: answer(404)) as there:
        item = outbox.add(package, there.url)
        package.write_bytes(b"other bytes")
        with pytest.raises(StorageTrouble, match="no longer the package"):
            send(outbox, item.sha256, world.trust, clock=Still())
        package.unlink()
        with pytest.raises(StorageTrouble):
            send(outbox, item.sha256, world.trust, clock=Still())
        assert {method for method, _ in there.seen} == {"GET"}
    assert outbox.items()[0].state == "queued"


# Receipts that are none


def test_a_forged_receipt_leaves_it_sent_and_not_confirmed(outbox: Outbox, package: Path, world: World) -> None:
    sent = digest(package)
    genuine = (world.out / "receipt.asice").read_bytes()
    for container, told in (
        (b"this is no container", "zip|refused|container"),
        (genuine, "another package"),
        (forged_receipt(world, sent, package.parent), "refused|not in the trust list"),
    ):
        with StandIn(holding(container)) as there:
            item = outbox.change(outbox.add(package, "https://platform.example"), state="queued", url=there.url,
                                 upload_url=None)  # fmt: skip
            with pytest.raises(NotVerified, match=f"(?i){told}"):
                send(outbox, sent, world.trust, clock=Still(), wait_s=0.0)
        item = outbox.item(sent)
        assert (item.state, item.receipt) == ("sent", None)
        assert item.said is not None
        assert list(outbox.folder.glob("*.asice")) == []
        outbox.change(item, state="staged", url="https://platform.example")


def test_a_forged_receipt_before_anything_was_sent_is_no_delivery(outbox: Outbox, package: Path, world: World) -> None:
    with StandIn(lambda *_: answer(200, b"delivered!")) as there:
        item = outbox.add(package, there.url)
        with pytest.raises(NotVerified):
            send(outbox, item.sha256, world.trust, clock=Still(), wait_s=0.0)
    assert outbox.items()[0].state == "queued"


def test_a_platform_that_lost_the_package_is_sent_it_again(outbox: Outbox, package: Path, world: World) -> None:
    with StandIn(lambda *_: answer(404)) as there:
        item = outbox.change(outbox.add(package, there.url), state="sent", upload_url=f"{there.url}/files/1")
        item, trouble = attempt(outbox, item, world.trust, clock=Still())
    assert isinstance(trouble, NetworkTrouble)
    assert (item.state, item.upload_url) == ("queued", None)
    assert ("POST", "/files") in there.seen
