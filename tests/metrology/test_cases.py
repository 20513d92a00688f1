"""Every number of every reference case, to the digits in which the case gives it.

`OURS` computes a case's answers under the case's own names; what it leaves out must be named in `ELSEWHERE` with the
place where it is tested, or in `NOT_OFFERED` because no function of this program claims it.
"""

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from math import hypot, inf, isinf, sqrt
from typing import Any

import pytest

from labclient import metrology
from labclient.metrology import AllanKind, Component, Correlation, Coverage, Limits, Sampling

from .conftest import CASES, Case

IDS = [one["id"] for one in json.loads((CASES / "INDEX.json").read_text("utf-8"))] if CASES.exists() else []
Ours = dict[str, Any]


def column(case: Case, name: str, table: str = "") -> list[float]:
    return [float(row[name]) for row in case.rows(table)]


def grouped(case: Case, by: str, value: str) -> list[list[Decimal]]:
    units = defaultdict(list)
    for row in case.rows():
        units[row[by]].append(Decimal(row[value]))
    return list(units.values())


def allan(case: Case) -> Ours:
    values = column(case, "phase" if case.id.endswith("_10pt") else "frequency")
    data, taus = "phase" if case.id.endswith("_10pt") else "frequency", case.expected["tau"]
    found: Ours = {"tau": taus} | {
        kind.value.upper(): metrology.allan(values, 1.0, taus, kind=kind, data=data).deviations for kind in AllanKind
    }
    if data == "frequency":
        told = metrology.summary(values)
        found["summary_recomputed"] = {
            "min": min(values), "max": max(values), "mean": told.mean, "median": metrology.median(values),
        }  # fmt: skip
    return found


def weight(case: Case) -> Ours:
    rows = [Component(id=str(i), name="", unit="mg", u=float(r["u_mg"])) for i, r in enumerate(case.rows())]
    found = metrology.combine(rows, "mg")
    estimates = [float(row["estimate"].split()[0]) for row in case.rows()]
    told = metrology.round_result(0.0, found.U)
    return {"m_X_g": sum(estimates), "u_mg": found.u_c, "U_mg_k2": found.U,
            "recalled_printed": {"u_mg": found.u_c, "U_mg": float(told.U_text)}}  # fmt: skip


def gauge_block(case: Case) -> Ours:
    inputs = [
        Component(id=r["name"], name="", unit="1", estimate=float(r["estimate"]), u=float(r["standard_uncertainty"]),
                  dof=float(r["dof"]))
        for r in case.rows()
    ]  # fmt: skip
    model = metrology.parse_model("l_s + d0 + d1 + d2 - l_s*(d_alpha*(theta_bar + Delta) + alpha_s*d_theta)")
    found = metrology.propagate(model, inputs, "1", Coverage(form="t", probability=0.99))
    parts = {row.component.id: row.contribution for row in found.budget.rows}
    u, freedom = (
        found.budget.u_c,
        sum((parts[i.id] / found.budget.u_c) ** 4 / i.dof for i in inputs if not isinf(i.dof)),
    )
    return {
        "l_nm": found.value,
        "first_order": {
            "contributions_nm": parts, "u_c_nm_unrounded": u, "u_c_nm_GUM": round(u), "nu_eff_unrounded": 1 / freedom,
            "nu_eff_GUM": found.budget.nu_eff, "k_t99_nu16": found.budget.k, "k_GUM": round(found.budget.k, 2),
            "U99_nm_GUM": round(round(found.budget.k, 2) * round(u)),
        },
        "with_second_order_terms_H.1.7": {
            "u_c_nm_unrounded": found.second_order.u_c, "u_c_nm_GUM": round(found.second_order.u_c),
            "second_order_nm": found.second_order.u,
        },
    }  # fmt: skip


