"""`labclient validate`: reference cases computed on this PC, and the report of it."""

from argparse import Namespace
from datetime import UTC, datetime
from pathlib import Path

from labclient.cli._common import add_identity, add_json, folder_of, opened_identity
from labclient.cli._out import as_json, line, text
from labclient.cli._verbs import Verbs
from labclient.errors import WrongUse
from labclient.validation import Compared, Outcome, Written, digits, markdown, outcome_as_json, validate, write_report
from labclient.words import language, message, say


def add(verbs: Verbs) -> None:
    told = message("compute reference cases with certified answers on this PC, and write the report of it")
    parser = verbs.add("validate", told, _run)
    parser.add_argument("--out", type=Path, metavar="DIR", help=say(message("folder for the report")))
    parser.add_argument(
        "--markdown", action="store_true", help=say(message("print every quantity as a table in Markdown"))
    )
    add_identity(parser, required=False)
    add_json(parser)


def _run(asked: Namespace) -> int:
    if asked.identity and asked.out is None:
        raise WrongUse(message("There is no report to sign."), message("Name a folder for it with --out."))
    signer = opened_identity(asked, asked.identity) if asked.identity else None
    outcome = validate(datetime.now(UTC))
    written = None if asked.out is None else write_report(outcome, folder_of(asked.out), signer)
    if asked.json:
        files = [] if written is None else [str(path) for path in _files(written)]
        as_json(outcome_as_json(outcome) | {"files": files, "signed": signer is not None})
    elif asked.markdown:
        text(markdown(outcome))
    else:
        _tell(outcome, written)
    return 0 if outcome.ok else 1


def _tell(outcome: Outcome, written: Written | None) -> None:
    for one in outcome.sets:
        rows = outcome.rows_of(one.id)
        line(message("{title}: {cases} cases, {quantities} quantities, {missed} below the bar",
                     title=one.title.said(language()), cases=len(one.cases), quantities=len(rows),
                     missed=sum(not row.passed for row in rows)))  # fmt: skip
    for row in outcome.missed:
        _tell_missed(row)
    if outcome.ok:
        line(message("Every quantity reaches its bar: the computations are right on this PC."))
    else:
        line(
            message("NOT every quantity reaches its bar: do not use the program on this PC until the reason is known.")
        )
    for path in () if written is None else _files(written):
        text(str(path))
    if written is None:
        line(message("No report was written; --out names a folder for it."))
    elif written.signed is None:
        line(message("The report is unsigned; --identity signs it."))


def _tell_missed(row: Compared) -> None:
    line(message("{case}, {quantity}: certified {certified}, ours {ours}, LRE {lre}, bar {bar}",
                 case=row.case, quantity=row.quantity, certified=row.certified, ours=row.ours or row.trouble or "-",
                 lre=digits(row.lre) or "-", bar=digits(row.bar) or "-"))  # fmt: skip


def _files(written: Written) -> tuple[Path, ...]:
    return (written.pdf, written.json, *(() if written.signed is None else (written.signed,)))
