"""A package is believed when people, log, readings and result all hold together, and not for less."""

import json
import subprocess
import zipfile
from pathlib import Path

import msgspec
import numpy as np
import pytest
from evaluation.records import small_plan_json
from msgspec.structs import replace

from labclient.notebook import Draft, Entry, check, restore
from labclient.package import PLAN_JSON, Document, PackageInfo, ResultFile, verify_package
from labclient.signing import canonical, write_signed
from labclient.words import LANGUAGES

from .conftest import MOMENT
from .forging import ROLES, forged, rewritten, signed, unpacked, untouched


def verdict(path: Path, trust) -> set[str]:
    """The codes of what speaks against a package; its report can be said in every language."""
    report = verify_package(path, trust, MOMENT)
    for language in LANGUAGES:
        assert json.loads(json.dumps(report.as_json(language)))["ok"] == report.ok
    codes = {one.code for one in report.all_findings if one.grave}
    assert report.ok == (not codes)
    return codes


def test_the_package_holds(package, trust) -> None:
    report = verify_package(package, trust, MOMENT)
    assert report.ok
    assert [one.role for one in report.report.signatures] == list(ROLES)
    assert {one.code for one in report.all_findings} == {"simulated"}
    assert report.info is not None
    assert (report.info.laboratory, report.info.revision, report.info.supersedes) == ("LAB01", 1, "")


SCRIPT = r"""
set -eu
unzip -q "$1" -d out
cd out
for n in 001 002 003; do
  openssl cms -verify -cades -content META-INF/ASiCManifest$n.xml -binary -inform DER \
    -in META-INF/signature$n.p7s -CAfile "$2" -attime "$3" -out /dev/null
done
tr -d '\n' < META-INF/ASiCManifest003.xml | sed 's/<asic:DataObjectReference/\n&/g' |
  sed -n 's|.*DataObjectReference URI="\([^"]*\)".*<ds:DigestValue>\([^<]*\)<.*|\1 \2|p' |
  while read -r uri digest || [ -n "$uri" ]; do
    name=$(printf '%b' "$(printf %s "$uri" | sed 's/%/\\x/g')")
    printf '%s  %s\n' "$(printf %s "$digest" | base64 -d | od -An -v -tx1 | tr -d ' \n')" "$name"
  done > ../listed
sha256sum -c --strict ../listed
find . -type f ! -path './META-INF/*' ! -name mimetype | wc -l
"""


