"""The report that a laboratory files: JSON for machines, a bilingual PDF/A for people, one signed container of both."""

from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import Struct

from labclient.clock import iso
from labclient.errors import GateClosed
from labclient.home import shipped
from labclient.signing import Signer, storage, write_signed, write_whole
from labclient.typesetting import Both, both, typeset
from labclient.validation._data import CaseSet, Compared, Outcome
from labclient.words import Message, message, say

FORMAT: Final = "labclient-validation-1"
_WORDS: Final = {
    "report": message("Report of software validation"),
    "title": message("Reference cases computed on this PC"),
    "passed": message("Passed"),
    "failed": message("Failed"),
    "every": message("Every quantity reaches its bar."),
    "some": message("Quantities below their bar make the program unfit for use on this PC until the reason is known."),
    "program": message("Program"),
    "pc": message("PC"),
    "system": message("System"),
    "processor": message("Processor"),
    "parts": message("Computed with"),
    "made": message("Date"),
    "clock": message("by this PC's clock, unchecked"),
    "cases_sha256": message("Reference data, SHA-256"),
    "signature": message("Signature"),
    "summary": message("Summary"),
    "missed": message("Below the bar"),
    "set": message("Reference cases"),
    "source": message("Source"),
    "case": message("Case"),
    "cases": message("Cases"),
    "quantity": message("Quantity"),
    "quantities": message("Quantities"),
    "certified": message("Certified value"),
    "ours": message("Ours"),
    "lre": message("LRE"),
    "bar": message("Bar"),
    "verdict": message("Verdict"),
    "margin": message("Least margin over the bar"),
    "exact": message("exact text"),
    "about_lre": message(
        "LRE is the log relative error −lg(|q − c| / |c|) of our value q from the certified value c, or −lg|q| "
        "where c is zero: about the number of agreeing digits, at most 15. The bar is stated for each set; for values "
        "printed to fewer digits it follows from the last printed place."
    ),
    "meaning": message(
        "It shows that these functions compute right on this PC. It says nothing of instruments, drivers, plans or "
        "readings."
    ),
}
_LEVELS: Final = {
    "lower": message("lower difficulty"),
    "average": message("average difficulty"),
    "higher": message("higher difficulty"),
}


class Written(Struct, frozen=True):
    """The files of a report; `signed` is the container that holds the other two, None without a signer."""

    pdf: Path
    json: Path
    signed: Path | None


def write_report(outcome: Outcome, folder: Path, signer: Signer | None = None) -> Written:
    """Write the report into `folder`, each file whole or not at all.

    The signer signs in the first role of their certificate. Raises `StorageTrouble`, and `GateClosed` before anything
    is written when the certificate carries no role.
    """
    if signer is not None and not signer.card.person.roles:
        raise GateClosed(
            message("The certificate of {name} carries no role.", name=signer.card.person.name),
            message("Ask the pilot for a certificate with a role, or leave the report unsigned."),
        )
    stem = f"validation_{outcome.made:%Y%m%dT%H%M%SZ}"
    pdf, document = folder / f"{stem}.pdf", folder / f"{stem}.json"
    members = {
        pdf.name: _pdf(outcome, signer),
        document.name: msgspec.json.format(msgspec.json.encode(outcome_as_json(outcome))),
    }
    with storage(folder):
        folder.mkdir(parents=True, exist_ok=True)
    for name, data in members.items():
        write_whole(folder / name, data)
    if signer is None:
        return Written(pdf, document, None)
    statement = _PASSED if outcome.ok else _FAILED
    signed = folder / f"{stem}.asice"
    role = signer.card.person.roles[0]
    write_signed(signed, members, role=role, signer=signer, statement=say(statement, "en"), moment=outcome.made)
    return Written(pdf, document, signed)


_PASSED: Final = message("The reference cases were computed on this PC; every quantity reaches its bar.")
_FAILED: Final = message("The reference cases were computed on this PC; not every quantity reaches its bar.")


def outcome_as_json(outcome: Outcome) -> dict[str, Any]:
    """The report as JSON values; every number that was compared is a text with all its digits."""
    return {
        "format": FORMAT,
        "ok": outcome.ok,
        "made": iso(outcome.made),
        "clock": "this PC's, unchecked",
        "cases_sha256": outcome.cases_sha256,
        "computed_by": msgspec.to_builtins(outcome.place),
        "sets": [{"id": one.id, "title": msgspec.to_builtins(one.title), "source": one.source} for one in outcome.sets],
        "rows": [msgspec.to_builtins(row) | {"lre": digits(row.lre), "bar": digits(row.bar)} for row in outcome.rows],
    }


def digits(lre: float | None) -> str:
    """A log relative error as it is shown, cut rather than rounded so that 11.999 never reads as 12; "" for none."""
    return "" if lre is None else f"{int(lre * 100 + 1e-9) / 100:.2f}"


def _pdf(outcome: Outcome, signer: Signer | None) -> bytes:
    return typeset(shipped("resources", "report", "validation.typ"), _contents(outcome, signer), outcome.made)


def _contents(outcome: Outcome, signer: Signer | None) -> dict[str, Any]:
    place = outcome.place
    return {
        "words": {name: both(sentence) for name, sentence in _WORDS.items()},
        "ok": outcome.ok,
        "made": f"{outcome.made:%Y-%m-%d %H:%M:%S} UTC",
        "place": msgspec.to_builtins(place),
        "parts": f"Python {place.python}, numpy {place.numpy}, scipy {place.scipy}",
        "cases_sha256": outcome.cases_sha256,
        "signature": both(_signature(signer)),
        "sets": [_set(outcome, one) for one in outcome.sets],
        "missed": [_row(row) for row in outcome.missed],
    }


def _signature(signer: Signer | None) -> Message:
    if signer is None:
        return message("None: this report does not prove who made it, nor that it is unchanged.")
    card = signer.card
    return message(
        "{name}, {laboratory}, certificate {fingerprint}; it lies in the container of the same name.",
        name=card.person.name,
        laboratory=card.person.laboratory,
        fingerprint=card.fingerprint[:16],
    )


def _set(outcome: Outcome, one: CaseSet) -> dict[str, Any]:
    rows = outcome.rows_of(one.id)
    margins = [row.margin for row in rows if row.lre is not None]
    return {
        "title": msgspec.to_builtins(one.title),
        "source": one.source,
        "cases": len(one.cases),
        "quantities": len(rows),
        "margin": f"{min(margins):.2f}".replace("-", "−") if margins else "",
        "ok": all(row.passed for row in rows),
        "rows": [_row(row) for row in rows],
    }


def _row(row: Compared) -> dict[str, Any]:
    level: Both = both(_LEVELS[row.level]) if row.level in _LEVELS else {"zh": "", "en": ""}
    return {
        "case": row.case,
        "level": level,
        "quantity": row.quantity,
        "certified": row.certified,
        "ours": row.ours or row.trouble or "—",
        "lre": digits(row.lre),
        "bar": digits(row.bar),
        "passed": row.passed,
    }
