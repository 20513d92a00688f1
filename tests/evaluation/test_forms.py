"""The stability tests of standards beside the judgement of a run: figures with their method, never a gate."""

import json

import numpy as np
import pytest

from labclient.evaluation import check_again, forms_told, reading_stability
from labclient.metrology import trend, two_times
from labclient.words import LANGUAGES, say

from .records import small_plan, small_plan_json

FORMS = [{"form": "trend", "groups": 4}, {"form": "group-range", "groups": 4}, {"form": "two-times"}]


def plan_with(*forms, readings: int = 64):
    rule = json.loads(small_plan_json())["stability"] | {"readings": readings, "information": list(forms)}
    return small_plan(stability=rule)


def run(write, *, drift: float = 0.0, n: int = 64, seed: int = 4) -> tuple[int, np.ndarray]:
    values = 10.0 + 1e-7 * np.random.default_rng(seed).standard_normal(n) + drift * np.arange(n) / n
    return write.readings("stability", values.tolist()), values


def test_a_plan_that_asks_for_none_has_the_figures_it_always_had(record, write) -> None:
    seq, _ = run(write)
    made = reading_stability(record.reader, plan_with(), seq)
    assert not [figure.name for figure in made.figures if ":" in figure.name]


def test_the_forms_are_those_of_the_library_with_method_and_edition(record, write) -> None:
    seq, values = run(write)
    plan = plan_with(*FORMS)
    made = reading_stability(record.reader, plan, seq)
    plain = reading_stability(record.reader, plan_with(), seq)
    assert (made.verdict, made.figures[: len(plain.figures)]) == (plain.verdict, plain.figures)
    assert made.figure("trend: method").value == "ISO 33405:2024 (ISO Guide 35:2017, 8.7.3, B.3)"
    assert made.figure("two-times: method").value == "ISO 13528:2022 (B.5)"
    groups, times = values.reshape(4, -1), (10.0 * np.arange(64)).reshape(4, -1)
    expected = trend(times.mean(axis=1), groups.mean(axis=1), 6e-6)
    assert expected.t is not None
    assert float(made.figure("trend: t").value) == pytest.approx(expected.t, rel=1e-5)
    means = groups.mean(axis=1)
    assert float(made.figure("group-range: range of the means").value) == pytest.approx(np.ptp(means), rel=1e-6)
    halves = values.reshape(2, -1)
    u = halves.std(axis=1, ddof=1) / np.sqrt(32)
    both = two_times(halves[0].mean(), halves[1].mean(), 6e-6, u[0], u[1], share=1.0)
    assert float(made.figure("two-times: widened limit").value) == pytest.approx(both.widened_limit, rel=1e-9)
    assert made.figure("two-times: basic criterion met").value == "yes"
    assert check_again(record.reader, plan, made, record.reader.size) == made


def test_a_significant_trend_opens_and_shuts_nothing(record, write) -> None:
    """A drift far below the limit is significant, and the run passes; only the interval judges."""
    seq, _ = run(write, drift=2e-6)
    made = reading_stability(record.reader, plan_with(*FORMS), seq)
    assert made.figure("trend: significant").value == "yes"
    assert made.verdict == "pass"


def test_standard_and_edition_are_the_plans_where_it_names_them(record, write) -> None:
    seq, _ = run(write)
    form = {"form": "two-times", "standard": "GB/T 28043", "edition": "2019", "clause": "B.5"}
    made = reading_stability(record.reader, plan_with(form), seq)
    assert made.figure("two-times: method").value == "GB/T 28043:2019 (B.5)"


def test_readings_that_do_not_vary_have_no_t_and_no_silent_number(record, write) -> None:
    seq = write.readings("stability", [10.0] * 64)
    made = reading_stability(record.reader, plan_with(*FORMS), seq)
    assert not [figure for figure in made.figures if figure.name == "trend: t"]
    assert all(figure.value not in {"nan", "inf"} for figure in made.figures if figure.name.startswith("trend"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_form_is_told_in_one_sentence(record, write, language) -> None:
    seq, _ = run(write)
    told = [say(one, language) for one in forms_told(reading_stability(record.reader, plan_with(*FORMS), seq))]
    assert len(told) == 3
    methods = ("ISO 33405", "JJF 1033", "ISO 13528")
    assert all(method in sentence for method, sentence in zip(methods, told, strict=True))
    assert list(forms_told(reading_stability(record.reader, plan_with(), seq))) == []
