"""The instruments of a run that the window begins: this PC's bench, or a simulated one for a simulated notebook."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from labclient.clock import SimulatedClock
from labclient.demo import METER, ROOM, SimulatedHands, simulated_bench
from labclient.participation import Hands, Instrument, Participation, Runs, bench_instrument, pick
from labclient.plan import Point, Step
from labclient.ui._desk import Desk

_WARM_S = 6 * 3600.0


class _Prompts:
    """A person moves the cables: the window asks."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def connect(self, step: Step, point: Point) -> None:
        self._desk.connect_step(step, point)


@contextmanager
def runs_of(desk: Desk, participation: Participation) -> Iterator[Runs]:
    """The runs of the open participation. Called in the desk's thread."""
    with ExitStack() as stack:
        hands: Hands = _Prompts(desk)
        if isinstance(participation.clock, SimulatedClock):
            bench = stack.enter_context(
                simulated_bench(participation.home, participation.clock, participation.record.size)
            )
            if "warm-up" in participation.state.done:  # these stayed switched on
                for one in (bench.meter, bench.room):
                    one.hands.skip(_WARM_S)
            hands = SimulatedHands(bench)
        meter, room = _instruments(participation)
        desk.runs = Runs(
            participation,
            meter=meter,
            room=room,
            hands=hands,
            observer=desk,
            who=desk.who,
        )
        if desk.closing:
            desk.runs.break_off()
        try:
            yield desk.runs
        finally:
            desk.runs = None


def _instruments(participation: Participation) -> tuple[Instrument, Instrument | None]:
    """What measures, and what watches the room where the station needs that: the simulated bench's own, else what was
    bound to the comparison or is the only one that can."""
    home, state = participation.home, participation.state
    if state.simulated:
        return bench_instrument(home, METER), bench_instrument(home, ROOM)
    meter = pick(home, None, "meter", state.plan)
    return meter, pick(home, None, "room", state.plan) if state.station == "measurement" else None
