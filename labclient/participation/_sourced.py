"""Runs with a source: cables are moved while the output is safe, then the point's value is put out and has settled."""

from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal

from labclient.acquisition import Output, amount, run_waits
from labclient.errors import Trouble, WrongUse
from labclient.instruments import Driver
from labclient.notebook import Task
from labclient.participation._runs import Hands, Observer
from labclient.plan import Plan, Point, Step, method_of
from labclient.units import QUANTITIES
from labclient.words import Message, given, message

# Asks a person at the bench to confirm a value by name; empty refuses.
Confirm = Callable[[Message], str]


class SourcedHands:
    """Hands that source: `hands` move the cables between the safe state and the point's value. A short circuit gets
    nothing. It observes the run, too: when the run pauses, the output is made safe and the run broken off."""

    def __init__(self, hands: Hands, observer: Observer, output: Output, confirm: Confirm) -> None:
        self.break_off: Callable[[], object] = lambda: None
        self._hands = hands
        self._observer = observer
        self._output = output
        self._confirm = confirm
        self._now: tuple[str, str, str] | None = None

    def connect(self, step: Step, point: Point) -> None:
        """Return when the step is connected and its value is put out. Raises what setting raises."""
        wanted = step.role, point.id, step.direction
        if wanted == self._now and self._output.standing.stand == "on":
            return
        self._now = None
        if self._output.standing.stand != "safe":
            self._output.safe("cables").result()
        self._hands.connect(step, point)
        if step.role != "Z":
            value = self.value_at(point)
            self._output.bounds.allow(value)
            name = self._confirm(self._question(value)) if self._output.bounds.needs_name(value) else ""
            self._output.set(value, name).result()
        self._now = wanted

    def tell(self, sentence: Message) -> None:
        self._observer.tell(sentence)
        if sentence.template == run_waits(sentence).template:
            self._now = None
            self.break_off()
            with suppress(Trouble):  # the output itself has told it
                self._output.safe("paused").result()

    def progress(self, task: Task, done: int, total: int) -> None:
        self._observer.progress(task, done, total)

    def value_at(self, point: Point) -> Decimal:
        """The nominal value of a point, in the output's unit."""
        return amount(str(point.nominal.value), point.nominal.unit, self._output.unit)

    def _question(self, value: Decimal) -> Message:
        return message("{value} {unit} is about to be put out: {because}.", value=value, unit=self._output.unit,
                       because=self._output.bounds.because)  # fmt: skip


def check_source(plan: Plan, driver: Driver) -> None:
    """Raise `WrongUse` unless this source puts out what the plan measures, point by point."""
    if method_of(plan.measurement.scheme).up_down:
        raise WrongUse(
            message("A series up and down is not driven by a source: it would go to rest between the points."),
            message("Set the points by hand, or at the controller; the run asks for each."),
        )
    declared = driver.file.output
    if declared is None or declared.quantity != plan.quantity:
        raise WrongUse(
            message("{title} does not put out {quantity}.", title=given(driver.file.driver.title),
                    quantity=QUANTITIES[plan.quantity]),
            message("Choose a source of what the plan measures, or set it by hand."),
        )  # fmt: skip
