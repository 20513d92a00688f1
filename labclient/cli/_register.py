"""The register of this PC's instruments: entered, shown, their certificates entered and confirmed, grouped."""

from argparse import ArgumentTypeError, Namespace
from datetime import date, datetime
from pathlib import Path

import msgspec

from labclient.cli._common import add_json, add_who, written
from labclient.cli._drivers import driver_named, known_settings, setting
from labclient.cli._out import as_json, line, text
from labclient.cli._verbs import Verbs
from labclient.errors import WrongUse
from labclient.home import this_pc
from labclient.instruments import (
    Bench,
    BenchInstrument,
    Certificate,
    Licence,
    MeasurementStandard,
    drift_since,
    is_day,
    load_bench,
    parse_certificate,
    verify_document,
)
from labclient.participation import (
    confirm_certificate,
    enter_certificate,
    entry_of,
    group,
    known_drivers,
    register,
    register_silent,
    registration_of,
)
from labclient.words import message, say


def add(instruments: Verbs) -> None:
    """The verbs of the register, among those of the instruments."""
    add_json(instruments.add("bench", message("the register of this PC's instruments"), _bench))
    add_ = instruments.add("add", message("identify an instrument and enter it into the register"), _add)
    add_.add_argument("id", type=written, metavar="ID")
    add_.add_argument("driver", nargs="?", metavar="DRIVER",
                      help=say(message("none for a thing without an interface")))  # fmt: skip
    add_.add_argument("address", nargs="?", metavar="ADDRESS")
    add_.add_argument("--name", type=written, help=say(message("its name on this bench")))
    for name in ("maker", "model", "serial"):
        add_.add_argument(f"--{name}", type=written, help=say(message("of a thing without an interface")))
    add_.add_argument("--set", type=setting, action="append", default=[], metavar="NAME=VALUE",
                      help=say(message("a setting of the driver; may be repeated")))  # fmt: skip
    add_.add_argument("--reading", type=written, metavar="NAME",
                      help=say(message("which reading of the driver runs take; else its first")))  # fmt: skip
    show = instruments.add("show", message("an instrument of the register with its certificate"), _show)
    show.add_argument("id", metavar="ID")
    add_json(show)
    certificate = instruments.add("certificate", message("enter a certificate, with its PDF"), _certificate)
    certificate.add_argument("id", metavar="ID")
    certificate.add_argument("table", type=Path, metavar="TABLE",
                             help=say(message("TOML file: number, issuer, date, due date and the table")))  # fmt: skip
    certificate.add_argument("--pdf", type=Path, metavar="FILE",
                             help=say(message("the document it was entered from; it is kept")))  # fmt: skip
    told = message("replace the certificate of that number; without --pdf its document stays")
    certificate.add_argument("--correct", action="store_true", help=say(told))
    add_who(certificate)
    confirm = instruments.add("confirm", message("confirm a certificate that somebody else entered"), _confirm)
    confirm.add_argument("id", metavar="ID")
    confirm.add_argument("number", metavar="NUMBER", help=say(message("number of the certificate")))
    add_who(confirm)
    standard = instruments.add("standard", message("group instruments as one measurement standard"), _standard)
    standard.add_argument("id", type=written, metavar="ID")
    standard.add_argument("--name", type=written, required=True)
    standard.add_argument("--main", action="append", required=True, metavar="ID",
                          help=say(message("a main device; may be repeated")))  # fmt: skip
    standard.add_argument("--auxiliary", action="append", default=[], metavar="ID",
                          help=say(message("an auxiliary device; may be repeated")))  # fmt: skip
    standard.add_argument("--licence", type=_licence, action="append", default=[], metavar="NAME=NUMBER[=UNTIL]",
                          help=say(message("a licence with its number and last day; may be repeated")))  # fmt: skip


def _bench(asked: Namespace) -> int:
    bench = load_bench(this_pc().bench)
    if asked.json:
        as_json(msgspec.to_builtins(bench))
        return 0
    for one in bench.instrument:
        line(message("{id}: {name}, serial number {serial}, {driver} at {address}, {count} certificates", id=one.id,
                     name=one.name, serial=one.serial or "-", driver=one.driver or "-", address=one.address or "-",
                     count=len(one.certificate)))  # fmt: skip
        _concerns(bench, one)
    for standard in bench.standard:
        _tell_standard(standard)
    line(message("{count} instruments in {file}", count=len(bench.instrument), file=this_pc().bench))
    return 0


