"""The pilot's desk behind the platform: one package after another is hashed, verified, and its receipt signed.

    uploads/<sha256>              bytes as they come; the name is what the sender says the SHA-256 is
    received/<sha256>/            package.asice, its receipt and record.json, which is written last: then it is received
    refused/<sha256>.json         why not, and by which trust list: under a newer one it is judged again

Everything follows from these files, so that a killed platform goes on where it was.
"""

import hashlib
import json
import logging
import os
import queue
import subprocess
import sys
import threading
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, NamedTuple

from labclient.errors import Trouble
from labclient.package import open_trust
from labclient.signing import file_sha256, write_whole

_LABCLIENT = (sys.executable, "-m", "labclient", "--language", "en")
_ROOT = Path(__file__).parent.parent.parent
_LONGEST_S = 600
_NAMES = ("comparison", "laboratory", "revision")


class Word(NamedTuple):
    kind: Literal["unknown", "working", "signed", "refused", "trouble"]
    receipt: Path = Path()


class Desk:
    def __init__(self, folder: Path, trust: Path, identity: Path) -> None:
        self.uploads = folder / "uploads"
        self._received = folder / "received"
        self._refused = folder / "refused"
        for place in (self.uploads, self._received, self._refused):
            place.mkdir(parents=True, exist_ok=True)
        self._trust = trust
        self._identity = identity
        self._todo: queue.Queue[str] = queue.Queue()
        self._doing: set[str] = set()
        self._troubled: set[str] = set()
        self._lock = threading.Lock()

    @property
    def ready(self) -> bool:
        """Whether the pilot has put trust list and identity in place."""
        return self._trust.is_file() and (self._identity / "certificate.pem").is_file()

    def start(self) -> None:
        threading.Thread(target=self._work, daemon=True).start()
        for info in self.uploads.glob("*.info"):
            if self._whole(info.stem):
                self.take(info.stem)

    def take(self, sha256: str) -> None:
        """An upload is complete: to be judged, once."""
        with self._lock:
            if sha256 not in self._doing and not self._record(sha256).exists():
                self._doing.add(sha256)
                self._troubled.discard(sha256)
                self._todo.put(sha256)

    def ask(self, sha256: str) -> Word:
        """What there is to say about a package now."""
        if self._record(sha256).exists():
            return Word("signed", self._receipt(sha256))
        with self._lock:
            if sha256 in self._doing:
                return Word("working")
            troubled = sha256 in self._troubled
        refusal = self._refusal(sha256)
        if refusal.exists() and json.loads(refusal.read_bytes())["trust"] == self._trust_now():
            return Word("refused", refusal)
        if not self._whole(sha256):
            return Word("unknown")
        self.take(sha256)
        return Word("trouble") if troubled else Word("working")

    def clear_other_size(self, sha256: str, size: int) -> None:
        """Drop an unfinished upload that names this SHA-256 but another size: one of the two is wrong."""
        info = self._info(sha256)
        if info and info["size"] != size and not self._record(sha256).exists():
            self._drop(sha256)

    def _work(self) -> None:
        while True:
            sha256 = self._todo.get()
            try:
                self._judge(sha256)
            except Exception:
                logging.exception("%s could not be judged", sha256)
                self._troubled.add(sha256)
            finally:
                with self._lock:
                    self._doing.discard(sha256)

    def _judge(self, sha256: str) -> None:
        upload = self.uploads / sha256
        if file_sha256(upload).hex() != sha256:
            logging.warning("%s did not arrive whole", sha256)
            self._drop(sha256)
            return
        package = self._received / sha256 / "package.asice"
        package.parent.mkdir(exist_ok=True)
        if not package.exists():
            os.link(upload, package)
        trust, names, place = self._trust_now(), _names(package), package.parent
        if any(json.loads(other.read_bytes())["names"] == names for other in self._received.glob("*/record.json")):
            self._refuse(sha256, "another-package", ["Another package of this revision was received before."], trust)
            return
        done = self._labclient("receive", package, "--trust", self._trust, "--identity", self._identity, "--out", place)
        if done.returncode == 0:
            write_whole(self._record(sha256), json.dumps({"names": names, "sha256": sha256}).encode())
            self._refusal(sha256).unlink(missing_ok=True)
            return
        reasons = self._reasons(package)
        if not reasons:
            raise RuntimeError(done.stderr)
        self._refuse(sha256, "not-verified", reasons, trust)

    def _reasons(self, package: Path) -> list[str]:
        """What is grave about a package. Nothing, when it was not the package that could not be received: a passphrase
        that is wrong or a trust list that has run out is no sender's fault."""
        try:
            open_trust(self._trust, datetime.now(UTC))
        except Trouble:
            return []
        verified = self._labclient("verify", package, "--trust", self._trust, "--json")
        if verified.returncode != 1:
            return []
        found = _document(verified.stdout).get("findings", [])
        return [one["text"] for one in found if one["grave"]] or verified.stderr.splitlines()[:1]

    def _labclient(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        """As an administrator would."""
        command = [*_LABCLIENT, *map(str, arguments)]
        environment = os.environ | {"PYTHONUTF8": "1"}
        return subprocess.run(
            command,
            cwd=_ROOT,
            env=environment,
            capture_output=True,
            encoding="utf-8",
            stdin=subprocess.DEVNULL,
            timeout=_LONGEST_S,
            check=False,
        )

    def _refuse(self, sha256: str, why: str, reasons: list[str], trust: str) -> None:
        told = {"refused": why, "sha256": sha256, "reasons": reasons, "trust": trust}
        write_whole(self._refusal(sha256), json.dumps(told, ensure_ascii=False).encode())

    def _drop(self, sha256: str) -> None:
        (self.uploads / f"{sha256}.info").unlink(missing_ok=True)
        (self.uploads / sha256).unlink(missing_ok=True)

    def _whole(self, sha256: str) -> bool:
        info = self._info(sha256)
        return info is not None and (self.uploads / sha256).stat().st_size == info["size"]

    def _info(self, sha256: str) -> dict[str, Any] | None:
        info = self.uploads / f"{sha256}.info"
        return json.loads(info.read_bytes()) if info.exists() and (self.uploads / sha256).exists() else None

    def _trust_now(self) -> str:
        return hashlib.sha256(self._trust.read_bytes()).hexdigest() if self._trust.exists() else ""

    def _record(self, sha256: str) -> Path:
        return self._received / sha256 / "record.json"

    def _receipt(self, sha256: str) -> Path:
        return self._received / sha256 / "package.receipt.asice"

    def _refusal(self, sha256: str) -> Path:
        return self._refused / f"{sha256}.json"


def _names(package: Path) -> list[Any] | None:
    """Which revision of whom a package says it is; not yet believed."""
    try:
        with zipfile.ZipFile(package) as container:
            info = json.loads(container.read("package.json"))
        return [info[name] for name in _NAMES]
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError):
        return None


def _document(text: str) -> dict[str, Any]:
    try:
        return json.loads(text)
    except ValueError:
        return {}
