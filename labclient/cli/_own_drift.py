"""What `labclient status --station drift` says: the laboratory's own values over the days."""

from datetime import UTC, datetime
from typing import Any

from labclient.cli._out import as_json, line, text
from labclient.clock import iso
from labclient.evaluation import (
    OwnPoint,
    departure_told,
    own_drift,
    own_told,
    own_zero,
    short,
    shown_unit,
    signed,
    slope_told,
    t_told,
)
from labclient.notebook import Reader
from labclient.participation import State
from labclient.words import message, say


def tell_drift(reader: Reader, state: State, *, in_json: bool) -> int:
    """All points of the plan, from this record alone."""
    found = own_drift(reader, state.plan, state.accepted.laboratory)
    if in_json:
        as_json({"station": "drift", "laboratory": found.laboratory, "departs": found.departs,
                 "points": [_as_json(one) for one in found.points]})  # fmt: skip
        return 0
    for one in found.points:
        _tell(one, found.departs)
    return 0


def _tell(seen: OwnPoint, departs: str) -> None:
    zero = own_zero(seen)
    if zero is None:
        line(message("{point}: {sentence}", point=seen.point, sentence=own_told(seen)[0]))
        return
    line(message("{point}: relative to display zero {zero} {unit}", point=seen.point, zero=f"{zero:.8g}",
                 unit=seen.unit))  # fmt: skip
    unit, size = shown_unit(max(abs(one.mean - zero) + (one.u or 0.0) for one in seen.days), seen.unit) \
        if seen.days else (seen.unit, 1.0)  # fmt: skip
    for day in seen.days:
        spread = "" if day.u is None else f" ± {short(day.u, size)}"
        text(f"    {_day(day.time_s)}  {signed(day.mean - zero, size)}{spread} {unit}  n = {day.n}")
    if seen.line is not None:
        line(message("    Slope: {slope}; t-test as information: {test}", slope=slope_told(seen),
                     test=t_told(seen.line)))  # fmt: skip
        line(message("    On the day of departure, {day}: {prediction}", day=departs,
                     prediction=departure_told(seen)))  # fmt: skip
    for sentence in own_told(seen):
        line(message("    {sentence}", sentence=sentence))


def _day(time_s: float) -> str:
    return _iso(time_s)[:16].replace("T", " ")


def _iso(time_s: float) -> str:
    return iso(datetime.fromtimestamp(time_s, UTC))


def _as_json(seen: OwnPoint) -> dict[str, Any]:
    made = seen.line
    return {
        "point": seen.point,
        "unit": seen.unit,
        "told_as": seen.told,
        "cycles": [
            {"entry": one.seq, "day": one.day, "time": _iso(one.time_s), "value": repr(one.value),
             "excluded": one.reason or None}
            for one in seen.values
        ],
        "days": [
            {"day": one.day, "time": _iso(one.time_s), "cycles": one.n, "mean": repr(one.mean),
             "u": None if one.u is None else repr(one.u)}
            for one in seen.days
        ],
        "line": None if made is None else {
            "rule": made.rule,
            "form": made.drift.form.value,
            "why": made.why.value,
            "weighted": made.weighted,
            "slope_per_day": repr(made.slope),
            "u_slope_per_day": repr(made.u_slope),
            "t": None if made.t is None else repr(made.t),
            "t_critical": repr(made.t_critical),
            "k": repr(made.k),
            "departure": {"time": _iso(made.departure.time_s), "value": repr(made.departure.value),
                          "U95": repr(made.departure.half), "preliminary": made.preliminary},
        },
        "sentences": [say(one) for one in own_told(seen)],
    }  # fmt: skip
