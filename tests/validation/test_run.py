"""The suite notices what is wrong: in a certified digit, in a formula, in a file, in the installation."""

import math
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labclient import metrology
from labclient.errors import DataUnfit, NotVerified
from labclient.home import shipped
from labclient.validation import Case, CaseSet, Expected, Outcome, log_relative_error, shipped_cases, validate
from labclient.validation import _suite as suite
from labclient.words import message

NOW = datetime(2026, 3, 2, 8, 5, tzinfo=UTC)
SETS = shipped_cases()


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    return validate(NOW)


def only(set_id: str) -> CaseSet:
    return next(one for one in SETS if one.id == set_id)


def with_expected(case: Case, place: int, **changes: Any) -> Case:
    expected = list(case.expected)
    expected[place] = msgspec.structs.replace(expected[place], **changes)
    return msgspec.structs.replace(case, expected=tuple(expected))


def test_every_quantity_reaches_its_bar_on_this_pc(outcome: Outcome) -> None:
    assert outcome.missed == ()
    assert outcome.ok
    assert len(outcome.rows) == sum(len(case.expected) for one in SETS for case in one.cases)


@pytest.mark.parametrize(
    ("set_id", "names"),
    [
        ("strd-univariate", "PiDigits Lottery Lew Mavro Michelso NumAcc1 NumAcc2 NumAcc3 NumAcc4"),
        ("strd-anova", "SiRstv AtmWtAg SmLs01 SmLs02 SmLs03 SmLs04 SmLs05 SmLs06 SmLs07 SmLs08 SmLs09"),
        ("strd-linear", "Norris Pontius NoInt1 NoInt2 Filip Longley Wampler1 Wampler2 Wampler3 Wampler4 Wampler5"),
    ],
)
def test_the_certified_sets_are_whole_and_their_bars_as_promised(set_id: str, names: str) -> None:
    cases = {case.id: case for case in only(set_id).cases}
    assert set(names.split()) <= set(cases)
    for name in names.split():
        least = 8 if cases[name].level == "higher" else 12
        assert {one.bar for one in cases[name].expected if one.name != "dof"} == {least}, name


def test_the_guide_and_the_allan_handbook_are_in_it() -> None:
    ids = {case.id for one in SETS for case in one.cases}
    assert {"GUM H.1", "GUM H.2", "GUM H.3", "SP 1065, 9 points", "SP 1065, 1000 points"} <= ids


@pytest.mark.parametrize("set_id", [one.id for one in SETS])
def test_no_certified_value_can_be_off_in_its_fifth_digit_without_being_noticed(set_id: str) -> None:
    """Each number of the set in turn is made wrong: by 1e-5 of itself, or by two units of its last printed place."""
    tampered = []
    for case in only(set_id).cases:
        wrong = []
        for one in case.expected:
            try:
                value = Decimal(one.value)
            except ArithmeticError:
                wrong.append(msgspec.structs.replace(one, value=f"{one.value}?"))
                continue
            unit = Decimal(1).scaleb(int(value.as_tuple().exponent))
            step = max(abs(value) * Decimal("1e-5"), unit * Decimal(2 * one.within + 1 if one.bar is None else 0))
            wrong.append(msgspec.structs.replace(one, value=str(value + (step or Decimal("1e-5")))))
        tampered.append(msgspec.structs.replace(case, expected=tuple(wrong)))
    found = validate(NOW, [msgspec.structs.replace(only(set_id), cases=tuple(tampered))])
    assert [(row.case, row.quantity) for row in found.rows if row.passed] == []


def test_one_wrong_certified_digit_fails_that_quantity_alone() -> None:
    norris = only("strd-linear").cases[0]
    assert norris.expected[1].value == "1.00211681802045"
    tampered = with_expected(norris, 1, value="1.00211681812045")
    found = validate(NOW, [msgspec.structs.replace(only("strd-linear"), cases=(tampered,))])
    assert [row.quantity for row in found.missed] == ["B1"]
    assert 9 < (found.missed[0].lre or 0) < 11
    assert not found.ok


@pytest.mark.parametrize(
    ("name", "wrong", "caught"),
    [
        ("regress", lambda f: lambda *a: _scaled(f(*a), "coefficients"), "strd-linear"),
        ("fit_line", lambda f: lambda *a: _nudged(f(*a), "slope"), "strd-linear"),
        ("between_units", lambda f: lambda *a: _nudged(f(*a), "ms_within"), "strd-anova"),
        ("its90_w", lambda f: lambda *a: f(*a) * 1.0001, "comparison"),
        ("mandel_paule", lambda f: lambda *a: _nudged(f(*a), "tau"), "comparison"),
        ("pooled", lambda f: lambda *a: _nudged(f(*a), "s"), "strd-anova"),
        ("coverage_factor", lambda f: lambda *a: f(*a) * 1.01, "gum"),
        ("propagate", lambda f: lambda *a: _nudged(f(*a), "value"), "gum"),
        ("allan", lambda f: lambda *a, **n: _scaled(f(*a, **n), "deviations"), "sp1065"),
        ("cycle", lambda f: lambda *a: _nudged(f(*a), "value"), "constructed"),
        ("drift_at", lambda f: lambda *a: _nudged(f(*a), "u"), "stability"),
        ("trend", lambda f: lambda *a: _nudged(f(*a), "t_critical"), "stability"),
        ("transport", lambda f: lambda *a: _nudged(f(*a), "between"), "stability"),
        ("largest_consistent_subset", lambda f: lambda *a: f(a[0], [2 * one for one in a[1]]), "agreement"),
        ("homogeneity", lambda f: lambda *a: _nudged(f(*a), "f2"), "agreement"),
        ("z_prime_score", lambda f: lambda *a: _nudged(f(*a), "score"), "agreement"),
        ("weigh", lambda f: lambda *a, **n: _scaled(f(*a, **n), "values"), "models"),
        ("monte_carlo_several", lambda f: lambda *a: _scaled(f(*a), "u", 0.1), "models"),
    ],
)
def test_a_broken_formula_is_caught(
    name: str, wrong: Callable[..., Any], caught: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metrology, name, wrong(getattr(metrology, name)))
    found = validate(NOW, [only(caught)])
    assert found.missed
    assert not found.ok


