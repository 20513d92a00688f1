"""What people who own their notebook's key and all three signatures could make of a record."""

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from evaluation.records import StillClock
from msgspec.structs import replace
from participation.world import Office

from labclient.notebook import Draft, Entry, Notebook, Reader, check, export
from labclient.package import Log, PackageInfo, ResultFile
from labclient.signing import NoteKey, Stage, canonical

Change = Callable[[Entry, Draft], Draft | None]
ROLES = ("operator", "checker", "approver")


def unpacked(package: Path, folder: Path) -> Path:
    """The files of a package, without anything that signing added."""
    with zipfile.ZipFile(package) as archive:
        names = [n for n in archive.namelist() if not n.startswith(("META-INF/", "signoffs/")) and n != "mimetype"]
        archive.extractall(folder, names)
    return folder


def signed(office: Office, folder: Path, path: Path, roles: tuple[str, ...] = ROLES, **instead: Any) -> Path:
    """The folder, signed by the three people and packed."""
    stage = Stage(folder, roles)
    for role in roles:
        stage.sign(role, instead.get(role) or office.signer(role), "signed", StillClock().utc())
    stage.write(path)
    return path


def rewritten(source: Path, target: Path, change: Change) -> NoteKey:
    """A notebook with the same entries but for what `change` makes of them, its checkpoints signed anew."""
    key = NoteKey.generate("labclient-bench")
    with Reader.open(source) as reader:
        origin = reader.entry(0)
        clock = StillClock(simulated=origin.body["clock"]["simulated"])
        with Notebook.create(target, clock=clock, author=origin.author, key=key, body=origin.body["about"]) as notebook:
            drafts: list[Draft] = []
            for entry in reader.entries(None, 1):
                draft = change(entry, _draft(reader, entry))
                if entry.kind == "checkpoint":
                    notebook.append(*drafts)
                    drafts.clear()
                    notebook.checkpoint(key)
                elif draft is not None:
                    drafts.append(draft)
            notebook.append(*drafts)
    return key


def _draft(reader: Reader, entry: Entry) -> Draft:
    return Draft(
        kind=entry.kind,
        body=entry.body,
        author=entry.author,
        station=entry.station,
        payload=reader.payload(entry.seq) if entry.payload else None,
        values=reader.values(entry.seq) if entry.values else None,
    )


def forged(
    office: Office, notebook: Path, genuine: Path, folder: Path, change: Change, *, sound: bool = True, **about: Any
) -> Path:
    """A package whose log, digests, checkpoints and signatures all hold, over entries that were changed; the log's own
    check has something to say when it is not `sound`."""
    folder.mkdir()
    log = folder / "forged.labnote"
    rewritten(notebook, log, change)
    return packed(office, log, genuine, folder, sound=sound, **about)


def packed(office: Office, log: Path, genuine: Path, folder: Path, *, sound: bool = True, **about: Any) -> Path:
    """A package of this log, signed by everybody; what it says besides is what `genuine` says, but for `about`."""
    found = check(log, deep=True)
    assert found.ok == sound, found.findings
    staged = folder / "staged"
    export(log, staged, damaged=not sound)
    (staged / "log/damage.txt").unlink(missing_ok=True)
    (staged / "SHA256SUMS").unlink()
    with zipfile.ZipFile(genuine) as archive:
        info = msgspec.json.decode(archive.read("package.json"), type=PackageInfo)
        file = msgspec.json.decode(archive.read("result.json"), type=ResultFile)
        (staged / "report.pdf").write_bytes(archive.read("report.pdf"))
    with Reader.open(log) as reader:
        body = list(reader.entries({"result"}))[-1].body
    info = replace(info, log=Log(found.notebook, found.key, found.entries, found.root), **about)
    (staged / "package.json").write_bytes(canonical(msgspec.to_builtins(info)))
    result = msgspec.to_builtins(file) | {"result": dict(body)}
    (staged / "result.json").write_bytes(canonical(result))
    return signed(office, staged, folder / "forged.asice", info.roles)


def untouched(_: Entry, draft: Draft) -> Draft:
    """No change: the harness itself makes a package that verifies."""
    return draft