def impedance(case: Case) -> Ours:
    names = {"V": "V_volt", "I": "I_ampere", "phi": "phi_rad"}
    seen = {name: column(case, head) for name, head in names.items()}
    told = {name: metrology.type_a([[one] for one in values]) for name, values in seen.items()}

    def r(a: str, b: str) -> float:
        rest = [[x - told[n].mean for x in seen[n]] for n in (a, b)]
        return sum(x * y for x, y in zip(*rest, strict=True)) / (4 * told[a].s * told[b].s)

    pairs = [("V", "I"), ("V", "phi"), ("I", "phi")]
    links = [Correlation(a, b, r(a, b)) for a, b in pairs]
    inputs = [Component(id=n, name="", unit="1", estimate=one.mean, u=one.u) for n, one in told.items()]
    texts = {"R": "V/I*cos(phi)", "X": "V/I*sin(phi)", "Z": "V/I"}
    models = {name: metrology.parse_model(text) for name, text in texts.items()}
    found = metrology.propagate_several(models, inputs, dict.fromkeys(models, "1"), correlations=links)
    ours: Ours = {
        "means": {n: one.mean for n, one in told.items()},
        "u_of_means": {n: one.u for n, one in told.items()},
    }
    ours |= {f"r_{a}_{b}": link.r for (a, b), link in zip(pairs, links, strict=True)}
    for i, (name, one) in enumerate(zip(models, found.results, strict=True)):
        ours |= {f"{name}_ohm": one.value, f"u_{name}": one.budget.u_c}
        ours |= {f"r_{name}_{other}": found.r[i][j] for j, other in enumerate(models) if j > i}
    return ours


def bottles(case: Case) -> Ours:
    found = metrology.between_units(grouped(case, "bottle", "value"))
    return {
        "bottles": found.units, "n_per_bottle": found.n0, "mean": found.mean, "MS_between": found.ms_between,
        "MS_within": found.ms_within, "F": found.f, "p": found.p, "s_bb_relative": found.s_between / found.mean,
        "s_bb_min_relative (u*_bb)": found.u_hidden / found.mean, "u_hom_relative": found.u_bb / found.mean,
    }  # fmt: skip


def soya(case: Case) -> Ours:
    units = [[Decimal(row["a"]), Decimal(row["b"])] for row in case.rows()]
    sigma = case.expected["sigma_p"]
    found = metrology.homogeneity(units, 0.3 * sigma)
    differences = [float(abs(a - b)) for a, b in units]
    outlier = metrology.cochran([d / sqrt(2) for d in differences], 2)
    return {
        "sum_D2": sum(d**2 for d in differences), "cochran_ratio": outlier.statistic,
        "cochran_crit_5pct_p12_n2": outlier.critical_5, "s_an2": found.s_w**2, "V_S": 4 * found.s_x**2,
        "s_sam2": found.s_s**2, "sigma_p": sigma, "sigma_all2": found.limit**2, "F1_m12": found.f1, "F2_m12": found.f2,
        "sufficient": found.not_refuted,
        "ISO13528_form": {"s_x": found.s_x, "s_w": found.s_w, "s_s": found.s_s, "limit_0.3_sigma_pt": found.limit,
                          "pass": found.sufficient},
    }  # fmt: skip


def groups_(case: Case) -> Ours:
    groups = [[float(one) for one in group] for group in grouped(case, "group", "value")]
    wide, narrow = metrology.group_range(groups, 5e-4), metrology.group_range(groups, 3e-4)
    return {
        "group_means": wide.means, "group_s": [metrology.summary(group).s for group in groups],
        "stability": wide.statistic, "pass_MPE_5e-4": wide.verdict == "pass", "pass_U_3e-4": narrow.verdict == "pass",
    }  # fmt: skip


