"""The notebook's own verbs: begin one, check, export, sign its head."""

from argparse import ArgumentTypeError, Namespace
from datetime import datetime
from math import inf, isfinite
from pathlib import Path

from labclient.cli._common import (
    MAX_JSON,
    add_json,
    add_notebook,
    add_who,
    count,
    known_root,
    new_file,
    opened,
    written,
)
from labclient.cli._out import as_json, line, text, trouble
from labclient.cli._plan import plan_named
from labclient.cli._status import pc_clock, tell_pc_clock
from labclient.cli._verbs import Verbs
from labclient.clock import SystemClock
from labclient.errors import NotebookDamaged, NotVerified, NumberInvalid, WrongUse
from labclient.evaluation import write_stretch
from labclient.home import this_pc
from labclient.notebook import DAMAGE, check, export
from labclient.package import accepted_trust, keep_trust, kept_file, open_trust
from labclient.participation import Participation
from labclient.plan import PLAN_ORIGINS
from labclient.signing import checkpoint_code, qr_svg, qr_text, read_small, unproven_checkpoint, write_whole
from labclient.units import number
from labclient.words import message, say


def add(verbs: Verbs) -> None:
    new = verbs.add("new", message("begin a notebook: accept a plan, and with it the pilot's trust list"), _new)
    add_notebook(new)
    new.add_argument("--plan", type=Path, required=True, metavar="FILE", help=say(message("the plan")))
    new.add_argument(
        "--trust",
        type=Path,
        metavar="FILE",
        help=say(message("the pilot's trust list; without it, the list accepted on this PC")),
    )
    new.add_argument(
        "--confirm", metavar="FINGERPRINT", help=say(message("the fingerprint as the pilot said it by another way"))
    )
    new.add_argument("--laboratory", type=written, required=True, metavar="CODE", help=say(message("our code")))
    add_who(new)
    check_ = verbs.add("check", message("whether a notebook still holds what was written"), _check)
    add_notebook(check_)
    check_.add_argument("--deep", action="store_true", help=say(message("compare every text with its value, too")))
    check_.add_argument("--checkpoint", type=Path, metavar="FILE", help=say(message("a checkpoint kept elsewhere")))
    add_json(check_)
    export_ = verbs.add("export", message("write a notebook as plain files: JSON lines, CSV, attachments"), _export)
    add_notebook(export_)
    export_.add_argument("--out", type=Path, required=True, metavar="DIR", help=say(message("new or empty folder")))
    export_.add_argument(
        "--run",
        type=count,
        dest="of_run",
        metavar="N",
        help=say(message("only this run, as one table: --out is a new CSV file")),
    )
    export_.add_argument(
        "--from",
        type=_seconds,
        dest="start",
        metavar="S",
        default=-inf,
        help=say(message("of --run, from this second on")),
    )
    export_.add_argument(
        "--to", type=_seconds, dest="end", metavar="S", default=inf, help=say(message("of --run, up to this second"))
    )
    checkpoint = verbs.add("checkpoint", message("sign the head of a notebook, to be given to the pilot"), _checkpoint)
    which = checkpoint.add_mutually_exclusive_group(required=True)
    which.add_argument("notebook", type=Path, nargs="?", metavar="NOTEBOOK", help=say(message("the notebook file")))
    which.add_argument(
        "--read", type=Path, metavar="FILE", help=say(message("sign nothing: tell the code of a checkpoint received"))
    )
    checkpoint.add_argument(
        "--qr", type=Path, metavar="FILE", help=say(message("draw it as a QR code, too: an SVG file, or - for here"))
    )


def _seconds(text: str) -> float:
    try:
        return float(number(text))
    except NumberInvalid as wrong:
        raise ArgumentTypeError(say(wrong.sentence)) from None


def _new(asked: Namespace) -> int:
    clock, home = SystemClock(), this_pc()
    trust, root = _trust(asked, clock.utc())
    with Participation.create(
        asked.notebook,
        plan=asked.plan,
        trust=trust,
        confirmed_root=root,
        laboratory=asked.laboratory,
        who=asked.who,
        clock=clock,
        home=home,
    ) as participation:
        participation.checkpoint()
        origin = PLAN_ORIGINS[participation.state.accepted.origin]
        due = participation.state.plan.participant(asked.laboratory).report_due
    if asked.trust is not None:
        keep_trust(home, open_trust(asked.trust, clock.utc()), asked.trust)
    line(message("Begun: {path}. The plan is {origin}; the report is due {due}.", path=asked.notebook, origin=origin,
                 due=due))  # fmt: skip
    line(message("Give {file} to the pilot laboratory: it proves later that nothing was changed.",
                 file=asked.notebook.with_suffix(".checkpoint.txt")))  # fmt: skip
    return 0


