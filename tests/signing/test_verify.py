"""Every way a container may be wrong is a finding; none is an exception, and none is ok."""

import json
import zipfile
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labclient.errors import NotVerified, StorageTrouble
from labclient.signing import (
    Identity,
    Report,
    Trust,
    canonical,
    manifest_for,
    read_container,
    read_manifest,
    sign_detached,
    verify,
)
from labclient.signing._zip import write_zip

from .conftest import BEGIN, CONTENT, DAY, MOMENT, ROLES, World, make_authority

Members = dict[str, bytes]


def members_of(package: Path) -> Members:
    with zipfile.ZipFile(package) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def codes(report: Report) -> set[str]:
    assert not report.ok
    return {finding.code for finding in report.findings if finding.grave}


@pytest.fixture
def judge(world: World, package: Path, tmp_path: Path) -> Callable[[Callable[[Members], object]], set[str]]:
    """The grave findings about the good package after a change of its members."""

    def judged(change: Callable[[Members], object]) -> set[str]:
        members = members_of(package)
        change(members)
        write_zip(tmp_path / "changed.asice", members)
        return codes(verify(tmp_path / "changed.asice", world.trust, ROLES, MOMENT))

    return judged


def signed_by(world: World, folder: Path, *, content: Members = CONTENT, **instead: Identity) -> Members:
    """A container's members as a hostile client would make them: every signature good, no rule kept."""
    people = {**world.people, **instead}
    members: Members = dict(content)
    signatures: list[bytes] = []
    meta: Members = {}
    for number, role in enumerate(ROLES, start=1):
        previous = sha256(signatures[-1]).hexdigest() if signatures else ""
        said = {"role": role, "person": people[role].person.id, "statement": "", "previous": previous}
        members[f"signoffs/{number}-{role}.json"] = canonical({**said, "claimed_time": "2026-11-10T00:00:00Z"})
        manifest = manifest_for(f"META-INF/signature{number:03}.p7s", digests(members))
        signatures.append(sign_detached(people[role], sha256(manifest).digest(), MOMENT - DAY))
        meta[f"META-INF/ASiCManifest{number:03}.xml"] = manifest
        meta[f"META-INF/signature{number:03}.p7s"] = signatures[-1]
    folder.mkdir(exist_ok=True)
    return {"mimetype": b"application/vnd.etsi.asic-e+zip", **members, **meta}


def digests(members: Members) -> dict[str, bytes]:
    return {name: sha256(data).digest() for name, data in sorted(members.items())}


def judge_members(
    members: Members, world: World, folder: Path, trust: Trust | None = None, moment: datetime = MOMENT
) -> Report:
    write_zip(folder / "made.asice", members)
    return verify(folder / "made.asice", trust or world.trust, ROLES, moment)


def test_the_good_package_is_ok_and_says_who(world: World, package: Path) -> None:
    report = verify(package, world.trust, ROLES, MOMENT)
    assert report.ok
    assert report.findings == ()
    assert [(one.role, one.person.id, one.person.laboratory, one.status) for one in report.signatures] == [
        (role, f"P-{role}", "实验室 7", "ok") for role in ROLES
    ]
    assert report.sha256 == sha256(package.read_bytes()).hexdigest()
    assert {one.name: one.sha256 for one in report.files}.items() >= {
        name: sha256(data).hexdigest() for name, data in CONTENT.items()
    }.items()
    assert json.loads(json.dumps(report.as_json("zh_CN")))["ok"] is True


def test_200_and_more_single_flips_are_all_refused(world: World, package: Path, tmp_path: Path) -> None:
    good = package.read_bytes()
    path = tmp_path / "flipped.asice"
    step = len(good) // 240
    positions = range(0, len(good), step)
    assert len(positions) >= 200
    for position in positions:
        flipped = bytearray(good)
        flipped[position] ^= 1 << position % 8
        path.write_bytes(flipped)
        assert not verify(path, world.trust, ROLES, MOMENT).ok, position


def test_bytes_before_or_after_are_refused(world: World, package: Path, tmp_path: Path) -> None:
    for data in (b"x" + package.read_bytes(), package.read_bytes() + b"x", b"", package.read_bytes()[:-1]):
        (tmp_path / "p.asice").write_bytes(data)
        assert codes(verify(tmp_path / "p.asice", world.trust, ROLES, MOMENT)) == {"container"}


def test_a_changed_missing_or_extra_file(judge) -> None:
    assert judge(lambda members: members.update({"package.json": b"{}"})) == {"changed_file"}
    assert judge(lambda members: members.pop("data/readings.csv")) == {"missing_file"}
    assert judge(lambda members: members.update({"extra.txt": b""})) == {"unsigned_file"}
    assert judge(lambda members: members.update({"gm/operator.sm2.p7s": b""})) == {"unsigned_file"}
    assert judge(lambda members: members.update({"META-INF/extra.xml": b""})) == {"signature_extra"}
    assert judge(lambda members: members.update({"META-INF/signature004.p7s": b""})) == {"signature_extra"}
    assert "signature_extra" in judge(lambda members: members.update({"signoffs/4-pilot.json": b"{}"}))
    assert "signoff" in judge(lambda members: members.update({"signoffs/1-checker.json": b"{}"}))


