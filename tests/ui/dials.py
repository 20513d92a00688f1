"""Readings that come in by hand: the plan that lets them, and its notebook at a station with a dial in the register."""

import json
import shutil
from pathlib import Path
from typing import Any

from evaluation.records import small_plan_json
from participation.world import NAME, Desk, Office
from pytestqt.qtbot import QtBot

from .desks import Window, notebook_at

ALL = ["functional", "settling", "stability", "measurement", "environment"]


def plan_by_hand(**by_hand: Any) -> bytes:
    """Two readings at arrival, and one point of one reading a step."""
    plan = json.loads(small_plan_json(by_hand=by_hand))
    plan["points"] = plan["points"][:1]
    plan["measurement"]["scheme"] |= {"readings": 1, "wait": {"value": "1", "unit": "s"},
                                      "steps": [{"role": "Z"}, {"role": "S"}, {"role": "X"}]}  # fmt: skip
    return json.dumps(plan).encode()


def at(window: Window, office: Office, folder: Path, station: str, qtbot: QtBot) -> Path:
    """The notebook at a station, its page in front, a dial in the register. At arrival the standard is unpacked."""
    if station == "arrival":
        folder.mkdir()
        desk = Desk(office, folder)
        desk.enter("standard")
        desk.enter("arrival")
        desk.p.close()
        shutil.copytree(office.home.root, folder / "pc")
        notebook = folder / NAME
    else:
        notebook = notebook_at(office, folder, station)
    bench = folder / "pc" / "bench.toml"
    bench.write_text('[[instrument]]\nid = "dial"\nname = "Dial gauge"\nserial = "DG-7"\n', encoding="utf-8")
    page = next(page for page in window.pages if page.station == station)  # type: ignore[attr-defined]
    window.stack.setCurrentWidget(page)
    window.take_up(notebook, qtbot)
    return notebook