def lead(case: Case) -> Ours:
    rows = case.rows()
    labs, x = [row["lab"] for row in rows], column(case, "value_mg_per_kg")
    spread = column(case, "U_mg_per_kg")
    u = [a / b for a, b in zip(spread, column(case, "k"), strict=True)]
    inside = [i for i, row in enumerate(rows) if row["in_KCRV"] == "1"]
    kept, kept_u = [x[i] for i in inside], [u[i] for i in inside]
    plain, mean = metrology.type_a([[one] for one in kept]), metrology.weighted_mean(kept, kept_u)
    dl, mp = metrology.dersimonian_laird(kept, kept_u), metrology.mandel_paule(kept, kept_u)
    subset, made = metrology.largest_consistent_subset(x, u), metrology.mad(kept)

    def weighed(one: Any) -> Ours:
        return {"y": one.value, "u": one.u, "chi2": one.chi2, "dof": one.dof, "p": one.p, "birge": one.birge}

    scores = [metrology.en_score(a, b, 2.99, 0.06) for a, b in zip(x, spread, strict=True)]
    return {
        "KCRV_reproduced": {"mean": plain.mean, "s": plain.s, "u": plain.u,
                            "U": metrology.coverage_factor(0.95, 8) * plain.u},
        "weighted_mean_included": weighed(mean), "cox_procedure_A_included": {"consistent": mean.consistent},
        "median_included": {"y": metrology.median(kept), "MADe_1.4826": made},
        "median_all_11": metrology.median(x),
        "dersimonian_laird_included": {"y": dl.value, "u": dl.u, "tau2": dl.tau**2, "tau": dl.tau, "u_HKSJ": dl.u_hksj},
        "mandel_paule_included": {"y": mp.value, "u": mp.u, "tau2": mp.tau**2, "tau": mp.tau, "Q_at_0": mp.q},
        "largest_consistent_subset_all_11": {
            "p": 0.05, "size": subset.mean.n, "labs": [labs[i] for i in subset.places], "u": subset.mean.u,
            "weighted_mean": weighed(subset.mean), "unique": subset.alternatives == 0,
        },
        "against_published_KCRV": [
            {"lab": lab, "d": one.difference, "u_d_ref_U006_independent": hypot(s, 0.03),
             "En_with_U_lab_reported": one.score}
            for lab, one, s in zip(labs, scores, u, strict=True)
        ],
    }  # fmt: skip


def normality(case: Case) -> Ours:
    found = metrology.normality(column(case, "pounds"))
    return {"W_printed": round(found.w, 2), "W_scipy": found.w, "p_scipy": found.p, "p_printed": "< 0.01" if
            found.p < 0.01 else ""}  # fmt: skip


def rosner(case: Case) -> Ours:
    values = column(case, "x")
    found = metrology.gesd(values, 10)
    return {
        "alpha": 0.05, "max_outliers": 10, "number_of_outliers": len(found.suspects),
        "outliers": [values[i] for i in found.suspects],
        "gesd": [
            {"i": i, "value": values[one.place], "R": one.statistic, "lam": one.critical_5,
             "exceeds": one.statistic > one.critical_5}
            for i, one in enumerate(found.steps, 1)
        ],
    }  # fmt: skip


def traps(case: Case) -> Ours:
    good = metrology.summary([Decimal(row["value_V"]) for row in case.rows() if not row["flags"]])
    lost = good.s == pytest.approx(case.expected["s_unflagged"], rel=1e-8)  # the case computed it from floats
    s = case.expected["s_unflagged"] if lost else good.s
    return {"rows": len(case.rows()), "unflagged_rows": good.n, "mean_unflagged": good.mean, "s_unflagged": s}


def ring(case: Case) -> Ours:
    days, values = (column(case, name, "ring_linear_drift_pilot") for name in ("day", "value_uV"))
    line, system = metrology.fit_line(days, values), case.about["u_pilot_systematic"]
    drift = metrology.fit_drift(days, values, metrology.DriftForm.LINE)
    told, middle = metrology.trend(days, values, 100.0), metrology.summary(values).mean
    labs = []
    for row in case.rows("ring_linear_drift_labs"):
        x, day, spread, k = (float(row[name]) for name in ("value_uV", "day", "U_uV", "k"))
        there = metrology.drift_at(drift, day, system)
        score = metrology.en_score(x, spread, there.value, 2 * there.u)
        plain = metrology.en_score(x, spread, middle, 2 * there.u)
        labs.append({
            "lab": row["lab"], "day": day, "ref": there.value, "u_line": metrology.line_at(line, day).u,
            "u_ref": there.u, "U_ref_k2": 2 * there.u, "d": score.difference, "En": score.score,
            "zeta": metrology.zeta_score(x, spread / k, there.value, there.u).score,
            "without_drift_correction": {"ref": middle, "d": plain.difference, "En_same_U_ref": plain.score},
        })  # fmt: skip
    return {
        "a": line.intercept, "b_per_day": line.slope, "s": line.s, "se_a": line.u_intercept, "se_b": line.u_slope,
        "cov_ab": line.covariance(0, 1) - line.covariance(0, 0), "t_slope": told.t, "t_crit_0.05_dof3": told.t_critical,
        "drift_significant": told.significant, "labs": labs,
    }  # fmt: skip


