"""docs/validation.md shows what `labclient validate --markdown` prints; run this module to print it there anew."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from labclient.validation import digits, markdown, validate
from labclient.words import use_language

DOCUMENT = Path(__file__).parents[2] / "docs" / "validation.md"
MARK = "<!-- Below: labclient validate --markdown -->\n"
NOW = datetime(2026, 3, 2, 8, 5, tzinfo=UTC)


def cells(text: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in text.splitlines() if line[:2] == "| "]


def titles(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("## ")]


@pytest.fixture(scope="module")
def printed() -> str:
    return markdown(validate(NOW))


@pytest.fixture(scope="module")
def document() -> str:
    return DOCUMENT.read_text("utf-8").partition(MARK)[2]


def test_the_document_holds_the_cases_of_today_with_their_certified_values_and_bars(
    printed: str, document: str
) -> None:
    """Our own digits, in the fourth column, may differ from one processor to the next in the last."""
    assert titles(document) == titles(printed)
    fixed = [[row[i] for i in (0, 1, 2, -1)] for row in cells(printed)]
    assert [[row[i] for i in (0, 1, 2, -1)] for row in cells(document)] == fixed


def test_every_number_in_the_document_reaches_its_bar(document: str) -> None:
    for row in cells(document):
        if row[-1] not in ("Bar", "exact text") and not row[-1].startswith("---"):
            assert float(row[-2]) >= float(row[-1]), row


def test_every_quantity_of_a_validation_is_printed() -> None:
    outcome = validate(NOW)
    shown = [row for row in cells(markdown(outcome)) if row[1] not in ("Quantity", "---")]
    assert [row[1] for row in shown] == [row.quantity for row in outcome.rows]
    assert [row[-2] for row in shown] == [digits(row.lre) for row in outcome.rows]


if __name__ == "__main__":
    use_language("en")
    told = DOCUMENT.read_text("utf-8").partition(MARK)[0]
    sys.exit(DOCUMENT.write_text(told + MARK + "\n" + markdown(validate(NOW)), "utf-8") == 0)
