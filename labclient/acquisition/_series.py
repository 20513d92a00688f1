"""What readings mean: a series says what the replies of its blocks are, a cycle says which series belong together."""

from typing import Literal

from msgspec import Struct

from labclient.notebook import Purpose


class Series(Struct, frozen=True, forbid_unknown_fields=True):
    """Body of a "series" entry. `role` is S (standard), X (transfer standard), C (check), Z (zero) or E (environment);
    `step` counts the steps of a cycle from 0."""

    run: int
    role: Literal["S", "X", "C", "Z", "E"]
    artefact: str
    measurand: str
    operator: str
    purpose: Purpose
    point: str = ""
    direction: Literal["+", "-"] = "+"
    day: int = 0
    cycle: int = 0
    step: int = 0
    setup: int = 1
    parameters: dict[str, str] = {}


class Cycle(Struct, frozen=True, forbid_unknown_fields=True):
    """Body of a "cycle" entry: all steps of one cycle of the scheme were measured, in this order of series."""

    run: int
    point: str
    day: int
    cycle: int
    series: tuple[int, ...]