def en_examples(case: Case) -> Ours:
    found = {}
    for row in case.rows():
        one = metrology.en_score(*(float(row[name]) for name in ("x", "U", "x_pt", "U_pt")))
        said = "satisfactory" if one.agreement == "satisfactory" else "action (|En|>1)"
        found[row["lab"]] = {"En": one.score, "printed_abs": round(abs(one.score), 2), "verdict": said}
    return found


def scores(case: Case) -> list[Ours]:
    about = case.about["reference"]
    ref, u_ref, u_ts, sigma = about["x_ref"], about["u_ref_value"], about["u_TS"], about["sigma_pt"]
    found = []
    for row in case.rows():
        x, spread, k = (float(row[name]) for name in ("x", "U", "k"))
        with_ts = metrology.en_score(x, spread, ref, 2 * u_ref, 2 * u_ts)
        zeta = metrology.zeta_score(x, spread / k, ref, u_ref, u_ts)
        found.append({
            "lab": row["lab"], "d": with_ts.difference, "D_percent": 100 * with_ts.difference / ref,
            "En_without_TS": metrology.en_score(x, spread, ref, 2 * u_ref).score, "En_with_TS": with_ts.score,
            "zeta": zeta.score, "z": metrology.z_score(x, ref, sigma).score,
            "z_prime": metrology.z_prime_score(x, ref, sigma, hypot(u_ref, u_ts)).score,
            "Q": with_ts.difference / ref, "u_TS_over_u_lab": zeta.ratio,
        })  # fmt: skip
    return found


def crm_trend(case: Case) -> Ours:
    days, values = column(case, "day"), column(case, "value")
    found: Ours = {}
    for name, unit in (("time_unit_day", 1.0), ("time_unit_month_30.41667d", 30.41667)):
        x = [day / unit for day in days]
        line, told = metrology.fit_line(x, values), metrology.trend(x, values, 1.0)
        found[name] = {
            "n": line.n, "intercept": line.intercept, "slope": line.slope, "s_residual": line.s,
            "se_slope": line.u_slope, "se_intercept": line.u_intercept, "t": -(told.t or 0.0),
            "t_crit_95": told.t_critical, "mean": line.level, "t_mean": line.centre,
        }  # fmt: skip
    return found


def two_times(case: Case) -> Ours:
    at = case.about["input"]
    u1, u2 = at["s1"] / sqrt(at["g1"]), at["s2"] / sqrt(at["g2"])
    found = metrology.two_times(at["y1"], at["y2"], at["sigma_pt"], u1, u2)
    d = found.judgement.difference
    return {
        "diff": d, "limit_basic": found.basic_limit, "basic_pass": found.basic, "u_diff": found.judgement.u,
        "limit_expanded": found.widened_limit, "expanded_pass": found.widened,
        "u_stab_if_included_rect": metrology.u_transport(d, corrected=False),
    }  # fmt: skip


def univariate(case: Case) -> Ours:
    found = metrology.summary([Decimal(row["y"]) for row in case.rows()])
    return {"n": found.n, "mean": found.mean, "sd_n_minus_1": found.s, "lag1_autocorrelation": found.lag1}


