"""Verification of a package: by the signatures, by the log, and by computing everything again from the readings.

A stranger can verify signatures and digests without this program; what only it adds is that the result follows from the
readings by the pilot's plan.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
from msgspec import Struct

from labclient.errors import NotVerified, Trouble
from labclient.evaluation import Check, check_again, result, same_result
from labclient.notebook import Reader, check, is_simulated, restore
from labclient.package._data import PACKAGE_JSON, REPORT_PDF, RESULT_JSON, PackageInfo, ResultFile
from labclient.package._deviations_again import deviations
from labclient.package._gates_again import gates
from labclient.package._held import against_held, clock_of
from labclient.package._kinds import check_kind
from labclient.package._origin import anchors, open_plan
from labclient.plan import Plan, TrustList
from labclient.signing import (
    Container,
    Finding,
    Report,
    canonical,
    parse_strict,
    read_container,
    same_person,
    verify_container,
)
from labclient.words import message

_MAX_JSON = 16_000_000
ENTRIES = "log/entries.jsonl"
_COUNTED = ("runs/", "attachments/")
_OF_THE_LOG = ("log/", *_COUNTED)


class PackageReport(Struct, frozen=True):
    """The outcome: `ok` only when signatures, people, log and result all hold. `info` is None when unreadable."""

    report: Report
    info: PackageInfo | None
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        return self.report.ok and self.info is not None and not any(finding.grave for finding in self.findings)

    @property
    def all_findings(self) -> tuple[Finding, ...]:
        return (*self.report.findings, *self.findings)

    def as_json(self, language: str | None = None) -> dict[str, Any]:
        """The report as JSON values."""
        whole = Report(
            self.report.sha256, self.report.moment, self.report.signatures, self.report.files, self.all_findings
        ).as_json(language)
        about = None if self.info is None else msgspec.to_builtins(self.info)
        return whole | {"ok": self.ok, "package": about}


def verify_package(path: Path, trust: TrustList, moment: datetime, held: Sequence[str] = ()) -> PackageReport:
    """Verify the package at `path` against the pilot's trust list, at `moment` (the time of receipt). `held` are the
    notes of checkpoints that came before the package: its log must continue them.

    Whatever is wrong with it is a finding. Raises `StorageTrouble` when it cannot be read at all.
    """
    try:
        with read_container(path) as container:
            return _verify(container, path, trust, moment, held)
    except NotVerified as trouble:
        return PackageReport(Report("", moment, (), (), ()), None, (Finding("container", trouble.sentence),))


def _verify(container: Container, path: Path, trust: TrustList, moment: datetime, held: Sequence[str]) -> PackageReport:
    try:
        check_kind(container, path, PACKAGE_JSON)
        info = _json(container, PACKAGE_JSON, PackageInfo)
    except NotVerified as trouble:
        report = verify_container(container, anchors(trust), ("operator",), moment)
        return PackageReport(report, None, (Finding("package", trouble.sentence, PACKAGE_JSON),))
    roles = info.roles or ("operator",)
    report = verify_container(container, anchors(trust), roles, moment, distinct=False)  # the plan says, further on
    findings = [*_people(report, info, trust)]
    if report.ok:  # what nobody vouches for is not worth computing
        findings += _content(container, info, trust, moment, report, held)
    return PackageReport(report, info, tuple(findings))


def _people(report: Report, info: PackageInfo, trust: TrustList) -> Iterator[Finding]:
    if info.comparison != trust.comparison:
        yield Finding("comparison", message("The package belongs to another comparison than the trust list."))
    for one in report.signatures:
        person = trust.person(one.certificate)
        if person is None:
            yield Finding("unknown_signer", message("{name} is not in the trust list.", name=one.person.name), one.role)
        elif one.role not in person.roles or person.laboratory != info.laboratory or person.id != one.person.id:
            yield Finding(
                "not_entitled",
                message("{name} may not sign as {role} for {laboratory}.", name=person.name, role=one.role,
                        laboratory=info.laboratory),
                one.role,
            )  # fmt: skip
    if info.simulated:
        yield Finding(
            "simulated",
            message("Simulated clock: this is a demonstration, not a measurement."),
            grave=not trust.simulated,
        )


def _content(
    container: Container, info: PackageInfo, trust: TrustList, moment: datetime, report: Report, held: Sequence[str]
) -> Iterator[Finding]:
    with TemporaryDirectory(prefix="labclient-") as name:
        folder = Path(name)
        try:
            for member in container.entries:
                if member.startswith(_OF_THE_LOG):
                    (folder / member).parent.mkdir(parents=True, exist_ok=True)
                    container.copy_out(member, folder / member)
            notebook = folder / "restored.labnote"
            restore(folder, notebook)
            yield from _log(notebook, info)
            yield from against_held(notebook, held)
            with Reader.open(notebook) as reader:
                yield from _foreign(container, reader)
                yield from _documents(reader, info)
                yield from _satellites(reader)
                yield from _by_hand(reader)
                yield from clock_of(reader)
                plan = _plan(reader, folder, info, trust, moment)
                said = (info.roles, info.comparison, info.assurance)
                takes_part = any(one.laboratory.code == info.laboratory for one in plan.participants)
                if (plan.roles, plan.id, plan.assurance) != said or not takes_part:
                    yield Finding("plan", message("The package does not say what its plan says."), PACKAGE_JSON)
                yield from _duties(plan, report)
                yield from gates(reader, plan)
                yield from deviations(reader, plan, trust, info.laboratory, moment)
                yield from _results(reader, plan, _json(container, RESULT_JSON, ResultFile), info)
        except Trouble as trouble:
            yield Finding("content", trouble.sentence)
        except (LookupError, TypeError, ValueError, msgspec.ValidationError) as error:  # entries of a forged log
            yield Finding("content", message("The log does not say what it must: {cause}", cause=repr(error)))


def _duties(plan: Plan, report: Report) -> Iterator[Finding]:
    """Nobody signed in two roles, where the plan wants different people. One name under two ids is shown: it may be two
    people."""
    seen: dict[str, str] = {}
    for one in report.signatures if plan.distinct_people else ():
        if one.person.id in seen:
            yield Finding("same_person", message("{name} signed in two roles.", name=one.person.name), one.role)
        elif any(same_person(one.person.name, name) for name in seen.values()):
            told = message(
                "{name} stands under two signatures, with different ids: make sure that these are two people.",
                name=one.person.name,
            )
            yield Finding("same_name", told, one.role, grave=False)
        seen[one.person.id] = one.person.name


def _log(notebook: Path, info: PackageInfo) -> Iterator[Finding]:
    found = check(notebook)  # its values were restored from the rows, so digests hold only when rows say the same
    for one in found.findings:
        yield Finding(f"log_{one.code}", one.sentence, "" if one.seq is None else str(one.seq))
    said = (info.log.notebook, info.log.key, info.log.entries, info.log.root)
    if (found.notebook, found.key, found.entries, found.root) != said:
        yield Finding("log", message("The log is not the one that the package names."), PACKAGE_JSON)
    if not found.checkpoints:
        yield Finding("checkpoint", message("The log was never signed by its notebook's key."))


def _foreign(container: Container, reader: Reader) -> Iterator[Finding]:
    """Files that are none of a package's, whoever signed them."""
    runs = attached = 0
    for entry in reader.entries():
        runs += entry.kind == "run-start"
        attached += entry.payload is not None and entry.kind != "block"
    names = [
        name for name in container.entries if name != "mimetype" and not name.startswith(("META-INF/", "signoffs/"))
    ]
    own = {ENTRIES, PACKAGE_JSON, RESULT_JSON, REPORT_PDF}
    for name in sorted(own - {*names}):
        yield Finding("missing_file", message("{name} is missing in the package.", name=name), name)
    for name in names:
        if name not in own and not name.startswith(_COUNTED):
            yield Finding("foreign", message("{name} does not belong in a package.", name=name), name)
    # each that the log names was read when it was restored: what is more is foreign
    for folder, count in zip(_COUNTED, (runs, attached), strict=True):
        if sum(name.startswith(folder) for name in names) != count:
            yield Finding("foreign", message("A file in {folder} does not belong in a package.", folder=folder), folder)