def test_standard_tools_accept_it_without_our_code(package, trust, tmp_path) -> None:
    (tmp_path / "roots.pem").write_text("".join(trust.roots))
    arguments = [package, tmp_path / "roots.pem", int(MOMENT.timestamp())]
    command = ["bash", "-o", "pipefail", "-c", SCRIPT, "verify", *map(str, arguments)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("CAdES Verification successful") == 3
    with zipfile.ZipFile(package) as archive:
        members = [n for n in archive.namelist() if not n.startswith("META-INF/") and n != "mimetype"]
    assert done.stdout.count(": OK") == len(members) == int(done.stdout.split()[-1])
    assert {"package.json", "result.json", "report.pdf", "log/entries.jsonl"} <= {*members}


def test_the_export_inside_is_a_notebook_that_checks(package, tmp_path) -> None:
    folder = unpacked(package, tmp_path / "out")
    restore(folder, tmp_path / "again.labnote")
    report = check(tmp_path / "again.labnote", deep=True)
    info = msgspec.json.decode((folder / "package.json").read_bytes(), type=PackageInfo)
    assert report.ok
    assert (report.notebook, report.key, report.entries, report.root) == msgspec.structs.astuple(info.log)
    assert report.readings > 100


@pytest.mark.parametrize("part", range(4))
def test_any_flipped_byte_is_refused(package, trust, tmp_path, part) -> None:
    """240 flips spread over the whole file, each of one bit."""
    genuine = package.read_bytes()
    path = tmp_path / package.name
    for number in range(part, 240, 4):
        place = number * (len(genuine) - 1) // 239
        spoilt = bytearray(genuine)
        spoilt[place] ^= 1 << (number % 8)
        path.write_bytes(spoilt)
        report = verify_package(path, trust, MOMENT)
        assert not report.ok, place
        assert [one for one in report.all_findings if one.grave], place


@pytest.mark.parametrize("cut", [0, 1, 100, 0.5, -1, -22])
def test_a_cut_file_is_refused(package, trust, tmp_path, cut) -> None:
    data = package.read_bytes()
    path = tmp_path / "cut.asice"
    path.write_bytes(data[: int(len(data) * cut) if isinstance(cut, float) else cut])
    assert verdict(path, trust) == {"container"}


# -- the same three people sign something else -------------------------------------------------------------------------


@pytest.fixture
def folder(package, tmp_path) -> Path:
    return unpacked(package, tmp_path / "folder")


def rewrite(path: Path, kind: type, **changes) -> None:
    said = msgspec.json.decode(path.read_bytes(), type=kind)
    path.write_bytes(canonical(msgspec.to_builtins(replace(said, **changes))))


def test_signed_again_as_it_is_it_holds(folder, office, trust, tmp_path) -> None:
    assert verdict(signed(office, folder, tmp_path / "a.asice"), trust) == set()


@pytest.mark.parametrize(
    "name", ["package.json", "result.json", "report.pdf", "log/entries.jsonl", "runs", "attachments"]
)
def test_a_missing_file_is_refused(folder, office, trust, tmp_path, name) -> None:
    path = folder / name
    (min(path.iterdir()) if path.is_dir() else path).unlink()
    assert verdict(signed(office, folder, tmp_path / "a.asice"), trust)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("runs/run-9999.csv", b"index,t_ns,status,dcv,raw\r\n0,1,ok,10.5,\r\n"),
        ("runs/run-9999.csv", b"index,t_ns,status,dcv,raw\r\n"),
        ("attachments/9999-photo.png", b"x"),
        ("log/damage.txt", b"x"),
        ("notes.txt", b"x"),
        ("plan.json", b"{}"),
    ],
)
def test_a_foreign_file_is_refused_though_all_three_signed_it(folder, office, trust, tmp_path, name, data) -> None:
    (folder / name).write_bytes(data)
    assert verdict(signed(office, folder, tmp_path / "a.asice"), trust) & {"foreign", "content"}


@pytest.mark.parametrize("field", ["value", "reported_U", "mean_time"])
def test_a_changed_result_is_refused_though_all_three_signed_it(folder, office, trust, tmp_path, field) -> None:
    path = folder / "result.json"
    file = msgspec.json.decode(path.read_bytes(), type=ResultFile)
    first, *others = file.result.points
    points = (replace(first, **{field: "9.9"}), *others)
    rewrite(path, ResultFile, result=replace(file.result, points=points))
    assert "result" in verdict(signed(office, folder, tmp_path / "a.asice"), trust)


ANOTHER = Document(1, "0" * 64)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"comparison": "OTHER-2026"}, "comparison"),
        ({"laboratory": "LAB02"}, "not_entitled"),
        ({"simulated": False}, "simulated"),
        ({"assurance": "paper"}, "plan"),
        ({"plan_origin": "transcribed"}, "plan"),
        ({"plan": ANOTHER}, "content"),
        ({"plan": Document(10**6, "0" * 64)}, "content"),
        ({"trust": None}, "trust"),
        ({"trust": ANOTHER}, "trust"),
        ({"supersedes": "0" * 64}, "supersedes"),
        ({"revision": 2}, "supersedes"),
        ({"roles": ("operator", "checker")}, "signature_extra"),
    ],
)
def test_a_package_that_says_other_than_its_log_is_refused(folder, office, trust, tmp_path, changes, code) -> None:
    rewrite(folder / "package.json", PackageInfo, **changes)
    assert code in verdict(signed(office, folder, tmp_path / "a.asice"), trust)


def test_a_package_without_its_approver_is_refused(folder, office, trust, tmp_path) -> None:
    rewrite(folder / "package.json", PackageInfo, roles=("operator", "checker"))
    assert "plan" in verdict(signed(office, folder, tmp_path / "a.asice", ("operator", "checker")), trust)