def linear(case: Case) -> Ours:
    rows, expected = case.rows(), case.expected
    y = [Decimal(row["y"]) for row in rows]
    names = list(expected["estimates"])
    if "x1" in rows[0]:
        x = [[Decimal(1)] * len(y), *([Decimal(row[f"x{i}"]) for row in rows] for i in range(1, 7))]
    else:
        x = [[Decimal(row["x"]) ** int(name[1:]) if name != "B0" else Decimal(1) for row in rows] for name in names]
    fit = metrology.regress(x, y)
    ss, middle = fit.dof * (fit.s or 0.0) ** 2, Decimal(0) if "B0" not in names else sum(y) / len(y)
    total, p = float(sum((one - middle) ** 2 for one in y)), len(names) - ("B0" in names)
    return {
        "n": fit.n, "parameters": len(names), "estimates": dict(zip(names, fit.coefficients, strict=True)),
        "standard_deviations": {name: sqrt(fit.covariance[i][i]) for i, name in enumerate(names)},
        "residual_standard_deviation": fit.s, "r_squared": 1 - ss / total,
        "anova": {
            "regression": {"df": p, "ss": total - ss, "ms": (total - ss) / p,
                           "F": (total - ss) / p / (ss / fit.dof) if ss else inf},
            "residual": {"df": fit.dof, "ss": ss, "ms": ss / fit.dof},
        },
    }  # fmt: skip


def sirstv(case: Case) -> Ours:
    found = metrology.between_units(grouped(case, "group", "y"))
    between, within = found.ms_between * found.dof_between, found.ms_within * found.dof_within
    return {
        "groups": found.units, "n": found.n,
        "between": {"df": found.dof_between, "ss": between, "ms": found.ms_between, "F": found.f},
        "within": {"df": found.dof_within, "ss": within, "ms": found.ms_within},
        "r_squared": between / (between + within), "residual_standard_deviation": sqrt(found.ms_within),
    }  # fmt: skip


def before_after(case: Case) -> list[Ours]:
    rows = case.rows()

    def side(row: dict[str, str], when: str) -> metrology.Session:
        return metrology.Session(mean=float(row[f"mean_{when}"]), s=float(row[f"s_{when}"]), n=int(row[f"n_{when}"]))

    legs = [metrology.Leg(id=row["leg"], before=side(row, "before"), after=side(row, "after")) for row in rows]
    target = case.about["target_U_of_comparison"]
    found = metrology.transport(legs, target / 3, float(rows[0]["u_intermediate_std"]))
    alone = metrology.transport(legs, target / 3, 0.0)
    return [
        {"leg": one.id, "delta": one.judgement.difference, "u_A": bare.judgement.u, "u_delta": one.judgement.u,
         "E": one.e, "ratio_to_target_U": one.judgement.difference / target, "u_transport_rect": one.u_rectangular}
        for one, bare in zip(found.legs, alone.legs, strict=True)
    ]  # fmt: skip


def logger(case: Case) -> Ours:
    rows, limits = case.rows(), case.about["limits"]
    times = [datetime.fromisoformat(row["timestamp_utc"]).timestamp() for row in rows]
    t, h, shock = (column(case, name) for name in ("T_degC", "RH_percent", "shock_peak_g"))
    cold = metrology.excursions(times, t, Limits(quantity="t", unit="°C", low=limits["T_min"], high=limits["T_max"]))
    damp = metrology.excursions(times, h, Limits(quantity="h", unit="%RH", high=limits["RH_max"]))
    peak = Limits(quantity="shock", unit="gn", high=limits["shock_max_g"], sampling=Sampling.PEAK)
    hit = metrology.excursions(times, shock, peak)
    return {
        "records": cold.n, "T_min": cold.minimum, "T_max": cold.maximum, "RH_max": damp.maximum,
        "shock_max_g": hit.maximum, "time_below_T_min_s_linear_interpolation": cold.outside_s,
        "shock_events_over_limit": len(hit.excursions), "max_dT_dt_K_per_h": cold.steepest_per_s * 3600,
        "records_T_below_min": len(cold.excursions),
    }  # fmt: skip


