"""What is put in arrives once, whatever is killed on the way, and is delivered when its receipt says so."""

import json
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from threading import Event

import msgspec
import pytest

from labclient import words
from labclient.cli import main
from labclient.clock import SystemClock
from labclient.demo import Left, demonstrate
from labclient.errors import NetworkTrouble, NotVerified, Refused, StorageTrouble, WrongUse
from labclient.home import Home
from labclient.notebook import Reader
from labclient.package import TRUST_JSON, open_trust
from labclient.participation import Participation, read_state
from labclient.participation import send as send_for
from labclient.plan import TrustList
from labclient.signing import Identity, Stage, canonical, load_identity, write_signed
from labclient.submission import (
    LONGEST_S,
    RECEIPT_JSON,
    Item,
    Outbox,
    Platform,
    Receipt,
    attempt,
    delay,
    read_receipt,
    receipt_json,
    send,
    send_due,
)
from labclient.words import Message, message

from .places import ROOT, Reply, Server, StandIn, Wire, answer

NOW = datetime(2026, 11, 1, tzinfo=UTC)
TUS = {"Tus_Resumable": "1.0.0"}
ROLES = ("operator", "checker", "approver")
WAIT_S = 90.0


class Quick(SystemClock):
    """Real time, in which nobody waits long. `waiting` happens at the first wait."""

    def __init__(self, waiting: Callable[[], None] = lambda: None) -> None:
        self._waiting = waiting

    def wait(self, event: Event, seconds: float) -> bool:
        self._waiting()
        self._waiting = lambda: None
        return event.wait(min(seconds, 0.05))


class Still:
    """A clock that moves only when somebody waits."""

    name = "still"
    simulated = True

    def __init__(self) -> None:
        self.waits: list[float] = []

    def utc(self) -> datetime:
        return NOW + timedelta(seconds=sum(self.waits))

    def monotonic_ns(self) -> int:
        return int(sum(self.waits) * 1e9)

    def wait(self, event: Event, seconds: float) -> bool:
        self.waits.append(seconds)
        return event.is_set()


class Quiet:
    def tell(self, sentence: Message) -> None: ...

    def progress(self, task: str, done: int, total: int) -> None: ...


@dataclass(frozen=True)
class World:
    """A finished demonstration whose package went over the network, and the platform's folder."""

    out: Path
    left: Left
    platform: Path

    @property
    def trust_file(self) -> Path:
        return self.out / "trust.asice"

    @property
    def trust(self) -> TrustList:
        return open_trust(self.trust_file, datetime.now(UTC)).trust

    @property
    def pilot(self) -> Path:
        return self.out / "pc" / "identities" / "P-90"

    def person(self, id: str) -> Identity:
        return load_identity(self.out / "pc" / "identities" / id, "demonstration only")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """The platform is started before the pilot's trust list and identity are there, as `dev.py demo` does."""
    folder = tmp_path_factory.mktemp("world")
    out = folder / "demo"
    with Server(folder / "platform", out / "trust.asice", out / "pc" / "identities" / "P-90") as server:
        left = demonstrate(out, Quiet(), speed=1000, platform=server.url)
    return World(out, left, folder / "platform")


@pytest.fixture
def server(world: World, tmp_path: Path) -> Iterator[Server]:
    with Server(tmp_path / "platform", world.trust_file, world.pilot) as running:
        yield running


