"""What the tests of sending share: a demonstration that was packed, a platform, an outbox, forged receipts."""

import os
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

from labclient.clock import SystemClock
from labclient.demo import Left, demonstrate
from labclient.errors import Refused
from labclient.package import TRUST_JSON, open_trust
from labclient.plan import TrustList
from labclient.signing import Identity, Stage, canonical, load_identity, write_signed
from labclient.submission import (
    RECEIPT_JSON,
    Item,
    Outbox,
    Receipt,
    receipt_json,
)
from labclient.words import Message

from .places import ROOT, Reply, Server, answer

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


@pytest.fixture(scope="session")
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
    return Outbox(folder_at(tmp_path / "home" / "outbox"))


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A file to be sent where nobody looks into it."""
    path = tmp_path / "some.asice"
    path.write_bytes(b"some bytes" * 1000)
    return path


def folder_at(path: Path) -> Path:
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


def until(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    """Look until it is so; fail when it never is."""
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends
        Event().wait(0.005)


def client_process(world: World, outbox: Outbox, item: Item) -> subprocess.Popen[bytes]:
    """`labclient outbox send` as a process."""
    environment = os.environ | {"LABCLIENT_HOME": str(outbox.folder.parent)}
    command = [sys.executable, "-m", "labclient", "outbox", "send", item.sha256[:12], "--trust", world.trust_file]
    return subprocess.Popen([*map(str, command)], cwd=ROOT, env=environment)


def signed_anew(world: World, folder: Path) -> Path:
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


def forged_receipt(world: World, package_sha256: str, folder: Path) -> bytes:
    """A receipt of this package that an operator signed."""
    said = msgspec.json.decode(world.left.receipt.read_bytes(), type=Receipt)
    forged = msgspec.structs.replace(said, package_sha256=package_sha256)
    path = folder / "forged.asice"
    members = {RECEIPT_JSON: receipt_json(forged)}
    with pytest.raises(Refused):
        write_signed(path, members, role="pilot", signer=world.person("P-01"), statement="received", moment=NOW)
    write_signed(path, members, role="operator", signer=world.person("P-01"), statement="received", moment=NOW)
    return path.read_bytes()


def sign_trust(world: World, trust: TrustList, path: Path) -> None:
    members = {TRUST_JSON: canonical(msgspec.to_builtins(trust))}
    write_signed(path, members, role="pilot", signer=world.person("P-90"), statement="issued", moment=NOW)
