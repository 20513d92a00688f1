"""The computed result on the command line: the same sentences as in the window."""

import sys

import msgspec

from labclient.cli._out import as_json, line, text, trouble
from labclient.errors import WrongUse
from labclient.evaluation import (
    MOST_PAIRED,
    Result,
    cautions_told,
    chain_told,
    coefficient_shown,
    coverage_told,
    examined_told,
    joint_told,
)
from labclient.participation import State
from labclient.plan import Plan
from labclient.words import message, say


def tell_result(state: State, *, in_json: bool) -> int:
    """The result as it was computed last. Raises `WrongUse` when there is none."""
    if state.result is None:
        raise WrongUse(message("The result has not been computed."), message("labclient enter NOTEBOOK result --who …"))
    if in_json:
        as_json(msgspec.to_builtins(state.result))
    else:
        told_result(state.plan, state.result)
    return 0


def drawing(done: int, most: int) -> None:
    """Tell a person who waits how far a Monte Carlo computation is; Ctrl-C ends it, and nothing is entered."""
    if sys.stderr.isatty():
        trouble(say(message("Monte Carlo: {done} of at most {most} trials", done=done, most=most)))


def told_result(plan: Plan, result: Result) -> None:
    """The results of all points with what was looked at besides, and the warnings."""
    for one in result.points:
        value = message("{value} {unit}, {coverage}", value=one.reported_value, unit=one.unit,
                        coverage=coverage_told(plan, one))  # fmt: skip
        line(message("{point}: {result}", point=one.point, result=value))
        for told in (*chain_told(plan, one), *examined_told(one)):
            line(message("    {sentence}", sentence=told))
        for warning in cautions_told(one):
            line(message("Warning: {sentence}", sentence=warning))
    _told_joint(result)


def _told_joint(result: Result) -> None:
    """How the results are correlated; many of them as a matrix."""
    for told in joint_told(result):
        line(told)
    if result.joint is not None and len(result.joint.points) > MOST_PAIRED:
        width = max(7, *(len(point) for point in result.joint.points))
        text(" ".join([" " * width, *(point.rjust(width) for point in result.joint.points)]))
        for point, row in zip(result.joint.points, result.joint.r, strict=True):
            text(" ".join([point.ljust(width), *(coefficient_shown(r).rjust(width) for r in row)]))
