"""All our signed files end in .asice: whoever takes one for another is told what it is."""

from pathlib import Path

import pytest

from labclient.errors import NotVerified
from labclient.package import comparison_of, open_plan, open_trust, verify_package
from labclient.words import say

from .conftest import MOMENT


def sentence(package: Path, trust) -> str:
    return say(verify_package(package, trust, MOMENT).findings[0].sentence, "en")


def test_each_is_told_for_what_it_is(package: Path, office, trust) -> None:
    with pytest.raises(NotVerified, match="is a result package, not a trust list"):
        open_trust(package, MOMENT)
    with pytest.raises(NotVerified, match="is a result package, not a plan"):
        open_plan(package, trust, MOMENT)
    with pytest.raises(NotVerified, match="is a plan, not a result package"):
        comparison_of(office.papers.plan)
    assert "is a trust list, not a result package" in sentence(office.papers.trust, trust)
    assert "is a plan, not a result package" in sentence(office.papers.plan, trust)
