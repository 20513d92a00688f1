"""`[output]` of a driver file: how an instrument puts something out, and how it is brought into its safe state.

There is one way off: the safe state. Every `send` may hold `{value}` and `{setting}` places; every `pattern` has to
match the whole answer. `simulate` is the answer of the simulator, `simulate_state` what an order changes in it.
"""

from typing import Literal

import msgspec

SafeKind = Literal["standby", "held"]


class _Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class Order(_Part, frozen=True):
    """Something sent that has no answer. The simulator changes `simulate_state` at once and `simulate_later` after
    `simulate_later_s` of its time."""

    send: str
    wait_s: float = 0.0
    simulate_state: dict[str, str] = {}
    simulate_later: dict[str, str] = {}
    simulate_later_s: float = 0.0


class State(_Part, frozen=True):
    """A question whose answer says yes or no: yes when the group `state` is one of `met`, or when the group `bits`, a
    whole number, has under `mask` the bits `equals`. A group `value` has to lie near the value that was set, too:
    within `within` (in the output's unit) plus `relative` times it."""

    send: str
    pattern: str
    simulate: str
    met: tuple[str, ...] = ()
    mask: int = 0
    equals: int = 0
    within: float = 0.0
    relative: float = 0.0


class ReadBack(_Part, frozen=True):
    """`[output.read_back]`: what was really set. The group `value` has to lie within `within` plus `relative` times the
    value asked; a group `unit` has to be one of `units`."""

    send: str
    pattern: str
    simulate: str
    units: tuple[str, ...] = ()
    within: float = 0.0
    relative: float = 0.0


class Settled(State, frozen=True):
    """`[output.settled]`: asked every `every_s` seconds until it says yes, at the longest `longest_s` seconds."""

    longest_s: float = 60.0
    every_s: float = 0.5


class Safe(_Part, frozen=True):
    """`[output.safe]`: the state in which nothing is put out. `standby`: the terminals are open. `held`: the controller
    is off and the pressure stays enclosed, to be let off under control. `verify` is asked until it says yes, at the
    longest `longest_s` seconds."""

    kind: SafeKind
    order: tuple[Order, ...]
    verify: State
    longest_s: float = 5.0


class OutputExample(_Part, frozen=True):
    """`[[output.example]]`: an answer to one of the questions and what must be made of it: `value`, `yes`, or
    `refused`. States that look at the value are tried with `asked`."""

    question: Literal["read_back", "is_on", "settled", "safe"]
    reply: str
    asked: str = "0"
    value: str = ""
    yes: bool = False
    refused: bool = False
    note: str = ""


class Output(_Part, frozen=True):
    """`[output]`: one quantity that the instrument puts out between `lowest` and `highest` of `unit`.

    Above `confirm_above` (either way) a person at the bench confirms by name before it goes on, `confirm_because` being
    the reason; without it every value is confirmed.
    """

    quantity: str
    unit: str
    lowest: float
    highest: float
    set: tuple[Order, ...]
    read_back: ReadBack
    on: tuple[Order, ...]
    is_on: State
    settled: Settled
    example: tuple[OutputExample, ...] = ()
    safe: Safe | None = None
    confirm_above: float | None = None
    confirm_because: str | None = None

    @property
    def safe_state(self) -> Safe:
        """The safe state, which every driver that was loaded has."""
        assert self.safe is not None
        return self.safe
