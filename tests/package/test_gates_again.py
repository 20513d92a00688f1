"""What the gates of a participation ask is asked again of the record in a package: whoever goes round one gate, and
chains, signs and packs all of it properly, has no package that verifies."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from evaluation.records import ENTRIES, small_plan_json
from msgspec.structs import replace
from participation.rooms import Room
from participation.world import Office, open_office

from labclient.errors import NotVerified
from labclient.instruments import Concern
from labclient.notebook import Draft, Entry
from labclient.package import open_trust, seal_package, verify_package
from labclient.participation import authorise
from labclient.plan import Recipient
from labclient.signing import Finding, new_seal_key
from labclient.words import message, say

from .bypass import HOT, METER, Bypass, bypass, cycle, meter
from .conftest import MOMENT
from .forging import forged

PARTS = ENTRIES["arrival"]["parts"]
BLOCK = {"expired": "block", "absent": "block", "unconfirmed": "block", "changed": "block", "opened_by": ["operator"]}
APPLIED = {"greatest": {"value": "10.5", "unit": "V"}, "confirm_above": {"value": "5", "unit": "V"}}
Way = Callable[[Bypass], object]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    standard = json.loads(small_plan_json())["transfer_standard"] | {"applied": APPLIED}
    plan = small_plan_json(
        transfer_standard=standard,
        instruments=BLOCK,
        by_hand={"imported": ["measurement"]},
        sanity={"relative_low": "0.1"},
        assurance="laboratory-key",
        roles=["operator"],  # one signature is enough here, and quick
    )
    return open_office(tmp_path_factory.mktemp("strict"), plan)


@pytest.fixture(scope="module")
def genuine(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package of a participation that went through every gate."""
    desk = bypass(office, tmp_path_factory.mktemp("genuine"), "submission")
    desk.p.close()
    return next(desk.folder.glob("result_*.asice"))


def grave(office: Office, path: Path) -> list[Finding]:
    trust = open_trust(office.papers.trust, MOMENT).trust
    return [one for one in verify_package(path, trust, MOMENT).all_findings if one.grave]


def receive(*without: str, **other: Any) -> Way:
    """The arrival, but for something."""

    def way(desk: Bypass) -> None:
        desk.enter("standard")
        if "record" not in without:
            desk.enter("arrival", **other)
        if "photo" not in without:
            desk.attach("crate.png", "photo")
        if "logger" not in without:
            desk.p.judge("transport", desk.attach("transport-ok.csv", "transport-log"))
        if "functional" not in without:
            desk.functional()

    return way


def then(*ways: Way) -> Way:
    return lambda desk: [way(desk) for way in ways]


def shock(desk: Bypass) -> None:
    desk.p.judge("transport", desk.attach("transport-shock.csv", "transport-log"))


def decide(decision: str, about: Callable[[Bypass], int] = lambda desk: desk.p.state.arrival_at) -> Way:
    return lambda desk: desk.decide(about(desk), decision)


def measure(*days: int, **how: Any) -> Way:
    return lambda desk: desk.write.measure(desk.plan, desk.truth, days=days, **how)


def judge(*names: str) -> Way:
    return lambda desk: [desk.p.judge(name) for name in names or ("zero", "environment")]


def unwatched(desk: Bypass) -> None:
    desk.write.room(60.0)
    for day in (1, 2):
        for point in desk.plan.points:
            desk.write.cycles(desk.plan, point, day, [1, 2], desk.truth)


def left_out(desk: Bypass) -> None:
    desk.smuggle("exclusion", cycles=[next(iter(desk.p.state.cycles))], reason="the door stood open")


def deviate(desk: Bypass) -> None:
    desk.smuggle("deviation", text="25 °C", reason="the air conditioning stood still")


def bad_zeros(desk: Bypass) -> None:
    desk.write.measure(desk.plan, lambda r, d, p, t: 1e-3 if r == "Z" else desk.truth(r, d, p, t))


def left_open(desk: Bypass) -> None:
    run = desk.write.room(60.0, stop=False)
    desk.sign_off("measurement")
    desk.p.close_run(run, "closed by hand", "P-01")


def of_a_trial(desk: Bypass) -> None:
    cycle(desk, desk.run("measurement", "trial"), day=3)


def imported(desk: Bypass) -> None:
    desk.run("measurement", origin="imported", file={"name": "other.csv", "sha256": "0" * 64})


def unwarned(desk: Bypass) -> None:
    desk.compute()
    desk.smuggle("station-done", station="results")


def satellite_away(desk: Bypass) -> None:
    Room(desk, desk.folder / "room").p.close()
    desk.sign_off("measurement")
    out = desk.p.state.satellites_out[0]
    desk.smuggle("satellite-given-up", satellite=out.satellite, reason="lost")