def _trust(asked: Namespace, now: datetime) -> tuple[Path | None, str | None]:
    """The trust list to begin with, and the root that a person confirmed: now, or before on this PC."""
    if asked.trust is not None:
        return asked.trust, asked.confirm or known_root(open_trust(asked.trust, now))
    if asked.plan.suffix != ".asice":  # a transcription needs none
        return None, asked.confirm
    known = accepted_trust(this_pc(), plan_named(asked.plan), now)
    line(message("Trust list {version}, accepted on this PC, is taken.", version=known.trust.version))
    return kept_file(this_pc(), known), asked.confirm or known.root


def _check(asked: Namespace) -> int:
    expected = None if asked.checkpoint is None else checkpoint_text(asked.checkpoint)
    report = check(asked.notebook, deep=asked.deep, expected_checkpoint=expected)
    remarks = pc_clock(asked.notebook) if report.ok else []
    if asked.json:
        as_json({
            "pc_clock": [{"entry": seq, "text": say(one)} for seq, one in remarks],
            "ok": report.ok, "notebook": report.notebook, "entries": report.entries, "readings": report.readings,
            "checkpoints": report.checkpoints, "root": report.root, "verified": report.verified,
            "unproven": report.unproven,
            "findings": [{"entry": one.seq, "code": one.code, "text": say(one.sentence)} for one in report.findings],
        })  # fmt: skip
        return 0 if report.ok else 1
    for one in report.findings:
        where = message("entry {seq}", seq=one.seq) if one.seq is not None else message("the file")
        line(message("{where}: {why}", where=where, why=one.sentence))
    tell_pc_clock(remarks)
    line(message("{entries} entries, {readings} readings, {checkpoints} checkpoints; root {root}",
                 entries=report.entries, readings=report.readings, checkpoints=report.checkpoints,
                 root=report.root))  # fmt: skip
    if not report.ok:
        told = ", ".join(f"{first}–{last}" if first < last else str(first) for first, last in report.verified)
        line(message("Entries that are proven to be what was written: {entries}", entries=told or "—"))
    line(message("Everything verifies.") if report.ok else message("The notebook does not verify."))
    if not report.ok:
        trouble(say(message("→ {step}", step=NotebookDamaged.usual)))
    return 0 if report.ok else 1


def _export(asked: Namespace) -> int:
    if asked.of_run is not None:
        rows = write_stretch(asked.notebook, asked.of_run, asked.out, asked.start, asked.end)
        line(message("{count} replies of run {run} in {file}.", count=rows, run=asked.of_run, file=asked.out))
        return 0
    if isfinite(asked.start) or isfinite(asked.end):
        raise WrongUse(message("--from and --to choose a part of one run."), message("Name the run: --run N."))
    files = export(asked.notebook, asked.out, damaged=True, described=True)
    line(message("{count} files in {folder}; SHA256SUMS lists their digests.", count=len(files), folder=asked.out))
    lost = [file for file in files if file.name == DAMAGE]
    for file in lost:
        line(message("The notebook is damaged: {file} says what verifies and what does not.", file=file))
    return 1 if lost else 0


def _checkpoint(asked: Namespace) -> int:
    if asked.read is not None:
        note = checkpoint_text(asked.read)
    else:
        with opened(asked) as participation:
            note = participation.checkpoint()
    text(note.rstrip("\n"))
    said = unproven_checkpoint(note)
    line(message("{size} entries. Its code for the phone: {code}", size=said.size, code=checkpoint_code(said)))
    if asked.read is not None:
        line(message("The signature was not verified: its key is in the notebook. Compare the code."))
    else:
        line(message("Written to {file}: give it to the pilot laboratory.",
                     file=asked.notebook.with_suffix(".checkpoint.txt")))  # fmt: skip
    if asked.qr is not None:
        _draw(note, asked.qr)
    return 0


def _draw(note: str, path: Path) -> None:
    if str(path) == "-":
        text(qr_text(note))
    else:
        write_whole(new_file(path), qr_svg(note))
        line(message("Written to {file}.", file=path))


def checkpoint_text(path: Path) -> str:
    """The note in a file that should be a checkpoint, whatever line ends an e-mail program gave it. Raises `WrongUse`
    when there is none."""
    try:
        note = read_small(path, MAX_JSON).decode("utf-8-sig").replace("\r\n", "\n")
        unproven_checkpoint(note)
    except (UnicodeDecodeError, NotVerified) as error:
        raise WrongUse(
            message("{path} is not a checkpoint.", path=str(path)),
            message("Name the file *.checkpoint.txt, as it was made or received."),
        ) from error
    return note