def _documents(reader: Reader, info: PackageInfo) -> Iterator[Finding]:
    """What the package says of plan, trust list, laboratory and clock is what the log says."""
    plans = list(reader.entries({"plan"}))
    accepted = plans[0]
    said = (info.plan.entry, info.plan_origin, info.laboratory)
    if len(plans) != 1 or said != (accepted.seq, accepted.body["origin"], accepted.body["laboratory"]):
        yield Finding("plan", message("The plan is not where the package says."), PACKAGE_JSON)
    trusts = [(one.seq, one.payload.sha256) for one in reader.entries({"trust"}) if one.payload]
    if trusts[-1:] != ([(info.trust.entry, info.trust.sha256)] if info.trust else []):
        yield Finding("trust", message("The trust list is not where the package says."), PACKAGE_JSON)
    if info.simulated != is_simulated(reader.entry(0)):
        yield Finding("simulated", message("The package hides what clock its notebook had."), PACKAGE_JSON)
    if (info.revision == 1) != (info.supersedes == ""):
        yield Finding("supersedes", message("The package does not name the revision before it."), PACKAGE_JSON)
    if info.plan_origin == "transcribed":
        yield Finding(
            "transcribed", message("The plan was transcribed: compare it with the pilot's document."), grave=False
        )


def _satellites(reader: Reader) -> Iterator[Finding]:
    """Every satellite that was issued came back, or the log says why it did not; the log's own check verifies those
    that did."""
    out: dict[str, str] = {}
    for entry in reader.entries({"satellite-issued", "satellite", "satellite-given-up"}):
        if entry.kind == "satellite-issued":
            out[entry.body["satellite"]] = str(entry.body["name"])
            continue
        name = out.pop(entry.body["satellite"])
        if entry.kind == "satellite-given-up":
            told = message("The satellite {name} was given up: {reason}", name=name, reason=entry.body["reason"])
            yield Finding("satellite_given_up", told, str(entry.seq), grave=False)
    for name in out.values():
        yield Finding("satellite", message("The satellite {name} was issued and is not in the package.", name=name))


