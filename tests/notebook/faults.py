"""Every single-byte change of a notebook file, or of the journal that a crash left beside it.

`python -m tests.notebook.faults sample|crash [part parts]` tries each place of the sample of this version, or of a
notebook that a crash interrupted and of its journal; the tests try some.
"""

import json
import random
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

from labclient.errors import Trouble
from labclient.notebook import CheckReport, check, export
from notebook.samples import exported, left_over

VERSIONS = Path(__file__).parent / "versions"


def changed(data: bytes, place: int) -> bytes:
    """The bytes with another one at that place; the same place always gives the same."""
    other = data[place] ^ random.Random(place).randrange(1, 256)
    return data[:place] + bytes([other]) + data[place + 1 :]


def outcome(path: Path, sound: Mapping[str, bytes], folder: Path) -> str:
    """What a check of the changed file says: "outside" when it changes nothing, "found" with all that is readable
    exported, "refused" when nothing is. Raises AssertionError when a change goes unseen, or what is called verified
    is not what was written. `folder` is used up."""
    try:
        report = check(path)
    except Trouble:
        return "refused"
    if report.ok:
        if exported(path, folder) != sound:
            raise AssertionError("a change was not seen")
        return "outside"
    export(path, folder, damaged=True)
    if not (folder / "DAMAGE.txt").stat().st_size:
        raise AssertionError("no damage is named")
    check_verified(report, sound, folder)
    return "found"


def check_verified(report: CheckReport, sound: Mapping[str, bytes], folder: Path) -> None:
    """Raises AssertionError unless every entry that is called verified was exported as it was written."""
    written = sound["log/entries.jsonl"].splitlines()
    log = folder / "log" / "entries.jsonl"
    there = set(log.read_bytes().split(b"\n")) if log.exists() else set()
    for first, last in report.verified:
        for seq in range(first, last + 1):
            if written[seq] not in there:
                raise AssertionError(f"entry {seq} is called verified and is not what was written")
            body = json.loads(written[seq])
            if body.get("payload") and body["kind"] != "block":
                (name,) = (name for name in sound if name.startswith(f"attachments/{seq}-"))
                if (folder / name).read_bytes() != sound[name]:
                    raise AssertionError(name)


def flips(files: Mapping[Path, bytes], target: Path, places: Iterable[int], sound: Mapping[str, bytes]) -> Counter[str]:
    """How often each outcome came when one byte of `target` was changed, at each of these places."""
    told: Counter[str] = Counter()
    folder = target.parent / "out"
    notebook = next(iter(files))
    for place in places:
        for left in notebook.parent.glob(f"{notebook.name}*"):
            left.unlink()
        for file, data in files.items():
            file.write_bytes(changed(data, place) if file == target else data)
        try:
            told[outcome(notebook, sound, folder)] += 1
        except AssertionError as error:
            raise AssertionError(f"{target.name}, byte {place}: {error}") from error
        shutil.rmtree(folder, ignore_errors=True)
    return told


def crashed(notebook: Path, folder: Path) -> dict[Path, bytes]:
    """The files that a crash in the middle of a commit leaves of a notebook: the notebook first, then its journal."""
    path = left_over(notebook, folder, rows=3, size=9000)
    return {file: file.read_bytes() for file in (path, path.with_name(path.name + "-journal"))}


def main() -> None:
    what, part, parts = sys.argv[1], *map(int, sys.argv[2:] or (0, 1))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sample = Path(shutil.copy(VERSIONS / "v1.labnote", folder / "a.labnote"))
        sound = exported(sample, folder / "sound")
        files = {sample: sample.read_bytes()} if what == "sample" else crashed(sample, folder / "crash")
        for target, data in files.items():
            told = flips(files, target, range(part, len(data), parts), sound)
            sys.stdout.write(f"{target.name} {len(data)} {dict(told)}\n")


if __name__ == "__main__":
    main()
