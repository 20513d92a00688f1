"""`labclient plan`: from a starting draft to what the pilot signs, and what a plan says."""

from argparse import Namespace
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from labclient.cli import _trust
from labclient.cli._common import MAX_JSON, add_identity, add_json, add_trust, new_file, opened_identity
from labclient.cli._draft import EXAMPLES, starting_plan
from labclient.cli._out import as_json, line, trouble
from labclient.cli._verbs import Verbs
from labclient.errors import PlanInvalid, WrongUse
from labclient.home import this_pc
from labclient.package import (
    accepted_trust,
    draft_faults,
    draft_kind,
    open_plan,
    open_trust,
    signable,
    without_comments,
)
from labclient.plan import PLAN_ORIGINS, Plan, read_plan
from labclient.signing import read_container, read_small, write_signed, write_whole
from labclient.words import Message, language, message, say

_WITH_MODEL = "pressure-model"


def add(verbs: Verbs) -> None:
    plan = verbs.sub("plan", message("plans and trust lists: draft, check, sign, show"))
    new = plan.add("new", message("write a commented starting plan"), _new)
    new.add_argument("file", type=Path, metavar="FILE")
    told = message("begin with a plan that has a measurement model, not with the simple one")
    new.add_argument("--model", action="store_true", help=say(told))
    told = message("begin with this example instead")
    new.add_argument("--example", choices=tuple(EXAMPLES), help=say(told))
    check = plan.add("check", message("name every fault of a draft where it stands"), _check)
    check.add_argument("file", type=Path, metavar="FILE")
    check.add_argument("--out", type=Path, metavar="FILE", help=say(message("write it without its comments")))
    add_json(check)
    sign = plan.add("sign", message("the pilot: sign a plan or a trust list"), _sign)
    sign.add_argument("file", type=Path, metavar="FILE")
    add_identity(sign)
    sign.add_argument("--out", type=Path, required=True, metavar="FILE.asice", help=say(message("file to write")))
    show = plan.add("show", message("what a plan says, and how far it can be believed"), _show)
    show.add_argument("file", type=Path, metavar="FILE")
    add_trust(show)
    add_json(show)
    _trust.add_list(plan)


def _new(asked: Namespace) -> int:
    if asked.model and asked.example not in {None, _WITH_MODEL}:
        raise WrongUse(message("Give either --model or --example: they are different plans."))
    example = asked.example or (_WITH_MODEL if asked.model else "voltage")
    write_whole(new_file(asked.file), starting_plan(example).encode())
    line(message("A starting plan: {file}. Lines that begin with // explain; they are never signed.", file=asked.file))
    line(message("Then: labclient plan check {file}", file=asked.file))
    return 0


def _check(asked: Namespace) -> int:
    data = read_small(asked.file, MAX_JSON)
    found = draft_faults(data)
    if asked.json:
        as_json({"ok": not found, "faults": [{"where": one.where, "text": say(one.sentence)} for one in found]})
    else:
        for one in found:
            line(message("{where}: {why}", where=one.where, why=one.sentence) if one.where else one.sentence)
        if not found:
            line(message("{file} holds: nothing speaks against signing it.", file=asked.file))
    if found:
        trouble(say(message("→ {step}", step=PlanInvalid.usual)))
        return 1
    if asked.out is not None:
        write_whole(new_file(asked.out), without_comments(data))
    return 0


def _sign(asked: Namespace) -> int:
    data = read_small(asked.file, MAX_JSON)
    name, signed = signable(data)
    if draft_kind(data) == "plan" and read_plan(signed).transcription is not None:
        raise WrongUse(
            message("A transcription is not signed: it stands for a document that is."),
            message("Take “transcription” out, if this is the pilot's own plan."),
        )
    digest = write_signed(
        new_file(asked.out),
        {name: signed},
        role="pilot",
        signer=opened_identity(asked, asked.identity),
        statement="issued",
        moment=datetime.now(UTC),
    )
    line(message("Signed: {file}, SHA-256 {digest}", file=asked.out, digest=digest))
    return 0


def _show(asked: Namespace) -> int:
    plan, origin, signer = _source(asked)
    if asked.json:
        document = msgspec.to_builtins(plan)
        as_json({"origin": origin, "signer": signer, "plan": document})
        return 0
    for sentence in _told(plan, origin):
        line(sentence)
    return 0


def plan_named(path: Path) -> str:
    """The comparison that a signed plan names, not yet believed. Raises `NotVerified`, `PlanInvalid`."""
    with read_container(path) as container:
        return read_plan(container.read("plan.json", MAX_JSON)).id


def _source(asked: Namespace) -> tuple[Plan, str, str | None]:
    now = datetime.now(UTC)
    if asked.file.suffix == ".asice":
        if asked.trust is not None:
            trust = open_trust(asked.trust, now).trust
        else:
            trust = accepted_trust(this_pc(), plan_named(asked.file), now).trust
        source = open_plan(asked.file, trust, now)
        return source.plan, source.origin, source.signer
    plan = read_plan(without_comments(read_small(asked.file, MAX_JSON)))
    return plan, "transcribed" if plan.transcription else "unsigned-draft", None


def _told(plan: Plan, origin: str) -> list[Message]:
    code = "zh" if language() == "zh_CN" else "en"
    told = [
        message("{id}, revision {revision}: {title}", id=plan.id, revision=plan.revision, title=plan.title.said(code)),
        message("Origin: {origin}", origin=PLAN_ORIGINS[origin]),
        message("Assurance level: {level}; roles: {roles}", level=plan.assurance, roles=", ".join(plan.roles)),
        message("Transfer standard: {maker} {model}, {serial}", maker=plan.transfer_standard.maker,
                model=plan.transfer_standard.model, serial=plan.transfer_standard.serial),
        message("Points: {points}", points=", ".join(point.id for point in plan.points)),
        message("Measurement: {days} days of {cycles} cycles, {method}", days=plan.measurement.days,
                cycles=plan.measurement.cycles, method=plan.measurement.scheme.method),
    ]  # fmt: skip
    told += [
        message("{code}: arrives {arrives}, departs {departs}, report due {due}", code=one.laboratory.code,
                arrives=one.arrives, departs=one.departs, due=one.report_due)
        for one in plan.participants
    ]  # fmt: skip
    return told + [message("Never: {rule}", rule=one.said(code)) for one in plan.transfer_standard.never]