def _by_hand(reader: Reader) -> Iterator[Finding]:
    """What was recorded without an instrument at this PC; whether it counts, the plan said already."""
    for entry in reader.entries({"run-start"}):
        body = entry.body
        if "origin" in body:
            told = message("The readings of run {run} were typed by a person.", run=entry.seq)
            if body["origin"] == "imported":
                told = message("The readings of run {run} were imported from the file {file}.", run=entry.seq,
                               file=body["file"]["name"])  # fmt: skip
            yield Finding(str(body["origin"]), told, str(entry.seq), grave=False)


def _plan(reader: Reader, folder: Path, info: PackageInfo, trust: TrustList, moment: datetime) -> Plan:
    """The plan that the log holds, verified again."""
    entry = reader.entry(info.plan.entry)
    suffix = ".json" if info.plan_origin == "transcribed" else ".asice"
    place = folder / f"plan{suffix}"
    if entry.kind != "plan" or entry.payload is None or entry.payload.sha256 != info.plan.sha256:
        raise NotVerified(message("The plan is not where the package says."))
    place.write_bytes(reader.payload(entry.seq))
    plan = open_plan(place, trust, moment).plan
    if msgspec.convert(entry.body["document"], Plan) != plan:
        raise NotVerified(message("The log was kept by another plan than the one that it holds."))
    return plan


def _results(reader: Reader, plan: Plan, file: ResultFile, info: PackageInfo) -> Iterator[Finding]:
    if (file.comparison, file.laboratory, file.revision) != (info.comparison, info.laboratory, info.revision):
        yield Finding("result", message("The result belongs to another package."), RESULT_JSON)
    recorded = list(reader.entries({"result"}))
    if not recorded or canonical(dict(recorded[-1].body)) != canonical(msgspec.to_builtins(file.result)):
        yield Finding("result", message("The result is not the one in the log."), RESULT_JSON)
    again = result(reader, plan, reader.size)  # of the whole log: nothing came later that the result leaves out
    if not same_result(file.result, again):
        yield Finding("result", message("The readings do not give this result."), RESULT_JSON)
    for entry in reader.entries({"check"}):
        said = msgspec.convert(entry.body, Check)
        if check_again(reader, plan, said, entry.seq) != said:
            yield Finding(
                "check", message("The readings do not give the check in entry {seq}.", seq=entry.seq), str(entry.seq)
            )


def _json(container: Container, name: str, kind: Any) -> Any:
    try:
        return msgspec.convert(parse_strict(container.read(name, _MAX_JSON)), kind)
    except msgspec.ValidationError as error:
        raise NotVerified(message("{name} cannot be read: {cause}", name=name, cause=str(error))) from error
