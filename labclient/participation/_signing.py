"""The end of a revision: staged from the record, signed by the plan's roles, packed once, sent, received."""

from hashlib import sha256
from pathlib import Path

import labclient
from labclient.errors import GateClosed, NotVerified, WrongUse
from labclient.evaluation import Result
from labclient.package import (
    SEALED_SUFFIX,
    Document,
    Log,
    PackageInfo,
    PackageReport,
    ReportData,
    ResultFile,
    runs_by_hand,
    satellites_told,
    stage,
    verify_package,
    verify_sealed,
)
from labclient.participation._facade import PROGRAM, Participation
from labclient.signing import Card, Signer, Stage, canonical, file_sha256, read_small
from labclient.stations import (
    ROLE_NAMES,
    Packaged,
    ReceiptTaken,
    SignedOff,
    Staged,
    State,
    Submitted,
    may_enter,
    may_stage,
)
from labclient.submission import Delivered, TakenReceipt, deliver, read_receipt
from labclient.words import message

_MAX_RECEIPT = 8_000_000
STATEMENTS = {
    "operator": "measured and recorded as stated",
    "checker": "checked against the record",
    "approver": "approved for submission",
}


def prepare(participation: Participation, folder: Path, who: str) -> Stage:
    """Stage the next revision into `folder`, new or empty, and enter it. From here on the result may not change without
    staging again. Raises `GateClosed`, `WrongUse`, `StorageTrouble`."""
    state = participation.state
    may_stage(state)
    if state.result is None:
        raise GateClosed(message("The result is missing or older than the record."), message("Compute it first."))
    participation.checkpoint()
    revision = 1  # however often it is staged: only a package finishes it
    entries, root = participation.record.head()
    origin = participation.record.entry(0)
    info = PackageInfo(
        format="labclient-package/1",
        comparison=state.plan.id,
        laboratory=state.accepted.laboratory,
        revision=revision,
        supersedes="",
        assurance=state.plan.assurance,
        roles=state.plan.roles,
        simulated=state.simulated,
        program=labclient.__version__,
        plan=Document(state.accepted_at, state.accepted.sha256),
        plan_origin=state.accepted.origin,
        trust=Document(state.trust_at, state.trust.sha256) if state.trust else None,
        log=Log(str(origin.body["notebook"]), str(origin.body["key"]), entries, root),
    )
    file = ResultFile(info.comparison, info.laboratory, revision, state.result)
    staged = stage(participation.path, folder, info, file, _report(participation, state, info, state.result))
    participation.enter_outcome("staged", Staged(revision, entries, _digest(staged)), who)
    return staged


def sign(participation: Participation, folder: Path, role: str, signer: Signer) -> Card:
    """Let `signer` sign the staged revision in `role` and enter it. Raises `GateClosed`, `NotVerified`."""
    state = participation.state
    may_enter(state, "signed-off")
    staged = _stage(state, folder)
    if state.staged is None or state.staged.files != _digest(staged):
        raise _another(folder)
    may_sign(state, role, signer.card)
    card = staged.sign(role, signer, STATEMENTS[role], participation.clock.utc())
    signature = sha256(read_small(folder / "META-INF" / f"signature{len(staged.signers()):03}.p7s", 1 << 20))
    entry = SignedOff(state.staged.revision, role, card.person.id, card.fingerprint, signature.hexdigest())  # type: ignore[arg-type]
    participation.enter_outcome("signed-off", entry, card.person.id)
    return card


def pack(participation: Participation, folder: Path, out: Path) -> tuple[Path, PackageReport | None]:
    """Write the signed revision as one file into `out`, verify it as a stranger would, and enter it."""
    state = participation.state
    may_enter(state, "packaged")
    if state.staged is None or state.staged.files != _digest(_stage(state, folder)):
        raise _another(folder)
    path = out / f"result_{state.plan.id}_{state.accepted.laboratory}_r{state.staged.revision}.asice"
    if path.exists():
        raise WrongUse(message("{path} exists already.", path=str(path)), message("Name another folder."))
    digest = _stage(state, folder).write(path)
    report = None
    if state.trust:
        report = verify_package(path, state.trust.document, participation.clock.utc())
        if not report.ok:
            path.unlink()
            reason = next(one.sentence for one in report.all_findings if one.grave)
            raise NotVerified(message("The package just written does not verify: {reason}", reason=reason))
    entry = Packaged(state.staged.revision, path.name, digest, path.stat().st_size)
    participation.enter_outcome("packaged", entry, PROGRAM)
    return path, report


