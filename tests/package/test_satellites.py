"""A package carries the satellites of its notebook: their lines, their readings, and what was measured in them."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from evaluation.records import WHO
from msgspec.structs import replace
from participation.rooms import Room
from participation.world import NAME, Desk, Office

from labclient.notebook import Draft, Entry, Reader, check, export, restore
from labclient.package import verify_package
from labclient.participation import give_up_satellite, take_satellite
from labclient.plan import TrustList
from labclient.signing import Tree

from .conftest import MOMENT
from .forging import Change, forged, rewritten, unpacked, untouched


@pytest.fixture(scope="module")
def roomed(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a packed participation: day 2 was measured in another room, another satellite was lost."""
    folder = tmp_path_factory.mktemp("roomed")
    desk = Desk(office, folder).until("measurement")
    desk.write.measure(desk.plan, desk.truth, days=[1])
    room, lost = Room(desk, folder / "b"), Room(desk, folder / "c")
    room.measure(2)
    lost.p.close()
    take_satellite(desk.p, room.back(), WHO)
    give_up_satellite(desk.p, lost.issued.body["satellite"], "the PC was stolen", WHO)
    desk.judge()
    desk.p.finish("measurement", WHO)
    desk.enter("departure")
    desk.p.finish("departure", WHO)
    desk.compute()
    desk.p.finish("results", WHO)
    desk.prepare()
    desk.sign()
    desk.pack()
    desk.p.close()
    return folder


@pytest.fixture(scope="module")
def package(roomed: Path) -> Path:
    return next(roomed.glob("result_*.asice"))


def codes(package: Path, trust: TrustList) -> set[str]:
    report = verify_package(package, trust, MOMENT)
    found = {one.code for one in report.all_findings if one.grave}
    assert report.ok == (not found)
    return found


def test_a_package_over_two_rooms_verifies_and_says_what_was_given_up(package: Path, trust: TrustList) -> None:
    report = verify_package(package, trust, MOMENT)
    assert report.ok, report.all_findings
    assert {one.code for one in report.all_findings} == {"simulated", "satellite_given_up"}


def test_the_package_holds_the_satellite_byte_for_byte(roomed: Path, package: Path, tmp_path: Path) -> None:
    """A stranger finds every line and every row of the satellite's own export in the package."""
    export(roomed / "b" / "room2.labnote", tmp_path / "room")
    with zipfile.ZipFile(package) as archive:
        (name,) = [one for one in archive.namelist() if one.endswith("-room2.jsonl")]
        lines = archive.read(name)
        rows = {archive.read(one) for one in archive.namelist() if one.startswith("runs/")}
    assert lines == (tmp_path / "room" / "log" / "entries.jsonl").read_bytes()
    own = {path.read_bytes() for path in (tmp_path / "room").glob("runs/run-*.csv")}
    assert own
    assert own <= rows


def test_a_restored_notebook_has_the_satellites_root(package: Path, roomed: Path, tmp_path: Path) -> None:
    folder = unpacked(package, tmp_path / "folder")
    restore(folder, tmp_path / "again.labnote")
    assert check(tmp_path / "again.labnote", deep=True).ok
    with Reader.open(tmp_path / "again.labnote") as reader:
        (taken,) = reader.entries({"satellite"})
        tree = Tree()
        for line in reader.payload(taken.seq).splitlines():
            tree.append(line)
    assert (tree.size, tree.root().hex()) == (taken.body["entries"], taken.body["root"])
    report = check(roomed / "b" / "room2.labnote")
    assert (report.entries, report.root) == (tree.size, tree.root().hex())


def but(kind: str, change: Callable[[Draft], Draft | None], *, copied: bool) -> Change:
    """Change the first entry of that kind, among the satellite's copies or not."""
    seen = {"satellite": False, "done": False}

    def one(entry: Entry, draft: Draft) -> Draft | None:
        seen["satellite"] |= entry.kind == "satellite"
        if entry.kind == kind and seen["satellite"] == copied and not seen["done"]:
            seen["done"] = True
            return change(draft)
        return draft

    return one


@pytest.mark.parametrize(
    "change",
    [
        but("cycle", lambda d: replace(d, kind="note", body={"text": "a cycle less"}), copied=True),
        but("block", lambda d: replace(d, author="P-02"), copied=True),
        but("satellite-issued", lambda d: replace(d, body={**d.body, "root": "0" * 64}), copied=False),
        but("satellite", lambda d: replace(d, body={**d.body, "root": "0" * 64}), copied=True),
        but("satellite", lambda d: replace(d, payload=b""), copied=True),
        but("satellite-issued", lambda d: replace(d, kind="note", body={"text": "none"}), copied=False),
    ],
    ids=["cycle", "author", "issued root", "taken root", "no lines", "not issued"],
)  # fmt: skip
def test_a_satellite_that_is_not_the_one_issued_is_found_by_the_check(
    roomed: Path, tmp_path: Path, change: Change
) -> None:
    """Even when whoever has the notebook's key wrote it anew, with a tree and checkpoints that hold."""
    rewritten(roomed / NAME, tmp_path / "forged.labnote", change)
    assert "satellite" in {one.code for one in check(tmp_path / "forged.labnote").findings}


def test_what_the_check_finds_in_a_satellite_speaks_against_the_package(
    office: Office, roomed: Path, package: Path, trust: TrustList, tmp_path: Path
) -> None:
    change = but("run-stop", lambda d: replace(d, body={**d.body, "reason": "other"}), copied=True)
    made = forged(office, roomed / NAME, package, tmp_path / "f", change, sound=False)
    assert "log_satellite" in codes(made, trust)


def test_a_satellite_left_out_is_found(
    office: Office, roomed: Path, package: Path, trust: TrustList, tmp_path: Path
) -> None:
    note = Draft(kind="note", body={"text": "nothing"}, author=WHO)
    change = but("satellite-given-up", lambda _: note, copied=True)
    assert codes(forged(office, roomed / NAME, package, tmp_path / "f", change), trust) == {"gate", "satellite"}


def test_the_forgers_harness_makes_a_package_that_verifies(
    office: Office, roomed: Path, package: Path, trust: TrustList, tmp_path: Path
) -> None:
    assert not codes(forged(office, roomed / NAME, package, tmp_path / "f", untouched), trust)