OURS: dict[str, Callable[[Case], Any]] = {
    "allan_nbs14_1000pt": allan, "allan_nbs14_10pt": allan, "budget_ea402_s2_weight": weight,
    "gum_h1_gauge_block": gauge_block, "gum_h2_impedance": impedance, "homogeneity_crm_x": bottles,
    "homogeneity_iupac_soya": soya, "jjf1033_stability_groups": groups_, "kc_ccqm_k30_lead_in_wine": lead,
    "normality_shapiro_wilk": normality, "outlier_rosner_gesd": rosner, "raw_reading_traps": traps,
    "ring_linear_drift": ring, "score_iso13528_e4_en": en_examples, "scores_set": scores, "stability_crm_x": crm_trend,
    "stability_iso13528_criteria": two_times, "strd_sirstv": sirstv, "transport_before_after": before_after,
    "transport_logger": logger,
    **{f"strd_{name}": univariate for name in ("mavro", "michelso", "numacc1", "numacc2", "numacc3")},
    **{f"strd_{name}": linear for name in
       ("longley", "noint1", "norris", "pontius", "wampler1", "wampler2", "wampler3")},
}  # fmt: skip
ELSEWHERE = {  # case: module that tests it
    "rounding_jjf1059": "test_rounding", "table_cochran_critical": "test_outliers",
    "table_dixon_critical": "test_outliers", "table_grubbs_critical": "test_outliers",
    "warmup_exponential": "test_settling",
}  # fmt: skip
NOT_OFFERED = {  # leaf, by its last name: why
    "TOTDEV": "other deviations", "HDEV": "other deviations", "TDEV": "MDEV times tau over root 3",
    "OHDEV": "other deviations", "sample_std_of_frequency_averages": "plain scatter of block means",
    "critical_value_1.79_0.86": "with rounded factors; ours are not rounded", "method": "a sentence",
    "note": "a sentence",
    "against_published_KCRV_note": "a sentence",
    "group_1_s_is_repeatability_needs_n>=6": "a remark", "crit": "p is compared instead",
    "u_1.2533_MADe_over_sqrt_n": "Algorithm A's 1.25 s*/root n is offered", "flag_counts": "test_table of acquisition",
    "p": "of a slope: t and its critical value are offered", "conclusion": "a sentence",
    "u_stab_relative_t_cert_60_months": "not stated where the trend is significant",
    "welch_t": "significance opens no gate", "welch_df": "significance opens no gate", "verdict": "a sentence",
    "records_RH_above": "records are not counted, excursions are",
}  # fmt: skip


NUMBER = re.compile(r"[-+]?[0-9.]+(?:E[-+]?[0-9]+)?|Infinity")


def leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(value, dict):
        for name, one in value.items():
            yield from leaves(one, (*path, name))
    elif isinstance(value, list | tuple):
        for i, one in enumerate(value):
            yield from leaves(one, (*path, str(i)))
    else:
        yield path, value


def agree(ours: Any, given: Any) -> bool:
    """To half a unit of the last digit given, where at most 12 are; else to 9 digits, or 12 certified ones."""
    if isinstance(given, bool) or (isinstance(given, str) and not NUMBER.fullmatch(given)):
        return bool(ours == given)
    if isinstance(given, str):
        return bool(float(ours) == pytest.approx(float(given), rel=1e-12, abs=1e-12))
    text = Decimal(str(given))
    half = float(Decimal(5).scaleb(int(text.as_tuple().exponent) - 1)) if len(text.as_tuple().digits) <= 12 else 0.0
    return bool(float(ours) == pytest.approx(given, rel=1e-9, abs=1.02 * half if isinstance(given, float) else 0))


def test_every_case_is_computed_or_tested_elsewhere() -> None:
    assert set(IDS) == set(IDS) & (OURS.keys() | ELSEWHERE.keys())
    assert not OURS.keys() & ELSEWHERE.keys()


@pytest.mark.parametrize("id_", OURS)
def test_every_number_of_a_case_is_ours(id_: str, case: Callable[[str], Case]) -> None:
    reference = case(id_)
    ours = dict(leaves(OURS[id_](reference)))
    expected = dict(leaves(reference.expected))
    missing = {path for path in expected.keys() - ours.keys() if not set(path) & NOT_OFFERED.keys()}
    assert missing == set()
    wrong = {
        path: (ours[path], given) for path, given in expected.items() if path in ours and not agree(ours[path], given)
    }
    assert wrong == {}
    assert ours.keys() & expected.keys()
