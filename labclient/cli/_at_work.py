"""Instruments of the register at work in a comparison: bound, compared with its plan, set, their health, what is never
touched, and the deviation that lets one be used all the same."""

from argparse import Namespace
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from labclient.cli._common import add_identity, add_json, add_notebook, opened, opened_identity, written
from labclient.cli._drivers import known_settings, setting
from labclient.cli._out import as_json, line
from labclient.cli._verbs import Verbs
from labclient.clock import parse_iso
from labclient.errors import WrongUse
from labclient.home import this_pc
from labclient.instruments import load_bench
from labclient.notebook import Reader
from labclient.participation import (
    PART_NAMES,
    ROLE_NAMES,
    HealthWatch,
    authorise,
    bar,
    bench_instrument,
    bind,
    change_settings,
    compare,
    concerns_now,
    last_trial,
    read_state,
    unbind,
)
from labclient.plan import Plan
from labclient.words import message, say


def add(instruments: Verbs) -> None:
    """The verbs of instruments at work, among those of the instruments."""
    set_ = instruments.add("set", message("change the settings of an instrument of the register"), _set)
    set_.add_argument("id", metavar="ID")
    set_.add_argument("setting", type=setting, nargs="*", metavar="NAME=VALUE",
                      help=say(message("a setting of the driver; those left out are the driver's own")))  # fmt: skip
    bind_ = instruments.add("bind", message("let an instrument do a part of a comparison"), _bind)
    bind_.add_argument("id", metavar="ID")
    add_notebook(bind_)
    told = message("what it does: meter measures, room watches the air, nothing releases it")
    bind_.add_argument("--as", dest="part", choices=("meter", "room", "nothing"), default="meter", help=say(told))
    compare_ = instruments.add(
        "compare", message("compare an instrument with the plan; nothing is asked of it"), _compare
    )
    compare_.add_argument("id", metavar="ID")
    add_notebook(compare_)
    compare_.add_argument("--as", dest="part", choices=("meter", "room"), default="meter",
                          help=say(message("the part it would do")))  # fmt: skip
    add_json(compare_)
    health = instruments.add("health", message("how an instrument answered in its last run"), _health)
    health.add_argument("id", metavar="ID")
    told = message("the notebook of the run; else the last trial on this PC")
    health.add_argument("notebook", nargs="?", type=Path, metavar="NOTEBOOK", help=say(told))
    add_json(health)
    bar_ = instruments.add("bar", message("name the addresses that are never touched, or list them"), _bar)
    told = message("such as the transfer standard's own port; these replace those named before")
    bar_.add_argument("address", nargs="*", type=written, metavar="ADDRESS", help=say(told))
    bar_.add_argument("--none", action="store_true", help=say(message("touch all again")))
    told = message("sign a deviation, so that an instrument is used although the register speaks against it")
    authorise_ = instruments.add("authorise", told, _authorise)
    authorise_.add_argument("id", metavar="ID")
    add_notebook(authorise_)
    authorise_.add_argument("--role", choices=tuple(ROLE_NAMES), required=True,
                            help=say(message("the role in which it is signed")))  # fmt: skip
    authorise_.add_argument("--reason", type=written, required=True, help=say(message("why it is used all the same")))
    add_identity(authorise_)


def _set(asked: Namespace) -> int:
    driver = bench_instrument(this_pc(), asked.id).driver
    known_settings(driver, asked.setting)
    changed = change_settings(this_pc(), asked.id, dict(asked.setting))
    for name, text in driver.chosen(changed.settings).items():
        line(message("{name} = {value}", name=name, value=text))
    return 0


def _bind(asked: Namespace) -> int:
    plan = _plan(asked.notebook)
    if asked.part == "nothing":
        unbind(this_pc(), plan, asked.id)
        line(message("{id} does nothing in {comparison} now.", id=asked.id, comparison=plan.id))
        return 0
    bind(this_pc(), plan, asked.part, asked.id)
    line(message("{id} is taken {purpose} in {comparison}.", id=asked.id, purpose=PART_NAMES[asked.part],
                 comparison=plan.id))  # fmt: skip
    return 0


def _compare(asked: Namespace) -> int:
    rows = compare(_plan(asked.notebook), bench_instrument(this_pc(), asked.id), asked.part)
    if asked.json:
        as_json([
            {"what": say(one.what), "asked": one.asked, "found": one.found, "fits": one.fits, "word": say(one.word)}
            for one in rows
        ])  # fmt: skip
    for one in () if asked.json else rows:
        line(message("{mark} {what}: the plan asks {asked}, here {found}: {word}", mark="✓" if one.fits else "✗",
                     what=one.what, asked=one.asked, found=one.found, word=one.word))  # fmt: skip
    return 0 if all(one.fits for one in rows) else 1


def _health(asked: Namespace) -> int:
    watch = HealthWatch(asked.notebook, asked.id) if asked.notebook is not None else last_trial(this_pc(), asked.id)
    found = watch.look() if watch is not None else None
    if found is None:
        raise WrongUse(
            message("No run of {id} is on record here.", id=asked.id),
            message("Name the notebook, or try the instrument on the page of instruments."),
        )
    if asked.json:
        as_json(msgspec.json.decode(msgspec.json.encode(found)))
        return 0
    if found.last:
        age = datetime.now(UTC) - parse_iso(found.last)
        line(message("Last reply {seconds} s ago, in run {run}", seconds=round(age.total_seconds()), run=found.run))
    for sentence in found.told:
        line(sentence)
    return 0


def _bar(asked: Namespace) -> int:
    barred = load_bench(this_pc().bench).barred
    if asked.address or asked.none:
        barred = bar(this_pc(), asked.address)
    for address in barred:
        line(message("{address}: never touched", address=address))
    if not barred:
        line(message("No address is barred."))
    return 0


def _authorise(asked: Namespace) -> int:
    with opened(asked) as participation:
        found = concerns_now(participation, asked.id)
        signer = opened_identity(asked, asked.identity)
        entry = authorise(participation, asked.id, found, asked.role, signer, asked.reason)
    line(message("Entered as {seq}: a deviation signed by {who}.", seq=entry.seq, who=signer.card.person.name))
    return 0


def _plan(notebook: Path) -> Plan:
    with Reader.open(notebook) as reader:
        return read_state(reader).plan
