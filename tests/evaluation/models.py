"""Plans with a measurement model, and what a laboratory declares for them."""

import json
from typing import Any

from labclient.plan import Plan, read_plan

from .records import ENTRIES, small_plan_json

EXPRESSION = "S*A*(1 - cT*(t - t0) - cp*(p - p0)) + drift + day + lin + emf"


def row(id: str, origin: str, **other: Any) -> dict[str, Any]:
    return {
        "id": id,
        "name": {"en": id, "zh": id},
        "origin": origin,
        "evaluation": "A" if origin == "readings" else "B",
        "distribution": "t" if origin == "readings" else "normal",
    } | other


ROWS = [
    row("S", "certificate"),
    row("A", "readings"),
    row("drift", "declared", distribution="rectangular"),
    row("day", "declared"),
    row("lin", "declared", distribution="rectangular"),
    row("emf", "declared", distribution="rectangular"),
    row("cT", "coefficient", influence="temperature"),
    row("t", "influence", influence="temperature", unit="°C"),
    row("t0", "plan", unit="°C", value="23"),
    row("cp", "coefficient", influence="pressure"),
    row("p", "influence", influence="pressure", unit="hPa"),
    row("p0", "plan", unit="hPa", value="1013.25"),
]
_WAS = {"drift": "S-drift", "day": "day", "lin": "ratio", "emf": "emf"}


def model_plan_json(**changes: Any) -> bytes:
    """The small plan with its measurement model written out: the same value, by an expression."""
    plan = json.loads(small_plan_json())
    return json.dumps(plan | {"model": {"expression": EXPRESSION}, "budget": ROWS} | changes).encode()


def model_plan(**changes: Any) -> Plan:
    return read_plan(model_plan_json(**changes))


def declared(**more: Any) -> dict[str, Any]:
    """The example's declaration under the names of the model."""
    names = {was: name for name, was in _WAS.items()}
    rows = [one | {"row": names[one["row"]]} for one in ENTRIES["budget"]["rows"]]
    return ENTRIES["budget"] | {"rows": rows} | more


def direct_plan(**changes: Any) -> Plan:
    """Readings of the transfer standard alone, taken to the nominal value."""
    plan = json.loads(small_plan_json())
    scheme = plan["measurement"]["scheme"] | {
        "form": "direct",
        "method": "direct-reading/1",
        "steps": [{"role": "Z"}, {"role": "X"}, {"role": "X"}],
    }
    rows = [
        row("applied", "certificate"),
        row("reading", "readings"),
        row("nominal", "nominal"),
        row("slope", "plan", unit="1", value="1", u="0.01"),
    ]
    return read_plan(
        json.dumps(
            plan
            | {"measurement": plan["measurement"] | {"scheme": scheme}, "budget": rows}
            | {"model": {"expression": "reading + slope*(nominal - applied)"}}
            | changes
        ).encode()
    )
