"""What the register says of an instrument blocks a run for the record where the plan says so, until it is mended or a
signed deviation passes it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from evaluation.records import ENTRIES, small_plan_json
from msgspec.structs import replace

from labclient.acquisition import Columns, Value
from labclient.clock import SimulatedClock
from labclient.demo import METER, ROOM, SimulatedHands, simulated_bench
from labclient.errors import EntryInvalid, GateClosed, PlanInvalid, WrongUse
from labclient.home import Home
from labclient.instruments import BenchInstrument, Certificate, CertifiedPoint, load_bench, save_bench
from labclient.notebook import Reader, check
from labclient.participation import (
    Participation,
    Runs,
    TypedRuns,
    authorise,
    bench_instrument,
    blocked,
    concerns_now,
    confirm_certificate,
    enter_certificate,
    import_run,
    look_at,
)
from labclient.plan import InstrumentRule, read_plan
from labclient.words import Message, say

from .world import Desk, Office, open_office

RULE = {"expired": "block", "absent": "block", "unconfirmed": "block", "changed": "block", "opened_by": ["approver"]}
BY_HAND = {"typed": ["stability"], "imported": ["stability"]}
ROW = CertifiedPoint("10 V", "V", "0.000012", "2", correction="-0.0000032", page=2)
OLD = Certificate("2024-9", "Institute A", "2024-01-15", (ROW,), "2025-01-14", "certificate")
NEW = replace(OLD, number="2026-1", date="2026-01-15", due="2027-01-14")


class Told:
    def __init__(self) -> None:
        self.heard: list[str] = []

    def tell(self, sentence: Message) -> None:
        self.heard.append(say(sentence, "en"))

    def progress(self, task: str, done: int, total: int) -> None:
        pass


class AtWork:
    """A participation that waits for its stability run, on simulated instruments."""

    def __init__(self, participation: Participation, runs: Runs, told: Told, office: Office) -> None:
        self.p, self.runs, self.told, self.office = participation, runs, told, office

    @property
    def home(self) -> Home:
        return self.p.home

    def certify(self, id: str, said: Certificate, page: Path) -> None:
        page.write_bytes(b"%PDF-1.7 page")
        enter_certificate(self.home, id, said, page, "P-01")
        confirm_certificate(self.home, id, said.number, "P-02")

    def let_pass(self, id: str = METER) -> None:
        authorise(self.p, id, concerns_now(self.p, id), "approver", self.office.signer("approver"), "no other is here")

    def refusal(self) -> GateClosed:
        size = self.p.recorder.committed
        with pytest.raises(GateClosed) as caught:
            self.runs.stability()
        assert self.p.recorder.committed == size
        return caught.value


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return open_office(tmp_path_factory.mktemp("strict"), small_plan_json(instruments=RULE, by_hand=BY_HAND))


@pytest.fixture
def work(strict: Office, tmp_path: Path) -> Iterator[AtWork]:
    desk = Desk(strict, tmp_path).until("stability")
    desk.p.close()
    strict.home.bench.unlink(missing_ok=True)
    clock = SimulatedClock(desk.clock.utc(), 2000.0)
    participation = Participation.open(desk.p.path, clock=clock, home=strict.home)
    with simulated_bench(strict.home, clock, 1) as bench:
        told = Told()
        runs = Runs(
            participation, meter=bench_instrument(strict.home, METER), room=bench_instrument(strict.home, ROOM),
            hands=SimulatedHands(bench), observer=told, who="P-01",
        )  # fmt: skip
        yield AtWork(participation, runs, told, strict)
    participation.close()
    assert check(participation.path, deep=True).ok


def renew(work: AtWork) -> None:
    """Runs take what the register says when they are made."""
    work.runs._meter = bench_instrument(work.home, METER)


def test_an_old_plan_records_and_blocks_nothing() -> None:
    plan = read_plan(small_plan_json())
    assert plan.instruments == InstrumentRule()
    assert {plan.instruments.expired, plan.instruments.changed} == {"record"}
    with pytest.raises(PlanInvalid, match="the plan has no role “checker”"):
        read_plan(small_plan_json(instruments={"opened_by": ["checker"]}, roles=["operator"], assurance="paper"))


def test_each_thing_that_speaks_against_it_blocks_with_its_way_on(work: AtWork, tmp_path: Path) -> None:
    trouble = work.refusal()
    assert "meter: the register has no calibration certificate of it. The plan allows no run" in say(trouble.sentence)
    assert trouble.step is not None
    assert say(trouble.step).startswith("Enter its certificate on the page of instruments")
    assert say(trouble.step).endswith("Or let a deviation be signed by: approver.")
    work.certify(METER, OLD, tmp_path / "old.pdf")
    renew(work)
    assert "has expired on 2025-01-14" in say(work.refusal().sentence)
    page = tmp_path / "new.pdf"
    page.write_bytes(b"%PDF-1.7 new")
    enter_certificate(work.home, METER, NEW, page, "P-01")
    renew(work)
    assert "not been confirmed by a second person" in say(work.refusal().sentence)
    confirm_certificate(work.home, METER, NEW.number, "P-02")
    renew(work)
    assert work.runs.stability().verdict == "pass"
    assert [one.id for one in concerns_now(work.p, METER)] == []


def test_firmware_and_settings_since_the_calibration_block(work: AtWork, tmp_path: Path) -> None:
    work.certify(METER, replace(NEW, firmware="A.02", settings={"nplc": "100"}), tmp_path / "new.pdf")
    renew(work)
    assert [one.id for one in concerns_now(work.p, METER)] == ["firmware", "settings"]
    assert "it was A.02 when it was calibrated" in say(work.refusal().sentence)


def test_a_trial_is_never_blocked(work: AtWork) -> None:
    run = work.runs.practise_stability("trial")
    with Reader.open(work.p.path) as reader:
        told = reader.entry(run).body["instrument"]["register"]
    assert told["concerns"] == ["absent"]
    assert told["certificate"] is None
    assert "meter: the register has no calibration certificate of it." in work.told.heard


def test_a_deviation_signed_as_the_plan_says_opens_this_very_case(work: AtWork, tmp_path: Path) -> None:
    with pytest.raises(GateClosed, match="no deviation of the checker"):
        authorise(work.p, METER, concerns_now(work.p, METER), "checker", work.office.signer("checker"), "x")
    with pytest.raises(GateClosed, match="not in the trust list as approver"):
        authorise(work.p, METER, concerns_now(work.p, METER), "approver", work.office.signer("operator"), "x")
    with pytest.raises(EntryInvalid):
        authorise(work.p, METER, concerns_now(work.p, METER), "approver", work.office.signer("approver"), "")
    work.let_pass()
    assert blocked(work.p.state, concerns_now(work.p, METER)) == ()
    with pytest.raises(GateClosed, match="Nothing blocks meter"):
        work.let_pass()
    assert work.runs.stability().verdict == "pass"
    with Reader.open(work.p.path) as reader:
        (entry,) = reader.entries({"deviation"})
        assert entry.author == "P-03"
        assert entry.body["authorised"]["role"] == "approver"
        assert len(reader.payload(entry.seq)) > 500
    assert work.p.state.deviation_at == -1  # it answers for the instrument and for nothing else
    work.certify(METER, OLD, tmp_path / "old.pdf")
    assert [one.id for one in blocked(work.p.state, concerns_now(work.p, METER))] == ["expired"]


def test_nobody_types_a_signed_deviation(work: AtWork) -> None:
    signed = {"instrument": METER, "concerns": ["x"], "notebook": "n", "role": "approver", "person": "P-03",
              "certificate": "0" * 64}  # fmt: skip
    with pytest.raises(WrongUse, match="is signed"):
        work.p.enter("deviation", {"text": "a", "reason": "b", "authorised": signed}, "P-01")
    entry = work.p.enter("deviation", {"text": "a", "reason": "b"}, "P-01")
    assert entry.body == {"text": "a", "reason": "b"}


def test_the_laboratorys_standard_counts_where_the_register_knows_it(strict: Office, tmp_path: Path) -> None:
    desk = Desk(strict, tmp_path).until("measurement")
    strict.home.bench.unlink(missing_ok=True)
    serial = str(ENTRIES["standard"]["serial"])
    save_bench(strict.home.bench, load_bench(strict.home.bench).with_instrument(BenchInstrument("zener", "Z", serial)))
    runs = Runs(desk.p, meter=None, room=None, hands=None, observer=Told(), who="P-01")  # type: ignore[arg-type]
    with pytest.raises(GateClosed, match="zener: the register has no calibration certificate"):
        runs.measure(1)
    with pytest.raises(ValueError, match="no instrument"):
        runs.measure(1, "trial")
    assert desk.p.record.entry(desk.p.recorder.committed - 1).body["text"].startswith("zener: the register has no")
    desk.p.close()


def test_what_a_person_reads_is_blocked_alike(work: AtWork, tmp_path: Path) -> None:
    dial = BenchInstrument("dial", "Dial gauge", "D-1")
    save_bench(work.home.bench, load_bench(work.home.bench).with_instrument(dial))
    typed = TypedRuns(work.p, instrument=dial, typist=None, hands=work.runs._hands, observer=work.told, who="P-01")  # type: ignore[arg-type]
    size = work.p.recorder.committed
    with pytest.raises(GateClosed, match="dial: the register has no calibration certificate"):
        typed.stability()
    rows = "".join(f"2026-03-02 00:{i:02}:00,10.00{i}\n" for i in range(16))
    (tmp_path / "other.csv").write_text("time,V\n" + rows, "utf-8")
    columns = Columns(time="time", values=(Value("V", "V"),), decimal="point", zone="+00:00")
    looked = look_at(tmp_path / "other.csv", columns, work.p.clock.utc())
    with pytest.raises(GateClosed, match="dial: the register has no calibration certificate"):
        import_run(work.p, looked, task="stability", purpose="record", instrument="dial", who="P-01")
    assert work.p.recorder.committed == size