def test_the_beginning_is_fixed(judge) -> None:
    assert judge(lambda members: members.update(mimetype=b"application/zip")) == {"mimetype"}
    assert "mimetype" in judge(lambda members: members.pop("mimetype"))

    def last(members: Members) -> None:
        members["mimetype"] = members.pop("mimetype")

    assert "mimetype" in judge(last)


def test_a_stripped_approver(judge) -> None:
    def strip(members: Members) -> None:
        for name in ("META-INF/ASiCManifest003.xml", "META-INF/signature003.p7s", "signoffs/3-approver.json"):
            del members[name]

    assert judge(strip) == {"signature_missing"}
    assert judge(lambda members: [members.pop(name) for name in list(members) if name.startswith("META-INF/")]) == {
        "signature_missing"
    }


def test_swapped_signatures_or_manifests(judge) -> None:
    def swap(members: Members, first: str, second: str) -> None:
        members[first], members[second] = members[second], members[first]

    one, two = "META-INF/signature001.p7s", "META-INF/signature002.p7s"
    assert "signature" in judge(lambda members: swap(members, one, two))
    first, second = "META-INF/ASiCManifest001.xml", "META-INF/ASiCManifest002.xml"
    assert {"signature", "manifest"} <= judge(lambda members: swap(members, first, second))

    def both(members: Members) -> None:
        swap(members, one, two)
        swap(members, first, second)

    assert {"manifest", "role_missing", "person_mismatch"} <= judge(both)


def test_an_edited_manifest(judge) -> None:
    name = "META-INF/ASiCManifest003.xml"

    def hide(members: Members) -> None:
        manifest = read_manifest(members[name])
        del manifest.digests["package.json"]
        members[name] = manifest_for(manifest.signature, manifest.digests)

    def weaken(members: Members) -> None:
        members[name] = members[name].replace(b"xmlenc#sha256", b"xmldsig#sha1")

    def entity(members: Members) -> None:
        members[name] = members[name].replace(b"?>", b'?><!DOCTYPE a [<!ENTITY b "c">]>', 1)

    assert judge(hide) == {"unsigned_file", "signature"}
    assert judge(weaken) == {"manifest", "signature"}
    assert judge(entity) == {"manifest", "signature"}


def test_a_hostile_client_s_honest_work_would_pass(world: World, tmp_path: Path) -> None:
    assert judge_members(signed_by(world, tmp_path), world, tmp_path).ok


def test_one_person_in_two_roles(world: World, tmp_path: Path) -> None:
    both = world.person("P-both", "operator", "checker", "approver")
    again = world.person("P-both", "approver")
    assert codes(judge_members(signed_by(world, tmp_path, operator=both, checker=both), world, tmp_path)) == {
        "same_person",
        "same_key",
    }
    assert codes(judge_members(signed_by(world, tmp_path, operator=both, approver=again), world, tmp_path)) == {
        "same_person"
    }


def test_a_role_that_the_certificate_lacks(world: World, tmp_path: Path) -> None:
    clerk = world.person("P-clerk", "operator")
    assert codes(judge_members(signed_by(world, tmp_path, approver=clerk), world, tmp_path)) == {"role_missing"}


def test_a_certificate_without_a_person(world: World, tmp_path: Path) -> None:
    authority = world.authority  # signs itself: no person's role, and no right to sign
    assert codes(judge_members(signed_by(world, tmp_path, approver=authority), world, tmp_path)) >= {"role_missing"}


def test_a_manifest_that_leaves_out_what_an_earlier_one_had(world: World, tmp_path: Path) -> None:
    members = signed_by(world, tmp_path)
    name = "META-INF/ASiCManifest003.xml"
    listed = read_manifest(members[name]).digests
    del listed["data/readings.csv"]
    members[name] = manifest_for("META-INF/signature003.p7s", listed)
    approver = world.people["approver"]
    members["META-INF/signature003.p7s"] = sign_detached(approver, sha256(members[name]).digest(), MOMENT)
    assert codes(judge_members(members, world, tmp_path)) == {"unsigned_file"}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"previous": "0" * 64}, "previous_signature"),
        ({"previous": ""}, "previous_signature"),
        ({"role": "checker"}, "role_order"),
        ({"person": "P-operator"}, "person_mismatch"),
        ({"more": 1}, "signoff"),
        ({"statement": 1}, "signoff"),
        ({"claimed_time": "yesterday"}, "signoff"),
        ({"claimed_time": "2026-11-10T00:00:00"}, "signoff"),
    ],
)
def test_a_sign_off_that_says_something_else(
    world: World, tmp_path: Path, change: dict[str, object], code: str
) -> None:
    members = signed_by(world, tmp_path)
    name, manifest = "signoffs/3-approver.json", "META-INF/ASiCManifest003.xml"
    members[name] = canonical({**json.loads(members[name]), **change})
    listed = {**read_manifest(members[manifest]).digests, name: sha256(members[name]).digest()}
    members[manifest] = manifest_for("META-INF/signature003.p7s", listed)
    approver = world.people["approver"]
    members["META-INF/signature003.p7s"] = sign_detached(approver, sha256(members[manifest]).digest(), MOMENT)
    assert codes(judge_members(members, world, tmp_path)) == {code}


