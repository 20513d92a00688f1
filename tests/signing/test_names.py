"""Whether two texts name one person."""

import pytest

from labclient.signing import same_person


@pytest.mark.parametrize("other", ["P-01", "p-01", " P-01 ", "Ｐ-01", "P - 01"])
def test_one_person_however_written(other: str) -> None:
    assert same_person("P-01", other)


@pytest.mark.parametrize("other", ["P-02", "P-011", "", "操作员甲"])
def test_another_person(other: str) -> None:
    assert not same_person("P-01", other)
