"""What `labclient agreement --open` says of a released report: to people in lines, to machines as the record itself."""

from typing import Any

import msgspec

from labclient.cli._out import line, text
from labclient.clock import iso
from labclient.evaluation import SCORE_SYMBOLS
from labclient.package import OpenedRelease, ReleasedPoint, RowTold, formed_told, point_told
from labclient.participation import OwnRelease
from labclient.words import message, say


def tell_release(opened: OpenedRelease, own: OwnRelease | None) -> None:
    """The report, with the own result among the others."""
    said = opened.released
    line(message("{comparison}: released report r{revision}, signed by {signer}, by their clock {time}; SHA-256 "
                 "{digest}", comparison=said.comparison, revision=said.revision, signer=opened.signer,
                 time=iso(opened.signed), digest=opened.sha256))  # fmt: skip
    if own is None:
        line(message("It was laid beside no notebook: --notebook shows whether your result is the one you signed."))
    else:
        if own.own:
            line(message("What it ascribes to {laboratory} is what the package of this notebook holds.",
                         laboratory=own.laboratory))  # fmt: skip
        for note in own.notes:
            line(note)
    for one in said.points:
        _tell_point(one, own.laboratory if own else "")


def _tell_point(one: ReleasedPoint, laboratory: str) -> None:
    line(message("{point}:", point=one.point))
    for sentence in formed_told(one):
        line(message("    {sentence}", sentence=sentence))
    told = point_told(one)
    for row in told.rows:
        mark = ">" if row.laboratory == laboratory else " "
        text(f"  {mark} {_told(row, told.shown, one.unit)}")


def _told(row: RowTold, shown: str, unit: str) -> str:
    scores = ", ".join(f"{SCORE_SYMBOLS[name]} = {score}" for name, score in row.scores.items())
    return say(
        message("{laboratory}, {day}: {value} ± {U} {unit} (k = {k}), d = {d} {shown}, u_TS/u_lab = {ratio}, {scores}: "
                "{verdict}", laboratory=row.laboratory, day=row.day, value=row.value, U=row.U, unit=unit, k=row.k,
                d=row.d, shown=shown, ratio=row.ratio, scores=scores, verdict=row.verdict_told)
    )  # fmt: skip


def release_json(opened: OpenedRelease, own: OwnRelease | None) -> dict[str, Any]:
    """The record with what was verified about it."""
    return {
        "sha256": opened.sha256,
        "signer": opened.signer,
        "signed": iso(opened.signed),
        "laboratory": own.laboratory if own else None,
        "own_result_is_the_one_signed": own.own if own else None,
        "notes": [say(note) for note in own.notes] if own else [],
        "report": msgspec.to_builtins(opened.released),
    }
