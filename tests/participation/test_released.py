"""The released report: signed by the pilot, opened beside a laboratory's own record, refused where it must be."""

import json
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from labclient.errors import GateClosed, NotVerified, WrongUse
from labclient.evaluation import REFERENCE_RULES, Degrees, Method, Reference, agreement_of, lab_point
from labclient.home import Home
from labclient.notebook import Reader
from labclient.package import RELEASED_JSON, REPORT_PDF, Released, open_release, open_trust, release_pdf, write_release
from labclient.participation import Comparison, State, open_own_release, read_state, release
from labclient.signing import canonical, file_sha256, read_container, write_signed

from .releases import AFTER, compared, open_ring, sent_of, visit_of_pilot
from .world import NAME, Office


class Ring:
    """What all these tests read: one comparison, played once."""

    def __init__(self, folder: Path) -> None:
        self.office: Office = open_ring(
            folder / "office-folder" if (folder / "office-folder").mkdir() is None else folder
        )
        self.home = Home(folder / "pilot-pc")
        self.visit = visit_of_pilot(self.office, folder / "visit")
        self.package = sent_of(self.office, folder / "lab", 10.0000131)
        self.notebook = folder / "lab" / NAME
        self.comparison: Comparison = compared(self.office, self.visit, self.package, home=self.home)
        self.trust = open_trust(self.office.papers.trust, AFTER).trust
        (folder / "out").mkdir()
        self.file = release(self.comparison, folder / "out", self.trust, self.office.papers.pilot, AFTER)
        self.released: Released = open_release(self.file, self.trust, AFTER).released

    def state(self, notebook: Path | None = None) -> State:
        with Reader.open(notebook or self.notebook) as reader:
            return read_state(reader)

    def signed(self, released: Released, path: Path) -> Path:
        """Another report, signed by the pilot as the true one is."""
        pdf = release_pdf(self.released, self.comparison.plan)
        write_release(released, pdf, self.trust, self.office.papers.pilot, path)
        return path

    def changed(self, path: Path, **row: str) -> Path:
        """A report that says something else of the first laboratory at the first point."""
        return self.signed(with_row(self.released, **row), path)


def with_row(released: Released, **row: str) -> Released:
    first, *others = released.points
    mine, *rest = first.rows
    other = msgspec.structs.replace(mine, **row)
    point = msgspec.structs.replace(first, rows=(other, *rest))
    return msgspec.structs.replace(released, points=(point, *others))


@pytest.fixture(scope="module")
def ring(tmp_path_factory: pytest.TempPathFactory) -> Ring:
    return Ring(tmp_path_factory.mktemp("ring"))


def test_the_report_opens_beside_the_record_and_says_what_was_submitted(ring: Ring) -> None:
    state = ring.state()
    found = open_own_release(ring.file, state, AFTER)
    assert (found.own, found.laboratory, found.opened.signer) == (True, "LAB01", ring.office.papers.pilot.person.name)
    said = found.opened.released
    assert (said.comparison, said.plan.sha256) == (state.plan.id, state.accepted.sha256)
    assert state.packaged is not None
    assert state.result is not None
    assert said.laboratories[0].package_sha256 == state.packaged.sha256 == file_sha256(ring.package).hex()
    assert [(one.rows[0].value, one.rows[0].U) for one in said.points] == [
        (one.value, one.U) for one in state.result.points
    ]
    assert said.missing == ("LAB02", "LAB03")
    told = " ".join(str(note) for note in found.notes)
    assert "Not there: LAB02, LAB03" in told
    assert "holds no receipt" in told


def test_every_method_stands_with_formula_and_source(ring: Ring) -> None:
    said = ring.released
    used = {point.reference.method for point in said.points}
    used |= {score.rule for point in said.points for row in point.rows for score in row.scores}
    for id in used:
        rule = said.rule(id)
        assert rule.formula
        assert rule.source
    assert {score.name for score in said.points[0].rows[0].scores} == {"En", "zeta"}


def test_numbers_are_texts_with_all_their_digits(ring: Ring) -> None:
    with read_container(ring.file) as container:
        record = json.loads(container.read(RELEASED_JSON, 1 << 20))
        assert container.read(REPORT_PDF, 1 << 24).startswith(b"%PDF")
    row = record["points"][0]["rows"][0]
    degree = ring.comparison.degrees[0].rows[0]
    assert row["reference"] == repr(degree.reference)
    assert row["scores"][0]["score"] == repr(degree.en.score)


def test_the_readable_copy_is_a_function_of_the_record(ring: Ring) -> None:
    plan = ring.comparison.plan
    pdf = release_pdf(ring.released, plan)
    assert pdf == open_release(ring.file, ring.trust, AFTER).pdf
    assert pdf != release_pdf(with_row(ring.released, reported_value="9.9"), plan)


def test_a_value_that_was_not_submitted_is_refused(ring: Ring, tmp_path: Path) -> None:
    mine = ring.released.points[0].rows[0]
    other = ring.changed(tmp_path / "other.asice", reported_value=mine.reported_value[:-1] + "9")
    with pytest.raises(NotVerified, match="ascribes to LAB01 at 10V is not what was submitted"):
        open_own_release(other, ring.state(), AFTER)


