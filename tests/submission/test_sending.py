"""What is sent arrives once, whatever is killed on the way, and is delivered when its receipt says so."""

import json
import resource
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from labclient.clock import SystemClock
from labclient.errors import NetworkTrouble, NotVerified, Refused, StorageTrouble
from labclient.home import Home
from labclient.notebook import Reader
from labclient.participation import Participation, read_state
from labclient.participation import send as send_for
from labclient.submission import (
    Item,
    Outbox,
    Platform,
    read_receipt,
    send,
    send_due,
)

from .places import Server, Wire
from .sending import (
    WAIT_S,
    Quick,
    World,
    arrived_once,
    client_process,
    digest,
    folder_at,
    records,
    sign_trust,
    signed_anew,
    until,
)

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
    elsewhere = Outbox(folder_at(tmp_path / "elsewhere"))
    elsewhere.add(world.left.package, server.url)
    offsets: list[int] = []
    again = send(elsewhere, first.sha256, world.trust, clock=Quick(), progress=lambda done, _: offsets.append(done))
    assert (again, offsets) == (taken, [])
    arrived_once(server.folder, world.left.package)

    other = signed_anew(world, tmp_path / "again")
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
    sign_trust(world, less, trust)
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
        first.append(client_process(world, outbox, item))
        assert first[0].wait() == -9
        assert wire.happened
        assert outbox.item(item.sha256).state == "sending"
        assert records(server.folder) == []
        assert client_process(world, outbox, item).wait() == 0
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
        server.port, package.stat().st_size // 2, lambda: second.append(client_process(world, outbox, items[0]).wait())
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
