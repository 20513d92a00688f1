"""How much may be put on the transfer standard, by the plan."""

from decimal import Decimal

from labclient.acquisition import Bound, OutputSet, amount
from labclient.errors import GateClosed
from labclient.plan import Plan
from labclient.words import Message, message


def bound_of_plan(plan: Plan, unit: str) -> Bound | Message:
    """The plan's limit of the transfer standard in `unit`, or what is missing. Raises `WrongUse` for a plan that speaks
    of another quantity."""
    if (applied := plan.transfer_standard.applied) is None:
        return message("No limit of the transfer standard is known: the plan has none.")
    held = amount(str(applied.greatest.value), applied.greatest.unit, unit)
    return Bound(held, message("the plan's limit of the transfer standard"))


def confirmed_above(plan: Plan, unit: str) -> Decimal | None:
    """From where on the plan wants a value confirmed by name, in `unit`; None where it does not say."""
    applied = plan.transfer_standard.applied
    if applied is None or applied.confirm_above is None:
        return None
    return amount(str(applied.confirm_above.value), applied.confirm_above.unit, unit)


def may_put_out(plan: Plan, said: OutputSet) -> None:
    """Raise `GateClosed` when the plan does not let this be put out, or not without somebody's name."""
    bound, above = bound_of_plan(plan, said.unit), confirmed_above(plan, said.unit)
    value = amount(said.value, said.unit, said.unit)
    if isinstance(bound, Message):
        raise GateClosed(bound, message("Without a limit nothing is put out: enter it first."))
    if abs(value) > bound.amount:
        raise GateClosed(
            message("{value} {unit} is beyond the limit of {limit} {unit}: {whose}.", value=value, unit=said.unit,
                    limit=bound.amount, whose=bound.whose),
            message("Choose a value within the limit; nothing was sent."),
        )  # fmt: skip
    if above is not None and abs(value) > above and not said.confirmed_by:
        raise GateClosed(
            message("{value} {unit} was put out without the name of who confirmed it.", value=value, unit=said.unit)
        )
