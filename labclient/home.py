"""Where things lie: the files that ship with labclient, and this PC's own state.

`LABCLIENT_HOME` moves this PC's state elsewhere (tests, a demonstration, a stick).
"""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_data_path


def shipped(*parts: str) -> Path:
    """A file or folder that ships with labclient: `shipped("drivers")`, `shipped("resources", "examples")`."""
    root = Path(getattr(sys, "_MEIPASS", "") or Path(__file__).parent.parent)
    return root.joinpath(*parts)


@dataclass(frozen=True)
class Home:
    """The folders of this PC's state. Nothing here belongs to a participation: that lives in its notebook."""

    root: Path

    @property
    def identities(self) -> Path:
        return self._folder("identities")

    @property
    def trust(self) -> Path:
        """Trust lists accepted on this PC, one file a comparison and version."""
        return self._folder("trust")

    @property
    def drivers(self) -> Path:
        """The technician's own driver files; they win over shipped ones of the same id."""
        return self._folder("drivers")

    @property
    def keys(self) -> Path:
        """Signing keys of notebooks kept on this PC."""
        return self._folder("keys")

    @property
    def crashes(self) -> Path:
        return self._folder("crashes")

    @property
    def outbox(self) -> Path:
        return self._folder("outbox")

    @property
    def outputs(self) -> Path:
        """What this PC has switched on and not seen safe again, one file an output."""
        return self._folder("outputs")

    @property
    def bench(self) -> Path:
        """The register of this PC's instruments."""
        return self.root / "bench.toml"

    def _folder(self, name: str) -> Path:
        folder = self.root / name
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return folder


def this_pc() -> Home:
    """This PC's state, as the environment places it."""
    placed = os.environ.get("LABCLIENT_HOME")
    return Home(Path(placed) if placed else user_data_path("labclient", appauthor=False))
