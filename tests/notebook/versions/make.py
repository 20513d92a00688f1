"""Make the sample notebook of the present version: `python -m tests.notebook.versions.make`.

A sample is made once, when its version is new, and never again: it shows that what was written then can still be read.
"""

import shutil
import sys
import tempfile
from pathlib import Path

from labclient.notebook import Channel, Notebook, attachment, export, gap, run_start, run_stop, series
from labclient.notebook._file import FORMAT
from labclient.signing import NoteKey

sys.path.insert(0, str(Path(__file__).parents[2]))

from notebook.samples import AUTHOR, CLOCK, readings

HERE = Path(__file__).parent


def write(path: Path) -> None:
    """A small notebook with each kind of entry that the notebook itself gives a meaning."""
    key = NoteKey.generate("lab-07")
    with Notebook.create(path, clock=CLOCK, author=AUTHOR, key=key, body={"comparison": "DCV-10"}) as notebook:
        (start,) = notebook.append(
            run_start(
                purpose="record",
                task="stability",
                channels=[Channel("dcv", "voltage", "V", "0.000001")],
                instrument={"serial": "7"},
                clock=CLOCK,
                author=AUTHOR,
            )
        )
        run = start.seq
        (member,) = notebook.append(series(run, {"role": "S", "point": "10 V"}, author=AUTHOR))
        notebook.append(readings(run, member.seq, 0, 10))
        notebook.append(gap(run, after=9, reason="timeout", from_ns=1, to_ns=2, author=AUTHOR))
        notebook.append(readings(run, member.seq, 10, 5))
        notebook.append(run_stop(run, rows=15, reason="done", author=AUTHOR))
        notebook.append(attachment("箱子.txt", b"sealed", media_type="text/plain", what="crate", author=AUTHOR))
        notebook.checkpoint(key)


def main() -> None:
    sample = HERE / f"v{FORMAT}.labnote"
    write(sample)
    with tempfile.TemporaryDirectory() as folder:
        export(sample, Path(folder) / "out")
        shutil.copy(Path(folder) / "out" / "SHA256SUMS", sample.with_suffix(".sha256"))


if __name__ == "__main__":
    main()
