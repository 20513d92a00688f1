"""A pilot's authority, three people of a laboratory and a signed container, made once."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from labclient.signing import (
    Identity,
    Person,
    Stage,
    Trust,
    install_certificate,
    issue,
    load_identity,
    new_authority,
    new_identity,
    revocations,
)

DAY = timedelta(days=1)
BEGIN = datetime(2026, 11, 1, tzinfo=UTC)
MOMENT = BEGIN + 10 * DAY
ROLES = ("operator", "checker", "approver")
PASSPHRASE = "一句足够长的口令"
CHEAP = 2  # scrypt N: the tests protect nothing
CONTENT = {
    "package.json": b'{"comparison":"DCV-10"}',
    "data/readings.csv": b"index,t_ns,value\r\n" + b"".join(b"%d,%d,10.00001\r\n" % (i, i * 10**8) for i in range(60)),
    "attachments/照片 1.txt": "到货照片".encode(),
}


@dataclass(frozen=True)
class World:
    """Everybody who acts in a test, and what the pilot publishes."""

    folder: Path
    authority: Identity
    people: dict[str, Identity]

    @property
    def trust(self) -> Trust:
        return Trust((self.authority.certificate,), (self.revoking(),))

    def revoking(self, *identities: Identity, at: datetime = BEGIN + DAY) -> bytes:
        revoked = {identity.card.serial: at for identity in identities}
        return revocations(self.authority, revoked, number=1, begins=BEGIN, ends=BEGIN + 900 * DAY)

    def person(
        self, name: str, *roles: str, authority: Identity | None = None, begins: datetime = BEGIN, days: int = 700
    ) -> Identity:
        issuer = authority or self.authority
        folder = self.folder / f"{name}-{len(list(self.folder.iterdir()))}"
        request = new_identity(folder, Person(name, f"人员 {name}", "实验室 7"), PASSPHRASE, cost=CHEAP)
        certificate = issue(issuer, request, roles, begins=begins, ends=begins + days * DAY)
        install_certificate(folder, certificate)
        return load_identity(folder, PASSPHRASE)

    def stage(self, folder: Path, content: dict[str, bytes] = CONTENT, roles: tuple[str, ...] = ROLES) -> Stage:
        for name, data in content.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        return Stage(folder, roles)

    def sign(self, stage: Stage, **instead: Identity) -> Stage:
        for number, role in enumerate(stage.roles):
            signer = instead.get(role) or self.people[role]
            stage.sign(role, signer, f"{role}: 同意", MOMENT - (len(stage.roles) - number) * DAY)
        return stage


def make_authority(folder: Path, name: str = "PILOT-CA") -> Identity:
    person = Person(name, "主导实验室", "主导实验室")
    return new_authority(folder, person, PASSPHRASE, begins=BEGIN, ends=BEGIN + 900 * DAY, cost=CHEAP)


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    folder = tmp_path_factory.mktemp("world")
    world = World(folder, make_authority(folder / "authority"), {})
    for role in (*ROLES, "pilot"):
        world.people[role] = world.person(f"P-{role}", role)
    return world


@pytest.fixture(scope="session")
def package(world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A container that three people signed."""
    folder = tmp_path_factory.mktemp("package")
    path = folder / "result.asice"
    world.sign(world.stage(folder / "stage")).write(path)
    return path
