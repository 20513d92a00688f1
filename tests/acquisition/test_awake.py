"""A run keeps the PC awake, and goes on where that cannot be had."""

import pytest
import wakepy

from labclient.acquisition import kept_awake
from labclient.words import Message, say


def told_by(monkeypatch: pytest.MonkeyPatch, **environment: str) -> list[str]:
    for name in ("WAKEPY_FAKE_SUCCESS", "WAKEPY_FORCE_FAILURE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    heard: list[Message] = []
    with kept_awake(heard.append):
        pass
    return [say(one, "en") for one in heard]


def test_nothing_is_said_where_the_pc_stays_awake(monkeypatch: pytest.MonkeyPatch) -> None:
    assert told_by(monkeypatch, WAKEPY_FAKE_SUCCESS="1") == []


def test_a_pc_that_may_sleep_is_told_of_once(monkeypatch: pytest.MonkeyPatch) -> None:
    (told,) = told_by(monkeypatch, WAKEPY_FORCE_FAILURE="1")
    assert told.startswith("This PC may fall asleep during the run")


def test_what_breaks_below_breaks_no_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_: object) -> None:
        raise OSError("the bus is gone")

    monkeypatch.setattr(wakepy.keep, "running", broken)
    (told,) = told_by(monkeypatch)
    assert told.startswith("This PC may fall asleep")


def test_a_request_that_cannot_be_taken_back_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    class Mode:
        active = True

        def __enter__(self) -> None:
            pass

        def __exit__(self, *_: object) -> None:
            raise OSError("the bus is gone")

    monkeypatch.setattr(wakepy.keep, "running", lambda **_: Mode())
    (told,) = told_by(monkeypatch)
    assert told.startswith("The request that this PC stays awake")


def test_trouble_of_the_run_is_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAKEPY_FAKE_SUCCESS", "1")
    with pytest.raises(ZeroDivisionError), kept_awake(print):
        raise ZeroDivisionError