@pytest.mark.parametrize("data", [b"", b"[]", b'{"a":1,"a":2}'])
@pytest.mark.parametrize("name", ["package.json", "result.json"])
def test_a_shapeless_document_is_a_finding(folder, office, trust, tmp_path, name, data) -> None:
    (folder / name).write_bytes(data)
    assert verdict(signed(office, folder, tmp_path / "a.asice"), trust)


# -- who ---------------------------------------------------------------------------------------------------------------


def test_signers_that_the_list_does_not_name_are_refused(package, trust) -> None:
    for who in ("P-01", "P-03"):
        people = tuple(one for one in trust.people if one.id != who)
        assert verdict(package, replace(trust, people=people)) == {"unknown_signer"}


@pytest.mark.parametrize("other", [{"roles": ("checker",)}, {"laboratory": "LAB02"}, {"id": "P-77"}])
def test_a_signer_is_believed_for_what_the_list_says_only(package, trust, other) -> None:
    people = tuple(replace(one, **other) if one.id == "P-01" else one for one in trust.people)
    assert verdict(package, replace(trust, people=people)) == {"not_entitled"}


def test_the_list_of_another_comparison_is_none(package, trust) -> None:
    assert "comparison" in verdict(package, replace(trust, comparison="OTHER-2026"))


def test_the_roots_of_another_comparison_are_none(package, trust, tmp_path) -> None:
    from participation.world import open_office

    other = open_office(tmp_path, small_plan_json())
    from labclient.package import open_trust

    assert "untrusted" in verdict(package, open_trust(other.papers.trust, MOMENT).trust)


def test_a_demonstration_is_refused_by_a_real_pilot(package, trust) -> None:
    assert verdict(package, replace(trust, simulated=False)) == {"simulated"}


def test_a_moment_before_the_certificates_is_told(package, trust) -> None:
    assert not verify_package(package, trust, MOMENT.replace(year=1990)).ok


# -- a forged log: everything holds but the arithmetic -----------------------------------------------------------------


def test_the_harness_forges_nothing_by_itself(notebook, package, office, trust, tmp_path) -> None:
    assert verdict(forged(office, notebook, package, tmp_path / "f", untouched), trust) == set()


def body(kind: str, **changes):
    def change(entry: Entry, draft: Draft) -> Draft:
        if entry.kind == kind:
            return Draft(
                **{name: getattr(draft, name) for name in draft.__struct_fields__} | {"body": draft.body | changes}
            )
        return draft

    return change


def check_of(name: str, **changes):
    def change(entry: Entry, draft: Draft) -> Draft:
        mine = entry.kind == "check" and entry.body["check"] == name
        return body("check", **changes)(entry, draft) if mine else draft

    return change


def reading(entry: Entry, draft: Draft) -> Draft:
    """The last position of S reads 1 µV more, in text and number alike."""
    if entry.kind != "block" or b"9.9999" not in (draft.payload or b""):
        return draft
    lines = [line.split(",") for line in draft.payload.decode().split("\r\n")]
    values = np.array(draft.values)
    for place, line in enumerate(lines[:-1]):
        number = float(line[3]) + 1e-6
        line[3], line[4], values[place, -1] = repr(number), repr(number) + "\\x0d\\x0a", number
    payload = "\r\n".join(",".join(line) for line in lines).encode()
    return Draft(
        kind="block", body=draft.body, author=draft.author, station=draft.station, payload=payload, values=values
    )


def without(kind: str):
    return lambda entry, draft: None if entry.kind == kind else draft


