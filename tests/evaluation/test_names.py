"""Every figure of a check has a name in the reader's language; on record it keeps its English one."""

import re
from pathlib import Path

import pytest

from labclient import evaluation
from labclient.evaluation import figure_name, figure_word
from labclient.evaluation._names import _FIGURES
from labclient.words import given, say

ROOT = Path(evaluation.__file__).parent


def test_every_figure_that_a_check_makes_is_named() -> None:
    checks = re.findall(r'Figure\(f?"(?:\{quantity\}: )?([^"{]+)"', (ROOT / "_checks.py").read_text())
    forms = re.findall(r'yield "([^"]+)"', (ROOT / "_forms.py").read_text())
    assert {"limit", "time outside", "widened limit"} <= {*checks, *forms}
    assert {*checks, *forms} - {*_FIGURES, "logger clock ahead, comparison "} == set()


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("u(change)", "standard uncertainty of the change"),
        ("relative humidity: time outside", "relative humidity, time outside the limits"),
        ("pressure: lowest", "air pressure, lowest"),
        ("trend: critical t", "trend, critical value of t"),
        ("logger clock ahead, comparison 2", "logger clock ahead, comparison 2"),
        ("a figure of a later version: x", "a figure of a later version: x"),
    ],
)
def test_a_figure_is_told_by_its_name(name: str, told: str) -> None:
    assert say(figure_name(name), "en") == told


def test_what_is_no_amount_is_told_as_it_stands_but_for_yes_and_no() -> None:
    assert figure_word("{10V}") == given("{10V}")
    assert say(figure_word("{10V}"), "en") == "{10V}"
    assert say(figure_word("yes"), "zh_CN") == "是"
