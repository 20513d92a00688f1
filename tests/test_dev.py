"""`dev.py`: what a fresh system lacks is named all at once, before anything runs that needs it."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture
def dev(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script on a system without a single program; nothing of it runs anything."""
    spec = importlib.util.spec_from_file_location("dev", ROOT / "dev.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module.shutil, "which", lambda _: None)
    for quiet in ("need_qt", "check", "run"):
        monkeypatch.setattr(module, quiet, lambda *_: 0)
    return module


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the packages are Debian's")
@pytest.mark.parametrize(
    ("verb", "packages"),
    [("test", ("openssl", "unzip", "xvfb", "xdotool")), ("bundle", ("binutils", "xvfb", "xdotool"))],
)
def test_what_a_verb_calls_is_brought_first(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, verb: str, packages: tuple[str, ...]
) -> None:
    asked: list[tuple[str, ...]] = []
    monkeypatch.setattr(dev, "install", lambda *names: asked.append(names))
    assert getattr(dev, verb)([]) == 0
    assert asked == [packages]


@pytest.mark.parametrize(
    ("asked", "whole", "measured"),
    [([], True, False), (["--coverage"], True, True), (["tests/plan"], False, False),
     (["tests/plan", "--coverage"], False, True)],
)  # fmt: skip
def test_coverage_is_measured_when_asked_for_and_a_chosen_part_runs_in_one_process(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, asked: list[str], whole: bool, measured: bool
) -> None:
    ran: list[tuple[str, ...]] = []
    monkeypatch.setattr(dev, "need", lambda *_: None)
    monkeypatch.setattr(dev, "run", lambda *command: bool(ran.append(command)))
    assert dev.test(asked) == 0
    (command,) = ran
    assert ("-n" in command, "--cov" in command, "tests/plan" in command) == (whole, measured, not whole)
    assert "--coverage" not in command


def test_what_cannot_be_installed_is_named_with_the_command_that_does_it(
    dev: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        dev.need("Xvfb", "xdotool")
    assert "sudo apt-get install xvfb xdotool" in str(ended.value)
    assert "xvfb xdotool" in capsys.readouterr().out


def test_what_is_there_is_not_asked_for(dev: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dev.shutil, "which", lambda tool: f"/usr/bin/{tool}")
    dev.need("openssl", "unzip")
