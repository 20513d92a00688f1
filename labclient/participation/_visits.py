"""The pilot's visits and the laboratories' results, out of notebooks and packages; and what this PC remembers of them.

A package is verified before anything of it is used; a notebook's log is checked.
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
from msgspec import Struct

from labclient.errors import DataUnfit, NotebookDamaged, NotVerified, WrongUse
from labclient.evaluation import (
    Asked,
    Degrees,
    LabPoint,
    Method,
    Monitored,
    PointResult,
    Visit,
    agreement_of,
    check_released,
    lab_point,
    missing_laboratories,
    monitor,
    same_comparison,
    visit_of,
)
from labclient.home import Home
from labclient.notebook import SUFFIX, Reader, check, restore
from labclient.package import PackageReport, accepted_trust, comparison_of, is_sealed, verify_package
from labclient.plan import Plan, TrustList
from labclient.signing import Container, read_container, write_whole
from labclient.stations import read_state
from labclient.words import message

_OF_THE_LOG = ("log/", "runs/", "attachments/")


class Sent(Struct, frozen=True, kw_only=True):
    """What a laboratory reported, out of its verified package; `plan` is the one its log holds, `results` are the
    points as it recorded them."""

    source: str
    plan: Plan
    plan_sha256: str
    laboratory: str
    revision: int
    sha256: str
    simulated: bool
    points: tuple[LabPoint, ...]
    results: tuple[PointResult, ...]


def read_visit(path: Path, home: Home, moment: datetime, trust: TrustList | None = None) -> Visit:
    """The visit that a notebook or a package holds. A package is verified against `trust`, or the list accepted on this
    PC. Raises `NotVerified`, `NotebookDamaged`, `DataUnfit` where its result cannot be computed, `WrongUse` for a
    sealed package, `StorageTrouble`."""
    if path.suffix == SUFFIX:
        return _of_notebook(path)
    with TemporaryDirectory(prefix="labclient-") as folder:
        notebook = _restored(path, _verified(path, home, moment, trust), Path(folder))
        return _visit(notebook, path.name)


def read_sent(path: Path, home: Home, moment: datetime, trust: TrustList | None = None) -> Sent:
    """What a laboratory's package reports. Raises as `read_visit`; a notebook is refused: only what was signed and sent
    is compared."""
    if path.suffix == SUFFIX:
        raise WrongUse(
            message("{file} is a notebook: only packages that a laboratory has signed are compared.", file=path.name)
        )
    with TemporaryDirectory(prefix="labclient-") as folder:
        report = _verified(path, home, moment, trust)
        notebook = _restored(path, report, Path(folder))
        with Reader.open(notebook) as reader:
            state = read_state(reader)
    if state.result is None or report.info is None:
        raise NotVerified(message("{file} holds no result.", file=path.name))
    laboratory = state.accepted.laboratory
    return Sent(
        source=path.name,
        plan=state.plan,
        plan_sha256=state.accepted.sha256,
        laboratory=laboratory,
        revision=report.info.revision,
        sha256=report.report.sha256,
        simulated=state.simulated,
        results=state.result.points,
        points=tuple(lab_point(laboratory, one) for one in state.result.points),
    )


class Comparison(Struct, frozen=True, kw_only=True):
    """Results against the reference value, of the packages `sent`; `missing` are those whose results are not there.
    `plan` is the newest of the `visits`; `released` says why it was compared before the last report was due."""

    plan: Plan
    visits: tuple[Visit, ...]
    monitored: tuple[Monitored, ...]
    sent: tuple[Sent, ...]
    missing: tuple[str, ...]
    degrees: tuple[Degrees, ...]
    released: str = ""


def compare_packages(
    visits: Sequence[Visit],
    packages: Sequence[Path],
    home: Home,
    moment: datetime,
    *,
    asked: Asked | None = None,
    method: Method | None = None,
    released: str | None = None,
    trust: TrustList | None = None,
) -> Comparison:
    """The laboratories' packages against the reference value, with the drift of the pilot's `visits`. Raises
    `GateClosed` before the last report is due, unless `released` says why; `NotVerified` for a package that does not
    hold; `WrongUse` for one of another comparison; `DataUnfit`."""
    plan = same_comparison(visits)
    check_released(plan, moment.astimezone().date(), released)
    sent = tuple(read_sent(path, home, moment, trust) for path in packages)
    for one in sent:
        if one.plan.id != plan.id:
            raise WrongUse(
                message("{file} belongs to the comparison {other}, not to {comparison}.", file=one.source,
                        other=one.plan.id, comparison=plan.id)
            )  # fmt: skip
    results = [point for one in sent for point in one.points]
    monitored = monitor(visits, asked)
    return Comparison(
        plan=plan,
        visits=tuple(visits),
        monitored=monitored,
        sent=sent,
        missing=missing_laboratories(plan, results),
        degrees=agreement_of(plan, monitored, results, method),
        released=released or "",
    )


def kept_visits(home: Home, comparison: str) -> tuple[Path, ...]:
    """The visits of a comparison that this PC remembers and that are still there."""
    return tuple(path for name in _kept(home).get(comparison, ()) if (path := Path(name)).is_file())


def keep_visits(home: Home, comparison: str, paths: tuple[Path, ...]) -> None:
    """Remember these visits of a comparison, in place of those before."""
    kept = _kept(home) | {comparison: tuple(str(path.absolute()) for path in paths)}
    home.root.mkdir(parents=True, exist_ok=True)
    write_whole(_file(home), msgspec.json.encode(kept))


def _kept(home: Home) -> dict[str, tuple[str, ...]]:
    try:
        return msgspec.json.decode(_file(home).read_bytes(), type=dict[str, tuple[str, ...]])
    except (FileNotFoundError, msgspec.DecodeError):  # what is remembered is a convenience: it is chosen again
        return {}


def _file(home: Home) -> Path:
    return home.root / "visits.json"


def _of_notebook(path: Path) -> Visit:
    found = check(path)
    if not found.ok:
        raise NotebookDamaged(
            message("{file}: {reason}", file=path.name, reason=found.findings[0].sentence),
            message("Check the notebook."),
        )
    return _visit(path, path.name)


def _visit(notebook: Path, source: str) -> Visit:
    with Reader.open(notebook) as reader:
        state = read_state(reader)
        try:
            return visit_of(reader, state.plan, state.accepted.laboratory, source, simulated=state.simulated,
                            finished=state.result, plan_sha256=state.accepted.sha256)  # fmt: skip
        except DataUnfit as unfit:
            raise DataUnfit(
                message("{file}: {reason}", file=source, reason=unfit.sentence),
                message("Finish the measurement and compute the result there, or leave this visit out."),
            ) from unfit


def _verified(path: Path, home: Home, moment: datetime, trust: TrustList | None) -> PackageReport:
    """What was found in a package that holds."""
    if is_sealed(path):
        raise WrongUse(
            message("{file} is sealed.", file=path.name),
            message("Take it out of its seal first, at the command line: `labclient open`."),
        )
    listed = trust or accepted_trust(home, comparison_of(path), moment).trust
    report = verify_package(path, listed, moment)
    if not report.ok:
        reason = next((one.sentence for one in report.all_findings if one.grave), message("NOT verified."))
        raise NotVerified(
            message("{file} is refused: {reason}", file=path.name, reason=reason),
            message("See all that was found, at the command line: `labclient verify`."),
        )
    return report


def _restored(path: Path, report: PackageReport, folder: Path) -> Path:
    """The notebook of a verified package, written into `folder`."""
    notebook = folder / f"restored{SUFFIX}"
    with read_container(path) as container:
        if container.sha256 != report.report.sha256:
            raise NotVerified(message("{file} changed while it was read.", file=path.name))
        _copy_log(container, folder)
    restore(folder, notebook)
    return notebook


def _copy_log(container: Container, folder: Path) -> None:
    for member in container.entries:
        if member.startswith(_OF_THE_LOG):
            (folder / member).parent.mkdir(parents=True, exist_ok=True)
            container.copy_out(member, folder / member)
