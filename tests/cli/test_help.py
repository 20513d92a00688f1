"""The parser's own words are asked of the catalogue."""

import gettext
import os

import pytest

from labclient.cli._help import help_speaks


@pytest.fixture(autouse=True)
def _as_before(monkeypatch: pytest.MonkeyPatch):
    domain = gettext.textdomain()
    monkeypatch.setenv("LANGUAGE", os.environ.get("LANGUAGE", ""))
    yield
    gettext.textdomain(domain)


def test_argparse_finds_the_catalogue_of_the_language() -> None:
    help_speaks("zh_CN")
    assert gettext.gettext("Arrival") == "到达验收"
    help_speaks("en")
    assert gettext.gettext("Arrival") == "Arrival"