def test_the_one_pass_formula_of_textbooks_would_be_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    right = metrology.summary

    def one_pass(values: Any) -> metrology.Summary:
        x = [float(value) for value in values]
        squares = sum(value * value for value in x) - sum(x) ** 2 / len(x)
        return msgspec.structs.replace(right(values), s=math.sqrt(max(0.0, squares) / (len(x) - 1)))

    monkeypatch.setattr(metrology, "summary", one_pass)
    missed = {row.case for row in validate(NOW, [only("strd-univariate")]).missed}
    assert {"NumAcc3", "NumAcc4", "Michelso"} <= missed
    assert "PiDigits" not in missed


@pytest.mark.parametrize(
    "fault", [DataUnfit(message("unfit")), ImportError("gone"), ZeroDivisionError()], ids=lambda one: type(one).__name__
)
def test_a_function_that_fails_is_a_miss_with_its_reason(fault: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: object) -> None:
        raise fault

    monkeypatch.setattr(metrology, "coverage_factor", failing)
    found = validate(NOW, [only("gum")])
    tables = [row for row in found.rows if row.function == "student"]
    assert tables
    assert all(not row.passed and row.trouble and row.ours == "" and row.lre is None for row in tables)


def test_a_number_that_is_none_reaches_no_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrology, "coverage_factor", lambda *_: math.nan)
    rows = [row for row in validate(NOW, [only("gum")]).rows if row.function == "student"]
    assert {(row.passed, row.lre) for row in rows} == {(False, 0.0)}


def test_a_quantity_that_the_function_does_not_return_is_missed() -> None:
    case = Case(id="x", function="judge", input={"difference": "0", "u": "1", "limit": "9"},
                expected=(Expected(name="colour", value="red"),))  # fmt: skip
    found = validate(NOW, [msgspec.structs.replace(only("gum"), cases=(case,))])
    assert not found.ok


def test_an_empty_suite_validates_nothing() -> None:
    assert not validate(NOW, []).ok


def test_changed_reference_data_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for file in shipped("resources", "validation").iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    monkeypatch.setattr(suite, "shipped", lambda *_: tmp_path)
    assert suite.shipped_cases() == SETS
    linear = tmp_path / "strd-linear.json"
    linear.write_bytes(linear.read_bytes().replace(b"1.00211681802045", b"1.00211681802046"))  # below every bar
    with pytest.raises(NotVerified, match="not those that were shipped"):
        suite.shipped_cases()


def test_the_digest_names_the_shipped_files() -> None:
    files = [(shipped("resources", "validation") / f"{name}.json").read_bytes() for name in suite.SETS]
    assert suite.digest(files) == suite.DIGEST, "the reference data changed: review them, then enter their digest"
    assert {f"{name}.json" for name in suite.SETS} == {one.name for one in shipped("resources", "validation").iterdir()}
    assert suite.digest([one.replace(b"\n", b"\r\n") for one in files]) == suite.DIGEST


def test_the_log_relative_error_counts_digits() -> None:
    assert log_relative_error(1.001, Decimal(1)) == pytest.approx(3)
    assert log_relative_error(-1.001, Decimal(1)) == 0
    assert log_relative_error(1e-9, Decimal(0)) == pytest.approx(9)
    assert log_relative_error(0.1, Decimal("0.1")) == 15
    assert log_relative_error(math.inf, Decimal(1)) == 0


@given(st.floats(1e-100, 1e100), st.integers(1, 13))
def test_the_log_relative_error_does_not_depend_on_size(value: float, digits: int) -> None:
    off = Decimal(value) * (1 + Decimal(1).scaleb(-digits))
    assert log_relative_error(float(off), Decimal(value)) == pytest.approx(digits, abs=0.06)


def test_each_case_shows_its_weakest_quantity(outcome: Outcome) -> None:
    weakest = outcome.weakest()
    assert len(weakest) == sum(len(one.cases) for one in SETS)
    for shown in weakest:
        same = [row.margin for row in outcome.rows if (row.set, row.case) == (shown.set, shown.case)]
        assert shown.margin == min(same)


def _nudged(found: Any, field: str) -> Any:
    return msgspec.structs.replace(found, **{field: getattr(found, field) * (1 + 1e-4) + 1e-4})


def _scaled(found: Any, field: str, by: float = 1e-4) -> Any:
    return msgspec.structs.replace(found, **{field: tuple(one * (1 + by) for one in getattr(found, field))})
