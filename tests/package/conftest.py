"""A finished participation with its package, made once."""

from pathlib import Path

import pytest
from evaluation.records import BEGINS
from participation.world import NAME, Desk, Office, office

from labclient.package import open_trust
from labclient.plan import TrustList

__all__ = ["office"]

MOMENT = BEGINS.replace(month=4)


@pytest.fixture(scope="session")
def trust(office: Office) -> TrustList:
    return open_trust(office.papers.trust, MOMENT).trust


@pytest.fixture(scope="session")
def finished(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a participation up to its submission, closed: notebook and package."""
    folder = tmp_path_factory.mktemp("finished")
    desk = Desk(office, folder).until("submission")
    desk.p.close()
    return folder


@pytest.fixture(scope="session")
def notebook(finished: Path) -> Path:
    """As it was staged: what came after is not in the package."""
    return finished / NAME


@pytest.fixture(scope="session")
def package(finished: Path) -> Path:
    return next(finished.glob("result_*.asice"))
