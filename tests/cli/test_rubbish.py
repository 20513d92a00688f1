"""Whatever is handed to the command line, it answers with a sentence and a code: never a traceback, never a hang."""

import os
import subprocess
from pathlib import Path

import pytest

from .conftest import PROGRAM, WHO, Pc, environment

KINDS = ("missing", "folder", "empty", "binary", "text", "json", "sqlite", "zip", "denied", "beneath a file")


@pytest.fixture
def rubbish(tmp_path: Path) -> Path:
    """A folder with one thing of each kind."""
    folder = tmp_path / "rubbish"
    folder.mkdir()
    (folder / "folder").mkdir()
    (folder / "empty").touch()
    (folder / "binary").write_bytes(bytes(range(256)) * 40)
    (folder / "text").write_text("not at all\nwhat was expected\n")
    (folder / "json").write_text('{"format": "labclient-plan/1", "a": [1, 2, {"b": null}]}')
    (folder / "sqlite").write_bytes(b"SQLite format 3\x00" + bytes(4080))
    (folder / "zip").write_bytes(b"PK\x03\x04" + bytes(26) + b"PK\x05\x06" + bytes(18))
    (folder / "denied").write_bytes(b"x")
    (folder / "denied").chmod(0)
    return folder


COMMANDS: dict[str, tuple[str, ...]] = {
    "status": ("status", "@"),
    "check": ("check", "@"),
    "check deep": ("check", "@", "--deep", "--json"),
    "export": ("export", "@", "--out", "@out"),
    "checkpoint": ("checkpoint", "@"),
    "checkpoint read": ("checkpoint", "--read", "@"),
    "prove entry": ("prove", "@", "--entry", "0", "--out", "@out"),
    "prove reading": ("prove", "@", "--reading", "1:0", "--out", "@out", "--json"),
    "prove consistency": ("prove", "@json", "--consistency", "@", "@"),
    "prove present": ("prove", "@", "--consistency", "@json"),
    "prove code": ("prove", "@", "--code", "0000-0000-0000-0000-0000-0"),
    "prove verify": ("prove", "--verify", "@"),
    "prove held": ("prove", "--verify", "@json", "--checkpoint", "@"),
    "enter": ("enter", "@", "note", "@json", *WHO),
    "enter template": ("enter", "@", "arrival", "--template"),
    "enter done": ("enter", "@", "done", "arrival", *WHO),
    "record": ("record", "@", "--task", "stability", *WHO),
    "prepare": ("package", "prepare", "@", "--stage", "@out", *WHO),
    "write": ("package", "write", "@", "@out", "--out", "@out"),
    "sign": ("sign", "@", "@out", "--role", "operator", "--identity", "nobody"),
    "receipt": ("receipt", "@", "@json"),
    "new": ("new", "@out", "--plan", "@", "--laboratory", "LAB01", *WHO),
    "new trust": ("new", "@out", "--plan", "@json", "--trust", "@", "--laboratory", "LAB01", *WHO),
    "verify": ("verify", "@"),
    "verify trust": ("verify", "@json", "--trust", "@"),
    "submit": ("submit", "@", "--to", "@folder"),
    "submit to": ("submit", "@json", "--to", "@"),
    "submit notebook": ("submit", "@json", "--to", "@folder", "--notebook", "@"),
    "receive": ("receive", "@", "--trust", "@", "--identity", "@", "--out", "@out"),
    "seal": ("seal", "@", "--trust", "@", "--identity", "@", "--out", "@out"),
    "open": ("open", "@", "--key", "@", "--trust", "@", "--out", "@out"),
    "trust accept": ("trust", "accept", "@"),
    "plan check": ("plan", "check", "@"),
    "plan sign": ("plan", "sign", "@", "--identity", "@", "--out", "@out"),
    "plan show": ("plan", "show", "@"),
    "plan trust": ("plan", "trust", "--plan", "@", "--root", "@", "--crl", "@", "--out", "@out", "@"),
    "identity show": ("identity", "show", "@"),
    "identity request": ("identity", "request", "@"),
    "identity install": ("identity", "install", "@folder", "@"),
    "identity issue": ("identity", "issue", "@", "--authority", "@", "--role", "operator", "--out", "@out"),
    "identity revoke": ("identity", "revoke", "@", "--authority", "@folder", "--out", "@out"),
    "passphrase": ("identity", "new", "--id", "P", "--name", "N", "--laboratory", "L", "--passphrase-file", "@"),
    "identify": ("instruments", "identify", "keysight-344xx", "@"),
    "read": ("instruments", "read", "vaisala-ptu300", "@", "--into", "@out"),
    "drivers": ("instruments", "drivers", "--check", "@"),
    "driver file": ("instruments", "identify", "@.toml", "COM1"),
    "world": ("simulate", "keysight-344xx", "--world", "@"),
    "order": ("simulate", "order", "@", "@"),
}