def submit(participation: Participation, package: Path, folder: Path) -> Delivered:
    """Copy the package, as it is or sealed, to a folder (a stick, a share), read it back, enter it. It is sent, not
    confirmed. Raises `NotVerified` for another participation's."""
    if not _is_our_seal(participation, package):
        _is_ours(participation.state, file_sha256(package).hex(), package)
    delivered = deliver(package, folder)
    participation.enter_outcome("submitted", Submitted(delivered.sha256, str(delivered.path)), PROGRAM)
    return delivered


def take_receipt(participation: Participation, file: Path) -> TakenReceipt:
    """Verify the pilot's receipt and enter it; only now is the package delivered. Raises `NotVerified`."""
    state = participation.state
    if state.trust is None:
        raise NotVerified(message("Without the pilot's trust list no receipt can be verified."))
    taken = read_receipt(file, state.trust.document, participation.clock.utc())
    _is_ours(state, taken.receipt.package_sha256, file)
    data = read_small(file, _MAX_RECEIPT)
    if sha256(data).hexdigest() != taken.sha256:
        raise NotVerified(message("{file} changed while it was read.", file=file.name))
    entry = ReceiptTaken(taken.receipt.package_sha256, taken.receipt.received, taken.signer, taken.sha256)
    participation.enter_outcome("receipt", entry, PROGRAM, data)
    return taken


def _is_our_seal(participation: Participation, file: Path) -> bool:
    """Whether `file` is our revision under seal. What it fixes is the word of our approver, who signed it for this very
    revision: the salt is inside, so that only who opens it can recompute the commitment."""
    state = participation.state
    if state.packaged is None or state.trust is None or not file.name.endswith(SEALED_SUFFIX):
        return False
    said = verify_sealed(file, state.trust.document, participation.clock.utc())
    ours = (state.plan.id, state.accepted.laboratory, state.packaged.revision, state.simulated)
    return (said.comparison, said.laboratory, said.revision, said.simulated) == ours


def _is_ours(state: State, digest: str, file: Path) -> None:
    if state.packaged is None or state.packaged.sha256 != digest:
        raise NotVerified(message("{file} does not belong to the package of this participation.", file=file.name))


def may_sign(state: State, role: str, card: Card) -> None:
    """The pilot's trust list decides who may sign; without one, the certificate alone does."""
    if state.trust is None:
        return
    person = state.trust.document.person(card.fingerprint)
    if person is None or role not in person.roles or person.laboratory != state.accepted.laboratory:
        raise GateClosed(
            message("{name} is not in the trust list as {role} of {laboratory}.", name=card.person.name,
                    role=ROLE_NAMES[role], laboratory=state.accepted.laboratory),
            message("Ask the pilot laboratory for a trust list that names this person."),
        )  # fmt: skip


def _stage(state: State, folder: Path) -> Stage:
    return Stage(folder, state.plan.roles, distinct=state.plan.distinct_people)


def _digest(stage: Stage) -> str:
    """What identifies a staged revision: the digests of all files before any sign-off."""
    names = [name for name in stage.files if not name.startswith("signoffs/")]
    return sha256(canonical({name: file_sha256(stage.folder / name).hex() for name in names})).hexdigest()


def _report(participation: Participation, state: State, info: PackageInfo, result: Result) -> ReportData:
    if state.standard is None:
        raise GateClosed(message("The laboratory's standard and its certificate are missing."))
    record = participation.record
    attempts: dict[str, int] = {}
    deviations, exclusions = [], []
    for entry in record.entries({"check", "deviation", "exclusion"}):
        match entry.kind:
            case "check":
                name = str(entry.body["check"])
                attempts[name] = attempts.get(name, 0) + 1
            case "deviation":
                deviations.append(f"{entry.body['text']}: {entry.body['reason']}")
            case _:
                exclusions.append(str(entry.body["reason"]))
    return ReportData(
        plan=state.plan,
        origin=state.accepted.origin,
        laboratory=info.laboratory,
        revision=info.revision,
        result=result,
        checks=tuple(state.checks.values()),
        attempts=attempts,
        standard=state.standard,
        notebook=info.log.notebook,
        entries=info.log.entries,
        root=info.log.root,
        simulated=info.simulated,
        deviations=tuple(deviations),
        exclusions=tuple(exclusions),
        satellites=satellites_told(record),
        by_hand=runs_by_hand(record),
        made=record.entry(info.log.entries - 1).t,
        program=info.program,
    )


def _another(folder: Path) -> NotVerified:
    return NotVerified(
        message("{folder} is not the revision that was prepared last.", folder=str(folder)),
        message("Prepare the revision again; all sign anew."),
    )
