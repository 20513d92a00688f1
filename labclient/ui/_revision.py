"""The revision on its way out: what is signed, who may sign it, and where it lies. No widget here."""

from pathlib import Path

import msgspec
from msgspec import Struct

from labclient.errors import GateClosed, Trouble
from labclient.evaluation import coverage_told
from labclient.home import Home
from labclient.participation import Participation, State
from labclient.signing import Card, show_identity, write_whole
from labclient.words import Message, message

STATEMENTS: dict[str, Message] = {
    "operator": message("measured and recorded as stated"),
    "checker": message("checked against the record"),
    "approver": message("approved for submission"),
}
_KEPT = 50


class Known(Struct, frozen=True):
    """An identity found on this PC."""

    folder: Path
    card: Card


class Way(Struct, frozen=True, omit_defaults=True):
    """What this PC remembers of sending: the last platform, and packages (by SHA-256) that lie elsewhere than beside
    their notebook."""

    address: str = ""
    packages: dict[str, str] = {}


def revision_lines(state: State) -> tuple[Message, ...]:
    """The revision in short: its number and its results."""
    revision = state.staged.revision if state.staged else 1
    first = message("{laboratory}, revision {revision}", laboratory=state.accepted.laboratory, revision=revision)
    points = state.result.points if state.result else ()
    return first, *(
        message("{point}:  {value} {unit},  {coverage}", point=one.point, value=one.reported_value, unit=one.unit,
                coverage=coverage_told(state.plan, one))
        for one in points
    )  # fmt: skip


def is_prepared(state: State) -> bool:
    """Whether a revision is prepared, and nothing it rests on has changed since."""
    return state.staged is not None and state.staged_at > max(state.result_at, state.changed_at)


def fits(state: State, role: str, card: Card) -> bool:
    """Whether this person seems to be one for the role; whether it holds is decided when they sign."""
    if card.person.id in {one.person for one in state.signed}:
        return False
    if state.trust is None:
        return role in card.person.roles
    person = state.trust.document.person(card.fingerprint)
    return person is not None and role in person.roles and person.laboratory == state.accepted.laboratory


def known_identities(folder: Path) -> tuple[Known | Trouble, ...]:
    """The people whose key lies in `folder`, each in a folder of its own; of what cannot be read, the trouble."""
    found: list[Known | Trouble] = []
    for one in sorted(folder.iterdir()):
        try:
            card = show_identity(one)
        except Trouble as trouble:
            found.append(trouble)
            continue
        if card is not None and not card.authority:
            found.append(Known(one, card))
    return tuple(found)


def new_folder(participation: Participation) -> Path:
    """Where the next revision is prepared: beside the notebook, in a folder of its own."""
    return _folder(participation, len(_folders(participation)) + 1)


def staged_folder(participation: Participation) -> Path:
    """Where the revision that is being signed lies. Raises `GateClosed` when it is not there."""
    found = _folders(participation)
    if not found:
        raise GateClosed(
            message("The revision that was prepared is not beside the notebook."),
            message("Prepare the revision again; all sign anew."),
        )
    return found[-1]


def find_package(home: Home, notebook: Path, state: State) -> Path | None:
    """The written package: where it was put, else beside the notebook; None when it is at neither place."""
    if state.packaged is None:
        return None
    put = way(home).packages.get(state.packaged.sha256)
    places = [notebook.parent / state.packaged.file, *([Path(put)] if put else [])]
    size = state.packaged.bytes
    return next((place for place in places if place.is_file() and place.stat().st_size == size), None)


def way(home: Home) -> Way:
    """What was remembered; nothing where nothing was, or where the file cannot be understood."""
    try:
        return msgspec.json.decode(_file(home).read_bytes(), type=Way)
    except (FileNotFoundError, msgspec.DecodeError):
        return Way()


def remember_address(home: Home, address: str) -> None:
    """Offer this platform the next time."""
    _keep(home, msgspec.structs.replace(way(home), address=address))


def remember_package(home: Home, sha256: str, path: Path) -> None:
    """Find this package again."""
    known = way(home)
    packages = dict([*known.packages.items(), (sha256, str(path.absolute()))][-_KEPT:])
    _keep(home, msgspec.structs.replace(known, packages=packages))


def _folders(participation: Participation) -> list[Path]:
    """Every folder prepared so far, in order."""
    found: list[Path] = []
    while (folder := _folder(participation, len(found) + 1)).exists():
        found.append(folder)
    return found


def _folder(participation: Participation, number: int) -> Path:
    return participation.path.with_suffix(f".signing-{number}")


def _keep(home: Home, known: Way) -> None:
    home.root.mkdir(parents=True, exist_ok=True)
    write_whole(_file(home), msgspec.json.encode(known))


def _file(home: Home) -> Path:
    return home.root / "sending.json"