FORGERIES = {
    "another reading": (reading, "result"),
    "a stability that passes more easily": (check_of("stability", figures=[]), "check"),
    "a stability of another verdict": (check_of("stability", verdict="undecided"), "check"),
    "a stability that failed": (check_of("stability", verdict="fail"), "gate"),
    "a check of no run": (check_of("settling", basis=[]), "content"),
    "a check of an entry that is none": (check_of("settling", basis=[10**6]), "content"),
    "a check of another kind of entry": (check_of("settling", basis=[1]), "content"),
    "a check without sense": (body("check", verdict="splendid"), "content"),
    "nothing, for comparison": (lambda entry, draft: draft, None),
    "another standard": (body("standard", values=[]), "content"),
    "another budget": (body("budget", influences=[]), "content"),
    "a purpose that was none": (body("run-start", purpose="trial"), "content"),
    "a cycle of series that are none": (body("cycle", series=[10**6] * 9), "content"),
    "a result that is none": (body("result", points=[]), "result"),
    "methods that were not used": (body("result", methods=["magic/1"]), "result"),
    "a plan of one's own in the entry": (body("plan", origin="transcribed"), "plan"),
    "another laboratory": (body("plan", laboratory="LAB02"), "plan"),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forged_log_is_refused_though_all_signatures_hold(notebook, package, office, trust, tmp_path, name) -> None:
    change, code = FORGERIES[name]
    found = verdict(forged(office, notebook, package, tmp_path / "f", change), trust)
    assert found == set() if code is None else code in found


def test_a_check_left_out_is_missed(notebook, package, office, trust, tmp_path) -> None:
    """The entry becomes a note, so that all others keep their places."""

    def hide(entry: Entry, draft: Draft) -> Draft:
        if entry.kind == "check" and entry.body["check"] == "zero":
            return Draft(kind="note", body={"text": "nothing"}, author=draft.author)
        return draft

    assert "gate" in verdict(forged(office, notebook, package, tmp_path / "f", hide), trust)


def test_a_late_exclusion_after_the_result_is_found(notebook, package, office, trust, tmp_path) -> None:
    cycles: list[int] = []

    def slip(entry: Entry, draft: Draft) -> Draft:
        if entry.kind == "cycle":
            cycles.append(entry.seq)
        if entry.kind == "station-done" and entry.body["station"] == "results":
            return Draft(kind="exclusion", body={"cycles": cycles[:1], "reason": "late"}, author=draft.author)
        return draft

    assert "result" in verdict(forged(office, notebook, package, tmp_path / "f", slip), trust)


def test_a_plan_that_the_pilot_did_not_sign_is_refused(notebook, package, office, trust, tmp_path) -> None:
    plan = tmp_path / "plan.asice"
    easy = json.loads(small_plan_json())
    easy["stability"]["limit"]["value"] = "1000"
    write_signed(plan, {PLAN_JSON: json.dumps(easy).encode()}, role="operator", signer=office.signer("operator"),
                 statement="issued", moment=MOMENT)  # fmt: skip
    from hashlib import sha256

    digest = sha256(plan.read_bytes()).hexdigest()

    def swap(entry: Entry, draft: Draft) -> Draft:
        if entry.kind != "plan":
            return draft
        return Draft(kind="plan", body=draft.body | {"sha256": digest}, author=draft.author, payload=plan.read_bytes())

    path = forged(office, notebook, package, tmp_path / "f", swap, plan=Document(1, digest))
    assert "content" in verdict(path, trust)


def test_a_simulated_notebook_that_calls_itself_real_is_refused(notebook, package, office, trust, tmp_path) -> None:
    path = forged(office, notebook, package, tmp_path / "f", untouched, simulated=False)
    assert "simulated" in verdict(path, replace(trust, simulated=False))


def test_a_log_without_a_checkpoint_is_refused(notebook, package, office, trust, tmp_path) -> None:
    """Whoever wrote it never showed its head to anybody."""
    note = Draft(kind="note", body={"text": "x"}, author="P-01")
    log = tmp_path / "bare.labnote"
    rewritten(notebook, log, lambda e, d: d)
    assert check(log).checkpoints > 0
    folder = unpacked(package, tmp_path / "folder")
    text = (folder / "log/entries.jsonl").read_bytes().replace(b'"kind":"checkpoint"', b'"kind":"note"')
    (folder / "log/entries.jsonl").write_bytes(text)
    assert verdict(signed(office, folder, tmp_path / "a.asice"), trust) >= {"log", "checkpoint"}
    assert note.kind == "note"