def parts(*names: str, present: bool) -> list[dict[str, Any]]:
    kept = [one for one in PARTS if one["name"] not in names]
    return [*kept, *({"name": name, "present": False} for name in names)] if not present else kept


STOP = "Stop, leave everything as it is"
COMPUTED = then(lambda d: d.compute())

# The station, what is done there instead of what should be, and what is said of it.
WAYS: dict[str, tuple[str, Way, str]] = {
    "no arrival record": ("arrival", receive("record"), "The arrival record is missing."),
    "no photo": ("arrival", receive("photo"), "Photos of the crate: 0 of 1."),
    "logger not judged": (
        "arrival",
        then(receive(), lambda d: d.attach("transport-ok.csv", "transport-log")),
        "The transport logger has not been read.",
    ),
    "logger not read": ("arrival", receive("logger"), "The transport logger has not been read."),
    "no functional check": ("arrival", receive("functional"), "The functional check has not been made."),
    "functional check undecided": (
        "arrival",
        then(receive("functional"), lambda d: d.functional(10.0)),
        "The functional check cannot be judged yet.",
    ),
    "switched on before the record": (
        "arrival",
        then(receive("record"), lambda d: d.enter("arrival")),
        "The arrival record is missing.",
    ),
    "damaged": ("arrival", receive(visual="damaged"), f"The standard arrived damaged. {STOP}"),
    "shock indicator": ("arrival", receive(shock_indicator="tripped"), f"The shock indicator has tripped. {STOP}"),
    "seal": ("arrival", receive(seals_intact=False), f"A seal is broken. {STOP}"),
    "packaging": ("arrival", receive(packaging="damaged"), f"The packaging arrived damaged. {STOP}"),
    "serial number": ("arrival", receive(serial="X-1"), f"is not that of the plan. {STOP}"),
    "part absent": ("arrival", receive(parts=parts("reference", present=False)), f"missing: reference. {STOP}"),
    "part unlisted": ("arrival", receive(parts=parts("reference", present=True)), "A part is missing: reference."),
    "logger beyond limits": ("arrival", then(receive(), shock), f"beyond the plan's limits. {STOP}"),
    "functional check failed": (
        "arrival",
        then(receive("functional"), lambda d: d.functional(10.0, 11.0)),
        f"The functional check failed. {STOP}",
    ),
    "decision to stop": (
        "arrival",
        then(receive("functional", visual="damaged"), decide("stop"), lambda d: d.functional()),
        "The pilot laboratory has decided to stop here.",
    ),
    "decision before the finding": (
        "arrival",
        then(receive("functional", visual="damaged"), decide("continue"), lambda d: d.functional(), shock),
        f"beyond the plan's limits. {STOP}",
    ),
    "decision about what was not there": (
        "arrival",
        then(
            receive("functional", visual="damaged"),
            lambda d: d.smuggle("decision", about=9999, decision="continue", given_by="Pilot D", document="letter"),
            decide("continue"),
            lambda d: d.functional(),
        ),
        "Entry 9999 is none that this can be about.",
    ),
    "not warmed up": ("warm-up", lambda _: None, "The warm-up has not been judged."),
    "not settled": ("warm-up", lambda d: d.settle([10.0 + 1e-5 * i for i in range(30)]), "has not settled"),
    "settling undecided": ("warm-up", lambda d: d.settle([10.0] * 5), "The warm-up cannot be judged yet"),
    "stability not judged": ("stability", lambda _: None, "The reading stability has not been judged."),
    "not stable": ("stability", lambda d: d.stabilise([10.0 + 1e-5 * i for i in range(20)]), "are not stable"),
    "stability undecided": ("stability", lambda d: d.stabilise([10.0] * 5), "The stability cannot be judged yet"),
    "a run of the station before": (
        "stability",
        then(lambda d: d.stabilise(), lambda d: d.run("settling")),
        "“Warm-up” is done.",
    ),
    "points missing": ("measurement", then(measure(), left_out, judge()), "3 of 4 cycles measured."),
    "cycles of a trial": ("measurement", then(measure(), of_a_trial, judge()), "none that this can be about"),
    "zero not judged": ("measurement", then(measure(), judge("environment")), "zero readings have not been judged"),
    "zero beyond the limit": ("measurement", then(bad_zeros, judge()), "The zero readings exceed the plan's limit"),
    "room not judged": ("measurement", then(measure(), judge("zero")), "during the measurement has not been judged"),
    "room beyond limits": ("measurement", then(measure(air=HOT), judge()), "The environment left the plan's limits"),
    "room not watched": ("measurement", then(unwatched, judge()), "The environment was not watched throughout"),
    "deviation too early": (
        "measurement",
        then(measure(air=HOT), deviate, judge()),
        "The environment left the plan's limits",
    ),
    "a run left open": ("measurement", then(measure(), judge(), left_open), "A run is still open."),
    "a satellite away": ("measurement", then(measure(), judge(), satellite_away), "has not been taken in."),
    "typed readings": (
        "measurement",
        then(measure(), lambda d: d.run("measurement", origin="typed"), judge()),
        "typed readings do not count here",
    ),
    "a file imported twice": (
        "measurement",
        then(measure(), imported, imported, judge()),
        "This file was imported before, as run ",
    ),
    "the plan's limit of the standard": (
        "measurement",
        then(measure(), judge(), lambda d: put_out(d, "11", confirmed_by="Operator A")),
        "11 V is beyond the limit of 10.5 V: the plan's limit of the transfer standard.",
    ),
    "a value that nobody confirmed": (
        "measurement",
        then(measure(), judge(), lambda d: put_out(d, "6")),
        "6 V was put out without the name of who confirmed it.",
    ),
    "no departure record": ("departure", lambda _: None, "The departure record is missing."),
    "damaged at departure": ("departure", lambda d: d.enter("departure", visual="damaged"), "Damage was found"),
    "part absent at departure": (
        "departure",
        lambda d: d.enter("departure", parts=parts("reference", present=False)),
        "Damage was found",
    ),
    "part unlisted at departure": (
        "departure",
        lambda d: d.enter("departure", parts=parts("reference", present=True)),
        "A part is missing: reference.",
    ),
    "measured after the station": (
        "departure",
        then(lambda d: d.enter("departure"), lambda d: d.run("measurement")),
        "“Measurement” is done.",
    ),
    "a warning that nobody passed": ("results", unwarned, "was not passed by name."),
    "result older than its budget": (
        "results",
        then(COMPUTED, lambda d: d.enter("budget")),
        "Something changed after the result was computed",
    ),
}
EARLY = "“Arrival” is not open yet."
AND = {  # what else is said of the same
    **dict.fromkeys(
        ("damaged", "shock indicator", "seal", "packaging", "serial number", "part absent", "decision to stop"), EARLY
    ),
    "zero beyond the limit": "The check “zero readings” did not pass.",
    "zero not judged": "The check “zero readings” did not pass.",
    "not warmed up": "The check “warm-up” did not pass.",
    "not settled": "The check “warm-up” did not pass.",
    "settling undecided": "The check “warm-up” did not pass.",
    "stability not judged": "The check “reading stability” did not pass.",
    "not stable": "The check “reading stability” did not pass.",
    "stability undecided": "The check “reading stability” did not pass.",
    "result older than its budget": "The result is missing or older than the record.",
}


