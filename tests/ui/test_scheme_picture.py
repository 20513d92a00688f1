"""The picture of what is connected: another for each artefact, polarity, load and way, with the same said in words."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from participation.world import Office, open_office
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from labclient import words
from labclient.acquisition import Cycle
from labclient.home import shipped
from labclient.participation import Run, State
from labclient.plan import Plan, Step, passage, read_plan
from labclient.stations import PlanAccepted
from labclient.ui._desk import connection
from labclient.ui._measurement import MeasurementPage
from labclient.ui._place import place_of, way_on
from labclient.ui._scheme_picture import SchemePicture, kind_of
from labclient.ui._theme import Theme
from labclient.words import say

from .desks import WAIT_MS, Window, press
from .dials import ALL, at, plan_by_hand
from .test_typing import began, gone, typed


def example(name: str) -> Plan:
    return read_plan(shipped("resources", "examples", f"{name}.json").read_bytes())


VOLTAGE, RESISTANCE, SERIES = example("plan"), example("plan-resistance"), example("plan-dial-gauge")
MASS = msgspec.structs.replace(RESISTANCE, quantity="mass")
UP, DOWN = SERIES.measurement.scheme.steps


@pytest.fixture
def picture(qtbot: QtBot, theme: Theme) -> SchemePicture:
    made = SchemePicture()
    qtbot.addWidget(made)
    made.resize(made.sizeHint())
    return made


def drawn(picture: SchemePicture, plan: Plan, step: Step, point: str) -> QImage:
    picture.show_step(plan, step, point, f"{step.role} at {point}")
    return picture.grab().toImage()


def test_every_artefact_polarity_load_and_way_has_a_picture_of_its_own(picture: SchemePicture) -> None:
    cases = [
        *((VOLTAGE, step, "10V") for step in (Step("S"), Step("S", "-"), Step("X"), Step("X", "-"), Step("Z"))),
        *((MASS, step, "100ohm") for step in (Step("S"), Step("X"), Step("Z"))),
        *((SERIES, step, point.id) for point in SERIES.points for step in (UP, DOWN)),
    ]
    seen = [drawn(picture, *case) for case in cases]
    assert all(seen[i] != seen[j] for i in range(len(seen)) for j in range(i))
    assert [kind_of(plan) for plan in (VOLTAGE, RESISTANCE, MASS, SERIES)] == ["wiring", "wiring", "weighing", "series"]


def test_the_same_is_said_to_who_does_not_see_it(picture: SchemePicture) -> None:
    drawn(picture, VOLTAGE, Step("X", "-"), "10V")
    assert picture.accessibleName() == "Picture of the wiring"
    assert picture.accessibleDescription() == picture.toolTip() == "X at 10V"


def test_where_a_screen_is_too_low_nothing_is_squeezed(picture: SchemePicture) -> None:
    high = drawn(picture, VOLTAGE, Step("X"), "10V")
    picture.resize(picture.width(), 8)
    low = drawn(picture, VOLTAGE, Step("S"), "10V")
    assert high.height() > low.height()
    assert low == drawn(picture, VOLTAGE, Step("Z"), "10V")


def measuring(plan: Plan, done: int = 0) -> State:
    accepted = PlanAccepted(name="plan.asice", document=plan, sha256="0" * 64, origin="signed", laboratory="LAB01")
    cycles = [Cycle(6, point.id, 1, n, ()) for n in range(1, done + 1) for point in plan.points]
    return State(
        plan=plan, accepted=accepted, accepted_at=1, simulated=True, done=("arrival", "warm-up", "stability"),
        runs={6: Run(6, "measurement", "record", "measurement", stopped=False)},
        cycles={10 + n: one for n, one in enumerate(cycles)},
    )  # fmt: skip


def test_the_place_follows_a_series_up_and_down(light: Theme) -> None:
    visits = passage(SERIES.measurement.scheme, SERIES.points)
    for done in (0, 1):
        for taken, visit in enumerate(visits, start=1 + done * len(visits)):
            place = place_of(measuring(SERIES, done), 6, taken, Step("X"))
            assert place is not None
            assert (place.point, place.cycle, place.now) == (visit.point.id, done + 1, visit.step)
    last = place_of(measuring(SERIES, 1), 6, len(visits), Step("X"))
    assert last is not None
    assert (last.next, last.next_point) == (UP, "2mm")
    top = place_of(measuring(SERIES), 6, len(SERIES.points), Step("X"))
    assert top is not None
    assert say(way_on(top, 4)) == "10mm, day 1, cycle 1 of 4 — next: the transfer standard, falling"
    second = place_of(measuring(SERIES), 6, 1, Step("X"))
    assert second is not None
    assert say(way_on(second, 4)).endswith("next: 4mm, the transfer standard, rising")


def series_plan() -> bytes:
    plan = json.loads(plan_by_hand(typed=ALL))
    first = plan["points"][0] | {"settings": {}}
    plan["points"] = [first, first | {"id": "1.018V", "nominal": {"value": "20", "unit": "V"}}]
    plan["transfer_standard"].pop("coefficients")
    plan["budget"] = [row for row in plan["budget"] if row["origin"] != "coefficient"]
    steps = [{"role": "X", "approach": "up"}, {"role": "X", "approach": "down"}]
    plan["measurement"]["scheme"] |= {"method": "up-down/1", "form": "direct", "steps": steps}
    plan["measurement"] |= {"days": 1, "cycles": 2}
    return json.dumps(plan).encode()


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return open_office(tmp_path_factory.mktemp("office"), series_plan())


@pytest.fixture
def window(qtbot: QtBot, light: Theme) -> Iterator[Window]:
    made = Window(MeasurementPage)
    qtbot.addWidget(made)
    made.resize(1000, 700)
    made.show()
    yield made
    made.leave()


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_a_series_is_typed_in_the_window_with_its_picture(
    window: Window, office: Office, qtbot: QtBot, tmp_path: Path, language: str
) -> None:
    words.use_language(language)
    at(window, office, tmp_path / "a", "measurement", qtbot)
    plan = window.state.plan
    dialog = began(window, qtbot)
    press(dialog.instrument, Qt.Key.Key_Return)
    seen: list[Any] = []
    for _cycle in range(2):
        for visit in passage(plan.measurement.scheme, plan.points):
            text = "10.00010" if visit.point.id == "10V" else "20.00010"
            line = typed(dialog, "", qtbot)
            told = say(connection(visit.step, visit.point))
            assert line.picture.accessibleDescription() == told
            assert line.where.text() == told.rstrip(":：")
            assert line.picture.isVisible()
            seen.append(line.picture.grab().toImage())
            typed(dialog, text, qtbot)
            typed(dialog, text, qtbot)
    gone(window, dialog, qtbot)
    assert all(seen[i] != seen[j] for i in range(4) for j in range(i))
    qtbot.waitUntil(lambda: len(window.state.counted) == 4, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: "zero" in window.state.checks, timeout=WAIT_MS)
    assert window.state.checks["zero"].verdict == "pass"


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_the_page_draws_what_is_asked_for(
    window: Window, office: Office, qtbot: QtBot, tmp_path: Path, language: str
) -> None:
    words.use_language(language)
    at(window, office, tmp_path / "a", "measurement", qtbot)
    page = window.pages[0]
    assert isinstance(page, MeasurementPage)
    assert not page.picture.isVisible()
    point = window.state.plan.points[0]
    for step in window.state.plan.measurement.scheme.steps:
        window.desk.connecting.emit(step, point)
        assert page.picture.isVisible()
        assert page.picture.accessibleDescription() == say(connection(step, point))
    assert window.snapshot is not None
    page.show_snapshot(window.snapshot)
    assert not page.picture.isVisible()
