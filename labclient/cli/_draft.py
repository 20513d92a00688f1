"""The starting plan: the example comparison, each part explained in the reader's language."""

import json
import re
from collections.abc import Iterator
from typing import Any

from labclient.errors import StorageTrouble
from labclient.home import shipped
from labclient.words import Message, message, say

_KEY = re.compile(r'  "(\w+)":')
_FIRST = message("A starting plan: change every value to those of your comparison. Lines like this are never signed.")
_OPTIONAL = message("Optional: without the // at their beginning, the lines below belong to the plan.")
_ABOUT: dict[str, Message] = {
    "format": message("The form of this file; leave it."),
    "id": message("The comparison's id: letters, digits, dot, hyphen, underscore; it names all files."),
    "revision": message("Raise it with every new signed plan."),
    "title": message("All texts in English and Chinese."),
    "quantity": message("The measured quantity, and the unit in which results are reported."),
    "pilot": message("Laboratory codes are those in the certificates of their people."),
    "participants": message("One entry a laboratory of the route; dates as year-month-day."),
    "transfer_standard": message("What travels: its parts are ticked at arrival and departure; “never” is shown at "
                                 "every step; coefficients correct to the reference conditions."),
    "points": message("One entry a point. The tolerance only tells a broken standard from a working one; the settings "
                      "are those of the instrument's driver."),
    "arrival": message("What is looked at when the crate is opened: photos, logger limits, a few readings."),
    "warm_up": message("Settled when the last two windows agree within the limit, k times their uncertainty included."),
    "stability": message("Reading stability before the measurement: so many readings, the change within the limit."),
    "environment": message("The room during the measurement; readings at least this often."),
    "measurement": message("One cycle is all steps in their order: Z zero, S laboratory's standard, X transfer "
                           "standard; “-” is reversed. The method says which steps suit it; see the manual."),
    "by_hand": message("For which runs readings count that a person types or imports, and how typed ones are "
                       "confirmed."),
    "model": message("The reported value as an expression of the budget's rows, named by their ids; without it, the "
                     "value is certificate × ratio, or + difference."),
    "budget": message("The rows that every laboratory's budget must have, and where each comes from."),
    "coverage": message("Either k, or a probability for k from the effective degrees of freedom."),
    "monte_carlo": message("Monte Carlo beside the budget, where it is wanted: it confirms it or puts it in doubt."),
    "examination": message("What is told of the cycles besides their mean: outliers, serial correlation, normality."),
    "sanity": message("When a result is passed only with a warning: U below the CMC, U over the value outside a band."),
    "rounding": message("How results are rounded; “up” rounds uncertainties upwards only."),
    "roles": message("Who signs, in this order; and whether they must be different people."),
    "assurance": message("How much the signatures prove: paper, laboratory-key or three-keys."),
    "instruments": message("What follows when an instrument's certificate is expired, absent or unconfirmed, or the "
                           "instrument has changed since: “record”, or “block” until each role of opened_by has "
                           "signed."),
    "monitoring": message("How the pilot laboratory follows the transfer standard over its visits and journeys, and "
                          "compares the results: limits, reference value, score. The manual explains each field."),
}  # fmt: skip


EXAMPLES: dict[str, str] = {
    "voltage": "plan.json",
    "pressure-model": "plan-model.json",
    "resistance-abba": "plan-resistance.json",
    "dial-gauge-up-down": "plan-dial-gauge.json",
}
"""What a plan can begin with, and its file."""


def starting_plan(example: str = "voltage") -> str:
    """A shipped example plan, a key of `EXAMPLES`, with a comment line before each part."""
    path = shipped("resources", "examples", EXAMPLES[example])
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise StorageTrouble(message("{path} cannot be read: {cause}", path=str(path), cause=str(error))) from error
    *parts, end = lines
    told = [f"// {say(_FIRST)}"]
    for one in parts:
        key = _KEY.match(one)
        if key and key[1] in _ABOUT:
            told.append(f"  // {say(_ABOUT[key[1]])}")
        told.append(one)
    return "\n".join((*told, *_optional(json.loads("\n".join(lines))), end)) + "\n"


def _optional(plan: dict[str, Any]) -> Iterator[str]:
    """The parts that the example has not, as comments that become lines of the plan."""
    amount = plan["stability"]["limit"]
    offered: dict[str, dict[str, Any]] = {
        "by_hand": {"typed": ["environment"], "imported": ["environment"], "confirmation": "double-entry"},
        "instruments": {
            "expired": "block",
            "absent": "block",
            "unconfirmed": "block",
            "changed": "record",
            "opened_by": ["approver"],
        },
        "monitoring": {
            "form": "rule",
            "limit": amount,
            "k": "2",
            "transport": {"limit": amount, "u_day": amount, "legs": 3},
            "u_laboratory": amount,
            "most_ratio": "1",
            "reference": "pilot",
            "score": "En",
        },
    }
    for name, part in offered.items():
        if name in plan:
            continue
        fields = ",\n".join(f'    "{field}": {json.dumps(value, ensure_ascii=False)}' for field, value in part.items())
        yield f"  // {say(_ABOUT[name])}"
        yield f"  // {say(_OPTIONAL)}"
        yield from (f"  // {one}" for one in (f', "{name}": {{', *fields.splitlines(), "  }"))