def test_a_point_left_out_is_refused(ring: Ring, tmp_path: Path) -> None:
    fewer = msgspec.structs.replace(ring.released, points=ring.released.points[:1])
    with pytest.raises(NotVerified, match="is not what was submitted"):
        open_own_release(ring.signed(fewer, tmp_path / "fewer.asice"), ring.state(), AFTER)


def test_another_package_of_the_laboratory_is_refused(ring: Ring, tmp_path: Path) -> None:
    ours = msgspec.structs.replace(ring.released.laboratories[0], package_sha256="0" * 64)
    other = msgspec.structs.replace(ring.released, laboratories=(ours,))
    with pytest.raises(NotVerified, match="another package of LAB01"):
        open_own_release(ring.signed(other, tmp_path / "other.asice"), ring.state(), AFTER)


def test_another_plan_is_refused(ring: Ring, tmp_path: Path) -> None:
    ours = msgspec.structs.replace(ring.released.laboratories[0], plan_sha256="0" * 64)
    other = msgspec.structs.replace(ring.released, laboratories=(ours,))
    with pytest.raises(NotVerified, match="another plan"):
        open_own_release(ring.signed(other, tmp_path / "other.asice"), ring.state(), AFTER)
    nobody = msgspec.structs.replace(
        ring.released, laboratories=(), plan=msgspec.structs.replace(ring.released.plan, sha256="0" * 64), points=()
    )
    with pytest.raises(NotVerified, match="another plan"):
        open_own_release(ring.signed(nobody, tmp_path / "nobody.asice"), ring.state(), AFTER)


def test_another_comparison_is_refused(ring: Ring, tmp_path: Path) -> None:
    other = msgspec.structs.replace(ring.released, comparison="OTHER-2026")
    with pytest.raises(NotVerified, match="the comparison OTHER-2026, not of DEMO-DCV-2026"):
        open_own_release(ring.signed(other, tmp_path / "other.asice"), ring.state(), AFTER)


def test_a_key_that_nobody_named_is_refused(ring: Ring, tmp_path: Path) -> None:
    strange = open_ring(tmp_path)
    trust = open_trust(strange.papers.trust, AFTER).trust
    file = tmp_path / "strange.asice"
    write_release(ring.released, b"%PDF-", trust, strange.papers.pilot, file)
    with pytest.raises(NotVerified, match="does not lead to a trusted root"):
        open_own_release(file, ring.state(), AFTER)


def test_a_signer_who_is_no_pilot_is_refused(ring: Ring, tmp_path: Path) -> None:
    members = {RELEASED_JSON: canonical(msgspec.to_builtins(ring.released)), REPORT_PDF: b"%PDF-"}
    file = tmp_path / "operator.asice"
    write_signed(file, members, role="operator", signer=ring.office.signer("operator"), statement="x", moment=AFTER)
    with pytest.raises(NotVerified, match="is refused"):
        open_own_release(file, ring.state(), AFTER)
    with pytest.raises(GateClosed, match="not in the trust list as pilot of PILOT"):
        release(ring.comparison, tmp_path, ring.trust, ring.office.signer("operator"), AFTER)


@pytest.mark.parametrize("row", [{"verdict": "unsatisfactory"}, {"k": "0"}, {"U": "0"}, {"reference": "9"}])
def test_a_verdict_that_does_not_follow_from_its_numbers_is_refused(ring: Ring, tmp_path: Path, row) -> None:
    with pytest.raises(NotVerified, match="does not follow from its own numbers"):
        open_own_release(ring.changed(tmp_path / "other.asice", **row), ring.state(), AFTER)


def test_a_reference_value_that_does_not_follow_from_the_results_is_refused(ring: Ring, tmp_path: Path) -> None:
    first, *others = ring.released.points
    for place, changes in enumerate(
        ({"method": "reference-mandel-paule/1"}, {"method": "unheard-of/1"}, {"u": "1e-9"})
    ):
        point = msgspec.structs.replace(first, reference=msgspec.structs.replace(first.reference, **changes))
        other = msgspec.structs.replace(ring.released, points=(point, *others))
        with pytest.raises(NotVerified, match="reference value at 10V does not follow"):
            open_own_release(ring.signed(other, tmp_path / f"{place}.asice"), ring.state(), AFTER)


def test_a_point_without_results_cannot_be_read(ring: Ring, tmp_path: Path) -> None:
    empty = msgspec.structs.replace(ring.released.points[0], rows=())
    members = {
        RELEASED_JSON: canonical(msgspec.to_builtins(msgspec.structs.replace(ring.released, points=(empty,)))),
        REPORT_PDF: b"%PDF-",
    }
    file = tmp_path / "empty.asice"
    write_signed(file, members, role="pilot", signer=ring.office.papers.pilot, statement="released", moment=AFTER)
    with pytest.raises(NotVerified, match="cannot be read"):
        open_own_release(file, ring.state(), AFTER)


