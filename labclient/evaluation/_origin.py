"""Where the readings of a run come from, and whether they count."""

from labclient.notebook import Entry
from labclient.plan import Plan


def origin(start: Entry) -> str:
    """ "typed", "imported", or "" for readings that an instrument sent to this PC, from the run's start."""
    return str(start.body.get("origin", ""))


def origin_counts(plan: Plan, origin: str, task: str) -> bool:
    """Whether readings of this origin count for a task: an instrument's always, others where the plan says so."""
    allowed = {"": (task,), "typed": plan.by_hand.typed, "imported": plan.by_hand.imported}
    return task in allowed.get(origin, ())


def counts(plan: Plan, start: Entry) -> bool:
    """Whether a run is for the record and its readings count by the plan."""
    return start.body["purpose"] == "record" and origin_counts(plan, origin(start), str(start.body["task"]))
