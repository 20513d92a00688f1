"""Where this PC keeps the second copy of each notebook, and keeping it up to date while somebody works.

The place is this PC's own matter and no entry: it is told here, one folder a notebook id.
"""

from collections.abc import Callable
from pathlib import Path
from threading import Event

import msgspec

from labclient.clock import Clock, iso
from labclient.errors import NotebookLocked, StorageTrouble
from labclient.home import Home
from labclient.notebook import Reader, SecondCopy
from labclient.signing import write_whole
from labclient.words import Message, message

PERIOD_S = 2.0
LONGEST_PAUSE_S = 60.0


def copy_folder(home: Home, notebook: Path) -> Path | None:
    """The folder chosen for the second copy of a notebook on this PC."""
    folder = _folders(home).get(_id(notebook))
    return None if folder is None else Path(folder)


def choose_copy(home: Home, notebook: Path, folder: Path | None) -> None:
    """Remember the folder, or forget it; a copy that was made stays where it is."""
    folders = _folders(home)
    folders.pop(_id(notebook), None)
    if folder is not None:
        folders[_id(notebook)] = str(folder.absolute())
    home.root.mkdir(parents=True, exist_ok=True)
    write_whole(_file(home), msgspec.json.format(msgspec.json.encode(folders)))


def keep_up(copy: SecondCopy, clock: Clock, tell: Callable[[Message], None], ended: Event) -> None:
    """Keep the copy up to date until `ended`, and tell each change. A place that is missing, full or failing, or a copy
    that somebody has open, is waited for; whatever else `SecondCopy.advance` raises is raised."""
    told: Message | None = None
    entries, since, pause = 0, "", PERIOD_S
    while True:
        try:
            copied = copy.advance()
        except (StorageTrouble, NotebookLocked) as trouble:
            since = since or iso(clock.utc().replace(microsecond=0))
            # a missing stick is quickly looked for; with any other trouble all of the copy is verified again
            pause = min(2 * max(pause, PERIOD_S), LONGEST_PAUSE_S) if copy.path.is_file() else PERIOD_S
            now = message("Second copy: up to entry {n}; waiting since {time} (PC clock). {cause}", n=entries - 1,
                          time=since, cause=trouble.sentence)  # fmt: skip
            if not entries:
                now = message("Second copy: waiting since {time} (PC clock). {cause}", time=since,
                              cause=trouble.sentence)  # fmt: skip
        else:
            entries, since, pause = copied.entries, "", PERIOD_S if copied.up_to_date else 0.0
            now = copied_so_far(copy, entries, copied.size)
        if now != told:
            told = now
            tell(now)
        if ended.wait(pause):
            return


def copied_so_far(copy: SecondCopy, entries: int, size: int) -> Message:
    """How far the copy is."""
    if entries == size:
        return message("Second copy: up to date to entry {n}. {path}", n=entries - 1, path=str(copy.path))
    return message("Second copy: at entry {n} of {last}. {path}", n=entries - 1, last=size - 1, path=str(copy.path))


def _folders(home: Home) -> dict[str, str]:
    try:
        return msgspec.json.decode(_file(home).read_bytes(), type=dict[str, str])
    except (FileNotFoundError, msgspec.DecodeError):
        return {}


def _file(home: Home) -> Path:
    return home.root / "second-copies.json"


def _id(notebook: Path) -> str:
    with Reader.open(notebook) as reader:
        return str(reader.entry(0).body["notebook"])