def test_a_mean_of_several_laboratories_is_formed_again(ring: Ring, tmp_path: Path) -> None:
    """Three laboratories' results: a weighted mean with members, and the largest consistent subset."""
    sent = [ring.comparison.sent[0]]
    for code, shift in (("LAB02", 4e-8), ("LAB03", -6e-8)):
        mine = sent[0]
        results = tuple(
            msgspec.structs.replace(one, value=repr(float(one.value) * (1 + shift))) for one in mine.results
        )
        points = tuple(lab_point(code, one) for one in results)
        sent.append(msgspec.structs.replace(mine, laboratory=code, results=results, points=points))
    every = [point for one in sent for point in one.points]
    methods: tuple[Method, ...] = (
        "weighted-mean", "largest-consistent-subset", "mandel-paule", "dersimonian-laird", "median",
    )  # fmt: skip
    for method in methods:
        degrees = agreement_of(ring.comparison.plan, ring.comparison.monitored, every, method)
        found = msgspec.structs.replace(ring.comparison, sent=tuple(sent), degrees=degrees, missing=())
        file = release(found, tmp_path, ring.trust, ring.office.papers.pilot, AFTER)
        said = open_own_release(file, ring.state(), AFTER).opened.released
        first = said.points[0]
        assert first.reference.method == REFERENCE_RULES[method].id
        assert first.reference.members == degrees[0].reference.members
        if method == "weighted-mean":
            assert first.reference.chi2 is not None
            other = msgspec.structs.replace(first, reference=msgspec.structs.replace(first.reference, chi2="0.1"))
            wrong = msgspec.structs.replace(said, points=(other, *said.points[1:]))
            with pytest.raises(NotVerified, match="does not follow"):
                open_own_release(ring.signed(wrong, tmp_path / "wrong.asice"), ring.state(), AFTER)


def test_a_changed_byte_is_refused(ring: Ring, tmp_path: Path) -> None:
    data = bytearray(ring.file.read_bytes())
    data[data.index(b'"reference"')] ^= 1
    (tmp_path / "broken.asice").write_bytes(data)
    with pytest.raises(NotVerified):
        open_own_release(tmp_path / "broken.asice", ring.state(), AFTER)


def test_a_package_is_no_released_report(ring: Ring) -> None:
    with pytest.raises(NotVerified, match="is no released report"):
        open_own_release(ring.package, ring.state(), AFTER)


def test_a_notebook_that_has_signed_nothing_is_told_so(ring: Ring, tmp_path: Path) -> None:
    state = msgspec.structs.replace(ring.state(), packaged=None)
    with pytest.raises(NotVerified, match="this notebook has signed none"):
        open_own_release(ring.file, state, AFTER)


def test_a_laboratory_that_is_not_in_it_is_told_so(ring: Ring) -> None:
    state = ring.state()
    accepted = msgspec.structs.replace(state.accepted, laboratory="LAB02")
    found = open_own_release(ring.file, msgspec.structs.replace(state, accepted=accepted), AFTER)
    assert not found.own
    assert "No result of LAB02" in str(found.notes[0])


def test_the_next_report_names_the_one_before_and_leaves_it(ring: Ring, tmp_path: Path) -> None:
    first = release(ring.comparison, tmp_path, ring.trust, ring.office.papers.pilot, AFTER)
    before = file_sha256(first).hex()
    second = release(ring.comparison, tmp_path, ring.trust, ring.office.papers.pilot, AFTER + timedelta(days=1))
    said = open_release(second, ring.trust, AFTER + timedelta(days=1)).released
    assert (said.revision, said.supersedes, second.name) == (2, before, "released_DEMO-DCV-2026_r2.asice")
    assert file_sha256(first).hex() == before


def test_a_reference_value_that_does_not_hold_is_not_released(ring: Ring, tmp_path: Path) -> None:
    none = Degrees(point="10V", unit="V", reference=Reference(method="weighted-mean", value=1.0, u=1.0, holds=False),
                   rows=())  # fmt: skip
    with pytest.raises(GateClosed, match="does not hold"):
        release(msgspec.structs.replace(ring.comparison, degrees=(none,)), tmp_path, ring.trust,
                ring.office.papers.pilot, AFTER)  # fmt: skip
    with pytest.raises(WrongUse, match="no result"):
        release(msgspec.structs.replace(ring.comparison, sent=()), tmp_path, ring.trust, ring.office.papers.pilot,
                AFTER)  # fmt: skip
    assert list(tmp_path.iterdir()) == []


def test_a_demonstration_is_not_released_under_a_real_list(ring: Ring, tmp_path: Path) -> None:
    real = msgspec.structs.replace(ring.trust, simulated=False)
    with pytest.raises(GateClosed, match="demonstration"):
        release(ring.comparison, tmp_path, real, ring.office.papers.pilot, AFTER)
    with pytest.raises(NotVerified, match="demonstration"):
        open_release(ring.file, real, AFTER)


def test_nothing_of_it_is_in_the_participants_notebook(ring: Ring) -> None:
    before = file_sha256(ring.notebook)
    open_own_release(ring.file, ring.state(), AFTER)
    assert file_sha256(ring.notebook) == before
    assert ring.released.points[0].rows[0].scores[0].score.encode() not in ring.notebook.read_bytes()