@pytest.fixture
def outbox(tmp_path: Path) -> Outbox:
    return Outbox(_folder(tmp_path / "home" / "outbox"))


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A file to be sent where nobody looks into it."""
    path = tmp_path / "some.asice"
    path.write_bytes(b"some bytes" * 1000)
    return path


def _folder(path: Path) -> Path:
    path.mkdir(parents=True)
    return path


def digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def records(platform: Path) -> list[Path]:
    return sorted(platform.glob("received/*/record.json"))


def arrived_once(platform: Path, package: Path) -> None:
    """The bytes are the same, and there is one record and one receipt of them."""
    assert [digest(path) for path in platform.glob("received/*/package.asice")] == [digest(package)]
    assert len(records(platform)) == 1
    assert len(list(platform.glob("received/*/*.receipt.asice"))) == 1


def holding(receipt: bytes, *, first: bytes = answer(404)) -> Reply:
    """A platform that has every byte at once, and answers with this receipt; before it has them with `first`."""
    asked: list[str] = []

    def reply(method: str, path: str, headers: dict[str, str], body: bytes) -> bytes:
        asked.append(method)
        if method == "POST":
            asked.append(headers["upload-length"])
            return answer(201, Location="/files/1", **TUS)
        if method == "HEAD":
            size = next(one for one in asked if one.isdigit())
            return answer(200, Upload_Offset=size, Upload_Length=size, **TUS)
        return answer(200, receipt) if "POST" in asked else first

    return reply


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
        (_forged(world, sent, package.parent), "refused|not in the trust list"),
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


# The real platform


def test_the_demonstration_delivers_over_the_network(world: World) -> None:
    arrived_once(world.platform, world.left.package)
    with Reader.open(world.left.notebook) as reader:
        state = read_state(reader)
        submitted, receipt = (next(reader.entries({kind})) for kind in ("submitted", "receipt"))
    assert submitted.seq < receipt.seq
    assert str(submitted.body["to"]).startswith("http://127.0.0.1:")
    assert state.receipt is not None
    assert state.receipt.sha256 == digest(world.left.package)
    said = json.loads(world.left.receipt.read_bytes())
    assert said["package_sha256"] == digest(world.left.package)


def test_sending_again_enters_nothing_twice(world: World, tmp_path: Path) -> None:
    notebook = tmp_path / world.left.notebook.name
    shutil.copy(world.left.notebook, notebook)
    outbox = Outbox(Path(shutil.copytree(world.out / "pc" / "outbox", tmp_path / "outbox")))
    url = outbox.items()[0].url
    with Participation.open(notebook, clock=SystemClock(), home=Home(world.out / "pc")) as participation:
        before = participation.state.size
        taken = send_for(participation, world.left.package, url, outbox)
        assert participation.state.size == before
    assert taken.receipt.package_sha256 == digest(world.left.package)


def test_another_package_is_not_sent_for_a_participation(world: World, package: Path, outbox: Outbox) -> None:
    home = Home(world.out / "pc")
    with (
        Participation.open(world.left.notebook, clock=SystemClock(), home=home) as participation,
        pytest.raises(NotVerified, match="does not belong"),
    ):
        send_for(participation, package, "https://platform.example", outbox)
    assert outbox.items() == ()


def test_one_record_a_revision(world: World, server: Server, outbox: Outbox, tmp_path: Path) -> None:
    """The same package again gives the same receipt; another one of the same revision is refused."""
    first = outbox.add(world.left.package, server.url)
    taken = send(outbox, first.sha256, world.trust, clock=Quick(), wait_s=WAIT_S)
    elsewhere = Outbox(_folder(tmp_path / "elsewhere"))
    elsewhere.add(world.left.package, server.url)
    offsets: list[int] = []
    again = send(elsewhere, first.sha256, world.trust, clock=Quick(), progress=lambda done, _: offsets.append(done))
    assert (again, offsets) == (taken, [])
    arrived_once(server.folder, world.left.package)

    other = _signed_anew(world, tmp_path / "again")
    second = outbox.add(other, server.url)
    with pytest.raises(Refused, match="Another package of this revision"):
        send(outbox, second.sha256, world.trust, clock=Quick(), wait_s=WAIT_S)
    assert outbox.item(second.sha256).state == "refused"
    assert len(records(server.folder)) == 1
    assert outbox.item(first.sha256).state == "receipted"


def test_what_does_not_verify_is_refused_with_its_reason(world: World, server: Server, outbox: Outbox) -> None:
    data = bytearray(world.left.package.read_bytes())
    data[len(data) // 2] ^= 1
    altered = outbox.folder / "altered.asice"
    altered.write_bytes(data)
    item = outbox.add(altered, server.url)
    with pytest.raises(Refused, match="refuses the package") as caught:
        send(outbox, item.sha256, world.trust, clock=Quick(), wait_s=WAIT_S)
    assert len(str(caught.value.sentence)) > len("The platform refuses the package: -")
    assert outbox.item(item.sha256).state == "refused"
    assert send_due(outbox, lambda _: world.trust, clock=Quick()) == ()
    assert records(server.folder) == []


def test_a_refusal_is_judged_again_under_a_newer_trust_list(world: World, outbox: Outbox, tmp_path: Path) -> None:
    trust = tmp_path / "trust.asice"
    less = msgspec.structs.replace(world.trust, people=world.trust.people[:-1])
    _sign_trust(world, less, trust)
    with Server(tmp_path / "platform", trust, world.pilot) as server:
        item = outbox.add(world.left.package, server.url)
        with pytest.raises(Refused, match="not in the trust list"):
            send(outbox, item.sha256, world.trust, clock=Quick(), wait_s=WAIT_S)
        shutil.copy(world.trust_file, trust)
        send(outbox, item.sha256, world.trust, clock=Quick(), wait_s=WAIT_S)
        arrived_once(server.folder, world.left.package)
    assert outbox.item(item.sha256).state == "receipted"


def test_the_server_is_killed_in_the_midst_of_it(world: World, server: Server, outbox: Outbox) -> None:
    package = world.left.package
    part = server.folder / "uploads" / digest(package)

    def kill() -> None:
        until(lambda: part.exists() and part.stat().st_size > 0)
        server.kill()
        server.start()

    offsets: list[int] = []
    with Wire(server.port, package.stat().st_size // 2, kill) as wire:
        item = outbox.add(package, wire.url)
        send(outbox, item.sha256, world.trust, clock=Quick(), wait_s=WAIT_S, progress=lambda n, _: offsets.append(n))
        assert wire.happened
    assert offsets[0] == 0
    assert 0 < offsets[1] < package.stat().st_size
    arrived_once(server.folder, package)


def test_the_client_is_killed_in_the_midst_of_it(world: World, server: Server, outbox: Outbox, tmp_path: Path) -> None:
    package = world.left.package
    first: list[subprocess.Popen[bytes]] = []

    def kill() -> None:
        first[0].kill()

    with Wire(server.port, package.stat().st_size // 2, kill) as wire:
        item = outbox.queue(outbox.add(package, wire.url).sha256)
        first.append(_sending(world, outbox, item))
        assert first[0].wait() == -9
        assert wire.happened
        assert outbox.item(item.sha256).state == "sending"
        assert records(server.folder) == []
        assert _sending(world, outbox, item).wait() == 0
    done = outbox.item(item.sha256)
    assert done.state == "receipted"
    assert done.receipt is not None
    assert read_receipt(done.receipt, world.trust, datetime.now(UTC)).receipt.package_sha256 == digest(package)
    arrived_once(server.folder, package)


def test_the_answer_to_the_last_byte_is_lost(world: World, server: Server, outbox: Outbox) -> None:
    package = world.left.package
    offsets: list[int] = []
    states: list[str] = []
    with Wire(server.port, package.stat().st_size, lambda: None, deaf=True) as wire:
        item = outbox.add(package, wire.url)
        send(outbox, item.sha256, world.trust, clock=Quick(), wait_s=WAIT_S, progress=lambda n, _: offsets.append(n),
             changed=lambda one: states.append(one.state))  # fmt: skip
        assert wire.happened
    assert offsets == [0]
    assert states == ["sending", "queued", "sent", "receipted"]
    arrived_once(server.folder, package)


def test_an_offset_that_moved_is_followed_and_a_full_disk_is_waited_for(
    world: World, server: Server, outbox: Outbox
) -> None:
    package = world.left.package
    size = package.stat().st_size
    item = outbox.add(package, server.url)
    offsets: list[int] = []
    full, most = size // 2, resource.prlimit(server.pid, resource.RLIMIT_FSIZE)
    seen: list[Item] = []

    def progress(done: int, _: int) -> None:
        offsets.append(done)
        if len(offsets) == 1:  # somebody else sends the beginning
            with Platform(server.url) as other:
                address = outbox.item(item.sha256).upload_url
                short = package.parent / "beginning"
                short.write_bytes(package.read_bytes()[:100])
                assert other.send(address, short, 0, 100) == 100
            resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (full, most[1]))

    def room() -> None:
        seen.append(outbox.item(item.sha256))
        resource.prlimit(server.pid, resource.RLIMIT_FSIZE, most)

    send(outbox, item.sha256, world.trust, clock=Quick(room), wait_s=WAIT_S, progress=progress)
    assert offsets == [0, 100, full, size]
    assert (seen[0].state, seen[0].attempts) == ("queued", 1)
    assert "no room" in str(seen[0].said)
    arrived_once(server.folder, package)


def test_two_workers_cannot_send_the_same(world: World, server: Server, outbox: Outbox) -> None:
    package = world.left.package
    second: list[int] = []
    items: list[Item] = []
    with Wire(
        server.port, package.stat().st_size // 2, lambda: second.append(_sending(world, outbox, items[0]).wait())
    ) as wire:
        items.append(outbox.add(package, wire.url))
        send(outbox, items[0].sha256, world.trust, clock=Quick(), wait_s=WAIT_S)
    assert second == [StorageTrouble.exit_code]
    with outbox.worker(), pytest.raises(StorageTrouble, match="Another labclient"):
        send(outbox, items[0].sha256, world.trust, clock=Quick())
    arrived_once(server.folder, package)


def test_the_platform_takes_nothing_before_it_is_set_up_and_lists_nothing(tmp_path: Path, outbox: Outbox) -> None:
    import httpx

    with Server(tmp_path / "platform", tmp_path / "trust.asice", tmp_path / "P-90") as server:
        with Platform(server.url) as platform, pytest.raises(NetworkTrouble, match="503"):
            platform.begin("some.asice", 10, "ab" * 32)
        for path in ("/", "/files", "/files/", "/receipts", "/receipts/", "/docs", "/openapi.json", "/receipts/..%2f"):
            assert httpx.get(server.url + path, trust_env=False).status_code in {404, 405}
        assert httpx.delete(f"{server.url}/files/{'ab' * 32}", trust_env=False).status_code in {404, 405}


def until(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    """Look until it is so; fail when it never is."""
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends
        Event().wait(0.005)


def _sending(world: World, outbox: Outbox, item: Item) -> subprocess.Popen[bytes]:
    """`labclient outbox send` as a process."""
    environment = os.environ | {"LABCLIENT_HOME": str(outbox.folder.parent)}
    command = [sys.executable, "-m", "labclient", "outbox", "send", item.sha256[:12], "--trust", world.trust_file]
    return subprocess.Popen([*map(str, command)], cwd=ROOT, env=environment)


def _signed_anew(world: World, folder: Path) -> Path:
    """The same revision signed once more: another package."""
    staged = world.out / "pc" / "staged"
    shutil.copytree(staged, folder)
    for name in ("META-INF", "signoffs"):
        with suppress(FileNotFoundError):
            shutil.rmtree(folder / name)
    stage = Stage(folder, ROLES)
    for number, role in enumerate(ROLES, 1):
        stage.sign(role, world.person(f"P-0{number}"), "signed anew", datetime.now(UTC))
    path = folder.with_suffix(".asice")
    stage.write(path)
    return path


def _forged(world: World, package_sha256: str, folder: Path) -> bytes:
    """A receipt of this package that an operator signed."""
    said = msgspec.json.decode(world.left.receipt.read_bytes(), type=Receipt)
    forged = msgspec.structs.replace(said, package_sha256=package_sha256)
    path = folder / "forged.asice"
    members = {RECEIPT_JSON: receipt_json(forged)}
    with pytest.raises(Refused):
        write_signed(path, members, role="pilot", signer=world.person("P-01"), statement="received", moment=NOW)
    write_signed(path, members, role="operator", signer=world.person("P-01"), statement="received", moment=NOW)
    return path.read_bytes()


def _sign_trust(world: World, trust: TrustList, path: Path) -> None:
    members = {TRUST_JSON: canonical(msgspec.to_builtins(trust))}
    write_signed(path, members, role="pilot", signer=world.person("P-90"), statement="issued", moment=NOW)
