import math

import GTC
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labclient.errors import DataUnfit
from labclient.metrology import (
    Component,
    Correlation,
    Coverage,
    Distribution,
    combine,
    coverage_factor,
    standard_uncertainty,
)


def row(id_: str, u: float, **rest) -> Component:
    return Component(id=id_, name=id_, unit="V", u=u, **rest)


def test_gum_h1_gauge_block_as_published(case) -> None:
    reference = case("gum_h1_gauge_block")
    components = [
        Component(
            id=r["name"],
            name=r["name"],
            unit=r["unit"],
            estimate=float(r["estimate"]),
            u=float(r["standard_uncertainty"]),
            dof=float(r["dof"]),
            evaluation=r["type"],
            sensitivity=float(r["sensitivity_c"]),
        )
        for r in reference.rows()
    ]
    expected = reference.expected["first_order"]
    budget = combine(components, "nm", Coverage(form="t", probability=0.99))
    assert budget.u_c == pytest.approx(expected["u_c_nm_unrounded"], rel=1e-12)
    assert budget.nu_eff == expected["nu_eff_GUM"]
    assert budget.k == pytest.approx(expected["k_t99_nu16"], rel=1e-9)
    assert round(round(budget.k, 2) * round(budget.u_c)) == expected["U99_nm_GUM"]
    for found in budget.rows:
        assert found.contribution == pytest.approx(expected["contributions_nm"][found.component.id], rel=1e-9)
    assert len(budget.rows) == 9  # a row without influence stays


def test_ea402_s2_weight_as_computed(case) -> None:
    expected = case("budget_ea402_s2_weight").expected

    def mass(id_: str, **rest) -> Component:
        return Component(id=id_, name=id_, unit="mg", **rest)

    flat = Distribution.RECTANGULAR
    budget = combine(
        [
            mass("m_S", half_width=45, divisor=2),
            mass("dm_D", half_width=15, distribution=flat),
            mass("dm", u=25 / math.sqrt(3), evaluation="A"),
            mass("dm_C", half_width=10, distribution=flat),
            mass("dB", half_width=10, distribution=flat),
        ],
        "mg",
    )
    assert budget.u_c == pytest.approx(expected["u_mg"], rel=1e-12)
    assert pytest.approx(expected["U_mg_k2"], rel=1e-12) == budget.U
    assert (budget.k, budget.form, budget.nu_eff) == (2.0, "k", math.inf)


@given(
    st.lists(
        st.tuples(st.floats(1e-3, 1e3), st.sampled_from([1.0, 2.0, 5.0, 9.0, 50.0, math.inf]), st.floats(-10, 10)),
        min_size=1,
        max_size=6,
    ).filter(lambda rows: any(abs(c) > 1e-3 for _, _, c in rows))
)
def test_gtc_agrees_on_u_and_effective_freedom(rows) -> None:
    budget = combine([row(str(i), u, dof=dof, sensitivity=c) for i, (u, dof, c) in enumerate(rows)], "V")
    theirs = sum(c * GTC.ureal(0, u, dof) for u, dof, c in rows)
    assert budget.u_c == pytest.approx(theirs.u, rel=1e-12)
    assert sum(found.share for found in budget.rows) == pytest.approx(1)
    if theirs.df < 1e6:
        assert budget.nu_eff in (math.floor(theirs.df), math.floor(theirs.df * (1 + 1e-9)))


def test_correlated_components_as_gtc_combines_them() -> None:
    a, b = GTC.ureal(0, 3.0, label="a", independent=False), GTC.ureal(0, 4.0, label="b", independent=False)
    GTC.set_correlation(-0.6, a, b)
    budget = combine([row("a", 3.0, sensitivity=2), row("b", 4.0)], "V", correlations=[Correlation("a", "b", -0.6)])
    assert budget.u_c == pytest.approx((2 * a + b).u, rel=1e-12)
    assert sum(found.share for found in budget.rows) == pytest.approx(1)


def test_gum_h2_resistance_from_correlated_readings(case) -> None:
    expected = case("gum_h2_impedance").expected
    (v, i, phi), u = expected["means"].values(), expected["u_of_means"]
    c = {"V": math.cos(phi) / i, "I": -v / i**2 * math.cos(phi), "phi": -v / i * math.sin(phi)}
    links = [Correlation(*pair, expected["_".join(("r", *pair))]) for pair in (("V", "I"), ("V", "phi"), ("I", "phi"))]
    budget = combine([row(name, u[name], sensitivity=c[name]) for name in c], "Ω", correlations=links)
    assert budget.u_c == pytest.approx(expected["u_R"], rel=1e-9)