def _add(asked: Namespace) -> int:
    if asked.driver is None:
        about = {name: getattr(asked, name) or "" for name in ("name", "maker", "model", "serial")}
        entered = register_silent(this_pc(), asked.id, **about)
    else:
        if asked.address is None:
            step = message("`labclient instruments find` lists addresses.")
            raise WrongUse(message("A driver needs an address."), step)
        driver = driver_named(asked.driver)
        known_settings(driver, asked.set)
        entered = register(
            this_pc(), asked.id, driver.id, asked.address, name=asked.name or "", settings=dict(asked.set),
            reading=asked.reading or "",
        )  # fmt: skip
    line(message("Entered: {id}, {model}, serial number {serial}", id=asked.id, model=entered.model or "-",
                 serial=entered.serial or "-"))  # fmt: skip
    return 0


def _show(asked: Namespace) -> int:
    bench, one = load_bench(this_pc().bench), entry_of(this_pc(), asked.id)
    if asked.json:
        told = registration_of(bench, one, known_drivers(this_pc())).concerns(_today())
        as_json(msgspec.to_builtins(one) | {"concerns": [concern.id for concern in told]})
        return 0
    line(message("{id}: {maker} {model}, serial number {serial}, firmware {firmware}", id=one.id,
                 maker=one.maker or "-", model=one.model or one.name, serial=one.serial or "-",
                 firmware=one.firmware or "-"))  # fmt: skip
    if one.current is not None:
        _table(one, one.current)
    for standard in bench.standards_of(one.id):
        _tell_standard(standard)
    _concerns(bench, one)
    return 0


def _table(one: BenchInstrument, certificate: Certificate) -> None:
    due = {
        "certificate": message("{day}, from the certificate", day=certificate.due),
        "laboratory": message("{day}, the laboratory's decision", day=certificate.due),
    }.get(certificate.due_source or "", message("not stated"))
    line(message("Certificate {number} of {issuer}, {date}; due: {due}", number=certificate.number,
                 issuer=certificate.issuer, date=certificate.date, due=due))  # fmt: skip
    for row in certificate.row:
        stated = message("value {value}", value=row.value) if row.value else message("correction {value}",
                                                                                      value=row.correction)  # fmt: skip
        told = [row.point, f"{say(stated)} {row.unit}", f"U = {row.U} {row.unit}", f"k = {row.k}"]
        if drift := drift_since(one.certificate, row):
            told.append(say(message("drift {value}", value=f"{drift} {row.unit}")))
        text("\t".join(told))
    if certificate.sha256:
        line(message("Entered by {who} from {file}", who=certificate.entered_by,
                     file=verify_document(this_pc().bench, certificate)))  # fmt: skip
    if certificate.is_confirmed(one.serial):
        line(message("Confirmed by {who}", who=certificate.confirmed_by))


def _certificate(asked: Namespace) -> int:
    said = parse_certificate(asked.table)
    entered = enter_certificate(this_pc(), asked.id, said, asked.pdf, asked.who, correct=asked.correct)
    line(message("Entered: certificate {number} of {id}. A second person has to confirm it.", number=entered.number,
                 id=asked.id))  # fmt: skip
    return 0


def _confirm(asked: Namespace) -> int:
    confirmed = confirm_certificate(this_pc(), asked.id, asked.number, asked.who)
    line(message("Confirmed: certificate {number} of {id}", number=confirmed.number, id=asked.id))
    return 0


def _standard(asked: Namespace) -> int:
    entered = MeasurementStandard(asked.id, asked.name, tuple(asked.main), tuple(asked.auxiliary),
                                  tuple(asked.licence))  # fmt: skip
    group(this_pc(), entered)
    _tell_standard(entered)
    return 0


def _tell_standard(standard: MeasurementStandard) -> None:
    line(message("Measurement standard {id}: {name}; main: {main}; auxiliary: {auxiliary}; licences: {licences}",
                 id=standard.id, name=standard.name, main=", ".join(standard.main),
                 auxiliary=", ".join(standard.auxiliary) or "-",
                 licences=", ".join(one.told for one in standard.licence) or "-"))  # fmt: skip


def _concerns(bench: Bench, one: BenchInstrument) -> None:
    for concern in registration_of(bench, one, known_drivers(this_pc())).concerns(_today()):
        line(concern.sentence)


def _today() -> date:
    return datetime.now().astimezone().date()


def _licence(given: str) -> Licence:
    name, _, rest = given.partition("=")
    number, _, until = rest.partition("=")
    if not (name and number) or (until and not is_day(until)):
        raise ArgumentTypeError(say(message("“{text}” is not name=number or name=number=2027-05-31", text=given)))
    return Licence(name, number, until)
