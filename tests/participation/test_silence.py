"""No hints: nothing that a participant gets says how far, or in which direction, it lies from anybody else."""

import re

import pytest

from labclient.notebook import Reader
from labclient.participation import STATIONS, missing
from labclient.words import LANGUAGES, say

HINTS = re.compile(
    r"deviat\w+ from|\bbias\b|\bE_?n\b|reference value|pilot'?s value|too (high|low)|"
    r"偏差|参考值|偏高|偏低|主导实验室.{0,4}(值|结果)|En ?值",
    re.IGNORECASE,
)


def test_no_text_of_a_whole_participation_hints_at_a_deviation(desk) -> None:
    told = []
    for station in STATIONS[:7]:
        for language in LANGUAGES:
            told += [say(one, language) for one in missing(desk.p.state, station)]
        desk.until(station) if desk.p.state.station == "arrival" else None
    desk.p.close()
    with Reader.open(desk.p.path) as reader:
        told += [entry.line.decode() for entry in reader.entries() if entry.kind not in {"plan", "trust"}]
    found = [text for text in told if HINTS.search(text)]
    assert found == []


@pytest.mark.parametrize("nominal", [10.0, 10.0000127])
def test_the_figures_of_the_checks_do_not_depend_on_the_value(office, tmp_path, nominal) -> None:
    """Another value of the standard, the same noise: the checks say the same."""
    from .world import Desk

    said = []
    for name, shift in (("a", 0.0), ("b", nominal - 10.0 + 0.001)):
        (tmp_path / name).mkdir()
        desk = Desk(office, tmp_path / name)
        desk.functional(10.0 + shift, 10.0 + shift)
        said.append([(one.name, one.value) for one in desk.p.state.checks["functional"].figures])
        desk.p.close()
    assert said[0] == said[1]


def test_the_files_beside_the_notebook_hold_no_result(desk) -> None:
    desk.until("submission")
    value = desk.p.state.result.points[0].reported_value
    note = desk.p.path.with_suffix(".checkpoint.txt").read_text("utf-8")
    assert value not in note
    assert value not in desk.p.path.name