@pytest.mark.usefixtures("cheap_keys")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("command", COMMANDS)
def test_rubbish_is_answered_with_a_sentence(command: str, kind: str, pc: Pc, rubbish: Path, tmp_path: Path) -> None:
    thing = rubbish / "text" / "below" if kind == "beneath a file" else rubbish / kind
    places = {"@": str(thing), "@out": str(tmp_path / "out"), "@json": str(rubbish / "json"),
              "@folder": str(rubbish / "folder"), "@.toml": f"{thing}.toml"}  # fmt: skip
    answer = pc.ask(*(places.get(one, one) for one in COMMANDS[command]))
    allowed = {0, 1, 2, 3} if command in {"identity show", "passphrase", "submit", "submit to"} else {1, 2, 3}
    assert answer.code in allowed, answer
    assert answer.code == 0 or (answer.err + answer.out).strip()


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("nonsense",),
        ("--language",),
        ("--language", "tlh", "status"),
        ("status",),
        ("record", "x", "--task", "nonsense", *WHO),
        ("record", "x", "--task", "measurement", "--day", "0", *WHO),
        ("record", "x", "--task", "measurement", "--day", "-1", *WHO),
        ("record", "x", "--task", "settling", "--purpose", "trial", *WHO),
        ("enter", "x", "nonsense", *WHO),
        ("enter", "x", "arrival"),
        ("enter", "x", "done", "--template"),
        ("enter", "x", "note", "y", "--who", " "),
        ("enter", "x", "note", "y", "--who", "\udcff"),
        ("identity", "new", "--id", "../x", "--name", "N", "--laboratory", "L"),
        ("identity", "new", "--id", "x" * 65, "--name", "N", "--laboratory", "L", "--passphrase-file", os.devnull),
        ("identity", "new", "--id", "P", "--name", "N", "--laboratory", "L", "--role", "king"),
        ("identity", "authority", "--id", "P", "--name", "N", "--laboratory", "L", "--days", "999999999"),
        ("instruments", "identify", "no-such-driver", "COM1"),
        ("instruments", "read", "keysight-344xx", "COM1", "--set", "range"),
        ("instruments", "read", "keysight-344xx", "TCPIP0::127.0.0.1::1::SOCKET", "--set", "colour=blue"),
        ("simulate", "no-such-driver"),
        ("simulate", "keysight-344xx", "--listen", "carrier-pigeon"),
        ("simulate", "keysight-344xx", "--listen", "tcp://127.0.0.1:99999"),
        ("simulate", "keysight-344xx", "--speed", "nan"),
        ("simulate", "keysight-344xx", "behind"),
        ("simulate", "order"),
        ("simulate", "order", "tcp://127.0.0.1:1", "{}"),
        ("simulate", "order", "tcp://127.0.0.1:1", "[1]"),
        ("verify", "x", "--at", "yesterday"),
        ("plan", "trust", "--recipient", "nobody"),
        ("checkpoint",),
        ("checkpoint", "x", "--read", "y"),
        ("prove", "x"),
        ("prove", "x", "--entry", "1"),
        ("prove", "--entry", "1", "--out", "y"),
        ("prove", "x", "--entry", "-1", "--out", "y"),
        ("prove", "x", "--entry", "one", "--out", "y"),
        ("prove", "x", "--reading", "12", "--out", "y"),
        ("prove", "x", "--entry", "1", "--reading", "1:2", "--out", "y"),
        ("prove", "x", "--verify", "y"),
        ("prove", "--verify", "y", "--out", "z"),
        ("prove", "x", "--code", "0", "--checkpoint", "y"),
    ],
)
def test_wrong_use_is_code_2(arguments: tuple[str, ...], pc: Pc) -> None:
    answer = pc.ask(*arguments)
    assert answer.code == 2
    assert answer.err.strip()


@pytest.mark.parametrize("verb", ["instruments identify vaisala-ptu300 socket://127.0.0.1:1",
                                  "instruments read keysight-344xx tcp://127.0.0.1:1",
                                  'simulate order tcp://127.0.0.1:1 {"status":1}'])  # fmt: skip
def test_nobody_there_is_code_3(verb: str, pc: Pc) -> None:
    answer = pc.ask(*verb.split())
    assert answer.code == 3
    assert "→" in answer.err or "gone" in answer.err


def test_without_a_verb_it_helps(pc: Pc) -> None:
    answer = pc.ask()
    assert answer.code == 2
    assert "window" in answer.err
    assert "record" in answer.err


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_every_verb_helps_in_both_languages(language: str, pc: Pc) -> None:
    verbs = ["", "record", "enter", "verify", "simulate", "seal", "selftest", "plan trust", "identity issue"]
    for verb in verbs:
        answer = pc.ask("--language", language, *verb.split(), "--help")
        assert answer.code == 0
        assert answer.out.startswith({"en": "usage: ", "zh_CN": "用法："}[language])


@pytest.mark.parametrize(
    ("verb", "closed"),
    [
        ("simulate keysight-344xx", "<&-"),
        ("instruments bench", ">&-"),
        ("enter missing note - --who P-01", "<&- >&- 2>&-"),
    ],
)
def test_closed_streams_are_no_fault(verb: str, closed: str, pc: Pc) -> None:
    done = subprocess.run(
        ["/bin/sh", "-c", f'exec "$@" {verb} {closed}', "sh", *PROGRAM],
        stdin=subprocess.DEVNULL, timeout=200, capture_output=True, check=False, env=environment(pc.home),
    )  # fmt: skip
    assert done.returncode in {0, 2}, done
    assert b"Traceback" not in done.stderr
    assert list(pc.home.crashes.iterdir()) == []


def test_a_reader_that_goes_away_is_no_fault(pc: Pc) -> None:
    done = subprocess.run(
        ["/bin/sh", "-c", '"$@" --help | true; "$@" instruments drivers --json | true', "sh", *PROGRAM], timeout=200,
        capture_output=True, check=False, env=environment(pc.home),
    )  # fmt: skip
    assert b"Traceback" not in done.stderr
    assert b"Exception" not in done.stderr


def test_without_a_terminal_the_passphrase_is_not_waited_for(pc: Pc, tmp_path: Path) -> None:
    surroundings = environment(pc.home)
    del surroundings["LABCLIENT_PASSPHRASE"]
    done = subprocess.run([*PROGRAM, "identity", "seal-key", str(tmp_path / "key")], stdin=subprocess.DEVNULL,
                          capture_output=True, check=False, timeout=200, env=surroundings)  # fmt: skip
    assert done.returncode == 2
    assert b"LABCLIENT_PASSPHRASE" in done.stderr