def put_out(desk: Bypass, value: str, confirmed_by: str = "") -> None:
    said = {"instrument": "source", "driver": {}, "serial": "1", "value": value, "unit": "V", "limits": []}
    desk.smuggle("output-set", **said, confirmed_by=confirmed_by)


def test_who_goes_through_every_gate_has_a_package_that_verifies(office, genuine, tmp_path) -> None:
    desk = bypass(office, tmp_path, "measurement")
    desk.go_on()
    assert grave(office, desk.signed(genuine)) == []
    assert grave(office, genuine) == []


@pytest.mark.parametrize("name", WAYS)
def test_who_goes_round_a_gate_has_no_package_that_verifies(office, genuine, tmp_path, name) -> None:
    station, way, told = WAYS[name]
    desk = bypass(office, tmp_path, station)
    way(desk)
    if station not in desk.p.state.done:
        desk.sign_off(station)
    desk.go_on()
    found = grave(office, desk.signed(genuine))
    assert {one.code for one in found} == {"gate"}
    said = [say(one.sentence, "en") for one in found]
    assert all(told in sentence or (name in AND and AND[name] in sentence) for sentence in said), said
    assert all(any(one in sentence for sentence in said) for one in {told, AND.get(name, told)}), said


@pytest.mark.parametrize("station", ["arrival", "measurement", "results"])
def test_a_station_that_nobody_signed_off_is_missed(office, genuine, tmp_path, station) -> None:
    def change(entry: Entry, draft: Draft) -> Draft:
        left_out = entry.kind == "station-done" and entry.body["station"] == station
        return replace(draft, kind="note", body={"text": "-"}) if left_out else draft

    desk = bypass(office, tmp_path, station)
    desk.go_on()
    desk.p.checkpoint()
    desk.p.close()
    path = forged(office, desk.p.path, genuine, tmp_path / "forged", change)
    (told,) = (say(one.sentence, "en") for one in grave(office, path))
    names = {"arrival": "“Arrival”", "measurement": "“Measurement”", "results": "“Results and budget” was never"}
    assert f"{names[station]} was" in told or names[station] in told
    assert "signed off" in told


# -- instruments ------------------------------------------------------------------------------------------------------

