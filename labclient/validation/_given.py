"""The numbers of a case: texts become Decimals here, as everywhere in this program, and components of a budget."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import msgspec

from labclient.metrology import Component
from labclient.units import number

Found = dict[str, float | str]
"""What a function found, by name of quantity."""
Given = str | dict[str, Any]
"""Numbers, as a text separated by blanks, or by the rule that they follow."""
Call = Callable[..., Found]


def numbers(given: Given) -> list[Decimal]:
    """The numbers of a text; of a first one and others repeated; or of a multiplicative congruential generator, whose
    integers are divided by their modulus."""
    match given:
        case str():
            return [number(text) for text in given.split()]
        case {"first": first, "then": then, "times": times}:
            return [number(first), *numbers(then) * times]
        case {"multiplier": multiplier, "modulus": modulus, "seed": seed, "n": n}:
            found = [seed]
            while len(found) < n:
                found.append(multiplier * found[-1] % modulus)
            return [Decimal(one) / modulus for one in found]
    raise ValueError(given)


def floats(given: Given) -> list[float]:
    return [float(one) for one in numbers(given)]


def component(given: Mapping[str, str]) -> Component:
    stated = {
        name: text if name in {"id", "unit", "distribution"} else float(number(text)) for name, text in given.items()
    }
    return msgspec.convert({"name": given["id"], **stated}, Component)
