"""Templates: the JSON of an entry to be filled in, made from the kind's own fields and what the plan already says.

What a person has to state is a text in angle brackets or null, so that a template entered as it is gets refused or
shows at once what was forgotten.
"""

from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

import msgspec
from msgspec import Struct

from labclient.participation import KINDS, State
from labclient.plan import Plan, influences_asked


def template(kind: str, state: State) -> dict[str, Any]:
    """The template of `kind`, a key of `KINDS`."""
    made: dict[str, Any] = _blank(KINDS[kind], kind)
    plan = state.plan
    if "parts" in made:
        made["parts"] = [{"name": part, "present": None} for part in plan.transfer_standard.parts]
    match kind:
        case "standard":
            one = made["values"][0]
            made["values"] = [one | {"point": point.id, "unit": plan.unit} for point in plan.points]
        case "budget":
            made = _budget(made, plan)
        case "decision":
            made["about"] = max(state.size - 1, 0)
    return made


def unfilled(value: Any, where: str = "") -> list[str]:
    """The places of a body that still hold what the template put there."""
    if isinstance(value, dict):
        return [at for name, one in value.items() for at in unfilled(one, f"{where}.{name}" if where else name)]
    if isinstance(value, list):
        return [at for place, one in enumerate(value) for at in unfilled(one, f"{where}[{place}]")]
    blank = value is None or (isinstance(value, str) and value.startswith("<") and value.endswith(">"))
    return [where] if blank else []  # no field of these kinds may be null


def _budget(made: dict[str, Any], plan: Plan) -> dict[str, Any]:
    row, influence = made["rows"][0], made["influences"][0]
    declared = [one.id for one in plan.budget if one.origin == "declared"]
    wanted = influences_asked(plan)
    if plan.model is None:
        row.pop("estimate")
    return {
        "rows": [row | {"row": id, "point": point.id} for id in declared for point in plan.points],
        "influences": [influence | {"influence": one} for one in wanted],
    }


def _blank(kind: Any, name: str) -> Any:
    origin = get_origin(kind)
    if origin in {Union, UnionType}:
        return None
    if origin is Literal:
        return f"<{' | '.join(map(str, get_args(kind)))}>"
    if isinstance(kind, type) and issubclass(kind, Struct):
        return {
            field.encode_name: _blank(field.type, field.encode_name) if field.required else field.default
            for field in msgspec.structs.fields(kind)
            if field.required or field.default is not None  # what may be left out is the program's
        }
    if origin is tuple:
        return [_blank(get_args(kind)[0], name)]
    if hasattr(kind, "__metadata__"):
        return _blank(get_args(kind)[0], name)
    return f"<{name}>" if kind is str else None