BLOCKED: dict[str, tuple[dict[str, Any], str]] = {
    "no certificate": (meter(None), "meter: the register has no calibration certificate of it."),
    "expired, as told": (meter(concerns=["expired"], keys=["k"]), "meter: certificate 2026-1 has expired"),
    "expired, not told": (meter({"due": "2026-02-01"}), "meter: certificate 2026-1 has expired on 2026-02-01."),
    "not confirmed": (meter({"confirmed_by": ""}), "meter: certificate 2026-1 has not been confirmed"),
    "firmware": (meter(concerns=["firmware"], keys=["k"]), "meter: its firmware is another one"),
    "settings": (meter(concerns=["settings"], keys=["k"]), "meter: settings have changed since the calibration."),
    "in no register": ({"identity": METER["identity"]}, "Meter M-1: it is in no register"),
    "nothing known": ({"identity": None, "address": "COM5"}, "COM5: it is in no register"),
}


@pytest.mark.parametrize("name", BLOCKED)
def test_a_blocked_instrument_without_a_signed_deviation_does_not_verify(office, genuine, tmp_path, name) -> None:
    instrument, told = BLOCKED[name]
    desk = bypass(office, tmp_path, "stability")
    desk.write.instrument = instrument
    desk.stabilise()
    run = next(reversed(desk.p.state.runs))
    desk.write.instrument = METER
    desk.sign_off("stability")
    desk.go_on()
    (found,) = grave(office, desk.signed(genuine))
    assert (found.code, found.subject) == ("gate", str(run))
    sentence = say(found.sentence, "en")
    assert sentence.startswith(f"Run {run} was made for the record with an instrument that the plan blocks")
    assert "no signed deviation lets it pass" in sentence
    assert told in sentence


KEY = "meter | M-1 | expired | 2026-1 | "
EXPIRED = Concern("expired", message("The certificate has expired."), KEY)


@pytest.mark.parametrize("keys", [[KEY], []])
def test_a_deviation_signed_before_the_run_lets_the_very_case_pass(office, tmp_path, keys) -> None:
    desk = bypass(office, tmp_path, "stability")
    authorise(desk.p, "meter", [EXPIRED], "operator", office.signer("operator"), "no other is here")
    desk.write.instrument = meter({"due": "2026-02-01"}, concerns=["expired"], keys=keys)
    for station in ("stability", "measurement", "departure", "results"):
        desk.play(station)
        desk.p.finish(station, "P-01")  # type: ignore[arg-type]
    desk.prepare()
    desk.sign()
    assert grave(office, desk.pack()) == []


def test_a_deviation_signed_after_the_run_or_about_another_case_does_not(office, genuine, tmp_path) -> None:
    desk = bypass(office, tmp_path, "stability")
    other = Concern("expired", EXPIRED.sentence, KEY.replace("2026-1", "2025-1"))
    authorise(desk.p, "meter", [other], "operator", office.signer("operator"), "no other is here")
    desk.write.instrument = meter({"due": "2026-02-01"})
    desk.stabilise()
    run = next(reversed(desk.p.state.runs))
    authorise(desk.p, "meter", [EXPIRED], "operator", office.signer("operator"), "no other is here")
    desk.sign_off("stability")
    desk.write.instrument = METER
    desk.go_on()
    found = [one for one in grave(office, desk.signed(genuine)) if one.code == "gate"]
    assert [one.subject for one in found] == [str(run)]


def test_a_trial_with_a_blocked_instrument_is_nobodys_concern(office, genuine, tmp_path) -> None:
    desk = bypass(office, tmp_path, "stability")
    desk.write.instrument = meter(None)
    desk.write.readings("stability", [10.0] * 20, purpose="trial", station="stability")
    desk.write.instrument = METER
    desk.go_on()
    assert grave(office, desk.signed(genuine)) == []


# -- and further ------------------------------------------------------------------------------------------------------


def test_a_gate_is_told_once_however_many_entries_stand_behind_it(office, genuine, tmp_path) -> None:
    desk = bypass(office, tmp_path, "stability")
    desk.stabilise()
    for _ in range(3):
        desk.run("settling")
    desk.sign_off("stability")
    desk.go_on()
    assert len(grave(office, desk.signed(genuine))) == 1


def test_what_does_not_verify_is_not_sealed(office, genuine, tmp_path) -> None:
    desk = bypass(office, tmp_path, "departure")
    desk.sign_off("departure")
    desk.go_on()
    package = desk.signed(genuine)
    reader = Recipient("Pilot", new_seal_key().recipient)
    trust = replace(open_trust(office.papers.trust, MOMENT).trust, recipients=(reader,))
    with pytest.raises(NotVerified, match="The departure record is missing"):
        seal_package(package, trust, office.signer("approver"), tmp_path, MOMENT)