def test_signers_out_of_date_revoked_or_unknown(world: World, package: Path, tmp_path: Path) -> None:
    root = world.authority.certificate
    checker = world.people["checker"]
    revoked = Trust((root,), (world.revoking(checker),))
    assert codes(verify(package, revoked, ROLES, MOMENT)) == {"revoked"}
    assert codes(verify(package, world.trust, ROLES, BEGIN + 701 * DAY)) == {"expired"}
    assert codes(verify(package, world.trust, ROLES, BEGIN - DAY)) == {"not_yet_valid"}
    assert codes(verify(package, world.trust, ROLES, BEGIN + 901 * DAY)) <= {"expired", "revocation_unknown"}
    stranger = make_authority(tmp_path / "stranger")
    assert codes(verify(package, Trust((stranger.certificate,)), ROLES, MOMENT)) == {"untrusted"}
    assert codes(verify(package, Trust(()), ROLES, MOMENT)) == {"untrusted"}
    outsider = world.person("P-outsider", "approver", authority=stranger)
    assert codes(judge_members(signed_by(world, tmp_path, approver=outsider), world, tmp_path)) == {"untrusted"}


def test_an_unchecked_revocation_is_said(world: World, package: Path) -> None:
    report = verify(package, Trust((world.authority.certificate,)), ROLES, MOMENT)
    assert report.ok
    assert [finding.code for finding in report.findings] == ["revocation_not_checked"] * 3
    assert not any(one.revocation_checked for one in report.signatures)


def test_claimed_times_are_questioned_not_believed(world: World, tmp_path: Path) -> None:
    stage = world.stage(tmp_path / "stage")
    for role, moment in zip(ROLES, (MOMENT, MOMENT - DAY, MOMENT + DAY), strict=True):
        stage.sign(role, world.people[role], "", moment)
    stage.write(tmp_path / "r.asice")
    report = verify(tmp_path / "r.asice", world.trust, ROLES, MOMENT)
    assert report.ok
    assert [finding.code for finding in report.findings] == ["signing_times_disordered", "signing_time_ahead"]


def test_the_roles_asked_for_decide(world: World, package: Path) -> None:
    assert "signature_extra" in codes(verify(package, world.trust, ("operator",), MOMENT))
    assert "signature_missing" in codes(verify(package, world.trust, (*ROLES, "pilot"), MOMENT))
    swapped = ("checker", "operator", "approver")
    assert {"signoff", "role_missing"} <= codes(verify(package, world.trust, swapped, MOMENT))
    with pytest.raises(ValueError, match="at least one role"):
        verify(package, world.trust, (), MOMENT)


def test_what_was_judged_is_what_is_read(tmp_path: Path) -> None:
    path = tmp_path / "large.asice"
    content = b"10.00001\r\n" * 20_000
    write_zip(path, {"mimetype": b"", "data/readings.csv": content})
    with read_container(path) as container:
        container.copy_out("data/readings.csv", tmp_path / "mine.csv")
        assert (tmp_path / "mine.csv").read_bytes() == container.read("data/readings.csv", 10**6) == content
        with pytest.raises(NotVerified, match="larger than"):
            container.read("data/readings.csv", 10)
        with pytest.raises(NotVerified, match="missing"):
            container.read("nothing", 10)
        path.write_bytes(path.read_bytes().replace(b"10.00001", b"20.00001"))
        with pytest.raises(NotVerified, match=r"damaged|changed"):
            container.read("data/readings.csv", 10**6)
        with pytest.raises(NotVerified):
            container.copy_out("data/readings.csv", tmp_path / "other.csv")
    assert not (tmp_path / "other.csv").exists()


def test_a_file_that_cannot_be_read_is_storage_trouble(world: World, tmp_path: Path) -> None:
    with pytest.raises(StorageTrouble):
        verify(tmp_path / "missing.asice", world.trust, ROLES, MOMENT)


@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_mutilated_containers_are_refused(
    world: World, package: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    members = members_of(package)
    name = data.draw(st.sampled_from(sorted(members)))
    old = members[name]
    start = data.draw(st.integers(0, len(old) - 1))
    end = data.draw(st.integers(start, min(len(old), start + 30)))
    members[name] = old[:start] + data.draw(st.binary(max_size=30)) + old[end:]
    if members[name] == old:
        return
    path = tmp_path_factory.getbasetemp() / "mutilated.asice"
    write_zip(path, members)
    assert not verify(path, world.trust, ROLES, MOMENT).ok
