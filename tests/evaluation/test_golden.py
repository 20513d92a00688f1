"""The digits of a result that was computed once: whatever changes in the program, a record says them again."""

from labclient.evaluation import result

from .records import small_plan

AWAY = (23.5, 45.0, 1003.25)
PLAN = small_plan()
VALUE = {
    "value": "10.00001277906246",
    "u_c": "1.2001025576793634e-06",
    "U": "2.400205115358727e-06",
    "k": "2",
    "dof": "787",
    "reported_value": "10.0000128",
    "reported_U": "0.0000024",
    "mean_of_cycles": "1.000003128912036",
}
SHARES = [
    "0.6943301036172985",
    "0.14812282851030506",
    "0.010403032084866485",
    "0.11109212138272878",
    "0.020829772759261646",
    "0.0023144191954735166",
    "0.011734135334711128",
    "0.0011735871153547624",
]


def wobbling(role: str, direction: str, point: str, t: float) -> float:
    """Readings that scatter by no generator: a few steps of 50 nV, by the second."""
    values = {("S", "10V"): 9.9999815, ("X", "10V"): 10.0000127, ("S", "1.018V"): 1.0179969, ("X", "1.018V"): 1.0180043}
    step = (round(t) * 37 % 19 - 9) * 5e-8
    return (-1.0 if direction == "-" else 1.0) * values.get((role, point), 0.0) + step


def test_the_digits_of_a_result_stay(record) -> None:
    record.declare()
    record.write.measure(PLAN, wobbling, air=AWAY)
    one = result(record.reader, PLAN, record.reader.size).points[0]
    assert {name: getattr(one, name) for name in VALUE} == VALUE
    assert [line.share for line in one.budget] == SHARES
