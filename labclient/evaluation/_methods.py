"""The methods this version can work by. A plan that names another is refused before work begins, not at its end."""

from labclient.plan import SCHEMES, Plan

METHODS = frozenset(
    {
        "settling-interval/1",
        "reading-stability/1",
        *SCHEMES,
        "JJF 1059.1-2012 5.3.8",
    }
)


def unknown_methods(plan: Plan) -> tuple[str, ...]:
    """The methods that the plan names and this version does not know."""
    named = (
        plan.warm_up.method,
        plan.stability.method,
        plan.measurement.scheme.method,
        plan.rounding.method,
    )
    return tuple(method for method in named if method not in METHODS)