def test_correlated_inputs_of_finite_freedom_leave_it_undefined() -> None:
    rows = [row("a", 1.0, dof=4), row("b", 1.0)]
    link = [Correlation("a", "b", 0.5)]
    assert combine(rows, "V", correlations=link).nu_eff is None
    with pytest.raises(DataUnfit):
        combine(rows, "V", Coverage(form="t"), link)
    assert combine([row("a", 1.0), row("b", 1.0), row("c", 1.0, dof=5)], "V", correlations=link).nu_eff == 80


def test_effective_freedom_is_cut_and_not_rounded() -> None:
    assert combine([row("a", 1.0, dof=9), row("b", 1.0)], "V").nu_eff == 36
    assert combine([row("a", 1.0, dof=9), row("b", 1.04)], "V").nu_eff == 38  # 38.99
    assert combine([row("a", 0.1, dof=1)], "V").nu_eff == 1


@pytest.mark.parametrize(
    ("distribution", "beta", "divisor"),
    [
        (Distribution.RECTANGULAR, None, math.sqrt(3)),
        (Distribution.TRIANGULAR, None, math.sqrt(6)),
        (Distribution.ARCSINE, None, math.sqrt(2)),
        (Distribution.TRAPEZOID, 0.0, math.sqrt(6)),
        (Distribution.TRAPEZOID, 1.0, math.sqrt(3)),
        (Distribution.TRAPEZOID, 0.5, math.sqrt(4.8)),
    ],
)
def test_a_half_width_is_divided_by_its_shape(distribution, beta, divisor: float) -> None:
    component = Component(id="a", name="a", unit="V", half_width=3.0, distribution=distribution, beta=beta)
    assert standard_uncertainty(component) == (pytest.approx(3 / divisor), pytest.approx(divisor))


def test_a_stated_divisor_wins() -> None:
    component = Component(
        id="a", name="a", unit="V", half_width=3.0, divisor=1.5, distribution=Distribution.RECTANGULAR
    )
    assert standard_uncertainty(component) == (2.0, 1.5)


@pytest.mark.parametrize(
    ("dof", "p", "k"), [(1, 0.95, 12.706), (5, 0.95, 2.571), (16, 0.99, 2.921), (math.inf, 0.95, 1.960)]
)
def test_coverage_factors_of_the_table(dof: float, p: float, k: float) -> None:
    assert coverage_factor(p, dof) == pytest.approx(k, abs=5e-4)


@given(st.integers(-12, 12))
def test_another_unit_scales_u_and_nothing_else(power: int) -> None:
    rows = [row("a", 1.3, dof=4), row("b", 0.7, dof=12)]
    scaled = [row(r.id, r.u * 10.0**power, dof=r.dof) for r in rows]
    a, b = combine(rows, "V", Coverage(form="t")), combine(scaled, "x", Coverage(form="t"))
    assert pytest.approx(a.U * 10.0**power) == b.U
    assert (b.nu_eff, b.k) == (a.nu_eff, a.k)


def plain(**change) -> Component:
    return Component(**({"id": "a", "name": "a", "unit": "V"} | change))


@pytest.mark.parametrize(
    "components",
    [
        [],
        [plain()],
        [plain(u=1.0, half_width=1.0)],
        [plain(half_width=1.0)],
        [plain(half_width=1.0, distribution=Distribution.T)],
        [plain(half_width=1.0, distribution=Distribution.TRAPEZOID)],
        [plain(half_width=1.0, distribution=Distribution.TRAPEZOID, beta=1.2)],
        [plain(half_width=1.0, divisor=0.0)],
        [plain(u=-1.0)],
        [plain(u=math.nan)],
        [plain(u=0.0)],
        [plain(u=1.0, dof=0)],
        [plain(u=1.0, dof=math.nan)],
        [plain(u=1.0, sensitivity=math.inf)],
        [plain(u=1.0), plain(u=2.0)],
    ],
)
def test_budgets_that_say_too_little_are_refused(components) -> None:
    with pytest.raises(DataUnfit):
        combine(components, "V")


@pytest.mark.parametrize("link", [("a", "b", 1.1), ("a", "c", 0.5), ("a", "a", 1.0), ("a", "b", math.nan)])
def test_impossible_correlations_are_refused(link) -> None:
    with pytest.raises(DataUnfit):
        combine([row("a", 1.0), row("b", 1.0)], "V", correlations=[Correlation(*link)])


def test_opposite_components_that_leave_nothing_are_refused() -> None:
    with pytest.raises(DataUnfit):
        combine([row("a", 1.0), row("b", 1.0)], "V", correlations=[Correlation("a", "b", -1.0)])


@pytest.mark.parametrize(("p", "dof"), [(0, 5), (1, 5), (0.95, 0.5), (math.nan, 5), (0.95, math.nan)])
def test_impossible_coverage_is_refused(p: float, dof: float) -> None:
    with pytest.raises(DataUnfit):
        coverage_factor(p, dof)
