"""From bytes to a plan or trust list: strict JSON, every field checked, the fault named where it stands."""

from collections.abc import Iterator
from typing import TypeVar

import msgspec

from labclient.errors import NotVerified, PlanInvalid
from labclient.plan._data import Plan
from labclient.plan._rules import faults
from labclient.plan._trust import TrustList
from labclient.signing import parse_strict
from labclient.words import message

_MAX_BYTES = 4_000_000
_Document = TypeVar("_Document", Plan, TrustList)


def read_plan(data: bytes) -> Plan:
    """The plan that `data` (JSON, UTF-8) says; raises `PlanInvalid` with every fault and where it stands."""
    plan = _decode(data, Plan)
    found = faults(plan)
    if found:
        raise PlanInvalid(
            message("The plan is not possible: {faults}", faults=" · ".join(str(fault) for fault in found)),
            message("Ask the pilot laboratory for a corrected plan."),
        )
    return plan


def read_trust(data: bytes) -> TrustList:
    """The trust list that `data` (JSON, UTF-8) says; raises `PlanInvalid`."""
    trust = _decode(data, TrustList)
    ids = [who.id for who in trust.people]
    if len(ids) != len(set(ids)):
        raise PlanInvalid(message("The trust list names one person id twice."))
    return trust


def _decode(data: bytes, kind: type[_Document]) -> _Document:
    name = message("plan") if kind is Plan else message("trust list")
    try:
        document = parse_strict(data, max_bytes=_MAX_BYTES)
    except NotVerified as error:
        raise PlanInvalid(message("The {name} cannot be read: {reason}", name=name, reason=error.sentence)) from error
    try:
        found = msgspec.convert(document, kind, strict=True)
    except msgspec.ValidationError as error:
        raise PlanInvalid(message("The {name} cannot be read: {reason}", name=name, reason=str(error))) from error
    for where in _numbers_for_texts(document, msgspec.to_builtins(found), "$"):
        raise PlanInvalid(message("{where}: write the number as a text, in quotes.", where=where))
    return found


def _numbers_for_texts(given: object, meant: object, where: str) -> Iterator[str]:
    """The places where a JSON number stands for a decimal text: its digits would depend on who reads it."""
    if isinstance(given, dict) and isinstance(meant, dict):
        for name, value in given.items():
            yield from _numbers_for_texts(value, meant[name], f"{where}.{name}")
    elif isinstance(given, list) and isinstance(meant, list | tuple):
        for place, (value, other) in enumerate(zip(given, meant, strict=True)):
            yield from _numbers_for_texts(value, other, f"{where}[{place}]")
    elif isinstance(given, int | float) and isinstance(meant, str):
        yield where
