"""The same comparison as a table in Markdown, for a document that is read beside the source."""

from collections.abc import Iterator

from labclient.validation._data import Outcome
from labclient.validation._report import digits
from labclient.words import language, message, say


def markdown(outcome: Outcome) -> str:
    """One section for each set: case, quantity, certified value, ours, LRE, bar; in the reader's language."""
    return "\n".join(_lines(outcome))


def _lines(outcome: Outcome) -> Iterator[str]:
    words = (message("Case"), message("Quantity"), message("Certified value"), message("Ours"), message("LRE"))
    head = [say(word) for word in (*words, message("Bar"))]
    for one in outcome.sets:
        yield from (f"## {one.title.said(language())}", "", f"{one.source}.", "", _row(head), _row(["---"] * len(head)))
        case = ""
        for row in outcome.rows_of(one.id):
            ours = row.ours or row.trouble or "—"
            bar = digits(row.bar) or say(message("exact text"))
            yield _row(["" if row.case == case else row.case, row.quantity, row.certified, ours, digits(row.lre), bar])
            case = row.case
        yield ""


def _row(cells: list[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
