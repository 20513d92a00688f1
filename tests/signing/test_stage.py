from pathlib import Path

import pytest

from labclient.errors import GateClosed, NotVerified, WrongUse
from labclient.signing import Stage, verify, write_signed

from .conftest import CONTENT, DAY, MOMENT, ROLES, World


def test_people_sign_in_their_order_and_days_may_pass(world: World, tmp_path: Path) -> None:
    folder = tmp_path / "stage"
    world.stage(folder)
    for number, role in enumerate(ROLES):
        stage = Stage(folder)  # another day, perhaps another PC
        assert stage.next_role == role
        stage.sign(role, world.people[role], "同意", MOMENT + number * DAY)
        assert [card.person.id for card in stage.signers()] == [f"P-{one}" for one in ROLES[: number + 1]]
    assert Stage(folder).next_role is None
    digest = Stage(folder).write(tmp_path / "r.asice")
    report = verify(tmp_path / "r.asice", world.trust, ROLES, MOMENT + 3 * DAY)
    assert (report.ok, report.sha256) == (True, digest)
    assert {one.name for one in report.files} >= set(CONTENT)


def test_packing_twice_gives_the_same_file(world: World, tmp_path: Path) -> None:
    stage = world.sign(world.stage(tmp_path / "stage"))
    assert stage.write(tmp_path / "a.asice") == stage.write(tmp_path / "b.asice")


def test_nobody_signs_out_of_turn(world: World, tmp_path: Path) -> None:
    stage = world.stage(tmp_path / "stage")
    with pytest.raises(GateClosed, match="does not sign now"):
        stage.sign("checker", world.people["checker"], "", MOMENT)
    with pytest.raises(GateClosed, match="is missing"):
        stage.write(tmp_path / "r.asice")
    world.sign(stage)
    with pytest.raises(GateClosed, match="does not sign now"):
        stage.sign("operator", world.people["operator"], "", MOMENT)


def test_nobody_signs_in_a_role_they_do_not_have(world: World, tmp_path: Path) -> None:
    with pytest.raises(GateClosed, match="does not carry the role"):
        world.stage(tmp_path / "stage").sign("operator", world.people["checker"], "", MOMENT)
    with pytest.raises(GateClosed, match="does not carry the role"):
        write_signed(
            tmp_path / "p.asice", {}, role="pilot", signer=world.people["checker"], statement="", moment=MOMENT
        )


def test_nobody_signs_twice_under_any_certificate(world: World, tmp_path: Path) -> None:
    both = world.person("P-both", "operator", "checker")
    again = world.person("P-both", "checker")
    stage = world.stage(tmp_path / "stage")
    stage.sign("operator", both, "", MOMENT)
    for one in (both, again):
        with pytest.raises(GateClosed, match="already signed"):
            stage.sign("checker", one, "", MOMENT)


@pytest.mark.parametrize("change", ["edit", "add", "remove", "signoff"])
def test_what_changed_after_a_signature_is_not_signed(world: World, tmp_path: Path, change: str) -> None:
    stage = world.stage(tmp_path / "stage")
    stage.sign("operator", world.people["operator"], "", MOMENT)
    match change:
        case "edit":
            (stage.folder / "package.json").write_bytes(b"{}")
        case "add":
            (stage.folder / "more.txt").write_bytes(b"")
        case "remove":
            (stage.folder / "package.json").unlink()
        case "signoff":
            (stage.folder / "signoffs/1-operator.json").write_bytes(b"{}")
    with pytest.raises(NotVerified, match="changed after signature 1"):
        stage.sign("checker", world.people["checker"], "", MOMENT)
    stage.discard_signatures()
    assert stage.next_role == "operator"
    world.sign(stage).write(tmp_path / "r.asice")
    assert verify(tmp_path / "r.asice", world.trust, ROLES, MOMENT).ok


def test_what_changed_after_the_last_signature_is_not_packed(world: World, tmp_path: Path) -> None:
    stage = world.sign(world.stage(tmp_path / "stage"))
    (stage.folder / "package.json").write_bytes(b"{}")
    with pytest.raises(NotVerified, match="changed after signature 3"):
        stage.write(tmp_path / "r.asice")
    assert not (tmp_path / "r.asice").exists()


def test_a_damaged_signature_stops_the_next(world: World, tmp_path: Path) -> None:
    stage = world.stage(tmp_path / "stage")
    stage.sign("operator", world.people["operator"], "", MOMENT)
    path = stage.folder / "META-INF/signature001.p7s"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    with pytest.raises(NotVerified):
        stage.sign("checker", world.people["checker"], "", MOMENT)


def test_a_signing_cut_short_does_not_count(world: World, tmp_path: Path) -> None:
    stage = world.stage(tmp_path / "stage")
    stage.sign("operator", world.people["operator"], "", MOMENT)
    stage.sign("checker", world.people["checker"], "first try", MOMENT)
    (stage.folder / "META-INF/signature002.p7s").unlink()  # the power went before the last file
    assert stage.next_role == "checker"
    stage.sign("checker", world.people["checker"], "second try", MOMENT)
    stage.sign("approver", world.people["approver"], "", MOMENT)
    stage.write(tmp_path / "r.asice")
    report = verify(tmp_path / "r.asice", world.trust, ROLES, MOMENT)
    assert report.ok
    assert report.signatures[1].statement == "second try"


@pytest.mark.parametrize("name", ["mimetype", "gm/operator.sm2.p7s", "signoffs/other.json"])
def test_reserved_names_are_not_staged(world: World, tmp_path: Path, name: str) -> None:
    stage = world.stage(tmp_path / "stage", {**CONTENT, name: b""})
    with pytest.raises(WrongUse, match="reserved"):
        stage.sign("operator", world.people["operator"], "", MOMENT)
    with pytest.raises(WrongUse, match="reserved"):
        write_signed(
            tmp_path / "p", {name: b""}, role="pilot", signer=world.people["pilot"], statement="", moment=MOMENT
        )


def test_links_are_not_staged(world: World, tmp_path: Path) -> None:
    stage = world.stage(tmp_path / "stage")
    (stage.folder / "link").symlink_to(tmp_path)
    with pytest.raises(WrongUse, match="not a plain file"):
        stage.sign("operator", world.people["operator"], "", MOMENT)


def test_one_signer_s_container_is_of_the_same_make(world: World, tmp_path: Path) -> None:
    path = tmp_path / "plan.asice"
    write_signed(
        path,
        {"plan.json": b"{}", "trust/roots.pem": world.authority.certificate},
        role="pilot",
        signer=world.people["pilot"],
        statement="发布",
        moment=MOMENT,
    )
    report = verify(path, world.trust, ("pilot",), MOMENT)
    assert report.ok
    assert [(one.role, one.person.id, one.statement) for one in report.signatures] == [("pilot", "P-pilot", "发布")]
    assert not verify(path, world.trust, ROLES, MOMENT).ok
