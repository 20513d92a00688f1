"""Points correlated through what is one quantity at all of them: by hand, by two plans alike, and recomputed."""

import json

import msgspec
import pytest

from labclient.errors import PlanInvalid
from labclient.evaluation import Joint, Result, joint_of, joint_told, result, same_result
from labclient.plan import read_plan

from .conftest import Record
from .models import declared, model_plan
from .records import ENTRIES, quiet, small_plan, small_plan_json

AWAY = (23.5, 45.0, 1003.25)
MODEL = ("S", "cT", "t", "t0", "cp", "p", "p0")


def rows_of(plan) -> dict[str, str]:
    return {row.id: row.origin for row in plan.budget}


def named(*origins: str) -> list[str]:
    return [id for id, origin in rows_of(small_plan()).items() if origin in origins]


def computed(record: Record, plan, **more) -> Result:
    record.write.enter("standard", ENTRIES["standard"])
    record.write.enter("budget", declared(**more) if plan.model else ENTRIES["budget"] | more)
    record.write.measure(plan, quiet(plan, seed=7, noise=1e-7), air=AWAY)
    return result(record.reader, plan, record.reader.size)


def test_a_plan_that_asks_for_none_has_none(record: Record) -> None:
    made = computed(record, small_plan())
    assert made.joint is None
    assert "joint" not in msgspec.to_builtins(made)
    assert not any("joint" in one for one in made.methods)


def test_the_certificate_alone_by_hand(record: Record) -> None:
    plan = small_plan(common_rows=named("certificate"))
    made = computed(record, plan)
    shares = [next(float(line.contribution) for line in one.budget if line.row in plan.common_rows)
              / float(one.u_c) for one in made.points]  # fmt: skip
    assert made.joint is not None
    assert made.joint.points == ("10V", "1.018V")
    assert made.joint.r[0][0] == made.joint.r[1][1] == "1.000000"
    assert made.joint.r[0][1] == made.joint.r[1][0] == f"{shares[0] * shares[1]:.6f}"
    assert "joint-first-order/1" in made.methods
    told = [str(one) for one in joint_told(made)]
    assert "one quantity at all points" in told[0]
    assert told[1] == f"r(10V, 1.018V) = {shares[0] * shares[1]:.3f}"


def test_the_fixed_way_and_the_same_model_are_correlated_alike(record: Record, tmp_path) -> None:
    fixed = small_plan(common_rows=named("certificate", "coefficient"))
    model = model_plan(common_rows=[row for row in MODEL if row in rows_of(model_plan())])
    one = computed(record, fixed)
    other = Record(tmp_path / "other.labnote")
    two = computed(other, model)
    other.close()
    assert one.joint is not None
    assert two.joint is not None
    assert float(one.joint.r[0][1]) == pytest.approx(float(two.joint.r[0][1]), abs=2e-6)
    assert float(one.joint.r[0][1]) > 0.1


def test_it_follows_from_the_result_alone_and_a_changed_one_is_found(record: Record) -> None:
    plan = small_plan(common_rows=named("certificate", "coefficient"))
    made = computed(record, plan)
    assert made.joint is not None
    assert joint_of(plan, made.points) == made.joint
    again = msgspec.json.decode(msgspec.json.encode(made), type=Result)
    assert same_result(again, made)
    for r in (
        (("1.000000", "0.900000"), ("0.900000", "1.000000")),
        (("1.000000",),),
    ):
        other = msgspec.structs.replace(made, joint=msgspec.structs.replace(made.joint, r=r))
        assert not same_result(other, made)
    assert not same_result(msgspec.structs.replace(made, joint=None), made)


def test_declared_correlations_enter(record: Record, tmp_path) -> None:
    certificate, others = named("certificate")[0], named("declared")
    plan = small_plan(common_rows=[certificate])
    link = [{"first": certificate, "second": others[0], "r": "0.8", "source": "same certificate"}]
    with_link = computed(record, plan, correlations=link)
    other = Record(tmp_path / "other.labnote")
    without = computed(other, plan)
    other.close()
    assert with_link.joint is not None
    assert without.joint is not None
    assert float(with_link.joint.r[0][1]) > float(without.joint.r[0][1])


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (["nothing"], "no row “nothing”"),
        (named("readings"), "comes from readings"),
        (named("certificate") * 2, "named twice"),
    ],
)
def test_what_is_impossible_is_refused_with_the_plan(rows: list[str], said: str) -> None:
    with pytest.raises(PlanInvalid, match=said):
        read_plan(small_plan_json(common_rows=rows))


def test_one_point_is_correlated_with_none() -> None:
    plan = json.loads(small_plan_json())
    with pytest.raises(PlanInvalid, match="two points"):
        read_plan(small_plan_json(points=plan["points"][:1], common_rows=named("certificate")))


def test_many_points_are_told_without_every_pair() -> None:
    points = tuple("abcde")
    joint = Joint("joint-first-order/1", ("S",), points, (("0.500000",) * 5,) * 5)
    assert len(list(joint_told(Result(entries=1, program="0", methods=(), points=(), joint=joint)))) == 1
